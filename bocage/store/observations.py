"""Observations judged before they are written, and instants as the twin keeps them: UTC milliseconds."""

import datetime as dt
import math

import polars as pl

from bocage.vocabulary.codes import BocageError
from bocage.vocabulary.columns import noun_tables

STEPS = ("raw", "hour", "day")
HOUR_MS, DAY_MS = 3_600_000, 86_400_000


def judged(observations: pl.DataFrame) -> pl.DataFrame:
    """Observations fit to be written: `series_id`, `ts` [ms UTC], `value`, `quality` (null for `good`), sorted.

    Of two observations of one series at one millisecond, the last is kept.

    Args:
        observations: `series_id`, `time` (UTC), `value`, `quality` (`good` where absent or null).

    Raises:
        BocageError: BOC-STO-012, 013, 016 or 022 for a value that cannot be kept.
    """
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


def schema_of(step: str) -> dict[str, pl.DataType]:
    """Columns that are read at a step, `time` in milliseconds; BOC-STO-021 where there is no such step."""
    if step not in STEPS:
        raise BocageError("BOC-STO-021", where={"step": step})
    if step == "raw":
        return {"time": pl.Int64(), "value": pl.Float64(), "quality": pl.String()}
    figures = dict.fromkeys(("mean", "minimum", "maximum", "total"), pl.Float64())
    return {"time": pl.Int64(), **figures, "count": pl.Int64()}


def with_instants(frame: pl.DataFrame) -> pl.DataFrame:
    """The frame with its milliseconds as instants, and `good` where no quality was kept."""
    instant = pl.from_epoch(pl.col("time"), time_unit="ms").cast(pl.Datetime("us")).dt.replace_time_zone("UTC")
    frame = frame.with_columns(instant.alias("time"))
    return frame.with_columns(pl.col("quality").fill_null("good")) if "quality" in frame.columns else frame


def milliseconds(instant: dt.datetime) -> int:
    """The first millisecond at or after an instant.

    >>> milliseconds(dt.datetime(1970, 1, 1, 0, 0, 1, 1, tzinfo=dt.UTC))
    1001
    """
    aware = instant if instant.tzinfo else instant.replace(tzinfo=dt.UTC)
    # Rounded up, as an observation of the millisecond before is before the instant.
    return math.ceil((aware - _EPOCH) / dt.timedelta(milliseconds=1))


_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
