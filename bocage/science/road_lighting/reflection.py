"""How a dry carriageway reflects light: reduced luminance coefficients (r-tables)."""

import csv
from dataclasses import dataclass
from functools import cache
from math import gcd
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

FOLDER = Path(__file__).parent / "reflection"
TABULATED = 1e4
"""Published r-tables are multiplied by ten thousand."""
_RESOLUTION = 1e-4


@dataclass(frozen=True, kw_only=True, eq=False)
class ReflectionTable:
    """Reduced luminance coefficient r = q cos³γ by tan γ and β, bilinear between its nodes.

    Attributes:
        name: `R3`…
        tan_gamma: array (n,), uniform steps from 0 [1].
        beta_deg: array (m,), uniform steps from 0 to 180 [degrees].
        coefficient: array (n, m), r itself, not ten thousand times r; 0 beyond the last tan γ [sr⁻¹].
    """

    name: str
    tan_gamma: Array
    beta_deg: Array
    coefficient: Array


def reflection_table(name: str, tan_gamma: Array, beta_deg: Array, coefficient: Array) -> ReflectionTable:
    """Make a table of uniform steps from nodes that need not be: the bilinear surface is the same.

    Args:
        name: name of the table.
        tan_gamma: array (n,) from 0, increasing [1].
        beta_deg: array (m,) from 0 to 180, increasing [degrees].
        coefficient: array (n, m) of r [sr⁻¹].

    Raises:
        ValueError: angles do not start at 0, do not increase, or β does not end at 180°.

    >>> mirror = reflection_table("plain", np.array([0.0, 1.0, 3.0]), np.array([0.0, 180.0]), np.ones((3, 2)))
    >>> mirror.tan_gamma.tolist()
    [0.0, 1.0, 2.0, 3.0]
    """
    for axis in (tan_gamma, beta_deg):
        if axis[0] != 0 or (np.diff(axis) <= 0).any():
            raise ValueError(f"the axes of an r-table start at 0 and increase: {axis}")
    if beta_deg[-1] != 180:
        raise ValueError(f"β ends at 180°, not at {beta_deg[-1]:g}°")
    tangents, betas = uniform_axis(tan_gamma, _RESOLUTION), uniform_axis(beta_deg, _RESOLUTION)
    rows = np.stack([np.interp(tangents, tan_gamma, column) for column in np.transpose(coefficient)], axis=1)
    whole = np.stack([np.interp(betas, beta_deg, row) for row in rows])
    return ReflectionTable(name=name, tan_gamma=tangents, beta_deg=betas, coefficient=whole)


def uniform_axis(axis: Array, resolution: float) -> Array:
    """The coarsest axis of uniform steps that holds every node of an axis.

    Args:
        axis: array (n,), increasing.
        resolution: step below which nodes are not told apart, same unit.

    >>> uniform_axis(np.array([0.0, 2.0, 5.0]), 0.01).tolist()
    [0.0, 1.0, 2.0, 3.0, 4.0, 5.0]
    """
    marks = np.round((axis - axis[0]) / resolution).astype(int)
    step = gcd(*np.diff(marks).tolist())
    return np.asarray(axis[0] + np.arange(marks[-1] // step + 1) * (step * resolution))


@cache
def published_table(name: str = "R3") -> ReflectionTable:
    """A published r-table shipped with the package.

    Args:
        name: `R3`, the dry asphalt of CIE 144 (Q0 = 0.07, S1 = 1.11).

    Raises:
        ValueError: the table is not shipped.

    >>> road = published_table("R3")
    >>> round(road.coefficient[1, 0] * 1e4), road.tan_gamma[1].item()
    (326, 0.25)
    """
    path = FOLDER / f"{name.lower()}.csv"
    if not path.is_file():
        raise ValueError(f"no r-table {name}; there are {', '.join(published_names())}")
    with path.open(encoding="utf-8", newline="") as stream:
        header, *rows = list(csv.reader(stream))
    numbers = np.array(rows, dtype=np.float64)
    beta_deg = np.array([float(cell.removeprefix("beta_")) for cell in header[1:]])
    return reflection_table(name.upper(), numbers[:, 0], beta_deg, numbers[:, 1:] / TABULATED)


def published_names() -> tuple[str, ...]:
    """Names of the r-tables that are shipped."""
    return tuple(path.stem.upper() for path in sorted(FOLDER.glob("*.csv")))
