"""Rows written as sets: carried by COPY beside the table, then added, replaced or ended in one statement each."""

import datetime as dt
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import polars as pl
import psycopg
import sqlalchemy as sa

from bocage.store.encoding import Field, fields_of
from bocage.store.postgis.bookkeeping import KEY, own_key
from bocage.store.postgis.schema import former, in_force
from bocage.store.postgis.session import SCHEMA, Connection
from bocage.store.postgis.sql import native, run, stage
from bocage.vocabulary.codes import BocageError
from bocage.vocabulary.columns import GEOMETRY, Table

_INCOMING, _TOUCHED = "bocage_incoming", "bocage_touched"
_POSITION = "bocage_position"


def add_rows(connection: Connection, physical: sa.Table, fields: Sequence[Field], rows: pl.DataFrame) -> None:
    """Add rows in bulk, in their order; inside a transaction.

    Args:
        connection: inside a transaction.
        physical: table of the rows in force, or of the former versions.
        fields: columns of the declaration.
        rows: kept values of every field; `geometry` as well-known binary where there is one.
    """
    if not len(rows):
        return
    # A column without values is null anyway; carrying it would cost as much as one with values.
    names = [field.name for field in fields if rows[field.name].null_count() < len(rows)]
    staged = _stage(connection, _INCOMING, rows, fields, names, spatial=GEOMETRY in physical.columns)
    values = [staged.c[name] if name != GEOMETRY else _placed(staged) for name in _written(staged)]
    query = sa.select(own_key(), *values).order_by(staged.c[_POSITION])
    with _judging_shapes(physical):
        run(connection, sa.insert(physical).from_select([KEY, *_written(staged)], query, include_defaults=False))


def replace_rows(
    connection: Connection, table: Table, rows: pl.DataFrame, names: Sequence[str], *, on: dt.date
) -> None:
    """Give assets new values; their former versions end on that date and become history.

    Args:
        connection: inside a transaction.
        table: declaration.
        rows: `asset_id` and the kept values of `names`, geometry as well-known binary.
        names: columns that are written, geometry among them where it changes.
        on: date of the change.
    """
    physical, fields = in_force(table), fields_of(table)
    plain = [name for name in names if name != GEOMETRY]
    staged = _stage(connection, _INCOMING, rows, fields, ["asset_id", *plain], spatial=GEOMETRY in names)
    _keep_as_history(connection, table, sa.select(staged.c.asset_id), on)
    values: dict[str, sa.ColumnElement[Any]] = {name: staged.c[name] for name in plain}
    if GEOMETRY in names:
        values[GEOMETRY] = _placed(staged)
    with _judging_shapes(physical):
        run(connection, sa.update(physical).values(values).where(physical.c.asset_id == staged.c.asset_id))


def retire_rows(connection: Connection, table: Table, asset_ids: pl.Series, on: dt.date) -> None:
    """End assets: their last version becomes history, valid until that date."""
    physical = in_force(table)
    staged = stage(connection, _TOUCHED, pl.DataFrame({"asset_id": asset_ids}))
    _keep_as_history(connection, table, sa.select(staged.c.asset_id), on)
    run(connection, sa.delete(physical).where(physical.c.asset_id == staged.c.asset_id))


def delete_keys(connection: Connection, table: Table, rows: pl.DataFrame) -> None:
    """Delete the rows that have one of these keys, null equal to null; inside a transaction."""
    physical = in_force(table)
    fields = [field for field in fields_of(table) if field.name in table.key]
    staged = stage(connection, _TOUCHED, native(rows.select(table.key), fields))
    same = [
        physical.c[name] == staged.c[name]
        if table.column(name).required
        else physical.c[name].is_not_distinct_from(staged.c[name])
        for name in table.key
    ]
    run(connection, sa.delete(physical).where(*same))


@contextmanager
def _judging_shapes(physical: sa.Table) -> Iterator[None]:
    """Say that a geometry is at fault where PostGIS, stricter than GEOS here and there, refuses one."""
    try:
        yield
    except (psycopg.errors.InternalError_, psycopg.errors.InvalidParameterValue) as error:
        detail = error.diag.message_primary or str(error)
        raise BocageError("BOC-STO-014", where={"table": physical.name, "value": "—"}, detail=detail) from error


def _stage(
    connection: Connection,
    name: str,
    rows: pl.DataFrame,
    fields: Sequence[Field],
    names: Sequence[str],
    *,
    spatial: bool,
) -> sa.TableClause:
    carried = rows.select(*names, *([GEOMETRY] if spatial else []))
    frame = native(carried, [field for field in fields if field.name in names])
    return stage(connection, name, frame.with_row_index(_POSITION).with_columns(pl.col(_POSITION).cast(pl.Int64)))


def _written(staged: sa.TableClause) -> list[str]:
    return [name for name in staged.c.keys() if name != _POSITION]  # noqa: SIM118 - a collection of columns


def _placed(staged: sa.TableClause) -> sa.ColumnElement[Any]:
    """The geometry that was carried, in the projection of the territory."""
    srid: sa.ColumnElement[int] = sa.literal_column(f"(SELECT {SCHEMA}.srid())")
    return sa.func.ST_GeomFromWKB(staged.c[GEOMETRY], srid)


def _keep_as_history(connection: Connection, table: Table, touched: sa.Select[Any], on: dt.date) -> None:
    physical, history = in_force(table), former(table)
    names = [name for name in physical.c.keys() if name not in {"fid", "valid_to"}]  # noqa: SIM118
    query = (
        sa.select(*(physical.c[name] for name in names), sa.cast(sa.literal(on), sa.Date))
        .where(physical.c.asset_id.in_(touched))
        .order_by(physical.c.fid)
    )
    run(connection, sa.insert(history).from_select([*names, "valid_to"], query, include_defaults=False))
