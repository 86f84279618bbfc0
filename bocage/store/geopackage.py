"""The embedded form of the store: a territory folder with `twin.gpkg` and `series.sqlite`."""

import contextlib
import datetime as dt
import os
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

import polars as pl

from bocage.store import check, corrections, fingerprint, merging, nouns, reading, series
from bocage.store.archive import write_archive
from bocage.store.connection import PATIENCE_S, connect, create, writing
from bocage.store.connection import reading as view
from bocage.store.content import FileContent, write_content
from bocage.store.encoding import fields_of
from bocage.store.interface import Bounds, MergeReport
from bocage.store.metadata import create_core, now, projection
from bocage.store.migrate import migrate, refuse_newer, version_of
from bocage.store.prepare import prepare
from bocage.store.reading import kept_layers
from bocage.store.refusals import refused, refusing
from bocage.store.schema import BOOKKEEPING, SCHEMA_VERSION, declare_tables, declared_tables, is_declared
from bocage.store.snapshot import write_snapshot
from bocage.store.statement import statement
from bocage.store.transfer import Content
from bocage.vocabulary.codes import BocageError
from bocage.vocabulary.columns import Column, Table

TWIN, SERIES = "twin.gpkg", "series.sqlite"


def open_store(
    folder: Path,
    *,
    srid: int,
    create: bool = False,
    read_only: bool = False,
    patience_s: float = PATIENCE_S,
) -> "GeoPackageStore":
    """Open the twin of a territory folder; an older one is backed up, then migrated.

    Args:
        folder: territory folder.
        srid: EPSG code of the territory's projection.
        create: make the files where there are none.
        read_only: refuse every write; nothing in the folder is touched.
        patience_s: time waited for another writer [s].

    Raises:
        BocageError: BOC-STO-001 no twin, 002 not readable, 005 or 006 not to be opened, 007 newer than the
            program, 008 older and read-only, 009 another projection, 010 no such projection.
    """
    folder = Path(folder)
    projection(srid)
    if create and not read_only and not (folder / TWIN).exists():
        _create_files(folder, srid)
    twin = _open_twin(folder, read_only=read_only, patience_s=patience_s)
    try:
        _refuse_other_projection(twin, folder / TWIN, srid)
        observations = _open_series(folder, read_only=read_only, patience_s=patience_s)
    except BaseException:
        twin.close()
        raise
    return GeoPackageStore(folder, twin, observations, srid=srid, read_only=read_only, patience_s=patience_s)


def _refuse_other_projection(twin: sqlite3.Connection, path: Path, srid: int) -> None:
    row = twin.execute("SELECT value FROM bocage_meta WHERE key = 'srid'").fetchone()
    found = "—" if row is None else row[0]
    if found != str(srid):
        raise refused("BOC-STO-009", path, found=found, asked=str(srid))


def _open_twin(folder: Path, *, read_only: bool, patience_s: float) -> sqlite3.Connection:
    path = folder / TWIN
    twin = connect(path, read_only=read_only, patience_s=patience_s)
    try:
        found = version_of(twin, path)
        refuse_newer(found, path)
    except BaseException:
        twin.close()
        raise
    if found == SCHEMA_VERSION:
        return twin
    twin.close()
    if read_only:
        raise refused("BOC-STO-008", path, found=str(found), known=str(SCHEMA_VERSION))
    stamp = now().replace(":", "").replace(".", "")
    write_archive(folder, folder / "backups" / f"schema-{found}-{stamp}.zip")
    migrate(path, folder / SERIES, found=found, patience_s=patience_s)
    return connect(path, patience_s=patience_s)


def _open_series(folder: Path, *, read_only: bool, patience_s: float) -> sqlite3.Connection:
    path = folder / SERIES
    if not path.exists():
        raise refused("BOC-STO-002", path, {"fr": "il manque", "en": "it is missing"})
    connection = connect(path, read_only=read_only, patience_s=patience_s)
    try:
        with refusing(path):
            refuse_newer(series.version_of(connection, path), path)
    except BaseException:
        connection.close()
        raise
    return connection


def _create_files(folder: Path, srid: int) -> None:
    # Each file is made whole under another name; the twin last, so that a twin never lacks its series.
    with refusing(folder):
        folder.mkdir(parents=True, exist_ok=True)

    def fill_twin(connection: sqlite3.Connection) -> None:
        create_core(connection, srid)
        for table in BOOKKEEPING:
            connection.execute(table)
        meta = {"schema_version": str(SCHEMA_VERSION), "srid": str(srid), "created_at": now()}
        connection.executemany("INSERT INTO bocage_meta VALUES (?, ?)", meta.items())

    if not (folder / SERIES).exists():
        _create_file(folder / SERIES, lambda connection: series.create_tables(connection, SCHEMA_VERSION))
    _create_file(folder / TWIN, fill_twin)


def _create_file(path: Path, fill: Callable[[sqlite3.Connection], None]) -> None:
    draft = path.with_name(f"{path.name}.new-{os.getpid()}")
    with refusing(path):
        draft.unlink(missing_ok=True)
        try:
            with contextlib.closing(create(draft)) as connection:
                connection.execute("BEGIN")
                fill(connection)
                connection.execute("COMMIT")
            draft.replace(path)
        finally:
            draft.unlink(missing_ok=True)


class _Assets:
    """The assets of a twin: merged, read, corrected."""

    def __init__(
        self,
        folder: Path,
        twin: sqlite3.Connection,
        series: sqlite3.Connection,
        *,
        srid: int,
        read_only: bool,
        patience_s: float,
    ) -> None:
        self.folder, self.srid, self.read_only = folder, srid, read_only
        self._twin, self._series, self._patience_s = twin, series, patience_s

    @contextlib.contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        path = self.folder / TWIN
        if self.read_only:
            raise refused("BOC-STO-005", path, {"fr": "ouvert pour lecture", "en": "opened for reading"})
        with writing(self._twin, path, self._patience_s):
            yield self._twin

    @contextlib.contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        with view(self._twin, self.folder / TWIN):
            yield self._twin

    def declare(self, tables: Sequence[Table]) -> None:
        """See `Store.declare`."""
        with self._reading() as twin:
            if is_declared(twin, tables):
                return
        with self._writing() as twin:
            declare_tables(twin, tables, self.srid)

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
        """See `Store.merge_assets`; a column that `rows` does not have keeps its values."""
        fields = fields_of(table)
        prepared = prepare(table, rows, fields)
        if dry_run:
            with self._reading() as twin:
                found = merging.decide(twin, table, fields, prepared, source=source, on=on)
            return found.report(table, dry_run=True)
        self.declare([table])
        with self._writing() as twin:
            found = merging.decide(twin, table, fields, prepared, source=source, on=on)
            merging.apply(
                twin, table, fields, prepared, found,
                source=source, on=on, srid=self.srid, retire_absent=retire_absent,
            )  # fmt: skip
        return found.report(table, dry_run=False)

    def read_assets(
        self,
        table: Table,
        *,
        columns: Sequence[str] | None = None,
        bounds: Bounds | None = None,
        on: dt.date | None = None,
        limit: int | None = None,
    ) -> pl.DataFrame:
        """See `Store.read_assets`; `<column>_origin` is read where `columns` names it."""
        with self._reading() as twin:
            return reading.read(twin, table, columns=columns, bounds=bounds, on=on, limit=limit)

    def stream_assets(
        self, table: Table, *, columns: Sequence[str] | None = None, chunk_rows: int = 100_000
    ) -> Iterator[pl.DataFrame]:
        """See `Store.stream_assets`."""
        with refusing(self.folder / TWIN):
            yield from reading.stream(self._twin, table, columns=columns, chunk_rows=chunk_rows)

    def count_assets(self, table: Table) -> int:
        """See `Store.count_assets`."""
        with self._reading() as twin:
            return reading.count(twin, table)

    def history(self, table: Table, asset_id: str) -> pl.DataFrame:
        """See `Store.history`."""
        with self._reading() as twin:
            return reading.versions_of(twin, table, asset_id)

    def correct(self, table: Table, asset_id: str, column: str, value: object, *, author: str, on: dt.date) -> None:
        """See `Store.correct`."""
        with self._writing() as twin:
            corrections.correct_value(twin, table, asset_id, column, value, author=author, on=on, srid=self.srid)


class GeoPackageStore(_Assets):
    """A twin in a folder, made by `open_store`; a context manager that closes it."""

    def write_rows(self, table: Table, rows: pl.DataFrame, *, replace: Mapping[str, object] | None = None) -> int:
        """See `Store.write_rows`; a row takes the place of the row of the same key."""
        self.declare([table])
        with self._writing() as twin:
            return nouns.write(twin, table, rows, replace=replace, srid=self.srid)

    def read_rows(self, table: Table, where: Mapping[str, object] | None = None) -> pl.DataFrame:
        """See `Store.read_rows`."""
        with self._reading() as twin:
            return nouns.read(twin, table, where)

    def write_observations(self, observations: pl.DataFrame) -> int:
        """See `Store.write_observations`; days of the rollups are UTC days, values of quality `bad` left out."""
        path = self.folder / SERIES
        if self.read_only:
            raise refused("BOC-STO-005", path, {"fr": "ouvert pour lecture", "en": "opened for reading"})
        return series.write(self._series, path, observations, patience_s=self._patience_s)

    def read_observations(
        self, series_id: str, *, start: dt.datetime, end: dt.datetime, step: str = "raw"
    ) -> pl.DataFrame:
        """See `Store.read_observations`."""
        with refusing(self.folder / SERIES):
            return series.read(self._series, series_id, start=start, end=end, step=step)

    def layers(self) -> Mapping[str, int]:
        """Name and number of rows in force of every declared table, and of `observation`."""
        with self._reading() as twin:
            counts = {
                name: int(twin.execute(statement("SELECT count(*) FROM {name}", name=name)).fetchone()[0])
                for name in declared_tables(twin)
            }
        with refusing(self.folder / SERIES):
            counts["observation"] = int(self._series.execute("SELECT count(*) FROM observation").fetchone()[0])
        return counts

    def fingerprint(self, *, inventory_only: bool = False) -> str:
        """See `Store.fingerprint`."""
        with self._reading() as twin:
            return fingerprint.fingerprint(twin, self._series, inventory_only=inventory_only)

    def check(self) -> Sequence[str]:
        """See `Store.check`; sentences in the current language."""
        with self._reading() as twin:
            return [fault.say() for fault in check.faults(twin, self._series)]

    def snapshot(
        self,
        path: Path,
        *,
        extra: Mapping[str, pl.DataFrame] | None = None,
        described: Mapping[str, Sequence[Column]] | None = None,
        language: str = "fr",
    ) -> Path:
        """See `Store.snapshot`."""
        with self._reading() as twin:
            return write_snapshot(
                kept_layers(twin), Path(path),
                srid=self.srid, extra=extra or {}, described=described or {}, language=language,
            )  # fmt: skip

    @contextlib.contextmanager
    def content(self) -> Iterator[FileContent]:
        """See `Transferable.content`."""
        with self._reading() as twin, refusing(self.folder / SERIES):
            yield FileContent(twin, self._series)

    def receive(self, content: Content) -> None:
        """See `Transferable.receive`."""
        if any(self.layers().values()):
            raise BocageError("BOC-STO-034", where={"path": self.folder / TWIN})
        with self._writing() as twin:
            write_content(twin, content, srid=self.srid)
        for observations in content.observations():
            self.write_observations(observations)

    def close(self) -> None:
        """See `Store.close`."""
        self._twin.close()
        self._series.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
