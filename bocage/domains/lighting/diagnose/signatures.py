"""Signatures: the distinct sets of values on which the physics of luminaires depends, and where each stands."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from bocage.domains.lighting.simulate.totals import AT, GROUP, SUMMED, Totals, drawn, sums
from bocage.vocabulary.domain import Site

IDENTITY = (
    "asset_id", "commune_code", "street", "sector", "model", "support_id", "cabinet_id", "circuit_id", "lit_road_id",
    "geometry", "owner_siren", "competence", "budget", "contract_id", "valid_from", "valid_to", "source",
)  # fmt: skip
"""Columns that say which luminaire it is, where and whose: its physics does not read them."""
_NUMBER = "_number"
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Signatures:
    """Luminaires by what their physics reads.

    Attributes:
        rows: one luminaire of each signature (s rows).
        at: signature of each luminaire (n,).
        pair_at: signature of each pair of a commune and a signature found in it (m,).
        pair_place: rank of its commune, from 1; 0 where it is unknown (m,).
        pair_count: number of its luminaires (m,).
        scopes: number of results: the whole, then each commune.
    """

    rows: pl.DataFrame
    at: Ints
    pair_at: Ints
    pair_place: Ints
    pair_count: Ints
    scopes: int

    def totals(self, loaded: pl.DataFrame, site: Site) -> Totals:
        """Totals of the whole and of each commune.

        Args:
            loaded: signatures with their load (s rows).
            site: seed and number of draws.
        """
        kinds, kind = numbered(loaded, GROUP)
        summed = [name for name in SUMMED if name not in GROUP]
        weighed = [name for name in summed if loaded.schema[name] != pl.Boolean]
        # every sum over a pair is its count times the value of its signature
        everyone = (
            loaded.select(summed)
            .with_columns(pl.Series(_NUMBER, kind))[self.pair_at]
            .with_columns(pl.col(weighed) * pl.Series(self.pair_count), pl.Series(AT, self.pair_place))
        )
        local = everyone.group_by(AT, _NUMBER, maintain_order=True).agg(sums()).sort(AT, _NUMBER)
        whole = local.group_by(_NUMBER, maintain_order=True).agg(pl.exclude(AT).sum())
        rows = [
            whole.with_columns(pl.lit(0, dtype=pl.Int64).alias(AT)).select(local.columns),
            local.filter(pl.col(AT) > 0),
        ]
        named = kinds.select(GROUP).with_columns(pl.int_range(pl.len(), dtype=pl.Int64).alias(_NUMBER))
        groups = pl.concat(rows).join(named, on=_NUMBER, how="left", maintain_order="left")
        return drawn(groups.sort(AT, *GROUP), self.scopes, site)

    def sums(self, values: pl.DataFrame) -> pl.DataFrame:
        """Sum each column of the signatures over the luminaires of the whole and of each commune (1 + c rows)."""
        of_pairs = values[self.pair_at].with_columns(
            pl.all() * pl.Series(self.pair_count), pl.Series(AT, self.pair_place)
        )
        local = of_pairs.group_by(AT, maintain_order=True).agg(pl.all().sum())
        ranks = pl.DataFrame({AT: np.arange(self.scopes)}).join(local, on=AT, how="left").sort(AT).drop(AT).fill_null(0)
        return pl.concat([local.drop(AT).sum(), ranks.slice(1)], how="vertical_relaxed")


def sign(frame: pl.DataFrame, communes: Sequence[str], read: Sequence[str]) -> Signatures:
    """Find the signatures of completed luminaires.

    Args:
        frame: completed luminaires (n rows).
        communes: codes, in the order of the result.
        read: columns that what is to be computed reads, whatever they are called.

    >>> frame = pl.DataFrame({"asset_id": ["a", "b"], "commune_code": ["1", "2"], "system_power_w": [70.0, 70.0]})
    >>> sign(frame, ["1", "2"], []).rows.height
    1
    """
    technical = [name for name in frame.columns if name not in IDENTITY or name in read]
    rows, at = numbered(frame, technical)
    ranks = pl.DataFrame(
        {"commune_code": communes, AT: range(1, len(communes) + 1)}, schema={"commune_code": pl.String, AT: pl.Int64}
    )
    place = frame.select("commune_code").join(ranks, on="commune_code", how="left", maintain_order="left")[AT]
    pairs, counts = np.unique(place.fill_null(0).to_numpy() * len(rows) + at, return_counts=True)
    pair_place, pair_at = np.divmod(pairs, max(1, len(rows)))
    return Signatures(rows, at, pair_at, pair_place, counts.astype(np.int64), len(communes) + 1)


def numbered(frame: pl.DataFrame, columns: Sequence[str]) -> tuple[pl.DataFrame, Ints]:
    """The first row of each distinct set of values, and the number of the set of each row (n,).

    >>> first, number = numbered(pl.DataFrame({"a": ["x", "y", "x"]}), ["a"])
    >>> first["a"].to_list(), number.tolist()
    (['x', 'y'], [0, 1, 0])
    """
    ranked = frame.select(columns).with_row_index(_NUMBER)
    members = ranked.group_by(columns, maintain_order=True).agg(_NUMBER)[_NUMBER]
    at = np.empty(frame.height, dtype=np.int64)
    at[members.explode().to_numpy()] = np.repeat(np.arange(len(members)), members.list.len().to_numpy())
    return frame[members.list.first().to_numpy()], at
