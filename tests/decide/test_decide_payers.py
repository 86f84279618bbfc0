"""Budgets of payers: who pays what, from which table, and what of VAT comes back to whom."""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bocage.decide.answer.planning import make_plan
from bocage.decide.funding.eligibility import judge
from bocage.decide.funding.returns import refund_of
from bocage.decide.question.budgets import read_budgets
from bocage.decide.question.request import PlanRequest
from bocage.decide.value.economy import read_economy
from bocage.decide.value.taxes import fctva_regime, taxes_of
from bocage.decide.value.worth import read_worth
from bocage.parameters.funding_rules import load_rules
from bocage.parameters.reader import CORE_FOLDER, Parameters
from bocage.vocabulary.codes import BocageError
from bocage.vocabulary.columns import shared_asset_tables

SIREN, OTHER = "111111118", "222222226"
MAIN, WATER = (SIREN, "M57_main"), (SIREN, "M49_water")
RequestOf = Callable[..., PlanRequest]
CITY = {"kind": "commune", "population": 60000, "department": "35"}
PLAIN: Mapping[str, Any] = {"territory": CITY, "leave_out": frozenset({"CEE-RES-EC-104"})}


def table(*rows: Mapping[str, Any]) -> pl.DataFrame:
    declared = shared_asset_tables()["budget_year"]
    told = [{"asset_id": str(number), **row} for number, row in enumerate(rows)]
    return declared.conform(pl.DataFrame(told, schema_overrides={"year": pl.Int64})) if rows else declared.empty()


def read(frame: pl.DataFrame, **settings: Any) -> Any:
    given_by = {
        "siren": SIREN, "kind": "commune", "first_year": 2027, "years": 3,
        "parameters": Parameters(CORE_FOLDER, dt.date(2026, 11, 1)), "own_funds_eur_year": 5000.0,
    }  # fmt: skip
    return read_budgets(frame, **{**given_by, **settings})


def line(result: Any, name: str, payer: tuple[str, str] = MAIN) -> dict[int, float]:
    rows = result.ledgers.filter(
        (pl.col("line") == name) & (pl.col("payer_siren") == payer[0]) & (pl.col("budget") == payer[1])
    )
    return dict(zip(rows["year"].to_list(), rows["amount_eur"].to_list(), strict=True))


def test_without_a_table_the_usual_amount_holds_and_nobody_borrows() -> None:
    means = read(table())
    assert means.budgets == {MAIN: [5000.0] * 3}
    assert (means.borrowing, means.staff_days, means.accounts) == ({}, {}, {})
    assert read(table(), own_funds_eur_year=None).budgets == {}
    assert list(read(table(), kind="syndicate").budgets) == [(SIREN, "syndicate")]


def test_the_table_tells_each_payer_and_leaves_the_usual_amount_to_the_years_it_lacks() -> None:
    means = read(
        table(
            {"year": 2028, "own_funds_eur": 7000.0, "loan_limit_eur": 20000.0, "loan_rate": 0.04, "staff_days": 30.0},
            {"year": 2027, "own_funds_eur": 900.0, "owner_siren": SIREN, "budget": "M49_water"},
            {"year": 2020, "own_funds_eur": 1.0},
            {"year": 2029, "own_funds_eur": 12.0, "owner_siren": OTHER, "budget": "epci", "gross_savings_eur": 5.0},
        )
    )
    assert means.budgets == {
        MAIN: [5000.0, 7000.0, 5000.0], WATER: [900.0, 0.0, 0.0], (OTHER, "epci"): [0.0, 0.0, 12.0],
    }  # fmt: skip
    assert means.borrowing[MAIN].limit_eur == [0.0, 20000.0, 0.0]
    assert means.borrowing[MAIN].rate == [0.035, 0.04, 0.035]
    assert means.borrowing[MAIN].years == [15, 15, 15]
    assert means.staff_days == {MAIN: [np.inf, 30.0, np.inf]}
    assert list(means.borrowing) == [MAIN]
    assert means.accounts[OTHER, "epci"].gross_savings_eur == [None, None, 5.0]


def test_a_year_told_twice_is_refused() -> None:
    with pytest.raises(BocageError) as refusal:
        read(table({"year": 2027, "own_funds_eur": 1.0}, {"year": 2027, "own_funds_eur": 2.0, "owner_siren": SIREN}))
    assert refusal.value.code == "BOC-DEC-020"
    assert "2027" in refusal.value.say("what", "fr")


@given(st.permutations(range(6)))
def test_the_order_of_the_rows_changes_nothing(order: list[int]) -> None:
    rows = [
        {"year": 2027 + number % 3, "own_funds_eur": 100.0 * number, "budget": ("M57_main", "M49_water")[number // 3]}
        for number in range(6)
    ]
    assert dict(read(table(*(rows[number] for number in order))).budgets) == dict(read(table(*rows)).budgets)


def test_money_of_one_budget_pays_for_nothing_of_another(request_of: RequestOf) -> None:
    rows = [{"cost": 5000, "kwh": 6000}, {"cost": 5000, "kwh": 6000, "budget": "M49_water", "competence": "water"}]
    rich = {MAIN: [90000.0] * 3}
    alone = make_plan(request_of(rows, budgets=rich, **PLAIN))
    decided = dict(zip(alone.plan["action_id"], alone.plan["decision"], strict=True))
    assert decided == {"A0": "in", "A1": "out"}
    code = alone.reasons.filter(pl.col("action_id") == "A1")["code"].item()
    assert code == "BOC-DEC-109"
    both = make_plan(request_of(rows, budgets={**rich, WATER: [6000.0, 0.0, 0.0]}, **PLAIN))
    assert both.plan["decision"].to_list() == ["in", "in"]
    assert sum(line(both, "works_ttc").values()) == pytest.approx(-6000)
    assert sum(line(both, "works_ttc", WATER).values()) == pytest.approx(-6000)


def test_a_water_service_deducts_its_vat_in_the_year_and_is_given_no_fctva(request_of: RequestOf) -> None:
    # 5 000 EUR excl. VAT: 6 000 EUR paid and 1 000 EUR deducted at once, where FCTVA gives 984.24 EUR two years later.
    rows = [{"cost": 5000, "kwh": 6000, "budget": "M49_water", "competence": "water"}]
    settings = {"budgets": {WATER: [5000.0, 0.0, 0.0]}, **PLAIN}
    large = make_plan(request_of(rows, **settings))
    assert large.plan["decision"].to_list() == ["in"]
    assert line(large, "vat_deducted", WATER)[2027] == pytest.approx(1000.0)
    assert "fctva" not in large.ledgers["line"].to_list()
    # Its savings are worth their amount excluding VAT: the VAT of its running costs is deducted too.
    assert line(large, "savings", WATER)[2028] == pytest.approx(6000 * 0.2 * 0.955, rel=0.01)
    village = replace(request_of(rows, **settings), territory={**CITY, "population": 900})
    assert make_plan(village).plan["decision"].to_list() == ["out"]
    funded = make_plan(replace(village, budgets={WATER: [6000.0, 0.0, 0.0]}))
    assert line(funded, "fctva", WATER)[2029] == pytest.approx(0.16404 * 6000)
    opted = request_of([{**rows[0], "facts": {"vat_deductible": True}}], **{**settings, "territory": village.territory})
    assert make_plan(opted).plan["decision"].to_list() == ["in"]


def test_works_that_open_no_right_to_fctva_get_none(request_of: RequestOf) -> None:
    rows = [{"cost": 5000, "kwh": 9000, "facts": {"spending": "third_party"}}]
    result = make_plan(request_of(rows, **PLAIN))
    assert result.plan["decision"].to_list() == ["in"]
    assert not any(line(result, "fctva").values())
    assert result.options.filter(pl.col("option") == "chosen")["own_eur"].item() == pytest.approx(6000)


@pytest.mark.parametrize(
    ("budget", "territory", "regime"),
    [
        ("M57_main", {"kind": "commune"}, "commune"),
        ("M57_main", {"kind": "commune", "fctva_regime": "commune_nouvelle"}, "commune_nouvelle"),
        ("epci", {"kind": "commune", "fctva_regime": "commune_early"}, "epci"),
        ("syndicate", {"kind": "epci"}, "syndicate"),
        ("epci", {"kind": "epci", "fctva_regime": "commune_early"}, "commune_early"),
    ],
)
def test_each_budget_has_the_regime_of_its_own_body(budget: str, territory: dict[str, Any], regime: str) -> None:
    assert fctva_regime(budget, territory) == regime


def test_two_payers_have_fctva_each_at_its_own_pace(request_of: RequestOf) -> None:
    epci = (OTHER, "epci")
    rows = [{"cost": 5000, "kwh": 9000}, {"cost": 5000, "kwh": 9000, "owner_siren": OTHER, "budget": "epci"}]
    result = make_plan(request_of(rows, budgets={MAIN: [6000.0, 0, 0], epci: [6000.0, 0, 0]}, **PLAIN))
    assert result.plan["decision"].to_list() == ["in", "in"]
    back = 0.16404 * 6000
    assert line(result, "fctva", epci)[2028] == pytest.approx(back)
    assert line(result, "fctva")[2029] == pytest.approx(back)
    assert line(result, "fctva")[2027] == line(result, "fctva")[2028] == 0


@pytest.mark.parametrize(
    ("budget", "competence", "population", "facts"),
    [
        ("M57_main", "public_lighting", 900, {"spending": "investment"}),
        ("M57_main", "public_lighting", 900, {"spending": "network_upkeep"}),
        ("M57_main", "other", 900, {"spending": "cloud"}),
        ("M57_main", "other", 900, {"spending": "third_party"}),
        ("M49_water", "water", 5000, {"spending": "investment"}),
        ("M49_water", "water", 900, {"spending": "investment", "vat_deductible": False}),
        ("M49_water", "sanitation", 5000, {"spending": "investment", "vat_deductible": True}),
    ],
)
def test_the_ledgers_and_the_funding_rules_give_back_the_same_vat(
    request_of: RequestOf, budget: str, competence: str, population: int, facts: dict[str, Any]
) -> None:
    day = dt.date(2026, 12, 1)
    territory = {"kind": "commune", "population": population, "department": "35", "fctva_regime": "commune"}
    rows = [{"cost": 1000.0, "kwh": 900.0, "budget": budget, "competence": competence, "facts": facts}]
    request = request_of(rows, budgets={(SIREN, budget): [5000.0] * 3}, territory=territory)
    economy = read_economy(request.parameters, territory, first_year=2027, years=3)
    taxes = taxes_of(request, read_worth(request, economy))
    known = {f"territory.{name}": value for name, value in territory.items()}
    known |= {"action.vat_rate": 0.2, "action.budget": budget, "action.competence": competence}
    known |= {f"action.{name}": value for name, value in facts.items()}
    refunds = [
        refund_of(rule, known, day, cost_eur=1000.0)
        for rule in load_rules()
        if rule.cash == "refund" and rule.in_force(day) and judge(rule.eligibility, known)[0]
    ]
    if any(refund.rule.name == "VAT-DEDUCTION" for refund in refunds):
        refunds = [refund for refund in refunds if refund.rule.name == "VAT-DEDUCTION"]
    told = sum(refund.amount_eur for refund in refunds)
    assert 1200 * taxes.returned[0] == pytest.approx(told)
    assert not told or taxes.lag[0] == refunds[0].lag_years


def test_each_payer_is_told_with_what_it_lacks(request_of: RequestOf) -> None:
    rows = [
        {"cost": 5000, "kwh": 6000},
        {"cost": 5000, "kwh": 6000, "budget": "M49_water", "competence": "water"},
        {"cost": 5000, "kwh": 6000, "owner_siren": OTHER, "budget": "epci"},
        {"cost": 5000, "kwh": 6000, "owner_siren": "333333334", "budget": "syndicate", "standing": "request"},
    ]
    told = make_plan(request_of(rows, budgets={MAIN: [9000.0] * 3, WATER: [9000.0] * 3}, **PLAIN)).tables["payers"]
    by_payer = {(row["payer_siren"], row["budget"]): row for row in told.iter_rows(named=True)}
    assert set(by_payer) == {MAIN, WATER, (OTHER, "epci")}
    assert by_payer[OTHER, "epci"]["state"] == "without_budget"
    assert "budget_year" in by_payer[OTHER, "epci"]["note_fr"]
    assert (by_payer[WATER]["vat"], by_payer[MAIN]["vat"]) == ("deduction", "fctva")
    assert by_payer[MAIN]["works_eur"] == pytest.approx(6000)
    assert by_payer[MAIN]["note_en"] == ""
    assert "does not pay for it" in by_payer[WATER]["note_en"]
    village = {**PLAIN, "territory": {**CITY, "population": 900}}
    small = make_plan(request_of(rows[:2], budgets={MAIN: [9000.0] * 3, WATER: [9000.0] * 3}, **village))
    note = small.tables["payers"].filter(pl.col("budget") == "M49_water")["note_en"].item()
    assert "may decide" in note
    assert "3,000" in note
