"""A point shapefile as a GIS of the 2000s wrote it: .shp, .shx, .dbf in Windows-1252, .prj.

Written here rather than by GDAL, which stamps the day of writing into the .dbf: the example is
the same bytes whenever and wherever it is made.
Format: ESRI Shapefile Technical Description, July 1998; dBASE III header.
"""

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

LAMBERT_93_PRJ = (
    'PROJCS["RGF93_Lambert_93",GEOGCS["GCS_RGF_1993",DATUM["D_RGF_1993",'
    'SPHEROID["GRS_1980",6378137.0,298.257222101]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]],'
    'PROJECTION["Lambert_Conformal_Conic"],PARAMETER["False_Easting",700000.0],'
    'PARAMETER["False_Northing",6600000.0],PARAMETER["Central_Meridian",3.0],'
    'PARAMETER["Standard_Parallel_1",49.0],PARAMETER["Standard_Parallel_2",44.0],'
    'PARAMETER["Latitude_Of_Origin",46.5],UNIT["Meter",1.0]]'
)
POINT, WINDOWS_1252 = 1, 0x03
HEADER_WORDS, POINT_WORDS = 50, 10


@dataclass(frozen=True)
class Field:
    """A column of the .dbf: name of at most 10 characters, kind (`C` text, `N` number), width, decimals."""

    name: str
    kind: str
    width: int
    decimals: int = 0


def write_point_shapefile(
    path: Path,
    fields: Sequence[Field],
    rows: Sequence[Mapping[str, object]],
    points: Sequence[tuple[float, float]],
    *,
    written_on: tuple[int, int, int],
) -> None:
    """Write the four files of a point shapefile in Lambert-93.

    Args:
        path: the `.shp`; the others are written beside it.
        fields: columns.
        rows: one mapping by point; None is written as blanks.
        points: x, y [m] of each row.
        written_on: year, month, day for the header of the .dbf.

    Raises:
        ValueError: a value is wider than its field, or there is no point.
    """
    if not points or len(points) != len(rows):
        raise ValueError(f"{path.name}: {len(rows)} rows for {len(points)} points; one each, and at least one")
    path.write_bytes(_header(points, POINT_WORDS + 4) + b"".join(_record(n, *xy) for n, xy in enumerate(points, 1)))
    offsets = (HEADER_WORDS + index * (POINT_WORDS + 4) for index in range(len(points)))
    path.with_suffix(".shx").write_bytes(
        _header(points, 4) + b"".join(struct.pack(">2i", offset, POINT_WORDS) for offset in offsets)
    )
    path.with_suffix(".dbf").write_bytes(_dbf(fields, rows, written_on))
    path.with_suffix(".prj").write_text(LAMBERT_93_PRJ, encoding="ascii", newline="")


def _header(points: Sequence[tuple[float, float]], words_each: int) -> bytes:
    xs, ys = zip(*points, strict=True)
    size = HEADER_WORDS + words_each * len(points)
    bounds = (min(xs), min(ys), max(xs), max(ys), 0.0, 0.0, 0.0, 0.0)
    return struct.pack(">7i", 9994, 0, 0, 0, 0, 0, size) + struct.pack("<2i8d", 1000, POINT, *bounds)


def _record(number: int, x: float, y: float) -> bytes:
    return struct.pack(">2i", number, POINT_WORDS) + struct.pack("<i2d", POINT, x, y)


def _dbf(fields: Sequence[Field], rows: Sequence[Mapping[str, object]], written_on: tuple[int, int, int]) -> bytes:
    year, month, day = written_on
    length = 1 + sum(field.width for field in fields)
    head = struct.pack("<4BIHH", 3, year - 1900, month, day, len(rows), 32 * len(fields) + 33, length)
    head += bytes(17) + bytes([WINDOWS_1252]) + bytes(2)
    for field in fields:
        head += struct.pack(
            "<11sc4xBB14x", field.name.encode("ascii"), field.kind.encode(), field.width, field.decimals
        )
    body = b"".join(b" " + b"".join(_cell(field, row[field.name]) for field in fields) for row in rows)
    return head + b"\r" + body + b"\x1a"


def _cell(field: Field, value: object) -> bytes:
    """A value padded to its field: text to the left, numbers to the right."""
    if value is None:
        written = b""
    elif field.kind == "N" and isinstance(value, int | float):
        written = f"{value:.{field.decimals}f}".encode("ascii")
    else:
        written = str(value).encode("cp1252")
    if len(written) > field.width:
        raise ValueError(f"{field.name}: {value!r} is wider than {field.width}")
    return written.rjust(field.width) if field.kind == "N" else written.ljust(field.width)
