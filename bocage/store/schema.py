"""The tables of the twin, made from their declarations; a file describes itself by keeping them."""

import json
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import asdict

from bocage.store.encoding import Field, fields_of, is_asset
from bocage.store.metadata import columns_of, register_layer, table_exists
from bocage.store.rtree import create_tree
from bocage.store.statement import check_name, quoted, statement
from bocage.vocabulary.columns import GEOMETRY, Column, Table

SCHEMA_VERSION = 2
"""Version of the layout of twin.gpkg and series.sqlite that this program writes."""

BOOKKEEPING = (
    "CREATE TABLE bocage_meta (key TEXT PRIMARY KEY, value TEXT NOT NULL)",
    "CREATE TABLE bocage_declaration (table_name TEXT PRIMARY KEY, declaration TEXT NOT NULL)",
    """CREATE TABLE bocage_correction (asset_type TEXT NOT NULL, asset_id TEXT NOT NULL, column_name TEXT NOT NULL,
        value, author TEXT NOT NULL, corrected_on DATE NOT NULL,
        PRIMARY KEY (asset_type, asset_id, column_name)) WITHOUT ROWID""",
)
"""`value` has no type: it keeps the value as the corrected column would."""


def history_name(table: str) -> str:
    """Name of the table of former versions.

    >>> history_name("luminaire")
    'luminaire_history'
    """
    return f"{table}_history"


def declare_tables(connection: sqlite3.Connection, tables: Sequence[Table], srid: int) -> None:
    """Create the tables, columns, indexes and r-trees that are missing; inside a transaction."""
    for table in tables:
        if table.name in ABSTRACT:
            continue
        check_name(table.name)
        fields = fields_of(table)
        if not table_exists(connection, table.name):
            create_layer(connection, table, fields, srid=srid)
            _create_keys(connection, table)
            if is_asset(table):
                _create_history(connection, table, fields, srid)
        for name in (table.name, history_name(table.name)) if is_asset(table) else (table.name,):
            held = columns_of(connection, name)
            for field in fields:
                if field.name not in held:
                    connection.execute(f"ALTER TABLE {quoted(name)} ADD COLUMN {quoted(field.name)} {field.sql_type}")
        connection.execute(
            "INSERT OR REPLACE INTO bocage_declaration VALUES (?, ?)", (table.name, declaration_text(table))
        )


ABSTRACT = ("asset", "observation")
"""Nouns without a table of their own in twin.gpkg: each asset type has one; observations have their file."""


def create_layer(
    connection: sqlite3.Connection,
    table: Table,
    fields: Sequence[Field],
    *,
    srid: int,
    geometry_type: str | None = None,
    language: str = "en",
    identifier: str | None = None,
    heights: int = 2,
) -> None:
    """Create one table of the GeoPackage and its r-tree.

    Args:
        connection: inside a transaction.
        table: declaration.
        fields: its columns.
        srid: EPSG code of the projection.
        geometry_type: GeoPackage name; where None, as wide as the declaration admits.
        language: language of the description.
        identifier: name for people, unique in the file; the table's own where None.
        heights: 0 where no geometry has heights, 2 where some may.
    """
    spatial = table.geometry != "none"
    if spatial and geometry_type is None:
        geometry_type = "POINT" if table.geometry == "point" else "GEOMETRY"
    _create_table(connection, table.name, fields, geometry_type)
    register_layer(
        connection,
        table.name,
        identifier=identifier or table.name,
        description=table.description.get(language, ""),
        geometry_type=geometry_type if spatial else None,
        srid=srid,
        heights=heights,
    )
    if spatial:
        create_tree(connection, table.name)


def _create_table(
    connection: sqlite3.Connection, name: str, fields: Sequence[Field], geometry_type: str | None
) -> None:
    parts = ["fid INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL"]
    if geometry_type:
        parts.append(f"{GEOMETRY} {geometry_type}")
    parts += [f"{quoted(field.name)} {field.sql_type}" for field in fields]
    connection.execute(f"CREATE TABLE {quoted(name)} ({', '.join(parts)})")


def _create_keys(connection: sqlite3.Connection, table: Table) -> None:
    # Two nulls are two values to a SQLite index: an outcome without a year must still be unique.
    columns = {column.name: column for column in table.columns}
    parts = [quoted(name) if columns[name].required else f"ifnull({quoted(name)}, '')" for name in table.key]
    connection.execute(
        f"CREATE UNIQUE INDEX {quoted(f'idx_{table.name}_key')} ON {quoted(table.name)} ({', '.join(parts)})"
    )


def _create_history(connection: sqlite3.Connection, table: Table, fields: Sequence[Field], srid: int) -> None:
    name = history_name(table.name)
    geometry_type = None if table.geometry == "none" else "GEOMETRY"
    _create_table(connection, name, fields, geometry_type)
    register_layer(
        connection,
        name,
        identifier=name,
        description=f"Former versions of {table.name}",
        geometry_type=geometry_type,
        srid=srid,
    )
    create_history_index(connection, name)


def create_history_index(connection: sqlite3.Connection, name: str) -> None:
    """Find the former versions of one asset without reading them all."""
    connection.execute(
        statement("CREATE INDEX IF NOT EXISTS {index} ON {table} (asset_id)", index=f"idx_{name}_asset", table=name)
    )


def declared_tables(connection: sqlite3.Connection) -> Mapping[str, Table]:
    """The declarations that the file keeps, by table name, in alphabetical order."""
    rows = connection.execute("SELECT table_name, declaration FROM bocage_declaration ORDER BY table_name")
    return {name: table_from(text) for name, text in rows}


def is_declared(connection: sqlite3.Connection, tables: Sequence[Table]) -> bool:
    """Whether the file already has all these declarations as they are, so that nothing need be written."""
    held = dict(connection.execute("SELECT table_name, declaration FROM bocage_declaration"))
    return all(held.get(table.name) == declaration_text(table) for table in tables if table.name not in ABSTRACT)


def declaration_text(table: Table) -> str:
    """A declaration as a twin keeps it."""
    return json.dumps(asdict(table), ensure_ascii=False, sort_keys=True)


def table_from(text: str) -> Table:
    """The declaration that a twin kept."""
    content = json.loads(text)
    columns = tuple(
        Column(**{**cell, "codes": tuple(cell["codes"]), "synonyms": tuple(cell["synonyms"])})
        for cell in content.pop("columns")
    )
    return Table(columns=columns, key=tuple(content.pop("key")), **content)
