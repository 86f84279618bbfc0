"""Uncertainty carried as draws: sums and differences are taken draw by draw, never on bounds.

K draws share their seeds: the same name gives the same draws everywhere, so that two results
that rest on the same uncertain number move together.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

Array = NDArray[np.float64]

LOW_PERCENTILE, HIGH_PERCENTILE = 10.0, 90.0
Z90 = 1.2815515655446004
"""90th percentile of the standard normal: (high - low) of a normal is 2 Z90 standard deviations."""

ROUNDING = 1e-12
"""Relative change below which two sums of floats are the same."""


def generator(seed: int, *name: str) -> np.random.Generator:
    """A random generator that depends on the seed and a name only, not on the order of calls.

    >>> bool(generator(1, "price").random() == generator(1, "price").random())
    True
    """
    digest = hashlib.blake2b("\x1f".join(name).encode(), digest_size=8, key=str(seed).encode()).digest()
    return np.random.default_rng(int.from_bytes(digest, "little"))


def factor_draws(low: float, high: float, count: int, *, seed: int, name: str) -> Array:
    """Lognormal factors whose 10th and 90th percentiles stand in the ratio high / low, of mean exactly 1.

    Multiply a central value by them: the mean of the result is the central value.

    Args:
        low: 10th percentile of the quantity, in any unit, > 0.
        high: 90th percentile, same unit, >= low.
        count: K, number of draws.
        seed: seed of the run.
        name: name of the uncertain quantity.

    Returns:
        Array (K,) [1].

    Raises:
        ValueError: the bounds are not 0 < low <= high.

    >>> f = factor_draws(0.8, 1.25, 1000, seed=1, name="cost")
    >>> round(float(f.mean()), 12)
    1.0
    """
    if not 0 < low <= high:
        raise ValueError(f"an interval needs 0 < low <= high, not {low} and {high}")
    sigma = np.log(high / low) / (2 * Z90)
    factors = np.exp(sigma * generator(seed, name).standard_normal(count))
    return np.asarray(factors / factors.mean(), dtype=np.float64)


def forecast_share(effects: Array) -> Array:
    """Share on defaults of effects of works to come: all of it, or nothing where there is no effect [1].

    What works will do rests on the design of the works whatever the inventory knows of the present.

    Args:
        effects: array (n, K), draws of the effects.

    >>> forecast_share(np.array([[-3.0, -5.0], [0.0, 0.0]])).tolist()
    [1.0, 0.0]
    """
    return np.asarray(effects.any(axis=1), dtype=np.float64)


def interval_of(draws: Array, axis: int = -1) -> tuple[Array, Array, Array]:
    """Mean, 10th and 90th percentiles of draws.

    Args:
        draws: array of any shape, K draws along `axis`.
        axis: axis of the draws.

    >>> mean, low, high = interval_of(np.arange(11.0))
    >>> float(mean), float(low), float(high)
    (5.0, 1.0, 9.0)
    """
    low, high = np.percentile(draws, [LOW_PERCENTILE, HIGH_PERCENTILE], axis=axis)
    return np.asarray(draws.mean(axis=axis)), np.asarray(low), np.asarray(high)


def difference(after: Array, before: Array) -> Array:
    """What changes between two states; where only the last digits of a sum of floats do, nothing does.

    Args:
        after: array, draws of one state.
        before: array of the same shape, draws of the other.

    >>> difference(np.array([0.1 + 0.2, 5.0]), np.array([0.3, 4.0])).tolist()
    [0.0, 1.0]
    """
    change = after - before
    return np.where(np.abs(change) <= ROUNDING * np.maximum(np.abs(after), np.abs(before)), 0.0, change)


@dataclass(frozen=True)
class DrawTable:
    """Results as draws: one row of keys per row of draws.

    Attributes:
        keys: frame of n rows; has at least `indicator` and `unit`.
        draws: array (n, K) in the unit of the row.
        default_share: array (n,) [1], share of each value that rests on default or inferred inputs.
    """

    keys: pl.DataFrame
    draws: Array
    default_share: Array

    def __post_init__(self) -> None:
        if self.draws.ndim != 2 or len(self.keys) != len(self.draws) or len(self.keys) != len(self.default_share):
            raise ValueError("a draw table needs as many rows of draws and shares as of keys")

    def summary(self) -> pl.DataFrame:
        """Keys with `value` (mean), `low`, `high` (10th and 90th percentiles) and `default_share`."""
        low, high = (
            np.percentile(self.draws, [LOW_PERCENTILE, HIGH_PERCENTILE], axis=1) if len(self.draws) else ([], [])
        )
        return self.keys.with_columns(
            pl.Series("value", self.draws.mean(axis=1) if len(self.draws) else [], dtype=pl.Float64),
            pl.Series("low", low, dtype=pl.Float64),
            pl.Series("high", high, dtype=pl.Float64),
            pl.Series("default_share", self.default_share, dtype=pl.Float64),
        )

    def where(self, predicate: pl.Expr) -> "DrawTable":
        """The rows that satisfy the predicate on the keys."""
        rows = self.keys.select(predicate.alias("_")).to_series().to_numpy().astype(bool)
        return DrawTable(self.keys.filter(pl.Series(rows)), self.draws[rows], self.default_share[rows])

    def draws_of(self, indicator: str) -> Array:
        """Draws (K,) of the only row of that indicator; KeyError where there is none or several."""
        rows = np.flatnonzero((self.keys["indicator"] == indicator).to_numpy())
        if len(rows) != 1:
            raise KeyError(f"{len(rows)} rows of indicator {indicator}")
        return np.asarray(self.draws[rows[0]])

    def total(self, by: Sequence[str]) -> "DrawTable":
        """Sum of the draws by some of the keys (`indicator` and `unit` always kept).

        The share on defaults is the mean of the shares weighted by the absolute values.
        """
        names = list(dict.fromkeys([*by, "indicator", "unit"]))
        groups = self.keys.select(names).with_row_index("_row")
        index = groups.group_by(names, maintain_order=True).agg(pl.col("_row"))
        sums = np.zeros((len(index), self.draws.shape[1]))
        shares = np.zeros(len(index))
        weights = np.abs(self.draws.mean(axis=1)) if len(self.draws) else np.zeros(0)
        for position, rows in enumerate(index["_row"].to_list()):
            sums[position] = self.draws[rows].sum(axis=0)
            total = weights[rows].sum()
            shares[position] = (weights[rows] * self.default_share[rows]).sum() / total if total > 0 else 0.0
        return DrawTable(index.drop("_row"), sums, shares)

    def minus(self, other: "DrawTable", on: Sequence[str]) -> "DrawTable":
        """Draw-by-draw difference with the row of `other` that has the same keys `on`.

        It is a state that works would make, less the present one: its share on defaults is that of a
        forecast (`forecast_share`).

        Raises:
            KeyError: a row has no counterpart in `other`.
        """
        position = {key: row for row, key in enumerate(other.keys.select(on).iter_rows())}
        rows = [position[key] for key in self.keys.select(on).iter_rows()]
        change = difference(self.draws, other.draws[rows])
        return DrawTable(self.keys, change, forecast_share(change))

    @staticmethod
    def stack(tables: Sequence["DrawTable"]) -> "DrawTable":
        """Rows of several tables one after the other; columns absent from a table are null."""
        return DrawTable(
            pl.concat([table.keys for table in tables], how="diagonal"),
            np.concatenate([table.draws for table in tables]),
            np.concatenate([table.default_share for table in tables]),
        )
