"""What would bring an action in: each condition, checked by planning again on either side of it."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import polars as pl
import pytest

from bocage.decide.answer.planning import make_plan
from bocage.decide.question.request import PlanRequest
from bocage.parameters.scenarios import TREND, Path, load_scenario
from bocage.vocabulary.draws import DrawTable

SIREN = "111111118"
PAYER = (SIREN, "M57_main")
RequestOf = Callable[..., PlanRequest]
CITY = {"kind": "commune", "population": 60000, "department": "35"}
NOT_LED = {"facts": {"led": False}}
POOR = {"cost": 30000, "kwh": 5000, **NOT_LED}
GOOD = {"cost": 10000, "kwh": 9000, **NOT_LED}
DRIVERS = {"electricity_cost_eur_year": "electricity_price"}
RICH: dict[str, Any] = {"territory": CITY, "budgets": {PAYER: [90000.0]}, "drivers": DRIVERS}


def decision(request: PlanRequest, action: str) -> str:
    plan = make_plan(request).plan
    return str(plan.filter(pl.col("action_id") == action)["decision"].item())


def entry(request: PlanRequest, action: str) -> Mapping[str, Any]:
    return make_plan(request).entry.filter(pl.col("action_id") == action).row(0, named=True)


def cheaper(request: PlanRequest, action: str, share: float) -> PlanRequest:
    table = request.appraisal
    draws = table.draws.copy()
    rows = (table.keys["action_id"] == action) & (table.keys["indicator"] == "investment_eur")
    draws[np.flatnonzero(rows.to_numpy())] *= 1.0 - share
    return replace(request, appraisal=DrawTable(table.keys, draws, table.default_share))


def dearer(request: PlanRequest, driver: str, factor: float) -> PlanRequest:
    trend = load_scenario(TREND, date=request.date)
    path = trend.paths[driver]
    points = {**{year: value * factor for year, value in path.points.items()}, request.date.year: 1.0}
    points |= {request.date.year + 1: factor}
    scaled: Path = replace(path, points=points)
    return replace(request, scenario=replace(trend, paths={**trend.paths, driver: scaled}))


def test_the_cost_that_would_do_is_told_to_the_thousandth(request_of: RequestOf) -> None:
    request = request_of([POOR], **RICH)
    cut = entry(request, "A0")["cost_cut"]
    assert 0 < cut < 1
    assert decision(cheaper(request, "A0", cut - 0.001), "A0") == "out"
    assert decision(cheaper(request, "A0", cut + 0.001), "A0") == "in"


def test_the_price_that_would_do_is_told_to_the_hundredth(request_of: RequestOf) -> None:
    request = request_of([POOR], **RICH)
    told = entry(request, "A0")
    assert told["price_driver"] == "electricity_price"
    assert told["price_factor"] > 1
    assert decision(dearer(request, "electricity_price", told["price_factor"] - 0.01), "A0") == "out"
    assert decision(dearer(request, "electricity_price", told["price_factor"] + 0.01), "A0") == "in"


def test_the_price_counts_what_a_rival_gains_too(request_of: RequestOf) -> None:
    rows = [{**GOOD, "exclusive_group": "g"}, {**GOOD, "cost": 20000, "kwh": 10000, "exclusive_group": "g"}]
    request = request_of(rows, **RICH)
    factor = entry(request, "A1")["price_factor"]
    assert decision(dearer(request, "electricity_price", factor - 0.02), "A1") == "out"
    assert decision(dearer(request, "electricity_price", factor + 0.02), "A1") == "in"


def test_to_the_payers_cash_an_aid_would_do(request_of: RequestOf) -> None:
    result = make_plan(request_of([POOR], objective="cash", **RICH))
    told, lost = result.entry.row(0, named=True), -result.reasons["value"].item()
    assert 0 < lost < 36000
    assert told["aid_eur"] == pytest.approx(lost)
    # A cut of the cost also makes renewals cheaper: it need not spare as much at once.
    assert told["cost_cut"] * 30000 * 1.2 < lost


def test_to_society_no_aid_makes_good_what_is_not(request_of: RequestOf) -> None:
    assert entry(request_of([POOR], **RICH), "A0")["aid_eur"] is None


def test_the_money_that_lacks_is_told(request_of: RequestOf) -> None:
    # 12 000 EUR pay for one of the two works at once.
    request = request_of([GOOD, {**GOOD, "kwh": 8900}], **{**RICH, "budgets": {PAYER: [12500.0]}})
    result = make_plan(request)
    out = result.entry.row(0, named=True)
    code = dict(zip(result.reasons["action_id"], result.reasons["code"], strict=True))[out["action_id"]]
    assert code in ("BOC-DEC-103", "BOC-DEC-104")
    if out["budget_eur"] is not None:
        more = replace(request, budgets={PAYER: [12500.0 + out["budget_eur"] + 1]})
        assert decision(more, out["action_id"]) == "in"
    assert out["cost_cut"] is None or 0 < out["cost_cut"] < 1


def test_only_what_value_or_money_leaves_out_has_conditions(request_of: RequestOf) -> None:
    rows = [GOOD, {**GOOD, "standing": "request", "owner_siren": "222222226"}, {**GOOD, "budget": "M49_water"}, POOR]
    result = make_plan(request_of(rows, **RICH))
    assert result.entry["action_id"].to_list() == ["A3"]
    assert result.entry["budget_eur"].to_list() == [None]
