"""Several objectives: weights, ranks, ties; aversion to bad futures on few of them."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import polars as pl
import pytest

from bocage.decide.answer.choosing import RANK_TOLERANCE
from bocage.decide.answer.planning import Prepared, decided, make_plan, prepare, written
from bocage.decide.money.society import society_of
from bocage.decide.portfolio.statement import Pair
from bocage.decide.question.request import Choice, PlanRequest, PlanResult
from bocage.decide.value.aims import Placed, joined_states, mixed, scales, tallies
from bocage.decide.value.futures import MOST_FUTURES, gathered
from bocage.vocabulary.codes import BocageError
from bocage.vocabulary.draws import DrawTable

SIREN = "111111118"
PAYER = (SIREN, "M57_main")
RequestOf = Callable[..., PlanRequest]
CITY = {"kind": "commune", "population": 60000, "department": "35"}
NOT_LED = {"facts": {"led": False}}
RIVALS = [
    {"cost": 10000, "kwh": 9000, "exclusive_group": "street", **NOT_LED},
    {"cost": 30000, "kwh": 12000, "exclusive_group": "street", **NOT_LED},
]
"""The first brings more value, the second saves more energy and carbon."""


def decisions(result: Any) -> dict[str, str]:
    return dict(zip(result.plan["action_id"], result.plan["decision"], strict=True))


def reached(result: Any) -> dict[str, float]:
    return dict(zip(result.aims["objective"], result.aims["value"], strict=True))


def test_weights_move_the_plan_from_one_objective_to_the_other(request_of: RequestOf) -> None:
    settings: dict[str, Any] = {"territory": CITY, "budgets": {PAYER: [40000.0]}}
    by_value = make_plan(request_of(RIVALS, aims={"npv": 1.0, "carbon": 0.05}, **settings))
    by_carbon = make_plan(request_of(RIVALS, aims={"npv": 0.05, "carbon": 1.0}, **settings))
    assert decisions(by_value) == {"A0": "in", "A1": "out"}
    assert decisions(by_carbon) == {"A0": "out", "A1": "in"}
    assert by_value.solve.unit == "1"
    assert by_value.solve.objective <= 100 * 1.001
    assert set(reached(by_value)) == {"npv", "carbon"}


def test_a_mix_is_worth_a_hundred_points_where_one_plan_is_best_at_everything(request_of: RequestOf) -> None:
    result = make_plan(request_of([RIVALS[0]], territory=CITY, aims={"npv": 3.0, "energy": 1.0}))
    # The weight of grants that breaks ties is in both terms of the ratio.
    assert result.solve.objective == pytest.approx(100.0, rel=1e-3)


def test_points_and_tonnes_that_differ_are_told_apart_in_reasons(request_of: RequestOf) -> None:
    close = [{"cost": 9000, "kwh": kwh, "exclusive_group": "g", **NOT_LED} for kwh in (2000, 1900)]
    result = make_plan(request_of(close, territory=CITY, objective="carbon"))
    (reason,) = result.reasons.filter(code="BOC-DEC-105").to_dicts()
    assert 0 < reason["value"] < reason["threshold"] < 10
    assert f"{reason['value']:.2f}" != f"{reason['threshold']:.2f}"
    for number in (reason["value"], reason["threshold"]):
        assert f"{number:.2f}" in reason["reason_en"]
        assert f"{number:.2f}".replace(".", ",") in reason["reason_fr"]


def test_what_nothing_serves_counts_for_nothing(request_of: RequestOf) -> None:
    with_water = make_plan(request_of(RIVALS, territory=CITY, aims={"npv": 1.0, "water": 5.0}))
    alone = make_plan(request_of(RIVALS, territory=CITY))
    assert decisions(with_water) == decisions(alone)
    nothing = make_plan(request_of([{"cost": 90000, "kwh": 10, **NOT_LED}], territory=CITY, aims={"npv": 1.0}))
    assert decisions(nothing) == {"A0": "out"}


def test_scales_compare_objectives_and_not_their_units() -> None:
    weights, best = {"npv": 1.0, "carbon": 1.0}, {"npv": 1000.0, "carbon": 4.0}
    in_kg = {"npv": 1000.0, "carbon": 4000.0}
    one, other = scales(weights, best), scales(weights, in_kg)  # type: ignore[arg-type]
    assert one["carbon"] * 2.0 == pytest.approx(other["carbon"] * 2000.0)
    assert sum(scales({"npv": 2.0}, {"npv": 50.0}).values()) * 50.0 == pytest.approx(100.0)


def test_the_next_rank_never_costs_more_than_its_tolerance(request_of: RequestOf) -> None:
    rng = np.random.default_rng(5)
    rows = [
        {"cost": float(c), "kwh": float(k), **NOT_LED}
        for c, k in zip(rng.uniform(2e3, 2e4, 12), rng.uniform(1e3, 9e3, 12), strict=True)
    ]
    settings: dict[str, Any] = {"territory": CITY, "budgets": {PAYER: [20000.0, 20000.0]}}
    first = make_plan(request_of(rows, objective="energy", **settings))
    ranked = make_plan(request_of(rows, objective="energy", then=["npv"], **settings))
    assert reached(ranked)["energy"] >= reached(first)["energy"] * (1 - 2 * RANK_TOLERANCE)
    npv = float(first.society.filter(pl.col("indicator") == "npv")["value"].item())
    assert reached(ranked)["npv"] >= npv - 1e-6 * abs(npv)
    assert ranked.aims["rank"].to_list() == [1, 2]


def test_the_second_rank_settles_between_plans_equal_at_the_first(request_of: RequestOf) -> None:
    # Both save the same energy and exclude each other; the second is dearer. Energy alone cannot tell.
    rows = [{"cost": cost, "kwh": 5000, "exclusive_group": "g", **NOT_LED} for cost in (20000, 9000)]
    result = make_plan(request_of(rows, objective="energy", then=["npv"], territory=CITY))
    assert decisions(result) == {"A0": "out", "A1": "in"}


def test_every_objective_is_tallied_with_its_pairs(request_of: RequestOf) -> None:
    lost = [
        {"action_a": "A0", "action_b": "A1", "indicator": name, "value": value}
        for name, value in (("energy_kwh_year", 2000.0), ("electricity_cost_eur_year", 100.0))
    ]
    rows = [{"cost": 3000, "kwh": 6000, **NOT_LED}, {"cost": 4000, "kwh": 7000, **NOT_LED}]
    for objective in ("npv", "energy"):
        request = request_of(rows, interactions=lost, objective=objective, then=["npv", "energy"], territory=CITY)
        prepared = prepare(request)
        columns, chosen = prepared.steering.columns, decided(prepared)
        value = {aim.objective: aim.value for aim in chosen.aims}[objective]
        # All that is left between the value of the portfolio and the tally is what breaks ties.
        assert columns.portfolio.objective(chosen.columns) == pytest.approx(value, rel=1e-3)
    assert len(columns.portfolio.pairs) == 1


def test_states_of_pairs_are_told_apart_wherever_one_version_does() -> None:
    flags = np.array([[True, False], [False, True]])
    every = np.ones((1, 2), dtype=bool)
    one = Pair(a=0, b=1, with_a=flags, with_b=np.ones((2, 2), dtype=bool), worth=np.array([1.0, 2.0]))
    other = Pair(a=0, b=1, with_a=every, with_b=every, worth=np.array([5.0]))
    pairs, (first, second) = joined_states([[one], [other]])
    assert len(pairs[0].with_a) == 3
    for worth, version in ((first[0], one), (second[0], other)):
        assert replace(pairs[0], worth=worth).credit.tolist() == version.credit.tolist()


def test_a_mix_of_tallies_is_their_weighted_sum(request_of: RequestOf) -> None:
    prepared = prepare(request_of(RIVALS, territory=CITY, then=["carbon"]))
    columns = prepared.steering.columns
    mix = {"npv": 2.0, "carbon": -3.0}
    total = mixed(columns.tallies, mix)  # type: ignore[arg-type]
    expected = 2.0 * columns.tallies["npv"].columns - 3.0 * columns.tallies["carbon"].columns
    assert total.columns == pytest.approx(expected)


@pytest.mark.parametrize(
    ("settings", "name"),
    [
        ({"aims": {"npv": -1.0}}, "aims"),
        ({"aims": {"beauty": 1.0}}, "aims"),
        ({"then": ["beauty"]}, "then"),
        ({"prudence": 1.5}, "prudence"),
        ({"tail": 0.0}, "tail"),
    ],
)
def test_an_aim_that_cannot_be_is_refused(request_of: RequestOf, settings: dict[str, Any], name: str) -> None:
    with pytest.raises(BocageError) as refusal:
        make_plan(request_of(RIVALS, **settings))
    assert refusal.value.code == "BOC-DEC-006"
    assert refusal.value.where["name"] == name


def test_votes_settle_ties_and_nothing_more(request_of: RequestOf) -> None:
    same = [{"cost": 9000, "kwh": 5000, "exclusive_group": "g", **NOT_LED} for _ in range(2)]
    wish = [Choice(choice="preferred", actions=["A1"], votes=12)]
    assert decisions(make_plan(request_of(same, territory=CITY, choices=wish)))["A1"] == "in"
    # The second now brings three hundredths less: a wish weighs one hundredth at most.
    close = [same[0], {**same[1], "kwh": 4850}]
    assert decisions(make_plan(request_of(close, territory=CITY, choices=wish)))["A0"] == "in"


# Futures


@pytest.mark.parametrize("tail", [0.05, 0.1, 0.3])
def test_few_futures_keep_the_mean_of_any_plan_and_the_tail_of_their_own(tail: float) -> None:
    rng = np.random.default_rng(7)
    common, own = rng.normal(size=200), rng.normal(size=(40, 200))
    values = 10.0 + 3.0 * common + 2.0 * own
    reference = values[:20].sum(axis=0)
    futures = gathered(reference, tail)
    assert len(futures.draws) == len(futures.probability) <= MOST_FUTURES
    assert futures.probability.sum() == pytest.approx(1.0)
    worst = max(1, round(tail * 200))
    for _ in range(20):
        plan = values[rng.permutation(40)[: int(rng.integers(5, 40))]].sum(axis=0)
        few = np.array([plan[draws].mean() for draws in futures.draws])
        assert few @ futures.probability == pytest.approx(plan.mean())
        # Flattered at most: by less than a tenth of the distance between the mean and the true tail mean.
        true, told = np.sort(plan)[:worst].mean(), _tail(few, futures.probability, tail)
        assert -1e-9 <= told - true <= 0.12 * (plan.mean() - true)
    own_few = np.array([reference[draws].mean() for draws in futures.draws])
    assert _tail(own_few, futures.probability, tail) == pytest.approx(np.sort(reference)[:worst].mean())


def _tail(values: np.ndarray[Any, Any], probability: np.ndarray[Any, Any], tail: float) -> float:
    order = np.argsort(values)
    before = np.concatenate([[0.0], np.cumsum(probability[order])[:-1]])
    taken = np.clip(tail - before, 0.0, probability[order])
    return float((taken * values[order]).sum() / taken.sum())


def risky(request: PlanRequest) -> PlanRequest:
    """The same request, the savings of the first action being the very same on average, but far less sure."""
    table = request.appraisal
    draws, rng = table.draws.copy(), np.random.default_rng(11)
    rows = np.flatnonzero(
        ((table.keys["action_id"] == "A0") & (table.keys["indicator"] != "investment_eur")).to_numpy()
    )
    spread = np.exp(rng.normal(0.0, 1.5, draws.shape[1]))
    draws[rows] = draws[rows].mean(axis=1, keepdims=True) * spread / spread.mean()
    return replace(request, appraisal=DrawTable(table.keys, draws, table.default_share))


def test_prudence_prefers_what_is_sure(request_of: RequestOf) -> None:
    # Alternatives: the first brings a little more on average; the second is sure.
    rows = [{"cost": 9000, "kwh": 5200, "exclusive_group": "g", **NOT_LED},
            {"cost": 9000, "kwh": 5000, "exclusive_group": "g", **NOT_LED}]  # fmt: skip
    bold = make_plan(risky(request_of(rows, territory=CITY)))
    prudent = make_plan(risky(request_of(rows, territory=CITY, prudence=0.8, tail=0.2)))
    assert decisions(bold) == {"A0": "in", "A1": "out"}
    assert decisions(prudent) == {"A0": "out", "A1": "in"}


def test_no_prudence_and_no_spread_change_nothing(request_of: RequestOf) -> None:
    rows = [{"cost": 4000.0 + 500 * i, "kwh": 4000.0, **NOT_LED} for i in range(6)]
    settings: dict[str, Any] = {"territory": CITY, "budgets": {PAYER: [12000.0, 6000.0]}}
    plain: Prepared = prepare(request_of(rows, **settings))
    prudent: Prepared = prepare(request_of(rows, prudence=0.5, **settings))
    portfolio = prudent.steering.columns.portfolio
    assert portfolio.risk is not None
    assert portfolio.risk.value @ portfolio.risk.probability == pytest.approx(portfolio.value)
    assert plain.steering.columns.portfolio.value == pytest.approx(portfolio.value)


def weighed(result: PlanResult) -> tuple[float, float]:
    """Mean of what a plan is best at, and that of its worst futures."""
    mean, worst = result.solve.mean, result.solve.worst_mean
    assert mean is not None
    assert worst is not None
    return mean, worst


def test_the_mean_of_the_worst_futures_is_that_of_the_draws(request_of: RequestOf) -> None:
    rows = [{"cost": 9000, "kwh": 5200, **NOT_LED}, {"cost": 7000, "kwh": 5000, **NOT_LED}]
    prepared = prepare(risky(request_of(rows, territory=CITY, prudence=0.5, tail=0.2)))
    chosen = decided(prepared)
    result = written(prepared, chosen)
    mean, worst = weighed(result)
    draws = np.sort(society_of(prepared.books(chosen.columns)).npv)
    assert result.solve.worst_share == 0.2
    assert mean == pytest.approx(draws.mean())
    assert worst == pytest.approx(draws[: len(draws) // 5].mean())
    assert draws.min() < worst < mean


def test_worst_futures_of_what_is_no_money_are_told_to_the_prudent_alone(request_of: RequestOf) -> None:
    rows = [{"cost": 9000, "kwh": 5200, **NOT_LED}]
    bold = make_plan(risky(request_of(rows, territory=CITY, objective="energy")))
    assert (bold.solve.mean, bold.solve.worst_mean) == (None, None)
    prudent = make_plan(risky(request_of(rows, territory=CITY, objective="energy", prudence=0.5)))
    # Energy adds up: the mean over draws is the total of the plan.
    mean, worst = weighed(prudent)
    assert mean == pytest.approx(prudent.aims["value"].item())
    assert 0 < worst < 0.9 * mean
    # Several objectives together: half the mean of the mix and half its worst futures is what was searched for.
    both = make_plan(risky(request_of(rows, territory=CITY, aims={"npv": 1.0, "energy": 1.0}, prudence=0.5)))
    mean, worst = weighed(both)
    assert worst < mean
    assert both.solve.objective == pytest.approx((mean + worst) / 2, rel=0.05)


def test_tallies_know_what_is_bought_at_a_lower_price(request_of: RequestOf) -> None:
    prepared = prepare(request_of([RIVALS[0]], territory=CITY))
    columns, worth = prepared.steering.columns, prepared.worth

    at = Placed(
        action=columns.portfolio.action,
        year=columns.portfolio.year,
        cost_factor=np.full(len(columns.portfolio.action), 0.9),
        grants=np.zeros(len(columns.portfolio.action)),
    )
    _, cheap, _ = tallies(prepared.request, worth, ["npv", "energy"], at)
    first = int(np.flatnonzero(columns.portfolio.year == 0)[0])
    spared = cheap["npv"].columns[first] - columns.tallies["npv"].columns[first]
    # A tenth of 10 000 EUR at once, and of what renewals cost later: at least a thousand, at most a tenth of it all.
    assert spared >= 1000.0 - 1e-6
    assert cheap["energy"].columns[first] > 0


def test_options_are_compared_for_a_prudent_plan_with_obligations(request_of: RequestOf) -> None:
    rows = [
        {"cost": 4000.0 + 500 * i, "kwh": 4000.0, "kind": "led" if i % 2 else "dimming", **NOT_LED} for i in range(6)
    ]
    must = Choice(choice="mandatory", actions=["A5"])
    result = make_plan(request_of(rows, territory=CITY, prudence=0.5, choices=[must], then=["energy"]))
    assert {"nothing", "without", "chosen"} <= set(result.options["option"])
    assert result.aims["objective"].to_list() == ["npv", "energy"]
