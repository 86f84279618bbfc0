"""An inventory merged into the twin as sets: what is new, what changed, what stays, what is absent."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl
import shapely

from bocage.store.corrections import Correction, overlay
from bocage.store.encoding import Field, compared, iso, kept_schema
from bocage.store.interface import MergeReport
from bocage.store.prepare import Prepared
from bocage.vocabulary.codes import BocageError
from bocage.vocabulary.columns import GEOMETRY, Table

MAX_DIFFERENCES = 10_000
_BEFORE, _MOVED = "__before", "__moved"
STILL_M = 0.01
"""A shape within a centimetre of what it was has not moved: degrees with seven decimals say no better [m]."""


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


@dataclass(frozen=True)
class Compared:
    """What of the versions in force a merge looks at.

    Attributes:
        fields: the fields that the rows really gave, those of the store left out.
        geometry: whether the rows gave geometries.
    """

    fields: Sequence[Field]
    geometry: bool

    @property
    def names(self) -> list[str]:
        """Columns that are compared, geometry last."""
        return [*(field.name for field in self.fields), *([GEOMETRY] if self.geometry else [])]

    @property
    def schema(self) -> dict[str, pl.DataType]:
        """Types of the versions in force: row number, start and source of each, then what is compared."""
        kept: dict[str, pl.DataType] = {"fid": pl.Int64(), "__since": pl.String(), "__source": pl.String()}
        return kept | {"asset_id": pl.String()} | kept_schema(self.fields, geometry=self.geometry)


READ_AS = {"__since": "valid_from", "__source": "source"}
"""Columns of the twin behind the names that the versions in force have in a comparison."""


def looked_at(fields: Sequence[Field], prepared: Prepared) -> Compared:
    """What of the versions in force these rows must be compared with."""
    held = [field for field in compared(fields) if field.name in prepared.given]
    return Compared(held, geometry=GEOMETRY in prepared.given and prepared.bounds is not None)


def compare(
    current: pl.DataFrame,
    corrections: Sequence[Correction],
    fields: Sequence[Field],
    prepared: Prepared,
    *,
    source: str,
    on: dt.date,
) -> Merge:
    """Compare an inventory with the versions in force.

    A column that the rows do not have keeps its value; one that they have empty is emptied. A geometry
    that moved by less than `STILL_M` did not change.

    Args:
        current: versions in force, with the schema of `looked_at`; geometry as well-known binary.
        corrections: values corrected by hand in this table.
        fields: columns of the table.
        prepared: the inventory.
        source: its name.
        on: its date.

    Raises:
        BocageError: BOC-STO-017, an asset that changed has a version that began after `on`.
    """
    columns = looked_at(fields, prepared).names
    incoming, kept = overlay(corrections, prepared.frame, fields)
    joined = incoming.with_row_index("__position").join(
        current.rename({name: name + _BEFORE for name in columns if name != "asset_id"}),
        on="asset_id",
        how="left",
        maintain_order="left",
    )
    known = _with_moved(joined.filter(pl.col("fid").is_not_null()), columns)
    differ = [_differs(name) for name in columns if name != "asset_id"]
    changed = known.filter(pl.any_horizontal(differ)) if differ else known.clear()
    refuse_backwards(changed, on)
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


def _with_moved(known: pl.DataFrame, columns: Sequence[str]) -> pl.DataFrame:
    """The rows with whether their geometry moved, where geometries are compared."""
    if GEOMETRY not in columns:
        return known
    differ = known[GEOMETRY].ne_missing(known[GEOMETRY + _BEFORE])
    ranks = differ.arg_true()
    before, after = (shapely.from_wkb(known[name].gather(ranks).to_numpy()) for name in (GEOMETRY + _BEFORE, GEOMETRY))
    moved = differ.to_numpy().copy()
    moved[ranks.to_numpy()] = ~shapely.equals_exact(before, after, STILL_M)
    return known.with_columns(pl.Series(_MOVED, moved, dtype=pl.Boolean))


def _differs(name: str) -> pl.Expr:
    return pl.col(_MOVED) if name == GEOMETRY else pl.col(name).ne_missing(pl.col(name + _BEFORE))


def stamped(rows: pl.DataFrame, *, source: str, on: dt.date) -> pl.DataFrame:
    """Rows with what the store says of a version: start, no end, source."""
    return rows.with_columns(
        pl.lit(iso(on)).alias("valid_from"),
        pl.lit(None, dtype=pl.String).alias("valid_to"),
        pl.lit(source).alias("source"),
    )


STAMPED = ("valid_from", "valid_to", "source")


def refuse_backwards(touched: pl.DataFrame, on: dt.date) -> None:
    """Refuse to end a version before it began (BOC-STO-017)."""
    later = touched.filter(pl.col("__since") > iso(on)).sort("__since", descending=True)
    if len(later):
        raise BocageError("BOC-STO-017", where={"value": later["asset_id"][0]}, date=iso(on), since=later["__since"][0])


def _differences(changed: pl.DataFrame, columns: Sequence[str]) -> pl.DataFrame:
    parts, room = [_NO_DIFFERENCE], MAX_DIFFERENCES
    for name in columns:
        if name == "asset_id" or room <= 0:
            continue
        rows = changed.filter(_differs(name)).head(room)
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
