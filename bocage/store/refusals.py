"""What SQLite complains of, as refusals that say what to do next."""

import errno
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bocage.vocabulary.codes import BocageError

_BY_SQLITE_CODE = {
    sqlite3.SQLITE_BUSY: "BOC-STO-003",
    sqlite3.SQLITE_LOCKED: "BOC-STO-003",
    sqlite3.SQLITE_FULL: "BOC-STO-004",
    sqlite3.SQLITE_TOOBIG: "BOC-STO-004",
    sqlite3.SQLITE_READONLY: "BOC-STO-005",
    sqlite3.SQLITE_PERM: "BOC-STO-005",
    sqlite3.SQLITE_AUTH: "BOC-STO-005",
    sqlite3.SQLITE_CANTOPEN: "BOC-STO-006",
    sqlite3.SQLITE_IOERR: "BOC-STO-006",
    sqlite3.SQLITE_PROTOCOL: "BOC-STO-006",
    sqlite3.SQLITE_CORRUPT: "BOC-STO-002",
    sqlite3.SQLITE_NOTADB: "BOC-STO-002",
}
_WRITE_FAILURES = (
    sqlite3.SQLITE_IOERR_WRITE,
    sqlite3.SQLITE_IOERR_FSYNC,
    sqlite3.SQLITE_IOERR_TRUNCATE,
    sqlite3.SQLITE_IOERR_SHMSIZE,
)


@contextmanager
def refusing(path: Path, *, patience_s: float = 0.0) -> Iterator[None]:
    """Turn the complaints of SQLite and of the file system about a file into `BocageError`.

    Args:
        path: file that is being read or written.
        patience_s: time that was waited for another writer [s].
    """
    try:
        yield
    except sqlite3.Error as error:
        code = getattr(error, "sqlite_errorcode", None)
        if code is None:
            raise
        # A write that fails (quota, size limit of the process) is want of room to the person who runs it.
        refusal = "BOC-STO-004" if code in _WRITE_FAILURES else _BY_SQLITE_CODE.get(code & 0xFF)
        if refusal is None:
            raise
        raise refused(refusal, path, str(error), seconds=patience_s) from error
    except PermissionError as error:
        raise refused("BOC-STO-005", path, error.strerror or "") from error
    except OSError as error:
        raise refused(
            "BOC-STO-004" if error.errno in _NO_ROOM else "BOC-STO-006", path, error.strerror or ""
        ) from error


_NO_ROOM = (errno.EFBIG, errno.ENOSPC, errno.EDQUOT)


def refused(code: str, path: Path, detail: object = "", **values: object) -> BocageError:
    """A refusal about a file of a territory folder; `detail` may be a mapping by language."""
    return BocageError(code, where={"path": path}, detail=detail, folder=path.parent, **values)
