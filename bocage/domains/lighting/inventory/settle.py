"""Settle a column: the declared value where there is one, else the best guess, with origin and interval."""

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from bocage.vocabulary.origin import Origin, high_column, low_column, origin_column


@dataclass(frozen=True)
class Guess:
    """A candidate value for the rows that have none.

    Attributes:
        value: expression or series of the values, null where the guess does not apply.
        origin: `declared`, `inferred` or `default`, or the name of a column that holds the origins.
        low: 10th percentile over the value, number or expression [1].
        high: 90th percentile over the value, number or expression [1].
    """

    value: pl.Expr | pl.Series
    origin: Origin | pl.Expr
    low: float | pl.Expr = 1.0
    high: float | pl.Expr = 1.0


def settle(frame: pl.DataFrame, name: str, guesses: Sequence[Guess], *, bounded: bool = True) -> pl.DataFrame:
    """Fill the nulls of a column with the first guess that applies; origins and bounds already there are kept.

    Args:
        frame: has the column.
        name: column to settle.
        guesses: from the best to the last resort.
        bounded: whether to add `<name>_low` and `<name>_high`.

    >>> frame = pl.DataFrame({"w": [70.0, None]})
    >>> settle(frame, "w", [Guess(pl.lit(100.0), "default", 0.5, 2.0)]).row(1)
    (100.0, 'default', 50.0, 200.0)
    """
    known = pl.col(name).is_not_null()
    frame = _with_companions(frame, name, bounded=bounded).with_columns(
        pl.when(known)
        .then(pl.col(origin_column(name)).fill_null("declared"))
        .otherwise(None)
        .alias(origin_column(name))
    )
    if bounded:
        frame = frame.with_columns(
            pl.when(known).then(pl.coalesce(bound, name)).alias(bound)
            for bound in (low_column(name), high_column(name))
        )
    for guess in guesses:
        if not frame[name].null_count():
            break
        frame = _apply(frame, name, guess, bounded=bounded)
    return frame


def _with_companions(frame: pl.DataFrame, name: str, *, bounded: bool) -> pl.DataFrame:
    companions: dict[str, pl.DataType] = {origin_column(name): pl.String()}
    if bounded:
        companions |= {low_column(name): pl.Float64(), high_column(name): pl.Float64()}
    missing = [pl.lit(None, dtype=kind).alias(key) for key, kind in companions.items() if key not in frame.columns]
    return frame.with_columns(missing)


def _apply(frame: pl.DataFrame, name: str, guess: Guess, *, bounded: bool) -> pl.DataFrame:
    value = guess.value if isinstance(guess.value, pl.Expr) else pl.lit(guess.value)
    origin = guess.origin if isinstance(guess.origin, pl.Expr) else pl.lit(guess.origin)
    frame = frame.with_columns(value.alias("_guess")).with_columns(
        (pl.col(name).is_null() & pl.col("_guess").is_not_null()).alias("_filled")
    )
    filled = pl.col("_filled")
    columns = [
        pl.when(filled).then(pl.col("_guess")).otherwise(pl.col(name)).alias(name),
        pl.when(filled).then(origin).otherwise(pl.col(origin_column(name))).alias(origin_column(name)),
    ]
    if bounded:
        for bound, ratio in ((low_column(name), guess.low), (high_column(name), guess.high)):
            columns.append(pl.when(filled).then(pl.col("_guess") * ratio).otherwise(pl.col(bound)).alias(bound))
    return frame.with_columns(columns).drop("_guess", "_filled")
