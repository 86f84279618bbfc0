"""What actions do to the bill, to subscribed power, to the light on the road and to the night."""

import itertools
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from lighting_street import furnished, kinds, lamp

from bocage.domains.lighting import DOMAIN
from bocage.domains.lighting.actions import apply
from bocage.domains.lighting.inventory.declared import lighting_parameters
from bocage.domains.lighting.physics.load import with_load
from bocage.domains.lighting.simulate.appraise import appraise
from bocage.vocabulary.domain import Assets, Site
from bocage.vocabulary.draws import DrawTable

Stock = Callable[..., Assets]


def mean(table: DrawTable, indicator: str) -> float:
    return float(table.draws_of(indicator).mean())


def states(assets: Assets, site: Site, *chosen: pl.DataFrame) -> tuple[DrawTable, DrawTable]:
    nothing = DOMAIN.simulate(assets, chosen[0].clear(), site)
    return nothing, DOMAIN.simulate(assets, pl.concat(chosen), site)


def test_kwh_fall_faster_than_the_bill(paris: Assets, site: Site) -> None:
    """Châteauroux measured -54 % of kWh for -25 % of the bill: the fixed part of the bill does not follow."""
    actions = DOMAIN.propose(paris, site)
    before, after = states(paris, site, kinds(actions, "led_dimming", "dimming"))
    kwh = 1 - mean(after, "energy_kwh_year") / mean(before, "energy_kwh_year")
    bill = 1 - mean(after, "electricity_cost_eur_year") / mean(before, "electricity_cost_eur_year")
    share = lighting_parameters(site).number("supply.fixed_share")
    assert 0 < bill < kwh
    assert bill == pytest.approx(kwh * (1 - share), rel=0.02)


def test_power_given_back_is_paid_no_more(site: Site) -> None:
    """Two cabinets of 9 kVA for 1.15 kW each: 1.4375 kVA needed; 15.125 kVA given back at 12 EUR a year."""
    assets = furnished(site)
    at = replace(site, draws=4000)
    actions = DOMAIN.propose(assets, at)
    fit = kinds(actions, "subscribed_power")
    assert fit["asset_ids"].item().to_list() == ["A1", "A2"]
    before, after = states(assets, at, fit)
    assert mean(before, "subscribed_power_kva") == pytest.approx(18.0)
    assert mean(after, "subscribed_power_kva") == pytest.approx(2 * 1.15 * 1.25)
    saved = mean(before, "electricity_cost_eur_year") - mean(after, "electricity_cost_eur_year")
    assert saved == pytest.approx(12.0 * (18.0 - 2.875), rel=0.02)
    assert mean(after, "energy_kwh_year") == pytest.approx(mean(before, "energy_kwh_year"))


def test_leds_alone_do_not_give_back_power_and_both_give_back_more(site: Site) -> None:
    assets = furnished(site)
    actions = DOMAIN.propose(assets, site)
    fit, led = kinds(actions, "subscribed_power"), kinds(actions, "led")
    _, renewed = states(assets, site, led)
    assert mean(renewed, "subscribed_power_kva") == pytest.approx(18.0)
    _, both = states(assets, site, led, fit)
    power = mean(both, "installed_power_kw")
    assert mean(both, "subscribed_power_kva") == pytest.approx(1.25 * power, rel=0.2)
    pairs = DOMAIN.interact(assets, pl.concat([fit, led]), site).filter(indicator="electricity_cost_eur_year")
    assert (pairs["value"] < 0).all(), "power that LEDs free is given back only where the subscription is fitted"


def test_a_subscription_below_the_need_is_never_raised(site: Site) -> None:
    """0.5 kVA for 1.4375 needed: fitting keeps the ratio, so that it changes nothing alone."""
    assets = furnished(site, A1={"subscribed_power_kva": 0.5}, A2={"subscribed_power_kva": 0.5})
    actions = DOMAIN.propose(assets, site)
    effect = appraise(assets, kinds(actions, "subscribed_power"), site)
    assert mean(effect, "subscribed_power_kva") == pytest.approx(0.0, abs=1e-12)
    fit, led = kinds(actions, "subscribed_power"), kinds(actions, "led")
    _, both = states(assets, site, led, fit)
    assert mean(both, "subscribed_power_kva") < 1.0


def test_like_for_like_keeps_the_light_of_the_first_night(site: Site) -> None:
    assets = furnished(site)
    actions = DOMAIN.propose(assets, site)
    before, after = (
        with_load(found["luminaire"], site) for found in (assets, apply(assets, kinds(actions, "led"), site))
    )
    assert after["first_road_lm"].to_list() == pytest.approx(before["first_road_lm"].to_list())


def test_light_on_the_road_is_per_area_and_against_the_class(site: Site) -> None:
    """Sodium: 10,000 lm x 0.72 x 0.65 x 0.6 = 2,808 lm a point, less what years take; 108 m x 7 m and x 5 m."""
    assets = furnished(site)
    state = DOMAIN.simulate(assets, DOMAIN.propose(assets, site).clear(), replace(site, draws=2000))
    rows = with_load(assets["luminaire"], site)
    assert rows["first_road_lm"].to_list() == pytest.approx([2808.0] * 20)
    kept = rows["road_lm"].sum() / rows["first_road_lm"].sum()
    assert 0.75 < kept < 1
    assert mean(state, "road_flux_klm") == pytest.approx(20 * 2.808 * kept)
    assert mean(state, "road_flux_lm_m2") == pytest.approx(20 * 2808 * kept / (108 * 12))
    needed = assets["luminaire"]["_class_flux_lm"].to_list()
    reached = [value * 0.6 <= 2808 for value in needed]
    assert reached[0] is False or reached[10] is True
    assert mean(state, "class_reached_percent") == pytest.approx(100 * np.mean(reached))
    sized = kinds(DOMAIN.propose(assets, site), "led_class")
    after = DOMAIN.simulate(assets, sized, site)
    assert mean(after, "class_reached_percent") == pytest.approx(100.0)


def test_roads_are_dark_at_one_where_a_curfew_is_and_near_water_too(site: Site) -> None:
    """The lane is 108 m long; the pond lies 9 m from it, from x = -5 to 20 m: points up to 69 m are within 50 m."""
    assets = furnished(site)
    actions = DOMAIN.propose(assets, site)
    before, after = states(assets, site, kinds(actions, "curfew_partial"))
    assert mean(before, "dark_road_km") == 0.0
    assert mean(after, "dark_road_km") == pytest.approx(0.108)
    near = [12.0 * number for number in range(10) if max(0.0, 12.0 * number - 20) ** 2 + 9**2 <= 50**2]
    assert mean(before, "sensitive_lit_points") == len(near)
    assert mean(after, "sensitive_lit_points") == 0.0


def test_points_outside_town_are_sensitive(stock: Stock, site: Site) -> None:
    assets = stock({"in_town": True}, {"in_town": False}, {"in_town": None})
    state = DOMAIN.simulate(assets, DOMAIN.propose(assets, site).clear(), site)
    assert mean(state, "sensitive_lit_points") == 1.0


def test_warm_light_sends_less_blue_to_the_sky(stock: Stock, site: Site) -> None:
    """1,000 lm x 0.8 x 10 % upwards = 80 lm at 3,000 K; 0.29/0.20 of it at 4,000 K, 0.08/0.20 at 2,200 K."""
    rows = [
        {"source_flux_lm": 1000.0, "ulr_percent": 10.0, "colour_temperature_k": warmth}
        for warmth in (3000.0, 4000.0, 2200.0)
    ]
    found = with_load(stock(*rows)["luminaire"], site)["up_blue_lm"].to_list()
    assert found == pytest.approx([80.0, 80 * 0.29 / 0.20, 80 * 0.08 / 0.20])


def test_manufacture_is_counted_once_and_in_no_ledger(site: Site) -> None:
    assets = furnished(site)
    actions = DOMAIN.propose(assets, site)
    effect = appraise(assets, kinds(actions, "led").head(1), replace(site, draws=4000))
    assert mean(effect, "embodied_carbon_kgco2e") == pytest.approx(10 * 60)
    low, high = np.percentile(effect.draws_of("embodied_carbon_kgco2e"), [10, 90])
    assert high / low == pytest.approx(120 / 30, rel=0.1)
    assert DOMAIN.indicators["embodied_carbon_kgco2e"].role == "stock"
    assert mean(appraise(assets, kinds(actions, "curfew").head(1), site), "embodied_carbon_kgco2e") == 0.0


def test_every_action_alone_is_the_difference_of_two_simulations(site: Site) -> None:
    lamps = [
        *(lamp(number, lantern="heritage" if number % 2 else "functional") for number in range(8)),
        *(lamp(8 + number, street="Ruelle", technology="LED", system_power_w=40.0) for number in range(8)),
        lamp(16, defect="cable"),
    ]
    assets = furnished(site, *lamps, A1={"control": "photocell"}, A2={"condition": "poor"})
    actions = DOMAIN.propose(assets, site)
    assert actions["kind"].n_unique() >= 12
    appraisal = appraise(assets, actions, site)
    nothing = DOMAIN.simulate(assets, actions.clear(), site)
    for one in actions["action_id"]:
        alone = DOMAIN.simulate(assets, actions.filter(action_id=one), site).minus(nothing, ["indicator", "unit"])
        found = appraisal.where(pl.col("action_id") == one)
        for indicator in alone.keys["indicator"]:
            scale = max(1.0, float(np.abs(nothing.draws_of(indicator)).max()))
            assert np.abs(alone.draws_of(indicator) - found.draws_of(indicator)).max() < 1e-9 * scale, (one, indicator)


def test_pairs_lose_what_interact_says_for_every_kind(site: Site) -> None:
    site = replace(site, settings={"lot_minimum_points": 4})
    lamps = [
        *(lamp(number) for number in range(6)),
        *(lamp(6 + number, technology="LED", system_power_w=40.0) for number in range(6)),
    ]
    assets = furnished(site, *lamps, A1={"control": "photocell"})
    actions = DOMAIN.propose(assets, site)
    one_each = actions.unique("kind", keep="first", maintain_order=True)
    said = {
        (row["action_a"], row["action_b"], row["indicator"]): row["value"]
        for row in DOMAIN.interact(assets, one_each, site).iter_rows(named=True)
    }
    nothing = DOMAIN.simulate(assets, actions.clear(), site)
    groups = dict(one_each.select("action_id", "exclusive_group").iter_rows())

    def effect(*names: str) -> DrawTable:
        chosen = one_each.filter(pl.col("action_id").is_in(names))
        return DOMAIN.simulate(assets, chosen, site).minus(nothing, ["indicator"])

    alone = {name: effect(name) for name in sorted(groups)}
    free = [
        pair for pair in itertools.combinations(sorted(groups), 2)
        if not groups[pair[0]] or groups[pair[0]] != groups[pair[1]]
    ]  # fmt: skip
    assert len(free) > 25
    for first, second in free[::3]:
        both = effect(first, second)
        for indicator in ("energy_kwh_year", "electricity_cost_eur_year", "maintenance_cost_eur_year"):
            lost = mean(both, indicator) - mean(alone[first], indicator) - mean(alone[second], indicator)
            assert said.get((first, second, indicator), 0.0) == pytest.approx(lost, rel=1e-6, abs=1e-3)
