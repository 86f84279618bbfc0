"""Carbon contents of electricity and of network gas that follow from who produces them, year by year.

Each feeds the other: turbines burn the gas of the network, and power-to-gas is made of electricity. Both
contents are the solution of two linear equations.
"""

from collections.abc import Mapping
from dataclasses import dataclass

Points = Mapping[int, float]
BURNT = "gas"
"""Family of electricity whose content follows that of the gas it burns."""
MADE = "power_to_gas"
"""Family of gas whose content follows that of the electricity it is made of."""
NATURAL = "natural_gas"
"""Gas that the factor of the turbines was established for."""


@dataclass(frozen=True, kw_only=True)
class Mixes:
    """Who produces electricity and network gas, by family and year.

    Attributes:
        electricity: production by family, in any unit of energy.
        gas: injections by family, in any unit of energy or volume of methane.
        efficiency: energy of the gas made over that of the electricity used, by year [1].
    """

    electricity: Mapping[str, Points]
    gas: Mapping[str, Points]
    efficiency: Points

    @property
    def years(self) -> list[int]:
        """Years that the mixes are known for."""
        return sorted({year for points in self.electricity.values() for year in points})


def contents(mixes: Mixes, factors: Mapping[str, float], year: int) -> tuple[float, float]:
    """Carbon content of electricity and of network gas in a year [kgCO2e/kWh].

    e = A + s g / n, g = B + q e / eta: s is the share of turbines times their factor, n the content of
    natural gas, q the share of power-to-gas, eta its efficiency, A and B all other families.

    Args:
        mixes: who produces.
        factors: factor of each family [kgCO2e/kWh].
        year: one of the years of the mixes.

    Raises:
        KeyError: a family has no factor, or a year no value.

    Half of the electricity burns gas, of which half is biomethane of no content:

    >>> mixes = Mixes(electricity={"gas": {2030: 5.0}, "hydro": {2030: 5.0}},
    ...               gas={"natural_gas": {2030: 1.0}, "biomethane": {2030: 1.0}}, efficiency={2030: 0.6})
    >>> contents(mixes, {"gas": 0.4, "hydro": 0.0, "natural_gas": 0.2, "biomethane": 0.0}, 2030)
    (0.1, 0.1)
    """
    power, gas = _shares(mixes.electricity, year), _shares(mixes.gas, year)
    others = sum(share * factors[family] for family, share in power.items() if family != BURNT)
    burnt = power.get(BURNT, 0.0) * factors[BURNT] / factors[NATURAL] if BURNT in power else 0.0
    brought = sum(share * factors[family] for family, share in gas.items() if family != MADE)
    made = gas[MADE] / mixes.efficiency[year] if gas.get(MADE) else 0.0
    electricity = (others + burnt * brought) / (1.0 - burnt * made)
    return electricity, brought + made * electricity


def _shares(produced: Mapping[str, Points], year: int) -> dict[str, float]:
    total = sum(points[year] for points in produced.values())
    return {family: points[year] / total for family, points in produced.items()}
