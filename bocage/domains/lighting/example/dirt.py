"""What real inventories get wrong, done on purpose and counted, so that an import can be judged on it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bocage.domains.lighting.example.luminaires import Luminaire


@dataclass(frozen=True, kw_only=True)
class Dirt:
    """How many rows of `eclairage_bourg.csv` have each fault; no row has two of the last three.

    Attributes:
        missing_power: rows without nominal power.
        missing_technology: rows without lamp type.
        missing_year: rows without year of installation.
        missing_height: rows without mounting height.
        power_with_unit: rows whose nominal power is written with its unit.
        duplicates: rows written a second time, at the end of the file.
        swapped: rows whose X and Y are in each other's column.
        null_island: rows whose X and Y are 0.
    """

    missing_power: int = 47
    missing_technology: int = 13
    missing_year: int = 86
    missing_height: int = 310
    power_with_unit: int = 25
    duplicates: int = 4
    swapped: int = 2
    null_island: int = 1


DIRT = Dirt()

SPELLINGS = {
    "HPS": ("SHP", "SHP", "Sodium haute pression", "SODIUM HAUTE PRESSION", "sodium HP", "Lampe sodium haute pression"),
    "HG": ("BF", "Ballon fluo", "Ballon fluorescent", "Vapeur de mercure"),
    "MH": ("IM", "Iodures métalliques", "iodures metalliques"),
    "CPO": ("Cosmopolis", "CPO", "CosmoPolis"),
    "FLUO": ("Tube fluo", "tube fluorescent"),
    "LED": ("LED", "Led", "LED", "Diodes électroluminescentes"),
}
"""How each technology is written in the files; repeated spellings are more frequent."""


def spelling(luminaire: Luminaire, random: np.random.Generator) -> str:
    """One of the ways in which the technology of a luminaire gets written."""
    return str(random.choice(SPELLINGS[luminaire.lamp.technology]))


@dataclass(frozen=True, kw_only=True)
class Faulty:
    """Indices of the rows that have each fault, drawn once for a file."""

    power: frozenset[int]
    technology: frozenset[int]
    year: frozenset[int]
    height: frozenset[int]
    unit: frozenset[int]
    duplicated: Sequence[int]
    swapped: frozenset[int]
    null_island: frozenset[int]


def draw_faults(count: int, random: np.random.Generator, dirt: Dirt = DIRT) -> Faulty:
    """Choose the rows that are wrong.

    Args:
        count: rows of the file; at least as many as the most frequent fault.
        random: generator.
        dirt: how many of each.
    """

    def some(size: int) -> frozenset[int]:
        return frozenset(int(index) for index in random.choice(count, size, replace=False))

    # Faults of place and duplicates fall on different rows: each row has one verdict to be judged on.
    apart = [int(index) for index in random.choice(count, dirt.duplicates + dirt.swapped + dirt.null_island, False)]
    duplicated, rest = apart[: dirt.duplicates], apart[dirt.duplicates :]
    power = some(dirt.missing_power)
    powered = [index for index in range(count) if index not in power]
    return Faulty(
        power=power,
        technology=some(dirt.missing_technology),
        year=some(dirt.missing_year),
        height=some(dirt.missing_height),
        unit=frozenset(int(index) for index in random.choice(powered, dirt.power_with_unit, replace=False)),
        duplicated=duplicated,
        swapped=frozenset(rest[: dirt.swapped]),
        null_island=frozenset(rest[dirt.swapped :]),
    )
