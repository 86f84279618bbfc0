"""Declared indicators from physical totals."""

import numpy as np
import polars as pl
from numpy.typing import NDArray

from bocage.domains.lighting.simulate.bill import Bill
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


def state(total: Totals, site: Site, bill: Bill, *, today: Totals | None = None) -> dict[str, Array]:
    """Yearly indicators of each row of totals, without the investment: arrays (n, K).

    Args:
        total: of the state considered.
        site: seed and number of draws.
        bill: of the luminaires when nothing is done.
        today: totals when nothing is done, on which the fixed part of the bill stands; `total` where None.
    """
    factors, draws = Factors(site), total.draws
    return {
        "light_points": draws["points"],
        "installed_power_kw": draws["power_kw"],
        "burning_hours_h_year": _ratio(draws["lit_kwh"], draws["power_kw"]),
        "energy_kwh_year": draws["energy_kwh"],
        "electricity_cost_eur_year": bill.cost_eur(draws["energy_kwh"], (today or total).draws["energy_kwh"]),
        "maintenance_cost_eur_year": draws["maintenance_eur"],
        "carbon_kgco2e_year": draws["energy_kwh"] * factors.carbon_kgco2e_kwh,
        "dark_hours_h_year": _ratio(draws["dark_h"], draws["points"]),
    }


def state_shares(total: Totals, bill: Bill) -> dict[str, Array]:
    """Share of each indicator of `state` that rests on inferred or default inputs: arrays (n,) [1].

    Of all the inputs of an indicator, one guess is enough. Points are counted and the hours without
    light are those that the file says. The bill rests on a guess as far as the price is the national
    one; emissions and upkeep always do: no file tells the carbon of a contract or its upkeep.
    """
    none, all_of_it = np.zeros(len(total.draws["points"])), np.ones(len(total.draws["points"]))
    energy = total.default_share["energy_kwh"]
    return {
        "light_points": none,
        "installed_power_kw": total.default_share["system_power_w"],
        "burning_hours_h_year": total.default_share["lit_kwh"],
        "energy_kwh_year": energy,
        "electricity_cost_eur_year": bill.share_on_defaults(energy),
        "maintenance_cost_eur_year": all_of_it,
        "carbon_kgco2e_year": all_of_it,
        "dark_hours_h_year": none,
    }


def table(values: dict[str, Array], shares: dict[str, Array], keys: pl.DataFrame) -> DrawTable:
    """Indicators as a draw table.

    Args:
        values: by indicator, array (n, K).
        shares: by indicator, array (n,), share on inferred or default inputs [1].
        keys: frame of n rows, repeated for each indicator.

    Returns:
        Keys `*keys`, `indicator`, `unit`.
    """
    frames = [
        keys.with_columns(pl.lit(indicator).alias("indicator"), pl.lit(UNITS[indicator]).alias("unit"))
        for indicator in values
    ]
    return DrawTable(
        pl.concat(frames),
        np.concatenate(list(values.values())),
        np.concatenate([shares[indicator] for indicator in values]),
    )


def _ratio(part: Array, whole: Array) -> Array:
    return np.divide(part, whole, out=np.zeros_like(part), where=whole > 0)
