"""Photometries of a batch in one flat array, so that millions of directions are looked up at once."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bocage.science.photometry.intensity import IntensityTable, intensity_at
from bocage.science.road_lighting.reflection import uniform_axis

Array = NDArray[np.float64]
Index = NDArray[np.intp]

_RESOLUTION_DEG = 0.01
FINEST_STEP_DEG = 0.25
"""Angles that only a finer step would hold are interpolated at this one [degrees]."""
_TURN = 2 * np.pi


@dataclass(frozen=True, kw_only=True, eq=False)
class Optics:
    """Photometries on uniform angles, one after the other: the same bilinear surfaces as the tables.

    Attributes:
        intensity: array (total,), all planes of all tables, from γ = 0 to 180° [cd/klm].
        start: array (n,), where each table starts.
        gammas: array (n,), angles per plane.
        planes: array (n,), planes per table, the closing one included.
        per_c: array (n,), planes per radian [1/rad].
        per_gamma: array (n,), angles per radian [1/rad].
    """

    intensity: Array
    start: Index
    gammas: Index
    planes: Index
    per_c: Array
    per_gamma: Array

    def __len__(self) -> int:
        return len(self.start)

    def towards(self, optic: Index, c_rad: Array, gamma_rad: Array) -> Array:
        """Intensities in given directions [cd/klm].

        Args:
            optic: places of the tables, broadcast with the directions.
            c_rad: planes, from 0 to 2π [rad].
            gamma_rad: angles from the vertical, from 0 to π [rad].
        """
        gammas = self.gammas[optic]
        across = c_rad * self.per_c[optic]
        plane = np.minimum(across.astype(np.intp), self.planes[optic] - 2)
        across -= plane
        up = gamma_rad * self.per_gamma[optic]
        angle = np.minimum(up.astype(np.intp), gammas - 2)
        up -= angle
        near = plane * gammas
        near += angle
        near += self.start[optic]
        value = np.take(self.intensity, near)
        value += up * (np.take(self.intensity, near + 1) - value)
        near += gammas
        far = np.take(self.intensity, near)
        far += up * (np.take(self.intensity, near + 1) - far)
        far -= value
        far *= across
        value += far
        return np.asarray(value)


def gather_optics(tables: Sequence[IntensityTable]) -> Optics:
    """Lay photometries one after the other on uniform angles.

    The uniform step is the greatest that holds every measured angle, so that nothing is lost;
    0.25° where the angles are stranger than that.

    Args:
        tables: the photometries, in the order of their places.

    Raises:
        ValueError: there is none.

    >>> optics = gather_optics([IntensityTable(c_deg=np.array([0.0, 360.0]), gamma_deg=np.array([0.0, 90.0]),
    ...                                        intensity_cd_klm=np.array([[0.0, 90.0]] * 2), source_flux_lm=1000.0)])
    >>> round(float(optics.towards(np.zeros(1, dtype=int), np.zeros(1), np.radians([30.0]))[0]), 9)
    30.0
    """
    if not tables:
        raise ValueError("a computation needs at least one photometry")
    grids = []
    for table in tables:
        c_deg = _steps(table.c_deg, 360.0)
        gamma_deg = _steps(np.union1d(np.union1d(table.gamma_deg, 0.0), 180.0), 180.0)
        grids.append(intensity_at(table, c_deg[:, None], gamma_deg[None, :]))
    sizes = np.array([grid.size for grid in grids])
    planes = np.array([len(grid) for grid in grids], dtype=np.intp)
    gammas = np.array([grid.shape[1] for grid in grids], dtype=np.intp)
    return Optics(
        intensity=np.concatenate([grid.ravel() for grid in grids]),
        start=np.concatenate([[0], np.cumsum(sizes)[:-1]]).astype(np.intp),
        gammas=gammas,
        planes=planes,
        per_c=(planes - 1) / _TURN,
        per_gamma=(gammas - 1) / np.pi,
    )


def _steps(axis: Array, end: float) -> Array:
    whole = uniform_axis(axis, _RESOLUTION_DEG)
    if whole[-1] != end or whole[1] - whole[0] < FINEST_STEP_DEG:
        return np.linspace(0.0, end, round(end / FINEST_STEP_DEG) + 1)
    return np.linspace(0.0, end, len(whole))
