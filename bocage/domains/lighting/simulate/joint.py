"""The state of the territory once all the given actions are done together."""

from collections.abc import Sequence

import numpy as np
import polars as pl

from bocage.domains.lighting.actions.change import DOMAIN_NAME, apply, asset_changes
from bocage.domains.lighting.inventory.declared import LUMINAIRE
from bocage.domains.lighting.physics.load import with_load
from bocage.domains.lighting.simulate.bill import bill_of
from bocage.domains.lighting.simulate.embodied import embodied_kgco2e
from bocage.domains.lighting.simulate.indicators import state, state_shares, table
from bocage.domains.lighting.simulate.investment import investment_eur
from bocage.domains.lighting.simulate.totals import DOUBTFUL, QUANTITIES, Totals, totals
from bocage.vocabulary.domain import WHOLE_TERRITORY, Assets, Site
from bocage.vocabulary.draws import DrawTable, forecast_share


def simulate(assets: Assets, actions: pl.DataFrame, site: Site) -> DrawTable:
    """Yearly indicators in the steady state; the edited luminaires go through the same computation.

    Args:
        assets: completed.
        actions: frame of the noun `action`, empty for doing nothing.
        site: where, when, seed and number of draws.

    Returns:
        Keys `indicator`, `unit`; what the actions touch rests on the design of the works, the rest on
        what the inventory says.

    100 W day and night are 876 kWh a year, whatever the draw:

    >>> from bocage.vocabulary.columns import noun_tables
    >>> from bocage.domains.lighting.inventory import complete
    >>> import datetime as dt
    >>> site = Site(territory_id="00000", longitude_deg=2.0, latitude_deg=47.0, date=dt.date(2026, 1, 1))
    >>> lamp = pl.DataFrame({"asset_id": ["a"], "system_power_w": [100.0], "regime": ["permanent"]})
    >>> assets = complete({"luminaire": lamp}, site)
    >>> state = simulate(assets, noun_tables()["action"].empty(), site)
    >>> set(state.draws_of("energy_kwh_year").round(9).tolist())
    {876.0}
    """
    touched = asset_changes(actions, assets)["asset_id"].unique().to_list() if len(actions) else []
    after = whole(apply(assets, actions, site), site, designed=touched)
    bill = bill_of(assets, site)
    today = whole(assets, site) if touched else after
    values = state(after, site, bill, today=today)
    spent = {"investment_eur": np.zeros((1, site.draws)), "embodied_carbon_kgco2e": np.zeros((1, site.draws))}
    if LUMINAIRE in assets and len(actions):
        own = actions.filter(pl.col("domain") == DOMAIN_NAME)
        spent["investment_eur"] = investment_eur(own, assets, site).sum(axis=0, keepdims=True)
        spent["embodied_carbon_kgco2e"] = embodied_kgco2e(own, assets, site).sum(axis=0, keepdims=True)
    shares = state_shares(after, bill) | {name: forecast_share(draws) for name, draws in spent.items()}
    keyed = table(values | spent, shares, pl.DataFrame({"scope": [WHOLE_TERRITORY]}))
    return DrawTable(keyed.keys.select("indicator", "unit"), keyed.draws, keyed.default_share)


def whole(assets: Assets, site: Site, *, designed: Sequence[str] = ()) -> Totals:
    """Totals of all luminaires, n = 1; those `designed` are as works will make them, which is a guess."""
    if LUMINAIRE not in assets:
        return _nothing(site)
    rows = with_load(assets[LUMINAIRE], site).with_columns(
        pl.lit(WHOLE_TERRITORY).alias("_scope"),
        *(pl.col(mark) | pl.col("asset_id").is_in(list(designed)) for mark in sorted(set(DOUBTFUL.values()))),
    )
    return totals(rows, "_scope", [WHOLE_TERRITORY], site)


def _nothing(site: Site) -> Totals:
    zeros = np.zeros((1, site.draws))
    return Totals(dict.fromkeys(QUANTITIES, zeros), dict.fromkeys(DOUBTFUL, np.zeros(1)))
