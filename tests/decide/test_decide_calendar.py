"""Dates of an operation read backwards, and the gates of time of its aids."""

import datetime as dt
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bocage.decide.funding.calendar import Durations, Filed, file_of, months_after, months_before, works_dates
from bocage.decide.funding.gates import Agenda
from bocage.parameters.funding_rules import Calendar, DepositWindow, FundingRule, load_rules
from bocage.parameters.reader import CORE_FOLDER, Parameters

MADE_ON = dt.date(2026, 11, 1)
SMALL = Durations(
    procedure="direct", council_days=60, filing_days=15, consultation_months=1, preparation_months=1,
    works_months=2, balance_months=2, receipt_months=2, decision_months={"grant": 5, "certificate": 1},
)  # fmt: skip
DAYS = st.dates(dt.date(2024, 1, 1), dt.date(2032, 12, 31))


def rule_with(**calendar: object) -> FundingRule:
    detr = next(rule for rule in load_rules() if rule.name == "DETR" and rule.since.year < 2020)
    return replace(detr, calendar=Calendar(**calendar))  # type: ignore[arg-type]


@given(DAYS, st.integers(0, 40))
def test_the_last_day_before_is_the_last_that_does_not_go_past(date: dt.date, months: int) -> None:
    before = months_before(date, months)
    assert months_after(before, months) <= date
    assert months_after(before + dt.timedelta(days=1), months) > date


def test_the_order_of_a_year_is_the_last_that_ends_the_works_in_it() -> None:
    works = works_dates(2027, SMALL, MADE_ON)
    assert works.order == dt.date(2027, 9, 30)
    assert works.end == dt.date(2027, 12, 30)
    assert works_dates(2027, replace(SMALL, works_months=9), MADE_ON).order == dt.date(2027, 2, 28)


@given(st.integers(2026, 2034), st.integers(0, 3), st.integers(0, 9), DAYS.filter(lambda day: day.year < 2027))
def test_works_end_in_their_year_unless_the_plan_comes_too_late(
    year: int, preparation: int, months: int, made_on: dt.date
) -> None:
    durations = replace(SMALL, preparation_months=preparation, works_months=months)
    works = works_dates(year, durations, made_on) if made_on.year <= year else None
    if works is not None:
        assert made_on <= works.order <= dt.date(year, 12, 31)
        late = works.end > dt.date(year, 12, 31)
        next_day = works.order + dt.timedelta(days=1)
        after = months_after(months_after(next_day, preparation), months)
        assert (works.order <= works.first_order or works.order == made_on) if late else after.year > year


def test_a_file_received_before_the_order_keeps_the_aid_and_says_its_last_days() -> None:
    rule = rule_with(order="after_receipt", receipt_months=3)
    filing = file_of(rule, works_dates(2027, SMALL, MADE_ON), SMALL, MADE_ON)
    assert filing.kept
    assert filing.deposit == dt.date(2027, 6, 30)
    assert filing.council == dt.date(2027, 6, 15)
    assert filing.first_deposit == dt.date(2027, 1, 15)
    assert filing.first_order == dt.date(2027, 4, 15)
    assert filing.slack_days == (dt.date(2027, 9, 30) - dt.date(2027, 4, 15)).days


def test_a_window_that_is_over_loses_the_year_and_keeps_the_next_one() -> None:
    january = DepositWindow(opens=(1, 1), closes=(1, 10))
    rule = rule_with(order="after_receipt", receipt_months=3, deposit=(january,))
    lost = file_of(rule, works_dates(2027, SMALL, MADE_ON), SMALL, MADE_ON)
    assert (lost.kept, lost.loss) == (False, "too_late")
    assert lost.first_deposit == dt.date(2028, 1, 1)
    assert lost.first_order == dt.date(2028, 4, 1)
    kept = file_of(rule, works_dates(2028, SMALL, MADE_ON), SMALL, MADE_ON)
    assert kept.kept
    assert kept.deposit == dt.date(2028, 1, 10)


@pytest.mark.parametrize(
    ("order", "filed", "kept"),
    [
        ("after_receipt", Filed(), False),
        ("after_receipt", Filed(deposited_on=dt.date(2026, 1, 5)), True),
        ("after_receipt", Filed(deposited_on=dt.date(2026, 4, 5)), False),
        ("after_receipt", Filed(deposited_on=dt.date(2026, 4, 5), received_on=dt.date(2026, 4, 20)), True),
        ("after_deposit", Filed(deposited_on=dt.date(2026, 5, 2)), True),
        ("after_deposit", Filed(deposited_on=dt.date(2026, 5, 3)), False),
        ("after_agreement", Filed(deposited_on=dt.date(2026, 1, 5), agreed_on=dt.date(2026, 5, 10)), False),
        ("after_agreement", Filed(deposited_on=dt.date(2026, 1, 5), agreed_on=dt.date(2026, 4, 10)), True),
        ("free", Filed(), True),
    ],
)
def test_an_order_already_signed_keeps_only_what_came_before_it(order: str, filed: Filed, kept: bool) -> None:
    rule = rule_with(order=order, receipt_months=3)
    works = works_dates(2026, SMALL, MADE_ON, ordered_on=dt.date(2026, 5, 2))
    filing = file_of(rule, works, SMALL, MADE_ON, filed)
    assert filing.kept is kept
    assert filing.loss == ("" if kept else "ordered_before")
    if kept and order != "free":
        assert rule.calendar.allows_order(
            works.order,
            deposited_on=filed.deposited_on,
            received_on=filed.received_on or months_after(filed.deposited_on or works.order, 3),
            agreed_on=filed.agreed_on,
        )


def test_an_aid_lapses_where_the_works_begin_or_end_too_late() -> None:
    begun = Filed(deposited_on=dt.date(2026, 1, 5), received_on=dt.date(2026, 2, 1), agreed_on=dt.date(2026, 6, 1))
    rule = rule_with(order="after_receipt", receipt_months=3, start_within_months=24)
    assert file_of(rule, works_dates(2027, SMALL, MADE_ON), SMALL, MADE_ON, begun).kept
    late = file_of(rule, works_dates(2028, SMALL, MADE_ON), SMALL, MADE_ON, begun)
    assert (late.loss, late.lapses_on) == ("lapses", dt.date(2028, 6, 1))
    short = rule_with(finish_within_months=2)
    assert file_of(short, works_dates(2027, SMALL, MADE_ON), SMALL, MADE_ON).loss == "lapses"
    assert file_of(rule_with(finish_within_months=3), works_dates(2027, SMALL, MADE_ON), SMALL, MADE_ON).kept


orders = st.sampled_from(["free", "after_deposit", "after_receipt", "after_agreement"])
months = st.none() | st.integers(0, 14)
days_of_year = st.tuples(st.integers(1, 12), st.integers(1, 28))
windows = st.lists(st.builds(DepositWindow, opens=days_of_year, closes=days_of_year), max_size=2).map(tuple)


@given(orders, months, months, windows, DAYS, st.integers(0, 6))
def test_what_is_kept_is_in_time_and_next_year_keeps_it_too(
    order: str,
    receipt: int | None,
    decision: int | None,
    deposit: tuple[DepositWindow, ...],
    made_on: dt.date,
    later: int,
) -> None:
    rule = rule_with(order=order, receipt_months=receipt, decision_months=decision, deposit=deposit)
    works = works_dates(made_on.year + later, SMALL, made_on)
    filing = file_of(rule, works, SMALL, made_on)
    if filing.kept:
        assert filing.deposit is not None and filing.council is not None
        assert filing.first_deposit <= filing.deposit
        assert rule.calendar.takes_files(filing.deposit)
        assert filing.council < filing.deposit
        wait = {"after_receipt": receipt, "after_agreement": decision}.get(order, 0)
        default = {"after_receipt": 2, "after_agreement": 5}.get(order, 0)
        if order != "free":
            assert months_after(filing.deposit, default if wait is None else wait) <= works.order
            assert filing.slack_days >= 0
        assert file_of(rule, works_dates(works.year + 1, SMALL, made_on), SMALL, made_on).kept
    else:
        assert filing.loss == "too_late"


def test_the_procedure_follows_the_thresholds_of_the_day() -> None:
    agenda = Agenda(Parameters(CORE_FOLDER, MADE_ON), MADE_ON)
    assert [agenda.procedure(cost) for cost in (99_999.0, 100_000.0, 5_403_999.0, 5_404_000.0)] == [
        "direct", "adapted", "adapted", "formal",
    ]  # fmt: skip
    before = Agenda(Parameters(CORE_FOLDER, dt.date(2020, 6, 1)), dt.date(2020, 6, 1))
    assert before.procedure(50_000.0) == "adapted"


def test_an_action_tells_its_own_duration_and_order() -> None:
    agenda = Agenda(Parameters(CORE_FOLDER, MADE_ON), MADE_ON)
    assert agenda.works(2027, {"works_months": 5}, 1000.0).end == dt.date(2027, 12, 30)
    assert agenda.works(2027, {"works_months": 5}, 1000.0).order == dt.date(2027, 6, 30)
    ordered = agenda.works(2027, {"ordered_on": "2026-10-02"}, 1000.0)
    assert (ordered.order, ordered.ordered) == (dt.date(2026, 10, 2), True)


def test_a_rule_that_ends_in_the_year_is_kept_by_an_earlier_order() -> None:
    agenda = Agenda(Parameters(CORE_FOLDER, MADE_ON), MADE_ON)
    ending = replace(rule_with(), until=dt.date(2027, 4, 30))
    orders = [works.order for works in agenda.orders([ending], 2027, {}, 1000.0)]
    assert orders == [dt.date(2027, 9, 30), dt.date(2027, 4, 30)]
    ((rule, works),) = agenda.in_time([ending], 2027, {}, 1000.0)
    assert (rule, works.order) == (ending, dt.date(2027, 4, 30))
    too_soon = replace(ending, until=dt.date(2027, 1, 5))
    assert not list(agenda.in_time([too_soon], 2027, {}, 1000.0))
