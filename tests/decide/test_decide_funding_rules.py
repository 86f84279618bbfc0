"""Funding rules: the worked examples of each pack, the grammar, and the arithmetic of the law."""

import datetime as dt
import itertools
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bocage.decide.funding.eligibility import judge
from bocage.decide.funding.financing import Terms, financing_plans, is_free, offers_of
from bocage.decide.funding.offers import named_facts, territory_facts
from bocage.decide.funding.returns import credit_of, refund_of
from bocage.parameters.funding_rules import LENT, Condition, Rate, WorkedExample, load_examples, load_rules
from bocage.parameters.reader import CORE_FOLDER, ParameterError, Parameters
from bocage.twin.conformance.citation import reference_faults
from bocage.vocabulary.text import LANGUAGES

RULES = load_rules()
TERMS = Terms(own_share=0.2, certificate_price=8.0, certificate_low=6.0, certificate_high=10.0)
DATE = dt.date(2026, 6, 1)
LED = {"chantier": "lighting", "led": True, "points": 100, "points_with_dimming": 100, "points_with_detection": 0}


@pytest.mark.parametrize("example", load_examples(), ids=lambda example: f"{example.programme}: {example.title}")
def test_worked_examples_of_the_packs(example: WorkedExample) -> None:
    versions = [r for r in RULES if r.name == example.programme and r.in_force(example.engaged_on)]
    assert len(versions) <= 1, "two versions of a programme are in force on the same day"
    facts = named_facts(example.action, territory_facts(example.territory))
    found: dict[str, object] = {"eligible": False, "amounts_eur": []}
    for rule in versions:
        holds, lacking = judge(rule.eligibility, facts)
        offers = offers_of(
            rule, example.action, example.territory, example.engaged_on, cost_eur=example.cost_eur, terms=TERMS
        )
        found["eligible"] = "unknown" if holds is None else holds
        found["amounts_eur"] = [round(aid.amount_eur, 2) for aid in offers]
        found |= {"missing": sorted(lacking)} if lacking else {}
        if holds and rule.cash in LENT:
            credit = credit_of(rule, facts, example.engaged_on, cost_eur=example.cost_eur)
            found["credit_eur"] = round(credit.principal_eur, 2)
        if holds and rule.cash == "refund":
            refund = refund_of(rule, facts, example.engaged_on, cost_eur=example.cost_eur)
            found |= {"refund_eur": round(refund.amount_eur, 2), "lag_years": refund.lag_years}
    assert found == example.expect


def test_every_pack_has_examples_and_sources() -> None:
    assert {rule.name for rule in RULES} == {example.programme for example in load_examples()}
    for rule in RULES:
        assert reference_faults(rule.reference) == []
        assert rule.label["fr"] and rule.label["en"] and rule.note["fr"] and rule.note["en"]
        for other in rule.incompatible:
            assert any(rule.name in r.incompatible for r in RULES if r.name == other), "incompatibility is mutual"


def test_versions_of_a_programme_never_overlap() -> None:
    for name in {rule.name for rule in RULES}:
        versions = sorted((rule for rule in RULES if rule.name == name), key=lambda rule: rule.since)
        for earlier, later in itertools.pairwise(versions):
            assert earlier.until is not None and earlier.until < later.since


@pytest.mark.parametrize(
    ("test", "value", "fact", "holds"),
    [
        ("is", "epci", "epci", True),
        ("one_of", ["commune", "epci"], "syndicate", False),
        ("contains", "FRR", ["FRR"], True),
        ("at_least", 3, 3, True),
        ("above", 3, 3, False),
        ("at_most", 3, 3, True),
        ("below", 3, 3, False),
    ],
)
def test_each_test_of_the_grammar(test: str, value: object, fact: object, holds: bool) -> None:
    assert judge([Condition(fact="territory.x", test=test, value=value)], {"territory.x": fact}) == (holds, frozenset())


def test_combinations_follow_kleene() -> None:
    known = Condition(fact="territory.a", test="is", value=1)
    unknown = Condition(fact="territory.b", test="is", value=1)
    facts = {"territory.a": 1}
    assert judge([Condition(test="any", parts=(known, unknown))], facts)[0] is True
    assert judge([Condition(test="all", parts=(known, unknown))], facts) == (None, frozenset({"territory.b"}))
    assert judge([Condition(test="not", parts=(known,)), unknown], facts)[0] is False
    assert judge([Condition(test="not", parts=(unknown,))], facts)[0] is None


def test_a_badly_written_condition_is_refused(tmp_path: Path) -> None:
    pack = (CORE_FOLDER.parent / "funding" / "detr.yaml").read_text(encoding="utf-8")
    (tmp_path / "bad.yaml").write_text(pack.replace("at_most: 2000}", "eval: 'True'}"), encoding="utf-8")
    with pytest.raises(ParameterError, match=r"eligibility\[2\]\.any\[1\].all\[3\]"):
        load_rules(tmp_path)


def small_commune(**facts: object) -> dict[str, object]:
    return {"kind": "commune", "population": 1500, "overseas": False, "funding_rules": [], **facts}


def test_public_aids_never_exceed_the_law() -> None:
    territory = small_commune(funding_rules=["SYNDICATE-319A"])
    strict = Terms(own_share=0.6, certificate_price=8.0, certificate_low=6.0, certificate_high=10.0)
    plans = financing_plans(LED, territory, RULES, DATE, cost_eur=50000.0, terms=strict)
    assert max(len(plan.aids) for plan in plans) > 1
    for plan in plans:
        public = sum(aid.amount_eur for aid in plan.aids if aid.rule.public)
        private = sum(aid.amount_eur for aid in plan.aids if not aid.rule.public)
        own = 50000.0 - public - private
        assert own >= 0.6 * (own + public) - 1e-6


def test_own_share_worked_by_hand() -> None:
    # 100 points at 200 EUR: CEE 3 200 EUR, DETR and syndicate would bring 30 % each = 12 000 EUR, of 20 000.
    # With an own share of 40 %, public aids stop at (20 000 - 3 200) x 0.6 = 10 080 EUR.
    terms = Terms(own_share=0.4, certificate_price=8.0, certificate_low=6.0, certificate_high=10.0)
    plans = financing_plans(
        LED, small_commune(funding_rules=["SYNDICATE-319A"]), RULES, DATE, cost_eur=20000.0, terms=terms
    )
    most = max(plans, key=lambda plan: plan.total_eur)
    assert most.total_eur == pytest.approx(3200.0 + 10080.0)


def test_incompatible_programmes_are_never_added() -> None:
    # Raised so that both programmes are worth asking for.
    generous = [
        replace(rule, rate=Rate(low=0.5, high=0.6, levels=(0.0,)), counted=True)
        if rule.name == "FONDS-VERT-LIGHTING"
        else rule
        for rule in RULES
    ]
    plans = financing_plans(LED, small_commune(), generous, DATE, cost_eur=50000.0, terms=TERMS)
    names = [{aid.rule.name for aid in plan.aids} for plan in plans]
    assert any("FONDS-VERT-LIGHTING" in plan for plan in names)
    assert any("DETR" in plan for plan in names)
    assert not any({"DETR", "FONDS-VERT-LIGHTING"} <= plan for plan in names)


def test_deprioritised_aid_is_not_counted_on_unless_asked() -> None:
    plans = financing_plans(LED, small_commune(), RULES, DATE, cost_eur=50000.0, terms=TERMS)
    assert not any(aid.rule.name == "FONDS-VERT-LIGHTING" for plan in plans for aid in plan.aids)


def test_a_missing_fact_keeps_an_aid_out_of_the_plans() -> None:
    territory = small_commune(population=3400)
    plans = financing_plans(LED, territory, RULES, DATE, cost_eur=50000.0, terms=TERMS)
    assert not any(aid.rule.name == "DETR" for plan in plans for aid in plan.aids)


def test_certificates_use_the_rule_of_the_engagement_date() -> None:
    def certificates(date: dt.date) -> float:
        plans = financing_plans(LED, small_commune(), RULES, date, cost_eur=120000.0, terms=TERMS)
        return max((a.amount_eur for p in plans for a in p.aids if a.rule.name.startswith("CEE")), default=0.0)

    assert certificates(dt.date(2024, 12, 31)) == pytest.approx(7440.0)
    assert certificates(dt.date(2025, 3, 1)) == 0.0
    assert certificates(dt.date(2025, 11, 26)) == pytest.approx(3200.0)
    assert certificates(dt.date(2029, 12, 31)) == pytest.approx(3200.0)
    assert certificates(dt.date(2030, 1, 1)) == 0.0


def test_parameters_of_a_plan_have_a_source() -> None:
    parameters = Parameters(CORE_FOLDER, dt.date(2026, 1, 1))
    for name in parameters.names():
        assert all(parameters[name].reference[language].strip() for language in LANGUAGES), name


@given(
    cost=st.floats(1.0, 1e6),
    points=st.integers(0, 500),
    dimmed=st.integers(0, 500),
    population=st.integers(0, 100_000),
    year=st.integers(2022, 2032),
)
def test_no_plan_gives_more_than_the_works_cost(
    cost: float, points: int, dimmed: int, population: int, year: int
) -> None:
    action = {**LED, "points": points, "points_with_dimming": min(points, dimmed), "park_share": 0.1}
    territory = small_commune(population=population, funding_rules=["SYNDICATE-319A"], financial_potential_ratio=1.0)
    plans = financing_plans(action, territory, RULES, dt.date(year, 7, 1), cost_eur=cost, terms=TERMS)
    assert any(not plan.aids for plan in plans) or all(is_free(aid.rule) for aid in plans[0].aids)
    for plan in plans:
        public = sum(aid.amount_eur for aid in plan.aids if aid.rule.public)
        assert plan.total_eur <= cost + 1e-6
        assert cost - plan.total_eur >= 0.2 * (cost - plan.total_eur + public) - 1e-6
        assert all(0 < aid.low_eur <= aid.high_eur + 1e-9 for aid in plan.aids)
        assert all(aid.low_eur <= aid.amount_eur + 1e-9 <= aid.high_eur + 2e-9 for aid in plan.aids)
