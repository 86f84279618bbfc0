"""Obligations, exclusions, preferences, staff time: what council, law and inhabitants change in a plan."""

import itertools
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from bocage.decide.answer.planning import make_plan
from bocage.decide.question.choices import read_wishes
from bocage.decide.question.request import Borrowing, Choice, PlanRequest
from bocage.vocabulary.codes import BocageError
from bocage.vocabulary.text import LANGUAGES

SIREN = "111111118"
PAYER = (SIREN, "M57_main")
RequestOf = Callable[..., PlanRequest]
CITY = {"kind": "commune", "population": 60000, "department": "35"}
NOT_LED = {"facts": {"led": False}}
GOOD = {"cost": 10000, "kwh": 9000, **NOT_LED}
POOR = {"cost": 10000, "kwh": 100, **NOT_LED}
LAW = {"law": "arrêté du 27 décembre 2018, art. 8", "deadline_year": 2024}


def must(*actions: str, **more: Any) -> Choice:
    return Choice(choice="mandatory", actions=actions, reason="Délibération 12", **more)


def decisions(result: Any) -> dict[str, str]:
    return dict(zip(result.plan["action_id"], result.plan["decision"], strict=True))


def years(result: Any) -> dict[str, int | None]:
    return dict(zip(result.plan["action_id"], result.plan["year"], strict=True))


def test_an_obligation_is_met_in_time_whatever_it_brings(request_of: RequestOf) -> None:
    # Money for one works a year: without obligation the good one comes first, and the poor one never.
    settings: dict[str, Any] = {"territory": CITY, "budgets": {PAYER: [12500.0, 12500.0, 0.0]}}
    free = make_plan(request_of([GOOD, POOR], **settings))
    assert decisions(free) == {"A0": "in", "A1": "out"}
    held = make_plan(request_of([GOOD, POOR], choices=[must("A1", by_year=2027)], **settings))
    assert years(held) == {"A0": 2028, "A1": 2027}
    duty = held.duties.row(0, named=True)
    assert (duty["origin"], duty["reason"], duty["due_year"], duty["year"]) == (
        "council",
        "Délibération 12",
        2027,
        2027,
    )


def test_one_of_the_actions_of_an_obligation_is_enough(request_of: RequestOf) -> None:
    rows = [{**POOR, "cost": 9000}, {**POOR, "cost": 8000}]
    result = make_plan(request_of(rows, territory=CITY, choices=[must("A0", "A1")]))
    assert decisions(result) == {"A0": "out", "A1": "in"}


def test_what_is_excluded_is_never_done_nor_what_needs_it(request_of: RequestOf) -> None:
    rows = [GOOD, {**GOOD, "requires": ["A0"]}, GOOD]
    out = Choice(choice="excluded", actions=["A0"], reason="Site classé")
    result = make_plan(request_of(rows, territory=CITY, choices=[out], budgets={PAYER: [99999.0] * 3}))
    assert decisions(result) == {"A0": "out", "A1": "out", "A2": "in"}
    reasons = dict(zip(result.reasons["action_id"], result.reasons["code"], strict=True))
    assert (reasons["A0"], reasons["A1"]) == ("BOC-DEC-117", "BOC-DEC-110")


def test_a_deadline_of_law_in_the_facts_makes_an_obligation(request_of: RequestOf) -> None:
    rows = [{**POOR, "facts": {"led": False, **LAW}}]
    assert decisions(make_plan(request_of(rows, territory=CITY))) == {"A0": "in"}
    assert decisions(make_plan(request_of(rows, territory=CITY, law_deadlines=False))) == {"A0": "out"}
    told = make_plan(request_of(rows, territory=CITY))
    assert LAW["law"] in told.reasons["reason_fr"].item()


def test_a_deadline_after_the_plan_obliges_to_nothing_yet(request_of: RequestOf) -> None:
    rows = [{**POOR, "facts": {"led": False, "law": "décret", "deadline_year": 2030}}]
    assert decisions(make_plan(request_of(rows, territory=CITY)))["A0"] == "out"


def test_alternatives_of_one_lot_make_one_obligation(request_of: RequestOf) -> None:
    facts = {"led": False, **LAW}
    rows = [{**POOR, "facts": facts, "exclusive_group": "lot"}, {**POOR, "facts": facts, "exclusive_group": "lot"}]
    wishes = read_wishes(request_of(rows))
    assert [duty.actions for duty in wishes.obligations] == [(0, 1)]
    assert wishes.obligations[0].due_year == 2024
    assert wishes.obligations[0].latest == 2


def test_an_obligation_of_law_that_is_out_of_reach_is_told_and_not_refused(request_of: RequestOf) -> None:
    rows = [{**POOR, "standing": "waits", "first_year": 9999, "facts": {"led": False, **LAW}}]
    result = make_plan(request_of(rows, territory=CITY))
    assert decisions(result) == {"A0": "waits"}
    assert result.duties["year"].to_list() == [None]


def test_preferences_may_be_kept(request_of: RequestOf) -> None:
    wish = Choice(choice="preferred", actions=["A0", "A1"], votes=3)
    rows = [POOR, {**POOR, "cost": 9000}, GOOD]
    assert decisions(make_plan(request_of(rows, territory=CITY, choices=[wish])))["A1"] == "out"
    kept = make_plan(request_of(rows, territory=CITY, choices=[wish], keep_preferred=True))
    assert decisions(kept) == {"A0": "out", "A1": "in", "A2": "in"}


def test_a_choice_without_action_is_told(request_of: RequestOf) -> None:
    wishes = read_wishes(request_of([GOOD], choices=[must("GONE")]))
    assert wishes.unmatched == ["Délibération 12"]
    assert not wishes.obligations


REFUSALS = {
    "BOC-DEC-010": ([GOOD], {"choices": [must("A0"), Choice(choice="excluded", actions=["A0"], reason="Vue")]}),
    "BOC-DEC-011": (
        [{**GOOD, "standing": "waits", "first_year": 2029, "contract_id": "MPGP"}],
        {"choices": [must("A0", by_year=2028)]},
    ),
    "BOC-DEC-012": ([{**GOOD, "budget": "M49_water"}], {"choices": [must("A0")]}),
    "BOC-DEC-013": (
        [{**GOOD, "standing": "request", "owner_siren": "222222226"}],
        {"choices": [must("A0")]},
    ),
    "BOC-DEC-014": ([{**GOOD, "first_year": 2029}], {"choices": [must("A0", by_year=2028)]}),
    "BOC-DEC-016": ([{**GOOD, "cost": 90000}], {"choices": [must("A0")]}),
}


@pytest.mark.parametrize("code", REFUSALS)
def test_an_obligation_that_cannot_be_met_says_what_prevents_it(request_of: RequestOf, code: str) -> None:
    rows, settings = REFUSALS[code]
    with pytest.raises(BocageError) as refusal:
        make_plan(request_of(rows, territory=CITY, **settings))
    assert refusal.value.code == code
    for language in LANGUAGES:
        for said in (refusal.value.say("what", language), refusal.value.say("fix", language)):
            assert "{" not in said
            assert "None" not in said
        assert "bocage " in refusal.value.say("fix", language)


def test_the_budget_that_an_obligation_asks_for_does(request_of: RequestOf) -> None:
    rows, settings = REFUSALS["BOC-DEC-016"]
    with pytest.raises(BocageError) as refusal:
        make_plan(request_of(rows, territory=CITY, **settings))
    yearly = float(refusal.value.values["yearly"])  # type: ignore[arg-type]
    # 108 000 EUR, VAT included, saved up over three years: the obligation has no earlier deadline.
    assert yearly == pytest.approx(36000, abs=100)
    done = make_plan(request_of(rows, territory=CITY, budgets={PAYER: [yearly] * 3}, **settings))
    assert decisions(done) == {"A0": "in"}


def test_a_loan_makes_an_obligation_possible(request_of: RequestOf) -> None:
    rows, settings = REFUSALS["BOC-DEC-016"]
    loan = Borrowing(limit_eur=[100000.0] * 3, rate=[0.03] * 3, years=[15] * 3)
    done = make_plan(request_of(rows, territory=CITY, borrowing={PAYER: loan}, **settings))
    assert decisions(done) == {"A0": "in"}


# Staff


def test_no_year_asks_more_days_than_staff_have(request_of: RequestOf) -> None:
    rows = [{"cost": 3000, "kwh": 5000, "facts": {"led": False, "staff_days": 4}} for _ in range(6)]
    result = make_plan(request_of(rows, territory=CITY, staff_days={PAYER: [8.0, 4.0, 3.0]}))
    started = [year for year in years(result).values() if year]
    assert sorted(started) == [2027, 2027, 2028]


def test_another_payers_days_are_its_own(request_of: RequestOf) -> None:
    facts = {"led": False, "staff_days": 4}
    rows = [
        {"cost": 3000, "kwh": 5000, "facts": facts},
        {"cost": 3000, "kwh": 5000, "facts": facts, "budget": "syndicate"},
    ]
    other = (SIREN, "syndicate")
    budgets = {PAYER: [9000.0] * 3, other: [9000.0] * 3}
    result = make_plan(request_of(rows, territory=CITY, budgets=budgets, staff_days={PAYER: [0.0] * 3}))
    assert decisions(result) == {"A0": "out", "A1": "in"}


def test_facts_of_the_request_are_not_changed(request_of: RequestOf) -> None:
    request = request_of([{**GOOD, "facts": {"led": False, **LAW}}])
    before = json.loads(request.actions["facts"].item())
    read_wishes(request)
    assert json.loads(request.actions["facts"].item()) == before


# What contradicts what


def refusal_of(request: PlanRequest) -> BocageError:
    with pytest.raises(BocageError) as refusal:
        make_plan(request)
    return refusal.value


def test_obligations_that_the_budget_cannot_hold_together_are_named_with_what_would_do(request_of: RequestOf) -> None:
    # Each obligation can be paid alone; both by 2027 ask 24 000 EUR, and there are 15 000.
    rows = [POOR, POOR, GOOD]
    duties = [
        Choice(choice="mandatory", actions=["A0"], by_year=2027, reason="Délibération 12"),
        Choice(choice="mandatory", actions=["A1"], by_year=2027, reason="Délibération 13"),
    ]
    settings: dict[str, Any] = {"territory": CITY, "choices": duties}
    fault = refusal_of(request_of(rows, budgets={PAYER: [15000.0, 15000.0, 15000.0]}, **settings))
    assert fault.code == "BOC-DEC-015"
    for language in LANGUAGES:
        what, fix = fault.say("what", language), fault.say("fix", language)
        assert all(name in what for name in ("Délibération 12", "Délibération 13", "2027", SIREN, "M57_main"))
        assert "2028" in fix
        assert "{" not in what + fix
    command = fault.say("fix", "en").split("--budget ")[1]
    yearly = float("".join(itertools.takewhile(str.isdigit, command)))
    assert yearly == pytest.approx(24000, abs=300)
    assert decisions(make_plan(request_of(rows, budgets={PAYER: [yearly] * 3}, **settings)))["A1"] == "in"
    later = [duties[0], replace(duties[1], by_year=2028)]
    done = make_plan(request_of(rows, territory=CITY, budgets={PAYER: [15000.0] * 3}, choices=later))
    assert decisions(done)["A1"] == "in"


def test_staff_that_lack_for_an_obligation_are_told_in_days(request_of: RequestOf) -> None:
    rows = [{**POOR, "facts": {"led": False, "staff_days": 9}}]
    fault = refusal_of(
        request_of(rows, territory=CITY, choices=[must("A0", by_year=2027)], staff_days={PAYER: [5.0, 5.0, 9.0]})
    )
    assert fault.code == "BOC-DEC-015"
    assert "4.0 days of staff in 2027" in fault.say("fix", "en")
    assert "2029" in fault.say("fix", "en")
    assert "4,0 jours" in fault.say("fix", "fr")


def test_a_deadline_of_law_that_money_cannot_meet_says_how_to_plan_without(request_of: RequestOf) -> None:
    rows = [{**POOR, "cost": 90000, "facts": {"led": False, **LAW}}]
    fault = refusal_of(request_of(rows, territory=CITY))
    assert fault.code == "BOC-DEC-015"
    assert "bocage plan --ignore-deadlines" in fault.say("fix", "fr")
    assert LAW["law"] in fault.say("what", "fr")


def test_a_minimum_out_of_reach_is_told_by_the_best_there_is(request_of: RequestOf) -> None:
    fault = refusal_of(request_of([GOOD, GOOD], territory=CITY, floors={"energy": 60000.0}))
    assert fault.code == "BOC-DEC-005"
    best = fault.values["best"]
    held = make_plan(request_of([GOOD, GOOD], territory=CITY, floors={"energy": 0.999 * best}))  # type: ignore[operator]
    assert set(decisions(held).values()) == {"in"}


def test_a_minimum_and_an_exclusion_are_told_together(request_of: RequestOf) -> None:
    out = Choice(choice="excluded", actions=["A0"], reason="Site classé")
    fault = refusal_of(request_of([GOOD, GOOD], territory=CITY, floors={"energy": 12000.0}, choices=[out]))
    assert fault.code == "BOC-DEC-005"
    assert 0 < fault.values["best"] < 9000  # type: ignore[operator]
