"""The one interface of the store: what every form of the twin (GeoPackage, later PostGIS) can do.

Nothing above this floor knows which form it talks to. Frames are polars; geometry is WKB in the
territory's projection, in the column `geometry`; times are UTC.
"""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import polars as pl

from bocage.vocabulary.columns import Column, Table

Bounds = tuple[float, float, float, float]
"""xmin, ymin, xmax, ymax in the territory's projection [m]."""


@dataclass(frozen=True, kw_only=True)
class MergeReport:
    """What an import changed, or would change.

    Attributes:
        table: asset type.
        added: identifiers that are new.
        changed: identifiers whose values changed; their former version is kept as history.
        unchanged: number of rows already in the twin as they are.
        absent: identifiers of the twin, from the same source, that the file no longer has.
        kept_corrections: (identifier, column) where a correction made by hand was kept.
        differences: frame `asset_id`, `column`, `before`, `after` (texts), at most 10,000 rows.
        dry_run: True where nothing was written.
    """

    table: str
    added: Sequence[str]
    changed: Sequence[str]
    unchanged: int
    absent: Sequence[str]
    kept_corrections: Sequence[tuple[str, str]]
    differences: pl.DataFrame
    dry_run: bool


class Store(Protocol):
    """A twin: assets with history, the other nouns as tables, series with rollups.

    Every writing method is one transaction: after a crash the twin is as before or complete.
    Only one process writes at a time; readers are never blocked. Errors are `BocageError`
    with codes BOC-STO-xxx.
    """

    def declare(self, tables: Sequence[Table]) -> None:
        """Create what is missing: tables, columns, r-trees, layer metadata; never drops anything."""
        ...

    def merge_assets(
        self,
        table: Table,
        rows: pl.DataFrame,
        *,
        source: str,
        on: dt.date,
        dry_run: bool = False,
        retire_absent: bool = False,
    ) -> MergeReport:
        """Merge an inventory: new rows added, changed rows versioned, identical rows untouched.

        Args:
            table: declared asset type.
            rows: declared columns, `asset_id` unique, geometry as WKB; a declared column that is absent
                keeps its values, one that is there and null is emptied. `<column>_origin` of an imputable
                column (`measured`, `declared`) is kept where it is given. `valid_from`, `valid_to` and
                `source` are the store's own.
            source: name of the inventory the rows come from; absences are judged within it.
            on: date from which the new versions are valid.
            dry_run: report only.
            retire_absent: end (`valid_to`) the assets of this source that the rows no longer have.
        """
        ...

    def read_assets(
        self,
        table: Table,
        *,
        columns: Sequence[str] | None = None,
        bounds: Bounds | None = None,
        on: dt.date | None = None,
        limit: int | None = None,
    ) -> pl.DataFrame:
        """Assets in force on a date (the latest versions where None), optionally within bounds (r-tree).

        Args:
            table: declared asset type.
            columns: names, `<column>_origin` too; the declared columns and the geometry where None.
            bounds: assets whose bounding box meets these.
            on: date at which the assets were in force.
            limit: at most so many, in order of identifier.
        """
        ...

    def stream_assets(
        self, table: Table, *, columns: Sequence[str] | None = None, chunk_rows: int = 100_000
    ) -> Iterator[pl.DataFrame]:
        """The same in chunks, in order of identifier."""
        ...

    def count_assets(self, table: Table) -> int:
        """Number of assets in force."""
        ...

    def history(self, table: Table, asset_id: str) -> pl.DataFrame:
        """All versions of one asset, oldest first, with `valid_from`, `valid_to`, `source`."""
        ...

    def correct(self, table: Table, asset_id: str, column: str, value: object, *, author: str, on: dt.date) -> None:
        """Correct one value by hand; no later import overwrites it (it is reported instead)."""
        ...

    def write_rows(self, table: Table, rows: pl.DataFrame, *, replace: Mapping[str, object] | None = None) -> int:
        """Write rows of a noun (action, outcome, plan…), each in the place of the row of the same key.

        Args:
            table: declared noun.
            rows: declared columns, the key unique.
            replace: the rows with these values are deleted first; all of them for an empty mapping.
        """
        ...

    def read_rows(self, table: Table, where: Mapping[str, object] | None = None) -> pl.DataFrame:
        """Rows of a noun that have those values."""
        ...

    def write_observations(self, observations: pl.DataFrame) -> int:
        """Insert or update (series_id, time, value, quality) and refresh the rollups touched; rows written."""
        ...

    def read_observations(
        self, series_id: str, *, start: dt.datetime, end: dt.datetime, step: str = "raw"
    ) -> pl.DataFrame:
        """Observations of a series in [start, end).

        Args:
            series_id: identifier of the series.
            start: first instant (UTC).
            end: instant after the last (UTC).
            step: `raw` (time, value, quality), `hour` or `day` (time, mean, minimum, maximum, total, count).
        """
        ...

    def layers(self) -> Mapping[str, int]:
        """Name and number of rows in force of every declared table, and of `observation`."""
        ...

    def fingerprint(self, *, inventory_only: bool = False) -> str:
        """Hash of the content of the twin (12 hexadecimal digits): same content, same hash.

        Args:
            inventory_only: assets, their history and corrections only, without results and observations.
        """
        ...

    def check(self) -> Sequence[str]:
        """Integrity faults in words (empty where sound): database, r-trees, metadata, version."""
        ...

    def snapshot(
        self,
        path: Path,
        *,
        extra: Mapping[str, pl.DataFrame] | None = None,
        described: Mapping[str, Sequence[Column]] | None = None,
        language: str = "fr",
    ) -> Path:
        """A GeoPackage for QGIS: typed geometries, CRS, names and aliases in the language, no history.

        Args:
            path: file to write, replaced whole.
            extra: by asset type, further columns joined on `asset_id` (results, origins); with their
                geometry they are the rows of a type of which the twin has none.
            described: by asset type, declarations of some of those columns, for their aliases.
            language: language of aliases and descriptions.
        """
        ...

    def close(self) -> None:
        """Release the file or the connection."""
        ...
