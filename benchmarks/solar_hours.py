"""Position of the sun and nights of a year: accuracy against pvlib's NREL SPA, and speed of both."""

import datetime as dt
import importlib.util
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.frame import Figure, at_most, figure, median_s
from bocage.science.civil import year_bounds_s
from bocage.science.intervals import duration_s
from bocage.science.night import nights
from bocage.science.sun import elevation_deg

Array = NDArray[np.float64]

PLACES = {"Marseille": (43.3, 5.37), "Paris": (48.85, 2.35), "Lille": (50.63, 3.06), "Saint-Denis": (-20.88, 55.45)}
SAMPLES = 100_000
ERROR_GOAL_DEG = 0.02
HOURS_GOAL = 1.0
RANGE_H = (4094.0, 4215.0)


def run(*, seed: int) -> dict[str, Any]:
    """Error over random instants of 2000-2050, error of yearly hours, instants per second, time of one year.

    Args:
        seed: seed of the random instants.
    """
    has_peer = importlib.util.find_spec("pvlib") is not None
    random = np.random.default_rng(seed)
    bounds = [dt.datetime(year, 1, 1, tzinfo=dt.UTC).timestamp() for year in (2000, 2050)]
    times = np.sort(random.uniform(bounds[0], bounds[1], SAMPLES)).round()
    year = year_bounds_s(2025, "Europe/Paris")
    ours_s = median_s(lambda: elevation_deg(times, *PLACES["Paris"]))
    figures = [*_range_figures(year), _year_figure(year)]
    if has_peer:
        errors = [float(np.abs(elevation_deg(times, *place) - _peer(times, *place)).max()) for place in PLACES.values()]
        peer_s = median_s(lambda: _peer(times, *PLACES["Paris"]))
        gaps = [abs(_hours(year, place) - _peer_hours(year, place)) for place in PLACES.values()]
        figures += [
            at_most("largest error of elevation, 4 places", max(errors), "degree", ERROR_GOAL_DEG),
            at_most("largest error of hours below -3° in 2025", max(gaps), "h/year", HOURS_GOAL),
            figure("instants per second", SAMPLES / ours_s, "1/s", peer=SAMPLES / peer_s, holds=peer_s > ours_s),
        ]
    else:
        figures += [
            at_most("largest error of elevation, 4 places (pvlib is not installed)", None, "degree", ERROR_GOAL_DEG),
            figure("instants per second", SAMPLES / ours_s, "1/s"),
        ]
    return {"name": "solar-hours", "figures": figures}


def _range_figures(year: tuple[float, float]) -> list[Figure]:
    """Fewest and most full-night hours of mainland France between thresholds of -3° and -2°."""
    towns = [PLACES[name] for name in ("Marseille", "Paris", "Lille")]
    found = [_hours(year, town, threshold_deg) for town in towns for threshold_deg in (-2, -3)]
    return [
        figure(what, value, "h/year", goal=goal, holds=abs(value - goal) <= HOURS_GOAL)
        for what, value, goal in (
            ("fewest full-night hours (Lille, -3°)", min(found), RANGE_H[0]),
            ("most full-night hours (Marseille, -2°)", max(found), RANGE_H[1]),
        )
    ]


def _year_figure(year: tuple[float, float]) -> Figure:
    seconds = median_s(lambda: _hours(year, PLACES["Paris"]))
    return at_most("nights of one place and year", 1000 * seconds, "ms", 50.0)


def _hours(year: tuple[float, float], place: tuple[float, float], threshold_deg: float = -3.0) -> float:
    found = nights(*year, latitude_deg=place[0], longitude_deg=place[1], threshold_deg=threshold_deg)
    return duration_s(found) / 3600


def _peer_hours(year: tuple[float, float], place: tuple[float, float], threshold_deg: float = -3.0) -> float:
    """Hours below the threshold counted minute by minute with the peer."""
    minutes = np.arange(year[0] + 30, year[1], 60.0)
    return float((_peer(minutes, *place) < threshold_deg).sum() / 60)


def _peer(times_s: Array, latitude_deg: float, longitude_deg: float) -> Array:
    import pandas as pd  # noqa: PLC0415 - optional peer
    import pvlib  # noqa: PLC0415 - optional peer

    stamps = pd.to_datetime(times_s, unit="s", utc=True)
    return np.asarray(pvlib.solarposition.spa_python(stamps, latitude_deg, longitude_deg)["elevation"].to_numpy())
