"""Energy performance of road lighting: power density and annual energy indicators (EN 13201-5:2015)."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike


@dataclass(frozen=True, kw_only=True)
class OperationPeriod:
    """A part of the year in which an installation runs at one level.

    Attributes:
        hours_year: its length [h/year].
        power_w: power while nobody is detected, controls and standby included [W].
        detected_power_w: power while somebody is, None without detection [W].
        detected_share: share of the period in which somebody is [1].
    """

    hours_year: float
    power_w: float
    detected_power_w: float | None = None
    detected_share: float = 0.0

    @property
    def mean_power_w(self) -> float:
        """Mean power of the period [W]."""
        if self.detected_power_w is None:
            return self.power_w
        return self.power_w + self.detected_share * (self.detected_power_w - self.power_w)


def power_density_indicator(power_w: float, illuminance_lx: ArrayLike, area_m2: ArrayLike) -> float:
    """Power density indicator PDI: DP = P / Σ Ēᵢ Aᵢ (EN 13201-5:2015).

    Args:
        power_w: power of the luminaires that light the areas, gear and controls included [W].
        illuminance_lx: array of maintained average illuminances of the areas [lx].
        area_m2: array of the areas [m²].

    Returns:
        DP [W lx⁻¹ m⁻²].

    Raises:
        ValueError: nothing is lit.

    Fifty watts that bring 10 lx to 200 m²:

    >>> power_density_indicator(50.0, [10.0], [200.0])
    0.025
    """
    lit = float(np.dot(np.atleast_1d(illuminance_lx), np.atleast_1d(area_m2)))
    if lit <= 0:
        raise ValueError("no light falls on the areas")
    return power_w / lit


def annual_energy_indicator(periods: Sequence[OperationPeriod], area_m2: ArrayLike) -> float:
    """Annual energy consumption indicator AECI: DE = Σ Pⱼ tⱼ / A (EN 13201-5:2015).

    Args:
        periods: periods of the year.
        area_m2: array of the areas lit [m²].

    Returns:
        DE [Wh/m²/year].

    Raises:
        ValueError: there is no area.

    >>> full, low = OperationPeriod(hours_year=2000, power_w=50), OperationPeriod(hours_year=2100, power_w=20)
    >>> annual_energy_indicator([full, low], [200.0])
    710.0
    """
    area = float(np.sum(area_m2))
    if area <= 0:
        raise ValueError("an indicator per square metre needs an area")
    return sum(period.mean_power_w * period.hours_year for period in periods) / area
