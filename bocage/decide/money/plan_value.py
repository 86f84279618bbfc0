"""What a plan that is already chosen is worth when something of the world turns out otherwise."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import polars as pl
from numpy.typing import NDArray

from bocage.decide.columns.building import Columns
from bocage.decide.money.books import Books
from bocage.decide.money.society import society_of
from bocage.decide.question.request import Objective, PlanRequest
from bocage.decide.value.aims import Placed, column_values
from bocage.decide.value.pairs import later_start_values
from bocage.decide.value.taxes import taxes_of
from bocage.decide.value.worth import Worth

Array = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Selected:
    """A plan as columns chosen among those of a request.

    Attributes:
        columns: all the columns.
        chosen: those of the plan.
    """

    columns: Columns
    chosen: Sequence[int]

    @property
    def starts(self) -> dict[int, int]:
        """Index of the start year by row of the actions done."""
        return self.columns.portfolio.starts(self.chosen)


def selected_of(columns: Columns, actions: Sequence[str], plan: pl.DataFrame, first_year: int) -> Selected:
    """The columns that a plan was written from: each action in its year with its aids.

    Where aids or prices are no longer what they were, the action is taken as it comes at best in its year.

    Args:
        columns: the columns of the request.
        actions: identifiers of the actions, by row.
        plan: frame of the noun `plan`.
        first_year: first year of the plan.
    """
    portfolio = columns.portfolio
    best: dict[tuple[int, int], list[int]] = {}
    for column in np.argsort(-portfolio.value, kind="stable").tolist():
        best.setdefault((int(portfolio.action[column]), int(portfolio.year[column])), []).append(column)
    place = {action: row for row, action in enumerate(actions)}
    chosen = []
    for action, year, funding in plan.filter(pl.col("decision") == "in").select("action_id", "year", "funding").rows():
        candidates = best.get((place.get(action, -1), year - first_year), [])
        told = json.loads(funding or "{}")
        same = [column for column in candidates if _funding(columns, column) == told]
        chosen += [*same, *candidates][:1]
    return Selected(columns=columns, chosen=chosen)


def _funding(columns: Columns, column: int) -> dict[str, float]:
    return {aid.rule.name: round(aid.amount_eur, 2) for aid in columns.plans[column].aids}


def value_of(request: PlanRequest, worth: Worth, plan: Selected, objective: Objective) -> float:
    """What a plan adds to an objective on average, whatever worth its columns were enumerated with.

    Args:
        request: what the plan is asked for.
        worth: costs and gains, in the order of the actions of the request.
        plan: the plan.
        objective: what is counted.
    """
    rows = np.asarray(plan.chosen, dtype=np.int64)
    portfolio, asked = plan.columns.portfolio, replace(request, objective=objective)
    at = Placed(
        action=portfolio.action[rows],
        year=portfolio.year[rows],
        cost_factor=plan.columns.cost_factor[rows],
        grants=plan.columns.grants[rows],
    )
    running = taxes_of(asked, worth).running if objective == "cash" else np.zeros(len(worth.ids))
    together = sum(
        float(later_start_values(asked, worth, pair, float(running[pair.a]))[later])
        for pair, later in worth.pairs_of(plan.starts)
    )
    return float(column_values(asked, worth, objective, at).sum()) + together


def value_draws(request: PlanRequest, worth: Worth, plan: Selected, objective: Objective) -> Array:
    """Draws (K,) of what a plan adds to an objective.

    Args:
        request: what the plan is asked for.
        worth: costs and gains.
        plan: the plan.
        objective: what is counted.
    """
    if objective in ("npv", "cash"):
        society = society_of(Books(request=request, worth=worth, columns=plan.columns, chosen=plan.chosen))
        return society.npv if objective == "npv" else society.cash_npv
    return np.array([value_of(request, worth.at([draw]), plan, objective) for draw in range(worth.cost.shape[1])])
