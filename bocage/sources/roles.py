"""Names under which files carry identifiers and coordinates, as data."""

import csv
from collections.abc import Mapping
from functools import cache
from pathlib import Path


@cache
def role_names() -> Mapping[str, tuple[str, ...]]:
    """Names by role (`identifier`, `x`, `y`, `longitude`, `latitude`, `pair`, `text`, `row`…), preferred first.

    >>> role_names()["longitude"][0]
    'longitude'
    """
    names: dict[str, list[str]] = {}
    with (Path(__file__).parent / "roles.csv").open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            names.setdefault(row["role"], []).append(row["written"])
    return {role: tuple(written) for role, written in names.items()}
