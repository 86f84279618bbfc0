"""Rows of the nouns (actions, outcomes, plans…): written by key, read by value."""

import sqlite3
from collections.abc import Mapping, Sequence

import polars as pl

from bocage.store.encoding import Field, decode, encode_value, fetch, fields_of, kept_schema
from bocage.store.metadata import columns_of
from bocage.store.prepare import prepare
from bocage.store.statement import matches, statement
from bocage.store.versions import add_rows, current_geometry, delete_rows
from bocage.vocabulary.codes import BocageError
from bocage.vocabulary.columns import GEOMETRY, Table


def write(
    connection: sqlite3.Connection,
    table: Table,
    rows: pl.DataFrame,
    *,
    replace: Mapping[str, object] | None,
    srid: int,
) -> int:
    """Write rows, each taking the place of the row of the same key; inside a transaction.

    Args:
        connection: inside a transaction.
        table: declaration of the noun.
        rows: declared columns.
        replace: rows with these values are deleted first, an empty mapping means all.
        srid: EPSG code of the projection.

    Returns:
        Number of rows written.
    """
    fields = fields_of(table)
    prepared = prepare(table, rows, fields)
    if replace is not None:
        condition, values = _condition(table, fields, replace)
        delete_rows(connection, table, _fids(connection, table, condition, values))
    same_key = matches(table.key)
    doomed: list[int] = []
    if connection.execute(statement("SELECT 1 FROM {table} LIMIT 1", table=table.name)).fetchone():
        for key in zip(*(prepared.frame[name].to_list() for name in table.key), strict=True):
            doomed += _fids(connection, table, " WHERE " + same_key, key)
    if doomed:
        delete_rows(connection, table, doomed)
    add_rows(connection, table, fields, prepared.frame, prepared.bounds, srid=srid)
    return len(prepared.frame)


def read(connection: sqlite3.Connection, table: Table, where: Mapping[str, object] | None) -> pl.DataFrame:
    """Rows that have those values, in the order in which they were written."""
    fields = fields_of(table)
    stored = columns_of(connection, table.name)
    condition, values = _condition(table, fields, where or {})
    if not stored:
        return table.empty()
    schema = kept_schema(fields, geometry=table.geometry != "none")
    present = [name for name in schema if name in stored]
    query = statement("SELECT {columns} FROM {table}", columns=present, table=table.name)
    cursor = connection.execute(f"{query}{condition} ORDER BY fid", values)
    frame = fetch(cursor, {name: schema[name] for name in present}, table=table.name)
    absent = [pl.lit(None, dtype=kind).alias(name) for name, kind in schema.items() if name not in present]
    frame = frame.with_columns(absent).select(list(schema))
    return decode(current_geometry(frame) if GEOMETRY in schema else frame, fields)


def kept_condition(table: Table, fields: Sequence[Field], where: Mapping[str, object]) -> dict[str, object]:
    """The values of a condition as the twin keeps them.

    Raises:
        BocageError: BOC-STO-018 no such column, 016 a value that the column does not admit.
    """
    known = {field.name: field for field in fields}
    for name in where:
        if name not in known:
            raise BocageError("BOC-STO-018", where={"table": table.name, "column": name})
    return {name: None if value is None else encode_value(known[name], value) for name, value in where.items()}


def _condition(table: Table, fields: Sequence[Field], where: Mapping[str, object]) -> tuple[str, list[object]]:
    kept = kept_condition(table, fields, where)
    return (" WHERE " + matches(list(kept)) if kept else ""), list(kept.values())


def _fids(connection: sqlite3.Connection, table: Table, condition: str, values: Sequence[object]) -> list[int]:
    query = statement("SELECT fid FROM {table}", table=table.name)
    return [row[0] for row in connection.execute(query + condition, values)]
