"""Which line a point stands beside, how far along it and on which side."""

from dataclasses import dataclass

import numpy as np
import polars as pl
import shapely
from numpy.typing import NDArray

Array = NDArray[np.float64]
Rows = NDArray[np.int64]
Shapes = NDArray[np.object_]

TANGENT_STEP_M = 0.5
"""Half the length of the chord that gives the direction of a line at a point [m]."""


def flat_shapes(wkb: pl.Series) -> Shapes:
    """Geometries of a column, without heights; None where there is none or it is empty.

    >>> flat_shapes(pl.Series([shapely.to_wkb(shapely.Point(1, 2, 3)), None], dtype=pl.Binary)).tolist()
    [<POINT (1 2)>, None]
    """
    shapes: Shapes = shapely.force_2d(shapely.from_wkb(wkb.to_numpy()))
    shapes[shapely.is_empty(shapes)] = None
    return shapes


def flat_lines(wkb: pl.Series) -> Shapes:
    """Lines of a column, without heights; None where there is none, where it has no length or is no line.

    >>> shapes = [shapely.LineString([(0, 0), (1, 1)]), shapely.Point(1, 2), shapely.LineString([(1, 1), (1, 1)])]
    >>> flat_lines(pl.Series(shapely.to_wkb(shapes).tolist(), dtype=pl.Binary)).tolist()
    [<LINESTRING (0 0, 1 1)>, None, None]
    """
    shapes = flat_shapes(wkb)
    shapes[~((shapely.get_dimensions(shapes) == 1) & (shapely.length(shapes) > 0))] = None
    return shapes


def nearest_line(
    points: Shapes, lines: Shapes, *, within_m: float, names: pl.Series, line_names: pl.Series, line_ids: pl.Series
) -> Rows:
    """The line nearest to each point.

    Where several are as near (a point at a crossing), the one that bears the name of the point's
    street is taken, then the one whose identifier comes first: the order of the lines does not matter.

    Args:
        points: points (n,), None where unknown [m].
        lines: lines (p,) [m].
        within_m: no line beyond that distance [m].
        names: street of each point (n,).
        line_names: street of each line (p,).
        line_ids: identifier of each line (p,).

    Returns:
        Rank of the line (n,), -1 for none.

    >>> lines = np.array([shapely.LineString([(0, 0), (10, 0)]), shapely.LineString([(0, 9), (10, 9)])])
    >>> unsaid = pl.Series([None], dtype=pl.String)
    >>> nearest_line(np.array([shapely.Point(5, 7)]), lines, within_m=30, names=unsaid,
    ...              line_names=pl.Series(["a", "b"]), line_ids=pl.Series(["1", "2"])).tolist()
    [1]
    """
    found = np.full(len(points), -1, dtype=np.int64)
    there = np.flatnonzero(~shapely.is_missing(lines))
    if not len(there):
        return found
    point, line = shapely.STRtree(lines[there]).query_nearest(points, max_distance=within_m, all_matches=True)
    line = there[line]
    same = names.gather(point).str.to_lowercase() == line_names.gather(line).str.to_lowercase()
    matches = pl.DataFrame({"point": point, "line": line, "same": same.fill_null(value=False)})
    best = (
        matches.with_columns(line_ids.gather(line).alias("id"))
        .sort("point", "same", "id", descending=[False, True, False])
        .unique("point", keep="first", maintain_order=True)
    )
    found[best["point"].to_numpy()] = best["line"].to_numpy()
    return found


@dataclass(frozen=True)
class Stand:
    """Where points stand along and across a line.

    Attributes:
        along_m: distance from the start of the line to the foot of the point (n,) [m].
        offset_m: distance to the line (n,), positive on its left, negative on its right [m].
    """

    along_m: Array
    offset_m: Array


def stand(points: Shapes, lines: Shapes) -> Stand:
    """Where each point stands beside its line.

    Args:
        points: points (n,) [m].
        lines: the line of each (n,) [m].

    >>> found = stand(np.array([shapely.Point(3, 2)]), np.array([shapely.LineString([(0, 0), (10, 0)])]))
    >>> found.along_m.tolist(), found.offset_m.tolist()
    ([3.0], [2.0])
    """
    along = shapely.line_locate_point(lines, points)
    length = shapely.length(lines)
    start, end = (
        shapely.get_coordinates(shapely.line_interpolate_point(lines, np.clip(along + step, 0, length)))
        for step in (-TANGENT_STEP_M, TANGENT_STEP_M)
    )
    foot = shapely.get_coordinates(shapely.line_interpolate_point(lines, along))
    way, out = end - start, shapely.get_coordinates(points) - foot
    side = np.sign(way[:, 0] * out[:, 1] - way[:, 1] * out[:, 0])
    return Stand(along, np.where(side == 0, 1.0, side) * np.hypot(out[:, 0], out[:, 1]))
