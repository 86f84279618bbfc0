"""Grouped purchases: a lower price for works ordered together, where enough of them are in one year."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bocage.decide.portfolio.statement import Portfolio, Switch
from bocage.decide.question.request import GroupedPurchase, PlanRequest

Ints = NDArray[np.int64]
ALONE = ""
"""Name of the purchase of works that are ordered alone."""


def prices_of(request: PlanRequest) -> Mapping[int, Sequence[tuple[str, float]]]:
    """By row of action, the purchases that it may join and the share of its cost that is then paid.

    Args:
        request: what the plan is asked for.
    """
    place = {action: row for row, action in enumerate(request.actions["action_id"])}
    found: dict[int, list[tuple[str, float]]] = defaultdict(list)
    for purchase in request.purchases:
        for action in purchase.actions:
            if action in place:
                found[place[action]].append((purchase.name, 1.0 - purchase.discount))
    return found


def quantity(purchase: GroupedPurchase, facts: Mapping[str, Any]) -> float:
    """How much an action counts in a purchase."""
    return float(facts.get(purchase.fact) or 0.0)


def purchase_switches(
    request: PlanRequest, facts: Sequence[Mapping[str, Any]], action: Ints, year: Ints, names: Sequence[str]
) -> list[Switch]:
    """The condition of each purchase in each year: the lower price holds where enough is ordered at it.

    Args:
        request: what the plan is asked for.
        facts: facts of each action.
        action: array (C,), action of each column.
        year: array (C,), index of its start year.
        names: purchase of each column, empty where it is ordered alone.
    """
    lots = {purchase.name: purchase for purchase in request.purchases}
    users: dict[tuple[str, int], list[int]] = defaultdict(list)
    for column, (name, start) in enumerate(zip(names, year.tolist(), strict=True)):
        if name != ALONE:
            users[name, start].append(column)
    switches = []
    for (name, start), columns in users.items():
        weights = np.array([quantity(lots[name], facts[row]) for row in action[columns].tolist()])
        switches.append(
            Switch(
                label=f"purchase {name} {request.first_year + start}",
                users=np.array(columns, dtype=np.int64),
                columns=np.array(columns, dtype=np.int64),
                weights=weights,
                threshold=float(lots[name].minimum),
            )
        )
    return switches


def regrouped(portfolio: Portfolio, twins: Mapping[int, Mapping[str, int]], columns: Sequence[int]) -> list[int]:
    """The same plan with works of a year ordered together wherever that makes the price fall.

    A walk that adds actions one by one cannot see that enough of them would meet: once it is done, the
    works of each purchase and year are moved to the lower price together, where that is admissible and better.

    Args:
        portfolio: what decides the plan.
        twins: for a column at the usual price, the column of the same aids and year at the price of each purchase.
        columns: an admissible selection.
    """
    best = list(columns)
    gathered: dict[tuple[str, int], dict[int, int]] = defaultdict(dict)
    for column in columns:
        for name, cheaper in twins.get(column, {}).items():
            gathered[name, int(portfolio.year[column])][column] = cheaper
    for moved in gathered.values():
        present = {column: cheaper for column, cheaper in moved.items() if column in set(best)}
        tried = [present.get(column, column) for column in best]
        if portfolio.objective(tried) > portfolio.objective(best) and not portfolio.violations(tried):
            best = tried
    return best
