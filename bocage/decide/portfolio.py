"""The portfolio problem as arrays: one column per (action, financing plan, start year), whatever the money means.

The same object is turned into a mixed-integer program, walked by the greedy baseline, and used to
check a selection of columns: three readings of one statement.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]
TOLERANCE = 1e-6


@dataclass(frozen=True, kw_only=True)
class Pair:
    """Two actions that gain or lose where both are done: the sum of the states that their start years reach.

    Attributes:
        a: first action.
        b: second action.
        with_a: array (S, T), whether each state is reached from the side of a, by index of its start year.
        with_b: array (S, T), the same from the side of b; a state counts where both reach it.
        worth: array (S,), what each state adds to the objective.
        saving: yearly saving by role once both are done.
    """

    a: int
    b: int
    with_a: Flags
    with_b: Flags
    worth: Array
    saving: Mapping[str, float] = field(default_factory=dict)

    @cached_property
    def credit(self) -> Array:
        """Array (T, T), what both add to the objective by index of the start of a, then of b."""
        return np.asarray((self.with_a * self.worth[:, None]).T @ self.with_b)


@dataclass(frozen=True, kw_only=True)
class Limit:
    """Sum of weights over the chosen columns <= bound (files, envelopes, yearly and total ceilings)."""

    label: str
    columns: Ints
    weights: Array
    bound: float


@dataclass(frozen=True, kw_only=True)
class Switch:
    """A condition on a group: as soon as one of `users` is chosen, sum of weights over `columns` >= threshold."""

    label: str
    users: Ints
    columns: Ints
    weights: Array
    threshold: float


@dataclass(frozen=True, kw_only=True)
class Floor:
    """A yearly saving that the plan must reach once complete: weight by action, and its role."""

    role: str
    weights: Array
    minimum: float


@dataclass(frozen=True, kw_only=True)
class Must:
    """Something that has to be done: at least one of the actions, started at the latest in a year.

    Attributes:
        label: what it is called in a conflict.
        actions: actions, any of which fulfils it.
        latest: index of the latest start year.
    """

    label: str
    actions: Ints
    latest: int


@dataclass(frozen=True, kw_only=True)
class Goal:
    """A total over the plan that must be reached, interactions included (epsilon-constraints, rank by rank aims).

    Attributes:
        label: what it is called in a conflict.
        weights: array (C,), what each column adds.
        pair_worth: for each pair, array (S,), what each of its states adds.
        minimum: least total.
    """

    label: str
    weights: Array
    pair_worth: Sequence[Array]
    minimum: float


@dataclass(frozen=True, kw_only=True)
class Loans:
    """What payers may borrow: equal annuities from the year after the loan.

    Attributes:
        limit: array (P, T), most that may be borrowed each year [EUR].
        annuity: array (P, T), yearly repayment of a euro borrowed in each year [1].
        years: array (P, T), number of annuities.
        cost: array (P, T), what a euro borrowed in each year takes from the objective, >= 0.
        outstanding: array (P,), most that may be borrowed in all, infinite without limit [EUR].
    """

    limit: Array
    annuity: Array
    years: Ints
    cost: Array
    outstanding: Array


@dataclass(frozen=True, kw_only=True)
class Risk:
    """Aversion to bad futures: (1 - weight) mean + weight times the mean of the worst share of futures (CVaR).

    Attributes:
        weight: lambda, 0 for the mean alone [1].
        tail: share of the futures in the tail, 0.1 for the worst tenth [1].
        probability: array (F,), probability of each future.
        value: array (C, F), what each column adds to the objective in each future.
        pair_worth: for each pair, array (S, F), what each of its states adds in each future.
    """

    weight: float
    tail: float
    probability: Array
    value: Array
    pair_worth: Sequence[Array]


@dataclass(frozen=True, kw_only=True)
class Portfolio:
    """All that decides a plan.

    Attributes:
        years: T, number of years of the plan.
        action: array (C,), action of each column.
        year: array (C,), index of its start year.
        value: array (C,), what it adds to the objective.
        cash: array (C, T), what it asks from its payer each year, aids and returns deducted.
        own: array (C,), what stays to the payer in the end, > 0 for ratios.
        payer: array (n,), payer of each action.
        budgets: array (P, T), own funds of each payer.
        carried: True where what is not spent stays available the next year.
        groups: actions of which one at most may be done.
        requires: pairs (action, action that must be done before or in the same year).
        pairs: interactions.
        limits: linear ceilings.
        switches: conditions on groups.
        floors: least savings.
        musts: what has to be done.
        goals: totals to reach.
        loans: what payers may borrow, None where nobody borrows.
        risk: aversion to bad futures, None where the mean alone counts.
    """

    years: int
    action: Ints
    year: Ints
    value: Array
    cash: Array
    own: Array
    payer: Ints
    budgets: Array
    carried: bool = True
    groups: Sequence[Ints] = ()
    requires: Sequence[tuple[int, int]] = ()
    pairs: Sequence[Pair] = ()
    limits: Sequence[Limit] = ()
    switches: Sequence[Switch] = ()
    floors: Sequence[Floor] = ()
    musts: Sequence[Must] = ()
    goals: Sequence[Goal] = ()
    loans: Loans | None = None
    risk: Risk | None = None

    def objective(self, columns: Sequence[int] | Ints) -> float:
        """Value of a selection of columns, interactions included."""
        chosen = np.asarray(columns, dtype=np.int64)
        start = self.starts(chosen)
        total = float(self.value[chosen].sum())
        for pair in self.pairs:
            if pair.a in start and pair.b in start:
                total += float(pair.credit[start[pair.a], start[pair.b]])
        return total

    def starts(self, columns: Sequence[int] | Ints) -> dict[int, int]:
        """Index of the start year by action chosen."""
        return {int(self.action[column]): int(self.year[column]) for column in columns}

    def balances(self, columns: Sequence[int] | Ints) -> Array:
        """Own funds left at the end of each year, by payer, array (P, T)."""
        chosen = np.asarray(columns, dtype=np.int64)
        spent = np.zeros_like(self.budgets)
        np.add.at(spent, self.payer[self.action[chosen]], self.cash[chosen])
        left = self.budgets - spent
        return np.cumsum(left, axis=1) if self.carried else left

    def violations(self, columns: Sequence[int] | Ints) -> list[str]:
        """What a selection breaks, in words; empty where it is admissible."""
        chosen = np.asarray(columns, dtype=np.int64)
        start = self.starts(chosen)
        faults = []
        if len(start) < len(chosen):
            faults.append("an action is chosen twice")
        faults += [f"group {number}" for number, g in enumerate(self.groups) if sum(int(a) in start for a in g) > 1]
        faults += [
            f"action {b} without {a}" for b, a in self.requires if b in start and start[b] < start.get(a, self.years)
        ]
        scale = max(1.0, float(np.abs(self.budgets).max(initial=0.0)))
        if (self.balances(chosen) < -TOLERANCE * scale).any():
            faults.append("budget")
        for limit in self.limits:
            used = float(limit.weights[np.isin(limit.columns, chosen)].sum())
            if used > limit.bound + TOLERANCE * max(1.0, abs(limit.bound)):
                faults.append(limit.label)
        for switch in self.switches:
            reached = float(switch.weights[np.isin(switch.columns, chosen)].sum())
            if np.isin(switch.users, chosen).any() and reached < switch.threshold - TOLERANCE:
                faults.append(switch.label)
        faults += [f"floor {floor.role}" for floor in self.floors if not self._reaches(floor, start)]
        return faults

    def _reaches(self, floor: Floor, start: Mapping[int, int]) -> bool:
        return self.reached(floor, start) >= floor.minimum - TOLERANCE * max(1.0, abs(floor.minimum))

    def reached(self, floor: Floor, start: Mapping[int, int]) -> float:
        """Yearly saving of a role once all that started is done."""
        reached = float(floor.weights[list(start)].sum())
        for pair in self.pairs:
            if pair.a in start and pair.b in start:
                reached += pair.saving.get(floor.role, 0.0)
        return reached
