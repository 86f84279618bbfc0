"""What actions bring: the share that comes true, the drivers that move it, the roles that count."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import polars as pl
import pytest

from bocage.decide.question.request import PlanRequest, Realisation
from bocage.decide.value.economy import read_economy
from bocage.decide.value.realisation import realisation_draws
from bocage.decide.value.valuing import base_values
from bocage.decide.value.worth import Worth, read_worth
from bocage.parameters.scenarios import Path, Scenario, load_scenario
from bocage.vocabulary.draws import DrawTable

RequestOf = Callable[..., PlanRequest]
DRIVERS = {"electricity_cost_eur_year": "electricity_price", "carbon_kgco2e_year": "electricity_carbon"}
FUTURE = {"fr": "essai", "en": "trial"}


def worth_of(request: PlanRequest) -> Worth:
    economy = read_economy(request.parameters, request.territory, first_year=request.first_year, years=request.years)
    return read_worth(request, economy)


def with_effect(request: PlanRequest, indicator: str, unit: str, role: str, value: float) -> PlanRequest:
    """The request with one more effect of its first action, the same in every draw."""
    keys = pl.DataFrame({"action_id": ["A0"], "indicator": [indicator], "unit": [unit]})
    added = DrawTable(keys, np.full((1, request.appraisal.draws.shape[1]), value), np.zeros(1))
    return replace(
        request, appraisal=DrawTable.stack([request.appraisal, added]), roles={**request.roles, indicator: role}
    )


def scenario_of(**paths: dict[int, float]) -> Scenario:
    return Scenario(
        name="trial",
        label=FUTURE,
        paths={
            name: Path(variable=name, unit="1", points=points, status="to_verify", reference=FUTURE)
            for name, points in paths.items()
        },
    )


def test_what_an_action_adds_to_expenses_is_counted_whole(request_of: RequestOf) -> None:
    request = request_of([{"cost": 1000, "kwh": 5000}])
    alone = worth_of(request).mean_gains["cash"][0]
    with_subscription = worth_of(with_effect(request, "subscription", "EUR/year", "cash", 120.0))
    assert alone == pytest.approx(1000 * 0.955, rel=0.01)
    assert with_subscription.mean_gains["cash"][0] == pytest.approx(alone - 120.0)
    saved = worth_of(with_effect(request, "subscription", "EUR/year", "cash", -120.0))
    share = saved.realised[0].mean()
    assert saved.mean_gains["cash"][0] == pytest.approx(alone + 120.0 * share)


def test_shared_experience_replaces_the_parameter_of_its_domain(request_of: RequestOf) -> None:
    request = request_of([{"cost": 1000, "kwh": 5000}])
    learned = Realisation(median=0.6, low=0.5, high=0.72, records=31, told={"fr": "x", "en": "x"})
    found = worth_of(replace(request, realisation={"lighting": learned}))
    elsewhere = worth_of(replace(request, realisation={"buildings": learned}))
    assert elsewhere.mean_gains["energy"][0] == worth_of(request).mean_gains["energy"][0]
    draws = realisation_draws(request.parameters, "lighting", 20_000, seed=1, learned=learned)
    assert np.percentile(draws, [10, 50, 90]) == pytest.approx([0.5, 0.6, 0.72], rel=0.02)
    assert found.realised.mean() == pytest.approx(draws.mean(), rel=1e-9)


def test_a_price_that_doubles_doubles_the_bill_and_not_the_upkeep(request_of: RequestOf) -> None:
    request = with_effect(
        request_of([{"cost": 0.0, "kwh": 5000}], drivers=DRIVERS), "upkeep", "EUR/year", "cash", -300.0
    )
    level = worth_of(replace(request, scenario=scenario_of(electricity_price={2026: 1.0})))
    # Twice as dear from 2040 on, in a straight line from 2030: t = 3 to t = 13.
    dear = worth_of(replace(request, scenario=scenario_of(electricity_price={2026: 1.0, 2030: 1.0, 2040: 2.0})))
    years = np.arange(31)
    index = np.interp(2027 + years, [2030, 2040], [1.0, 2.0])
    factor = 1.032**-years
    bill, upkeep = (
        next(float(one.gain.mean()) for one in level.streams if (one.role, one.driver) == ("cash", driver))
        for driver in ("electricity_price", "")
    )
    assert (bill, upkeep) == pytest.approx((1000 * 0.955, 300 * 0.955), rel=0.02)
    by_hand = ((bill * index + upkeep) * factor)[1:].sum()
    assert dear.present("cash", "society")[0, 0] == pytest.approx(by_hand, rel=1e-9)
    assert level.present("cash", "society")[0, 0] == pytest.approx(((bill + upkeep) * factor)[1:].sum(), rel=1e-9)
    assert dear.mean_gains["cash"] == pytest.approx(level.mean_gains["cash"])
    assert dear.gain_by_year({0: 0}, "cash", 40)[20].mean() == pytest.approx(bill * 2 + upkeep)
    assert (dear.gain_by_year({0: 0}, "cash", 40)[31:] == 0).all()


def test_the_content_of_a_kwh_falls_from_what_domains_compute_with(request_of: RequestOf) -> None:
    request = request_of([{"cost": 0.0, "kwh": 5000}], drivers=DRIVERS, scenario=load_scenario("S2"))
    worth = worth_of(request)
    index = worth.index["electricity_carbon"]
    content = load_scenario("S2").paths["electricity_carbon"]
    assert index == pytest.approx(content.at(np.arange(2027, 2058)) / 0.084)
    assert index[3] == pytest.approx(0.0387 / 0.084, rel=0.01)
    gained = worth.gain_by_year({0: 0}, "carbon", 31).mean(axis=1)
    assert gained[1:] == pytest.approx(worth.mean_gains["carbon"][0] * index[1:])


def test_a_scenario_may_value_carbon_otherwise(request_of: RequestOf) -> None:
    request = request_of([{"cost": 0.0, "kwh": 5000}], drivers={})
    usual = worth_of(replace(request, scenario=scenario_of(electricity_price={2026: 1.0})))
    flat = worth_of(replace(request, scenario=scenario_of(carbon_value={2026: 100.0})))
    by_hand = flat.mean_gains["carbon"][0] * 0.1 * (1.032 ** -np.arange(1.0, 31)).sum()
    assert flat.present("carbon", "carbon")[0, 0] == pytest.approx(by_hand)
    assert usual.present("carbon", "carbon")[0, 0] == pytest.approx(
        usual.mean_gains["carbon"][0] * 30 * 0.3 * 1.032**-3, rel=1e-9
    )


def test_draws_are_common_to_actions_and_to_futures(request_of: RequestOf) -> None:
    rows = [{"cost": 1000, "kwh": 5000}, {"cost": 2000, "kwh": 900}]
    trend, s2 = (worth_of(request_of(rows, drivers=DRIVERS, scenario=load_scenario(name))) for name in ("trend", "S2"))
    for one, other in zip(trend.streams, s2.streams, strict=True):
        assert (one.gain == other.gain).all()
    ratio = trend.gains["energy"][1] / trend.gains["energy"][0]
    assert ratio == pytest.approx(np.full_like(ratio, 900 / 5000))
    later = trend.gain_by_year({0: 0}, "carbon", 31), s2.gain_by_year({0: 0}, "carbon", 31)
    assert later[1][20] / later[0][20] == pytest.approx(np.full(20, s2.index["electricity_carbon"][20]))


def test_damage_avoided_counts_for_society_and_not_for_the_payer(request_of: RequestOf) -> None:
    request = request_of([{"cost": 1000, "kwh": 0.0}])
    risky = with_effect(request, "damage_eur_year", "EUR/year", "risk", -200.0)
    plain, safer = worth_of(request), worth_of(risky)
    gained = base_values(risky, safer) - base_values(request, plain)
    factor = 1.032 ** -np.arange(1.0, 31)
    assert gained[0, 0] == pytest.approx(200 * safer.realised[0].mean() * factor.sum(), rel=1e-9)
    cash = replace(request, objective="cash"), replace(risky, objective="cash")
    assert base_values(cash[0], plain) == pytest.approx(base_values(cash[1], safer))


@pytest.mark.parametrize(("objective", "role"), [("energy", "energy"), ("water", "water"), ("risk", "risk")])
def test_an_objective_of_its_own_counts_what_is_gained_to_the_horizon(
    objective: Any, role: str, request_of: RequestOf
) -> None:
    request = request_of([{"cost": 1000, "kwh": 0.0}], objective=objective)
    found = worth_of(with_effect(request, "effect", "1", role, -10.0))
    factor = 1.032 ** -np.arange(31.0)
    by_hand = [10 * found.realised[0].mean() * factor[start + 1 :].sum() for start in range(3)]
    assert base_values(request, found)[0] == pytest.approx(by_hand)


def test_some_draws_of_a_worth_are_those_of_the_whole(request_of: RequestOf) -> None:
    whole = worth_of(request_of([{"cost": 1000, "kwh": 5000}], drivers=DRIVERS))
    some = whole.at([3, 7])
    assert (some.gains["cash"] == whole.gains["cash"][:, [3, 7]]).all()
    assert (some.gain_by_year({0: 1}, "cash", 9) == whole.gain_by_year({0: 1}, "cash", 9)[:, [3, 7]]).all()
