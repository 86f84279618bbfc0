"""The luminaires of the example as they stand in the street, before any file gets them wrong."""

import csv
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from bocage.domains.lighting.example.place import ORIGIN_M
from bocage.domains.lighting.example.streets import FOLDER, Street, centreline, distance_along, normals, streets

CLEARANCE_M = 11.0
"""No second luminaire is put this close to another: corners are lit once [m]."""

PREFIXES = {"bourg": "VB", "hameaux": "SY", "zac": "ZL"}
SODIUM_SINCE, WHITE_SINCE, LED_SINCE = 1980, 2000, 2013
NARROW_M, MEDIUM_M, WIDE_M = 4, 6, 7
"""Widths of carriageway between which lamps differ [m]."""


@dataclass(frozen=True)
class Lamp:
    """A lamp with its gear, within what the open inventory of Paris (5e arrondissement) holds of that kind.

    A LED has the mean efficacy of that inventory, 103.8 lm/W.

    Attributes:
        technology: code of the column `technology`.
        lamp_power_w: nominal power [W].
        system_power_w: power with control gear [W].
        flux_lm: flux of the source [lm], None where the inventory has none.
        colour_temperature_k: correlated colour temperature [K].
    """

    technology: str
    lamp_power_w: float
    system_power_w: float
    flux_lm: float | None
    colour_temperature_k: float


@dataclass(frozen=True, kw_only=True)
class Luminaire:
    """One luminaire of the example; positions are Lambert-93 [m]."""

    identifier: str
    inventory: str
    x_m: float
    y_m: float
    street: str
    sector: str
    cabinet: str
    lamp: Lamp
    height_m: float
    year: int
    lantern: str
    model: str
    switching: str
    regime: str
    curfew: tuple[str, str] | None
    dimming: tuple[str, str, int] | None


def luminaires(seed: int) -> list[Luminaire]:
    """All luminaires, street by street along each.

    Args:
        seed: seed of positions and equipment; the same seed gives the same luminaires.
    """
    placed: list[Luminaire] = []
    taken = np.empty((0, 2))
    numbers = dict.fromkeys(PREFIXES, 0)
    for index, street in enumerate(streets()):
        if not street.inventory:
            continue
        random = np.random.default_rng([seed, index, 1])
        for x, y in _positions(street, seed, random):
            if len(taken) and np.hypot(*(taken - (x, y)).T).min() < CLEARANCE_M:
                continue
            taken = np.vstack([taken, (x, y)])
            numbers[street.inventory] += 1
            identifier = f"{PREFIXES[street.inventory]}-{numbers[street.inventory]:04d}"
            placed.append(_equip(street, identifier, x, y, random))
    return placed


def _positions(street: Street, seed: int, random: np.random.Generator) -> NDArray[np.float64]:
    """Beside the carriageway at about equal distances: staggered on wide roads, else on one side."""
    curve = centreline(street, seed=seed)
    along = distance_along(curve)
    count = max(1, round(along[-1] / street.spacing_m))
    wanted = (np.arange(count) + 0.5) * along[-1] / count + random.normal(0, 0.06 * street.spacing_m, count)
    side = np.full(count, random.choice([-1.0, 1.0]))
    if street.width_m >= 8:
        side[1::2] *= -1
    offset = side * (street.width_m / 2 + 0.8 + random.uniform(0, 0.4, count))
    across = normals(curve)
    points = [np.interp(wanted, along, curve[:, axis]) for axis in (0, 1)]
    shift = [np.interp(wanted, along, across[:, axis]) * offset for axis in (0, 1)]
    positions: NDArray[np.float64] = np.round(np.column_stack(points) + np.column_stack(shift), 2)
    return positions


def _equip(street: Street, identifier: str, x: float, y: float, random: np.random.Generator) -> Luminaire:
    year = street.year
    if year < LED_SINCE and random.random() < 0.09:  # replaced one by one after a failure or an accident
        year = int(random.integers(2016, 2025))
    lamp = _lamp(street, year, random)
    return Luminaire(
        identifier=identifier,
        inventory=street.inventory,
        x_m=float(x),
        y_m=float(y),
        street=street.name,
        sector=street.sector,
        cabinet=_nearest_cabinet(x, y),
        lamp=lamp,
        height_m=_height(street, random),
        year=year,
        lantern=street.lantern,
        model=_model(street, lamp),
        switching="photocell" if street.inventory == "hameaux" or street.year < 1980 else "astronomical_clock",
        regime="permanent" if street.name == "Passage de la Halle" else "night",
        curfew=_CURFEWS.get(street.sector),
        dimming=("22:00", "06:00", 50) if street.sector == "Les Jardins" else None,
    )


_CURFEWS = {
    "Les Coteaux": ("23:30", "05:30"),
    "Le Haut-Moulin": ("22:30", "06:00"),
    "Les Landelles": ("22:30", "06:00"),
}


def _lamp(street: Street, year: int, random: np.random.Generator) -> Lamp:
    """What was installed in that year on such a street; one time in five, something else."""
    exception = random.random() < 0.2
    if year >= LED_SINCE:
        return _find("LED", _led_power_w(street, exception))
    if year >= WHITE_SINCE:
        return _white_lamp(street, exception, random)
    if year >= SODIUM_SINCE:
        return _find("FLUO", 58) if street.lantern == "pedestrian" else _find("HPS", _sodium_power_w(street, exception))
    if exception:
        return _find("HPS", 70)
    return _find("HG", 125 if street.width_m >= 5 and random.random() < 0.7 else 80)


def _led_power_w(street: Street, exception: bool) -> float:
    if street.width_m >= WIDE_M:
        return 55
    if street.width_m <= NARROW_M:
        return 20
    if street.width_m >= MEDIUM_M:
        return 42
    return 26 if exception else 32


def _sodium_power_w(street: Street, exception: bool) -> float:
    if street.width_m >= WIDE_M:
        return 150
    return 100 if street.width_m >= MEDIUM_M or exception else 70


def _white_lamp(street: Street, exception: bool, random: np.random.Generator) -> Lamp:
    """The years of white light before LED: metal halide in the old town, CosmoPolis elsewhere, sodium still about."""
    if street.inventory == "zac":
        return _find("MH" if random.random() < 0.35 else "HPS", 150)
    if street.lantern == "heritage":
        return _find("CPO", 60) if exception else _find("MH", 70)
    if street.lantern == "pedestrian":
        return _find("CPO", 45)
    if exception:
        return _find("HPS", 150 if street.width_m >= WIDE_M else 100)
    return _find("CPO", 60)


@cache
def lamps() -> tuple[Lamp, ...]:
    """The lamps of `lamps.csv`.

    >>> lamps()[0].technology, lamps()[0].system_power_w
    ('HPS', 86.0)
    """
    with (FOLDER / "lamps.csv").open(encoding="utf-8", newline="") as stream:
        return tuple(
            Lamp(
                row["technology"],
                float(row["lamp_power_w"]),
                float(row["system_power_w"]),
                float(row["flux_lm"]) if row["flux_lm"] else None,
                float(row["colour_temperature_k"]),
            )
            for row in csv.DictReader(stream)
        )


def _find(technology: str, power_w: float) -> Lamp:
    return next(lamp for lamp in lamps() if (lamp.technology, lamp.lamp_power_w) == (technology, power_w))


@cache
def _cabinets() -> tuple[tuple[str, ...], NDArray[np.float64]]:
    with (FOLDER / "cabinets.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    return tuple(row["cabinet_id"] for row in rows), np.array([(float(row["x_m"]), float(row["y_m"])) for row in rows])


def _nearest_cabinet(x: float, y: float) -> str:
    names, places = _cabinets()
    return names[int(np.hypot(*(places + np.array(ORIGIN_M) - (x, y)).T).argmin())]


def _height(street: Street, random: np.random.Generator) -> float:
    if street.lantern in {"heritage", "pedestrian"}:
        return float(random.choice([4.0, 4.5]))
    return float(random.choice([8.0, 9.0] if street.width_m >= WIDE_M else [6.0, 7.0]))


def _model(street: Street, lamp: Lamp) -> str:
    if street.lantern == "heritage":
        return "Lanterne quatre faces"
    if street.lantern == "pedestrian":
        return "Colonne lumineuse" if lamp.technology == "FLUO" else "Mât piéton"
    if lamp.technology == "HG":
        return "Boule opaline"
    return "Routière à LED" if lamp.technology == "LED" else "Routière à vasque"
