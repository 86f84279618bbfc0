"""The streets of the example: hand-drawn control points, turned into curves that look walked."""

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bocage.domains.lighting.example.place import ORIGIN_M

FOLDER = Path(__file__).parent
STEP_M = 9.0


@dataclass(frozen=True, kw_only=True)
class Street:
    """A street as `streets.csv` declares it.

    Attributes:
        name: name, with « (campagne) » for an unlit stretch of a road that has another one.
        nature: kind of road in the words of BD TOPO.
        width_m: width of the carriageway [m].
        lanes: traffic lanes.
        importance: importance in the network, from 1 to 6.
        sector: sector or hamlet, empty where nothing is lit.
        inventory: file that lists its luminaires (`bourg`, `hameaux`, `zac`), empty where nothing is lit.
        lantern: kind of lantern.
        year: year in which most of its luminaires were installed, 0 where nothing is lit.
        spacing_m: usual distance between luminaires [m].
        control: control points (n, 2) in metres from the church square.
    """

    name: str
    nature: str
    width_m: float
    lanes: int
    importance: str
    sector: str
    inventory: str
    lantern: str
    year: int
    spacing_m: float
    control: tuple[tuple[float, float], ...]


@cache
def streets() -> tuple[Street, ...]:
    """All streets in the order of the file.

    >>> streets()[0].name, streets()[0].inventory
    ('Grande Rue', 'bourg')
    """
    with (FOLDER / "streets.csv").open(encoding="utf-8", newline="") as stream:
        return tuple(
            Street(
                name=row["name"],
                nature=row["nature"],
                width_m=float(row["width_m"]),
                lanes=int(row["lanes"]),
                importance=row["importance"],
                sector=row["sector"],
                inventory=row["inventory"],
                lantern=row["lantern"],
                year=int(row["year"] or 0),
                spacing_m=float(row["spacing_m"] or 0),
                control=tuple(_point(text) for text in row["points"].split(";")),
            )
            for row in csv.DictReader(stream)
        )


def _point(text: str) -> tuple[float, float]:
    x, y = text.split()
    return float(x), float(y)


def centreline(street: Street, *, seed: int) -> NDArray[np.float64]:
    """The curve of a street, in Lambert-93.

    Args:
        street: street to draw.
        seed: seed of its wobble.

    Returns:
        Points (n, 2) about `STEP_M` apart [m]; ends are those of the control points, so that streets meet.
    """
    curve = resample(_catmull_rom(np.array(street.control)), STEP_M)
    drawn: NDArray[np.float64] = curve + _wobble(curve, street, seed) + np.array(ORIGIN_M)
    return drawn


def resample(curve: NDArray[np.float64], step_m: float) -> NDArray[np.float64]:
    """Points at equal distance along a curve, both ends included.

    Args:
        curve: points (n, 2) [m].
        step_m: wanted distance [m]; the nearest that divides the length is taken.

    >>> resample(np.array([[0.0, 0.0], [10.0, 0.0]]), 5.0).tolist()
    [[0.0, 0.0], [5.0, 0.0], [10.0, 0.0]]
    """
    along = distance_along(curve)
    targets = np.linspace(0.0, along[-1], max(2, round(along[-1] / step_m) + 1))
    return np.column_stack([np.interp(targets, along, curve[:, axis]) for axis in (0, 1)])


def distance_along(curve: NDArray[np.float64]) -> NDArray[np.float64]:
    """Distance of each point from the start along the curve [m].

    >>> distance_along(np.array([[0.0, 0.0], [3.0, 4.0]])).tolist()
    [0.0, 5.0]
    """
    return np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(curve, axis=0).T))])


def _catmull_rom(control: NDArray[np.float64], pieces: int = 24) -> NDArray[np.float64]:
    """Catmull-Rom spline through the control points (Catmull & Rom 1974), ends mirrored."""
    padded = np.vstack([2 * control[0] - control[1], control, 2 * control[-1] - control[-2]])
    t = np.linspace(0.0, 1.0, pieces, endpoint=False)[:, None]
    spans = []
    for a, b, c, d in zip(padded, padded[1:], padded[2:], padded[3:], strict=False):
        spans.append(0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3))
    return np.vstack([*spans, control[-1:]])


def _wobble(curve: NDArray[np.float64], street: Street, seed: int) -> NDArray[np.float64]:
    """Two slow sines across the street, null at both ends; a business park is drawn with a ruler."""
    amplitude = 0.4 if street.inventory == "zac" else 2.2
    random = np.random.default_rng([seed, streets().index(street), 0])
    phases, waves = random.uniform(0, 2 * np.pi, 2), random.uniform(60.0, 140.0, 2)
    along = distance_along(curve)
    across = np.sin(2 * np.pi * along[:, None] / waves + phases).sum(axis=1) * amplitude / 2
    across *= np.sin(np.pi * along / along[-1])
    wobble: NDArray[np.float64] = normals(curve) * across[:, None]
    return wobble


def normals(curve: NDArray[np.float64]) -> NDArray[np.float64]:
    """Unit vectors to the left of a curve at each of its points.

    >>> normals(np.array([[0.0, 0.0], [1.0, 0.0]])).tolist()
    [[-0.0, 1.0], [-0.0, 1.0]]
    """
    tangent = np.gradient(curve, axis=0)
    tangent /= np.hypot(*tangent.T)[:, None]
    return np.column_stack([-tangent[:, 1], tangent[:, 0]])
