"""An r-tree written node by node: a first import fills its index at once instead of row by row.

Nodes are packed by sort-tile-recursive (Leutenegger, Lopez and Edgington, 1997, doi:10.1109/ICDE.1997.582015)
and written in the form of SQLite's shadow tables (https://www.sqlite.org/rtree.html, section 7.2):
per node 2 bytes of depth (in the root), 2 bytes of count, then cells of 8 bytes of identifier and four
32-bit coordinates, all big-endian. `rtreecheck` proves the result in the tests.
"""

import sqlite3
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bocage.store.geometry import Bounds
from bocage.store.statement import statement

_CELLS = 40
"""Cells written per node, of the 51 that a node of two dimensions holds: room for later rows."""

_CELL = np.dtype([("id", ">i8"), ("minx", ">f4"), ("maxx", ">f4"), ("miny", ">f4"), ("maxy", ">f4")])


@dataclass(frozen=True)
class _Level:
    """Boxes of one level: (n,) identifiers and (n, 4) 32-bit xmin, ymin, xmax, ymax."""

    ids: NDArray[np.int64]
    boxes: NDArray[np.float32]


def pack(connection: sqlite3.Connection, tree: str, fids: NDArray[np.int64], bounds: Bounds) -> None:
    """Write the whole content of an r-tree, in the place of what it held; inside a transaction.

    Args:
        connection: inside a transaction.
        tree: name of the r-tree.
        fids: (n,) row numbers.
        bounds: (n, 4) xmin, ymin, xmax, ymax [m], all finite.

    Raises:
        sqlite3.OperationalError: SQLite was told to protect shadow tables (some builds of macOS).
    """
    size = connection.execute(statement("SELECT length(data) FROM {node} WHERE nodeno = 1", node=tree + "_node"))
    node_bytes = int(size.fetchone()[0])
    for suffix in ("_rowid", "_parent", "_node"):
        connection.execute(statement("DELETE FROM {table}", table=tree + suffix))
    level, next_node, depth = _Level(fids, _outwards(bounds)), 2, 0
    while len(level.ids) > _CELLS:
        level, next_node = _write_level(connection, tree, level, next_node, depth, node_bytes)
        depth += 1
    root = _node(level, depth, node_bytes)
    connection.execute(statement("INSERT INTO {node} VALUES (1, ?)", node=tree + "_node"), (root,))
    _point_to(connection, tree, level.ids, np.ones(len(level.ids), dtype=np.int64), depth)


def _write_level(
    connection: sqlite3.Connection, tree: str, level: _Level, next_node: int, depth: int, node_bytes: int
) -> tuple[_Level, int]:
    """Write the nodes that hold a level; return the level of those nodes, and the next free number."""
    order = _tiles(level.boxes)
    ids, boxes = level.ids[order], level.boxes[order]
    starts = np.arange(0, len(ids), _CELLS)
    if len(ids) - starts[-1] < _CELLS // 2 and len(starts) > 1:  # share the last two nodes' cells evenly
        starts[-1] = (starts[-2] + len(ids)) // 2
    nodes = np.arange(next_node, next_node + len(starts), dtype=np.int64)
    ends = np.append(starts[1:], len(ids))
    blobs = (_node(_Level(ids[a:b], boxes[a:b]), 0, node_bytes) for a, b in zip(starts, ends, strict=True))
    connection.executemany(
        statement("INSERT INTO {node} VALUES (?, ?)", node=tree + "_node"), zip(nodes.tolist(), blobs, strict=True)
    )
    _point_to(connection, tree, ids, np.repeat(nodes, ends - starts), depth)
    low = np.minimum.reduceat(boxes[:, :2], starts, axis=0)
    high = np.maximum.reduceat(boxes[:, 2:], starts, axis=0)
    return _Level(nodes, np.hstack([low, high])), next_node + len(nodes)


def _point_to(
    connection: sqlite3.Connection, tree: str, ids: NDArray[np.int64], nodes: NDArray[np.int64], depth: int
) -> None:
    """Note which node holds each row (at depth 0) or each node."""
    table = tree + ("_parent" if depth else "_rowid")
    order = np.argsort(ids)
    connection.executemany(
        statement("INSERT INTO {table} VALUES (?, ?)", table=table),
        zip(ids[order].tolist(), nodes[order].tolist(), strict=True),
    )


def _node(level: _Level, depth: int, node_bytes: int) -> bytes:
    cells = np.empty(len(level.ids), dtype=_CELL)
    cells["id"] = level.ids
    for position, corner in enumerate(("minx", "miny", "maxx", "maxy")):
        cells[corner] = level.boxes[:, position]
    header = depth.to_bytes(2, "big") + len(level.ids).to_bytes(2, "big")
    return (header + cells.tobytes()).ljust(node_bytes, b"\0")


def _tiles(boxes: NDArray[np.float32]) -> NDArray[np.int64]:
    """Order that puts neighbours into one node: vertical slices, each from south to north."""
    slices = int(np.ceil(np.sqrt(np.ceil(len(boxes) / _CELLS))))
    per_slice = int(np.ceil(len(boxes) / slices / _CELLS)) * _CELLS
    x, y = boxes[:, 0] + boxes[:, 2], boxes[:, 1] + boxes[:, 3]
    rank = np.empty(len(boxes), dtype=np.int64)
    rank[np.argsort(x, kind="stable")] = np.arange(len(boxes))
    return np.lexsort((y, rank // per_slice))


def _outwards(bounds: Bounds) -> NDArray[np.float32]:
    """32-bit boxes that cover the bounds."""
    rounded = bounds.astype(np.float32)
    low, high = rounded[:, :2], rounded[:, 2:]
    low = np.where(low > bounds[:, :2], np.nextafter(low, np.float32(-np.inf)), low)
    high = np.where(high < bounds[:, 2:], np.nextafter(high, np.float32(np.inf)), high)
    return np.hstack([low, high])
