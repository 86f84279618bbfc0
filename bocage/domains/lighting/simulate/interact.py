"""What two actions on the same luminaires lose or gain together."""

import numpy as np
import polars as pl

from bocage.domains.lighting.actions.change import CHANGE_COLUMNS, asset_changes, edit
from bocage.domains.lighting.inventory.declared import LUMINAIRE
from bocage.domains.lighting.physics.load import with_load
from bocage.domains.lighting.simulate.bill import Bill, bill_of
from bocage.domains.lighting.simulate.indicators import state
from bocage.domains.lighting.simulate.totals import Totals, totals
from bocage.vocabulary.domain import Assets, Site

SCHEMA = {"action_a": pl.String, "action_b": pl.String, "indicator": pl.String, "value": pl.Float64}
ADDITIVE = ("energy_kwh_year", "electricity_cost_eur_year", "maintenance_cost_eur_year", "carbon_kgco2e_year")
LEAST = 1e-6
"""Below this mean value, in the unit of the indicator, a pair is held to add up."""
BLOCK = 2_000
"""Pairs whose draws are held at once: a syndicate has tens of thousands of them."""


def interact(assets: Assets, actions: pl.DataFrame, site: Site) -> pl.DataFrame:
    """Effect of both minus the sum of the effects of each, for pairs that share luminaires.

    A curfew removes hours that dimming would have reduced, and dear hours of lamps that LEDs would
    have made cheap. Pairs of one exclusive group are left out: they are never chosen together.

    Args:
        assets: completed.
        actions: frame of the noun `action`.
        site: where, when, seed and number of draws.

    Returns:
        `action_a` < `action_b`, `indicator` (yearly energy, bill, upkeep, carbon), `value` (mean).
    """
    if actions.is_empty() or LUMINAIRE not in assets:
        return pl.DataFrame(schema=SCHEMA)
    shared = _shared(actions, assets)
    rows = shared.join(assets[LUMINAIRE], on="asset_id", how="inner", maintain_order="left")
    if rows.is_empty():
        return pl.DataFrame(schema=SCHEMA)
    pairs = rows.select("_pair", "action_a", "action_b").unique().sort("_pair")
    bill = bill_of(assets, site)
    blocks = [
        _long(
            block, _gain(rows.join(block.select("_pair"), on="_pair", maintain_order="left"), block, site), site, bill
        )
        for block in pairs.iter_slices(BLOCK)
    ]
    return pl.concat(blocks).sort("action_a", "action_b", "indicator")


def _gain(rows: pl.DataFrame, pairs: pl.DataFrame, site: Site) -> Totals:
    """Totals with both, less those with each alone, plus those of doing nothing, by pair."""
    order = pairs["_pair"].to_list()
    gain = _total(rows, ("_a", "_b"), order, site) - _total(rows, ("_a",), order, site)
    return gain - _total(rows, ("_b",), order, site) + _total(rows, (), order, site)


def _shared(actions: pl.DataFrame, assets: Assets) -> pl.DataFrame:
    """One row per pair of actions and luminaire they share, with the changes of each side by side."""
    groups = actions.select("action_id", "exclusive_group")
    changes = asset_changes(actions, assets).join(groups, on="action_id", maintain_order="left").drop("kind")
    # A struct per side keeps the join narrow: only its pairing columns are compared.
    sides = changes.select("asset_id", "action_id", "exclusive_group", pl.struct(CHANGE_COLUMNS).alias("_change"))
    pairs = sides.join(sides, on="asset_id", suffix="_right", maintain_order="left_right").filter(
        (pl.col("action_id") < pl.col("action_id_right"))
        & ~pl.col("exclusive_group").eq(pl.col("exclusive_group_right")).fill_null(value=False)
    )
    return pairs.select(
        "asset_id",
        pl.col("action_id").alias("action_a"),
        pl.col("action_id_right").alias("action_b"),
        (pl.col("action_id") + "\x1f" + pl.col("action_id_right")).alias("_pair"),
        pl.col("_change").alias("_a"),
        pl.col("_change_right").alias("_b"),
    )


def _total(rows: pl.DataFrame, sides: tuple[str, ...], order: list[str], site: Site) -> Totals:
    """Totals by pair once the changes of the sides named are done (the second prevails)."""

    def change(name: str) -> pl.Expr:
        found = [pl.col(side).struct.field(name) for side in reversed(sides)]
        return (pl.coalesce(found) if found else pl.lit(None).cast(rows.schema["_a"].to_schema()[name])).alias(name)  # type: ignore[attr-defined]  # a struct

    edited = edit(rows.with_columns(change(name) for name in CHANGE_COLUMNS).drop("_a", "_b"), site)
    return totals(with_load(edited, site), "_pair", order, site)


def _long(pairs: pl.DataFrame, gain: Totals, site: Site, bill: Bill) -> pl.DataFrame:
    # what a pair loses or gains leaves the fixed part of the bill as it is
    values = state(gain, site, bill, today=gain - gain)
    frames = [
        pairs.select("action_a", "action_b").with_columns(
            pl.lit(name).alias("indicator"), pl.Series("value", np.asarray(values[name].mean(axis=1)))
        )
        for name in ADDITIVE
    ]
    return pl.concat(frames).filter(pl.col("value").abs() > LEAST)
