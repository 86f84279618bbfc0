"""What the actions cost, as draws."""

import numpy as np
import polars as pl
from numpy.typing import NDArray

from bocage.domains.lighting.actions.cost import COST_PARAMETERS, cost_lines
from bocage.domains.lighting.simulate.factors import Factors
from bocage.vocabulary.domain import Assets, Site

Array = NDArray[np.float64]

PRICED = "works.priced_spread"


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
