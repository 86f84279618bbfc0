"""Admissible financing plans of one action: which aids may be added, and for how much."""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations, product
from typing import Any

from bocage.decide.eligibility import judge
from bocage.finance.public import largest_public_aid_eur
from bocage.parameters.funding_rules import FundingRule

MOST_AIDS = 3


@dataclass(frozen=True, kw_only=True)
class Terms:
    """What the law and the market set for all programmes.

    Attributes:
        own_share: smallest own share in the financing brought by public persons [1].
        certificate_price: price of white certificates [EUR/MWhc].
        certificate_low: 10th percentile of it.
        certificate_high: 90th percentile of it.
        count_on: programmes counted on although their rule does not by itself.
        leave_out: programmes that the plan does without.
    """

    own_share: float
    certificate_price: float
    certificate_low: float
    certificate_high: float
    count_on: frozenset[str] = frozenset()
    leave_out: frozenset[str] = frozenset()


@dataclass(frozen=True, kw_only=True)
class Aid:
    """One aid of a plan.

    Attributes:
        rule: version of the programme.
        amount_eur: amount planned on [EUR].
        low_eur: prudent amount [EUR].
        high_eur: hopeful amount [EUR].
        spending_eur: eligible spending that it takes, excluding VAT [EUR].
        missing: facts without which eligibility is not known.
    """

    rule: FundingRule
    amount_eur: float
    low_eur: float
    high_eur: float
    spending_eur: float
    missing: frozenset[str] = frozenset()

    def scaled(self, factor: float) -> "Aid":
        """The aid reduced by a factor."""
        return replace(
            self,
            amount_eur=self.amount_eur * factor,
            low_eur=self.low_eur * factor,
            high_eur=self.high_eur * factor,
        )


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
    offers = [
        levels
        for rule in rules
        if (levels := offers_of(rule, action, territory, engaged_on, cost_eur=cost_eur, terms=terms))
        and not levels[0].missing
        and is_counted(rule, terms)
    ]
    plans = [FinancingPlan()]
    for size in range(1, min(MOST_AIDS, len(offers)) + 1):
        for chosen in combinations(offers, size):
            names = frozenset(levels[0].rule.name for levels in chosen)
            if any(levels[0].rule.incompatible & names for levels in chosen):
                continue
            plans += [_within_law(aids, cost_eur, terms.own_share) for aids in product(*chosen)]
    return tuple(plan for plan in plans if not _is_dominated(plan, plans))


def offers_of(
    rule: FundingRule,
    action: Mapping[str, Any],
    territory: Mapping[str, Any],
    engaged_on: dt.date,
    *,
    cost_eur: float,
    terms: Terms,
) -> tuple[Aid, ...]:
    """Aids that a programme may give to one action by itself, one per level; empty where it gives nothing.

    An aid whose eligibility hangs on a missing fact is offered with that fact in `missing`.
    """
    if not rule.in_force(engaged_on) or rule.name in terms.leave_out or cost_eur <= 0 or rule.amount_unknown:
        return ()
    if rule.file == "action" and cost_eur < rule.minimum_project_eur:
        return ()
    facts = {f"action.{key}": value for key, value in action.items()}
    facts |= {f"territory.{key}": value for key, value in territory.items()}
    eligible, missing = judge(rule.eligibility, facts)
    if eligible is False:
        return ()
    aids = tuple(
        replace(aid, missing=missing)
        for aid in _amounts(rule, action, cost_eur=cost_eur, terms=terms)
        if aid.amount_eur > 0
    )
    return tuple(sorted(aids, key=lambda aid: aid.amount_eur))


def _amounts(rule: FundingRule, action: Mapping[str, Any], *, cost_eur: float, terms: Terms) -> Iterator[Aid]:
    spending = _capped(rule, "spending", cost_eur, action)
    if rule.rate is None:
        money, certificates = _forfait(rule, action)
        low, amount, high = (
            min(_capped(rule, "aid", money + certificates * price / 1000, action), cost_eur)
            for price in (terms.certificate_low, terms.certificate_price, terms.certificate_high)
        )
        yield Aid(rule=rule, amount_eur=amount, low_eur=low, high_eur=high, spending_eur=cost_eur)
        return
    rate = rule.rate
    low, high = (_capped(rule, "aid", value * spending, action) for value in (rate.low, rate.high))
    for level in rate.levels:
        amount = _capped(rule, "aid", (rate.low + level * (rate.high - rate.low)) * spending, action)
        yield Aid(rule=rule, amount_eur=amount, low_eur=low, high_eur=high, spending_eur=spending)


def _forfait(rule: FundingRule, action: Mapping[str, Any]) -> tuple[float, float]:
    money = certificates = 0.0
    for forfait in rule.forfaits:
        units = float(action.get(forfait.fact) or 0) - float(action.get(forfait.less) or 0)
        if forfait.unit == "kWhc":
            certificates += max(0.0, units) * forfait.quantity
        else:
            money += max(0.0, units) * forfait.quantity
    return money, certificates


def _capped(rule: FundingRule, of: str, value_eur: float, action: Mapping[str, Any]) -> float:
    for cap in rule.caps:
        if cap.of == of and not (cap.scope == "file" and rule.file == "year"):
            units = float(action.get(cap.fact) or 0) if cap.scope == "unit" else 1.0
            value_eur = min(value_eur, cap.eur * units)
    return value_eur


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
