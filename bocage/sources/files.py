"""The one door through which files come in: what a file really is, then its reader."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path, PurePosixPath

from bocage.sources.archives import unpacked
from bocage.sources.delimited import read_delimited
from bocage.sources.drawing import check_end, read_drawing
from bocage.sources.formats import FORMATS
from bocage.sources.json_rows import read_json_rows
from bocage.sources.markup import check_entities, mine_descriptions, without_technical_columns
from bocage.sources.parquet import read_parquet
from bocage.sources.raw import RawTable
from bocage.sources.recognise import recognise
from bocage.sources.vector import Choose, check_companions, read_vector
from bocage.sources.verdict import Verdict
from bocage.sources.workbook import list_sheets, read_sheet
from bocage.vocabulary.codes import BocageError

Fits = Callable[[Sequence[str]], float]
"""How well the columns of a layer fit what is looked for; 0 for not at all."""

FOLDER = "folder"
"""Column that keeps the KML folder of a row."""
WAYPOINTS = "waypoints"
PARSED_WHOLE_BYTES = 200_000_000
"""Size up to which a GeoJSON document is parsed here first, for a better word on what is wrong with it."""


def read_raw(path: Path, *, layer: str | None = None, fits: Fits | None = None) -> RawTable:
    """Read a file whatever its format, known by its content and not by its extension.

    Args:
        path: any format of `formats.FORMATS`, or a zip of one data set.
        layer: layer, sheet, layer of a drawing or member of a zip; needed where a file has several,
            unless exactly one fits.
        fits: how well the columns of a layer fit (see `propose.layer_fit`).

    Raises:
        BocageError: BOC-IMP-001 to 016, 022, 025, 028, 031, 032: the file cannot be read as a table.
    """
    path = Path(path)
    kind = recognise(path)
    try:
        if kind == "zip":
            return _read_archive(path, layer, fits)
        return _read_kind(path, kind, layer, fits)
    except OSError as error:
        raise BocageError("BOC-IMP-025", where={"path": path}, cause=error.strerror or str(error)) from error
    except BaseException as error:
        # a panic of a reader written in Rust derives from BaseException, of a type that cannot be imported
        if type(error).__name__ != "PanicException":
            raise
        raise BocageError("BOC-IMP-015", where={"path": path}, cause=str(error)) from error


def _read_kind(path: Path, kind: str, layer: str | None, fits: Fits | None) -> RawTable:
    raw = _READERS.get(kind, _read_gdal)(path, kind, layer, fits)
    if path.suffix.lower() in FORMATS[kind].extensions:
        return raw
    lie = Verdict(code="BOC-IMP-316", count=1, values={"extension": path.suffix, "format": kind})
    return replace(raw, verdicts=(lie, *raw.verdicts))


def _read_archive(path: Path, layer: str | None, fits: Fits | None) -> RawTable:
    """The only data set of a zip, or the one that `layer` names; errors speak of the archive."""
    inner = layer

    def pick(names: Mapping[str, Sequence[str]]) -> str:
        nonlocal inner
        by_stem = {PurePosixPath(name).stem: name for name in names}
        wanted = by_stem.get(layer or "", layer)
        inner = None
        return _choose(path, names, wanted, None)

    with unpacked(path, pick) as member:
        try:
            return replace(_read_kind(member, _kind_of_member(path, member), inner, fits), path=path)
        except BocageError as error:
            error.where = {**error.where, "path": path, "member": member.name}
            raise


def _kind_of_member(path: Path, member: Path) -> str:
    kind = recognise(member)
    if kind == "zip":
        raise BocageError("BOC-IMP-022", where={"path": path}, format="zip (zip)")
    return kind


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


def _read_csv(path: Path, kind: str, layer: str | None, fits: Fits | None) -> RawTable:
    del kind, layer, fits  # a text file has a single table
    return read_delimited(path)


def _read_spreadsheet(path: Path, kind: str, layer: str | None, fits: Fits | None) -> RawTable:
    del kind
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


def _read_gdal(path: Path, kind: str, layer: str | None, fits: Fits | None) -> RawTable:
    check_companions(path, kind)
    return read_vector(path, layer=layer, choose=_chooser(path, layer, fits), file_format=kind)


def _read_geojson(path: Path, kind: str, layer: str | None, fits: Fits | None) -> RawTable:
    if path.stat().st_size <= PARSED_WHOLE_BYTES:
        try:
            content = json.loads(path.read_bytes())
        except (ValueError, RecursionError) as error:
            raise BocageError("BOC-IMP-015", where={"path": path}, cause=str(error)) from error
        if not isinstance(content, dict) or "type" not in content:
            raise BocageError("BOC-IMP-022", where={"path": path}, format="JSON")
        if content["type"] == "FeatureCollection" and not content.get("features"):
            raise BocageError("BOC-IMP-004", where={"path": path})
        del content  # GDAL reads the file again; two copies of a large one would not fit
    return _read_gdal(path, kind, layer, fits)


def _read_kml(path: Path, kind: str, layer: str | None, fits: Fits | None) -> RawTable:
    """All folders as one table, with the name of the folder as a column."""
    check_entities(path)
    merge = None if layer else FOLDER
    raw = read_vector(path, layer=layer, choose=_chooser(path, layer, fits), file_format=kind, merge=merge)
    return mine_descriptions(without_technical_columns(raw))


def _read_gpx(path: Path, kind: str, layer: str | None, fits: Fits | None) -> RawTable:
    check_entities(path)
    wanted = layer or WAYPOINTS
    raw = read_vector(path, layer=wanted, choose=_chooser(path, wanted, fits), file_format=kind)
    return without_technical_columns(raw)


def _read_dxf(path: Path, kind: str, layer: str | None, fits: Fits | None) -> RawTable:
    check_end(path)
    raw = read_vector(path, layer="entities", choose=_chooser(path, "entities", None), file_format=kind)
    return read_drawing(raw, lambda columns: _choose(path, columns, layer, fits))


def _read_parquet(path: Path, kind: str, layer: str | None, fits: Fits | None) -> RawTable:
    del kind, layer, fits  # one table
    return read_parquet(path)


def _read_json(path: Path, kind: str, layer: str | None, fits: Fits | None) -> RawTable:
    del kind, layer, fits  # one table
    return read_json_rows(path)


def _chooser(path: Path, layer: str | None, fits: Fits | None) -> Choose:
    return lambda columns: _choose(path, columns, layer, fits)


_READERS: Mapping[str, Callable[[Path, str, str | None, Fits | None], RawTable]] = {
    "csv": _read_csv,
    "spreadsheet": _read_spreadsheet,
    "geojson": _read_geojson,
    "json": _read_json,
    "kml": _read_kml,
    "gpx": _read_gpx,
    "dxf": _read_dxf,
    "parquet": _read_parquet,
}
"""Readers of the formats that GDAL does not read alone."""
