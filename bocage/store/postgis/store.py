"""The server form of the store: one territory of an instance, behind the same interface as the file."""

import contextlib
import datetime as dt
import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

import polars as pl
import sqlalchemy as sa

from bocage.store.connection import PATIENCE_S
from bocage.store.encoding import fields_of
from bocage.store.interface import Bounds, MergeReport
from bocage.store.metadata import projection
from bocage.store.postgis import check, corrections, fingerprint, merging, nouns, reading, series
from bocage.store.postgis.address import Address, address_in
from bocage.store.postgis.bookkeeping import TERRITORY
from bocage.store.postgis.content import ServerContent, erase, write_content
from bocage.store.postgis.instance import known_version, prepare_instance
from bocage.store.postgis.schema import declare_tables, is_declared
from bocage.store.postgis.session import Connection, Session
from bocage.store.postgis.sql import run
from bocage.store.prepare import prepare
from bocage.store.snapshot import write_snapshot
from bocage.store.transfer import Content
from bocage.vocabulary.codes import BocageError
from bocage.vocabulary.columns import Column, Table


def open_postgis(
    territory: str,
    *,
    srid: int,
    create: bool = False,
    new: bool = False,
    read_only: bool = False,
    patience_s: float = PATIENCE_S,
    address: Address | None = None,
) -> "PostgisStore":
    """Open the twin of a territory in the database; an older layout is migrated, a database without one prepared.

    Args:
        territory: key of the territory (INSEE or SIREN code).
        srid: EPSG code of the territory's projection.
        create: make the twin where there is none.
        new: refuse a territory that the database already has.
        read_only: refuse every write.
        patience_s: time waited for another writer [s].
        address: where the database is; what `BOCAGE_DATABASE_URL` says where None.

    Raises:
        BocageError: BOC-STO-033 no twin of that territory, 032 one where there should be none, 007 a newer layout,
            008 an older one and read-only, 009 another projection, 010 no such projection, 024 to 030 what the server
            or its rights refuse.
    """
    projection(srid)
    session = Session(address or address_in(os.environ), territory, read_only=read_only, patience_s=patience_s)
    try:
        session.open()
        _bring_up_to_date(session, create=create and not read_only)
        _find_territory(session, srid, create=create and not read_only, new=new)
    except BaseException:
        session.close()
        raise
    return PostgisStore(session, srid=srid)


def _bring_up_to_date(session: Session, *, create: bool) -> None:
    found, known = session.layout_version(), known_version()
    if found > known:
        raise session.place.refused("BOC-STO-007", found=str(found), known=str(known))
    if found == known:
        return
    if found == 0 and not create:
        raise session.place.refused("BOC-STO-028", {"fr": "aucune table de Bocage", "en": "no table of Bocage"})
    if session.read_only:
        raise session.place.refused("BOC-STO-008", found=str(found), known=str(known))
    prepare_instance(session)


def _find_territory(session: Session, srid: int, *, create: bool, new: bool) -> None:
    with session.reading() as connection:
        allowed = connection.execute("SELECT bocage.territory()").fetchone()
        if allowed in {None, (None,)}:
            detail = {"fr": "aucun droit sur ce territoire", "en": "no right on this territory"}
            raise session.place.refused("BOC-STO-029", detail)
        held = run(connection, sa.select(TERRITORY.c.srid)).fetchone()
    if held is not None and new and not _is_empty(session):
        raise session.place.refused("BOC-STO-032")
    if held is None and not create:
        raise session.place.refused("BOC-STO-033")
    if held is None:
        with session.writing() as connection:
            run(connection, sa.insert(TERRITORY).values(srid=srid))
    elif held[0] != srid:
        raise session.place.refused("BOC-STO-009", found=str(held[0]), asked=str(srid))


def _is_empty(session: Session) -> bool:
    """Whether nothing was ever written to the territory, as after a creation that was cut short."""
    with session.reading() as connection:
        return not any(reading.layer_counts(connection).values())


class _Assets:
    """The assets of a twin: merged, read, corrected."""

    def __init__(self, session: Session, *, srid: int) -> None:
        self.session, self.srid = session, srid

    @property
    def read_only(self) -> bool:
        """Whether every write is refused."""
        return self.session.read_only

    @contextlib.contextmanager
    def _writing(self) -> Iterator[Connection]:
        with self.session.writing() as connection:
            yield connection

    def declare(self, tables: Sequence[Table]) -> None:
        """See `Store.declare`; only a member of `bocage_owner` may create what the database lacks."""
        with self.session.reading() as connection:
            if is_declared(connection, tables):
                return
        if self.read_only:
            with self._writing():
                pass
        declare_tables(self.session, tables)

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
            with self.session.reading() as connection:
                found = merging.decide(connection, table, prepared, source=source, on=on)
            return found.report(table, dry_run=True)
        self.declare([table])
        with self._writing() as connection:
            found = merging.decide(connection, table, prepared, source=source, on=on)
            merging.apply(connection, table, found, source=source, on=on, retire_absent=retire_absent)
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
        with self.session.reading() as connection:
            return reading.read(connection, table, columns=columns, bounds=bounds, on=on, limit=limit)

    def stream_assets(
        self, table: Table, *, columns: Sequence[str] | None = None, chunk_rows: int = 100_000
    ) -> Iterator[pl.DataFrame]:
        """See `Store.stream_assets`."""
        yield from reading.stream(self.session, table, columns=columns, chunk_rows=chunk_rows)

    def count_assets(self, table: Table) -> int:
        """See `Store.count_assets`."""
        with self.session.reading() as connection:
            return reading.count(connection, table)

    def history(self, table: Table, asset_id: str) -> pl.DataFrame:
        """See `Store.history`."""
        with self.session.reading() as connection:
            return reading.versions_of(connection, table, asset_id)

    def correct(self, table: Table, asset_id: str, column: str, value: object, *, author: str, on: dt.date) -> None:
        """See `Store.correct`."""
        with self._writing() as connection:
            corrections.correct_value(connection, table, asset_id, column, value, author=author, on=on)


class PostgisStore(_Assets):
    """A twin in a database, made by `open_postgis`; a context manager that closes its connection."""

    def write_rows(self, table: Table, rows: pl.DataFrame, *, replace: Mapping[str, object] | None = None) -> int:
        """See `Store.write_rows`; a row takes the place of the row of the same key."""
        self.declare([table])
        with self._writing() as connection:
            return nouns.write(connection, table, prepare(table, rows, fields_of(table)), replace)

    def read_rows(self, table: Table, where: Mapping[str, object] | None = None) -> pl.DataFrame:
        """See `Store.read_rows`."""
        with self.session.reading() as connection:
            return nouns.read(connection, table, where)

    def write_observations(self, observations: pl.DataFrame) -> int:
        """See `Store.write_observations`; days of the rollups are UTC days, values of quality `bad` left out."""
        return series.write(self.session, observations)

    def read_observations(
        self, series_id: str, *, start: dt.datetime, end: dt.datetime, step: str = "raw"
    ) -> pl.DataFrame:
        """See `Store.read_observations`."""
        with self.session.reading() as connection:
            return series.read(connection, series_id, start=start, end=end, step=step)

    def layers(self) -> Mapping[str, int]:
        """Name and number of rows in force of every declared table, and of `observation`."""
        with self.session.reading() as connection:
            return reading.layer_counts(connection)

    def fingerprint(self, *, inventory_only: bool = False) -> str:
        """See `Store.fingerprint`."""
        with self.session.reading() as connection:
            return fingerprint.fingerprint(connection, self.srid, inventory_only=inventory_only)

    def check(self) -> Sequence[str]:
        """See `Store.check`; sentences in the current language."""
        with self.session.reading() as connection:
            return [fault.say() for fault in check.faults(connection, self.srid)]

    def snapshot(
        self,
        path: Path,
        *,
        extra: Mapping[str, pl.DataFrame] | None = None,
        described: Mapping[str, Sequence[Column]] | None = None,
        language: str = "fr",
    ) -> Path:
        """See `Store.snapshot`."""
        with self.session.reading() as connection:
            return write_snapshot(
                reading.kept_layers(connection), Path(path),
                srid=self.srid, extra=extra or {}, described=described or {}, language=language,
            )  # fmt: skip

    @contextlib.contextmanager
    def content(self) -> Iterator[ServerContent]:
        """See `Transferable.content`."""
        with self.session.reading() as connection:
            yield ServerContent(connection)

    def receive(self, content: Content) -> None:
        """See `Transferable.receive`."""
        if any(self.layers().values()):
            raise BocageError("BOC-STO-034", where={"path": self.session.place.shown})
        self.declare(content.declarations())
        with self._writing() as connection:
            write_content(connection, content)
        try:
            for observations in content.observations():
                self.write_observations(observations)
        except BaseException:
            with self._writing() as connection:
                erase(connection)
            raise

    def close(self) -> None:
        """See `Store.close`."""
        self.session.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
