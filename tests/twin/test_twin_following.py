"""The territory lives: invoices, readings, alerts and measured effects, from files to the twin."""

import datetime as dt
import json
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest
import shapely

from bocage.cli.program import run
from bocage.domains.lighting.example.load_curves import WatchedTown, watched_town
from bocage.domains.lighting.example.meters import MeteredTown, metered_town
from bocage.twin.build import import_file
from bocage.twin.evaluate import evaluate
from bocage.twin.readings import import_readings
from bocage.twin.territory import Territory, create_territory
from bocage.twin.watch import watch
from bocage.vocabulary.codes import BocageError
from bocage.vocabulary.columns import noun_tables
from bocage.vocabulary.domain import Site
from bocage.vocabulary.text import Message

LONGITUDE, LATITUDE = -0.5943, 48.1917
SITE = Site(territory_id="99999", longitude_deg=LONGITUDE, latitude_deg=LATITUDE, date=dt.date(2026, 1, 1))


@pytest.fixture
def territory(tmp_path: Path) -> Iterator[Territory]:
    settings = {"longitude_deg": LONGITUDE, "latitude_deg": LATITUDE, "srid": 2154}
    with create_territory(tmp_path / "t", code="99999", name="Valbocage", settings=settings) as made:
        yield made


@pytest.fixture(scope="module")
def town() -> WatchedTown:
    return watched_town(SITE, seed=1, cabinets=12)


@pytest.fixture(scope="module")
def metered() -> MeteredTown:
    return metered_town(SITE, seed=5, meters=20, treated=10)


def place(frame: pl.DataFrame) -> pl.DataFrame:
    points = shapely.to_wkb(shapely.points([(430_000.0 + 5 * n, 6_790_000.0) for n in range(len(frame))]))
    return frame.with_columns(pl.Series("geometry", points.tolist(), dtype=pl.Binary))


def furnish(territory: Territory, town: WatchedTown) -> None:
    tables = territory.asset_tables
    for name, frame in (("luminaire", town.luminaires), ("cabinet", town.cabinets)):
        rows = place(frame)
        territory.store.merge_assets(tables[name], tables[name].conform(rows), source="test", on=dt.date(2026, 1, 1))


def curves_file(folder: Path, town: WatchedTown) -> Path:
    """All cabinets side by side, as a supervisor exports them."""
    wide = town.observations.filter(pl.col("series_id").str.ends_with("-active_power")).with_columns(
        pl.col("series_id").str.replace("-active_power", " (kW)")
    )
    path = folder / "courbes.csv"
    pivoted = wide.pivot("series_id", index="time", values="value").with_columns(
        pl.col("time").dt.convert_time_zone("Europe/Paris").dt.strftime("%Y-%m-%d %H:%M:%S%z").alias("horodate")
    )
    pivoted.drop("time").write_csv(path, separator=";")
    return path


def invoices_file(folder: Path, metered: MeteredTown) -> Path:
    path = folder / "factures.csv"
    metered.invoices.select(
        pl.col("prm").str.strip_chars_start("0").alias("PRM"),
        pl.col("period_from").dt.strftime("%d/%m/%Y").alias("Du"),
        pl.col("period_to").dt.strftime("%d/%m/%Y").alias("Au"),
        pl.col("energy_kwh").round(1).alias("Consommation kWh"),
        pl.col("amount_eur").round(2).alias("Montant HT"),
    ).write_csv(path, separator=";")
    return path


def stored(territory: Territory, noun: str) -> pl.DataFrame:
    return territory.store.read_rows(noun_tables()[noun])


def test_curves_become_alerts_and_a_second_round_changes_nothing(
    territory: Territory, town: WatchedTown, tmp_path: Path
) -> None:
    furnish(territory, town)
    path = curves_file(tmp_path, town)
    first = import_readings(territory, path)
    assert first.data["values"] == 12 * 28 * 144
    assert import_readings(territory, path).data["changed"] == 0
    answer = watch(territory, first=dt.date(2026, 2, 2), last=dt.date(2026, 3, 1))
    alerts = stored(territory, "alert")
    power_faults = {f.cabinet_id for f in town.faults if f.kind not in {"power_factor", "phase_imbalance"}}
    assert power_faults <= set(alerts["asset_id"])
    assert answer.exit == int((alerts["condition"] == "active").any())
    watch(territory, first=dt.date(2026, 2, 2), last=dt.date(2026, 3, 1))
    assert stored(territory, "alert").sort("alert_id").equals(alerts.sort("alert_id"))


def test_an_alert_is_followed_over_time(territory: Territory, town: WatchedTown, tmp_path: Path) -> None:
    furnish(territory, town)
    import_readings(territory, curves_file(tmp_path, town))
    fault = next(fault for fault in town.faults if fault.kind == "lamps_out")
    early = watch(territory, first=dt.date(2026, 2, 2), last=(fault.start + dt.timedelta(days=4)).date())
    active = stored(territory, "alert").filter(condition="active")
    assert isinstance(early.next_step, Message)
    assert early.next_step.values["code"] in set(active["code"]), "what to do is told of an alert that is there"
    row = active.filter(asset_id=fault.cabinet_id)
    assert row["condition"].item() == "active"
    first_seen = row["first_seen"].item()
    handled = row.with_columns(pl.lit("in_progress").alias("handling"))
    territory.store.write_rows(noun_tables()["alert"], handled)
    answer = watch(territory, first=dt.date(2026, 2, 2), last=dt.date(2026, 3, 1))
    row = stored(territory, "alert").filter(asset_id=fault.cabinet_id)
    assert row["condition"].item() == "over"
    assert row["handling"].item() == "in_progress"
    assert row["first_seen"].item() == first_seen
    assert answer.data["alerts"]


def test_an_alert_no_longer_found_is_over(territory: Territory, town: WatchedTown, tmp_path: Path) -> None:
    furnish(territory, town)
    import_readings(territory, curves_file(tmp_path, town))
    sound = next(name for name in town.cabinets["asset_id"] if name not in {f.cabinet_id for f in town.faults})
    ghost = {
        "alert_id": f"BOC-LIG-061:{sound}", "code": "BOC-LIG-061", "asset_id": sound, "condition": "active",
        "handling": "acknowledged", "first_seen": dt.datetime(2026, 1, 5, tzinfo=dt.UTC),
        "last_seen": dt.datetime(2026, 1, 9, tzinfo=dt.UTC), "severity": "watch", "domain": "lighting",
    }  # fmt: skip
    elsewhere = {**ghost, "alert_id": "BOC-LIG-061:X", "asset_id": "X"}
    table = noun_tables()["alert"]
    territory.store.write_rows(table, table.conform(pl.DataFrame([ghost, elsewhere])))
    watch(territory, first=dt.date(2026, 2, 2), last=dt.date(2026, 3, 1))
    conditions = dict(stored(territory, "alert").select("asset_id", "condition").iter_rows())
    assert conditions[sound] == "over"
    assert conditions["X"] == "active", "nothing was measured there: nothing is known"


def test_the_window_is_the_last_days_measured(territory: Territory, town: WatchedTown, tmp_path: Path) -> None:
    furnish(territory, town)
    import_readings(territory, curves_file(tmp_path, town))
    answer = watch(territory)
    assert answer.data["to"] == "2026-03-01"
    with pytest.raises(BocageError) as refusal:
        watch(territory, first=dt.date(2026, 3, 1), last=dt.date(2026, 2, 1))
    assert refusal.value.code == "BOC-TWI-064"


def test_nothing_measured_is_refused(territory: Territory, town: WatchedTown) -> None:
    furnish(territory, town)
    with pytest.raises(BocageError) as refusal:
        watch(territory)
    assert refusal.value.code == "BOC-TWI-063"


def test_curves_of_unknown_points_are_never_kept(territory: Territory, town: WatchedTown, tmp_path: Path) -> None:
    furnish(territory, town)
    path = tmp_path / "voisin.csv"
    path.write_text("horodate;prm;valeur;unite\n2026-02-02 10:00;12345678901234;1;kW\n", encoding="utf-8")
    with pytest.raises(BocageError) as refusal:
        import_readings(territory, path)
    assert refusal.value.code == "BOC-TWI-062"
    assert stored(territory, "series").is_empty()
    with pytest.raises(BocageError) as refusal:
        import_readings(territory, tmp_path / "absent.csv")
    assert refusal.value.code == "BOC-TWI-015"


def test_a_curve_without_a_point_is_given_to_an_asset(territory: Territory, town: WatchedTown, tmp_path: Path) -> None:
    furnish(territory, town)
    path = tmp_path / "un.csv"
    path.write_text("horodate;valeur;unite\n2026-02-02 10:00;1;kW\n2026-02-02 10:10;1;kW\n", encoding="utf-8")
    with pytest.raises(BocageError):
        import_readings(territory, path)
    answer = import_readings(territory, path, asset="AR003")
    assert stored(territory, "series")["asset_id"].to_list() == ["AR003"]
    assert answer.data["values"] == 2


def test_invoices_measure_works_and_the_effect_is_kept(
    territory: Territory, metered: MeteredTown, tmp_path: Path
) -> None:
    path = invoices_file(tmp_path, metered)
    read = import_file(territory, path, asset_type="invoice").data
    assert (read["read"], read["refused"]) == (720, 0)
    again = import_file(territory, path, asset_type="invoice").data
    assert (again["added"], again["changed"], again["unchanged"]) == (0, 0, 720)
    with pytest.raises(BocageError) as refusal:
        evaluate(territory)
    assert refusal.value.code == "BOC-TWI-060"
    table = noun_tables()["works"]
    row = {"works_id": "LED-2025", "started": metered.works_on, "accepted": metered.works_on, "status": "done",
           "asset_ids": list(metered.treated)}  # fmt: skip
    territory.store.write_rows(table, table.conform(pl.DataFrame([row])))
    answer = evaluate(territory)
    kept = stored(territory, "evaluation").filter(evaluation_id="LED-2025-energy_kwh_year-measured").row(0, named=True)
    assert kept["effect"] == pytest.approx(metered.effect_kwh_year, rel=0.1)
    assert kept["low"] < kept["effect"] < kept["high"] < 0
    assert kept["verdict"] == "shown"
    assert answer.data["lighting"]
    evaluate(territory)
    assert stored(territory, "evaluation")["evaluation_id"].is_unique().all()


def test_a_date_stands_for_works(territory: Territory, metered: MeteredTown, tmp_path: Path) -> None:
    import_file(territory, invoices_file(tmp_path, metered), asset_type="invoice")
    rows = evaluate(territory, since=metered.works_on).data["lighting"]
    assert isinstance(rows, list)
    assert rows[0]["evaluation_id"] == f"since-{metered.works_on}-energy_kwh_year-measured"
    assert rows[0]["effect"] < 0


def test_without_anything_metered_nothing_is_measured(territory: Territory) -> None:
    with pytest.raises(BocageError) as refusal:
        evaluate(territory, since=dt.date(2025, 1, 1))
    assert refusal.value.code == "BOC-TWI-061"


@pytest.mark.data
def test_bethune_from_its_file_to_a_verdict(tmp_path: Path, data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = str(tmp_path / "bethune")
    place = ["--longitude", "2.64", "--latitude", "50.53"]
    assert run(["new", folder, "--code", "62119", "--name", "Béthune", *place]) == 0
    file = str(data / "lighting/bethune_monthly_meters_2017_2019.csv")
    capsys.readouterr()
    assert run(["import", file, "--type", "invoice", "-t", folder, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["data"]["read"] == 4354
    assert run(["evaluate", "--since", "2019-01-01", "-t", folder, "--json", "--lang", "en"]) == 0
    row = json.loads(capsys.readouterr().out)["data"]["lighting"][0]
    assert row["verdict"] == "not_shown"
    assert "-17.0%" in row["method"]
