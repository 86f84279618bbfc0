"""Any bytes and any table: a BocageError or a reading in which no row is lost, never anything else."""

import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from xml.sax.saxutils import escape

import polars as pl
import pytest
import xlsxwriter
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from written_files import GPX, KML, dxf, open_document

from bocage.sources.inventory import Reading
from bocage.vocabulary.codes import BocageError

SETTINGS = settings(
    max_examples=60, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
SOME = settings(SETTINGS, max_examples=30)
FEW = settings(SETTINGS, max_examples=6)
Import = Callable[..., Reading]

CELL = st.one_of(
    st.text(max_size=12),
    st.sampled_from(
        ["", "0", "-70", "1,5", "1.234,5", "1,2E+13", "652000", "6860000", "48.85", "2.35", "NC", "12/03/2019", "2009",
         "LED", "SHP", "Total", '"', ";", "oui", "\u202f70", "1e400", "nan", "inf", "POINT (1 1)", "=1+1",
         "\x00", "a\nb"]
    ),
    st.floats(allow_nan=True).map(str),
    st.integers(-(10**18), 10**18).map(str),
)  # fmt: skip
HEADER = st.sampled_from(
    ["id", "x", "y", "longitude", "latitude", "puissance", "lampe", "rue", "date_pose", "geo_point_2d", "siren",
     "heure_extinction", "Flux (klm)", "wkt", "tempcouleu", "", "id", "bocage_row"]
)  # fmt: skip
TABLE = st.lists(HEADER, min_size=1, max_size=8).flatmap(
    lambda head: st.lists(st.lists(CELL, min_size=0, max_size=len(head) + 1), max_size=8).map(
        lambda body: [head, *body]
    )
)


def _import(run: Import, path: Path) -> None:
    """The import itself asserts that rows add up; only a declared refusal may come instead."""
    try:
        reading = run(path)
    except BocageError as error:
        assert error.code.startswith("BOC-IMP-")
        assert "{" not in error.declared.code
        return
    assert reading.rows["geometry"].null_count() == 0
    assert reading.refused["bocage_reason_fr"].null_count() == 0
    for verdict in reading.verdicts:
        assert verdict.say("what", "fr")


@SETTINGS
@given(
    table=TABLE, mark=st.sampled_from([";", ",", "\t", "|"]), encoding=st.sampled_from(["utf-8", "utf-16", "cp1252"])
)
def test_any_table_as_text(
    table: list[list[str]], mark: str, encoding: str, tmp_path: Path, import_file: Import
) -> None:
    path = tmp_path / "a.csv"
    text = "\n".join(mark.join(row) for row in table)
    path.write_bytes(text.encode(encoding, errors="replace"))
    _import(import_file, path)


@SETTINGS
@given(table=TABLE)
def test_any_table_as_workbook(table: list[list[str]], tmp_path: Path, import_file: Import) -> None:
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(path, {"strings_to_numbers": False, "strings_to_formulas": False}) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate(table):
            for column, cell in enumerate(row):
                sheet.write_string(
                    number, column, "".join(c for c in cell if c >= " " and not "\ud800" <= c <= "\udfff")
                )
    _import(import_file, path)


@SETTINGS
@example(data=b"\x00\x00'\n", name="a.csv")
@given(
    data=st.binary(max_size=400),
    name=st.sampled_from(
        [
            "a.csv",
            "a.txt",
            "a.xls",
            "a.xlsx",
            "a.json",
            "a.gpkg",
            "a.parquet",
            "a.fgb",
            "a.jsonl",
            "a.zip",
            "a.ods",
            "a.tab",
        ]
    ),
)
def test_any_bytes(data: bytes, name: str, tmp_path: Path, import_file: Import) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    _import(import_file, path)


@SETTINGS
@given(data=st.binary(max_size=300), name=st.sampled_from(["xl/workbook.xml", "xl/worksheets/sheet1.xml", "a.shp"]))
def test_any_bytes_in_an_archive(data: bytes, name: str, tmp_path: Path, import_file: Import) -> None:
    path = tmp_path / "a.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(name, data)
    _import(import_file, path)


OBJECT = st.dictionaries(HEADER, st.one_of(CELL, st.none(), st.floats(), st.lists(CELL, max_size=2)))


@SOME
@given(rows=st.lists(OBJECT, max_size=6), lines=st.booleans())
def test_any_objects(rows: list[dict[str, object]], lines: bool, tmp_path: Path, import_file: Import) -> None:
    path = tmp_path / "a.json"
    text = "\n".join(json.dumps(row) for row in rows) if lines else json.dumps(rows)
    path.write_text(text, encoding="utf-8", errors="replace")
    _import(import_file, path)


@SOME
@given(table=TABLE)
def test_any_table_as_parquet(table: list[list[str]], tmp_path: Path, import_file: Import) -> None:
    names = list(dict.fromkeys(table[0]))
    columns = {
        name: [row[index] if index < len(row) else None for row in table[1:]] for index, name in enumerate(names)
    }
    path = tmp_path / "a.parquet"
    pl.DataFrame(columns, schema=dict.fromkeys(names, pl.String)).write_parquet(path)
    _import(import_file, path)


@SOME
@given(table=TABLE)
def test_any_table_as_open_document(table: list[list[str]], tmp_path: Path, import_file: Import) -> None:
    _import(import_file, open_document(tmp_path, [[escape(_printable(cell)) for cell in row] for row in table]))


def _printable(text: str) -> str:
    return "".join(c for c in text if c >= " " and not "\ud800" <= c <= "\udfff" and c not in "\ufffe\uffff")


@FEW
@given(
    data=st.text(max_size=60),
    name=st.sampled_from(["a.kml", "a.gpx", "a.dxf", "a.mif"]),
    cut=st.floats(0.2, 1.0),
)
def test_any_break_of_a_map(data: str, name: str, cut: float, tmp_path: Path, import_file: Import) -> None:
    sound = {
        "a.kml": KML,
        "a.gpx": GPX,
        "a.dxf": dxf(),
        "a.mif": "Version 300\nColumns 1\n id Char(5)\nData\n\nPoint 1 2\n",
    }
    path = tmp_path / name
    text = sound[name]
    at = int(len(text) * cut)
    path.write_text(text[:at] + data + text[at:], encoding="utf-8", errors="replace")
    path.with_suffix(".mid").write_text('"1"\n', encoding="utf-8")
    _import(import_file, path)


@FEW
@given(data=st.binary(max_size=300), start=st.sampled_from([b"SQLite format 3\x00", b"\x00\x00\x27\x0a"]))
def test_any_bytes_for_gdal(data: bytes, start: bytes, tmp_path: Path, import_file: Import) -> None:
    path = tmp_path / ("a.gpkg" if start.startswith(b"SQ") else "a.shp")
    path.write_bytes(start + data)
    for suffix in (".shx", ".dbf"):
        path.with_suffix(suffix).write_bytes(data)
    _import(import_file, path)


JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.floats(-1e7, 1e7), st.text(max_size=5)),
    lambda inner: st.lists(inner, max_size=3),
    max_leaves=5,
)


@FEW
@given(coordinates=JSON, kind=st.sampled_from(["Point", "LineString", "Polygon", "Nothing"]))
def test_any_geojson(coordinates: object, kind: str, tmp_path: Path, import_file: Import) -> None:
    path = tmp_path / "a.geojson"
    feature = {"type": "Feature", "properties": {"id": "1"}, "geometry": {"type": kind, "coordinates": coordinates}}
    sound = {
        "type": "Feature",
        "properties": {"id": "2"},
        "geometry": {"type": "Point", "coordinates": [2.346, 48.844]},
    }
    collection = {"type": "FeatureCollection", "features": [sound, feature]}
    path.write_text(json.dumps(collection), encoding="utf-8")
    _import(import_file, path)


def test_the_import_does_fail_where_rows_are_lost(
    tmp_path: Path, import_file: Import, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The conservation that the fuzz relies on is really checked."""
    path = tmp_path / "a.csv"
    path.write_text("id;x;y;puissance\n1;652000;6860000;70\n2;0;0;70\n", encoding="utf-8")
    monkeypatch.setattr("bocage.sources.inventory._refused", lambda raw, state: pl.DataFrame())
    with pytest.raises(AssertionError):
        import_file(path)
