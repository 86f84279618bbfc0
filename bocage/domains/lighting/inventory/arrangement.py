"""How luminaires are arranged along a road and how far apart, from where they stand."""

import polars as pl

from bocage.parameters.reader import Parameters

LEAST_GAP_M = 1.0
"""Luminaires of one side nearer than this along the road hang on one support [m]."""
LEAST_GAPS = 3
"""Number of gaps from which their own percentiles are the interval of the spacing."""


def arranged(stands: pl.DataFrame, lengths: pl.DataFrame, parameters: Parameters) -> pl.DataFrame:
    """Arrangement and spacing of each road that has luminaires.

    The spacing is the median gap between neighbours of one side; where no side has two supports, the
    length of the road over the number of supports of its busier side.

    Args:
        stands: one row per luminaire: `road`, `along_m` [m], `offset_m` [m] (sign is the side).
        lengths: `road`, `length_m` [m].
        parameters: of the domain.

    Returns:
        By `road`: `told_arrangement`, `told_spacing_m`, `told_spacing_low`, `told_spacing_high` [m].

    Four supports 20 m apart on one side, then two rows shifted by half a spacing:

    >>> import datetime as dt
    >>> from bocage.domains.lighting.inventory.declared import FOLDER
    >>> rows = [("a", 20.0 * k, 4.0) for k in range(4)]
    >>> rows += [("b", 20.0 * k, 4.0) for k in range(4)] + [("b", 10 + 20.0 * k, -4.0) for k in range(4)]
    >>> stands = pl.DataFrame(rows, schema=["road", "along_m", "offset_m"], orient="row")
    >>> lengths = pl.DataFrame({"road": ["a", "b"], "length_m": [80.0, 80.0]})
    >>> found = arranged(stands, lengths, Parameters(FOLDER / "parameters", dt.date(2026, 1, 1)))
    >>> found.select("road", "told_arrangement", "told_spacing_m").rows()
    [('a', 'single', 20.0), ('b', 'staggered', 20.0)]
    """
    supports = _supports(stands, parameters.number("roads.axis_tolerance"))
    by_side = supports.group_by("road").agg(
        pl.len().alias("total"),
        *((pl.col("side") == side).sum().alias(name) for side, name in ((1, "left"), (-1, "right"), (0, "axis"))),
        pl.col("gap_m").median().alias("gap_m"),
        pl.col("gap_m").count().alias("gaps"),
        pl.col("gap_m").quantile(0.1).alias("gap_low"),
        pl.col("gap_m").quantile(0.9).alias("gap_high"),
    )
    frame = by_side.join(lengths, on="road", how="left").join(_shifts(supports), on="road", how="left")
    return _told(frame, parameters).sort("road")


def _supports(stands: pl.DataFrame, tolerance_m: float) -> pl.DataFrame:
    """One row per support: its road, side, distance along, and gap from the one before on that side."""
    side = pl.when(pl.col("offset_m").abs() <= tolerance_m).then(0).otherwise(pl.col("offset_m").sign().cast(pl.Int64))
    gap = pl.col("along_m").diff().over("road", "side").alias("gap_m")
    rows = stands.with_columns(side.alias("side")).sort("road", "side", "along_m")
    apart = rows.with_columns(gap).filter(pl.col("gap_m").is_null() | (pl.col("gap_m") >= LEAST_GAP_M))
    return apart.with_columns(gap)


def _shifts(supports: pl.DataFrame) -> pl.DataFrame:
    """Median distance along the road from a support on the left to the nearest one on the right."""
    sides = [
        supports.filter(pl.col("side") == side).select("road", "along_m").sort("along_m", "road") for side in (1, -1)
    ]
    right = sides[1].with_columns(pl.col("along_m").alias("across_m"))
    pairs = sides[0].join_asof(right, on="along_m", by="road", strategy="nearest", check_sortedness=False)
    shift = (pl.col("along_m") - pl.col("across_m")).abs()
    return pairs.group_by("road").agg(shift.median().alias("shift_m"))


def _told(frame: pl.DataFrame, parameters: Parameters) -> pl.DataFrame:
    low, high = parameters.bounds("roads.spacing_spread")
    density = pl.col("length_m") / pl.max_horizontal("left", "right", "axis")
    spacing = pl.coalesce("gap_m", density)
    measured = pl.col("gaps") >= LEAST_GAPS
    lesser = pl.min_horizontal("left", "right")
    opposite = pl.col("shift_m") < parameters.number("roads.opposite_share") * spacing
    return frame.select(
        "road",
        pl.when(pl.col("axis") * 2 >= pl.col("total"))
        .then(pl.lit("central"))
        .when(lesser < parameters.number("roads.minority_share") * pl.col("total"))
        .then(pl.lit("single"))
        .when(opposite)
        .then(pl.lit("opposite"))
        .otherwise(pl.lit("staggered"))
        .alias("told_arrangement"),
        spacing.clip(1, 300).alias("told_spacing_m"),
        pl.when(measured).then("gap_low").otherwise(spacing * low).alias("told_spacing_low"),
        pl.when(measured).then("gap_high").otherwise(spacing * high).alias("told_spacing_high"),
    )
