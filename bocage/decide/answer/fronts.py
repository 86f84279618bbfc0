"""Plans between two objectives, each told by what it costs and what it gives up."""

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from bocage.decide.answer.options import measured_option
from bocage.decide.answer.planning import Prepared
from bocage.decide.portfolio.pareto import Measure, front
from bocage.decide.portfolio.statement import Goal
from bocage.decide.question.request import Objective
from bocage.decide.value.aims import with_ties
from bocage.decide.wording import label_of

SCHEMA: Mapping[str, Any] = {
    "point": pl.Int64, "first": pl.Float64, "second": pl.Float64, "actions": pl.Int64, "cost_eur": pl.Float64,
    "own_eur": pl.Float64, "gap": pl.Float64, "action_ids": pl.List(pl.String),
}  # fmt: skip


def plans_between(
    prepared: Prepared, objectives: tuple[Objective, Objective], *, points: int, start: Sequence[int] | None = None
) -> pl.DataFrame:
    """Plans from the best of one objective to the best of another, none of which is beaten in both.

    Args:
        prepared: a request prepared with both objectives among those tallied.
        objectives: the two objectives.
        points: number of plans looked for, ends included.
        start: columns of a plan to start from.

    Returns:
        Frame `point`, `first` and `second` (what the plan reaches of each objective), `actions`, `cost_eur` (excluding
        VAT), `own_eur`, `gap` (of the first objective at so much of the second [1]), `action_ids`; the best of the
        first objective comes first.
    """
    columns, request = prepared.steering.columns, prepared.request
    measures = [
        Measure(name=one, value=tally.columns, pair_worth=tally.pairs)
        for one in objectives
        for tally in (with_ties(one, columns.tallies[one], columns.grants),)
    ]
    found = front(
        columns.portfolio,
        (measures[0], measures[1]),
        points=points,
        gap=request.gap,
        time_limit_s=request.time_limit_s,
        seed=request.seed,
        start=start,
    )
    ids = request.actions["action_id"].to_list()
    rows = []
    for number, point in enumerate(found, start=1):
        told = measured_option("chosen", label_of("chosen"), prepared.books(list(point.columns)))
        rows.append(
            {
                "point": number,
                "first": float(point.values[0]),
                "second": float(point.values[1]),
                "actions": len(point.columns),
                "cost_eur": told["cost_eur"],
                "own_eur": told["own_eur"],
                "gap": point.gap,
                "action_ids": sorted(ids[int(columns.portfolio.action[column])] for column in point.columns),
            }
        )
    return pl.DataFrame(rows, schema=SCHEMA)


def reached(prepared: Prepared, columns: Sequence[int], objective: Objective) -> float:
    """What a selection of columns reaches of an objective that was tallied."""
    tally = prepared.steering.columns.tallies[objective]
    goal = Goal(label=objective, weights=tally.columns, pair_worth=tally.pairs, minimum=0.0)
    return prepared.steering.columns.portfolio.total(goal, list(columns))


def columns_of(prepared: Prepared, years: dict[str, int]) -> list[int]:
    """The columns that do actions in given years, those worth the most; actions without such a column are left out.

    Args:
        prepared: a request prepared.
        years: start year by action.
    """
    portfolio, request = prepared.steering.columns.portfolio, prepared.request
    ids = request.actions["action_id"].to_list()
    best: dict[int, int] = {}
    for column, (action, year) in enumerate(zip(portfolio.action.tolist(), portfolio.year.tolist(), strict=True)):
        wanted = years.get(ids[action])
        if wanted == request.first_year + year and (
            action not in best or portfolio.value[column] > portfolio.value[best[action]]
        ):
            best[action] = column
    return sorted(best.values())
