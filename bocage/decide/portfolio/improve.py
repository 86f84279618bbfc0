"""Better plans from a good one: give up a few actions, fill again in another order, keep what is worth more."""

import time
from collections.abc import Sequence

import numpy as np

from bocage.decide.portfolio.greedy import by_ratio, fill, finish, ratios
from bocage.decide.portfolio.selection import Selection
from bocage.decide.portfolio.statement import Portfolio

MOST_GIVEN_UP = 16
"""Actions given up at once: with more, filling again seldom finds the way back."""
NOISE = 0.2
"""Standard deviation of the logarithm of what ratios are multiplied by when filling again."""
MOST_STEPS = 600
WORK = 600_000
"""Columns walked over in all: a few seconds, and the same number of steps on every machine."""


def improve(portfolio: Portfolio, columns: Sequence[int], *, seed: int, time_limit_s: float) -> list[int]:
    """Search around a plan for one that is worth more; the same plan and seed give the same answer.

    A large neighbourhood search: some of the actions are given up at random, the room is filled by the
    ratio rule with ratios disturbed at random, and the whole is finished as any plan is. The amount of
    work is fixed by the size of the portfolio; the time limit only ends it on a slow machine.

    Args:
        portfolio: what decides the plan.
        columns: an admissible selection.
        seed: seed of the search.
        time_limit_s: longest search [s].

    Reference: P. Shaw, Using constraint programming and local search methods to solve vehicle routing
    problems, CP98, https://doi.org/10.1007/3-540-49481-2_30.
    """
    rng, deadline = np.random.default_rng(seed), time.monotonic() + time_limit_s
    ordered, ratio = by_ratio(portfolio), ratios(portfolio)
    best, value = list(columns), portfolio.objective(columns)
    selection = Selection(portfolio, best)
    for _ in range(min(MOST_STEPS, WORK // max(1, len(portfolio.action)))):
        if time.monotonic() > deadline:
            break
        _give_up(selection, rng)
        noise = dict(zip(ratio, rng.lognormal(0.0, NOISE, len(ratio)), strict=True))
        order = sorted(ordered, key=lambda action: -ratio[action] * noise[action])
        fill(selection, {action: ordered[action] for action in order})
        finish(selection, ordered)
        reached = portfolio.objective(selection.columns)
        if reached > value + 1e-9 * abs(value) and not portfolio.violations(selection.columns):
            best, value = selection.columns, reached
        else:
            _restore(selection, best)
    return best


def _give_up(selection: Selection, rng: np.random.Generator) -> None:
    """Give up some actions at random, but those that another action, a group condition or a must rests on."""
    count = int(rng.integers(1, MOST_GIVEN_UP + 1))
    for action in rng.permutation(sorted(selection.chosen))[:count].tolist():
        if action in selection.chosen and not _is_held(selection, action):
            selection.remove(action)


def _is_held(selection: Selection, action: int) -> bool:
    column = selection.chosen[action]
    followed = any(later in selection.chosen for later in selection.needed_by.get(action, ()))
    rested_on = selection.counts_in.get(column) or selection.users_of.get(column)
    return followed or bool(rested_on) or selection.is_obliged(action)


def _restore(selection: Selection, columns: Sequence[int]) -> None:
    wanted = {selection.action[column]: column for column in columns}
    for action, column in list(selection.chosen.items()):
        if wanted.get(action) != column:
            selection.remove(action)
    for action, column in wanted.items():
        if action not in selection.chosen:
            selection.add(column)
