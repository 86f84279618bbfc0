"""The electricity bill: kWh at the marginal price, and the fixed part that is paid whatever the works save."""

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from bocage.domains.lighting.inventory.declared import LUMINAIRE
from bocage.domains.lighting.physics.bills import PRICE_DEFAULT, SUPPLY_PRICE, SupplyTerms, supply_terms
from bocage.domains.lighting.physics.load import with_load
from bocage.domains.lighting.simulate.factors import Factors
from bocage.vocabulary.domain import Assets, Site

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Bill:
    """The terms of the bill at a site, with the draws of what is uncertain in them."""

    terms: SupplyTerms
    site: Site

    def cost_eur(self, energy_kwh: Array, today_kwh: Array) -> Array:
        """Yearly bill of a state: (E (p - a (g - 1)) + E₀ (f + a (g - 1))) times the price factors.

        Args:
            energy_kwh: E, energy of the state (n, K) [kWh/year].
            today_kwh: E₀, energy of the same things when nothing is done (n, K) [kWh/year].

        Returns:
            Array (n, K); with p the marginal price, f the fixed part per kWh of today, a the part of f
            that is assumed rather than told and g its draws [EUR/year].
        """
        factors, terms = Factors(self.site), self.terms
        shift = terms.assumed_fixed_per_kwh * (factors.bounded("supply.fixed_share") - 1)
        parts = energy_kwh * (terms.energy_price_eur_kwh - shift) + today_kwh * (terms.fixed_per_kwh + shift)
        return np.asarray(parts * self._price_factor(factors))

    def power_saving_eur(self, given_back_kva: Array) -> Array:
        """What power that is subscribed no more takes off the bill: its yearly price, as the price of energy moves.

        Args:
            given_back_kva: power given back (n, K) [kVA].

        Returns:
            Array (n, K) [EUR/year].
        """
        price = self.terms.power_price_eur_kva_year
        return np.asarray(given_back_kva * price * Factors(self.site).future_price)

    def _price_factor(self, factors: Factors) -> Array:
        """Draws of the price over its value: the future for all, its present level where nothing tells it (K,) [1]."""
        known = self.terms.contract_share if self.terms.price_is_default else 1.0
        return np.asarray((known + (1 - known) * factors.electricity(PRICE_DEFAULT)) * factors.future_price)

    def share_on_defaults(self, energy_share: Array) -> Array:
        """Share of the bill of doing nothing that rests on guesses: that of its energy, or of its price if larger [1].

        Args:
            energy_share: share of the energy that does (n,) [1].
        """
        price = 1 - self.terms.contract_share if self.terms.price_is_default else 0.0
        return np.maximum(energy_share, price)


def bill_of(assets: Assets, site: Site) -> Bill:
    """The bill of the luminaires as they are.

    Args:
        assets: completed, before any action.
        site: date, settings, draws.
    """
    rows = pl.DataFrame(schema={"asset_id": pl.String, "energy_kwh": pl.Float64})
    if SUPPLY_PRICE in assets and assets[SUPPLY_PRICE].height and LUMINAIRE in assets:
        rows = with_load(assets[LUMINAIRE], site)
    return Bill(supply_terms(assets, rows, site), site)
