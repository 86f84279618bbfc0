"""Values tabulated by technology and wattage, interpolated between the wattages."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

Array = NDArray[np.float64]


def by_technology(technology: pl.Series, power_w: pl.Series, table: Mapping[str, Any]) -> pl.Series:
    """Look up a table by technology, linearly interpolated in power, constant beyond its ends.

    Args:
        technology: codes of technology (n,).
        power_w: nominal power (n,), null where unknown: the median wattage of the table is taken [W].
        table: by technology, a number or a mapping of wattage to number.

    Returns:
        Series (n,), null where the technology is not in the table.

    >>> table = {"LED": 1.0, "HPS": {50: 1.2, 100: 1.1}}
    >>> by_technology(pl.Series(["HPS", "LED", "XX"]), pl.Series([75.0, 40.0, 1.0]), table).round(3).to_list()
    [1.15, 1.0, None]
    """
    result = np.full(len(technology), np.nan)
    watts = power_w.cast(pl.Float64).to_numpy()
    for name, entry in table.items():
        rows = (technology == name).arg_true().to_numpy()
        if len(rows):
            result[rows] = _interpolate(watts[rows], entry)
    return pl.Series(result).fill_nan(None)


def _interpolate(watts: Array, entry: Any) -> Array:  # noqa: ANN401 - a YAML leaf
    if not isinstance(entry, Mapping):
        return np.full(len(watts), float(entry))
    points = sorted((float(watt), float(value)) for watt, value in entry.items())
    known = np.array([point[0] for point in points])
    values = np.array([point[1] for point in points])
    return np.asarray(np.interp(np.where(np.isnan(watts), np.median(known), watts), known, values))
