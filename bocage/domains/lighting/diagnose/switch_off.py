"""Hours at which points of some categories burn although the arrêté wants them off."""

import polars as pl

from bocage.domains.lighting.physics.hours import HOUR_S, REGIME_COLUMNS, burning
from bocage.parameters.reader import Parameters
from bocage.science.civil import clock_minute, daily_window, year_bounds_s
from bocage.science.intervals import duration_s, intersect
from bocage.vocabulary.domain import Site

UNLAWFUL_H = "_unlawful_h"
NOON_MINUTE = 12 * 60
"""Where the law lets a category burn again at sunset only, its lights must be off until noon at least."""


def with_unlawful_hours(rows: pl.DataFrame, parameters: Parameters, site: Site, *, year: int) -> pl.DataFrame:
    """Add the yearly hours lit between the hour of switch-off of the category and that of switch-on [h/year].

    Presence detection is allowed: such points count no hour. Delays after the end of an activity
    (shop windows, car parks, worksites) cannot be read in an inventory and are not judged.

    Args:
        rows: completed luminaires.
        parameters: of the domain.
        site: where.
        year: year of the nights.

    Returns:
        The rows with `_unlawful_h`: null for categories without such hours.
    """
    hours = parameters["law.switch_off"].value
    concerned = rows.filter(pl.col("category").is_in(list(hours)) & ~pl.col("detection").fill_null(value=False))
    if concerned.is_empty():
        return rows.with_columns(pl.lit(None, dtype=pl.Float64).alias(UNLAWFUL_H))
    names = ["category", *REGIME_COLUMNS]
    distinct = concerned.select(names).unique(maintain_order=True)
    found = [_hours(regime, hours[regime["category"]], site, year) for regime in distinct.iter_rows(named=True)]
    told = distinct.with_columns(pl.Series(UNLAWFUL_H, found, dtype=pl.Float64))
    joined = rows.join(told, on=names, how="left", nulls_equal=True, maintain_order="left")
    detected = pl.col("detection").fill_null(value=False)
    return joined.with_columns(pl.when(~detected).then(UNLAWFUL_H).alias(UNLAWFUL_H))


def _hours(regime: dict[str, object], law: dict[str, str | None], site: Site, year: int) -> float:
    start_s, end_s = year_bounds_s(year, site.timezone)
    off_by, on_from = clock_minute(law["off_by"] or ""), clock_minute(law["on_from"] or "")
    assert off_by is not None, "the law gives an hour of switch-off"
    dark = daily_window(start_s, end_s, off_by, NOON_MINUTE if on_from is None else on_from, site.timezone)
    found = burning(site, regime, start_s=start_s, end_s=end_s)
    lit = sum(duration_s(intersect(part, dark)) for part in (found.full, found.dimmed))
    return lit / HOUR_S
