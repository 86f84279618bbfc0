"""Inventories merged: nothing lost, nothing written twice, history and corrections kept."""

import datetime as dt
import math
import uuid
from dataclasses import replace
from typing import Any

import polars as pl
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal
from store_samples import DAY, DEED, LAMP, LATER, Twins, column, lamps

from bocage.store.geopackage import GeoPackageStore
from bocage.store.interface import Store
from bocage.vocabulary.codes import BocageError


def test_a_first_import_adds_every_row_as_it_is(store: Store) -> None:
    rows = lamps(200)
    report = store.merge_assets(LAMP, rows, source="a.csv", on=DAY)
    assert (len(report.added), report.changed, report.unchanged, report.absent) == (200, [], 0, [])
    held = store.read_assets(LAMP)
    assert_frame_equal(held.select(rows.columns), rows)
    assert held["valid_from"].unique().to_list() == [DAY]
    assert held["source"].unique().to_list() == ["a.csv"]
    assert held["regime"].unique().to_list() == ["night"]  # the declared default
    assert store.count_assets(LAMP) == 200


def traces(store: Any) -> object:
    """What any write would change: changes of the file and its log, or versions of the rows on the server."""
    if isinstance(store, GeoPackageStore):
        return store._twin.total_changes, (store.folder / "twin.gpkg-wal").stat().st_size
    with store.session.reading() as connection:
        return connection.execute("SELECT count(*), max(xmin::text::bigint), max(ctid) FROM lamp").fetchone()


def test_importing_twice_writes_nothing(store: Store) -> None:
    store.merge_assets(LAMP, lamps(200), source="a.csv", on=DAY)
    before = traces(store), store.fingerprint()
    report = store.merge_assets(LAMP, lamps(200).reverse(), source="a.csv", on=LATER)
    assert (report.unchanged, report.added, report.changed, len(report.differences)) == (200, [], [], 0)
    assert (traces(store), store.fingerprint()) == before


def test_a_changed_row_keeps_its_former_version(store: Store) -> None:
    rows = lamps(5)
    store.merge_assets(LAMP, rows, source="a.csv", on=DAY)
    newer = rows.with_columns(
        pl.when(pl.col("asset_id") == "L000002").then(20.0).otherwise(pl.col("power_w")).alias("power_w")
    )
    report = store.merge_assets(LAMP, newer, source="b.csv", on=LATER)
    assert report.changed == ["L000002"]
    assert report.unchanged == 4
    former = rows["power_w"][2]
    assert report.differences.rows() == [("L000002", "power_w", str(former), "20.0")]
    versions = store.history(LAMP, "L000002").select("power_w", "valid_from", "valid_to", "source").rows()
    assert versions == [(former, DAY, LATER, "a.csv"), (20.0, LATER, None, "b.csv")]
    then = store.read_assets(LAMP, on=dt.date(2026, 3, 1), columns=["asset_id", "power_w"])
    assert_frame_equal(then, rows.select("asset_id", "power_w"))
    assert store.read_assets(LAMP, on=LATER)["power_w"].to_list() == newer["power_w"].to_list()
    assert len(store.read_assets(LAMP, on=dt.date(2025, 1, 1))) == 0


@pytest.mark.parametrize(("by_m", "changed"), [(0.004, []), (0.03, ["L000000"])])
def test_the_rounding_of_degrees_is_no_move(store: Store, by_m: float, changed: list[str]) -> None:
    """Open data in degrees with seven decimals, imported again, must not double the history of every lamp."""
    rows = lamps(3)
    rows = rows.with_columns(pl.Series("geometry", [shapely.Point(652000, 6860000).wkb] * 3))
    store.merge_assets(LAMP, rows, source="a", on=DAY)
    near = shapely.Point(652000 + by_m, 6860000 - by_m).wkb
    again = rows.with_columns(pl.Series("geometry", [near, rows["geometry"][1], rows["geometry"][2]]))
    report = store.merge_assets(LAMP, again, source="a", on=LATER)
    assert (report.changed, report.differences["asset_id"].to_list()) == (changed, changed)
    held = store.read_assets(LAMP)["geometry"].to_list()
    assert held == (again if changed else rows)["geometry"].to_list()


def test_a_row_that_changed_says_nothing_of_a_place_that_did_not(store: Store) -> None:
    rows = lamps(1).with_columns(pl.Series("geometry", [shapely.Point(652000, 6860000).wkb]))
    store.merge_assets(LAMP, rows, source="a", on=DAY)
    place = pl.Series("geometry", [shapely.Point(652000.004, 6860000).wkb])
    report = store.merge_assets(LAMP, rows.with_columns(place, pl.lit(21.0).alias("power_w")), source="a", on=LATER)
    assert report.differences["column"].to_list() == ["power_w"]
    assert not store.check()


def test_a_moved_lamp_is_a_change(store: Store) -> None:
    rows = lamps(3)
    store.merge_assets(LAMP, rows, source="a", on=DAY)
    moved = rows.with_columns(pl.Series("geometry", [rows["geometry"][0], shapely.Point(1, 2).wkb, None]))
    report = store.merge_assets(LAMP, moved, source="a", on=LATER)
    assert report.changed == ["L000001", "L000002"]
    assert report.differences["after"].to_list() == ["POINT (1 2)", None]
    assert store.check() == []
    assert store.read_assets(LAMP)["geometry"].to_list() == moved["geometry"].to_list()


def test_absences_are_judged_within_one_source(store: Store) -> None:
    store.merge_assets(LAMP, lamps(3, prefix="A"), source="a", on=DAY)
    store.merge_assets(LAMP, lamps(2, prefix="B"), source="b", on=DAY)
    seen = store.merge_assets(LAMP, lamps(3, prefix="A").head(1), source="a", on=LATER, dry_run=True)
    assert seen.absent == ["A000001", "A000002"]
    assert store.count_assets(LAMP) == 5
    store.merge_assets(LAMP, lamps(3, prefix="A").head(1), source="a", on=LATER, retire_absent=True)
    assert store.read_assets(LAMP)["asset_id"].to_list() == ["A000000", "B000000", "B000001"]
    assert store.history(LAMP, "A000001").select("valid_from", "valid_to").rows() == [(DAY, LATER)]
    assert len(store.read_assets(LAMP, on=DAY)) == 5
    back = store.merge_assets(LAMP, lamps(3, prefix="A"), source="a", on=dt.date(2027, 1, 1))
    assert back.added == ["A000001", "A000002"]
    assert len(store.history(LAMP, "A000001")) == 2
    assert store.check() == []


def test_a_dry_run_says_the_same_and_writes_nothing(store: Store) -> None:
    assert len(store.merge_assets(LAMP, lamps(4), source="a", on=DAY, dry_run=True).added) == 4
    assert store.layers() == {"observation": 0}
    store.merge_assets(LAMP, lamps(4), source="a", on=DAY)
    before = store.fingerprint()
    newer = lamps(6, seed=2)
    tried = store.merge_assets(LAMP, newer, source="a", on=LATER, dry_run=True)
    assert store.fingerprint() == before
    done = store.merge_assets(LAMP, newer, source="a", on=LATER)
    assert (tried.added, tried.changed, tried.dry_run) == (done.added, done.changed, True)
    assert_frame_equal(tried.differences, done.differences)


def test_a_column_that_the_file_lacks_keeps_its_values(store: Store) -> None:
    rows = lamps(3)
    store.merge_assets(LAMP, rows, source="a", on=DAY)
    store.merge_assets(LAMP, rows.select("asset_id").with_columns(heads=2), source="counts", on=LATER)
    held = store.read_assets(LAMP)
    assert_frame_equal(held.select(rows.columns), rows)
    assert held["heads"].to_list() == [2, 2, 2]


def test_origins_are_kept_where_the_rows_give_them(store: Store) -> None:
    rows = lamps(2).with_columns(pl.Series("power_w_origin", ["measured", None]))
    store.merge_assets(LAMP, rows, source="a", on=DAY)
    assert "power_w_origin" not in store.read_assets(LAMP).columns
    held = store.read_assets(LAMP, columns=["asset_id", "power_w_origin"])
    assert held["power_w_origin"].to_list() == ["measured", None]
    with pytest.raises(BocageError) as refusal:
        store.merge_assets(LAMP, rows.with_columns(power_w_origin=pl.lit("guessed")), source="a", on=DAY)
    assert refusal.value.code == "BOC-STO-016"


def test_a_correction_outlives_every_import(store: Store) -> None:
    rows = lamps(4)
    store.merge_assets(LAMP, rows, source="a", on=DAY)
    store.correct(LAMP, "L000001", "power_w", 55, author="agent", on=LATER)
    store.correct(LAMP, "L000002", "geometry", shapely.Point(5, 6).wkb, author="agent", on=LATER)
    store.correct(LAMP, "L000003", "street", None, author="agent", on=LATER)
    report = store.merge_assets(LAMP, rows, source="a", on=dt.date(2026, 9, 1))
    assert sorted(report.kept_corrections) == [
        ("L000001", "power_w"), ("L000002", "geometry"), ("L000003", "street"),
    ]  # fmt: skip
    assert report.unchanged == 4
    held = store.read_assets(LAMP, columns=["asset_id", "power_w", "power_w_origin", "street", "geometry"])
    assert held.row(1)[1:3] == (55.0, "declared")
    assert shapely.from_wkb(held["geometry"][2]) == shapely.Point(5, 6)
    assert held["street"][3] is None
    assert store.history(LAMP, "L000001")["power_w"].to_list() == [rows["power_w"][1], 55.0]
    assert store.check() == []


def test_a_correction_to_the_same_value_makes_no_version(store: Store) -> None:
    rows = lamps(1)
    store.merge_assets(LAMP, rows, source="a", on=DAY)
    store.correct(LAMP, "L000000", "street", rows["street"][0], author="agent", on=LATER)
    assert len(store.history(LAMP, "L000000")) == 1
    other = rows.with_columns(street=pl.lit("ailleurs"))
    assert store.merge_assets(LAMP, other, source="a", on=LATER).kept_corrections == [("L000000", "street")]


@pytest.mark.parametrize(
    ("asset_id", "name", "value", "day", "code"),
    [
        ("nobody", "power_w", 1.0, LATER, "BOC-STO-015"),
        ("L000000", "power_w", -5.0, LATER, "BOC-STO-016"),
        ("L000000", "power_w", "much", LATER, "BOC-STO-016"),
        ("L000000", "technology", "candle", LATER, "BOC-STO-016"),
        ("L000000", "power_w", 5.0, dt.date(2020, 1, 1), "BOC-STO-017"),
        ("L000000", "colour", "red", LATER, "BOC-STO-018"),
        ("L000000", "asset_id", "X", LATER, "BOC-STO-018"),
        ("L000000", "geometry", b"no shape", LATER, "BOC-STO-014"),
    ],
)
def test_a_correction_that_cannot_be(
    store: Store, asset_id: str, name: str, value: object, day: dt.date, code: str
) -> None:
    store.merge_assets(LAMP, lamps(1), source="a", on=DAY)
    before = store.fingerprint()
    with pytest.raises(BocageError) as refusal:
        store.correct(LAMP, asset_id, name, value, author="agent", on=day)
    assert refusal.value.code == code
    assert store.fingerprint() == before


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        (lambda rows: pl.concat([rows, rows.head(1)]), "BOC-STO-011"),
        (lambda rows: rows.with_columns(asset_id=pl.lit(None, dtype=pl.String)), "BOC-STO-012"),
        (lambda rows: rows.with_columns(asset_id=pl.lit("  ")), "BOC-STO-012"),
        (lambda rows: rows.drop("asset_id"), "BOC-STO-012"),
        (lambda rows: rows.with_columns(power_w=pl.lit("12 W")), "BOC-STO-013"),
        (lambda rows: rows.with_columns(geometry=pl.lit(b"\x01\x02")), "BOC-STO-014"),
        (lambda rows: rows.with_columns(geometry=pl.lit(shapely.box(0, 0, 1, 1).wkb)), "BOC-STO-014"),
        (lambda rows: rows.with_columns(geometry=pl.lit(shapely.Point(math.inf, 0).wkb)), "BOC-STO-014"),
    ],
)
def test_rows_that_cannot_be_kept_are_refused_whole(store: Store, spoil: object, code: str) -> None:
    store.merge_assets(LAMP, lamps(3), source="a", on=DAY)
    before = store.fingerprint()
    with pytest.raises(BocageError) as refusal:
        store.merge_assets(LAMP, spoil(lamps(5, seed=3)), source="a", on=LATER)
    assert refusal.value.code == code
    for language in ("fr", "en"):
        assert "{" not in "".join(refusal.value.say(part, language) for part in ("what", "why", "fix"))
    assert store.fingerprint() == before


def test_an_older_inventory_cannot_change_a_newer_version(store: Store) -> None:
    store.merge_assets(LAMP, lamps(2), source="a", on=LATER)
    assert store.merge_assets(LAMP, lamps(2), source="a", on=DAY).unchanged == 2
    with pytest.raises(BocageError) as refusal:
        store.merge_assets(LAMP, lamps(2, seed=9), source="a", on=DAY)
    assert refusal.value.code == "BOC-STO-017"


def test_chunks_hold_every_asset_once_and_in_order(store: Store) -> None:
    store.merge_assets(LAMP, lamps(25).sample(fraction=1.0, shuffle=True, seed=1), source="a", on=DAY)
    chunks = list(store.stream_assets(LAMP, columns=["asset_id"], chunk_rows=10))
    assert [len(chunk) for chunk in chunks] == [10, 10, 5]
    assert pl.concat(chunks)["asset_id"].to_list() == [f"L{number:06d}" for number in range(25)]


def test_limit_columns_and_tables_without_geometry(store: Store) -> None:
    store.merge_assets(DEED, pl.DataFrame({"asset_id": ["b", "a"], "name": ["x", None]}), source="s", on=DAY)
    assert store.read_assets(DEED, columns=["name"], limit=1)["name"].to_list() == [None]
    assert store.history(DEED, "b")["name"].to_list() == ["x"]
    with pytest.raises(BocageError) as refusal:
        store.read_assets(DEED, bounds=(0, 0, 1, 1))
    assert refusal.value.code == "BOC-STO-018"
    assert len(store.read_assets(LAMP)) == 0  # never declared


def test_a_new_column_joins_an_older_table(store: Store, twins: Twins) -> None:
    store.merge_assets(LAMP, lamps(2), source="a", on=DAY)
    before = store.fingerprint()
    wider = replace(LAMP, columns=(*LAMP.columns, column("height_m", "real", unit="m", impute="height")))
    assert store.read_assets(wider)["height_m"].to_list() == [None, None]
    store.declare([wider])
    assert store.fingerprint() == before
    rows = lamps(2).with_columns(height_m=8.0)
    assert len(store.merge_assets(wider, rows, source="a", on=LATER).changed) == 2
    store.close()
    again = twins.open(create=False)
    assert again.read_assets(wider)["height_m"].to_list() == [8.0, 8.0]
    assert again.check() == []


VALUES = st.fixed_dictionaries(
    {
        "power_w": st.none() | st.floats(0, 2000),
        "technology": st.sampled_from(["led", "sodium", None]),
        "street": st.none() | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12),
        "installed_on": st.none() | st.dates(dt.date(1900, 1, 1), dt.date(2100, 1, 1)),
        "ballast": st.none() | st.booleans(),
        "heads": st.none() | st.integers(-(2**63), 2**63 - 1),
        "tags": st.none() | st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=4), max_size=3),
        "seen_at": st.none() | st.datetimes(timezones=st.just(dt.UTC), allow_imaginary=False),
        "place": st.none() | st.tuples(st.floats(-1e7, 1e7), st.floats(-1e7, 1e7)),
    }
)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(
    first=st.dictionaries(st.text("abcé01'\" ;", min_size=1, max_size=6).filter(str.strip), VALUES, max_size=8),
    second=st.dictionaries(st.text("abcé01'\" ;", min_size=1, max_size=6).filter(str.strip), VALUES, max_size=8),
)
def test_whatever_is_merged_is_read_back(twins: Twins, first: dict, second: dict) -> None:
    def frame(cells: dict) -> pl.DataFrame:
        rows = [
            {"asset_id": key, **{n: v for n, v in cell.items() if n != "place"},
             "geometry": None if cell["place"] is None else shapely.Point(cell["place"]).wkb}
            for key, cell in cells.items()
        ]  # fmt: skip
        return LAMP.conform(pl.DataFrame(rows, schema={**LAMP.polars_schema()}))

    compared = [name for name in LAMP.polars_schema() if name not in ("valid_from", "valid_to", "source")]
    with twins.open(f"t{len(twins.codes)}-{uuid.uuid4()}") as store:
        for cells, day in ((first, DAY), (second, LATER)):
            store.merge_assets(LAMP, frame(cells), source="a", on=day, retire_absent=True)
            held = store.read_assets(LAMP).select(compared)
            assert_frame_equal(held, frame(cells).select(compared).sort("asset_id"), check_row_order=False)
            again = store.merge_assets(LAMP, frame(cells), source="a", on=day)
            assert (again.unchanged, again.changed, again.added) == (len(cells), [], [])
        assert store.check() == []


def test_the_fingerprint_ignores_order_and_the_log(twins: Twins) -> None:
    prints = []
    for name, shuffled in (("one", False), ("two", True)):
        with twins.open(name) as store:
            rows = lamps(50).sample(fraction=1.0, shuffle=shuffled, seed=4)
            store.merge_assets(LAMP, rows.head(20), source="a", on=DAY)
            store.merge_assets(LAMP, rows, source="a", on=DAY)
            prints.append(store.fingerprint())
            if isinstance(store, GeoPackageStore):
                store._twin.execute("PRAGMA wal_checkpoint(TRUNCATE)")
                store._twin.execute("VACUUM")
            prints.append(store.fingerprint())
            store.correct(LAMP, "L000000", "power_w", 1.0, author="a", on=DAY)
            assert store.fingerprint() not in prints
    assert len(set(prints)) == 1
    assert len(prints[0]) == 12
