"""Hours of night and expected energy over any periods of days, not over a year."""

import datetime as dt
from collections.abc import Sequence
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl
from numpy.typing import NDArray

from bocage.domains.lighting.physics.hours import HOUR_S, REGIME_COLUMNS, burning
from bocage.science.intervals import overlap_s
from bocage.vocabulary.domain import Site
from bocage.vocabulary.units import WATTS_PER_KILOWATT

Array = NDArray[np.float64]


def midnight_s(day: dt.date, timezone: str) -> float:
    """Unix time at which a civil day begins.

    >>> midnight_s(dt.date(1970, 1, 1), "UTC")
    0.0
    """
    return dt.datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(timezone)).timestamp()


def night_hours(days: Sequence[dt.date], site: Site) -> Array:
    """Hours of night, as an astronomical clock sees them, from the first of some days to each.

    Args:
        days: in increasing order (n,).
        site: where, time zone, elevation at which clocks switch.

    Returns:
        Array (n,), the first 0 [h].

    >>> site = Site(territory_id="00000", longitude_deg=2.0, latitude_deg=47.0, date=dt.date(2026, 1, 1))
    >>> bool(4050 < night_hours([dt.date(2025, 1, 1), dt.date(2026, 1, 1)], site)[1] < 4150)
    True
    """
    edges = np.array([midnight_s(day, site.timezone) for day in days])
    if len(edges) < 2:
        return np.zeros(len(edges))
    clock = {**dict.fromkeys(REGIME_COLUMNS), "regime": "night", "switching": "astronomical_clock"}
    dark = burning(site, clock, start_s=float(edges[0]), end_s=float(edges[-1])).night
    return np.concatenate([[0.0], np.cumsum(overlap_s(dark, edges))]) / HOUR_S


def expected_kwh(rows: pl.DataFrame, periods: pl.DataFrame, site: Site, *, key: str) -> pl.Series:
    """Energy that the luminaires of a group should use over each period, hours counted for exactly its days.

    Args:
        rows: luminaires with their load (`with_load`) and the column `key`.
        periods: `key`, `start`, `end` (day after the last).
        site: where, settings.
        key: column that names the group.

    Returns:
        Series in the order of the periods, 0 where the group has no luminaire [kWh].

    100 W day and night are 2.4 kWh a day:

    >>> from bocage.domains.lighting.inventory import complete
    >>> from bocage.domains.lighting.physics.load import with_load
    >>> site = Site(territory_id="00000", longitude_deg=2.0, latitude_deg=47.0, date=dt.date(2026, 1, 1))
    >>> lamp = pl.DataFrame({"asset_id": ["a"], "system_power_w": [100.0], "regime": ["permanent"]})
    >>> rows = with_load(complete({"luminaire": lamp}, site)["luminaire"], site).with_columns(prm=pl.lit("p"))
    >>> days = pl.DataFrame({"prm": ["p"], "start": [dt.date(2026, 3, 1)], "end": [dt.date(2026, 3, 11)]})
    >>> expected_kwh(rows, days, site, key="prm").to_list()
    [24.0]
    """
    days = sorted(set(periods["start"]) | set(periods["end"]))
    groups = _groups(rows, key).join(periods.select(key).unique(), on=key, how="semi", maintain_order="left")
    if not days or groups.is_empty():
        return pl.Series("expected_kwh", np.zeros(len(periods)))
    edges = np.array([midnight_s(day, site.timezone) for day in days])
    position = {day: number for number, day in enumerate(days)}
    regimes = groups.select(REGIME_COLUMNS).unique(maintain_order=True).with_row_index("_regime")
    lit = np.stack([_cumulated(site, regime, edges) for regime in regimes.iter_rows(named=True)])
    joined = (
        periods.with_row_index("_row")
        .join(groups, on=key, how="inner")
        .join(regimes, on=REGIME_COLUMNS, how="left", nulls_equal=True)
    )
    begin, end = (np.array([position[day] for day in joined[name]], dtype=np.int64) for name in ("start", "end"))
    regime = joined["_regime"].to_numpy()
    full, dimmed = (lit[regime, level, end] - lit[regime, level, begin] for level in (0, 1))
    span = (edges[end] - edges[begin]) / HOUR_S
    power, phi, standby = (joined[name].to_numpy() for name in ("_power_w", "phi", "_standby_w"))
    energy = (power * (full + phi * dimmed) + standby * (span - full - dimmed)) / WATTS_PER_KILOWATT
    return pl.Series("expected_kwh", np.bincount(joined["_row"].to_numpy(), weights=energy, minlength=len(periods)))


def _groups(rows: pl.DataFrame, key: str) -> pl.DataFrame:
    """Power and standby power by group, regime and dimmed level."""
    unlit_h = pl.col("year_h") - pl.col("full_h") - pl.col("dimmed_h")
    standby_w = pl.when(unlit_h > 0).then(WATTS_PER_KILOWATT * pl.col("standby_kwh") / unlit_h).otherwise(0.0)
    return (
        rows.drop_nulls(key)
        .group_by(key, *REGIME_COLUMNS, "phi", maintain_order=True)
        .agg(pl.col("system_power_w").sum().alias("_power_w"), standby_w.sum().alias("_standby_w"))
    )


def _cumulated(site: Site, regime: dict[str, object], edges: Array) -> Array:
    """Hours at full and dimmed output from the first edge to each (2, n)."""
    found = burning(site, regime, start_s=float(edges[0]), end_s=float(edges[-1]))
    return np.stack(
        [
            np.concatenate([[0.0], np.cumsum(overlap_s(intervals, edges))]) / HOUR_S
            for intervals in (found.full, found.dimmed)
        ]
    )
