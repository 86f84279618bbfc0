"""Draws of what is uncertain, common to all luminaires of a technology, a device or a market."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
import polars as pl
from numpy.typing import NDArray

from bocage.domains.lighting.inventory.declared import electricity_parameters, lighting_parameters
from bocage.parameters.reader import Parameters
from bocage.vocabulary.domain import Site
from bocage.vocabulary.draws import Z90, factor_draws

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Factors:
    """Draws of one run; the same names give the same draws in every verb and every domain."""

    site: Site

    @cached_property
    def _parameters(self) -> Parameters:
        return lighting_parameters(self.site)

    @cached_property
    def _electricity(self) -> Parameters:
        return electricity_parameters(self.site)

    def of(self, name: str, low: float, high: float) -> Array:
        """Factors (K,) of mean 1; ones where the interval is empty [1]."""
        if low == high:
            return np.ones(self.site.draws)
        return factor_draws(low, high, self.site.draws, seed=self.site.seed, name=name)

    def bounded(self, name: str) -> Array:
        """Factors (K,) of a parameter of the domain [1]."""
        return self.of(f"lighting.{name}", *self._parameters.bounds(name))

    def power(self, technology: str, low: float, high: float) -> Array:
        """Factors (K,) of the power of a technology whose bounds stand at these ratios [1]."""
        return self.of(f"lighting.power.{technology}.{low:g}.{high:g}", low, high)

    def switching(self, device: str) -> Array:
        """Factors (K,) of the hours of night as a switching device sees them [1]."""
        return self.of(f"lighting.switching.{device}", *self._parameters.bounds("operation.switching_spread"))

    def dimming(self, level: float, low: float, high: float, *, is_led: bool) -> Array:
        """Factors (K,) of the share of power drawn at a dimmed level [1].

        One draw for the curve of each kind of source: its normal score is the same at all levels.
        """
        return self.of(f"lighting.dimming.{'led' if is_led else 'discharge'}", low, high) if level < 1 else self.ones

    @property
    def ones(self) -> Array:
        """Factors of what is certain [1]."""
        return np.ones(self.site.draws)

    def electricity(self, name: str) -> Array:
        """Factors (K,) of a parameter of electricity, common to all domains [1]."""
        return self.of(name, *self._electricity.bounds(name))

    @cached_property
    def future_price(self) -> Array:
        """Factors (K,) of the future price of electricity over the present one [1]."""
        return self.electricity("electricity.price_spread")

    @cached_property
    def carbon_kgco2e_kwh(self) -> Array:
        """Carbon content of electricity (K,) [kgCO2e/kWh]."""
        name = "electricity.carbon_content"
        return self._electricity.number(name) * self.electricity(name)

    def upkeep(self, *, is_led: bool) -> Array:
        """Factors (K,) of the upkeep of a kind of source [1]."""
        return self.bounded("operation.maintenance_led" if is_led else "operation.maintenance_discharge")

    def failures(self, *, is_led: bool) -> Array:
        """Factors (K,) of the failures of a kind of source: the rate of an LED, the median life of a lamp [1]."""
        return self.bounded("upkeep.led_failure_rate" if is_led else "upkeep.lamp_failures_spread")

    def cost(self, parameter: str, action_id: str) -> Array:
        """Factors (K,) of the cost of an action: a level of the market common to all and one of the lot [1]."""
        low, high = self._parameters.bounds(parameter)
        sigma = float(np.log(high / low)) / (2 * Z90)
        share = self._parameters.number("works.market_share")
        market, lot = sigma * np.sqrt(share), sigma * np.sqrt(1 - share)
        bounds = float(np.exp(-Z90 * market)), float(np.exp(Z90 * market))
        common = _kept(f"lighting.market.{parameter}", *bounds, self.site.draws, self.site.seed)
        own = self.of(f"lighting.lot.{action_id}", float(np.exp(-Z90 * lot)), float(np.exp(Z90 * lot)))
        product = common * own
        return np.asarray(product / product.mean())


@lru_cache(maxsize=64)
def _kept(name: str, low: float, high: float, count: int, seed: int) -> Array:
    """Factors that every lot of a market asks for again."""
    return np.ones(count) if low == high else factor_draws(low, high, count, seed=seed, name=name)


def by_distinct(rows: pl.DataFrame, columns: list[str], draw: Callable[..., Array], count: int) -> Array:
    """Draws (n, K) of rows, drawn once per distinct combination of the columns."""
    if rows.is_empty():
        return np.zeros((0, count))
    distinct = rows.select(columns).unique(maintain_order=True)
    drawn = np.stack([draw(*values) for values in distinct.iter_rows()])
    position = rows.select(columns).join(
        distinct.with_row_index("_at"), on=columns, how="left", nulls_equal=True, maintain_order="left"
    )["_at"]
    return np.asarray(drawn[position.to_numpy()])
