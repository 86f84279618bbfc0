"""A small sample of the example as tables, for the tests that every domain passes."""

import datetime as dt

import polars as pl
import shapely

from bocage.domains.lighting.example.files import UPKEEP_CONTRACT, ZAC_CONTRACT
from bocage.domains.lighting.example.luminaires import Luminaire, luminaires
from bocage.domains.lighting.example.place import COMMUNE_SIREN, SYNDICATE_SIREN
from bocage.domains.lighting.example.streets import FOLDER
from bocage.vocabulary.columns import GEOMETRY, declared_asset_tables
from bocage.vocabulary.domain import Assets

KEEP_ONE_IN = 9
OWNERS = {
    "bourg": (COMMUNE_SIREN, "M57_main", UPKEEP_CONTRACT),
    "hameaux": (SYNDICATE_SIREN, "syndicate", None),
    "zac": (COMMUNE_SIREN, "M57_main", ZAC_CONTRACT),
}


def sample_assets() -> Assets:
    """One luminaire in nine, with the gaps that an imputation has to fill, before any is filled.

    >>> sample = sample_assets()["luminaire"]
    >>> sample.height, sample["asset_id"].is_unique().all()
    (100, True)
    """
    (table,) = [table for table in declared_asset_tables(FOLDER.parent) if table.name == "luminaire"]
    chosen = luminaires(seed=1)[::KEEP_ONE_IN]
    rows = pl.DataFrame([_row(rank, one) for rank, one in enumerate(chosen)], infer_schema_length=None)
    points = shapely.to_wkb(shapely.points([(one.x_m, one.y_m) for one in chosen])).tolist()
    return {"luminaire": table.conform(rows.with_columns(pl.Series(GEOMETRY, points, dtype=pl.Binary)))}


def _row(rank: int, one: Luminaire) -> dict[str, object]:
    """Declared columns of a luminaire; one power in eight, one technology in eleven is unknown."""
    owner, budget, contract = OWNERS[one.inventory]
    lamp = one.lamp
    curfew, dimming = one.curfew or (None, None), one.dimming or (None, None, None)
    return {
        "asset_id": one.identifier,
        "owner_siren": owner,
        "competence": "public_lighting",
        "budget": budget,
        "contract_id": contract,
        "technology": None if rank % 11 == 3 else lamp.technology,
        "lamp_power_w": None if rank % 8 == 5 else lamp.lamp_power_w,
        "system_power_w": lamp.system_power_w if rank % 2 and lamp.technology != "LED" else None,
        "source_flux_lm": lamp.flux_lm if rank % 2 else None,
        "colour_temperature_k": lamp.colour_temperature_k if lamp.technology == "LED" else None,
        "mounting_height_m": one.height_m if rank % 3 else None,
        "installed_on": None if rank % 7 == 2 else dt.date(one.year, 1, 1),
        "lantern": one.lantern,
        "street": one.street,
        "sector": one.sector,
        "cabinet_id": one.cabinet,
        "regime": one.regime,
        "switching": one.switching,
        "curfew_from": curfew[0],
        "curfew_to": curfew[1],
        "dimming_from": dimming[0],
        "dimming_to": dimming[1],
        "dimming_level_percent": None if dimming[2] is None else float(dimming[2]),
        "source": one.inventory,
    }
