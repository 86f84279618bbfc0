"""Physical totals as draws, by action or by sector: summed by group first, never a K-wide array per luminaire."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from bocage.domains.lighting.simulate.factors import Factors, by_distinct
from bocage.vocabulary.domain import Site

Array = NDArray[np.float64]

GROUP = ["technology", "is_led", "ratio_low", "ratio_high", "switching", "level", "phi", "phi_low", "phi_high"]
PLAIN = (
    "subscribed_kva", "sensitive_lit_points", "dark_road_km", "faulty_points", "area_m2", "class_km", "class_met_km",
)  # fmt: skip
"""Sums that carry no uncertainty of their own."""
SUMS = [
    "system_power_w", "full_kwh", "dimmed_kwh", "standby_kwh", "node_kwh", "edge_kwh", "lit_kwh", "lit_edge_kwh",
    "dark_h", "upkeep_eur", "node_fee_eur", "failures", "road_lm", "area_lm", "up_blue_lm", *PLAIN,
]  # fmt: skip
QUANTITIES = (
    "points", "power_kw", "energy_kwh", "lit_kwh", "maintenance_eur", "dark_h", "failures", "road_klm", "area_lm",
    "up_blue_klm", *PLAIN,
)  # fmt: skip
DOUBTFUL = {
    "system_power_w": "power_on_defaults",
    "lit_kwh": "on_defaults",
    "energy_kwh": "on_defaults",
    "subscribed_kva": "subscribed_on_defaults",
    "dark_road_km": "road_on_defaults",
}
"""What weighs each share on defaults, and the mark of the luminaires whose value rests on a guess."""
AT = "_at"
"""Rank of the row of the result to which a group of luminaires belongs."""
SUMMED = (*GROUP, *SUMS, "counted", "energy_kwh", *dict.fromkeys(DOUBTFUL.values()))
"""Columns that `totals` reads beside its key."""


@dataclass(frozen=True)
class Totals:
    """Sums over luminaires.

    Attributes:
        draws: by quantity of `QUANTITIES`, array (n, K); `lit_kwh` is full power times time on.
        default_share: by quantity of `DOUBTFUL`, array (n,): share of its central value that belongs
            to luminaires whose inputs were inferred or defaulted [1].
    """

    draws: dict[str, Array]
    default_share: dict[str, Array]

    def __add__(self, other: "Totals") -> "Totals":
        """Sum, quantity by quantity; the shares are those of the first."""
        return Totals({name: self.draws[name] + other.draws[name] for name in QUANTITIES}, self.default_share)

    def __sub__(self, other: "Totals") -> "Totals":
        """Difference, quantity by quantity; the shares are those of the first."""
        return Totals({name: self.draws[name] - other.draws[name] for name in QUANTITIES}, self.default_share)


def totals(rows: pl.DataFrame, key: str, order: Sequence[str], site: Site) -> Totals:
    """Totals of luminaires by the values of a column.

    Args:
        rows: luminaires with their load (`with_load`) and the column `key`.
        key: column to group by.
        order: values of the key in the order of the result; values without rows have zeros.
        site: seed and number of draws.

    Returns:
        Totals with n = len(order).
    """
    position = pl.DataFrame({key: list(order), AT: range(len(order))}, schema={key: pl.String, AT: pl.Int64})
    # In order: a sum of floats depends on it, and the choice between two equal plans on its last digit.
    placed = rows.join(position, on=key, how="inner", maintain_order="left")
    groups = placed.group_by(AT, *GROUP, maintain_order=True).agg(sums()).sort(AT, *GROUP)
    return drawn(groups, len(order), site)


def sums() -> list[pl.Expr]:
    """What is summed within each group of luminaires before anything is drawn."""
    return [
        pl.col("counted").sum().alias("points"),
        pl.col(SUMS).sum(),
        pl.col("energy_kwh").sum(),
        *(pl.col(name).filter(mark).sum().alias(f"{name}_doubtful") for name, mark in DOUBTFUL.items()),
    ]


def drawn(groups: pl.DataFrame, count: int, site: Site) -> Totals:
    """Totals from sums by group.

    Args:
        groups: rank of the row of the result (`AT`, sorted), `GROUP` and the columns of `sums`.
        count: number of rows of the result; those without groups have zeros.
        site: seed and number of draws.
    """
    at = groups[AT].to_numpy()

    def sum_of(name: str, weight: pl.Expr | None = None) -> Array:
        """Sum of a column over the groups of each row (count, 1)."""
        values = groups.select(pl.col(name) if weight is None else pl.col(name) * weight).to_series()
        return _by_key(values.to_numpy()[:, None], at, count)

    shares = {}
    for name in DOUBTFUL:
        whole, doubtful = sum_of(name)[:, 0], sum_of(f"{name}_doubtful")[:, 0]
        shares[name] = np.divide(doubtful, whole, out=np.zeros(count), where=whole > 0).clip(0, 1)
    factors = Factors(site)
    parts = {name: _by_key(part, at, count) for name, part in _of_power(groups, factors, site).items()}
    parts["energy_kwh"] += sum_of("standby_kwh") * factors.bounded("operation.standby_power")
    parts["energy_kwh"] += sum_of("node_kwh") * factors.bounded("operation.node_power")
    led, other = pl.col("is_led").cast(pl.Float64), (~pl.col("is_led")).cast(pl.Float64)
    for name, column, of in (
        ("maintenance_eur", "upkeep_eur", factors.upkeep),
        ("failures",) * 2 + (factors.failures,),
    ):
        parts[name] = sum_of(column, led) * of(is_led=True) + sum_of(column, other) * of(is_led=False)
    parts["maintenance_eur"] += sum_of("node_fee_eur") * factors.bounded("operation.node_running_cost")
    road, everywhere = factors.bounded("light.road_share"), np.ones(site.draws)
    parts |= {
        "road_klm": sum_of("road_lm") / 1000 * road,
        "area_lm": sum_of("area_lm") * road,
        "up_blue_klm": sum_of("up_blue_lm") / 1000 * factors.bounded("light.output_ratio"),
        **{name: sum_of(name) * everywhere for name in ("points", "dark_h", *PLAIN)},
    }
    return Totals(parts, shares)


def _of_power(groups: pl.DataFrame, factors: Factors, site: Site) -> dict[str, Array]:
    """What rests on the power of each group, as draws (groups, K): no other quantity needs an array so wide."""
    power = by_distinct(groups, ["technology", "ratio_low", "ratio_high"], factors.power, site.draws)
    edge = by_distinct(groups, ["switching"], factors.switching, site.draws) - 1
    dimming = by_distinct(
        groups,
        ["level", "phi_low", "phi_high", "is_led"],
        lambda level, low, high, is_led: factors.dimming(level, low, high, is_led=is_led),
        site.draws,
    )

    def column(name: str) -> Array:
        return groups[name].to_numpy()[:, None]

    return {
        "power_kw": column("system_power_w") / 1000 * power,
        "energy_kwh": power * (column("full_kwh") + column("edge_kwh") * edge + column("dimmed_kwh") * dimming),
        "lit_kwh": power * (column("lit_kwh") + column("lit_edge_kwh") * edge),
    }


def _by_key(values: Array, at: NDArray[np.int64], count: int) -> Array:
    """Sum the rows of `values` by key; `at` is sorted."""
    result = np.zeros((count, values.shape[1]))
    if len(at):
        starts = np.flatnonzero(np.concatenate([[True], at[1:] != at[:-1]]))
        result[at[starts]] = np.add.reduceat(values, starts, axis=0)
    return result
