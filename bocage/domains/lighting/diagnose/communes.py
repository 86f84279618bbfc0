"""The communes of a wider territory against each other: the rank of each among communes of its size."""

import numpy as np
import polars as pl

from bocage.domains.lighting.diagnose.completeness import DATA, share_held
from bocage.domains.lighting.inventory.declared import LOCALE, LUMINAIRE
from bocage.vocabulary.domain import Finding, ResultTable
from bocage.vocabulary.draws import Array
from bocage.vocabulary.text import Message

PEERS = 30
"""Number of communes of about the same size to which one is compared."""
LEAST_PEERS = 5
HIGH_RANK_PERCENT = 90.0
PERCENT = 100.0


def commune_figures(rows: pl.DataFrame) -> pl.DataFrame:
    """Figures of each commune and its rank among the communes nearest to it in number of points.

    Args:
        rows: luminaires after `with_load`.

    Returns:
        By `commune_code`: `light_points`, `power_per_point_w`, `energy_per_point_kwh_year`,
        `led_percent`, `held_percent` (data held), `power_rank_percent` and `energy_rank_percent` (share
        of its peers that are lower, null where there are fewer than five), `peers`; by code.
    """
    known = rows.filter(pl.col("commune_code") != "")
    figures = known.group_by("commune_code").agg(
        pl.len().cast(pl.Int64).alias("light_points"),
        pl.col("system_power_w").mean().alias("power_per_point_w"),
        pl.col("energy_kwh").mean().alias("energy_per_point_kwh_year"),
        (PERCENT * pl.col("is_led").mean()).alias("led_percent"),
        share_held(DATA).mean().alias("held_percent"),
    )
    figures = figures.sort("light_points", "commune_code")
    others = min(PEERS, max(len(figures) - 1, 0))
    ranks = {
        name: rank_among_peers(figures[column].to_numpy(), others)
        for name, column in (
            ("power_rank_percent", "power_per_point_w"),
            ("energy_rank_percent", "energy_per_point_kwh_year"),
        )
    }
    return figures.with_columns(
        *(pl.Series(name, values).fill_nan(None) for name, values in ranks.items()),
        pl.lit(others, dtype=pl.Int64).alias("peers"),
    ).sort("commune_code")


def rank_among_peers(values: Array, peers: int) -> Array:
    """Share of the peers of each value that are lower, ties counting half [%].

    Args:
        values: values in the order of size (n,).
        peers: number of neighbours in that order to compare with, at most n - 1.

    Returns:
        Array (n,), NaN with fewer than five peers.

    >>> rank_among_peers(np.array([5.0, 1.0, 2.0, 3.0, 4.0, 9.0]), 5).tolist()
    [80.0, 0.0, 20.0, 40.0, 60.0, 100.0]
    """
    count = len(values)
    if peers < LEAST_PEERS:
        return np.full(count, np.nan)
    first = np.clip(np.arange(count) - peers // 2, 0, count - peers - 1)
    window = values[first[:, None] + np.arange(peers + 1)]
    lower = (window < values[:, None]).sum(axis=1) + 0.5 * ((window == values[:, None]).sum(axis=1) - 1)
    return np.asarray(PERCENT * lower / peers)


def commune_table(figures: pl.DataFrame) -> ResultTable:
    """The communes as a table, the highest energy per point first."""
    title = Message("Communes, each ranked among those of its size", {}, LOCALE)
    return ResultTable(
        "communes", title, figures.sort("energy_per_point_kwh_year", "commune_code", descending=[True, False])
    )


def commune_finding(figures: pl.DataFrame, rows: pl.DataFrame) -> list[Finding]:
    """The finding that names the communes among the tenth of their peers that use most per point; none without."""
    high = figures.filter(pl.col("energy_rank_percent") >= HIGH_RANK_PERCENT)
    if high.is_empty():
        return []
    first = high.sort("energy_per_point_kwh_year", "commune_code", descending=[True, False])
    sentence = Message(
        "Communes that use more energy per point than nine in ten communes of their size: {count} of {total},"
        " first {commune} ({energy} kWh per point and year)",
        {
            "count": len(high),
            "total": len(figures),
            "commune": first["commune_code"][0],
            "energy": first["energy_per_point_kwh_year"][0],
        },
        LOCALE,
    )
    concerned = rows.filter(pl.col("commune_code").is_in(high["commune_code"].implode()))["asset_id"].sort().to_list()
    return [Finding(code="BOC-LIG-030", sentence=sentence, asset_type=LUMINAIRE, asset_ids=concerned)]
