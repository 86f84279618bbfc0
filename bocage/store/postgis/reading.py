"""Assets read: in force, on a date, within bounds, in chunks, and one asset through time."""

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import Any

import polars as pl
import sqlalchemy as sa

from bocage.store.encoding import Field, fields_of, is_asset
from bocage.store.interface import Bounds
from bocage.store.merge import READ_AS, Compared
from bocage.store.postgis.bookkeeping import OBSERVATION
from bocage.store.postgis.schema import columns_of, declared_tables, former, in_force, stored_columns
from bocage.store.postgis.session import SCHEMA, Connection, Session
from bocage.store.postgis.sql import fetch, kept, marked, run, shape
from bocage.store.reading import Asked, refuse_no_geometry, within
from bocage.vocabulary.columns import GEOMETRY, Table

Rows = tuple[Table, Sequence[Field], pl.DataFrame]


def read(
    connection: Connection,
    table: Table,
    *,
    columns: Sequence[str] | None,
    bounds: Bounds | None,
    on: dt.date | None,
    limit: int | None,
) -> pl.DataFrame:
    """Assets in force, in order of identifier; see `Store.read_assets`."""
    asked, physical = Asked(table, columns), in_force(table)
    conditions: list[sa.ColumnElement[bool]] = []
    if bounds is not None:
        refuse_no_geometry(table)
        box = sa.func.ST_MakeEnvelope(*bounds, sa.literal_column(f"{SCHEMA}.srid()"))
        conditions.append(physical.c[GEOMETRY].op("&&")(box))
    # The index rounds outwards to 32 bits (half a metre in Lambert 93): its hits are checked before the limit.
    cut = None if bounds is not None or on is not None else limit
    frame = _fetch(connection, asked, physical, [*conditions, *_valid(physical, on)], limit=cut)
    if on is not None:
        past = former(table)
        frame = pl.concat([frame, _fetch(connection, asked, past, _valid(past, on))]).sort("asset_id")
    if bounds is not None:
        frame = within(frame, bounds)
    return asked.finish(frame.head(limit) if limit is not None else frame)


def stream(session: Session, table: Table, *, columns: Sequence[str] | None, chunk_rows: int) -> Iterator[pl.DataFrame]:
    """Assets in force in chunks, in order of identifier; a writer between two chunks is no trouble."""
    asked, last = Asked(table, columns), ""
    while True:
        physical = in_force(table)
        with session.reading() as connection:
            # Each chunk must walk the index from where the last one ended, not sort all that is left.
            connection.execute("SET LOCAL enable_sort = off")
            frame = _fetch(connection, asked, physical, [physical.c.asset_id > last], limit=chunk_rows)
        if not len(frame):
            return
        last = frame["asset_id"][-1]
        yield asked.finish(frame)


def count(connection: Connection, table: Table) -> int:
    """Number of assets in force."""
    if not columns_of(connection, table.name):
        return 0
    return count_rows(connection, in_force(table))


def count_rows(connection: Connection, physical: sa.Table) -> int:
    """Number of rows of the territory in a table of the database."""
    row = run(connection, sa.select(sa.func.count()).select_from(physical)).fetchone()
    return 0 if row is None else int(row[0])


def layer_counts(connection: Connection) -> dict[str, int]:
    """Number of rows in force of every declared table, and of `observation`."""
    tables = declared_tables(connection).items()
    counts = {name: count_rows(connection, in_force(table)) for name, table in tables}
    return {**counts, "observation": count_rows(connection, OBSERVATION)}


def versions_of(connection: Connection, table: Table, asset_id: str) -> pl.DataFrame:
    """All versions of one asset, oldest first."""
    asked, past, present = Asked(table, None), former(table), in_force(table)
    order = [past.c.valid_from.nulls_first(), past.c.fid]
    earlier = _fetch(connection, asked, past, [past.c.asset_id == asset_id], order=order)
    current = _fetch(connection, asked, present, [present.c.asset_id == asset_id])
    return asked.finish(pl.concat([earlier, current]))


def current_rows(connection: Connection, table: Table, looked_at: Compared) -> pl.DataFrame:
    """The versions in force, as a merge compares them."""
    fields = {field.name: field for field in fields_of(table)}
    fields |= {name: fields[column] for name, column in READ_AS.items()}
    return select_kept(connection, in_force(table), fields, looked_at.schema, renamed=READ_AS)


def kept_layers(connection: Connection) -> Iterator[Rows]:
    """Each declared table, its fields and its rows in force as the twin keeps them."""
    for table in declared_tables(connection).values():
        asked, physical = Asked(table, None), in_force(table)
        yield table, asked.fields, _fetch(connection, asked, physical, [], order=[physical.c.fid])


def contents(connection: Connection) -> Iterator[tuple[str, sa.Table, Sequence[Field]]]:
    """Name, table and fields of whatever holds rows: each declared table, and its former versions."""
    for name, table in declared_tables(connection).items():
        yield name, in_force(table), fields_of(table)
        if is_asset(table):
            yield former(table).name, former(table), fields_of(table)


def select_kept(
    connection: Connection,
    physical: sa.Table,
    fields: dict[str, Field],
    schema: dict[str, pl.DataType],
    *,
    conditions: Sequence[sa.ColumnElement[bool]] = (),
    order: Sequence[sa.ColumnElement[Any]] = (),
    limit: int | None = None,
    renamed: dict[str, str] | None = None,
) -> pl.DataFrame:
    """Rows of a table as the twin keeps its values; columns that the database lacks are null.

    Args:
        connection: inside a transaction.
        physical: table of the database.
        fields: fields by name of the frame's columns.
        schema: columns of the frame.
        conditions: all of which hold.
        order: order of the rows.
        limit: at most so many.
        renamed: columns of the table behind names that differ.
    """
    stored = stored_columns(connection, physical)
    if not stored:
        return pl.DataFrame(schema=schema)
    behind = {name: (renamed or {}).get(name, name) for name in schema}
    present = {name: kind for name, kind in schema.items() if behind[name] in stored}
    expressions = [_expression(physical.c[behind[name]], fields.get(name)) for name in present]
    query: sa.Select[Any] = sa.select(*expressions).where(*conditions).order_by(*order).limit(limit)
    frame = fetch(connection, query, fields, present)
    absent = [pl.lit(None, dtype=kind).alias(name) for name, kind in schema.items() if name not in present]
    return frame.with_columns(absent).select(list(schema))


def _expression(column: sa.Column[Any], field: Field | None) -> sa.ColumnElement[Any]:
    if column.name == GEOMETRY:
        return shape(column)
    if field is None:
        return column if column.name == "fid" else marked(column)
    return kept(column, field)


def _fetch(
    connection: Connection,
    asked: Asked,
    physical: sa.Table,
    conditions: Sequence[sa.ColumnElement[bool]],
    *,
    limit: int | None = None,
    order: Sequence[sa.ColumnElement[Any]] | None = None,
) -> pl.DataFrame:
    fields = {field.name: field for field in asked.fields}
    return select_kept(
        connection, physical, fields, asked.schema,
        conditions=conditions, order=[physical.c.asset_id] if order is None else order, limit=limit,
    )  # fmt: skip


def _valid(physical: sa.Table, on: dt.date | None) -> list[sa.ColumnElement[bool]]:
    if on is None:
        return []
    start, end = physical.c.valid_from, physical.c.valid_to
    return [sa.or_(start.is_(None), start <= on), sa.or_(end.is_(None), end > on)]
