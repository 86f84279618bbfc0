"""Loans: what is drawn, what is repaid each year, what stays owed."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Repaid = Literal["annuity", "straight", "end"]
"""Equal annuities, equal parts of the capital, or the capital whole at the end."""
Deferral = Literal["capital", "total"]
"""What waits during a deferral: the capital alone, or the interest too, which is then added to the capital."""


@dataclass(frozen=True, kw_only=True)
class LoanSchedule:
    """A loan year by year, from the year after it is drawn.

    Attributes:
        interest: array (N,), interest paid each year [EUR].
        capital: array (N,), capital repaid each year [EUR].
        outstanding: array (N,), capital owed at the end of each year [EUR].
    """

    interest: Array
    capital: Array
    outstanding: Array

    @property
    def annuity(self) -> Array:
        """Array (N,), what is paid each year, interest and capital [EUR]."""
        return self.interest + self.capital

    @property
    def cost_eur(self) -> float:
        """All the interest paid [EUR]."""
        return float(self.interest.sum())


def constant_annuity(capital_eur: float, years: int, rate: float) -> float:
    """Equal yearly payment that repays a loan, A = C r / (1 - (1 + r)^-N); C / N where the rate is 0 [EUR/year].

    Args:
        capital_eur: capital drawn C [EUR].
        years: number of annuities N, the first a year after the loan is drawn, >= 1.
        rate: yearly rate r [1], > -1.

    Raises:
        ValueError: no annuity, or a rate of -1 or less.

    >>> round(constant_annuity(144.0, 2, 0.25), 9)
    100.0
    """
    _check(years, rate)
    # log1p and expm1 keep every digit of rates near zero, where 1 - (1 + r)^-N loses them.
    return capital_eur / years if rate == 0 else float(capital_eur * rate / -np.expm1(-years * np.log1p(rate)))


def loan_schedule(
    capital_eur: float,
    years: int,
    rate: float,
    *,
    repaid: Repaid = "annuity",
    deferred_years: int = 0,
    deferral: Deferral = "capital",
) -> LoanSchedule:
    """Interest, capital and debt of a loan, year by year.

    During a deferral nothing of the capital is repaid; interest is paid, or added to the capital where
    the deferral is total. The rest of the duration then repays the debt reached.

    Args:
        capital_eur: capital drawn [EUR].
        years: duration N, the deferral included, >= 1.
        rate: yearly rate [1], > -1.
        repaid: how the capital is repaid.
        deferred_years: years of deferral, 0 to N - 1.
        deferral: what waits during it.

    Raises:
        ValueError: no annuity, a rate of -1 or less, or a deferral that leaves no year to repay.

    >>> loan = loan_schedule(100.0, 2, 0.1, repaid="straight")
    >>> loan.interest.round(9).tolist(), loan.capital.tolist(), loan.outstanding.tolist()
    ([10.0, 5.0], [50.0, 50.0], [50.0, 0.0])
    >>> loan_schedule(100.0, 2, 0.1, deferred_years=1, deferral="total").annuity.round(9).tolist()
    [0.0, 121.0]
    """
    _check(years, rate)
    if not 0 <= deferred_years < years:
        raise ValueError(f"a deferral must leave a year to repay: {deferred_years} of {years} years")
    owed = np.empty(years + 1)
    owed[0] = capital_eur
    growth = 1.0 + rate if deferral == "total" else 1.0
    owed[: deferred_years + 1] = capital_eur * growth ** np.arange(deferred_years + 1)
    left = years - deferred_years
    owed[deferred_years:] = owed[deferred_years] * _share_owed(left, rate, repaid)
    interest = owed[:-1] * rate
    if deferral == "total":
        interest[:deferred_years] = 0.0
    capital = owed[:-1] - owed[1:]
    capital[:deferred_years] = 0.0
    return LoanSchedule(interest=interest, capital=capital, outstanding=owed[1:])


def _share_owed(years: int, rate: float, repaid: Repaid) -> Array:
    """Share of the capital still owed after 0, 1… N payments, array (N + 1,)."""
    paid = np.arange(years + 1, dtype=float)
    if repaid == "end":
        return np.asarray((paid < years).astype(float))
    if repaid == "straight" or rate == 0:
        return 1.0 - paid / years
    growth = np.log1p(rate)
    share = np.expm1(-(years - paid) * growth) / np.expm1(-years * growth)
    return np.asarray(share)


def _check(years: int, rate: float) -> None:
    if years < 1:
        raise ValueError(f"a loan is repaid in one year at least, not {years}")
    if rate <= -1:
        raise ValueError(f"the rate of a loan must be above -1, not {rate}")
