"""Every kind of action: where it is proposed, what it needs first, what it excludes, what it edits."""

import datetime as dt
import json
from dataclasses import replace

import polars as pl
import pytest
from lighting_street import furnished, kinds, lamp

from bocage.domains.lighting import DOMAIN
from bocage.domains.lighting.actions import apply
from bocage.domains.lighting.inventory import complete
from bocage.domains.lighting.physics.load import with_load
from bocage.vocabulary.domain import Site


def test_alternatives_of_one_lot_share_its_group(site: Site) -> None:
    actions = DOMAIN.propose(furnished(site), site)
    street = actions.filter(pl.col("place") == "Grande Rue")
    assert set(street["kind"]) == {"led", "led_dimming", "led_class"}, "detection is for quiet places"
    assert street["exclusive_group"].n_unique() == 1
    sector = kinds(actions, "curfew", "curfew_partial")
    assert sector["exclusive_group"].n_unique() == 1
    assert len(sector) == 3
    assert actions["action_id"].is_unique().all()


def test_a_partial_curfew_leaves_the_main_road_lit(site: Site) -> None:
    assets = furnished(site)
    partial = kinds(DOMAIN.propose(assets, site), "curfew_partial")
    assert partial["asset_ids"].item().to_list() == [f"p{number}" for number in range(10, 20)]
    after = with_load(apply(assets, partial, site)["luminaire"], site)
    assert after.filter(pl.col("lit_road_id") == "R1")["dark_h"].max() == pytest.approx(0.0, abs=1e-9)
    assert after.filter(pl.col("lit_road_id") == "R2")["dark_h"].min() == pytest.approx(2190)
    said = partial["label_fr"].item()
    assert said == "Éteindre de 23:00 à 05:00 hors voies principales\u202f: secteur Bourg, 10 points lumineux"


def test_a_curfew_needs_clocks_where_cabinets_are_blind_and_sound_cabinets(site: Site) -> None:
    broken = {"control": "astronomical_clock", "condition": "dangerous"}
    assets = furnished(site, A1={"control": "photocell"}, A2=broken)
    actions = DOMAIN.propose(assets, site)
    clock, renewal = kinds(actions, "cabinet_clock"), kinds(actions, "cabinet_renewal")
    assert clock["asset_ids"].item().to_list() == ["A1"]
    assert renewal["asset_ids"].item().to_list() == ["A2"]
    assert (clock["asset_type"].item(), clock["unit_count"].item()) == ("cabinet", 1)
    needed = {row["action_id"]: set(row["requires"]) for row in kinds(actions, "curfew").iter_rows(named=True)}
    assert all(found == {clock["action_id"].item(), renewal["action_id"].item()} for found in needed.values())
    partial = kinds(actions, "curfew_partial")["requires"].item().to_list()
    assert partial == [renewal["action_id"].item()], "the lane is fed by A2 alone"
    sound = DOMAIN.propose(furnished(site, A1={"control": "remote"}, A2={"control": "astronomical_clock"}), site)
    assert kinds(sound, "cabinet_clock", "cabinet_renewal").is_empty()
    assert sound["requires"].list.len().sum() == 0


def test_a_clock_switches_the_lamps_of_its_cabinet_later_and_earlier(site: Site) -> None:
    """-2 to -3 degrees: 83 hours a year fewer in Paris (4,191 to 4,108)."""
    assets = furnished(site, A1={"control": "photocell"})
    clock = kinds(DOMAIN.propose(assets, site), "cabinet_clock")
    before, after = (with_load(found["luminaire"], site) for found in (assets, apply(assets, clock, site)))
    change = (before["full_h"] - after["full_h"]).to_list()
    assert change[:10] == pytest.approx([83.0] * 10, abs=1.0)
    assert change[10:] == [0.0] * 10


def test_sizing_to_the_class_takes_the_flux_that_the_class_needs(site: Site) -> None:
    assets = furnished(site)
    frame = assets["luminaire"]
    needed = frame["_class_flux_lm"].to_list()
    assert 0 < needed[10] < needed[0] < 10_000, "a lane of class P4 needs less than a main road of class M4"
    sized = kinds(DOMAIN.propose(assets, site), "led_class")
    after = apply(assets, sized, site)["luminaire"]
    for before, row in zip(needed, after.iter_rows(named=True), strict=True):
        power = max(8.0, before / 130.0)
        assert row["system_power_w"] == pytest.approx(power)
        assert row["source_flux_lm"] == pytest.approx(power * 130.0)


def test_heritage_lanterns_are_kept_with_a_kit(site: Site) -> None:
    lamps = [lamp(number, lantern="heritage" if number < 6 else "functional") for number in range(10)]
    assets = furnished(site, *lamps)
    kit = kinds(DOMAIN.propose(assets, site), "led_kit")
    after = apply(assets, kit, site)["luminaire"]
    power = after["system_power_w"].to_list()
    assert power[0] == pytest.approx(power[9] / 0.85)
    assert after["ulr_percent"].to_list() == [3.0] * 6 + [0.0] * 4
    cost = DOMAIN.appraise(assets, kit, replace(site, draws=50)).draws_of("investment_eur").mean()
    assert cost == pytest.approx(6 * (480 + 20) + 4 * (793 + 20))
    none = DOMAIN.propose(furnished(site), site)
    assert kinds(none, "led_kit").is_empty()


def test_points_in_excess_may_be_taken_away_where_the_class_stays_reached(site: Site) -> None:
    """Every 12 m, 100 klm on 540 m2 are 185 lm/m2 on the lane; at 24 m class P4 needs 1,235 lm, and 4,680 are left.

    On the main road class M4 needs 6,049 lm at 24 m: nothing goes.
    """
    assets = furnished(site)
    thinned = assets["luminaire"]["_thinned_flux_lm"].to_list()
    assert thinned[10] < 10_000 * 0.72 * 0.65 < thinned[0]
    removal = kinds(DOMAIN.propose(assets, site), "removal")
    assert removal["place"].to_list() == ["Ruelle"]
    assert removal["asset_ids"].item().to_list() == ["p11", "p13", "p15", "p17", "p19"]
    nothing = DOMAIN.simulate(assets, removal.clear(), site)
    effect = DOMAIN.simulate(assets, removal, site).minus(nothing, ["indicator"])
    assert effect.draws_of("light_points").mean() == -5
    assert effect.draws_of("installed_power_kw").mean() == pytest.approx(-0.575)
    assert effect.draws_of("maintenance_cost_eur_year").mean() < 0
    sparse = [lamp(number, street="Ruelle", source_flux_lm=900.0) for number in range(10)]
    assert kinds(DOMAIN.propose(furnished(site, *sparse), site), "removal").is_empty()


def test_no_class_is_ever_supposed(site: Site) -> None:
    assets = furnished(site)
    silent = assets["lit_road"].with_columns(pl.lit(None, dtype=pl.String).alias("lighting_class"))
    again = complete({**assets, "lit_road": silent}, site)
    assert again["luminaire"]["_class_flux_lm"].null_count() == 20
    assert kinds(DOMAIN.propose(again, site), "led_class", "removal").is_empty()
    state = DOMAIN.simulate(again, DOMAIN.propose(again, site).clear(), site)
    assert "class_reached_percent" not in set(state.keys["indicator"])


def test_luminance_is_sized_on_the_surface_whose_reflection_is_known_only(site: Site) -> None:
    """The lane of class P4 asks illuminance, which no surface changes; the main road of class M4 luminance."""
    assets = furnished(site)
    usual = assets["luminaire"]["_class_flux_lm"].to_list()
    other = assets["lit_road"].with_columns(pl.lit("C2").alias("r_table"))
    found = complete({**assets, "lit_road": other}, site)["luminaire"]["_class_flux_lm"].to_list()
    assert found == [None] * 10 + usual[10:]


def test_defects_are_repaired_where_they_are(site: Site) -> None:
    lamps = [lamp(0, defect="lamp_out"), lamp(1, defect="broken_lantern"), lamp(2)]
    assets = furnished(site, *lamps)
    repair = kinds(DOMAIN.propose(assets, site), "repair")
    assert repair["asset_ids"].item().to_list() == ["p00", "p01"]
    assert apply(assets, repair, site)["luminaire"]["defect"].null_count() == 3
    effect = DOMAIN.appraise(assets, repair, site)
    assert effect.draws_of("faulty_points").mean() == -2
    assert not effect.draws_of("energy_kwh_year").any()


def test_leds_in_service_are_dimmed_one_way_or_managed(site: Site) -> None:
    led = {"technology": "LED", "system_power_w": 40.0}
    leds = [lamp(number, **led, installed_on=dt.date(2022, 1, 1)) for number in range(4)]
    leds += [lamp(4, **led, dimming_profile="22:00-05:00@50")]
    few = DOMAIN.propose(furnished(site, *leds), site)
    assert kinds(few, "detection", "remote_management").is_empty(), "no equipment for a handful of points"
    site = replace(site, settings={"lot_minimum_points": 4})
    assets = furnished(site, *leds)
    actions = DOMAIN.propose(assets, site)
    ways = kinds(actions, "dimming", "detection")
    assert sorted(ways["action_id"].str.split("-").list.slice(1).list.join("-").str.replace(r"[0-9a-f]{10}", "x")) == [
        "DETECTION-x", "DIMMING-x", "DIMMING-x-DEEP",
    ]  # fmt: skip
    assert ways["exclusive_group"].n_unique() == 1
    assert ways["asset_ids"].explode().unique().sort().to_list() == ["p00", "p01", "p02", "p03"]
    assert kinds(actions, "remote_management")["unit_count"].item() == 5
    energy = {row["action_id"]: json.loads(row["facts"])["kwh_saving_year"] for row in ways.iter_rows(named=True)}
    plain, deep = (next(value for key, value in energy.items() if key.endswith(end)) for end in ("DEEP", ""))
    assert plain > 0
    assert deep > 0
    facts = json.loads(kinds(ways, "detection")["facts"].item())
    assert facts["points_with_detection"] == facts["points_with_dimming"] == 4


def test_no_action_spans_two_communes_and_each_says_its_own(site: Site) -> None:
    lamps = [lamp(number, commune_code="35001" if number < 5 else "35002") for number in range(10)]
    actions = DOMAIN.propose(furnished(site, *lamps, A1={"control": "photocell"}), site)
    of_lamp = {row["asset_id"]: row["commune_code"] for row in lamps}
    for row in actions.filter(pl.col("asset_type") == "luminaire").iter_rows(named=True):
        assert {of_lamp[asset] for asset in row["asset_ids"]} == {row["commune_code"]}
    assert set(kinds(actions, "led")["commune_code"]) == {"35001", "35002"}
    assert kinds(actions, "cabinet_clock")["commune_code"].null_count() == 0


@pytest.mark.parametrize(("lot_by", "lots"), [("street", 2), ("cabinet", 2), ("sector", 1), ("lot", 1)])
def test_lots_are_what_the_setting_says(site: Site, lot_by: str, lots: int) -> None:
    at = replace(site, settings={"lot_by": lot_by})
    actions = DOMAIN.propose(furnished(at), at)
    assert len(kinds(actions, "led")) == lots
    assert sum(kinds(actions, "led")["unit_count"]) == 20
    assert len(kinds(actions, "curfew")) == (4 if lot_by == "cabinet" else 2)


def test_identifiers_of_actions_stay_what_they_were(site: Site) -> None:
    """Without communes a lot is named from the same text as before."""
    one = pl.DataFrame([{"asset_id": "a", "technology": "HPS", "street": "Rue Haute"}])
    assets = complete({"luminaire": one}, site)
    at = replace(site, settings={"lot_minimum_points": 1})
    assert sorted(kinds(DOMAIN.propose(assets, at), "led", "curfew")["action_id"]) == IDENTIFIERS


IDENTIFIERS = ["LIG-CURFEW-b80db25be9-00000500", "LIG-CURFEW-b80db25be9-23000500", "LIG-LED-54ef85a127"]
