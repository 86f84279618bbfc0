"""Admissible financing plans of one action: which aids may be added, and for how much."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, product
from typing import Any

from bocage.decide.offers import Aid, Terms, named_facts, offers, offers_of
from bocage.finance.public import largest_public_aid_eur
from bocage.parameters.funding_rules import FundingRule

__all__ = ["Aid", "FinancingPlan", "Terms", "financing_plans", "is_counted", "is_free", "offers_of"]

MOST_AIDS = 3


@dataclass(frozen=True, kw_only=True)
class FinancingPlan:
    """Aids that can be added for one action; empty where the owner pays all."""

    aids: tuple[Aid, ...] = ()

    @property
    def total_eur(self) -> float:
        """Sum of the aids [EUR]."""
        return sum(aid.amount_eur for aid in self.aids)


def financing_plans(
    action: Mapping[str, Any],
    territory: Mapping[str, Any],
    rules: Sequence[FundingRule],
    engaged_on: dt.date,
    *,
    cost_eur: float,
    terms: Terms,
) -> tuple[FinancingPlan, ...]:
    """All admissible financing plans of an action, the one without aid first.

    At most three aids; no incompatible pair; ceilings of each programme; public aids are reduced in
    proportion where they exceed what CGCT L1111-10 III allows. A plan that differs from another only
    by doing without an aid that takes nothing from the others is left out.

    Args:
        action: facts of the action that rules read.
        territory: facts of the territory that rules read.
        rules: all versions of the programmes.
        engaged_on: date on which the works are ordered.
        cost_eur: cost excluding VAT [EUR].
        terms: own share, price of certificates, programmes added or left out.

    >>> from bocage.parameters.funding_rules import load_rules
    >>> terms = Terms(own_share=0.2, certificate_price=8.0, certificate_low=6.0, certificate_high=10.0)
    >>> plans = financing_plans({"chantier": "lighting", "led": True, "points": 10}, {"kind": "commune"},
    ...                         load_rules(), dt.date(2023, 6, 1), cost_eur=8000.0, terms=terms)
    >>> [(plan.aids[0].rule.name, plan.total_eur) for plan in plans if len(plan.aids) == 1]
    [('CEE-RES-EC-104', 744.0)]
    """
    facts = named_facts(action, territory)
    offered = [
        levels
        for rule in rules
        if is_counted(rule, terms)
        and (levels := offers(rule, facts, engaged_on, cost_eur=cost_eur, terms=terms))
        and not levels[0].missing
    ]
    plans = [FinancingPlan()]
    for size in range(1, min(MOST_AIDS, len(offered)) + 1):
        for chosen in combinations(offered, size):
            names = frozenset(levels[0].rule.name for levels in chosen)
            if any(levels[0].rule.incompatible & names for levels in chosen):
                continue
            plans += [_within_law(aids, cost_eur, terms.own_share) for aids in product(*chosen)]
    return tuple(plan for plan in plans if not _is_dominated(plan, plans))


def _within_law(aids: Sequence[Aid], cost_eur: float, own_share: float) -> FinancingPlan:
    private = sum(aid.amount_eur for aid in aids if not aid.rule.public)
    public = sum(aid.amount_eur for aid in aids if aid.rule.public)
    most = largest_public_aid_eur(cost_eur, private, own_share)
    factor = min(1.0, most / public) if public > 0 else 1.0
    reduced = (aid.scaled(factor) if aid.rule.public else aid for aid in aids)
    return FinancingPlan(aids=tuple(aid for aid in reduced if aid.amount_eur > 0))


def is_counted(rule: FundingRule, terms: Terms) -> bool:
    """True where the plan may count on a programme, by its rule or because it was told to."""
    return rule.counted or rule.name in terms.count_on


def is_free(rule: FundingRule) -> bool:
    """True where giving the aid to one action takes nothing from another one."""
    return (
        rule.files_per_year is None
        and rule.envelope_eur_year is None
        and not rule.group
        and all(cap.scope == "unit" or (cap.scope == "file" and rule.file == "action") for cap in rule.caps)
        and (rule.file == "action" or rule.minimum_project_eur == 0)
    )


def _is_dominated(plan: FinancingPlan, plans: Sequence[FinancingPlan]) -> bool:
    """True where another plan gives more and asks nothing scarce that this one does not ask."""
    scarce = {aid.rule.name: aid.amount_eur for aid in plan.aids if not is_free(aid.rule)}
    for other in plans:
        if other.total_eur > plan.total_eur + 1e-9:
            asked = {aid.rule.name: aid.amount_eur for aid in other.aids if not is_free(aid.rule)}
            if all(name in scarce and amount <= scarce[name] + 1e-9 for name, amount in asked.items()):
                return True
    return False
