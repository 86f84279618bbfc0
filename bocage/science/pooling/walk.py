"""Random walks of standard deviations, and what is held of them before any record."""

import math
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from bocage.science.pooling.priors import Spread
from bocage.science.pooling.records import Array

TARGET_ACCEPTANCE = 0.44
"""Share of proposals of one dimension to accept (Roberts and Rosenthal, Statistical Science 16, 2001)."""


@dataclass
class Walk:
    """Random walk of the logarithm of a standard deviation, tuned while warming up; still where it is fixed."""

    log: Array
    still: bool = False
    step: Array = field(init=False)

    def __post_init__(self) -> None:
        self.step = np.full(self.log.shape, 0.5)

    @staticmethod
    def of(spread: Spread, start: Array) -> "Walk":
        """Begin at `start` (C,), or stay at the known value."""
        if not spread.fixed:
            return Walk(np.log(start))
        return Walk(np.full(start.shape, math.log(spread.scale) if spread.scale else -np.inf), still=True)

    @property
    def sd(self) -> Array:
        """The standard deviation."""
        return np.asarray(np.exp(self.log))

    def proposal(self, random: np.random.Generator) -> Array:
        """A neighbour of where it stands."""
        return np.asarray(self.log + self.step * random.standard_normal(self.log.shape))

    def settle(self, proposal: Array, gain: Array, random: np.random.Generator, tuning: float) -> NDArray[np.bool_]:
        """Move where the gain in log density allows it (Metropolis); True where it did.

        `tuning` above zero changes the steps towards the target acceptance (Robbins and Monro).
        """
        moved = np.asarray(np.log(random.random(gain.shape)) < gain)
        self.log = np.where(moved, proposal, self.log)
        if tuning:
            self.step = self.step * np.exp(
                tuning * (np.minimum(np.exp(np.minimum(gain, 0.0)), 1.0) - TARGET_ACCEPTANCE)
            )
        return moved


def half_normal(log_sd: Array, scale: float) -> Array:
    """Log density of the logarithm of a half-normal standard deviation, up to a constant."""
    return np.asarray(log_sd - 0.5 * np.exp(2 * log_sd) / scale**2)


def rayleigh(log_sd: Array, scale: float) -> Array:
    """Log density of the logarithm of a standard deviation of Rayleigh's law, of mean square `scale`²."""
    return np.asarray(2 * log_sd - np.exp(2 * log_sd) / scale**2)
