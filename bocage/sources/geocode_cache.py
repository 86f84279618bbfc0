"""Answers of a geocoder kept on disk: what was received is never asked again, and serves without network."""

import datetime as dt
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from bocage.sources.geocoding import ANSWER_SCHEMA, NOT_FOUND, WAITING, Geocoder, Geocoding, waiting
from bocage.sources.names import plain
from bocage.sources.wording import LOCALE, by_language
from bocage.vocabulary.codes import BocageError
from bocage.vocabulary.text import Message

BATCH = 1_000
"""Addresses asked at once: few enough to answer within the time of one request, and to lose little."""
FORGET_DAYS = 30
"""Age from which an address that was not found is asked again [days]."""
_TABLE = """CREATE TABLE IF NOT EXISTS answer (
    key TEXT PRIMARY KEY, longitude REAL, latitude REAL, score REAL, label TEXT, kind TEXT,
    status TEXT NOT NULL, asked_on TEXT NOT NULL) WITHOUT ROWID"""


@dataclass
class CachedGeocoder:
    """A `Geocoder` that answers from a file, and asks another one what is not in it.

    Attributes:
        path: SQLite file, made where it is missing.
        source: who is asked; None to stay offline.
        today: date of the answers.
    """

    path: Path
    source: Geocoder | None
    today: dt.date

    def geocode(self, addresses: pl.DataFrame) -> Geocoding:
        """Look up addresses, a batch at a time; each batch is kept as soon as it is answered.

        Args:
            addresses: distinct rows under `geocoding.ADDRESS_SCHEMA`.

        Raises:
            BocageError: BOC-IMP-034, the file cannot be read or written.
        """
        keys = [address_key(*row) for row in addresses.iter_rows()]
        with self._open() as connection:
            known = self._known(connection, keys)
            missing = [index for index, key in enumerate(keys) if key not in known]
            outage: Mapping[str, str] = {}
            if missing and self.source is None:
                outage = by_language(Message("offline", {}, LOCALE))
            for start in range(0, len(missing) if self.source is not None else 0, BATCH):
                assert self.source is not None
                part = missing[start : start + BATCH]
                got = self.source.geocode(addresses[part])
                fresh = list(zip((keys[index] for index in part), got.answers.rows(), strict=True))
                answered = [(key, row) for key, row in fresh if row[-1] != WAITING]
                self._keep(connection, answered)
                known |= dict(answered)
                if got.outage:
                    outage = got.outage
                    break
        blank = waiting(1).row(0)
        rows = [known.get(key, blank) for key in keys]
        return Geocoding(answers=pl.DataFrame(rows, schema=ANSWER_SCHEMA, orient="row"), outage=outage)

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        try:
            connection = sqlite3.connect(self.path, timeout=30)
            try:
                connection.execute(_TABLE)
                yield connection
            finally:
                connection.close()
        except sqlite3.Error as error:
            raise BocageError("BOC-IMP-034", where={"path": self.path}, cause=str(error)) from error

    def _known(self, connection: sqlite3.Connection, keys: list[str]) -> dict[str, tuple[object, ...]]:
        """Answers kept, by key; an old `not_found` counts as unknown while there is somebody to ask."""
        oldest = (self.today - dt.timedelta(days=FORGET_DAYS)).isoformat() if self.source is not None else ""
        wanted = set(keys)
        found = connection.execute(
            "SELECT key, longitude, latitude, score, label, kind, status FROM answer "
            "WHERE status != ? OR asked_on >= ?",
            (NOT_FOUND, oldest),
        )
        return {row[0]: row[1:] for row in found if row[0] in wanted}

    def _keep(self, connection: sqlite3.Connection, answered: list[tuple[str, tuple[object, ...]]]) -> None:
        with connection:
            connection.executemany(
                "INSERT OR REPLACE INTO answer VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                [(key, *row, self.today.isoformat()) for key, row in answered],
            )


def address_key(address: str | None, postcode: str | None, citycode: str | None) -> str:
    """What tells addresses apart: their words without case nor accents, and their codes.

    >>> address_key("3, Rue de l'Église", "53000", None)
    '3_rue_de_l_eglise|53000|'
    """
    return f"{plain(address or '')}|{postcode or ''}|{citycode or ''}"
