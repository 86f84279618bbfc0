"""When two actions act together: from the later start to the earlier end, whatever their lifetimes."""

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, kw_only=True)
class Spans:
    """Stretches of time, and the start years with which each of two actions acts throughout them.

    Attributes:
        begin: array (S,), begin of each stretch [years from the first year of the plan].
        end: array (S,), its end.
        with_a: array (S, T), whether the first action acts, by index of its start year.
        with_b: array (S, T), the same for the second.
    """

    begin: Array
    end: Array
    with_a: Flags
    with_b: Flags


def acting_until(start_a: int, life_a: float, start_b: int, life_b: float) -> tuple[int, float]:
    """Begin and end of the time during which two actions both act; no time where the end is not after the begin.

    >>> acting_until(0, 25.0, 4, 12.0), acting_until(3, 12.0, 0, 12.0), acting_until(0, 2.0, 3, 9.0)
    ((4, 16.0), (3, 12.0), (3, 2.0))
    """
    return max(start_a, start_b), min(start_a + life_a, start_b + life_b)


@cache
def overlap_spans(life_a: float, life_b: float, years: int) -> Spans:
    """The stretches during which two actions may both act: within one, neither starts nor ends.

    An action that starts in year i acts from i to i + lifetime.

    Args:
        life_a: lifetime of the first action [year].
        life_b: lifetime of the second one [year].
        years: T, number of possible start years.

    Both act from year 1 to 2 where they start in 0 or 1, but for b started in 0, which ends in 1:

    >>> spans = overlap_spans(9.0, 1.0, 2)
    >>> spans.begin.tolist(), spans.end.tolist(), spans.with_b.tolist()
    ([0.0, 1.0], [1.0, 2.0], [[True, False], [False, True]])
    """
    starts = np.arange(years, dtype=float)
    times = np.unique(np.concatenate([starts, starts + life_a, starts + life_b]))
    begin, end = times[:-1], times[1:]
    middle = ((begin + end) / 2)[:, None]
    with_a = (starts < middle) & (middle < starts + life_a)
    with_b = (starts < middle) & (middle < starts + life_b)
    kept = with_a.any(axis=1) & with_b.any(axis=1)
    return Spans(begin=begin[kept], end=end[kept], with_a=with_a[kept], with_b=with_b[kept])
