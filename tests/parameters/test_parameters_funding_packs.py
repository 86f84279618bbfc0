"""Packs of funding rules: their JSON Schema, the official list of CEE sheets, their sources and their words."""

import copy
import csv
import datetime as dt
import json
import tempfile
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any, get_args

import jsonschema
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from bocage.finance.public import cumulated_kwh
from bocage.parameters.funding_rules import (
    EXAMPLES_FOLDER,
    FUNDING_FOLDER,
    LENT,
    Cash,
    Condition,
    FunderKind,
    FundingRule,
    Order,
    RuleError,
    cee_zones,
    core_facts,
    load_examples,
    load_law,
    load_law_examples,
    load_rules,
)
from bocage.parameters.funding_rules.facts import fact_codes
from bocage.parameters.funding_rules.law import LAW_FOLDER
from bocage.parameters.funding_rules.reading import rule_files
from bocage.parameters.funding_rules.rule import Base
from bocage.parameters.reader import CORE_FOLDER, STATUSES, Parameters
from bocage.twin.conformance.citation import LOOSE, reference_faults
from bocage.vocabulary.units import units

SCHEMA = json.loads((Path(__file__).parents[2] / "schemas/funding/rule.schema.json").read_text(encoding="utf-8"))
RULES = load_rules(FUNDING_FOLDER, EXAMPLES_FOLDER)
PATHS = [*rule_files(FUNDING_FOLDER), *rule_files(EXAMPLES_FOLDER)]


def as_json(path: Path) -> Any:
    """A YAML pack as JSON: dates become texts."""
    return json.loads(json.dumps(yaml.safe_load(path.read_text(encoding="utf-8")), default=str))


def faults(pack: Any) -> list[str]:
    return [error.message for error in jsonschema.Draft202012Validator(SCHEMA).iter_errors(pack)]


def test_the_schema_is_one() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_every_pack_fits_the_schema(path: Path) -> None:
    assert faults(as_json(path)) == []


def test_the_schema_names_what_the_code_names() -> None:
    named = SCHEMA["$defs"]
    assert named["funder_kind"]["enum"] == list(get_args(FunderKind))
    assert named["status"]["enum"] == list(STATUSES)
    assert named["calendar"]["properties"]["order"]["enum"] == list(get_args(Order))
    assert named["rate"]["properties"]["of"]["enum"] == list(get_args(Base))
    assert SCHEMA["properties"]["cash"]["enum"] == list(get_args(Cash))


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("award", "certain"),
        ("funder_kind", "europe"),
        ("payment", {"advance": 1.2, "lag_years": 1}),
        ("payment", {"advance": 0.2}),
        ("incompatible", [{"funder_kind": "moon"}]),
        ("versions", []),
        ("surprise", 1),
        ("replaces", "DSIL"),
    ],
)
def test_the_schema_refuses_what_the_reader_refuses(key: str, value: object) -> None:
    pack = as_json(FUNDING_FOLDER / "detr.yaml")
    assert faults({**pack, key: value})


Place = tuple[str | int, ...]


def places(value: Any, place: Place = ()) -> Iterator[Place]:
    """Every place of a pack, its own keys and those of what it holds."""
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, part in inside:
        yield (*place, key)
        yield from places(part, (*place, key))


ODD: list[Any] = [
    0, -1, 0.5, 1.5, 2, "", "x", "points", "action.led", "territory.population", [], [1], ["commune"], {}, {"a": 1},
    True, False, dt.date(2020, 1, 1), float("inf"), [[]], {"not": []}, {1: 2},
]  # fmt: skip
ALONE = [yaml.safe_load(path.read_text(encoding="utf-8")) for path in PATHS]
for one in ALONE:
    one["incompatible"] = []
    one.pop("replaces", None)
    for each in one["versions"]:
        each.pop("incompatible", None)


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_what_the_reader_accepts_the_schema_accepts(drawn: st.DataObject) -> None:
    """A pack damaged anywhere is refused with a reason, or is one that the schema allows."""
    pack = copy.deepcopy(drawn.draw(st.sampled_from(ALONE)))
    *way, last = drawn.draw(st.sampled_from(list(places(pack))))
    holder = pack
    for key in way:
        holder = holder[key]
    if isinstance(holder, dict) and drawn.draw(st.booleans()):
        del holder[last]
    else:
        holder[last] = drawn.draw(st.sampled_from(ODD))
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "pack.yaml").write_text(yaml.safe_dump(pack), encoding="utf-8")
        try:
            load_rules(Path(folder))
        except RuleError as fault:
            assert fault.say("fix", "fr") and fault.say("what", "en")
        else:
            assert faults(json.loads(json.dumps(pack, default=str))) == []


def test_every_rule_says_where_it_comes_from_in_both_languages() -> None:
    for rule in RULES:
        assert reference_faults(rule.reference) == [], rule.name
        assert rule.calendar.reference is None or reference_faults(rule.calendar.reference) == [], rule.name
        for texts in (rule.label, rule.funder, rule.note):
            assert set(texts) == {"fr", "en"}
            assert not LOOSE.search(texts["fr"]), texts["fr"]
        assert rule.status != "verified" or rule.checked_on is not None, rule.name


def test_every_programme_has_worked_examples() -> None:
    examples = load_examples(FUNDING_FOLDER, EXAMPLES_FOLDER)
    assert {rule.name for rule in RULES} == {example.programme for example in examples}
    paid = {example.programme for example in examples if example.expect["amounts_eur"]}
    promised = {r.name for r in RULES if r.cash in ("grant", "certificate") and not r.amount_unknown}
    assert promised <= paid, "a programme that promises money shows a sum worked by hand"


def conditions(rule: FundingRule) -> Iterator[Condition]:
    stack = [*rule.eligibility, *rule.scope]
    while stack:
        one = stack.pop()
        stack += one.parts
        yield one


def test_facts_have_a_unit_and_words_for_their_codes() -> None:
    facts = core_facts()
    assert all(fact.unit in units() for fact in facts.values())
    read = {one.fact for rule in RULES for one in conditions(rule) if one.fact}
    assert read <= set(facts)
    for name in read:
        for code in facts[name].codes:
            assert (name, code) in fact_codes() or code[0].isupper(), "an acronym needs no words, a code does"
    for name, code in fact_codes():
        assert code in facts[name].codes or not facts[name].codes, (name, code)


def sheets(path: Path) -> dict[str, dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return {row["code"]: row for row in csv.DictReader(stream, delimiter=";")}


LISTED_ON = dt.date(2025, 7, 15)
"""The official list is that of July 2025."""


@pytest.mark.data
def test_sheets_of_white_certificates_agree_with_the_official_list(data: Path) -> None:
    """Code, version in force and dates of every sheet that the list of July 2025 knows."""
    official = sheets(data / "decision" / "cee_fiches.csv")
    checked = set()
    for name in {rule.name for rule in RULES if rule.cash == "certificate"}:
        code = name.removeprefix("CEE-")
        versions = [rule for rule in RULES if rule.name == name]
        if code not in official:
            assert all(rule.since > LISTED_ON for rule in versions), f"{code} began before the list and is not in it"
            continue
        row = official[code]
        last = dt.date.fromisoformat(row["date_fin"]) - dt.timedelta(days=1) if row["date_fin"] else None
        listed = next(rule for rule in versions if rule.in_force(last or LISTED_ON))
        assert listed.legal_basis == f"{code} v{row['version']}"
        assert listed.since >= dt.date.fromisoformat(row["date_debut"])
        assert last is None or listed.until == last
        checked.add(code)
    assert {"RES-EC-104", "RES-EC-103", "BAT-EN-101", "BAT-EN-104", "BAT-TH-116", "BAT-TH-127"} <= checked


def test_versions_of_a_sheet_follow_each_other_without_a_gap() -> None:
    for name in {rule.name for rule in RULES if rule.cash == "certificate"}:
        for earlier, later in pairwise(sorted((r for r in RULES if r.name == name), key=lambda rule: rule.since)):
            assert earlier.until == later.since - dt.timedelta(days=1), name


def test_every_departement_has_a_climate_zone() -> None:
    zones = cee_zones()
    mainland = {f"{number:02d}" for number in range(1, 96) if number != 20} | {"2A", "2B"}
    assert mainland <= set(zones)
    assert set(zones.values()) == {"H1", "H2", "H3"}
    assert all(zones[code] == "H3" for code in ("971", "972", "973", "974", "976"))


def test_discount_factors_of_the_scheme() -> None:
    factors = [round(cumulated_kwh(1.0, years), 2) for years in (6, 15, 20, 25, 30)]
    assert factors == [5.45, 11.56, 14.13, 16.25, 17.98]


@pytest.mark.parametrize("year", [2014, 2015, 2025, 2026])
def test_the_rate_of_the_fctva_is_that_of_the_dated_parameter(year: int) -> None:
    date = dt.date(year, 6, 1)
    rule = next(rule for rule in RULES if rule.name == "FCTVA" and rule.in_force(date))
    assert rule.rate is not None
    assert rule.rate.low == Parameters(CORE_FOLDER, date).number("public_finance.fctva_rate")


@pytest.mark.parametrize("year", [2015, 2025, 2026])
def test_the_fctva_comes_back_when_the_dated_parameter_says(year: int) -> None:
    date = dt.date(year, 6, 1)
    rule = next(rule for rule in RULES if rule.name == "FCTVA" and rule.in_force(date))
    assert rule.payment.lag_by is not None
    assert dict(rule.payment.lag_by.by_code) == Parameters(CORE_FOLDER, date)["public_finance.fctva_lag"].value


def test_a_bank_loan_is_that_of_the_dated_parameters() -> None:
    date = dt.date(2026, 6, 1)
    parameters = Parameters(CORE_FOLDER, date)
    loan = next(rule for rule in RULES if rule.name == "LOAN-BANK" and rule.in_force(date)).repayment
    assert loan is not None
    assert (loan.rate, loan.years) == (parameters.number("payers.loan_rate"), parameters.number("payers.loan_years"))


@pytest.mark.parametrize("name", ["own_share", "own_share_overseas", "own_share_lead"])
def test_the_own_share_is_that_of_the_dated_parameters(name: str) -> None:
    """The limit and the parameter that older readers use say the same."""
    label = {"own_share": "general rule", "own_share_overseas": "overseas", "own_share_lead": "lead of a shared power"}
    for year in (2015, 2023, 2026):
        date = dt.date(year, 6, 1)
        rule = next(one for one in load_law() if one.measure == "own_share" and one.in_force(date))
        cases = {case.label["en"]: case.value for case in rule.cases}
        value = Parameters(CORE_FOLDER, date).number(f"public_finance.{name}")
        assert cases.get(label[name], cases["general rule"]) == value


def test_limits_of_the_law_have_sources_and_examples() -> None:
    assert {rule.name for rule in load_law()} == {example.name for example in load_law_examples()}
    assert len(list(LAW_FOLDER.glob("*.yaml"))) == len({rule.name for rule in load_law()})
    for rule in load_law():
        assert reference_faults(rule.reference) == []
        assert rule.cases[-1].when == (), "the last case is the general rule"


def test_money_that_is_lent_says_how_it_is_paid_back() -> None:
    lent = [rule for rule in RULES if rule.cash in LENT]
    assert {rule.repayment.source for rule in lent if rule.repayment} == {"savings", "budget"}
    assert not any(rule.public for rule in lent), "a loan is no public aid"


def test_an_example_pack_holds_nowhere_real() -> None:
    examples = [rule for rule in RULES if rule.example]
    assert [rule.name for rule in examples] == ["DETR-EXAMPLE"]
    assert not any(rule.example for rule in load_rules())
    assert "00" not in cee_zones()
