"""Internal rates of return: none, one or several, and told as such."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
LOWEST, HIGHEST = -0.99, 10.0
_STEPS = 200


def internal_rates_of_return(
    flows: Sequence[float], *, lowest: float = LOWEST, highest: float = HIGHEST
) -> list[float]:
    """All rates at which the net present value is zero: none, one or several, in increasing order.

    A flow that changes sign once has one rate at most (rule of Descartes), found by bisection and
    Newton's method; others are read from the roots of the polynomial in 1 / (1 + r), each polished. More
    than one root means that the rate of return decides nothing: use the net present value.

    Args:
        flows: flow of each year from the base year on [EUR].
        lowest: lowest rate looked for [1].
        highest: highest rate looked for [1].

    >>> [round(rate, 9) for rate in internal_rates_of_return([-100.0, 110.0])]
    [0.1]
    >>> internal_rates_of_return([100.0, 110.0])
    []
    >>> [round(rate, 6) for rate in internal_rates_of_return([-100.0, 230.0, -132.0])]
    [0.1, 0.2]
    """
    values = np.asarray(flows, dtype=float)
    told = values[values != 0]
    if len(told) < 2 or not np.isfinite(values).all():
        return []
    values = values / np.abs(values).max()
    changes = int(np.count_nonzero(np.diff(np.sign(told))))
    if changes == 0:
        return []
    rates = [_bracketed(values, lowest, highest)] if changes == 1 else _all_roots(values, lowest, highest)
    return [rate for rate in rates if rate is not None]


def _value_and_slope(values: Array, factor: float) -> tuple[float, float]:
    """The polynomial in the discount factor v = 1 / (1 + r), and its derivative (Horner)."""
    value = slope = 0.0
    for flow in values[::-1].tolist():
        slope = slope * factor + value
        value = value * factor + flow
    return value, slope


def _bracketed(values: Array, lowest: float, highest: float) -> float | None:
    """The only root between the bounds; None where it lies outside them."""
    low, high = 1.0 / (1.0 + highest), 1.0 / (1.0 + lowest)
    at_low, at_high = _value_and_slope(values, low)[0], _value_and_slope(values, high)[0]
    if at_low == 0:
        return highest
    if not (np.sign(at_low) * np.sign(at_high) < 0):
        return lowest if at_high == 0 else None
    factor = min(max(1.0, low), high)
    for _ in range(_STEPS):
        value, slope = _value_and_slope(values, factor)
        if value == 0:
            break
        low, high = (factor, high) if np.sign(value) == np.sign(at_low) else (low, factor)
        newton = factor - value / slope if slope else low
        following = newton if low < newton < high else 0.5 * (low + high)
        if abs(following - factor) <= 4e-16 * following:
            factor = following
            break
        factor = following
    return 1.0 / factor - 1.0


def _all_roots(values: Array, lowest: float, highest: float) -> list[float | None]:
    roots = np.roots(values[::-1])
    real = roots[(np.abs(roots.imag) < 1e-7 * np.maximum(1.0, np.abs(roots))) & (roots.real > 0)].real
    rates = np.sort([1.0 / _polished(values, float(root)) - 1.0 for root in real])
    return [float(rate) for rate in rates if lowest <= rate <= highest]


def _polished(values: Array, root: float) -> float:
    """A few steps of Newton's method, kept as long as they bring the value nearer to zero."""
    value, slope = _value_and_slope(values, root)
    for _ in range(5):
        if value == 0 or slope == 0:
            break
        better = root - value / slope
        at_better, its_slope = _value_and_slope(values, better)
        if not abs(at_better) < abs(value):
            break
        root, value, slope = better, at_better, its_slope
    return root
