"""Vector files (GeoPackage, Shapefile, GeoJSON, KML, DXF…) read and written by GDAL in a child process."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl

from bocage.sources.delimited import detect_decimal
from bocage.sources.encoding import single_byte_encoding
from bocage.sources.formats import FORMATS
from bocage.sources.limits import READER_BYTES, READER_SECONDS, check_columns, check_rows
from bocage.sources.raw import RawTable, clean_headers, flattened, repair_texts
from bocage.sources.recognise import SHAPEFILE_MAGIC
from bocage.sources.wording import LOCALE, by_language
from bocage.vocabulary.codes import BocageError
from bocage.vocabulary.text import Message

MAX_CAUSE = 160
"""Length from which what GDAL says is cut."""
PACKAGE_PARENT = Path(__file__).parents[2]
DRIVERS = (
    "ADBC,AIVector,AVCBin,AVCE00,AmigoCloud,CSV,CSW,Carto,DGN,DXF,EDIGEO,EEDA,ESRI Shapefile,ESRIJSON,"
    "Elasticsearch,FlatGeobuf,GDALG,GML,GPKG,GPSBabel,GPX,GTFS,GeoJSON,GeoJSONSeq,GeoRSS,HTTP,Idrisi,JML,"
    "JSONFG,KML,LIBKML,LVBAG,MBTiles,MEM,MVT,MapInfo File,MapML,MiraMonVector,NGW,OAPIF,ODS,OGCAPI,OGR_GMT,"
    "OGR_PDS,OGR_VRT,OSM,OpenFileGDB,PCIDSK,PDF,PDS4,PGDUMP,PLSCENES,PMTiles,S57,SQLite,SXF,Selafin,TopoJSON,"
    "VDV,VFK,VICAR,WAsP,WFS,XLSX"
)
"""Drivers of GDAL 3: all but the one wanted are switched off, since some would open any file or address."""
_OPTIONS: Mapping[str, Mapping[str, str]] = {"dxf": {"DXF_INLINE_BLOCKS": "FALSE"}}
_COUNTED = frozenset({"fgb"})
"""Formats whose header says how many rows there are, and whose driver keeps silent where fewer come."""


Choose = Callable[[Mapping[str, Sequence[str]]], str]
"""Chooses a layer from the column names of each; raises where it cannot."""


def read_vector(
    path: Path, *, layer: str | None, choose: Choose, file_format: str, merge: str | None = None
) -> RawTable:
    """Read one layer with its types and its geometry.

    Args:
        path: a file that GDAL reads (see `formats.FORMATS`).
        layer: name of the layer; None for the only one.
        choose: asked where there are several layers, or where the one wanted is not there.
        file_format: key of `formats.FORMATS`: its driver alone is tried.
        merge: name of the column that tells apart the layers, which are then read as one; None to choose.

    Raises:
        BocageError: BOC-IMP-004 no row, 008, 012 too large, 015 damaged, 016 too long, 028 too much memory.
    """
    encoding = _shapefile_encoding(path) if file_format == "shp" else None
    with tempfile.TemporaryDirectory(prefix="bocage-") as folder:
        out = Path(folder) / "table.arrow"
        request = {
            "path": str(path.resolve()), "layer": layer, "out": str(out), "encoding": encoding, "merge": merge,
            "options": dict(_OPTIONS.get(file_format, {})), "counted": file_format in _COUNTED,
        }  # fmt: skip
        driver = FORMATS[file_format].driver
        answer = _ask("read", path, request, driver=driver)
        if "layers" in answer and not answer["layers"]:
            raise BocageError("BOC-IMP-015", where={"path": path}, cause=by_language(Message("no layer", {}, LOCALE)))
        if "layers" in answer:
            answer = _ask("read", path, {**request, "layer": choose(_columns(answer))}, driver=driver)
        frame = pl.read_ipc(out.read_bytes())
    return _table(path, frame, answer, encoding or answer["encoding"] or "utf-8", file_format)


def _columns(answer: Mapping[str, Any]) -> dict[str, Sequence[str]]:
    return {str(one["name"]): list(one["columns"]) for one in answer["layers"]}


def _table(path: Path, frame: pl.DataFrame, answer: Mapping[str, Any], encoding: str, file_format: str) -> RawTable:
    layer = str(answer["layer"])
    geometry = frame["geometry"] if "geometry" in frame.columns else None
    names, _ = clean_headers(answer["columns"])
    check_columns(path, len(names))
    check_rows(path, len(frame), len(names))
    height = len(frame)
    frame = frame.select(f"column:{index}" for index in range(len(names)))
    frame = frame.rename(dict(zip(frame.columns, names, strict=True)))
    if not height:
        raise BocageError("BOC-IMP-004", where={"path": path, "layer": layer})
    # a drawing keeps its lists: they are the attributes of its blocks
    blanks = pl.selectors.string().str.strip_chars().replace("", None)
    frame = frame.with_columns(blanks) if file_format == "dxf" else flattened(frame)
    frame, verdicts = repair_texts(frame)
    return RawTable(
        path=path,
        frame=frame,
        numbers=pl.Series("number", range(1, height + 1), dtype=pl.Int64),
        faults=pl.Series("fault", [None] * height, dtype=pl.String),
        geometry=geometry,
        srid=srid_of(answer["crs"]),
        layer=layer,
        facts={
            "format": file_format,
            "encoding": encoding,
            "layer": layer,
            "crs": answer["crs"] or "",
            "decimal": detect_decimal(frame),
        },
        verdicts=verdicts,
    )


def write_vector(
    frame: pl.DataFrame,
    path: Path,
    *,
    driver: str,
    srid: int,
    layer: str,
    geometry_type: str = "Point",
    geometry: str = "geometry",
    encoding: str | None = None,
    append: bool = False,
) -> Path:
    """Write a frame as a layer of a vector file.

    Args:
        frame: columns, and `geometry` as WKB.
        path: file to write.
        driver: `GPKG`, `GeoJSON` or `ESRI Shapefile`.
        srid: EPSG code of the geometries; GeoJSON wants 4326.
        layer: name of the layer.
        geometry_type: `Point`, `LineString`, `Polygon`, `MultiPoint`…
        geometry: name of the geometry column.
        encoding: of a shapefile, `cp1252` for what old tools write; UTF-8 where None.
        append: add the layer to a GeoPackage that exists.

    Raises:
        BocageError: BOC-IMP-024, GDAL could not write.
    """
    with tempfile.TemporaryDirectory(prefix="bocage-") as folder:
        table = Path(folder) / "table.arrow"
        frame.write_ipc(table)
        request = {
            "path": str(path), "table": str(table), "driver": driver, "srid": srid, "layer": layer,
            "geometry": geometry, "geometry_type": geometry_type, "encoding": encoding, "append": append,
        }  # fmt: skip
        _ask("write", path, request, failure="BOC-IMP-024")
    return path


def check_magic(path: Path, start: bytes) -> None:
    """Refuse what only bears the name of a shapefile (BOC-IMP-015): GDAL would try its other drivers on it."""
    if start[:4] != SHAPEFILE_MAGIC:
        cause = by_language(Message("not a shapefile", {}, LOCALE))
        raise BocageError("BOC-IMP-015", where={"path": path}, cause=cause)


def check_companions(path: Path, file_format: str) -> None:
    """Refuse a file that lacks those without which it means nothing (BOC-IMP-013), or a shapefile that is none."""
    if file_format == "shp":
        with path.open("rb") as stream:
            check_magic(path, stream.read(4))
    beside = {neighbour.name.lower() for neighbour in path.parent.iterdir()}
    for suffix in FORMATS[file_format].companions:
        if path.stem.lower() + suffix not in beside:
            raise BocageError("BOC-IMP-013", where={"path": path}, missing=path.stem + suffix)


def srid_of(crs: str | None) -> int | None:
    """EPSG code of a coordinate system as GDAL names it; None where it has none.

    >>> srid_of("EPSG:2154")
    2154
    """
    if not crs:
        return None
    if crs.startswith("EPSG:") and crs[5:].isdigit():
        return int(crs[5:])
    from pyproj import CRS  # noqa: PLC0415 - 60 ms, only for systems given in full
    from pyproj.exceptions import CRSError  # noqa: PLC0415

    try:
        code = CRS.from_user_input(crs).to_epsg(min_confidence=25)
    except CRSError:
        return None
    return int(code) if code else None


def _shapefile_encoding(path: Path) -> str | None:
    """Encoding of the .dbf where neither a .cpg nor the language byte says it."""
    beside = {neighbour.suffix.lower(): neighbour for neighbour in path.parent.glob(f"{path.stem}.*")}
    if ".cpg" in beside or ".dbf" not in beside:
        return None
    data = beside[".dbf"].read_bytes()
    if len(data) < 32 or data[29] not in {0, 0x57}:
        return None
    body = data[32:]
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        return {"mac_roman": "MACINTOSH"}.get(single_byte_encoding(body), single_byte_encoding(body).upper())
    return "UTF-8"


def _ask(
    verb: str, path: Path, request: Mapping[str, Any], *, failure: str = "BOC-IMP-015", driver: str = ""
) -> dict[str, Any]:
    """Send a request to the child; its failure, crash or silence becomes a BocageError."""
    try:
        done = subprocess.run(
            [sys.executable, "-P", "-m", "bocage.sources.gdal_process", verb],
            input=json.dumps(request),
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=READER_SECONDS,
            check=False,
            env=_environment(driver),
        )
    except subprocess.TimeoutExpired as error:
        raise BocageError("BOC-IMP-016", where={"path": path}, limit=READER_SECONDS) from error
    try:
        answer: dict[str, Any] = json.loads(done.stdout)
    except json.JSONDecodeError as error:
        said = [line for line in done.stderr.strip().splitlines() if not line.startswith("Warning")]
        if _is_memory(done.stderr):
            raise _too_much(path) from error
        raise BocageError(failure, where={"path": path}, cause=said[-1] if said else _exit(done.returncode)) from error
    if "error" in answer:
        # GDAL repeats itself from the call to the fault, which comes last
        last = str(answer["error"]).strip(" .").rsplit("; ", 1)[-1]
        if answer.get("memory") or _is_memory(last):
            raise _too_much(path)
        raise BocageError(failure, where={"path": path}, cause=last[:MAX_CAUSE])
    if done.returncode:
        raise BocageError(failure, where={"path": path}, cause=_exit(done.returncode))
    return answer


def _environment(driver: str) -> dict[str, str]:
    """Environment of the child: where the package is, how much memory it may take, which driver it may use."""
    search = os.pathsep.join(filter(None, [str(PACKAGE_PARENT), os.environ.get("PYTHONPATH", "")]))
    found = {**os.environ, "PYTHONPATH": search, "PYTHONIOENCODING": "utf-8", "BOCAGE_READER_BYTES": str(READER_BYTES)}
    if driver:
        found["OGR_SKIP"] = ",".join(name for name in DRIVERS.split(",") if name != driver)
    return found


def _is_memory(said: str) -> bool:
    words = ("memory allocation", "out of memory", "cannot allocate", "memoryerror", "bad_alloc", "std::bad")
    return any(word in said.lower() for word in words)


def _too_much(path: Path) -> BocageError:
    return BocageError("BOC-IMP-028", where={"path": path}, limit=READER_BYTES // 1_000_000)


def _exit(status: int) -> Mapping[str, str]:
    """What is left to say of a child that ended without a word."""
    return by_language(Message("exit status {status}", {"status": status}, LOCALE))
