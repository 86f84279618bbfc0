"""Flux that an LED needs where it stands, for the lighting class of its road: read in a table computed once."""

from functools import lru_cache

import numpy as np
import polars as pl

from bocage.domains.lighting.inventory.declared import LIT_ROAD, LUMINAIRE
from bocage.parameters.reader import Parameters
from bocage.science.photometry.generic import generic_road_optics
from bocage.science.road_lighting.minimum_flux import FluxTable, Pattern, minimum_flux_table
from bocage.science.road_lighting.optics import gather_optics
from bocage.science.road_lighting.road import Arrangement
from bocage.science.road_lighting.standard import road_classes
from bocage.vocabulary.domain import Assets

CLASS_FLUX, CLASS_DECLARED = "_class_flux_lm", "_class_declared"
WIDTHS_M = (3.0, 5.0, 7.0, 10.0, 15.0)
SPACINGS_M = (10.0, 15.0, 22.0, 30.0, 40.0, 60.0)
HEIGHTS_M = (3.0, 5.0, 7.0, 9.0, 12.0)


def class_flux(assets: Assets, parameters: Parameters) -> tuple[pl.Series, pl.Series]:
    """Source flux needed by an LED at each luminaire, and whether the class of its road is declared.

    The class is that of the lit road, else the one that the importance of the road suggests. The flux
    reaches the levels of EN 13201-2 with the best of the synthetic road optics; it stands for no product.
    Null where class, width or spacing is not known, or where the road lies outside the table.

    Args:
        assets: completed luminaires and lit roads; maybe roads.
        parameters: of the domain.

    Returns:
        Flux [lm] and booleans, in the order of the luminaires.
    """
    frame, roads = assets[LUMINAIRE], assets.get(LIT_ROAD)
    flux = np.full(len(frame), np.nan)
    declared = pl.Series(CLASS_DECLARED, [False] * len(frame), dtype=pl.Boolean)
    if roads is None or roads.is_empty():
        return pl.Series(CLASS_FLUX, flux).fill_nan(None), declared
    rows = frame.select("lit_road_id", "mounting_height_m").join(
        _classed(roads, assets, parameters), on="lit_road_id", how="left", maintain_order="left"
    )
    factor = parameters.number("light.design_maintenance_factor")
    for arrangement in rows["arrangement"].drop_nulls().unique():
        known = (
            (rows["arrangement"] == arrangement)
            & rows["lighting_class"].is_not_null()
            & rows["carriageway_width_m"].is_not_null()
            & rows["spacing_m"].is_not_null()
            & rows["mounting_height_m"].is_not_null()
        )
        at = known.fill_null(value=False).arg_true().to_numpy()
        if len(at):
            chosen = rows[at]
            columns = ("lighting_class", "carriageway_width_m", "spacing_m", "mounting_height_m")
            found = flux_table(arrangement, factor).at(*(chosen[name].to_numpy() for name in columns))
            usable = found.inside & np.isfinite(found.source_flux_lm)
            flux[at] = np.where(usable, found.source_flux_lm, np.nan)
    said = rows["_declared"].fill_null(value=False).alias(CLASS_DECLARED)
    return pl.Series(CLASS_FLUX, flux).fill_nan(None), said


def _classed(roads: pl.DataFrame, assets: Assets, parameters: Parameters) -> pl.DataFrame:
    """Lit roads with their class, declared or suggested by the importance of the road."""
    nothing = pl.DataFrame(schema={"asset_id": pl.String, "importance": pl.String})
    importance = assets.get("road", nothing)
    importance = importance if "importance" in importance.columns else nothing
    known = importance.select(
        pl.col("asset_id").alias("road_id"), pl.col("importance").cast(pl.String).alias("_importance")
    ).unique("road_id", keep="first", maintain_order=True)
    suggested = {str(key): value for key, value in parameters["light.class_by_importance"].value.items()}
    names = road_classes()
    return (
        roads.join(known, on="road_id", how="left", maintain_order="left")
        .with_columns(
            pl.col("lighting_class").is_in(list(names)).fill_null(value=False).alias("_declared"),
            pl.coalesce(
                "lighting_class", pl.col("_importance").replace_strict(suggested, default=None, return_dtype=pl.String)
            ).alias("lighting_class"),
        )
        .select(
            pl.col("asset_id").alias("lit_road_id"),
            "lighting_class",
            "_declared",
            "carriageway_width_m",
            "spacing_m",
            "arrangement",
        )
    )


@lru_cache(maxsize=16)
def flux_table(arrangement: str, maintenance_factor: float) -> FluxTable:
    """Needed flux by class, width, spacing and height, for one arrangement; computed once in a process.

    Args:
        arrangement: code of the lit road.
        maintenance_factor: maintained over first light [1].

    A wider road of the same class needs more light:

    >>> table = flux_table("single", 0.8)
    >>> narrow, wide = table.at("P4", [5.0, 10.0], 30.0, 6.0).source_flux_lm
    >>> bool(narrow < wide)
    True
    """
    return minimum_flux_table(
        gather_optics(list(generic_road_optics().values())),
        road_classes(),
        width_m=WIDTHS_M,
        spacing_m=SPACINGS_M,
        height_m=HEIGHTS_M,
        pattern=Pattern(arrangement=Arrangement[arrangement.upper()], maintenance_factor=maintenance_factor),
    )
