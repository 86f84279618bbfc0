"""Invoices as periods of a delivery point: what each bills, from which day to which."""

import polars as pl

from bocage.domains.lighting.inventory.delivery import INVOICE
from bocage.vocabulary.columns import shared_asset_tables
from bocage.vocabulary.domain import Assets
from bocage.vocabulary.references import delivery_reference

PERIODS = (
    "asset_id", "prm", "start", "end", "days", "energy_kwh", "amount_eur", "fixed_eur", "reading", "end_told",
)  # fmt: skip
SAME_RATE = 1e-3
"""Relative difference of kWh per day under which two periods come from one reading spread by days."""


def billed_periods(assets: Assets) -> pl.DataFrame:
    """The invoices that name a point and a period, in order of point and time.

    Args:
        assets: completed.

    Returns:
        Columns `PERIODS`: `start` first day, `end` day after the last (the end of the month, and
        `end_told` false, where no last day is told), `days`. Lines of one point and period that differ
        (peak and off-peak hours, several supplies) stay apart.

    >>> import datetime as dt
    >>> bill = pl.DataFrame({"asset_id": ["f"], "prm": ["01234567890123"], "period_from": [dt.date(2024, 2, 1)]})
    >>> billed_periods({"invoice": bill}).select("end", "days", "end_told").row(0)
    (datetime.date(2024, 3, 1), 29, False)
    """
    table = shared_asset_tables()[INVOICE]
    rows = table.conform(assets[INVOICE]) if INVOICE in assets else table.empty()
    month_later = pl.col("start").dt.offset_by("1mo")
    return (
        rows.with_columns(delivery_reference("prm"), pl.col("period_from").alias("start"))
        .with_columns(
            pl.coalesce(pl.col("period_to").dt.offset_by("1d"), month_later).alias("end"),
            pl.col("period_to").is_not_null().alias("end_told"),
        )
        .with_columns((pl.col("end") - pl.col("start")).dt.total_days().alias("days"))
        .filter(pl.col("prm").is_not_null(), pl.col("days") > 0)
        .select(PERIODS)
        .sort("prm", "start", "end", "asset_id")
    )


def summed_periods(periods: pl.DataFrame) -> pl.DataFrame:
    """One row for each point and period: lines of the same days are added up.

    Args:
        periods: of `billed_periods`.

    Returns:
        `prm`, `start`, `end`, `days`, `end_told`, `energy_kwh` (null where no line tells it), `amount_eur`,
        `fixed_eur`, `lines`, `estimated` (all lines are estimated readings).
    """
    sums = [
        pl.when(pl.col(name).count() > 0).then(pl.col(name).sum()).alias(name)
        for name in ("energy_kwh", "amount_eur", "fixed_eur")
    ]
    return (
        periods.group_by("prm", "start", "end", maintain_order=True)
        .agg(
            pl.col("days").first(),
            pl.col("end_told").all(),
            *sums,
            pl.len().alias("lines"),
            (pl.col("reading") == "estimated").fill_null(value=False).all().alias("estimated"),
        )
        .sort("prm", "start", "end")
    )


def read_periods(periods: pl.DataFrame) -> pl.DataFrame:
    """The periods between true readings: those that follow each other with the same kWh per day are one.

    Suppliers spread what lies between two readings by days; the months that come of it are no
    measurements of those months. The first and last periods of a point whose end is not told are left
    out: they may be parts of months.

    Args:
        periods: of `summed_periods`.

    Returns:
        `prm`, `start`, `end`, `energy_kwh`, in order of point and time.

    >>> import datetime as dt
    >>> month = [dt.date(2024, number, 1) for number in (1, 2, 3, 4)]
    >>> spread = pl.DataFrame({"prm": ["a"] * 3, "start": month[:3], "end": month[1:], "days": [31, 29, 31],
    ...                        "energy_kwh": [62.0, 58.0, 93.0], "end_told": [True] * 3})
    >>> read_periods(spread).select("start", "end", "energy_kwh").rows()
    [(datetime.date(2024, 1, 1), datetime.date(2024, 3, 1), 120.0),
     (datetime.date(2024, 3, 1), datetime.date(2024, 4, 1), 93.0)]
    """
    at_edge = pl.int_range(pl.len()).over("prm").is_in([0]) | (
        pl.int_range(pl.len()).over("prm") == pl.len().over("prm") - 1
    )
    known = periods.filter(pl.col("energy_kwh") >= 0).sort("prm", "start", "end")
    whole = known.filter(pl.col("end_told") | ~at_edge)
    rate = pl.col("energy_kwh") / pl.col("days")
    before = rate.shift(1).over("prm")
    follows = pl.col("start") == pl.col("end").shift(1).over("prm")
    same = follows & ((rate - before).abs() <= SAME_RATE * before) & (before > 0)
    return (
        whole.with_columns((~same.fill_null(value=False)).cum_sum().over("prm").alias("_reading"))
        .group_by("prm", "_reading", maintain_order=True)
        .agg(pl.col("start").first(), pl.col("end").last(), pl.col("energy_kwh").sum())
        .drop("_reading")
    )
