"""The flux that intensities carry: zones, output ratios, upward light, CIE flux codes."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bocage.science.photometry.intensity import IntensityTable

Array = NDArray[np.float64]

CIE_ZONES_DEG = (41.4, 60.0, 75.5)
"""Half angles of the cones of π/2, π and 3π/2 sr, within which CIE flux codes 1 to 3 are counted (CIE 52)."""
LARGEST_TILTED_STEP_DEG = 1.0
"""Tilted zones cut each plane at another angle: planes are interpolated at least this often [degrees]."""


@dataclass(frozen=True, kw_only=True)
class LightOutput:
    """Where the light of a luminaire goes.

    Attributes:
        flux_lm_klm: luminous flux of the luminaire, for 1,000 lm of the source [lm/klm].
        lor: light output ratio, luminaire over source [1].
        ulor: upward light output ratio, over the source [1].
        dlor: downward light output ratio, over the source [1].
        ulr: upward light ratio, share of the luminaire's own flux that rises [1].
    """

    flux_lm_klm: float
    lor: float
    ulor: float
    dlor: float
    ulr: float


def flux_within(table: IntensityTable, half_angle_deg: float, *, tilt_deg: float = 0.0) -> float:
    """Flux within a cone about the downward vertical of the place, the luminaire being tilted.

    Φ = ∫∫ I d(−cos γ) dC, with I linear in cos γ between measured angles (the zonal constants of
    goniometry) and linear in C between measured planes, however far apart they stand. The cone
    bounds each plane at the angles where cos γ cos δ − sin γ sin C sin δ = cos α.

    Args:
        table: the luminaire.
        half_angle_deg: half angle α of the cone, 90 for all that goes down, 180 for everything [degrees].
        tilt_deg: tilt δ of the luminaire about the axis of the road, upwards to the street [degrees].

    Returns:
        Flux for 1,000 lm of the source [lm/klm].

    A source of 1000/4π cd/klm all round sends half its flux down, whatever its tilt:

    >>> even = 1000 / (4 * np.pi)
    >>> sphere = IntensityTable(c_deg=np.array([0.0, 360.0]), gamma_deg=np.array([0.0, 180.0]),
    ...                         intensity_cd_klm=np.full((2, 2), even), source_flux_lm=1000.0)
    >>> round(flux_within(sphere, 90.0), 6), round(flux_within(sphere, 180.0, tilt_deg=10.0), 6)
    (500.0, 1000.0)
    """
    c_deg, values = _planes(table, finely=tilt_deg != 0.0)
    first, last = _bounds_rad(np.radians(c_deg), np.radians(half_angle_deg), np.radians(tilt_deg))
    per_radian = _cumulated(table.gamma_deg, values, last) - _cumulated(table.gamma_deg, values, first)
    return float(np.trapezoid(per_radian, np.radians(c_deg)))


def light_output(table: IntensityTable, *, tilt_deg: float = 0.0) -> LightOutput:
    """Output ratios of a luminaire, as measured or tilted as it is installed.

    Args:
        table: the luminaire.
        tilt_deg: tilt about the axis of the road, upwards to the street [degrees].

    Raises:
        ValueError: the luminaire gives no light.

    Half of what an even sphere sends rises:

    >>> sphere = IntensityTable(c_deg=np.array([0.0, 360.0]), gamma_deg=np.array([0.0, 180.0]),
    ...                         intensity_cd_klm=np.full((2, 2), 50.0), source_flux_lm=1000.0)
    >>> output = light_output(sphere)
    >>> round(output.lor, 4), round(output.ulr, 4)
    (0.6283, 0.5)
    """
    whole = flux_within(table, 180.0)
    if whole <= 0:
        raise ValueError("a luminaire without light has no output ratio")
    down = min(flux_within(table, 90.0, tilt_deg=tilt_deg), whole)
    return LightOutput(
        flux_lm_klm=whole, lor=whole / 1000, ulor=(whole - down) / 1000, dlor=down / 1000, ulr=1 - down / whole
    )


def cie_flux_codes(table: IntensityTable) -> tuple[float, float, float, float, float]:
    """CIE flux codes of the luminaire as measured, as shares.

    Codes 1 to 3 are the shares of the downward flux within 41.4°, 60° and 75.5° of the vertical
    (cones of π/2, π and 3π/2 sr), code 4 the share of the flux that goes down, code 5 the light
    output ratio. The arrêté du 27 décembre 2018 bounds the third.

    Args:
        table: the luminaire.

    Returns:
        The five codes [1]; the first three are 0 where nothing goes down.

    Raises:
        ValueError: the luminaire gives no light.

    A Lambertian surface sends sin²α of its flux within α: 1 − cos² of 75.5° is 0.937.

    >>> surface = IntensityTable(c_deg=np.array([0.0, 360.0]), gamma_deg=np.array([0.0, 90.0]),
    ...                          intensity_cd_klm=np.array([[318.31, 0.0]] * 2), source_flux_lm=1000.0)
    >>> [round(code, 3) for code in cie_flux_codes(surface)]
    [0.437, 0.75, 0.937, 1.0, 1.0]
    """
    output = light_output(table)
    down = output.dlor * 1000
    zones = [flux_within(table, angle) / down if down > 0 else 0.0 for angle in CIE_ZONES_DEG]
    return zones[0], zones[1], zones[2], 1 - output.ulr, output.lor


def _planes(table: IntensityTable, *, finely: bool) -> tuple[Array, Array]:
    """Planes and intensities; interpolated planes are added where zones vary from plane to plane."""
    if not finely:
        return table.c_deg, table.intensity_cd_klm
    parts = np.maximum(1, np.ceil(np.diff(table.c_deg) / LARGEST_TILTED_STEP_DEG)).astype(int)
    between = [
        np.linspace(start, end, count, endpoint=False)
        for start, end, count in zip(table.c_deg[:-1], table.c_deg[1:], parts, strict=True)
    ]
    c_deg = np.append(np.concatenate(between), table.c_deg[-1])
    index = np.clip(np.searchsorted(table.c_deg, c_deg, side="right") - 1, 0, len(table.c_deg) - 2)
    part = ((c_deg - table.c_deg[index]) / np.diff(table.c_deg)[index])[:, None]
    values = table.intensity_cd_klm
    return c_deg, values[index] * (1 - part) + values[index + 1] * part


def _bounds_rad(c: Array, half_angle: float, tilt: float) -> tuple[Array, Array]:
    """First and last γ of each plane inside the cone; equal where the plane misses it.

    cos γ cos δ − sin γ sin C sin δ = R cos(γ + φ), so that the cone is |γ + φ| ≤ arccos(cos α / R).
    """
    across = np.sin(c) * np.sin(tilt)
    radius = np.hypot(np.cos(tilt), across)
    phase = np.arctan2(across, np.cos(tilt))
    reach = np.arccos(np.clip(np.cos(half_angle) / radius, -1.0, 1.0))
    whole = half_angle >= np.pi
    first = np.zeros_like(c) if whole else np.clip(-phase - reach, 0.0, np.pi)
    last = np.full_like(c, np.pi) if whole else np.clip(-phase + reach, 0.0, np.pi)
    return first, np.maximum(first, last)


def _cumulated(gamma_deg: Array, values: Array, until: Array) -> Array:
    """∫ I d(−cos γ) of each plane from the first angle until the given one, array (planes,)."""
    cosines = np.cos(np.radians(gamma_deg))
    drops = -np.diff(cosines)
    steps = (values[:, 1:] + values[:, :-1]) / 2 * drops
    sums = np.concatenate([np.zeros((len(values), 1)), np.cumsum(steps, axis=1)], axis=1)
    place = np.clip(np.cos(until), cosines[-1], cosines[0])
    if len(gamma_deg) == 1:
        return np.zeros(len(values))
    index = np.clip(np.searchsorted(-cosines, -place, side="right") - 1, 0, len(drops) - 1)
    row = np.arange(len(values))
    part = (cosines[index] - place) / drops[index]
    low, high = values[row, index], values[row, index + 1]
    return np.asarray(sums[row, index] + (low + (high - low) * part / 2) * part * drops[index])
