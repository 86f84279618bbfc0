"""The value of climate action: what society is ready to pay for a tonne avoided, year by year."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]


def carbon_value(years: ArrayLike, *, anchor_year: int, anchor_eur_t: float, growth: float) -> Array:
    """Value of a tonne on a path that grows at a constant rate, V_y = V_a (1 + g)^(y - a).

    With growth at the discount rate the path is Hotelling's: a tonne avoided is worth the same today
    whenever it is avoided. The 2025 commission publishes 300 EUR/t in 2030 and 563 EUR/t in 2050;
    the growth between the two is 3.2 % a year; the years between and before are computed, not read.

    Args:
        years: array of calendar years.
        anchor_year: year a of the published value.
        anchor_eur_t: published value V_a [EUR/t].
        growth: yearly growth g [1].

    Returns:
        Array of the shape of `years` [EUR/t].

    >>> carbon_value([2030, 2031], anchor_year=2030, anchor_eur_t=300.0, growth=0.5).tolist()
    [300.0, 450.0]
    >>> round(float(carbon_value(2050, anchor_year=2030, anchor_eur_t=300.0, growth=0.032)))
    563
    """
    return np.asarray(anchor_eur_t * (1.0 + growth) ** (np.asarray(years, dtype=float) - anchor_year))


def carbon_value_between(years: ArrayLike, path: Mapping[int, float]) -> Array:
    """Value of a tonne between published years, at constant growth between two of them.

    Before the first published year and after the last one, the growth of the nearest stretch goes on.

    Args:
        years: array of calendar years.
        path: published values by year, at least two [EUR/t].

    Returns:
        Array of the shape of `years` [EUR/t].

    Raises:
        ValueError: fewer than two published years.

    >>> carbon_value_between([2030, 2031, 2032], {2030: 100.0, 2032: 400.0}).round(6).tolist()
    [100.0, 200.0, 400.0]
    """
    if len(path) < 2:
        raise ValueError("a carbon path needs two published years at least")
    known = np.array(sorted(path), dtype=float)
    logs = np.log([path[int(year)] for year in known])
    asked = np.asarray(years, dtype=float)
    stretch = np.clip(np.searchsorted(known, asked, side="right") - 1, 0, len(known) - 2)
    slope = (logs[stretch + 1] - logs[stretch]) / (known[stretch + 1] - known[stretch])
    return np.asarray(np.exp(logs[stretch] + slope * (asked - known[stretch])))
