"""The spatial index of a layer: an r-tree kept true by triggers, or filled at once from vectorised bounds.

OGC 12-128r19 (GeoPackage 1.4), annex F.3.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import numpy as np
from numpy.typing import NDArray

from bocage.store.geometry import Bounds
from bocage.store.statement import quoted, statement
from bocage.vocabulary.columns import GEOMETRY

_NEW_BOX = f"ST_MinX(NEW.{GEOMETRY}), ST_MaxX(NEW.{GEOMETRY}), ST_MinY(NEW.{GEOMETRY}), ST_MaxY(NEW.{GEOMETRY})"
_FULL = f"(NEW.{GEOMETRY} NOTNULL AND NOT ST_IsEmpty(NEW.{GEOMETRY}))"
_VOID = f"(NEW.{GEOMETRY} ISNULL OR ST_IsEmpty(NEW.{GEOMETRY}))"
_WAS_FULL = f"(OLD.{GEOMETRY} NOTNULL AND NOT ST_IsEmpty(OLD.{GEOMETRY}))"
_WAS_VOID = f"(OLD.{GEOMETRY} ISNULL OR ST_IsEmpty(OLD.{GEOMETRY}))"

# Name of the trigger, event, condition, body; the names are those that annex F.3 imposes.
_TRIGGERS = (
    ("insert", "AFTER INSERT", _FULL, f"INSERT OR REPLACE INTO {{tree}} VALUES (NEW.fid, {_NEW_BOX});"),
    ("update2", f"AFTER UPDATE OF {GEOMETRY}", f"OLD.fid = NEW.fid AND {_VOID}",
     "DELETE FROM {tree} WHERE id = OLD.fid;"),
    ("update4", "AFTER UPDATE", f"OLD.fid != NEW.fid AND {_VOID}", "DELETE FROM {tree} WHERE id IN (OLD.fid, NEW.fid);"),
    ("update5", "AFTER UPDATE", f"OLD.fid != NEW.fid AND {_FULL}",
     f"DELETE FROM {{tree}} WHERE id = OLD.fid; INSERT OR REPLACE INTO {{tree}} VALUES (NEW.fid, {_NEW_BOX});"),
    ("update6", f"AFTER UPDATE OF {GEOMETRY}", f"OLD.fid = NEW.fid AND {_FULL} AND {_WAS_FULL}",
     f"UPDATE {{tree}} SET minx = ST_MinX(NEW.{GEOMETRY}), maxx = ST_MaxX(NEW.{GEOMETRY}),"
     f" miny = ST_MinY(NEW.{GEOMETRY}), maxy = ST_MaxY(NEW.{GEOMETRY}) WHERE id = NEW.fid;"),
    ("update7", f"AFTER UPDATE OF {GEOMETRY}", f"OLD.fid = NEW.fid AND {_FULL} AND {_WAS_VOID}",
     f"INSERT INTO {{tree}} VALUES (NEW.fid, {_NEW_BOX});"),
    ("delete", "AFTER DELETE", f"OLD.{GEOMETRY} NOTNULL", "DELETE FROM {tree} WHERE id = OLD.fid;"),
)  # fmt: skip


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
    for name in trigger_names(layer):
        _, event, condition, body = next(entry for entry in _TRIGGERS if name.endswith("_" + entry[0]))
        connection.execute(
            f"CREATE TRIGGER {quoted(name)} {event} ON {quoted(layer)} WHEN {condition}"
            f" BEGIN {body.format(tree=quoted(tree_name(layer)))} END"
        )


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


def index_rows(connection: sqlite3.Connection, layer: str, fids: Sequence[int], bounds: Bounds) -> None:
    """Put rows that are not yet in the r-tree into it; null and empty geometries stay out.

    Args:
        connection: inside a transaction, triggers away.
        layer: name of the layer.
        fids: row numbers.
        bounds: (n, 4) xmin, ymin, xmax, ymax [m], NaN where null or empty.
    """
    ids = np.asarray(fids, dtype=np.int64)
    full = ~np.isnan(bounds[:, 0])
    ids, boxes = ids[full], bounds[full]
    order = np.argsort(_morton(boxes), kind="stable")
    ids, boxes = ids[order], boxes[order]
    connection.executemany(
        statement("INSERT INTO {tree} VALUES ({marks})", tree=tree_name(layer), marks=5),
        zip(ids.tolist(), *(boxes[:, corner].tolist() for corner in (0, 2, 1, 3)), strict=True),
    )


def remove_rows(connection: sqlite3.Connection, layer: str, fids: Sequence[int]) -> None:
    """Take rows out of the r-tree."""
    connection.executemany(
        statement("DELETE FROM {tree} WHERE id = ?", tree=tree_name(layer)), ((fid,) for fid in fids)
    )


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
