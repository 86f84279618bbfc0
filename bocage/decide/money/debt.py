"""The debt that a plan leaves: drawn, interest, capital, owed, year by year."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bocage.decide.columns.credit import nominal_rate
from bocage.decide.money.books import Books
from bocage.decide.question.request import Borrowing, Payer, PlanRequest
from bocage.decide.value.economy import Economy
from bocage.finance.discounting import discount_factors, npv
from bocage.finance.loans import LoanSchedule, loan_schedule

Array = NDArray[np.float64]
NOTHING_OWED = 0.005
"""A loan below half a cent is rounding [EUR]."""


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


def plan_debts(books: Books) -> Debts:
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
