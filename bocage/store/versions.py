"""Versions of assets: rows added, replaced (the former version kept as history) and retired."""

import datetime as dt
import sqlite3
from collections.abc import Mapping, Sequence

import polars as pl

from bocage.store.encoding import Field, fetch, iso, tuples
from bocage.store.geometry import Bounds, from_blob, to_blobs
from bocage.store.metadata import columns_of, touch_layer
from bocage.store.rtree import index_rows, remove_rows, without_triggers
from bocage.store.schema import history_name
from bocage.store.statement import statement, update_by_fid
from bocage.vocabulary.columns import GEOMETRY, Table


def add_rows(
    connection: sqlite3.Connection,
    table: Table,
    fields: Sequence[Field],
    rows: pl.DataFrame,
    bounds: Bounds | None,
    *,
    srid: int,
) -> None:
    """Add rows in bulk; inside a transaction.

    Args:
        connection: inside a transaction.
        table: declaration.
        fields: its columns.
        rows: kept values of every field; `geometry` as well-known binary where there is one.
        bounds: (n, 4) xmin, ymin, xmax, ymax [m]; None for a table without geometry.
        srid: EPSG code of the projection.
    """
    # A column without values is null anyway; binding it would cost as much as one with values.
    names = [field.name for field in fields if rows[field.name].null_count() < len(rows)]
    first = _next_fid(connection, table.name)
    fids = range(first, first + len(rows))
    if bounds is None:
        columns = ["fid", *names]
        values = zip(fids, *(rows[name].to_list() for name in names), strict=True)
        connection.executemany(_insert(table.name, columns), values)
        touch_layer(connection, table.name)
        return
    blobs = to_blobs(rows[GEOMETRY], bounds, srid)
    with without_triggers(connection, table.name):
        columns = ["fid", GEOMETRY, *names]
        values = zip(fids, blobs, *(rows[name].to_list() for name in names), strict=True)
        connection.executemany(_insert(table.name, columns), values)
        index_rows(connection, table.name, fids, bounds)
    touch_layer(connection, table.name, bounds)


def replace_rows(
    connection: sqlite3.Connection,
    table: Table,
    fields: Sequence[Field],
    rows: pl.DataFrame,
    names: Sequence[str],
    bounds: Bounds | None,
    *,
    on: dt.date,
    srid: int,
) -> None:
    """Give rows new values; their former versions end on that date and become history.

    Args:
        connection: inside a transaction.
        table: declaration.
        fields: its columns.
        rows: `fid` and the kept values of `names`; `geometry` where `bounds` are given.
        names: columns that are written.
        bounds: (n, 4) of the new geometries [m]; None where geometries stay.
        on: date of the change.
        srid: EPSG code of the projection.
    """
    fids = rows["fid"].to_list()
    _keep_as_history(connection, table, fields, fids, on)
    update = update_by_fid(table.name, names)
    if bounds is None:
        connection.executemany(update, tuples(rows, [*names, "fid"]))
        touch_layer(connection, table.name)
        return
    blobs = to_blobs(rows[GEOMETRY], bounds, srid)
    with without_triggers(connection, table.name):
        connection.executemany(update, tuples(rows, [*names, "fid"]))
        connection.executemany(update_by_fid(table.name, [GEOMETRY]), zip(blobs, fids, strict=True))
        index_rows(connection, table.name, fids, bounds, known=True)
    touch_layer(connection, table.name, bounds)


def retire_rows(
    connection: sqlite3.Connection, table: Table, fields: Sequence[Field], fids: Sequence[int], on: dt.date
) -> None:
    """End assets: their last version becomes history, valid until that date."""
    _keep_as_history(connection, table, fields, fids, on)
    delete_rows(connection, table, fids)


def delete_rows(connection: sqlite3.Connection, table: Table, fids: Sequence[int]) -> None:
    """Delete rows by number, and take them out of the r-tree; inside a transaction."""
    delete = statement("DELETE FROM {table} WHERE fid = ?", table=table.name)
    if table.geometry == "none":
        connection.executemany(delete, ((fid,) for fid in fids))
    else:
        with without_triggers(connection, table.name):
            connection.executemany(delete, ((fid,) for fid in fids))
            remove_rows(connection, table.name, fids)
    touch_layer(connection, table.name)


def _keep_as_history(
    connection: sqlite3.Connection, table: Table, fields: Sequence[Field], fids: Sequence[int], on: dt.date
) -> None:
    connection.execute("CREATE TEMP TABLE IF NOT EXISTS touched (fid INTEGER PRIMARY KEY)")
    connection.execute("DELETE FROM temp.touched")
    connection.executemany("INSERT INTO temp.touched VALUES (?)", ((fid,) for fid in fids))
    names = [field.name for field in fields if field.name != "valid_to"]
    if table.geometry != "none":
        names.append(GEOMETRY)
    connection.execute(
        statement(
            "INSERT INTO {history} ({columns}, valid_to) SELECT {columns}, ? FROM {table}"
            " WHERE fid IN (SELECT fid FROM temp.touched) ORDER BY fid",
            history=history_name(table.name),
            columns=names,
            table=table.name,
        ),
        (iso(on),),
    )
    touch_layer(connection, history_name(table.name))


def current_geometry(frame: pl.DataFrame) -> pl.DataFrame:
    """The frame with its geometries without GeoPackage headers."""
    bodies = [from_blob(blob) for blob in frame[GEOMETRY].to_list()]
    return frame.with_columns(pl.Series(GEOMETRY, bodies, dtype=pl.Binary))


def current_rows(
    connection: sqlite3.Connection, name: str, schema: Mapping[str, pl.DataType], read_as: Mapping[str, str]
) -> pl.DataFrame:
    """The versions in force of an asset type.

    Args:
        connection: the twin.
        name: table.
        schema: columns of the frame; those that the table lacks are null.
        read_as: columns of the table behind names that differ.
    """
    stored = columns_of(connection, name)
    if not stored:
        return pl.DataFrame(schema=dict(schema))
    present = {column: read_as.get(column, column) for column in schema if read_as.get(column, column) in stored}
    cursor = connection.execute(statement("SELECT {columns} FROM {table}", columns=[*present.values()], table=name))
    frame = fetch(cursor, {column: schema[column] for column in present}, table=name)
    absent = [pl.lit(None, dtype=kind).alias(column) for column, kind in schema.items() if column not in present]
    frame = frame.with_columns(absent).select(list(schema))
    return current_geometry(frame) if GEOMETRY in schema else frame


def _next_fid(connection: sqlite3.Connection, name: str) -> int:
    used = connection.execute("SELECT seq FROM sqlite_sequence WHERE name = ?", (name,)).fetchone()
    highest = connection.execute(statement("SELECT max(fid) FROM {table}", table=name)).fetchone()[0]
    return int(max(used[0] if used else 0, highest or 0)) + 1


def _insert(name: str, columns: Sequence[str]) -> str:
    return statement(
        "INSERT INTO {table} ({columns}) VALUES ({marks})", table=name, columns=list(columns), marks=len(columns)
    )
