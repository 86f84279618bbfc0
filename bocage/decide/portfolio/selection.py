"""A selection of columns that grows one by one and knows, for each candidate, what forbids it and what it adds."""

from collections import defaultdict
from collections.abc import Iterable
from operator import add, mul

import numpy as np

from bocage.decide.portfolio.borrowing import latest_loans
from bocage.decide.portfolio.cvar import tail_mean
from bocage.decide.portfolio.layers import layers_of
from bocage.decide.portfolio.statement import TOLERANCE, Array, Portfolio

ALTERNATIVE, PREREQUISITE, BUDGET, LIMIT, GROUP, AIM = "alternative", "prerequisite", "budget", "limit", "group", "aim"


class Selection:
    """Columns chosen so far, under all constraints.

    A column that belongs to a switch (a group condition) is only admitted where it meets the
    condition with what is already chosen: a greedy walk cannot bet on what comes next. Floors and
    goals (the aims) forbid what would undo them, or lead further from them; nothing forbids to start far from them.

    Loans are taken as late as possible (`latest_loans`), which is admissible and near the least cost.

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
        self._scale = TOLERANCE * portfolio.scale
        self._index()
        self._index_loans()
        self._index_totals()
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
        self.musts_of: dict[int, list[int]] = defaultdict(list)
        for number, must in enumerate(portfolio.musts):
            for action in must.actions.tolist():
                self.musts_of[action].append(number)

    def _index_loans(self) -> None:
        loans = self.portfolio.loans
        self._effects = self.portfolio.loan_effects.tolist()
        self._limit = [] if loans is None else loans.limit.tolist()
        self._cost = [] if loans is None else loans.cost.tolist()
        self._outstanding = [] if loans is None else loans.outstanding.tolist()
        self._works = None if loans is None or loans.works is None else loans.works.tolist()
        self._lendable = [[0.0] * self.portfolio.years for _ in self._limit]

    def _index_totals(self) -> None:
        """Floors and goals, then futures: totals that follow the selection, where there are any."""
        self.aims = len(self.portfolio.floors) + len(self.portfolio.goals)
        self.totals = np.zeros(self.aims + (0 if self.portfolio.risk is None else len(self.portfolio.risk.probability)))
        self.least = self.price = np.zeros(self.aims)
        if not len(self.totals):
            return
        layers = layers_of(self.portfolio)
        self.least = layers.least - TOLERANCE * np.maximum(1.0, np.abs(layers.least))
        self._layers = layers.columns[1:].T
        self._layered: dict[int, list[tuple[int, Array]]] = defaultdict(list)
        for pair, worth in zip(self.portfolio.pairs, layers.pairs, strict=True):
            self._layered[pair.a].append((pair.b, worth[1:]))
            self._layered[pair.b].append((pair.a, worth[1:].transpose(0, 2, 1)))

    def add(self, column: int, sign: int = 1) -> None:
        """Choose a column (or give it up, with sign -1) without asking whether it is admissible."""
        action = self.action[column]
        left = self.left[self.payer[action]]
        for year, asked in enumerate(self.cash[column]):
            left[year] -= sign * asked
        if self._works is not None:
            lendable = self._lendable[self.payer[action]]
            for year, paid in enumerate(self._works[column]):
                lendable[year] += sign * paid
        for number, weight in self.limits_of.get(column, ()):
            self.room[number] -= sign * weight
        for number, weight in self.counts_in.get(column, ()):
            self.reached[number] += sign * weight
        for number in self.users_of.get(column, ()):
            self.in_use[number] += sign
        if len(self.totals):
            self.totals = self.totals + sign * self.effects(column)
        if sign > 0:
            self.chosen[action] = column
        else:
            del self.chosen[action]

    def remove(self, action: int) -> int:
        """Give up an action; the column that it had."""
        column = self.chosen[action]
        self.add(column, -1)
        return column

    def effects(self, column: int) -> Array:
        """What a column adds to each floor, goal and future beside what is chosen."""
        action, year = self.action[column], self.year[column]
        found: Array = self._layers[column]
        for other, worth in self._layered.get(action, ()):
            if other in self.chosen:
                found = found + worth[:, year, self.year[self.chosen[other]]]
        return found

    def obstacle(self, column: int) -> str | None:
        """What forbids to add a column; None where nothing does.

        One of `alternative`, `prerequisite`, `limit`, `group`, `aim`, `budget`. The budget comes last, so that it is
        named only where it is the only obstacle.
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
        if self.aims and self.spoils(column, self.totals):
            return AIM
        return None if self._affordable(action, column) else BUDGET

    def spoils(self, column: int, before: Array) -> bool:
        """True where a floor or a goal would be missed by more than it was.

        Args:
            column: column to add.
            before: totals that were reached.
        """
        after = (self.totals + self.effects(column))[: self.aims]
        return bool((after < np.minimum(self.least, before[: self.aims]) - 1e-12 * np.abs(self.least)).any())

    @property
    def missed(self) -> Array:
        """By how much each floor and goal is missed, array (aims,), 0 where it is reached."""
        return np.asarray(np.maximum(self.least - self.totals[: self.aims], 0.0))

    def latest(self, action: int) -> int:
        """Latest start year of an action that musts rest on, were it chosen; the last year where none does."""
        found = self.portfolio.years - 1
        for number in self.musts_of.get(action, ()):
            must = self.portfolio.musts[number]
            others = (self.chosen.get(other) for other in must.actions.tolist() if other != action)
            if not any(column is not None and self.year[column] <= must.latest for column in others):
                found = min(found, must.latest)
        return found

    def is_obliged(self, action: int) -> bool:
        """True where a must rests on an action alone."""
        return any(
            not must.holds({other: self.year[column] for other, column in self.chosen.items() if other != action})
            for must in (self.portfolio.musts[number] for number in self.musts_of.get(action, ()))
        )

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
                return bool(self._limit) and self._loans(self.payer[action], column)[1] <= self._scale
        return True

    def _loans(self, payer: int, column: int | None = None) -> tuple[float, float]:
        """Cost of the loans of a payer, one of its columns added; and what still lacks."""
        nothing = [0.0] * self.portfolio.years
        balances, balance = [], 0.0
        for left, more in zip(self.left[payer], nothing if column is None else self.cash[column], strict=True):
            balance = (balance if self.portfolio.carried else 0.0) + left - more
            balances.append(balance)
        if min(balances) >= 0.0:
            return 0.0, 0.0
        loans, lacking = latest_loans(
            balances,
            self._effects[payer],
            self._loan_limit(payer, column),
            self._outstanding[payer],
            carried=self.portfolio.carried,
        )
        return sum(map(mul, loans, self._cost[payer])), lacking

    def _loan_limit(self, payer: int, column: int | None) -> list[float]:
        """Most that a payer may borrow each year, one of its columns added."""
        if self._works is None:
            return list(self._limit[payer])
        added = [0.0] * self.portfolio.years if column is None else self._works[column]
        paid = map(add, self._lendable[payer], added)
        return [min(limit, max(0.0, works)) for limit, works in zip(self._limit[payer], paid, strict=True)]

    def gain(self, column: int) -> float:
        """What a column adds to the objective: interactions with the chosen actions, risk and loans included."""
        action, year = self.action[column], self.year[column]
        gain = self.value[column]
        for other, credit in self.pairs_of.get(action, ()):
            if other in self.chosen:
                gain += credit[year, self.year[self.chosen[other]]]
        if len(self.totals):
            gain = self._priced(column, float(gain))
        if self._limit:
            payer = self.payer[action]
            gain -= self._loans(payer, column)[0] - self._loans(payer)[0]
        return float(gain)

    def _priced(self, column: int, gain: float) -> float:
        effects, risk = self.effects(column), self.portfolio.risk
        if risk is not None:
            futures = self.totals[self.aims :]
            more = tail_mean(futures + effects[self.aims :], risk.probability, risk.tail)
            more -= tail_mean(futures, risk.probability, risk.tail)
            gain = (1 - risk.weight) * gain + risk.weight * more
        return gain + float((self.price * effects[: self.aims]).sum())

    @property
    def columns(self) -> list[int]:
        """Columns chosen, in order of number."""
        return sorted(self.chosen.values())
