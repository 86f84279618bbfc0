"""What the actions cost, as draws."""

import numpy as np
import polars as pl
from numpy.typing import NDArray

from bocage.domains.lighting.actions.change import asset_changes
from bocage.domains.lighting.actions.cost import COST_PARAMETERS, unit_cost_eur
from bocage.domains.lighting.inventory.declared import lighting_parameters
from bocage.domains.lighting.simulate.factors import Factors
from bocage.vocabulary.domain import Site

Array = NDArray[np.float64]


def investment_eur(actions: pl.DataFrame, luminaires: pl.DataFrame, site: Site) -> Array:
    """Cost of each action, excluding VAT.

    Args:
        actions: frame of the noun `action` (n rows).
        luminaires: completed, before the works.
        site: seed, number of draws, date.

    Returns:
        Array (n, K) [EUR], in the order of the actions.
    """
    lanterns = luminaires.select("asset_id", "lantern")
    rows = asset_changes(actions).join(lanterns, on="asset_id", how="inner", maintain_order="left")
    # To the cent, like a quote: the last digits of a float must not decide a plan.
    cost_eur = unit_cost_eur(lighting_parameters(site)).sum().round(2)
    costs = rows.group_by("action_id", maintain_order=True).agg(cost_eur.alias("cost"))
    central = actions.select("action_id", "kind").join(costs, on="action_id", how="left", maintain_order="left")
    factors = Factors(site)
    result = np.zeros((len(actions), site.draws))
    for row, (action_id, kind, cost) in enumerate(central.iter_rows()):
        if cost and kind in COST_PARAMETERS:
            result[row] = cost * factors.cost(COST_PARAMETERS[kind], action_id)
    return result
