"""One short hash of what the twin says: the same content gives the same hash, however it lies in the file."""

import hashlib
import sqlite3
from collections.abc import Iterable, Iterator, Sequence

from bocage.store.encoding import is_asset
from bocage.store.metadata import columns_of
from bocage.store.schema import declared_tables, history_name
from bocage.store.statement import quoted, statement

CHUNK = 10_000


def fingerprint(twin: sqlite3.Connection, series: sqlite3.Connection, *, inventory_only: bool = False) -> str:
    """Hash of assets, their history, corrections, nouns and observations (12 hexadecimal digits).

    Rows are taken in the order of their values, so that neither the order of writing nor row numbers count;
    empty tables and empty columns do not count either.

    Args:
        twin: twin.gpkg.
        series: series.sqlite.
        inventory_only: leave out the other nouns (results) and the observations.
    """
    return digest(_parts(twin, series, inventory_only=inventory_only))


Part = tuple[str, Iterable[list[tuple[object, ...]]]]
"""Name of a table with its filled columns, and its rows of kept values in chunks of `CHUNK`, in order."""


def digest(parts: Iterable[Part]) -> str:
    """Hash of the content of a twin, whichever form gives it (12 hexadecimal digits)."""
    found = hashlib.sha256()
    for title, chunks in parts:
        for position, chunk in enumerate(chunks):
            if not position:
                found.update(title.encode())
            found.update(repr(chunk).encode())
    return found.hexdigest()[:12]


def title_of(name: str, columns: Sequence[str]) -> str:
    """What a table is called in the hash.

    >>> title_of("lamp", ["asset_id"])
    "lamp['asset_id']"
    """
    return f"{name}{list(columns)}"


def _parts(twin: sqlite3.Connection, series: sqlite3.Connection, *, inventory_only: bool) -> Iterator[Part]:
    for name in _content_tables(twin, inventory_only=inventory_only):
        columns = _filled_columns(twin, name)
        if columns:
            query = statement("SELECT {columns} FROM {table} ORDER BY {columns}", columns=columns, table=name)
            yield title_of(name, columns), _chunks(twin.execute(query))
    if not inventory_only:
        observations = series.execute(
            "SELECT s.series_id, o.ts, o.value, o.quality FROM series s JOIN observation o ON o.series = s.id"
            " ORDER BY s.series_id, o.ts"
        )
        yield "observation", _chunks(observations)


def _chunks(cursor: sqlite3.Cursor) -> Iterator[list[tuple[object, ...]]]:
    while chunk := cursor.fetchmany(CHUNK):
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
