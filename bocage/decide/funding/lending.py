"""Repayable advances that a plan is told to count on: money of the year of the works, paid back by later years."""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from bocage.decide.funding.eligibility import judge
from bocage.decide.funding.financing import FinancingPlan
from bocage.decide.funding.offers import Aid, Terms, holds_here, is_left_out, named_facts
from bocage.decide.funding.returns import credit_of
from bocage.parameters.funding_rules import FundingRule

ADVANCE = "repayable_advance"


def with_advances(
    plans: Sequence[FinancingPlan],
    rules: Sequence[FundingRule],
    action: Mapping[str, Any],
    territory: Mapping[str, Any],
    engaged_on: dt.date,
    *,
    cost_eur: float,
    terms: Terms,
) -> tuple[FinancingPlan, ...]:
    """The financing plans of an action, then each with an advance on what its aids leave to pay.

    An advance is asked for by name (`count_on`), as Intracting: it costs interest and binds the savings of
    later years, so that no plan rests on it unasked. Loans are not tied to an action: see `Borrowing`.

    Args:
        plans: financing plans of the action, without money lent.
        rules: versions of the programmes.
        action: facts of the action.
        territory: facts of the territory.
        engaged_on: date on which the works are ordered.
        cost_eur: cost excluding VAT [EUR].
        terms: programmes counted on.
    """
    lenders = [rule for rule in rules if rule.cash == ADVANCE and rule.name in terms.count_on]
    if not lenders:
        return tuple(plans)
    facts = named_facts(action, territory)
    advances = [advance for rule in lenders for advance in _advance(rule, facts, engaged_on, cost_eur, terms)]
    added = []
    for advance in advances:
        for plan in plans:
            amount = min(advance.amount_eur, cost_eur - plan.total_eur)
            if amount > 0:
                added.append(replace(plan, aids=(*plan.aids, advance.scaled(amount / advance.amount_eur))))
    return (*plans, *added)


def _advance(
    rule: FundingRule, facts: Mapping[str, Any], engaged_on: dt.date, cost_eur: float, terms: Terms
) -> Iterator[Aid]:
    """The advance of a programme, where the action has a right to it; nothing where a fact is missing."""
    if (
        rule.repayment is None
        or not rule.in_force(engaged_on)
        or is_left_out(rule, terms)
        or not holds_here(rule, facts)
    ):
        return
    eligible, missing = judge(rule.eligibility, facts)
    if eligible is not True or missing or (rule.file == "action" and cost_eur < rule.minimum_project_eur):
        return
    credit = credit_of(rule, facts, engaged_on, cost_eur=cost_eur)
    most = credit.principal_eur
    if most > 0:
        yield Aid(rule=rule, amount_eur=most, low_eur=most, high_eur=most, spending_eur=cost_eur, status=credit.status)
