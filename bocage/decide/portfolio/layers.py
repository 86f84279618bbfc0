"""Every total that counts beside the money, one layer each: the objective, floors, goals, futures.

A floor on savings, a goal to reach and the value in one future are the same thing: what each column adds,
and what each pair adds by the start years of both. They are gathered here once for the program, the walk
and the checker.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bocage.decide.portfolio.statement import Floor, Goal, Pair, Portfolio

Array = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Layers:
    """What columns and pairs add to each total.

    Attributes:
        columns: array (L, C); the objective's mean first, then floors, goals and futures.
        pairs: for each pair, array (L, T, T) by index of the start of its first action, then of the second.
        aims: number of floors and goals.
        least: array (aims,), least total of each.
        futures: number of futures.
    """

    columns: Array
    pairs: Sequence[Array]
    aims: int
    least: Array
    futures: int


def layers_of(portfolio: Portfolio) -> Layers:
    """Gather the totals of a portfolio.

    Args:
        portfolio: what decides the plan.
    """
    risk = portfolio.risk
    columns = [portfolio.value, *(floor.weights[portfolio.action] for floor in portfolio.floors)]
    columns += [goal.weights for goal in portfolio.goals]
    futures = 0 if risk is None else len(risk.probability)
    stacked = np.array(columns, dtype=float).reshape(len(columns), len(portfolio.action))
    if risk is not None:
        stacked = np.concatenate([stacked, risk.value.T])
    aims: list[Floor | Goal] = [*portfolio.floors, *portfolio.goals]
    return Layers(
        columns=stacked,
        pairs=[_pair_layers(portfolio, number, pair) for number, pair in enumerate(portfolio.pairs)],
        aims=len(aims),
        least=np.array([aim.minimum for aim in aims], dtype=float),
        futures=futures,
    )


def _pair_layers(portfolio: Portfolio, number: int, pair: Pair) -> Array:
    found = [pair.credit]
    found += [np.full(pair.credit.shape, pair.saving.get(floor.role, 0.0)) for floor in portfolio.floors]
    nothing = np.zeros_like(pair.worth)
    found += [pair.met(goal.pair_worth[number] if len(goal.pair_worth) else nothing) for goal in portfolio.goals]
    risk = portfolio.risk
    if risk is not None and len(risk.pair_worth):
        found += [pair.met(worth) for worth in risk.pair_worth[number].T]
    elif risk is not None:
        found += [np.zeros(pair.credit.shape)] * len(risk.probability)
    return np.array(found)
