"""Nights: intervals in which the sun stands below a threshold, to the second."""

import numpy as np
from numpy.typing import NDArray

from bocage.science.intervals import EMPTY
from bocage.science.sun import elevation_deg

Array = NDArray[np.float64]

STEP_S = 600.0
BISECTIONS = 12


def nights(start_s: float, end_s: float, *, latitude_deg: float, longitude_deg: float, threshold_deg: float) -> Array:
    """Intervals of [start, end) in which the geometric elevation of the sun is below a threshold.

    Crossings are bracketed every 10 minutes and bisected to 0.15 s; a day or a night shorter than
    10 minutes, which happens only near the polar circles, may be missed.

    Args:
        start_s: first instant, Unix time, UTC [s].
        end_s: instant after the last, Unix time, UTC [s].
        latitude_deg: latitude, WGS 84 [degrees north].
        longitude_deg: longitude, WGS 84 [degrees east].
        threshold_deg: elevation below which it is night [degrees].

    Returns:
        Array (n, 2) of beginnings and ends, disjoint and sorted [s].

    Raises:
        ValueError: the end is not after the start.

    On 21 March 2025 at the equator, sunset to sunrise takes very nearly half of the day:

    >>> day = 1_742_515_200.0
    >>> n = nights(day, day + 86_400, latitude_deg=0.0, longitude_deg=0.0, threshold_deg=0.0)
    >>> round(float((n[:, 1] - n[:, 0]).sum()) / 3600, 1)
    12.0
    """
    if end_s <= start_s:
        raise ValueError(f"a period needs an end after its start, not {start_s} to {end_s}")

    def above(times: Array) -> Array:
        return elevation_deg(times, latitude_deg, longitude_deg) - threshold_deg

    grid = np.append(np.arange(start_s, end_s, STEP_S), end_s)
    dark = above(grid) < 0
    change = np.flatnonzero(dark[1:] != dark[:-1])
    low, high = grid[change], grid[change + 1]
    dark_before = dark[change]
    for _ in range(BISECTIONS):
        middle = (low + high) / 2
        same = (above(middle) < 0) == dark_before
        low, high = np.where(same, middle, low), np.where(same, high, middle)
    edges = np.concatenate([[start_s] if dark[0] else [], (low + high) / 2, [end_s] if dark[-1] else []])
    return edges.reshape(-1, 2) if len(edges) else EMPTY
