"""The baseline that anyone can redo by hand, and the finish given to any plan.

Greedy: actions in the order of their value per own euro, each in the earliest year that can pay for it.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence

import numpy as np

from bocage.decide.portfolio import Portfolio
from bocage.decide.selection import Selection

_PASSES = 3
"""Passes over the actions: a prerequisite met in one pass frees what waits for it in the next."""


def greedy(portfolio: Portfolio) -> list[int]:
    """Columns chosen by the ratio rule; admissible but for floors.

    Args:
        portfolio: what decides the plan.
    """
    selection = Selection(portfolio)
    fill(selection, by_ratio(portfolio))
    return selection.columns


def ratios(portfolio: Portfolio) -> dict[int, float]:
    """Best value per own euro of each action over its columns."""
    ratio = portfolio.value / portfolio.own
    best: dict[int, float] = {}
    for action, value in zip(portfolio.action.tolist(), ratio.tolist(), strict=True):
        best[action] = max(best.get(action, -np.inf), value)
    return best


def polish(portfolio: Portfolio, columns: list[int]) -> list[int]:
    """The same plan with better financing or an earlier year where that costs nothing else, and what still fits.

    Leaves the actions alone whose column rests on a group condition. Never lowers the objective.

    Args:
        portfolio: what decides the plan.
        columns: an admissible selection.
    """
    selection = Selection(portfolio, columns)
    finish(selection, by_ratio(portfolio))
    return selection.columns


def finish(selection: Selection, by_action: Mapping[int, Sequence[int]]) -> None:
    """Move chosen actions to better columns and add what still fits, while something changes."""
    for _ in range(_PASSES):
        changed = False
        for action, candidates in by_action.items():
            if action in selection.chosen:
                changed |= _improve(selection, action, candidates)
        changed |= fill(selection, by_action)
        if not changed:
            break


def by_ratio(portfolio: Portfolio) -> dict[int, list[int]]:
    """Columns of each action, earliest first and best value first within a year; best actions first."""
    columns: dict[int, list[int]] = defaultdict(list)
    for column in np.lexsort((-portfolio.value, portfolio.year, portfolio.action)).tolist():
        columns[int(portfolio.action[column])].append(column)
    best = ratios(portfolio)
    return {action: columns[action] for action in sorted(columns, key=lambda action: (-best[action], action))}


def fill(selection: Selection, by_action: Mapping[int, Sequence[int]]) -> bool:
    """Add actions in the given order, each in the first of its columns that gains and fits; True where one did."""
    added = False
    for _ in range(_PASSES):
        again = False
        for action, candidates in by_action.items():
            if action in selection.chosen or any(rival in selection.chosen for rival in selection.rivals[action]):
                continue
            for column in candidates:
                if selection.gain(column) > 0 and selection.obstacle(column) is None:
                    selection.add(column)
                    added = True
                    again |= bool(selection.needed_by.get(action))
                    break
        if not again:
            break
    return added


def _improve(selection: Selection, action: int, candidates: Sequence[int]) -> bool:
    """Move one chosen action to its best admissible column; True where it moved."""
    present = selection.chosen[action]
    if selection.counts_in.get(present) or selection.users_of.get(present):
        return False
    selection.remove(action)
    best, gain = present, selection.gain(present)
    for column in candidates:
        better = selection.gain(column)
        if better <= gain + 1e-9 * abs(gain) or _too_late(selection, action, column):
            continue
        if selection.obstacle(column) is None:
            best, gain = column, better
    selection.add(best)
    return best != present


def _too_late(selection: Selection, action: int, column: int) -> bool:
    """True where a chosen action needs this one earlier than the column starts it."""
    return any(
        later in selection.chosen and selection.year[selection.chosen[later]] < selection.year[column]
        for later in selection.needed_by.get(action, ())
    )
