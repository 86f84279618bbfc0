"""Lit roads: which road each luminaire lights, how wide it is, how its luminaires stand."""

from dataclasses import dataclass

import numpy as np
import polars as pl
import shapely

from bocage.domains.lighting.inventory.arrangement import arranged
from bocage.domains.lighting.inventory.beside import Shapes, flat_lines, flat_shapes, nearest_line, stand
from bocage.domains.lighting.inventory.declared import LIT_ROAD, LUMINAIRE, asset_table, with_all_columns
from bocage.domains.lighting.inventory.settle import Guess, settle
from bocage.parameters.reader import Parameters
from bocage.vocabulary.columns import GEOMETRY
from bocage.vocabulary.domain import Assets

ROAD = "road"
ROAD_COLUMNS = {
    "asset_id": pl.String(), "name": pl.String(), "width_m": pl.Float64(), "lanes": pl.Int64(),
    "urban": pl.Boolean(), "commune_code": pl.String(), GEOMETRY: pl.Binary(),
}  # fmt: skip


@dataclass(frozen=True)
class _Network:
    """Lines that luminaires may light: the rows of `lit_road`, or one per row of `road`."""

    rows: pl.DataFrame
    shapes: Shapes


def with_lit_roads(assets: Assets, parameters: Parameters) -> dict[str, pl.DataFrame]:
    """Say which road each luminaire lights and how each lit road is; assets without roads pass unchanged.

    Where the twin has lit roads, they are kept as they are and completed. Where it has none but has
    roads, each road that at least one luminaire lights becomes a lit road of the same identifier: a
    road without luminaires is no lit road. A luminaire lights the nearest road within 30 m (the
    method of INRAE), unless the file says which; no road is made for those further away.

    Args:
        assets: luminaires with all declared columns; maybe `lit_road` and `road`.
        parameters: of the domain.

    Returns:
        The assets; luminaires with `lit_road_id` and its origin, lit roads with their imputable columns.
    """
    known = assets.get(LIT_ROAD)
    derived = (known is None or known.is_empty()) and not assets.get(ROAD, pl.DataFrame()).is_empty()
    lamps = with_all_columns(assets[LUMINAIRE], LUMINAIRE)
    if derived:
        roads = _conformed(assets[ROAD])
        network = _Network(_as_lit_roads(roads), flat_lines(roads[GEOMETRY]))
    elif known is not None:
        rows = with_all_columns(known, LIT_ROAD)
        network = _Network(rows, flat_lines(rows[GEOMETRY]))
    else:
        return {**assets, LUMINAIRE: settle(lamps, "lit_road_id", [], bounded=False)}
    lamps = _attached(lamps, network, parameters)
    rows = network.rows
    if derived:
        rows = rows.filter(pl.col("asset_id").is_in(lamps["lit_road_id"].unique().implode()))
    rows = _zoned(rows, lamps, assets.get(ROAD))
    rows = _widths(rows, assets.get(ROAD), parameters)
    return {**assets, LUMINAIRE: lamps, LIT_ROAD: _rows_of_lamps(rows, lamps, network, parameters)}


def _conformed(roads: pl.DataFrame) -> pl.DataFrame:
    """The columns that are read of roads, in their types, null where the frame lacks them."""
    return roads.select(
        (pl.col(name) if name in roads.columns else pl.lit(None)).cast(kind).alias(name)
        for name, kind in ROAD_COLUMNS.items()
    )


def _as_lit_roads(roads: pl.DataFrame) -> pl.DataFrame:
    named = roads.select(
        "asset_id",
        pl.col("asset_id").alias("road_id"),
        pl.col("name").alias("street"),
        "commune_code",
        pl.when(pl.col("lanes") >= 1).then(pl.col("lanes").clip(upper_bound=12)).alias("lanes"),
        GEOMETRY,
    )
    return asset_table(LIT_ROAD).conform(named)


def _attached(lamps: pl.DataFrame, network: _Network, parameters: Parameters) -> pl.DataFrame:
    """Luminaires with the road they light: as declared, else the nearest."""
    unsaid = np.flatnonzero(lamps["lit_road_id"].is_null().to_numpy())
    told = np.full(len(lamps), -1, dtype=np.int64)
    if len(unsaid) and GEOMETRY in lamps.columns:
        asked = lamps[unsaid]
        told[unsaid] = nearest_line(
            shapely.centroid(flat_shapes(asked[GEOMETRY])),
            network.shapes,
            within_m=parameters.number("roads.association_distance"),
            names=asked["street"],
            line_names=network.rows["street"],
            line_ids=network.rows["asset_id"],
        )
    found = pl.Series(told).replace(-1, None)
    return settle(lamps, "lit_road_id", [Guess(network.rows["asset_id"].gather(found), "inferred")], bounded=False)


def _zoned(rows: pl.DataFrame, lamps: pl.DataFrame, roads: pl.DataFrame | None) -> pl.DataFrame:
    """Whether a lit road lies in town: declared, as most of its luminaires say, or as the reference of roads."""
    told = lamps.group_by("lit_road_id").agg((pl.col("in_town").mean() >= 0.5).alias("_told"))
    rows = rows.join(told, left_on="asset_id", right_on="lit_road_id", how="left", maintain_order="left")
    rows = rows.join(
        _reference(roads).select(pl.col("asset_id").alias("road_id"), pl.col("urban").alias("_urban")),
        on="road_id",
        how="left",
        maintain_order="left",
    )
    guesses = [Guess(pl.col("_told"), "inferred"), Guess(pl.col("_urban"), "inferred")]
    return settle(rows, "in_town", guesses, bounded=False).drop("_told", "_urban")


def _reference(roads: pl.DataFrame | None) -> pl.DataFrame:
    """The roads of the territory, one row for each identifier; none where the twin has none."""
    rows = _conformed(roads if roads is not None else pl.DataFrame(schema=ROAD_COLUMNS))
    return rows.unique("asset_id", keep="first", maintain_order=True)


def _widths(rows: pl.DataFrame, roads: pl.DataFrame | None, parameters: Parameters) -> pl.DataFrame:
    """Width of the carriageway: declared, of the road, of its lanes, or by default."""
    of_road = _reference(roads).select(
        pl.col("asset_id").alias("road_id"),
        pl.when(pl.col("width_m") > 0.5).then(pl.col("width_m").clip(upper_bound=60)).alias("_width_m"),
        pl.when(pl.col("lanes") >= 1).then("lanes").alias("_lanes"),
    )
    rows = rows.join(of_road, on="road_id", how="left", maintain_order="left")
    lane = parameters.number("roads.lane_width")
    lanes = pl.coalesce("lanes", "_lanes")
    default = parameters.number("roads.width_default")
    guesses = [
        Guess(pl.col("_width_m"), "inferred", *parameters.bounds("roads.width_spread")),
        Guess(lanes * lane, "inferred", *(bound / lane for bound in parameters.bounds("roads.lane_width"))),
        Guess(pl.lit(default), "default", *(bound / default for bound in parameters.bounds("roads.width_default"))),
    ]
    return settle(rows, "carriageway_width_m", guesses).drop("_width_m", "_lanes")


def _rows_of_lamps(rows: pl.DataFrame, lamps: pl.DataFrame, network: _Network, parameters: Parameters) -> pl.DataFrame:
    """Arrangement and spacing: declared, or as the luminaires of the road stand."""
    told = _told(lamps, network, parameters)
    rows = rows.join(told, left_on="asset_id", right_on="road", how="left", maintain_order="left")
    rows = settle(rows, "arrangement", [Guess(pl.col("told_arrangement"), "inferred")], bounded=False)
    spacing = pl.col("told_spacing_m")
    bounds = (pl.col(f"told_spacing_{bound}") / spacing for bound in ("low", "high"))
    rows = settle(rows, "spacing_m", [Guess(spacing, "inferred", *bounds)])
    return rows.drop(column for column in rows.columns if column.startswith("told_"))


def _told(lamps: pl.DataFrame, network: _Network, parameters: Parameters) -> pl.DataFrame:
    ranks = pl.DataFrame({"lit_road_id": network.rows["asset_id"]}).with_row_index("_line")
    placed = lamps.select("lit_road_id", *([GEOMETRY] if GEOMETRY in lamps.columns else []))
    placed = placed.join(ranks, on="lit_road_id", how="inner", maintain_order="left")
    points = (
        shapely.centroid(flat_shapes(placed[GEOMETRY])) if GEOMETRY in placed.columns else np.full(len(placed), None)
    )
    lines = shapely.line_merge(network.shapes)[placed["_line"].to_numpy()]
    there = ~(shapely.is_missing(points) | shapely.is_missing(lines))
    found = stand(points[there], lines[there])
    stands = placed.filter(pl.Series(there)).select(pl.col("lit_road_id").alias("road"))
    lengths = pl.DataFrame({"road": network.rows["asset_id"], "length_m": shapely.length(network.shapes)}).fill_nan(
        None
    )
    return arranged(
        stands.with_columns(pl.Series("along_m", found.along_m), pl.Series("offset_m", found.offset_m)),
        lengths,
        parameters,
    )
