"""The fictional commune of the examples: one place, for which every domain writes its own files."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
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
    """`write_example` of the package `example` of a domain: its files, in the order of their import."""

    def __call__(self, folder: Path, *, seed: int = 1) -> Sequence[ExampleFile]:
        """Write the files into the folder; the same seed gives the same bytes."""
