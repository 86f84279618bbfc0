"""Names under which files carry identifiers and coordinates, as data."""

import csv
from collections.abc import Mapping
from functools import cache
from pathlib import Path

SRID_WORDS: Mapping[str, int] = {
    "l93": 2154, "lambert93": 2154, "lambert_93": 2154, "rgf93": 2154, "2154": 2154,
    "wgs84": 4326, "wgs": 4326, "4326": 4326, "gps": 4326, "l2e": 27572, "lambert2e": 27572, "lambert_2_etendu": 27572,
    "cc42": 3942, "cc43": 3943, "cc44": 3944, "cc45": 3945, "cc46": 3946, "cc47": 3947, "cc48": 3948, "cc49": 3949,
    "cc50": 3950,
}  # fmt: skip
"""Words of a header that name a coordinate system (EPSG codes)."""


@cache
def role_names() -> Mapping[str, tuple[str, ...]]:
    """Names by role (`identifier`, `x`, `y`, `longitude`, `latitude`, `pair`, `text`, `row`), preferred first.

    >>> role_names()["longitude"][0]
    'longitude'
    """
    names: dict[str, list[str]] = {}
    with (Path(__file__).parent / "roles.csv").open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            names.setdefault(row["role"], []).append(row["written"])
    return {role: tuple(written) for role, written in names.items()}


def srid_in_name(header: str) -> int | None:
    """EPSG code that a normalised header names; None where it names none.

    >>> srid_in_name("x_l93"), srid_in_name("coord_x")
    (2154, None)
    """
    padded = f"_{header}_"
    return next((srid for word, srid in SRID_WORDS.items() if f"_{word}_" in padded), None)
