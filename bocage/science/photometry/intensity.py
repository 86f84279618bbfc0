"""The intensity of a luminaire in every direction, as goniometers measure it and files tell it."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]

FULL_TURN_DEG = 360.0
STRAIGHT_UP_DEG = 180.0


@dataclass(frozen=True, kw_only=True, eq=False)
class IntensityTable:
    """Intensities on C planes and γ angles, for 1,000 lm of the source (CIE 121, C-γ system).

    The frame is the one of road luminaires: C 0° points along the road, C 90° to the street side,
    C 270° to the houses, γ 0° straight down. Planes close the circle: the last one, 360°, repeats the first.

    Attributes:
        c_deg: array (n,) of planes, from 0 to 360, strictly increasing [degrees].
        gamma_deg: array (m,) of angles from the downward vertical, strictly increasing, within
            0 to 180; no light outside the first and the last [degrees].
        intensity_cd_klm: array (n, m) [cd/klm].
        source_flux_lm: flux of the source; of the luminaire where photometry is absolute [lm].
        power_w: power of the luminaire, None where it is not told [W].
        colour_temperature_k: correlated colour temperature, None where it is not told [K].
        declared_lor: light output ratio that the file declares, None where it declares none [1].
        name: name of the luminaire.
        absolute: True where the flux of the luminaire was measured and that of the source was not.
    """

    c_deg: Array
    gamma_deg: Array
    intensity_cd_klm: Array
    source_flux_lm: float
    power_w: float | None = None
    colour_temperature_k: float | None = None
    declared_lor: float | None = None
    name: str = ""
    absolute: bool = False

    def __post_init__(self) -> None:
        fault = _fault(self.c_deg, self.gamma_deg, self.intensity_cd_klm, self.source_flux_lm)
        if fault:
            raise ValueError(fault)


def tabulate(c_deg: ArrayLike, gamma_deg: ArrayLike, intensity_cd_klm: ArrayLike, **told: object) -> IntensityTable:
    """Make a table from planes that need not close the circle; a single plane is turned all round.

    Args:
        c_deg: array (n,) of planes from 0, below or up to 360 [degrees].
        gamma_deg: array (m,) of angles [degrees].
        intensity_cd_klm: array (n, m) [cd/klm].
        told: other attributes of `IntensityTable`; `source_flux_lm` is 1,000 where absent.

    Raises:
        ValueError: shapes differ, angles do not increase, or a number is not finite or negative.

    >>> tabulate([0.0], [0.0, 90.0, 180.0], [[80.0, 80.0, 80.0]]).c_deg.tolist()
    [0.0, 360.0]
    """
    planes = np.asarray(c_deg, dtype=np.float64)
    values = np.atleast_2d(np.asarray(intensity_cd_klm, dtype=np.float64))
    if len(planes) and planes[-1] < FULL_TURN_DEG and len(values) == len(planes):
        planes = np.append(planes, FULL_TURN_DEG)
        values = np.concatenate([values, values[:1]])
    return IntensityTable(
        c_deg=planes,
        gamma_deg=np.asarray(gamma_deg, dtype=np.float64),
        intensity_cd_klm=values,
        **{"source_flux_lm": 1000.0, **told},  # type: ignore[arg-type]  # checked by the dataclass
    )


def intensity_at(table: IntensityTable, c_deg: ArrayLike, gamma_deg: ArrayLike) -> Array:
    """Intensity in given directions, linear in C and in γ between the measured ones (EN 13201-3:2015).

    Args:
        table: the luminaire.
        c_deg: array of planes, any turn [degrees].
        gamma_deg: array of angles, of a shape that broadcasts with it [degrees].

    Returns:
        Array of the common shape [cd/klm]; 0 outside the measured angles γ.

    Between 100 and 200 cd/klm half-way lie 150:

    >>> table = tabulate([0.0], [0.0, 10.0], [[100.0, 200.0]])
    >>> float(intensity_at(table, 33.0, 5.0))
    150.0
    """
    c, gamma = np.broadcast_arrays(np.mod(c_deg, FULL_TURN_DEG), np.asarray(gamma_deg, dtype=np.float64))
    i, c_part = _interval(table.c_deg, c)
    if len(table.gamma_deg) == 1:
        j, gamma_part, after = np.zeros_like(i), np.zeros(c.shape), np.zeros_like(i)
    else:
        j, gamma_part = _interval(table.gamma_deg, gamma)
        after = j + 1
    values = table.intensity_cd_klm
    low = values[i, j] * (1 - gamma_part) + values[i, after] * gamma_part
    high = values[i + 1, j] * (1 - gamma_part) + values[i + 1, after] * gamma_part
    inside = (gamma >= table.gamma_deg[0]) & (gamma <= table.gamma_deg[-1])
    return np.asarray(np.where(inside, low * (1 - c_part) + high * c_part, 0.0))


def turned(table: IntensityTable, angle_deg: float) -> IntensityTable:
    """The luminaire turned about the vertical, counter-clockwise as seen from above.

    Args:
        table: the luminaire.
        angle_deg: what was in plane C is then in plane C + angle [degrees].

    >>> beam = tabulate([0.0, 90.0, 180.0, 270.0], [0.0, 90.0], [[1.0, 1.0], [2.0, 1.0], [3.0, 1.0], [4.0, 1.0]])
    >>> turned(beam, 90.0).intensity_cd_klm[:, 0].tolist()
    [4.0, 1.0, 2.0, 3.0, 4.0]
    """
    moved = np.round(np.mod(table.c_deg + angle_deg, FULL_TURN_DEG), 9)
    planes = np.union1d(np.mod(moved, FULL_TURN_DEG), 0.0)  # a tiny negative angle rounds to a full turn
    values = intensity_at(table, (planes - angle_deg)[:, None], table.gamma_deg[None, :])
    return replace(
        table,
        c_deg=np.append(planes, FULL_TURN_DEG),
        intensity_cd_klm=np.concatenate([values, values[:1]]),
    )


def mirror_gap(table: IntensityTable, axis_deg: float) -> float:
    """How far a luminaire is from its mirror image: mean difference over mean intensity.

    Args:
        table: the luminaire.
        axis_deg: one of the two planes that make the mirror: 90 for C 90° - C 270° [degrees].

    >>> beam = tabulate([0.0, 90.0, 180.0, 270.0], [0.0, 90.0], [[1.0, 1.0], [2.0, 2.0], [1.0, 1.0], [4.0, 4.0]])
    >>> mirror_gap(beam, 90.0), mirror_gap(beam, 0.0)
    (0.0, 0.5)
    """
    planes = table.c_deg[:-1]
    image = intensity_at(table, (2 * axis_deg - planes)[:, None], table.gamma_deg[None, :])
    own = table.intensity_cd_klm[:-1]
    mean = float(own.mean())
    return float(np.abs(own - image).mean()) / mean if mean > 0 else 0.0


def _interval(knots: Array, places: Array) -> tuple[NDArray[np.intp], Array]:
    index = np.clip(np.searchsorted(knots, places, side="right") - 1, 0, len(knots) - 2)
    return index, (places - knots[index]) / (knots[index + 1] - knots[index])


def _fault(c_deg: Array, gamma_deg: Array, values: Array, source_flux_lm: float) -> str:
    """What is wrong with a table, in words for a programmer; empty where nothing is."""
    if values.shape != (len(c_deg), len(gamma_deg)) or not values.size:
        return f"intensities of shape {values.shape} for {len(c_deg)} planes and {len(gamma_deg)} angles"
    if not (np.isfinite(values).all() and np.isfinite(c_deg).all() and np.isfinite(gamma_deg).all()):
        return "an angle or an intensity is not finite"
    if (np.diff(c_deg) <= 0).any() or (np.diff(gamma_deg) <= 0).any():
        return "angles must increase"
    if c_deg[0] != 0 or c_deg[-1] != FULL_TURN_DEG or len(c_deg) < 2:
        return f"planes must go from 0 to 360°, not from {c_deg[0]:g} to {c_deg[-1]:g}"
    if gamma_deg[0] < 0 or gamma_deg[-1] > STRAIGHT_UP_DEG:
        return f"γ must lie within 0 and 180°, not {gamma_deg[0]:g} to {gamma_deg[-1]:g}"
    if (values < 0).any():
        return "an intensity is negative"
    if not (np.isfinite(source_flux_lm) and source_flux_lm > 0):
        return f"a source of {source_flux_lm:g} lm"
    return ""
