"""What two sets of alternatives gain or lose together, as a transport between their choices.

One of each set at most is done. A variable w_ij says that choice i of the first set (x_i) and choice j of
the second (y_j) are both made, a choice being an action and the years in which it may start:

    sum_j w_ij <= x_i        sum_i w_ij <= y_j        sum_i x_i + sum_j y_j - sum_ij w_ij <= 1

Whole choices leave w one value, whatever the signs of what is gained or lost. Without integrality, what
the rows leave over completes w to a table with margins x and y, whose cells "first set, second set, or
neither" sum to 1: a mean of whole choices. The rows thus describe the convex hull of the products
x_i y_j, and no other row on the two sets is tighter.

Reference: H. D. Sherali and W. P. Adams, A hierarchy of relaxations between the continuous and convex hull
representations for zero-one programming problems, SIAM J. Discrete Math. 3 (1990), 411-430,
https://doi.org/10.1137/0403036.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bocage.decide.portfolio.layers import Layers
from bocage.decide.portfolio.statement import Portfolio

Array = NDArray[np.float64]
Ints = NDArray[np.int64]
Starts = Mapping[int, Sequence[Ints]]
"""For each action, its columns by year of start."""
Joined = Mapping[tuple[int, int], Array]
"""By couple of actions, what both add to each total by index of their start years, array (L, T, T)."""


@dataclass(frozen=True, kw_only=True)
class Choice:
    """An action and the years of start between which the other set sees no difference.

    Attributes:
        action: action.
        years: indices of its start years.
        columns: columns of the portfolio that make the choice.
    """

    action: int
    years: tuple[int, ...]
    columns: Ints


@dataclass(frozen=True, kw_only=True)
class Meeting:
    """Two sets of alternatives that meet.

    Attributes:
        first: F choices, one of which is made at most.
        second: S choices, likewise.
        layers: array (L, F, S), what both choices add to each total, in the order of `Layers`.
    """

    first: Sequence[Choice]
    second: Sequence[Choice]
    layers: Array

    @property
    def size(self) -> int:
        """Number of variables."""
        return len(self.first) * len(self.second)

    def met(self, start: Mapping[int, int]) -> Array:
        """Array (F, S), 1 where both choices are made.

        Args:
            start: index of the start year by action chosen.
        """
        made = [np.array([start.get(one.action) in one.years for one in side]) for side in (self.first, self.second)]
        return np.asarray(np.outer(*made), dtype=float)


def meetings_of(portfolio: Portfolio, started: Starts, layers: Layers) -> list[Meeting]:
    """The pairs of a portfolio, gathered by the two sets of alternatives that they join.

    An action without alternative is a set by itself. Pairs within a set are left out: they never act together.

    Args:
        portfolio: what decides the plan.
        started: columns of each action by year of start.
        layers: the totals of the portfolio.
    """
    set_of = {int(action): number for number, group in enumerate(portfolio.groups) for action in group}
    between: dict[tuple[int, int], dict[tuple[int, int], Array]] = defaultdict(dict)
    for pair, worth in zip(portfolio.pairs, layers.pairs, strict=True):
        own, other = (set_of.get(action, -1 - action) for action in (pair.a, pair.b))
        turned = own > other
        ends = (pair.b, pair.a) if turned else (pair.a, pair.b)
        if own != other and all(action in started for action in ends):
            joined = between[min(own, other), max(own, other)]
            added = worth.transpose(0, 2, 1) if turned else worth
            joined[ends] = joined[ends] + added if ends in joined else added
    return [_meeting(joined, started, portfolio.years) for joined in between.values()]


def _meeting(joined: Joined, started: Starts, years: int) -> Meeting:
    sides = [sorted({ends[side] for ends in joined}) for side in (0, 1)]
    rows, columns = [{action: number * years for number, action in enumerate(side)} for side in sides]
    depth = len(next(iter(joined.values())))
    layers = np.zeros((depth, len(rows) * years, len(columns) * years))
    for (first, second), block in joined.items():
        layers[:, rows[first] : rows[first] + years, columns[second] : columns[second] + years] = block
    firsts, seconds = _choices(sides[0], layers, started), _choices(sides[1], layers.transpose(0, 2, 1), started)
    kept_rows = [rows[one.action] + one.years[0] for one in firsts]
    kept_columns = [columns[one.action] + one.years[0] for one in seconds]
    return Meeting(first=firsts, second=seconds, layers=layers[:, kept_rows][:, :, kept_columns])


def _choices(actions: Sequence[int], layers: Array, started: Starts) -> list[Choice]:
    """Choices of one side; start years of an action that the whole other side sees alike make one choice."""
    found = []
    for number, action in enumerate(actions):
        alike: dict[bytes, list[int]] = defaultdict(list)
        for year, columns in enumerate(started[action]):
            if len(columns):
                alike[layers[:, number * len(started[action]) + year].tobytes()].append(year)
        found += [
            Choice(
                action=action,
                years=tuple(years),
                columns=np.concatenate([started[action][year] for year in years]),
            )
            for years in alike.values()
        ]
    return found
