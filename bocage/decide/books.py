"""The books of a selection: its works, gains and aids year by year, as draws."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from bocage.decide.aid_cash import last_year
from bocage.decide.columns import Columns
from bocage.decide.financing import Aid
from bocage.decide.overlap import acting_until
from bocage.decide.request import PlanRequest
from bocage.decide.taxes import Taxes, taxes_of
from bocage.decide.worth import PairWorth, Worth
from bocage.vocabulary.draws import factor_draws

Array = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, kw_only=True)
class Books:
    """A selection of columns with all that is needed to write its books."""

    request: PlanRequest
    worth: Worth
    columns: Columns
    chosen: Sequence[int]

    @property
    def actions(self) -> Ints:
        """Rows of the chosen actions."""
        return np.asarray(self.columns.portfolio.action[list(self.chosen)], dtype=np.int64)

    @property
    def starts(self) -> Ints:
        """Index of the start year of each of them."""
        return np.asarray(self.columns.portfolio.year[list(self.chosen)], dtype=np.int64)

    @property
    def cost_factors(self) -> Array:
        """Share of the usual cost that each of them pays [1]: less than 1 in a grouped purchase."""
        return np.asarray(self.columns.cost_factor[list(self.chosen)], dtype=float)

    @cached_property
    def taxes(self) -> Taxes:
        """VAT of every action of the request."""
        return taxes_of(self.request, self.worth)

    @cached_property
    def borrowed(self) -> Array:
        """What each payer borrows each year of the plan, array (P, T) [EUR]."""
        portfolio = self.columns.portfolio
        return np.zeros_like(portfolio.budgets) if portfolio.loans is None else portfolio.borrowed(self.chosen)

    def of_payer(self, payer: int) -> "Books":
        """The same selection, the actions of one payer only."""
        portfolio = self.columns.portfolio
        own = [column for column in self.chosen if portfolio.payer[portfolio.action[column]] == payer]
        return replace(self, chosen=own)

    def pairs_done(self) -> list[tuple[PairWorth, int, float]]:
        """Pairs whose two actions are chosen: from the later start to the earlier end [years from the first]."""
        start, life = dict(zip(self.actions.tolist(), self.starts.tolist(), strict=True)), self.worth.lifetime
        return [
            (pair, *acting_until(start[pair.a], float(life[pair.a]), start[pair.b], float(life[pair.b])))
            for pair in self.worth.pairs
            if pair.a in start and pair.b in start
        ]

    def aids(self) -> list[tuple[int, int, Aid]]:
        """Action, index of its start year and aid, for each aid of the selection."""
        return [
            (action, start, aid)
            for column, action, start in zip(self.chosen, self.actions.tolist(), self.starts.tolist(), strict=True)
            for aid in self.columns.plans[column].aids
        ]

    def settled_years(self) -> int:
        """Years from the first until VAT and aids of the last works are paid, money lent included."""
        lags = [last_year(rule) for rule in {id(aid.rule): aid.rule for _, _, aid in self.aids()}.values()]
        return self.request.years + max([self.taxes.longest_lag, *lags], default=0)


def yearly_gain(books: Books, role: str, count: int) -> Array:
    """Draws (count, K) of the yearly gain of a role, interactions included, from the first year on.

    Works of a year bring their gain from the next year on, to the end of their lifetime. What two of
    them lose or gain together lasts as long as both act.
    """
    worth = books.worth
    gain = np.zeros((count, worth.cost.shape[1]))
    for action, start in zip(books.actions.tolist(), books.starts.tolist(), strict=True):
        _stream(gain, worth.gains[role][action], start, start + float(worth.lifetime[action]))
    for pair, begin, end in books.pairs_done():
        _stream(gain, worth.pair_gain(pair, role), begin, end)
    return gain


def cash_savings(books: Books, count: int) -> Array:
    """Draws (count, K) of what running costs save each year, with the VAT that stays on them [EUR]."""
    worth, running = books.worth, books.taxes.running
    gain = np.zeros((count, worth.cost.shape[1]))
    for action, start in zip(books.actions.tolist(), books.starts.tolist(), strict=True):
        yearly = worth.gains["cash"][action] * (1 + running[action])
        _stream(gain, yearly, start, start + float(worth.lifetime[action]))
    for pair, begin, end in books.pairs_done():
        _stream(gain, worth.pair_gain(pair, "cash") * (1 + running[pair.a]), begin, end)
    return gain


def _stream(total: Array, yearly: Array, begin: int, end: float) -> None:
    """Add a yearly amount from the year after `begin` to `end`, for the fraction of the last year that is covered."""
    if end <= begin:
        return
    whole = int(end)
    total[begin + 1 : whole + 1] += yearly
    if whole + 1 < len(total):
        total[whole + 1] += yearly * (end - whole)


def works_ttc(books: Books) -> Array:
    """Draws (n chosen, K) of what each chosen action costs, all taxes included, interactions left out [EUR]."""
    worth, rows = books.worth, books.actions
    return np.asarray(worth.cost[rows] * (books.cost_factors * (1 + worth.vat[rows]))[:, None])


def yearly_cost(books: Books, count: int, *, with_vat: bool) -> Array:
    """Draws (count, K) of the works of each year, interactions on cost included [EUR]."""
    worth = books.worth
    cost = np.zeros((count, worth.cost.shape[1]))
    for action, start, factor in zip(
        books.actions.tolist(), books.starts.tolist(), books.cost_factors.tolist(), strict=True
    ):
        cost[start] += worth.cost[action] * (factor * (1 + worth.vat[action] if with_vat else 1.0))
    for pair, later, _ in books.pairs_done():
        cost[later] += pair.cost_eur * (1 + worth.vat[pair.a] if with_vat else 1.0)
    return cost


def vat_returned(books: Books, count: int) -> Array:
    """Draws (count, K) of the VAT that comes back each year, by FCTVA or by deduction [EUR].

    What two actions save or cost together is left out, as it is in the budgets of the payers.
    """
    taxes, back = books.taxes, np.zeros((count, books.worth.cost.shape[1]))
    for action, start, ttc in zip(books.actions.tolist(), books.starts.tolist(), works_ttc(books), strict=True):
        year = start + int(taxes.lag[action])
        if year < count:
            back[year] += ttc * taxes.returned[action]
    return back


def aid_draws(books: Books, aid: Aid) -> Array:
    """Draws (K,) of an aid, of mean the amount planned on; one factor for all the aids of a programme [EUR]."""
    count = books.worth.cost.shape[1]
    if not 0 < aid.low_eur < aid.high_eur:
        return np.full(count, aid.amount_eur)
    seed, name = books.request.seed, f"aid {aid.rule.name}"
    return np.asarray(aid.amount_eur * factor_draws(aid.low_eur, aid.high_eur, count, seed=seed, name=name))
