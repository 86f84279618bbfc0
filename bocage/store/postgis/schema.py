"""The tables of the declarations as SQLAlchemy metadata; what the database lacks is created by whoever owns it."""

import hashlib
from collections.abc import Collection, Mapping, Sequence
from functools import lru_cache
from typing import Any
from weakref import WeakKeyDictionary

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from bocage.store.encoding import fields_of, is_asset
from bocage.store.postgis.bookkeeping import DECLARATION, KEY, key_column, text
from bocage.store.postgis.census import refresh_views
from bocage.store.postgis.security import secured
from bocage.store.postgis.session import SCHEMA, Connection, Session
from bocage.store.postgis.sql import column_definition, define, run, type_name
from bocage.store.schema import ABSTRACT, declaration_text, history_name, table_from
from bocage.store.statement import check_name, quoted
from bocage.vocabulary.codes import BocageError
from bocage.vocabulary.columns import GEOMETRY, GeometryType, Table

_TYPES: Mapping[str, sa.types.TypeEngine[Any]] = {
    "code": text(), "text": text(), "integer": sa.BigInteger(), "real": postgresql.DOUBLE_PRECISION(),
    "boolean": sa.Boolean(), "date": sa.Date(), "datetime": sa.TIMESTAMP(timezone=True), "list": text(),
    "json": text(),
}  # fmt: skip
_KINDS: Mapping[GeometryType, Sequence[str]] = {
    "point": ("POINT",), "line": ("LINESTRING", "MULTILINESTRING"), "polygon": ("POLYGON", "MULTIPOLYGON"),
}  # fmt: skip
LONGEST_NAME = 63
"""Bytes of an identifier that PostgreSQL keeps."""


class Geometry(sa.types.UserDefinedType[bytes]):
    """A geometry of PostGIS, in the projection of its territory: each territory has its own."""

    cache_ok = True

    def get_col_spec(self, **_: object) -> str:
        """The type in a definition."""
        return GEOMETRY


def in_force(table: Table) -> sa.Table:
    """The table of the rows in force."""
    return _in_force(_Same(table))


def former(table: Table) -> sa.Table:
    """The table of the former versions."""
    return _former(_Same(table))


class _Same:
    """A declaration as a key: declarations cannot be hashed, and building their metadata takes milliseconds."""

    def __init__(self, table: Table) -> None:
        self.table = table

    def __hash__(self) -> int:
        return id(self.table)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.table is self.table


@lru_cache(maxsize=256)
def _in_force(key: _Same) -> sa.Table:
    table = key.table
    physical = _physical(table, table.name)
    nullable = [name for name in table.key if not table.column(name).required]
    sa.Index(
        _index_name(table.name, "key"),
        physical.c[KEY],
        *(physical.c[name] for name in table.key),
        unique=True,
        postgresql_nulls_not_distinct=True if nullable else None,
    )
    if table.geometry != "none":
        sa.Index(_index_name(table.name, GEOMETRY), physical.c[GEOMETRY], postgresql_using="gist")
    return physical


@lru_cache(maxsize=256)
def _former(key: _Same) -> sa.Table:
    table = key.table
    physical = _physical(table, history_name(table.name))
    sa.Index(_index_name(physical.name, "asset"), physical.c[KEY], physical.c["asset_id"])
    return physical


def _physical(table: Table, name: str) -> sa.Table:
    columns: list[sa.Column[Any]] = [
        sa.Column(field.name, _TYPES[field.type], quote=True) for field in fields_of(table)
    ]
    checks = []
    if table.geometry != "none":
        columns.append(sa.Column(GEOMETRY, Geometry()))
        if table.geometry in _KINDS:
            kinds = ", ".join(f"'{kind}'" for kind in _KINDS[table.geometry])
            checks.append(sa.CheckConstraint(f"GeometryType({GEOMETRY}) IN ({kinds})"))
    return sa.Table(
        name,
        sa.MetaData(schema=SCHEMA),
        key_column(),
        sa.Column("fid", sa.BigInteger, sa.Identity(), nullable=False),
        *columns,
        *checks,
    )


def _index_name(table: str, what: str) -> str:
    name = f"idx_{table}_{what}"
    return name if len(name) <= LONGEST_NAME else f"idx_{hashlib.sha256(name.encode()).hexdigest()[:40]}"


def tables_of(table: Table) -> list[sa.Table]:
    """The tables of a declaration: rows in force, and former versions of an asset."""
    return [in_force(table), former(table)] if is_asset(table) else [in_force(table)]


def declared_tables(connection: Connection) -> dict[str, Table]:
    """The declarations that the territory keeps, by table name, in alphabetical order."""
    query = sa.select(DECLARATION.c.table_name, DECLARATION.c.declaration).order_by(DECLARATION.c.table_name)
    return {name: table_from(text) for name, text in run(connection, query)}


def is_declared(connection: Connection, tables: Sequence[Table]) -> bool:
    """Whether the territory already has all these declarations as they are, so that nothing need be written."""
    held: dict[str, str] = dict(
        run(connection, sa.select(DECLARATION.c.table_name, DECLARATION.c.declaration)).fetchall()
    )
    return all(held.get(table.name) == declaration_text(table) for table in tables if table.name not in ABSTRACT)


def declare_tables(session: Session, tables: Sequence[Table]) -> None:
    """Create what the database lacks, as its owner, then note the declarations of the territory.

    Raises:
        BocageError: BOC-STO-023 a name that cannot be, 028 the login may not create what is missing, 031 another
            territory has a column of that name with another type.
    """
    concrete = [table for table in tables if table.name not in ABSTRACT]
    for table in concrete:
        _judge_names(table)
    with session.reading() as connection:
        lacking = [table for table in concrete if _lacks(connection, table)]
    if lacking:
        _create(session, lacking)
    with session.writing() as connection:
        for table in concrete:
            note(connection, table)


def note(connection: Connection, table: Table) -> None:
    """Keep the declaration of a table with the territory."""
    row = postgresql.insert(DECLARATION).values(table_name=table.name, declaration=declaration_text(table))
    key = [DECLARATION.c[KEY], DECLARATION.c.table_name]
    run(connection, row.on_conflict_do_update(index_elements=key, set_={"declaration": row.excluded.declaration}))


def _judge_names(table: Table) -> None:
    check_name(table.name)
    for field in fields_of(table):
        if field.name == KEY or len(field.name) > LONGEST_NAME:
            raise BocageError("BOC-STO-023", where={"table": table.name, "column": field.name})
    if len(history_name(table.name)) > LONGEST_NAME:
        raise BocageError("BOC-STO-023", where={"table": table.name, "column": "—"})


def columns_of(connection: Connection, name: str) -> dict[str, str]:
    """Type of each column of a table of the database, by name; none where there is no such table."""
    query = (
        "SELECT a.attname, format_type(a.atttypid, NULL) FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid"
        " WHERE c.relname = %s AND c.relnamespace = %s::regnamespace AND a.attnum > 0 AND NOT a.attisdropped"
        " ORDER BY a.attnum"
    )
    return dict(connection.execute(query, [name, SCHEMA]).fetchall())


_SEEN: WeakKeyDictionary[Connection, set[str]] = WeakKeyDictionary()
"""Tables that a connection found whole: columns are added, never dropped, so they need not be asked for again."""


def stored_columns(connection: Connection, physical: sa.Table) -> Collection[str]:
    """Names of the columns of a table that the database has; none where it lacks the table."""
    seen = _SEEN.setdefault(connection, set())
    wanted = [column.name for column in physical.columns]
    mark = f"{physical.name}{wanted}"
    if mark in seen:
        return wanted
    held = columns_of(connection, physical.name)
    if all(name in held for name in wanted):
        seen.add(mark)
    return held


def _lacks(connection: Connection, table: Table) -> bool:
    return any(
        column.name not in columns_of(connection, physical.name)
        for physical in tables_of(table)
        for column in physical.columns
    ) or _clash(connection, table)


def _clash(connection: Connection, table: Table) -> bool:
    """Refuse a column that another declaration made with another type (BOC-STO-031)."""
    for physical in tables_of(table):
        held = columns_of(connection, physical.name)
        for column in physical.columns:
            wanted = type_name(column)
            if column.name in held and held[column.name] != wanted:
                raise BocageError(
                    "BOC-STO-031",
                    where={"table": table.name, "column": column.name},
                    found=held[column.name],
                    asked=wanted,
                )
    return False


def _create(session: Session, tables: Sequence[Table]) -> None:
    try:
        with session.owning() as connection:
            for table in tables:
                for physical in tables_of(table):
                    _complete(connection, physical)
            refresh_views(connection)
    except BocageError as refusal:
        if refusal.code != "BOC-STO-029":
            raise
        detail = ", ".join(table.name for table in tables)
        raise session.place.refused("BOC-STO-028", detail) from refusal


def _complete(connection: Connection, physical: sa.Table) -> None:
    held = columns_of(connection, physical.name)
    if held:
        name = f"{SCHEMA}.{quoted(physical.name)}"
        for column in physical.columns:
            if column.name not in held:
                connection.execute(f"ALTER TABLE {name} ADD COLUMN {column_definition(column)}".encode())
        return
    define(connection, sa.schema.CreateTable(physical))
    define(connection, *(sa.schema.CreateIndex(index) for index in physical.indexes))
    for statement in secured(physical.name, spatial=GEOMETRY in physical.columns):
        connection.execute(statement.encode())
