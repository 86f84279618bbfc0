"""Road fields: all that EN 13201 asks of a lit road, for many roads at once."""

from collections.abc import Iterator
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from bocage.science.road_lighting.glare import threshold_increment_percent, veiling_luminance
from bocage.science.road_lighting.illuminance import illuminance_grid, strip_width_m
from bocage.science.road_lighting.layout import longitudinal_points, transverse_points
from bocage.science.road_lighting.luminance import luminance_grid
from bocage.science.road_lighting.optics import Optics
from bocage.science.road_lighting.reflection import ReflectionTable, published_table
from bocage.science.road_lighting.road import Arrangement, Roads
from bocage.science.road_lighting.standard import Standard, standard

Array = NDArray[np.float64]
Index = NDArray[np.intp]

PAIRS_AT_ONCE = 40_000
"""Points times luminaires computed together: arrays of that size stay in the cache of a core."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Fields:
    """Results of roads, arrays (n,); the worst observer counts.

    Attributes:
        luminance_average_cd_m2: average luminance, maintained [cd/m²].
        luminance_uniformity: Uo, lowest over average luminance [1].
        longitudinal_uniformity: Ul, lowest over highest luminance of a lane axis, seen from that lane [1].
        threshold_increment_percent: fTI, of the new installation [%].
        edge_illuminance_ratio: EIR, the worse side [1].
        illuminance_average_lx: average illuminance, maintained [lx].
        illuminance_minimum_lx: lowest illuminance, maintained [lx].
        illuminance_uniformity: lowest over average illuminance [1].
    """

    luminance_average_cd_m2: Array
    luminance_uniformity: Array
    longitudinal_uniformity: Array
    threshold_increment_percent: Array
    edge_illuminance_ratio: Array
    illuminance_average_lx: Array
    illuminance_minimum_lx: Array
    illuminance_uniformity: Array

    def __len__(self) -> int:
        return len(self.luminance_average_cd_m2)

    def at(self, place: int) -> dict[str, float]:
        """The results of one road, by name."""
        return {one.name: float(getattr(self, one.name)[place]) for one in fields(self)}


def road_fields(
    roads: Roads, optics: Optics, *, edition: Standard | None = None, surface: ReflectionTable | None = None
) -> Fields:
    """Luminance, illuminance, glare and edges of many roads, as EN 13201-3 computes them.

    Args:
        roads: n roads; they may differ in everything.
        optics: photometries, of which each road names one by its place.
        edition: constants of the standard, those of 2015 where None.
        surface: r-table of the carriageways, R3 where None.

    Raises:
        ValueError: a road names a photometry that is not there.

    >>> from bocage.science.photometry.intensity import tabulate
    >>> from bocage.science.road_lighting.optics import gather_optics
    >>> even = gather_optics([tabulate([0.0], [0.0, 90.0], [[100.0, 100.0]])])
    >>> alone = Roads(width_m=0.5, lanes=1, spacing_m=1.0, height_m=10.0, source_flux_lm=[1000.0, 2000.0])
    >>> one, two = road_fields(alone, even).illuminance_average_lx
    >>> round(float(two / one), 9)
    2.0
    """
    if (roads.of("optic") >= len(optics)).any():
        raise ValueError(f"a road names photometry {roads.of('optic').max()} of {len(optics)}")
    edition, surface = edition or standard(), surface or published_table()
    names = [one.name for one in fields(Fields)]
    found = np.full((len(names), len(roads)), np.nan)
    for places in _alike(roads, edition):
        part = _luminances(roads.take(places), optics, edition, surface) | _illuminances(
            roads.take(places), optics, edition
        )
        for row, name in enumerate(names):
            found[row, places] = part[name]
    return Fields(**dict(zip(names, found, strict=True)))


def _alike(roads: Roads, edition: Standard) -> Iterator[Index]:
    """Places of roads whose grids are equal, in parts of a size that stays in the cache."""
    rows = 1 + (roads.of("arrangement") != Arrangement.SINGLE)
    along = longitudinal_points(roads, edition)
    across = transverse_points(roads.of("width_m"), edition)
    strip = transverse_points(strip_width_m(roads, edition), edition)
    lanes = roads.of("lanes")
    slenderness = roads.of("height_m") / roads.of("spacing_m")
    order = np.lexsort((slenderness, strip, across, along, lanes, rows))
    keys = np.stack([rows, lanes, along, across, strip], axis=1)[order]
    starts = np.flatnonzero(np.any(keys[1:] != keys[:-1], axis=1)) + 1
    reach = edition.luminance_reach_before + edition.luminance_reach_after
    for group in np.split(order, starts):
        if not len(group):
            continue
        last = group[-1]
        counted = (reach * slenderness[last] + 2) * rows[last]
        size = max(1, int(PAIRS_AT_ONCE / (along[last] * lanes[last] * edition.points_per_lane * counted)))
        yield from (group[start : start + size] for start in range(0, len(group), size))


def _luminances(roads: Roads, optics: Optics, edition: Standard, surface: ReflectionTable) -> dict[str, Array]:
    grid = luminance_grid(roads, optics, edition=edition, surface=surface).luminance_cd_m2
    per_lane = int(edition.points_per_lane)
    average = grid.mean(axis=(2, 3))
    observers = np.arange(grid.shape[1])
    axes = grid[:, observers, :, observers * per_lane + per_lane // 2]
    veil = veiling_luminance(roads, optics, edition=edition).max(axis=2)
    new = average / roads.of("maintenance_factor")[:, None]
    return {
        "luminance_average_cd_m2": average.min(axis=1),
        "luminance_uniformity": _ratio(grid.min(axis=(2, 3)), average).min(axis=1),
        "longitudinal_uniformity": _ratio(axes.min(axis=2), axes.max(axis=2)).min(axis=0),
        "threshold_increment_percent": threshold_increment_percent(veil, new, edition).max(axis=1),
    }


def _illuminances(roads: Roads, optics: Optics, edition: Standard) -> dict[str, Array]:
    grid = illuminance_grid(roads, optics, edition=edition)
    average = grid.illuminance_lx.mean(axis=(1, 2))
    lowest = grid.illuminance_lx.min(axis=(1, 2))
    return {
        "edge_illuminance_ratio": grid.edge_illuminance_ratio,
        "illuminance_average_lx": average,
        "illuminance_minimum_lx": lowest,
        "illuminance_uniformity": _ratio(lowest, average),
    }


def _ratio(part: Array, whole: Array) -> Array:
    """Part over whole; 0 where there is no light at all."""
    return np.divide(part, whole, out=np.zeros_like(part), where=whole > 0)
