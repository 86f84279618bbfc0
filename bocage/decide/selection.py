"""A selection of columns that grows one by one and knows, for each candidate, what forbids it."""

from collections import defaultdict
from collections.abc import Iterable

from bocage.decide.portfolio import TOLERANCE, Array, Portfolio

ALTERNATIVE, PREREQUISITE, BUDGET, LIMIT, GROUP = "alternative", "prerequisite", "budget", "limit", "group"


class Selection:
    """Columns chosen so far, under all constraints but the floors.

    A column that belongs to a switch (a group condition) is only admitted where it meets the
    condition with what is already chosen: a greedy walk cannot bet on what comes next.

    Args:
        portfolio: what decides the plan.
        columns: columns chosen already, deemed admissible.
    """

    def __init__(self, portfolio: Portfolio, columns: Iterable[int] = ()) -> None:
        self.portfolio = portfolio
        self.action, self.year = portfolio.action.tolist(), portfolio.year.tolist()
        self.value, self.cash = portfolio.value.tolist(), portfolio.cash.tolist()
        self.payer = portfolio.payer.tolist()
        self.chosen: dict[int, int] = {}
        self.left = portfolio.budgets.tolist()
        self.room = [limit.bound + TOLERANCE * max(1.0, abs(limit.bound)) for limit in portfolio.limits]
        self.reached = [0.0] * len(portfolio.switches)
        self._scale = TOLERANCE * max(1.0, float(abs(portfolio.budgets).max(initial=0.0)))
        self._index()
        for column in columns:
            self.add(column)

    def _index(self) -> None:
        portfolio = self.portfolio
        self.limits_of: dict[int, list[tuple[int, float]]] = defaultdict(list)
        for number, limit in enumerate(portfolio.limits):
            for column, weight in zip(limit.columns.tolist(), limit.weights.tolist(), strict=True):
                self.limits_of[column].append((number, weight))
        self.users_of: dict[int, list[int]] = defaultdict(list)
        self.counts_in: dict[int, list[tuple[int, float]]] = defaultdict(list)
        for number, switch in enumerate(portfolio.switches):
            for column in switch.users.tolist():
                self.users_of[column].append(number)
            for column, weight in zip(switch.columns.tolist(), switch.weights.tolist(), strict=True):
                self.counts_in[column].append((number, weight))
        self.in_use = [0] * len(portfolio.switches)
        self.rivals: dict[int, set[int]] = defaultdict(set)
        for group in portfolio.groups:
            members = {int(action) for action in group}
            for action in members:
                self.rivals[action] |= members - {action}
        self.needs: dict[int, list[int]] = defaultdict(list)
        self.needed_by: dict[int, list[int]] = defaultdict(list)
        for later, earlier in portfolio.requires:
            self.needs[later].append(earlier)
            self.needed_by[earlier].append(later)
        self.pairs_of: dict[int, list[tuple[int, Array]]] = defaultdict(list)
        for pair in portfolio.pairs:
            self.pairs_of[pair.a].append((pair.b, pair.credit))
            self.pairs_of[pair.b].append((pair.a, pair.credit.T))

    def add(self, column: int, sign: int = 1) -> None:
        """Choose a column (or give it up, with sign -1) without asking whether it is admissible."""
        action = self.action[column]
        left = self.left[self.payer[action]]
        for year, asked in enumerate(self.cash[column]):
            left[year] -= sign * asked
        for number, weight in self.limits_of.get(column, ()):
            self.room[number] -= sign * weight
        for number, weight in self.counts_in.get(column, ()):
            self.reached[number] += sign * weight
        for number in self.users_of.get(column, ()):
            self.in_use[number] += sign
        if sign > 0:
            self.chosen[action] = column
        else:
            del self.chosen[action]

    def remove(self, action: int) -> int:
        """Give up an action; the column that it had."""
        column = self.chosen[action]
        self.add(column, -1)
        return column

    def obstacle(self, column: int) -> str | None:
        """What forbids to add a column: `alternative`, `prerequisite`, `limit`, `group`, `budget`; None where nothing.

        The budget comes last, so that it is named only where it is the only obstacle.
        """
        action, year = self.action[column], self.year[column]
        if action in self.chosen or any(rival in self.chosen for rival in self.rivals.get(action, ())):
            return ALTERNATIVE
        for earlier in self.needs.get(action, ()):
            if earlier not in self.chosen or self.year[self.chosen[earlier]] > year:
                return PREREQUISITE
        if any(weight > self.room[number] for number, weight in self.limits_of.get(column, ())):
            return LIMIT
        if not self._group_holds(column):
            return GROUP
        return None if self._affordable(action, column) else BUDGET

    def _group_holds(self, column: int) -> bool:
        users = self.users_of.get(column, ())
        counts = dict(self.counts_in.get(column, ()))
        for number in {*users, *counts}:
            used = self.in_use[number] + (number in users)
            after = self.reached[number] + counts.get(number, 0.0)
            if used and after < self.portfolio.switches[number].threshold - TOLERANCE:
                return False
        return True

    def _affordable(self, action: int, column: int) -> bool:
        balance, carried = 0.0, self.portfolio.carried
        for left, asked in zip(self.left[self.payer[action]], self.cash[column], strict=True):
            balance = (balance if carried else 0.0) + left - asked
            if balance < -self._scale:
                return False
        return True

    def gain(self, column: int) -> float:
        """What a column adds to the objective, interactions with the chosen actions included."""
        action, year = self.action[column], self.year[column]
        gain = self.value[column]
        for other, credit in self.pairs_of.get(action, ()):
            if other in self.chosen:
                gain += credit[year, self.year[self.chosen[other]]]
        return float(gain)

    @property
    def columns(self) -> list[int]:
        """Columns chosen, in order of number."""
        return sorted(self.chosen.values())
