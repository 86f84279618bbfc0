"""The back-schedule of a plan: for each operation and each of its aids, the last day of every step."""

import datetime as dt
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import polars as pl

from bocage.decide.funding.calendar import Filing, WorksDates, months_after, months_before
from bocage.decide.funding.gates import Agenda
from bocage.decide.question.request import PlanRequest, PlanResult
from bocage.parameters.funding_rules import FundingRule

SCHEMA: Mapping[str, Any] = {
    "action_id": pl.String, "label_fr": pl.String, "label_en": pl.String, "year": pl.Int64, "milestone": pl.String,
    "programme": pl.String, "latest": pl.Date, "earliest": pl.Date, "slack_days": pl.Int64, "gate": pl.String,
    "aid_status": pl.String,
}  # fmt: skip
MILESTONES = (
    "council", "deposit", "receipt", "agreement", "consultation", "order", "begin_by", "start", "end", "balance",
)  # fmt: skip
"""Steps of an operation in the order in which they happen."""

COUNTED = ("certain", "discretionary", "lent")
"""States of the aids that a plan counts on."""


@dataclass(frozen=True, kw_only=True)
class Operation:
    """An action with the aids that are asked for it.

    Attributes:
        action_id: identifier of the action.
        year: year in which the works are paid.
        cost_eur: cost excluding VAT [EUR].
        facts: facts of the action.
        aids: versions of the programmes, each with what is known of the award.
        payer: whose file it is.
        label: label by language.
        let_eur: cost of all that is let together with it, itself included; its own where None [EUR].
    """

    action_id: str
    year: int
    cost_eur: float
    facts: Mapping[str, Any]
    aids: Sequence[tuple[FundingRule, str]]
    payer: str = ""
    label: Mapping[str, str] = field(default_factory=lambda: {"fr": "", "en": ""})
    let_eur: float | None = None


@dataclass(frozen=True, kw_only=True)
class Dated:
    """An operation with the dates of its works and of its files."""

    operation: Operation
    works: WorksDates
    files: Sequence[tuple[FundingRule, str, Filing]]


def schedule_frame(request: PlanRequest, result: PlanResult) -> pl.DataFrame:
    """The back-schedule of a plan.

    Args:
        request: what the plan was asked for.
        result: the plan.

    Returns:
        Frame `action_id`, `label_fr`, `label_en`, `year`, `milestone` (`council`, `deposit`, `receipt`, `agreement`,
        `consultation`, `order`, `begin_by`, `start`, `end`, `balance`), `programme` (empty for a step
        of the works), `latest` and `earliest` day, `slack_days` between them, `gate` (what the order
        waits for), `aid_status` (that of `financing`).
    """
    return schedule_of(operations(request, result), Agenda(request.parameters, request.date))


def operations(request: PlanRequest, result: PlanResult) -> list[Operation]:
    """The chosen actions of a plan with the aids that it counts on, hopes for or has to check."""
    rules = {(rule.name, rule.since): rule for rule in result.rules}
    asked: dict[str, list[tuple[str, str]]] = {}
    for row in result.financing.iter_rows(named=True):
        asked.setdefault(row["action_id"], []).append((row["programme"], row["status"]))
    facts = dict(request.actions.select("action_id", "facts").iter_rows())
    labels = {
        action: {"fr": french, "en": english}
        for action, french, english in request.actions.select("action_id", "label_fr", "label_en").iter_rows()
    }
    agenda = Agenda(request.parameters, request.date)
    found = []
    for row in result.plan.filter(pl.col("decision") == "in").iter_rows(named=True):
        told = json.loads(facts[row["action_id"]] or "{}")
        in_time = {
            rule.name: rule for rule, _ in agenda.in_time(tuple(rules.values()), row["year"], told, row["cost_eur"])
        }
        aids = [(in_time[name], status) for name, status in asked.get(row["action_id"], ()) if name in in_time]
        found.append(
            Operation(
                action_id=row["action_id"],
                year=row["year"],
                cost_eur=row["cost_eur"],
                facts=told,
                aids=aids,
                payer=f"{row['payer_siren']} {row['budget']}",
                label=labels[row["action_id"]],
            )
        )
    return found


def schedule_of(found: Sequence[Operation], agenda: Agenda) -> pl.DataFrame:
    """The back-schedule of operations, by date; files that group a payer's year are deposited together.

    Args:
        found: the operations.
        agenda: durations and date of the plan.
    """
    return schedule_of_dated([dates_of(operation, agenda) for operation in _let_together(found)], agenda)


def _let_together(found: Sequence[Operation]) -> list[Operation]:
    """Works of one chantier that a payer orders in the same year are one contract in the eyes of the thresholds."""
    keys = [(one.payer, str(one.facts.get("chantier", "")), one.year) for one in found]
    total: dict[tuple[str, str, int], float] = {}
    for key, one in zip(keys, found, strict=True):
        total[key] = total.get(key, 0.0) + one.cost_eur
    return [replace(one, let_eur=total[key]) for key, one in zip(keys, found, strict=True)]


def schedule_of_dated(dated: Sequence[Dated], agenda: Agenda) -> pl.DataFrame:
    """The back-schedule of operations whose dates are known.

    Args:
        dated: the operations, their works and their files.
        agenda: durations and date of the plan.
    """
    rows = [row for one in _together(dated) for row in _rows(one, agenda)]
    order = pl.Enum(MILESTONES)
    return pl.DataFrame(rows, schema=SCHEMA, orient="row").sort(
        "latest", pl.col("milestone").cast(order), "action_id", "programme"
    )


def dates_of(operation: Operation, agenda: Agenda) -> Dated:
    """Dates of the works and of the files of one operation, ordered on the latest day that keeps what is counted on."""
    told = (operation.facts, operation.cost_eur)
    rules = [rule for rule, status in operation.aids if status in COUNTED]
    orders = agenda.orders(rules, operation.year, *told)
    works = next((one for one in orders if len(agenda.open_rules(rules, one, *told)) == len(rules)), orders[0])
    files = [(rule, status, agenda.file(rule, works, *told)) for rule, status in operation.aids]
    return Dated(operation=operation, works=works, files=files)


def _together(dated: Sequence[Dated]) -> list[Dated]:
    """Files of a payer's year get the earliest of their latest deposits."""
    first: dict[tuple[str, str, int], dt.date] = {}
    for one in dated:
        for rule, _, filing in one.files:
            if filing.deposit is not None:
                key = _file_key(rule, one)
                first[key] = min(first.get(key, filing.deposit), filing.deposit)
    return [
        replace(
            one,
            files=[
                (rule, status, _moved(filing, first.get(_file_key(rule, one)))) for rule, status, filing in one.files
            ],
        )
        for one in dated
    ]


def _file_key(rule: FundingRule, one: Dated) -> tuple[str, str, int]:
    """What shares one file: a payer's year, or the operation alone."""
    return rule.name, one.operation.payer if rule.file == "year" else one.operation.action_id, one.operation.year


def _moved(filing: Filing, deposit: dt.date | None) -> Filing:
    if deposit is None or filing.deposit is None or filing.council is None:
        return filing
    return replace(filing, deposit=deposit, council=filing.council - (filing.deposit - deposit))


Row = tuple[str, str, str, int, str, str, dt.date, dt.date | None, int | None, str, str]


def _rows(one: Dated, agenda: Agenda) -> Iterator[Row]:
    works, operation = one.works, one.operation
    let_eur = operation.cost_eur if operation.let_eur is None else operation.let_eur
    durations = agenda.durations(operation.facts, let_eur)
    kept = [(rule, status, filing) for rule, status, filing in one.files if filing.kept]
    first_council = agenda.made_on + dt.timedelta(days=durations.council_days)

    def row(
        milestone: str, latest: dt.date, earliest: dt.date | None = None, programme: str = "", gate: str = "",
        status: str = "",
    ) -> Row:  # fmt: skip
        slack = None if earliest is None else (latest - earliest).days
        named = operation.action_id, operation.label["fr"], operation.label["en"]
        return *named, operation.year, milestone, programme, latest, earliest, slack, gate, status

    if not works.ordered:
        counted = [filing for _, status, filing in kept if status in COUNTED]
        votes = [filing.council for _, _, filing in kept if filing.council is not None]
        launch = months_before(works.order, durations.consultation_months)
        consulted = months_after(first_council, durations.consultation_months)
        first_order = max([consulted, *(filing.first_order for filing in counted)])
        yield row("council", min([launch, *votes]), first_council)
        yield row("consultation", launch, first_council)
        yield row("order", works.order, first_order)
    yield row("start", works.start)
    yield row("end", works.end)
    for rule, status, filing in kept:
        if filing.deposit is not None:
            yield row("deposit", filing.deposit, filing.first_deposit, rule.name, filing.gate, status)
        if status not in COUNTED:
            continue  # what follows the deposit of an aid that is only hoped for is not to be waited for
        if filing.passed is not None:
            milestone = "receipt" if filing.gate == "after_receipt" else "agreement"
            yield row(milestone, filing.passed, None, rule.name, filing.gate, status)
        if filing.lapses_on is not None:
            yield row("begin_by", filing.lapses_on, None, rule.name, filing.gate, status)
        yield row("balance", works.balance, None, rule.name, filing.gate, status)
