"""Geometries as GeoPackage keeps them: a header (projection, envelope) before well-known binary.

OGC 12-128r19, clause 2.1.3.
"""

import math
import struct
from functools import lru_cache

import numpy as np
import polars as pl
import shapely
from numpy.typing import NDArray

from bocage.vocabulary.codes import BocageError
from bocage.vocabulary.columns import GeometryType

_MAGIC = b"GP\x00"
_LITTLE_ENDIAN, _EMPTY, _ENVELOPE_XY = 0x01, 0x10, 0x02
_ENVELOPE_BYTES = (0, 32, 48, 48, 64)
_KINDS: dict[str, tuple[int, ...]] = {
    "point": (0,), "line": (1, 5), "polygon": (3, 6), "any": (0, 1, 3, 4, 5, 6, 7),
}  # fmt: skip
_POINT, _MULTIPOINT = 0, 4

Bounds = NDArray[np.float64]


def normalise(wkb: pl.Series, kind: GeometryType, *, table: str, ids: pl.Series) -> tuple[pl.Series, Bounds]:
    """Check geometries and write each in one form: little-endian ISO well-known binary.

    A multi-point of one point becomes that point where the table holds points; measures (M) are dropped, and so are
    heights that only some parts of a geometry have: no reader knows such a mixture.

    Args:
        wkb: geometries, null where there is none.
        kind: kind of geometry that the table declares.
        table: name of the table, for refusals.
        ids: identifiers of the rows, for refusals.

    Returns:
        The geometries, and (n, 4) bounds xmin, ymin, xmax, ymax [m], NaN where null or empty.

    Raises:
        BocageError: BOC-STO-014, unreadable, of another kind, or with a coordinate that is not finite.
    """
    shapes = shapely.from_wkb(wkb.to_numpy(), on_invalid="ignore")
    if shapely.has_m(shapes).any():
        shapes = _without_measures(shapes)
    kinds = shapely.get_type_id(shapes)
    if (shapely.has_z(shapes) & (kinds >= _MULTIPOINT)).any():
        shapes = _of_one_dimension(shapes)
    if kind == "point" and (kinds == _MULTIPOINT).any():
        single = (kinds == _MULTIPOINT) & (shapely.get_num_geometries(shapes) == 1)
        shapes = np.where(single, shapely.get_geometry(shapes, 0), shapes)
        kinds = np.where(single, _POINT, kinds)
    bounds: Bounds = shapely.bounds(shapes)
    absent = shapely.is_missing(shapes) | shapely.is_empty(shapes)
    _refuse(wkb.is_not_null().to_numpy() & shapely.is_missing(shapes), ids, table, _UNREADABLE)
    _refuse(~shapely.is_missing(shapes) & ~np.isin(kinds, _KINDS[kind]), ids, table, _OTHER_KIND[kind])
    _refuse(~absent & ~np.isfinite(bounds).all(axis=1), ids, table, _NOT_FINITE)
    written = shapely.to_wkb(shapes, byte_order=1, flavor="iso")
    return pl.Series("geometry", written.tolist(), dtype=pl.Binary), bounds


_UNREADABLE = {"fr": "WKB illisible", "en": "unreadable WKB"}
_NOT_FINITE = {"fr": "une coordonnée n’est pas finie", "en": "a coordinate is not finite"}
_OTHER_KIND = {
    "point": {"fr": "un point est attendu", "en": "a point is expected"},
    "line": {"fr": "une ligne est attendue", "en": "a line is expected"},
    "polygon": {"fr": "un polygone est attendu", "en": "a polygon is expected"},
    "any": {"fr": "type inconnu", "en": "unknown kind"},
}


def _without_measures(shapes: NDArray[np.object_]) -> NDArray[np.object_]:
    """Shapes without the M of linear referencing, which neither r-tree nor readers know; heights stay."""
    flat = shapely.force_2d(shapes)
    raised = shapely.from_wkb(shapely.to_wkb(shapes, output_dimension=3))
    kept: NDArray[np.object_] = np.where(shapely.has_m(shapes) & ~shapely.has_z(shapes), flat, raised)
    return kept


def _of_one_dimension(shapes: NDArray[np.object_]) -> NDArray[np.object_]:
    """Shapes without the heights that only some of their parts have."""
    parts, owner = shapely.get_parts(shapes, return_index=True)
    counts = np.bincount(owner, minlength=len(shapes))
    high = np.bincount(owner, weights=shapely.has_z(parts), minlength=len(shapes))
    kept: NDArray[np.object_] = np.where((high > 0) & (high < counts), shapely.force_2d(shapes), shapes)
    return kept


def _refuse(faulty: NDArray[np.bool_], ids: pl.Series, table: str, detail: dict[str, str]) -> None:
    if faulty.any():
        raise BocageError("BOC-STO-014", where={"table": table, "value": ids[int(faulty.argmax())]}, detail=detail)


def to_blobs(wkb: pl.Series, bounds: Bounds, srid: int) -> list[bytes | None]:
    """Put the GeoPackage header before each geometry; the envelope where it is not a point.

    Args:
        wkb: little-endian geometries as `normalise` gives them.
        bounds: (n, 4) xmin, ymin, xmax, ymax [m], NaN where null or empty.
        srid: EPSG code of the projection.
    """
    plain = _MAGIC + struct.pack("<Bi", _LITTLE_ENDIAN, srid)
    empty = _MAGIC + struct.pack("<Bi", _LITTLE_ENDIAN | _EMPTY, srid)
    boxed = _MAGIC + struct.pack("<Bi", _LITTLE_ENDIAN | _ENVELOPE_XY, srid)
    envelopes = np.ascontiguousarray(bounds[:, [0, 2, 1, 3]], dtype="<f8").tobytes()
    is_empty = np.isnan(bounds[:, 0]).tolist()
    blobs: list[bytes | None] = []
    for row, body in enumerate(wkb.to_list()):
        if body is None:
            blobs.append(None)
        elif is_empty[row]:
            blobs.append(empty + body)
        elif int.from_bytes(body[1:5], "little") % 1000 == 1:  # a point, with or without Z and M
            blobs.append(plain + body)
        else:
            blobs.append(boxed + envelopes[32 * row : 32 * row + 32] + body)
    return blobs


def from_blob(blob: bytes | None) -> bytes | None:
    """The well-known binary of a GeoPackage geometry; ValueError where it is none."""
    if blob is None:
        return None
    if len(blob) < 8 or blob[:2] != b"GP" or (blob[3] >> 1) & 7 > 4:
        raise ValueError("not a GeoPackage geometry")
    return blob[8 + _ENVELOPE_BYTES[(blob[3] >> 1) & 7] :]


def bounds_of(wkb: pl.Series) -> Bounds:
    """(n, 4) bounds xmin, ymin, xmax, ymax [m] of geometries; NaN where null or empty."""
    bounds: Bounds = shapely.bounds(shapely.from_wkb(wkb.to_numpy()))
    return bounds


@lru_cache(maxsize=256)
def envelope(blob: bytes) -> tuple[float, float, float, float] | None:
    """xmin, ymin, xmax, ymax of one GeoPackage geometry; None where it is empty or unreadable.

    The r-tree triggers ask four times for the same geometry: the last ones are remembered.

    >>> point = b"GP\\x00\\x01" + struct.pack("<i", 2154) + struct.pack("<BIdd", 1, 1, 2.0, 3.0)
    >>> envelope(point)
    (2.0, 3.0, 2.0, 3.0)
    """
    try:
        body = from_blob(blob)
        if body is None or blob[3] & _EMPTY:
            return None
        if (blob[3] >> 1) & 7:
            xmin, xmax, ymin, ymax = struct.unpack("<4d" if blob[3] & 1 else ">4d", blob[8:40])
        else:
            xmin, ymin, xmax, ymax = shapely.bounds(shapely.from_wkb(body)).tolist()
    except (ValueError, struct.error, shapely.errors.ShapelyError):
        return None
    if math.isnan(xmin):
        return None
    return xmin, ymin, xmax, ymax
