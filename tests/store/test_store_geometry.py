"""Geometries in GeoPackage form, against bytes written by hand from OGC 12-128r19, clause 2.1.3."""

import struct

import polars as pl
import pytest
import shapely

from bocage.store.geometry import envelope, from_blob, normalise, to_blobs
from bocage.vocabulary.codes import BocageError


def encoded(shape: shapely.Geometry | None, kind: str = "any") -> bytes | None:
    values = pl.Series([None if shape is None else shape.wkb], dtype=pl.Binary)
    wkb, bounds = normalise(values, kind, table="t", ids=pl.Series(["a"]))
    return to_blobs(wkb, bounds, 2154)[0]


def test_a_point_has_no_envelope() -> None:
    body = struct.pack("<BIdd", 1, 1, 2.0, 3.0)
    assert encoded(shapely.Point(2, 3)) == b"GP\x00\x01" + struct.pack("<i", 2154) + body


def test_a_line_has_the_envelope_in_the_order_of_the_standard() -> None:
    body = struct.pack("<BII4d", 1, 2, 2, 5.0, 1.0, 2.0, 8.0)
    header = b"GP\x00\x03" + struct.pack("<i4d", 2154, 2.0, 5.0, 1.0, 8.0)
    assert encoded(shapely.LineString([(5, 1), (2, 8)])) == header + body


def test_an_empty_geometry_says_so() -> None:
    blob = encoded(shapely.from_wkt("POINT EMPTY"))
    assert blob[3] == 0x11
    assert envelope(blob) is None


def test_no_geometry_stays_none() -> None:
    assert encoded(None) is None
    assert from_blob(None) is None


def test_heights_survive_in_iso_form() -> None:
    blob = encoded(shapely.Point(1, 2, 3))
    assert struct.unpack("<I", blob[9:13])[0] == 1001
    assert shapely.from_wkb(from_blob(blob)).wkt == "POINT Z (1 2 3)"
    assert envelope(blob) == (1.0, 2.0, 1.0, 2.0)


def test_big_endian_input_and_big_endian_headers_are_read() -> None:
    big = shapely.to_wkb(shapely.Point(4, 5), byte_order=0)
    wkb, _ = normalise(pl.Series([big]), "point", table="t", ids=pl.Series(["a"]))
    assert wkb[0] == struct.pack("<BIdd", 1, 1, 4.0, 5.0)
    header = b"GP\x00\x02" + struct.pack(">i4d", 2154, 2.0, 5.0, 1.0, 8.0)
    assert envelope(header + shapely.LineString([(5, 1), (2, 8)]).wkb) == (2.0, 1.0, 5.0, 8.0)


def test_a_multipoint_of_one_point_is_a_point() -> None:
    assert encoded(shapely.MultiPoint([(2, 3)]), "point") == encoded(shapely.Point(2, 3), "point")
    with pytest.raises(BocageError, match="BOC-STO-014"):
        encoded(shapely.MultiPoint([(2, 3), (4, 5)]), "point")


@pytest.mark.parametrize("blob", [b"", b"GP", b"XX\x00\x01\x00\x00\x00\x00", b"GP\x00\x0f\x00\x00\x00\x00"])
def test_bytes_that_are_no_geometry(blob: bytes) -> None:
    assert envelope(blob) is None
    with pytest.raises(ValueError, match="GeoPackage"):
        from_blob(blob)


@pytest.mark.parametrize(
    ("given", "kept"), [("POINT M (1 2 9)", "POINT (1 2)"), ("POINT ZM (1 2 3 9)", "POINT Z (1 2 3)")]
)
def test_measures_are_dropped_and_heights_stay(given: str, kept: str) -> None:
    wkb = shapely.to_wkb(shapely.from_wkt(given), flavor="iso")
    written, _ = normalise(pl.Series([wkb]), "point", table="t", ids=pl.Series(["a"]))
    assert shapely.from_wkb(written[0]).wkt == kept
