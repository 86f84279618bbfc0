"""Luminance of the carriageway for an observer in each lane (EN 13201-3:2015)."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bocage.science.road_lighting.layout import centres, lane_axes, light_pairs, longitudinal_points, place_luminaires
from bocage.science.road_lighting.optics import Optics
from bocage.science.road_lighting.reflection import ReflectionTable
from bocage.science.road_lighting.road import Roads
from bocage.science.road_lighting.standard import Standard

Array = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, eq=False)
class LuminanceGrid:
    """Luminance of several roads with equal grids.

    Attributes:
        x_m: array (n, along) of places along the road [m].
        y_m: array (n, across) of places across it, `points_per_lane` by lane [m].
        luminance_cd_m2: array (n, observers, along, across), one observer by lane [cd/m²].
    """

    x_m: Array
    y_m: Array
    luminance_cd_m2: Array


def luminance_grid(
    roads: Roads, optics: Optics, *, edition: Standard, surface: ReflectionTable, maintained: bool = True
) -> LuminanceGrid:
    """Luminance at each point of the grid, for an observer in each lane.

    L = Σ I(C, γ) r(tan γ, β) Φ MF / H², over luminaires from 5 H before to 12 H beyond the point;
    β lies between the plane of incidence and the one of observation.

    Args:
        roads: n roads with equal numbers of rows, lanes and points along.
        optics: their photometries.
        edition: constants of the standard.
        surface: r-table of the carriageway.
        maintained: apply the maintenance factor.

    One lamp of 100 cd at 10 m, on a surface of r = 0.03 everywhere: 100 × 0.03 / 10² = 0.03 cd/m²:

    >>> from bocage.science.photometry.intensity import tabulate
    >>> from bocage.science.road_lighting.optics import gather_optics
    >>> from bocage.science.road_lighting.reflection import reflection_table
    >>> from bocage.science.road_lighting.standard import standard
    >>> even = gather_optics([tabulate([0.0], [0.0, 90.0], [[100.0, 100.0]])])
    >>> plain = reflection_table("plain", np.array([0.0, 12.0]), np.array([0.0, 180.0]), np.full((2, 2), 0.03))
    >>> alone = Roads(width_m=7.0, lanes=1, spacing_m=400.0, height_m=10.0, source_flux_lm=1000.0)
    >>> grid = luminance_grid(alone, even, edition=standard(), surface=plain)
    >>> round(float(grid.luminance_cd_m2[0, 0, 0, 0]), 9)
    0.03
    """
    x = centres(roads.of("spacing_m"), int(longitudinal_points(roads, edition)[0]))
    y = centres(roads.of("width_m"), int(roads.of("lanes")[0] * edition.points_per_lane))
    height = roads.of("height_m")
    before, after = height * edition.luminance_reach_before, height * edition.luminance_reach_after
    lights = place_luminaires(roads, before, after)
    pairs = light_pairs(roads, optics, lights, x, y)
    counted = (pairs.along_m <= _wide(before)) & (pairs.along_m >= -_wide(after))
    weight = pairs.intensity_cd_klm * counted
    rows = _Rows(surface, np.sqrt(pairs.ground_m2) / _wide(height))
    eyes = lane_axes(roads)
    seen = np.empty((len(roads), eyes.shape[1], x.shape[1], y.shape[1]))
    for lane in range(eyes.shape[1]):
        sight = np.arctan2(y[:, None, :] - eyes[:, lane, None, None], x[:, :, None] + edition.observer_distance_m)
        off = np.abs(pairs.azimuth_rad - sight[..., None] - np.pi)
        beta = np.pi - np.abs(off - np.pi)
        seen[:, lane] = np.einsum("nijk,nijk->nij", weight, rows.at(beta))
    scale = roads.of("source_flux_lm") / 1000 / height**2
    if maintained:
        scale = scale * roads.of("maintenance_factor")
    return LuminanceGrid(x_m=x, y_m=y, luminance_cd_m2=seen * scale[:, None, None, None])


class _Rows:
    """The r-table at given tan γ, ready to be read at the β of several observers."""

    def __init__(self, surface: ReflectionTable, tangent: Array) -> None:
        table = surface.coefficient
        place = tangent * (1 / (surface.tan_gamma[1] - surface.tan_gamma[0]))
        row = np.minimum(place.astype(np.intp), len(table) - 2)
        self._part = place - row
        self._beyond = tangent <= surface.tan_gamma[-1]
        self._columns = table.shape[1]
        self._start = row * self._columns
        self._flat = table.ravel()
        self._per_beta = (self._columns - 1) / np.pi

    def at(self, beta: Array) -> Array:
        place = beta * self._per_beta
        column = np.clip(place.astype(np.intp), 0, self._columns - 2)
        place -= column
        near = self._start + column
        low = np.take(self._flat, near)
        low += place * (np.take(self._flat, near + 1) - low)
        near += self._columns
        high = np.take(self._flat, near)
        high += place * (np.take(self._flat, near + 1) - high)
        high -= low
        high *= self._part
        high += low
        high *= self._beyond
        return np.asarray(high)


def _wide(values: Array) -> Array:
    return values[:, None, None, None]
