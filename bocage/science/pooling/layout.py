"""The columns of the regression: which coefficient is whose, and what is held of it before any record."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from bocage.science.pooling.priors import Prior
from bocage.science.pooling.records import Array, Project, Records

Indices = NDArray[np.intp]

OWN, KINDS, SLOPES, AREAS = -1, 0, 1, 2
"""Whose standard deviation a coefficient has: its own, that of kinds, that of their elasticities, that of areas."""
LEAST_VARIANCE = 1e-18


@dataclass(frozen=True)
class Column:
    """One coefficient.

    Attributes:
        name: what it is called in diagnostics.
        mean: prior mean.
        sd: prior standard deviation, where `block` is OWN.
        block: OWN, KINDS, SLOPES or AREAS.
        sized: whether it multiplies the logarithm of the size.
    """

    name: str
    mean: float
    sd: float
    block: int = OWN
    sized: bool = False


@dataclass(frozen=True)
class Layout:
    """Coefficients, kinds and territories of a fit.

    Attributes:
        columns: the coefficients.
        kinds: kinds that have records or a prior.
        territories: territories that have records, in order.
        areas: areas that records name, in order.
        area_of: area of each territory that has records and an area.
        usual_log_size: logarithm of the size at which the level of a kind is stated, by kind.
        prior: what was held.
    """

    columns: tuple[Column, ...]
    kinds: tuple[str, ...]
    territories: tuple[str, ...]
    areas: tuple[str, ...]
    area_of: Mapping[str, str]
    usual_log_size: Mapping[str, float]
    prior: Prior

    @staticmethod
    def of(records: Records, prior: Prior) -> "Layout":
        """Arrange the coefficients that some records and a prior speak of."""
        kinds = tuple(sorted({*records.kind, *prior.kinds}))
        covariates = sorted({*records.covariates, *prior.covariates})
        columns = [Column("level", prior.level.mean, prior.level.sd)]
        for kind in kinds:
            own = prior.kinds.get(kind)
            columns.append(
                Column(f"kind {kind}", 0.0, 0.0, KINDS)
                if own is None
                else Column(f"kind {kind}", math.log(own.median), own.log_sd)
            )
        columns.append(Column("elasticity", prior.slope.mean, prior.slope.sd, sized=True))
        columns += [Column(f"elasticity {kind}", 0.0, 0.0, SLOPES, sized=True) for kind in kinds]
        for name in covariates:
            effect = prior.covariates.get(name, prior.effect)
            columns.append(Column(f"covariate {name}", effect.mean, effect.sd))
        columns += [
            Column(f"rate {name}", math.log(rate.median), rate.log_sd) for name, rate in sorted(prior.rates.items())
        ]
        areas = tuple(sorted({area for area in records.area or () if area}))
        columns += [Column(f"area {area}", 0.0, 0.0, AREAS) for area in areas]
        area_of = dict(zip(territory_names(records), records.area or [], strict=False))
        usual = _usual(records, prior)
        return Layout(tuple(columns), kinds, _territories(records), areas, area_of, usual, prior)

    @cached_property
    def sized(self) -> NDArray[np.bool_]:
        """Coefficients that multiply the logarithm of the size (p,)."""
        return np.array([column.sized for column in self.columns])

    @cached_property
    def block(self) -> Indices:
        """Block of each coefficient (p,)."""
        return np.array([column.block for column in self.columns], dtype=np.intp)

    @cached_property
    def mean(self) -> Array:
        """Prior mean of each coefficient (p,)."""
        return np.array([column.mean for column in self.columns])

    def variance(self, kinds: Array, slopes: Array, areas: Array) -> Array:
        """Prior variances of the coefficients (C, p), of standard deviations of kinds, slopes and areas (C,)."""
        own, blocks = self._variances
        return np.asarray(own + np.stack([kinds, slopes, areas], axis=1) ** 2 @ blocks)

    @cached_property
    def _variances(self) -> tuple[Array, Array]:
        # a variance of zero would have no precision: this one holds a coefficient to 1e-9 of its mean
        own = np.array([max(column.sd**2, LEAST_VARIANCE) for column in self.columns])
        return own, (self.block == np.array([[KINDS], [SLOPES], [AREAS]])).astype(np.float64)

    def position(self, name: str) -> int:
        """Position of a coefficient; KeyError where there is none."""
        for position, column in enumerate(self.columns):
            if column.name == name:
                return position
        raise KeyError(name)

    def kind_rows(self, kinds: Sequence[str]) -> Indices:
        """Position of each kind, -1 where there is none."""
        known = {kind: position for position, kind in enumerate(self.kinds)}
        return np.array([known.get(kind, -1) for kind in kinds], dtype=np.intp)

    def territory_rows(self, territories: Sequence[str]) -> Indices:
        """Position of each territory, -1 where it is new."""
        known = {territory: position for position, territory in enumerate(self.territories)}
        return np.array([known.get(territory, -1) for territory in territories], dtype=np.intp)

    def base(
        self,
        kinds: Sequence[str],
        covariates: Mapping[str, Array],
        *,
        through: Sequence[str] | None = None,
        areas: Sequence[str] | None = None,
    ) -> Array:
        """Columns of projects, to be multiplied by the logarithm of the size where they are sized (n, p)."""
        found = np.zeros((len(kinds), len(self.columns)))
        rows = self.kind_rows(kinds)
        alone = np.array([kind in self.prior.kinds for kind in kinds], dtype=bool)
        found[:, self.position("level")] = ~alone
        found[:, self.position("elasticity")] = 1.0
        known = np.flatnonzero(rows >= 0)
        found[known, 1 + rows[known]] = 1.0
        found[known, self.position("elasticity") + 1 + rows[known]] = 1.0
        for name, column in covariates.items():
            found[:, self.position(f"covariate {name}")] = column
        for row, name in enumerate(through or ()):
            if name:
                found[row, self.position(f"rate {name}")] = 1.0
        for row, name in enumerate(areas or ()):
            if name in self.areas:
                found[row, self.position(f"area {name}")] = 1.0
        return found

    def log_sizes(self, kinds: Sequence[str], sizes: Array) -> Array:
        """Logarithms of sizes over the usual size of their kind (n,); 0 where nothing tells a usual size."""
        logs = np.log(sizes)
        return np.array([log - self.usual_log_size.get(kind, log) for kind, log in zip(kinds, logs, strict=True)])

    def area(self, project: Project) -> str:
        """Area of a project: that of the records of its territory, or its own where it has none."""
        known = project.territory in self.territories
        return self.area_of.get(project.territory, "") if known else project.area

    def projects(self, projects: Sequence[Project]) -> tuple[Array, Indices, Indices]:
        """Columns (m, p), kind and territory of projects to predict.

        Raises:
            ValueError: a size is not above zero, or a covariate is not one of the fit.
        """
        kinds, sizes = [project.kind for project in projects], np.array([project.size for project in projects])
        if not (np.isfinite(sizes) & (sizes > 0)).all():
            raise ValueError("the size of a project is above zero")
        names = {name for project in projects for name in project.covariates}
        unknown = names - {column.name.removeprefix("covariate ") for column in self.columns}
        if unknown:
            raise ValueError(f"the fit has no covariate {', '.join(sorted(unknown))}")
        values = {
            name: np.array([project.covariates.get(name, 0.0) for project in projects], dtype=np.float64)
            for name in names
        }
        base = self.base(kinds, values, areas=[self.area(project) for project in projects])
        base[:, self.sized] *= self.log_sizes(kinds, sizes)[:, None]
        return base, self.kind_rows(kinds), self.territory_rows([project.territory for project in projects])


def _territories(records: Records) -> tuple[str, ...]:
    """Names of territories; a record without any gets one of its own that no project can name."""
    return tuple(sorted({*territory_names(records)}))


def territory_names(records: Records) -> list[str]:
    """Territory of each record, one of its own where it has none."""
    return [name or f"\x00{row:09d}" for row, name in enumerate(records.territory)]


def _usual(records: Records, prior: Prior) -> dict[str, float]:
    logs, kinds = np.log(np.asarray(records.size, dtype=np.float64)), np.array(records.kind, dtype=object)
    found = {str(kind): float(np.median(logs[kinds == kind])) for kind in set(records.kind)}
    stated = dict(prior.usual_sizes) | {kind: own.usual_size for kind, own in prior.kinds.items()}
    return found | {kind: math.log(size) for kind, size in stated.items()}
