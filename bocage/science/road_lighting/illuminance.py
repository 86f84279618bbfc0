"""Horizontal illuminance of the carriageway and of its edges (EN 13201-3:2015)."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bocage.science.road_lighting.layout import (
    centres,
    light_pairs,
    longitudinal_points,
    place_luminaires,
    transverse_points,
)
from bocage.science.road_lighting.optics import Optics
from bocage.science.road_lighting.road import Roads
from bocage.science.road_lighting.standard import Standard

Array = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, eq=False)
class IlluminanceGrid:
    """Illuminance of several roads with equal grids.

    Attributes:
        x_m: array (n, along) of places along the road [m].
        y_m: array (n, across) of places across the carriageway [m].
        illuminance_lx: array (n, along, across), maintained [lx].
        edge_illuminance_ratio: array (n,), light just outside the carriageway over light just
            inside, the worse of both sides [1].
    """

    x_m: Array
    y_m: Array
    illuminance_lx: Array
    edge_illuminance_ratio: Array


def horizontal_illuminance(roads: Roads, optics: Optics, x_m: Array, y_m: Array, *, edition: Standard) -> Array:
    """Maintained horizontal illuminance at points of the road.

    E = Σ I(C, γ) cos³γ Φ MF / H², over luminaires within 5 H along the road.

    Args:
        roads: n roads with equal numbers of rows.
        optics: their photometries.
        x_m: array (n, along), within the field [m].
        y_m: array (n, across), anywhere [m].
        edition: constants of the standard.

    Returns:
        Array (n, along, across) [lx].

    Below a lamp of 100 cd at 10 m there is one lux:

    >>> from bocage.science.photometry.intensity import tabulate
    >>> from bocage.science.road_lighting.optics import gather_optics
    >>> from bocage.science.road_lighting.standard import standard
    >>> even = gather_optics([tabulate([0.0], [0.0, 90.0], [[100.0, 100.0]])])
    >>> alone = Roads(width_m=7.0, spacing_m=400.0, height_m=10.0, source_flux_lm=1000.0)
    >>> horizontal_illuminance(alone, even, np.zeros((1, 1)), np.zeros((1, 1)), edition=standard()).ravel().tolist()
    [1.0]
    """
    height = roads.of("height_m")
    reach = height * edition.illuminance_reach
    lights = place_luminaires(roads, reach, reach)
    pairs = light_pairs(roads, optics, lights, x_m, y_m)
    square = pairs.ground_m2 + (height**2)[:, None, None, None]
    weight = pairs.intensity_cd_klm * (np.abs(pairs.along_m) <= reach[:, None, None, None])
    weight /= square * np.sqrt(square)
    scale = roads.of("source_flux_lm") / 1000 * roads.of("maintenance_factor") * height
    return np.asarray(weight.sum(axis=3) * scale[:, None, None])


def illuminance_grid(roads: Roads, optics: Optics, *, edition: Standard) -> IlluminanceGrid:
    """Illuminance of the carriageway and edge illuminance ratio.

    Args:
        roads: n roads with equal numbers of rows and of points along, across and across a strip.
        optics: their photometries.
        edition: constants of the standard.
    """
    width = roads.of("width_m")
    strip = strip_width_m(roads, edition)
    x = centres(roads.of("spacing_m"), int(longitudinal_points(roads, edition)[0]))
    carriageway = centres(width, int(transverse_points(width, edition)[0]))
    inside = centres(strip, int(transverse_points(strip, edition)[0]))
    places = [carriageway, -inside, inside, width[:, None] - inside, width[:, None] + inside]
    found = horizontal_illuminance(roads, optics, x, np.concatenate(places, axis=1), edition=edition)
    count, points = inside.shape[1], carriageway.shape[1]
    strips = found[:, :, points:].reshape(len(roads), x.shape[1], 4, count).mean(axis=(1, 3))
    with np.errstate(divide="ignore", invalid="ignore"):
        ratios = strips[:, [0, 3]] / strips[:, [1, 2]]
    return IlluminanceGrid(
        x_m=x,
        y_m=carriageway,
        illuminance_lx=found[:, :, :points],
        edge_illuminance_ratio=np.nan_to_num(ratios, nan=0.0, posinf=np.inf).min(axis=1),
    )


def strip_width_m(roads: Roads, edition: Standard) -> Array:
    """Width of the strips inside and outside the edge: one lane, array (n,) [m]."""
    return np.asarray(roads.of("width_m") / roads.of("lanes") * edition.edge_strip_lanes)
