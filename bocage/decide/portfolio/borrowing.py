"""What a payer has to borrow for its balances to hold: exactly, at the least cost, and quickly, as late as possible.

A euro borrowed in year s is there from s on; its annuity is paid from the next year on. Where balances are
carried over it leaves 1 - annuity x (number of annuities paid) in year t; where each year stands alone, the
year of the loan has 1 and the years of its annuities -annuity.
"""

from collections.abc import Sequence
from operator import mul

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Ints = NDArray[np.int64]
_TIE = 1e-9
"""Relative price of a euro borrowed, on top of its cost: among loans of equal cost, the least is taken."""


def effects(annuity: Array, years: Ints, *, carried: bool) -> Array:
    """What a euro borrowed in each year adds to the balance of each year, array (T, T) by [year, year of the loan].

    Args:
        annuity: array (T,), yearly repayment of a euro borrowed in each year [1].
        years: array (T,), number of annuities.
        carried: True where what is left stays available the next year.

    >>> effects(np.array([0.5, 0.5, 0.5]), np.array([2, 2, 2]), carried=True)
    array([[1. , 0. , 0. ],
           [0.5, 1. , 0. ],
           [0. , 0.5, 1. ]])
    """
    age = np.arange(len(annuity))[:, None] - np.arange(len(annuity))[None, :]
    if carried:
        found = 1.0 - annuity * np.clip(age, 0, years)
    else:
        found = (age == 0).astype(float) - annuity * ((age > 0) & (age <= years))
    return np.asarray(np.where(age < 0, 0.0, found))


def cheapest_loans(balance: Array, effect: Array, *, limit: Array, cost: Array, outstanding: float) -> Array | None:
    """Loans of least cost that keep the balances of one payer >= 0, array (T,); None where none do.

    A linear program solved by the dual simplex method from the plan without loans, which costs nothing:
    with T years it takes a few pivots of a table of 2 T rows.

    Args:
        balance: array (T,), balance of each year without loans [EUR].
        effect: array (T, T), what a euro borrowed in each year adds to the balances.
        limit: array (T,), most that may be borrowed each year [EUR].
        cost: array (T,), cost of a euro borrowed in each year, >= 0.
        outstanding: most that may be borrowed in all [EUR].

    Reference: C. E. Lemke, The dual method of solving the linear programming problem, Naval Research
    Logistics Quarterly 1 (1954), 36-47, https://doi.org/10.1002/nav.3800010107.

    >>> yearly = effects(np.array([0.6, 0.6]), np.array([2, 2]), carried=True)
    >>> cheapest_loans(np.array([-10.0, 5.0]), yearly, limit=np.full(2, 50.0), cost=np.ones(2), outstanding=np.inf)
    array([10.,  0.])
    """
    if (balance >= 0).all():
        return np.zeros(len(balance))
    bounded = np.isfinite(limit)
    rows = [-effect, np.eye(len(limit))[bounded]]
    sides = [balance, limit[bounded]]
    if np.isfinite(outstanding):
        rows.append(np.ones((1, len(limit))))
        sides.append(np.array([outstanding]))
    tie = _TIE * max(1.0, float(cost.max(initial=0.0)))
    loans = _dual_simplex(np.concatenate(rows), np.concatenate(sides), cost + tie)
    return None if loans is None else np.maximum(loans, 0.0)


def _dual_simplex(rows: Array, sides: Array, cost: Array) -> Array | None:
    """Minimise cost x where rows x <= sides, x >= 0 and cost >= 0; None where no x does."""
    count, size = rows.shape
    table = np.hstack([rows, np.eye(count), sides[:, None]])
    price = np.append(cost, np.zeros(count + 1))
    basis = np.arange(size, size + count)
    tolerance = 1e-9 * max(1.0, float(np.abs(sides).max(initial=0.0)))
    while True:
        short = np.flatnonzero(table[:, -1] < -tolerance)
        if not len(short):
            break
        # The least index leaves and enters (Bland): no cycle.
        row = short[np.argmin(basis[short])]
        ways = np.flatnonzero(table[row, :-1] < -1e-9)
        if not len(ways):
            return None
        entering = ways[np.argmin(price[ways] / -table[row, ways])]
        table[row] /= table[row, entering]
        others = np.arange(count) != row
        table[others] -= np.outer(table[others, entering], table[row])
        price -= price[entering] * table[row]
        basis[row] = entering
    found = np.zeros(size + count)
    found[basis] = table[:, -1]
    return found[:size]


def latest_loans(
    left: Sequence[float],
    effect: Sequence[Sequence[float]],
    limit: Sequence[float],
    outstanding: float,
    *,
    carried: bool,
) -> tuple[list[float], float]:
    """Loans taken in the year that lacks money, earlier ones where that is not enough; and what still lacks at worst.

    Plain numbers and no search: quick enough to be asked for each candidate of a walk. Where the terms of
    loans differ from year to year, cheaper loans may exist, and may do where these do not.

    Args:
        left: balance of each year without loans, T values [EUR].
        effect: what a euro borrowed in each year (second index) adds to the balance of each year (first index).
        limit: most that may be borrowed each year [EUR].
        outstanding: most that may be borrowed in all [EUR].
        carried: True where a loan of an earlier year helps.

    >>> latest_loans([-10.0, 3.0], [[1.0, 0.0], [0.4, 1.0]], [50.0, 50.0], 60.0, carried=True)
    ([10.0, 0.0], 0.0)
    """
    loans, room = [0.0] * len(left), list(limit)
    for year, alone in enumerate(left):
        row = effect[year]
        short = -alone - sum(row[earlier] * loans[earlier] for earlier in range(year))
        for source in range(year, -1, -1) if carried else (year,):
            if short <= 0:
                break
            if row[source] > 0:
                taken = min(room[source], outstanding, short / row[source])
                loans[source] += taken
                room[source] -= taken
                outstanding -= taken
                short -= row[source] * taken
    held = (alone + sum(map(mul, row, loans)) for alone, row in zip(left, effect, strict=True))
    return loans, max(0.0, -min(held))
