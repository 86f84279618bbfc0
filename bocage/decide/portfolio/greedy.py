"""The baseline that anyone can redo by hand, and the finish given to any plan.

Greedy: what has to be done, then actions in the order of their value per own euro, each in the earliest
year that can pay for it. Where that misses a floor or a goal, the walk begins again with a price on what is
missed, higher each time.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from bocage.decide.portfolio.layers import layers_of
from bocage.decide.portfolio.selection import Selection
from bocage.decide.portfolio.statement import Portfolio

_PASSES = 3
"""Passes over the actions: a prerequisite met in one pass frees what waits for it in the next."""
_PRICES = (0.25, 1.0, 4.0, 16.0, 256.0)
"""Prices of what floors and goals count, in mean value of the columns per mean weight."""


def greedy(portfolio: Portfolio) -> list[int]:
    """Columns chosen by the ratio rule; admissible but for musts, floors and goals that it could not reach.

    Args:
        portfolio: what decides the plan.
    """
    selection = _walk(portfolio, None)
    if not selection.missed.any():
        return selection.columns
    layers = layers_of(portfolio)
    weights = np.abs(layers.columns[1 : 1 + layers.aims]).mean(axis=1)
    finite = portfolio.value[np.isfinite(portfolio.value)]
    unit = np.where(weights > 0, np.abs(finite).sum() / max(1, len(finite)) / np.maximum(weights, 1e-300), 0.0)
    nearest, least, missed = selection, _shortfall(selection), selection.missed > 0
    for price in _PRICES:
        selection = _walk(portfolio, np.where(missed, price * unit, 0.0))
        missed |= selection.missed > 0
        if _shortfall(selection) < least:
            nearest, least = selection, _shortfall(selection)
        if not selection.missed.any():
            break
    return nearest.columns


def adapt(portfolio: Portfolio, columns: Sequence[int]) -> list[int]:
    """What can be kept of an earlier plan, completed by the ratio rule: where a what-if starts from.

    Args:
        portfolio: what decides the plan now.
        columns: columns of the earlier plan, best kept first in the order of their ratio.
    """
    selection = Selection(portfolio)
    ordered = by_ratio(portfolio)
    kept = {selection.action[column]: [column] for column in columns}
    oblige(selection, {action: kept.get(action, candidates) for action, candidates in ordered.items()})
    oblige(selection, ordered)
    again = True
    while again:
        again = False
        for action in ordered:
            for column in kept.get(action, ()) if action not in selection.chosen else ():
                if selection.obstacle(column) is None:
                    selection.add(column)
                    again = bool(selection.needed_by.get(action))
    finish(selection, ordered)
    return selection.columns


def _walk(portfolio: Portfolio, price: NDArray[np.float64] | None) -> Selection:
    selection = Selection(portfolio)
    value = portfolio.value
    if price is not None:
        selection.price = price
        value = value + price @ layers_of(portfolio).columns[1 : 1 + len(price)]
    ordered = by_ratio(portfolio, value)
    oblige(selection, ordered)
    fill(selection, ordered)
    return selection


def _shortfall(selection: Selection) -> float:
    """What floors and goals miss, each as a share of itself; unmet musts weigh more than all."""
    starts = {action: selection.year[column] for action, column in selection.chosen.items()}
    undone = sum(not must.holds(starts) for must in selection.portfolio.musts)
    return float((selection.missed / np.maximum(np.abs(selection.least), 1e-12)).sum()) + 1e6 * undone


def ratios(portfolio: Portfolio, value: NDArray[np.float64] | None = None) -> dict[int, float]:
    """Best value per own euro of each action over its columns.

    Args:
        portfolio: what decides the plan.
        value: array (C,), another value than the portfolio's.
    """
    ratio = (portfolio.value if value is None else value) / portfolio.own
    best: dict[int, float] = {}
    for action, worth in zip(portfolio.action.tolist(), ratio.tolist(), strict=True):
        best[action] = max(best.get(action, -np.inf), worth)
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
    finished = selection.columns
    if portfolio.loans is not None and portfolio.objective(finished) < portfolio.objective(columns):
        # The walk borrows late; the plan borrows at least cost, which may have been another way.
        return sorted(columns)
    return finished


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


def by_ratio(portfolio: Portfolio, value: NDArray[np.float64] | None = None) -> dict[int, list[int]]:
    """Columns of each action, earliest first and best value first within a year; best actions first.

    Args:
        portfolio: what decides the plan.
        value: array (C,), another value than the portfolio's.
    """
    worth = portfolio.value if value is None else value
    columns: dict[int, list[int]] = defaultdict(list)
    for column in np.lexsort((-worth, portfolio.year, portfolio.action)).tolist():
        columns[int(portfolio.action[column])].append(column)
    best = ratios(portfolio, worth)
    return {action: columns[action] for action in sorted(columns, key=lambda action: (-best[action], action))}


def oblige(selection: Selection, by_action: Mapping[int, Sequence[int]]) -> None:
    """Choose first what has to be done, the most urgent first, with what it needs, in its best column that fits.

    Args:
        selection: what is chosen so far.
        by_action: columns of each action.
    """
    for must in sorted(selection.portfolio.musts, key=lambda must: must.latest):
        if must.holds({action: selection.year[column] for action, column in selection.chosen.items()}):
            continue
        columns = [
            column
            for action in must.actions.tolist()
            if action not in selection.chosen
            for column in by_action.get(action, ())
            if selection.year[column] <= must.latest
        ]
        for column in sorted(columns, key=lambda column: -selection.gain(column)):
            if _add_with_needs(selection, column, by_action):
                break


def _add_with_needs(selection: Selection, column: int, by_action: Mapping[int, Sequence[int]]) -> bool:
    """Add a column after what its action needs; False, and nothing changed, where something forbids it."""
    before = set(selection.chosen)
    for earlier in selection.needs.get(selection.action[column], ()):
        if earlier not in selection.chosen:
            timely = (other for other in by_action.get(earlier, ()) if selection.year[other] <= selection.year[column])
            if not any(_add_with_needs(selection, other, by_action) for other in timely):
                break
    if selection.obstacle(column) is None:
        selection.add(column)
        return True
    for action in set(selection.chosen) - before:
        selection.remove(action)
    return False


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
    before = selection.totals
    selection.remove(action)
    best, gain, latest = present, selection.gain(present), selection.latest(action)
    for column in candidates:
        better = selection.gain(column)
        if better <= gain + 1e-9 * abs(gain) or _too_late(selection, action, column):
            continue
        if selection.year[column] > latest >= selection.year[present]:
            continue
        if selection.obstacle(column) is None and not (selection.aims and selection.spoils(column, before)):
            best, gain = column, better
    selection.add(best)
    return best != present


def _too_late(selection: Selection, action: int, column: int) -> bool:
    """True where a chosen action needs this one earlier than the column starts it."""
    return any(
        later in selection.chosen and selection.year[selection.chosen[later]] < selection.year[column]
        for later in selection.needed_by.get(action, ())
    )
