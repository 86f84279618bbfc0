"""Integrity of a twin of the server: layout, tables, indexes, row-level security, projections, history, rollups."""

from collections.abc import Iterator
from pathlib import Path

import sqlalchemy as sa

import bocage.store
from bocage.store.encoding import is_asset
from bocage.store.postgis.bookkeeping import DAILY, HOURLY, KEYED, OBSERVATION
from bocage.store.postgis.instance import known_version, version_of
from bocage.store.postgis.schema import columns_of, declared_tables, former, in_force, tables_of
from bocage.store.postgis.session import SCHEMA, Connection
from bocage.store.postgis.sql import run
from bocage.vocabulary.columns import GEOMETRY, Table
from bocage.vocabulary.text import Message

_LOCALE = Path(bocage.store.__file__).parent / "locale"


def faults(connection: Connection, srid: int) -> list[Message]:
    """Every fault found, empty where all is sound."""
    found = [*_of_layout(connection)]
    for table in declared_tables(connection).values():
        found += _of_table(connection, table, srid)
    return [*found, *_of_rollups(connection)]


def _of_layout(connection: Connection) -> Iterator[Message]:
    version = version_of(connection)
    if version != known_version():
        values = {"found": str(version), "known": str(known_version())}
        yield Message("the schema version is {found}, not {known}", values, _LOCALE)
    for table in KEYED:
        yield from _of_security(connection, table.name)


def _of_security(connection: Connection, name: str) -> Iterator[Message]:
    row = connection.execute(
        "SELECT c.relrowsecurity AND c.relforcerowsecurity AND EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = c.oid"
        " AND p.polname = 'own_rows') FROM pg_class c WHERE c.oid = to_regclass(%s)",
        [f'{SCHEMA}."{name}"'],
    ).fetchone()
    if row != (True,):
        yield Message("table {table} is not closed to other territories", {"table": name}, _LOCALE)


def _of_table(connection: Connection, table: Table, srid: int) -> Iterator[Message]:
    for physical in tables_of(table):
        held = columns_of(connection, physical.name)
        if not held:
            yield Message("table {table} is missing", {"table": physical.name}, _LOCALE)
            return
        for column in physical.columns:
            if column.name not in held:
                values = {"table": physical.name, "column": column.name}
                yield Message("column {column} of table {table} is missing", values, _LOCALE)
        yield from _of_security(connection, physical.name)
        yield from _of_indexes(connection, physical)
    if table.geometry != "none":
        yield from _of_projection(connection, in_force(table), srid)
    if is_asset(table):
        yield from _of_history(connection, former(table))


def _of_indexes(connection: Connection, physical: sa.Table) -> Iterator[Message]:
    rows = connection.execute(
        "SELECT c.relname FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid"
        " WHERE i.indrelid = to_regclass(%s) AND i.indisvalid AND i.indisready",
        [f'{SCHEMA}."{physical.name}"'],
    )
    sound = {row[0] for row in rows}
    for index in physical.indexes:
        if index.name not in sound:
            values = {"index": str(index.name), "table": physical.name}
            yield Message("the index {index} of table {table} is missing or damaged", values, _LOCALE)


def _of_projection(connection: Connection, physical: sa.Table, srid: int) -> Iterator[Message]:
    geometry = physical.c[GEOMETRY]
    query = sa.select(sa.func.count()).select_from(physical).where(sa.func.ST_SRID(geometry) != srid)
    row = run(connection, query).fetchone()
    if row is not None and row[0]:
        values = {"table": physical.name, "count": row[0]}
        yield Message("{count} geometries of {table} are in another projection", values, _LOCALE)


def _of_history(connection: Connection, history: sa.Table) -> Iterator[Message]:
    query = sa.select(sa.func.count()).select_from(history).where(history.c.valid_to < history.c.valid_from)
    row = run(connection, query).fetchone()
    if row is not None and row[0]:
        values = {"table": history.name, "count": row[0]}
        yield Message("{count} versions of {table} end before they begin", values, _LOCALE)


def _of_rollups(connection: Connection) -> Iterator[Message]:
    good = OBSERVATION.c.quality.is_distinct_from("bad")
    observed = sa.select(OBSERVATION.c.series, sa.func.count()).where(good).group_by(OBSERVATION.c.series)
    expected: dict[int, int] = dict(run(connection, observed).fetchall())
    for name, table in (("hourly", HOURLY), ("daily", DAILY)):
        total = sa.cast(sa.func.sum(table.c.count), sa.BigInteger)
        if dict(run(connection, sa.select(table.c.series, total).group_by(table.c.series)).fetchall()) != expected:
            yield Message("the rollup {table} does not match the observations", {"table": name}, _LOCALE)
