"""The portfolio problem as arrays: one column per (action, financing plan, start year), whatever the money means.

The same object is turned into a mixed-integer program, walked by the greedy baseline, and used to
check a selection of columns: three readings of one statement.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from bocage.decide.portfolio.borrowing import cheapest_loans, effects
from bocage.decide.portfolio.cvar import tail_mean

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
        return self.met(self.worth)

    def met(self, worth: Array) -> Array:
        """Array (T, T), what both add to a total by index of the start of a, then of b.

        Args:
            worth: array (S,), what each state adds to the total.
        """
        return np.asarray((self.with_a * worth[:, None]).T @ self.with_b, dtype=float)


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

    def holds(self, reached: float) -> bool:
        """Whether what is reached is enough, up to rounding."""
        return reached >= self.minimum - TOLERANCE * max(1.0, abs(self.minimum))


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

    def holds(self, start: Mapping[int, int]) -> bool:
        """Whether one of the actions starts in time.

        Args:
            start: index of the start year by action chosen.
        """
        return any(start.get(int(action), self.latest + 1) <= self.latest for action in self.actions)


@dataclass(frozen=True, kw_only=True)
class Goal:
    """A total over the plan that must be reached, interactions included (epsilon-constraints, rank by rank aims).

    Attributes:
        label: what it is called in a conflict.
        weights: array (C,), what each column adds.
        pair_worth: for each pair, array (S,), what each of its states adds; empty where pairs add nothing.
        minimum: least total.
    """

    label: str
    weights: Array
    pair_worth: Sequence[Array]
    minimum: float

    def holds(self, reached: float) -> bool:
        """Whether what is reached is enough, up to rounding."""
        return reached >= self.minimum - TOLERANCE * max(1.0, abs(self.minimum))


@dataclass(frozen=True, kw_only=True)
class Loans:
    """What payers may borrow: equal annuities from the year after the loan.

    Attributes:
        limit: array (P, T), most that may be borrowed each year [EUR].
        annuity: array (P, T), yearly repayment of a euro borrowed in each year [1].
        years: array (P, T), number of annuities.
        cost: array (P, T), what a euro borrowed in each year takes from the objective, >= 0.
        outstanding: array (P,), most that may be borrowed in all, infinite without limit [EUR].
        works: array (C, T), investments of each column less all their aids, whenever paid, by year: the loans of a
            payer in a year pay nothing else (CGCT L1612-4); None where their use is not asked [EUR].

    Annuities that fall after the plan's years weigh on no balance: `cost` must hold their present value.
    """

    limit: Array
    annuity: Array
    years: Ints
    cost: Array
    outstanding: Array
    works: Array | None = None


@dataclass(frozen=True, kw_only=True)
class Risk:
    """Aversion to bad futures: (1 - weight) mean + weight times the mean of the worst share of futures (CVaR).

    The mean is that of `Portfolio.value` and `Pair.worth`, so that weight 0 is the plan without aversion.

    Attributes:
        weight: lambda, 0 for the mean alone [1].
        tail: share of the futures in the tail, 0.1 for the worst tenth [1].
        probability: array (F,), probability of each future.
        value: array (C, F), what each column adds to the objective in each future.
        pair_worth: for each pair, array (S, F), what each of its states adds in each future; empty where pairs
            add nothing.
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
        """Value of a selection of columns: interactions, aversion to bad futures and cost of loans included."""
        chosen = np.asarray(columns, dtype=np.int64)
        total = float(self.value[chosen].sum())
        total += sum(float(pair.credit[starts]) for _, pair, starts in self._meeting(chosen))
        if self.risk is not None:
            futures, risk = self.futures(chosen), self.risk
            total = (1 - risk.weight) * total + risk.weight * tail_mean(futures, risk.probability, risk.tail)
        if self.loans is not None:
            total -= float((self.loans.cost * self.borrowed(chosen)).sum())
        return total

    def _meeting(self, columns: Ints) -> Iterator[tuple[int, Pair, tuple[int, int]]]:
        """Pairs whose two actions are chosen: number, pair, indices of both start years."""
        start = self.starts(columns)
        for number, pair in enumerate(self.pairs):
            if pair.a in start and pair.b in start:
                yield number, pair, (start[pair.a], start[pair.b])

    def futures(self, columns: Sequence[int] | Ints) -> Array:
        """Value of a selection in each future, array (F,); empty without aversion to risk."""
        chosen = np.asarray(columns, dtype=np.int64)
        if self.risk is None:
            return np.zeros(0)
        values = self.risk.value[chosen].sum(axis=0)
        if len(self.risk.pair_worth):
            for number, pair, (a, b) in self._meeting(chosen):
                values = values + (pair.with_a[:, a] & pair.with_b[:, b]) @ self.risk.pair_worth[number]
        return np.asarray(values, dtype=float)

    def total(self, goal: Goal, columns: Sequence[int] | Ints) -> float:
        """What a selection reaches of a goal."""
        chosen = np.asarray(columns, dtype=np.int64)
        reached = float(goal.weights[chosen].sum())
        if len(goal.pair_worth):
            for number, pair, (a, b) in self._meeting(chosen):
                reached += float(((pair.with_a[:, a] & pair.with_b[:, b]) * goal.pair_worth[number]).sum())
        return reached

    def starts(self, columns: Sequence[int] | Ints) -> dict[int, int]:
        """Index of the start year by action chosen."""
        return {int(self.action[column]): int(self.year[column]) for column in columns}

    def balances(self, columns: Sequence[int] | Ints) -> Array:
        """Own funds left at the end of each year, by payer, loans and their annuities included, array (P, T)."""
        balances = self.unborrowed(columns)
        if self.loans is not None:
            balances = balances + np.einsum("pts,ps->pt", self.loan_effects, self.borrowed(columns))
        return balances

    def unborrowed(self, columns: Sequence[int] | Ints) -> Array:
        """Own funds left at the end of each year without any loan, array (P, T)."""
        chosen = np.asarray(columns, dtype=np.int64)
        spent = np.zeros_like(self.budgets)
        np.add.at(spent, self.payer[self.action[chosen]], self.cash[chosen])
        left = self.budgets - spent
        return np.cumsum(left, axis=1) if self.carried else left

    def borrowed(self, columns: Sequence[int] | Ints) -> Array:
        """Loans of least cost that a selection needs, by payer and year, array (P, T) [EUR].

        Zero for a payer that needs none, and for one whose balances no loan can hold.
        """
        found, chosen = np.zeros_like(self.budgets), np.asarray(columns, dtype=np.int64)
        if self.loans is None:
            return found
        balances = self.unborrowed(chosen)
        balances[np.abs(balances) <= TOLERANCE * self.scale] = 0.0
        limit = self.loan_limit(chosen)
        for payer in np.flatnonzero((balances < 0).any(axis=1)).tolist():
            loans = cheapest_loans(
                balances[payer],
                self.loan_effects[payer],
                limit=limit[payer],
                cost=self.loans.cost[payer],
                outstanding=float(self.loans.outstanding[payer]),
            )
            if loans is not None:
                found[payer] = loans
        return found

    def loan_limit(self, columns: Sequence[int] | Ints) -> Array:
        """Most that each payer may borrow each year for a selection, array (P, T) [EUR]; zero without loans."""
        if self.loans is None:
            return np.zeros_like(self.budgets)
        if self.loans.works is None:
            return self.loans.limit
        chosen, works = np.asarray(columns, dtype=np.int64), np.zeros_like(self.budgets)
        np.add.at(works, self.payer[self.action[chosen]], self.loans.works[chosen])
        return np.asarray(np.minimum(self.loans.limit, works))

    @cached_property
    def loan_effects(self) -> Array:
        """Array (P, T, T), what a euro borrowed adds to balances by payer, year and year of the loan.

        Without loans, array (0, T, T).
        """
        if self.loans is None:
            return np.zeros((0, self.years, self.years))
        terms = zip(self.loans.annuity, self.loans.years, strict=True)
        return np.array([effects(annuity, years, carried=self.carried) for annuity, years in terms])

    @cached_property
    def scale(self) -> float:
        """The largest budget [EUR], at least 1: what rounding of balances is held against."""
        return max(1.0, float(np.abs(self.budgets).max(initial=0.0)))

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
        if (self.balances(chosen) < -TOLERANCE * self.scale).any():
            faults.append("budget")
        for limit in self.limits:
            used = float(limit.weights[np.isin(limit.columns, chosen)].sum())
            if used > limit.bound + TOLERANCE * max(1.0, abs(limit.bound)):
                faults.append(limit.label)
        for switch in self.switches:
            reached = float(switch.weights[np.isin(switch.columns, chosen)].sum())
            if np.isin(switch.users, chosen).any() and reached < switch.threshold - TOLERANCE:
                faults.append(switch.label)
        faults += [f"floor {floor.role}" for floor in self.floors if not floor.holds(self.reached(floor, start))]
        faults += [goal.label for goal in self.goals if not goal.holds(self.total(goal, chosen))]
        faults += [must.label for must in self.musts if not must.holds(start)]
        return faults

    def reached(self, floor: Floor, start: Mapping[int, int]) -> float:
        """Yearly saving of a role once all that started is done."""
        reached = float(floor.weights[list(start)].sum())
        for pair in self.pairs:
            if pair.a in start and pair.b in start:
                reached += pair.saving.get(floor.role, 0.0)
        return reached
