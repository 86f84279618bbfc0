"""Estimates that an export of the twin holds: read as the file's own values they would pass for facts."""

from collections.abc import Mapping
from dataclasses import replace

import polars as pl

from bocage.sources.names import plain, split_unit
from bocage.sources.raw import RawTable
from bocage.sources.verdict import Verdict
from bocage.vocabulary.origin import LABELS, ORIGINS, Origin

ESTIMATED: tuple[Origin, ...] = ("inferred", "default")
"""Origins of what the twin worked out itself."""
_SUFFIXES = ("origin", "origine")
"""How the exports name the column of origins, after the name of the column that it speaks of."""


def without_estimates(raw: RawTable, headers: Mapping[str, str]) -> tuple[RawTable, tuple[Verdict, ...]]:
    """Empty the cells that a column of origins beside theirs calls estimates.

    Args:
        raw: the file as it was read.
        headers: header of the file by declared column.

    Returns:
        The file, and what was left out; the file as it is where it has no column of origins.
    """
    named = {plain(header): header for header in raw.frame.columns}
    changed, count, columns = [], 0, []
    for header in headers.values():
        names = (plain(header), plain(split_unit(header)[0]))
        found = [named[one] for name in names for suffix in _SUFFIXES if (one := f"{name}_{suffix}") in named]
        estimated = _estimated(raw.frame[found[0]]) if found and header in raw.frame.columns else None
        if estimated is None:
            continue
        lost = estimated & raw.frame[header].is_not_null()
        if lost.any():
            count += int(lost.sum())
            columns.append(header)
            changed.append(pl.when(~lost).then(pl.col(header)).alias(header))
    if not changed:
        return raw, ()
    verdict = Verdict(code="BOC-IMP-338", count=count, columns=tuple(columns))
    return replace(raw, frame=raw.frame.with_columns(changed)), (verdict,)


def _estimated(cells: pl.Series) -> pl.Series | None:
    """Which cells say that a value was estimated; None where the column is not one of origins."""
    meant = {plain(word): origin for origin in ORIGINS for word in (origin, *LABELS[origin].values())}
    written = cells.cast(pl.String, strict=False).drop_nulls().unique().to_list()
    if not written or any(plain(word) not in meant for word in written):
        return None
    words = [word for word in written if meant[plain(word)] in ESTIMATED]
    return cells.cast(pl.String, strict=False).is_in(words).fill_null(value=False)
