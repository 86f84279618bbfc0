"""What funding rules read of an action: points, savings, share of the stock (central values)."""

import json

import polars as pl

from bocage.domains.lighting.actions.change import asset_changes, edit
from bocage.domains.lighting.actions.devices import UPKEEP_KINDS, digital_fact
from bocage.domains.lighting.inventory.declared import LUMINAIRE, lighting_parameters
from bocage.domains.lighting.physics.load import with_load
from bocage.parameters.reader import Parameters
from bocage.vocabulary.domain import Assets, Site

LED_KINDS = ("led", "led_dimming", "led_detection", "led_class", "led_kit")
DIMMED_KINDS = ("led_dimming", "led_detection", "led_class", "led_kit", "dimming", "detection")
DETECTED_KINDS = ("led_detection", "detection")


def measured_facts(actions: pl.DataFrame, assets: Assets, site: Site) -> pl.DataFrame:
    """Add `facts` to actions, each measured alone.

    Args:
        actions: frame with `action_id`, `kind`, `asset_ids`, `change`.
        assets: completed.
        site: where, when, settings.

    Returns:
        The actions with `facts` as JSON: `chantier`, `points`, `points_with_dimming`,
        `points_with_detection`, `led`, `cct`, `kwh_saving_year` [kWh/year], `saving_share`,
        `power_saving_share` (of the assets concerned [1]), `park_share` (points over all points [1]),
        `spending` (`investment`, or `network_upkeep` where nothing new is bought), and `digital` where they
        bring nodes or detectors (`digital_fact`).
    """
    frame = assets[LUMINAIRE]
    before = with_load(frame, site).select("asset_id", "energy_kwh", "system_power_w", "dimmed_h")
    rows = asset_changes(actions, assets).join(frame, on="asset_id", how="inner", maintain_order="left")
    after = with_load(edit(rows, site), site).select(
        "action_id",
        "asset_id",
        pl.col("energy_kwh").alias("_energy"),
        pl.col("system_power_w").alias("_power"),
        pl.col("colour_temperature_k").alias("_cct"),
        (pl.col("dimmed_h") > 0).alias("_dimmed"),
    )
    sums = (
        after.join(before, on="asset_id", how="left", maintain_order="left")
        .group_by("action_id", maintain_order=True)
        .agg(
            pl.len().alias("points"),
            pl.col("_dimmed").sum().alias("dimmed"),
            pl.col("_cct").max().alias("cct"),
            (pl.col("energy_kwh") - pl.col("_energy")).sum().alias("saving"),
            pl.col("energy_kwh").sum().alias("energy"),
            (pl.col("system_power_w") - pl.col("_power")).sum().alias("power_saving"),
            pl.col("system_power_w").sum().alias("power"),
        )
    )
    joined = actions.select("action_id", "kind").join(sums, on="action_id", how="left", maintain_order="left")
    parameters = lighting_parameters(site)
    facts = [_facts(row, len(frame), parameters) for row in joined.iter_rows(named=True)]
    return actions.with_columns(pl.Series("facts", facts, dtype=pl.String))


def _facts(row: dict[str, object], stock: int, parameters: Parameters) -> str:
    numbers = {name: float(str(value or 0)) for name, value in row.items() if name not in {"action_id", "kind"}}
    kind = str(row["kind"])
    digital = digital_fact(kind, int(numbers["points"]), parameters)
    return json.dumps(
        {
            "chantier": "lighting",
            "points": int(numbers["points"]),
            "points_with_dimming": int(numbers["dimmed"]) if kind in DIMMED_KINDS else 0,
            "points_with_detection": int(numbers["points"]) if kind in DETECTED_KINDS else 0,
            "led": kind in LED_KINDS,
            "cct": round(numbers["cct"]),
            "kwh_saving_year": round(numbers["saving"], 1),
            "saving_share": round(_share(numbers["saving"], numbers["energy"]), 4),
            "power_saving_share": round(_share(numbers["power_saving"], numbers["power"]), 4),
            "park_share": round(_share(numbers["points"], stock), 4),
            "spending": "network_upkeep" if kind in UPKEEP_KINDS else "investment",
            **({"digital": digital} if digital else {}),
        },
        sort_keys=True,
    )


def _share(part: float, whole: float) -> float:
    return part / whole if whole else 0.0
