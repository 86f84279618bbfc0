"""One short hash of what the twin says: the same content gives the same hash, however it lies in the file."""

import hashlib
import sqlite3
from collections.abc import Iterator

from bocage.store.encoding import is_asset
from bocage.store.metadata import columns_of
from bocage.store.schema import declared_tables, history_name
from bocage.store.statement import quoted, statement

_CHUNK = 10_000


def fingerprint(twin: sqlite3.Connection, series: sqlite3.Connection, *, inventory_only: bool = False) -> str:
    """Hash of assets, their history, corrections, nouns and observations (12 hexadecimal digits).

    Rows are taken in the order of their values, so that neither the order of writing nor row numbers count;
    empty tables and empty columns do not count either.

    Args:
        twin: twin.gpkg.
        series: series.sqlite.
        inventory_only: leave out the other nouns (results) and the observations.
    """
    digest = hashlib.sha256()
    for name in _content_tables(twin, inventory_only=inventory_only):
        columns = _filled_columns(twin, name)
        if columns:
            query = statement("SELECT {columns} FROM {table} ORDER BY {columns}", columns=columns, table=name)
            _feed(digest, f"{name}{columns}", twin.execute(query))
    if inventory_only:
        return digest.hexdigest()[:12]
    observations = series.execute(
        "SELECT s.series_id, o.ts, o.value, o.quality FROM series s JOIN observation o ON o.series = s.id"
        " ORDER BY s.series_id, o.ts"
    )
    _feed(digest, "observation", observations)
    return digest.hexdigest()[:12]


def _feed(digest: "hashlib._Hash", title: str, cursor: sqlite3.Cursor) -> None:
    for position, chunk in enumerate(_chunks(cursor)):
        if not position:
            digest.update(title.encode())
        digest.update(repr(chunk).encode())


def _chunks(cursor: sqlite3.Cursor) -> Iterator[list[tuple[object, ...]]]:
    while chunk := cursor.fetchmany(_CHUNK):
        yield chunk


def _content_tables(twin: sqlite3.Connection, *, inventory_only: bool) -> list[str]:
    names = ["bocage_correction"]
    for name, table in declared_tables(twin).items():
        if inventory_only and not is_asset(table):
            continue
        names += [name, history_name(name)]
    return [name for name in names if columns_of(twin, name)]


def _filled_columns(twin: sqlite3.Connection, name: str) -> list[str]:
    columns = sorted(column for column in columns_of(twin, name) if column != "fid")
    counts = ", ".join(f"count({quoted(column)})" for column in columns)
    filled = twin.execute(f"SELECT {counts} FROM {quoted(name)}").fetchone()  # noqa: S608 - quoted names
    return [column for column, count in zip(columns, filled, strict=True) if count]
