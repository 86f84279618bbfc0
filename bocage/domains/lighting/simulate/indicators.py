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
    "subscribed_power_kva": "kVA",
    "failures_points_year": "points/year",
    "road_flux_klm": "klm",
    "road_flux_lm_m2": "lm/m2",
    "class_reached_percent": "%",
    "dark_road_km": "km",
    "sensitive_lit_points": "points",
    "upward_blue_flux_klm": "klm",
    "faulty_points": "points",
    "embodied_carbon_kgco2e": "kgCO2e",
    "investment_eur": "EUR",
}


def state(total: Totals, site: Site, bill: Bill, *, today: Totals | None = None) -> dict[str, Array]:
    """Yearly indicators of each row of totals, without the investment: arrays (n, K).

    Flux per area and the share of roads that reach their class are left out where no road is known. Carbon
    of manufacture is zero: what stands was made already.

    Args:
        total: of the state considered.
        site: seed and number of draws.
        bill: of the luminaires when nothing is done.
        today: totals when nothing is done, on which the fixed part of the bill stands; `total` where None.
    """
    factors, draws = Factors(site), total.draws
    reference = (today or total).draws
    given_back = reference["subscribed_kva"] - draws["subscribed_kva"]
    bill_eur = bill.cost_eur(draws["energy_kwh"], reference["energy_kwh"]) - bill.power_saving_eur(given_back)
    known = {
        "road_flux_lm_m2": (draws["area_lm"], draws["area_m2"], reference["area_m2"], 1.0),
        "class_reached_percent": (draws["class_met_km"], draws["class_km"], reference["class_km"], 100.0),
    }
    return {
        "light_points": draws["points"],
        "installed_power_kw": draws["power_kw"],
        "burning_hours_h_year": _ratio(draws["lit_kwh"], draws["power_kw"]),
        "energy_kwh_year": draws["energy_kwh"],
        "electricity_cost_eur_year": bill_eur,
        "maintenance_cost_eur_year": draws["maintenance_eur"],
        "carbon_kgco2e_year": draws["energy_kwh"] * factors.carbon_kgco2e_kwh,
        "dark_hours_h_year": _ratio(draws["dark_h"], draws["points"]),
        "subscribed_power_kva": draws["subscribed_kva"],
        "failures_points_year": draws["failures"],
        "road_flux_klm": draws["road_klm"],
        **{name: scale * _ratio(part, whole) for name, (part, whole, all_, scale) in known.items() if all_.any()},
        "dark_road_km": draws["dark_road_km"],
        "sensitive_lit_points": draws["sensitive_lit_points"],
        "upward_blue_flux_klm": draws["up_blue_klm"],
        "faulty_points": draws["faulty_points"],
        "embodied_carbon_kgco2e": np.zeros_like(draws["points"]),
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
        "subscribed_power_kva": total.default_share["subscribed_kva"],
        "failures_points_year": all_of_it,
        "road_flux_klm": all_of_it,
        "road_flux_lm_m2": all_of_it,
        "class_reached_percent": all_of_it,
        "dark_road_km": total.default_share["dark_road_km"],
        "sensitive_lit_points": none,
        "upward_blue_flux_klm": all_of_it,
        "faulty_points": none,
        "embodied_carbon_kgco2e": none,
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
