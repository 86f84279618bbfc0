"""Main roads, where a curfew may be left out, and points in excess, which may be taken away."""

import numpy as np
import polars as pl
import shapely

from bocage.domains.lighting.inventory.class_flux import THINNED_FLUX
from bocage.domains.lighting.inventory.declared import LIT_ROAD, LUMINAIRE
from bocage.domains.lighting.inventory.surroundings import ROAD_M2
from bocage.parameters.reader import Parameters
from bocage.vocabulary.columns import GEOMETRY
from bocage.vocabulary.domain import Assets

MAIN_IMPORTANCE = ("1", "2", "3")
"""Importance in BD TOPO of the roads that link towns or cross them."""
MOTOR_TRAFFIC = "M"


def on_main_road(assets: Assets) -> pl.Series:
    """Whether each luminaire lights a main road: a class for motor traffic (M), or an importance of 1 to 3.

    Args:
        assets: completed; false everywhere where lit roads are not known.

    Returns:
        Booleans in the order of the luminaires.
    """
    frame, roads = assets[LUMINAIRE], assets.get(LIT_ROAD)
    if roads is None or roads.is_empty():
        return pl.Series([False] * len(frame), dtype=pl.Boolean)
    importance = assets.get("road", pl.DataFrame(schema={"asset_id": pl.String, "importance": pl.String}))
    known = importance.select(pl.col("asset_id").alias("road_id"), pl.col("importance").cast(pl.String))
    main = roads.join(known.unique("road_id"), on="road_id", how="left", maintain_order="left").select(
        pl.col("asset_id").alias("lit_road_id"),
        (
            pl.col("lighting_class").str.starts_with(MOTOR_TRAFFIC).fill_null(value=False)
            | pl.col("importance").is_in(MAIN_IMPORTANCE).fill_null(value=False)
        ).alias("_main"),
    )
    joined = frame.select("lit_road_id").join(main, on="lit_road_id", how="left", maintain_order="left")
    return joined["_main"].fill_null(value=False)


def _enough(parameters: Parameters) -> pl.Expr:
    """Whether a luminaire sends to the road what an LED of the flux needed at twice the spacing would send."""
    down = (pl.col("dlor_percent") / 100).fill_null(parameters.number("works.downward_share"))
    lamp = pl.col("source_flux_lm") * down * parameters.number("works.utilisation_ratio")
    as_led = pl.when(pl.col("technology") == "LED").then(pl.col("source_flux_lm")).otherwise(lamp)
    return (as_led >= pl.col(THINNED_FLUX)).fill_null(value=False)


def in_excess(assets: Assets, parameters: Parameters) -> pl.Series:
    """Every other point of the roads that have far more flux than the law lets new ones have, and close points.

    A road counts where its installed source flux per area exceeds the parameter `works.excess_flux`, its
    points stand closer than `works.excess_spacing`, and each point that would stay gives, for twice the
    spacing, the flux that the class declared for the road needs: none is taken away where no class is.

    Args:
        assets: completed; false everywhere where lit roads are not known.
        parameters: of the domain.

    Returns:
        Booleans in the order of the luminaires.
    """
    frame, roads = assets[LUMINAIRE], assets.get(LIT_ROAD)
    nowhere = pl.Series([False] * len(frame), dtype=pl.Boolean)
    if roads is None or roads.is_empty() or GEOMETRY not in frame.columns or GEOMETRY not in roads.columns:
        return nowhere
    lines = roads.select(
        pl.col("asset_id").alias("lit_road_id"), pl.col("spacing_m").alias("_spacing"), pl.col(GEOMETRY).alias("_line")
    )
    rows = frame.with_row_index("_row").join(lines, on="lit_road_id", how="inner", maintain_order="left")
    dense = pl.col("source_flux_lm").sum().over("lit_road_id") > parameters.number("works.excess_flux") * pl.col(
        ROAD_M2
    ).sum().over("lit_road_id")
    close = pl.col("_spacing") < parameters.number("works.excess_spacing")
    rows = rows.filter(
        dense
        & close
        & _enough(parameters).all().over("lit_road_id")
        & pl.col("_line").is_not_null()
        & pl.col(GEOMETRY).is_not_null()
    )
    if rows.is_empty():
        return nowhere
    along = shapely.line_locate_point(
        shapely.line_merge(shapely.from_wkb(rows["_line"].to_numpy())),
        shapely.centroid(shapely.from_wkb(rows[GEOMETRY].to_numpy())),
    )
    ranked = rows.with_columns(pl.Series("_along", along)).sort("lit_road_id", "_along", "asset_id")
    chosen = ranked.with_columns((pl.int_range(pl.len()).over("lit_road_id") % 2 == 1).alias("_out")).filter("_out")
    result = np.zeros(len(frame), dtype=bool)
    result[chosen["_row"].to_numpy()] = True
    return pl.Series(result)
