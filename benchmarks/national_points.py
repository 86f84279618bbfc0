"""Synthetic light points of a whole country, written as GeoParquet files, one per département.

Written before what it feeds. The shares of technologies, the sizes and the share of communes with a curfew follow
published French figures (FNCCR, ADEME, Cerema); lamps are those of the open inventory of Paris (5e arrondissement).
What no publication tells (which columns a commune's file lacks, how many values are odd) is drawn from the shares
below, which are assumptions. Codes are those of French départements; places are a regular grid over the territory,
not their true places, and no commune exists.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import shapely
from numpy.typing import NDArray

COMMUNES, POINTS = 35_000, 11_000_000
DEPARTMENTS = (*(f"{number:02d}" for number in range(1, 96) if number != 20), "2A", "2B")
WEST, EAST, SOUTH, NORTH = -3.5, 7.2, 42.6, 50.7
"""Where the grid of départements lies [degrees]."""
STREET_POINTS = 25
SIZE_SPREAD = 1.1
"""Standard deviation of the logarithm of the number of points of communes."""

SHARES = {"HPS": 0.55, "MH": 0.10, "HG": 0.09, "LED": 0.22, "CPO": 0.02, "FLUO": 0.01, "LPS": 0.01}
LAMPS: dict[str, list[tuple[float, float, float, float]]] = {
    "HPS": [(70, 86, 6500, 2000), (100, 114, 10350, 2000), (150, 170, 16500, 2000), (250, 282, 29000, 2000)],
    "MH": [(35, 44, 2625, 3000), (70, 88, 6300, 3000), (100, 116, 9000, 3000), (150, 165, 15570, 4200)],
    "HG": [(80, 95, 5080, 4100), (125, 141, 7130, 4100), (250, 268, 13630, 4100)],
    "LED": [(20, 20, 2080, 3000), (30, 30, 3110, 2700), (42, 42, 4371, 3000), (60, 60, 6230, 4000)],
    "CPO": [(45, 49.5, 4950, 2800), (60, 66, 7196, 2800)],
    "FLUO": [(58, 70, 5200, 4000)],
    "LPS": [(55, 68, 8000, 1800)],
}
"""Nominal power [W], power with gear [W], flux [lm], colour temperature [K]."""
BUILT = {"HPS": (1982, 2014), "MH": (2002, 2016), "HG": (1970, 1992), "LED": (2013, 2026), "CPO": (2005, 2014),
         "FLUO": (1975, 2000), "LPS": (1975, 1990)}  # fmt: skip
STREETS = ("Rue de l'Église", "Grande Rue", "Rue des Écoles", "Place de la Mairie", "Rue du Stade", "Rue du Moulin",
           "Allée des Tilleuls", "Rue de la Gare", "Impasse des Lilas", "Route de Paris")  # fmt: skip

ABSENT = {
    "technology": 0.03, "lamp_power_w": 0.12, "system_power_w": 0.55, "source_flux_lm": 0.60,
    "colour_temperature_k": 0.50, "ulor_percent": 0.80, "dlor_percent": 0.80, "mounting_height_m": 0.45,
    "installed_on": 0.40, "lantern": 0.50, "model": 0.45, "street": 0.12, "switching": 0.60,
    "cie_flux_code_3_percent": 0.92,
}  # fmt: skip
"""Share of communes whose file lacks the column altogether (assumed)."""
HOLES, ODD, DEVIANT, REPEATED = 0.04, 0.002, 0.10, 0.0005
"""Shares of points: value missing, value out of its bounds, lamp unlike its street's, identifier repeated (assumed)."""
CURFEW_SHARE, DIMMED_SHARE, PERMANENT = 0.35, 0.40, 0.002
WINDOWS = (("23:00", "05:00"), ("23:00", "06:00"), ("00:00", "05:00"), ("22:00", "06:00"))

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Written:
    """What was written: files, points, communes, bytes."""

    files: int
    points: int
    communes: int
    size: int


def write_country(folder: Path, *, points: int, seed: int) -> Written:
    """Write the points of as many départements, spread over the list, as hold about `points` of them.

    Communes keep their sizes whatever the number of points: 1 M points are a part of the country, not
    smaller communes.

    Args:
        folder: made where it is missing.
        points: number of points wanted, up to `POINTS`.
        seed: seed of all that is drawn.
    """
    folder.mkdir(parents=True, exist_ok=True)
    count = max(1, round(len(DEPARTMENTS) * points / POINTS))
    chosen = np.linspace(0, len(DEPARTMENTS) - 1, count).round().astype(int)
    done = rows = communes = 0
    for rank, position in enumerate(chosen):
        share = (points * (rank + 1)) // count - (points * rank) // count
        frame = department(int(position), points=share, seed=seed)
        write_geoparquet(frame, folder / f"departement={DEPARTMENTS[position]}" / "points.parquet")
        done, rows, communes = done + 1, rows + frame.height, communes + frame["commune_code"].n_unique()
    size = sum(path.stat().st_size for path in folder.rglob("*.parquet"))
    return Written(done, rows, communes, size)


def department(position: int, *, points: int, seed: int) -> pl.DataFrame:
    """The light points of one département, with their gaps and odd values.

    Args:
        position: rank in `DEPARTMENTS`.
        points: number of points.
        seed: seed of the country.
    """
    draw = np.random.default_rng([seed, position])
    communes = round(COMMUNES / len(DEPARTMENTS))
    sizes = draw.lognormal(0, SIZE_SPREAD, communes)
    commune = np.repeat(np.arange(communes), draw.multinomial(points, sizes / sizes.sum()))
    first = np.searchsorted(commune, commune)
    street = (np.arange(points) - first) // STREET_POINTS
    kind, lamp, year = _lamps(draw, commune, street)
    frame = pl.DataFrame(_columns(draw, commune, street, kind, lamp, year)).with_columns(
        pl.concat_str(pl.lit(DEPARTMENTS[position]), (pl.col("commune") + 1).cast(pl.String).str.zfill(3)).alias(
            "commune_code"
        ),
    )
    number = pl.Series("number", np.arange(points) - first)
    frame = frame.with_columns(
        pl.concat_str("commune_code", pl.lit("-"), number.cast(pl.String).str.zfill(5)).alias("asset_id")
    )
    frame = _with_dirt(frame, draw, commune)
    places = _places(draw, position, commune, communes)
    return frame.drop("commune").with_columns(
        pl.Series("geometry", shapely.to_wkb(shapely.points(places)).tolist(), dtype=pl.Binary)
    )


def _lamps(
    draw: np.random.Generator, commune: NDArray[np.int64], street: NDArray[np.int64]
) -> tuple[NDArray[Any], NDArray[np.int64], NDArray[np.int64]]:
    """Technology, rank of the lamp and year of each point: those of its street, except for a few."""
    names = np.array(list(SHARES))
    shares = np.array(list(SHARES.values()))
    place = commune * 100_000 + street
    _, of_street = np.unique(place, return_inverse=True)
    streets = int(of_street.max()) + 1
    kinds, spots, ages = draw.choice(len(names), streets, p=shares), draw.random(streets), draw.random(streets)
    kind, spot, age = kinds[of_street], spots[of_street], ages[of_street]
    other = draw.random(len(place)) < DEVIANT
    kind[other] = draw.choice(len(names), int(other.sum()), p=shares)
    spot[other], age[other] = draw.random(int(other.sum())), draw.random(int(other.sum()))
    counts = np.array([len(LAMPS[name]) for name in names])
    spans = np.array([BUILT[name] for name in names])
    year = (spans[kind, 0] + age * (spans[kind, 1] - spans[kind, 0])).astype(np.int64)
    return names[kind], (spot * counts[kind]).astype(np.int64), year


def _columns(
    draw: np.random.Generator,
    commune: NDArray[np.int64],
    street: NDArray[np.int64],
    kind: NDArray[Any],
    lamp: NDArray[np.int64],
    year: NDArray[np.int64],
) -> dict[str, Any]:
    """Every column as it would be in a perfect inventory."""
    count = len(commune)
    numbers = np.zeros((count, 4))
    for name, lamps in LAMPS.items():
        rows = kind == name
        numbers[rows] = np.array(lamps)[lamp[rows]]
    lantern = np.where(street % 7 == 0, "heritage", np.where(street % 5 == 0, "pedestrian", "functional"))
    upward = np.where(lantern == "heritage", 12.0, 1.5)
    curfew = draw.random(int(commune.max()) + 1) < CURFEW_SHARE
    window = draw.integers(0, len(WINDOWS), len(curfew))
    dimmed = (draw.random(len(curfew)) < DIMMED_SHARE)[commune] & (kind == "LED")
    start, end = (np.array([pair[side] for pair in WINDOWS])[window][commune] for side in (0, 1))
    suffix = pl.Series(street // len(STREETS)).cast(pl.String)
    return {
        "commune": commune,
        "technology": kind,
        "lamp_power_w": numbers[:, 0],
        "system_power_w": numbers[:, 1],
        "source_flux_lm": numbers[:, 2],
        "colour_temperature_k": numbers[:, 3],
        "ulor_percent": upward * 0.8,
        "dlor_percent": 80.0 - upward * 0.8,
        "cie_flux_code_3_percent": np.where(lantern == "heritage", 85.0, 96.5),
        "mounting_height_m": np.where(lantern == "functional", 7.0, 4.0) + (street % 3),
        "installed_on": pl.date_range(pl.date(1970, 7, 1), pl.date(2026, 7, 1), "1y", eager=True).gather(year - 1970),
        "lantern": lantern,
        "model": pl.Series(kind) + "-" + pl.Series(numbers[:, 0]).cast(pl.Int64).cast(pl.String),
        "street": pl.Series(np.array(STREETS)[street % len(STREETS)]) + " " + suffix,
        "cabinet_id": pl.Series(street // 3).cast(pl.String),
        "regime": np.where(draw.random(count) < PERMANENT, "permanent", "night"),
        "switching": np.where(commune % 3 == 0, "photocell", "astronomical_clock"),
        "curfew_from": pl.select(pl.when(pl.Series(curfew[commune])).then(pl.Series(start))).to_series(),
        "curfew_to": pl.select(pl.when(pl.Series(curfew[commune])).then(pl.Series(end))).to_series(),
        "dimming_from": pl.select(pl.when(pl.Series(dimmed)).then(pl.lit("22:00"))).to_series(),
        "dimming_to": pl.select(pl.when(pl.Series(dimmed)).then(pl.lit("05:00"))).to_series(),
    }


def _with_dirt(frame: pl.DataFrame, draw: np.random.Generator, commune: NDArray[np.int64]) -> pl.DataFrame:
    """Columns that whole communes lack, holes, values out of bounds, unknown codes, repeated identifiers."""
    count, communes = frame.height, int(commune.max()) + 1
    columns = []
    for name, share in ABSENT.items():
        gone = (draw.random(communes) < share)[commune] | (draw.random(count) < HOLES)
        columns.append(pl.when(pl.Series(gone)).then(None).otherwise(pl.col(name)).alias(name))
    frame = frame.with_columns(columns)
    odd = [pl.Series(draw.random(count) < ODD) for _ in range(3)]
    frame = frame.with_columns(
        pl.when(odd[0]).then(-1.0).otherwise(pl.col("lamp_power_w")).alias("lamp_power_w"),
        pl.when(odd[1]).then(0.0).otherwise(pl.col("colour_temperature_k")).alias("colour_temperature_k"),
        pl.when(odd[2]).then(pl.lit("?")).otherwise(pl.col("technology")).alias("technology"),
    )
    again = pl.Series(draw.random(count) < REPEATED)
    return frame.with_columns(
        pl.when(again).then(pl.col("asset_id").shift(1)).otherwise(pl.col("asset_id")).fill_null("0").alias("asset_id")
    )


def _places(draw: np.random.Generator, position: int, commune: NDArray[np.int64], communes: int) -> Array:
    """Longitude and latitude [degrees] of each point: communes within the cell of the département."""
    columns = 8
    rows = len(DEPARTMENTS) // columns
    width, height = (EAST - WEST) / columns, (NORTH - SOUTH) / rows
    corner = np.array([WEST + width * (position % columns), SOUTH + height * (position // columns)])
    centres = corner + draw.random((communes, 2)) * [width, height]
    return np.asarray(centres[commune] + draw.normal(0, 0.005, (len(commune), 2)))


def write_geoparquet(frame: pl.DataFrame, path: Path) -> Path:
    """Write a frame whose `geometry` is WKB points in WGS 84 as GeoParquet 1.1."""
    path.parent.mkdir(parents=True, exist_ok=True)
    places = shapely.get_coordinates(shapely.from_wkb(frame["geometry"].to_numpy()))
    box = [*places.min(axis=0).tolist(), *places.max(axis=0).tolist()]
    column = {"encoding": "WKB", "geometry_types": ["Point"], "bbox": box}
    geo = {"version": "1.1.0", "primary_column": "geometry", "columns": {"geometry": column}}
    frame.write_parquet(path, metadata={"geo": json.dumps(geo)})
    return path
