"""Observations and their hourly and daily rollups, kept together in `series.sqlite`.

Instants are UTC milliseconds. Rollups leave out values of quality `bad`; days are UTC days.
"""

import datetime as dt
import sqlite3
from pathlib import Path

import numpy as np
import polars as pl

from bocage.store.connection import writing
from bocage.store.encoding import fetch
from bocage.store.refusals import refused
from bocage.store.statement import statement
from bocage.vocabulary.codes import BocageError
from bocage.vocabulary.columns import noun_tables

APPLICATION_ID = 0x424F4353
"""`BOCS`: the file is no GeoPackage."""

HOUR_MS, DAY_MS = 3_600_000, 86_400_000
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
    rows = _prepare(observations)
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


def _prepare(observations: pl.DataFrame) -> pl.DataFrame:
    table = noun_tables()["observation"]
    try:
        frame = _in_utc(observations)
        frame = table.conform(frame)
    except (pl.exceptions.PolarsError, TypeError, ValueError) as error:
        raise BocageError("BOC-STO-013", where={"table": table.name}, detail=str(error).splitlines()[0]) from error
    for name in ("series_id", "time"):
        if frame[name].null_count():
            raise BocageError(
                "BOC-STO-012", where={"table": table.name, "column": name}, count=frame[name].null_count()
            )
    finite = frame["value"].is_finite().fill_null(value=False)
    if not finite.all():
        odd = frame.filter(~finite).row(0, named=True)
        raise BocageError("BOC-STO-022", where={"series": odd["series_id"], "time": odd["time"].isoformat()})
    codes = table.column("quality").codes
    for value in sorted(set(frame["quality"].unique().to_list()) - set(codes)):
        raise BocageError(
            "BOC-STO-016", where={"table": table.name, "column": "quality"}, value=value, detail=", ".join(codes)
        )
    return (
        frame.with_columns(
            pl.col("time").dt.epoch("ms").alias("ts"),
            pl.when(pl.col("quality") == "good").then(None).otherwise(pl.col("quality")).alias("quality"),
        )
        .unique(["series_id", "ts"], keep="last", maintain_order=True)
        .sort("series_id", "ts")
    )


def _in_utc(observations: pl.DataFrame) -> pl.DataFrame:
    kind = observations.schema.get("time")
    if isinstance(kind, pl.Datetime):
        zone = pl.col("time").dt
        expression = zone.replace_time_zone("UTC") if kind.time_zone is None else zone.convert_time_zone("UTC")
        return observations.with_columns(expression)
    return observations


def read(
    connection: sqlite3.Connection, series_id: str, *, start: dt.datetime, end: dt.datetime, step: str
) -> pl.DataFrame:
    """Observations or rollups of one series in [start, end); see `Store.read_observations`."""
    if step != "raw" and step not in _STEPS:
        raise BocageError("BOC-STO-021", where={"step": step})
    table = _STEPS.get(step, "observation")
    schema: dict[str, pl.DataType] = {"time": pl.Int64(), "value": pl.Float64(), "quality": pl.String()}
    if step != "raw":
        schema = {"time": pl.Int64(), **dict.fromkeys(("mean", "minimum", "maximum", "total"), pl.Float64())}
        schema["count"] = pl.Int64()
    query = statement(
        "SELECT {columns} FROM {table} WHERE series = (SELECT id FROM series WHERE series_id = ?)"
        " AND ts >= ? AND ts < ? ORDER BY ts",
        columns=["ts" if name == "time" else name for name in schema],
        table=table,
    )
    cursor = connection.execute(
        query,
        (series_id, _milliseconds(start), _milliseconds(end)),
    )
    frame = fetch(cursor, schema, table=table)
    instant = pl.from_epoch(pl.col("time"), time_unit="ms").cast(pl.Datetime("us")).dt.replace_time_zone("UTC")
    frame = frame.with_columns(instant.alias("time"))
    return frame.with_columns(pl.col("quality").fill_null("good")) if step == "raw" else frame


def _milliseconds(instant: dt.datetime) -> int:
    aware = instant if instant.tzinfo else instant.replace(tzinfo=dt.UTC)
    # Rounded up, as an observation of the millisecond before is before the instant.
    return int(np.ceil((aware - _EPOCH) / dt.timedelta(milliseconds=1)))


_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
