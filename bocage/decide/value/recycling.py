"""Savings that a plan may spend again: never more than what all its works save together."""

from collections import Counter, defaultdict
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from bocage.decide.value.worth import Worth

Array = NDArray[np.float64]


def prudent_savings(worth: Worth, groups: Sequence[str | None]) -> Array:
    """Yearly saving of each action, less what it may lose beside any of the others, excluding VAT [EUR/year].

    The cash rows of a plan add up savings action by action, before it is known which are chosen. The
    loss of a pair is taken once, from the action that has the most pairs; of the alternatives of one
    group, which cannot be done together, the largest loss only. The sum over any plan is then at most
    what the plan saves. Prices that move count at what is worst within the plan: low for a saving, high for
    what is lost.

    Args:
        worth: costs and gains.
        groups: exclusive group of each action, None where it has none.

    Returns:
        Array (n,), zero where nothing is left.
    """
    saved = np.zeros(len(worth.ids))
    for stream in worth.streams:
        if stream.role == "cash":
            low, high = _bounds(worth, stream.driver)
            gain = stream.gain.mean(axis=1)
            saved += gain * np.where(gain > 0, low, high)
    pairs_of = Counter(action for pair in worth.pairs for action in (pair.a, pair.b))
    losses: dict[int, dict[str, float]] = defaultdict(dict)
    for pair in worth.pairs:
        loss = 0.0
        for kind in pair.driven:
            if kind[0] == "cash":
                low, high = _bounds(worth, kind[1])
                lost = -worth.pair_mean(pair, kind)
                loss += lost * (high if lost > 0 else low)
        bearer, other = (pair.a, pair.b) if pairs_of[pair.a] >= pairs_of[pair.b] else (pair.b, pair.a)
        key = groups[other] or f"\0{other}"
        losses[bearer][key] = max(losses[bearer].get(key, 0.0), loss)
    for action, by_group in losses.items():
        saved[action] -= sum(by_group.values())
    return np.maximum(saved, 0.0)


def _bounds(worth: Worth, driver: str) -> tuple[float, float]:
    """Least and greatest value of a driver over today's, in the years of the plan."""
    within = worth.index[driver][: worth.years]
    return float(within.min()), float(within.max())
