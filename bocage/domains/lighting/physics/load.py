"""Power, hours and energy of each luminaire in its present state (central values)."""

import numpy as np
import polars as pl

from bocage.domains.lighting.inventory.declared import lighting_parameters, real_setting
from bocage.domains.lighting.physics.hours import with_hours
from bocage.domains.lighting.physics.power import fraction_with_bounds
from bocage.vocabulary.domain import Site
from bocage.vocabulary.origin import high_column, low_column, rests_on_defaults

WATTS_PER_KILOWATT = 1000.0
RATIO_DIGITS = 4


def with_load(frame: pl.DataFrame, site: Site) -> pl.DataFrame:
    """Add what the energy of each luminaire is made of.

    energy = P (h_full + φ h_dimmed) / 1000 + P_standby (8,760 - h_full - h_dimmed) / 1000, where the
    standby power is that of dimmable points (a dimming window is set).

    Args:
        frame: completed luminaires.
        site: where, when, settings.

    Returns:
        The rows in their order with the columns of `with_hours` and `level` (dimmed light level [1]),
        `phi`, `phi_low`, `phi_high` (share of power at that level [1]), `full_kwh`, `dimmed_kwh`,
        `standby_kwh`, `energy_kwh`, `edge_kwh` (energy that a doubling of the nights would add),
        `lit_kwh` and `lit_edge_kwh` (the same at full power, to weight hours) [kWh/year], `is_led`,
        `power_on_defaults` (power inferred or by default), `on_defaults` (that, the switching device
        that makes the hours, or the dimmed level), and `ratio_low`, `ratio_high` (bounds of the power
        over its value [1]).

    100 W day and night are 876 kWh a year:

    >>> from bocage.domains.lighting.inventory import complete
    >>> import datetime as dt
    >>> site = Site(territory_id="00000", longitude_deg=2.0, latitude_deg=47.0, date=dt.date(2026, 1, 1))
    >>> lamp = pl.DataFrame({"asset_id": ["a"], "system_power_w": [100.0], "regime": ["permanent"]})
    >>> assets = complete({"luminaire": lamp}, site)
    >>> with_load(assets["luminaire"], site)["energy_kwh"].item()
    876.0
    """
    hours = with_hours(frame, site)
    default_level = real_setting(site, "dimming_level_percent")
    rows = hours.with_columns(
        (pl.col("technology") == "LED").fill_null(value=False).alias("is_led"),
        (pl.when(pl.col("dimmed_h") > 0).then(pl.col("dimming_level_percent").fill_null(default_level)) / 100)
        .fill_null(1.0)
        .alias("level"),
        rests_on_defaults("system_power_w").fill_null(value=False).alias("power_on_defaults"),
        _energy_on_defaults().alias("on_defaults"),
        (pl.col(low_column("system_power_w")) / pl.col("system_power_w")).round(RATIO_DIGITS).alias("ratio_low"),
        (pl.col(high_column("system_power_w")) / pl.col("system_power_w")).round(RATIO_DIGITS).alias("ratio_high"),
    )
    rows = rows.join(_fractions(rows, site), on=["is_led", "level"], how="left", maintain_order="left")
    return _with_energy(rows, lighting_parameters(site).number("operation.standby_power"))


def _energy_on_defaults() -> pl.Expr:
    """Whether power, switching device (it decides the hours of the points lit at night) or dimmed level is a guess."""
    hours = (pl.col("regime") == "night") & rests_on_defaults("switching")
    level = (pl.col("dimmed_h") > 0) & pl.col("dimming_level_percent").is_null()
    return (rests_on_defaults("system_power_w") | hours | level).fill_null(value=False)


def _fractions(rows: pl.DataFrame, site: Site) -> pl.DataFrame:
    """Share of power at each distinct dimmed level, by kind of source."""
    parameters = lighting_parameters(site)
    distinct = rows.select("is_led", "level").unique()
    found = []
    for is_led, level in distinct.iter_rows():
        values = fraction_with_bounds(np.array([level]), is_led=is_led, parameters=parameters)
        value, low, high = (float(array[0]) for array in values)
        found.append({"is_led": is_led, "level": level, "phi": value, "phi_low": low, "phi_high": high})
    schema = {"is_led": pl.Boolean, **dict.fromkeys(("level", "phi", "phi_low", "phi_high"), pl.Float64)}
    return pl.DataFrame(found, schema=schema)


def _with_energy(rows: pl.DataFrame, standby_power_w: float) -> pl.DataFrame:
    power_kw = pl.col("system_power_w") / WATTS_PER_KILOWATT
    unlit_h = pl.col("year_h") - pl.col("full_h") - pl.col("dimmed_h")
    standby_kw = pl.when(pl.col("dimmed_h") > 0).then(standby_power_w / WATTS_PER_KILOWATT).otherwise(0.0)
    return rows.with_columns(
        (power_kw * pl.col("full_h")).alias("full_kwh"),
        (power_kw * (pl.col("full_edge_h") + pl.col("dimmed_edge_h") * pl.col("phi"))).alias("edge_kwh"),
        (power_kw * (pl.col("full_edge_h") + pl.col("dimmed_edge_h"))).alias("lit_edge_kwh"),
        (power_kw * (pl.col("full_h") + pl.col("dimmed_h"))).alias("lit_kwh"),
        (power_kw * pl.col("dimmed_h") * pl.col("phi")).alias("dimmed_kwh"),
        (standby_kw * unlit_h).alias("standby_kwh"),
    ).with_columns(
        (pl.col("full_kwh") + pl.col("dimmed_kwh") + pl.col("standby_kwh")).alias("energy_kwh"),
    )
