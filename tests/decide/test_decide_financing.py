"""Financing plans: what may be added, what the law leaves, and that what is left out is never missed."""

import datetime as dt
import itertools
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bocage.decide.funding.financing import (
    FinancingPlan,
    Terms,
    financing_plans,
    is_free,
    is_shared,
    undominated,
    within_law,
)
from bocage.decide.funding.law import may_pay_for, ruling_of
from bocage.decide.funding.offers import Aid, named_facts, offers_of
from bocage.decide.funding.returns import credit_of, refund_of
from bocage.finance.public import fctva_eur, paid_over_years
from bocage.parameters.funding_rules import (
    EXAMPLES_FOLDER,
    FUNDING_FOLDER,
    Cap,
    FundingRule,
    GroupCondition,
    Payment,
    Rate,
    load_law,
    load_law_examples,
    load_rules,
)
from bocage.parameters.funding_rules.law import LegalExample

RULES = load_rules()
LAWS = load_law()
TERMS = Terms(own_share=0.2, certificate_price=8.0, certificate_low=6.0, certificate_high=10.0)
DATE = dt.date(2026, 6, 1)
LED = {"chantier": "lighting", "led": True, "points": 100, "points_with_dimming": 100, "points_with_detection": 0}
VILLAGE = {"kind": "commune", "population": 1500, "overseas": False, "department": "53", "funding_rules": []}


def rule_named(name: str, date: dt.date = DATE) -> FundingRule:
    return next(rule for rule in RULES if rule.name == name and rule.in_force(date))


def names(plans: Sequence[FinancingPlan]) -> list[set[str]]:
    return [{aid.rule.name for aid in plan.aids} for plan in plans]


MODEL = replace(
    rule_named("DETR"),
    eligibility=(),
    incompatible=frozenset(),
    file="action",
    counted=True,
    rate=Rate(low=0.2, high=0.2, levels=(0.0,)),
)
"""A grant of 20 % without conditions, from which grants of the tests are made."""


def grant(name: str, rate: float, **changes: object) -> FundingRule:
    return replace(MODEL, name=name, rate=Rate(low=rate, high=rate, levels=(0.0,)), **changes)  # type: ignore[arg-type]


def plans_of(rules: Sequence[FundingRule], cost: float = 100.0, terms: Terms = TERMS) -> tuple[FinancingPlan, ...]:
    return financing_plans(LED, VILLAGE, rules, DATE, cost_eur=cost, terms=terms)


@pytest.mark.parametrize("example", load_law_examples(), ids=lambda one: f"{one.name}: {one.title}")
def test_worked_examples_of_the_law(example: LegalExample) -> None:
    facts = named_facts(example.action, example.territory)
    ruling = ruling_of(LAWS, example.measure, facts, example.engaged_on)
    assert ruling is not None
    assert ruling.value == example.value


def test_an_exception_is_never_presumed() -> None:
    unknown = named_facts({"competence": "water"}, {"kind": "commune"})
    ruling = may_pay_for(LAWS, unknown, DATE)
    assert ruling is not None
    assert ruling.value == 0.0
    assert ruling.missing == {"territory.population"}


def test_a_school_whose_share_is_lowered_receives_more() -> None:
    # 100 EUR, two grants of 60 %: public aids stop at 80, or at 90 where the prefect lowers the share to 10 %.
    rules = [grant("A", 0.6), grant("B", 0.6)]
    school = {"chantier": "buildings", "school_building": True}
    terms = replace(TERMS, laws=LAWS)
    for lowered, most in ((False, 80.0), (True, 90.0)):
        action = {**school, "own_share_lowered": lowered}
        plans = financing_plans(action, VILLAGE, rules, DATE, cost_eur=100.0, terms=terms)
        assert max(plan.total_eur for plan in plans) == pytest.approx(most)


def test_the_lead_of_a_power_receives_less_and_overseas_all() -> None:
    rules, terms = [grant("A", 0.6), grant("B", 0.6)], replace(TERMS, laws=LAWS)
    for facts, most in (({"lead": True}, 70.0), ({"overseas": True}, 100.0)):
        plans = financing_plans(LED, {**VILLAGE, **facts}, rules, DATE, cost_eur=100.0, terms=terms)
        assert max(plan.total_eur for plan in plans) == pytest.approx(most)


def test_a_hundred_euros_with_eighty_of_aid_leave_20_30() -> None:
    """The worked default of the reference: 120 EUR paid, 80 of aid, 19.68 of FCTVA."""
    best = max(plans_of([grant("A", 0.9)]), key=lambda plan: plan.total_eur)
    assert best.total_eur == pytest.approx(80.0)
    facts = named_facts({"budget": "M57_main", "vat_rate": 0.2}, {"fctva_regime": "commune"})
    back = refund_of(rule_named("FCTVA"), facts, DATE, cost_eur=100.0)
    assert back.amount_eur == pytest.approx(fctva_eur(120.0, 0.16404, vat_rate=0.2))
    assert round(120.0 - best.total_eur - back.amount_eur, 1) == 20.3
    assert back.lag_years == 2


def test_a_contribution_fund_takes_at_most_half_of_what_is_left() -> None:
    # 100 EUR, a grant of 40: 60 are left, the fund brings at most 30 and the commune pays as much.
    fund = replace(rule_named("FONDS-DE-CONCOURS"), counted=True, eligibility=())
    most = max(plans_of([fund, grant("A", 0.4)]), key=lambda plan: plan.total_eur)
    amounts = {aid.rule.name: aid.amount_eur for aid in most.aids}
    assert amounts == {"FONDS-DE-CONCOURS": pytest.approx(30.0), "A": pytest.approx(40.0)}


@given(
    rates=st.lists(st.floats(0.05, 0.9), min_size=1, max_size=3), cost=st.floats(1.0, 1e6), share=st.floats(0.0, 0.5)
)
def test_a_contribution_fund_never_exceeds_the_part_of_the_commune(
    rates: list[float], cost: float, share: float
) -> None:
    fund = replace(rule_named("FONDS-DE-CONCOURS"), counted=True, eligibility=())
    rules = [fund, *(grant(f"G{number}", rate) for number, rate in enumerate(rates))]
    for plan in plans_of(rules, cost, replace(TERMS, own_share=share)):
        brought = sum(aid.amount_eur for aid in plan.aids if aid.rule.name == "FONDS-DE-CONCOURS")
        assert brought <= cost - plan.total_eur + 1e-6 * cost
        assert plan.total_eur <= cost * (1 - share) + 1e-6 * cost


def test_private_aids_alone_stop_at_the_cost() -> None:
    sponsor = [grant("A", 0.8, public=False), grant("B", 0.8, public=False)]
    assert max(plan.total_eur for plan in plans_of(sponsor)) == pytest.approx(100.0)


def test_a_class_of_funders_is_excluded_as_a_whole() -> None:
    fund = rule_named("FONDS-VERT-BUILDINGS")
    assert {"DETR", "DSIL", "BARNIER"} <= fund.incompatible
    assert not any(rule.funder_kind != "state" for rule in RULES if rule.name in fund.incompatible)
    assert "FONDS-VERT-BUILDINGS" in rule_named("DSIL").incompatible
    assert "DETR" not in rule_named("FONDS-VERT-BUILDINGS", dt.date(2023, 6, 1)).incompatible


def test_money_lent_or_given_back_is_no_aid() -> None:
    terms = replace(TERMS, count_on=frozenset(rule.name for rule in RULES))
    action = {**LED, "vat_rate": 0.2, "budget": "M57_main", "payback_years": 8, "saving_share": 0.6}
    plans = financing_plans(action, VILLAGE, RULES, DATE, cost_eur=900_000.0, terms=terms)
    assert {aid.rule.cash for plan in plans for aid in plan.aids} == {"grant", "certificate"}
    loan = rule_named("LOAN-BANK")
    assert offers_of(loan, action, VILLAGE, DATE, cost_eur=1000.0, terms=terms) == ()
    assert credit_of(loan, named_facts(action, VILLAGE), DATE, cost_eur=1000.0).principal_eur == 1000.0
    with pytest.raises(ValueError, match="lends nothing"):
        credit_of(rule_named("DETR"), {}, DATE, cost_eur=1000.0)


def test_a_departmental_rule_takes_the_place_of_the_national_one_there_and_then() -> None:
    rules = load_rules(FUNDING_FOLDER, EXAMPLES_FOLDER)
    inside = {**VILLAGE, "department": "00"}

    def programmes(territory: dict[str, object], date: dt.date) -> set[str]:
        plans = financing_plans(LED, territory, rules, date, cost_eur=50_000.0, terms=TERMS)
        return {name for one in names(plans) for name in one if name.startswith("DETR")}

    assert programmes(inside, DATE) == {"DETR-EXAMPLE"}
    assert programmes(VILLAGE, DATE) == {"DETR"}
    assert programmes(inside, dt.date(2027, 6, 1)) == {"DETR"}, "the local rule ended with 2026"
    left_out = replace(TERMS, leave_out=frozenset({"DETR"}))
    plans = financing_plans(LED, inside, rules, DATE, cost_eur=50_000.0, terms=left_out)
    assert not any(name.startswith("DETR") for one in names(plans) for name in one)


def test_what_excludes_the_national_rule_excludes_the_local_one() -> None:
    rules = load_rules(FUNDING_FOLDER, EXAMPLES_FOLDER)
    fund = next(rule for rule in rules if rule.name == "FONDS-VERT-LIGHTING" and rule.in_force(DATE))
    assert "DETR-EXAMPLE" in fund.incompatible


@pytest.mark.parametrize(
    ("name", "date", "status"),
    [
        ("FCTVA", dt.date(2020, 6, 1), "verified"),
        ("FCTVA", dt.date(2027, 6, 1), "to_verify"),
        ("FONDS-DE-CONCOURS", dt.date(2026, 6, 1), "verified"),
        ("FONDS-DE-CONCOURS", dt.date(2028, 6, 1), "to_verify"),
    ],
)
def test_what_was_checked_in_a_year_is_not_known_to_hold_in_a_later_one(name: str, date: dt.date, status: str) -> None:
    rule = rule_named(name, date)
    assert rule.status_on(date) == status
    assert rule.status_on(dt.date(2200, 1, 1)) == ("expired" if rule.until else "to_verify")


def test_an_aid_carries_the_status_of_its_rule_on_the_date() -> None:
    offer = offers_of(
        rule_named("FONDS-DE-CONCOURS"), LED, {**VILLAGE, "epci_gives_funds": True}, DATE, cost_eur=9.0, terms=TERMS
    )
    assert {aid.status for aid in offer} == {"verified"}


# What is left out is never missed.

ENVELOPE = 1.0e9


@st.composite
def grants(draw: st.DrawFn) -> list[FundingRule]:
    """Up to four grants, some scarce, some shared by a file, some incompatible, paid at various dates."""
    rules = []
    count = draw(st.integers(1, 4))
    for number in range(count):
        low = draw(st.sampled_from([0.1, 0.2, 0.35]))
        rules.append(
            replace(
                MODEL,
                name=f"G{number}",
                rate=Rate(
                    low=low, high=draw(st.sampled_from([low, 0.5])), levels=draw(st.sampled_from([(0.0,), (0.0, 1.0)]))
                ),
                payment=Payment(advance=draw(st.sampled_from([0.0, 0.3, 1.0])), lag_years=draw(st.integers(0, 2))),
                public=draw(st.booleans()),
                envelope_eur_year=draw(st.sampled_from([None, ENVELOPE])),
                files_per_year=draw(st.sampled_from([None, 1])),
                group=draw(
                    st.sampled_from([(), (GroupCondition(fact="points", total_at_least=1.0, mean_at_least=None),)])
                ),
                caps=draw(st.sampled_from([(), (Cap(scope="total", eur=30.0, of="aid", fact=""),)])),
                incompatible=frozenset(
                    draw(st.sets(st.sampled_from([f"G{other}" for other in range(count)]), max_size=1))
                )
                - {f"G{number}"},
            )
        )
    return rules


def every_plan(rules: Sequence[FundingRule], cost: float) -> list[FinancingPlan]:
    """All sets of compatible aids at all levels, by trying every one."""
    offered = [offers_of(rule, LED, VILLAGE, DATE, cost_eur=cost, terms=TERMS) for rule in rules]
    plans = []
    for size in range(len(offered) + 1):
        for chosen in itertools.combinations([levels for levels in offered if levels], size):
            together = {levels[0].rule.name for levels in chosen}
            if not any(levels[0].rule.incompatible & together for levels in chosen):
                plans += [within_law(aids, cost, TERMS.own_share) for aids in itertools.product(*chosen)]
    return plans


def cash(plan: FinancingPlan) -> list[float]:
    paid = sum(
        (paid_over_years(a.amount_eur, 0, 3, advance=a.rule.advance, lag=a.rule.lag_years) for a in plan.aids),
        start=paid_over_years(0.0, 0, 3, advance=0.0, lag=0),
    )
    return list(itertools.accumulate(paid.tolist()))


def asked(plan: FinancingPlan) -> dict[str, float]:
    return {aid.rule.name: aid.amount_eur for aid in plan.aids if not is_free(aid.rule)}


def replaces_well(kept: FinancingPlan, plan: FinancingPlan) -> bool:
    """True where a plan can stand in for another in any selection: as much, as early, nothing more asked."""
    ours, theirs = asked(kept), asked(plan)
    return (
        all(one >= other - 0.02 for one, other in zip(cash(kept), cash(plan), strict=True))
        and all(name in theirs and amount <= theirs[name] + 0.02 for name, amount in ours.items())
        and {a.rule.name for a in kept.aids if is_shared(a.rule)}
        == {a.rule.name for a in plan.aids if is_shared(a.rule)}
    )


def fewest(plan: FinancingPlan) -> int:
    return sum(not is_free(aid.rule) for aid in plan.aids)


def claims_all_that_is_free(plan: FinancingPlan, rules: Sequence[FundingRule], cost: float) -> bool:
    """True where no aid that takes nothing from others could be added."""
    held = {aid.rule.name for aid in plan.aids}
    for rule in rules:
        levels = offers_of(rule, LED, VILLAGE, DATE, cost_eur=cost, terms=TERMS)
        barred = any(rule.name in a.rule.incompatible or a.rule.name in rule.incompatible for a in plan.aids)
        if is_free(rule) and levels and not barred and rule.name not in held:
            return False
    return True


@settings(max_examples=150, deadline=None)
@given(rules=grants(), cost=st.floats(10.0, 1000.0))
def test_each_plan_left_out_has_another_that_stands_in_for_it(rules: list[FundingRule], cost: float) -> None:
    """Among the plans that claim every aid that takes nothing from others, as an owner does."""
    single = [
        replace(rule, rate=replace(rule.rate, levels=rule.rate.levels[-1:])) if is_free(rule) and rule.rate else rule
        for rule in rules
    ]
    kept = plans_of(rules, cost)
    assert kept
    for plan in every_plan(single, cost):
        if fewest(plan) <= 3 and claims_all_that_is_free(plan, single, cost):
            assert any(replaces_well(one, plan) for one in kept), names([plan])


@settings(max_examples=40, deadline=None)
@given(rules=grants(), costs=st.lists(st.floats(10.0, 100.0), min_size=2, max_size=2), envelope=st.floats(0.0, 120.0))
def test_the_best_selection_under_an_envelope_is_not_lost(
    rules: list[FundingRule], costs: list[float], envelope: float
) -> None:
    """Two actions share envelopes, files and the points that a file asks for; both are tried in full."""

    def best(plans: Sequence[Sequence[FinancingPlan]]) -> float:
        top = 0.0
        for chosen in itertools.product(*plans):
            use: dict[str, list[Aid]] = {}
            for plan in chosen:
                for aid in plan.aids:
                    use.setdefault(aid.rule.name, []).append(aid)
            fits = all(
                (aids[0].rule.envelope_eur_year is None or sum(a.amount_eur for a in aids) <= envelope)
                and (aids[0].rule.files_per_year is None or len(aids) <= 1)
                and (not aids[0].rule.caps or sum(a.amount_eur for a in aids) <= 30.0)
                and (not aids[0].rule.group or len(aids) == 2)
                for aids in use.values()
            )
            if fits:
                top = max(top, sum(plan.total_eur for plan in chosen))
        return top

    full = [every_plan(rules, cost) for cost in costs]
    if all(fewest(plan) <= 3 for plans in full for plan in plans):
        assert best([plans_of(rules, cost) for cost in costs]) == pytest.approx(best(full), abs=0.1)


def test_an_aid_paid_late_does_not_hide_one_paid_at_once() -> None:
    early = grant("EARLY", 0.2, payment=Payment(advance=1.0, lag_years=0), incompatible=frozenset({"LATE"}))
    late = grant("LATE", 0.21, payment=Payment(advance=0.0, lag_years=2), incompatible=frozenset({"EARLY"}))
    assert sorted(map(sorted, names(plans_of([early, late])))) == [["EARLY"], ["LATE"]]


def test_more_than_three_free_aids_are_added() -> None:
    plans = plans_of([grant(f"G{number}", 0.1) for number in range(6)])
    assert len(plans) == 1
    assert plans[0].total_eur == pytest.approx(60.0)


def test_of_equal_plans_one_stays() -> None:
    plan = FinancingPlan(aids=())
    assert undominated([plan, plan, plan]) == [True, False, False]


def test_an_instalment_that_comes_sooner_keeps_a_plan() -> None:
    # Half of the first is there after a year, when nothing of the second is; the second is whole a year sooner.
    rules = (
        grant("EARLY", 0.2, payment=Payment(advance=0.0, lag_years=3, interim=((1, 0.5),))),
        grant("WHOLE", 0.2, payment=Payment(advance=0.0, lag_years=2)),
    )
    plans = [
        FinancingPlan(aids=(Aid(rule=rule, amount_eur=2000.0, low_eur=2000.0, high_eur=2000.0, spending_eur=1e4),))
        for rule in rules
    ]
    assert all(is_free(rule) for rule in rules)
    assert undominated(plans) == [True, True]


@settings(max_examples=40, deadline=None)
@given(order=st.permutations(range(len(RULES))))
def test_the_order_of_rules_changes_nothing(order: list[int]) -> None:
    terms = replace(TERMS, count_on=frozenset({"DSIL", "FONDS-VERT-LIGHTING", "FONDS-DE-CONCOURS"}), laws=LAWS)
    action, territory = {**LED, "park_share": 0.1}, {**VILLAGE, "epci_gives_funds": True}

    def found(rules: Sequence[FundingRule]) -> set[frozenset[tuple[str, float]]]:
        plans = financing_plans(action, territory, rules, DATE, cost_eur=50_000.0, terms=terms)
        return {frozenset((aid.rule.name, round(aid.amount_eur, 4)) for aid in plan.aids) for plan in plans}

    assert found([RULES[number] for number in order]) == found(RULES)


def test_a_folder_of_a_territory_is_read_beside_the_national_ones(tmp_path: Path) -> None:
    pack = (EXAMPLES_FOLDER / "detr_example.yaml").read_text(encoding="utf-8")
    (tmp_path / "detr_53.yaml").write_text(pack.replace('["00"]', '["53"]'), encoding="utf-8")
    rules = load_rules(FUNDING_FOLDER, tmp_path)
    plans = financing_plans(LED, VILLAGE, rules, DATE, cost_eur=50_000.0, terms=TERMS)
    assert any("DETR-EXAMPLE" in one for one in names(plans))
