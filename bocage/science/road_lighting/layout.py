"""Where things stand: luminaires along the road, calculation points, observers (EN 13201-3:2015)."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bocage.science.road_lighting.optics import Optics
from bocage.science.road_lighting.road import Arrangement, Roads
from bocage.science.road_lighting.standard import Standard

Array = NDArray[np.float64]
Index = NDArray[np.intp]


@dataclass(frozen=True, kw_only=True, eq=False)
class Luminaires:
    """Luminaires of several roads, arrays (roads, luminaires).

    Attributes:
        x_m: along the road, in the direction of the observer's sight; a row has one at 0 [m].
        y_m: across, from the edge of the first row [m].
        facing: 1 where C 90° points to growing y, -1 where it points back.
    """

    x_m: Array
    y_m: Array
    facing: Array


@dataclass(frozen=True, kw_only=True, eq=False)
class Pairs:
    """Light from each luminaire at each point, arrays (roads, along, across, luminaires).

    Attributes:
        along_m: from the luminaire to the point, along the road (roads, along, 1, luminaires) [m].
        ground_m2: square of the horizontal distance [m²].
        azimuth_rad: direction from the luminaire to the point, from 0 to 2π [rad].
        intensity_cd_klm: intensity towards the point [cd/klm].
    """

    along_m: Array
    ground_m2: Array
    azimuth_rad: Array
    intensity_cd_klm: Array


def longitudinal_points(roads: Roads, edition: Standard) -> Index:
    """Points along one spacing, array (n,): 10, or enough for steps of at most 3 m.

    >>> from bocage.science.road_lighting.standard import standard
    >>> longitudinal_points(Roads(width_m=7.0, spacing_m=[30.0, 31.0], height_m=8.0), standard()).tolist()
    [10, 11]
    """
    enough = np.ceil(roads.of("spacing_m") / edition.longitudinal_step_maximum_m - 1e-9)
    return np.maximum(enough, edition.longitudinal_points_minimum).astype(np.intp)


def transverse_points(width_m: Array, edition: Standard) -> Index:
    """Points of illuminance across a width, array (n,): 3, or enough for steps of at most 1.5 m.

    >>> from bocage.science.road_lighting.standard import standard
    >>> transverse_points(np.array([3.5, 7.0]), standard()).tolist()
    [3, 5]
    """
    enough = np.ceil(width_m / edition.transverse_step_maximum_m - 1e-9)
    return np.maximum(enough, edition.transverse_points_minimum).astype(np.intp)


def centres(length: Array, count: int) -> Array:
    """Middles of equal parts of lengths (n,), as an array (n, count).

    >>> centres(np.array([30.0]), 3).tolist()
    [[5.0, 15.0, 25.0]]
    """
    return np.asarray(length[:, None] * (np.arange(count) + 0.5) / count)


def lane_axes(roads: Roads) -> Array:
    """Axes of the lanes from the edge of the first row, array (n, lanes), for roads of as many lanes [m]."""
    return centres(roads.of("width_m"), int(roads.of("lanes")[0]))


def place_luminaires(roads: Roads, before_m: Array, after_m: Array) -> Luminaires:
    """Luminaires from some distance before the field to some distance after it.

    Args:
        roads: n roads, all with one row or all with two.
        before_m: array (n,), distance kept before x = 0 [m].
        after_m: array (n,), distance kept after the end of the field, one spacing further [m].
    """
    spacing, width = roads.of("spacing_m"), roads.of("width_m")
    arrangement, overhang = roads.of("arrangement"), roads.of("overhang_m")
    shift = np.where(arrangement == Arrangement.STAGGERED, 0.5, 0.0)
    first = int(np.ceil((-before_m / spacing - shift).min() - 1e-9))
    last = int(np.floor((1 + after_m / spacing).max() + 1e-9))
    steps = np.arange(first, last + 1)
    rows_x = [spacing[:, None] * steps]
    rows_y = [overhang]
    if arrangement[0] != Arrangement.SINGLE:
        rows_x.append(spacing[:, None] * (steps + shift[:, None]))
        central = arrangement == Arrangement.CENTRAL
        rows_y.append(np.where(central, -roads.of("median_m") - overhang, width - overhang))
    y = np.stack(rows_y, axis=1)
    facing = np.array([1.0, -1.0])[: len(rows_x)]
    return Luminaires(
        x_m=np.concatenate(rows_x, axis=1),
        y_m=np.repeat(y, len(steps), axis=1),
        facing=np.broadcast_to(np.repeat(facing, len(steps)), (len(roads), len(rows_x) * len(steps))),
    )


def light_pairs(roads: Roads, optics: Optics, lights: Luminaires, x_m: Array, y_m: Array, eye_m: float = 0.0) -> Pairs:
    """Direction and intensity from every luminaire to every point of a grid.

    The tilt δ turns the luminaire about the axis of the road: with d = (x, y, −h) from the luminaire
    to the point and y towards its street side, its own axes see (x, y cos δ − h sin δ) across its
    optical axis and y sin δ + h cos δ along it.

    Args:
        roads: n roads.
        optics: their photometries.
        lights: their luminaires.
        x_m: array (n, along) of places along the road [m].
        y_m: array (n, across) of places across it [m].
        eye_m: height of the points above the road [m].
    """
    dx = x_m[:, :, None, None] - lights.x_m[:, None, None, :]
    dy = y_m[:, None, :, None] - lights.y_m[:, None, None, :]
    drop = _on_pairs(roads.of("height_m")) - eye_m
    ground = dx * dx + dy * dy
    azimuth = np.arctan2(dy, dx)
    azimuth += (azimuth < 0) * (2 * np.pi)
    tilt = roads.of("tilt_deg")
    if tilt.any():
        delta = np.radians(_on_pairs(tilt))
        street = dy * lights.facing[:, None, None, :]
        across = street * np.cos(delta) - drop * np.sin(delta)
        ahead = dx * lights.facing[:, None, None, :]
        c = np.arctan2(across, ahead)
        c += (c < 0) * (2 * np.pi)
        gamma = np.arctan2(np.sqrt(ahead * ahead + across * across), street * np.sin(delta) + drop * np.cos(delta))
    else:
        c = azimuth
        if (lights.facing < 0).any():
            c = azimuth + np.where(lights.facing < 0, np.pi, 0.0)[:, None, None, :]
            c -= (c >= 2 * np.pi) * (2 * np.pi)
        gamma = np.arctan2(np.sqrt(ground), drop)
    optic = _on_pairs(roads.of("optic")).astype(np.intp)
    return Pairs(along_m=dx, ground_m2=ground, azimuth_rad=azimuth, intensity_cd_klm=optics.towards(optic, c, gamma))


def _on_pairs(values: Array) -> Array:
    return values[:, None, None, None]
