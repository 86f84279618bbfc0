"""Connections to a live file: the standard library's SQLite alone, with the functions that triggers call."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from bocage.store.geometry import envelope
from bocage.store.refusals import refused, refusing

PATIENCE_S = 10.0
"""Time waited for another writer before giving up [s]."""

_MAGIC = b"SQLite format 3\x00"


def connect(path: Path, *, read_only: bool = False, patience_s: float = PATIENCE_S) -> sqlite3.Connection:
    """Open an existing database in write-ahead logging.

    Args:
        path: the file; any character, spaces and accents included.
        read_only: refuse every write.
        patience_s: time waited for another writer [s].

    Raises:
        BocageError: BOC-STO-001 absent, 002 not a database or truncated, 005 or 006 not to be opened.
    """
    _refuse_unreadable(path)
    with refusing(path, patience_s=patience_s):
        if not read_only:
            return _configured(_open(path, "rw", patience_s), path, read_only=False)
        try:
            return _configured(_open(path, "ro", patience_s), path, read_only=True)
        except sqlite3.OperationalError:
            if _has_log(path):
                raise
            # A folder that cannot be written has no room for the log's index: nobody writes there, none is needed.
            return _configured(_open(path, "ro", patience_s, "&immutable=1"), path, read_only=True)


def create(path: Path) -> sqlite3.Connection:
    """Open a new file, with the functions registered; sqlite3.Error where it cannot be made."""
    connection = _open(path, "rwc", PATIENCE_S)
    register_functions(connection)
    return connection


def register_functions(connection: sqlite3.Connection) -> None:
    """Register `ST_IsEmpty`, `ST_MinX`, `ST_MinY`, `ST_MaxX`, `ST_MaxY`, which r-tree triggers call.

    Whoever writes to a GeoPackage through SQL must do so (OGC 12-128r19, annex F.3).
    """
    for position, name in enumerate(("ST_MinX", "ST_MinY", "ST_MaxX", "ST_MaxY")):
        connection.create_function(name, 1, _corner(position), deterministic=True)
    connection.create_function("ST_IsEmpty", 1, _is_empty, deterministic=True)


@contextmanager
def writing(connection: sqlite3.Connection, path: Path, patience_s: float = PATIENCE_S) -> Iterator[None]:
    """One transaction of the one writer: committed whole, or undone whole.

    Raises:
        BocageError: BOC-STO-003 where another process still writes after the patience; 004 without room.
    """
    with refusing(path, patience_s=patience_s):
        connection.execute("BEGIN IMMEDIATE")
        try:
            yield
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise


@contextmanager
def reading(connection: sqlite3.Connection, path: Path) -> Iterator[None]:
    """One view of the file for several queries, whatever others write meanwhile."""
    with refusing(path):
        connection.execute("BEGIN")
        try:
            yield
        finally:
            if connection.in_transaction:
                connection.execute("ROLLBACK")


def _open(path: Path, mode: str, patience_s: float, extra: str = "") -> sqlite3.Connection:
    # A drive letter needs a slash before it, a Windows share keeps its two: as_uri would make the share a host.
    name = path.resolve().as_posix()
    address = f"file://{quote(name if name.startswith('/') else '/' + name)}?mode={mode}{extra}"
    return sqlite3.connect(address, uri=True, timeout=patience_s, isolation_level=None, cached_statements=256)


def _configured(connection: sqlite3.Connection, path: Path, *, read_only: bool) -> sqlite3.Connection:
    try:
        register_functions(connection)
        _configure(connection, path, read_only=read_only)
    except BaseException:
        connection.close()
        raise
    return connection


def _has_log(path: Path) -> bool:
    log = path.with_name(path.name + "-wal")
    return log.exists() and log.stat().st_size > 0


def _configure(connection: sqlite3.Connection, path: Path, *, read_only: bool) -> None:
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA cache_size = -65536")
    if read_only:
        connection.execute("PRAGMA query_only = ON")
        connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
        return
    if connection.execute("PRAGMA journal_mode = WAL").fetchone()[0] != "wal":
        raise refused("BOC-STO-006", path, "WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA journal_size_limit = 67108864")


def _refuse_unreadable(path: Path) -> None:
    if not path.exists():
        raise refused("BOC-STO-001", path)
    with refusing(path), path.open("rb") as stream:
        header = stream.read(100)
        size = stream.seek(0, 2)
    if header[:16] != _MAGIC or len(header) < 100:
        raise refused("BOC-STO-002", path, {"fr": "ce n’est pas une base SQLite", "en": "it is no SQLite database"})
    page = int.from_bytes(header[16:18], "big")
    page = 65536 if page == 1 else page
    pages = int.from_bytes(header[28:32], "big")
    counted = header[24:28] == header[92:96]
    # With a log beside it the file may rightly be shorter than its header says.
    if counted and size < page * pages and not _has_log(path):
        raise refused("BOC-STO-002", path, {"fr": "il est tronqué", "en": "it is truncated"})


def _corner(position: int) -> Callable[[bytes | None], float | None]:
    def corner(blob: bytes | None) -> float | None:
        box = envelope(blob) if isinstance(blob, bytes) else None
        return None if box is None else box[position]

    return corner


def _is_empty(blob: bytes | None) -> int | None:
    if not isinstance(blob, bytes):
        return None
    return int(envelope(blob) is None)
