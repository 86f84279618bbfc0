"""The books of a selection: its works, gains and aids year by year, as draws."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from bocage.decide.columns.building import Columns
from bocage.decide.columns.giving import giver_of
from bocage.decide.funding.aid_cash import last_year
from bocage.decide.funding.financing import Aid
from bocage.decide.question.request import PlanRequest
from bocage.decide.value.economy import late, renewals, renewed_within, residual_share
from bocage.decide.value.taxes import Taxes, taxes_of
from bocage.decide.value.worth import PairWorth, Worth
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

    @cached_property
    def actions(self) -> Ints:
        """Rows of the chosen actions."""
        return np.asarray(self.columns.portfolio.action[list(self.chosen)], dtype=np.int64)

    @cached_property
    def starts(self) -> Ints:
        """Index of the start year of each of them."""
        return np.asarray(self.columns.portfolio.year[list(self.chosen)], dtype=np.int64)

    @cached_property
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

    @property
    def start_of(self) -> dict[int, int]:
        """Index of the start year by row of the chosen actions."""
        return dict(zip(self.actions.tolist(), self.starts.tolist(), strict=True))

    def pairs_done(self) -> list[tuple[PairWorth, int]]:
        """Pairs whose two actions are chosen, and the index of the year of the later start."""
        return self.worth.pairs_of(self.start_of)

    def aids(self) -> list[tuple[int, int, Aid]]:
        """Action, index of its start year and aid, for each aid of the selection."""
        return [
            (action, start, aid)
            for column, action, start in zip(self.chosen, self.actions.tolist(), self.starts.tolist(), strict=True)
            for aid in self.columns.plans[column].aids
        ]

    def giver_of(self, action: int, aid: Aid) -> int | None:
        """Rank of the payer of the plan that gives an aid to the payer of an action; None where none does."""
        payers = list(self.columns.payers)
        giver = giver_of(aid, payers[int(self.columns.portfolio.payer[action])], self.request.paid_by)
        return payers.index(giver) if giver in payers else None

    def settled_years(self) -> int:
        """Years from the first until VAT and aids of the last works are paid, money lent included."""
        lags = [last_year(rule) for rule in {id(aid.rule): aid.rule for _, _, aid in self.aids()}.values()]
        return self.request.years + max([self.taxes.longest_lag, *lags], default=0)


def yearly_gain(books: Books, role: str, count: int) -> Array:
    """Draws (count, K) of the yearly gain of a role, interactions included, from the first year on.

    Works of a year bring their gain from the next year on, to the horizon: what wears out is renewed. What
    two of them lose or gain together begins with the later one. Gains follow their drivers.
    """
    return books.worth.gain_by_year(books.start_of, role, count)


def cash_savings(books: Books, count: int) -> Array:
    """Draws (count, K) of what running costs save each year, with the VAT that stays on them [EUR]."""
    return books.worth.gain_by_year(books.start_of, "cash", count, 1 + books.taxes.running)


def works_ttc(books: Books) -> Array:
    """Draws (n chosen, K) of what each chosen action costs, all taxes included, interactions left out [EUR]."""
    worth, rows = books.worth, books.actions
    return np.asarray(worth.cost[rows] * (books.cost_factors * (1 + worth.vat[rows]))[:, None])


def yearly_cost(books: Books, count: int, *, with_vat: bool) -> Array:
    """Draws (count, K) of the works that the plan decides, by year, interactions on cost included [EUR].

    Renewals of what wears out later are in `later_works`.
    """
    worth = books.worth
    cost = np.zeros((count, worth.cost.shape[1]))
    for action, start, factor in zip(
        books.actions.tolist(), books.starts.tolist(), books.cost_factors.tolist(), strict=True
    ):
        cost[start] += worth.cost[action] * (factor * (1 + worth.vat[action] if with_vat else 1.0))
    for pair, later in books.pairs_done():
        cost[later] += pair.cost_eur * (1 + worth.vat[pair.a] if with_vat else 1.0)
    return cost


def later_works(books: Books, count: int) -> Array:
    """Draws (count, K) of what renewals cost each year, less what is left at the horizon, excluding VAT [EUR]."""
    later = np.zeros((count, books.worth.cost.shape[1]))
    for _, price, years, residual in _renewed(books):
        for year, share in years:
            later[year] += share * price
        later[books.worth.economy.horizon] -= residual * price
    return later


def later_works_paid(books: Books, count: int) -> Array:
    """Draws (count, K) of the same for the payers: all taxes included, VAT that comes back deducted [EUR]."""
    worth, taxes, later = books.worth, books.taxes, np.zeros((count, books.worth.cost.shape[1]))
    for action, price, years, residual in _renewed(books):
        ttc, returned, lag = price * (1 + worth.vat[action]), float(taxes.returned[action]), int(taxes.lag[action])
        for year, share in years:
            later[year] += share * ttc
            later[year + lag] -= share * ttc * returned
        later[worth.economy.horizon] -= residual * ttc * (1 - returned)
    return later


def renewals_paid(books: Books, count: int) -> tuple[Array, Array]:
    """Renewals within the plan, all taxes included, and the VAT that comes back of them: draws (count, K) [EUR]."""
    worth, taxes = books.worth, books.taxes
    paid, back = (np.zeros((count, worth.cost.shape[1])) for _ in range(2))
    for action, start, ttc in zip(books.actions.tolist(), books.starts.tolist(), works_ttc(books), strict=True):
        shares = renewed_within(float(worth.lifetime[action]), start, books.request.years)
        paid += late(shares, 0, count)[:, None] * ttc
        back += late(shares, int(taxes.lag[action]), count)[:, None] * (ttc * float(taxes.returned[action]))
    return paid, back


def _renewed(books: Books) -> Iterator[tuple[int, Array, list[tuple[int, float]], float]]:
    """Row, price excluding VAT (K,), renewals and share left at the horizon of each chosen action."""
    worth, horizon = books.worth, books.worth.economy.horizon
    for action, start, factor in zip(
        books.actions.tolist(), books.starts.tolist(), books.cost_factors.tolist(), strict=True
    ):
        life = float(worth.lifetime[action])
        years, residual = renewals(life, start, horizon), residual_share(life, start, horizon)
        yield action, worth.cost[action] * factor, years, residual


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
