"""Integrity of a territory: the databases, the r-trees against the geometries, the metadata, the rollups."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import polars as pl

from bocage.store.encoding import is_asset
from bocage.store.geometry import bounds_of, from_blob
from bocage.store.metadata import APPLICATION_ID, GEOPACKAGE_VERSION, columns_of, table_exists
from bocage.store.rtree import tree_name, trigger_names
from bocage.store.schema import SCHEMA_VERSION, declared_tables, history_name
from bocage.store.statement import statement
from bocage.vocabulary.columns import GEOMETRY, Table
from bocage.vocabulary.text import Message

_LOCALE = Path(__file__).parent / "locale"


def faults(twin: sqlite3.Connection, series: sqlite3.Connection) -> list[Message]:
    """Every fault found, empty where all is sound."""
    found = [*_of_database(twin, "twin.gpkg"), *_of_database(series, "series.sqlite")]
    if found:  # what follows reads the tables, which are not to be trusted
        return found
    found += _of_metadata(twin)
    for table in declared_tables(twin).values():
        if not table_exists(twin, table.name):
            found.append(Message("table {table} is missing", {"table": table.name}, _LOCALE))
            continue
        if table.geometry != "none":
            found += _of_tree(twin, table.name)
        if is_asset(table):
            found += _of_history(twin, table)
    return [*found, *_of_rollups(series)]


def _of_database(connection: sqlite3.Connection, name: str) -> Iterator[Message]:
    try:
        answers = [row[0] for row in connection.execute("PRAGMA integrity_check(20)")]
        orphans = connection.execute("PRAGMA foreign_key_check").fetchall()
    except sqlite3.DatabaseError as error:
        answers, orphans = [str(error)], []
    for answer in answers:
        if answer != "ok":
            yield Message("{file}: {answer}", {"file": name, "answer": answer}, _LOCALE)
    if orphans:
        values = {"file": name, "count": len(orphans)}
        yield Message("{file}: {count} rows refer to a row that does not exist", values, _LOCALE)


def _of_metadata(twin: sqlite3.Connection) -> Iterator[Message]:
    if twin.execute("PRAGMA application_id").fetchone()[0] != APPLICATION_ID:
        yield Message("twin.gpkg does not say that it is a GeoPackage (application_id)", {}, _LOCALE)
    if twin.execute("PRAGMA user_version").fetchone()[0] != GEOPACKAGE_VERSION:
        yield Message("twin.gpkg does not say its GeoPackage version (user_version)", {}, _LOCALE)
    version = twin.execute("SELECT value FROM bocage_meta WHERE key = 'schema_version'").fetchone()
    if version is None or version[0] != str(SCHEMA_VERSION):
        values = {"found": "—" if version is None else version[0], "known": str(SCHEMA_VERSION)}
        yield Message("the schema version is {found}, not {known}", values, _LOCALE)
    for (name,) in twin.execute("SELECT table_name FROM gpkg_contents").fetchall():
        if not table_exists(twin, name):
            yield Message("the contents list a table {table} that does not exist", {"table": name}, _LOCALE)


def _of_tree(twin: sqlite3.Connection, layer: str) -> Iterator[Message]:
    tree = tree_name(layer)
    if not table_exists(twin, tree):
        yield Message("the r-tree of {table} is missing", {"table": layer}, _LOCALE)
        return
    answer = twin.execute("SELECT rtreecheck(?)", (tree,)).fetchone()[0]
    if answer != "ok":
        yield Message("the r-tree of {table}: {answer}", {"table": layer, "answer": answer}, _LOCALE)
        return
    held = {row[0] for row in twin.execute("SELECT name FROM sqlite_schema WHERE type = 'trigger'")}
    for name in trigger_names(layer):
        if name not in held:
            yield Message("the trigger {trigger} is missing", {"trigger": name}, _LOCALE)
    count = stray_boxes(twin, layer)
    if count:
        values = {"table": layer, "count": count}
        yield Message("the r-tree of {table} differs from the geometries in {count} rows", values, _LOCALE)


def stray_boxes(twin: sqlite3.Connection, layer: str) -> int:
    """Number of rows whose box in the r-tree is not that of their geometry, or that are on one side only.

    The r-tree keeps 32-bit numbers rounded outwards: a box may exceed the geometry by one unit in the last
    place of each corner, never fall short.
    """
    rows = twin.execute(statement("SELECT fid, {geometry} FROM {layer} ORDER BY fid", geometry=GEOMETRY, layer=layer))
    pairs: list[tuple[int, bytes | None]] = rows.fetchall()
    fids, blobs = [fid for fid, _ in pairs], [blob for _, blob in pairs]
    try:
        box = bounds_of(pl.Series([from_blob(blob) for blob in blobs], dtype=pl.Binary))
    except Exception:  # noqa: BLE001 - whatever another program wrote, it is a fault of the row, counted as such
        return len(fids)
    full = ~np.isnan(box[:, 0])
    expected_ids, expected = np.asarray(fids, dtype=np.int64)[full], box[full]
    tree = statement("SELECT id, minx, miny, maxx, maxy FROM {tree} ORDER BY id", tree=tree_name(layer))
    boxes = np.asarray(twin.execute(tree).fetchall(), dtype=np.float64).reshape(-1, 5)
    ids, held = boxes[:, 0].astype(np.int64), boxes[:, 1:]
    one_sided = len(np.setxor1d(ids, expected_ids))
    _, left, right = np.intersect1d(ids, expected_ids, return_indices=True)
    held, expected = held[left], expected[right]
    slack = 2 * np.spacing(np.abs(expected).astype(np.float32)).astype(np.float64)
    outwards = np.where([True, True, False, False], expected - held, held - expected)
    covers = (outwards >= -_NOTHING_M).all(axis=1)
    close = (np.abs(held - expected) <= slack).all(axis=1)
    return one_sided + int((~(covers & close)).sum())


_NOTHING_M = 1e-30
"""SQLite rounds numbers too small for 32 bits to zero, inwards too [m]."""


def _of_history(twin: sqlite3.Connection, table: Table) -> Iterator[Message]:
    name = history_name(table.name)
    if not columns_of(twin, name):
        yield Message("table {table} is missing", {"table": name}, _LOCALE)
        return
    reversed_versions = twin.execute(
        statement("SELECT count(*) FROM {table} WHERE valid_to < valid_from", table=name)
    ).fetchone()[0]
    if reversed_versions:
        values = {"table": name, "count": reversed_versions}
        yield Message("{count} versions of {table} end before they begin", values, _LOCALE)


def _of_rollups(series: sqlite3.Connection) -> Iterator[Message]:
    observed = series.execute(
        "SELECT series, count(*) FROM observation WHERE quality IS NOT 'bad' GROUP BY 1"
    ).fetchall()
    for table in ("hourly", "daily"):
        kept = series.execute(statement("SELECT series, sum(count) FROM {table} GROUP BY 1", table=table))
        if dict(kept) != dict(observed):
            yield Message("the rollup {table} does not match the observations", {"table": table}, _LOCALE)
