"""Observations and their hourly and daily rollups, kept together in `series.sqlite`.

Instants are UTC milliseconds. Rollups leave out values of quality `bad`; days are UTC days.
"""

import datetime as dt
import sqlite3
from pathlib import Path

import polars as pl

from bocage.store.connection import writing
from bocage.store.encoding import fetch
from bocage.store.observations import DAY_MS, HOUR_MS, judged, milliseconds, schema_of, with_instants
from bocage.store.refusals import refused
from bocage.store.statement import statement

APPLICATION_ID = 0x424F4353
"""`BOCS`: the file is no GeoPackage."""

_STEPS = {"hour": "hourly", "day": "daily"}

TABLES = (
    "CREATE TABLE series (id INTEGER PRIMARY KEY, series_id TEXT NOT NULL UNIQUE)",
    """CREATE TABLE observation (series INTEGER NOT NULL REFERENCES series(id), ts INTEGER NOT NULL,
        value REAL NOT NULL, quality TEXT, PRIMARY KEY (series, ts)) WITHOUT ROWID""",
    """CREATE TABLE hourly (series INTEGER NOT NULL REFERENCES series(id), ts INTEGER NOT NULL, mean REAL NOT NULL,
        minimum REAL NOT NULL, maximum REAL NOT NULL, total REAL NOT NULL, count INTEGER NOT NULL,
        PRIMARY KEY (series, ts)) WITHOUT ROWID""",
    """CREATE TABLE daily (series INTEGER NOT NULL REFERENCES series(id), ts INTEGER NOT NULL, mean REAL NOT NULL,
        minimum REAL NOT NULL, maximum REAL NOT NULL, total REAL NOT NULL, count INTEGER NOT NULL,
        PRIMARY KEY (series, ts)) WITHOUT ROWID""",
)
"""A null quality is `good`: most are, and the row is shorter."""

_UPSERT = """INSERT INTO observation SELECT s.id, i.ts, i.value, i.quality FROM temp.incoming i
    JOIN series s ON s.series_id = i.series_id WHERE true
    ON CONFLICT (series, ts) DO UPDATE SET value = excluded.value, quality = excluded.quality
    WHERE value IS NOT excluded.value OR quality IS NOT excluded.quality"""
_TOUCHED = """CREATE TEMP TABLE IF NOT EXISTS touched (series INTEGER, ts INTEGER, PRIMARY KEY (series, ts))
    WITHOUT ROWID"""
_HOURLY = """INSERT INTO hourly
    SELECT t.series, t.ts, avg(o.value), min(o.value), max(o.value), total(o.value), count(*)
    FROM temp.touched t JOIN observation o
      ON o.series = t.series AND o.ts >= t.ts AND o.ts < t.ts + 3600000
    WHERE o.quality IS NOT 'bad' GROUP BY t.series, t.ts"""
_DAILY = """INSERT INTO daily SELECT t.series, t.ts, total(h.total) / sum(h.count), min(h.minimum), max(h.maximum),
    total(h.total), sum(h.count)
    FROM temp.touched t JOIN hourly h ON h.series = t.series AND h.ts >= t.ts AND h.ts < t.ts + 86400000
    GROUP BY t.series, t.ts"""


def create_tables(connection: sqlite3.Connection, version: int) -> None:
    """Create the tables of a new file."""
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.execute(f"PRAGMA user_version = {version}")
    for table in TABLES:
        connection.execute(table)


def version_of(connection: sqlite3.Connection, path: Path) -> int:
    """Version of the layout of the file; BOC-STO-002 where other software wrote it."""
    if connection.execute("PRAGMA application_id").fetchone()[0] != APPLICATION_ID:
        raise refused("BOC-STO-002", path, {"fr": "un autre logiciel l’a écrit", "en": "other software wrote it"})
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def rebuild_rollups(connection: sqlite3.Connection) -> None:
    """Make both rollups anew from the observations; inside a transaction."""
    for table in ("hourly", "daily"):
        connection.execute(f"DROP TABLE IF EXISTS {table}")
    for table in TABLES[2:]:
        connection.execute(table)
    connection.execute(_ALL_HOURS)
    connection.execute(_ALL_DAYS)


_ALL_HOURS = """INSERT INTO hourly SELECT series, ts - ((ts % 3600000) + 3600000) % 3600000 AS bucket,
    avg(value), min(value), max(value), total(value), count(*)
    FROM observation WHERE quality IS NOT 'bad' GROUP BY series, bucket"""
_ALL_DAYS = """INSERT INTO daily SELECT series, ts - ((ts % 86400000) + 86400000) % 86400000 AS bucket,
    total(total) / sum(count), min(minimum), max(maximum), total(total), sum(count)
    FROM hourly GROUP BY series, bucket"""


def write(connection: sqlite3.Connection, path: Path, observations: pl.DataFrame, *, patience_s: float) -> int:
    """Insert or update observations, and refresh the hours and days touched, in one transaction.

    Of two observations of one series at one millisecond in the frame, the last is kept.

    Args:
        connection: series.sqlite.
        path: the file, for refusals.
        observations: `series_id`, `time` (UTC), `value`, `quality` (`good` where absent or null).
        patience_s: time waited for another writer [s].

    Returns:
        Number of observations that are new or changed.

    Raises:
        BocageError: BOC-STO-012, 013, 016 or 022 for a value that cannot be kept.
    """
    rows = judged(observations)
    if not len(rows):
        return 0
    with writing(connection, path, patience_s):
        _stage(connection, rows)
        connection.execute(
            "INSERT INTO series (series_id) SELECT DISTINCT series_id FROM temp.incoming WHERE series_id NOT IN"
            " (SELECT series_id FROM series) ORDER BY series_id"
        )
        before = connection.total_changes
        connection.execute(_UPSERT)
        written = connection.total_changes - before
        if written:
            _refresh(connection)
        connection.execute("DELETE FROM temp.incoming")
    return written


def _stage(connection: sqlite3.Connection, rows: pl.DataFrame) -> None:
    connection.execute(
        "CREATE TEMP TABLE IF NOT EXISTS incoming (series_id TEXT, ts INTEGER, value REAL, quality TEXT)"
    )
    connection.execute("DELETE FROM temp.incoming")
    columns = (rows[name].to_list() for name in ("series_id", "ts", "value", "quality"))
    connection.executemany("INSERT INTO temp.incoming VALUES (?, ?, ?, ?)", zip(*columns, strict=True))


def _refresh(connection: sqlite3.Connection) -> None:
    for table, width, fill in (("hourly", HOUR_MS, _HOURLY), ("daily", DAY_MS, _DAILY)):
        connection.execute(_TOUCHED)
        connection.execute("DELETE FROM temp.touched")
        # SQLite divides towards zero; before 1970 the start of the bucket lies the other way.
        connection.execute(
            "INSERT OR IGNORE INTO temp.touched SELECT s.id, i.ts - ((i.ts % ?1) + ?1) % ?1"
            " FROM temp.incoming i JOIN series s ON s.series_id = i.series_id",
            (width,),
        )
        connection.execute(
            statement("DELETE FROM {table} WHERE (series, ts) IN (SELECT series, ts FROM temp.touched)", table=table)
        )
        connection.execute(fill)


def read(
    connection: sqlite3.Connection, series_id: str, *, start: dt.datetime, end: dt.datetime, step: str
) -> pl.DataFrame:
    """Observations or rollups of one series in [start, end); see `Store.read_observations`."""
    schema = schema_of(step)
    table = _STEPS.get(step, "observation")
    query = statement(
        "SELECT {columns} FROM {table} WHERE series = (SELECT id FROM series WHERE series_id = ?)"
        " AND ts >= ? AND ts < ? ORDER BY ts",
        columns=["ts" if name == "time" else name for name in schema],
        table=table,
    )
    cursor = connection.execute(
        query,
        (series_id, milliseconds(start), milliseconds(end)),
    )
    frame = fetch(cursor, schema, table=table)
    return with_instants(frame)
