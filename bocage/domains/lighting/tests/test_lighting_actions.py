"""Actions: lots, edits, costs, effects alone and together."""

import datetime as dt
import json
import tracemalloc
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bocage.domains.lighting import DOMAIN
from bocage.domains.lighting.actions import apply
from bocage.domains.lighting.inventory import complete
from bocage.vocabulary.columns import noun_tables
from bocage.vocabulary.domain import Assets, Site
from bocage.vocabulary.draws import DrawTable

EFFECT = ["indicator", "unit"]
SITE = Site(territory_id="00000", siren="123", longitude_deg=2.0, latitude_deg=47.0, date=dt.date(2026, 1, 1), draws=16)


def kinds(actions: pl.DataFrame, *names: str) -> pl.DataFrame:
    return actions.filter(pl.col("kind").is_in(names))


def mean(table: DrawTable, indicator: str) -> float:
    return float(table.draws_of(indicator).mean())


@pytest.fixture(scope="module")
def proposed(paris: Assets, site: Site) -> pl.DataFrame:
    return DOMAIN.propose(paris, site)


def test_proposals_of_paris_conform_and_cover_every_lamp_that_is_not_led(paris: Assets, proposed: pl.DataFrame) -> None:
    table = noun_tables()["action"]
    assert table.conform(proposed).equals(proposed)
    required = [column.name for column in table.columns if column.required]
    assert all(proposed[name].null_count() == 0 for name in required)
    assert proposed["action_id"].n_unique() == len(proposed)
    others = paris["luminaire"].filter(pl.col("technology") != "LED")["asset_id"].sort()
    for kind in ("led", "led_dimming"):
        covered = kinds(proposed, kind)["asset_ids"].explode()
        assert covered.sort().to_list() == others.to_list()
    curfew = kinds(proposed, "curfew")
    assert curfew.group_by("exclusive_group").len()["len"].unique().to_list() == [2]
    permanent = set(paris["luminaire"].filter(pl.col("regime") == "permanent")["asset_id"])
    assert not permanent & set(curfew["asset_ids"].explode())


def test_facts_are_those_that_funding_rules_read(paris: Assets, proposed: pl.DataFrame, site: Site) -> None:
    appraisal = DOMAIN.appraise(paris, proposed, replace(site, draws=400))
    for row in kinds(proposed, "led_dimming").head(3).iter_rows(named=True):
        facts = json.loads(row["facts"])
        assert (facts["chantier"], facts["led"], facts["cct"]) == ("lighting", True, 2700)
        assert facts["points"] == facts["points_with_dimming"] == row["unit_count"]
        assert facts["points_with_detection"] == 0
        assert facts["park_share"] == pytest.approx(row["unit_count"] / 3824, abs=1e-4)
        effect = appraisal.where(pl.col("action_id") == row["action_id"])
        assert -mean(effect, "energy_kwh_year") == pytest.approx(facts["kwh_saving_year"], rel=0.01)


def test_small_streets_of_a_sector_share_a_lot_and_owners_never_do(stock: Callable[..., Assets], site: Site) -> None:
    rows: list[dict[str, object]] = [{"street": "Grande Rue", "sector": "Bourg", "technology": "HPS"}] * 9
    rows += [{"street": f"Impasse {n}", "sector": "Bourg", "technology": "HPS"} for n in range(5)]
    rows += [{"street": "Grande Rue", "sector": "Bourg", "technology": "HPS", "owner_siren": "999"}] * 9
    actions = kinds(DOMAIN.propose(stock(*rows), site), "led").sort("owner_siren", "unit_count")
    assert actions.select("place", "owner_siren", "budget", "unit_count").rows() == [
        ("Bourg", site.siren, "M57_main", 5),
        ("Grande Rue", site.siren, "M57_main", 9),
        ("Grande Rue", "999", "syndicate", 9),
    ]
    more = kinds(DOMAIN.propose(stock(*rows, rows[0]), site), "led")
    assert set(actions["action_id"]) == set(more["action_id"]), "a lot keeps its name when it gains a point"


def test_led_power_is_the_same_service_computed_by_hand(stock: Callable[..., Assets], site: Site) -> None:
    """15,000 lm x 0.80 downwards x 0.65 / 130 lm/W = 60 W."""
    lamp = {"technology": "HPS", "system_power_w": 173.0, "source_flux_lm": 15_000.0, "ulor_percent": 2.0,
            "dlor_percent": 80.0}  # fmt: skip
    assets = stock(lamp)
    renewed = apply(assets, kinds(DOMAIN.propose(assets, site), "led"), site)["luminaire"].row(0, named=True)
    assert renewed["system_power_w"] == pytest.approx(60.0)
    assert (renewed["technology"], renewed["colour_temperature_k"], renewed["ulr_percent"]) == ("LED", 2700.0, 0.0)
    assert renewed["system_power_w_origin"] == "inferred"
    assert renewed["system_power_w_low"] < 60 < renewed["system_power_w_high"]


def test_only_leds_declared_old_are_renewed(stock: Callable[..., Assets], site: Site) -> None:
    old, young, unknown = ({"technology": "LED", "installed_on": date, "street": date and str(date)}
                           for date in (dt.date(2001, 1, 1), dt.date(2020, 1, 1), None))  # fmt: skip
    assets = stock(old, young, unknown)
    assert kinds(DOMAIN.propose(assets, site), "led")["asset_ids"].explode().to_list() == ["p0"]


def test_renewing_and_dimming_saves_what_published_projects_announce(
    paris: Assets, proposed: pl.DataFrame, site: Site
) -> None:
    """Five published projects announce 46 to 77 % of the energy of the points renewed."""
    old = {"luminaire": paris["luminaire"].filter(pl.col("technology") != "LED")}
    before = mean(DOMAIN.simulate(old, proposed.clear(), site), "energy_kwh_year")
    plain = mean(DOMAIN.simulate(old, kinds(proposed, "led"), site), "energy_kwh_year")
    dimmed = mean(DOMAIN.simulate(old, kinds(proposed, "led_dimming"), site), "energy_kwh_year")
    assert 0.46 <= 1 - plain / before <= 0.77
    assert plain > dimmed


def test_a_curfew_saves_little_on_dimmed_leds(paris: Assets, proposed: pl.DataFrame, site: Site) -> None:
    curfews = kinds(proposed, "curfew").filter(pl.col("action_id").str.ends_with("23000500"))
    renewal = kinds(proposed, "led_dimming", "dimming")

    def energy(actions: pl.DataFrame) -> float:
        return mean(DOMAIN.simulate(paris, actions, site), "energy_kwh_year")

    alone = energy(proposed.clear()) - energy(curfews)
    after = energy(renewal) - energy(pl.concat([renewal, curfews]))
    assert 0 < after < 0.2 * alone


def test_appraisal_is_the_difference_of_two_simulations(paris: Assets, proposed: pl.DataFrame, site: Site) -> None:
    appraisal = DOMAIN.appraise(paris, proposed, site)
    of_roads = {"road_flux_lm_m2", "class_reached_percent"}  # Paris 5e has no lit roads here
    assert set(appraisal.keys["indicator"]) == set(DOMAIN.indicators) - of_roads
    assert len(appraisal.keys) == len(proposed) * (len(DOMAIN.indicators) - len(of_roads))
    nothing = DOMAIN.simulate(paris, proposed.clear(), site)
    for kind in ("led", "led_dimming", "dimming", "curfew"):
        for one in (kinds(proposed, kind).head(1), kinds(proposed, kind).tail(1)):
            expected = DOMAIN.simulate(paris, one, site).minus(nothing, EFFECT)
            found = appraisal.where(pl.col("action_id") == one["action_id"].item())
            for indicator in expected.keys["indicator"]:
                scale = max(1.0, float(np.abs(nothing.draws_of(indicator)).max()))
                gap = np.abs(expected.draws_of(indicator) - found.draws_of(indicator)).max()
                assert gap < 1e-9 * scale, (kind, indicator)


def test_interactions_are_what_pairs_lose_together(paris: Assets, proposed: pl.DataFrame, site: Site) -> None:
    interactions = DOMAIN.interact(paris, proposed, site)
    assert (interactions["action_a"] < interactions["action_b"]).all()
    groups = dict(proposed.select("action_id", "exclusive_group").iter_rows())
    nothing = DOMAIN.simulate(paris, proposed.clear(), site)
    pairs = interactions.select("action_a", "action_b").unique().sort("action_a", "action_b")
    for first, second in [*pairs.head(2).iter_rows(), *pairs.tail(2).iter_rows()]:
        assert groups[first] is None or groups[first] != groups[second]
        one, other, both = (
            DOMAIN.simulate(paris, proposed.filter(pl.col("action_id").is_in(names)), site).minus(nothing, EFFECT)
            for names in ([first], [second], [first, second])
        )
        said = interactions.filter((pl.col("action_a") == first) & (pl.col("action_b") == second))
        for indicator, value in said.select("indicator", "value").iter_rows():
            lost = mean(both, indicator) - mean(one, indicator) - mean(other, indicator)
            assert value == pytest.approx(lost, rel=1e-6, abs=1e-3)
            if {"curfew"} < {
                first.split("-")[1].lower(),
                second.split("-")[1].lower(),
            } and "REMOTE" not in first + second:
                assert value > 0 or indicator.startswith("maintenance"), "what is switched off cannot be saved twice"


def test_costs_of_two_lots_share_the_market_but_not_their_own_hazards(
    paris: Assets, proposed: pl.DataFrame, site: Site
) -> None:
    many = replace(site, draws=4000)
    lots = kinds(proposed, "led").head(2)
    cost = DOMAIN.appraise(paris, lots, many).where(pl.col("indicator") == "investment_eur")
    correlation = np.corrcoef(np.log(cost.draws))[0, 1]
    assert correlation == pytest.approx(0.5, abs=0.06)
    per_point = cost.draws[0] / lots["unit_count"][0]
    heritage = paris["luminaire"].filter(pl.col("asset_id").is_in(lots["asset_ids"][0].to_list()), lantern="heritage")
    expected = 793 * (1 + 0.6 * len(heritage) / lots["unit_count"][0])
    assert per_point.mean() == pytest.approx(expected)
    low, high = np.percentile(per_point, [10, 90])
    assert high / low == pytest.approx(1116 / 421, rel=0.06)


def test_the_draws_of_many_lamps_are_never_held_lamp_by_lamp(paris: Assets, proposed: pl.DataFrame, site: Site) -> None:
    wide = replace(site, draws=2000)
    one_array_per_lamp = 3824 * 2000 * 8
    tracemalloc.start()
    try:
        DOMAIN.simulate(paris, kinds(proposed, "led_dimming"), wide)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < one_array_per_lamp / 2


def test_nothing_comes_of_nothing(site: Site) -> None:
    for assets in ({}, complete({"luminaire": pl.DataFrame({"asset_id": []}, schema={"asset_id": pl.String})}, site)):
        diagnosis = DOMAIN.diagnose(assets, site)
        assert [finding.code for finding in diagnosis.findings] == ["BOC-LIG-012"]
        assert not diagnosis.outcomes.draws.any()
        actions = DOMAIN.propose(assets, site)
        assert actions.is_empty()
        assert not DOMAIN.simulate(assets, actions, site).draws.any()
        assert len(DOMAIN.appraise(assets, actions, site).keys) == 0
        assert DOMAIN.interact(assets, actions, site).is_empty()
        start = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
        assert DOMAIN.watch(assets, site, start=start, end=start + dt.timedelta(hours=2)).is_empty()
        assert DOMAIN.evaluate(actions, site).is_empty()


def test_actions_on_unknown_luminaires_do_nothing(stock: Callable[..., Assets], site: Site) -> None:
    assets = stock({"technology": "HPS"})
    stray = DOMAIN.propose(assets, site).with_columns(pl.lit(["elsewhere"]).alias("asset_ids"))
    assert not DOMAIN.appraise(assets, stray, site).draws.any()
    untouched = apply(assets, stray, site)["luminaire"]
    assert untouched.equals(assets["luminaire"])


def test_each_chosen_action_has_its_evaluation_plan(proposed: pl.DataFrame, site: Site) -> None:
    plan = DOMAIN.evaluate(proposed, site)
    assert noun_tables()["evaluation"].conform(plan).equals(plan)
    assert set(plan["action_id"]) == set(proposed["action_id"])
    assert plan["effect"].null_count() == len(plan)
    assert (
        plan.select((pl.col("baseline_to") - pl.col("baseline_from")).dt.total_days())
        .to_series()
        .is_in([364, 365])
        .all()
    )


lamps = st.lists(
    st.fixed_dictionaries(
        {
            "technology": st.sampled_from(["LED", "HPS", "HG", "MH"]),
            "system_power_w": st.one_of(st.none(), st.floats(5, 400)),
            "lamp_power_w": st.floats(5, 400),
            "street": st.sampled_from(["a", "b"]),
            "sector": st.sampled_from(["s", "t"]),
            "regime": st.sampled_from(["night", "night", "permanent", "off"]),
            "curfew_from": st.sampled_from([None, "23:00"]),
            "curfew_to": st.just("05:00"),
        }
    ),
    min_size=1,
    max_size=10,
)


def completed(rows: list[dict[str, object]]) -> Assets:
    numbered = [{"asset_id": f"p{number}", **row} for number, row in enumerate(rows)]
    schema = {"curfew_from": pl.String, "system_power_w": pl.Float64}
    return complete({"luminaire": pl.DataFrame(numbered, schema_overrides=schema)}, SITE)


@settings(max_examples=25, deadline=None)
@given(lamps)
def test_laws_of_any_stock(rows: list[dict[str, object]]) -> None:
    assets = completed(rows)
    actions = DOMAIN.propose(assets, SITE)
    nothing = DOMAIN.simulate(assets, actions.clear(), SITE)
    diagnosis = DOMAIN.diagnose(assets, SITE).outcomes.where(pl.col("scope") == "territory")
    for indicator in diagnosis.keys["indicator"]:
        assert diagnosis.draws_of(indicator) == pytest.approx(nothing.draws_of(indicator), rel=1e-9)
    energy = nothing.draws_of("energy_kwh_year")
    twice = completed([*rows, *rows])
    assert DOMAIN.simulate(twice, actions.clear(), SITE).draws_of("energy_kwh_year") == pytest.approx(2 * energy)
    reverse = DOMAIN.simulate(completed(rows[::-1]), actions.clear(), SITE)
    assert reverse.draws_of("energy_kwh_year") == pytest.approx(energy, rel=1e-12)
    dark = DOMAIN.appraise(assets, actions, SITE)
    curfews = kinds(actions, "curfew")["action_id"].to_list()
    effect = dark.where(pl.col("action_id").is_in(curfews) & (pl.col("indicator") == "energy_kwh_year"))
    assert (effect.draws <= 1e-9).all(), "switching off never uses more"


@settings(max_examples=15, deadline=None)
@given(lamps)
def test_actions_done_together_do_not_depend_on_their_order(rows: list[dict[str, object]]) -> None:
    assets = completed(rows)
    actions = DOMAIN.propose(assets, SITE).filter(pl.coalesce("exclusive_group", "action_id").is_first_distinct())
    forth = DOMAIN.simulate(assets, actions, SITE)
    back = DOMAIN.simulate(assets, actions.reverse(), SITE)
    assert forth.draws == pytest.approx(back.draws, rel=1e-9, abs=1e-9)
