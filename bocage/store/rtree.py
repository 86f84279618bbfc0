"""The spatial index of a layer: an r-tree kept true by triggers, or filled at once from vectorised bounds.

OGC 12-128r19, annex F.3: the triggers of GeoPackage 1.4, that stay right under upserts, in a 1.3 file.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import numpy as np
import polars as pl
from numpy.typing import NDArray

from bocage.store.geometry import Bounds, bounds_of, from_blob
from bocage.store.packing import pack
from bocage.store.statement import statement
from bocage.vocabulary.columns import GEOMETRY

_FULL = "(NEW.{shape} NOTNULL AND NOT ST_IsEmpty(NEW.{shape}))"
_VOID = "(NEW.{shape} ISNULL OR ST_IsEmpty(NEW.{shape}))"
_WAS_FULL = "(OLD.{shape} NOTNULL AND NOT ST_IsEmpty(OLD.{shape}))"
_WAS_VOID = "(OLD.{shape} ISNULL OR ST_IsEmpty(OLD.{shape}))"
_PUT = (
    "INSERT OR REPLACE INTO {tree} VALUES"
    " (NEW.fid, ST_MinX(NEW.{shape}), ST_MaxX(NEW.{shape}), ST_MinY(NEW.{shape}), ST_MaxY(NEW.{shape}));"
)
_DROP = "DELETE FROM {tree} WHERE id = OLD.fid;"
_DROP_NEW = "DELETE FROM {tree} WHERE id = NEW.fid;"
_MOVE = (
    "UPDATE {tree} SET minx = ST_MinX(NEW.{shape}), maxx = ST_MaxX(NEW.{shape}),"
    " miny = ST_MinY(NEW.{shape}), maxy = ST_MaxY(NEW.{shape}) WHERE id = NEW.fid;"
)
_RESHAPED = "AFTER UPDATE OF {shape}"

# Name of the trigger, event, condition, body; the names are those that annex F.3 imposes.
_TRIGGERS = (
    ("insert", "AFTER INSERT", _FULL, _PUT),
    ("update2", _RESHAPED, "OLD.fid = NEW.fid AND " + _VOID, _DROP),
    ("update4", "AFTER UPDATE", "OLD.fid != NEW.fid AND " + _VOID, _DROP + " " + _DROP_NEW),
    ("update5", "AFTER UPDATE", "OLD.fid != NEW.fid AND " + _FULL, _DROP + " " + _PUT),
    ("update6", _RESHAPED, f"OLD.fid = NEW.fid AND {_FULL} AND {_WAS_FULL}", _MOVE),
    ("update7", _RESHAPED, f"OLD.fid = NEW.fid AND {_FULL} AND {_WAS_VOID}", _PUT),
    ("delete", "AFTER DELETE", "OLD.{shape} NOTNULL", _DROP),
)


def tree_name(layer: str) -> str:
    """Name of the r-tree of a layer.

    >>> tree_name("luminaire")
    'rtree_luminaire_geometry'
    """
    return f"rtree_{layer}_{GEOMETRY}"


def create_tree(connection: sqlite3.Connection, layer: str) -> None:
    """Create the empty r-tree of a layer, its triggers and its entry among the extensions."""
    connection.execute(
        statement("CREATE VIRTUAL TABLE {tree} USING rtree(id, minx, maxx, miny, maxy)", tree=tree_name(layer))
    )
    connection.execute(
        "INSERT INTO gpkg_extensions VALUES (?, ?, 'gpkg_rtree_index',"
        " 'http://www.geopackage.org/spec120/#extension_rtree', 'write-only')",
        (layer, GEOMETRY),
    )
    create_triggers(connection, layer)


def create_triggers(connection: sqlite3.Connection, layer: str) -> None:
    """Create the triggers that keep the r-tree true whoever writes."""
    names = {"layer": layer, "tree": tree_name(layer), "shape": GEOMETRY}
    for trigger, (_, event, condition, body) in zip(trigger_names(layer), _TRIGGERS, strict=True):
        template = f"CREATE TRIGGER {{trigger}} {event} ON {{layer}} WHEN {condition} BEGIN {body} END"
        connection.execute(statement(template, trigger=trigger, **names))


def trigger_names(layer: str) -> list[str]:
    """Names of the triggers of a layer, as annex F.3 imposes them."""
    return [f"{tree_name(layer)}_{entry[0]}" for entry in _TRIGGERS]


@contextmanager
def without_triggers(connection: sqlite3.Connection, layer: str) -> Iterator[None]:
    """Inside a transaction, let the caller keep the r-tree himself: triggers cost four times the insert."""
    for name in trigger_names(layer):
        connection.execute(statement("DROP TRIGGER IF EXISTS {name}", name=name))
    yield
    create_triggers(connection, layer)


def index_rows(
    connection: sqlite3.Connection, layer: str, fids: Sequence[int], bounds: Bounds, *, known: bool = False
) -> None:
    """Put rows into the r-tree; null and empty geometries stay out.

    Args:
        connection: inside a transaction, triggers away, the rows written.
        layer: name of the layer.
        fids: row numbers.
        bounds: (n, 4) xmin, ymin, xmax, ymax [m], NaN where null or empty.
        known: the rows may already be in the r-tree, with their former boxes.
    """
    held = _count(connection, layer)
    many = len(fids) >= _WORTH_PACKING and 4 * len(fids) >= held
    if many and _pack_whole(connection, layer, None if held else (np.asarray(fids, dtype=np.int64), bounds)):
        return
    if known:
        remove_rows(connection, layer, fids)
    full = ~np.isnan(bounds[:, 0])
    ids, boxes = np.asarray(fids, dtype=np.int64)[full], bounds[full]
    order = np.argsort(_morton(boxes), kind="stable")
    ids, boxes = ids[order], boxes[order]
    connection.executemany(
        statement("INSERT INTO {tree} VALUES ({marks})", tree=tree_name(layer), marks=5),
        zip(ids.tolist(), *(boxes[:, corner].tolist() for corner in (0, 2, 1, 3)), strict=True),
    )


def remove_rows(connection: sqlite3.Connection, layer: str, fids: Sequence[int]) -> None:
    """Take rows out of the r-tree; inside a transaction, triggers away, their geometries gone or changed."""
    held = _count(connection, layer)
    if len(fids) >= _WORTH_PACKING and 4 * len(fids) >= held and _pack_whole(connection, layer, None):
        return
    connection.executemany(
        statement("DELETE FROM {tree} WHERE id = ?", tree=tree_name(layer)), ((fid,) for fid in fids)
    )


def _count(connection: sqlite3.Connection, layer: str) -> int:
    rows = statement("SELECT count(*) FROM {rows}", rows=tree_name(layer) + "_rowid")
    return int(connection.execute(rows).fetchone()[0])


_WORTH_PACKING = 500
"""Rows from which writing whole nodes is worth it, where they are a quarter of the layer at least."""


def _pack_whole(connection: sqlite3.Connection, layer: str, rows: tuple[NDArray[np.int64], Bounds] | None) -> bool:
    """Write the r-tree anew, from these rows or from all; False where SQLite protects its nodes (some builds)."""
    if rows is None:
        query = statement("SELECT fid, {shape} FROM {layer}", shape=GEOMETRY, layer=layer)
        pairs = connection.execute(query).fetchall()
        shapes = pl.Series([from_blob(blob) for _, blob in pairs], dtype=pl.Binary)
        rows = np.array([fid for fid, _ in pairs], dtype=np.int64), bounds_of(shapes)
    full = ~np.isnan(rows[1][:, 0])
    connection.execute("SAVEPOINT packing")
    try:
        pack(connection, tree_name(layer), rows[0][full], rows[1][full])
    except sqlite3.OperationalError as error:
        connection.execute("ROLLBACK TO packing")
        if error.sqlite_errorcode != sqlite3.SQLITE_ERROR:
            raise
        return False
    finally:
        connection.execute("RELEASE packing")
    return True


def _morton(boxes: Bounds) -> NDArray[np.uint64]:
    """Order along a Z curve, so that neighbours are inserted one after the other."""
    if not len(boxes):
        return np.zeros(0, dtype=np.uint64)
    centres = boxes[:, :2] + boxes[:, 2:]
    low = centres.min(axis=0)
    span = np.maximum(centres.max(axis=0) - low, 1e-9)
    cells = ((centres - low) / span * 65535).astype(np.uint64)
    return _spread(cells[:, 0]) | (_spread(cells[:, 1]) << np.uint64(1))


def _spread(values: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Put a zero bit between the 16 low bits of each number."""
    for shift, mask in ((8, 0x00FF00FF), (4, 0x0F0F0F0F), (2, 0x33333333), (1, 0x55555555)):
        values = (values | (values << np.uint64(shift))) & np.uint64(mask)
    return values
