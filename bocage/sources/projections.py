"""In which system coordinates really are: what the file says is checked against where its points fall."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from numpy.typing import NDArray

from bocage.sources.systems import METROPOLITAN, OVERSEAS, WGS84, WITH_AREA_ONLY
from bocage.sources.verdict import Verdict
from bocage.vocabulary.codes import BocageError

if TYPE_CHECKING:
    from pyproj import Transformer

Coordinates = NDArray[np.float64]
Area = Any
"""Polygon of the territory (shapely) or (xmin, ymin, xmax, ymax), in its projection; None where unknown."""

MARGIN_M = 20_000.0
"""A syndicate's file may hold the lamps of its neighbours; farther than this is a mistake."""
SAMPLE = 500


@dataclass(frozen=True)
class Extent:
    """The territory as a test: which points are in it, or near it."""

    srid: int
    shape: shapely.Geometry
    known: bool

    @staticmethod
    def of(area: Area, srid: int) -> "Extent":
        """From a polygon, from bounds, or (None) from the area in which the projection is used."""
        bounds = _area_of_use(srid) if area is None else area
        shape = shapely.box(*bounds) if isinstance(bounds, tuple | list) else bounds
        shapely.prepare(shape)
        return Extent(srid, shape, known=area is not None)

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
        found[inside] = shapely.dwithin(self.shape, shapely.points(xy[inside]), max(margin, 1.0))
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


@dataclass(frozen=True)
class Reference:
    """A reading of coordinates: their EPSG code, and whether x and y are swapped."""

    srid: int
    swapped: bool = False


def find_reference(
    path: Path, xy: Coordinates, declared: int | None, extent: Extent
) -> tuple[Reference, list[Verdict]]:
    """The system in which most points fall in the territory, the declared one first.

    Args:
        path: the file, for the error.
        xy: coordinates (n, 2) as written.
        declared: EPSG code that the file or the mapping declares.
        extent: the territory.

    Raises:
        BocageError: BOC-IMP-023, no system puts the points in the territory.
    """
    step = max(1, len(xy) // SAMPLE)
    sample = xy[::step]
    best, best_share = Reference(declared or extent.srid), -1.0
    for reference in _candidates(declared, extent):
        share = float(extent.near(transform(sample, reference, extent.srid)).mean())
        if share >= 0.5 and declared in {None, reference.srid} and not reference.swapped:
            best, best_share = reference, share
            break
        if share > best_share + 0.05:
            best, best_share = reference, share
    if best_share < 0.02 and extent.near(transform(xy, Reference(declared or extent.srid), extent.srid)).any():
        best = Reference(declared or extent.srid)  # a few rows of a large syndicate are the territory's
    elif best_share < 0.02:
        x, y = np.median(sample, axis=0)
        raise BocageError(
            "BOC-IMP-023",
            where={"path": path},
            x=_written(x),
            y=_written(y),
            declared=f"EPSG:{declared}" if declared else "?",
        )
    verdicts = []
    if best.srid != declared and declared is not None:
        verdicts.append(
            Verdict(code="BOC-IMP-303", count=len(xy), values={"declared": str(declared), "found": str(best.srid)})
        )
    elif declared is None:
        verdicts.append(Verdict(code="BOC-IMP-320", count=len(xy), values={"found": str(best.srid)}))
    if best.swapped:
        verdicts.append(Verdict(code="BOC-IMP-304", count=len(xy)))
    return best, verdicts


def _candidates(declared: int | None, extent: Extent) -> Iterator[Reference]:
    metropolitan = extent.srid in {*METROPOLITAN, *WITH_AREA_ONLY}
    systems = [extent.srid, *(METROPOLITAN if metropolitan else OVERSEAS)]
    if declared is not None:
        systems.insert(0, declared)
    if extent.known and metropolitan:
        systems += WITH_AREA_ONLY
    systems = list(dict.fromkeys(systems))
    yield from (Reference(srid) for srid in systems)
    yield from (Reference(srid, swapped=True) for srid in systems)


def repair_rows(xy: Coordinates, reference: Reference, extent: Extent) -> tuple[Coordinates, NDArray[Any]]:
    """Coordinates in the projection of the territory; strayed rows are tried swapped and in degrees.

    Args:
        xy: coordinates (n, 2) as written, in `reference`.
        reference: how the file as a whole is read.
        extent: the territory.

    Returns:
        Coordinates (n, 2) [m] in `extent.srid`, and what was done (n,): empty text, `BOC-IMP-305`
        (swapped), `BOC-IMP-321` (another system) or `BOC-IMP-103` (outside whatever is tried).
    """
    result = transform(xy, reference, extent.srid)
    done = np.full(len(xy), "", dtype=object)
    strayed = np.flatnonzero(~extent.near(result))
    if not len(strayed):
        return result, done
    done[strayed] = "BOC-IMP-103"
    trials = (
        (Reference(reference.srid, not reference.swapped), "BOC-IMP-305"),
        (Reference(WGS84), "BOC-IMP-321"),
        (Reference(WGS84, swapped=True), "BOC-IMP-321"),
        (Reference(extent.srid), "BOC-IMP-321"),
    )
    for other, code in trials:
        left = strayed[done[strayed] == "BOC-IMP-103"]
        moved = transform(xy[left], other, extent.srid)
        good = extent.near(moved)
        result[left[good]] = moved[good]
        done[left[good]] = code
    return result, done


def _written(coordinate: float) -> str:
    """A coordinate without a row of decimals: degrees to 10 m, metres to the metre."""
    return f"{coordinate:.4f}" if abs(coordinate) <= 360 else f"{coordinate:.0f}"


def transform(xy: Coordinates, reference: Reference, srid: int) -> Coordinates:
    """Coordinates (n, 2) read in `reference`, in `srid`; infinite where the system has no such point.

    >>> transform(np.array([[700000.0, 6600000.0]]), Reference(2154), 4326).round(6).tolist()
    [[3.0, 46.5]]
    """
    points = xy[:, ::-1] if reference.swapped else xy
    if reference.srid == srid:
        return points.copy()
    if reference.srid == WGS84:
        points = points.copy()
        points[(np.abs(points[:, 0]) > 180) | (np.abs(points[:, 1]) > 90)] = np.inf
    across, up = _transformer(reference.srid, srid).transform(points[:, 0], points[:, 1])
    return np.column_stack([across, up])


@lru_cache(maxsize=64)
def _transformer(source: int, target: int) -> "Transformer":
    from pyproj import Transformer  # noqa: PLC0415 - 60 ms, not needed where all is in one projection
    from pyproj.exceptions import CRSError  # noqa: PLC0415

    try:
        return Transformer.from_crs(source, target, always_xy=True)
    except CRSError as error:
        raise BocageError("BOC-IMP-026", where={"srid": str(source)}, cause=str(error)) from error


@lru_cache(maxsize=16)
def _area_of_use(srid: int) -> tuple[float, float, float, float]:
    from pyproj import CRS, Transformer  # noqa: PLC0415 - as above
    from pyproj.exceptions import CRSError  # noqa: PLC0415

    try:
        area = CRS.from_epsg(srid).area_of_use
    except CRSError as error:
        raise BocageError("BOC-IMP-026", where={"srid": str(srid)}, cause=str(error)) from error
    west, south, east, north = area.bounds if area else (-180.0, -90.0, 180.0, 90.0)
    bounds = Transformer.from_crs(WGS84, srid, always_xy=True).transform_bounds(west, south, east, north)
    return tuple(map(float, bounds))  # type: ignore[return-value]  # four numbers
