"""What one programme may give to one action: its versions, its place, its amounts, and the facts it lacks."""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from bocage.decide.funding.eligibility import Facts, judge
from bocage.parameters.funding_rules import (
    GIVEN,
    Condition,
    Forfait,
    FundingRule,
    LegalRule,
    Rate,
    Replacement,
    Step,
    cee_zones,
    default_facts,
    load_law,
)
from bocage.parameters.reader import Parameters

ONE_FILE = "file"
CERTIFICATE_PRICE = "cee.price"
NOTHING: frozenset[str] = frozenset()


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
        laws: limits of the law with their derogations; where none is given, `own_share` holds for all actions.
    """

    own_share: float
    certificate_price: float
    certificate_low: float
    certificate_high: float
    count_on: frozenset[str] = frozenset()
    leave_out: frozenset[str] = frozenset()
    laws: tuple[LegalRule, ...] = ()


def read_terms(
    parameters: Parameters, *, own_share: float, count_on: frozenset[str] = NOTHING, leave_out: frozenset[str] = NOTHING
) -> Terms:
    """The terms of all programmes: the law in force and the market at the date of the parameters.

    Args:
        parameters: numbers of the outside world; `cee.price`.
        own_share: smallest own share in the financing brought by public persons [1].
        count_on: programmes counted on although their rule does not by itself.
        leave_out: programmes that the plan does without.

    >>> from bocage.parameters.reader import CORE_FOLDER
    >>> terms = read_terms(Parameters(CORE_FOLDER, dt.date(2026, 6, 1)), own_share=0.2)
    >>> terms.certificate_low < terms.certificate_price < terms.certificate_high
    True
    """
    low, high = parameters.bounds(CERTIFICATE_PRICE)
    return Terms(
        own_share=own_share,
        certificate_price=parameters.number(CERTIFICATE_PRICE),
        certificate_low=low,
        certificate_high=high,
        count_on=count_on,
        leave_out=leave_out,
        laws=load_law(),
    )


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
        status: status of the rule on the date of engagement.
    """

    rule: FundingRule
    amount_eur: float
    low_eur: float
    high_eur: float
    spending_eur: float
    missing: frozenset[str] = frozenset()
    status: str = ""

    def scaled(self, factor: float) -> "Aid":
        """The aid reduced by a factor."""
        return replace(
            self,
            amount_eur=self.amount_eur * factor,
            low_eur=self.low_eur * factor,
            high_eur=self.high_eur * factor,
        )


def territory_facts(territory: Mapping[str, Any]) -> dict[str, Any]:
    """The facts of a territory, completed with what follows from them.

    `overseas` follows from the département; a territory that declares no local rule has none.

    >>> territory_facts({"department": "974"})["overseas"]
    True
    """
    facts = {"funding_rules": [], **territory}
    if facts.get("overseas") is None and facts.get("department"):
        facts["overseas"] = str(facts["department"]).startswith(("97", "98"))
    return facts


def named_facts(action: Mapping[str, Any], territory: Mapping[str, Any]) -> dict[str, Any]:
    """Facts by full name, as rules name them, completed by those that are taken for granted or follow from others.

    >>> facts = named_facts({"points": 3}, {"department": "53"})
    >>> facts["action.points"], facts["territory.cee_zone"], facts["action.phase"]
    (3, 'H2', 'works')
    """
    given = {f"action.{key}": value for key, value in action.items()}
    given |= {f"territory.{key}": value for key, value in territory.items()}
    facts = {**default_facts(), **{name: value for name, value in given.items() if value is not None}}
    if "territory.cee_zone" not in facts:
        zone = str(territory.get("climate_zone") or "")[:2] or cee_zones().get(str(territory.get("department")))
        facts |= {"territory.cee_zone": zone} if zone else {}
    return facts


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

    An aid whose eligibility hangs on a missing fact is offered with that fact in `missing`. Money that
    is lent or refunded is no aid: see `bocage.decide.funding.returns`.

    Args:
        rule: version of a programme.
        action: facts of the action.
        territory: facts of the territory.
        engaged_on: date on which the works are ordered.
        cost_eur: cost excluding VAT [EUR].
        terms: price of certificates, programmes left out.
    """
    return offers(rule, named_facts(action, territory), engaged_on, cost_eur=cost_eur, terms=terms)


def offers(rule: FundingRule, facts: Facts, engaged_on: dt.date, *, cost_eur: float, terms: Terms) -> tuple[Aid, ...]:
    """As `offers_of`, with facts by full name."""
    if rule.cash not in GIVEN or not rule.in_force(engaged_on) or is_left_out(rule, terms):
        return ()
    if cost_eur <= 0 or rule.amount_unknown or (rule.file == "action" and cost_eur < rule.minimum_project_eur):
        return ()
    if not holds_here(rule, facts) or replacement(rule, facts, engaged_on):
        return ()
    eligible, missing = judge(rule.eligibility, facts)
    if eligible is False or amount_facts_missing(rule, facts):
        return ()
    status = rule.status_on(engaged_on)
    aids = tuple(
        replace(aid, missing=missing, status=status)
        for aid in _amounts(rule, facts, cost_eur=cost_eur, terms=terms)
        if aid.amount_eur > 0
    )
    return tuple(sorted(aids, key=lambda aid: aid.amount_eur))


def is_left_out(rule: FundingRule, terms: Terms) -> bool:
    """True where the plan was told to do without the programme, or without the one that it replaces."""
    return rule.name in terms.leave_out or (rule.replaces != "" and rule.replaces in terms.leave_out)


def holds_here(rule: FundingRule, facts: Facts) -> bool:
    """True where the territory is known to be in the scope of the rule."""
    return judge(rule.scope, facts)[0] is True


def replacement(rule: FundingRule, facts: Facts, engaged_on: dt.date) -> Replacement | None:
    """The narrower programme that takes the place of a rule for this territory on that date."""
    for narrower in rule.replaced:
        begun = narrower.since <= engaged_on and (narrower.until is None or engaged_on <= narrower.until)
        if begun and judge(narrower.scope, facts)[0] is True:
            return narrower
    return None


def amount_facts_missing(rule: FundingRule, facts: Facts) -> frozenset[str]:
    """Facts without which the amount cannot be computed."""
    names: set[str] = set()
    for forfait in rule.forfaits:
        due, unknown = judge(forfait.when, facts)
        names |= unknown
        if due is not False:
            names |= {f"action.{forfait.fact}"} - {f"action.{ONE_FILE}"}
            names |= {step.fact for step in forfait.steps}
    names |= {f"action.{cap.fact}" for cap in rule.caps if cap.scope == "unit" and cap.fact != ONE_FILE}
    return frozenset(name for name in names if facts.get(name) is None)


def step_value(step: Step, facts: Facts) -> float:
    """The number that a table gives; zero where the fact is in none of its cases.

    >>> zone = Step(fact="territory.cee_zone", by_code={"H1": 2600.0, "H3": 1400.0})
    >>> step_value(zone, {"territory.cee_zone": "H3"})
    1400.0
    >>> uses = Step(fact="action.bms_use", by_code={"heating": 170.0, "lighting": 46.0})
    >>> step_value(uses, {"action.bms_use": ["heating", "lighting"]})
    216.0
    """
    fact = facts[step.fact]
    if step.by_code:
        codes = fact if isinstance(fact, list | tuple) else [fact]
        return sum(step.by_code.get(code, 0.0) for code in codes)
    if step.by_threshold:
        return next((number for reached, number in reversed(step.by_threshold) if fact >= reached), 0.0)
    if step.whole_from is not None and fact >= step.whole_from:
        return 1.0
    return float(fact)


def _amounts(rule: FundingRule, facts: Facts, *, cost_eur: float, terms: Terms) -> Iterator[Aid]:
    if rule.rate is None:
        money, certificates = _forfaits(rule, facts)
        low, amount, high = (
            min(_capped(rule, "aid", money + certificates * price / 1000, facts), cost_eur)
            for price in (terms.certificate_low, terms.certificate_price, terms.certificate_high)
        )
        yield Aid(rule=rule, amount_eur=amount, low_eur=low, high_eur=high, spending_eur=cost_eur)
        return
    spending = _capped(rule, "spending", cost_eur, facts)
    least, most = rate_bounds(rule.rate, facts)
    low, high = (_capped(rule, "aid", value * spending, facts) for value in (least, most))
    for level in rule.rate.levels:
        amount = _capped(rule, "aid", (least + level * (most - least)) * spending, facts)
        yield Aid(rule=rule, amount_eur=amount, low_eur=low, high_eur=high, spending_eur=spending)


def rate_bounds(rate: Rate, facts: Facts) -> tuple[float, float]:
    """The rate interval that holds for these facts, supplements included, at most 1 [1].

    A case or a supplement whose conditions are not known to hold is not used.
    """
    low, high = rate.low, rate.high
    for case in rate.cases:
        if judge(case.when, facts)[0] is True:
            low, high = case.low, case.high
            break
    more = sum(one.add for one in rate.plus if judge(one.when, facts)[0] is True)
    return min(1.0, low + more), min(1.0, high + more)


def _forfaits(rule: FundingRule, facts: Facts) -> tuple[float, float]:
    """Euros and kWh cumac of all forfaits, the largest bonus included."""
    factor = _bonus(rule, facts)
    money = certificates = 0.0
    for forfait in rule.forfaits:
        if judge(forfait.when, facts)[0] is True:
            amount = factor * forfait_amount(forfait, facts)
            if forfait.unit == "kWhc":
                certificates += amount
            else:
                money += amount
    return money, certificates


def forfait_amount(forfait: Forfait, facts: Facts) -> float:
    """Amount of a forfait, in its unit."""
    units = 1.0 if forfait.fact == ONE_FILE else float(facts.get(f"action.{forfait.fact}") or 0)
    less = float(facts.get(f"action.{forfait.less}") or 0) if forfait.less else 0.0
    amount = max(0.0, units - less) * forfait.quantity
    for step in forfait.steps:
        amount *= step_value(step, facts)
    return max(0.0, amount)


def _bonus(rule: FundingRule, facts: Facts) -> float:
    """The largest factor whose conditions hold: bonuses are never combined."""
    held = [bonus for bonus in rule.bonuses if judge(bonus.when, facts)[0] is True]
    factors = [
        1.0 + bonus.times * float(facts[bonus.per]) if bonus.per else bonus.times
        for bonus in held
        if not bonus.per or facts.get(bonus.per) is not None
    ]
    return max(factors, default=1.0)


def _capped(rule: FundingRule, of: str, value_eur: float, facts: Facts) -> float:
    for cap in rule.caps:
        shared = cap.scope in ("remainder", "fund") or (cap.scope == "file" and rule.file == "year")
        if cap.of == of and not shared:
            units = float(facts.get(f"action.{cap.fact}") or 0) if cap.scope == "unit" else 1.0
            value_eur = min(value_eur, cap.eur * units)
    return value_eur


def conditions_of(rule: FundingRule) -> Sequence[Condition]:
    """Conditions of a rule on the territory and the action, its scope first."""
    return (*rule.scope, *rule.eligibility)
