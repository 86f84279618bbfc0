"""The fictional commune of the examples: one place, for which every domain writes its own files."""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Protocol

# No département is numbered 99, and both SIREN fail their check digit (Luhn): neither the
# commune nor the bodies can be taken for real ones, and no register will answer for them.
COMMUNE_CODE = "99999"
COMMUNE_SIREN = "219999999"
SYNDICATE_SIREN = "259999999"

EXAMPLE_TERRITORY: Mapping[str, object] = MappingProxyType(
    {
        "name": "Valbocage",
        "code": COMMUNE_CODE,
        "siren": COMMUNE_SIREN,
        "kind": "commune",
        "population": 3_412,
        "department": "53",
        "srid": 2154,
        "longitude_deg": -0.5943,
        "latitude_deg": 48.1917,
        "inventory_date": "2026-09-30",
        "synthetic": True,
        "note_fr": "Commune fictive : rien ici ne décrit une commune, un syndicat ou une entreprise qui existe.",
        "note_en": "Fictional commune: nothing here describes a commune, syndicate or company that exists.",
    }
)
"""Facts of the territory as `bocage new` asks for them; the département lends only its funding rules."""


EXAMPLE_SYNDICATE: Mapping[str, object] = MappingProxyType(
    {
        "name": "Syndicat d'énergie du Val",
        "code": SYNDICATE_SIREN,
        "siren": SYNDICATE_SIREN,
        "kind": "syndicate",
        "department": "53",
        "srid": 2154,
        "longitude_deg": -0.60,
        "latitude_deg": 48.16,
        "inventory_date": "2026-09-30",
        "synthetic": True,
    }
)
"""Facts of the fictional syndicate that lights the twenty fictional communes of `example_members.csv`."""


@dataclass(frozen=True, kw_only=True)
class ExampleCommune:
    """A fictional commune of the syndicate; its middle is in Lambert-93 [m]."""

    code: str
    name: str
    population: int
    x_m: float
    y_m: float


@cache
def example_members() -> tuple[ExampleCommune, ...]:
    """The members of the fictional syndicate.

    >>> len(example_members()), example_members()[0].name
    (20, 'Valbocage')
    """
    path = Path(__file__).with_name("example_members.csv")
    with path.open(encoding="utf-8", newline="") as stream:
        return tuple(
            ExampleCommune(
                code=row["code"],
                name=row["name"],
                population=int(row["population"]),
                x_m=float(row["x_m"]),
                y_m=float(row["y_m"]),
            )
            for row in csv.DictReader(stream)
        )


@dataclass(frozen=True, kw_only=True)
class ExampleFile:
    """A file of the example.

    Attributes:
        path: file written.
        asset_type: type of its rows.
        source: name of the inventory it stands for.
        title: what it is, by language.
    """

    path: Path
    asset_type: str
    source: str
    title: Mapping[str, str]


class WriteExample(Protocol):
    """`write_example` or `write_syndicate` of the package `example` of a domain: its files, in the order of import."""

    def __call__(self, folder: Path, *, seed: int = 1) -> Sequence[ExampleFile]:
        """Write the files into the folder; the same seed gives the same bytes."""
