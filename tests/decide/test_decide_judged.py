"""Every programme judged for an action: its verdict, the sentence that says why, and what to write."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bocage.decide.funding.eligibility import judge
from bocage.decide.funding.financing import Terms, financing_plans
from bocage.decide.funding.judged import CODES, Judged, judge_programmes
from bocage.decide.funding.offers import offers_of
from bocage.decide.funding.refusal import Refusal, refusals, said, write
from bocage.parameters.funding_rules import (
    EXAMPLES_FOLDER,
    FUNDING_FOLDER,
    Condition,
    FundingRule,
    core_facts,
    load_law,
    load_rules,
)
from bocage.parameters.funding_rules.rule import Test as Comparison
from bocage.vocabulary.codes import core_codes

RULES = load_rules(FUNDING_FOLDER, EXAMPLES_FOLDER)
TERMS = Terms(own_share=0.2, certificate_price=8.0, certificate_low=6.0, certificate_high=10.0, laws=load_law())
DATE = dt.date(2026, 6, 1)
LED: dict[str, Any] = {
    "chantier": "lighting", "led": True, "points": 100, "points_with_dimming": 100, "points_with_detection": 0,
    "park_share": 0.05, "budget": "M57_main", "vat_rate": 0.2, "saving_share": 0.6, "payback_years": 9.0,
}  # fmt: skip
TOWN: dict[str, Any] = {
    "kind": "commune", "population": 3400, "overseas": False, "department": "53", "funding_rules": [],
    "financial_potential_ratio": 1.4, "fctva_regime": "commune",
}  # fmt: skip


def verdicts(
    action: Mapping[str, Any] = LED,
    territory: Mapping[str, Any] = TOWN,
    date: dt.date = DATE,
    terms: Terms = TERMS,
    cost: float = 50_000.0,
    rules: tuple[FundingRule, ...] = RULES,
) -> dict[str, Judged]:
    judged = judge_programmes(action, territory, rules, date, cost_eur=cost, terms=terms)
    return {one.programme: one for one in judged}


def test_every_programme_is_judged_once() -> None:
    judged = judge_programmes(LED, TOWN, RULES, DATE, cost_eur=50_000.0, terms=TERMS)
    assert [one.programme for one in judged] == sorted({rule.name for rule in RULES})


def test_a_refusal_names_the_fact_its_value_and_the_threshold() -> None:
    one = verdicts()["DETR"]
    assert one.verdict == "refused"
    ratio = "potentiel financier par habitant rapporté à la moyenne de la strate"
    assert one.say("what", "fr") == f"Refusée\u202f: population 3\u202f400 > 2\u202f000\u202f; {ratio} 1,4 ≥ 1,3"
    assert one.say("what", "en").startswith("Refused: population 3,400 > 2,000; ")


def test_a_missing_fact_is_named_with_where_to_write_it() -> None:
    one = verdicts(territory={**TOWN, "financial_potential_ratio": None})["DETR"]
    assert one.verdict == "missing_fact"
    assert [fact.name for fact in one.missing] == ["territory.financial_potential_ratio"]
    assert one.say("fix", "en") == "Fill in territory.toml, [plan] financial_potential_ratio"
    assert one.amount_eur == pytest.approx(15_000.0), "what it might bring is told"


def test_a_fact_of_the_amount_that_is_missing_is_named_too() -> None:
    school = {"chantier": "buildings", "work": "wall", "sector": "school", "area_m2": 100}
    one = verdicts(school)["CEE-BAT-EN-102"]
    assert one.verdict == "missing_fact"
    assert [fact.name for fact in one.missing] == ["action.heating"]
    place = "funding/facts.yaml, under actions then the identifier of the action: heating"
    assert one.say("fix", "en") == f"Fill in {place}"


def test_facts_of_one_place_are_listed_together() -> None:
    one = verdicts({"chantier": "water", "grouped_programme": True})["AGENCE-LOIRE-BRETAGNE"]
    keys = "degressive_water_tariff, sispea_filled, water_agency, water_price_eur_m3"
    assert one.say("fix", "fr") == f"Renseigner funding/facts.yaml, sous «\u202fterritory\u202f»\u202f: {keys}"


def test_a_dimension_that_no_rule_asked_for_is_not_missing() -> None:
    assert verdicts()["CEE-RES-EC-104"].missing == ()


@pytest.mark.parametrize(
    ("programme", "changes", "verdict", "code"),
    [
        ("CEE-RES-EC-104", {}, "granted", "BOC-DEC-219"),
        (
            "SYNDICATE-319A",
            {"territory": {**TOWN, "funding_rules": ["SYNDICATE-319A"]}},
            "granted",
            "BOC-DEC-201",
        ),
        ("DETR", {"territory": {**TOWN, "population": 1500}}, "possible", "BOC-DEC-202"),
        ("DSIL", {}, "possible", "BOC-DEC-203"),
        ("AGENCE-LOIRE-BRETAGNE", {"action": {"chantier": "water"}}, "missing_fact", "BOC-DEC-204"),
        ("CEE-BAT-EN-101", {}, "refused", "BOC-DEC-205"),
        ("DETR-EXAMPLE", {}, "refused", "BOC-DEC-206"),
        ("DETR", {"territory": {**TOWN, "department": "00", "population": 1500}}, "refused", "BOC-DEC-207"),
        ("DSIL", {"terms": replace(TERMS, leave_out=frozenset({"DSIL"}))}, "refused", "BOC-DEC-208"),
        ("CEE-RES-EC-103", {}, "expired", "BOC-DEC-209"),
        ("CEE-BAT-TH-163", {"date": dt.date(2025, 6, 1)}, "not_yet", "BOC-DEC-210"),
        ("INTRACTING", {}, "possible", "BOC-DEC-216"),
        ("FCTVA", {}, "granted", "BOC-DEC-217"),
        ("FONDS-VERT-FLOOD", {"action": {"chantier": "climate", "in_papi": True}}, "amount_unknown", "BOC-DEC-213"),
        (
            "CEE-RES-EC-104",
            {"action": {**LED, "points": 0}, "date": dt.date(2023, 6, 1)},
            "refused",
            "BOC-DEC-214",
        ),
        (
            "FONDS-VERT-LIGHTING",
            {"date": dt.date(2023, 6, 1), "action": {**LED, "park_share": 0.1}},
            "possible",
            "BOC-DEC-215",
        ),
        (
            "DETR-EXAMPLE",
            {"territory": {**TOWN, "department": "00", "population": 1500}, "cost": 3000.0},
            "too_small",
            "BOC-DEC-212",
        ),
        (
            "FONDS-VERT-LIGHTING",
            {
                "territory": {**TOWN, "population": 1500},
                "terms": replace(TERMS, count_on=frozenset({"FONDS-VERT-LIGHTING"})),
            },
            "incompatible",
            "BOC-DEC-211",
        ),
        (
            "SYNDICATE-319A",
            {
                "territory": {**TOWN, "population": 1500, "funding_rules": ["SYNDICATE-319A"]},
                "terms": replace(TERMS, own_share=0.45, laws=(), count_on=frozenset({"DSIL"})),
            },
            "possible",
            "BOC-DEC-218",
        ),
    ],
)
def test_each_verdict(programme: str, changes: dict[str, Any], verdict: str, code: str) -> None:
    one = verdicts(**changes)[programme]
    assert (one.verdict, one.code) == (verdict, code)


def test_each_code_has_its_verdict_and_its_words() -> None:
    declared = {code for code in core_codes() if "BOC-DEC-201" <= code <= "BOC-DEC-219"}
    assert declared == set(CODES)


@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_sentence_can_be_said(language: Any) -> None:
    for action in (
        LED,
        {"chantier": "buildings"},
        {"chantier": "water", "competence": "water"},
        {"chantier": "climate"},
    ):
        for date in (dt.date(2014, 6, 1), dt.date(2023, 6, 1), DATE, dt.date(2031, 1, 1)):
            for one in verdicts(action, date=date).values():
                for part in ("what", "why", "fix"):
                    assert one.say(part, language)  # type: ignore[arg-type]


def test_what_is_for_something_else_is_told_apart() -> None:
    judged = verdicts()
    assert not judged["CEE-BAT-EN-101"].concerns
    assert not judged["CEE-BAT-EQ-127"].concerns
    assert judged["DETR"].concerns
    assert judged["CEE-RES-EC-103"].concerns is True


def test_incompatible_names_what_brings_more() -> None:
    terms = replace(TERMS, count_on=frozenset({"FONDS-VERT-LIGHTING"}))
    one = verdicts(territory={**TOWN, "population": 1500}, terms=terms)["FONDS-VERT-LIGHTING"]
    assert one.values["others"] == "DETR"
    assert "15,000 EUR against 7,500 EUR" in one.say("what", "en")
    assert "Add DETR to [plan] leave_out" in one.say("fix", "en")
    assert one.say("fix", "en").endswith("to prefer FONDS-VERT-LIGHTING")


def test_what_a_programme_brings_is_what_the_best_plan_holds() -> None:
    territory = {**TOWN, "population": 1500}
    best = max(
        financing_plans(LED, territory, RULES, DATE, cost_eur=50_000.0, terms=TERMS), key=lambda plan: plan.total_eur
    )
    judged = verdicts(territory=territory)
    for aid in best.aids:
        assert judged[aid.rule.name].amount_eur == pytest.approx(aid.amount_eur)
        assert judged[aid.rule.name].verdict in {"granted", "possible"}


# Refusals.


def condition(fact: str, test: Comparison, value: object) -> Condition:
    return Condition(fact=f"territory.{fact}", test=test, value=value)


def test_all_conditions_that_fail_are_named() -> None:
    found = refusals(
        [condition("population", "at_most", 10), condition("lead", "is", True)],
        {"territory.population": 20, "territory.lead": False},
    )
    assert [one.fact for one in found] == ["territory.population", "territory.lead"]
    assert said(found)["fr"] == "population 20 > 10\u202f; chef de file de la compétence\u202f: non"


def test_a_negation_says_what_is_in_the_way() -> None:
    barred = Condition(test="not", parts=(condition("population", "above", 100),))
    found = refusals([barred], {"territory.population": 300})
    assert said(found)["en"] == "population 300 > 100"


def test_a_code_is_said_in_words() -> None:
    found = refusals([Condition(fact="action.chantier", test="is", value="water")], {"action.chantier": "lighting"})
    assert said(found)["fr"] == "chantier\u202f: éclairage public, et non eau"


def test_nothing_is_said_as_nothing() -> None:
    found = refusals(
        [Condition(fact="action.points_with_dimming", test="above", value=0)], {"action.points_with_dimming": 0}
    )
    assert said(found)["en"] == "points with dimming: 0"


def test_a_code_of_the_nouns_keeps_their_words() -> None:
    found = refusals(
        [Condition(fact="action.competence", test="is", value="water")], {"action.competence": "public_lighting"}
    )
    assert said(found)["en"] == "competence: public lighting, not drinking water"


def test_a_fact_that_is_not_declared_is_said_by_its_name() -> None:
    assert said([Refusal("territory.moon", 2, "at_least", 3)])["en"] == "territory.moon 2 < 3"


@pytest.mark.parametrize(
    ("value", "fact", "text"),
    [
        (0.125, "action.park_share", "12,5\u202f%"),
        (1.3, "territory.financial_potential_ratio", "1,3"),
        (1.2, "territory.water_price_eur_m3", "1,20\u202f€/m³"),
        (["FRR", "QPV"], "territory.zonings", "FRR, QPV"),
        (False, "action.led", "non"),
    ],
)
def test_values_are_written_the_french_way(value: object, fact: str, text: str) -> None:
    assert write(value, core_facts()[fact], "fr") == text


atoms = st.builds(
    lambda name, test, value: Condition(fact=name, test=test, value=value),
    st.sampled_from(["territory.population", "territory.water_price_eur_m3", "action.points"]),
    st.sampled_from(["at_most", "at_least", "above", "below", "is"]),
    st.integers(0, 5),
)
trees = st.recursive(
    atoms,
    lambda parts: st.one_of(
        st.builds(lambda some: Condition(test="all", parts=tuple(some)), st.lists(parts, min_size=1, max_size=3)),
        st.builds(lambda some: Condition(test="any", parts=tuple(some)), st.lists(parts, min_size=1, max_size=3)),
        st.builds(lambda one: Condition(test="not", parts=(one,)), parts),
    ),
    max_leaves=8,
)
facts = st.fixed_dictionaries(
    {},
    optional={
        name: st.integers(0, 5) for name in ("territory.population", "territory.water_price_eur_m3", "action.points")
    },
)


@settings(max_examples=300)
@given(tree=trees, known=facts)
def test_a_refusal_is_explained_and_nothing_else_is(tree: Condition, known: dict[str, int]) -> None:
    """What is named fails as it is said; a condition that holds or hangs on a missing fact has no refusal."""
    holds = judge([tree], known)[0]
    found = refusals([tree], known)
    assert bool(found) == (holds is False)
    for one in found:
        atom = Condition(fact=one.fact, test=one.test, value=one.threshold)
        assert judge([atom], known)[0] is one.negated
        assert one.value == known[one.fact]


# Any facts.

KNOWN = core_facts()


def values(name: str) -> st.SearchStrategy[Any]:
    fact = KNOWN[name]
    codes = st.sampled_from(fact.codes) if fact.codes else st.sampled_from(["x", "SYNDICATE-319A"])
    return {
        "boolean": st.booleans(),
        "number": st.one_of(st.integers(0, 5000), st.floats(0.0, 1.0)),
        "list": st.lists(codes, max_size=2),
        "text": codes,
    }[fact.type]


def some(prefix: str) -> st.SearchStrategy[dict[str, Any]]:
    names = [name for name in KNOWN if name.startswith(prefix)]
    return st.fixed_dictionaries({}, optional={name.removeprefix(prefix): values(name) for name in names})


@settings(max_examples=60, deadline=None)
@given(
    action=some("action."),
    territory=some("territory."),
    date=st.dates(dt.date(2013, 1, 1), dt.date(2032, 1, 1)),
    cost=st.floats(1.0, 1e6),
    counted=st.booleans(),
)
def test_verdicts_and_offers_agree_whatever_is_known(
    action: dict[str, Any], territory: dict[str, Any], date: dt.date, cost: float, counted: bool
) -> None:
    """A programme is possible where, and only where, it makes an offer; it never promises more than that."""
    terms = replace(TERMS, count_on=frozenset(rule.name for rule in RULES) if counted else frozenset())
    for one in judge_programmes(action, territory, RULES, date, cost_eur=cost, terms=terms):
        aids = offers_of(one.rule, action, territory, date, cost_eur=cost, terms=terms)
        offered = bool(aids) and not aids[0].missing
        if one.rule.cash in ("grant", "certificate"):
            assert offered == (one.verdict in {"granted", "possible", "incompatible"})
            assert (one.amount_eur > 0) == bool(aids)
            assert one.amount_eur <= max((aid.amount_eur for aid in aids), default=0.0) + 1e-6
        assert (one.verdict == "missing_fact") == bool(one.missing)
        assert one.say("what", "fr") and one.say("fix", "en")
