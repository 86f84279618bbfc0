"""The state of the territory once all the given actions are done together."""

import numpy as np
import polars as pl

from bocage.domains.lighting.actions.change import apply
from bocage.domains.lighting.inventory.declared import LUMINAIRE
from bocage.domains.lighting.physics.load import with_load
from bocage.domains.lighting.simulate.indicators import state, table
from bocage.domains.lighting.simulate.investment import investment_eur
from bocage.domains.lighting.simulate.totals import Totals, totals
from bocage.vocabulary.domain import Assets, Site
from bocage.vocabulary.draws import DrawTable

TERRITORY = "territory"


def simulate(assets: Assets, actions: pl.DataFrame, site: Site) -> DrawTable:
    """Yearly indicators in the steady state; the edited luminaires go through the same computation.

    Args:
        assets: completed.
        actions: frame of the noun `action`, empty for doing nothing.
        site: where, when, seed and number of draws.

    Returns:
        Keys `indicator`, `unit`.
    """
    values = state(whole(apply(assets, actions, site), site), site)
    cost = np.zeros((1, site.draws))
    if LUMINAIRE in assets and len(actions):
        cost = investment_eur(actions, assets[LUMINAIRE], site).sum(axis=0, keepdims=True)
    share = whole(assets, site).default_share
    keyed = table({**values, "investment_eur": cost}, share, pl.DataFrame({"scope": [TERRITORY]}), site)
    return DrawTable(keyed.keys.select("indicator", "unit"), keyed.draws, keyed.default_share)


def whole(assets: Assets, site: Site) -> Totals:
    """Totals of all luminaires, n = 1."""
    if LUMINAIRE not in assets:
        return _nothing(site)
    rows = with_load(assets[LUMINAIRE], site).with_columns(pl.lit(TERRITORY).alias("_scope"))
    return totals(rows, "_scope", [TERRITORY], site)


def _nothing(site: Site) -> Totals:
    zeros = np.zeros((1, site.draws))
    names = ("points", "power_kw", "energy_kwh", "lit_kwh", "maintenance_eur", "dark_h")
    return Totals(dict.fromkeys(names, zeros), np.zeros(1))
