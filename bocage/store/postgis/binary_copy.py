"""Rows in the binary form of COPY, assembled column by column.

https://www.postgresql.org/docs/current/sql-copy.html, "Binary Format": a header, then for each row the number of its
fields and for each field its length (-1 for null) and its bytes, all big-endian, then -1.
"""

import struct
from collections.abc import Iterator

import numpy as np
import polars as pl
from numpy.typing import NDArray

CHUNK_ROWS = 50_000
_HEADER = b"PGCOPY\n\xff\r\n\0" + struct.pack(">ii", 0, 0)
_TRAILER = struct.pack(">h", -1)
_DAYS_TO_2000 = 10_957
_MICROSECONDS_TO_2000 = _DAYS_TO_2000 * 86_400_000_000

Bytes = NDArray[np.uint8]
Lengths = NDArray[np.int64]


def binary_copy(frame: pl.DataFrame) -> Iterator[bytes]:
    """A frame as blocks of bytes for `COPY … FROM STDIN (FORMAT BINARY)`.

    Args:
        frame: columns of Int64, Float64, Boolean, String, Binary, Date or Datetime in microseconds.

    Raises:
        TypeError: a column of another type.

    >>> list(binary_copy(pl.DataFrame({"n": [1]})))[1].hex()
    '0001000000080000000000000001'
    """
    yield _HEADER
    for chunk in frame.iter_slices(CHUNK_ROWS):
        yield _rows(chunk)
    yield _TRAILER


def _rows(frame: pl.DataFrame) -> bytes:
    columns = [_column(series) for series in frame.get_columns()]
    sizes = np.full(len(frame), 2, dtype=np.int64)
    for lengths, _ in columns:
        sizes += 4 + np.maximum(lengths, 0)
    ends = np.cumsum(sizes)
    out = np.empty(int(ends[-1]), dtype=np.uint8)
    at = ends - sizes
    _put(out, at, np.full(len(frame), len(columns), dtype=">i2").view(np.uint8).reshape(-1, 2))
    at = at + 2
    for lengths, body in columns:
        _put(out, at, lengths.astype(">i4").view(np.uint8).reshape(-1, 4))
        at = at + 4
        held = lengths > 0
        _scatter(out, at[held], lengths[held], body)
        at = at + np.maximum(lengths, 0)
    return out.tobytes()


def _put(out: Bytes, at: Lengths, cells: Bytes) -> None:
    """Write cells of one width, (n, width), each at its place."""
    out[at[:, None] + np.arange(cells.shape[1])] = cells


def _scatter(out: Bytes, at: Lengths, lengths: Lengths, body: Bytes) -> None:
    """Write cells of any width, that follow each other in `body`, each at its place."""
    if not len(lengths):
        return
    if (lengths == lengths[0]).all():
        _put(out, at, body.reshape(-1, int(lengths[0])))
        return
    starts = np.cumsum(lengths) - lengths
    out[np.repeat(at - starts, lengths) + np.arange(len(body))] = body


def _column(series: pl.Series) -> tuple[Lengths, Bytes]:
    """Length of each cell (-1 for null), and the bytes of those that are not null, one after the other."""
    present = series.is_not_null().to_numpy()
    full = series.drop_nulls()
    match series.dtype:
        case pl.String:
            lengths = full.str.len_bytes().cast(pl.Int64).to_numpy()
            body = np.frombuffer("".join(full.to_list()).encode(), dtype=np.uint8)
        case pl.Binary:
            cells = full.to_list()
            lengths = np.fromiter(map(len, cells), dtype=np.int64, count=len(cells))
            body = np.frombuffer(b"".join(cells), dtype=np.uint8)
        case _:
            numbers = _numbers(full)
            lengths = np.full(len(full), numbers.dtype.itemsize, dtype=np.int64)
            body = numbers.view(np.uint8)
    widths = np.full(len(series), -1, dtype=np.int64)
    widths[present] = lengths
    return widths, body


def _numbers(full: pl.Series) -> NDArray[np.generic]:
    match full.dtype:
        case pl.Int64:
            return full.to_numpy().astype(">i8")
        case pl.Float64:
            return full.to_numpy().astype(">f8")
        case pl.Boolean:
            return full.cast(pl.UInt8).to_numpy().astype(np.uint8)
        case pl.Date:
            return (full.to_physical().to_numpy() - _DAYS_TO_2000).astype(">i4")
        case pl.Datetime:
            return (full.dt.epoch("us").to_numpy() - _MICROSECONDS_TO_2000).astype(">i8")
        case _:
            raise TypeError(f"COPY has no form here for {full.dtype} ({full.name})")
