"""What surrounds each luminaire and does not depend on its lamp: subscribed power, water, the road that it lights."""

import numpy as np
import polars as pl
import shapely

from bocage.domains.lighting.inventory.class_flux import class_flux
from bocage.domains.lighting.inventory.declared import LIT_ROAD, LUMINAIRE
from bocage.domains.lighting.inventory.delivery import CABINET, POINT, feeding
from bocage.parameters.reader import Parameters
from bocage.vocabulary.columns import GEOMETRY
from bocage.vocabulary.domain import Assets
from bocage.vocabulary.units import METRES_PER_KM, WATTS_PER_KILOWATT

SUBSCRIBED, SENSITIVE, ROAD_KM, ROAD_M2 = "_subscribed_kva", "_sensitive", "_road_km", "_road_m2"
TODAY_KVA = "_today_kva"
"""Power that the luminaire needs as it is today, margin included [kVA]."""
FITTED = "fitted"
"""Mark of a luminaire whose delivery point subscribes to no more than it needs."""


def with_surroundings(assets: Assets, parameters: Parameters) -> pl.DataFrame:
    """Add to completed luminaires what their surroundings say, in columns of no file.

    Args:
        assets: completed luminaires, cabinets, delivery points, lit roads, water bodies; all but the
            luminaires may be absent.
        parameters: of the domain.

    Returns:
        The luminaires with `_subscribed_kva` (share of the power subscribed at their delivery point, by
        power; null where not known [kVA]), `_today_kva` (what it needs today, margin included [kVA]),
        `_sensitive` (near water, or outside town), `_road_km` (share of the length of their road, by
        number; a national mean where not known [km]), `_road_m2` (share of the area to be lit; null where
        not known [m2]), and the columns of `class_flux`.
    """
    frame = assets[LUMINAIRE]
    needed = frame["system_power_w"] / WATTS_PER_KILOWATT * parameters.number("supply.peak_margin")
    return _with_roads(frame, assets, parameters).with_columns(
        _subscribed(frame, assets),
        _sensitive(frame, assets, parameters),
        needed.alias(TODAY_KVA),
        *class_flux(assets, parameters),
    )


def _subscribed(frame: pl.DataFrame, assets: Assets) -> pl.Series:
    nothing = pl.Series(SUBSCRIBED, [None] * len(frame), dtype=pl.Float64)
    if CABINET not in assets or assets[CABINET].is_empty():
        return nothing
    own = assets[CABINET].select(
        pl.col("asset_id").alias("cabinet_id"), pl.col("subscribed_power_kva").cast(pl.Float64).alias("_of_cabinet")
    )
    fed = feeding(assets).join(own, on="cabinet_id", how="left", maintain_order="left")
    if POINT in assets and assets[POINT].height:
        of_point = assets[POINT].select("prm", pl.col("subscribed_power_kva").cast(pl.Float64).alias("_of_point"))
        fed = fed.join(of_point.drop_nulls("prm").unique("prm", keep="first", maintain_order=True), on="prm",
                       how="left", maintain_order="left")  # fmt: skip
    else:
        fed = fed.with_columns(pl.lit(None, dtype=pl.Float64).alias("_of_point"))
    power = frame["system_power_w"]
    rows = fed.with_columns(
        power.alias("_power"),
        # A point of delivery may feed several cabinets: what it subscribes is theirs together.
        pl.when(pl.col("_of_point").is_not_null())
        .then(pl.concat_str(pl.lit("prm "), "prm"))
        .when(pl.col("_of_cabinet").is_not_null())
        .then(pl.concat_str(pl.lit("cabinet "), "cabinet_id"))
        .alias("_group"),
        pl.coalesce("_of_point", "_of_cabinet").alias("_kva"),
    )
    whole = pl.col("_power").sum().over("_group")
    share = pl.when(pl.col("_group").is_not_null() & (whole > 0)).then(pl.col("_kva") * pl.col("_power") / whole)
    return rows.select(share.alias(SUBSCRIBED)).to_series()


def _sensitive(frame: pl.DataFrame, assets: Assets, parameters: Parameters) -> pl.Series:
    outside = frame.select(pl.col("in_town").eq(False).fill_null(value=False)).to_series().to_numpy()
    near = np.zeros(len(frame), dtype=bool)
    water = assets.get("water_body")
    if GEOMETRY in frame.columns and water is not None and GEOMETRY in water.columns and water.height:
        points = shapely.from_wkb(frame[GEOMETRY].to_numpy())
        surfaces = shapely.from_wkb(water[GEOMETRY].drop_nulls().to_numpy())
        found = shapely.STRtree(surfaces).query(
            points, predicate="dwithin", distance=parameters.number("light.water_distance")
        )
        near[np.unique(found[0])] = True
    return pl.Series(SENSITIVE, outside | near)


def _with_roads(frame: pl.DataFrame, assets: Assets, parameters: Parameters) -> pl.DataFrame:
    usual = parameters.number("light.road_per_point") / METRES_PER_KM
    roads = assets.get(LIT_ROAD)
    if roads is None or roads.is_empty() or GEOMETRY not in roads.columns:
        return frame.with_columns(pl.lit(usual).alias(ROAD_KM), pl.lit(None, dtype=pl.Float64).alias(ROAD_M2))
    length_m = shapely.length(shapely.from_wkb(roads[GEOMETRY].to_numpy()))
    width = pl.col("carriageway_width_m").cast(pl.Float64) + pl.col("pavement_width_m").cast(pl.Float64).fill_null(0.0)
    lengths = roads.select(pl.col("asset_id").alias("lit_road_id"), pl.Series("_length", length_m), width.alias("_w"))
    count = pl.len().over("lit_road_id")
    known = pl.col("_length").is_not_null()
    joined = frame.join(lengths, on="lit_road_id", how="left", maintain_order="left")
    return joined.with_columns(
        pl.when(known).then(pl.col("_length") / count / METRES_PER_KM).otherwise(usual).alias(ROAD_KM),
        pl.when(known).then(pl.col("_length") * pl.col("_w") / count).alias(ROAD_M2),
    ).drop("_length", "_w")
