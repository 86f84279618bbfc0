"""What an aid puts into the budget of its payer each year, and what money that is lent takes back."""

import numpy as np
from numpy.typing import NDArray

from bocage.finance.discounting import npv
from bocage.finance.loans import LoanSchedule, loan_schedule
from bocage.finance.public import paid_over_years
from bocage.parameters.funding_rules import LENT, FundingRule

Array = NDArray[np.float64]


def is_lent(rule: FundingRule) -> bool:
    """True where the money of a programme has to be given back."""
    return rule.cash in LENT


def aid_status(rule: FundingRule) -> str:
    """How sure an aid of a plan is: `certain` by right, `discretionary` where an authority decides, `lent`."""
    if is_lent(rule):
        return "lent"
    return "certain" if rule.award == "automatic" else "discretionary"


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


def present_share(rule: FundingRule, start: int, *, real_rate: float, nominal_rate: float) -> float:
    """Present value of a euro of aid for its payer, repayments deducted, at the first year of the plan [1].

    Annuities are nominal: they are brought to the year of the works at the nominal rate, then to the first year
    of the plan at the real one.

    Args:
        rule: version of the programme.
        start: index of the year of the works.
        real_rate: real discount rate of the payer [1].
        nominal_rate: its nominal discount rate [1].
    """
    paid = float(npv(payment_shares(rule, start, start + last_year(rule) + 1), real_rate))
    return paid - repaid_share(rule, start, real_rate=real_rate, nominal_rate=nominal_rate)


def repaid_share(rule: FundingRule, start: int, *, real_rate: float, nominal_rate: float) -> float:
    """Present value of what is paid back of a euro of aid, as `present_share`; 0 for money that is given [1]."""
    terms = repayment(rule)
    if terms is None:
        return 0.0
    return float(npv(np.append(0.0, terms.annuity), nominal_rate)) * (1.0 + real_rate) ** -start


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
