"""Yearly burning hours of a switching regime: sun threshold, curfew and dimming windows in their exact interplay."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import polars as pl
from numpy.typing import NDArray

from bocage.domains.lighting.inventory.declared import real_setting
from bocage.domains.lighting.physics.profile import Step, read_profile
from bocage.science.civil import clock_minute, daily_window, year_bounds_s
from bocage.science.intervals import EMPTY, duration_s, intersect, merge, subtract
from bocage.science.night import nights
from bocage.vocabulary.domain import Site

Array = NDArray[np.float64]

HOUR_S = 3600.0
FULL_LIGHT_PERCENT = 100.0
HEART_OF_NIGHT_MINUTE = 60
"""01:00, the hour at which a point is said to be dark or lit in the heart of the night."""
REGIME_COLUMNS = (
    "regime", "switching", "curfew_from", "curfew_to", "dimming_from", "dimming_to", "dimming_level_percent",
    "dimming_profile",
)  # fmt: skip

HOURS = ("full_h", "dimmed_h", "dark_h", "night_h", "full_edge_h", "dimmed_edge_h", "year_h", "lit_at_1")


@dataclass(frozen=True)
class Burning:
    """When the points of one regime burn within a period.

    Attributes:
        full: intervals at full output (n, 2) [s].
        dimmed: intervals below it, whatever the level (m, 2) [s].
        night: intervals in which the switching device calls for light (p, 2) [s].
        year_s: length of the period [s].
        steps: light level [1] and intervals of each step of `dimmed`, which they share out.
    """

    full: Array
    dimmed: Array
    night: Array
    year_s: float
    steps: tuple[tuple[float, Array], ...] = ()


def burning(site: Site, regime: dict[str, object], *, start_s: float, end_s: float) -> Burning:
    """Intervals at full and dimmed output of one regime.

    `permanent` burns at full output all the time; `off` never. At night the curfew removes hours
    first, dimming acts on those that remain. A profile of several steps prevails over a single
    window; where its steps overlap, the later one in the list does. Windows that cannot be read are none.

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
    rest = subtract(night, _curfew(site, regime, start_s, end_s))
    found: list[tuple[float, Array]] = []
    for step in reversed(dimming_steps(site, regime)):
        window = _daily(start_s, end_s, step.from_minute, step.to_minute, site.timezone)
        inside, rest = intersect(rest, window), subtract(rest, window)
        found.append((step.level, inside))
    full = merge(np.concatenate([rest, *(part for level, part in found if level >= 1.0)]))
    steps = tuple((level, part) for level, part in reversed(found) if 0.0 < level < 1.0)
    dimmed = merge(np.concatenate([part for _, part in steps])) if steps else EMPTY
    return Burning(full, dimmed, night, end_s - start_s, steps)


def dimming_steps(site: Site, regime: dict[str, object]) -> tuple[Step, ...]:
    """The steps of dimming of a regime, from its profile or its single window; none where neither can be read.

    Args:
        site: the level of a window that declares none.
        regime: values of `REGIME_COLUMNS`.
    """
    profile = regime["dimming_profile"]
    if profile:
        return read_profile(str(profile)) or ()
    bounds = [clock_minute(str(regime[f"dimming_{end}"] or "")) for end in ("from", "to")]
    if bounds[0] is None or bounds[1] is None or bounds[0] == bounds[1]:
        return ()
    percent = regime["dimming_level_percent"]
    if not isinstance(percent, int | float):
        percent = real_setting(site, "dimming_level_percent")
    return (Step(bounds[0], bounds[1], percent / FULL_LIGHT_PERCENT),)


@lru_cache(maxsize=64)
def _nights(start_s: float, end_s: float, latitude_deg: float, longitude_deg: float, threshold_deg: float) -> Array:
    return nights(start_s, end_s, latitude_deg=latitude_deg, longitude_deg=longitude_deg, threshold_deg=threshold_deg)


def _curfew(site: Site, regime: dict[str, object], start_s: float, end_s: float) -> Array:
    bounds = [clock_minute(str(regime[f"curfew_{end}"] or "")) for end in ("from", "to")]
    if bounds[0] is None or bounds[1] is None:
        return EMPTY
    return _daily(start_s, end_s, bounds[0], bounds[1], site.timezone)


@lru_cache(maxsize=64)
def _daily(start_s: float, end_s: float, from_minute: int, to_minute: int, timezone: str) -> Array:
    return daily_window(start_s, end_s, from_minute, to_minute, timezone)


@dataclass(frozen=True)
class YearlyHours:
    """What a regime does over a year.

    Attributes:
        hours: by name of `HOURS`.
        steps: for each step of dimming, its level [1], its hours, and its part of `dimmed_edge_h` [h/year].
    """

    hours: dict[str, float]
    steps: tuple[tuple[float, float, float], ...]


def yearly_hours(site: Site, regime: dict[str, object]) -> YearlyHours:
    """Hours of one regime over the year of the site's nights.

    Args:
        site: where, and the year.
        regime: values of `REGIME_COLUMNS`.

    >>> import datetime as dt
    >>> site = Site(territory_id="00000", longitude_deg=2.0, latitude_deg=47.0, date=dt.date(2026, 1, 1))
    >>> yearly_hours(site, {**dict.fromkeys(REGIME_COLUMNS), "regime": "permanent"}).hours["full_h"]
    8760.0
    """
    start_s, end_s = year_bounds_s(int(real_setting(site, "hours_year")), site.timezone)
    found = burning(site, regime, start_s=start_s, end_s=end_s)
    is_night = regime["regime"] not in {"permanent", "off"}
    lit = merge(np.concatenate([found.full, found.dimmed]))
    at_one = _daily(start_s, end_s, HEART_OF_NIGHT_MINUTE, HEART_OF_NIGHT_MINUTE + 1, site.timezone)
    night = duration_s(found.night) / HOUR_S
    edge = night if is_night else 0.0
    hours = {
        "full_h": duration_s(found.full) / HOUR_S,
        "dimmed_h": duration_s(found.dimmed) / HOUR_S,
        "dark_h": night - duration_s(intersect(found.night, lit)) / HOUR_S,
        "night_h": edge,
        "full_edge_h": edge * _share_of_edges(found.night, found.full),
        "dimmed_edge_h": edge * _share_of_edges(found.night, found.dimmed),
        "year_h": found.year_s / HOUR_S,
        "lit_at_1": duration_s(intersect(lit, at_one)) / duration_s(at_one),
    }
    steps = tuple(
        (level, duration_s(part) / HOUR_S, edge * _share_of_edges(found.night, part)) for level, part in found.steps
    )
    return YearlyHours(hours, steps)


def with_hours(frame: pl.DataFrame, site: Site) -> pl.DataFrame:
    """Add the yearly hours of each luminaire, computed once per distinct regime.

    Args:
        frame: completed luminaires (n rows), or any rows with `REGIME_COLUMNS`.
        site: where, and the year of the nights.

    Returns:
        The rows in their order with the columns `HOURS` [h/year]: `full_h`, `dimmed_h`, `dark_h` (night
        without light), `night_h` (device calls for light; 0 for permanent and off), `full_edge_h` and
        `dimmed_edge_h` (parts of `night_h` whose dusk or dawn is lit at full or dimmed output: what a
        relative error on the length of nights multiplies), `year_h`; and `lit_at_1`, the share of the
        nights in which the point gives light at 01:00 [1].

    >>> import datetime as dt
    >>> site = Site(territory_id="00000", longitude_deg=2.0, latitude_deg=47.0, date=dt.date(2026, 1, 1))
    >>> lamp = {**dict.fromkeys(REGIME_COLUMNS), "regime": "permanent"}
    >>> with_hours(pl.DataFrame([lamp]), site)["full_h"].item()
    8760.0
    """
    distinct = frame.select(REGIME_COLUMNS).unique(maintain_order=True)
    rows = [{**regime, **yearly_hours(site, regime).hours} for regime in distinct.iter_rows(named=True)]
    schema: dict[str, pl.DataType] = {**distinct.schema, **dict.fromkeys(HOURS, pl.Float64())}
    return frame.join(
        pl.DataFrame(rows, schema=schema), on=REGIME_COLUMNS, how="left", nulls_equal=True, maintain_order="left"
    )


def _share_of_edges(night: Array, lit: Array) -> float:
    """Share of the dusks and dawns at which the point is lit this way; edges are the same floats in both sets."""
    edges = np.concatenate([np.isin(night[:, 0], lit[:, 0]), np.isin(night[:, 1], lit[:, 1])])
    return float(edges.mean()) if len(edges) else 0.0
