"""A mixed-integer program as arrays, and the rows it is gathered from: numpy alone, whatever the solver."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Ints = NDArray[np.int64]
Terms = tuple[Ints, Array | float]
"""Variables and their weights, or one weight for all."""
Kind = Literal["must", "floor", "goal", "budget", "limit", "switch"]
Name = tuple[Kind, int]
"""A constraint that somebody set: its kind, and its number in the portfolio (of the payer for a budget)."""


@dataclass(frozen=True, kw_only=True)
class Program:
    """max c x, lower <= A x <= upper, least <= x <= bound; A by columns (start, index, value).

    Attributes:
        cost: array (N,), c.
        least: array (N,), lower bounds of the variables.
        bound: array (N,), upper bounds of the variables.
        integer: array (N,) of booleans.
        lower: array (M,), lower bounds of the rows.
        upper: array (M,), upper bounds of the rows.
        start: array (N + 1,), where each column of A starts.
        index: array (Z,), rows.
        value: array (Z,), coefficients.
        columns: number of variables that are columns of the portfolio; they come first.
        deciding: number of rows that limit columns; those that only follow them come last.
        names: M names, None for the rows that hold whatever was asked.
    """

    cost: Array
    least: Array
    bound: Array
    integer: NDArray[np.bool_]
    lower: Array
    upper: Array
    start: Ints
    index: Ints
    value: Array
    columns: int
    deciding: int
    names: tuple[Name | None, ...]

    def without(self, dropped: Collection[Name]) -> "Program":
        """The same program without some constraints.

        Args:
            dropped: names of the constraints.
        """
        free = np.array([name in dropped for name in self.names], dtype=bool)
        return replace(self, lower=np.where(free, -np.inf, self.lower), upper=np.where(free, np.inf, self.upper))

    def stretched(self, name: Name) -> "Program":
        """The program that breaks one constraint as little as it can, and nothing else.

        A variable is added by row of the constraint, after the others: what the row is broken by. Their sum is
        all that counts; among equals, later rows give before earlier ones.

        Args:
            name: constraint that may be broken.
        """
        rows = np.array([row for row, known in enumerate(self.names) if known == name], dtype=np.int64)
        more = len(rows)
        return replace(
            self,
            cost=np.append(np.zeros(len(self.cost)), -1.0 - 1e-6 * np.arange(more)[::-1]),
            least=np.append(self.least, np.zeros(more)),
            bound=np.append(self.bound, np.full(more, np.inf)),
            integer=np.append(self.integer, np.zeros(more, dtype=bool)),
            start=np.append(self.start, len(self.index) + 1 + np.arange(more)),
            index=np.append(self.index, rows),
            value=np.append(self.value, np.where(np.isfinite(self.upper[rows]), -1.0, 1.0)),
        )


class Rows:
    """Rows gathered one by one, as long lists of (row, variable, coefficient)."""

    def __init__(self) -> None:
        self.variables: list[Ints] = []
        self.weights: list[Array] = []
        self.lower: list[float] = []
        self.upper: list[float] = []
        self.names: list[Name | None] = []

    def add(
        self, terms: Iterable[Terms], *, lower: float = -np.inf, upper: float = np.inf, name: Name | None = None
    ) -> None:
        """Add lower <= sum of weights times variables <= upper."""
        parts = list(terms)
        weights = [np.full(len(of), weight) if isinstance(weight, float) else weight for of, weight in parts]
        self.variables.append(np.concatenate([variables for variables, _ in parts]))
        self.weights.append(np.concatenate(weights))
        self.lower.append(lower)
        self.upper.append(upper)
        self.names.append(name)

    def __len__(self) -> int:
        """Number of rows gathered so far."""
        return len(self.lower)

    def assemble(
        self, *, cost: Array, least: Array, bound: Array, integer: NDArray[np.bool_], columns: int, deciding: int
    ) -> Program:
        """The program that these rows make.

        Args:
            cost: array (N,), worth of each variable.
            least: array (N,), lower bounds of the variables.
            bound: array (N,), upper bounds of the variables.
            integer: array (N,), which variables are integer.
            columns: number of variables that are columns of the portfolio.
            deciding: number of rows that limit columns.
        """
        sizes = np.array([len(part) for part in self.variables], dtype=np.int64)
        row = np.repeat(np.arange(len(sizes)), sizes)
        variable = np.concatenate(self.variables) if len(sizes) else np.zeros(0, dtype=np.int64)
        value = np.concatenate(self.weights) if len(sizes) else np.zeros(0)
        # A column may meet a row twice (a switch whose users also count): HiGHS refuses duplicates, so they are summed.
        key = variable * max(1, len(sizes)) + row
        unique, inverse = np.unique(key, return_inverse=True)
        summed = np.bincount(inverse, weights=value, minlength=len(unique))
        variable, row = np.divmod(unique, max(1, len(sizes)))
        return Program(
            cost=cost,
            least=least,
            bound=bound,
            integer=integer,
            lower=np.array(self.lower, dtype=float),
            upper=np.array(self.upper, dtype=float),
            start=np.searchsorted(variable, np.arange(len(cost) + 1)).astype(np.int64),
            index=row.astype(np.int64),
            value=np.asarray(summed, dtype=float),
            columns=columns,
            deciding=deciding,
            names=tuple(self.names),
        )
