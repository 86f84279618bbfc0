"""Admissible financing plans of one action: which aids may be added, and for how much."""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations, product
from typing import Any

import numpy as np

from bocage.decide.funding.aid_cash import last_year, payment_shares
from bocage.decide.funding.law import own_share_of
from bocage.decide.funding.offers import Aid, Terms, named_facts, offers, offers_of
from bocage.finance.public import largest_public_aid_eur
from bocage.parameters.funding_rules import LENT, FundingRule

__all__ = ["Aid", "FinancingPlan", "Terms", "financing_plans", "is_counted", "is_free", "offers_of"]

MOST_SCARCE = 3
"""Most aids in one plan that take something from other actions: each is a file to write, to defend and to follow.

Aids that take nothing from others (white certificates, a grant without envelope) are added without limit."""
CENT = 0.005


@dataclass(frozen=True, kw_only=True)
class FinancingPlan:
    """Aids that can be added for one action; empty where the owner pays all."""

    aids: tuple[Aid, ...] = ()

    @property
    def total_eur(self) -> float:
        """Sum of the aids that are given; money that is lent is no aid [EUR]."""
        return sum(aid.amount_eur for aid in self.aids if aid.rule.cash not in LENT)


def financing_plans(
    action: Mapping[str, Any],
    territory: Mapping[str, Any],
    rules: Sequence[FundingRule],
    engaged_on: dt.date,
    *,
    cost_eur: float,
    terms: Terms,
) -> tuple[FinancingPlan, ...]:
    """All admissible financing plans of an action worth choosing, the one that asks least first.

    No incompatible pair; ceilings of each programme; public aids are reduced in proportion where they
    exceed what CGCT L1111-10 III allows, with the derogations of `terms.laws`. Aids that take nothing
    from other actions are always added; at most three others. A plan is left out where another gives as
    much, as early, asks no more of what is scarce, and takes part in the same grouped files.

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
    share = own_share_of(terms.laws, facts, engaged_on, otherwise=terms.own_share)
    offered = [
        levels
        for rule in rules
        if is_counted(rule, terms)
        and (levels := offers(rule, facts, engaged_on, cost_eur=cost_eur, terms=terms))
        and not levels[0].missing
    ]
    plans = [within_law(aids, cost_eur, share) for aids in _sets_of_aids(offered)]
    return tuple(plan for plan, kept in zip(plans, undominated(plans), strict=True) if kept)


Levels = Sequence[Aid]


def _sets_of_aids(offered: Sequence[Levels]) -> Iterator[tuple[Aid, ...]]:
    """Sets of compatible aids: up to three scarce ones at each level, completed by all the free ones that fit."""
    free = [levels[-1] for levels in offered if is_free(levels[0].rule)]
    scarce = [levels for levels in offered if not is_free(levels[0].rule)]
    for size in range(min(MOST_SCARCE, len(scarce)) + 1):
        for chosen in combinations(scarce, size):
            if _compatible([levels[0] for levels in chosen]):
                fitting = [aid for aid in free if all(_compatible((aid, levels[0])) for levels in chosen)]
                for added in _largest_sets(fitting):
                    yield from (aids + added for aids in product(*chosen))


def _largest_sets(aids: Sequence[Aid]) -> Iterator[tuple[Aid, ...]]:
    """Sets of compatible aids to which no other of them can be added."""
    if _compatible(aids):
        yield tuple(aids)
        return
    sets = [
        frozenset(chosen)
        for size in range(1, len(aids) + 1)
        for chosen in combinations(range(len(aids)), size)
        if _compatible([aids[number] for number in chosen])
    ]
    for one in sets:
        if not any(one < other for other in sets):
            yield tuple(aids[number] for number in sorted(one))


def _compatible(aids: Sequence[Aid]) -> bool:
    names = frozenset(aid.rule.name for aid in aids)
    return not any(aid.rule.incompatible & names for aid in aids)


def within_law(aids: Sequence[Aid], cost_eur: float, own_share: float) -> FinancingPlan:
    """The plan of some aids, each brought down to what the others and the law leave to it.

    Private aids stop at the cost. An aid that is capped at a share of the remainder is computed after
    the others. Public aids are then reduced in the same proportion until the owner keeps its share.

    Args:
        aids: aids that can be added.
        cost_eur: cost excluding VAT [EUR].
        own_share: smallest own share [1].
    """
    aids = _within_remainder(aids, cost_eur)
    private = sum(aid.amount_eur for aid in aids if not aid.rule.public)
    public = sum(aid.amount_eur for aid in aids if aid.rule.public)
    most = largest_public_aid_eur(cost_eur, min(private, cost_eur), own_share)
    factors = {
        True: min(1.0, most / public) if public > 0 else 1.0,
        False: min(1.0, cost_eur / private) if private > 0 else 1.0,
    }
    reduced = (aid if factors[aid.rule.public] >= 1.0 else aid.scaled(factors[aid.rule.public]) for aid in aids)
    return FinancingPlan(aids=tuple(aid for aid in reduced if aid.amount_eur > 0))


def _within_remainder(aids: Sequence[Aid], cost_eur: float) -> Sequence[Aid]:
    limited = {aid.rule.name: min(_remainder_shares(aid), default=None) for aid in aids}
    if all(share is None for share in limited.values()):
        return aids
    others = sum(aid.amount_eur for aid in aids if limited[aid.rule.name] is None)
    done = []
    for aid in aids:
        share = limited[aid.rule.name]
        most = aid.amount_eur if share is None else max(0.0, share * (cost_eur - others))
        if aid.amount_eur > most:
            done.append(replace(aid, amount_eur=most, low_eur=min(aid.low_eur, most), high_eur=min(aid.high_eur, most)))
        else:
            done.append(aid)
    return done


def _remainder_shares(aid: Aid) -> list[float]:
    return [cap.share for cap in aid.rule.caps if cap.scope == "remainder"]


def is_counted(rule: FundingRule, terms: Terms) -> bool:
    """True where the plan may count on a programme, by its rule or because it was told to."""
    return rule.counted or rule.name in terms.count_on


def is_free(rule: FundingRule) -> bool:
    """True where giving the aid to one action takes nothing from another one."""
    return (
        rule.files_per_year is None
        and rule.envelope_eur_year is None
        and not is_shared(rule)
        and all(cap.scope in ("unit", "remainder", "fund") or _is_own_file(rule, cap.scope) for cap in rule.caps)
    )


def _is_own_file(rule: FundingRule, scope: str) -> bool:
    return scope == "file" and rule.file == "action"


def is_shared(rule: FundingRule) -> bool:
    """True where the actions of one file must reach something together, so that one helps the others."""
    return bool(rule.group) or (rule.file == "year" and rule.minimum_project_eur > 0)


def undominated(plans: Sequence[FinancingPlan]) -> list[bool]:
    """Which plans are worth choosing: no other one is as good in every respect.

    Another plan is as good where it pays as much by the end of each year, asks no more of each programme
    that is scarce, and takes part in the same grouped files. Of plans that are equal the first stays.
    Replacing a plan by such another one keeps any selection admissible and never lowers its value.
    """
    if len(plans) == 1:
        return [True]
    scarce = sorted({aid.rule.name for plan in plans for aid in plan.aids if not is_free(aid.rule)})
    lags = max((last_year(aid.rule) for plan in plans for aid in plan.aids), default=0)
    asked, paid = np.zeros((len(plans), len(scarce))), np.zeros((len(plans), lags + 1))
    shared = []
    for row, plan in enumerate(plans):
        for aid in plan.aids:
            if aid.rule.name in scarce:
                asked[row, scarce.index(aid.rule.name)] = aid.amount_eur
            paid[row] += aid.amount_eur * payment_shares(aid.rule, 0, lags + 1)
        shared.append(frozenset(aid.rule.name for aid in plan.aids if is_shared(aid.rule)))
    good = np.hstack([np.cumsum(paid, axis=1), -asked])
    kept = []
    for row in range(len(plans)):
        as_good = (good >= good[row] - CENT).all(axis=1)
        as_good &= np.array([names == shared[row] for names in shared])
        better = as_good & (good > good[row] + CENT).any(axis=1)
        as_good[row:] = False
        kept.append(not bool(better.any() or as_good.any()))
    return kept
