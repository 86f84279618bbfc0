"""Every action alone, all at once: only the luminaires that each touches are computed again."""

import numpy as np
import polars as pl

from bocage.domains.lighting.actions.change import asset_changes, edit
from bocage.domains.lighting.inventory.declared import LUMINAIRE
from bocage.domains.lighting.physics.load import with_load
from bocage.domains.lighting.simulate.bill import bill_of
from bocage.domains.lighting.simulate.embodied import embodied_kgco2e
from bocage.domains.lighting.simulate.indicators import UNITS, state, table
from bocage.domains.lighting.simulate.investment import investment_eur
from bocage.domains.lighting.simulate.joint import whole
from bocage.domains.lighting.simulate.totals import totals
from bocage.vocabulary.domain import Assets, Site
from bocage.vocabulary.draws import DrawTable, difference, forecast_share


def appraise(assets: Assets, actions: pl.DataFrame, site: Site) -> DrawTable:
    """Effect of each action alone: state with it minus state without, draw by draw.

    Args:
        assets: completed.
        actions: frame of the noun `action` (n rows).
        site: where, when, seed and number of draws.

    Returns:
        Keys `action_id`, `indicator`, `unit`; what works will do is a forecast, wholly on guesses.
    """
    keys = actions.select("action_id")
    if actions.is_empty() or LUMINAIRE not in assets:
        zeros = {name: np.zeros((len(keys), site.draws)) for name in UNITS}
        return table(zeros, {name: np.zeros(len(keys)) for name in UNITS}, keys)
    frame = assets[LUMINAIRE]
    changed = asset_changes(actions, assets).join(frame, on="asset_id", how="inner", maintain_order="left")
    order = actions["action_id"].to_list()
    before = totals(_touched(changed, with_load(frame, site)), "action_id", order, site)
    after = totals(with_load(edit(changed, site), site), "action_id", order, site)
    base = whole(assets, site)
    bill = bill_of(assets, site)
    nothing = state(base, site, bill)
    done = state(base + (after - before), site, bill, today=base)
    effects = {name: difference(done[name], nothing[name]) for name in done}
    effects["embodied_carbon_kgco2e"] = embodied_kgco2e(actions, assets, site)
    effects["investment_eur"] = investment_eur(actions, assets, site)
    return table(effects, {name: forecast_share(draws) for name, draws in effects.items()}, keys)


def _touched(changed: pl.DataFrame, loads: pl.DataFrame) -> pl.DataFrame:
    """The luminaires that each action touches, in their present state."""
    return changed.select("action_id", "asset_id").join(loads, on="asset_id", how="inner", maintain_order="left")
