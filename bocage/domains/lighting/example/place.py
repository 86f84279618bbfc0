"""Where the example is: a commune that does not exist, on a spot of open country."""

from collections.abc import Mapping
from types import MappingProxyType

ORIGIN_M = (433_000.0, 6_794_000.0)
"""Lambert-93 coordinates of the church square, the origin of `streets.csv` [m]."""

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
