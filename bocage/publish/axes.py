"""Axes of the charts: values to points of paper, and round values to mark on them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from bocage.publish.map import nice_length


@dataclass(frozen=True)
class Scale:
    """Values to points of paper, along one axis.

    Attributes:
        least: value at the start.
        most: value at the end.
        start: where the axis starts [pt].
        length: length of the axis, negative upwards [pt].
    """

    least: float
    most: float
    start: float
    length: float

    @classmethod
    def around(cls, values: Sequence[float], *, start: float, length: float, zero: bool = True) -> Self:
        """An axis that holds all values, and zero where lengths are compared.

        >>> Scale.around([2.0, 4.0], start=0.0, length=100.0).at(2.0)
        50.0
        """
        known = [*values, 0.0] if zero or not values else list(values)
        least, most = min(known), max(known)
        return cls(least, most if most > least else least + 1.0, start, length)

    def at(self, value: float) -> float:
        """Where a value is [pt]."""
        return self.start + (value - self.least) / (self.most - self.least) * self.length

    def ticks(self, *, wanted: float = 3.0) -> list[float]:
        """Round values within the axis, about as many as wanted.

        >>> Scale(0.0, 1000.0, 0.0, 1.0).ticks()
        [0.0, 200.0, 400.0, 600.0, 800.0, 1000.0]
        """
        step = nice_length((self.most - self.least) / wanted)
        first = -int(-self.least // step)
        last = int(self.most * (1 + 1e-9) // step) if self.most > 0 else -int(-self.most // step)
        return [step * rank for rank in range(first, last + 1)]
