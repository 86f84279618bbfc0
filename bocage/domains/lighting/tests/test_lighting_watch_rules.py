"""The rules of watching on load curves whose faults are known, and what must not raise an alert."""

import datetime as dt
import json
from dataclasses import replace

import polars as pl
import pytest

from bocage.domains.lighting import DOMAIN
from bocage.domains.lighting.example.load_curves import FAULTS, WatchedTown, watched_town
from bocage.domains.lighting.watch.rules import RULES
from bocage.vocabulary.domain import Assets, Site

CODES = dict(zip(FAULTS, RULES, strict=True))
BY_RULE = {
    "lamps_out": "BOC-LIG-060", "day_burning": "BOC-LIG-061", "schedule_drift": "BOC-LIG-062",
    "power_factor": "BOC-LIG-063", "phase_imbalance": "BOC-LIG-064", "over_subscribed": "BOC-LIG-065",
    "stuck_level": "BOC-LIG-066",
}  # fmt: skip


@pytest.fixture(scope="module")
def town(site: Site) -> WatchedTown:
    return watched_town(site, seed=2, cabinets=40)


def assets_of(town: WatchedTown, site: Site) -> Assets:
    return DOMAIN.complete({"luminaire": town.luminaires, "cabinet": town.cabinets}, site)


def alerts(town: WatchedTown, site: Site, observations: pl.DataFrame | None = None) -> pl.DataFrame:
    seen = town.observations if observations is None else observations
    return DOMAIN.detect(assets_of(town, site), town.series, seen, site, start=town.start, end=town.end)


@pytest.fixture(scope="module")
def found(town: WatchedTown, site: Site) -> pl.DataFrame:
    return alerts(town, site)


def test_codes_stand_for_the_rules() -> None:
    assert CODES == BY_RULE


@pytest.mark.parametrize("kind", FAULTS)
def test_each_fault_is_found_by_its_rule(town: WatchedTown, found: pl.DataFrame, kind: str) -> None:
    faults = [fault for fault in town.faults if fault.kind == kind]
    assert faults, "the town has at least one fault of each kind"
    for fault in faults:
        row = found.filter(code=BY_RULE[kind], asset_id=fault.cabinet_id)
        assert row.height == 1
        begins = row["first_seen"].item() - fault.start
        assert abs(begins) < dt.timedelta(days=2)
        assert row["condition"].item() == "over"


def test_sound_cabinets_raise_nothing(town: WatchedTown, found: pl.DataFrame) -> None:
    faulty = {fault.cabinet_id for fault in town.faults}
    assert set(found["asset_id"]) <= faulty
    others = found.join(
        pl.DataFrame({"asset_id": [fault.cabinet_id for fault in town.faults],
                      "wanted": [BY_RULE[fault.kind] for fault in town.faults]}),
        on="asset_id",
    ).filter(pl.col("code") != pl.col("wanted"))  # fmt: skip
    # a dead capacitor draws more current than the subscription: a true consequence, and the only one
    assert set(others["wanted"]) <= {"BOC-LIG-063"}
    assert set(others["code"]) <= {"BOC-LIG-065"}


def test_lamps_are_counted(town: WatchedTown, found: pl.DataFrame) -> None:
    for fault in (one for one in town.faults if one.kind == "lamps_out"):
        sentence = found.filter(code="BOC-LIG-060", asset_id=fault.cabinet_id)["sentence_en"].item()
        counted = int(sentence.split("about ")[1].split(" ")[0])
        assert abs(counted - fault.size) <= 1


def test_alerts_say_what_they_rest_on(found: pl.DataFrame, town: WatchedTown) -> None:
    assert found["alert_id"].is_unique().all()
    for row in found.iter_rows(named=True):
        evidence = json.loads(row["evidence"])
        assert evidence["series_id"] in town.series["series_id"]
        assert all(name.startswith(row["asset_id"]) for name in evidence["asset_ids"])
        assert row["sentence_fr"] != row["sentence_en"]
        assert "{" not in row["sentence_fr"] + row["sentence_en"]
        assert row["alert_id"] == f"{row['code']}:{row['asset_id']}"
    costs = found.filter(pl.col("code") == "BOC-LIG-061")["cost_if_ignored_eur_year"]
    assert (costs > 0).all()


def test_the_same_call_gives_the_same_alerts(found: pl.DataFrame, town: WatchedTown, site: Site) -> None:
    assert alerts(town, site).equals(found)


def test_gaps_raise_no_alert(town: WatchedTown, site: Site) -> None:
    """A third of the values lost at random, and whole days, of sound cabinets: silence is no fault."""
    faulty = {fault.cabinet_id for fault in town.faults}
    sound = town.series.filter(~pl.col("asset_id").is_in(list(faulty)))["series_id"]
    kept = town.observations.filter(pl.col("series_id").is_in(sound.implode()))
    holed = kept.sample(fraction=0.67, seed=1).filter(pl.col("time").dt.day() % 9 != 0)
    assert alerts(town, site, holed).is_empty()


def test_bad_values_are_left_aside(town: WatchedTown, found: pl.DataFrame, site: Site) -> None:
    wrong = [pl.col("time") + pl.duration(seconds=1), pl.lit(1e6).alias("value"), pl.lit("bad").alias("quality")]
    bad = town.observations.sample(fraction=0.02, seed=2).with_columns(wrong)
    doubled = pl.concat([town.observations, bad])
    assert alerts(town, site, doubled).equals(found)


def test_a_fault_that_lasts_is_active(town: WatchedTown, site: Site) -> None:
    fault = next(fault for fault in town.faults if fault.kind == "lamps_out")
    until = fault.start + dt.timedelta(days=5)
    seen = town.observations.filter(pl.col("time") < until)
    shorter = replace(town, observations=seen, end=until)
    row = alerts(shorter, site).filter(code="BOC-LIG-060", asset_id=fault.cabinet_id)
    assert row["condition"].item() == "active"


def test_leakage_to_earth(town: WatchedTown, site: Site) -> None:
    cabinet = town.cabinets["asset_id"][0]
    power = town.observations.filter(pl.col("series_id") == f"{cabinet}-active_power")
    leak = power.with_columns(
        pl.lit("leak").alias("series_id"),
        pl.when(pl.col("time") > town.start + dt.timedelta(days=10)).then(0.5).otherwise(0.01).alias("value"),
    )
    row = {"series_id": "leak", "asset_id": cabinet, "quantity": "leakage_current", "unit": "A", "period_s": 600}
    series = pl.concat([town.series, pl.DataFrame([row])])
    found = DOMAIN.detect(
        assets_of(town, site), series, pl.concat([power, leak]), site, start=town.start, end=town.end
    ).filter(code="BOC-LIG-064", asset_id=cabinet)
    assert "0.50 A leak to earth" in found["sentence_en"].item()


def test_nothing_to_watch_is_no_alert(town: WatchedTown, site: Site) -> None:
    assets = assets_of(town, site)
    none = town.observations.clear()
    assert DOMAIN.detect(assets, town.series, none, site, start=town.start, end=town.end).is_empty()
    assert DOMAIN.detect({}, town.series, town.observations, site, start=town.start, end=town.end).is_empty()


def test_short_nights_are_watched_too(site: Site) -> None:
    june = watched_town(site, seed=3, cabinets=15, first=dt.date(2026, 6, 1))
    found = alerts(june, site)
    truth = {(BY_RULE[fault.kind], fault.cabinet_id) for fault in june.faults}
    hits = truth & set(found.select("code", "asset_id").iter_rows())
    assert len(hits) >= 0.8 * len(truth)


def test_an_alert_calls_a_cabinet_by_its_name(town: WatchedTown, site: Site) -> None:
    called = town.cabinets.with_columns(pl.format("Square {}", "asset_id").alias("name"))
    assets = DOMAIN.complete({"luminaire": town.luminaires, "cabinet": called}, site)
    rows = DOMAIN.detect(assets, town.series, town.observations, site, start=town.start, end=town.end)
    assert rows.height > 0
    for row in rows.iter_rows(named=True):
        assert f"Square {row['asset_id']}:" in row["sentence_en"]
        assert row["alert_id"].endswith(f":{row['asset_id']}")
