"""A plan before the unknown: regret, tornado, value of information, robust core."""

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bocage.decide.answer.planning import decided, make_plan, prepare
from bocage.decide.money.plan_value import Selected, selected_of, value_draws, value_of
from bocage.decide.question.request import PlanRequest
from bocage.decide.robustness.information import Unknown, information_of, partial_information, perfect_information
from bocage.decide.robustness.regret import Regrets, futures_of, regrets_of
from bocage.decide.robustness.standing import CORE, NEVER, robustness_of
from bocage.decide.robustness.tornado import tornado_of
from bocage.decide.value.worth import read_worth
from bocage.parameters.scenarios import TREND, Path, Scenario, load_scenario

RequestOf = Callable[..., PlanRequest]
DRIVERS = {"electricity_cost_eur_year": "electricity_price", "carbon_kgco2e_year": "electricity_carbon"}
CITY = {"kind": "commune", "population": 60000, "department": "35"}
PAYER = ("111111118", "M57_main")
NO_AID = frozenset({"DETR", "CEE-RES-EC-104"})
FUTURE = {"fr": "essai", "en": "trial"}
PLAIN: dict[str, Any] = {"drivers": DRIVERS, "territory": CITY, "leave_out": NO_AID, "law_deadlines": False}


def priced(name: str, price: float) -> Scenario:
    """The trend, but for a price of electricity that is another from the year after the plan on."""
    trend = load_scenario(TREND)
    return trend.moved("electricity_price", {2026: 1.0, 2027: price}, name=name, label=FUTURE)


def two_streets(request_of: RequestOf, **more: Any) -> PlanRequest:
    """Money for one of two streets: the first saves upkeep, the second as much electricity and a little more."""
    rows = [
        {"cost": 9000, "kwh": 0.0, "facts": {"led": False}},
        {"cost": 9000, "kwh": 6000.0, "facts": {"led": False}},
    ]
    base = request_of(rows, budgets={PAYER: [11000.0]}, **PLAIN, **more)
    keys = pl.DataFrame({"action_id": ["A0"], "indicator": ["upkeep"], "unit": ["EUR/year"]})
    table = base.appraisal
    upkeep = type(table)(keys, np.full((1, table.draws.shape[1]), -1200.0), np.zeros(1))
    return replace(base, appraisal=table.stack([table, upkeep]), roles={**base.roles, "upkeep": "cash"})


def test_regret_by_hand_where_one_street_of_two_can_be_paid(request_of: RequestOf) -> None:
    # 6 000 kWh at 0.2 EUR is what upkeep saves; carbon makes the difference at today's price, not at half of it.
    request = two_streets(request_of)
    prepared = prepare(request)
    chosen = decided(prepared).columns
    regrets = regrets_of(prepared, chosen, [priced("same", 1.0), priced("half", 0.5), priced("twice", 2.0)], "npv")
    done = [set(one.plan.starts) for one in regrets.candidates]
    assert done == [{1}, {1}, {0}, {1}]
    factor = (1.032 ** -np.arange(1.0, 31)).sum()
    worth = prepared.worth
    upkeep, bill = worth.mean_gains["cash"]
    carbon = float(worth.present("carbon", "carbon")[1, 0])
    lost = upkeep * factor - (0.5 * bill * factor + carbon)
    assert regrets.regret[0] == pytest.approx([0.0, lost, 0.0], abs=0.01)
    assert regrets.regret[2] == pytest.approx(
        [(bill - upkeep) * factor + carbon, 0.0, (2 * bill - upkeep) * factor + carbon], abs=0.01
    )
    assert regrets.minimax == 0


def test_the_plan_of_least_worst_regret_is_named_beyond_the_gap_only() -> None:
    values = np.array([[10.0, 4.0, 9.0], [10.0, 1.0, 3.0], [9.5, 6.0, 8.0]])

    def found(gap: float) -> int:
        return Regrets(futures=[], candidates=[], values=values, gap=gap).minimax

    # Worst regrets: 2, 6 and 1.
    assert found(0.0) == 2
    assert found(0.05) == 2
    assert found(0.2) == 0


def test_dear_and_cheap_energy_move_the_price_and_not_today() -> None:
    trend = load_scenario(TREND)
    futures = {one.name: one for one in futures_of([trend, load_scenario("S2")], 2026)}
    assert list(futures) == [TREND, "S2", "cheap_energy", "dear_energy"]
    years = np.arange(2027, 2057)
    for name, bound in (("cheap_energy", 0.68), ("dear_energy", 1.47)):
        assert futures[name].index("electricity_price", years, 2026) == pytest.approx(np.full(30, bound))
        assert futures[name].index("electricity_carbon", years, 2026) == pytest.approx(np.ones(30))
    assert [one.name for one in futures_of([load_scenario("S2")], 2026)] == ["S2"]


def test_a_plan_is_worth_in_its_own_future_what_its_books_say(request_of: RequestOf) -> None:
    rng = np.random.default_rng(4)
    rows = [
        {"cost": cost, "kwh": kwh, "lifetime_years": life}
        for cost, kwh, life in zip(rng.uniform(500, 3000, 6), rng.uniform(500, 9000, 6), [7.5, 12, 20, 25, 31, 15.0],
                                   strict=True)
    ]  # fmt: skip
    clash = [
        {"action_a": "A1", "action_b": "A2", "indicator": "electricity_cost_eur_year", "value": 90.0},
        {"action_a": "A0", "action_b": "A4", "indicator": "carbon_kgco2e_year", "value": 30.0},
    ]
    for scenario in (TREND, "S4"):
        prepared = prepare(request_of(rows, interactions=clash, scenario=load_scenario(scenario), **PLAIN))
        plan = Selected(columns=prepared.steering.columns, chosen=decided(prepared).columns)
        for objective in ("npv", "cash"):
            draws = value_draws(prepared.request, prepared.worth, plan, objective)
            mean = value_of(prepared.request, prepared.worth, plan, objective)
            assert mean == pytest.approx(draws.mean(), abs=0.2)
    energy = value_draws(prepared.request, prepared.worth, plan, "energy")
    assert energy.mean() == pytest.approx(value_of(prepared.request, prepared.worth, plan, "energy"))


def test_a_written_plan_is_found_again_among_its_columns(request_of: RequestOf) -> None:
    rows = [{"cost": 3000 + 700 * i, "kwh": 3000 + 500 * (i * 7 % 5)} for i in range(8)]
    request = request_of(rows, drivers=DRIVERS)
    result, prepared = make_plan(request), prepare(request)
    ids = request.actions["action_id"].to_list()
    plan = selected_of(prepared.steering.columns, ids, result.plan, request.first_year)
    assert sorted(plan.chosen) == sorted(decided(prepared).columns)


def test_bars_of_a_tornado_by_hand(request_of: RequestOf) -> None:
    rows = [{"cost": 3000, "kwh": 6000.0, "lifetime_years": 30.0, "facts": {"led": False}}]
    prepared = prepare(request_of(rows, budgets={PAYER: [9000.0]}, **PLAIN))
    plan = Selected(columns=prepared.steering.columns, chosen=decided(prepared).columns)
    base = value_of(prepared.request, prepared.worth, plan, "npv")
    bars = {bar.name: bar for bar in tornado_of(prepared, plan, "npv")}
    factor = (1.032 ** -np.arange(1.0, 31)).sum()
    bill = float(prepared.worth.mean_gains["cash"][0]) * factor
    carbon = float(prepared.worth.present("carbon", "carbon")[0, 0])
    price = bars["scenario:electricity_price"]
    assert (price.at_low, price.at_high) == pytest.approx((base - 0.32 * bill, base + 0.47 * bill))
    content = bars["scenario:electricity_carbon"]
    assert (content.low, content.high) == (0.06, 0.1)
    assert content.at_high - base == pytest.approx(carbon * (0.1 / 0.084 - 1))
    share = bars["realisation:lighting"]
    mean = float(prepared.worth.realised[0].mean())
    assert share.at_low - base == pytest.approx((bill + carbon) * (0.836 / mean - 1), rel=0.02)
    cost = bars["cost:led"]
    assert cost.at_high - cost.at_low == pytest.approx(cost.low - cost.high, abs=0.02)
    assert bars["horizon"].at_low < base < bars["horizon"].at_high
    assert bars["discount_rate"].at_low > base > bars["discount_rate"].at_high
    swings = [abs(bar.at_high - bar.at_low) for bar in tornado_of(prepared, plan, "npv")]
    assert swings == sorted(swings, reverse=True)


def loss(z: float) -> float:
    """Unit normal loss, E[max(0, x - z)]."""
    density = math.exp(-(z**2) / 2) / math.sqrt(2 * math.pi)
    return density - z * (1 - 0.5 * (1 + math.erf(z / math.sqrt(2))))


@pytest.mark.parametrize(("mean", "slope", "noise"), [(-3.0, 5.0, 2.0), (1.0, 5.0, 10.0), (0.0, 2.0, 0.0)])
def test_value_of_information_is_that_of_the_closed_form(mean: float, slope: float, noise: float) -> None:
    # Two plans, the second worth m + s x + e more: knowing x is worth s L(|m| / s), knowing all t L(|m| / t).
    rng = np.random.default_rng(11)
    x, e = rng.standard_normal((2, 20_000))
    values = np.array([np.zeros(20_000), mean + slope * x + noise * e])
    total = math.hypot(slope, noise)
    assert perfect_information(values) == pytest.approx(total * loss(abs(mean) / total), rel=0.04)
    assert partial_information(values, x, seed=1) == pytest.approx(slope * loss(abs(mean) / slope), rel=0.06)


def test_knowing_what_does_not_matter_is_worth_next_to_nothing_with_few_draws() -> None:
    rng = np.random.default_rng(5)
    common, own = rng.standard_normal(200), rng.standard_normal((20, 200))
    values = 100 + 50 * common + 10 * own
    most = perfect_information(values)
    unknowns = [
        Unknown(name="common", label=FUTURE, draws=common),
        Unknown(name="noise", label=FUTURE, draws=rng.standard_normal(200)),
        Unknown(name="own", label=FUTURE, draws=own[3]),
    ]
    found = {one.name: one for one in information_of(values, unknowns, seed=1)}
    assert found["everything"].value == most
    # All plans rise and fall with what is common: knowing it changes nothing, however much it moves the value.
    assert found["common"].value < 0.08 * most
    assert found["noise"].value < 0.08 * most
    assert abs(found["common"].correlation) > 0.9
    assert found["own"].value > 2 * max(found["common"].value, found["noise"].value)


@settings(max_examples=25, deadline=None)
@given(shift=st.floats(-1e6, 1e6), scale=st.floats(0.1, 1e3), seed=st.integers(0, 50))
def test_information_follows_the_unit_and_not_the_level_of_values(shift: float, scale: float, seed: int) -> None:
    rng = np.random.default_rng(seed)
    values, x = rng.standard_normal((4, 60)), rng.standard_normal(60)
    base = partial_information(values, x, seed=1)
    assert partial_information(shift + scale * values, x, seed=1) == pytest.approx(scale * base, rel=1e-5, abs=1e-7)
    assert partial_information(values, np.exp(x), seed=1) == pytest.approx(base), "any increasing unit of the input"
    found = information_of(values, [Unknown(name="x", label=FUTURE, draws=x)], seed=1)
    assert 0 <= found[1].value <= found[0].value == perfect_information(values)


def test_what_every_future_asks_for_is_the_core(request_of: RequestOf) -> None:
    # Money for two: the first street pays in any future, the next two depend on the price, the last never pays.
    rows = [
        {"cost": 1000, "kwh": 9000.0, "facts": {"led": False}},
        {"cost": 8000, "kwh": 9000.0, "facts": {"led": False}},
        {"cost": 8000, "kwh": 8900.0, "facts": {"led": False}},
        {"cost": 9000, "kwh": 5.0, "facts": {"led": False}},
    ]
    prepared = prepare(request_of(rows, budgets={PAYER: [11000.0, 0.0]}, **PLAIN))
    chosen = decided(prepared).columns
    found = robustness_of(prepared, chosen, [load_scenario(name) for name in (TREND, "S1", "S4")])
    standing = dict(found.actions.select("action_id", "standing").iter_rows())
    share = dict(found.actions.select("action_id", "share").iter_rows())
    assert (standing["A0"], standing["A3"]) == (CORE, NEVER)
    assert share["A0"] == 1.0
    assert share["A3"] == 0.0
    assert share["A1"] + share["A2"] == pytest.approx(1.0)
    assert found.plans["plan"].to_list() == ["plan", TREND, "S1", "S4", "cheap_energy", "dear_energy"]
    assert len(found.regret) == 6 * 5
    assert found.regret["regret"].min() >= 0  # type: ignore[operator]
    assert found.information["name"][0] == "everything"
    again = robustness_of(prepared, chosen, [load_scenario(name) for name in (TREND, "S1", "S4")])
    for name in ("regret", "plans", "tornado", "information", "actions"):
        assert getattr(found, name).equals(getattr(again, name)), name


def test_an_empty_plan_has_nothing_to_regret_where_nothing_pays(request_of: RequestOf) -> None:
    prepared = prepare(request_of([{"cost": 90000, "kwh": 5.0, "facts": {"led": False}}], **PLAIN))
    found = robustness_of(prepared, decided(prepared).columns, [load_scenario(TREND)])
    assert found.value == 0
    assert found.regret["regret"].to_list() == [0.0] * len(found.regret)
    assert found.tornado.is_empty()
    assert found.information["value"].to_list()[:1] == [0.0]


def test_what_two_actions_lose_follows_the_draws_of_what_they_gain(request_of: RequestOf) -> None:
    rows = [{"cost": 100, "kwh": 5000}, {"cost": 100, "kwh": 3000}]
    clash = [{"action_a": "A0", "action_b": "A1", "indicator": "electricity_cost_eur_year", "value": 300.0}]
    request = request_of(rows, interactions=clash, **PLAIN)
    worth = read_worth(request, prepare(request).worth.economy)
    gains = worth.gains["cash"].sum(axis=0)
    lost = worth.pair_gain(worth.pairs[0], "cash")
    assert lost / lost.mean() == pytest.approx(gains / gains.mean())
    assert lost.mean() == pytest.approx(-300 * worth.realised[0].mean())
    some = worth.at([4])
    assert some.pair_gain(some.pairs[0], "cash") == pytest.approx(lost[[4]])


def test_a_path_may_hold_one_of_its_bounds() -> None:
    path = Path(variable="x", unit="1", points={2025: 2.0}, low={2025: 1.0}, high={2025: 5.0}, anchor=2025,
                status="to_verify", reference=FUTURE)  # fmt: skip
    assert path.held_at("low", 2030).index([2030], 2030).tolist() == [0.5]
    assert path.held_at("high", 2030).index([2030], 2030).tolist() == [2.5]
    sure = replace(path, low={}, high={})
    assert sure.held_at("low", 2030).index([2030], 2030).tolist() == [1.0]


def test_what_a_funder_will_give_is_worth_knowing_to_the_payer_alone(request_of: RequestOf) -> None:
    # The certificates are given by right, at a price that is not known.
    rows = [{"cost": 3000 + 700 * i, "kwh": 3000 + 500 * (i * 7 % 5)} for i in range(4)]
    names = {}
    for objective in ("npv", "cash"):
        prepared = prepare(request_of(rows, drivers=DRIVERS, objective=objective, law_deadlines=False))
        found = robustness_of(prepared, decided(prepared).columns, [load_scenario(TREND)])
        names[objective] = {one for one in found.information["name"] if one.startswith("aid:")}
    assert names["npv"] == set()
    assert "aid:CEE-RES-EC-104" in names["cash"]
