"""Sets of disjoint time intervals as sorted arrays: intersection, difference, duration."""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

EMPTY: Array = np.empty((0, 2))


def duration_s(intervals: Array) -> float:
    """Total duration of disjoint intervals.

    Args:
        intervals: array (n, 2) of beginnings and ends [s].

    Returns:
        Duration [s].

    >>> duration_s(np.array([[0.0, 10.0], [20.0, 25.0]]))
    15.0
    """
    return float((intervals[:, 1] - intervals[:, 0]).sum())


def intersect(first: Array, second: Array) -> Array:
    """Instants that belong to both sets.

    Args:
        first: array (n, 2), disjoint and sorted [s].
        second: array (m, 2), disjoint and sorted [s].

    Returns:
        Array (p, 2), disjoint and sorted [s].

    >>> intersect(np.array([[0.0, 10.0], [20.0, 30.0]]), np.array([[5.0, 25.0]])).tolist()
    [[5.0, 10.0], [20.0, 25.0]]
    """
    return _combine(first, second, wanted=(True, True))


def subtract(first: Array, second: Array) -> Array:
    """Instants of the first set that do not belong to the second.

    Args:
        first: array (n, 2), disjoint and sorted [s].
        second: array (m, 2), disjoint and sorted [s].

    Returns:
        Array (p, 2), disjoint and sorted [s].

    >>> subtract(np.array([[0.0, 10.0]]), np.array([[4.0, 6.0]])).tolist()
    [[0.0, 4.0], [6.0, 10.0]]
    """
    return _combine(first, second, wanted=(True, False))


def merge(intervals: Array) -> Array:
    """Union of intervals that may overlap or touch, sorted.

    Args:
        intervals: array (n, 2) in any order [s].

    Returns:
        Array (p, 2), disjoint and sorted [s].

    >>> merge(np.array([[5.0, 9.0], [0.0, 6.0]])).tolist()
    [[0.0, 9.0]]
    """
    if not len(intervals):
        return EMPTY
    ordered = intervals[np.argsort(intervals[:, 0], kind="stable")]
    reach = np.maximum.accumulate(ordered[:, 1])
    begins = np.concatenate([[True], ordered[1:, 0] > reach[:-1]])
    lasts = np.concatenate([begins[1:], [True]])
    return np.column_stack([ordered[begins, 0], reach[lasts]])


def overlap_s(intervals: Array, edges_s: Array) -> Array:
    """Time that a set of intervals spends in each bin.

    Args:
        intervals: array (n, 2), disjoint and sorted [s].
        edges_s: array (b + 1,), increasing edges of the bins [s].

    Returns:
        Array (b,) [s].

    >>> overlap_s(np.array([[1.0, 4.0]]), np.array([0.0, 2.0, 4.0, 6.0])).tolist()
    [1.0, 2.0, 0.0]
    """
    if not len(intervals):
        return np.zeros(len(edges_s) - 1)
    lengths = intervals[:, 1] - intervals[:, 0]
    before = np.concatenate([[0.0], np.cumsum(lengths)])
    position = np.searchsorted(intervals[:, 0], edges_s, side="right")
    last = np.maximum(position - 1, 0)
    inside = np.clip(edges_s - intervals[last, 0], 0.0, lengths[last])
    elapsed = np.where(position > 0, before[last] + inside, 0.0)
    return np.asarray(np.diff(elapsed))


def _combine(first: Array, second: Array, *, wanted: tuple[bool, bool]) -> Array:
    edges = np.unique(np.concatenate([first.ravel(), second.ravel()]))
    if len(edges) < 2:
        return EMPTY
    middles = (edges[:-1] + edges[1:]) / 2
    kept = (_inside(first, middles) == wanted[0]) & (_inside(second, middles) == wanted[1])
    return merge(np.column_stack([edges[:-1][kept], edges[1:][kept]]))


def _inside(intervals: Array, instants: Array) -> NDArray[np.bool_]:
    if not len(intervals):
        return np.zeros(len(instants), dtype=bool)
    position = np.searchsorted(intervals[:, 0], instants, side="right") - 1
    return np.asarray((position >= 0) & (instants < intervals[np.maximum(position, 0), 1]))
