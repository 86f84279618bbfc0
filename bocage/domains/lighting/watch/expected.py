"""What the meters should read: the hourly load of each cabinet, or of each sector where cabinets are unknown."""

import datetime as dt

import numpy as np
import polars as pl

from bocage.domains.lighting.inventory.declared import LUMINAIRE
from bocage.domains.lighting.physics.hours import REGIME_COLUMNS, burning
from bocage.domains.lighting.physics.load import dimmed_equivalent_h, with_load
from bocage.science.intervals import overlap_s
from bocage.vocabulary.domain import SECTOR_PREFIX, WHOLE_TERRITORY, Assets, Site
from bocage.vocabulary.units import WATTS_PER_KILOWATT

HOUR_S = 3600
SCHEMA: dict[str, pl.DataType] = {
    "time": pl.Datetime("us", "UTC"),
    "group": pl.String(),
    "quantity": pl.String(),
    "unit": pl.String(),
    "expected": pl.Float64(),
    "low": pl.Float64(),
    "high": pl.Float64(),
}


def watch(assets: Assets, site: Site, *, start: dt.datetime, end: dt.datetime) -> pl.DataFrame:
    """Expected mean power of each hour by cabinet (else sector), with bounds from those of the powers.

    The bounds move all powers of a group together, as one uncertain technology does.

    Args:
        assets: completed.
        site: where, settings.
        start: first instant, UTC; the hours begin there.
        end: instant after the last hour, UTC.

    Returns:
        `time` (beginning of the hour, UTC), `group` (`cabinet:ID`, `sector:NAME` or `territory`),
        `quantity` (`active_power`), `unit` (kW), `expected`, `low`, `high`.

    Raises:
        ValueError: the end is not at least one hour after the start.
    """
    hours = int((end - start).total_seconds() // HOUR_S)
    if hours < 1:
        raise ValueError(f"a period of at least one hour is needed, not {start} to {end}")
    if LUMINAIRE not in assets or assets[LUMINAIRE].is_empty():
        return pl.DataFrame(schema=SCHEMA)
    edges = start.timestamp() + HOUR_S * np.arange(hours + 1, dtype=np.float64)
    groups = _groups(assets, site)
    names = groups["group"].unique().sort().to_list()
    loads = {bound: np.zeros((len(names), hours)) for bound in ("expected", "low", "high")}
    for key, rows in groups.group_by(*REGIME_COLUMNS, "is_led"):
        regime = dict(zip((*REGIME_COLUMNS, "is_led"), key, strict=True))
        found = burning(site, regime, start_s=edges[0], end_s=edges[-1])
        full, dimmed = overlap_s(found.full, edges) / HOUR_S, dimmed_equivalent_h(site, regime, found, edges)
        for row in rows.iter_rows(named=True):
            at = names.index(row["group"])
            for bound, power, phi in (
                ("expected", "power", "phi"),
                ("low", "power_low", "phi_low"),
                ("high", "power_high", "phi_high"),
            ):
                loads[bound][at] += row[power] / WATTS_PER_KILOWATT * (full + row[phi] * dimmed)
    return _long(names, edges[:-1], loads)


def _groups(assets: Assets, site: Site) -> pl.DataFrame:
    """Power by group, regime and dimmed level."""
    rows = with_load(assets[LUMINAIRE], site)
    group = (
        pl.when(pl.col("cabinet_id").is_not_null())
        .then("cabinet:" + pl.col("cabinet_id"))
        .when(pl.col("sector").is_not_null())
        .then(SECTOR_PREFIX + pl.col("sector"))
        .otherwise(pl.lit(WHOLE_TERRITORY))
    )
    power = pl.col("system_power_w")
    return (
        rows.with_columns(group.alias("group"))
        .group_by("group", *REGIME_COLUMNS, "is_led", "phi", "phi_low", "phi_high")
        .agg(
            power.sum().alias("power"),
            (power * pl.col("ratio_low")).sum().alias("power_low"),
            (power * pl.col("ratio_high")).sum().alias("power_high"),
        )
    )


def _long(
    names: list[str],
    hours_s: np.ndarray[tuple[int], np.dtype[np.float64]],
    loads: dict[str, np.ndarray[tuple[int, int], np.dtype[np.float64]]],
) -> pl.DataFrame:
    times = pl.Series("time", (np.asarray(hours_s) * 1e6).astype(np.int64)).cast(pl.Datetime("us", "UTC"))
    frames = [
        pl.DataFrame({"time": times}).with_columns(
            pl.lit(name).alias("group"),
            pl.lit("active_power").alias("quantity"),
            pl.lit("kW").alias("unit"),
            *(pl.Series(bound, values[row]) for bound, values in loads.items()),
        )
        for row, name in enumerate(names)
    ]
    return pl.concat(frames)
