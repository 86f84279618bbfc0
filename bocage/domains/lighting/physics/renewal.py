"""Survival of lamps and number of replacements: Weibull law and its renewal function."""

from functools import lru_cache
from math import gamma, log

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

GRID_END, GRID_STEPS = 8.0, 1600
"""The renewal function is tabulated up to 8 characteristic lives, beyond which its asymptote holds."""


def characteristic_life_h(median_life_h: Array, shape: float) -> Array:
    """Characteristic life η of a Weibull law from its median: η = m / (ln 2)^(1/β).

    Args:
        median_life_h: array (n,), life that half of the lamps reach [h].
        shape: β, Weibull shape; 1 for failures at random, more where lamps wear out [1].

    >>> float(characteristic_life_h(np.array([10_000 * log(2)]), 1.0)[0])
    10000.0
    """
    return np.asarray(median_life_h / log(2) ** (1 / shape))


def survival(hours: Array, life_h: Array, shape: float) -> Array:
    """Share of lamps still alight after some hours: exp(-(t/η)^β).

    Args:
        hours: array (n,), burning time [h].
        life_h: array (n,), characteristic life η [h].
        shape: β [1].

    >>> float(survival(np.array([18_000.0]), characteristic_life_h(np.array([18_000.0]), 4.0), 4.0)[0].round(12))
    0.5
    """
    return np.asarray(np.exp(-np.power(hours / life_h, shape)))


def expected_replacements(lives: Array, shape: float) -> Array:
    """Mean number of replacements within a time, each lamp replaced at once by a new one when it fails.

    M(t) = F(t) + ∫ M(t - u) dF(u), the renewal equation, by the trapezoidal Riemann-Stieltjes rule of
    M. Xie, Reliability Engineering and System Safety 24 (1989).

    Args:
        lives: array (n,), time over the characteristic life η [1].
        shape: β [1].

    Failures at random come one per life, whatever the time:

    >>> expected_replacements(np.array([0.5, 3.0, 20.0]), 1.0).round(3).tolist()
    [0.5, 3.0, 20.0]
    """
    grid, table = _tabulated(shape)
    mean = gamma(1 + 1 / shape)
    spread = gamma(1 + 2 / shape) - mean**2
    far = lives / mean + (spread - mean**2) / (2 * mean**2)
    return np.asarray(np.where(lives <= GRID_END, np.interp(lives, grid, table), far))


@lru_cache(maxsize=16)
def _tabulated(shape: float) -> tuple[Array, Array]:
    grid = np.linspace(0.0, GRID_END, GRID_STEPS + 1)
    failed = 1 - np.exp(-np.power(grid, shape))
    steps = np.diff(failed)
    table = np.zeros_like(grid)
    for at in range(1, len(grid)):
        middle = (table[: at - 1] + table[1:at]) / 2 if at > 1 else np.zeros(0)
        known = failed[at] + middle @ steps[1:at][::-1] + table[at - 1] * steps[0] / 2
        table[at] = known / (1 - steps[0] / 2)
    return grid, table
