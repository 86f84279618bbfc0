"""Declared indicators from physical totals."""

import numpy as np
import polars as pl
from numpy.typing import NDArray

from bocage.domains.lighting.simulate.factors import Factors
from bocage.domains.lighting.simulate.totals import Totals
from bocage.vocabulary.domain import Site
from bocage.vocabulary.draws import DrawTable

Array = NDArray[np.float64]

UNITS = {
    "light_points": "points",
    "installed_power_kw": "kW",
    "burning_hours_h_year": "h/year",
    "energy_kwh_year": "kWh/year",
    "electricity_cost_eur_year": "EUR/year",
    "maintenance_cost_eur_year": "EUR/year",
    "carbon_kgco2e_year": "kgCO2e/year",
    "dark_hours_h_year": "h/year",
    "investment_eur": "EUR",
}


def state(total: Totals, site: Site) -> dict[str, Array]:
    """Yearly indicators of each row of totals, without the investment: arrays (n, K)."""
    factors, draws = Factors(site), total.draws
    return {
        "light_points": draws["points"],
        "installed_power_kw": draws["power_kw"],
        "burning_hours_h_year": _ratio(draws["lit_kwh"], draws["power_kw"]),
        "energy_kwh_year": draws["energy_kwh"],
        "electricity_cost_eur_year": draws["energy_kwh"] * factors.price_eur_kwh,
        "maintenance_cost_eur_year": draws["maintenance_eur"],
        "carbon_kgco2e_year": draws["energy_kwh"] * factors.carbon_kgco2e_kwh,
        "dark_hours_h_year": _ratio(draws["dark_h"], draws["points"]),
    }


def table(values: dict[str, Array], default_share: Array, keys: pl.DataFrame, site: Site) -> DrawTable:
    """Indicators as a draw table.

    Args:
        values: by indicator, array (n, K).
        default_share: array (n,), share of energy on inferred or default power [1].
        keys: frame of n rows, repeated for each indicator.
        site: tells whether the price is a default.

    Returns:
        Keys `*keys`, `indicator`, `unit`; the bill rests wholly on a default where the price does,
        upkeep and investment always do: no contract tells them.
    """
    price_is_default = Factors(site).price_is_default
    frames, shares = [], []
    for indicator in values:
        frames.append(keys.with_columns(pl.lit(indicator).alias("indicator"), pl.lit(UNITS[indicator]).alias("unit")))
        if indicator in {"light_points", "dark_hours_h_year"}:
            share = np.zeros(len(keys))
        elif indicator in {"maintenance_cost_eur_year", "investment_eur"} or (
            indicator == "electricity_cost_eur_year" and price_is_default
        ):
            share = np.ones(len(keys))
        else:
            share = default_share
        shares.append(share)
    return DrawTable(pl.concat(frames), np.concatenate(list(values.values())), np.concatenate(shares))


def _ratio(part: Array, whole: Array) -> Array:
    return np.divide(part, whole, out=np.zeros_like(part), where=whole > 0)
