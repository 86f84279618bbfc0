"""What works cost, learned from shared records: unit costs by kind of action, for any size and territory."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import polars as pl

from bocage.commons.awards import count_log_sd, counted_awards, kind_weight, selection_weights
from bocage.commons.estimate import Estimate, percentiles, weigh
from bocage.commons.record import Record
from bocage.commons.schema import action_kinds, family_of
from bocage.parameters.reader import Parameters
from bocage.science.pooling import (
    Fit,
    KindPrior,
    Normal,
    Prior,
    Project,
    Rate,
    Records,
    cost_prior,
    fit_pooled,
    predict,
)
from bocage.vocabulary.draws import Z90, Array, generator

PREFIX = "cost:"
AWARDED = "award_lighting"
"""Rate through which a subsidy is seen."""
AWARD_KIND = "lighting.led"
AWARD_YEAR = 2023
"""Year of the published awards; the file itself tells none."""
DRAWS, WARM_UP = 4000, 500
"""Draws at which split R-hat stays below 1.05 on the shipped records, with and without awards."""
UNITS: Mapping[str, str] = {"points": "EUR/point", "m2": "EUR/m2"}
"""Unit of a unit cost, by unit of quantity."""
_DECADE_YEARS = 10.0


@dataclass(frozen=True)
class CostModel:
    """Costs of works excluding VAT as the records and the prior say together.

    Attributes:
        fit: fitted model; kinds are `domain.family`.
        told: what each record of the fit is called.
        prior: what is held before any record.
        parameters: dated parameters.
        seed: seed of the run.
    """

    fit: Fit
    told: Sequence[Mapping[str, str]]
    prior: Prior
    parameters: Parameters
    seed: int

    def draws(self, domain: str, kind: str, quantity: float, *, territory: str = "", count: int = DRAWS) -> Array:
        """Draws (K,) of the total cost of one more project, excluding VAT [EUR].

        Args:
            domain: domain of the works.
            kind: kind of action, or its family.
            quantity: size in the unit of the family, > 0.
            territory: code of the territory; a new one where it has no record.
            count: K, number of draws.
        """
        project = self._project(domain, kind, quantity, territory)
        random = generator(self.seed, "cost", project.kind, territory)
        return np.asarray(predict(self.fit, [project], random, count=count)[0])

    def rank(self, domain: str, kind: str, quantity: float, cost_eur: float) -> float:
        """Percentile of a cost among those that shared experience foresees for that size [%].

        Args:
            domain: domain of the works.
            kind: kind of action.
            quantity: size.
            cost_eur: total cost excluding VAT [EUR].
        """
        return 100.0 * float((self.draws(domain, kind, quantity) <= cost_eur).mean())

    def knows(self, domain: str, kind: str) -> bool:
        """Whether records or a declared prior say something of the kind of action."""
        name = f"{domain}.{family_of(domain, kind)}"
        return name in self.prior.kinds or name in set(self.fit.records.kind)

    @cached_property
    def names(self) -> list[str]:
        """Names of the estimates, such as `cost:lighting.led`."""
        kinds = {*self.prior.kinds, *self.fit.records.kind}
        return sorted(PREFIX + kind for kind in kinds)

    def estimate(self, name: str, *, territory: str = "") -> Estimate:
        """The unit cost of a kind of action at its usual size, and what it rests on.

        Args:
            name: one of `names`.
            territory: code of the territory.
        """
        domain, family = name.removeprefix(PREFIX).split(".")
        quantity, quantity_unit = self._usual(domain, family)
        project = self._project(domain, family, quantity, territory)
        median, low, high = percentiles(self.draws(domain, family, quantity, territory=territory) / quantity)
        prior_share, witnesses, inside = weigh(self.fit, project, self.told, self._divisors())
        return Estimate(
            name=name,
            unit=UNITS.get(quantity_unit, "EUR"),
            quantity=quantity,
            quantity_unit=quantity_unit,
            median=median,
            low=low,
            high=high,
            records=self.fit.count(kind=project.kind),
            all_records=len(self.fit.records),
            prior_share=prior_share,
            prior=self._prior_alone(project),
            witnesses=[one for one in witnesses if one.kind == project.kind],
            inside=inside,
            r_hat=self.fit.worst.r_hat,
        )

    def _prior_alone(self, project: Project) -> tuple[float, float, float]:
        alone = fit_pooled(Records.none(), self.prior, generator(self.seed, "cost prior"), draws=DRAWS, warm_up=WARM_UP)
        found = predict(alone, [Project(project.kind, project.size)], generator(self.seed, "cost prior", project.kind))
        return percentiles(found[0] / project.size)

    def _project(self, domain: str, kind: str, quantity: float, territory: str) -> Project:
        years = self.parameters.date.year - self.parameters.number("feedback.cost_year")
        return Project(f"{domain}.{family_of(domain, kind)}", quantity, territory, {"decades": years / _DECADE_YEARS})

    def _usual(self, domain: str, family: str) -> tuple[float, str]:
        kind = f"{domain}.{family}"
        unit = unit_of(domain, family)
        held = self.prior.kinds.get(kind)
        if held:
            return held.usual_size, unit
        sizes = self.fit.records.size[[one == kind for one in self.fit.records.kind]]
        return float(np.exp(np.log(sizes).mean())), unit

    def _divisors(self) -> Array:
        """By what each record's value is divided: its size, and the mean rate for a subsidy."""
        through = self.fit.records.through or [""] * len(self.fit.records)
        rates = np.array([self.prior.rates[name].median if name else 1.0 for name in through])
        return np.asarray(self.fit.records.size * rates)


def unit_of(domain: str, family: str) -> str:
    """Unit in which the size of a family of works is counted.

    >>> unit_of("lighting", "led")
    'points'
    """
    return next(
        (one.quantity_unit for one in action_kinds().values() if (one.domain, one.family) == (domain, family)), ""
    )


def learn_costs(
    records: Sequence[Record], parameters: Parameters, *, seed: int, awards: pl.DataFrame | None = None
) -> CostModel:
    """Learn what works cost from records, and from the subsidies of a public programme where given.

    A subsidy tells how costs vary with size and between territories; of their level it tells no more
    than the rate of aid is known. Awards whose kind was read in a title weigh by the probability that
    it is right, and by the strata of all awards; their counts have the error that was measured.

    Args:
        records: checked records.
        parameters: dated parameters of the core.
        seed: seed of the run.
        awards: frame of `read_awards`, None for none.
    """
    prior = _prior(parameters)
    rows = [row for record in records if (row := _row(record, parameters))]
    if awards is not None:
        rows += _award_rows(awards, parameters)
    told = [{key: str(row[key]) for key in ("record_id", "title", "place", "quality")} for row in rows]
    fit = fit_pooled(_records(rows), prior, generator(seed, "feedback costs"), draws=DRAWS, warm_up=WARM_UP)
    return CostModel(fit, told, prior, parameters, seed)


def _prior(parameters: Parameters) -> Prior:
    names = parameters.names("feedback.cost_")
    kinds = {}
    for kind in sorted({(one.domain, one.family) for one in action_kinds().values()}):
        name = f"feedback.cost_{kind[0]}_{kind[1]}"
        if name not in names:
            continue
        low, high = parameters.bounds(name)
        usual = parameters.number(f"{name}_usual_{unit_of(*kind)}")
        kinds[".".join(kind)] = KindPrior(parameters.number(name) * usual, math.log(high / low) / (2 * Z90), usual)
    rate_low, rate_high = parameters.bounds("feedback.award_rate_lighting")
    rate = Rate(
        parameters.number("feedback.award_rate_lighting"),
        math.log(rate_high / rate_low) / (2 * Z90),
        parameters.number("feedback.award_rate_spread"),
    )
    return cost_prior(
        kinds,
        slope=_normal(parameters, "feedback.cost_size_elasticity"),
        covariates={"decades": _normal(parameters, "feedback.cost_drift_decade")},
        rates={AWARDED: rate},
    )


def _normal(parameters: Parameters, name: str) -> Normal:
    low, high = parameters.bounds(name)
    return Normal(parameters.number(name), (high - low) / (2 * Z90))


def _row(record: Record, parameters: Parameters) -> dict[str, Any] | None:
    """A record as an observation of the cost, None where it tells no unit cost."""
    cost, quantity = record.cost(), record.get("action.quantity")
    domain, kind = record.get("action.domain"), record.get("action.kind")
    unit = unit_of(domain, family_of(domain, kind))
    mixed = any(row.get("includes") for row in (*record.rows("costs"), record.values.get("predicted_cost") or {}))
    if cost is None or mixed or not quantity or record.get("action.quantity_unit") != unit or cost[0] <= 0:
        return None
    if record.family == "programme":
        return None  # works of several kinds together have no unit cost of their own
    amount, vat, quality = cost
    gross = 1.0 + parameters.number("feedback.vat_rate_works")
    spread = parameters.number(f"feedback.cost_error_{quality}")
    if vat == "included":
        amount /= gross
    elif vat == "unknown":  # with or without VAT, nobody knows: halfway, and the gap is an error
        amount /= math.sqrt(gross)
        spread = math.hypot(spread, math.log(gross) / 2)
    year = record.get("dates.accepted") or record.get("dates.started")
    return {
        "record_id": record.record_id,
        "title": record.get("title"),
        "place": record.get("territory.name", ""),
        "quality": quality,
        "value": amount,
        "size": quantity,
        "kind": f"{domain}.{record.family}",
        "territory": record.get("territory.code") or record.get("territory.name", ""),
        "value_log_sd": spread,
        "size_log_sd": 0.0,
        "decades": _decades(year.year if year else record.get("dates.year_to"), parameters),
        "through": "",
        "weight": 1.0,
    }


def _decades(year: int | None, parameters: Parameters) -> float:
    """Decades since the year of learned costs; none where the year is not known."""
    return 0.0 if year is None else (year - parameters.number("feedback.cost_year")) / _DECADE_YEARS


def _award_rows(awards: pl.DataFrame, parameters: Parameters) -> list[dict[str, Any]]:
    kept = counted_awards(awards, "lighting", "points")
    if kept.is_empty():
        return []
    population = awards.filter(pl.col("kind") == "lighting", pl.col("subsidy_eur") > 0)["subsidy_eur"].to_numpy()
    weights = selection_weights(kept["subsidy_eur"].to_numpy(), population) * kind_weight("lighting")
    count_spread = count_log_sd("points", parameters.number("feedback.count_error_wrong"))
    return [
        {
            "record_id": "",
            "title": row["title"],
            "place": row["commune_code"],
            "quality": "awarded",
            "value": row["subsidy_eur"],
            "size": float(row["count"]),
            "kind": AWARD_KIND,
            "territory": row["siren"] or row["commune_code"],
            "value_log_sd": 0.0,
            "size_log_sd": count_spread,
            "decades": _decades(AWARD_YEAR, parameters),
            "through": AWARDED,
            "weight": float(weight),
        }
        for row, weight in zip(kept.iter_rows(named=True), weights, strict=True)
    ]


def _records(rows: Sequence[Mapping[str, Any]]) -> Records:
    if not rows:
        return Records.none()
    numbers = {
        name: np.array([row[name] for row in rows], dtype=np.float64)
        for name in ("value", "size", "value_log_sd", "size_log_sd", "weight", "decades")
    }
    return Records(
        numbers["value"],
        numbers["size"],
        [row["kind"] for row in rows],
        [row["territory"] for row in rows],
        value_log_sd=numbers["value_log_sd"],
        size_log_sd=numbers["size_log_sd"],
        covariates={"decades": numbers["decades"]},
        through=[row["through"] for row in rows],
        weight=numbers["weight"],
    )
