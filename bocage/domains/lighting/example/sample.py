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
    """Forty-five fictional luminaires in five streets of two sectors, one street all but unknown, and what feeds them.

    >>> [(name, len(frame)) for name, frame in sample_assets().items()]
    [('luminaire', 45), ('support', 45), ('cabinet', 2), ('circuit', 5), ('lit_road', 5)]
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
            "support_id": f"S-{street}-{number}",
            "cabinet_id": sector,
            "circuit_id": street,
            "lit_road_id": street,
            "owner_siren": SIREN,
            "x": ORIGIN_M[0] + SPACING_M * number,
            "y": ORIGIN_M[1] + 100.0 * line,
        }
        for line, (street, sector, technology, power, year, points, curfew) in enumerate(STREETS)
        for number in range(points)
    ]
    frame = pl.DataFrame(rows, infer_schema_length=None)
    points = shapely.to_wkb(shapely.points(frame["x"].to_numpy(), frame["y"].to_numpy()))
    placed = frame.drop("x", "y").with_columns(pl.Series("geometry", points.tolist(), dtype=pl.Binary))
    supports = placed.select(pl.col("support_id").alias("asset_id"), "street", "geometry", kind=pl.lit("pole"))
    return {"luminaire": placed, "support": supports, **_network(), "lit_road": _lit_roads()}


def _network() -> dict[str, pl.DataFrame]:
    """A cabinet for each sector, a circuit for each street."""
    sectors = pl.DataFrame({"asset_id": ["Bourg", "Hameau"], "prm": ["00000000000017", "00000000000024"]})
    places = shapely.to_wkb(shapely.points([ORIGIN_M, (ORIGIN_M[0], ORIGIN_M[1] + 300.0)]))
    cabinets = sectors.with_columns(pl.Series("geometry", places.tolist(), dtype=pl.Binary))
    circuits = pl.DataFrame([{"asset_id": street, "cabinet_id": sector} for street, sector, *_ in STREETS])
    return {"cabinet": cabinets, "circuit": circuits}


def _lit_roads() -> pl.DataFrame:
    """The road under each row of luminaires, a class where the owner has chosen one."""
    rows = [
        {
            "asset_id": street,
            "street": street,
            "lighting_class": "P3" if line == 0 else None,
            "in_town": sector == "Bourg",
            "carriageway_width_m": 6.0,
            "geometry": shapely.to_wkb(
                shapely.linestrings([(ORIGIN_M[0] + x, ORIGIN_M[1] + 100.0 * line) for x in (0.0, SPACING_M * points)])
            ),
        }
        for line, (street, sector, _technology, _power, _year, points, _curfew) in enumerate(STREETS)
    ]
    return pl.DataFrame(rows, schema_overrides={"lighting_class": pl.String})
