"""Observations and rollups: the rollups equal a plain group-by after any sequence of writes."""

import datetime as dt
import uuid
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal
from store_samples import SRID, Twins

from bocage.store.geopackage import GeoPackageStore, open_store
from bocage.store.interface import Store
from bocage.vocabulary.codes import BocageError

START = dt.datetime(2026, 3, 28, 22, 0, tzinfo=dt.UTC)
FAR = dt.datetime(1960, 1, 1, tzinfo=dt.UTC), dt.datetime(2100, 1, 1, tzinfo=dt.UTC)


def observations(count: int, *, series: str = "inflow", step_s: int = 600, first: float = 0.0) -> pl.DataFrame:
    times = [START + dt.timedelta(seconds=step_s * number) for number in range(count)]
    return pl.DataFrame(
        {"series_id": series, "time": times, "value": np.arange(count) + first},
        schema_overrides={"time": pl.Datetime("us", "UTC")},
    )


def rollup(frame: pl.DataFrame, every: str) -> pl.DataFrame:
    good = frame.filter(pl.col("quality") != "bad") if "quality" in frame.columns else frame
    value = pl.col("value")
    return (
        good.group_by(pl.col("time").dt.truncate(every))
        .agg(
            value.mean().alias("mean"), value.min().alias("minimum"), value.max().alias("maximum"),
            value.sum().alias("total"), value.count().cast(pl.Int64).alias("count"),
        )
        .sort("time")
    )  # fmt: skip


def assert_rollups(store: Store, frame: pl.DataFrame, series: str = "inflow") -> None:
    for step, every in (("hour", "1h"), ("day", "1d")):
        held = store.read_observations(series, start=FAR[0], end=FAR[1], step=step)
        assert_frame_equal(held, rollup(frame, every), abs_tol=1e-6)


def test_raw_values_come_back(store: Store) -> None:
    rows = observations(300)
    assert store.write_observations(rows) == 300
    held = store.read_observations("inflow", start=START, end=START + dt.timedelta(hours=1))
    assert held["value"].to_list() == [0, 1, 2, 3, 4, 5]
    assert held["time"][0] == START
    assert held["quality"].unique().to_list() == ["good"]
    assert_rollups(store, rows)
    assert len(store.read_observations("unknown", start=FAR[0], end=FAR[1])) == 0


def test_writing_again_changes_nothing(store: Store) -> None:
    store.write_observations(observations(300))
    before = store.fingerprint()
    assert store.write_observations(observations(300)) == 0
    assert store.fingerprint() == before


def spoil_rollups(store: Any) -> None:
    if isinstance(store, GeoPackageStore):
        for table in ("hourly", "daily"):
            store._series.execute(f"UPDATE {table} SET mean = -1")
        return
    with store.session.writing() as connection:
        for table in ("bocage_hourly", "bocage_daily"):
            connection.execute(f"UPDATE {table} SET mean = -1")


def test_only_the_buckets_touched_are_computed_again(store: Store) -> None:
    store.write_observations(observations(600))
    spoil_rollups(store)
    changed = observations(1, first=1000.0)
    assert store.write_observations(changed) == 1
    hours = store.read_observations("inflow", start=FAR[0], end=FAR[1], step="hour")["mean"]
    assert hours[0] == pytest.approx((1000 + 1 + 2 + 3 + 4 + 5) / 6)
    assert hours[1:].unique().to_list() == [-1.0]
    days = store.read_observations("inflow", start=FAR[0], end=FAR[1], step="day")["mean"]
    assert (days != -1).to_list() == [True] + [False] * (len(days) - 1)


def test_bad_values_are_kept_but_not_counted(store: Store) -> None:
    rows = observations(12).with_columns(quality=pl.lit("good"))
    store.write_observations(rows)
    spoilt = rows.with_columns(
        quality=pl.Series(["bad"] * 6 + ["suspect", "estimated"] + ["good"] * 4), value=pl.col("value") * 10
    )
    assert store.write_observations(spoilt) == 12
    assert store.read_observations("inflow", start=FAR[0], end=FAR[1])["quality"].to_list()[:7] == ["bad"] * 6 + [
        "suspect"
    ]
    assert len(store.read_observations("inflow", start=FAR[0], end=FAR[1], step="hour")) == 1
    assert_rollups(store, spoilt)
    assert store.check() == []


def test_of_two_values_at_one_instant_the_last_is_kept(store: Store) -> None:
    twice = pl.concat([observations(1), observations(1, first=7.0)])
    assert store.write_observations(twice) == 1
    assert store.read_observations("inflow", start=FAR[0], end=FAR[1])["value"].to_list() == [7.0]


def test_other_zones_are_the_same_instants(store: Store) -> None:
    paris = observations(12).with_columns(pl.col("time").dt.convert_time_zone("Europe/Paris"))
    store.write_observations(paris)
    assert store.write_observations(observations(12)) == 0
    naive = observations(12).with_columns(pl.col("time").dt.replace_time_zone(None))
    assert store.write_observations(naive) == 0


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        (pl.lit(float("nan")).alias("value"), "BOC-STO-022"),
        (pl.lit(None, dtype=pl.Float64).alias("value"), "BOC-STO-022"),
        (pl.lit(float("inf")).alias("value"), "BOC-STO-022"),
        (pl.lit("12,5").alias("value"), "BOC-STO-013"),
        (pl.lit("perfect").alias("quality"), "BOC-STO-016"),
        (pl.lit(None, dtype=pl.String).alias("series_id"), "BOC-STO-012"),
        (pl.lit(None, dtype=pl.Datetime("us", "UTC")).alias("time"), "BOC-STO-012"),
    ],
)
def test_what_is_no_observation_is_refused(store: Store, spoil: pl.Expr, code: str) -> None:
    with pytest.raises(BocageError) as refusal:
        store.write_observations(observations(3).with_columns(spoil))
    assert refusal.value.code == code
    assert store.layers()["observation"] == 0


def test_an_unknown_step_is_refused(store: Store) -> None:
    with pytest.raises(BocageError) as refusal:
        store.read_observations("inflow", start=FAR[0], end=FAR[1], step="week")
    assert refusal.value.code == "BOC-STO-021"


IN_MS = pl.from_epoch("time", time_unit="ms").dt.replace_time_zone("UTC").cast(pl.Datetime("us", "UTC"))
BATCH = st.lists(
    st.tuples(
        st.sampled_from(["a", "b"]),
        st.integers(-200_000_000, 200_000_000),
        st.floats(-1e6, 1e6),
        st.sampled_from(["good", "suspect", "bad"]),
    ),
    max_size=12,
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(batches=st.lists(BATCH, max_size=4))
def test_rollups_follow_any_sequence_of_writes(twins: Twins, batches: list) -> None:
    held: dict[tuple[str, int], tuple[float, str]] = {}
    with twins.open(str(uuid.uuid4())) as store:
        for batch in batches:
            held |= {(series, ms): (value, quality) for series, ms, value, quality in batch}
            schema = {"series_id": pl.String, "time": pl.Int64, "value": pl.Float64, "quality": pl.String}
            frame = pl.DataFrame(batch, schema=schema, orient="row")
            store.write_observations(frame.with_columns(IN_MS))
        for series in ("a", "b"):
            rows = [(ms, *cell) for (name, ms), cell in sorted(held.items()) if name == series]
            schema = {"time": pl.Int64, "value": pl.Float64, "quality": pl.String}
            expected = pl.DataFrame(rows, schema=schema, orient="row").with_columns(IN_MS)
            assert_frame_equal(store.read_observations(series, start=FAR[0], end=FAR[1]), expected)
            assert_rollups(store, expected, series)
        assert store.check() == []


def test_a_lost_series_file_is_not_made_anew_in_silence(folder: Path) -> None:
    open_store(folder, srid=SRID, create=True).close()
    (folder / "series.sqlite").unlink()
    with pytest.raises(BocageError) as refusal:
        open_store(folder, srid=SRID, create=True)
    assert refusal.value.code == "BOC-STO-002"
