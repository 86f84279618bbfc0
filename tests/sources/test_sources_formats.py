"""Every format gives the same two lamps; what is broken or hostile in it is refused by its own code."""

import json
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest
import shapely
from written_files import DEGREES, FRAME, GPX, KML, SOUND, X, Y, dxf, geoparquet, open_document, zipped

from bocage.sources import gdal_process, vector
from bocage.sources.files import read_raw
from bocage.sources.inventory import Reading, check_inventory
from bocage.sources.propose import layer_fit, propose_mapping
from bocage.sources.vector import write_vector
from bocage.vocabulary.codes import BocageError
from bocage.vocabulary.columns import Table

Import = Callable[..., Reading]
Maker = Callable[[Path], Path]


@pytest.mark.parametrize("name", SOUND)
def test_the_same_lamps_in_every_format(name: str, tmp_path: Path, luminaire: Table, values: dict[str, Path]) -> None:
    path = SOUND[name](tmp_path)
    raw = read_raw(path, fits=layer_fit([luminaire]), layer="ECLAIRAGE" if name == "DXF" else None)
    assert raw.path == path
    mapping = propose_mapping(raw, [luminaire], values=values)
    area = (650_000.0, 6_858_000.0, 655_000.0, 6_863_000.0)
    reading = check_inventory(raw, table=luminaire, mapping=mapping, srid=2154, area=area, values=values)
    assert len(reading.rows) == 2
    if name not in {"KML of GDAL", "DXF"}:
        assert set(reading.rows["asset_id"]) == {"A1", "A2"} or mapping.identifier
    if name != "GPX":
        assert sorted(reading.rows["lamp_power_w"]) == [70.0, 100.0]
    points = shapely.from_wkb(reading.rows["geometry"].to_numpy())
    assert (shapely.distance(points, shapely.Point(X, Y)) < 200).all()
    assert "BOC-IMP-316" not in {verdict.code for verdict in reading.verdicts} or name == "zip under another name"


def test_kml_data_descriptions_and_folders_become_columns(tmp_path: Path) -> None:
    raw = read_raw(SOUND["KML"](tmp_path))
    assert raw.frame.select("Name", "puissance", "lampe", "Armoire", "Rue", "folder").rows() == [
        ("A1", "70", "SHP", "C1", "Haute", "Bourg"),
        ("A2", "100", None, "C2", "Basse", "Hameau"),
    ]
    assert raw.srid == 4326
    assert {verdict.code: verdict.columns for verdict in raw.verdicts} == {"BOC-IMP-334": ("Armoire", "Rue")}
    assert read_raw(SOUND["KML"](tmp_path), layer="Hameau").frame["Name"].to_list() == ["A2"]


def test_a_drawing_gives_the_blocks_of_one_layer(tmp_path: Path, import_file: Import) -> None:
    path = SOUND["DXF"](tmp_path)
    with pytest.raises(BocageError, match="ECLAIRAGE, BORNES") as caught:
        read_raw(path)
    assert caught.value.code == "BOC-IMP-014"
    raw = read_raw(path, layer="ECLAIRAGE")
    assert raw.frame.select("NUMERO", "PUISSANCE", "block", "layer").rows() == [
        ("A1", "70", "LAMP", "ECLAIRAGE"),
        ("A2", "100", "LAMP", "ECLAIRAGE"),
    ]
    assert raw.srid is None
    assert {verdict.code: verdict.count for verdict in raw.verdicts}["BOC-IMP-335"] == 3
    reading = import_file(path, layer="ECLAIRAGE")
    assert reading.facts["srid_read"] == 2154


def test_a_drawing_in_millimetres(tmp_path: Path, import_file: Import) -> None:
    path = tmp_path / "a.dxf"
    path.write_text(dxf(scale=1000.0), encoding="utf-8")
    reading = import_file(path, layer="ECLAIRAGE")
    assert "BOC-IMP-329" in {verdict.code for verdict in reading.verdicts}
    points = shapely.from_wkb(reading.rows["geometry"].to_numpy())
    assert shapely.distance(points, shapely.Point(X, Y)).min() < 1e-6


def test_ngsi_ld_entities_are_rows(tmp_path: Path, import_file: Import) -> None:
    entity = {
        "id": "urn:ngsi-ld:Streetlight:1", "type": "Streetlight",
        "puissance": {"type": "Property", "value": 70, "unitCode": "WTT"},
        "location": {"type": "GeoProperty", "value": {"type": "Point", "coordinates": [2.346, 48.844]}},
    }  # fmt: skip
    path = tmp_path / "a.jsonld"
    path.write_text(json.dumps([entity, {**entity, "id": "urn:ngsi-ld:Streetlight:2"}]), encoding="utf-8")
    reading = import_file(path)
    assert reading.rows["lamp_power_w"].to_list() == [70.0, 70.0]


def test_geoparquet_of_no_system_is_in_degrees(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    geo = {"version": "1.0.0", "primary_column": "geometry", "columns": {"geometry": {"encoding": "WKB"}}}
    DEGREES.write_parquet(path, metadata={"geo": json.dumps(geo)})
    assert read_raw(path).srid == 4326
    FRAME.drop("geometry").write_parquet(path)
    assert read_raw(path).geometry is None


def _cut(maker: Maker, keep: float = 0.5) -> Maker:
    def make(folder: Path) -> Path:
        path = maker(folder)
        data = path.read_bytes()
        path.write_bytes(data[: int(len(data) * keep)])
        return path

    return make


def _file(name: str, content: bytes | str) -> Maker:
    def make(folder: Path) -> Path:
        path = folder / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return make


def _archive(members: dict[str, bytes], name: str = "a.zip", packing: int = zipfile.ZIP_DEFLATED) -> Maker:
    def make(folder: Path) -> Path:
        with zipfile.ZipFile(folder / name, "w", packing) as archive:
            for member, content in members.items():
                archive.writestr(member, content)
        return folder / name

    return make


def _without(maker: Maker, suffix: str) -> Maker:
    def make(folder: Path) -> Path:
        path = maker(folder)
        path.with_suffix(suffix).unlink()
        return path

    return make


def _encrypted(folder: Path) -> Path:
    """A member whose header says that it is encrypted."""
    path = _archive({"a.csv": b"id;x;y\n1;2;3\n"}, packing=zipfile.ZIP_STORED)(folder)
    data = bytearray(path.read_bytes())
    data[6] |= 1
    central = data.index(b"PK\x01\x02")
    data[central + 8] |= 1
    path.write_bytes(bytes(data))
    return path


LAUGHS = (
    '<?xml version="1.0"?><!DOCTYPE kml [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    '<kml xmlns="http://www.opengis.net/kml/2.2"><Placemark><name>&b;</name></Placemark></kml>'
)
BOMB = b"<kml>" + b"0" * 80_000_000

HOSTILE: dict[str, tuple[str, Maker]] = {
    "empty KML": ("BOC-IMP-003", _file("a.kml", b"")),
    "KML cut": ("BOC-IMP-015", _cut(_file("a.kml", KML))),
    "KML that is another XML": ("BOC-IMP-022", _file("a.kml", '<?xml version="1.0"?><svg/>')),
    "KML without a point": (
        "BOC-IMP-015", _file("a.kml", '<?xml version="1.0"?><kml xmlns="http://www.opengis.net/kml/2.2"></kml>'),
    ),
    "entities in KML": ("BOC-IMP-032", _file("a.kml", LAUGHS)),
    "entities in UTF-16": ("BOC-IMP-032", _file("a.kml", LAUGHS.encode("utf-16"))),
    "entities in GPX": ("BOC-IMP-032", _file("a.gpx", GPX.replace("<gpx", "<!DOCTYPE gpx><gpx", 1))),
    "entities in a KMZ": ("BOC-IMP-032", _archive({"doc.kml": LAUGHS.encode()}, name="a.kmz")),
    "GPX cut": ("BOC-IMP-015", _cut(_file("a.gpx", GPX))),
    "GPX without a waypoint": ("BOC-IMP-004", _file("a.gpx", '<?xml version="1.0"?><gpx version="1.1"></gpx>')),
    "DXF cut": ("BOC-IMP-015", _cut(_file("a.dxf", dxf()), 0.4)),
    "DXF without a point": (
        "BOC-IMP-004",
        _file("a.dxf", "0\nSECTION\n2\nENTITIES\n0\nLINE\n8\nA\n10\n1\n20\n2\n11\n3\n21\n4\n0\nENDSEC\n0\nEOF\n"),
    ),
    "binary DXF": ("BOC-IMP-022", _file("a.dxf", b"AutoCAD Binary DXF\r\n\x1a\x00" + b"\0" * 100)),
    "text as DXF": ("BOC-IMP-015", _file("a.dxf", "id;x;y\n1;2;3\n")),
    "MapInfo without its map": ("BOC-IMP-013", _without(SOUND["MapInfo TAB"], ".map")),
    "MapInfo without its data": ("BOC-IMP-013", _without(SOUND["MapInfo TAB"], ".dat")),
    "MIF without its data": ("BOC-IMP-013", _without(SOUND["MapInfo MIF"], ".mid")),
    "FlatGeobuf cut": ("BOC-IMP-015", _cut(SOUND["FlatGeobuf"], 0.3)),
    "text as FlatGeobuf": ("BOC-IMP-015", _file("a.fgb", "id;x;y\n1;2;3\n")),
    "Parquet cut": ("BOC-IMP-015", _cut(geoparquet)),
    "text as Parquet": ("BOC-IMP-015", _file("a.parquet", "id;x;y\n1;2;3\n")),
    "JSON lines cut": ("BOC-IMP-015", _file("a.jsonl", '{"id": 1, "x": 2}\n{"id": 2, "x"')),
    "JSON of numbers": ("BOC-IMP-022", _file("a.json", "[1, 2, 3]")),
    "JSON without rows": ("BOC-IMP-004", _file("a.json", "[]")),
    "nested JSON": ("BOC-IMP-015", _file("a.json", "[" * 100_000)),
    "KMZ bomb": ("BOC-IMP-009", _archive({"doc.kml": BOMB}, name="a.kmz")),
    "path out of a zip": ("BOC-IMP-031", _archive({"../../a.csv": b"id;x;y\n1;2;3\n"})),
    "absolute path in a zip": ("BOC-IMP-031", _archive({"/etc/a.csv": b"id;x;y\n1;2;3\n"})),
    "drive in a zip": ("BOC-IMP-031", _archive({"C:\\temp\\a.csv": b"id;x;y\n1;2;3\n"})),
    "encrypted zip": ("BOC-IMP-007", _encrypted),
    "zip in a zip": ("BOC-IMP-022", _archive({"inner.zip": b"PK\x05\x06" + b"\0" * 18})),
    "zip of two data sets": ("BOC-IMP-014", _archive({"a.gpkg": b"1", "b.gpkg": b"2"})),
    "zip cut": ("BOC-IMP-015", _cut(SOUND["zip of a CSV"])),
    "folder of a shapefile without its table": ("BOC-IMP-013", zipped(_without(
        lambda folder: write_vector(FRAME, folder / "a.shp", driver="ESRI Shapefile", srid=2154, layer="a"), ".dbf"
    ))),
    "empty ODS": ("BOC-IMP-015", _archive({"content.xml": b""}, name="a.ods")),
    "ODS cut": ("BOC-IMP-015", _cut(lambda folder: open_document(folder, [["id", "x", "y"], ["1", "2", "3"]]))),
    "ODS bomb": ("BOC-IMP-009", _archive({"content.xml": b"<office/>" + b" " * 80_000_000}, name="a.ods")),
    "ODS of endless rows": ("BOC-IMP-012", lambda f: open_document(f, [["id", "x"], ["1", "2"]], repeat=10**9)),
    "ODS of endless columns": ("BOC-IMP-008", lambda folder: open_document(folder, [["id"], ["1"]], columns=1_000_000)),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_refused_with_its_code(name: str, tmp_path: Path, import_file: Import) -> None:
    code, make = HOSTILE[name]
    with pytest.raises(BocageError) as caught:
        import_file(make(tmp_path))
    assert caught.value.code == code
    for language in ("fr", "en"):
        for part in ("what", "why", "fix"):
            assert "{" not in caught.value.say(part, language)  # type: ignore[arg-type]


LAMPS = [
    ["id", "x", "y", "puissance", "rue"],
    ["1", "652000,5", "6860000", "70", "Allée"],
    ["2", "652010", "6860000", "100", ""],
]


@pytest.mark.parametrize("options", [{}, {"trail": True}, {"hidden": True}], ids=["plain", "padded", "hidden sheet"])
def test_an_open_document(options: dict[str, bool], tmp_path: Path, import_file: Import) -> None:
    reading = import_file(open_document(tmp_path, LAMPS, **options))  # type: ignore[arg-type]
    assert reading.rows["asset_id"].to_list() == ["1", "2"]
    assert reading.rows["lamp_power_w"].to_list() == [70.0, 100.0]
    assert reading.rows["street"].to_list() == ["Allée", None]


def test_an_open_document_of_gdal(tmp_path: Path, import_file: Import) -> None:
    frame = pl.DataFrame(
        {"id": ["1", "2"], "x": [652_000.5, 652_010.0], "y": [6_860_000.0, 6_860_001.0], "puissance": [70, 100]}
    )
    path = write_vector(frame, tmp_path / "a.ods", driver="ODS", srid=2154, layer="Feuille1")
    assert import_file(path).rows["lamp_power_w"].to_list() == [70.0, 100.0]


def test_nothing_is_written_outside_by_a_zip(tmp_path: Path, import_file: Import) -> None:
    inner = tmp_path / "inner"
    inner.mkdir()
    with pytest.raises(BocageError):
        import_file(HOSTILE["path out of a zip"][1](inner))
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["a.zip", "inner"]


def test_one_of_several_data_sets_is_named(tmp_path: Path, import_file: Import) -> None:
    members = {
        "nord/a.csv": b"id;x;y;puissance\n1;652000;6860000;70\n",
        "sud/b.csv": b"id;x;y;puissance\n2;652000;6860000;70\n",
    }
    path = _archive(members)(tmp_path)
    assert import_file(path, layer="b").rows["asset_id"].to_list() == ["2"]
    assert import_file(path, layer="nord/a.csv").rows["asset_id"].to_list() == ["1"]
    with pytest.raises(BocageError) as caught:
        import_file(path, layer="c")
    assert caught.value.code == "BOC-IMP-021"


def test_gdal_may_use_the_wanted_driver_alone(tmp_path: Path) -> None:
    """A virtual data set under the name and the first words of another format opens nothing."""
    layer = '<OGRVRTLayer name="a"><SrcDataSource>/etc/passwd</SrcDataSource></OGRVRTLayer>'
    trap = f"<OGRVRTDataSource>{layer}</OGRVRTDataSource>"
    for name, start in (("a.kml", "<kml/>"), ("a.gpx", "<gpx/>"), ("a.geojson", '{"type":"FeatureCollection"}')):
        path = tmp_path / name
        path.write_text(start + trap, encoding="utf-8")
        with pytest.raises(BocageError) as caught:
            read_raw(path)
        assert caught.value.code in {"BOC-IMP-015", "BOC-IMP-003"}


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the limit of memory is that of Linux")
def test_a_reader_that_takes_too_much_memory_is_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_vector(FRAME, tmp_path / "a.gpkg", driver="GPKG", srid=2154, layer="a")
    monkeypatch.setattr(vector, "READER_BYTES", 200_000_000)
    with pytest.raises(BocageError) as caught:
        read_raw(path)
    assert caught.value.code == "BOC-IMP-028"
    assert len(read_raw_again(path, monkeypatch)) == 2


def read_raw_again(path: Path, monkeypatch: pytest.MonkeyPatch) -> pl.DataFrame:
    monkeypatch.undo()
    return read_raw(path).frame


def test_the_limit_of_memory_is_passed_by_name() -> None:
    assert vector._environment("GPKG")[gdal_process.MEMORY] == str(vector.READER_BYTES)
    assert "GPKG" not in vector._environment("GPKG")["OGR_SKIP"].split(",")
    assert "OGR_VRT" in vector._environment("GPKG")["OGR_SKIP"].split(",")
