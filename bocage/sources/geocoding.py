"""The Geocoder interface: addresses in, longitudes and latitudes out, and what could not be asked is said."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

import polars as pl

ADDRESS_SCHEMA: Mapping[str, pl.DataType] = {
    "address": pl.String(), "postcode": pl.String(), "citycode": pl.String(),
}  # fmt: skip
"""What is asked: the text of an address, and the postcode and INSEE code that limit the search, empty for none."""
ANSWER_SCHEMA: Mapping[str, pl.DataType] = {
    "longitude": pl.Float64(), "latitude": pl.Float64(), "score": pl.Float64(), "label": pl.String(),
    "kind": pl.String(), "status": pl.String(),
}  # fmt: skip
"""What is answered: degrees in WGS 84, score from 0 to 1, the address found, `kind` (`housenumber`,
`street`, `locality`, `municipality`), `status` (`found`, `not_found` or `waiting`)."""
FOUND, NOT_FOUND, WAITING = "found", "not_found", "waiting"


@dataclass(frozen=True, kw_only=True)
class Geocoding:
    """Answers of a geocoder.

    Attributes:
        answers: one row for each address, in order, under `ANSWER_SCHEMA`.
        outage: why some are `waiting`, by language; empty where none is.
    """

    answers: pl.DataFrame
    outage: Mapping[str, str] = field(default_factory=dict)


class Geocoder(Protocol):
    """Whoever turns addresses into coordinates."""

    def geocode(self, addresses: pl.DataFrame) -> Geocoding:
        """Look up addresses; an address that could not be asked is `waiting`, never lost.

        Args:
            addresses: distinct rows under `ADDRESS_SCHEMA`.
        """


def waiting(count: int) -> pl.DataFrame:
    """Answers for addresses that were not asked.

    >>> waiting(2)["status"].to_list()
    ['waiting', 'waiting']
    """
    row = {name: [None] * count for name in ANSWER_SCHEMA if name != "status"}
    return pl.DataFrame({**row, "status": [WAITING] * count}, schema=ANSWER_SCHEMA)
