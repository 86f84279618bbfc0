"""Delivery points: what each feeds, what it bills, what it should have used over the same days."""

import datetime as dt

import numpy as np
import polars as pl

from bocage.domains.lighting.inventory.declared import lighting_parameters
from bocage.domains.lighting.inventory.delivery import CABINET, DERIVED, INVOICE, POINT, feeding
from bocage.domains.lighting.inventory.invoices import billed_periods, summed_periods
from bocage.domains.lighting.physics.bills import ELECTRICITY, LIGHTING, delivery_prices
from bocage.domains.lighting.physics.periods import expected_kwh
from bocage.domains.lighting.simulate.totals import totals
from bocage.vocabulary.columns import shared_asset_tables
from bocage.vocabulary.domain import Assets, Site
from bocage.vocabulary.draws import HIGH_PERCENTILE, LOW_PERCENTILE
from bocage.vocabulary.references import delivery_reference, was_rewritten
from bocage.vocabulary.units import DAYS_PER_YEAR

YEAR = "366d"
FIGURES = (
    "asset_id", "light_points_fed", "installed_power_kw", "billed_from", "billed_to", "billed_kwh", "expected_kwh",
    "expected_low_kwh", "expected_high_kwh", "billed_ratio", "billing", "needed_kva", "billed_price_eur_kwh",
    "missing_months", "flags",
)  # fmt: skip


def has_bills(assets: Assets) -> bool:
    """Whether anything tells of delivery points: one of them, a cabinet or an invoice."""
    return any(name in assets and assets[name].height for name in (POINT, INVOICE, CABINET))


def delivery_figures(assets: Assets, rows: pl.DataFrame, site: Site) -> pl.DataFrame:
    """One row for each delivery point that is, or may be, one of lighting.

    The energy compared is that of the last twelve months billed at the point; the energy expected is
    computed over exactly the days of its invoices. Points declared for another use or another energy
    are left out, unless a cabinet hangs on them.

    Args:
        assets: completed.
        rows: luminaires with their load (`with_load`).
        site: where, date, settings, draws.

    Returns:
        The declared columns of `delivery_point`, those of `FIGURES` but `flags`, and what the rules read:
        `linked`, `cabinets`, `paid_eur`, `days`, `estimated_days`, `twice`, `rewritten`, `told_price`,
        `contract_eur`, and the prices of `delivery_prices`.
    """
    points = _points(assets)
    fed = _fed(assets, rows)
    periods = summed_periods(billed_periods(assets))
    billed = _billed(periods, rows, fed, site)
    prices = delivery_prices(assets, site).drop("asset_id", "subscribed_power_kva").unique("prm", keep="first")
    whole = (
        points.join(_links(assets), on="prm", how="left")
        .join(_loads(rows, fed, site), on="prm", how="left")
        .join(billed, on="prm", how="left")
        .join(_irregular(periods, billed_periods(assets)), on="prm", how="left")
        .join(prices, on="prm", how="left", nulls_equal=False)
        .with_columns(
            pl.col("cabinets").fill_null(0),
            pl.col("light_points_fed", "installed_power_kw").fill_null(0.0),
            pl.col("missing_months").fill_null(0.0),
        )
        .with_columns((pl.col("cabinets") > 0).alias("linked"))
    )
    other_use = pl.col("use").ne(LIGHTING).fill_null(value=False) | pl.col("carrier").ne(ELECTRICITY)
    return _judged(whole.filter(pl.col("linked") | ~other_use.fill_null(value=False)), site).sort("asset_id")


def _points(assets: Assets) -> pl.DataFrame:
    table = shared_asset_tables()[POINT]
    frame = table.conform(assets[POINT]) if POINT in assets else table.empty()
    named = [
        assets[name].filter(was_rewritten("prm")).select(delivery_reference("prm"))
        for name in (CABINET, INVOICE)
        if name in assets and "prm" in assets[name].columns
    ]
    rewritten = pl.concat([pl.DataFrame(schema={"prm": pl.String}), *named]).drop_nulls().unique()
    return (
        frame.with_columns(was_rewritten("prm").alias("_own"), delivery_reference("prm"))
        .drop_nulls("prm")
        .unique("prm", keep="first", maintain_order=True)
        .with_columns(
            (pl.col("_own") | pl.col("prm").is_in(rewritten["prm"].implode())).alias("rewritten"),
            (pl.col("source") == DERIVED).fill_null(value=False).alias("derived"),
        )
        .drop("_own")
    )


def _fed(assets: Assets, rows: pl.DataFrame) -> pl.DataFrame:
    """The luminaires that have a delivery point, with it."""
    found = feeding(assets).select("asset_id", "prm").drop_nulls("prm")
    return rows.join(found, on="asset_id", how="inner", maintain_order="left").filter(pl.col("regime") != "off")


def _links(assets: Assets) -> pl.DataFrame:
    if CABINET not in assets or "prm" not in assets[CABINET].columns:
        return pl.DataFrame(schema={"prm": pl.String, "cabinets": pl.UInt32})
    return assets[CABINET].select(delivery_reference("prm")).drop_nulls().group_by("prm").len("cabinets")


def _loads(rows: pl.DataFrame, fed: pl.DataFrame, site: Site) -> pl.DataFrame:
    """Points, power and the bounds of the yearly energy over its value, by delivery point."""
    order = fed["prm"].unique().sort().to_list()
    if not order:
        names = ("light_points_fed", "installed_power_kw", "ratio_low", "ratio_high")
        return pl.DataFrame(schema={"prm": pl.String, **dict.fromkeys(names, pl.Float64)})
    draws = totals(fed.select([*rows.columns, "prm"]), "prm", order, site).draws["energy_kwh"]
    centre = fed.group_by("prm").agg(
        pl.len().cast(pl.Float64).alias("light_points_fed"),
        (pl.col("system_power_w").sum() / 1000).alias("installed_power_kw"),
        pl.col("energy_kwh").sum().alias("_year_kwh"),
    )
    low, high = np.percentile(draws, [LOW_PERCENTILE, HIGH_PERCENTILE], axis=1)
    bounds = pl.DataFrame({"prm": order, "_low": low, "_high": high}).join(centre, on="prm")
    return bounds.select(
        "prm", "light_points_fed", "installed_power_kw",
        *(
            pl.when(pl.col("_year_kwh") > 0).then(pl.col(f"_{end}") / pl.col("_year_kwh")).alias(f"ratio_{end}")
            for end in ("low", "high")
        ),
    )  # fmt: skip


def _billed(periods: pl.DataFrame, rows: pl.DataFrame, fed: pl.DataFrame, site: Site) -> pl.DataFrame:
    """Sums of the last twelve months billed at each point, and what its luminaires should have used meanwhile."""
    recent = periods.filter(
        pl.col("energy_kwh").is_not_null(),
        pl.col("end") > pl.col("end").max().over("prm").dt.offset_by(f"-{YEAR}"),
        pl.col("start") >= pl.col("end").max().over("prm").dt.offset_by(f"-{YEAR}"),
    )
    expected = expected_kwh(fed.select([*rows.columns, "prm"]), recent.select("prm", "start", "end"), site, key="prm")
    return (
        recent.with_columns(expected)
        .group_by("prm")
        .agg(
            pl.col("start").min().alias("billed_from"),
            (pl.col("end").max() - dt.timedelta(days=1)).alias("billed_to"),
            pl.col("energy_kwh").sum().alias("billed_kwh"),
            pl.col("expected_kwh").sum(),
            pl.col("days").sum().cast(pl.Float64),
            pl.col("amount_eur").sum().alias("paid_eur"),
            pl.col("amount_eur").is_not_null().all().alias("priced"),
            pl.col("days").filter("estimated").sum().cast(pl.Float64).alias("estimated_days"),
        )
    )


def _irregular(periods: pl.DataFrame, lines: pl.DataFrame) -> pl.DataFrame:
    """Months without an invoice, and periods billed twice, by point."""
    last = periods["end"].max()
    gap = (pl.col("start") - pl.col("end").shift(1)).dt.total_days().over("prm")
    since = (pl.lit(last, dtype=pl.Date) - pl.col("end").max()).dt.total_days()
    missing = periods.with_columns(gap.alias("_gap")).group_by("prm").agg(
        (pl.col("_gap").clip(lower_bound=0).fill_null(0) / DAYS_PER_YEAR * 12).round().sum().alias("_inside"),
        (since / DAYS_PER_YEAR * 12).round().alias("_after"),
        (pl.col("_gap") < -1).fill_null(value=False).sum().alias("_overlaps"),
    )  # fmt: skip
    same = lines.group_by("prm", "start", "end").agg(
        pl.col("energy_kwh").drop_nulls().is_duplicated().any().alias("_same")
    )
    repeated = same.group_by("prm").agg(pl.col("_same").sum().alias("_repeats"))
    return missing.join(repeated, on="prm", how="left").select(
        "prm",
        (pl.col("_inside") + pl.col("_after")).cast(pl.Float64).alias("missing_months"),
        (pl.col("_overlaps") + pl.col("_repeats").fill_null(0)).cast(pl.Int64).alias("twice"),
    )


def _judged(points: pl.DataFrame, site: Site) -> pl.DataFrame:
    parameters = lighting_parameters(site)
    tolerance = parameters.number("supply.billing_tolerance")
    margin = parameters.number("supply.peak_margin")
    low, high = pl.col("expected_kwh") * pl.col("ratio_low"), pl.col("expected_kwh") * pl.col("ratio_high")
    fixed = pl.col("fixed_price_eur_year").fill_null(0.0) + pl.col("power_price_eur_kva_year").fill_null(0.0) * pl.col(
        "subscribed_power_kva"
    ).fill_null(0.0)
    return points.with_columns(
        pl.when(pl.col("light_points_fed") > 0).then(pl.col("expected_kwh")).alias("expected_kwh"),
        low.alias("expected_low_kwh"),
        high.alias("expected_high_kwh"),
        pl.when(pl.col("installed_power_kw") > 0).then(pl.col("installed_power_kw") * margin).alias("needed_kva"),
        pl.when(pl.col("priced") & (pl.col("billed_kwh") > 0))
        .then(pl.col("paid_eur") / pl.col("billed_kwh"))
        .alias("billed_price_eur_kwh"),
        (pl.col("billed_kwh") * pl.col("energy_price_eur_kwh") + fixed * pl.col("days") / DAYS_PER_YEAR).alias(
            "contract_eur"
        ),
    ).with_columns(
        pl.when(pl.col("expected_kwh") > 0).then(pl.col("billed_kwh") / pl.col("expected_kwh")).alias("billed_ratio"),
        pl.when(pl.col("billed_kwh").is_null())
        .then(pl.lit("not_billed"))
        .when(pl.col("light_points_fed") == 0)
        .then(pl.lit("no_luminaire"))
        .when(pl.col("billed_kwh") > pl.col("expected_high_kwh") * (1 + tolerance))
        .then(pl.lit("above"))
        .when(pl.col("billed_kwh") < pl.col("expected_low_kwh") * (1 - tolerance))
        .then(pl.lit("below"))
        .otherwise(pl.lit("match"))
        .alias("billing"),
    )
