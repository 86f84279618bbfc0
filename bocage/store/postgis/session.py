"""One connection that speaks for one territory: a role that owns nothing, one writer at a time, free readers."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress

import psycopg
from psycopg.rows import TupleRow

from bocage.store.postgis.address import Address
from bocage.store.postgis.refusals import Place, refusing

APPLICATION, OWNER = "bocage_app", "bocage_owner"
SCHEMA = "bocage"
OLDEST_SERVER = 150000
"""PostgreSQL 15: nulls that are not distinct in a key, views that run as their reader."""

Connection = psycopg.Connection[TupleRow]

_SAID_ALIKE = {"timezone": "UTC", "datestyle": "ISO, YMD", "extra_float_digits": "1", "client_min_messages": "warning"}
"""How the server writes values, whatever it was configured to; said in each transaction, as a pooler needs."""


class Session:
    """A connection to the database, for one territory; made by `connect`."""

    def __init__(self, address: Address, territory: str, *, read_only: bool, patience_s: float) -> None:
        self.address, self.territory = address, territory
        self.read_only, self.patience_s = read_only, patience_s
        self.place = Place(address.shown, territory)
        self._connection: Connection | None = None
        self._path = f"{SCHEMA}, public, pg_temp"
        self.months: set[object] = set()
        """Months that are known to have their partition of observations."""

    def open(self) -> Connection:
        """The connection, made anew where it was lost between two transactions.

        Raises:
            BocageError: BOC-STO-024 the server does not answer or refuses, 030 it is too old or has no PostGIS.
        """
        if self._connection is None or self._connection.closed:
            self._connection = self._connect()
        return self._connection

    def close(self) -> None:
        """Let the connection go."""
        if self._connection is not None:
            self._connection.close()

    def layout_version(self) -> int:
        """Version of the layout of the database; 0 where Bocage has none there."""
        with refusing(self.place):
            row = self.open().execute("SELECT to_regclass('bocage.bocage_meta')").fetchone()
            if row in {None, (None,)}:
                return 0
            found = self.open().execute("SELECT value FROM bocage.bocage_meta WHERE key = 'schema_version'").fetchone()
        return 0 if found is None else int(found[0])

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """One view of the twin for several queries, whatever others write meanwhile."""
        with self._transaction("ISOLATION LEVEL REPEATABLE READ READ ONLY") as connection:
            yield connection

    @contextmanager
    def writing(self, what: str = "twin") -> Iterator[Connection]:
        """One transaction of the one writer of the territory: committed whole, or undone whole.

        Args:
            what: `twin`, or `series`: live ingestion never waits for an import.

        Raises:
            BocageError: BOC-STO-003 where another process still writes after the patience; 005 read-only.
        """
        if self.read_only:
            raise self.place.refused("BOC-STO-005", {"fr": "ouvert pour lecture", "en": "opened for reading"})
        with self._transaction("ISOLATION LEVEL READ COMMITTED") as connection:
            # The lock is taken before anything is read, so that what is read is what the last writer left.
            connection.execute(
                "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"bocage:{what}:{self.territory}"]
            )
            yield connection

    @contextmanager
    def making(self) -> Iterator[Connection]:
        """One short transaction outside the writer's turn."""
        with self._transaction("ISOLATION LEVEL READ COMMITTED") as connection:
            yield connection

    @contextmanager
    def owning(self) -> Iterator[Connection]:
        """One transaction that may create tables; BOC-STO-029 where the login is no member of the owner."""
        with self._transaction("ISOLATION LEVEL READ COMMITTED", role=OWNER) as connection:
            connection.execute("SELECT pg_advisory_xact_lock(hashtextextended('bocage:layout', 0))")
            yield connection

    @contextmanager
    def _transaction(self, mode: str, *, role: str = APPLICATION) -> Iterator[Connection]:
        connection = self.open()
        with refusing(self.place, patience_s=self.patience_s):
            try:
                connection.execute(self._beginning(mode, role))
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                _undo(connection)
                raise

    def _beginning(self, mode: str, role: str) -> bytes:
        """What begins a transaction and says whose it is, in one message."""
        patience = f"{max(1, round(self.patience_s * 1000))}ms"
        settings = {
            "role": role, "bocage.territory": self.territory, "search_path": self._path, "lock_timeout": patience,
            **_SAID_ALIKE,
        }  # fmt: skip
        calls = [f"set_config({_quoted(name)}, {_quoted(value)}, true)" for name, value in settings.items()]
        return f"BEGIN {mode}; SELECT {', '.join(calls)}".encode()

    def _connect(self) -> Connection:
        try:
            connection = psycopg.connect(
                self.address.conninfo,
                autocommit=True,  # transactions are begun by hand, each with its mode
                connect_timeout=10,
                prepare_threshold=None,  # a pooler may give each transaction another server process
                application_name=f"bocage {self.territory}",
                keepalives_idle=30,
                keepalives_interval=10,
                keepalives_count=3,
            )
        except psycopg.Error as error:
            words = str(error).strip().split("\n")[0].strip()
            raise self.place.refused("BOC-STO-024", words) from None
        try:
            self._judge(connection)
        except BaseException:
            connection.close()
            raise
        return connection

    def _judge(self, connection: Connection) -> None:
        self.place = Place(self.address.shown, self.territory, connection.info.user)
        if connection.info.server_version < OLDEST_SERVER:
            version = connection.info.server_version // 10000
            detail = {"fr": f"PostgreSQL {version}", "en": f"PostgreSQL {version}"}
            raise self.place.refused("BOC-STO-030", detail)
        self._connection = connection
        self.look_around()

    def look_around(self) -> None:
        """Learn where PostGIS lives, so that its functions are found."""
        with refusing(self.place):
            row = (
                self.open()
                .execute(
                    "SELECT n.nspname FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace"
                    " WHERE e.extname = 'postgis'"
                )
                .fetchone()
            )
        if row is not None:
            self._path = f'{SCHEMA}, "{row[0]}", pg_temp'
        with suppress(psycopg.Error):  # not on every platform
            # A server process whose client was killed notices it in the middle of a long statement, and undoes it.
            self.open().execute("SET client_connection_check_interval = '2s'")


def _quoted(text: str) -> str:
    """A text as a literal; `standard_conforming_strings` is on in every server since 9.1.

    >>> _quoted("l'Haÿ")
    "'l''Haÿ'"
    """
    return "'" + text.replace("'", "''") + "'"


def _undo(connection: Connection) -> None:
    if connection.closed or connection.broken:
        return
    with suppress(psycopg.Error):
        # After an interruption in the middle of a COPY the connection is of no more use than a lost one.
        if connection.info.transaction_status == psycopg.pq.TransactionStatus.ACTIVE:
            connection.close()
        else:
            connection.execute("ROLLBACK")
