"""Snapshots as GDAL, hence QGIS, opens them; GDAL works in a child process."""

import json
import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest
import shapely
from store_samples import DAY, DEED, LAMP, LATER, PIPE, SRID, THING, ZONE, Twins, column, lamps

from bocage.store.aliases import create_alias_tables
from bocage.store.geopackage import GeoPackageStore
from bocage.store.interface import Store
from bocage.vocabulary.columns import Column, noun_tables

GDAL = """
import json, sys, warnings, pyogrio
warnings.simplefilter("error")
path, answer = sys.argv[1], {}
for name, kind in pyogrio.list_layers(path).tolist():
    info = pyogrio.read_info(path, layer=name, force_feature_count=True, force_total_bounds=True)
    answer[name] = {
        "kind": kind, "crs": info["crs"], "features": info["features"], "fields": info["fields"].tolist(),
        "types": [str(t) for t in info["dtypes"]],
        "bounds": [float(b) for b in info["total_bounds"]] if kind and info["features"] else None,
        "metadata": info["layer_metadata"],
    }
    if kind:
        box = tuple(float(b) for b in sys.argv[2].split(","))
        _, fids, shapes, _ = pyogrio.raw.read(path, layer=name, bbox=box)
        answer[name]["hits"] = len(shapes)
_, _, _, fields = pyogrio.raw.read(path, sql="SELECT column_name, name, title, constraint_name FROM gpkg_data_columns"
                                   " WHERE table_name = 'lamp' ORDER BY rowid")
answer["aliases"] = [[None if v is None else str(v) for v in row] for row in zip(*(f.tolist() for f in fields))]
print(json.dumps(answer))
"""
BOX = (650_500.0, 6_860_500.0, 651_000.0, 6_861_000.0)


def as_gdal_sees(path: Path) -> dict:
    command = [sys.executable, "-c", GDAL, str(path), ",".join(str(edge) for edge in BOX)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return json.loads(done.stdout)


def fill(store: Store) -> None:
    line = shapely.LineString([(0, 0), (10, 10)])
    square = shapely.box(0, 0, 1, 1)
    store.merge_assets(LAMP, lamps(400), source="a", on=DAY)
    store.merge_assets(LAMP, lamps(400).head(300), source="a", on=LATER, retire_absent=True)
    for table, shapes in (
        (PIPE, [line, shapely.MultiLineString([line])]),
        (ZONE, [square, square]),
        (THING, [square, shapely.MultiPolygon([square])]),
    ):
        rows = pl.DataFrame({"asset_id": ["a", "b"], "geometry": shapely.to_wkb(shapes).tolist()})
        store.merge_assets(table, rows, source="a", on=DAY)
    store.merge_assets(DEED, pl.DataFrame({"asset_id": ["d"], "name": ["régie"]}), source="a", on=DAY)
    territory = pl.DataFrame({"territory_id": ["35238"], "name": ["Rennes"], "geometry": [square.wkb]})
    store.write_rows(noun_tables()["territory"], territory)


def test_gdal_opens_it_with_types_projection_names_and_index(store: Store, folder: Path) -> None:
    fill(store)
    extra = pl.DataFrame(
        {"asset_id": ["L000001", "L000000", "ghost"], "power_w": [11.0, 12.0, 13.0],
         "power_w_origin": ["default", "declared", "declared"], "power_w_low": [9, 10, 11]}
    )  # fmt: skip
    path = store.snapshot(folder / "carte d'été.gpkg", extra={"lamp": extra}, language="fr")
    seen = as_gdal_sees(path)
    assert {name: seen[name]["kind"] for name in seen if name != "aliases"} == {
        "lamp": "Point", "pipe": "MultiLineString", "zone": "Polygon", "thing": "MultiPolygon",
        "deed": None, "territory": "Polygon",
    }  # fmt: skip
    lamp = seen["lamp"]
    assert lamp["crs"] == "EPSG:2154"
    assert lamp["features"] == 300
    held = store.read_assets(LAMP)
    assert lamp["bounds"] == pytest.approx(shapely.total_bounds(shapely.from_wkb(held["geometry"].to_numpy())).tolist())
    assert lamp["hits"] == len(store.read_assets(LAMP, bounds=BOX)) > 0
    types = dict(zip(lamp["fields"], lamp["types"], strict=True))
    assert types["power_w"] == types["power_w_low"].replace("int64", "float64") == "float64"
    assert types["installed_on"] == "datetime64[D]"
    assert types["ballast"] == "bool"
    assert types["street"] == "object"
    assert lamp["metadata"]["IDENTIFIER"] == "Les lamp"
    aliases = {row[0]: row[1:] for row in seen["aliases"]}
    assert aliases["power_w"] == ["power_w fr (W)", "power_w fr (W)", None]
    assert aliases["power_w_origin"][0] == "power_w fr – origine"
    assert aliases["technology"][2] == "lamp_technology"
    assert not [name for name in path.parent.iterdir() if name.name.startswith(f".{path.name}")]


def test_it_is_a_valid_geopackage_that_stands_alone(store: Store, folder: Path) -> None:
    fill(store)
    path = store.snapshot(folder / "snapshot.gpkg", language="en")
    assert not list(folder.glob("snapshot.gpkg-*"))
    with closing(sqlite3.connect(path)) as held:
        one = {name: held.execute(f"PRAGMA {name}").fetchone()[0] for name in ("application_id", "user_version")}
        assert one == {"application_id": 0x47504B47, "user_version": 10300}
        assert held.execute("PRAGMA journal_mode").fetchone()[0] == "delete"
        assert held.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert held.execute("PRAGMA foreign_key_check").fetchall() == []
        systems = dict(held.execute("SELECT srs_id, definition FROM gpkg_spatial_ref_sys"))
        assert set(systems) == {-1, 0, 4326, SRID}
        assert systems[SRID].startswith('PROJCS["RGF93')
        extensions = set(held.execute("SELECT table_name, extension_name FROM gpkg_extensions"))
        assert {("lamp", "gpkg_rtree_index"), ("gpkg_data_columns", "gpkg_schema")} <= extensions
        codes = held.execute(
            "SELECT value FROM gpkg_data_column_constraints WHERE constraint_name = 'lamp_technology' ORDER BY value"
        ).fetchall()
        assert codes == [("led",), ("mercury",), ("sodium",)]
        tables = {row[0] for row in held.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")}
        assert not [name for name in tables if name.startswith("bocage_") or name.endswith("_history")]
        title = held.execute("SELECT identifier, description FROM gpkg_contents WHERE table_name = 'lamp'").fetchone()
        assert title == ("The lamp", "test")


def test_layers_of_one_label_and_columns_of_one_label_stay_apart(store: Store, folder: Path) -> None:
    twin = replace(
        LAMP, name="lamp_two", columns=(*LAMP.columns, replace(column("power_b", "real"), label={"fr": "power_w fr"}))
    )
    twin = replace(twin, columns=tuple(replace(c, unit="") for c in twin.columns))
    store.merge_assets(LAMP, lamps(2), source="a", on=DAY)
    store.merge_assets(twin, lamps(2), source="a", on=DAY)
    with closing(sqlite3.connect(store.snapshot(folder / "s.gpkg"))) as held:
        names = [row[0] for row in held.execute("SELECT identifier FROM gpkg_contents ORDER BY table_name")]
        assert names == ["Les lamp", "Les lamp (lamp_two)"]
        same = held.execute(
            "SELECT name FROM gpkg_data_columns WHERE table_name = 'lamp_two' AND name LIKE 'power_w fr%'"
            " ORDER BY rowid"
        ).fetchall()
        assert same == [("power_w fr",), ("power_w fr [power_b]",)]


def test_a_snapshot_replaces_the_former_one_whole(store: Store, folder: Path) -> None:
    store.merge_assets(LAMP, lamps(2), source="a", on=DAY)
    path = store.snapshot(folder / "s.gpkg")
    store.merge_assets(LAMP, lamps(5), source="a", on=DAY)
    store.snapshot(path)
    assert as_gdal_sees(path)["lamp"]["features"] == 5


def test_a_layer_without_rows_has_its_type(twins: Twins, folder: Path) -> None:
    with twins.open("away", srid=2975) as store:
        store.declare([LAMP, PIPE, ZONE])
        seen = as_gdal_sees(store.snapshot(folder / "s.gpkg"))
    assert [seen[name]["kind"] for name in ("lamp", "pipe", "zone")] == ["Point", "MultiLineString", "MultiPolygon"]
    assert seen["lamp"]["crs"] == "EPSG:2975"


def test_gdal_reads_a_copy_of_the_live_file_too(file_store: GeoPackageStore, folder: Path) -> None:
    fill(file_store)
    copy = folder / "copy.gpkg"
    file_store._twin.execute("VACUUM INTO ?", (str(copy),))
    with closing(sqlite3.connect(copy)) as held:  # the question about aliases needs a table that only snapshots have
        create_alias_tables(held)
        held.commit()
    seen = as_gdal_sees(copy)
    assert (seen["lamp"]["kind"], seen["lamp"]["features"]) == ("Point Z", 300)  # heights are optional
    assert seen["lamp_history"]["features"] == 100


def test_a_computed_column_has_the_alias_of_its_declaration(store: Store, folder: Path) -> None:
    fill(store)
    extra = pl.DataFrame({"asset_id": ["p0"], "energy_kwh_year": [362.0], "other": [1.0]})
    energy = Column(name="energy_kwh_year", type="real", unit="kWh/year", label={"fr": "Énergie", "en": "Energy"})
    path = store.snapshot(folder / "s.gpkg", extra={"lamp": extra}, described={"lamp": [energy]}, language="fr")
    with closing(sqlite3.connect(path)) as held:
        titles = dict(held.execute("SELECT column_name, title FROM gpkg_data_columns WHERE table_name = 'lamp'"))
    assert titles["energy_kwh_year"] == "Énergie (kWh/year)"
    assert titles["other"] == "other"
