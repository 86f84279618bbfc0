"""What payers may borrow, as the solver reads it, and what a euro borrowed is worth to them."""

import numpy as np
from numpy.typing import NDArray

from bocage.decide.portfolio.statement import Loans
from bocage.decide.question.request import PlanRequest
from bocage.decide.value.economy import Economy
from bocage.finance.discounting import annuity_factor, discount_factors
from bocage.finance.loans import constant_annuity

Array = NDArray[np.float64]
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
