"""Rows of the nouns (actions, outcomes, plans…): written by key, read by value."""

from collections.abc import Mapping

import polars as pl
import sqlalchemy as sa

from bocage.store.encoding import decode, fields_of, kept_schema
from bocage.store.nouns import kept_condition
from bocage.store.postgis.reading import select_kept
from bocage.store.postgis.rows import add_rows, delete_keys
from bocage.store.postgis.schema import in_force
from bocage.store.postgis.session import Connection
from bocage.store.postgis.sql import run
from bocage.store.prepare import Prepared
from bocage.vocabulary.columns import Table


def write(connection: Connection, table: Table, prepared: Prepared, replace: Mapping[str, object] | None) -> int:
    """Write rows, each taking the place of the row of the same key; inside a transaction.

    Args:
        connection: inside a transaction.
        table: declaration of the noun.
        prepared: the rows, judged.
        replace: rows with these values are deleted first, an empty mapping means all.

    Returns:
        Number of rows written.
    """
    fields, physical = fields_of(table), in_force(table)
    if replace is not None:
        run(connection, sa.delete(physical).where(*_conditions(physical, table, replace)))
    if len(prepared.frame):
        delete_keys(connection, table, prepared.frame)
        add_rows(connection, physical, fields, prepared.frame)
    return len(prepared.frame)


def read(connection: Connection, table: Table, where: Mapping[str, object] | None) -> pl.DataFrame:
    """Rows that have those values, in the order in which they were written."""
    fields, physical = fields_of(table), in_force(table)
    conditions = _conditions(physical, table, where or {})
    schema = kept_schema(fields, geometry=table.geometry != "none")
    by_name = {field.name: field for field in fields}
    frame = select_kept(connection, physical, by_name, schema, conditions=conditions, order=[physical.c.fid])
    return decode(frame, fields)


def _conditions(physical: sa.Table, table: Table, where: Mapping[str, object]) -> list[sa.ColumnElement[bool]]:
    found = []
    for name, value in kept_condition(table, fields_of(table), where).items():
        column = physical.c[name]
        plain = sa.literal(value, sa.Text if isinstance(value, str) else None)
        found.append(column.is_(None) if value is None else column == sa.cast(plain, column.type))
    return found
