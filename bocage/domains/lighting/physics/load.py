"""Power, hours and energy of each luminaire in its present state (central values)."""

import numpy as np
import polars as pl
from numpy.typing import NDArray

from bocage.domains.lighting.inventory.class_flux import CLASS_FLUX
from bocage.domains.lighting.inventory.declared import lighting_parameters
from bocage.domains.lighting.inventory.surroundings import (
    FITTED,
    ROAD_KM,
    ROAD_M2,
    SENSITIVE,
    SUBSCRIBED,
    TODAY_KVA,
)
from bocage.domains.lighting.physics.ageing import with_upkeep
from bocage.domains.lighting.physics.hours import (
    HOUR_S,
    HOURS,
    REGIME_COLUMNS,
    Burning,
    YearlyHours,
    yearly_hours,
)
from bocage.domains.lighting.physics.light import with_light
from bocage.domains.lighting.physics.power import fraction_with_bounds
from bocage.domains.lighting.physics.presence import full_share, is_quiet
from bocage.parameters.reader import Parameters
from bocage.science.intervals import overlap_s
from bocage.vocabulary.domain import Site
from bocage.vocabulary.origin import high_column, low_column, rests_on_defaults
from bocage.vocabulary.units import METRES_PER_KM, WATTS_PER_KILOWATT

Array = NDArray[np.float64]

RATIO_DIGITS = 4
ROUNDING = 1e-6
REMOVED = "removed"
"""Mark of a luminaire that works take away: it draws, lights and costs nothing, and is no longer counted."""
_DISTINCT = [*REGIME_COLUMNS, "_led", "_detects", "_quiet"]
_PER_REGIME = {
    **dict.fromkeys(HOURS, pl.Float64()),
    **dict.fromkeys(("level", "phi", "phi_low", "phi_high", "_edge_phi"), pl.Float64()),
}


def with_load(frame: pl.DataFrame, site: Site) -> pl.DataFrame:
    """Add what energy, upkeep and light of each luminaire are made of.

    energy = P (h_full + Σ φ_s h_s) / 1000 + P_standby h_unlit / 1000 over the steps s of dimming, where the
    standby power is that of dimmable points (they are dimmed); a remote-managed point has a node that draws
    its power all the year instead. Where presence is detected, a share of each dimmed step is at full output.

    Args:
        frame: completed luminaires.
        site: where, when, settings.

    Returns:
        The rows in their order with the columns of `with_hours` and `level` (light level of the dimmed
        hours, mean [1]), `phi`, `phi_low`, `phi_high` (share of power in these hours, mean [1]),
        `full_kwh`, `dimmed_kwh`, `standby_kwh`, `node_kwh`, `energy_kwh`, `edge_kwh` (energy that a
        doubling of the nights would add), `lit_kwh` and `lit_edge_kwh` (the same at full power, to weight
        hours) [kWh/year], `is_led`, `counted` (1, or 0 for a removed luminaire), `power_on_defaults`
        (power inferred or by default), `on_defaults` (that, the switching device that makes the hours,
        or the dimmed level), `ratio_low`, `ratio_high` (bounds of the power over its value [1]),
        `subscribed_kva` (its share of the power subscribed [kVA]), `lit_at_1_points` and
        `sensitive_lit_points` (the point, as far as it is lit at 01:00, and lights a sensitive place),
        `dark_road_km` (its share of the road, as far as it is dark at 01:00 [km]), `faulty_points`, and the columns of
        `with_upkeep` and `with_light`.

    100 W day and night are 876 kWh a year:

    >>> from bocage.domains.lighting.inventory import complete
    >>> import datetime as dt
    >>> site = Site(territory_id="00000", longitude_deg=2.0, latitude_deg=47.0, date=dt.date(2026, 1, 1))
    >>> lamp = pl.DataFrame({"asset_id": ["a"], "system_power_w": [100.0], "regime": ["permanent"]})
    >>> assets = complete({"luminaire": lamp}, site)
    >>> with_load(assets["luminaire"], site)["energy_kwh"].item()
    876.0
    """
    parameters = lighting_parameters(site)
    is_led = (pl.col("technology") == "LED").fill_null(value=False)
    removed = pl.col(REMOVED).fill_null(value=False) if REMOVED in frame.columns else pl.lit(value=False)
    rows = frame.with_columns(
        is_led.alias("is_led"),
        is_led.alias("_led"),
        pl.col("detection").fill_null(value=False).alias("_detects"),
        is_quiet().alias("_quiet"),
        (~removed).cast(pl.Float64).alias("counted"),
    )
    rows = _with_hours(rows, site, parameters).with_columns(
        rests_on_defaults("system_power_w").fill_null(value=False).alias("power_on_defaults"),
        _energy_on_defaults().alias("on_defaults"),
        _ratio(low_column("system_power_w")).alias("ratio_low"),
        _ratio(high_column("system_power_w")).alias("ratio_high"),
    )
    rows = _with_energy(rows, parameters)
    rows = _with_subscription(with_light(with_upkeep(rows, parameters), parameters), parameters)
    return rows.drop("_led", "_detects", "_quiet", "_edge_phi")


def dimmed_equivalent_h(site: Site, regime: dict[str, object], found: Burning, edges_s: Array) -> Array:
    """Time at dimmed output in each bin, each step weighted by its power over the mean of the year.

    Times `phi` it is the share of power of the very steps that fall within the bin; with one step it is
    plain time.

    Args:
        site: where, settings.
        regime: values of `REGIME_COLUMNS`, and `is_led`.
        found: what the regime does within the period.
        edges_s: array (b + 1,), increasing edges of the bins, Unix time [s].

    Returns:
        Array (b,) [h].
    """
    parameters, is_led = lighting_parameters(site), bool(regime["is_led"])
    yearly = yearly_hours(site, regime).steps
    shares = {
        level: float(fraction_with_bounds(np.array([level]), is_led=is_led, parameters=parameters)[0][0])
        for level in {level for level, _, _ in yearly} | {level for level, _ in found.steps}
    }
    hours = sum(time for _, time, _ in yearly)
    mean = sum(shares[level] * time for level, time, _ in yearly) / hours if hours else 1.0
    parts = [shares[level] / mean * overlap_s(part, edges_s) for level, part in found.steps]
    return np.asarray(sum(parts, np.zeros(len(edges_s) - 1)) / HOUR_S)


def _ratio(bound: str) -> pl.Expr:
    """A bound of the power over its value, 1 where there is no power left."""
    power = pl.col("system_power_w")
    return pl.when(power > 0).then(pl.col(bound) / power).otherwise(1.0).round(RATIO_DIGITS)


def _energy_on_defaults() -> pl.Expr:
    """Whether power, switching device (it decides the hours of the points lit at night) or dimmed level is a guess.

    How often people pass where presence is detected is always one.
    """
    hours = (pl.col("regime") == "night") & rests_on_defaults("switching")
    unsaid = pl.col("dimming_level_percent").is_null() & pl.col("dimming_profile").is_null()
    level = (pl.col("dimmed_h") > 0) & (unsaid | pl.col("_detects"))
    return (rests_on_defaults("system_power_w") | hours | level).fill_null(value=False)


def _with_hours(rows: pl.DataFrame, site: Site, parameters: Parameters) -> pl.DataFrame:
    """Hours, and level and share of power of the dimmed ones, computed once per distinct regime and kind of source."""
    distinct = rows.select(_DISTINCT).unique(maintain_order=True)
    hours: dict[tuple[object, ...], YearlyHours] = {}
    found = []
    for row in distinct.iter_rows(named=True):
        key = tuple(row[name] for name in REGIME_COLUMNS)
        if key not in hours:
            hours[key] = yearly_hours(site, row)
        found.append({**row, **hours[key].hours, **_dimmed(hours[key], row, parameters)})
    schema: dict[str, pl.DataType] = {**distinct.schema, **_PER_REGIME}
    return rows.join(
        pl.DataFrame(found, schema=schema), on=_DISTINCT, how="left", nulls_equal=True, maintain_order="left"
    )


def _dimmed(yearly: YearlyHours, row: dict[str, object], parameters: Parameters) -> dict[str, float]:
    """Means over the dimmed hours: light level, share of power and its bounds; share of power at dusk and dawn."""
    total = sum(hours for _, hours, _ in yearly.steps)
    if total <= 0:
        return {"level": 1.0, "phi": 1.0, "phi_low": 1.0, "phi_high": 1.0, "_edge_phi": 0.0}
    levels = np.array([level for level, _, _ in yearly.steps])
    weights = np.array([hours for _, hours, _ in yearly.steps]) / total
    shares = np.stack(fraction_with_bounds(levels, is_led=bool(row["_led"]), parameters=parameters))
    if row["_detects"]:
        full = np.array(full_share(parameters, quiet=bool(row["_quiet"])))[:, None]
        shares, levels = full + (1 - full) * shares, full[0] + (1 - full[0]) * levels
    value, low, high = (float((share * weights).sum()) for share in shares)
    edges = np.array([edge for _, _, edge in yearly.steps])
    return {
        "level": float((levels * weights).sum()),
        "phi": value,
        "phi_low": low,
        "phi_high": high,
        "_edge_phi": float((shares[0] * edges).sum()),
    }


def _with_energy(rows: pl.DataFrame, parameters: Parameters) -> pl.DataFrame:
    power_kw = pl.col("counted") * pl.col("system_power_w") / WATTS_PER_KILOWATT
    unlit_h = pl.col("year_h") - pl.col("full_h") - pl.col("dimmed_h")
    managed = pl.col("remote_management").fill_null(value=False)
    standby_kw = (
        pl.when((pl.col("dimmed_h") > 0) & ~managed)
        .then(parameters.number("operation.standby_power") / WATTS_PER_KILOWATT)
        .otherwise(0.0)
    )
    node_kw = pl.when(managed).then(parameters.number("operation.node_power") / WATTS_PER_KILOWATT).otherwise(0.0)
    return rows.with_columns(
        (power_kw * pl.col("full_h")).alias("full_kwh"),
        (power_kw * (pl.col("full_edge_h") + pl.col("_edge_phi"))).alias("edge_kwh"),
        (power_kw * (pl.col("full_edge_h") + pl.col("dimmed_edge_h"))).alias("lit_edge_kwh"),
        (power_kw * (pl.col("full_h") + pl.col("dimmed_h"))).alias("lit_kwh"),
        (power_kw * pl.col("dimmed_h") * pl.col("phi")).alias("dimmed_kwh"),
        (pl.col("counted") * standby_kw * unlit_h).alias("standby_kwh"),
        (pl.col("counted") * node_kw * pl.col("year_h")).alias("node_kwh"),
    ).with_columns(
        (pl.col("full_kwh") + pl.col("dimmed_kwh") + pl.col("standby_kwh") + pl.col("node_kwh")).alias("energy_kwh"),
    )


def _with_subscription(rows: pl.DataFrame, parameters: Parameters) -> pl.DataFrame:
    """Subscribed power and what is dark at 01:00.

    A point needs its power times a margin. Its delivery point keeps what it subscribes to, unless works
    fit it to what is needed then, never with less margin than today's.
    """
    empty = {SUBSCRIBED: pl.Float64, SENSITIVE: pl.Boolean, ROAD_KM: pl.Float64, FITTED: pl.Boolean,
             TODAY_KVA: pl.Float64, ROAD_M2: pl.Float64, CLASS_FLUX: pl.Float64, "defect": pl.String}  # fmt: skip
    rows = rows.with_columns(
        pl.lit(None, dtype=kind).alias(name) for name, kind in empty.items() if name not in rows.columns
    )
    needed = pl.col("system_power_w") / WATTS_PER_KILOWATT * parameters.number("supply.peak_margin")
    today = pl.col(TODAY_KVA).fill_null(needed)
    held = pl.col(SUBSCRIBED).fill_null(today)
    margin = pl.when(today > 0).then((held / today).clip(upper_bound=1.0)).otherwise(1.0)
    fitted = pl.col(FITTED).fill_null(value=False)
    length = pl.col(ROAD_KM).fill_null(parameters.number("light.road_per_point") / METRES_PER_KM)
    classed = pl.col(CLASS_FLUX).is_not_null()
    reached = pl.col("first_road_lm") >= pl.col(CLASS_FLUX) * parameters.number("light.road_share") * (1 - ROUNDING)
    return rows.with_columns(
        pl.col(SUBSCRIBED).is_null().alias("subscribed_on_defaults"),
        pl.col(ROAD_M2).is_null().alias("road_on_defaults"),
        pl.when(fitted).then(margin * needed).otherwise(held).alias("subscribed_kva"),
        (pl.col("counted") * pl.col("lit_at_1")).alias("lit_at_1_points"),
        (pl.col("counted") * pl.col("lit_at_1") * pl.col(SENSITIVE).fill_null(value=False).cast(pl.Float64)).alias(
            "sensitive_lit_points"
        ),
        (length * (1 - pl.col("counted") * pl.col("lit_at_1"))).alias("dark_road_km"),
        (pl.col("counted") * pl.col("defect").is_not_null().cast(pl.Float64)).alias("faulty_points"),
        pl.col(ROAD_M2).fill_null(0.0).alias("area_m2"),
        pl.when(pl.col(ROAD_M2).is_not_null()).then(pl.col("road_lm")).otherwise(0.0).alias("area_lm"),
        pl.when(classed).then(length).otherwise(0.0).alias("class_km"),
        pl.when(classed & reached).then(length).otherwise(0.0).alias("class_met_km"),
    )
