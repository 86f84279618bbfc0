"""What if: the same question with one thing changed, from the plan that is known."""

from collections.abc import Callable
from typing import Any

import polars as pl
import pytest

from bocage.decide.answer.planning import make_plan
from bocage.decide.answer.whatif import FIGURES, Change, answered, changed
from bocage.decide.question.request import Choice, PlanRequest

SIREN = "111111118"
PAYER = (SIREN, "M57_main")
RequestOf = Callable[..., PlanRequest]
CITY = {"kind": "commune", "population": 60000, "department": "35"}
ROWS = [{"cost": 5000 + 700 * i, "kwh": 4000.0, "facts": {"led": False}} for i in range(8)]
SETTINGS: dict[str, Any] = {"territory": CITY, "budgets": {PAYER: [9000.0] * 3}}


def known(request: PlanRequest) -> tuple[Any, dict[str, Any], dict[str, int]]:
    result = make_plan(request)
    figures = result.options.filter(pl.col("option") == "chosen").row(0, named=True)
    years = dict(result.plan.filter(pl.col("decision") == "in").select("action_id", "year").iter_rows())
    return result.plan, figures, years


def test_no_change_moves_nothing(request_of: RequestOf) -> None:
    request = request_of(ROWS, **SETTINGS)
    plan, figures, years = known(request)
    found = answered(changed(request, Change(), years), plan, figures)
    assert found.moves.is_empty()
    assert found.figures["difference"].abs().max() == pytest.approx(0.0, abs=1e-6)
    assert found.figures["figure"].to_list() == list(FIGURES)


def test_the_answer_is_the_plan_made_afresh(request_of: RequestOf) -> None:
    request = request_of(ROWS, **SETTINGS)
    plan, figures, years = known(request)
    out = next(action for action, decision in plan.select("action_id", "decision").iter_rows() if decision == "out")
    change = Change(wanted=[[out]], unwanted=[next(iter(years))])
    found = answered(changed(request, change, years), plan, figures)
    afresh = make_plan(changed(request, change, {}))
    done = dict(afresh.plan.filter(pl.col("decision") == "in").select("action_id", "year").iter_rows())
    assert out in found.years
    assert next(iter(years)) not in found.years
    told = dict(found.figures.select("figure", "after").iter_rows())
    value = afresh.options.filter(pl.col("option") == "chosen").row(0, named=True)
    assert told["npv_eur"] == pytest.approx(value["npv_eur"], rel=1e-6)
    assert set(found.years) == set(done)
    moves = dict(found.moves.select("action_id", "move").iter_rows())
    assert moves[out] == "in"
    assert moves[next(iter(years))] == "out"


def test_one_of_a_group_is_enough(request_of: RequestOf) -> None:
    poor = [{"cost": 8000, "kwh": 10.0, "facts": {"led": False}}, {"cost": 7000, "kwh": 10.0, "facts": {"led": False}}]
    request = request_of(poor, **SETTINGS)
    found = answered(changed(request, Change(wanted=[["A0", "A1"]]), {}), *known(request)[:2])
    assert found.moves["action_id"].to_list() == ["A1"]


def test_a_wish_of_the_moment_comes_before_the_table_of_choices(request_of: RequestOf) -> None:
    out = Choice(choice="excluded", actions=["A0", "A1"], reason="conseil")
    request = request_of(ROWS, choices=[out], **SETTINGS)
    asked = changed(request, Change(wanted=[["A0"]]), {})
    assert [(choice.choice, list(choice.actions)) for choice in asked.choices] == [
        ("excluded", ["A1"]),
        ("mandatory", ["A0"]),
    ]


def test_programmes_counted_on_and_left_out_never_overlap(request_of: RequestOf) -> None:
    request = request_of(ROWS, count_on=frozenset({"DETR"}), leave_out=frozenset({"DSIL"}), **SETTINGS)
    asked = changed(request, Change(count_on=frozenset({"DSIL"}), leave_out=frozenset({"DETR"})), {})
    assert (asked.count_on, asked.leave_out) == (frozenset({"DSIL"}), frozenset({"DETR"}))


def test_the_search_starts_from_the_plan_that_is_known(request_of: RequestOf) -> None:
    request = request_of(ROWS, **SETTINGS)
    _, _, years = known(request)
    # No time at all for the solver: what comes out is at least as good as the plan that is known.
    result = make_plan(changed(request_of(ROWS, time_limit_s=0.001, **SETTINGS), Change(), years))
    best = make_plan(request).solve.objective
    assert result.solve.objective == pytest.approx(best, rel=1e-6)
