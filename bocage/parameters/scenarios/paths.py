"""Views of the future: how prices, carbon contents, climate and demand move from year to year."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Bound = Literal["low", "value", "high"]
TREND = "trend"
"""Name of the scenario in which today's techniques and real prices go on."""


@dataclass(frozen=True, kw_only=True)
class Path:
    """A variable over the years: known points, joined by straight lines, kept level outside them.

    Attributes:
        variable: name, `electricity_price`…
        unit: declared unit code; `1` for an index.
        points: value by year.
        low: 10th percentile by year, empty where it is certain.
        high: 90th percentile by year.
        anchor: year in which what domains compute holds; None for the year of the plan.
        base: value with which what domains compute holds, where it is not that of the path itself.
        status: `verified`, `to_verify` or `expired`.
        reference: source by language.
    """

    variable: str
    unit: str
    points: Mapping[int, float]
    low: Mapping[int, float] = field(default_factory=dict)
    high: Mapping[int, float] = field(default_factory=dict)
    anchor: int | None = None
    base: float | None = None
    status: str
    reference: Mapping[str, str]

    def at(self, years: Any, bound: Bound = "value") -> Array:  # noqa: ANN401 - anything numpy makes an array of
        """Values of the years asked, array (H,).

        Args:
            years: array (H,) of calendar years.
            bound: `value`, `low` or `high`; the value where the path is certain.

        >>> Path(variable="x", unit="1", points={2020: 1.0, 2030: 2.0}, status="verified",
        ...      reference={"fr": "x", "en": "x"}).at([2025, 2040]).tolist()
        [1.5, 2.0]
        """
        points = {"value": self.points, "low": self.low, "high": self.high}[bound] or self.points
        known = sorted(points)
        return np.asarray(np.interp(np.asarray(years, dtype=float), known, [points[year] for year in known]))

    def index(self, years: Any, base_year: int) -> Array:  # noqa: ANN401 - anything numpy makes an array of
        """Values over that of the year in which today's figures hold, array (H,) [1].

        Args:
            years: array (H,) of calendar years.
            base_year: that year, where the path has no anchor of its own.

        >>> Path(variable="x", unit="kg", points={2020: 4.0, 2030: 2.0}, anchor=2020, status="verified",
        ...      reference={"fr": "x", "en": "x"}).index([2025, 2030], 2027).tolist()
        [0.75, 0.5]
        """
        return np.asarray(self.at(years) / self.today(base_year))

    def today(self, base_year: int) -> float:
        """Value with which what domains compute holds."""
        if self.base is not None:
            return self.base
        return float(self.at([self.anchor if self.anchor is not None else base_year])[0])

    def held_at(self, bound: Literal["low", "high"], base_year: int) -> "Path":
        """The path on which one of its bounds comes true; what domains compute still holds at the value of today.

        Args:
            bound: bound that comes true; a path that is certain stays as it is.
            base_year: year in which today's figures hold.

        >>> dear = Path(variable="x", unit="1", points={2025: 1.0}, low={2025: 0.5}, high={2025: 2.0},
        ...             status="to_verify", reference={"fr": "x", "en": "x"}).held_at("high", 2026)
        >>> dear.index([2026, 2040], 2026).tolist()
        [2.0, 2.0]
        """
        points = self.low if bound == "low" else self.high
        return replace(self, points=points or self.points, low={}, high={}, base=self.today(base_year))


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """A dated view of the future.

    Attributes:
        name: `trend`, `S1`…
        label: by language.
        description: one sentence by language.
        paths: by variable.
    """

    name: str
    label: Mapping[str, str]
    description: Mapping[str, str] = field(default_factory=dict)
    paths: Mapping[str, Path]

    def index(self, variable: str, years: Any, base_year: int) -> Array:  # noqa: ANN401 - as above
        """Values of a variable over today's, array (H,); ones where the scenario says nothing of it [1].

        Args:
            variable: name; empty for what stays constant.
            years: array (H,) of calendar years.
            base_year: year in which today's figures hold.
        """
        path = self.paths.get(variable)
        return np.ones(len(years)) if path is None else path.index(years, base_year)

    def moved(self, variable: str, points: Mapping[int, float], *, name: str, label: Mapping[str, str]) -> "Scenario":
        """The same future but for one variable, under another name.

        Args:
            variable: variable that moves otherwise.
            points: its values by year.
            name: name of the new future.
            label: its label by language.

        Raises:
            KeyError: the scenario has no such variable.
        """
        path = replace(self.paths[variable], points=dict(points), low={}, high={}, base=None)
        return replace(self, name=name, label=label, paths={**self.paths, variable: path})
