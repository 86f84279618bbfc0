"""Tornado: how much each number that is not known for sure moves the value of the plan, the plan being fixed."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np
import polars as pl
from numpy.typing import NDArray

from bocage.decide.answer.planning import Prepared
from bocage.decide.money.plan_value import Selected, value_of
from bocage.decide.question.request import Objective, PlanRequest, Realisation
from bocage.decide.value.economy import Economy, read_economy
from bocage.decide.value.realisation import realisation_name
from bocage.decide.value.worth import Worth, read_worth
from bocage.decide.wording import label_of
from bocage.finance.discounting import real_rate
from bocage.parameters.reader import CORE_FOLDER, load
from bocage.parameters.scenarios import TREND, Bound, load_scenario
from bocage.vocabulary.draws import interval_of
from bocage.vocabulary.futures import variables

Array = NDArray[np.float64]
BOUNDS: tuple[Bound, Bound] = ("low", "high")
HORIZON_STEP = 10
"""Years taken off the horizon and added to it."""


@dataclass(frozen=True, kw_only=True)
class Bar:
    """One number at its low and at its high value, and what the plan is worth then.

    Attributes:
        name: name of the number, with what it is about after a colon.
        label: by language.
        unit: unit of the number.
        low: low value of the number (P10 where it is uncertain).
        high: high value.
        at_low: value of the plan with the low one.
        at_high: value of the plan with the high one.
        status: `verified`, `to_verify` or `expired`; `draws` where it follows from the draws of domains, `learned`
            where it comes from shared experience.
    """

    name: str
    label: Mapping[str, str]
    unit: str
    low: float
    high: float
    at_low: float
    at_high: float
    status: str


def tornado_of(prepared: Prepared, plan: Selected, objective: Objective) -> list[Bar]:
    """The bars of a plan, the widest first; numbers that change nothing are left out.

    Each number moves alone, from its 10th to its 90th percentile, all the others at their mean: shares realised
    by domain, prices and carbon contents of the scenario, costs by kind of works, and what the books
    choose (discount rate, horizon, value of carbon).

    Args:
        prepared: the request, valued.
        plan: the plan.
        objective: what is counted.
    """
    bars = [*_shares(prepared, plan, objective), *_paths(prepared, plan, objective)]
    bars += [*_costs(prepared, plan, objective), *_choices(prepared, plan, objective)]
    scale = 1e-9 * max(1.0, abs(value_of(prepared.request, prepared.worth, plan, objective)))
    kept = [bar for bar in bars if abs(bar.at_high - bar.at_low) > scale]
    return sorted(kept, key=lambda bar: (-abs(bar.at_high - bar.at_low), bar.name))


def tornado_frame(bars: list[Bar], base: float) -> pl.DataFrame:
    """Frame `name`, `label_fr`, `label_en`, `unit`, `low`, `high`, `value`, `at_low`, `at_high`, `swing`, `status`."""
    rows = [
        {
            "name": bar.name, "label_fr": bar.label["fr"], "label_en": bar.label["en"], "unit": bar.unit,
            "low": bar.low, "high": bar.high, "value": base, "at_low": bar.at_low, "at_high": bar.at_high,
            "swing": abs(bar.at_high - bar.at_low), "status": bar.status,
        }
        for bar in bars
    ]  # fmt: skip
    texts = dict.fromkeys(("name", "label_fr", "label_en", "unit"), pl.String)
    numbers = dict.fromkeys(("low", "high", "value", "at_low", "at_high", "swing"), pl.Float64)
    return pl.DataFrame(rows, schema={**texts, **numbers, "status": pl.String})


def _asked(request: PlanRequest, worth: Worth, plan: Selected, objective: Objective) -> float:
    """Value of the plan once the request is changed: its gains are read again, its costs and economy are kept."""
    return value_of(request, read_worth(request, worth.economy), plan, objective)


def _shares(prepared: Prepared, plan: Selected, objective: Objective) -> Iterator[Bar]:
    request, worth = prepared.request, prepared.worth
    done = {request.actions["domain"][row] for row in plan.starts}
    for domain in sorted(done):
        learned = request.realisation.get(domain)
        name = realisation_name(request.parameters, domain)
        value = request.parameters[name]
        low, high = request.parameters.bounds(name) if learned is None else (learned.low, learned.high)
        ends = []
        for bound in (low, high):
            sure = Realisation(median=bound, low=bound, high=bound, records=0, told={})
            changed = replace(request, realisation={**request.realisation, domain: sure})
            ends.append(_asked(changed, worth, plan, objective))
        yield Bar(
            name=f"realisation:{domain}", label=load(CORE_FOLDER)[name].description, unit="1",
            low=low, high=high, at_low=ends[0], at_high=ends[1], status=value.status if learned is None else "learned",
        )  # fmt: skip


def _paths(prepared: Prepared, plan: Selected, objective: Objective) -> Iterator[Bar]:
    """Prices and contents of the scenario at their bounds: the level that the draws of domains spread."""
    request, worth = prepared.request, prepared.worth
    scenario = request.scenario or load_scenario(TREND, date=request.date)
    for driver in sorted({*request.drivers.values()}):
        path = scenario.paths.get(driver)
        if path is None or not path.low:
            continue
        years = request.first_year + np.arange(worth.economy.horizon + 1)
        base_year, ends, told = request.date.year, [], []
        for bound in BOUNDS:
            # Bounds are those of the level: they move the whole path, today's figure included.
            ratio = path.at(years, bound) / path.at(years)
            index = scenario.index(driver, years, base_year) * ratio
            moved = replace(worth, index={**worth.index, driver: index})
            ends.append(value_of(request, moved, plan, objective))
            told.append(float(path.at([request.first_year], bound)[0]))
        yield Bar(
            name=f"scenario:{driver}", label=variables()[driver].label, unit=path.unit, low=told[0], high=told[1],
            at_low=ends[0], at_high=ends[1], status=path.status,
        )  # fmt: skip


def _costs(prepared: Prepared, plan: Selected, objective: Objective) -> Iterator[Bar]:
    """The cost of all the works of a kind together, at the percentiles of its draws."""
    request, worth = prepared.request, prepared.worth
    kinds = request.actions["kind"].to_list()
    for kind in sorted({kinds[row] for row in plan.starts}):
        rows = [row for row in plan.starts if kinds[row] == kind]
        mean, low, high = interval_of(worth.cost[rows].sum(axis=0))
        if mean <= 0:
            continue
        ends = []
        for bound in (low, high):
            cost = worth.cost.copy()
            cost[rows] *= bound / mean
            ends.append(value_of(request, replace(worth, cost=cost), plan, objective))
        words = request.kinds.get(kind, {"fr": kind, "en": kind})
        french, english = label_of("cost_of")
        label = {"fr": f"{french}\u202f: {words['fr']}", "en": f"{english}: {words['en']}"}
        yield Bar(
            name=f"cost:{kind}", label=label, unit="EUR", low=float(low), high=float(high),
            at_low=ends[0], at_high=ends[1], status="draws",
        )  # fmt: skip


def _choices(prepared: Prepared, plan: Selected, objective: Objective) -> Iterator[Bar]:
    """What no draw holds: the rate, the horizon, the value of carbon."""
    request, worth = prepared.request, prepared.worth
    economy, parameters = worth.economy, request.parameters

    def valued(other: Economy) -> float:
        return value_of(request, replace(worth, economy=other), plan, objective)

    premium, riskless = parameters.number("economy.risk_premium"), parameters.number("economy.discount_rate_riskless")
    low, high = riskless, riskless + 2 * premium
    if objective == "cash":
        bounds = parameters.bounds("economy.financial_rate")
        low, high = (real_rate(bound, parameters.number("economy.inflation")) for bound in bounds)
        ends = [valued(replace(economy, financial_rate=rate)) for rate in (low, high)]
        yield _choice("financial_rate", "%", 100 * low, 100 * high, ends[0], ends[1])
    else:
        ends = [valued(replace(economy, social_rate=rate)) for rate in (low, high)]
        yield _choice("discount_rate", "%", 100 * low, 100 * high, ends[0], ends[1])
    if objective == "npv":
        first, last = (float(path[-1] * 1000) for path in (economy.carbon_eur_kg, economy.carbon_2019_eur_kg))
        other_path = valued(replace(economy, carbon_eur_kg=economy.carbon_2019_eur_kg))
        yield _choice("carbon_path", "EUR/t", first, last, valued(economy), other_path)
    lengths = [max(request.years, economy.horizon - HORIZON_STEP), economy.horizon + HORIZON_STEP]
    reached = []
    for length in lengths:
        other = read_economy(
            parameters, request.territory, first_year=request.first_year, years=request.years, horizon=length
        )
        reached.append(value_of(request, read_worth(request, other), plan, objective))
    yield _choice("horizon", "year", float(lengths[0]), float(lengths[1]), reached[0], reached[1])


def _choice(name: str, unit: str, low: float, high: float, at_low: float, at_high: float) -> Bar:
    french, english = label_of(name)
    return Bar(
        name=name, label={"fr": french, "en": english}, unit=unit, low=low, high=high, at_low=at_low, at_high=at_high,
        status="to_verify",
    )  # fmt: skip
