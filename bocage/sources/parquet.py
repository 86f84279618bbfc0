"""Parquet and GeoParquet, read by Polars; geometries as WKB, their system from the `geo` metadata."""

import json
from collections.abc import Mapping
from pathlib import Path

import polars as pl

from bocage.sources.delimited import detect_decimal
from bocage.sources.limits import check_columns, check_rows
from bocage.sources.raw import RawTable, clean_headers, flattened, repair_texts
from bocage.sources.systems import WGS84
from bocage.sources.vector import srid_of
from bocage.sources.wording import LOCALE, by_language
from bocage.vocabulary.codes import BocageError
from bocage.vocabulary.text import Message


def read_parquet(path: Path) -> RawTable:
    """Read a Parquet file with its types, and its geometry where the GeoParquet metadata declare one.

    Args:
        path: the file.

    Raises:
        BocageError: BOC-IMP-004 no row, 008, 012 too large, 015 damaged or geometries that are not WKB.
    """
    try:
        scan = pl.scan_parquet(path)
        schema = scan.collect_schema()
        count = int(scan.select(pl.len()).collect().item())
        geo = _geo(path)
        check_columns(path, len(schema))
        check_rows(path, count, len(schema))
        frame = scan.collect()
    except (pl.exceptions.PolarsError, OSError, ValueError) as error:
        raise BocageError("BOC-IMP-015", where={"path": path}, cause=str(error).split("\n")[0][:160]) from error
    if not count:
        raise BocageError("BOC-IMP-004", where={"path": path})
    name, srid = _geometry_column(path, geo, frame)
    geometry = None if name is None else frame[name]
    plain = flattened(frame if name is None else frame.drop(name))
    names, _ = clean_headers(plain.columns)
    plain = plain.rename(dict(zip(plain.columns, names, strict=True)))
    plain, verdicts = repair_texts(plain)
    return RawTable(
        path=path,
        frame=plain,
        numbers=pl.Series("number", range(1, count + 1), dtype=pl.Int64),
        faults=pl.Series("fault", [None] * count, dtype=pl.String),
        geometry=geometry,
        srid=srid,
        facts={"format": "parquet", "decimal": detect_decimal(plain)},
        verdicts=verdicts,
    )


def _geo(path: Path) -> Mapping[str, object]:
    """The `geo` metadata; nothing where there are none or they cannot be read."""
    text = pl.read_parquet_metadata(path).get("geo")
    try:
        content = json.loads(text) if text else {}
    except (ValueError, RecursionError):
        return {}
    return content if isinstance(content, dict) else {}


def _geometry_column(path: Path, geo: Mapping[str, object], frame: pl.DataFrame) -> tuple[str | None, int | None]:
    """The primary geometry and its EPSG code; WGS 84 where the metadata name no system, as the format wants."""
    columns = geo.get("columns")
    name = geo.get("primary_column")
    if not isinstance(columns, dict) or not isinstance(name, str) or name not in frame.columns:
        guess = next((one for one in ("geometry", "geom", "wkb_geometry") if frame.schema.get(one) == pl.Binary), None)
        return guess, None
    declared = columns.get(name)
    if frame.schema[name] != pl.Binary or not isinstance(declared, dict):
        cause = by_language(Message("its geometries are not WKB", {}, LOCALE))
        raise BocageError("BOC-IMP-015", where={"path": path}, cause=cause)
    crs = declared.get("crs", "OGC:CRS84")
    if crs is None:
        return name, None
    return name, WGS84 if crs == "OGC:CRS84" else srid_of(crs if isinstance(crs, str) else json.dumps(crs))
