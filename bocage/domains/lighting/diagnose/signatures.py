"""Signatures: the distinct sets of values on which the physics of luminaires depends, and where each stands."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from bocage.domains.lighting.simulate.totals import AT, DOUBTFUL, GROUP, SUMS, Totals, drawn
from bocage.vocabulary.domain import Site

IDENTITY = (
    "asset_id", "commune_code", "street", "sector", "model", "support_id", "cabinet_id", "circuit_id", "lit_road_id",
    "geometry", "owner_siren", "competence", "budget", "contract_id", "valid_from", "valid_to", "source",
)  # fmt: skip
"""Columns that say which luminaire it is, where and whose: its physics does not read them."""
AGE_AND_PLACE = ("installed_on", "mounting_height_m", "cie_flux_code_3_percent")
"""Values that rules judge and that neither power, hours, light nor works rest on; with their companions."""
_NUMBER = "_number"
Ints = NDArray[np.int64]
Array = NDArray[np.float64]


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

    def totals(self, loaded: pl.DataFrame, states: Sequence[Ints], site: Site) -> list[Totals]:
        """Totals of the whole and of each commune in each of several states.

        Args:
            loaded: rows with their load, of which states are made (r rows).
            states: for each state, the row of `loaded` that each signature then is (s,).
            site: seed and number of draws.
        """
        kinds, kind = numbered(loaded, GROUP)
        order = kinds.select(pl.arg_sort_by(GROUP)).to_series().to_numpy()
        kind = np.argsort(order)[kind]
        columns = {column.name: column.to_numpy() for column in _summed(loaded)}
        named = kinds[order].select(GROUP)
        return [drawn(self._groups(columns, named, kind, state[self.pair_at]), self.scopes, site) for state in states]

    def _groups(self, columns: Mapping[str, Array], named: pl.DataFrame, kind: Ints, at: Ints) -> pl.DataFrame:
        """Sums by scope and kind, in this order.

        Args:
            columns: values to sum, by name (r,).
            named: values of `GROUP` by kind.
            kind: kind of each row (r,).
            at: row that each pair is (m,).
        """
        cells, cell = np.unique(self.pair_place * len(named) + kind[at], return_inverse=True)
        place, of = np.divmod(cells, max(1, len(named)))
        present, whole = np.unique(of, return_inverse=True)
        known = place > 0
        found = {}
        for name, values in columns.items():
            # every sum over a pair is its count times the value of its signature
            local = np.bincount(cell, values[at] * self.pair_count, len(cells))
            found[name] = np.concatenate([np.bincount(whole, local, len(present)), local[known]])
        groups = named[np.concatenate([present, of[known]])]
        scope = np.concatenate([np.zeros(len(present), dtype=np.int64), place[known]])
        return groups.with_columns(pl.Series(AT, scope), *(pl.Series(name, values) for name, values in found.items()))

    def sums(self, values: pl.DataFrame) -> pl.DataFrame:
        """Sum each column of the signatures over the luminaires of the whole and of each commune (1 + c rows)."""
        found = []
        for column in values:
            weights = column.to_numpy()[self.pair_at] * self.pair_count
            local = np.bincount(self.pair_place, weights, self.scopes)
            local[0] = local.sum()
            found.append(pl.Series(column.name, local).cast(column.dtype))
        return pl.DataFrame(found)


def _summed(loaded: pl.DataFrame) -> pl.DataFrame:
    """What `sums` adds up, row by row; the sum of a null is that of nothing."""
    doubtful = (pl.when(mark).then(name).otherwise(0.0).alias(f"{name}_doubtful") for name, mark in DOUBTFUL.items())
    every = loaded.select(pl.col("counted").alias("points"), pl.col(SUMS), "energy_kwh", *doubtful)
    return every.select(pl.all().cast(pl.Float64).fill_null(0.0))


def technical(frame: pl.DataFrame, read: Sequence[str]) -> tuple[list[str], list[str]]:
    """The columns that physics may read, and those that only rules do.

    Args:
        frame: completed luminaires.
        read: columns that rules read, whatever they are called.

    >>> technical(pl.DataFrame({"asset_id": ["a"], "system_power_w": [70.0], "installed_on": [None]}), [])
    (['system_power_w'], ['installed_on'])
    """
    told = [name for name in frame.columns if name not in IDENTITY or name in read]
    judged = [name for name in told if name.startswith(AGE_AND_PLACE)]
    return [name for name in told if name not in judged], judged


def sign(frame: pl.DataFrame, communes: Sequence[str], columns: Sequence[str]) -> Signatures:
    """Find the signatures of completed luminaires.

    Args:
        frame: completed luminaires (n rows).
        communes: codes, in the order of the result.
        columns: what a signature is made of.

    >>> frame = pl.DataFrame({"asset_id": ["a", "b"], "commune_code": ["1", "2"], "system_power_w": [70.0, 70.0]})
    >>> sign(frame, ["1", "2"], ["system_power_w"]).rows.height
    1
    """
    # what is null everywhere tells no luminaire from another
    telling = [name for name in columns if frame[name].null_count() < frame.height]
    rows, at = numbered(frame, telling or columns)
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
