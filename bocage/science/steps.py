"""The largest step of a seasonal series: where it lies, how large it is, and whether chance would make one as large."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bocage.science.before_after import (
    LEAST_AFTER,
    LEAST_BEFORE,
    SEASONAL_BEFORE,
    least_squares,
    remembering_error,
    seasonal_design,
)

Array = NDArray[np.float64]

SURE_SCORE = 4.0
"""Size over standard error above which a step is held to be real: the largest of all dates is taken, so that
chance reaches further than at a date named beforehand."""


@dataclass(frozen=True)
class Step:
    """A step of a series.

    Attributes:
        position: first value after the step.
        size: change of the level.
        level: level before.
        score: size over its standard error [1].
    """

    position: int
    size: float
    level: float
    score: float

    @property
    def relative(self) -> float:
        """Size over the level before [1]."""
        return self.size / self.level if self.level else float("nan")

    @property
    def is_sure(self) -> bool:
        """Whether chance would hardly make as large a step anywhere in the series."""
        return self.score >= SURE_SCORE


def largest_step(values: Array, weight: Array, season: Array) -> Step | None:
    """The position at which a level, a season and one step fit best.

    Every position that leaves enough values on either side is tried by weighted least squares; the
    one with the smallest residuals is kept (Bai, Review of Economics and Statistics 79, 1997).

    Args:
        values: in order of time, nan where unknown (n,).
        weight: weight of each value (n,).
        season: angle of each value in the year (n,) [rad].

    Returns:
        None where there are too few values.

    >>> step = largest_step(np.repeat([10.0, 4.0], [9, 15]), np.ones(24), np.zeros(24))
    >>> step.position, round(step.size, 6), step.is_sure
    (9, -6.0, True)
    """
    known = np.flatnonzero(np.isfinite(values) & (weight > 0))
    series, weights, angles = values[known], weight[known], season[known]
    best: tuple[float, int] | None = None
    for position in range(LEAST_BEFORE, len(known) - LEAST_AFTER + 1):
        residuals = _residuals(series, weights, angles, position)
        if best is None or residuals < best[0]:
            best = (residuals, position)
    if best is None:
        return None
    design = _design(weights, angles, best[1], len(known))
    found = least_squares(design, series, weights)
    level, size = float(found[0]), float(found[1])
    error = remembering_error(series - design @ found, design, weights)
    floor = 1e-9 * max(abs(level), abs(size))
    return Step(int(known[best[1]]), size, level, abs(size) / max(error, floor) if size else 0.0)


def _design(weights: Array, angles: Array, position: int, count: int) -> Array:
    """The season enters for every position or for none: the positions are compared by what they leave."""
    after = np.arange(count) >= position
    if count < SEASONAL_BEFORE + LEAST_AFTER:
        return np.column_stack([np.ones(count), after.astype(np.float64)])
    always = np.zeros(count, dtype=bool)
    seasonal = seasonal_design(always, angles, weights)[:, 2:]
    return np.column_stack([np.ones(count), after.astype(np.float64), seasonal])


def _residuals(series: Array, weights: Array, angles: Array, position: int) -> float:
    root = np.sqrt(weights)
    design = _design(weights, angles, position, len(series)) * root[:, None]
    found = np.linalg.lstsq(design, series * root, rcond=None)[0]
    rest = series * root - design @ found
    return float(rest @ rest)
