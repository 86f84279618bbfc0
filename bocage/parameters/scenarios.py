"""Views of the future: how prices, carbon contents, climate and demand move from year to year."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
TREND = "trend"


@dataclass(frozen=True, kw_only=True)
class Path:
    """A variable over the years: known points, joined by straight lines, kept level outside them.

    Attributes:
        variable: name, `electricity_price`…
        unit: declared unit code; `1` for an index, the base year being 1.
        points: value by year.
        low: 10th percentile by year, empty where it is certain.
        high: 90th percentile by year.
        status: `verified`, `to_verify` or `expired`.
        reference: source by language.
    """

    variable: str
    unit: str
    points: Mapping[int, float]
    low: Mapping[int, float] = field(default_factory=dict)
    high: Mapping[int, float] = field(default_factory=dict)
    status: str
    reference: Mapping[str, str]

    def at(self, years: Any) -> Array:  # noqa: ANN401 - anything numpy makes an array of
        """Values of the years asked, array (H,).

        >>> Path(variable="x", unit="1", points={2020: 1.0, 2030: 2.0}, status="verified",
        ...      reference={"fr": "x", "en": "x"}).at([2025, 2040]).tolist()
        [1.5, 2.0]
        """
        known = sorted(self.points)
        return np.asarray(np.interp(np.asarray(years, dtype=float), known, [self.points[year] for year in known]))


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """A dated view of the future.

    Attributes:
        name: `trend`, `S1`…
        label: by language.
        paths: by variable.
    """

    name: str
    label: Mapping[str, str]
    paths: Mapping[str, Path]
