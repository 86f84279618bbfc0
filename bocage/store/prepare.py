"""Rows judged before anything is written: keys, required values, types, geometries."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from bocage.store.encoding import Field, conform, encode
from bocage.store.geometry import Bounds, normalise
from bocage.vocabulary.codes import BocageError
from bocage.vocabulary.columns import GEOMETRY, Table


@dataclass(frozen=True)
class Prepared:
    """Rows as the file will keep them.

    Attributes:
        frame: kept values of every field; `geometry` as well-known binary.
        bounds: (n, 4) xmin, ymin, xmax, ymax [m]; None for a table without geometry.
        given: names of the fields that the rows really had.
    """

    frame: pl.DataFrame
    bounds: Bounds | None
    given: frozenset[str]


def prepare(table: Table, rows: pl.DataFrame, fields: Sequence[Field]) -> Prepared:
    """Cast, check and encode rows.

    Raises:
        BocageError: BOC-STO-011 a key twice, 012 a required value missing, 013 a type, 014 a geometry.
    """
    frame = conform(table, rows, fields)
    for field in fields:
        if field.column.required and field.name == field.column.name:
            _refuse_missing(table, field, frame)
    frame = encode(frame, fields)
    _refuse_twice(table, frame)
    given = frozenset(rows.columns) & {*(field.name for field in fields), GEOMETRY}
    if table.geometry == "none":
        return Prepared(frame, None, given)
    geometry, bounds = normalise(frame[GEOMETRY], table.geometry, table=table.name, ids=frame[table.key[0]])
    return Prepared(frame.with_columns(geometry.alias(GEOMETRY)), bounds, given)


def _refuse_missing(table: Table, field: Field, frame: pl.DataFrame) -> None:
    values = frame[field.name]
    missing = values.null_count()
    if field.name in table.key and field.type in {"code", "text"}:
        missing += int((values.fill_null("x").str.strip_chars() == "").sum())
    if field.type == "real":
        missing += int(values.fill_null(0.0).is_nan().sum())
    if missing:
        raise BocageError("BOC-STO-012", where={"table": table.name, "column": field.name}, count=missing)


def _refuse_twice(table: Table, frame: pl.DataFrame) -> None:
    if not len(frame):
        return
    key = list(table.key)
    twice = frame.group_by(key, maintain_order=True).len().filter(pl.col("len") > 1)
    if len(twice):
        first = twice.row(0)
        raise BocageError(
            "BOC-STO-011",
            where={"table": table.name, "column": ", ".join(key)},
            value=" / ".join("—" if part is None else str(part) for part in first[:-1]),
            count=first[-1],
        )


def bounds_at(bounds: Bounds | None, positions: Sequence[int]) -> Bounds | None:
    """The bounds of some rows; None stays None."""
    return None if bounds is None else bounds[np.asarray(positions, dtype=np.int64)]
