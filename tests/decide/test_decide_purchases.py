"""Grouped purchases: the lower price holds where enough is ordered in one year, and money follows it everywhere."""

from collections.abc import Callable
from typing import Any

import numpy as np
import polars as pl
import pytest

from bocage.decide.answer.planning import decided, make_plan, prepare
from bocage.decide.columns.purchases import regrouped
from bocage.decide.question.request import GroupedPurchase, PlanRequest

SIREN = "111111118"
PAYER = (SIREN, "M57_main")
RequestOf = Callable[..., PlanRequest]
CITY = {"kind": "commune", "population": 60000, "department": "35"}
SMALL = {"kind": "commune", "population": 1500, "department": "53"}
WORKS = {"cost": 10000, "kwh": 9000, "points": 10}
LABEL = {"fr": "LED", "en": "LED"}


def purchase(count: int, *, minimum: float = 20, discount: float = 0.1) -> GroupedPurchase:
    actions = [f"A{number}" for number in range(count)]
    return GroupedPurchase(name="led", label=LABEL, actions=actions, fact="points", minimum=minimum, discount=discount)


def costs(result: Any) -> dict[str, float]:
    return dict(zip(result.plan["action_id"], result.plan["cost_eur"], strict=True))


def line(result: Any, name: str) -> float:
    return float(result.ledgers.filter(pl.col("line") == name)["amount_eur"].sum())


def test_works_ordered_together_cost_less_in_every_table(request_of: RequestOf) -> None:
    settings: dict[str, Any] = {"territory": CITY, "budgets": {PAYER: [30000.0, 0.0, 0.0]}}
    alone = make_plan(request_of([WORKS, WORKS], **settings))
    together = make_plan(request_of([WORKS, WORKS], purchases=[purchase(2)], **settings))
    assert costs(alone) == {"A0": 10000.0, "A1": 10000.0}
    assert costs(together) == {"A0": 9000.0, "A1": 9000.0}
    assert line(together, "works_ttc") == pytest.approx(0.9 * line(alone, "works_ttc"))
    assert line(together, "fctva") == pytest.approx(0.9 * line(alone, "fctva"))
    bought = together.purchases.row(0, named=True)
    assert (bought["year"], bought["quantity"], bought["actions"]) == (2027, 20.0, 2)
    assert bought["saved_eur"] == pytest.approx(2000.0)
    chosen = together.options.filter(pl.col("option") == "chosen").row(0, named=True)
    assert chosen["cost_eur"] == pytest.approx(18000.0)
    npv = {name: one.society.filter(pl.col("indicator") == "npv")["value"].item() for name, one in
           (("alone", alone), ("together", together))}  # fmt: skip
    assert npv["together"] >= npv["alone"] + 2000.0 - 1e-6


def test_below_the_quantity_the_usual_price_is_paid(request_of: RequestOf) -> None:
    result = make_plan(request_of([WORKS, WORKS], territory=CITY, purchases=[purchase(2, minimum=21)]))
    assert costs(result) == {"A0": 10000.0, "A1": 10000.0}
    assert result.purchases.is_empty()


def test_the_lower_price_pays_for_more_works(request_of: RequestOf) -> None:
    # 24 000 EUR of own funds at once: two works of 12 000 EUR, VAT included; at a price lower by a sixth, a third one.
    rows = [{**WORKS, "last_year": 2027, "facts": {"led": False}} for _ in range(3)]
    lot = purchase(3, discount=1 / 3)
    settings: dict[str, Any] = {"territory": CITY, "budgets": {PAYER: [24000.0, 0.0, 0.0]}}
    assert (make_plan(request_of(rows, **settings)).plan["decision"] == "in").sum() == 2
    assert (make_plan(request_of(rows, purchases=[lot], **settings)).plan["decision"] == "in").sum() == 3


def test_aids_are_reckoned_on_what_is_paid(request_of: RequestOf) -> None:
    rows = [{**WORKS, "cost": 20000}, {**WORKS, "cost": 20000}]
    settings: dict[str, Any] = {"territory": SMALL, "objective": "cash", "count_on": frozenset({"DETR"})}
    alone = make_plan(request_of(rows, **settings))
    together = make_plan(request_of(rows, purchases=[purchase(2)], **settings))
    given = {
        name: float(one.financing.filter(pl.col("programme") == "DETR")["amount_eur"].sum())
        for name, one in (("alone", alone), ("together", together))
    }
    assert given["alone"] > 0
    assert given["together"] == pytest.approx(0.9 * given["alone"])


def test_the_purchase_waits_for_the_year_in_which_all_can_be_ordered(request_of: RequestOf) -> None:
    rows = [{**WORKS, "facts": {"led": False}}, {**WORKS, "first_year": 2028, "facts": {"led": False}}]
    far = purchase(2, discount=0.4)
    result = make_plan(request_of(rows, territory=CITY, purchases=[far], budgets={PAYER: [40000.0, 0.0, 0.0]}))
    assert result.plan["year"].to_list() == [2028, 2028]


def test_a_plan_made_one_by_one_is_moved_to_the_lower_price_together(request_of: RequestOf) -> None:
    prepared = prepare(request_of([WORKS] * 4, territory=CITY, purchases=[purchase(4)], budgets={PAYER: [90000.0]}))
    columns = prepared.steering.columns
    portfolio = columns.portfolio
    usual = [int(np.flatnonzero((portfolio.action == a) & (columns.cost_factor == 1.0))[0]) for a in range(4)]
    moved = regrouped(portfolio, columns.twins, usual)
    assert {columns.purchase[column] for column in moved} == {"led"}
    assert portfolio.objective(moved) > portfolio.objective(usual)
    # One alone is not enough: nothing moves.
    assert regrouped(portfolio, columns.twins, usual[:1]) == usual[:1]


def test_the_value_of_the_columns_is_that_of_the_books(request_of: RequestOf) -> None:
    prepared = prepare(request_of([WORKS] * 3, territory=CITY, purchases=[purchase(3)], budgets={PAYER: [90000.0]}))
    chosen = decided(prepared)
    columns = prepared.steering.columns
    told = {aim.objective: aim.value for aim in chosen.aims}["npv"]
    written = make_plan(prepared.request).society
    assert columns.cost_factor[list(chosen.columns)] == pytest.approx(0.9)
    assert told == pytest.approx(written.filter(pl.col("indicator") == "npv")["value"].item(), rel=1e-6)
