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

CLASS_FLUX, THINNED_FLUX = "_class_flux_lm", "_thinned_flux_lm"
WIDTHS_M = (3.0, 5.0, 7.0, 10.0, 15.0)
SPACINGS_M = (10.0, 15.0, 22.0, 30.0, 40.0, 60.0)
HEIGHTS_M = (3.0, 5.0, 7.0, 9.0, 12.0)
R3 = "R3"
_READ = ("lighting_class", "carriageway_width_m", "spacing_m", "mounting_height_m", "arrangement")


def class_flux(assets: Assets, parameters: Parameters) -> tuple[pl.Series, pl.Series]:
    """Source flux that an LED needs at each luminaire for the class that the owner declares for its road.

    The flux reaches the levels of EN 13201-2 with the best of the synthetic road optics; it stands for no
    product. Null where class, width or spacing is not known, where the road lies outside the table, or where
    a class of luminance meets a surface other than R3, the only one whose reflection is known. No class is
    ever supposed: choosing it is for the owner.

    Args:
        assets: completed luminaires and lit roads.
        parameters: of the domain.

    Returns:
        Flux as the luminaires stand, and flux if one in two were taken away [lm], in their order.
    """
    frame, roads = assets[LUMINAIRE], assets.get(LIT_ROAD)
    needed = {CLASS_FLUX: np.full(len(frame), np.nan), THINNED_FLUX: np.full(len(frame), np.nan)}
    if roads is not None and roads["lighting_class"].count():
        of_road = roads.filter(pl.col("lighting_class").is_in(list(road_classes())) & _reflection_is_known()).select(
            pl.col("asset_id").alias("lit_road_id"), *(name for name in _READ if name != "mounting_height_m")
        )
        rows = frame.select("lit_road_id", "mounting_height_m").join(
            of_road, on="lit_road_id", how="left", maintain_order="left"
        )
        factor = parameters.number("light.design_maintenance_factor")
        known = rows.select(pl.all_horizontal(pl.col(_READ).is_not_null())).to_series()
        for arrangement in rows.filter(known)["arrangement"].unique():
            at = (known & (rows["arrangement"] == arrangement)).arg_true().to_numpy()
            names, width, spacing, height = (rows[at][name].to_numpy() for name in _READ[:4])
            for column, stretched in ((CLASS_FLUX, 1.0), (THINNED_FLUX, 2.0)):
                found = flux_table(arrangement, factor).at(names, width, stretched * spacing, height)
                usable = found.inside & np.isfinite(found.source_flux_lm)
                needed[column][at] = np.where(usable, found.source_flux_lm, np.nan)
    flux, thinned = (pl.Series(name, values).fill_nan(None) for name, values in needed.items())
    return flux, thinned


def _reflection_is_known() -> pl.Expr:
    """Illuminance (classes C and P) is the same on any surface."""
    return ~pl.col("lighting_class").str.starts_with("M") | (pl.col("r_table").fill_null(R3) == R3)


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
