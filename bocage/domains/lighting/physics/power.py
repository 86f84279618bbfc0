"""Power drawn at a dimmed level: not proportional to light."""

import numpy as np
from numpy.typing import NDArray

from bocage.parameters.reader import Parameters

Array = NDArray[np.float64]


def dimmed_fraction(level: Array, *, fixed_share: float, exponent: float) -> Array:
    """Share of the full power drawn at a light level: c + (1 - c) x^b.

    Args:
        level: light level (n,), between 0 and 1 [1].
        fixed_share: c, share of power that does not depend on the level [1].
        exponent: b [1].

    Returns:
        Array (n,) [1].

    At 75 % of light the LEDs measured in Abrud draw 0.719 of their power:

    >>> float(dimmed_fraction(np.array([0.75]), fixed_share=0.05, exponent=1.219)[0].round(3))
    0.719
    """
    return np.asarray(fixed_share + (1 - fixed_share) * np.power(level, exponent))


def fraction_with_bounds(level: Array, *, is_led: bool, parameters: Parameters) -> tuple[Array, Array, Array]:
    """The fraction of power at each level with its 10th and 90th percentiles.

    Args:
        level: light level (n,), between 0 and 1 [1].
        is_led: LED, else a discharge lamp with a bi-level ballast.
        parameters: of the domain.

    Returns:
        Value, low, high, each (n,) [1].

    >>> import datetime as dt
    >>> from bocage.domains.lighting.inventory.declared import FOLDER
    >>> parameters = Parameters(FOLDER / "parameters", dt.date(2026, 1, 1))
    >>> half = fraction_with_bounds(np.array([0.5]), is_led=False, parameters=parameters)
    >>> [round(float(share[0]), 9) for share in half]
    [0.65, 0.6, 0.7]
    """
    if is_led:
        fixed = parameters.number("operation.led_fixed_share")
        low, high = parameters.bounds("operation.led_exponent")
        value = dimmed_fraction(level, fixed_share=fixed, exponent=parameters.number("operation.led_exponent"))
        return (
            value,
            dimmed_fraction(level, fixed_share=fixed, exponent=high),
            dimmed_fraction(level, fixed_share=fixed, exponent=low),
        )
    fixed = parameters.number("operation.discharge_fixed_share")
    low, high = parameters.bounds("operation.discharge_fixed_share")
    value, least, most = (dimmed_fraction(level, fixed_share=share, exponent=1.0) for share in (fixed, low, high))
    return value, least, most
