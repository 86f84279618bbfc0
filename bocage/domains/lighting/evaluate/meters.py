"""What meters use per hour of night, month by month, from invoices of any periods."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from bocage.domains.lighting.inventory.declared import real_setting
from bocage.domains.lighting.inventory.invoices import billed_periods, read_periods, summed_periods
from bocage.domains.lighting.physics.periods import night_hours
from bocage.vocabulary.domain import Assets, Site

Array = NDArray[np.float64]

COVERED = 0.8
"""Share of the hours of night of a month that readings must cover for the month to count."""


@dataclass(frozen=True, kw_only=True)
class Panel:
    """Meters by months.

    Attributes:
        meters: references (m,).
        months: first day of each month (T,).
        intensity: energy per hour of night (m, T), nan where unknown [kWh/h].
        hours: hours of night that readings cover (m, T) [h].
        season: angle of the middle of each month in the year (T,) [rad].
        year_h: hours of night of a year [h/year].
        billed: by first day of a month, energy of all invoices that begin in it, whatever their quality
            [kWh], and number of meters that they bill.
    """

    meters: list[str]
    months: list[dt.date]
    intensity: Array
    hours: Array
    season: Array
    year_h: float
    billed: Mapping[dt.date, tuple[float, int]]

    def rows(self, names: set[str]) -> NDArray[np.bool_]:
        """Which meters bear one of those references (m,)."""
        return np.array([name in names for name in self.meters], dtype=bool)


def panel(assets: Assets, site: Site) -> Panel | None:
    """Spread each reading over its nights, in proportion to their hours, and read months off it.

    Args:
        assets: completed; invoices are read.
        site: where the nights are.

    Returns:
        None without a usable invoice.
    """
    summed = summed_periods(billed_periods(assets))
    readings = read_periods(summed)
    if readings.is_empty():
        return None
    pieces = _by_month(readings, site)
    months = sorted(set(pieces["month"]))
    meters = sorted(set(pieces["prm"]))
    row = {name: number for number, name in enumerate(meters)}
    column = {month: number for number, month in enumerate(months)}
    at = (np.array([row[name] for name in pieces["prm"]]), np.array([column[month] for month in pieces["month"]]))
    hours, energy = np.zeros((len(meters), len(months))), np.zeros((len(meters), len(months)))
    np.add.at(hours, at, pieces["hours"].to_numpy())
    np.add.at(energy, at, pieces["energy_kwh"].to_numpy())
    full = _month_hours(months, site)
    known = hours >= COVERED * full
    intensity = np.divide(energy, hours, out=np.full(energy.shape, np.nan), where=known)
    billed = summed.group_by(pl.col("start").dt.truncate("1mo")).agg(
        pl.col("energy_kwh").sum(), pl.col("prm").n_unique()
    )
    first = dt.date(int(real_setting(site, "hours_year")), 1, 1)
    return Panel(
        meters=meters,
        months=months,
        intensity=intensity,
        hours=np.where(known, hours, 0.0),
        season=np.array([2 * np.pi * (month.month - 0.5) / 12 for month in months]),
        year_h=float(night_hours([first, first.replace(year=first.year + 1)], site)[1]),
        billed={month: (kwh, count) for month, kwh, count in billed.iter_rows()},
    )


def _by_month(readings: pl.DataFrame, site: Site) -> pl.DataFrame:
    """Each reading cut at the ends of months: `prm`, `month`, `hours` of night, and `energy_kwh` in proportion."""
    cut = (
        readings.with_row_index("_reading")
        .with_columns(
            pl.date_ranges(pl.col("start").dt.truncate("1mo"), "end", "1mo", closed="left").alias("month"),
        )
        .explode("month")
        .with_columns(
            pl.max_horizontal("start", "month").alias("start"),
            pl.min_horizontal("end", pl.col("month").dt.offset_by("1mo")).alias("end"),
        )
    )
    days = sorted(set(cut["start"]) | set(cut["end"]))
    since = pl.DataFrame({"day": days, "_h": night_hours(days, site)})
    return (
        cut.join(since.rename({"day": "start", "_h": "_from"}), on="start", how="left")
        .join(since.rename({"day": "end", "_h": "_to"}), on="end", how="left")
        .with_columns((pl.col("_to") - pl.col("_from")).alias("hours"))
        .with_columns(pl.col("energy_kwh") * pl.col("hours") / pl.col("hours").sum().over("_reading"))
        .select("prm", "month", "hours", "energy_kwh")
    )


def _month_hours(months: list[dt.date], site: Site) -> Array:
    ends = [(month.replace(day=28) + dt.timedelta(days=4)).replace(day=1) for month in months]
    days = sorted({*months, *ends})
    since = dict(zip(days, night_hours(days, site), strict=True))
    return np.array([since[end] - since[month] for month, end in zip(months, ends, strict=True)])
