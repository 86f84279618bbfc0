"""Generic distributions of our own making: closed forms, and road optics where no measured file is at hand.

The road optics are synthetic. They stand for no product: they only let a need for light be sized
before a luminaire is chosen, and whoever uses them must say so.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from numpy.typing import NDArray

from bocage.science.photometry.flux import flux_within
from bocage.science.photometry.intensity import IntensityTable, tabulate

Array = NDArray[np.float64]

PARAMETERS = Path(__file__).parent / "parameters"
_C_STEP_DEG, _GAMMA_STEP_DEG = 5.0, 2.5


@dataclass(frozen=True, kw_only=True)
class RoadOptic:
    """A synthetic road optic: two lobes along the road, aimed at its far side, over a Lambertian base.

    Attributes:
        throw_degree: angle of the lobes from the vertical [degrees].
        aim_degree: angle of the lobes from the axis of the road, towards the street side [degrees].
        concentration: sharpness of the lobes, κ of a von Mises-Fisher distribution [1].
        base_share: intensity of the base straight down, over the peak of a lobe [1].
        cutoff_degree: angle above which the lobes fade quickly [degrees].
    """

    throw_degree: float
    aim_degree: float
    concentration: float
    base_share: float
    cutoff_degree: float


def isotropic(flux_lm_klm: float = 1000.0) -> IntensityTable:
    """A source equal in all directions, I = Φ / 4π.

    Args:
        flux_lm_klm: luminous flux, for 1,000 lm of the source [lm/klm].

    >>> round(float(isotropic().intensity_cd_klm[0, 0]), 3)
    79.577
    """
    value = flux_lm_klm / (4 * np.pi)
    return tabulate([0.0], [0.0, 90.0, 180.0], np.full((1, 3), value), name="isotropic")


def lambertian(step_deg: float = 2.5, flux_lm_klm: float = 1000.0) -> IntensityTable:
    """A surface that looks equally bright from everywhere below, I = Φ cos γ / π.

    Args:
        step_deg: step of the angles γ, a divisor of 90 [degrees].
        flux_lm_klm: luminous flux, for 1,000 lm of the source [lm/klm].

    >>> round(float(lambertian().intensity_cd_klm[0, 0]), 2)
    318.31
    """
    gamma = np.linspace(0.0, 90.0, round(90.0 / step_deg) + 1)
    values = flux_lm_klm / np.pi * np.cos(np.radians(gamma))
    return tabulate([0.0], gamma, np.clip(values, 0.0, None)[None, :], name="lambertian")


def road_optic(optic: RoadOptic, *, name: str = "", light_output_ratio: float = 1.0) -> IntensityTable:
    """The intensities of a synthetic road optic.

    I ∝ f(γ) [exp κ(d·u₁ − 1) + exp κ(d·u₂ − 1)] + b cos γ, with the lobes u at (±(90° − aim) from
    C 90°, throw)
    and the fade f = √cos γ / (1 + exp((γ − cutoff) / 2°)); no light rises.

    Args:
        optic: its shape.
        name: name of the distribution.
        light_output_ratio: flux of the luminaire over flux of the source [1].

    >>> from bocage.science.photometry.flux import light_output
    >>> shape = RoadOptic(throw_degree=60, aim_degree=15, concentration=8, base_share=0.2, cutoff_degree=75)
    >>> output = light_output(road_optic(shape))
    >>> round(output.lor, 6), round(output.ulr, 6)
    (1.0, 0.0)
    """
    c_deg = np.arange(0.0, 360.0, _C_STEP_DEG)
    gamma_deg = np.arange(0.0, 90.0 + _GAMMA_STEP_DEG / 2, _GAMMA_STEP_DEG)
    c, gamma = np.radians(c_deg)[:, None], np.radians(gamma_deg)[None, :]
    along, street, down = np.sin(gamma) * np.cos(c), np.sin(gamma) * np.sin(c), np.cos(gamma)
    throw, aim = np.radians(optic.throw_degree), np.radians(optic.aim_degree)
    towards = np.sin(throw) * np.sin(aim) * street + np.cos(throw) * down
    sideways = np.sin(throw) * np.cos(aim) * along
    lobes = sum(np.exp(optic.concentration * (towards + side * sideways - 1)) for side in (1, -1))
    fade = 1 / (1 + np.exp((gamma_deg - optic.cutoff_degree) / 2))
    values = np.clip(lobes * fade * np.sqrt(np.clip(down, 0, None)) + optic.base_share * down, 0.0, None)
    values[:, -1] = 0.0
    shape = tabulate(c_deg, gamma_deg, values)
    scale = 1000 * light_output_ratio / flux_within(shape, 180.0)
    return tabulate(c_deg, gamma_deg, values * scale, name=name, absolute=True)


@cache
def generic_road_optics() -> Mapping[str, IntensityTable]:
    """The family of synthetic road optics that the package ships, by name.

    Their shapes are in `parameters/generic_optics.yaml`, all to verify.

    >>> len(generic_road_optics()) > 1
    True
    """
    leaves: dict[str, Any] = yaml.safe_load((PARAMETERS / "generic_optics.yaml").read_text(encoding="utf-8"))
    shapes = {name: leaf["values"][max(leaf["values"])]["value"] for name, leaf in leaves.items()}
    return {name: road_optic(RoadOptic(**shape), name=name) for name, shape in shapes.items()}
