"""What if: a question asked again with one thing changed, and what moves in the plan."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import polars as pl

from bocage.decide.answer.options import measured_option
from bocage.decide.answer.planning import decided, prepare
from bocage.decide.question.request import Choice, Objective, PlanRequest, SolveFacts
from bocage.decide.wording import label_of
from bocage.parameters.scenarios import Scenario

FIGURES = {
    "cost_eur": "EUR", "grants_eur": "EUR", "own_eur": "EUR", "saving_eur_year": "EUR/year",
    "energy_kwh_year": "kWh/year", "carbon_kg_year": "kgCO2e/year", "npv_eur": "EUR", "cash_npv_eur": "EUR",
}  # fmt: skip
"""Figures that two plans are compared on, with their unit."""


@dataclass(frozen=True, kw_only=True)
class Change:
    """What is asked otherwise; what is empty stays as it was.

    Attributes:
        wanted: groups of actions, one of which at least has to be done.
        unwanted: actions that may not be done.
        objective: what the plan is best at.
        scenario: view of the future.
        prudence: weight of the worst futures [1].
        count_on: further programmes to count on.
        leave_out: further programmes to do without.
    """

    wanted: Sequence[Sequence[str]] = ()
    unwanted: Sequence[str] = ()
    objective: Objective | None = None
    scenario: Scenario | None = None
    prudence: float | None = None
    count_on: frozenset[str] = field(default_factory=frozenset)
    leave_out: frozenset[str] = field(default_factory=frozenset)


@dataclass(frozen=True, kw_only=True)
class Answered:
    """The other plan beside the first one.

    Attributes:
        moves: one row per action whose place changes: `action_id`, `move` (`in`, `out`, `earlier`, `later`), `before`
            and `after` (start years, null where it is not in the plan), `cost_eur` (excluding VAT).
        figures: `figure`, `unit`, `label_fr`, `label_en`, `before`, `after`, `difference`.
        years: start year of each action of the other plan.
        solve: how it was found.
    """

    moves: pl.DataFrame
    figures: pl.DataFrame
    years: Mapping[str, int]
    solve: SolveFacts


def changed(request: PlanRequest, change: Change, years: Mapping[str, int]) -> PlanRequest:
    """The request with the change, to be searched from the plan that is known.

    A wish of the moment comes before the choices that were imported: an action wanted now is no longer excluded.

    Args:
        request: what the first plan was asked for.
        change: what is asked otherwise.
        years: start year of each action of the first plan.
    """
    free = {*change.unwanted, *(action for group in change.wanted for action in group)}
    kept = [
        replace(choice, actions=[action for action in choice.actions if action not in free])
        for choice in request.choices
    ]
    asked = [
        *(choice for choice in kept if choice.actions),
        *(Choice(choice="mandatory", actions=list(group)) for group in change.wanted),
        *([Choice(choice="excluded", actions=list(change.unwanted))] if change.unwanted else []),
    ]
    given: dict[str, Any] = {
        name: value for name in ("objective", "scenario", "prudence") if (value := getattr(change, name)) is not None
    }
    return replace(
        request,
        choices=asked,
        warm=dict(years),
        count_on=(request.count_on | change.count_on) - change.leave_out,
        leave_out=(request.leave_out | change.leave_out) - change.count_on,
        **given,
    )


def answered(request: PlanRequest, plan: pl.DataFrame, figures: Mapping[str, Any]) -> Answered:
    """Search again and set the other plan beside the first one; nothing is simulated jointly.

    Args:
        request: what is asked now.
        plan: the first plan, frame of the noun `plan`.
        figures: figures of the first plan, as `compare_options` tells them.

    Raises:
        BocageError: as `make_plan`.
    """
    prepared = prepare(request)
    chosen = decided(prepared)
    books = prepared.books(chosen.columns)
    now = measured_option("chosen", label_of("chosen"), books)
    ids = request.actions["action_id"].to_list()
    starts = zip(books.actions.tolist(), books.starts.tolist(), strict=True)
    years = {ids[action]: request.first_year + start for action, start in starts}
    costs = dict(zip(ids, books.worth.mean_cost.tolist(), strict=True))
    return Answered(
        moves=moves_between(_years(plan), years, costs),
        figures=_compared(figures, now),
        years=years,
        solve=chosen.facts,
    )


def _years(plan: pl.DataFrame) -> dict[str, int]:
    return dict(plan.filter(pl.col("decision") == "in").select("action_id", "year").iter_rows())


def moves_between(before: Mapping[str, int], after: Mapping[str, int], costs: Mapping[str, float]) -> pl.DataFrame:
    """The actions whose place changes from one plan to the other, dearest first.

    Args:
        before: start year by action of the first plan.
        after: start year by action of the other one.
        costs: cost of each action, excluding VAT [EUR].

    >>> moves_between({"A": 2027, "B": 2027}, {"B": 2029, "C": 2028}, {"A": 9.0, "B": 5.0, "C": 7.0})["move"].to_list()
    ['out', 'in', 'later']
    """
    rows = [
        {
            "action_id": action,
            "move": _move(before.get(action), after.get(action)),
            "before": before.get(action),
            "after": after.get(action),
            "cost_eur": costs.get(action, 0.0),
        }
        for action in dict.fromkeys([*before, *after])
        if before.get(action) != after.get(action)
    ]
    schema = {
        "action_id": pl.String, "move": pl.String, "before": pl.Int64, "after": pl.Int64, "cost_eur": pl.Float64,
    }  # fmt: skip
    return pl.DataFrame(rows, schema=schema).sort("cost_eur", "action_id", descending=[True, False])


def _move(before: int | None, after: int | None) -> str:
    if before is None:
        return "in"
    if after is None:
        return "out"
    return "earlier" if after < before else "later"


def _compared(before: Mapping[str, Any], after: Mapping[str, Any]) -> pl.DataFrame:
    rows = []
    for name, unit in FIGURES.items():
        label_fr, label_en = label_of(name)
        first, other = float(before[name]), float(after[name])
        rows.append(
            {
                "figure": name, "unit": unit, "label_fr": label_fr, "label_en": label_en,
                "before": first, "after": other, "difference": other - first,
            }
        )  # fmt: skip
    return pl.DataFrame(rows)
