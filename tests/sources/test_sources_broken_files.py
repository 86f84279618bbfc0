"""Files that cannot be read as a table: each is refused whole, with its own code, never a traceback."""

import struct
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable
from functools import cache
from pathlib import Path

import polars as pl
import pytest
import shapely
import xlsxwriter

from bocage.sources import limits
from bocage.sources.files import read_raw
from bocage.sources.inventory import Reading
from bocage.sources.vector import write_vector
from bocage.vocabulary.codes import BocageError

SOUND = "id;x;y;puissance\n1;652000;6860000;70\n2;652010;6860010;100\n"
Maker = Callable[[Path], Path]


def _file(folder: Path, name: str, content: bytes | str) -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def _workbook(path: Path, sheets: dict[str, list[list[object]]], **options: object) -> Path:
    with xlsxwriter.Workbook(path, options) as book:
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, row)
    return path


@cache
def _written(driver: str, layers: tuple[str, ...]) -> dict[str, bytes]:
    """Two points in each layer, as bytes by extension: GDAL writes them once for all the files that are broken."""
    frame = pl.DataFrame(
        {
            "id": ["1", "2"],
            "puissance": [70.0, 100.0],
            "geometry": [shapely.to_wkb(shapely.Point(652000 + i, 6860000)) for i in range(2)],
        }
    )
    suffix = {"GPKG": ".gpkg", "ESRI Shapefile": ".shp"}[driver]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"s{suffix}"
        for number, layer in enumerate(layers):
            write_vector(frame, path, driver=driver, srid=2154, layer=layer, append=number > 0)
        return {part.suffix: part.read_bytes() for part in Path(folder).iterdir()}


def _points(folder: Path, name: str, driver: str, layers: tuple[str, ...] = ("s",)) -> Path:
    path = folder / name
    for suffix, content in _written(driver, layers).items():
        path.with_suffix(suffix).write_bytes(content)
    return path


def _zip_bomb(folder: Path) -> Path:
    path = folder / "bomb.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b"<workbook/>")
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * 80_000_000)
    return path


def _lying_zip_bomb(folder: Path) -> Path:
    """The same, whose directory declares 10 bytes."""
    path = _zip_bomb(folder)
    data = bytearray(path.read_bytes())
    true, false = struct.pack("<I", 80_000_000), struct.pack("<I", 10)
    assert data.count(true) == 2
    path.write_bytes(bytes(data).replace(true, false))
    return path


def _stray_cell(folder: Path) -> Path:
    path = folder / "stray.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("a")
        sheet.write_row(0, 0, ["id", "x", "y"])
        sheet.write(1_048_000, 900, "stray")
    return path


def _two_layers(folder: Path) -> Path:
    return _points(folder, "two.gpkg", "GPKG", ("first", "second"))


def _without(folder: Path, suffix: str) -> Path:
    path = _points(folder, "s.shp", "ESRI Shapefile")
    path.with_suffix(suffix).unlink()
    return path


def _zip_without_index(folder: Path) -> Path:
    path = _points(folder, "s.shp", "ESRI Shapefile")
    with zipfile.ZipFile(folder / "s.zip", "w") as archive:
        for suffix in (".shp", ".dbf"):
            archive.write(path.with_suffix(suffix), f"s{suffix}")
    return folder / "s.zip"


def _cut(path: Path, keep: float) -> Path:
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * keep)])
    return path


def _scrambled(path: Path) -> Path:
    data = bytearray(path.read_bytes())
    data[100:] = b"\xa5" * (len(data) - 100)
    path.write_bytes(bytes(data))
    return path


def _encrypted(folder: Path) -> Path:
    content = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le") + b"\0" * 900
    return _file(folder, "secret.xlsx", content)


PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 50
GEOJSON = '{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"id":1},"geometry":'

CASES: dict[str, tuple[str, Maker]] = {
    "absent": ("BOC-IMP-001", lambda folder: folder / "nothing.csv"),
    "folder": ("BOC-IMP-002", lambda folder: folder),
    "empty": ("BOC-IMP-003", lambda folder: _file(folder, "a.csv", b"")),
    "blank lines": ("BOC-IMP-003", lambda folder: _file(folder, "a.csv", "\n\n;;;\n")),
    "empty workbook": ("BOC-IMP-003", lambda folder: _workbook(folder / "a.xlsx", {"a": []})),
    "header only": ("BOC-IMP-004", lambda folder: _file(folder, "a.csv", "id;x;y\n")),
    "header only workbook": ("BOC-IMP-004", lambda folder: _workbook(folder / "a.xlsx", {"a": [["id", "x", "y"]]})),
    "no feature": ("BOC-IMP-004", lambda f: _file(f, "a.geojson", '{"type":"FeatureCollection","features":[]}')),
    "binary junk": ("BOC-IMP-005", lambda folder: _file(folder, "a.csv", bytes(range(256)) * 40)),
    "web page as csv": ("BOC-IMP-006", lambda folder: _file(folder, "a.csv", "<!DOCTYPE html><html>404</html>")),
    "web page as xls": ("BOC-IMP-006", lambda f: _file(f, "a.xls", "\ufeff<html><table><tr><td>1</table></html>")),
    "password": ("BOC-IMP-007", _encrypted),
    "100,000 columns": (
        "BOC-IMP-008",
        lambda f: _file(f, "a.csv", ";".join(f"c{i}" for i in range(100_000)) + "\n1\n"),
    ),
    "zip bomb": ("BOC-IMP-009", _zip_bomb),
    "zip bomb that lies": ("BOC-IMP-009", _lying_zip_bomb),
    "huge cell": ("BOC-IMP-010", lambda folder: _file(folder, "a.csv", f"id;x;y\n1;{'9' * 200_000};2\n")),
    "huge quoted cell": ("BOC-IMP-010", lambda folder: _file(folder, "a.csv", f'id;x;y\n1;"{"a" * 200_000}";2\n')),
    "stray cell": ("BOC-IMP-012", _stray_cell),
    "without shx": ("BOC-IMP-013", lambda folder: _without(folder, ".shx")),
    "without dbf": ("BOC-IMP-013", lambda folder: _without(folder, ".dbf")),
    "zip without shx": ("BOC-IMP-013", _zip_without_index),
    "two layers alike": ("BOC-IMP-014", _two_layers),
    "two sheets alike": (
        "BOC-IMP-014",
        lambda f: _workbook(f / "a.xlsx", {s: [["id", "x", "y", "puissance", "lampe"], [1, 2, 3, 4, 5]] for s in "ab"}),
    ),
    "workbook cut": (
        "BOC-IMP-015",
        lambda f: _cut(_workbook(f / "a.xlsx", {"a": [["id", "x"], ["a", 1]]}), 0.6),
    ),
    "geojson cut": ("BOC-IMP-015", lambda folder: _file(folder, "a.geojson", GEOJSON)),
    "geopackage cut": ("BOC-IMP-015", lambda folder: _cut(_points(folder, "a.gpkg", "GPKG"), 0.3)),
    "geopackage scrambled": ("BOC-IMP-015", lambda folder: _scrambled(_points(folder, "a.gpkg", "GPKG"))),
    "text as geopackage": ("BOC-IMP-015", lambda folder: _file(folder, "a.gpkg", SOUND)),
    "shapefile cut": ("BOC-IMP-015", lambda f: _cut(_points(f, "s.shp", "ESRI Shapefile"), 0.3)),
    "zip of nothing": ("BOC-IMP-022", lambda folder: _zip(folder, {"readme.md": b"no table"})),
    "picture": ("BOC-IMP-022", lambda folder: _file(folder, "a.csv", PNG)),
    "pdf": ("BOC-IMP-022", lambda folder: _file(folder, "a.pdf", b"%PDF-1.7\n")),
    "dbf alone": ("BOC-IMP-022", lambda folder: _file(folder, "a.dbf", b"\x03" + b"\0" * 40)),
    "photometric file": ("BOC-IMP-035", lambda folder: _file(folder, "a.LDT", "Maker\r\n1\r\n0\r\n")),
    "network of pipes": ("BOC-IMP-022", lambda folder: _file(folder, "a.inp", "[TITLE]\nNetwork\n")),
    "kml without anything": ("BOC-IMP-015", lambda f: _file(f, "a.kml", '<?xml version="1.0"?><kml/>')),
    "json without type": ("BOC-IMP-022", lambda folder: _file(folder, "a.json", '{"a": 1}')),
    "no location": ("BOC-IMP-018", lambda folder: _file(folder, "a.csv", "id;note;puissance\n1;Rue Haute;70\n")),
    "addresses only": ("BOC-IMP-029", lambda folder: _file(folder, "a.csv", "id;rue;puissance\n1;Rue Haute;70\n")),
    "another commune": (
        "BOC-IMP-023",
        lambda folder: _file(folder, "a.csv", "id;x;y\n1;352000;6790000\n2;352100;6790000\n"),
    ),
    "in the ocean": ("BOC-IMP-023", lambda f: _file(f, "a.csv", "id;lon;lat\n1;-30.5;45.2\n2;-30.6;45.3\n")),
}


def _zip(folder: Path, members: dict[str, bytes]) -> Path:
    path = folder / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


@pytest.mark.parametrize("name", CASES)
def test_refused_with_its_code(name: str, tmp_path: Path, import_file: Callable[..., Reading]) -> None:
    code, make = CASES[name]
    with pytest.raises(BocageError) as caught:
        import_file(make(tmp_path))
    assert caught.value.code == code
    for language in ("fr", "en"):
        for part in ("what", "why", "fix"):
            assert "{" not in caught.value.say(part, language)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("make", "english", "french"),
    [
        (lambda f: _file(f, "a.gpkg", SOUND), "not an SQLite file", "ce n'est pas un fichier SQLite"),
        (lambda f: _file(f, "a.shp", SOUND), "not a shapefile", "ce n'est pas un shapefile"),
        (lambda f: _zip(f, {}), "empty zip", "zip vide"),
    ],
)
def test_what_bocage_itself_found_is_said_in_the_language_of_the_reader(
    make: Maker, english: str, french: str, tmp_path: Path
) -> None:
    with pytest.raises(BocageError) as caught:
        read_raw(make(tmp_path))
    assert english in caught.value.say("what", "en")
    assert french in caught.value.say("what", "fr")


def test_there_are_thirty_kinds() -> None:
    assert len(CASES) >= 30


def test_an_unknown_layer_lists_those_there_are(tmp_path: Path, import_file: Callable[..., Reading]) -> None:
    path = _two_layers(tmp_path)
    with pytest.raises(BocageError, match="first, second") as caught:
        import_file(path, layer="third")
    assert caught.value.code == "BOC-IMP-021"
    assert len(import_file(path, layer="second").rows) == 2


def test_a_reader_that_hangs_is_stopped(
    tmp_path: Path, import_file: Callable[..., Reading], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = _points(tmp_path, "a.gpkg", "GPKG")
    monkeypatch.setattr("bocage.sources.vector.READER_SECONDS", 0.01)
    with pytest.raises(BocageError) as caught:
        import_file(path)
    assert caught.value.code == "BOC-IMP-016"


def test_limits_of_size_and_rows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, import_file: Callable[..., Reading]
) -> None:
    path = _file(tmp_path, "a.csv", SOUND)
    monkeypatch.setattr(limits, "MAX_FILE_BYTES", 10)
    with pytest.raises(BocageError) as caught:
        import_file(path)
    assert caught.value.code == "BOC-IMP-011"
    monkeypatch.setattr(limits, "MAX_FILE_BYTES", 10_000)
    monkeypatch.setattr(limits, "MAX_ROWS", 1)
    with pytest.raises(BocageError) as caught:
        import_file(path)
    assert caught.value.code == "BOC-IMP-012"


def test_real_size_is_counted_and_not_the_declared_one(tmp_path: Path) -> None:
    path = _lying_zip_bomb(tmp_path)
    with zipfile.ZipFile(path) as archive:
        assert sum(member.file_size for member in archive.infolist()) < 100
    with pytest.raises(BocageError) as caught:
        limits.check_archive(path)
    assert caught.value.values["found"] >= limits.RATIO_FROM_BYTES // 1_000_000


def test_the_only_layer_that_fits_is_taken(tmp_path: Path, import_file: Callable[..., Reading]) -> None:
    sheets = {
        "notice": [["À lire"], ["Inventaire"]],
        "données": [["id", "x", "y", "puissance", "lampe"], [1, 652000, 6860000, 70, "LED"]],
    }
    reading = import_file(_workbook(tmp_path / "a.xlsx", sheets))
    assert reading.rows["lamp_power_w"].to_list() == [70.0]


class PanicException(BaseException):
    """What calamine and polars raise where they fail in an unforeseen way."""


def test_a_panic_of_a_reader_is_a_damaged_file(
    tmp_path: Path, import_file: Callable[..., Reading], monkeypatch: pytest.MonkeyPatch
) -> None:
    def panic(path: Path) -> None:
        raise PanicException("index out of bounds")

    monkeypatch.setattr("bocage.sources.files.read_delimited", panic)
    with pytest.raises(BocageError) as caught:
        import_file(_file(tmp_path, "a.csv", SOUND))
    assert caught.value.code == "BOC-IMP-015"


def test_a_crash_of_gdal_is_a_damaged_file(
    tmp_path: Path, import_file: Callable[..., Reading], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The child is killed by the signal of a memory fault, as a bad driver would be."""
    path = _points(tmp_path, "a.gpkg", "GPKG")
    crash = [sys.executable, "-c", "import os; os.abort()"]
    start = subprocess.run
    monkeypatch.setattr("bocage.sources.vector.subprocess.run", lambda _, **options: start(crash, **options))
    with pytest.raises(BocageError) as caught:
        import_file(path)
    assert caught.value.code == "BOC-IMP-015"
    assert "exit status" in str(caught.value)
    assert "code de sortie" in caught.value.say("what", "fr")


def test_a_cell_that_claims_to_be_far_away_is_not_given_the_memory(
    tmp_path: Path, import_file: Callable[..., Reading]
) -> None:
    """700 columns by a million rows, dense, would take 17 GB."""
    path = _workbook(tmp_path / "sound.xlsx", {"a": [["id", "x"], ["a", 1]]})
    forged = tmp_path / "forged.xlsx"
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(forged, "w") as target:
        for name in source.namelist():
            target.writestr(name, source.read(name).replace(b'<c r="B2"', b'<c r="ZZ1048576"'))
    with pytest.raises(BocageError) as caught:
        import_file(forged)
    assert caught.value.code == "BOC-IMP-012"
