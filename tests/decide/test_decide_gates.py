"""The gates of time in the plan: an early order loses the aid, in the model as in life; the back-schedule of a plan."""

import datetime as dt
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import polars as pl
import pytest

from bocage.decide.answer.planning import make_plan
from bocage.decide.answer.schedule import MILESTONES, Operation, schedule_frame, schedule_of
from bocage.decide.funding.counter import Request, ask, cash_of, lent
from bocage.decide.funding.financing import Terms, financing_plans
from bocage.decide.funding.gates import Agenda, GatedPlans
from bocage.decide.question.request import PlanRequest
from bocage.parameters.funding_rules import Calendar, DepositWindow, FundingRule, core_facts, load_rules
from bocage.parameters.reader import CORE_FOLDER, Parameters

DATE = dt.date(2026, 11, 1)
TERMS = Terms(own_share=0.2, certificate_price=8.0, certificate_low=6.0, certificate_high=10.0)
SMALL = {"kind": "commune", "population": 1500, "department": "53", "overseas": False, "funding_rules": []}
LED = {"chantier": "lighting", "led": True, "points": 10, "points_with_dimming": 10, "points_with_detection": 0}
RequestOf = Callable[..., PlanRequest]


def detr(**calendar: Any) -> FundingRule:
    national = next(rule for rule in load_rules() if rule.name == "DETR")
    return replace(national, calendar=Calendar(**calendar), replaced=())


def programmes_of(request: PlanRequest) -> set[str]:
    return set(make_plan(request).financing["programme"])


def test_an_action_ordered_before_its_file_was_received_loses_the_aid(request_of: RequestOf) -> None:
    row = {"cost": 20000.0, "kwh": 40000.0}
    rules = [detr(order="after_receipt", receipt_months=3)]
    free = request_of([row], rules=rules, territory=SMALL)
    early = request_of([{**row, "facts": {"ordered_on": "2026-10-15"}}], rules=rules, territory=SMALL)
    received = {"DETR": {"deposited_on": "2026-06-01", "received_on": "2026-09-01"}}
    filed = request_of(
        [{**row, "facts": {"ordered_on": "2026-10-15", "files": received}}], rules=rules, territory=SMALL
    )
    assert programmes_of(free) == {"DETR"}
    assert programmes_of(early) == set()
    assert programmes_of(filed) == {"DETR"}


def test_a_window_that_is_over_puts_the_aid_off_to_the_next_year() -> None:
    rules = [detr(order="after_receipt", receipt_months=3, deposit=(DepositWindow(opens=(1, 1), closes=(1, 10)),))]
    gated = GatedPlans(Agenda(Parameters(CORE_FOLDER, DATE), DATE), rules, SMALL, TERMS)
    found = gated.by_year(LED, 20000.0, [2027, 2028])
    assert [[aid.rule.name for plan in plans for aid in plan.aids] for plans in found.values()] == [
        [],
        ["DETR"],
    ]


def test_without_gates_in_the_way_the_plans_are_those_of_the_rules_alone() -> None:
    rules = load_rules()
    agenda = Agenda(Parameters(CORE_FOLDER, DATE), DATE)
    gated = GatedPlans(agenda, rules, SMALL, TERMS).by_year(LED, 20000.0, [2028])[2028]
    order = agenda.works(2028, LED, 20000.0).order
    alone = financing_plans(LED, SMALL, rules, order, cost_eur=20000.0, terms=TERMS)
    assert [plan.total_eur for plan in gated] == pytest.approx([plan.total_eur for plan in alone])


def test_an_earlier_order_adds_only_what_it_alone_allows() -> None:
    ending = replace(detr(), name="ENDING", until=dt.date(2027, 4, 30), incompatible=frozenset())
    rules = [detr(), ending]
    gated = GatedPlans(Agenda(Parameters(CORE_FOLDER, DATE), DATE), rules, SMALL, TERMS)
    plans = gated.by_year(LED, 20000.0, [2027, 2028])
    names = {year: [{aid.rule.name for aid in plan.aids} for plan in found] for year, found in plans.items()}
    assert names[2028].count({"DETR"}) == names[2027].count({"DETR"}) > 0
    assert any("ENDING" in found for found in names[2027])
    assert not any("ENDING" in found for found in names[2028])


def test_the_schedule_of_a_plan_is_in_the_order_of_life(request_of: RequestOf) -> None:
    rows = [{"cost": 20000.0, "kwh": 40000.0}, {"cost": 150000.0, "kwh": 300000.0}]
    request = request_of(rows, territory=SMALL, budgets={("111111118", "M57_main"): [400000.0] * 3})
    result = make_plan(request)
    frame = schedule_frame(request, result)
    chosen = result.plan.filter(pl.col("decision") == "in")
    assert set(frame["action_id"]) == set(chosen["action_id"])
    asked = set(zip(result.financing["action_id"], result.financing["programme"], strict=True))
    told = frame.filter(pl.col("milestone") == "deposit")
    assert set(zip(told["action_id"], told["programme"], strict=True)) == asked
    for action in chosen["action_id"]:
        mine = frame.filter(pl.col("action_id") == action)
        last = {name: mine.filter(pl.col("milestone") == name)["latest"] for name in MILESTONES}
        assert last["council"].min() < last["deposit"].min() <= last["order"].item()
        assert last["receipt"].max() <= last["order"].item()
        assert last["consultation"].item() < last["order"].item() < last["start"].item() < last["end"].item()
        assert last["end"].item() < last["balance"].min()
        assert last["end"].item().year == mine["year"][0]
    slack = frame.drop_nulls("slack_days")
    assert (slack["slack_days"] == (slack["latest"] - slack["earliest"]).dt.total_days()).all()


def test_actions_of_one_file_are_deposited_together(request_of: RequestOf) -> None:
    rows = [{"cost": 20000.0, "kwh": 40000.0}, {"cost": 150000.0, "kwh": 300000.0}]
    request = request_of(rows, territory=SMALL, budgets={("111111118", "M57_main"): [400000.0]}, first_year=2028)
    frame = schedule_frame(request, make_plan(request))
    yearly = {rule.name for rule in load_rules() if rule.file == "year"}
    deposits = frame.filter((pl.col("milestone") == "deposit") & pl.col("programme").is_in(list(yearly)))
    assert len(deposits) >= 2
    for _, days in deposits.group_by("programme", "year"):
        assert days["latest"].n_unique() == 1


def test_an_aid_that_was_granted_is_counted_for_what_it_is(request_of: RequestOf) -> None:
    granted = {"DETR": {"deposited_on": "2026-01-05", "agreed_on": "2026-06-20", "amount_eur": 4321.0}}
    row = {"cost": 20000.0, "kwh": 40000.0, "facts": {"files": granted}}
    request = request_of([row], rules=[detr(order="after_receipt", receipt_months=3)], territory=SMALL)
    (aid,) = make_plan(request).financing.to_dicts()
    assert (aid["programme"], aid["amount_eur"], aid["status"]) == ("DETR", 4321.0, "certain")
    assert (aid["low_eur"], aid["high_eur"]) == (4321.0, 4321.0)
    counter = ask(counter_request(facts={**LED, "files": granted}), agenda())
    assert counter.best.plan.total_eur == 4321.0
    assert counter.stamped[0].verdict == "granted"


def test_works_let_together_are_consulted_as_one_contract() -> None:
    def one(name: str, cost: float) -> Operation:
        return Operation(
            action_id=name, year=2028, cost_eur=cost, facts={"chantier": "lighting"}, aids=(), payer="1 M57_main"
        )

    told = agenda()
    launch = {
        len(found): schedule_of(found, told).filter(pl.col("milestone") == "consultation")["latest"].unique().to_list()
        for found in ([one("A", 60000.0)], [one("A", 60000.0), one("B", 60000.0)])
    }
    assert launch == {1: [dt.date(2028, 8, 31)], 2: [dt.date(2028, 6, 30)]}


def counter_request(**changes: Any) -> Request:
    told: dict[str, Any] = {
        "action_id": "A0", "facts": {**LED, "budget": "M57_main", "vat_rate": 0.2}, "territory": SMALL,
        "rules": [detr(order="after_receipt", receipt_months=3)], "known": core_facts(), "year": 2027,
        "cost_eur": 20000.0, "vat_rate": 0.2, "vat_back": 0.16404, "vat_lag": 2, "vat_channel": "fctva", "terms": TERMS,
        **changes,
    }  # fmt: skip
    return Request(**told)


def agenda() -> Agenda:
    return Agenda(Parameters(CORE_FOLDER, DATE), DATE)


def test_the_counter_adds_up_the_aids_and_what_is_left() -> None:
    counter = ask(counter_request(), agenda())
    assert [round(stack.plan.total_eur) for stack in counter.stacks] == [6000, 0]
    best = counter.best
    assert best.own_eur == pytest.approx(14000.0)
    assert best.rest_eur == pytest.approx(24000.0 - 6000.0 - 24000.0 * 0.16404)
    cash = cash_of(counter.request, best)
    flows = cash.filter(pl.col("line") != "balance")
    assert flows["amount_eur"].sum() == pytest.approx(-best.rest_eur)
    assert cash.filter(pl.col("line") == "balance")["amount_eur"][-1] == pytest.approx(-best.rest_eur)
    assert dict(flows.filter(pl.col("line") == "fctva").select("year", "amount_eur").iter_rows())[2029] == (
        pytest.approx(3936.96)
    )


@pytest.mark.parametrize(
    ("facts", "year", "code"),
    [
        ({}, 2027, "BOC-DEC-202"),
        ({"ordered_on": "2026-10-15"}, 2027, "BOC-DEC-221"),
        ({}, 2026, "BOC-DEC-222"),
        ({"works_months": 60}, 2033, "BOC-DEC-223"),
        ({"files": {"DETR": {"deposited_on": "2026-01-10", "refused_on": "2026-06-20"}}}, 2027, "BOC-DEC-224"),
    ],
)
def test_the_counter_says_how_the_calendar_loses_an_aid(facts: dict[str, Any], year: int, code: str) -> None:
    rules = [detr(order="after_receipt", receipt_months=3, finish_within_months=48)]
    counter = ask(counter_request(facts={**LED, **facts}, year=year, rules=rules), agenda())
    (stamped,) = counter.stamped
    assert stamped.code == code
    assert (stamped.verdict == "out_of_time") is (code != "BOC-DEC-202")
    for language in ("fr", "en"):
        for part in ("what", "why", "fix"):
            assert stamped.say(part, language)  # type: ignore[arg-type]
            assert "{" not in stamped.say(part, language)  # type: ignore[arg-type]
    assert any(stack.plan.aids for stack in counter.stacks) is (code == "BOC-DEC-202")


def test_an_aid_that_is_lost_in_time_does_not_shut_out_another() -> None:
    lost = detr(order="after_receipt", receipt_months=3, deposit=(DepositWindow(opens=(1, 1), closes=(1, 10)),))
    rival = replace(detr(), name="RIVAL", incompatible=frozenset({"DETR"}))
    counter = ask(counter_request(rules=[replace(lost, incompatible=frozenset({"RIVAL"})), rival]), agenda())
    assert {one.judged.programme: one.verdict for one in counter.stamped} == {
        "DETR": "out_of_time",
        "RIVAL": "possible",
    }


def test_what_is_lent_never_exceeds_what_is_left() -> None:
    loans = [rule for rule in load_rules() if rule.name == "LOAN-BANK"]
    counter = ask(counter_request(rules=[detr(), *loans]), agenda())
    (loan,) = lent(counter).to_dicts()
    assert loan["principal_eur"] == pytest.approx(counter.best.rest_eur)
    rate, years = loan["rate"], loan["years"]
    assert loan["annuity_eur_year"] == pytest.approx(loan["principal_eur"] * rate / (1 - (1 + rate) ** -years))
    assert np.isfinite(json.loads(json.dumps(loan))["annuity_eur_year"])
