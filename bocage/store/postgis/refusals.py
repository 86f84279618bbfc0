"""What PostgreSQL complains of, as refusals that say what to do next."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import psycopg

from bocage.vocabulary.codes import BocageError


@dataclass(frozen=True)
class Place:
    """Which twin of which database, for people.

    Attributes:
        shown: address of the database, without password.
        territory: key of the territory.
        user: login of the connection, empty where it is not known yet.
    """

    shown: str
    territory: str
    user: str = ""

    def refused(self, code: str, detail: object = "", **values: object) -> BocageError:
        """A refusal about this twin; `detail` may be a mapping by language."""
        return BocageError(
            code,
            path=f"{self.shown}#{self.territory}",
            where=None,
            address=self.shown,
            territory=self.territory,
            user=self.user or "?",
            folder=".",
            detail=detail,
            **values,
        )


_BY_STATE = {
    "55P03": "BOC-STO-003",  # lock not available
    "40P01": "BOC-STO-003",  # deadlock
    "40001": "BOC-STO-003",  # serialisation
    "53100": "BOC-STO-004",  # disk full
    "53200": "BOC-STO-004",  # out of memory
    "54000": "BOC-STO-004",  # a limit of the server
    "25006": "BOC-STO-005",  # read-only transaction: a standby, or opened for reading
    "42501": "BOC-STO-029",  # privilege, or row-level security
    "28000": "BOC-STO-024",
    "28P01": "BOC-STO-024",
    "3D000": "BOC-STO-024",
    "3F000": "BOC-STO-028",  # no such schema
    "42P01": "BOC-STO-028",  # no such table
    "42703": "BOC-STO-028",  # no such column
    "42883": "BOC-STO-028",  # no such function
    "22021": "BOC-STO-013",  # a byte that text does not admit
    "22003": "BOC-STO-013",  # out of range
    "22008": "BOC-STO-013",  # date out of range
    "XX001": "BOC-STO-002",  # damaged data
    "XX002": "BOC-STO-002",  # damaged index
}  # fmt: skip
_BY_CLASS = {"08": "BOC-STO-027", "57": "BOC-STO-027", "53": "BOC-STO-024", "58": "BOC-STO-006"}


@contextmanager
def refusing(place: Place, *, patience_s: float = 0.0) -> Iterator[None]:
    """Turn the complaints of the server and of the driver into `BocageError`.

    Args:
        place: the twin that is being read or written.
        patience_s: time that was waited for another writer [s].
    """
    try:
        yield
    except psycopg.Error as error:
        state = error.sqlstate or ""
        code = _BY_STATE.get(state) or _BY_CLASS.get(state[:2])
        if code is None and not state and isinstance(error, psycopg.OperationalError):
            code = "BOC-STO-027"  # the driver's own words: the connection is gone
        if code is None:
            raise
        if code == "BOC-STO-013":
            raise BocageError(code, where={"table": place.territory}, detail=_words(error)) from error
        raise place.refused(code, _words(error), seconds=patience_s) from error


def _words(error: psycopg.Error) -> str:
    return (error.diag.message_primary or str(error)).strip().split("\n")[0]
