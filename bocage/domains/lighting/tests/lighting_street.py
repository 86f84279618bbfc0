"""A street and a lane with all that surrounds them: roads, cabinets, delivery points, water."""

from typing import Any

import polars as pl
import shapely

from bocage.domains.lighting.inventory import complete
from bocage.vocabulary.domain import Assets, Site

SPACING_M = 12.0
POND = shapely.to_wkb(shapely.box(-5, 210, 20, 230))


def lamp(number: int, **values: object) -> dict[str, object]:
    street = str(values.get("street", "Grande Rue"))
    y = 0.0 if street == "Grande Rue" else 200.0
    return {
        "asset_id": f"p{number:02d}",
        "technology": "HPS",
        "system_power_w": 115.0,
        "source_flux_lm": 10_000.0,
        "mounting_height_m": 7.0,
        "street": street,
        "sector": "Bourg",
        "cabinet_id": "A1" if street == "Grande Rue" else "A2",
        "lit_road_id": "R1" if street == "Grande Rue" else "R2",
        "switching": "photocell",
        "geometry": shapely.to_wkb(shapely.Point(SPACING_M * (number % 10), y + 1)),
        **values,
    }


def furnished(site: Site, *lamps: dict[str, object], **cabinets: dict[str, Any]) -> Assets:
    """Two roads of the Bourg, fed by two cabinets: a main road of class M4 and a lane of class P4."""
    lamps = lamps or (
        *(lamp(number) for number in range(10)),
        *(lamp(10 + number, street="Ruelle") for number in range(10)),
    )
    schema = {"geometry": pl.Binary, "defect": pl.String, "in_town": pl.Boolean}
    rows = [
        {"asset_id": name, "prm": f"0000000000000{number}", "subscribed_power_kva": 9.0, **cabinets.get(name, {})}
        for number, name in enumerate(("A1", "A2"), start=1)
    ]
    roads = pl.DataFrame(
        {
            "asset_id": ["R1", "R2"],
            "lighting_class": ["M4", "P4"],
            "carriageway_width_m": [7.0, 5.0],
            "spacing_m": [SPACING_M, SPACING_M],
            "arrangement": ["single", "single"],
            "geometry": [shapely.to_wkb(shapely.LineString([(0, y), (108, y)])) for y in (0, 200)],
        }
    )
    return complete(
        {
            "luminaire": pl.DataFrame(lamps, schema_overrides=schema, infer_schema_length=None),
            "cabinet": pl.DataFrame(rows, infer_schema_length=None),
            "lit_road": roads,
            "water_body": pl.DataFrame({"asset_id": ["W"], "geometry": [POND]}),
        },
        site,
    )


def kinds(actions: pl.DataFrame, *names: str) -> pl.DataFrame:
    return actions.filter(pl.col("kind").is_in(names))
