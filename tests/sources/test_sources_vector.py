"""Vector files written and read again by the child process, with their types."""

import datetime as dt
import json
import zipfile
from pathlib import Path

import polars as pl
import pytest
import shapely

from bocage.sources.files import read_raw
from bocage.sources.vector import write_vector
from bocage.vocabulary.codes import BocageError

FRAME = pl.DataFrame(
    {
        "id": ["é", "b", None],
        "count": [1, None, 3],
        "power": [70.5, None, 100.0],
        "lit": [True, None, False],
        "day": [dt.date(2019, 3, 12), None, dt.date(2020, 1, 1)],
        "actions": [["led", "dimming"], [], None],
        "geometry": [shapely.to_wkb(shapely.Point(652000 + i, 6860000)) for i in range(3)],
    },
    schema_overrides={"actions": pl.List(pl.String)},
)


def test_geopackage_keeps_types(tmp_path: Path) -> None:
    path = write_vector(FRAME, tmp_path / "a.gpkg", driver="GPKG", srid=2154, layer="lamps")
    raw = read_raw(path)
    assert (raw.srid, raw.layer) == (2154, "lamps")
    assert raw.frame["id"].to_list() == ["é", "b", None]
    assert raw.frame["count"].to_list() == [1, None, 3]
    assert raw.frame["power"].to_list() == [70.5, None, 100.0]
    assert raw.frame["lit"].to_list() == [True, None, False]
    assert raw.frame["day"].to_list() == [dt.date(2019, 3, 12), None, dt.date(2020, 1, 1)]
    assert raw.frame["actions"].to_list() == ["led;dimming", None, None]
    assert raw.geometry is not None
    assert shapely.get_coordinates(shapely.from_wkb(raw.geometry.to_numpy())).tolist()[2] == [652002.0, 6860000.0]


def test_several_layers_in_one_geopackage(tmp_path: Path) -> None:
    path = tmp_path / "a.gpkg"
    write_vector(FRAME, path, driver="GPKG", srid=2154, layer="one")
    write_vector(FRAME.drop("geometry"), path, driver="GPKG", srid=2154, layer="two", append=True)
    with pytest.raises(BocageError, match="one, two"):
        read_raw(path)
    assert read_raw(path, layer="two").geometry is None


def test_geojson_is_in_degrees(tmp_path: Path) -> None:
    frame = FRAME.select("id", pl.lit(shapely.to_wkb(shapely.Point(2.346, 48.844))).alias("geometry"))
    path = write_vector(frame, tmp_path / "a.geojson", driver="GeoJSON", srid=4326, layer="lamps")
    content = json.loads(path.read_text(encoding="utf-8"))
    assert content["features"][0]["geometry"] == {"type": "Point", "coordinates": [2.346, 48.844]}
    assert read_raw(path).srid == 4326


def test_shapefile_in_windows_letters(tmp_path: Path) -> None:
    frame = FRAME.select("id", "geometry").head(1)
    path = write_vector(frame, tmp_path / "a.shp", driver="ESRI Shapefile", srid=2154, layer="a", encoding="cp1252")
    assert b"\xe9" in path.with_suffix(".dbf").read_bytes()
    assert read_raw(path).frame["id"].to_list() == ["é"]


def test_what_cannot_be_written_is_said(tmp_path: Path) -> None:
    with pytest.raises(BocageError) as caught:
        write_vector(FRAME, tmp_path / "absent" / "a.gpkg", driver="GPKG", srid=2154, layer="lamps")
    assert caught.value.code == "BOC-IMP-024"


def test_gdal_tries_no_other_driver_on_a_false_shapefile(tmp_path: Path) -> None:
    """A virtual data set may name any file or address: it must not pass for a shapefile."""
    path = tmp_path / "a.shp"
    path.write_text('<OGRVRTDataSource><OGRVRTLayer name="a"/></OGRVRTDataSource>', encoding="utf-8")
    for suffix in (".shx", ".dbf"):
        path.with_suffix(suffix).write_bytes(b"")
    with pytest.raises(BocageError) as caught:
        read_raw(path)
    assert caught.value.code == "BOC-IMP-015"


def test_zipped_shapefile_in_a_folder_and_under_another_name(tmp_path: Path) -> None:
    path = write_vector(
        FRAME.select("id", "geometry"), tmp_path / "a.shp", driver="ESRI Shapefile", srid=2154, layer="a"
    )
    for name in ("points.zip", "points.dat"):
        with zipfile.ZipFile(tmp_path / name, "w") as archive:
            for part in tmp_path.glob("a.*"):
                archive.write(part, f"export 2024/{part.name}")
        raw = read_raw(tmp_path / name)
        assert raw.frame["id"].to_list() == ["é", "b", None]
        assert (raw.srid, raw.layer, path.stem) == (2154, "a", "a")
