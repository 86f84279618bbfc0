"""Observations in monthly partitions, with their hourly and daily rollups, kept together in one transaction.

Rollups leave out values of quality `bad`; days are UTC days, as in the embedded form.
"""

import datetime as dt
from typing import Any

import polars as pl
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from bocage.store.observations import judged, milliseconds, schema_of, with_instants
from bocage.store.postgis.bookkeeping import DAILY, HOURLY, KEY, OBSERVATION, SERIES, own_key
from bocage.store.postgis.session import SCHEMA, Connection, Session
from bocage.store.postgis.sql import fetch, marked, run, stage

_ROLLUPS = {"hour": HOURLY, "day": DAILY}
_INCOMING, _TOUCHED = "bocage_incoming", "bocage_touched"

_OF_HOURS = """SELECT (SELECT {schema}.territory()), t.series, t.ts, avg(o.value), min(o.value), max(o.value),
      sum(o.value), count(*)
    FROM pg_temp.bocage_touched t JOIN {schema}.bocage_observation o
      ON o.series = t.series AND date_trunc('hour', o.ts, 'UTC') = t.ts
    WHERE o.quality IS DISTINCT FROM 'bad' AND o.ts >= %s AND o.ts < %s GROUP BY t.series, t.ts"""
_OF_DAYS = """SELECT (SELECT {schema}.territory()), t.series, t.ts, h.* FROM pg_temp.bocage_touched t
    CROSS JOIN LATERAL (SELECT sum(total) / sum(count), min(minimum), max(maximum), sum(total), sum(count) AS hours
        FROM {schema}.bocage_hourly WHERE series = t.series AND ts >= t.ts AND ts < t.ts + interval '1 day'
        AND ts >= %s AND ts < %s) AS h WHERE h.hours > 0"""
_STEPS = (("hour", HOURLY, _OF_HOURS), ("day", DAILY, _OF_DAYS))


def write(session: Session, observations: pl.DataFrame) -> int:
    """Insert or update observations, and refresh the hours and days touched, in one transaction.

    Of two observations of one series at one millisecond in the frame, the last is kept.

    Args:
        session: session of the territory.
        observations: `series_id`, `time` (UTC), `value`, `quality` (`good` where absent or null).

    Returns:
        Number of observations that are new or changed.

    Raises:
        BocageError: BOC-STO-012, 013, 016 or 022 for a value that cannot be kept; 003 another writer.
    """
    rows = judged(observations)
    if not len(rows):
        return 0
    instants = pl.from_epoch("ts", time_unit="ms").cast(pl.Datetime("us"))
    rows = rows.select("series_id", instants, "value", "quality")
    _make_partitions(session, rows["ts"])
    with session.writing("series") as connection:
        staged = stage(connection, _INCOMING, rows)
        known = sa.select(SERIES.c.series_id)
        new = sa.select(own_key(), staged.c.series_id).distinct().where(staged.c.series_id.not_in(known))
        named = sa.insert(SERIES).from_select(
            [KEY, "series_id"], new.order_by(staged.c.series_id), include_defaults=False
        )
        run(connection, named)
        source = sa.select(own_key(), SERIES.c.id, staged.c.ts, staged.c.value, staged.c.quality).join_from(
            staged, SERIES, SERIES.c.series_id == staged.c.series_id
        )
        columns = [KEY, "series", "ts", "value", "quality"]
        insert = postgresql.insert(OBSERVATION).from_select(columns, source, include_defaults=False)
        held, given = OBSERVATION.c, insert.excluded
        upsert = insert.on_conflict_do_update(
            index_elements=[held.series, held.ts],
            set_={"value": given.value, "quality": given.quality},
            where=sa.or_(held.value != given.value, held.quality.is_distinct_from(given.quality)),
        )
        written = run(connection, upsert).rowcount
        if written:
            _refresh(connection, rows["ts"])
    return written


def _make_partitions(session: Session, instants: pl.Series) -> None:
    """Make the months that are missing, in a transaction of its own: no reader waits for it."""
    months = set(instants.dt.truncate("1mo").dt.date().unique().to_list()) - session.months
    if months and not session.read_only:
        with session.making() as connection:
            query = f"SELECT {SCHEMA}.make_partition(month) FROM unnest(%s::date[]) AS month"  # noqa: S608
            connection.execute(query.encode(), [sorted(months)])
        session.months |= months


def _refresh(connection: Connection, instants: pl.Series) -> None:
    """Compute the hours, then the days, that the incoming observations fall into."""
    first, last = instants.min(), instants.max()
    assert isinstance(first, dt.datetime)
    assert isinstance(last, dt.datetime)
    low = first.replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=dt.UTC)
    high = last.replace(tzinfo=dt.UTC) + dt.timedelta(days=1)
    for step, rollup, source in _STEPS:
        connection.execute(f"DROP TABLE IF EXISTS pg_temp.{_TOUCHED}".encode())
        connection.execute(
            f"CREATE TEMPORARY TABLE {_TOUCHED} ON COMMIT DROP AS"  # noqa: S608 - names of this module
            f" SELECT DISTINCT s.id AS series, date_trunc('{step}', i.ts, 'UTC') AS ts"
            f" FROM pg_temp.{_INCOMING} i JOIN {SCHEMA}.{SERIES.name} s ON s.series_id = i.series_id".encode()
        )
        connection.execute(f"ANALYZE pg_temp.{_TOUCHED}".encode())
        name = f"{SCHEMA}.{rollup.name}"
        connection.execute(
            f"DELETE FROM {name} r USING pg_temp.{_TOUCHED} t WHERE r.series = t.series AND r.ts = t.ts".encode()  # noqa: S608
        )
        into = f"INSERT INTO {name} ({KEY}, series, ts, mean, minimum, maximum, total, count) "
        connection.execute((into + source.format(schema=SCHEMA)).encode(), [low, high])


def read(connection: Connection, series_id: str, *, start: dt.datetime, end: dt.datetime, step: str) -> pl.DataFrame:
    """Observations or rollups of one series in [start, end); see `Store.read_observations`."""
    schema = schema_of(step)
    table = _ROLLUPS.get(step, OBSERVATION)
    series = sa.select(SERIES.c.id).where(SERIES.c.series_id == series_id).scalar_subquery()
    columns: list[sa.ColumnElement[Any]] = []
    for name in schema:
        column = table.c["ts" if name == "time" else name]
        columns.append(milliseconds_of(column) if name == "time" else marked(column) if name == "quality" else column)
    span = [table.c.ts >= instant(start), table.c.ts < instant(end)]
    query = sa.select(*columns).where(table.c.series == series, *span).order_by(table.c.ts)
    return with_instants(fetch(connection, query, {}, schema))


def milliseconds_of(column: sa.ColumnElement[Any]) -> sa.ColumnElement[int]:
    """An instant as a whole number of milliseconds since 1970."""
    return sa.cast(sa.extract("epoch", column) * sa.literal_column("1000"), sa.BigInteger)


def instant(moment: dt.datetime) -> dt.datetime:
    """The first millisecond at or after a moment.

    >>> instant(dt.datetime(2026, 1, 1, microsecond=1)).isoformat()
    '2026-01-01T00:00:00.001000+00:00'
    """
    return dt.datetime(1970, 1, 1, tzinfo=dt.UTC) + dt.timedelta(milliseconds=milliseconds(moment))
