"""What the law sets for one action: the own share that its owner keeps, whether a budget may pay for another."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bocage.decide.funding.eligibility import Facts, judge
from bocage.parameters.funding_rules import LegalRule
from bocage.parameters.funding_rules.law import Measure


@dataclass(frozen=True, kw_only=True)
class Ruling:
    """What a limit sets.

    Attributes:
        rule: version of the limit.
        value: own share [1], or 1 where a transfer is allowed and 0 where it is banned.
        label: the case that sets it, by language.
        missing: facts that might have set another value.
    """

    rule: LegalRule
    value: float
    label: Mapping[str, str]
    missing: frozenset[str]


def ruling_of(laws: Sequence[LegalRule], measure: Measure, facts: Facts, engaged_on: dt.date) -> Ruling | None:
    """What the limit in force on a date sets; None where no version is in force, or no case is known to hold.

    A case whose conditions are not known to hold is passed over: an exception is never presumed.

    Args:
        laws: versions of the limits.
        measure: `own_share` or `transfer`.
        facts: by full name.
        engaged_on: date on which the works are ordered.

    >>> from bocage.decide.funding.offers import named_facts
    >>> from bocage.parameters.funding_rules import load_law
    >>> school = {"chantier": "buildings", "school_building": True, "own_share_lowered": True}
    >>> ruling_of(load_law(), "own_share", named_facts(school, {"overseas": False}), dt.date(2026, 6, 1)).value
    0.1
    """
    for rule in laws:
        if rule.measure == measure and rule.in_force(engaged_on):
            missing: frozenset[str] = frozenset()
            for case in rule.cases:
                holds, unknown = judge(case.when, facts)
                if holds:
                    return Ruling(rule=rule, value=case.value, label=case.label, missing=missing)
                missing |= unknown
    return None


def own_share_of(laws: Sequence[LegalRule], facts: Facts, engaged_on: dt.date, *, otherwise: float) -> float:
    """Smallest share that the owner of an action keeps in what public persons bring [1].

    Args:
        laws: versions of the limits.
        facts: by full name.
        engaged_on: date on which the works are ordered.
        otherwise: share where no limit says it [1].
    """
    ruling = ruling_of(laws, "own_share", facts, engaged_on)
    return otherwise if ruling is None else ruling.value


def may_pay_for(laws: Sequence[LegalRule], facts: Facts, engaged_on: dt.date) -> Ruling | None:
    """Whether the main budget may pay for a service that must be balanced (`value` 1 or 0), and by which case.

    CGCT L2224-2: banned, but for its exceptions.
    """
    return ruling_of(laws, "transfer", facts, engaged_on)
