"""Money that is no aid: VAT that comes back after the works, and money that is lent and paid back."""

import datetime as dt
from dataclasses import dataclass

from bocage.decide.funding.eligibility import Facts
from bocage.decide.funding.offers import rate_bounds, step_value
from bocage.parameters.funding_rules import FundingRule, Repayment


@dataclass(frozen=True, kw_only=True)
class Refund:
    """VAT that comes back.

    Attributes:
        rule: version of the rule.
        amount_eur: amount [EUR].
        lag_years: years between the works and the payment.
        status: status of the rule on the date of engagement.
    """

    rule: FundingRule
    amount_eur: float
    lag_years: int
    status: str


@dataclass(frozen=True, kw_only=True)
class Credit:
    """Money that is lent.

    Attributes:
        rule: version of the programme.
        principal_eur: most that is lent [EUR].
        repayment: how it is paid back.
        status: status of the rule on the date of engagement.
    """

    rule: FundingRule
    principal_eur: float
    repayment: Repayment
    status: str


def refund_of(rule: FundingRule, facts: Facts, engaged_on: dt.date, *, cost_eur: float) -> Refund:
    """What a rule of refund pays back on the works; its conditions are supposed to hold.

    Args:
        rule: version with `cash: refund` and a rate.
        facts: by full name; reads `action.vat_rate`, and the fact of `payment.lag_by`.
        engaged_on: date on which the works are ordered.
        cost_eur: cost excluding VAT [EUR].
    """
    vat = float(facts.get("action.vat_rate") or 0.0)
    bases = {"cost": cost_eur, "cost_with_vat": cost_eur * (1.0 + vat), "vat": cost_eur * vat}
    rate, base = (0.0, 0.0) if rule.rate is None else (rate_bounds(rule.rate, facts)[0], bases[rule.rate.of])
    return Refund(rule=rule, amount_eur=rate * base, lag_years=lag_of(rule, facts), status=rule.status_on(engaged_on))


def lag_of(rule: FundingRule, facts: Facts) -> int:
    """Years between the works and the balance, by the fact that decides where there is one."""
    by = rule.payment.lag_by
    if by is None or facts.get(by.fact) is None:
        return rule.payment.lag_years
    return round(step_value(by, facts))


def credit_of(rule: FundingRule, facts: Facts, engaged_on: dt.date, *, cost_eur: float) -> Credit:
    """What a loan or a repayable advance may lend; its conditions are supposed to hold.

    Args:
        rule: version with a `repayment`.
        facts: by full name.
        engaged_on: date on which the works are ordered.
        cost_eur: cost excluding VAT [EUR].

    Raises:
        ValueError: the rule is not one that lends.
    """
    if rule.repayment is None:
        raise ValueError(f"{rule.name} lends nothing")
    share = 0.0 if rule.rate is None else rate_bounds(rule.rate, facts)[1]
    principal = share * cost_eur
    for cap in rule.caps:
        if cap.of == "aid" and cap.scope in ("file", "total", "beneficiary_year"):
            principal = min(principal, cap.eur)
        elif cap.scope == "fund":
            principal = min(principal, float(facts.get(cap.fact) or 0.0))
    return Credit(rule=rule, principal_eur=principal, repayment=rule.repayment, status=rule.status_on(engaged_on))
