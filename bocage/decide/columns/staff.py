"""Time of the payers' staff: days that works ask for, and days that there are."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bocage.decide.portfolio.statement import Limit
from bocage.decide.question.request import Payer, PlanRequest

Ints = NDArray[np.int64]
FACT = "staff_days"
"""Fact of an action: days that staff give to it, in the year in which it starts [day]."""


def days_of(facts: Sequence[Mapping[str, Any]]) -> NDArray[np.float64]:
    """Days that each action asks for; 0 where its domain does not say [day]."""
    return np.array([float(own.get(FACT) or 0.0) for own in facts])


def staff_label(payer: Payer, year: int) -> str:
    """What the days of a payer in a year are called in a conflict."""
    return f"staff {payer[0]} {payer[1]} {year}"


def staff_limits(
    request: PlanRequest, facts: Sequence[Mapping[str, Any]], action: Ints, year: Ints, payer: Ints
) -> list[Limit]:
    """Days that may be given, by payer and year; none for a payer whose days are not counted.

    Args:
        request: what the plan is asked for.
        facts: facts of each action.
        action: array (C,), action of each column.
        year: array (C,), index of its start year.
        payer: array (n,), payer of each action, in the order of the budgets.
    """
    days, limits = days_of(facts), []
    for number, name in enumerate(request.budgets):
        for start, bound in enumerate(request.staff_days.get(name, ())):
            if not np.isfinite(bound):
                continue
            mine = np.flatnonzero((payer[action] == number) & (year == start) & (days[action] > 0))
            if len(mine):
                limits.append(
                    Limit(
                        label=staff_label(name, request.first_year + start),
                        columns=mine,
                        weights=days[action[mine]],
                        bound=float(bound),
                    )
                )
    return limits
