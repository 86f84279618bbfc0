"""The funding counter: for one action, every programme judged in time, the stacks of aids and their cash."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Any

import polars as pl

from bocage.decide.funding.aid_cash import payment_shares
from bocage.decide.funding.calendar import Durations, Filing, WorksDates
from bocage.decide.funding.financing import FinancingPlan, Terms, is_counted, within_law
from bocage.decide.funding.gates import Agenda, as_decided, plans_in_time
from bocage.decide.funding.judged import Judged, Part, judge_programmes
from bocage.decide.funding.law import own_share_of
from bocage.decide.funding.offers import named_facts, offers
from bocage.decide.wording import label_of
from bocage.finance.loans import loan_schedule
from bocage.parameters.funding_rules import GIVEN, LENT, Fact, FundingRule
from bocage.vocabulary.codes import core_codes
from bocage.vocabulary.text import Language, current_language, fill

LOSSES = {
    "ordered_before": "BOC-DEC-221",
    "too_late": "BOC-DEC-222",
    "lapses": "BOC-DEC-223",
    "turned_down": "BOC-DEC-224",
}
STEPS: Mapping[str, Mapping[str, str]] = {
    "free": {"fr": "le dépôt du dossier", "en": "the deposit of the file"},
    "after_deposit": {"fr": "le dépôt du dossier", "en": "the deposit of the file"},
    "after_receipt": {"fr": "la réception du dossier", "en": "the receipt of the file"},
    "after_agreement": {"fr": "l’accord du financeur", "en": "the agreement of the funder"},
}
BALANCE: Mapping[str, str] = {"fr": "Solde depuis le début", "en": "Balance since the start"}
FEW = 7
"""Most programmes of which every set is listed; of more, sets of `MOST_TOGETHER`."""
MOST_TOGETHER = 3
GOOD = ("granted", "possible")


@dataclass(frozen=True, kw_only=True)
class Request:
    """What is asked at the counter.

    Attributes:
        action_id: identifier of the action.
        facts: its facts, by short name.
        territory: facts of the territory, completed.
        rules: all versions of the programmes.
        known: declared facts.
        year: year in which the works are paid.
        cost_eur: cost excluding VAT [EUR].
        vat_rate: VAT rate of the works [1].
        vat_back: share of the spending, VAT included, that comes back [1].
        vat_lag: years until it does.
        vat_channel: how it does (`fctva`, `deduction`, `none`).
        terms: own share, price of certificates, programmes added or left out.
    """

    action_id: str
    facts: Mapping[str, Any]
    territory: Mapping[str, Any]
    rules: Sequence[FundingRule]
    known: Mapping[str, Fact]
    year: int
    cost_eur: float
    vat_rate: float
    vat_back: float
    vat_lag: int
    vat_channel: str
    terms: Terms

    @property
    def spending_eur(self) -> float:
        """Cost of the works, VAT included [EUR]."""
        return self.cost_eur * (1.0 + self.vat_rate)

    @property
    def vat_back_eur(self) -> float:
        """VAT that comes back [EUR]."""
        return self.spending_eur * self.vat_back


@dataclass(frozen=True, kw_only=True)
class Stack:
    """Aids that can be added for the action.

    Attributes:
        plan: the aids.
        works: dates of the works that keep them all.
        counted: True where a plan counts on every one of them.
        own_eur: what they leave to the owner, excluding VAT [EUR].
        rest_eur: what is left once VAT has come back too, VAT included [EUR].
    """

    plan: FinancingPlan
    works: WorksDates
    counted: bool
    own_eur: float
    rest_eur: float


@dataclass(frozen=True, kw_only=True)
class Stamped:
    """A programme judged for the action, and its file in time.

    Attributes:
        judged: what the rule says.
        filing: whether its file can be in time, and its dates; None where there is nothing to file.
        code: declared code of the reason, the loss by the calendar included.
        values: values of the placeholders of its sentences.
    """

    judged: Judged
    filing: Filing | None
    code: str
    values: Mapping[str, object]

    @property
    def verdict(self) -> str:
        """What it comes to: that of the rule, or `out_of_time`."""
        return self.judged.verdict if self.code == self.judged.code else "out_of_time"

    def say(self, part: Part = "what", language: Language | None = None) -> str:
        """One part of the reason in the language: what it is, why it matters, what to do next."""
        if self.code == self.judged.code:
            return self.judged.say(part, language)
        language = language or current_language()
        sentence: str = getattr(core_codes()[self.code], part)[language]
        return fill(sentence, self.values, language)


@dataclass(frozen=True, kw_only=True)
class Counter:
    """The answer of the counter.

    Attributes:
        request: what was asked.
        works: latest dates of the works.
        durations: how long each step takes.
        stamped: every programme, in order of name.
        stacks: admissible stacks, those that a plan counts on first, what is left to the owner increasing.
        agenda: durations and date of the plan.
    """

    request: Request
    agenda: Agenda
    works: WorksDates
    durations: Durations
    stamped: Sequence[Stamped]
    stacks: Sequence[Stack]

    @property
    def best(self) -> Stack:
        """The stack that a plan counts on and that leaves the least to the owner; none but the empty one at worst."""
        return self.stacks[0]


def ask(request: Request, agenda: Agenda) -> Counter:
    """Judge every programme for an action, in time, and add up what can be added.

    Args:
        request: what is asked.
        agenda: durations and date of the plan.
    """
    request = replace(request, rules=as_decided(request.rules, request.facts))
    told = (request.facts, request.cost_eur)
    orders = agenda.orders(request.rules, request.year, *told)

    def solve(rules: tuple[FundingRule, ...], works: WorksDates) -> tuple[FinancingPlan, ...]:
        return combinations_of(request, rules, works)

    found: dict[frozenset[str], Stack] = {}
    for plan, works in plans_in_time(agenda, request.rules, request.year, *told, solve):
        stack = _stack(request, plan, works)
        found.setdefault(frozenset(aid.rule.name for aid in plan.aids), stack)
    return Counter(
        request=request,
        agenda=agenda,
        works=orders[0],
        durations=agenda.durations(*told),
        stamped=_stamped(request, agenda, orders),
        stacks=sorted(
            found.values(), key=lambda stack: (not stack.counted, round(stack.rest_eur, 2), len(stack.plan.aids))
        ),
    )


def combinations_of(request: Request, rules: Sequence[FundingRule], works: WorksDates) -> tuple[FinancingPlan, ...]:
    """Every set of aids that can be added for an order, those that no plan counts on included.

    A plan only keeps the sets that are worth choosing; the counter shows them all, so that a council
    sees what one more file would bring. Each aid is at its highest level, then held to the law.

    Args:
        request: what is asked.
        rules: versions that are open for the order.
        works: dates of the works.
    """
    facts = named_facts(request.facts, request.territory)
    share = own_share_of(request.terms.laws, facts, works.order, otherwise=request.terms.own_share)
    offered = [
        aids[-1]
        for rule in rules
        if rule.cash in GIVEN
        and (aids := offers(rule, facts, works.order, cost_eur=request.cost_eur, terms=request.terms))
        and not aids[0].missing
    ]
    largest = len(offered) if len(offered) <= FEW else MOST_TOGETHER
    return tuple(
        within_law(aids, request.cost_eur, share)
        for size in range(largest + 1)
        for aids in combinations(offered, size)
        if not any(aid.rule.incompatible & {other.rule.name for other in aids} for aid in aids)
    )


def _stack(request: Request, plan: FinancingPlan, works: WorksDates) -> Stack:
    return Stack(
        plan=plan,
        works=works,
        counted=all(is_counted(aid.rule, request.terms) for aid in plan.aids),
        own_eur=request.cost_eur - plan.total_eur,
        rest_eur=request.spending_eur - plan.total_eur - request.vat_back_eur,
    )


def _stamped(request: Request, agenda: Agenda, orders: Sequence[WorksDates]) -> tuple[Stamped, ...]:
    """Each programme at the latest order of the year, or at the earlier one that a rule which ends asks for."""
    found: dict[str, Stamped] = {}
    for works in orders:
        for one in _at(request, agenda, works):
            known = found.get(one.judged.programme)
            if known is None or (known.verdict == "expired" and one.verdict in GOOD):
                found[one.judged.programme] = one
    return tuple(found[name] for name in sorted(found))


def _at(request: Request, agenda: Agenda, works: WorksDates) -> list[Stamped]:
    """Programmes judged for one date of order; those out of time do not crowd out the others."""
    files = {
        (rule.name, rule.since): agenda.file(rule, works, request.facts, request.cost_eur)
        for rule in request.rules
        if rule.in_force(works.order)
    }
    lost = {name for (name, _), filing in files.items() if not filing.kept}
    judged = _judge(request, [rule for rule in request.rules if rule.name not in lost], works)
    judged += [
        one for name in sorted(lost) for one in _judge(request, [r for r in request.rules if r.name == name], works)
    ]
    stamped = []
    for one in judged:
        filing = files.get((one.rule.name, one.rule.since))
        if filing is None or filing.kept or one.verdict not in (*GOOD, "missing_fact"):
            stamped.append(Stamped(judged=one, filing=filing, code=one.code, values=one.values))
            continue
        values = {
            "order": written(works.order),
            "first": written(filing.first_order),
            "step": STEPS[filing.gate],
            "year": str(request.year),
            "next_year": str(max(request.year + 1, filing.first_order.year)),
            "action": request.action_id,
        }
        stamped.append(Stamped(judged=one, filing=filing, code=LOSSES[filing.loss], values=values))
    return stamped


def written(date: dt.date) -> Mapping[Language, str]:
    """A date as each language writes it.

    >>> written(dt.date(2027, 3, 1))["fr"]
    '01/03/2027'
    """
    return {"fr": f"{date:%d/%m/%Y}", "en": date.isoformat()}


def _judge(request: Request, rules: Sequence[FundingRule], works: WorksDates) -> list[Judged]:
    return list(
        judge_programmes(
            request.facts,
            request.territory,
            rules,
            works.order,
            cost_eur=request.cost_eur,
            terms=request.terms,
            known=request.known,
        )
    )


def cash_of(request: Request, stack: Stack) -> pl.DataFrame:
    """What a stack puts into and takes out of the budget, year by year.

    Args:
        request: what was asked.
        stack: one of its stacks.

    Returns:
        Frame `year`, `line`, `label_fr`, `label_en`, `amount_eur`; works negative, all taxes included;
        `balance` is the sum since the first year.
    """
    lags = [max(rule.lag_years, *(after for after, _ in rule.payment.interim), 0) for rule in _rules(stack)]
    count = 1 + max([request.vat_lag if request.vat_back_eur else 0, *lags])
    amounts: dict[str, list[float]] = {"works_ttc": [-request.spending_eur, *[0.0] * (count - 1)]}
    labels = {"works_ttc": label_of("works_ttc")}
    for aid in stack.plan.aids:
        line = f"grant:{aid.rule.name}"
        amounts[line] = (aid.amount_eur * payment_shares(aid.rule, 0, count)).tolist()
        labels[line] = label_of("grant", aid.rule.label)
    if request.vat_back_eur:
        line = "vat_deducted" if request.vat_channel == "deduction" else "fctva"
        amounts[line] = [request.vat_back_eur if year == request.vat_lag else 0.0 for year in range(count)]
        labels[line] = label_of(line)
    running = 0.0
    balance = []
    for year in range(count):
        running += sum(line[year] for line in amounts.values())
        balance.append(running)
    rows = [
        (request.year + year, line, *labels[line], flows[year])
        for line, flows in amounts.items()
        for year in range(count)
    ]
    rows += [
        (request.year + year, "balance", BALANCE["fr"], BALANCE["en"], amount) for year, amount in enumerate(balance)
    ]
    schema = {
        "year": pl.Int64, "line": pl.String, "label_fr": pl.String, "label_en": pl.String, "amount_eur": pl.Float64,
    }  # fmt: skip
    return pl.DataFrame(rows, schema=schema, orient="row")


def _rules(stack: Stack) -> list[FundingRule]:
    return [aid.rule for aid in stack.plan.aids]


def lent(counter: Counter) -> pl.DataFrame:
    """The money that may be lent for the action: how much, for how long, at what rate, what is paid back a year.

    Returns:
        Frame `programme`, `label_fr`, `label_en`, `principal_eur`, `years`, `rate`, `annuity_eur_year`
        (of the first year), `repaid_by` (`savings` or `budget`), `rule_status`.
    """
    rows = []
    for one in counter.stamped:
        terms = one.judged.rule.repayment
        if one.judged.rule.cash not in LENT or terms is None or one.verdict not in GOOD:
            continue
        # What is lent replaces own funds: never more than what the best stack leaves.
        principal = min(float(one.judged.values["amount"]), max(0.0, counter.best.rest_eur))  # type: ignore[arg-type]
        annuity = float(loan_schedule(principal, terms.years, terms.rate, repaid=terms.principal).annuity[0])
        label = one.judged.rule.label
        rows.append(
            (
                one.judged.programme, label["fr"], label["en"], principal, terms.years, terms.rate, annuity,
                terms.source, one.judged.status,
            )
        )  # fmt: skip
    schema = {
        "programme": pl.String, "label_fr": pl.String, "label_en": pl.String, "principal_eur": pl.Float64,
        "years": pl.Int64, "rate": pl.Float64, "annuity_eur_year": pl.Float64, "repaid_by": pl.String,
        "rule_status": pl.String,
    }  # fmt: skip
    return pl.DataFrame(rows, schema=schema, orient="row")
