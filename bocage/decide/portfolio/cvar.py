"""The mean of the worst futures (conditional value at risk), exact for weighted futures.

Reference: R. T. Rockafellar and S. Uryasev, Optimization of conditional value-at-risk, Journal of Risk 2
(2000), 21-41, https://doi.org/10.21314/JOR.2000.038.
"""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def tail_mean(values: Array, probability: Array, tail: float) -> float:
    """Mean of a value over the worst share of its futures; the future astride the share counts in part.

    Args:
        values: array (F,), value in each future.
        probability: array (F,), probability of each future [1].
        tail: share of the futures that counts, > 0 [1].

    >>> tail_mean(np.array([10.0, 0.0, 4.0, 6.0]), np.full(4, 0.25), 0.5)
    2.0
    """
    quantile = tail_quantile(values, probability, tail)
    return float(quantile - (probability * np.maximum(quantile - values, 0.0)).sum() / tail)


def tail_quantile(values: Array, probability: Array, tail: float) -> float:
    """The value below which the worst share of the futures lies, eta in Rockafellar and Uryasev's sum.

    Args:
        values: array (F,), value in each future.
        probability: array (F,), probability of each future [1].
        tail: share of the futures that counts, > 0 [1].

    >>> tail_quantile(np.array([10.0, 0.0, 4.0, 6.0]), np.full(4, 0.25), 0.5)
    4.0
    """
    order = np.argsort(values, kind="stable")
    reached = np.cumsum(probability[order])
    # A share met up to rounding is met: 0.1 + 0.1 + 0.1 is not 0.3.
    place = int(np.searchsorted(reached, tail - 1e-12))
    return float(values[order[min(place, len(order) - 1)]])
