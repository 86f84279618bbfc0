"""The coordinate systems in which French files are written: their EPSG codes, names and extents."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

WGS84 = 4326
LAMBERT93 = 2154
LAMBERT2_EXTENDED = 27572
CONFORMAL_CONICS = range(3942, 3951)
"""CC42 to CC50, one for each parallel."""

EXTENTS: Mapping[int, tuple[tuple[float, float], tuple[float, float]]] = {
    WGS84: ((-5.5, 9.8), (41.0, 51.5)),
    LAMBERT93: ((90_000.0, 1_260_000.0), (6_040_000.0, 7_130_000.0)),
}
"""Least and most x, least and most y of metropolitan France, in systems whose numbers can be told apart."""

_WORDS: Mapping[str, int] = {
    **dict.fromkeys(("l93", "lambert93", "lambert_93", "rgf93", str(LAMBERT93)), LAMBERT93),
    **dict.fromkeys(("wgs84", "wgs", "gps", str(WGS84)), WGS84),
    **dict.fromkeys(("l2e", "lambert2e", "lambert_2_etendu", "lambert_ii_etendu"), LAMBERT2_EXTENDED),
    **{f"cc{srid - 3900}": srid for srid in CONFORMAL_CONICS},
    **dict.fromkeys(("rgaf09", "utm20n", "utm20"), 5490),
    **dict.fromkeys(("rgfg95", "utm22n", "utm22"), 2972),
    **dict.fromkeys(("rgr92", "utm40s", "utm40"), 2975),
    **dict.fromkeys(("rgm04", "utm38s", "utm38"), 4471),
    **dict.fromkeys(("rgspm06", "utm21n", "utm21"), 4467),
    **dict.fromkeys(("rgnc91", "lambert_nc"), 3163),
}
"""Words of a header that name a coordinate system."""


@dataclass(frozen=True)
class System:
    """A coordinate system that files of one part of France use.

    Attributes:
        srid: EPSG code.
        rank: 1 for those in use, 2 for those that are met seldom and whose numbers others share.
        name: as people call it.
    """

    srid: int
    rank: int
    name: str


@cache
def systems_by_family() -> Mapping[str, tuple[System, ...]]:
    """Systems of each part of France, most usual first, from `systems.csv`."""
    found: dict[str, list[System]] = {}
    with (Path(__file__).parent / "systems.csv").open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            found.setdefault(row["family"], []).append(System(int(row["srid"]), int(row["rank"]), row["name"]))
    return {family: tuple(systems) for family, systems in found.items()}


def systems_of(srid: int) -> tuple[System, ...]:
    """The systems in use where a legal projection holds; WGS 84 and Web Mercator where it is unknown.

    Args:
        srid: EPSG code of the projection of the territory.

    >>> [system.srid for system in systems_of(2975)]
    [4326, 2975, 3727, 3857]
    """
    for systems in systems_by_family().values():
        if srid != WGS84 and any(system.srid == srid for system in systems):
            return systems
    return (System(WGS84, 1, "WGS 84"), System(3857, 2, "WGS 84 / Pseudo-Mercator"))


def srid_in_name(header: str) -> int | None:
    """EPSG code that a normalised header names; None where it names none.

    >>> srid_in_name("x_l93"), srid_in_name("y_cc49"), srid_in_name("coord_x")
    (2154, 3949, None)
    """
    padded = f"_{header}_"
    return next((srid for word, srid in _WORDS.items() if f"_{word}_" in padded), None)
