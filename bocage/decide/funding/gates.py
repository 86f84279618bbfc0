"""The gates of time in the model: an aid whose file cannot be in time for the order is not offered.

An early order loses the aid, in the model as in life.
"""

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from bocage.decide.funding.calendar import Durations, Filed, Filing, Procedure, WorksDates, file_of, works_dates
from bocage.decide.funding.eligibility import judge
from bocage.decide.funding.financing import FinancingPlan, Terms, financing_plans
from bocage.decide.funding.lending import with_advances
from bocage.decide.funding.offers import ONE_FILE, conditions_of, named_facts
from bocage.parameters.funding_rules import Forfait, FundingRule
from bocage.parameters.funding_rules.local import AMOUNT, FILE_DATES
from bocage.parameters.reader import Parameters

Facts = Mapping[str, Any]


class Agenda:
    """Dates of operations and of their files, for one plan; what repeats is computed once.

    Args:
        parameters: durations and thresholds (`calendar.*`).
        made_on: date of the plan.
    """

    def __init__(self, parameters: Parameters, made_on: dt.date) -> None:
        self._parameters, self.made_on = parameters, made_on
        self._thresholds = (
            parameters.number("calendar.direct_purchase_eur"),
            parameters.number("calendar.formal_procedure_eur"),
        )
        self._durations: dict[tuple[Procedure, int | None], Durations] = {}
        self._works: dict[tuple[object, ...], WorksDates] = {}
        self._files: dict[tuple[object, ...], Filing] = {}

    def durations(self, facts: Facts, cost_eur: float) -> Durations:
        """How long each step of an operation takes.

        Args:
            facts: facts of the action; `works_months` where it tells its own duration.
            cost_eur: cost excluding VAT, on which the procedure depends [EUR].
        """
        months = facts.get("works_months")
        key = (self.procedure(cost_eur), None if months is None else round(float(months)))
        if key not in self._durations:
            self._durations[key] = _read(self._parameters, *key)
        return self._durations[key]

    def procedure(self, cost_eur: float) -> Procedure:
        """How works of a cost are let; the law counts all works of one operation together."""
        direct, formal = self._thresholds
        if cost_eur < direct:
            return "direct"
        return "adapted" if cost_eur < formal else "formal"

    def works(self, year: int, facts: Facts, cost_eur: float, *, order_on: dt.date | None = None) -> WorksDates:
        """Dates of works paid in a year.

        Args:
            year: year in which they are paid.
            facts: facts of the action; `ordered_on` where the order is signed already.
            cost_eur: cost excluding VAT [EUR].
            order_on: day of the order where it is not the latest one.
        """
        durations = self.durations(facts, cost_eur)
        ordered = _date(facts.get("ordered_on"))
        key = (year, durations.procedure, durations.works_months, ordered, order_on)
        if key not in self._works:
            self._works[key] = works_dates(year, durations, self.made_on, ordered_on=ordered, order_on=order_on)
        return self._works[key]

    def file(self, rule: FundingRule, works: WorksDates, facts: Facts, cost_eur: float) -> Filing:
        """Whether the file of an aid can be in time for works, and its latest dates.

        Args:
            rule: version of the programme.
            works: dates of the works.
            facts: facts of the action; `files` where files were deposited already, by programme.
            cost_eur: cost excluding VAT [EUR].
        """
        durations = self.durations(facts, cost_eur)
        filed = _filed(facts, rule.name)
        key = (rule.name, rule.since, works, durations.procedure, durations.works_months, filed)
        if key not in self._files:
            self._files[key] = file_of(rule, works, durations, self.made_on, filed)
        return self._files[key]

    def orders(self, rules: Sequence[FundingRule], year: int, facts: Facts, cost_eur: float) -> list[WorksDates]:
        """The latest order of a year, then others that keep more aids.

        Earlier ones keep a rule that ends before the latest. Where the works cannot end in their year
        anyhow, the last day of it leaves the files more time.

        Args:
            rules: versions of the programmes.
            year: year in which the works are paid.
            facts: facts of the action.
            cost_eur: cost excluding VAT [EUR].
        """
        latest = self.works(year, facts, cost_eur)
        if latest.ordered:
            return [latest]
        first = max(latest.first_order, dt.date(year, 1, 1))
        others = {rule.until for rule in rules if rule.until is not None and first <= rule.until < latest.order}
        last_day = dt.date(year, 12, 31)
        if latest.end > last_day > latest.order:
            others.add(last_day)
        return [latest, *(self.works(year, facts, cost_eur, order_on=day) for day in sorted(others, reverse=True))]

    def open_rules(
        self, rules: Sequence[FundingRule], works: WorksDates, facts: Facts, cost_eur: float
    ) -> tuple[FundingRule, ...]:
        """The rules in force on the day of the order whose file can be in time.

        Args:
            rules: versions of the programmes.
            works: dates of the works.
            facts: facts of the action.
            cost_eur: cost excluding VAT [EUR].
        """
        return tuple(
            rule for rule in rules if rule.in_force(works.order) and self.file(rule, works, facts, cost_eur).kept
        )

    def in_time(
        self, rules: Sequence[FundingRule], year: int, facts: Facts, cost_eur: float
    ) -> Iterator[tuple[FundingRule, WorksDates]]:
        """The rules that works of a year can still use, each with the latest order that keeps it.

        Args:
            rules: versions of the programmes.
            year: year in which the works are paid.
            facts: facts of the action.
            cost_eur: cost excluding VAT [EUR].
        """
        seen: set[tuple[str, dt.date]] = set()
        for works in self.orders(rules, year, facts, cost_eur):
            for rule in self.open_rules(rules, works, facts, cost_eur):
                if (rule.name, rule.since) not in seen:
                    seen.add((rule.name, rule.since))
                    yield rule, works


def as_decided(rules: Sequence[FundingRule], facts: Facts) -> tuple[FundingRule, ...]:
    """The rules, an aid that was granted to this action being what the funder decided, no more a rate or a condition.

    Args:
        rules: versions of the programmes.
        facts: facts of the action; `files` with `amount_eur` where an amount was granted.
    """
    granted = {name: told[AMOUNT] for name, told in (facts.get("files") or {}).items() if told.get(AMOUNT) is not None}
    if not granted:
        return tuple(rules)
    return tuple(
        replace(
            rule,
            award="automatic",
            counted=True,
            eligibility=(),
            group=(),
            rate=None,
            forfaits=(Forfait(fact=ONE_FILE, less="", quantity=granted[rule.name], unit="EUR"),),
            bonuses=(),
            caps=(),
            amount_unknown=False,
        )
        if rule.name in granted
        else rule
        for rule in rules
    )


Solve = Callable[[tuple[FundingRule, ...], WorksDates], tuple[FinancingPlan, ...]]
"""Admissible plans under some rules, for works of those dates."""


def plans_in_time(
    agenda: Agenda, rules: Sequence[FundingRule], year: int, facts: Facts, cost_eur: float, solve: Solve
) -> Iterator[tuple[FinancingPlan, WorksDates]]:
    """The admissible plans of works of a year, each with the latest order that keeps its aids.

    An earlier order adds only what it alone allows: a plan with an aid that has ended by the latest one.

    Args:
        agenda: dates of the plan.
        rules: versions of the programmes.
        year: year in which the works are paid.
        facts: facts of the action.
        cost_eur: cost excluding VAT [EUR].
        solve: enumerates the plans under the rules that are open for an order.
    """
    later: set[tuple[str, dt.date]] = set()
    for number, works in enumerate(agenda.orders(rules, year, facts, cost_eur)):
        usable = agenda.open_rules(rules, works, facts, cost_eur)
        fresh = {(rule.name, rule.since) for rule in usable} - later
        if number and not fresh:
            continue
        for plan in solve(usable, works):
            if not number or any((aid.rule.name, aid.rule.since) in fresh for aid in plan.aids):
                yield plan, works
        later |= fresh


class GatedPlans:
    """Admissible financing plans by start year, gates of time included; the same rules are combined once per action.

    Args:
        agenda: dates of the plan.
        rules: versions of the programmes.
        territory: facts of the territory.
        terms: own share, price of certificates, programmes added or left out.
    """

    def __init__(self, agenda: Agenda, rules: Sequence[FundingRule], territory: Facts, terms: Terms) -> None:
        self._agenda, self._rules, self._territory, self._terms = agenda, rules, territory, terms

    def by_year(self, facts: Facts, cost_eur: float, years: Sequence[int]) -> dict[int, tuple[FinancingPlan, ...]]:
        """Plans of an action by year in which it may be paid, the one without aid first.

        Args:
            facts: facts of the action.
            cost_eur: cost excluding VAT [EUR].
            years: years in which it may be paid.
        """
        known: dict[tuple[tuple[str, dt.date], ...], tuple[FinancingPlan, ...]] = {}

        def solve(rules: tuple[FundingRule, ...], works: WorksDates) -> tuple[FinancingPlan, ...]:
            key = tuple((rule.name, rule.since) for rule in rules)
            if key not in known:
                territory, terms, order = self._territory, self._terms, works.order
                plans = financing_plans(facts, territory, rules, order, cost_eur=cost_eur, terms=terms)
                known[key] = with_advances(plans, rules, facts, territory, order, cost_eur=cost_eur, terms=terms)
            return known[key]

        # Most programmes are for another chantier or territory, whatever the date: they are judged once.
        named = named_facts(facts, self._territory)
        rules = [rule for rule in as_decided(self._rules, facts) if judge(conditions_of(rule), named)[0] is not False]
        return {
            year: tuple(plan for plan, _ in plans_in_time(self._agenda, rules, year, facts, cost_eur, solve))
            for year in years
        }


def _read(parameters: Parameters, procedure: Procedure, works_months: int | None) -> Durations:
    def by_procedure(name: str) -> int:
        return int(parameters[name].value[procedure])

    return Durations(
        procedure=procedure,
        council_days=int(parameters.number("calendar.council_days")),
        filing_days=int(parameters.number("calendar.filing_days")),
        consultation_months=by_procedure("calendar.consultation_months"),
        preparation_months=by_procedure("calendar.preparation_months"),
        works_months=by_procedure("calendar.works_months") if works_months is None else works_months,
        balance_months=int(parameters.number("calendar.balance_months")),
        receipt_months=int(parameters.number("calendar.receipt_months")),
        decision_months=dict(parameters["calendar.decision_months"].value),
    )


def _filed(facts: Facts, programme: str) -> Filed | None:
    told = (facts.get("files") or {}).get(programme)
    if told is None:
        return None
    return Filed(**{name: _date(told.get(name)) for name in FILE_DATES})


def _date(value: object) -> dt.date | None:
    """A date of the facts, which JSON keeps as text."""
    if value is None or isinstance(value, dt.date):
        return value
    return dt.date.fromisoformat(str(value))
