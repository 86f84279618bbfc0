"""What a file really is: known by its content, its extension deciding only where the content cannot."""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from zipfile import BadZipFile, ZipFile

from bocage.sources.limits import check_archive, check_size
from bocage.sources.wording import LOCALE, by_language
from bocage.vocabulary.codes import BocageError
from bocage.vocabulary.text import Message

SHAPEFILE_MAGIC = b"\0\0\x27\x0a"
_MAGIC: Mapping[bytes, str] = {
    b"SQLite format 3\0": "gpkg", b"\xd0\xcf\x11\xe0": "spreadsheet", b"PAR1": "parquet", b"fgb\x03": "fgb",
}  # fmt: skip
_FOREIGN: Mapping[bytes, str] = {
    b"%PDF": "PDF", b"\x89PNG": "PNG", b"\xff\xd8\xff": "JPEG", b"GIF8": "GIF", b"AC10": "DWG", b"Rar!": "RAR",
    b"7z\xbc\xaf": "7z", b"\x1f\x8b": "gzip", b"{\\rtf": "RTF", b"II*\0": "TIFF", b"MM\0*": "TIFF",
    b"AutoCAD Binary DXF": "DXF (binary)",
}  # fmt: skip
_UNREAD = frozenset(
    {".dbf", ".shx", ".prj", ".cpg", ".qgz", ".qgs", ".gml", ".dwg", ".gdb", ".map", ".id", ".mid", ".inp"}
)
_PHOTOMETRIC = frozenset({".ldt", ".ies"})
_DXF = re.compile(rb"^\s*(?:999\s*\n[^\n]*\n\s*)*0\s*\r?\n\s*SECTION\b")
_WEB_PAGE = (b"<!doctype html", b"<html", b"<table", b"<head", b"<meta")
_START = 4096


def recognise(path: Path) -> str:
    """Say what a file is: a key of `formats.FORMATS`, or `zip`.

    Args:
        path: the file.

    Raises:
        BocageError: BOC-IMP-001 absent, 002 a folder, 003 empty, 006 a web page, 011 too large,
            022 another format, 025 unreadable, 035 a photometric file.
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
            start = stream.read(_START)
    except (OSError, ValueError) as error:
        raise BocageError("BOC-IMP-025", where={"path": path}, cause=str(error)) from error
    if not start:
        raise BocageError("BOC-IMP-003", where={"path": path})
    return _of_binary(path, start) or _of_text(path, start)


def _of_binary(path: Path, start: bytes) -> str | None:
    """The format that the first bytes tell; None for text."""
    suffix = path.suffix.lower()
    for magic, name in _MAGIC.items():
        if start.startswith(magic):
            return name
    if start.startswith((b"PK\x03\x04", b"PK\x05\x06")):  # the latter where the archive is empty
        return _of_archive(path)
    if start.startswith(SHAPEFILE_MAGIC) or suffix == ".shp":
        return "shp"
    if suffix == ".gpkg":
        cause = by_language(Message("not an SQLite file", {}, LOCALE))
        raise BocageError("BOC-IMP-015", where={"path": path}, cause=cause)
    for magic, name in _FOREIGN.items():
        if start.startswith(magic):
            raise BocageError("BOC-IMP-022", where={"path": path}, format=name)
    if suffix in _PHOTOMETRIC:
        raise BocageError("BOC-IMP-035", where={"path": path})
    if suffix in _UNREAD:
        raise BocageError("BOC-IMP-022", where={"path": path}, format=suffix[1:])
    if suffix in {".parquet", ".geoparquet", ".fgb"}:
        cause = by_language(Message("the content is not that of the extension", {}, LOCALE))
        raise BocageError("BOC-IMP-015", where={"path": path}, cause=cause)
    return None


def _of_text(path: Path, start: bytes) -> str:
    suffix = path.suffix.lower()
    text = _ascii(start).lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if text.startswith(_WEB_PAGE):
        raise BocageError("BOC-IMP-006", where={"path": path})
    if text.startswith((b"<?xml", b"<kml", b"<gpx", b"<!doctype")) or suffix in {".kml", ".gpx"}:
        return _of_xml(path, text)
    if suffix == ".dxf" or _DXF.match(start.upper()):
        return "dxf"
    if text.startswith(b"!table"):
        return "tab"
    if suffix == ".mif" and text.startswith(b"version"):
        return "mif"
    if text.startswith((b"{", b"[")) or suffix in {".json", ".geojson", ".jsonl", ".ndjson", ".geojsonl"}:
        return _of_json(path, text, suffix)
    return "csv"


def _ascii(start: bytes) -> bytes:
    """The Latin letters of UTF-16, as XML of old Windows tools is written."""
    return start[2:].replace(b"\0", b"") if start.startswith((b"\xff\xfe", b"\xfe\xff")) else start


def _of_xml(path: Path, text: bytes) -> str:
    if b"<html" in text:
        raise BocageError("BOC-IMP-006", where={"path": path})
    for name in ("kml", "gpx"):
        if re.search(rb"<(?:\w+:)?" + name.encode() + rb"[\s>/]", text):
            return name
    raise BocageError("BOC-IMP-022", where={"path": path}, format="XML")


def _of_json(path: Path, text: bytes, suffix: str) -> str:
    """GeoJSON as one document, GeoJSON or plain objects line by line, or a document that holds a list of objects."""
    if _first_line_is_object(path):
        return "geojsonseq" if b'"geometry"' in text and b'"feature"' in text else "json"
    if text.startswith(b"["):
        return "json"
    if re.search(rb'"type"\s*:\s*"(?:feature|point|multipoint|line|multi|polygon|geometry)', text):
        return "geojson"
    if suffix == ".geojson":
        return "geojson"
    return "json" if text.startswith(b"{") or suffix in {".jsonl", ".ndjson"} else "geojson"


def _first_line_is_object(path: Path) -> bool:
    """Whether the first line is a whole JSON object, and is followed by another."""
    with path.open("rb") as stream:
        first = stream.readline(1 << 20).strip(b"\xef\xbb\xbf\x1e \t\r\n")
        rest = stream.read(1 << 16).strip(b"\x1e \t\r\n")
    if not first.startswith(b"{") or not rest.startswith(b"{"):
        return False
    try:
        return isinstance(json.loads(first), dict)
    except (ValueError, RecursionError):
        return False


def _of_archive(path: Path) -> str:
    check_archive(path)
    try:
        with ZipFile(path) as archive:
            names = [name.lower() for name in archive.namelist()]
    except (BadZipFile, OSError, NotImplementedError, ValueError) as error:
        raise BocageError("BOC-IMP-015", where={"path": path}, cause=str(error)) from error
    if any(name.startswith("xl/") for name in names) or "content.xml" in names:
        return "spreadsheet"
    if not names:
        raise BocageError("BOC-IMP-022", where={"path": path}, format=by_language(Message("empty zip", {}, LOCALE)))
    return "zip"
