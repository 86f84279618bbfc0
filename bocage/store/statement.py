"""SQL text from names: the one place where an identifier enters a statement, and it enters quoted."""

import re
from collections.abc import Sequence

from bocage.vocabulary.codes import BocageError

_SIMPLE = re.compile(r"[a-z][a-z0-9_]{0,62}\Z")
_OWN = ("fid", "territory_key")
_RESERVED = ("gpkg_", "rtree_", "sqlite_", "bocage_", "idx_")


def quoted(name: str) -> str:
    """Quote an identifier.

    >>> quoted('odd"name')
    '"odd""name"'
    """
    return '"' + name.replace('"', '""') + '"'


def statement(template: str, **names: str | Sequence[str] | int) -> str:
    """Fill a template of SQL: a name or names become quoted identifiers, a number that many `?`.

    Args:
        template: SQL with `{name}` placeholders.
        names: one identifier, several (joined by commas), or a count of parameters.

    >>> statement("INSERT INTO {table} ({columns}) VALUES ({marks})", table="t", columns=["a", "b"], marks=2)
    'INSERT INTO "t" ("a", "b") VALUES (?, ?)'
    """
    filled = {}
    for key, value in names.items():
        if isinstance(value, int):
            filled[key] = ", ".join("?" * value)
        elif isinstance(value, str):
            filled[key] = quoted(value)
        else:
            filled[key] = ", ".join(quoted(name) for name in value)
    return template.format_map(filled)


def update_by_fid(table: str, names: Sequence[str]) -> str:
    """The update of some columns of one row, found by its number.

    >>> update_by_fid("t", ["a", "b"])
    'UPDATE "t" SET "a" = ?, "b" = ? WHERE fid = ?'
    """
    assignments = ", ".join(f"{quoted(name)} = ?" for name in names)
    return f"UPDATE {quoted(table)} SET {assignments} WHERE fid = ?"  # noqa: S608 - quoted names


def matches(names: Sequence[str]) -> str:
    """The text `"a" IS ? AND "b" IS ?` of a condition; null equals null.

    >>> matches(["a"])
    '"a" IS ?'
    """
    return " AND ".join(f"{quoted(name)} IS ?" for name in names)


def check_name(table: str, column: str = "") -> None:
    """Refuse a table or column name that is not simple or that GeoPackage reserves (BOC-STO-023)."""
    reserved = table.startswith(_RESERVED) or column in _OWN
    if reserved or not _SIMPLE.match(table) or (column and not _SIMPLE.match(column)):
        raise BocageError("BOC-STO-023", where={"table": table, "column": column})
