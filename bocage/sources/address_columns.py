"""The columns of a file that make an address."""

import polars as pl

from bocage.sources.names import plain
from bocage.sources.roles import role_names
from bocage.sources.written import share, without_missing

ROLES = ("number", "address", "city", "postcode", "citycode")
"""Columns of an address, in the order of `Place.headers`."""


def propose_address(frame: pl.DataFrame) -> tuple[str, ...] | None:
    """The columns of an address in the order of `ROLES`, empty for those that are not there; None without a street.

    Args:
        frame: the file as read.

    >>> propose_address(pl.DataFrame({"N° voie": ["3"], "Rue": ["Rue Haute"], "Code postal": ["53000"]}))
    ('N° voie', 'Rue', '', 'Code postal', '')
    """
    by_name = {plain(name): name for name in reversed(frame.columns)}
    found = []
    for role in ROLES:
        names = [by_name[name] for name in role_names()[role] if name in by_name]
        filled = [name for name in names if share(address_texts(frame[name].head(500)).is_not_null()) > 0]
        found.append(filled[0] if filled else "")
    return tuple(found) if found[1] else None


def address_texts(cells: pl.Series) -> pl.Series:
    """Cells (n,) as text, null where they say that they are unknown."""
    texts = cells.cast(pl.String, strict=False).str.strip_chars().replace("", None).to_frame("t")
    return texts.select(without_missing(pl.col("t"))).to_series()
