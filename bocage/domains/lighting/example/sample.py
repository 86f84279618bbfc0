"""A small fictional sample, on which the conformance suite tries the domain."""

import datetime as dt

import polars as pl
import shapely

from bocage.vocabulary.domain import Assets
from bocage.vocabulary.example import EXAMPLE_TERRITORY

STREETS = (
    # street, sector, technology, lamp power [W], year of installation, points, curfew from
    ("Rue du Lavoir", "Bourg", "HPS", 100.0, 1998, 12, None),
    ("Place de la Halle", "Bourg", "MH", 150.0, 2008, 6, None),
    ("Rue Neuve", "Bourg", "LED", 35.0, 2021, 9, "23:00"),
    ("Chemin des Aulnes", "Hameau", "HG", 125.0, 1985, 10, None),
    ("Route du Moulin", "Hameau", None, None, None, 8, None),
)
SPACING_M = 30.0
ORIGIN_M = (430_000.0, 6_790_000.0)
SIREN = str(EXAMPLE_TERRITORY["siren"])


def sample_assets() -> Assets:
    """Forty-five fictional luminaires in five streets of two sectors: old, new, and one street all but unknown.

    >>> len(sample_assets()["luminaire"])
    45
    """
    rows = [
        {
            "asset_id": f"{street}-{number}",
            "street": street,
            "sector": sector,
            "technology": technology,
            "lamp_power_w": power,
            "installed_on": dt.date(year, 6, 1) if year else None,
            "curfew_from": curfew,
            "curfew_to": "05:00" if curfew else None,
            "owner_siren": SIREN,
            "x": ORIGIN_M[0] + SPACING_M * number,
            "y": ORIGIN_M[1] + 100.0 * line,
        }
        for line, (street, sector, technology, power, year, points, curfew) in enumerate(STREETS)
        for number in range(points)
    ]
    frame = pl.DataFrame(rows, infer_schema_length=None)
    points = shapely.to_wkb(shapely.points(frame["x"].to_numpy(), frame["y"].to_numpy()))
    return {"luminaire": frame.drop("x", "y").with_columns(pl.Series("geometry", points.tolist(), dtype=pl.Binary))}
