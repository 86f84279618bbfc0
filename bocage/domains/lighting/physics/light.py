"""Where the light goes: to the road, maintained over the years, and to the sky, weighted by its blue."""

import numpy as np
import polars as pl

from bocage.domains.lighting.physics.flux import mean_maintenance
from bocage.parameters.reader import Parameters

FULL_PERCENT = 100.0


def with_light(rows: pl.DataFrame, parameters: Parameters) -> pl.DataFrame:
    """Add the flux that reaches the road and that which goes up, per luminaire at full output.

    road = Φ u m: of the source flux Φ, an LED sends the share u to the road; an old lamp sends u times its
    downward share times the utilisation ratio, so that a renewal at equal service changes nothing on the
    first night; m is the mean maintenance factor. up = Φ w ULR b(T): w is the share that leaves the
    luminaire, b the blue share of its light at colour temperature T over that at 3,000 K.

    Args:
        rows: luminaires with their hours, `is_led` and `counted`.
        parameters: of the domain (`light`, `ageing`, `upkeep`, `works`).

    Returns:
        The rows in their order with `road_lm`, `first_road_lm` (on the first night), `up_lm` (upward flux,
        unweighted) and `up_blue_lm` [lm].
    """
    down = (
        pl.when(pl.col("dlor_percent").is_not_null())
        .then(pl.col("dlor_percent") / FULL_PERCENT)
        .otherwise(parameters.number("works.downward_share"))
    )
    use = parameters.number("light.road_share")
    share = pl.when(pl.col("is_led")).then(use).otherwise(use * down * parameters.number("works.utilisation_ratio"))
    first = pl.col("source_flux_lm") * share * pl.col("counted")
    ratio = pl.col("ulr_percent").fill_null(0.0) / FULL_PERCENT
    upward = pl.col("source_flux_lm") * parameters.number("light.output_ratio") * ratio * pl.col("counted")
    table = {float(key): float(value) for key, value in parameters["light.blue_share"].value.items()}
    temperatures = sorted(table)
    warmth = rows["colour_temperature_k"].fill_null(3000.0).to_numpy()
    blue = np.interp(warmth, temperatures, [table[key] for key in temperatures])
    blue = blue / np.interp(3000.0, temperatures, [table[key] for key in temperatures])
    return rows.with_columns(
        first.alias("first_road_lm"),
        (first * _maintained(rows, parameters)).alias("road_lm"),
        upward.alias("up_lm"),
        (upward * pl.Series("_blue", blue)).alias("up_blue_lm"),
    )


def _maintained(rows: pl.DataFrame, parameters: Parameters) -> pl.Series:
    hours = rows.select((pl.col("full_h") + pl.col("dimmed_h")).fill_null(0.0)).to_series().to_numpy()
    result = np.ones(len(rows))
    for technology in rows["technology"].unique().drop_nulls():
        at = (rows["technology"] == technology).arg_true().to_numpy()
        result[at] = mean_maintenance(technology, hours[at], parameters)
    return pl.Series("_maintained", result)
