"""The r-tree equals the bounds of the geometries after each way of writing, the twin's own and others'."""

import sqlite3
from pathlib import Path

import numpy as np
import polars as pl
import pytest
import shapely
from store_samples import DAY, LAMP, LATER, PIPE, SRID, THING, ZONE, brute_force, lamps

from bocage.store import rtree
from bocage.store.check import faults, stray_boxes
from bocage.store.connection import register_functions
from bocage.store.geometry import normalise, to_blobs
from bocage.store.geopackage import GeoPackageStore, open_store
from bocage.store.packing import pack


@pytest.fixture
def store(file_store: GeoPackageStore) -> GeoPackageStore:
    return file_store


BOX = (650_500.0, 6_860_500.0, 651_000.0, 6_861_000.0)


def assert_index_is_right(store: GeoPackageStore, table: object = LAMP) -> None:
    everything = store.read_assets(table)
    assert set(store.read_assets(table, bounds=BOX)["asset_id"]) == brute_force(everything, BOX)
    assert stray_boxes(store._twin, table.name) == 0
    tree = store._twin.execute(f"SELECT rtreecheck('rtree_{table.name}_geometry')").fetchone()[0]
    assert tree == "ok"
    assert store.check() == []


def blob(shape: shapely.Geometry) -> bytes:
    wkb, bounds = normalise(pl.Series([shape.wkb]), "any", table="t", ids=pl.Series(["a"]))
    return to_blobs(wkb, bounds, SRID)[0]


def test_every_path_of_the_twin_itself(store: GeoPackageStore) -> None:
    rows = lamps(3000)
    store.merge_assets(LAMP, rows, source="a", on=DAY)
    assert_index_is_right(store)
    moved = lamps(3000, seed=2).head(500)
    store.merge_assets(LAMP, moved, source="a", on=DAY)
    assert_index_is_right(store)
    store.merge_assets(LAMP, lamps(200, seed=3, prefix="N"), source="a", on=DAY)
    assert_index_is_right(store)
    store.merge_assets(LAMP, rows.tail(2000), source="a", on=DAY, retire_absent=True)
    assert store.count_assets(LAMP) == 2000
    assert_index_is_right(store)
    store.correct(LAMP, "L002999", "geometry", shapely.Point(650_700, 6_860_700).wkb, author="a", on=LATER)
    assert "L002999" in store.read_assets(LAMP, bounds=BOX)["asset_id"].to_list()
    assert_index_is_right(store)
    store.correct(LAMP, "L002999", "geometry", None, author="a", on=LATER)
    assert_index_is_right(store)


@pytest.mark.parametrize("count", [1, 40, 41, 60, 79, 81, 1599, 1601, 5000, 70_000])
def test_an_index_written_node_by_node_is_sound(count: int) -> None:
    connection = sqlite3.connect(":memory:", isolation_level=None)
    connection.execute("CREATE VIRTUAL TABLE t USING rtree(id, minx, maxx, miny, maxy)")
    rng = np.random.default_rng(count)
    low = rng.uniform((650_000, 6_860_000), (660_000, 6_870_000), (count, 2))
    boxes = np.hstack([low, low + rng.exponential(5, (count, 2))])
    ids = rng.permutation(3 * count)[:count].astype(np.int64)
    pack(connection, "t", ids, boxes)
    window = (652_000.0, 6_862_000.0, 654_000.0, 6_864_000.0)
    query = "SELECT id FROM t WHERE maxx >= ? AND minx <= ? AND maxy >= ? AND miny <= ?"

    def assert_right() -> None:
        assert connection.execute("SELECT rtreecheck('t')").fetchone()[0] == "ok"
        hits = {row[0] for row in connection.execute(query, [window[0], window[2], window[1], window[3]])}
        inside = (boxes[:, 2:] >= window[:2]).all(axis=1) & (boxes[:, :2] <= window[2:]).all(axis=1)
        assert set(ids[inside].tolist()) <= hits
        assert len(hits) <= inside.sum() + 0.01 * count + 1

    assert_right()
    pack(connection, "t", ids, boxes)  # again, in the place of what it holds
    assert_right()
    # SQLite itself goes on from the nodes: rows taken out and put back one by one.
    for fid, box in list(zip(ids.tolist(), boxes.tolist(), strict=True))[:400]:
        connection.execute("DELETE FROM t WHERE id = ?", (fid,))
        connection.execute("INSERT INTO t VALUES (?, ?, ?, ?, ?)", (fid, box[0], box[2], box[1], box[3]))
    assert_right()
    assert connection.execute("SELECT count(*) FROM t").fetchone()[0] == count
    connection.close()


def test_where_nodes_are_protected_rows_are_indexed_one_by_one(
    store: GeoPackageStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    def protected(connection: sqlite3.Connection, *_: object) -> None:
        connection.execute("DELETE FROM rtree_lamp_geometry_rowid")
        connection.execute("INSERT INTO sqlite_schema VALUES (1)")  # fails as SQLite fails: SQLITE_ERROR

    monkeypatch.setattr(rtree, "pack", protected)
    store.merge_assets(LAMP, lamps(600), source="a", on=DAY)
    assert_index_is_right(store)
    store.merge_assets(LAMP, lamps(600, seed=2), source="a", on=DAY)
    assert_index_is_right(store)


def test_rows_added_changed_and_retired_in_one_import(store: GeoPackageStore) -> None:
    store.merge_assets(LAMP, lamps(4000), source="a", on=DAY)
    newer = pl.concat([lamps(2500, seed=2), lamps(1500, seed=3, prefix="N")])
    report = store.merge_assets(LAMP, newer, source="a", on=LATER, retire_absent=True)
    assert (len(report.changed), len(report.added), len(report.absent)) == (2500, 1500, 1500)
    assert_index_is_right(store)
    store.merge_assets(LAMP, newer.head(10), source="a", on=LATER, retire_absent=True)
    assert_index_is_right(store)
    store.merge_assets(LAMP, newer.clear(), source="a", on=LATER, retire_absent=True)
    assert store.count_assets(LAMP) == 0
    assert_index_is_right(store)
    store.merge_assets(LAMP, newer, source="a", on=LATER)
    assert_index_is_right(store)


def test_another_client_that_registered_the_functions(store: GeoPackageStore, folder: Path) -> None:
    store.merge_assets(LAMP, lamps(50), source="a", on=DAY)
    inside, empty = blob(shapely.Point(650_700, 6_860_700)), blob(shapely.from_wkt("POINT EMPTY"))
    statements = (
        ("INSERT INTO lamp (asset_id, geometry) VALUES ('X1', ?), ('X2', NULL)", (inside,)),
        ("INSERT INTO lamp (asset_id, geometry) VALUES ('X3', ?)", (empty,)),
        ("UPDATE lamp SET geometry = ? WHERE asset_id = 'L000001'", (inside,)),
        ("UPDATE lamp SET geometry = ? WHERE asset_id IN ('X2', 'X3')", (inside,)),
        ("UPDATE lamp SET geometry = NULL WHERE asset_id = 'L000002'", ()),
        ("UPDATE lamp SET geometry = ? WHERE asset_id = 'L000003'", (empty,)),
        ("UPDATE lamp SET fid = 9001 WHERE asset_id = 'X1'", ()),
        ("UPDATE lamp SET fid = 9002 WHERE asset_id = 'L000003'", ()),
        ("UPDATE lamp SET power_w = 1.0", ()),
        ("DELETE FROM lamp WHERE asset_id IN ('L000004', 'L000002', 'X2')", ()),
    )
    other = sqlite3.connect(folder / "twin.gpkg")
    register_functions(other)
    for text, values in statements:
        with other:
            other.execute(text, values)
        assert stray_boxes(store._twin, "lamp") == 0, text
    other.close()
    assert_index_is_right(store)
    assert {"X1", "X3", "L000001"} <= set(store.read_assets(LAMP, bounds=BOX)["asset_id"])
    store.merge_assets(LAMP, lamps(60), source="a", on=LATER)  # row numbers go on after the other client's
    assert_index_is_right(store)


def test_a_client_without_the_functions_cannot_spoil_the_index(store: GeoPackageStore, folder: Path) -> None:
    store.merge_assets(LAMP, lamps(5), source="a", on=DAY)
    other = sqlite3.connect(folder / "twin.gpkg")
    with pytest.raises(sqlite3.OperationalError, match="no such function"):
        other.execute("UPDATE lamp SET geometry = NULL")
    other.close()
    assert_index_is_right(store)


def test_the_check_sees_a_spoilt_index(store: GeoPackageStore) -> None:
    store.merge_assets(LAMP, lamps(20), source="a", on=DAY)
    for spoil in (
        "DELETE FROM rtree_lamp_geometry WHERE id = 3",
        "UPDATE rtree_lamp_geometry SET maxx = maxx + 10 WHERE id = 4",
        "INSERT INTO rtree_lamp_geometry VALUES (999, 0, 1, 0, 1)",
        "DROP TRIGGER rtree_lamp_geometry_insert",
    ):
        store._twin.execute("BEGIN")
        store._twin.execute(spoil)
        assert len(faults(store._twin, store._series)) == 1, spoil
        store._twin.execute("ROLLBACK")
    assert store.check() == []


def test_lines_polygons_and_mixtures(store: GeoPackageStore) -> None:
    x, y = 650_600.0, 6_860_600.0
    line = shapely.LineString([(x, y), (x + 10, y + 10)])
    shapes = [
        (PIPE, [line, shapely.MultiLineString([line, shapely.affinity.translate(line, 5000)])]),
        (ZONE, [shapely.box(x, y, x + 1, y + 1), shapely.MultiPolygon([shapely.box(0, 0, 1, 1)])]),
        (THING, [shapely.Point(x, y, 12.5), shapely.GeometryCollection([line])]),
    ]
    for table, pair in shapes:
        rows = pl.DataFrame({"asset_id": ["a", "b"], "geometry": shapely.to_wkb(pair).tolist()})
        store.merge_assets(table, rows, source="s", on=DAY)
        assert_index_is_right(store, table)
        held = shapely.from_wkb(store.read_assets(table)["geometry"].to_numpy())
        assert [shape.wkt for shape in held] == [shape.wkt for shape in pair]
        assert store.merge_assets(table, rows, source="s", on=DAY).unchanged == 2


def test_bounds_are_exact_where_the_index_rounds(store: GeoPackageStore) -> None:
    # One unit in the last place of a 32-bit number is half a metre at this northing.
    places = shapely.points([(650_000.0, 6_860_000.30), (650_000.0, 6_860_000.10)])
    rows = pl.DataFrame({"asset_id": ["above", "below"], "geometry": shapely.to_wkb(places).tolist()})
    store.merge_assets(LAMP, rows, source="a", on=DAY)
    window = (649_999.0, 6_859_999.0, 650_001.0, 6_860_000.2)
    assert store.read_assets(LAMP, bounds=window)["asset_id"].to_list() == ["below"]
    assert store.read_assets(LAMP, bounds=window, on=DAY, limit=1)["asset_id"].to_list() == ["below"]


def test_reopening_finds_the_same(folder: Path) -> None:
    with open_store(folder, srid=SRID, create=True) as store:
        store.merge_assets(LAMP, lamps(300), source="a", on=DAY)
        hits, content = store.read_assets(LAMP, bounds=BOX), store.fingerprint()
    with open_store(folder, srid=SRID, read_only=True) as store:
        assert store.read_assets(LAMP, bounds=BOX).equals(hits)
        assert store.fingerprint() == content
        assert_index_is_right(store)
