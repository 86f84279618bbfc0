"""Each programme judged for one action: given, possible, refused or unknown, and why in a sentence."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Literal

from bocage.decide.funding.eligibility import Facts, judge
from bocage.decide.funding.financing import FinancingPlan, financing_plans, is_counted
from bocage.decide.funding.law import own_share_of
from bocage.decide.funding.offers import (
    Aid,
    Terms,
    amount_facts_missing,
    holds_here,
    is_left_out,
    named_facts,
    offers,
    replacement,
)
from bocage.decide.funding.refusal import Refusal, refusals, said, words, write
from bocage.decide.funding.returns import credit_of, refund_of
from bocage.parameters.funding_rules import GIVEN, LENT, Fact, FundingRule, core_facts
from bocage.parameters.funding_rules.facts import KEY_AFTER
from bocage.vocabulary.codes import core_codes
from bocage.vocabulary.text import LANGUAGES, Language, current_language, fill

Verdict = Literal[
    "granted", "possible", "missing_fact", "refused", "expired", "not_yet", "incompatible", "too_small",
    "amount_unknown",
]  # fmt: skip
CODES: Mapping[str, Verdict] = {
    "BOC-DEC-201": "granted", "BOC-DEC-202": "possible", "BOC-DEC-203": "possible", "BOC-DEC-204": "missing_fact",
    "BOC-DEC-205": "refused", "BOC-DEC-206": "refused", "BOC-DEC-207": "refused", "BOC-DEC-208": "refused",
    "BOC-DEC-209": "expired", "BOC-DEC-210": "not_yet", "BOC-DEC-211": "incompatible", "BOC-DEC-212": "too_small",
    "BOC-DEC-213": "amount_unknown", "BOC-DEC-214": "refused", "BOC-DEC-215": "possible", "BOC-DEC-216": "possible",
    "BOC-DEC-217": "granted", "BOC-DEC-218": "possible", "BOC-DEC-219": "granted",
}  # fmt: skip
Part = Literal["what", "why", "fix"]
SUBJECTS = frozenset({"action.chantier", "action.work", "action.phase"})
"""Facts that say what an action is about: a programme that they refuse is for something else."""


@dataclass(frozen=True, kw_only=True)
class Judged:
    """What one programme means for one action.

    Attributes:
        rule: version judged; the nearest one where none is in force on the date.
        code: declared code of the reason, BOC-DEC-201 to 219.
        values: values of the placeholders of its sentences.
        status: status of the rule on the date of engagement.
        amount_eur: amount planned on; 0 where none [EUR].
        low_eur: prudent amount [EUR].
        high_eur: hopeful amount [EUR].
        refusals: the tests that refuse.
        missing: facts that are not known, with where to write them.
        concerns: False where the programme is for another chantier, other works or another phase.
    """

    rule: FundingRule
    code: str
    values: Mapping[str, object]
    status: str
    amount_eur: float = 0.0
    low_eur: float = 0.0
    high_eur: float = 0.0
    refusals: tuple[Refusal, ...] = ()
    missing: tuple[Fact, ...] = ()
    concerns: bool = True

    @property
    def programme(self) -> str:
        """Name of the programme."""
        return self.rule.name

    @property
    def verdict(self) -> Verdict:
        """What it comes to."""
        return CODES[self.code]

    def say(self, part: Part = "what", language: Language | None = None) -> str:
        """One part of the reason in the language: what it is, why it matters, what to do next."""
        language = language or current_language()
        sentence: str = getattr(core_codes()[self.code], part)[language]
        return fill(sentence, {"programme": self.programme, **self.values}, language)


@dataclass(frozen=True, kw_only=True)
class _Case:
    """What is judged."""

    facts: Facts
    engaged_on: dt.date
    cost_eur: float
    terms: Terms
    known: Mapping[str, Fact]


def judge_programmes(
    action: Mapping[str, Any],
    territory: Mapping[str, Any],
    rules: Sequence[FundingRule],
    engaged_on: dt.date,
    *,
    cost_eur: float,
    terms: Terms,
    known: Mapping[str, Fact] | None = None,
) -> tuple[Judged, ...]:
    """Every programme judged for one action, in order of name, each with its reason.

    Args:
        action: facts of the action, by short name.
        territory: facts of the territory, completed by `territory_facts`.
        rules: all versions of the programmes.
        engaged_on: date on which the works are ordered.
        cost_eur: cost excluding VAT [EUR].
        terms: own share, price of certificates, programmes added or left out.
        known: declared facts, with their labels; those of the project where None.

    >>> from bocage.parameters.funding_rules import load_rules
    >>> terms = Terms(own_share=0.2, certificate_price=8.0, certificate_low=6.0, certificate_high=10.0)
    >>> city = {"kind": "commune", "population": 50000, "overseas": False, "funding_rules": []}
    >>> judged = judge_programmes({"chantier": "lighting", "led": True, "points": 10}, city, load_rules(),
    ...                           dt.date(2023, 6, 1), cost_eur=8000.0, terms=terms)
    >>> next(one for one in judged if one.programme == "DETR").say("what", "en")
    'Refused: population 50,000 > 20,000'
    """
    facts = named_facts(action, territory)
    case = _Case(facts=facts, engaged_on=engaged_on, cost_eur=cost_eur, terms=terms, known=known or core_facts())
    plans = financing_plans(action, territory, rules, engaged_on, cost_eur=cost_eur, terms=terms)
    best = max(plans, key=lambda plan: (plan.total_eur, len(plan.aids)))
    by_name = groupby(sorted(rules, key=lambda rule: (rule.name, rule.since)), key=lambda rule: rule.name)
    return tuple(_judged(list(versions), case, best) for _, versions in by_name)


def _judged(versions: Sequence[FundingRule], case: _Case, best: FinancingPlan) -> Judged:
    current = [rule for rule in versions if rule.in_force(case.engaged_on)]
    if not current:
        return _out_of_date(versions, case)
    rule = current[0]
    return _placed(rule, case) or _eligible(rule, case) or _offered(rule, case, best)


def _out_of_date(versions: Sequence[FundingRule], case: _Case) -> Judged:
    begun = [rule for rule in versions if rule.since <= case.engaged_on]
    if begun and begun[-1].until:
        return _because(begun[-1], case, "BOC-DEC-209", until=_day(begun[-1].until))
    return _because(versions[0], case, "BOC-DEC-210", since=_day(versions[0].since))


def _because(rule: FundingRule, case: _Case, code: str, aid: Aid | None = None, **values: Any) -> Judged:  # noqa: ANN401
    """The verdict of a code; `values` holds those of its sentences, `refusals` and `missing` as they are."""
    failed: tuple[Refusal, ...] = values.get("refusals", ())
    missing: tuple[Fact, ...] = values.get("missing", ())
    if failed:
        values["refusals"] = said(failed, case.known)
    if missing:
        values["missing"] = _listed([fact.label for fact in missing])
        values["where"] = {language: _places(missing, language) for language in LANGUAGES}
    return Judged(
        rule=rule,
        code=code,
        values={"engaged_on": _day(case.engaged_on), **values},
        status=rule.status_on(case.engaged_on),
        amount_eur=aid.amount_eur if aid else 0.0,
        low_eur=aid.low_eur if aid else 0.0,
        high_eur=aid.high_eur if aid else 0.0,
        refusals=failed,
        missing=missing,
        concerns=not any(one.fact in SUBJECTS for one in refusals(rule.eligibility, case.facts)),
    )


def _places(missing: Sequence[Fact], language: Language) -> str:
    """Where facts are written, each place once, with the keys to write there."""
    keys: dict[str, list[str]] = {}
    for fact in missing:
        place, _, key = fact.where[language].partition(KEY_AFTER[language])
        keys.setdefault(place, []).extend([key] if key else [])
    placed = (f"{place}{KEY_AFTER[language]}{', '.join(names)}" if names else place for place, names in keys.items())
    return words()["and_also"][language].join(placed)


def _day(date: dt.date) -> Mapping[str, str]:
    return {"fr": f"{date:%d/%m/%Y}", "en": date.isoformat()}


def _listed(texts: Sequence[Mapping[str, str]]) -> Mapping[str, str]:
    return {language: ", ".join(dict.fromkeys(text[language] for text in texts)) for language in LANGUAGES}


def _placed(rule: FundingRule, case: _Case) -> Judged | None:
    """Refusals that do not look at the action: scope, replacement, settings."""
    if not holds_here(rule, case.facts):
        failed = refusals(rule.scope, case.facts)
        if failed:
            return _because(rule, case, "BOC-DEC-206", refusals=failed)
        return _unknown(rule, case, judge(rule.scope, case.facts)[1])
    narrower = replacement(rule, case.facts, case.engaged_on)
    if narrower:
        return _because(rule, case, "BOC-DEC-207", other=narrower.by)
    return _because(rule, case, "BOC-DEC-208") if is_left_out(rule, case.terms) else None


def _unknown(rule: FundingRule, case: _Case, names: frozenset[str]) -> Judged:
    aids = offers(rule, case.facts, case.engaged_on, cost_eur=case.cost_eur, terms=case.terms)
    facts = tuple(case.known[name] for name in sorted(names) if name in case.known)
    return _because(rule, case, "BOC-DEC-204", aids[-1] if aids else None, missing=facts)


def _eligible(rule: FundingRule, case: _Case) -> Judged | None:
    """Refusals by the conditions, by a fact that is missing, by the size; an amount that is not known."""
    holds, missing = judge(rule.eligibility, case.facts)
    if holds is False:
        return _because(rule, case, "BOC-DEC-205", refusals=refusals(rule.eligibility, case.facts))
    if rule.amount_unknown and not missing:
        return _because(rule, case, "BOC-DEC-213")
    if missing or (lacking := amount_facts_missing(rule, case.facts)):
        return _unknown(rule, case, missing or lacking)
    if rule.file == "action" and case.cost_eur < rule.minimum_project_eur:
        return _because(rule, case, "BOC-DEC-212", cost=case.cost_eur, minimum=rule.minimum_project_eur)
    return None


def _offered(rule: FundingRule, case: _Case, best: FinancingPlan) -> Judged:
    """A programme whose conditions hold: what it brings, alone and beside the others."""
    if rule.cash in LENT:
        credit = credit_of(rule, case.facts, case.engaged_on, cost_eur=case.cost_eur)
        return _because(
            rule,
            case,
            "BOC-DEC-216",
            amount=credit.principal_eur,
            years=credit.repayment.years,
            rate=100.0 * credit.repayment.rate,
        )
    if rule.cash not in GIVEN:
        refund = refund_of(rule, case.facts, case.engaged_on, cost_eur=case.cost_eur)
        return _because(rule, case, "BOC-DEC-217", amount=refund.amount_eur, lag=refund.lag_years)
    aids = offers(rule, case.facts, case.engaged_on, cost_eur=case.cost_eur, terms=case.terms)
    if not aids:
        return _because(rule, case, "BOC-DEC-214", what=_units(rule, case))
    aid = aids[-1]
    sums = {"amount": aid.amount_eur, "low": aid.low_eur, "high": aid.high_eur}
    if not is_counted(rule, case.terms):
        return _because(rule, case, "BOC-DEC-203", aid, note=rule.note, **sums)
    given = {one.rule.name: one for one in best.aids}
    if rule.name in given:
        return _taken(rule, case, given[rule.name])
    rivals = [one for one in best.aids if rule.name in one.rule.incompatible or one.rule.name in rule.incompatible]
    if rivals:
        names = ", ".join(one.rule.name for one in rivals)
        labels = _listed([one.rule.label for one in rivals])
        amount = sum(one.amount_eur for one in rivals)
        return _because(rule, case, "BOC-DEC-211", aid, other=labels, others=names, best=amount, amount=aid.amount_eur)
    share = own_share_of(case.terms.laws, case.facts, case.engaged_on, otherwise=case.terms.own_share)
    return _because(rule, case, "BOC-DEC-218", aid, amount=aid.amount_eur, most=100.0 * (1.0 - share))


def _taken(rule: FundingRule, case: _Case, aid: Aid) -> Judged:
    together = _together(rule, case)
    if together:
        return _because(rule, case, "BOC-DEC-215", aid, together=together)
    if rule.award == "automatic" and aid.low_eur < aid.high_eur:
        bounds = {"low": aid.low_eur, "high": aid.high_eur}
        return _because(rule, case, "BOC-DEC-219", aid, amount=aid.amount_eur, **bounds)
    if rule.award == "automatic":
        return _because(rule, case, "BOC-DEC-201", aid, amount=aid.amount_eur)
    return _because(
        rule,
        case,
        "BOC-DEC-202",
        aid,
        amount=aid.amount_eur,
        low=aid.low_eur,
        high=aid.high_eur,
        funder=rule.funder,
    )


def _together(rule: FundingRule, case: _Case) -> Mapping[str, str] | None:
    """What the actions of a file must reach together and this one does not reach alone, by language."""
    asked: list[tuple[str, float, float]] = []
    for group in rule.group:
        name = f"action.{group.fact}"
        value = float(case.facts.get(name) or 0.0)
        asked += [(name, value, least) for least in (group.total_at_least, group.mean_at_least) if least is not None]
    if rule.file == "year" and rule.minimum_project_eur > 0:
        asked.append(("action.cost_eur", case.cost_eur, rule.minimum_project_eur))
    short = [(case.known[name], least) for name, value, least in asked if value < least]
    if not short:
        return None
    return _listed([_with_value(fact, least) for fact, least in short])


def _units(rule: FundingRule, case: _Case) -> Mapping[str, str]:
    names = [forfait.fact for forfait in rule.forfaits] + [cap.fact for cap in rule.caps if cap.fact]
    facts = [case.known[f"action.{name}"] for name in dict.fromkeys(names) if f"action.{name}" in case.known]
    if not facts:
        return {language: words()["zero_rate"][language] for language in LANGUAGES}
    return _listed([_with_value(fact, case.facts.get(fact.name) or 0) for fact in facts])


def _with_value(fact: Fact, value: object) -> Mapping[str, str]:
    return {language: f"{fact.label[language]} {write(value, fact, language)}" for language in LANGUAGES}
