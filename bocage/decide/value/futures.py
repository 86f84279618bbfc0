"""Few futures for many draws: what aversion to risk is reckoned on."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from bocage.decide.portfolio.statement import Pair, Portfolio, Risk
from bocage.decide.question.request import PlanRequest
from bocage.decide.value.aims import Mix, Placed, column_values, joined_states
from bocage.decide.value.pairs import valued_pairs
from bocage.decide.value.worth import Worth

Array = NDArray[np.float64]
Ints = NDArray[np.int64]
MOST_FUTURES = 20
"""Futures that the solver is given: with more it may not come back in time (reference: 2,000 actions x 50)."""


@dataclass(frozen=True, kw_only=True)
class Futures:
    """Draws gathered into few futures, each the mean of its draws.

    Attributes:
        probability: array (F,), probability of each future [1].
        draws: draws of each future.
    """

    probability: Array
    draws: Sequence[Ints]


def gathered(values: Array, tail: float, most: int = MOST_FUTURES) -> Futures:
    """Gather draws by what a plan is worth in each: half of the futures for its worst share, half for the rest.

    Each future is the mean of its draws, so that the mean of any plan is kept exactly, and so is the mean
    of the worst share for the plan that draws were ordered by. For another plan that mean is at most
    flattered: a mean of draws is never worse than the worst of them.

    Args:
        values: array (K,), value of the plan in each draw.
        tail: share of the draws deemed the worst [1].
        most: largest number of futures.

    >>> gathered(np.array([5.0, 1.0, 3.0, 9.0]), tail=0.5, most=2).draws
    [array([1, 2]), array([0, 3])]
    """
    order = np.argsort(values, kind="stable")
    count = len(order)
    worst = min(count, max(1, round(tail * count)))
    parts = [
        *np.array_split(order[:worst], min(worst, max(1, most // 2))),
        *np.array_split(order[worst:], max(1, min(count - worst, most - most // 2))),
    ]
    draws = [part for part in parts if len(part)]
    return Futures(probability=np.array([len(part) for part in draws]) / count, draws=draws)


def risk_of(
    request: PlanRequest, worth: Worth, portfolio: Portfolio, at: Placed, mix: Mix, plan: Sequence[int]
) -> Risk:
    """Aversion to bad futures for a portfolio that is worth a mix of objectives.

    Args:
        request: what the plan is asked for; its `prudence` and `tail` matter here.
        worth: costs and gains, as draws.
        portfolio: the portfolio, worth the mean over all futures.
        at: its columns.
        mix: what one unit of each objective is worth in the value of the portfolio.
        plan: columns of the plan that draws are ordered by.
    """
    count = worth.cost.shape[1]
    chosen = np.asarray(plan, dtype=np.int64)
    by_draw = [_columns(request, worth.at([draw]), at, mix) for draw in range(count)]
    # What breaks ties is the same in every future, and makes the mean of the futures the value of the portfolio.
    ties = portfolio.value - sum(by_draw, np.zeros_like(portfolio.value)) / count
    futures = gathered(np.array([values[chosen].sum() for values in by_draw]), request.tail)
    value = [sum(by_draw[draw] for draw in draws.tolist()) / len(draws) + ties for draws in futures.draws]
    return Risk(
        weight=request.prudence,
        tail=request.tail,
        probability=futures.probability,
        value=np.column_stack(value) if len(ties) else np.zeros((0, len(value))),
        pair_worth=_pairs(request, worth, portfolio, mix, futures),
    )


def _columns(request: PlanRequest, worth: Worth, at: Placed, mix: Mix) -> Array:
    """Value of the columns in one draw (C,)."""
    parts = (weight * column_values(request, worth, objective, at) for objective, weight in mix.items())
    return np.asarray(sum(parts, np.zeros(len(at.action))))


def _pairs(request: PlanRequest, worth: Worth, portfolio: Portfolio, mix: Mix, futures: Futures) -> list[Array]:
    """For each pair, what each of its states adds in each future (S, F), of mean what it adds in the portfolio."""
    found = [np.zeros((len(pair.worth), len(futures.draws))) for pair in portfolio.pairs]
    for objective, weight in mix.items():
        asked = replace(request, objective=objective)
        versions = [valued_pairs(asked, worth.at(draws.tolist())) for draws in futures.draws]
        for number, worths in enumerate(_aligned(portfolio, versions)):
            for place, states in enumerate(worths):
                found[place][:, number] += weight * states
    return [
        states + (pair.worth - states @ futures.probability)[:, None]
        for pair, states in zip(portfolio.pairs, found, strict=True)
    ]


def _aligned(portfolio: Portfolio, versions: Sequence[Sequence[Pair]]) -> list[list[Array]]:
    """Worth of the portfolio's own states in each version."""
    _, worths = joined_states([portfolio.pairs, *versions])
    return [
        [states[: len(pair.worth)] for pair, states in zip(portfolio.pairs, version, strict=True)]
        for version in worths[1:]
    ]
