"""Where the database is: one environment variable, whose password is never shown."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from bocage.vocabulary.codes import BocageError

VARIABLE = "BOCAGE_DATABASE_URL"
_SCHEMES = ("postgresql+psycopg://", "postgres+psycopg://")


@dataclass(frozen=True)
class Address:
    """A database, as the driver wants it and as people may read it.

    Attributes:
        conninfo: for the driver, password included; never in a message.
        shown: user, host, port and database.
    """

    conninfo: str = field(repr=False)
    shown: str


def address_in(environment: Mapping[str, str]) -> Address:
    """The address that the environment gives; BOC-STO-025 where it gives none that can be read.

    >>> address_in({"BOCAGE_DATABASE_URL": "postgresql://clerk:secret@db.example:5433/twins"}).shown
    'postgresql://clerk@db.example:5433/twins'
    """
    written = environment.get(VARIABLE, "").strip()
    if not written:
        raise _unreadable("elle est vide ou absente", "it is empty or absent")
    for scheme in _SCHEMES:
        if written.startswith(scheme):
            written = "postgresql://" + written.removeprefix(scheme)
    try:
        parts = conninfo_to_dict(written)
    except psycopg.Error:
        # The driver's own words may quote the address, hence the password.
        raise _unreadable("elle n’est pas une adresse PostgreSQL", "it is no PostgreSQL address") from None
    return Address(make_conninfo(written), _shown(parts))


def _shown(parts: Mapping[str, object]) -> str:
    user = f"{parts['user']}@" if parts.get("user") else ""
    host = str(parts.get("host") or parts.get("hostaddr") or "localhost")
    port = f":{parts['port']}" if parts.get("port") else ""
    return f"postgresql://{user}{host}{port}/{parts.get('dbname') or ''}"


def _unreadable(french: str, english: str) -> BocageError:
    return BocageError("BOC-STO-025", where={"variable": VARIABLE}, detail={"fr": french, "en": english})
