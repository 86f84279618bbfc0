"""The one door through which files come in: what a file really is, then its reader."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from zipfile import BadZipFile, ZipFile

from bocage.sources.delimited import read_delimited
from bocage.sources.limits import check_archive, check_size
from bocage.sources.raw import RawTable
from bocage.sources.vector import SHAPEFILE_MAGIC, Choose, check_shapefile, is_archive, read_vector, shapefile_members
from bocage.sources.verdict import Verdict
from bocage.sources.wording import LOCALE, by_language
from bocage.sources.workbook import list_sheets, read_sheet
from bocage.vocabulary.codes import BocageError
from bocage.vocabulary.text import Message

Fits = Callable[[Sequence[str]], float]
"""How well the columns of a layer fit what is looked for; 0 for not at all."""

_EXTENSIONS: Mapping[str, frozenset[str]] = {
    "csv": frozenset({".csv", ".tsv", ".txt", ".tab", ".dat", ""}),
    "spreadsheet": frozenset({".xlsx", ".xlsm", ".xls", ".ods", ".xlsb"}),
    "gpkg": frozenset({".gpkg"}),
    "shp": frozenset({".shp", ".zip", ".dbf", ".shx"}),
    "geojson": frozenset({".geojson", ".json"}),
}
_FOREIGN: Mapping[bytes, str] = {
    b"%PDF": "PDF", b"\x89PNG": "PNG", b"\xff\xd8\xff": "JPEG", b"GIF8": "GIF", b"AC10": "DWG", b"Rar!": "RAR",
    b"7z\xbc\xaf": "7z", b"\x1f\x8b": "gzip", b"PAR1": "Parquet", b"{\\rtf": "RTF", b"II*\0": "TIFF", b"MM\0*": "TIFF",
}  # fmt: skip


def read_raw(path: Path, *, layer: str | None = None, fits: Fits | None = None) -> RawTable:
    """Read a file whatever its format, known by its content and not by its extension.

    Args:
        path: CSV, TSV, text, XLSX, XLS, ODS, GeoJSON, GeoPackage, Shapefile or a zip of one.
        layer: layer or sheet; needed where a file has several, unless exactly one fits.
        fits: how well the columns of a layer fit (see `propose.layer_fit`).

    Raises:
        BocageError: BOC-IMP-001 to 016 and 022, 025: the file cannot be read as a table.
    """
    path = Path(path)
    kind = sniff(path)
    try:
        raw = _READERS[kind](path, layer, fits)
    except OSError as error:
        raise BocageError("BOC-IMP-025", where={"path": path}, cause=error.strerror or str(error)) from error
    except BaseException as error:
        # a panic of a reader written in Rust derives from BaseException, of a type that cannot be imported
        if type(error).__name__ != "PanicException":
            raise
        raise BocageError("BOC-IMP-015", where={"path": path}, cause=str(error)) from error
    if path.suffix.lower() in _EXTENSIONS[kind]:
        return raw
    lie = Verdict(code="BOC-IMP-316", count=1, values={"extension": path.suffix, "format": kind})
    return replace(raw, verdicts=(lie, *raw.verdicts))


def sniff(path: Path) -> str:
    """What a file really is: `csv`, `spreadsheet`, `gpkg`, `shp` or `geojson`.

    Raises:
        BocageError: BOC-IMP-001 absent, 002 a folder, 003 empty, 006 a web page, 011 too large,
            022 another format, 025 unreadable.
    """
    try:
        if path.is_dir():
            raise BocageError("BOC-IMP-002", where={"path": path})
        if not path.exists():
            raise BocageError("BOC-IMP-001", where={"path": path})
        if not path.is_file():
            raise BocageError("BOC-IMP-002", where={"path": path})
        check_size(path)
        with path.open("rb") as stream:
            start = stream.read(4096)
    except (OSError, ValueError) as error:
        raise BocageError("BOC-IMP-025", where={"path": path}, cause=str(error)) from error
    if not start:
        raise BocageError("BOC-IMP-003", where={"path": path})
    return _sniff_bytes(path, start)


def _sniff_bytes(path: Path, start: bytes) -> str:
    suffix = path.suffix.lower()
    if start.startswith(b"SQLite format 3\0"):
        return "gpkg"
    if start.startswith(b"\xd0\xcf\x11\xe0"):
        return "spreadsheet"
    if start.startswith((b"PK\x03\x04", b"PK\x05\x06")):  # the latter where the archive is empty
        return _sniff_archive(path)
    if start.startswith(SHAPEFILE_MAGIC) or suffix == ".shp":
        return "shp"
    if suffix in {".gpkg", ".dbf", ".shx", ".prj", ".cpg", ".qgz", ".qgs", ".kml", ".gml", ".dxf", ".dwg", ".gdb"}:
        code = "BOC-IMP-015" if suffix == ".gpkg" else "BOC-IMP-022"
        cause = by_language(Message("not an SQLite file", {}, LOCALE))
        raise BocageError(code, where={"path": path}, cause=cause, format=suffix[1:])
    for magic, name in _FOREIGN.items():
        if start.startswith(magic):
            raise BocageError("BOC-IMP-022", where={"path": path}, format=name)
    text = start.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if text.startswith((b"<!doctype html", b"<html", b"<table", b"<head", b"<meta")):
        raise BocageError("BOC-IMP-006", where={"path": path})
    if text.startswith(b"<?xml"):
        code = "BOC-IMP-006" if b"<html" in text else "BOC-IMP-022"
        raise BocageError(code, where={"path": path}, format="XML")
    if suffix in _EXTENSIONS["geojson"] or (text.startswith(b"{") and b'"type"' in text):
        return "geojson"
    return "csv"


def _sniff_archive(path: Path) -> str:
    check_archive(path)
    try:
        with ZipFile(path) as archive:
            names = [name.lower() for name in archive.namelist()]
    except (BadZipFile, OSError, NotImplementedError, ValueError) as error:
        raise BocageError("BOC-IMP-015", where={"path": path}, cause=str(error)) from error
    if any(name.startswith("xl/") for name in names) or "content.xml" in names:
        return "spreadsheet"
    if any(name.endswith(".shp") for name in names):
        return "shp"
    if not names:
        raise BocageError("BOC-IMP-022", where={"path": path}, format=by_language(Message("empty zip", {}, LOCALE)))
    raise BocageError("BOC-IMP-022", where={"path": path}, format=f"zip ({', '.join(names[:3])})")


def _choose(path: Path, columns: Mapping[str, Sequence[str]], layer: str | None, fits: Fits | None) -> str:
    """The layer asked for, the only one, or the only one that fits."""
    names = list(columns)
    if layer is not None:
        if layer not in names:
            raise BocageError("BOC-IMP-021", where={"path": path, "layer": layer}, layers=", ".join(names))
        return layer
    if len(names) == 1:
        return names[0]
    if not names:
        raise BocageError("BOC-IMP-003", where={"path": path})
    if fits is not None:
        fitting = [name for name, headers in columns.items() if fits(headers) > 0]
        if len(fitting) == 1:
            return fitting[0]
    raise BocageError("BOC-IMP-014", where={"path": path}, layers=", ".join(names), first=names[0])


def _read_csv(path: Path, layer: str | None, fits: Fits | None) -> RawTable:
    del layer, fits  # a text file has a single table
    return read_delimited(path)


def _read_spreadsheet(path: Path, layer: str | None, fits: Fits | None) -> RawTable:
    names = list_sheets(path)
    if layer is None and len(names) > 1 and fits is not None:
        headers = {}
        for name in names:
            try:
                headers[name] = read_sheet(path, name).frame.columns
            except BocageError:
                headers[name] = []
        return read_sheet(path, _choose(path, headers, layer, fits))
    return read_sheet(path, _choose(path, {name: [] for name in names}, layer, fits))


def _read_gpkg(path: Path, layer: str | None, fits: Fits | None) -> RawTable:
    return read_vector(path, layer=layer, choose=_chooser(path, layer, fits), file_format="gpkg")


def _read_shapefile(path: Path, layer: str | None, fits: Fits | None) -> RawTable:
    if is_archive(path):
        shapefile_members(path)
    else:
        check_shapefile(path)
    return read_vector(path, layer=layer, choose=_chooser(path, layer, fits), file_format="shp")


def _read_geojson(path: Path, layer: str | None, fits: Fits | None) -> RawTable:
    try:
        content = json.loads(path.read_bytes())
    except (ValueError, RecursionError) as error:
        raise BocageError("BOC-IMP-015", where={"path": path}, cause=str(error)) from error
    if not isinstance(content, dict) or "type" not in content:
        raise BocageError("BOC-IMP-022", where={"path": path}, format="JSON")
    if content["type"] == "FeatureCollection" and not content.get("features"):
        raise BocageError("BOC-IMP-004", where={"path": path})
    del content  # GDAL reads the file again; two copies of a large one would not fit
    return read_vector(path, layer=layer, choose=_chooser(path, layer, fits), file_format="geojson")


def _chooser(path: Path, layer: str | None, fits: Fits | None) -> Choose:
    return lambda columns: _choose(path, columns, layer, fits)


_READERS: Mapping[str, Callable[[Path, str | None, Fits | None], RawTable]] = {
    "csv": _read_csv,
    "spreadsheet": _read_spreadsheet,
    "gpkg": _read_gpkg,
    "shp": _read_shapefile,
    "geojson": _read_geojson,
}
