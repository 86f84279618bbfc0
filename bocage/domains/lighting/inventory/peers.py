"""What similar luminaires of the same inventory say of one that says nothing."""

from collections.abc import Sequence

import polars as pl

LEAST_DECLARED_SHARE = 0.2
"""Below this share of declared values a group does not speak for its members; a share, so that an
inventory written twice says the same as once."""


def usual_code(frame: pl.DataFrame, name: str, by: Sequence[str]) -> pl.Series:
    """Most frequent declared code of each row's group, null where the group is unnamed or says too little.

    Ties go to the code that comes first in the alphabet.

    >>> frame = pl.DataFrame({"street": ["a", "a", None], "technology": ["LED", None, None]})
    >>> usual_code(frame, "technology", ["street"]).to_list()
    ['LED', 'LED', None]
    """
    declared = frame.filter(pl.col(name).is_not_null()).group_by(*by, name).len()
    best = (
        declared.sort(pl.col("len"), pl.col(name), descending=[True, False]).group_by(by, maintain_order=True).first()
    )
    return _told(frame, best, name, by)


def usual_value(frame: pl.DataFrame, name: str, by: Sequence[str]) -> pl.Series:
    """Median of the declared values of each row's group, null where the group is unnamed or says too little.

    >>> frame = pl.DataFrame({"street": ["a", "a", "a"], "h": [4.0, 6.0, None]})
    >>> usual_value(frame, "h", ["street"]).to_list()
    [5.0, 5.0, 5.0]
    """
    best = frame.filter(pl.col(name).is_not_null()).group_by(by).agg(pl.col(name).median())
    return _told(frame, best, name, by)


def _told(frame: pl.DataFrame, best: pl.DataFrame, name: str, by: Sequence[str]) -> pl.Series:
    share = frame.group_by(by).agg(pl.col(name).is_not_null().mean().alias("_share"))
    best = best.select(*by, pl.col(name).alias("_told")).join(share, on=by, how="left")
    told = frame.select(by).join(best, on=by, how="left", maintain_order="left")
    return told.select(pl.when(pl.col("_share") >= LEAST_DECLARED_SHARE).then("_told").alias(name)).to_series()
