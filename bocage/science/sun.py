"""Elevation of the sun: Meeus' low-accuracy theory, vectorised (within 0.012° of NREL's SPA from 2000 to 2050)."""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

J2000_UNIX_S = 946_728_000.0
"""2000-01-01 12:00 UTC as Unix time."""
DAY_S = 86_400.0
CENTURY_DAYS = 36_525.0
TERRESTRIAL_MINUS_UNIVERSAL_S = 69.0
"""TT − UT around 2025; an error of 10 s moves the sun by 0.0001°."""


def elevation_deg(unix_s: Array, latitude_deg: float, longitude_deg: float) -> Array:
    """Geometric elevation of the centre of the sun above the horizon, without refraction.

    sin h = sin φ sin δ + cos φ cos δ cos H, with the apparent declination δ and hour angle H from
    J. Meeus, Astronomical Algorithms, 2nd ed., chapters 12, 22 and 25 (low accuracy).

    Args:
        unix_s: array (n,) of Unix times, UTC [s].
        latitude_deg: latitude, WGS 84 [degrees north].
        longitude_deg: longitude, WGS 84 [degrees east].

    Returns:
        Array (n,) [degrees].

    At the equator and the meridian of Greenwich the sun of the March equinox is near the zenith:

    >>> noon = np.array([1_742_472_000.0 + 450.0])  # 2025-03-20 12:07:30 UTC
    >>> bool(elevation_deg(noon, 0.0, 0.0)[0] > 89.5)
    True
    """
    days = (np.asarray(unix_s, dtype=np.float64) - J2000_UNIX_S) / DAY_S
    centuries = (days + TERRESTRIAL_MINUS_UNIVERSAL_S / DAY_S) / CENTURY_DAYS
    ascension, declination, equation_of_equinoxes = _apparent_place(centuries)
    sidereal_deg = 280.46061837 + 360.98564736629 * days + 0.000387933 * (days / CENTURY_DAYS) ** 2
    hour_angle = np.radians(sidereal_deg + longitude_deg) + equation_of_equinoxes - ascension
    latitude = np.radians(latitude_deg)
    sine = np.sin(latitude) * np.sin(declination) + np.cos(latitude) * np.cos(declination) * np.cos(hour_angle)
    return np.asarray(np.degrees(np.arcsin(np.clip(sine, -1.0, 1.0))))


def _apparent_place(t: Array) -> tuple[Array, Array, Array]:
    """Apparent right ascension, declination and equation of the equinoxes [rad] at Julian centuries `t`."""
    mean_longitude = 280.46646 + 36000.76983 * t + 0.0003032 * t**2
    anomaly = np.radians(357.52911 + 35999.05029 * t - 0.0001537 * t**2)
    centre = (
        (1.914602 - 0.004817 * t - 0.000014 * t**2) * np.sin(anomaly)
        + (0.019993 - 0.000101 * t) * np.sin(2 * anomaly)
        + 0.000289 * np.sin(3 * anomaly)
    )
    node = np.radians(125.04 - 1934.136 * t)
    longitude = np.radians(mean_longitude + centre - 0.00569 - 0.00478 * np.sin(node))
    obliquity = np.radians(23.439291 - 0.0130042 * t + 0.00256 * np.cos(node))
    ascension = np.arctan2(np.cos(obliquity) * np.sin(longitude), np.cos(longitude))
    declination = np.arcsin(np.sin(obliquity) * np.sin(longitude))
    nutation_deg = -0.00478 * np.sin(node)
    return ascension, declination, np.radians(nutation_deg * np.cos(obliquity))
