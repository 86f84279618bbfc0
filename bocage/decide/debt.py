"""What payers may borrow, and the debt that a plan leaves: drawn, interest, capital, owed, year by year."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from bocage.decide.economy import Economy
from bocage.decide.portfolio import Loans
from bocage.decide.request import Borrowing, Payer, PlanRequest
from bocage.finance.discounting import annuity_factor, discount_factors, npv
from bocage.finance.loans import LoanSchedule, constant_annuity, loan_schedule

if TYPE_CHECKING:
    from bocage.decide.books import Books

Array = NDArray[np.float64]
NOTHING_OWED = 0.005
"""A loan below half a cent is rounding [EUR]."""
SPARED = 1e-3
"""Weight of a euro of interest where the objective is no cash: own money is spared at equal value."""


def loans_of(request: PlanRequest, economy: Economy, works: Array | None = None) -> Loans | None:
    """What payers may borrow, as the solver reads it; None where nobody may.

    Annuities are equal and nominal: inflation makes them lighter with time, so that counting them whole
    beside constant euros is prudent. The cost of a euro borrowed is what its annuities are worth above
    it, at the nominal discount rate; to society a loan is a transfer, and only breaks ties.

    Args:
        request: what the plan is asked for; its `borrowing`.
        economy: rates.
        works: array (C, T), what loans may pay of each column; None where their use is not asked.
    """
    if not any(any(may.limit_eur) for may in request.borrowing.values()):
        return None
    payers, years = list(request.budgets), request.years
    limit, annuity, cost = (np.zeros((len(payers), years)) for _ in range(3))
    duration = np.ones((len(payers), years), dtype=np.int64)
    outstanding = np.full(len(payers), np.inf)
    weight = 1.0 if request.objective == "cash" else SPARED
    start = discount_factors(years, economy.financial_rate)
    rate = nominal_rate(request)
    for number, payer in enumerate(payers):
        may = request.borrowing.get(payer)
        if may is None:
            annuity[number] = 1.0
            continue
        outstanding[number] = np.inf if may.outstanding_eur is None else may.outstanding_eur
        for year in range(years):
            limit[number, year], duration[number, year] = may.limit_eur[year], may.years[year]
            annuity[number, year] = constant_annuity(1.0, may.years[year], may.rate[year])
            worth = loan_worth(may.years[year], may.rate[year], rate)
            cost[number, year] = weight * start[year] * max(0.0, -worth)
    return Loans(limit=limit, annuity=annuity, years=duration, cost=cost, outstanding=outstanding, works=works)


def nominal_rate(request: PlanRequest) -> float:
    """Nominal rate at which payers discount their cash [1]."""
    return request.parameters.number("economy.financial_rate")


def loan_worth(years: int, rate: float, discount: float) -> float:
    """What borrowing a euro is worth: the euro, less its annuities at a nominal discount rate [1].

    >>> round(loan_worth(10, 0.03, 0.03), 9)
    0.0
    """
    paid = constant_annuity(1.0, years, rate) * float(annuity_factor(years, discount))
    return 1.0 - paid


@dataclass(frozen=True, kw_only=True)
class Debt:
    """Loans of one payer, each with the index of the year in which it is drawn."""

    loans: Sequence[tuple[int, float, LoanSchedule]]

    @property
    def last_year(self) -> int:
        """Index of the year of the last annuity; 0 without a loan."""
        return max([start + len(loan.annuity) for start, _, loan in self.loans], default=0)

    def drawn(self, count: int) -> Array:
        """What is borrowed each year, array (count,) [EUR]."""
        found = np.zeros(count)
        for start, amount, _ in self.loans:
            found[start] += amount
        return found

    def interest(self, count: int) -> Array:
        """Interest paid each year, array (count,) [EUR]."""
        return self._sum("interest", count)

    def capital(self, count: int) -> Array:
        """Capital repaid each year, array (count,) [EUR]."""
        return self._sum("capital", count)

    def outstanding(self, count: int) -> Array:
        """Capital owed at the end of each year, array (count,) [EUR]."""
        return np.cumsum(self.drawn(count) - self.capital(count))

    def _sum(self, part: str, count: int) -> Array:
        found = np.zeros(count)
        for start, _, loan in self.loans:
            paid: Array = getattr(loan, part)[: max(0, count - start - 1)]
            found[start + 1 : start + 1 + len(paid)] += paid
        return found


@dataclass(frozen=True, kw_only=True)
class Debts:
    """Debt of each payer of a plan, in the order of its budgets."""

    by_payer: Sequence[Debt]

    @property
    def last_year(self) -> int:
        """Index of the year of the last annuity of all."""
        return max([debt.last_year for debt in self.by_payer], default=0)

    def worth(self, request: PlanRequest, economy: Economy) -> float:
        """Present value of all the loans for their payers: what they bring less their annuities [EUR]."""
        real, rate = discount_factors(request.years, economy.financial_rate), nominal_rate(request)
        return sum(
            float(real[start]) * (amount - float(npv(np.append(0.0, loan.annuity), rate)))
            for debt in self.by_payer
            for start, amount, loan in debt.loans
        )


def plan_debts(books: "Books") -> Debts:
    """The loans that a selection draws, payer by payer."""
    borrowing: Mapping[Payer, Borrowing] = books.request.borrowing
    found = []
    for payer, drawn in zip(books.columns.payers, books.borrowed, strict=True):
        loans = [
            (year, amount, loan_schedule(amount, borrowing[payer].years[year], borrowing[payer].rate[year]))
            for year, amount in enumerate(drawn.tolist())
            if amount > NOTHING_OWED
        ]
        found.append(Debt(loans=loans))
    return Debts(by_payer=found)
