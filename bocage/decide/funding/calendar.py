"""Dates of an operation read backwards from the end of its works: order, receipt of the files, deposit, council.

All durations are parameters or rules; nothing here knows what day it is.
"""

import calendar as civil
import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from bocage.parameters.funding_rules import Calendar, FundingRule, Order

Procedure = Literal["direct", "adapted", "formal"]
"""How works are let: without competition, by a procedure of one's own, or by the formal one."""
Loss = Literal["", "ordered_before", "too_late", "lapses", "turned_down"]
"""Why an aid is lost: an order already signed, no time left, works that start or end too late, a refusal."""


def months_after(date: dt.date, months: int) -> dt.date:
    """The same day some months later, or the last of a month that is too short.

    >>> months_after(dt.date(2027, 1, 31), 1).isoformat()
    '2027-02-28'
    """
    year, month = divmod(date.year * 12 + date.month - 1 + months, 12)
    return dt.date(year, month + 1, min(date.day, civil.monthrange(year, month + 1)[1]))


def months_before(date: dt.date, months: int) -> dt.date:
    """The last day from which `months_after` does not go past a date.

    >>> months_before(dt.date(2027, 2, 28), 1).isoformat()
    '2027-01-31'
    """
    year, month = divmod(date.year * 12 + date.month - 1 - months, 12)
    length = civil.monthrange(year, month + 1)[1]
    ends_month = date.day == civil.monthrange(date.year, date.month)[1]
    return dt.date(year, month + 1, length if ends_month else min(date.day, length))


@dataclass(frozen=True, kw_only=True)
class Durations:
    """How long each step of an operation takes.

    Attributes:
        procedure: how the works are let.
        council_days: from the plan to the first meeting that can vote [day].
        filing_days: from the vote to the deposit of the files [day].
        consultation_months: from the launch of the consultation to the order [month].
        preparation_months: from the order to the start of the works [month].
        works_months: from their start to their end [month].
        balance_months: from their end to the request for the balance [month].
        receipt_months: from deposit to receipt, where the programme tells none [month].
        decision_months: from deposit to decision by what the money is, where the programme tells none [month].
    """

    procedure: Procedure
    council_days: int
    filing_days: int
    consultation_months: int
    preparation_months: int
    works_months: int
    balance_months: int
    receipt_months: int
    decision_months: Mapping[str, int]


@dataclass(frozen=True, kw_only=True)
class WorksDates:
    """Dates of the works of a year, the latest that end them in it.

    Attributes:
        year: year in which the works are paid.
        council: latest vote of the project, aids left aside.
        consultation: latest launch of the consultation.
        order: day of the order: the latest one, or the one that was signed.
        start: start of the works.
        end: end of the works.
        balance: request for the balance of the aids.
        first_order: earliest day on which an order could be signed, aids left aside.
        ordered: True where the order is already signed.
    """

    year: int
    council: dt.date
    consultation: dt.date
    order: dt.date
    start: dt.date
    end: dt.date
    balance: dt.date
    first_order: dt.date
    ordered: bool = False

    @property
    def slack_days(self) -> int:
        """Days between the earliest and the latest order; negative where the works end after their year [day]."""
        return (self.order - self.first_order).days


def works_dates(
    year: int,
    durations: Durations,
    made_on: dt.date,
    *,
    ordered_on: dt.date | None = None,
    order_on: dt.date | None = None,
) -> WorksDates:
    """Dates of works paid in a year, read backwards from its last day.

    Where the plan is made too late for that, they are ordered as early as can be, and within the year
    all the same, as the plan pays them in it.

    Args:
        year: year in which they are paid.
        durations: how long each step takes.
        made_on: date of the plan.
        ordered_on: date of the order where it is signed already.
        order_on: day of the order where it is not the latest one.

    >>> short = Durations(procedure="direct", council_days=60, filing_days=15, consultation_months=1,
    ...                   preparation_months=1, works_months=2, balance_months=2, receipt_months=2,
    ...                   decision_months={"grant": 5})
    >>> dates = works_dates(2027, short, dt.date(2026, 11, 1))
    >>> dates.order.isoformat(), dates.consultation.isoformat(), dates.first_order.isoformat()
    ('2027-09-30', '2027-08-31', '2027-01-31')
    """
    last_day = dt.date(year, 12, 31)
    first_council = made_on + dt.timedelta(days=durations.council_days)
    first_order = months_after(first_council, durations.consultation_months)
    latest = months_before(months_before(last_day, durations.works_months), durations.preparation_months)
    order = ordered_on or order_on or max(min(max(latest, first_order), last_day), made_on)
    start = months_after(order, durations.preparation_months)
    end = months_after(start, durations.works_months)
    consultation = months_before(order, durations.consultation_months)
    return WorksDates(
        year=year,
        council=consultation,
        consultation=consultation,
        order=order,
        start=start,
        end=end,
        balance=months_after(end, durations.balance_months),
        first_order=ordered_on or first_order,
        ordered=ordered_on is not None,
    )


@dataclass(frozen=True, kw_only=True)
class Filed:
    """What was done of a file: dates of its deposit, receipt, agreement and refusal, None where not yet."""

    deposited_on: dt.date | None = None
    received_on: dt.date | None = None
    agreed_on: dt.date | None = None
    refused_on: dt.date | None = None


@dataclass(frozen=True, kw_only=True)
class Filing:
    """What becomes of one aid for works ordered on a date.

    Attributes:
        kept: True where the file can still be in time.
        loss: why not; empty where it is kept.
        order: date of the order that was judged.
        gate: what the order must wait for.
        council: latest vote of the application, None where the aid is lost.
        deposit: latest deposit, None where the aid is lost.
        passed: latest receipt or agreement that the order waits for, None where it waits for none.
        first_deposit: earliest deposit that is possible.
        first_order: earliest order that keeps the aid.
        lapses_on: date on which the works must have begun, None where the programme sets none.
    """

    kept: bool
    loss: Loss
    order: dt.date
    gate: Order
    council: dt.date | None
    deposit: dt.date | None
    passed: dt.date | None
    first_deposit: dt.date
    first_order: dt.date
    lapses_on: dt.date | None = None

    @property
    def slack_days(self) -> int:
        """Days between the earliest order that keeps the aid and the order; negative where it is lost [day]."""
        return (self.order - self.first_order).days


def file_of(
    rule: FundingRule, works: WorksDates, durations: Durations, made_on: dt.date, filed: Filed | None = None
) -> Filing:
    """Whether the file of an aid can be in time for works, and its latest dates.

    The earliest dates run forward from the plan (council, deposit in the next window, receipt or
    agreement); the latest ones backward from the order. An aid without known gate is filed before
    the order where there is time, which is never wrong, and as soon as can be otherwise; only a window
    that opens after the end of the works loses it.

    Args:
        rule: version of the programme.
        works: dates of the works.
        durations: how long each step takes.
        made_on: date of the plan.
        filed: what was already done of this file.
    """
    told, known = rule.calendar, filed or Filed()
    wait = _months_to_gate(rule, durations)
    first_vote = made_on + dt.timedelta(days=durations.council_days)
    first_deposit = known.deposited_on or told.next_deposit(first_vote + dt.timedelta(days=durations.filing_days))
    passed = {"after_receipt": known.received_on, "after_agreement": known.agreed_on}.get(told.order)
    first_pass = works.first_order if told.order == "free" else passed or months_after(first_deposit, wait)
    first_order = first_pass if works.ordered else max(first_pass, works.first_order)
    deposit = known.deposited_on or told.last_deposit(months_before(works.order, wait))
    if told.order == "free" and deposit < first_deposit:
        deposit = first_deposit
    begins_by = _lapse(rule, known.agreed_on or months_after(deposit, _decision_months(rule, durations)))
    loss = _loss(told, works, durations, first_order=first_order, begins_by=begins_by)
    if known.refused_on is not None:
        loss = "turned_down"
    closed = bool(told.deposit) and deposit > works.end
    if not loss and (deposit < first_deposit or closed):
        loss = "too_late"
    waited = None if told.order in ("free", "after_deposit") else passed or works.order
    return Filing(
        kept=not loss,
        loss=loss,
        order=works.order,
        gate=told.order,
        council=None if loss else deposit - dt.timedelta(days=durations.filing_days),
        deposit=None if loss else deposit,
        passed=None if loss else waited,
        first_deposit=first_deposit,
        first_order=first_order,
        lapses_on=begins_by,
    )


def _loss(
    told: Calendar, works: WorksDates, durations: Durations, *, first_order: dt.date, begins_by: dt.date | None
) -> Loss:
    if told.order != "free" and works.order < first_order:
        return "ordered_before" if works.ordered else "too_late"
    if begins_by is not None and works.order > begins_by:
        return "lapses"
    whole = durations.preparation_months + durations.works_months
    return "lapses" if told.finish_within_months is not None and whole > told.finish_within_months else ""


def _lapse(rule: FundingRule, decided_on: dt.date) -> dt.date | None:
    """Date by which the works must have begun; the order is the first act of execution."""
    within = rule.calendar.start_within_months
    return None if within is None else months_after(decided_on, within)


def _months_to_gate(rule: FundingRule, durations: Durations) -> int:
    """Months from the deposit to what the order waits for [month]."""
    match rule.calendar.order:
        case "after_receipt":
            told = rule.calendar.receipt_months
            return durations.receipt_months if told is None else told
        case "after_agreement":
            return _decision_months(rule, durations)
        case _:
            return 0


def _decision_months(rule: FundingRule, durations: Durations) -> int:
    told = rule.calendar.decision_months
    return durations.decision_months[rule.cash] if told is None else told
