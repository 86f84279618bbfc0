"""What an aid puts into the budget of its payer each year, and what money that is lent takes back."""

import numpy as np
from numpy.typing import NDArray

from bocage.decide.financing import FinancingPlan
from bocage.finance.loans import LoanSchedule, loan_schedule
from bocage.finance.public import paid_over_years
from bocage.parameters.funding_rules import LENT, FundingRule

Array = NDArray[np.float64]


def is_lent(rule: FundingRule) -> bool:
    """True where the money of a programme has to be given back."""
    return rule.cash in LENT


def given_eur(plan: FinancingPlan) -> float:
    """Aids of a financing plan that are never given back [EUR]."""
    return sum(aid.amount_eur for aid in plan.aids if not is_lent(aid.rule))


def payment_shares(rule: FundingRule, start: int, count: int) -> Array:
    """Share of an aid that is paid each year, array (count,) [1].

    Args:
        rule: version of the programme.
        start: index of the year of the works.
        count: number of years; what is paid later is left out.
    """
    pay = rule.payment
    return paid_over_years(1.0, start, count, advance=pay.advance, lag=pay.lag_years, interim=pay.interim)


def repayment(rule: FundingRule) -> LoanSchedule | None:
    """How a euro lent comes back, from the year after the works; None for money that is given.

    The whole is deemed drawn in the year of the works, so that interest is never understated.
    """
    terms = rule.repayment
    if not is_lent(rule) or terms is None:
        return None
    return loan_schedule(1.0, terms.years, terms.rate, repaid=terms.principal)


def last_year(rule: FundingRule) -> int:
    """Years between the works and the last movement of an aid."""
    terms = repayment(rule)
    paid = max([rule.lag_years, *(after for after, _ in rule.payment.interim)])
    return paid if terms is None else max(paid, len(terms.annuity))


def net_shares(rule: FundingRule, start: int, count: int) -> Array:
    """What a euro of aid leaves in the budget each year, array (count,): what is paid less what is given back [1].

    Args:
        rule: version of the programme.
        start: index of the year of the works.
        count: number of years; later movements are left out.
    """
    flows = payment_shares(rule, start, count)
    terms = repayment(rule)
    if terms is not None:
        annuity = terms.annuity[: max(0, count - start - 1)]
        flows[start + 1 : start + 1 + len(annuity)] -= annuity
    return flows
