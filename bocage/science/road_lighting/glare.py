"""Disability glare: veiling luminance and threshold increment (EN 13201-3:2015, CIE 146)."""

import numpy as np
from numpy.typing import NDArray

from bocage.science.road_lighting.layout import lane_axes, light_pairs, longitudinal_points, place_luminaires
from bocage.science.road_lighting.optics import Optics
from bocage.science.road_lighting.road import Roads
from bocage.science.road_lighting.standard import Standard

Array = NDArray[np.float64]


def veiling_luminance(roads: Roads, optics: Optics, *, edition: Standard) -> Array:
    """Veiling luminance of new luminaires for an observer in each lane, who moves through one spacing.

    The first place is 2.75 (H − 1.5 m) before a luminaire of the first row; luminaires above the
    plane of 20° over the eye are hidden by the car, those further than 500 m are left out.

    Args:
        roads: n roads with equal numbers of rows, lanes and points along.
        optics: their photometries.
        edition: constants of the standard.

    Returns:
        Array (n, lanes, places) [cd/m²].

    Luminaires that light nothing above 70° dazzle nobody:

    >>> from bocage.science.photometry.intensity import tabulate
    >>> from bocage.science.road_lighting.optics import gather_optics
    >>> from bocage.science.road_lighting.standard import standard
    >>> shaded = gather_optics([tabulate([0.0], [0.0, 65.0, 70.0, 90.0], [[100.0, 100.0, 0.0, 0.0]])])
    >>> veil = veiling_luminance(Roads(width_m=7.0, spacing_m=30.0, height_m=8.0), shaded, edition=standard())
    >>> veil.shape, float(veil.max())
    ((1, 2, 10), 0.0)
    """
    above = roads.of("height_m") - edition.eye_height_m
    places = int(longitudinal_points(roads, edition)[0])
    start = -edition.glare_first_distance_heights * above
    x = start[:, None] + roads.of("spacing_m")[:, None] * np.arange(places) / places
    hidden = above / np.tan(np.radians(edition.glare_screen_degree))
    lights = place_luminaires(roads, -start - hidden, np.full(len(roads), edition.glare_reach_m))
    pairs = light_pairs(roads, optics, lights, x, lane_axes(roads), edition.eye_height_m)
    ahead = -pairs.along_m
    rise = above[:, None, None, None]
    square = pairs.ground_m2 + rise * rise
    distance = np.sqrt(square)
    down = np.radians(edition.sight_depression_degree)
    cosine = (ahead * np.cos(down) - rise * np.sin(down)) / distance
    theta = np.degrees(np.arccos(np.clip(cosine, -1.0, 1.0)))
    seen = (ahead >= hidden[:, None, None, None]) & (ahead <= edition.glare_reach_m)
    seen = seen & (theta > edition.glare_angle_minimum_degree) & (theta < edition.glare_angle_maximum_degree)
    at_eye = pairs.intensity_cd_klm * cosine / square
    veil = (at_eye * veil_per_lux(theta, edition) * seen).sum(axis=3)
    return np.asarray(np.moveaxis(veil, 1, 2) * (roads.of("source_flux_lm") / 1000)[:, None, None])


def veil_per_lux(theta_deg: Array, edition: Standard) -> Array:
    """Veiling luminance of one lux at the eye, from a source at an angle from the line of sight.

    9.86 [1 + (A/66.4)⁴] / θ² from 1.5° to 60°; 10/θ³ + 5 [1 + (A/62.5)⁴] / θ² below, at the age A.

    Args:
        theta_deg: array of angles, above 0 [degrees].
        edition: constants of the standard.

    >>> from bocage.science.road_lighting.standard import standard
    >>> round(float(veil_per_lux(np.array(10.0), standard())), 5)
    0.10002
    """
    age = edition.glare_age_years
    far = edition.glare_far_factor * (1 + (age / edition.glare_far_age) ** 4)
    near = edition.glare_near_square * (1 + (age / edition.glare_near_age) ** 4)
    square = np.maximum(theta_deg * theta_deg, edition.glare_angle_minimum_degree**2)
    small = theta_deg <= edition.glare_angle_near_degree
    if not small.any():
        return np.asarray(far / square)
    return np.asarray(np.where(small, (edition.glare_near_cubic / np.sqrt(square) + near) / square, far / square))


def threshold_increment_percent(veil_cd_m2: Array, luminance_cd_m2: Array, edition: Standard) -> Array:
    """Threshold increment fTI, how much more contrast glare makes necessary.

    65 Lv / L^0.8 up to 5 cd/m², 95 Lv / L^1.05 above.

    Args:
        veil_cd_m2: array of veiling luminances [cd/m²].
        luminance_cd_m2: array of average luminances of the road, new installation [cd/m²].
        edition: constants of the standard.

    Returns:
        Array [%]; infinite where the road is dark and something glares.

    >>> from bocage.science.road_lighting.standard import standard
    >>> float(threshold_increment_percent(np.array(0.1), np.array(1.0), standard()))
    6.5
    """
    bright = luminance_cd_m2 > edition.increment_bright_cd_m2
    factor = np.where(bright, edition.increment_bright_factor, edition.increment_factor)
    exponent = np.where(bright, edition.increment_bright_exponent, edition.increment_exponent)
    with np.errstate(divide="ignore", invalid="ignore"):
        increment = factor * veil_cd_m2 / luminance_cd_m2**exponent
    return np.asarray(np.where(veil_cd_m2 > 0, increment, 0.0))
