"""Works of several domains in one street: the same year where nothing else decides, each paid by its own budget."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import polars as pl
import pytest

from bocage.decide.answer.planning import make_plan
from bocage.decide.columns.streets import SAME_YEAR
from bocage.decide.question.request import Choice, PlanRequest

SIREN = "111111118"
MAIN, WATER = (SIREN, "M57_main"), (SIREN, "M49_water")
RequestOf = Callable[..., PlanRequest]
CITY = {"kind": "commune", "population": 60000, "department": "35"}
LAMPS = {"cost": 10000, "kwh": 9000, "place": "Rue Haute", "first_year": 2028, "facts": {"led": False}}
PIPES = {"cost": 8000, "kwh": 0.0, "place": "Rue Haute", "budget": "M49_water", "domain": "water",
         "facts": {"led": False}}  # fmt: skip


def asked(request_of: RequestOf, *rows: dict[str, Any], **settings: Any) -> PlanRequest:
    """Energy alone decides: the pipes are worth the same in any year."""
    budgets = {MAIN: [90000.0] * 3, WATER: [90000.0] * 3}
    return request_of(rows, territory=CITY, budgets=budgets, objective="energy", **settings)


def years(request: PlanRequest) -> list[int | None]:
    return make_plan(request).plan["year"].to_list()


def must_do(*actions: str) -> Any:

    return [Choice(choice="mandatory", actions=[action]) for action in actions]


def test_at_equal_value_the_street_is_opened_once(request_of: RequestOf) -> None:
    duties = must_do("A0", "A1")
    request = asked(request_of, LAMPS, PIPES, choices=duties)
    assert years(request) == [2028, 2028]
    assert years(replace(request, group_streets=False)) == [2028, 2027]
    elsewhere = {**PIPES, "place": "Rue Basse"}
    free = make_plan(asked(request_of, LAMPS, elsewhere, choices=duties))
    assert free.streets.is_empty()


def test_each_budget_pays_its_part_and_the_table_says_so(request_of: RequestOf) -> None:
    result = make_plan(asked(request_of, LAMPS, PIPES, choices=must_do("A0", "A1")))
    line = result.streets.row(0, named=True)
    assert (line["place"], line["year"], line["domains"]) == ("Rue Haute", 2028, "lighting, water")
    assert (line["budgets"], line["actions"], line["cost_eur"]) == ("M49_water, M57_main", 2, 18000.0)
    works = result.ledgers.filter((pl.col("line") == "works_ttc") & (pl.col("amount_eur") < 0))
    paid = dict(works.group_by("budget").agg(pl.col("amount_eur").sum()).iter_rows())
    assert paid == pytest.approx({"M57_main": -12000.0, "M49_water": -9600.0})


def test_the_same_year_never_costs_more_than_a_tie(request_of: RequestOf) -> None:
    # The lamps gain by starting in 2027; the pipes cannot start before 2028: the lamps do not wait.
    early = {**LAMPS, "first_year": 2027}
    late = {**PIPES, "first_year": 2028}
    request = asked(request_of, early, late, choices=must_do("A0", "A1"))
    assert years(request) == [2027, 2028]
    saved = 9000 * 0.9
    assert saved * 0.03 > SAME_YEAR * 8000


def test_works_of_one_domain_are_left_as_they_are(request_of: RequestOf) -> None:
    rows = [LAMPS, {**PIPES, "domain": "lighting"}]
    grouped = asked(request_of, *rows, choices=must_do("A0", "A1"))
    assert make_plan(grouped).streets.is_empty()
    assert years(grouped) == years(replace(grouped, group_streets=False))
