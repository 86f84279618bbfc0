"""What similar luminaires of the same inventory say of one that says nothing."""

from collections.abc import Sequence

import polars as pl

LEAST_DECLARED_SHARE = 0.2
"""Below this share of declared values a group does not speak for its members; a share, so that an
inventory written twice says the same as once."""
_TOLD, _SHARE = "_told", "_share"


def usual_code(frame: pl.DataFrame, name: str, by: Sequence[str]) -> pl.Series:
    """Most frequent declared code of each row's group, null where the group is unnamed or says too little.

    Ties go to the code that comes first in the alphabet.

    >>> frame = pl.DataFrame({"street": ["a", "a", None], "technology": ["LED", None, None]})
    >>> usual_code(frame, "technology", ["street"]).to_list()
    ['LED', 'LED', None]
    """
    known = pl.col(name).is_not_null()
    counted = frame.group_by(*by, name).len().sort(known, "len", name, descending=[True, True, False])
    best = counted.group_by(by, maintain_order=True).agg(
        pl.col(name).first().alias(_TOLD), (pl.col("len").filter(known).sum() / pl.col("len").sum()).alias(_SHARE)
    )
    return _told(frame, best, name, by)


def usual_value(frame: pl.DataFrame, name: str, by: Sequence[str]) -> pl.Series:
    """Median of the declared values of each row's group, null where the group is unnamed or says too little.

    >>> frame = pl.DataFrame({"street": ["a", "a", "a"], "h": [4.0, 6.0, None]})
    >>> usual_value(frame, "h", ["street"]).to_list()
    [5.0, 5.0, 5.0]
    """
    known = pl.col(name).is_not_null()
    best = frame.group_by(by).agg(pl.col(name).median().alias(_TOLD), known.mean().alias(_SHARE))
    return _told(frame, best, name, by)


def _told(frame: pl.DataFrame, best: pl.DataFrame, name: str, by: Sequence[str]) -> pl.Series:
    """What the group of each row says, of those in which enough is declared."""
    enough = pl.col(_SHARE) >= LEAST_DECLARED_SHARE
    told = best.select(*by, pl.when(enough).then(_TOLD).alias(_TOLD))
    return frame.select(by).join(told, on=by, how="left", maintain_order="left")[_TOLD].alias(name)
