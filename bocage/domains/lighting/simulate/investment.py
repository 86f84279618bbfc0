"""What the actions cost and embody, as draws."""

import numpy as np
import polars as pl
from numpy.typing import NDArray

from bocage.domains.lighting.actions.cost import COST_PARAMETERS, cost_lines
from bocage.domains.lighting.inventory.declared import LUMINAIRE, lighting_parameters
from bocage.domains.lighting.simulate.factors import Factors
from bocage.vocabulary.domain import Assets, Site

Array = NDArray[np.float64]

PRICED = "works.priced_spread"
EMBODIED = {
    "led": ("works.embodied_led",),
    "led_dimming": ("works.embodied_led",),
    "led_class": ("works.embodied_led",),
    "led_kit": ("works.embodied_led",),
    "led_detection": ("works.embodied_led", "works.embodied_node"),
    "detection": ("works.embodied_node",),
    "remote_management": ("works.embodied_node",),
    "cabinet_renewal": ("works.embodied_cabinet",),
}
"""New equipment that one unit of each kind of action brings."""


def investment_eur(actions: pl.DataFrame, assets: Assets, site: Site) -> Array:
    """Cost of each action, excluding VAT.

    What the schedule of unit prices prices is nearly certain; the rest is as uncertain as its parameter.

    Args:
        actions: frame of the noun `action` (n rows).
        assets: completed, before the works.
        site: seed, number of draws, date.

    Returns:
        Array (n, K) [EUR], in the order of the actions.
    """
    priced = pl.col("line").is_not_null()
    costs = (
        cost_lines(actions, assets, site)
        .group_by("action_id", maintain_order=True)
        .agg(
            pl.col("amount_eur").filter(priced).sum().round(2).alias("priced"),
            pl.col("amount_eur").filter(~priced).sum().round(2).alias("guessed"),
        )
    )
    central = actions.select("action_id", "kind").join(costs, on="action_id", how="left", maintain_order="left")
    factors = Factors(site)
    result = np.zeros((len(actions), site.draws))
    for row, (action_id, kind, known, guessed) in enumerate(central.iter_rows()):
        if known:
            result[row] += known * factors.cost(PRICED, action_id)
        if guessed and kind in COST_PARAMETERS:
            result[row] += guessed * factors.cost(COST_PARAMETERS[kind], action_id)
    return result


def embodied_kgco2e(actions: pl.DataFrame, assets: Assets, site: Site) -> Array:
    """Carbon of manufacture of the equipment that each action brings, once.

    Args:
        actions: frame of the noun `action` (n rows).
        assets: completed.
        site: seed, number of draws, date.

    Returns:
        Array (n, K) [kgCO2e], in the order of the actions; no yearly emission, and in no ledger.
    """
    known = {name: set(frame["asset_id"]) for name, frame in assets.items() if name in (LUMINAIRE, "cabinet")}
    parameters, factors = lighting_parameters(site), Factors(site)
    result = np.zeros((len(actions), site.draws))
    kinds = actions.select("kind", "asset_type", "asset_ids")
    for row, (kind, asset_type, ids) in enumerate(kinds.iter_rows()):
        count = len(set(ids or []) & known.get(asset_type, set())) if kind in EMBODIED else 0
        for name in EMBODIED.get(kind, ()):
            result[row] += count * parameters.number(name) * factors.bounded(name)
    return result
