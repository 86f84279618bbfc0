"""Plans between two aims, and plans aim after aim: no more of one without less of the other.

The front is made of its two ends, each the best of one measure and then of the other, and of plans that
reach so much of the second at the least loss of the first (epsilon-constraint). A thousandth of the second
measure is added to the first, so that no plan is told that another one equals in one and beats in the other.

Reference: G. Mavrotas, Effective implementation of the epsilon-constraint method in multi-objective
mathematical programming problems, Applied Mathematics and Computation 213 (2009), 455-465,
https://doi.org/10.1016/j.amc.2009.03.037 (AUGMECON).
"""

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from bocage.decide.portfolio.greedy import adapt, greedy, polish
from bocage.decide.portfolio.solve import Solve, relative_gap, solve
from bocage.decide.portfolio.statement import Goal, Portfolio

Array = NDArray[np.float64]
_SECOND = 1e-3
"""Weight of the second measure in the first, each over its range."""


@dataclass(frozen=True, kw_only=True)
class Measure:
    """Something to have as much as possible of.

    Attributes:
        name: what it is called.
        value: array (C,), what each column adds.
        pair_worth: for each pair, array (S,), what each of its states adds; empty where pairs add nothing.
        loan_cost: array (P, T), what a euro borrowed takes from it; None where loans do not weigh on it.
    """

    name: str
    value: Array
    pair_worth: Sequence[Array] = ()
    loan_cost: Array | None = None

    def of(self, portfolio: Portfolio) -> Portfolio:
        """The portfolio that has this measure as its objective, without aversion to risk.

        Args:
            portfolio: what decides the plan.
        """
        worths = self.pair_worth if len(self.pair_worth) else [np.zeros_like(pair.worth) for pair in portfolio.pairs]
        loans = portfolio.loans
        if loans is not None:
            cost = np.zeros_like(loans.cost) if self.loan_cost is None else self.loan_cost
            loans = replace(loans, cost=cost)
        pairs = [replace(pair, worth=worth) for pair, worth in zip(portfolio.pairs, worths, strict=True)]
        return replace(portfolio, value=self.value, pairs=pairs, loans=loans, risk=None)

    def at_least(self, minimum: float) -> Goal:
        """The goal of reaching so much of it, the cost of loans left aside.

        Args:
            minimum: least total.
        """
        return Goal(label=self.name, weights=self.value, pair_worth=self.pair_worth, minimum=minimum)


@dataclass(frozen=True, kw_only=True)
class FrontPoint:
    """A plan of the front.

    Attributes:
        columns: columns chosen.
        values: array (2,), what it reaches of each measure.
        gap: how far it may be from the best of the first measure at so much of the second [1].
        status: how its solve ended.
    """

    columns: tuple[int, ...]
    values: Array
    gap: float
    status: str


@dataclass(frozen=True, kw_only=True)
class Rank:
    """A measure of a plan made rank by rank.

    Attributes:
        name: the measure.
        best: the most that was found at its rank, those before held.
        bound: the most that could not be excluded at its rank.
        reached: what the final plan has of it.
    """

    name: str
    best: float
    bound: float
    reached: float


class _Clock:
    """Time shared between solves: each may take an equal part of what is left."""

    def __init__(self, time_limit_s: float, solves: int) -> None:
        self.deadline, self.solves = time.monotonic() + time_limit_s, solves

    def share_s(self) -> float:
        """Time of the next solve [s]."""
        share = (self.deadline - time.monotonic()) / max(1, self.solves)
        self.solves -= 1
        return max(0.1, share)


def front(
    portfolio: Portfolio,
    measures: tuple[Measure, Measure],
    *,
    points: int = 7,
    gap: float = 0.005,
    time_limit_s: float = 60.0,
    seed: int = 1,
    start: Sequence[int] | None = None,
) -> list[FrontPoint]:
    """Plans from the best of the first measure to the best of the second, none dominated; empty where none exists.

    Args:
        portfolio: what decides the plan; its own objective is not used.
        measures: the two measures.
        points: number of plans looked for, ends included; dominated ones are dropped.
        gap: relative gap at which each solve may stop [1].
        time_limit_s: longest search in all [s].
        seed: seed of the solver.
        start: columns of a plan to start from, kept as far as possible.
    """
    first, second = measures
    walk = _Walk(portfolio, gap=gap, clock=_Clock(time_limit_s, points + 2), seed=seed, start=start)
    ends = [walk.lexicographic(one, other) for one, other in ((first, second), (second, first))]
    if ends[0] is None or ends[1] is None:
        return []
    found = [_point(portfolio, measures, *ends[0]), _point(portfolio, measures, *ends[1])]
    ranges = np.abs(found[0].values - found[1].values)
    low, high = found[0].values[1], found[1].values[1]
    mixed = _mixed(first, second, _SECOND * ranges[0] / ranges[1] if ranges[1] > 0 else 0.0)
    # From the most of the second measure down: each plan is admissible for the next, which asks for less.
    for least in np.linspace(high, low, max(2, points))[1:-1].tolist() if high > low else ():
        held = replace(portfolio, goals=[*portfolio.goals, second.at_least(least)])
        solved = walk.best(mixed.of(held), [point.columns for point in found])
        if solved is not None:
            found.append(_point(portfolio, measures, solved, solved.gap))
    return _undominated(found)


def rank_by_rank(
    portfolio: Portfolio,
    measures: Sequence[Measure],
    *,
    tolerance: float = 0.01,
    gap: float = 0.001,
    time_limit_s: float = 60.0,
    seed: int = 1,
    start: Sequence[int] | None = None,
) -> tuple[tuple[int, ...], list[Rank]] | None:
    """The best plan aim after aim, each given up by a tolerance at most for those that follow; None without a plan.

    Args:
        portfolio: what decides the plan; its own objective is not used.
        measures: the measures, most important first.
        tolerance: share of each that may be given up for the next [1].
        gap: relative gap at which each solve may stop [1].
        time_limit_s: longest search in all [s].
        seed: seed of the solver.
        start: columns of a plan to start from, kept as far as possible.
    """
    walk = _Walk(portfolio, gap=gap, clock=_Clock(time_limit_s, len(measures)), seed=seed, start=start)
    held, known, told = portfolio, [] if start is None else [tuple(start)], []
    for measure in measures:
        solved = walk.best(measure.of(held), known)
        if solved is None or solved.columns is None:
            return None
        known = [solved.columns]
        told.append((measure, solved))
        reached = portfolio.total(measure.at_least(0.0), solved.columns)
        least = measure.at_least(reached - tolerance * abs(reached))
        held = replace(held, goals=[*held.goals, least])
    columns = known[0]
    ranks = [
        Rank(
            name=measure.name,
            best=solved.objective,
            bound=solved.bound,
            reached=measure.of(portfolio).objective(columns),
        )
        for measure, solved in told
    ]
    return columns, ranks


class _Walk:
    """Solves that follow each other, each from the best that is known."""

    def __init__(
        self, portfolio: Portfolio, *, gap: float, clock: _Clock, seed: int, start: Sequence[int] | None
    ) -> None:
        self.portfolio, self.gap, self.clock, self.seed = portfolio, gap, clock, seed
        self.start: list[tuple[int, ...]] = [] if start is None else [tuple(start)]

    def best(self, portfolio: Portfolio, known: Iterable[Sequence[int]]) -> Solve | None:
        """The best plan of a portfolio, from those known that it admits; None where none was found."""
        warm = [columns for columns in (*known, *self.start) if not portfolio.violations(columns)]
        if not warm:
            made = adapt(portfolio, self.start[0]) if self.start else polish(portfolio, greedy(portfolio))
            warm = [] if portfolio.violations(made) else [made]
        solved = solve(
            portfolio,
            gap=self.gap,
            time_limit_s=self.clock.share_s(),
            seed=self.seed,
            warm=max(warm, key=portfolio.objective, default=None),
        )
        return None if solved.columns is None else solved

    def lexicographic(self, first: Measure, second: Measure) -> tuple[Solve, float] | None:
        """The best of one measure, then of the other at a loss of half the gap at most; and the gap of the first."""
        top = self.best(first.of(self.portfolio), [])
        if top is None or top.columns is None:
            return None
        reached = self.portfolio.total(first.at_least(0.0), top.columns)
        held = replace(
            self.portfolio, goals=[*self.portfolio.goals, first.at_least(reached - 0.5 * self.gap * abs(reached))]
        )
        both = self.best(second.of(held), [top.columns])
        columns = top.columns if both is None or both.columns is None else both.columns
        value, margin = first.of(self.portfolio).objective(columns), max(1e-6, 0.5 * self.gap)
        # Loans do not weigh on a goal: a plan that borrows more for the second would lose some of the first.
        if both is None or value < top.objective - margin * abs(top.objective):
            return top, top.gap
        return both, relative_gap(value, top.bound)


def _mixed(first: Measure, second: Measure, weight: float) -> Measure:
    """The first measure with a little of the second."""
    pair_worth: Sequence[Array] = first.pair_worth or [np.zeros_like(worth) for worth in second.pair_worth]
    if len(second.pair_worth):
        pair_worth = [one + weight * other for one, other in zip(pair_worth, second.pair_worth, strict=True)]
    return replace(first, value=first.value + weight * second.value, pair_worth=pair_worth)


def _point(portfolio: Portfolio, measures: Sequence[Measure], solved: Solve, gap: float) -> FrontPoint:
    assert solved.columns is not None
    values = np.array([measure.of(portfolio).objective(solved.columns) for measure in measures])
    return FrontPoint(columns=solved.columns, values=values, gap=gap, status=solved.status)


def _undominated(points: Sequence[FrontPoint]) -> list[FrontPoint]:
    """Points that no other one equals or beats in both measures, most of the first measure first."""
    kept: list[FrontPoint] = []
    for point in sorted(points, key=lambda point: (-point.values[0], -point.values[1])):
        if not kept or point.values[1] > kept[-1].values[1] + 1e-9 * abs(kept[-1].values[1]):
            kept.append(point)
    return kept
