"""Table of the flux that roads need, so that hundreds of thousands of luminaires are sized by interpolation."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from bocage.science.road_lighting.choose import needed_flux_lm
from bocage.science.road_lighting.fields import Fields, road_fields
from bocage.science.road_lighting.judge import LEVELS, MARGIN_ROUNDING, spread_margin
from bocage.science.road_lighting.optics import Optics
from bocage.science.road_lighting.reflection import ReflectionTable
from bocage.science.road_lighting.road import Arrangement, Roads
from bocage.science.road_lighting.standard import RoadClass, Standard, standard

Array = NDArray[np.float64]
Index = NDArray[np.intp]
Truth = NDArray[np.bool_]

UNIT_FLUX_LM = 1000.0
CERTAINLY_DIM = 0.7
"""Share of 5 cd/m² up to which the average of the darkest lane leaves no lane above it."""


@dataclass(frozen=True, kw_only=True)
class Pattern:
    """What the roads of a table have in common.

    Attributes:
        lane_width_m: a carriageway has as many lanes as fit, at least one [m].
        arrangement: how luminaires stand.
        overhang_m: from the edge to the light centre [m].
        tilt_deg: tilt of the luminaires [degrees].
        maintenance_factor: maintained over initial light [1].
    """

    lane_width_m: float = 3.0
    arrangement: Arrangement = Arrangement.SINGLE
    overhang_m: float = 0.0
    tilt_deg: float = 0.0
    maintenance_factor: float = 1.0


@dataclass(frozen=True, kw_only=True, eq=False)
class NeededFlux:
    """Flux needed by n roads, interpolated.

    Attributes:
        source_flux_lm: array (n,), lowest flux that reaches the levels of the class, infinite where
            a corner of the grid lies too far from every luminaire to be lit [lm].
        margin: array (n,), least of uniformities, glare, edges and excess against their limits; 1 just
            meets them all, less than 1 means that no photometry of the table does [1].
        inside: array (n,), False where the road lies outside the table and its nearest edge was read.
    """

    source_flux_lm: Array
    margin: Array
    inside: Truth


@dataclass(frozen=True, kw_only=True, eq=False)
class FluxTable:
    """Flux needed by class, width, spacing and height.

    Attributes:
        classes: names of the classes.
        width_m: array (w,) of widths [m].
        spacing_m: array (s,) of spacings [m].
        height_m: array (h,) of heights [m].
        source_flux_lm: array (classes, w, s, h) [lm].
        margin: array (classes, w, s, h), see `NeededFlux` [1].
        optic: array (classes, w, s, h), the photometry that was taken.
    """

    classes: tuple[str, ...]
    width_m: Array
    spacing_m: Array
    height_m: Array
    source_flux_lm: Array
    margin: Array
    optic: Index

    def at(self, class_name: ArrayLike, width_m: ArrayLike, spacing_m: ArrayLike, height_m: ArrayLike) -> NeededFlux:
        """Flux needed by roads, linear in the logarithms of the flux and of the three lengths.

        Args:
            class_name: array (n,) of names of classes, or one.
            width_m: array (n,), or one [m].
            spacing_m: array (n,), or one [m].
            height_m: array (n,), or one [m].

        Raises:
            ValueError: a class is not in the table.
        """
        names, *places = np.broadcast_arrays(np.atleast_1d(class_name), width_m, spacing_m, height_m)
        first = self._rows(names)
        axes = (self.width_m, self.spacing_m, self.height_m)
        found = [_between(axis, place) for axis, place in zip(axes, places, strict=True)]
        flux, margin = np.zeros(names.shape), np.zeros(names.shape)
        for corner in np.ndindex(2, 2, 2):
            share = np.prod([part if side else 1 - part for side, (_, part) in zip(corner, found, strict=True)], axis=0)
            node = (first, *(low + side * (part > 0) for side, (low, part) in zip(corner, found, strict=True)))
            flux += share * np.where(share > 0, np.log(self.source_flux_lm[node]), 0.0)
            margin += share * self.margin[node]
        inside = [(place >= axis[0]) & (place <= axis[-1]) for axis, place in zip(axes, places, strict=True)]
        return NeededFlux(source_flux_lm=np.exp(flux), margin=margin, inside=np.all(inside, axis=0))

    def _rows(self, names: NDArray[np.str_]) -> Index:
        unknown = set(np.unique(names).tolist()) - set(self.classes)
        if unknown:
            raise ValueError(f"the table has no class {', '.join(sorted(unknown))}")
        order = np.argsort(self.classes)
        return np.asarray(order[np.searchsorted(np.asarray(self.classes)[order], names)])


def minimum_flux_table(
    optics: Optics,
    classes: Mapping[str, RoadClass],
    *,
    width_m: ArrayLike,
    spacing_m: ArrayLike,
    height_m: ArrayLike,
    pattern: Pattern | None = None,
    edition: Standard | None = None,
    surface: ReflectionTable | None = None,
) -> FluxTable:
    """Compute the flux that roads need, at every node of a grid of widths, spacings and heights.

    At each node the photometry is taken that reaches the levels with the least flux among those that
    also keep uniformities, glare and edges; where none does, the one that comes nearest. Between nodes
    that take different photometries the flux is blurred: with nodes every metre of width and height and
    every 3 to 5 m of spacing, nine roads in ten are within 10 % of their own computation (`road-fields`).

    Args:
        optics: photometries to choose from.
        classes: classes by name.
        width_m: array (w,), increasing [m].
        spacing_m: array (s,), increasing [m].
        height_m: array (h,), increasing [m].
        pattern: what all the roads have in common, `Pattern()` where None.
        edition: constants of the standard, those of 2015 where None.
        surface: r-table of the carriageways, R3 where None.

    Raises:
        ValueError: an axis does not increase.

    Twice the maintained luminance takes twice the flux:

    >>> from bocage.science.photometry.generic import generic_road_optics
    >>> from bocage.science.road_lighting.optics import gather_optics
    >>> from bocage.science.road_lighting.standard import road_classes
    >>> optics = gather_optics([generic_road_optics()["generic_c"]])
    >>> table = minimum_flux_table(optics, road_classes(), width_m=6.0, spacing_m=[25.0, 30.0], height_m=8.0)
    >>> bright, dim = table.at(["M3", "M5"], 6.0, 27.0, 8.0).source_flux_lm
    >>> round(float(bright / dim), 9)
    2.0
    """
    pattern = pattern or Pattern()
    axes = [np.atleast_1d(np.asarray(axis, dtype=np.float64)) for axis in (width_m, spacing_m, height_m)]
    if any((np.diff(axis) <= 0).any() or not len(axis) for axis in axes):
        raise ValueError("widths, spacings and heights must increase")
    width, spacing, height, optic = (part.ravel() for part in np.meshgrid(*axes, np.arange(len(optics)), indexing="ij"))
    roads = Roads(
        width_m=width,
        lanes=np.maximum(1, np.floor(width / pattern.lane_width_m + 1e-9)),
        spacing_m=spacing,
        height_m=height,
        overhang_m=pattern.overhang_m,
        tilt_deg=pattern.tilt_deg,
        arrangement=pattern.arrangement,
        maintenance_factor=pattern.maintenance_factor,
        optic=optic,
    )
    unit = road_fields(roads, optics, edition=edition, surface=surface)
    shape = (*(len(axis) for axis in axes), len(optics))

    def computed_at(flux_lm: Array) -> Fields:
        return road_fields(replace(roads, source_flux_lm=flux_lm), optics, edition=edition, surface=surface)

    taken = [
        _cheapest(*_sized(unit, one, edition or standard(), pattern.maintenance_factor, computed_at), shape)
        for one in classes.values()
    ]
    flux, margin, chosen = (np.stack(part) for part in zip(*taken, strict=True))
    return FluxTable(
        classes=tuple(classes),
        width_m=axes[0],
        spacing_m=axes[1],
        height_m=axes[2],
        source_flux_lm=flux,
        margin=margin,
        optic=chosen,
    )


def _sized(
    unit: Fields,
    road_class: RoadClass,
    edition: Standard,
    maintenance_factor: float,
    computed_at: Callable[[Array], Fields],
) -> tuple[Array, Array]:
    """Flux needed and margin of what flux does not bring, of each road computed with one kilolumen."""
    flux = needed_flux_lm(unit, np.full(len(unit), UNIT_FLUX_LM), road_class)
    bright = (road_class.luminance_average_cd_m2 or 0.0) / maintenance_factor
    reached = np.isfinite(flux)
    enough = np.where(reached, flux, UNIT_FLUX_LM)
    if bright > CERTAINLY_DIM * edition.increment_bright_cd_m2:
        found = computed_at(enough)
    else:
        found = rescaled(unit, enough / UNIT_FLUX_LM, edition)
    return flux, np.where(reached, spread_margin(found, road_class), 0.0)


def rescaled(found: Fields, factor: Array, edition: Standard) -> Fields:
    """Results with another flux: levels are proportional, glare grows with the power 0.2, ratios stay.

    Exact while every lane stays below 5 cd/m², where the formula of the threshold increment changes.

    Args:
        found: results of n roads.
        factor: array (n,), new flux over the one they were computed with [1].
        edition: constants of the standard.
    """
    glare = found.threshold_increment_percent * factor ** (1 - edition.increment_exponent)
    levels = {name: getattr(found, name) * factor for name in LEVELS}
    return replace(found, threshold_increment_percent=glare, **levels)


def _cheapest(flux: Array, margin: Array, shape: tuple[int, ...]) -> tuple[Array, Array, Index]:
    """Of the photometries on the last axis, the least flux that keeps the spread; else the best spread."""
    flux, margin = flux.reshape(shape), margin.reshape(shape)
    kept = margin >= 1 - MARGIN_ROUNDING
    best = np.where(kept.any(axis=-1), np.where(kept, flux, np.inf).argmin(axis=-1), margin.argmax(axis=-1))
    place = best[..., None]
    return np.take_along_axis(flux, place, -1)[..., 0], np.take_along_axis(margin, place, -1)[..., 0], best


def _between(axis: Array, place: Array) -> tuple[Index, Array]:
    """Node below a place and logarithmic share of the next one; the nearest edge outside the axis."""
    inside = np.clip(np.asarray(place, dtype=np.float64), axis[0], axis[-1])
    if len(axis) == 1:
        return np.zeros(inside.shape, dtype=np.intp), np.zeros(inside.shape)
    low = np.clip(np.searchsorted(axis, inside, side="right") - 1, 0, len(axis) - 2)
    return low, np.log(inside / axis[low]) / np.log(axis[low + 1] / axis[low])
