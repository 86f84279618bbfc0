"""The load curve of one cabinet beside what its luminaires should draw, step by step and night by night."""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from bocage.domains.lighting.inventory.declared import LUMINAIRE
from bocage.domains.lighting.inventory.delivery import CABINET, feeding
from bocage.domains.lighting.physics.bills import delivery_prices, supply_terms
from bocage.domains.lighting.physics.hours import HOUR_S, REGIME_COLUMNS, burning
from bocage.domains.lighting.physics.load import dimmed_equivalent_h, with_load
from bocage.science.intervals import overlap_s
from bocage.science.sun import elevation_deg
from bocage.vocabulary.domain import Assets, Site

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]

ACTIVE_POWER, REACTIVE_POWER, LEAKAGE = "active_power", "reactive_power", "leakage_current"
PHASES = ("current_l1", "current_l2", "current_l3")
KILOWATTS = {"W": 0.001, "kW": 1.0, "var": 0.001, "kvar": 1.0, "A": 1.0}
"""What a value in each unit is multiplied by."""
DAY_S = 86_400.0
LEAST_STEPS = 144
"""Observations below which a cabinet is not judged."""
NEAR_FULL, NEAR_STEADY = 0.95, 0.98


@dataclass(frozen=True, kw_only=True)
class Curve:
    """One cabinet over the window.

    Attributes:
        cabinet_id: the cabinet.
        asset_ids: its luminaires.
        edges_s: Unix times of the edges of the steps (n + 1,) [s].
        power_kw: measured mean power of each step (n,), nan in gaps [kW].
        expected_kw: what the luminaires should draw (n,) [kW].
        full_kw: load of all luminaires at full output [kW].
        dimmed: share of the step in which they should be dimmed (n,) [1].
        phi: power of the dimmed level over full power [1].
        others: other quantities of the cabinet by name (n,).
        sun_deg: lower elevation of the sun at the two edges of each step (n,) [degrees].
        subscribed_kva: nan where unknown [kVA].
        energy_price_eur_kwh: price of a kWh more or less [EUR/kWh].
        power_price_eur_kva_year: price of a subscribed kVA [EUR/kVA/year].
    """

    cabinet_id: str
    asset_ids: list[str]
    edges_s: Array
    power_kw: Array
    expected_kw: Array
    full_kw: float
    dimmed: Array
    phi: float
    others: Mapping[str, Array]
    sun_deg: Array
    subscribed_kva: float
    energy_price_eur_kwh: float
    power_price_eur_kva_year: float

    @property
    def step_h(self) -> float:
        """Length of a step [h]."""
        return float(self.edges_s[1] - self.edges_s[0]) / 3600

    @cached_property
    def night(self) -> NDArray[np.int64]:
        """Number of the night of each step, from noon to noon UTC (n,)."""
        return np.asarray((self.edges_s[:-1] - DAY_S / 2) // DAY_S, dtype=np.int64)

    @cached_property
    def at_full(self) -> Mask:
        """Steps in which all luminaires should be on at full output (n,)."""
        return np.asarray((self.expected_kw >= NEAR_FULL * self.full_kw) & np.isfinite(self.power_kw))

    @cached_property
    def at_dimmed(self) -> Mask:
        """Steps in which the dimmed luminaires should be dimmed throughout (n,)."""
        return np.asarray((self.dimmed >= NEAR_STEADY) & np.isfinite(self.power_kw))

    @cached_property
    def steady(self) -> Mask:
        """Steps that tell the state of the lamps: at full output, or dimmed where nights begin dimmed (n,)."""
        nights = len(np.unique(self.night))
        full_nights, _ = self.nightly(self.power_kw, self.at_full)
        return self.at_full if 2 * len(full_nights) >= nights else self.at_dimmed

    def nightly(self, values: Array, steps: Mask, *, least: int = 3) -> tuple[NDArray[np.int64], Array]:
        """Median of some values over some steps of each night that has enough of them: nights and medians."""
        kept = steps & np.isfinite(values)
        # Nights follow each other in time: those of one are neighbours.
        numbers, starts, counts = np.unique(self.night[kept], return_index=True, return_counts=True)
        parts = np.split(values[kept], starts[1:]) if len(starts) else []
        medians = [float(np.median(part)) for part in parts if len(part) >= least]
        return numbers[counts >= least], np.array(medians)

    def steps_of(self, night: int) -> NDArray[np.int64]:
        """Positions of the steps of one night."""
        first, after = np.searchsorted(self.night, [night, night + 1])
        return np.arange(first, after)

    def instant(self, position: int) -> dt.datetime:
        """Beginning of a step, UTC."""
        return dt.datetime.fromtimestamp(float(self.edges_s[position]), dt.UTC)


def curves(
    assets: Assets,
    series: pl.DataFrame,
    observations: pl.DataFrame,
    site: Site,
    *,
    start: dt.datetime,
    end: dt.datetime,
) -> Iterator[Curve]:
    """The cabinets that have both luminaires and a series of active power, one after the other.

    Args:
        assets: completed.
        series: rows of the noun `series`, of cabinets (`asset_id`).
        observations: rows of the noun `observation`.
        site: where, settings.
        start: first instant, UTC.
        end: instant after the last, UTC.
    """
    if LUMINAIRE not in assets or series.is_empty() or observations.is_empty():
        return
    rows = with_load(assets[LUMINAIRE], site)
    fed = feeding(assets).select("asset_id", pl.col("cabinet_id").alias("_cabinet"), "prm")
    rows = rows.join(fed, on="asset_id", how="left", maintain_order="left")
    contracts = _contracts(assets, rows, site)
    watched = series.filter(pl.col("quantity") == ACTIVE_POWER)["asset_id"].drop_nulls().unique().sort()
    fed_by, read_at, seen = _parted(rows, "_cabinet"), _parted(series, "asset_id"), _parted(observations, "series_id")
    for cabinet in watched:
        if cabinet in fed_by:
            described = [
                (row, seen.get(row["series_id"], observations.clear()).sort("time"))
                for row in read_at[cabinet].iter_rows(named=True)
            ]
            curve = _curve(cabinet, fed_by[cabinet], described, site, contracts.get(cabinet), (start, end))
            if curve is not None:
                yield curve


def _parted(frame: pl.DataFrame, column: str) -> dict[str, pl.DataFrame]:
    """The rows of each value of a column, in their order; parted once, not sought again for each cabinet."""
    known = frame.filter(pl.col(column).is_not_null())
    return {str(key): part for (key,), part in known.partition_by(column, as_dict=True, maintain_order=True).items()}


def _curve(
    cabinet: str,
    lamps: pl.DataFrame,
    series: Sequence[tuple[Mapping[str, Any], pl.DataFrame]],
    site: Site,
    contract: tuple[float, float, float] | None,
    window: tuple[dt.datetime, dt.datetime],
) -> Curve | None:
    values = {row["quantity"]: (row, seen) for row, seen in series}
    described, seen = values[ACTIVE_POWER]
    step_s = described["period_s"] or _usual_step(seen)
    if step_s is None or seen.height < LEAST_STEPS:
        return None
    first = max(window[0].timestamp(), seen["time"][0].timestamp()) // step_s * step_s
    last = min(window[1].timestamp(), seen["time"][-1].timestamp() + step_s)
    edges = first + step_s * np.arange(round((last - first) / step_s) + 1, dtype=np.float64)
    if len(edges) <= LEAST_STEPS:
        return None
    aligned = {name: _aligned(frame, edges, row["unit"]) for name, (row, frame) in values.items()}
    expected, dimmed, phi = _expected(lamps, site, edges)
    sun = elevation_deg(edges, site.latitude_deg, site.longitude_deg)
    kva, energy_price, power_price = contract or (float("nan"), 0.0, 0.0)
    return Curve(
        cabinet_id=cabinet,
        asset_ids=lamps["asset_id"].to_list(),
        edges_s=edges,
        power_kw=aligned.pop(ACTIVE_POWER),
        expected_kw=expected,
        full_kw=float(lamps["system_power_w"].sum()) / 1000,
        dimmed=dimmed,
        phi=phi,
        others=aligned,
        sun_deg=np.minimum(sun[:-1], sun[1:]),
        subscribed_kva=kva,
        energy_price_eur_kwh=energy_price,
        power_price_eur_kva_year=power_price,
    )


def _usual_step(seen: pl.DataFrame) -> float | None:
    gaps = seen["time"].diff().dt.total_seconds().drop_nulls()
    return float(gaps.median()) if len(gaps) and gaps.median() else None  # type: ignore[arg-type]  # numbers


def _aligned(frame: pl.DataFrame, edges: Array, unit: str) -> Array:
    """Values at the steps in which their instants fall, nan in gaps and where they are held to be bad."""
    good = frame.filter(pl.col("quality").fill_null("good") != "bad")
    at = np.searchsorted(edges, good["time"].dt.epoch("us").to_numpy() / 1e6, side="right") - 1
    inside = (at >= 0) & (at < len(edges) - 1)
    values = np.full(len(edges) - 1, np.nan)
    values[at[inside]] = good["value"].to_numpy()[inside] * KILOWATTS.get(unit, 1.0)
    return values


def _expected(lamps: pl.DataFrame, site: Site, edges: Array) -> tuple[Array, Array, float]:
    """Expected load and dimmed share of each step, and the power of the dimmed level over full power."""
    steps = np.diff(edges)
    load, dimmed_load = np.zeros(len(steps)), np.zeros(len(steps))
    dimmed_w = dimmed_full_w = 0.0
    dimmable = np.zeros(len(steps))
    groups = lamps.group_by(*REGIME_COLUMNS, "is_led", "phi", maintain_order=True).agg(pl.col("system_power_w").sum())
    for row in groups.iter_rows(named=True):
        regime = {name: row[name] for name in (*REGIME_COLUMNS, "is_led")}
        found = burning(site, regime, start_s=float(edges[0]), end_s=float(edges[-1]))
        full, dimmed = (overlap_s(intervals, edges) / steps for intervals in (found.full, found.dimmed))
        kilowatts = row["system_power_w"] / 1000
        weighted = dimmed_equivalent_h(site, regime, found, edges) * HOUR_S / steps
        load += kilowatts * (full + row["phi"] * weighted)
        if row["phi"] < 1:
            dimmed_load += kilowatts * dimmed
            dimmable += kilowatts
            dimmed_w, dimmed_full_w = dimmed_w + row["phi"] * kilowatts, dimmed_full_w + kilowatts
    share = np.divide(dimmed_load, dimmable, out=np.zeros(len(steps)), where=dimmable > 0)
    return load, share, dimmed_w / dimmed_full_w if dimmed_full_w else 1.0


def _contracts(assets: Assets, rows: pl.DataFrame, site: Site) -> dict[str, tuple[float, float, float]]:
    """Subscribed power, energy price and power price of each cabinet."""
    terms = supply_terms(assets, rows, site)
    prices = delivery_prices(assets, site).drop_nulls("prm").unique("prm", keep="first")
    cabinets = rows.select(pl.col("_cabinet").alias("cabinet"), "prm").drop_nulls("cabinet").unique("cabinet")
    declared = assets.get(CABINET)
    if declared is not None and "subscribed_power_kva" in declared.columns:
        own = declared.select(pl.col("asset_id").alias("cabinet"), pl.col("subscribed_power_kva").alias("_own_kva"))
        cabinets = cabinets.join(own, on="cabinet", how="left")
    else:
        cabinets = cabinets.with_columns(pl.lit(None, dtype=pl.Float64).alias("_own_kva"))
    joined = cabinets.join(prices, on="prm", how="left").select(
        "cabinet",
        pl.coalesce("subscribed_power_kva", "_own_kva").fill_null(float("nan")).alias("kva"),
        pl.col("energy_price_eur_kwh").fill_null(terms.energy_price_eur_kwh),
        pl.col("power_price_eur_kva_year").fill_null(terms.power_price_eur_kva_year),
    )
    return {name: (kva, energy, power) for name, kva, energy, power in joined.iter_rows()}
