"""Rows that describe several points made one row for each, where the file says that each is an asset."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import polars as pl
import shapely
from numpy.typing import NDArray

from bocage.sources.mapping import Place
from bocage.sources.raw import RawTable


@dataclass(frozen=True)
class Exploded:
    """A file whose rows hold at most one point.

    Attributes:
        raw: the file; a row that held several points is there once for each, under the same number.
        ranks: (n,) rank of each row among those made of one, 0 for a row that was not touched.
        added: number of rows that this added.
    """

    raw: RawTable
    ranks: NDArray[np.int64]
    added: int


def explode(raw: RawTable, place: Place) -> Exploded:
    """Make a row of each point of the geometries of several points.

    Args:
        raw: the file as read.
        place: how its rows say where they are; nothing is done unless its `parts` is `each`.
    """
    count = len(raw.numbers)
    if place.parts != "each" or place.kind != "geometry" or raw.geometry is None:
        return Exploded(raw, np.zeros(count, dtype=np.int64), 0)
    shapes: NDArray[Any] = shapely.from_wkb(np.array(raw.geometry.to_list(), dtype=object), on_invalid="ignore")
    several = np.where(shapely.get_type_id(shapes) == 4, shapely.get_num_geometries(shapes), 1)
    times = np.maximum(several, 1)
    rows = np.repeat(np.arange(count), times)
    first = np.concatenate([[0], np.cumsum(times)[:-1]])
    ranks = np.where(times[rows] > 1, np.arange(len(rows)) - first[rows] + 1, 0)
    parts = shapes[rows]
    split = ranks > 0
    parts[split] = shapely.get_geometry(parts[split], ranks[split] - 1)
    written = [None if part is None else bytes(shapely.to_wkb(part)) for part in parts]
    kept = [raw.geometry[int(row)] if rank == 0 else wkb for row, rank, wkb in zip(rows, ranks, written, strict=True)]
    taken = pl.Series(rows, dtype=pl.UInt32)
    one = replace(
        raw,
        frame=raw.frame[taken],
        numbers=raw.numbers.gather(taken),
        faults=raw.faults.gather(taken),
        geometry=pl.Series("geometry", kept, dtype=pl.Binary),
    )
    return Exploded(one, ranks.astype(np.int64), len(rows) - count)
