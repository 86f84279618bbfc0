"""The r-tree equals the bounds of the geometries after each way of writing, the twin's own and others'."""

import sqlite3
from pathlib import Path

import polars as pl
import pytest
import shapely
from store_samples import DAY, LAMP, LATER, PIPE, SRID, THING, ZONE, brute_force, lamps

from bocage.store.check import faults, stray_boxes
from bocage.store.connection import register_functions
from bocage.store.geometry import normalise, to_blobs
from bocage.store.geopackage import GeoPackageStore, open_store

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
