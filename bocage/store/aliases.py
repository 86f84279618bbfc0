"""Names of columns for people, as the Schema extension of GeoPackage keeps them (OGC 12-128r19, annex F.9)."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

_TABLES = (
    """CREATE TABLE gpkg_data_columns (table_name TEXT NOT NULL, column_name TEXT NOT NULL, name TEXT, title TEXT,
        description TEXT, mime_type TEXT, constraint_name TEXT,
        CONSTRAINT pk_gdc PRIMARY KEY (table_name, column_name), CONSTRAINT gdc_tn UNIQUE (table_name, name))""",
    """CREATE TABLE gpkg_data_column_constraints (constraint_name TEXT NOT NULL, constraint_type TEXT NOT NULL,
        value TEXT, min NUMERIC, min_is_inclusive BOOLEAN, max NUMERIC, max_is_inclusive BOOLEAN, description TEXT,
        CONSTRAINT gdcc_ntv UNIQUE (constraint_name, constraint_type, value))""",
)


@dataclass(frozen=True)
class Alias:
    """What people read of a column: label, sentence, admissible codes."""

    column: str
    label: str
    description: str
    codes: Sequence[str]
    type: str


def create_alias_tables(connection: sqlite3.Connection) -> None:
    """Create the tables of the Schema extension and register it."""
    for table in _TABLES:
        connection.execute(table)
    connection.executemany(
        "INSERT INTO gpkg_extensions VALUES (?, NULL, 'gpkg_schema',"
        " 'http://www.geopackage.org/spec121/#extension_schema', 'read-write')",
        [("gpkg_data_columns",), ("gpkg_data_column_constraints",)],
    )


def describe_columns(connection: sqlite3.Connection, table: str, aliases: Sequence[Alias]) -> None:
    """Write the aliases of a table, and its lists of codes as constraints that forms can show."""
    used: set[str] = set()
    for alias in aliases:
        label = alias.label if alias.label not in used else f"{alias.label} [{alias.column}]"
        used.add(label)
        constraint = f"{table}_{alias.column}" if alias.codes and alias.type in {"code", "text"} else None
        mime = "application/json" if alias.type in {"json", "list"} else None
        connection.execute(
            "INSERT INTO gpkg_data_columns VALUES (?, ?, ?, ?, ?, ?, ?)",
            (table, alias.column, label, label, alias.description, mime, constraint),
        )
        if constraint:
            connection.executemany(
                "INSERT INTO gpkg_data_column_constraints (constraint_name, constraint_type, value)"
                " VALUES (?, 'enum', ?)",
                [(constraint, code) for code in alias.codes],
            )
