"""What is learned: the prior where nothing is known, the truth where records tell it, and nothing counted twice."""

import datetime as dt
import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from commons_samples import altered, sound

from bocage.commons.awards import read_awards
from bocage.commons.costs import CostModel, learn_costs, unit_of
from bocage.commons.learned import learn_all
from bocage.commons.realisation import (
    GUARANTEED,
    PRIOR_RESTS_ON,
    learn_realisation,
    learned_realisation,
    losses,
    prior_figures,
    realised_over_predicted,
)
from bocage.commons.record import Record
from bocage.commons.shelf import shipped_records
from bocage.commons.validate import judge
from bocage.decide.value.realisation import realisation_draws
from bocage.parameters.reader import CORE_FOLDER, Parameters
from bocage.vocabulary.codes import BocageError
from bocage.vocabulary.draws import Z90

DAY = dt.date(2026, 1, 1)


@pytest.fixture
def parameters() -> Parameters:
    return Parameters(CORE_FOLDER, DAY)


def town(number: int, *, points: float = 100.0, cost: float = 90_000.0, **effects: float) -> Record:
    """A sound record of one more commune: cost and size, predicted and measured energy."""
    content = sound()
    content |= {
        "record_id": f"town-{number}",
        "costs": [{"line": "works", "amount_eur": str(cost), "vat": "excluded", "quality": "invoiced"}],
    }
    content["territory"] = {**content["territory"], "code": f"{10_000 + number}"}
    content["action"] = {**content["action"], "quantity": str(points)}
    content["dates"] = {"accepted": "2024-06-14"}
    predicted, measured = effects.get("predicted", 40_000.0), effects.get("measured", 30_000.0)
    content["predicted_effects"][0] |= {"value": str(predicted), "low": str(0.9 * predicted)}
    content["measured_effects"][0] |= {"value": str(measured), "low": str(measured - 1), "high": str(measured + 1)}
    judged = judge(content)
    assert judged.verdicts == []
    return judged.record


def model(records: list[Record], parameters: Parameters) -> CostModel:
    return learn_costs(records, parameters, seed=1)


def test_without_records_the_estimate_is_the_declared_prior(parameters: Parameters) -> None:
    learned = model([], parameters)
    assert learned.names == [
        "cost:buildings.global_renovation",
        "cost:buildings.partial_renovation",
        "cost:buildings.quick_wins",
        "cost:lighting.led",
    ]
    found = learned.estimate("cost:lighting.led")
    assert (found.records, found.prior_share, found.witnesses) == (0, 1.0, [])
    assert found.median == pytest.approx(parameters.number("feedback.cost_lighting_led"), rel=0.1)
    assert found.unit == "EUR/point"
    assert unit_of("lighting", "led") == "points"


def test_many_records_drown_the_prior_and_are_recovered(parameters: Parameters) -> None:
    random = np.random.default_rng(3)
    records = [
        town(number, points=float(size), cost=float(400.0 * size * np.exp(random.normal(0, 0.2))))
        for number, size in enumerate(np.exp(random.normal(math.log(300), 1.0, 120)).round())
    ]
    learned = model(records, parameters)
    found = learned.estimate("cost:lighting.led")
    assert found.records == 120
    assert found.prior_share < 0.1
    assert found.median == pytest.approx(400.0, rel=0.12)
    assert np.median(learned.fit.elasticity("lighting.led")) == pytest.approx(1.0, abs=0.06)
    assert 0.7 <= found.inside / found.all_records <= 0.92
    assert found.r_hat < 1.2  # one record per territory: what differs between territories is hard to tell from the rest
    # a commune that pays twice as much is told so, one that pays as all do is not
    assert learned.rank("lighting", "led_dimming", 200, 200 * 400.0) == pytest.approx(50, abs=20)
    assert learned.rank("lighting", "led_dimming", 200, 200 * 1200.0) > 97


def test_weights_of_prior_and_records_make_one(parameters: Parameters) -> None:
    found = model(list(shipped_records()), parameters).estimate("cost:lighting.led")
    assert {one.record_id for one in found.witnesses} == {
        "energie-eure-et-loir-2024", "la-cote-saint-andre-2017", "marcoussis-2022", "siceco-2023", "vitre-2024",
    }  # fmt: skip
    assert 0 < found.prior_share < 1
    assert sum(one.weight for one in found.witnesses) + found.prior_share < 1.2
    assert found.low < found.median < found.high
    assert found.prior[2] - found.prior[1] > found.high - found.low


def test_what_tells_no_unit_cost_is_left_out(parameters: Parameters) -> None:
    unpriced = [
        altered("action.quantity", None),
        {**altered("costs", None), "predicted_cost": {"amount_eur": "0", "vat": "excluded"}},
        {**sound(), "costs": [{"line": "works", "amount_eur": "9", "vat": "excluded", "quality": "declared",
                               "includes": "dix ans de service"}]},
        altered("action.kind", "programme"),
        altered("action.quantity_unit", "km"),
    ]  # fmt: skip
    records = [judge(content).record for content in unpriced]
    assert len(model(records, parameters).fit.records) == 0


def test_a_cost_of_unknown_vat_stands_halfway(parameters: Parameters) -> None:
    values = {}
    for vat in ("excluded", "unknown", "included"):
        lines = [{"line": "works", "amount_eur": "120000", "vat": vat, "quality": "invoiced"}]
        fit = model([judge({**sound(), "costs": lines}).record], parameters).fit
        values[vat] = float(fit.records.value[0])
        assert fit.records.value_log_sd is not None
        assert (fit.records.value_log_sd[0] > 0.09) == (vat == "unknown")
    assert values["included"] == pytest.approx(100_000)
    assert values["unknown"] == pytest.approx(math.sqrt(values["included"] * values["excluded"]))


def test_awards_sharpen_size_and_spread_but_not_the_level(parameters: Parameters, data: Path) -> None:
    awards = read_awards(data / "decision" / "fonds_vert_2023.csv")
    without = model(list(shipped_records()), parameters)
    with_them = learn_costs(shipped_records(), parameters, seed=1, awards=awards)
    before, after = (one.estimate("cost:lighting.led") for one in (without, with_them))
    assert after.records > before.records + 50
    assert after.high / after.low < before.high / before.low
    assert after.median == pytest.approx(before.median, rel=0.25)
    slopes = [np.std(one.fit.elasticity("lighting.led")) for one in (without, with_them)]
    assert slopes[1] < slopes[0]
    assert after.r_hat < 1.05


def test_realisation_is_exactly_the_prior_where_no_record_tells_it(parameters: Parameters) -> None:
    learned = learned_realisation("lighting", parameters, shipped_records(), 1)
    low, high = parameters.bounds("realisation.lighting")
    assert (learned.low, learned.high, learned.records) == (low, high, 0)
    assert learned.median == pytest.approx(math.sqrt(low * high))
    # and a plan draws what it drew from the parameters
    plain = realisation_draws(parameters, "lighting", 400, seed=1)
    told = realisation_draws(parameters, "lighting", 400, seed=1, learned=learned)
    assert told.mean() == pytest.approx(plain.mean(), rel=1e-3)
    assert np.corrcoef(plain, told)[0, 1] == pytest.approx(1.0)
    assert set(learned.told) == {"fr", "en"}


def test_realisation_follows_what_was_measured(parameters: Parameters) -> None:
    random = np.random.default_rng(5)
    records = [town(n, measured=float(40_000 * 0.7 * np.exp(random.normal(0, 0.1)))) for n in range(40)]
    learned = learned_realisation("lighting", parameters, records, 1)
    assert learned.records == 40
    assert learned.median == pytest.approx(0.7, abs=0.04)
    assert "40" in learned.told["en"]
    fewer = learned_realisation("lighting", parameters, records[:2], 1)
    seen = [ratio for one in records[:2] if (ratio := (realised_over_predicted(one) or (0.0,))[0])]
    assert np.mean(seen) < fewer.median < 0.95  # two records move the prior, they do not replace it


def test_a_territory_learns_most_from_itself(parameters: Parameters) -> None:
    others = [town(n, measured=38_000.0) for n in range(12)]
    own = [replace(town(100 + n, measured=22_000.0)) for n in range(3)]
    for record in own:
        record.values["territory"]["code"] = "35238"
    learned = learn_realisation("lighting", parameters, [*others, *own], seed=1)
    assert learned.figures(territory="35238")[0] < learned.figures(territory="29019")[0] - 0.05


def test_guaranteed_results_say_nothing_of_the_others(parameters: Parameters) -> None:
    learned = learn_realisation("buildings", parameters, shipped_records(), seed=1, kind=GUARANTEED)
    assert {row["record_id"] for row in learned.told} == {"paris-cpe-100-ecoles", "snec-153-cpe"}
    assert learned.figures()[0] > 0.9
    assert learned_realisation("buildings", parameters, shipped_records(), 1).median < 0.7


def test_the_record_behind_a_prior_is_not_counted_twice(parameters: Parameters) -> None:
    known = {record.record_id for record in shipped_records()}
    assert all(held <= known for held in PRIOR_RESTS_ON.values())
    learned = learn_realisation("buildings", parameters, shipped_records(), seed=1)
    assert "california-k12-schools" not in {row["record_id"] for row in learned.told}


def test_ratio_comes_from_the_best_grade_of_one_indicator() -> None:
    content = sound()
    content["measured_effects"].insert(
        0, {"indicator": "energy_kwh_year", "value": "41000", "unit": "kWh/year", "quality": "declared"}
    )
    ratio, effect = realised_over_predicted(judge(content).record) or (0.0, {})
    assert ratio == pytest.approx(37_000 / 41_000)
    assert effect["quality"] == "causally_estimated"
    assert realised_over_predicted(judge(altered("predicted_effects", None)).record) is None


def test_works_that_saved_nothing_are_counted_not_dropped() -> None:
    content = altered("measured_effects.0.value", "-500")
    content["measured_effects"][0] |= {"low": "-900", "high": "-100"}
    record = judge(content).record
    assert realised_over_predicted(record) is None
    assert losses([record, judge(sound()).record]) == [record]


def test_a_wider_interval_weighs_less(parameters: Parameters) -> None:
    narrow = town(1, measured=20_000.0)
    content = sound()
    content["measured_effects"][0] |= {"value": "20000", "low": "8000", "high": "45000"}
    wide = judge({**content, "predicted_effects": [{**content["predicted_effects"][0], "value": "40000"}]}).record
    medians = [learned_realisation("lighting", parameters, [one], 1).median for one in (narrow, wide)]
    assert medians[0] < medians[1] < 0.95


def test_a_domain_without_any_prior_moves_with_records_only(parameters: Parameters) -> None:
    assert prior_figures("waste", parameters) == (1.0, 1.0, 1.0)
    assert learned_realisation("waste", parameters, [], 1).high == 1.0
    content = altered("action.domain", "waste")
    learned = learned_realisation("waste", parameters, [judge(content).record], 1)
    assert learned.records == 1
    assert 0.85 < learned.median < 1.0
    assert learned.low < learned.high


def test_the_same_seed_gives_the_same_figures(parameters: Parameters) -> None:
    first, second = (model(list(shipped_records()), parameters).estimate("cost:lighting.led") for _ in range(2))
    assert first == second
    spread = math.log(first.high / first.low) / (2 * Z90)
    assert 0.3 < spread < 1.0


def test_all_that_is_learned_in_one_object(parameters: Parameters) -> None:
    learned = learn_all(shipped_records(), parameters, ["buildings", "lighting"], seed=1)
    assert learned.names[-3:] == ["realisation:buildings", "realisation:buildings.guaranteed", "realisation:lighting"]
    costs = learned.cost_draws("lighting", "led_dimming", 200.0, territory="35238", count=1000)
    assert costs.shape == (1000,)
    assert np.percentile(costs, 10) < 200 * 950 < np.percentile(costs, 90)
    assert (learned.cost_draws("lighting", "led_dimming", 200.0, territory="35238", count=1000) == costs).all()
    shares = learned.share_draws("lighting")
    told = learned.realisation("lighting")
    assert np.percentile(shares, [10, 90]) == pytest.approx([told.low, told.high], rel=0.02)
    assert learned.estimate("realisation:lighting").median == told.median
    with pytest.raises(BocageError, match="BOC-COM-009"):
        learned.estimate("realisation:roads")
