"""Yearly burning hours of a switching regime: sun threshold, curfew and dimming window in their exact interplay."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import polars as pl
from numpy.typing import NDArray

from bocage.domains.lighting.inventory.declared import real_setting
from bocage.science.civil import clock_minute, daily_window, year_bounds_s
from bocage.science.intervals import EMPTY, duration_s, intersect, subtract
from bocage.science.night import nights
from bocage.vocabulary.domain import Site

Array = NDArray[np.float64]

HOUR_S = 3600.0
FULL_LIGHT_PERCENT = 100.0
REGIME_COLUMNS = (
    "regime", "switching", "curfew_from", "curfew_to", "dimming_from", "dimming_to", "dimming_level_percent",
)  # fmt: skip

HOURS = ("full_h", "dimmed_h", "dark_h", "night_h", "full_edge_h", "dimmed_edge_h", "year_h")


@dataclass(frozen=True)
class Burning:
    """When the points of one regime burn within a period.

    Attributes:
        full: intervals at full output (n, 2) [s].
        dimmed: intervals at the dimmed level (m, 2) [s].
        night: intervals in which the switching device calls for light (p, 2) [s].
        year_s: length of the period [s].
    """

    full: Array
    dimmed: Array
    night: Array
    year_s: float


def burning(site: Site, regime: dict[str, object], *, start_s: float, end_s: float) -> Burning:
    """Intervals at full and dimmed output of one regime.

    `permanent` burns at full output all the time; `off` never. At night the curfew removes hours
    first, dimming acts on those that remain. A window whose hours cannot be read is none.

    Args:
        site: where, and the elevations at which devices switch.
        regime: values of `REGIME_COLUMNS`.
        start_s: first instant, Unix time [s].
        end_s: instant after the last, Unix time [s].
    """
    threshold = real_setting(
        site, "photocell_elevation_deg" if regime["switching"] == "photocell" else "clock_elevation_deg"
    )
    night = _nights(start_s, end_s, site.latitude_deg, site.longitude_deg, threshold)
    if regime["regime"] == "permanent":
        return Burning(np.array([[start_s, end_s]]), EMPTY, night, end_s - start_s)
    if regime["regime"] == "off":
        return Burning(EMPTY, EMPTY, night, end_s - start_s)
    lit = subtract(night, _window(site, regime, "curfew", start_s, end_s))
    level = regime["dimming_level_percent"]
    is_dimmed = level is None or (isinstance(level, int | float) and level < FULL_LIGHT_PERCENT)
    window = _window(site, regime, "dimming", start_s, end_s) if is_dimmed else EMPTY
    return Burning(subtract(lit, window), intersect(lit, window), night, end_s - start_s)


@lru_cache(maxsize=64)
def _nights(start_s: float, end_s: float, latitude_deg: float, longitude_deg: float, threshold_deg: float) -> Array:
    return nights(start_s, end_s, latitude_deg=latitude_deg, longitude_deg=longitude_deg, threshold_deg=threshold_deg)


def _window(site: Site, regime: dict[str, object], name: str, start_s: float, end_s: float) -> Array:
    bounds = [clock_minute(str(regime[f"{name}_{end}"] or "")) for end in ("from", "to")]
    if bounds[0] is None or bounds[1] is None:
        return EMPTY
    return _daily(start_s, end_s, bounds[0], bounds[1], site.timezone)


@lru_cache(maxsize=64)
def _daily(start_s: float, end_s: float, from_minute: int, to_minute: int, timezone: str) -> Array:
    return daily_window(start_s, end_s, from_minute, to_minute, timezone)


def with_hours(frame: pl.DataFrame, site: Site) -> pl.DataFrame:
    """Add the yearly hours of each luminaire, computed once per distinct regime.

    Args:
        frame: completed luminaires (n rows), or any rows with `REGIME_COLUMNS`.
        site: where, and the year of the nights.

    Returns:
        The rows in their order with the columns `HOURS` [h/year]: `full_h`, `dimmed_h`, `dark_h` (night
        without light), `night_h` (device calls for light; 0 for permanent and off), `full_edge_h` and
        `dimmed_edge_h` (parts of `night_h` whose dusk or dawn is lit at full or dimmed output: what a
        relative error on the length of nights multiplies), `year_h`.

    >>> import datetime as dt
    >>> site = Site(territory_id="00000", longitude_deg=2.0, latitude_deg=47.0, date=dt.date(2026, 1, 1))
    >>> lamp = {**dict.fromkeys(REGIME_COLUMNS), "regime": "permanent"}
    >>> with_hours(pl.DataFrame([lamp]), site)["full_h"].item()
    8760.0
    """
    start_s, end_s = year_bounds_s(int(real_setting(site, "hours_year")), site.timezone)
    distinct = frame.select(REGIME_COLUMNS).unique(maintain_order=True)
    rows = []
    for regime in distinct.iter_rows(named=True):
        found = burning(site, regime, start_s=start_s, end_s=end_s)
        rows.append({**regime, **_yearly(found, is_night=regime["regime"] not in {"permanent", "off"})})
    schema: dict[str, pl.DataType] = {**distinct.schema, **dict.fromkeys(HOURS, pl.Float64())}
    return frame.join(
        pl.DataFrame(rows, schema=schema), on=REGIME_COLUMNS, how="left", nulls_equal=True, maintain_order="left"
    )


def _yearly(found: Burning, *, is_night: bool) -> dict[str, float]:
    lit_at_night = sum(duration_s(intersect(found.night, lit)) for lit in (found.full, found.dimmed))
    night = duration_s(found.night) / HOUR_S
    return {
        "full_h": duration_s(found.full) / HOUR_S,
        "dimmed_h": duration_s(found.dimmed) / HOUR_S,
        "dark_h": night - lit_at_night / HOUR_S,
        "night_h": night if is_night else 0.0,
        "full_edge_h": night * _share_of_edges(found.night, found.full) if is_night else 0.0,
        "dimmed_edge_h": night * _share_of_edges(found.night, found.dimmed) if is_night else 0.0,
        "year_h": found.year_s / HOUR_S,
    }


def _share_of_edges(night: Array, lit: Array) -> float:
    """Share of the dusks and dawns at which the point is lit this way; edges are the same floats in both sets."""
    edges = np.concatenate([np.isin(night[:, 0], lit[:, 0]), np.isin(night[:, 1], lit[:, 1])])
    return float(edges.mean()) if len(edges) else 0.0
