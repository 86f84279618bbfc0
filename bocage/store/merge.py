"""An inventory merged into the twin as sets: what is new, what changed, what stays, what is absent."""

import datetime as dt
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl
import shapely

from bocage.store.corrections import overlay
from bocage.store.encoding import Field, compared, fetch, iso, kept_schema
from bocage.store.interface import MergeReport
from bocage.store.metadata import columns_of
from bocage.store.prepare import Prepared, bounds_at
from bocage.store.statement import statement
from bocage.store.versions import add_rows, current_geometry, replace_rows, retire_rows
from bocage.vocabulary.codes import BocageError
from bocage.vocabulary.columns import GEOMETRY, Table

MAX_DIFFERENCES = 10_000
_BEFORE, _AFTER = "__before", "__after"


@dataclass(frozen=True)
class Merge:
    """What a merge will do, before anything is written.

    Attributes:
        added: rows to add, with `__position` in the prepared frame.
        changed: rows to replace, with `fid` and `__position`.
        unchanged: number of rows as they are.
        absent: `fid` and `asset_id` of the assets of this source that the rows do not have.
        kept: (identifier, column) where a correction prevails.
        differences: frame `asset_id`, `column`, `before`, `after`.
        columns: columns that the rows gave, geometry included.
    """

    added: pl.DataFrame
    changed: pl.DataFrame
    unchanged: int
    absent: pl.DataFrame
    kept: Sequence[tuple[str, str]]
    differences: pl.DataFrame
    columns: Sequence[str]

    def report(self, table: Table, *, dry_run: bool) -> MergeReport:
        """The merge as the report that the interface promises."""
        return MergeReport(
            table=table.name,
            added=self.added["asset_id"].to_list(),
            changed=self.changed["asset_id"].to_list(),
            unchanged=self.unchanged,
            absent=self.absent["asset_id"].to_list(),
            kept_corrections=self.kept,
            differences=self.differences,
            dry_run=dry_run,
        )


def compare(
    connection: sqlite3.Connection,
    table: Table,
    fields: Sequence[Field],
    prepared: Prepared,
    *,
    source: str,
    on: dt.date,
) -> Merge:
    """Compare an inventory with the versions in force.

    A column that the rows do not have keeps its value; one that they have empty is emptied.

    Raises:
        BocageError: BOC-STO-017, an asset that changed has a version that began after `on`.
    """
    held = [field for field in compared(fields) if field.name in prepared.given]
    columns = [field.name for field in held]
    if GEOMETRY in prepared.given and prepared.bounds is not None:
        columns.append(GEOMETRY)
    incoming, kept = overlay(connection, table, prepared.frame, fields)
    current = _current(connection, table, held, with_geometry=GEOMETRY in columns)
    joined = incoming.with_row_index("__position").join(
        current.rename({name: name + _BEFORE for name in columns if name != "asset_id"}),
        on="asset_id",
        how="left",
        maintain_order="left",
    )
    known = joined.filter(pl.col("fid").is_not_null())
    differ = [pl.col(name).ne_missing(pl.col(name + _BEFORE)) for name in columns if name != "asset_id"]
    changed = known.filter(pl.any_horizontal(differ)) if differ else known.clear()
    _refuse_backwards(changed, on)
    absent = current.filter(pl.col("__source") == source).join(incoming, on="asset_id", how="anti")
    return Merge(
        added=joined.filter(pl.col("fid").is_null()),
        changed=changed,
        unchanged=len(known) - len(changed),
        absent=absent.select("fid", "asset_id", "__since"),
        kept=kept,
        differences=_differences(changed, columns),
        columns=columns,
    )


def apply(
    connection: sqlite3.Connection,
    table: Table,
    fields: Sequence[Field],
    prepared: Prepared,
    merge: Merge,
    *,
    source: str,
    on: dt.date,
    srid: int,
    retire_absent: bool,
) -> None:
    """Write a merge; inside a transaction."""
    stamp = [
        pl.lit(iso(on)).alias("valid_from"),
        pl.lit(None, dtype=pl.String).alias("valid_to"),
        pl.lit(source).alias("source"),
    ]
    if retire_absent and len(merge.absent):
        _refuse_backwards(merge.absent, on)
        retire_rows(connection, table, fields, merge.absent["fid"].to_list(), on)
    if len(merge.changed):
        changed = merge.changed.with_columns(stamp)
        boxes = bounds_at(prepared.bounds, changed["__position"].to_list()) if GEOMETRY in merge.columns else None
        names = [*(name for name in merge.columns if name not in {"asset_id", GEOMETRY})]
        names += ["valid_from", "valid_to", "source"]
        replace_rows(connection, table, fields, changed, names, boxes, on=on, srid=srid)
    if len(merge.added):
        added = merge.added.with_columns(stamp)
        boxes = bounds_at(prepared.bounds, added["__position"].to_list())
        add_rows(connection, table, fields, added, boxes, srid=srid)


def _current(
    connection: sqlite3.Connection, table: Table, held: Sequence[Field], *, with_geometry: bool
) -> pl.DataFrame:
    schema: dict[str, pl.DataType] = {"fid": pl.Int64(), "__since": pl.String(), "__source": pl.String()}
    schema |= {"asset_id": pl.String()} | kept_schema(held, geometry=with_geometry)
    stored = columns_of(connection, table.name)
    if not stored:
        return pl.DataFrame(schema=schema)
    read = {name: {"__since": "valid_from", "__source": "source"}.get(name, name) for name in schema}
    present = {name: column for name, column in read.items() if column in stored}
    cursor = connection.execute(
        statement("SELECT {columns} FROM {table}", columns=list(present.values()), table=table.name)
    )
    frame = fetch(cursor, {name: schema[name] for name in present}, table=table.name)
    frame = frame.with_columns(
        pl.lit(None, dtype=kind).alias(name) for name, kind in schema.items() if name not in present
    ).select(list(schema))
    return current_geometry(frame) if with_geometry else frame


def _refuse_backwards(touched: pl.DataFrame, on: dt.date) -> None:
    later = touched.filter(pl.col("__since") > iso(on)).sort("__since", descending=True)
    if len(later):
        raise BocageError("BOC-STO-017", where={"value": later["asset_id"][0]}, date=iso(on), since=later["__since"][0])


def _differences(changed: pl.DataFrame, columns: Sequence[str]) -> pl.DataFrame:
    parts, room = [_NO_DIFFERENCE], MAX_DIFFERENCES
    for name in columns:
        if name == "asset_id" or room <= 0:
            continue
        rows = changed.filter(pl.col(name).ne_missing(pl.col(name + _BEFORE))).head(room)
        room -= len(rows)
        parts.append(
            pl.DataFrame(
                {
                    "asset_id": rows["asset_id"],
                    "column": pl.Series([name] * len(rows), dtype=pl.String),
                    "before": _as_text(rows[name + _BEFORE]),
                    "after": _as_text(rows[name]),
                }
            )
        )
    return pl.concat(parts).sort("asset_id", "column", maintain_order=True)


_NO_DIFFERENCE = pl.DataFrame(schema=dict.fromkeys(("asset_id", "column", "before", "after"), pl.String))


def _as_text(values: pl.Series) -> pl.Series:
    if values.dtype != pl.Binary:
        return values.cast(pl.String)
    shapes = shapely.from_wkb(values.to_numpy())
    return pl.Series(shapely.to_wkt(shapes, rounding_precision=3).tolist(), dtype=pl.String)
