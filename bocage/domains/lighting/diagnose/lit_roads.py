"""Each lit road: area to be lit, installed flux per square metre (DSFLI), luminaires and load, against the limit."""

import numpy as np
import polars as pl
import shapely
from numpy.typing import NDArray

from bocage.domains.lighting.diagnose.legal import out_of_town_values
from bocage.domains.lighting.inventory.beside import flat_lines, flat_shapes
from bocage.domains.lighting.inventory.declared import LIT_ROAD, lighting_parameters
from bocage.domains.lighting.physics.lit_area import carriageway_area_m2, public_area_m2
from bocage.parameters.reader import Parameters
from bocage.vocabulary.columns import GEOMETRY
from bocage.vocabulary.domain import Assets, Site
from bocage.vocabulary.origin import high_column, low_column, origin_column
from bocage.vocabulary.units import METRES_PER_KM

Array = NDArray[np.float64]

LIGHTS_THE_ROAD = ("a_safety", "b_heritage_parks", "e_car_parks")
"""Categories whose light is meant for the ground: façades, sports and worksites light something else."""
DECLARED, PUBLIC, CARRIAGEWAY = "declared", "public_space", "carriageway"
"""What the area to be lit was measured on, from the surest."""
FIGURES = (
    "asset_id", "street", "length_m", "carriageway_area_m2", "lit_area_m2", "area_basis", "luminaires",
    "source_flux_klm", "dsfli_lm_m2", "dsfli_low_lm_m2", "dsfli_high_lm_m2", "dsfli_carriageway_lm_m2",
    "dsfli_limit_lm_m2", "mean_power_w", "power_kw_km", "points_km", "energy_kwh_km_year",
    "energy_kwh_m2_year",
)  # fmt: skip
RECENT, ZONE_UNKNOWN = "_recent", "_zone_unknown"


def lit_road_figures(assets: Assets, rows: pl.DataFrame, site: Site) -> pl.DataFrame | None:
    """Figures of each lit road, in the order of the asset type; None where the twin has none.

    DSFLI = Σ flux of the sources / area to be lit [lm/m²]. The area is the declared width of
    carriageway and pavements times the length; else, where parcels are known all along, the public
    space nearer to the road than to any other, within 30 m, outside parcels and water; else the
    carriageway alone, which overstates the DSFLI wherever there are pavements: its low bound allows
    for them.

    Args:
        assets: completed; maybe `road`, `parcel` and `water_body`.
        rows: luminaires after `with_load`.
        site: date, zone.

    Returns:
        `FIGURES`, `_recent` (every luminaire declared installed since the limits hold) and
        `_zone_unknown` (neither the road nor a luminaire says whether it lies in town).
    """
    roads = assets.get(LIT_ROAD)
    if roads is None or roads.is_empty():
        return None
    parameters = lighting_parameters(site)
    frame = roads.join(_of_lamps(rows, parameters), left_on="asset_id", right_on="lit_road_id", how="left",
                       maintain_order="left")  # fmt: skip
    frame = _areas(frame, assets, parameters)
    return _densities(frame, parameters, site).select(*FIGURES, RECENT, ZONE_UNKNOWN)


def _of_lamps(rows: pl.DataFrame, parameters: Parameters) -> pl.DataFrame:
    """By lit road: number, flux with bounds, power, energy, category and zone of its luminaires."""
    shines = (pl.col("regime") != "off") & pl.col("category").is_in(LIGHTS_THE_ROAD)
    since = parameters["law.installed_flux_maximum"].since
    flux = ("source_flux_lm", low_column("source_flux_lm"), high_column("source_flux_lm"))
    recent = pl.col(origin_column("installed_on")).is_in(["measured", "declared"]) & (pl.col("installed_on") >= since)
    known = rows.filter(pl.col("lit_road_id").is_not_null())
    return known.group_by("lit_road_id").agg(
        pl.len().cast(pl.Int64).alias("luminaires"),
        *(pl.col(name).filter(shines).sum().alias(f"_{name}") for name in flux),
        pl.col("system_power_w").mean().alias("mean_power_w"),
        pl.col("system_power_w").sum().alias("_power_w"),
        pl.col("energy_kwh").sum().alias("_energy_kwh"),
        pl.col("category").filter(shines).mode().sort().first().alias("_category"),
        pl.col("in_town").mean().alias("_in_town"),
        recent.all().alias(RECENT),
    )


def _areas(frame: pl.DataFrame, assets: Assets, parameters: Parameters) -> pl.DataFrame:
    """Length, and area to be lit with its bounds and what it was measured on."""
    shapes = flat_lines(frame[GEOMETRY]) if GEOMETRY in frame.columns else np.full(len(frame), None)
    length = np.nan_to_num(shapely.length(shapes))
    width = {
        bound: frame[name].to_numpy()
        for bound, name in (
            ("", "carriageway_width_m"),
            ("_low", low_column("carriageway_width_m")),
            ("_high", high_column("carriageway_width_m")),
        )
    }
    strip = np.nan_to_num(carriageway_area_m2(shapes, width[""]))
    public = _public_area(frame, shapes, assets, parameters)
    pavement = pl.col("pavement_width_m")
    declared = pavement.is_not_null() & pl.col(origin_column("carriageway_width_m")).is_in(["measured", "declared"])
    between_parcels = pl.col("_public_m2") > pl.col("carriageway_area_m2")
    low, high = parameters.bounds("roads.public_area_spread")
    basis = pl.when(declared).then(pl.lit(DECLARED)).when(between_parcels).then(pl.lit(PUBLIC))
    frame = frame.with_columns(
        pl.Series("length_m", length),
        pl.Series("carriageway_area_m2", strip),
        pl.Series("_public_m2", public).fill_nan(None),
        *(pl.Series(f"_ratio{bound}", width[bound] / width[""]) for bound in ("_low", "_high")),
    ).with_columns(basis.otherwise(pl.lit(CARRIAGEWAY)).alias("area_basis"))
    of_basis = pl.col("area_basis")
    area = (
        pl.when(of_basis == DECLARED)
        .then(pl.col("carriageway_area_m2") + pavement * pl.col("length_m"))
        .when(of_basis == PUBLIC)
        .then("_public_m2")
        .otherwise("carriageway_area_m2")
    )
    return frame.with_columns(
        area.alias("lit_area_m2"),
        pl.when(of_basis == PUBLIC).then(low).otherwise("_ratio_low").alias("_area_low"),
        pl.when(of_basis == PUBLIC)
        .then(high)
        .when(of_basis == CARRIAGEWAY)
        .then(pl.col("_ratio_high") * parameters.bounds("roads.unknown_pavement")[1])
        .otherwise("_ratio_high")
        .alias("_area_high"),
    )


def _public_area(frame: pl.DataFrame, shapes: NDArray[np.object_], assets: Assets, parameters: Parameters) -> Array:
    """Public space of each lit road, NaN where parcels do not surround it [m2]."""
    unknown = np.full(len(frame), np.nan)
    parcels = [flat_shapes(assets[name][GEOMETRY]) for name in ("parcel", "water_body") if _located(assets, name)]
    if not _located(assets, "parcel"):
        return unknown
    land = shapely.convex_hull(shapely.multipoints(shapely.get_coordinates(shapely.envelope(parcels[0]))))
    covered = shapely.within(shapes, land)
    areas = public_area_m2(
        shapes,
        np.concatenate(parcels),
        within_m=parameters.number("roads.association_distance"),
        others=_other_roads(frame, assets),
    )
    return np.where(covered, areas, unknown)


def _located(assets: Assets, name: str) -> bool:
    return name in assets and not assets[name].is_empty() and GEOMETRY in assets[name].columns


def _other_roads(frame: pl.DataFrame, assets: Assets) -> NDArray[np.object_]:
    """Roads without luminaires, which share the public space too; none where lit roads do not name their road."""
    if not _located(assets, "road") or frame["road_id"].null_count():
        return np.array([], dtype=object)
    roads = assets["road"].filter(~pl.col("asset_id").is_in(frame["road_id"].implode()))
    return flat_lines(roads[GEOMETRY])


def _densities(frame: pl.DataFrame, parameters: Parameters, site: Site) -> pl.DataFrame:
    """DSFLI with its interval and its limit; densities per km; energy of a year per m² (AECI, EN 13201-5)."""
    flux, area, km = pl.col("_source_flux_lm"), pl.col("lit_area_m2"), pl.col("length_m") / METRES_PER_KM
    dsfli = pl.when(area > 0).then(flux / area)
    below = ((flux / pl.col("_source_flux_lm_low")).log() ** 2 + pl.col("_area_high").log() ** 2).sqrt()
    above = ((pl.col("_source_flux_lm_high") / flux).log() ** 2 + pl.col("_area_low").log() ** 2).sqrt()
    per_km = pl.when(km > 0)
    return frame.with_columns(
        pl.col("luminaires").fill_null(0),
        (flux / 1000).alias("source_flux_klm"),
        dsfli.alias("dsfli_lm_m2"),
        pl.when(flux > 0).then(dsfli * (-below).exp()).otherwise(dsfli).alias("dsfli_low_lm_m2"),
        pl.when(flux > 0).then(dsfli * above.exp()).otherwise(dsfli).alias("dsfli_high_lm_m2"),
        pl.when(pl.col("carriageway_area_m2") > 0)
        .then(flux / pl.col("carriageway_area_m2"))
        .alias("dsfli_carriageway_lm_m2"),
        _limit(parameters, site).alias("dsfli_limit_lm_m2"),
        ((pl.col("in_town").is_null() & pl.col("_in_town").is_null()) & (not out_of_town_values(site))).alias(
            ZONE_UNKNOWN
        ),
        per_km.then(pl.col("_power_w") / 1000 / km).alias("power_kw_km"),
        per_km.then(pl.col("luminaires") / km).alias("points_km"),
        per_km.then(pl.col("_energy_kwh") / km).alias("energy_kwh_km_year"),
        pl.when(area > 0).then(pl.col("_energy_kwh") / area).alias("energy_kwh_m2_year"),
    )


def _limit(parameters: Parameters, site: Site) -> pl.Expr:
    """Limit of the category of most luminaires of the road; in town unless the road or its luminaires say otherwise."""
    limits = parameters["law.installed_flux_maximum"].value
    in_town = pl.coalesce("in_town", pl.col("_in_town") >= 0.5).fill_null(value=True)
    if out_of_town_values(site):
        in_town = pl.lit(value=False)
    inside, outside = (
        pl.col("_category").replace_strict(
            {name: float(limit[zone]) for name, limit in limits.items()}, default=None, return_dtype=pl.Float64
        )
        for zone in ("in_town", "out_of_town")
    )
    return pl.when(in_town).then(inside).otherwise(outside)
