"""What of a table is published: its public columns, points as longitude and latitude."""

from collections.abc import Sequence

import numpy as np
import polars as pl
import shapely

from bocage.vocabulary.columns import GEOMETRY, Column, Table

BOOKKEEPING = frozenset({"valid_from", "valid_to", "source"})
"""Columns of the store, which mean nothing elsewhere."""
DEGREE_DECIMALS = 7
"""RFC 7946 asks for no more than is measured; seven decimals of a degree are a centimetre."""


def public_columns(table: Table) -> Sequence[Column]:
    """The columns that may be published: neither internal nor personal, nor those of the store."""
    return [column for column in table.columns if column.privacy == "public" and column.name not in BOOKKEEPING]


def degrees_of(frame: pl.DataFrame) -> tuple[pl.Series, pl.Series]:
    """Longitudes and latitudes of points in WGS 84, rounded; null where a row has none.

    Args:
        frame: with `geometry` as WKB of points in WGS 84.
    """
    points = shapely.from_wkb(frame[GEOMETRY].to_numpy())
    across, up = shapely.get_x(points), shapely.get_y(points)
    found = [
        pl.Series(name, np.round(values, DEGREE_DECIMALS)).fill_nan(None)
        for name, values in (("longitude", across), ("latitude", up))
    ]
    return found[0], found[1]
