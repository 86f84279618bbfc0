"""The territory as a test: which points are in it or near it, in its own projection."""

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from numpy.typing import NDArray

from bocage.vocabulary.codes import BocageError

if TYPE_CHECKING:
    from pyproj import Transformer

Coordinates = NDArray[np.float64]
Area = Any
"""Polygon of the territory (shapely) or (xmin, ymin, xmax, ymax), in its projection; None where unknown."""

MARGIN_M = 20_000.0
"""A syndicate's file may hold the lamps of its neighbours; farther than this is a mistake."""
HINT_REACH_M = 170_000.0
"""How far from the middle of its département an asset may lie: the longest ones reach 150 km."""


@dataclass(frozen=True)
class Extent:
    """The territory as a test.

    Attributes:
        srid: EPSG code of its projection.
        shape: its polygon, or the area in which the projection is used.
        known: whether the polygon is the territory's own.
        hint: longitude and latitude [degrees] of the middle of its département, None where unknown: it
            chooses between systems, and refuses nothing.
    """

    srid: int
    shape: shapely.Geometry
    known: bool
    hint: tuple[float, float] | None = None

    @staticmethod
    def of(area: Area, srid: int, hint: tuple[float, float] | None = None) -> "Extent":
        """From a polygon, from bounds, or (None) from the area in which the projection is used."""
        bounds = area_of_use(srid, srid) if area is None else area
        shape = shapely.box(*bounds) if isinstance(bounds, tuple | list) else bounds
        shapely.prepare(shape)
        return Extent(srid, shape, known=area is not None, hint=hint)

    def hinted(self, xy: Coordinates) -> bool:
        """Whether a point (2,) [m, in `srid`] is near the hint; False where there is none."""
        if self.hint is None or not np.isfinite(xy).all():
            return False
        x, y = transformer(4326, self.srid).transform(*self.hint)
        return bool(np.hypot(xy[0] - x, xy[1] - y) <= HINT_REACH_M)

    def near(self, xy: Coordinates) -> NDArray[np.bool_]:
        """Which points (n, 2) [m, in `srid`] are in the territory or within the margin."""
        finite = np.isfinite(xy).all(axis=1)
        found = np.zeros(len(xy), dtype=bool)
        margin = MARGIN_M if self.known else 0.0
        xmin, ymin, xmax, ymax = shapely.bounds(self.shape)
        inside = np.zeros(len(xy), dtype=bool)
        inside[finite] = (
            (xy[finite, 0] >= xmin - margin)
            & (xy[finite, 0] <= xmax + margin)
            & (xy[finite, 1] >= ymin - margin)
            & (xy[finite, 1] <= ymax + margin)
        )
        if not self.known:  # the area of a projection is a rectangle
            return inside
        found[inside] = self.within(xy[inside])
        close = np.flatnonzero(inside & ~found)
        found[close] = shapely.dwithin(self.shape, shapely.points(xy[close]), max(margin, 1.0))
        return found

    def within(self, xy: Coordinates) -> NDArray[np.bool_]:
        """Which points (n, 2) [m, in `srid`] are in the territory itself."""
        found: NDArray[np.bool_] = shapely.intersects_xy(self.shape, xy[:, 0], xy[:, 1])
        return found

    def distance_m(self, xy: Coordinates) -> Coordinates:
        """Distances (n,) [m] of points (n, 2) to the territory; infinite where a point is nowhere."""
        finite = np.isfinite(xy).all(axis=1)
        found = np.full(len(xy), np.inf)
        found[finite] = shapely.distance(shapely.points(xy[finite]), self.shape)
        return found


@lru_cache(maxsize=64)
def transformer(source: int, target: int) -> "Transformer":
    """Transformation between two EPSG codes, x (or longitude) first; BOC-IMP-026 for an unknown code."""
    from pyproj import Transformer  # noqa: PLC0415 - 60 ms, not needed where all is in one projection
    from pyproj.exceptions import CRSError  # noqa: PLC0415

    try:
        return Transformer.from_crs(source, target, always_xy=True)
    except CRSError as error:
        raise BocageError("BOC-IMP-026", where={"srid": str(source)}, cause=str(error)) from error


@lru_cache(maxsize=128)
def area_of_use(srid: int, target: int) -> tuple[float, float, float, float]:
    """Bounds of the area for which a system is made (xmin, ymin, xmax, ymax), in the system `target`.

    Args:
        srid: EPSG code of the system.
        target: EPSG code of the bounds.

    Raises:
        BocageError: BOC-IMP-026, one of the codes is unknown.
    """
    from pyproj import CRS  # noqa: PLC0415 - 60 ms, not needed where all is in one projection
    from pyproj.exceptions import CRSError  # noqa: PLC0415

    try:
        area = CRS.from_epsg(srid).area_of_use
        own = CRS.from_epsg(target).area_of_use
    except CRSError as error:
        raise BocageError("BOC-IMP-026", where={"srid": str(srid)}, cause=str(error)) from error
    west, south, east, north = area.bounds if area else (-180.0, -90.0, 180.0, 90.0)
    west = -180.0 if west > east else west  # across the antimeridian: what of it is French lies to the east
    if own is not None and own.bounds[0] < own.bounds[2]:
        # beyond the use of the target its own formulae give nothing that can be compared
        west, south = max(west, own.bounds[0] - 1), max(south, own.bounds[1] - 1)
        east, north = min(east, own.bounds[2] + 1), min(north, own.bounds[3] + 1)
    if west >= east or south >= north:
        return (np.inf, np.inf, -np.inf, -np.inf)
    bounds = transformer(4326, target).transform_bounds(west, south, east, north)
    return tuple(map(float, bounds))  # type: ignore[return-value]  # four numbers
