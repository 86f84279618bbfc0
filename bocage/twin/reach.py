"""How far the assets of a territory may lie, and near where they probably do."""

import csv
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import shapely
from pyproj import Transformer

from bocage.twin.territory import Territory

REACH_M: Mapping[str, float] = {"commune": 30_000, "epci": 80_000, "syndicate": 150_000, "departement": 200_000}
"""How far from the centre of a territory an asset may lie, by kind of body [m]."""


def reach(territory: Territory) -> shapely.Polygon | None:
    """Where assets of the territory may lie, in its projection; None where its centre is not set."""
    longitude = territory.config.number("territory", "longitude_deg")
    latitude = territory.config.number("territory", "latitude_deg")
    radius = REACH_M.get(territory.config.text("territory", "kind"))
    if longitude is None or latitude is None or radius is None:
        return None
    x, y = Transformer.from_crs(4326, territory.srid, always_xy=True).transform(longitude, latitude)
    return shapely.Point(x, y).buffer(radius)


def neighbourhood(territory: Territory) -> tuple[float, float] | None:
    """Longitude and latitude [degrees] of the middle of its département; None where that is not known."""
    department = territory.config.text("territory", "department") or departement_of(territory.code)
    return departement_middles().get(department)


def departement_of(code: str) -> str:
    """The metropolitan département of an INSEE code; empty for a SIREN or an overseas one.

    >>> departement_of("53130"), departement_of("2A004"), departement_of("97411"), departement_of("200012345")
    ('53', '2A', '', '')
    """
    return code[:2] if len(code) == 5 and not code.startswith(("97", "98")) else ""


@cache
def departement_middles() -> Mapping[str, tuple[float, float]]:
    """Middle of each metropolitan département [degrees], within some 30 km.

    Median of the Hub'Eau gauging and groundwater stations (Licence Ouverte) whose name gives the
    département, or a commune that the Fonds vert 2023 awards name in one département only; those farther
    than 120 km from the median were left out. `stations` is the number of those that remain.

    >>> departement_middles()["53"]
    (-0.85, 48.11)
    """
    with (Path(__file__).parent / "departements.csv").open(encoding="utf-8", newline="") as stream:
        return {
            row["code"]: (float(row["longitude_deg"]), float(row["latitude_deg"])) for row in csv.DictReader(stream)
        }
