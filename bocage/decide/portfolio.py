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
