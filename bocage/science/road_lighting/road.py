"""Roads to light: carriageway, luminaires along it, one number per road and quantity."""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from enum import IntEnum

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]


class Arrangement(IntEnum):
    """How luminaires stand along a road.

    In all of them the first row stands at the edge y = 0 and faces the carriageway. `SINGLE` has no
    other; `OPPOSITE` has one that faces it from the other edge; `STAGGERED` the same, half a spacing
    further on; `CENTRAL` has poles in the median of a dual carriageway, each with a second luminaire
    that faces away, and the carriageway computed is one of the two. A catenary over the middle is
    `SINGLE` with an overhang of half the width.
    """

    SINGLE = 0
    OPPOSITE = 1
    STAGGERED = 2
    CENTRAL = 3


@dataclass(frozen=True, kw_only=True, eq=False)
class Roads:
    """Roads of which the light is computed, as arrays (n,); numbers are repeated for all.

    Attributes:
        width_m: width of the carriageway [m].
        lanes: number of lanes of equal width.
        spacing_m: distance between luminaires of the same row, also where they are staggered [m].
        height_m: height of the light centre above the road [m].
        overhang_m: from the edge of the carriageway to the light centre, positive over the road [m].
        tilt_deg: tilt of the luminaire, upwards to the street [degrees].
        arrangement: an `Arrangement`.
        median_m: width of the median, for `CENTRAL` only [m].
        source_flux_lm: flux of the source of each luminaire [lm].
        maintenance_factor: maintained over initial light [1].
        optic: place of its photometry in the `Optics` that the computation is given.

    Raises:
        ValueError: a quantity is not finite, or outside what can be built.
    """

    width_m: ArrayLike
    spacing_m: ArrayLike
    height_m: ArrayLike
    lanes: ArrayLike = 2
    overhang_m: ArrayLike = 0.0
    tilt_deg: ArrayLike = 0.0
    arrangement: ArrayLike = Arrangement.SINGLE
    median_m: ArrayLike = 0.0
    source_flux_lm: ArrayLike = 1000.0
    maintenance_factor: ArrayLike = 1.0
    optic: ArrayLike = 0

    def __post_init__(self) -> None:
        whole = {"lanes", "arrangement", "optic"}
        given = {one.name: np.atleast_1d(np.asarray(getattr(self, one.name))) for one in fields(self)}
        size = np.broadcast_shapes(*(array.shape for array in given.values()))
        if len(size) != 1:
            raise ValueError(f"roads are a list, not an array of shape {size}")
        for name, array in given.items():
            cast = array.astype(np.intp if name in whole else np.float64)
            object.__setattr__(self, name, np.broadcast_to(cast, size))
        self._check()

    def __len__(self) -> int:
        return len(np.asarray(self.width_m))

    def of(self, name: str) -> Array:
        """One quantity as an array (n,)."""
        return np.asarray(getattr(self, name))

    def take(self, places: ArrayLike) -> "Roads":
        """The roads at some places, in that order.

        >>> Roads(width_m=[6.0, 7.0], spacing_m=30.0, height_m=8.0).take([1]).of("width_m").tolist()
        [7.0]
        """
        return replace(self, **{one.name: self.of(one.name)[np.asarray(places)] for one in fields(self)})

    def _check(self) -> None:
        for name, low, high in RANGES:
            values = self.of(name)
            wrong = ~((values >= low) & (values <= high))
            if wrong.any():
                raise ValueError(f"{name} must lie within {low:g} and {high:g}, not {values[wrong][0]:g}")


RANGES: Sequence[tuple[str, float, float]] = (
    ("width_m", 0.5, 60.0),
    ("lanes", 1, 12),
    ("spacing_m", 1.0, 500.0),
    ("height_m", 1.6, 60.0),  # above the eye of the observer
    ("overhang_m", -30.0, 60.0),
    ("tilt_deg", -60.0, 60.0),
    ("arrangement", 0, len(Arrangement) - 1),
    ("median_m", 0.0, 100.0),
    ("source_flux_lm", 1e-3, 1e9),
    ("maintenance_factor", 0.01, 1.0),
    ("optic", 0, 2**31),
)
"""What can be computed: wide of what is built, so that a slip of units is refused."""
