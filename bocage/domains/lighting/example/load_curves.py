"""Load curves of fictional cabinets with injected faults of known truth: what the rules of watching are scored on.

Inventory and reality differ on purpose: each cabinet draws a few percent more or less than its
luminaires say, its clock is a little off, its photocell sees clouds, its meter rounds.
"""

import datetime as dt
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import polars as pl
from numpy.typing import NDArray

from bocage.science.civil import daily_window
from bocage.science.intervals import intersect, overlap_s
from bocage.science.night import nights
from bocage.vocabulary.domain import Site

Array = NDArray[np.float64]
Fault = Literal[
    "lamps_out", "day_burning", "schedule_drift", "power_factor", "phase_imbalance", "over_subscribed", "stuck_level"
]
FAULTS: tuple[Fault, ...] = get_args(Fault)

STEP_S = 600
DAY_S = 86_400
CLOCK_DEG = -3.0
DIMMED_LEVEL, DIMMED_POWER = 0.5, 0.43
"""A dimmed LED draws 43 % of its power for half of its light: what the domain's model gives, within noise."""
POWER_FACTOR, FAILED_POWER_FACTOR = 0.93, 0.55
LIT_SHARE = 0.4
"""Share of the full load above which a step is lit throughout, dimmed or not."""
LAMPS = (8, 45)
WATTS = (30, 40, 60, 90, 117)
FAULTY_SHARE = 0.7
DIMMED_WINDOW_MINUTES = (22 * 60, 6 * 60)


@dataclass(frozen=True, kw_only=True)
class InjectedFault:
    """One fault: its kind, its cabinet, the instants between which it lasts, and its size.

    `size` is the number of lamps out, minutes of drift, hours lit by day, or the share of the load.
    """

    kind: Fault
    cabinet_id: str
    start: dt.datetime
    end: dt.datetime
    size: float


@dataclass(frozen=True, kw_only=True)
class WatchedTown:
    """Cabinets, their series, and the faults that were put in.

    Attributes:
        luminaires: rows of the asset type `luminaire`.
        cabinets: rows of the asset type `cabinet`.
        series: rows of the noun `series`.
        observations: rows of the noun `observation`.
        faults: the truth.
        start: first instant.
        end: instant after the last.
    """

    luminaires: pl.DataFrame
    cabinets: pl.DataFrame
    series: pl.DataFrame
    observations: pl.DataFrame
    faults: tuple[InjectedFault, ...]
    start: dt.datetime
    end: dt.datetime


def watched_town(
    site: Site, *, seed: int, cabinets: int = 40, days: int = 28, first: dt.date = dt.date(2026, 2, 2)
) -> WatchedTown:
    """Draw cabinets with ten-minute load curves, seven in ten of them with one fault.

    Args:
        site: where the nights are.
        seed: same seed, same curves.
        cabinets: number of cabinets.
        days: length of the curves.
        first: first day, UTC.

    >>> site = Site(territory_id="99999", longitude_deg=-0.6, latitude_deg=48.2, date=dt.date(2026, 1, 1))
    >>> town = watched_town(site, seed=1, cabinets=5, days=14)
    >>> len(town.cabinets), town.series["quantity"].unique().sort().to_list()[:2]
    (5, ['active_power', 'current_l1'])
    """
    random = np.random.default_rng([seed, 11])
    start = dt.datetime.combine(first, dt.time(), dt.UTC)
    edges = start.timestamp() + STEP_S * np.arange(days * DAY_S // STEP_S + 1, dtype=np.float64)
    lamps, boxes, series, observed, faults = [], [], [], [], []
    for number in range(cabinets):
        cabinet = _Cabinet.drawn(f"AR{number:03d}", random)
        fault = _fault(cabinet, random, start, days) if random.random() < FAULTY_SHARE else None
        curves = _curves(cabinet, fault, site, edges, random)
        lamps += cabinet.luminaires()
        boxes.append({"asset_id": cabinet.name, "subscribed_power_kva": cabinet.subscribed_kva, "phases": 3})
        for quantity, (unit, values) in curves.items():
            key = f"{cabinet.name}-{quantity}"
            series.append({"series_id": key, "asset_id": cabinet.name, "quantity": quantity, "unit": unit,
                           "period_s": STEP_S})  # fmt: skip
            observed.append(_observed(key, edges[:-1], values))
        faults += [fault] if fault else []
    return WatchedTown(
        luminaires=pl.DataFrame(lamps, infer_schema_length=None),
        cabinets=pl.DataFrame(boxes),
        series=pl.DataFrame(series),
        observations=pl.concat(observed),
        faults=tuple(faults),
        start=start,
        end=start + dt.timedelta(days=days),
    )


@dataclass(frozen=True, kw_only=True)
class _Cabinet:
    name: str
    lamps: int
    watts: float
    is_dimmed: bool
    curfew: bool
    gain: float
    clock_minutes: float
    threshold_deg: float
    switching: str

    @classmethod
    def drawn(cls, name: str, random: np.random.Generator) -> "_Cabinet":
        by_cell = random.random() < 0.3
        is_dimmed = random.random() < 0.5
        return cls(
            name=name,
            lamps=int(random.integers(*LAMPS)),
            watts=float(random.choice(WATTS)),
            is_dimmed=is_dimmed,
            curfew=not is_dimmed and random.random() < 0.3,
            gain=float(np.exp(random.normal(0, 0.06))),
            clock_minutes=float(random.normal(0, 2.0)),
            threshold_deg=-2.0 if by_cell else CLOCK_DEG,
            switching="photocell" if by_cell else "astronomical_clock",
        )

    @property
    def load_kw(self) -> float:
        return self.gain * self.lamps * self.watts / 1000

    @property
    def subscribed_kva(self) -> float:
        return float(np.ceil(1.4 * self.lamps * self.watts / 1000 / POWER_FACTOR))

    def luminaires(self) -> list[dict[str, object]]:
        common = {
            "technology": "LED" if self.is_dimmed else "HPS",
            "system_power_w": self.watts,
            "cabinet_id": self.name,
            "switching": self.switching,
            "curfew_from": "23:30" if self.curfew else None,
            "curfew_to": "05:00" if self.curfew else None,
            "dimming_from": "22:00" if self.is_dimmed else None,
            "dimming_to": "06:00" if self.is_dimmed else None,
            "dimming_level_percent": 100 * DIMMED_LEVEL if self.is_dimmed else None,
        }
        return [{"asset_id": f"{self.name}-{lamp:02d}", **common} for lamp in range(self.lamps)]


def _fault(cabinet: _Cabinet, random: np.random.Generator, start: dt.datetime, days: int) -> InjectedFault:
    """A fault that begins in the second or third quarter, so that a sound stretch comes first."""
    kinds = [kind for kind in FAULTS if kind != "stuck_level" or cabinet.is_dimmed]
    kind: Fault = kinds[int(random.integers(len(kinds)))]
    begins = start + dt.timedelta(days=float(random.uniform(0.3, 0.6)) * days)
    sizes = {
        "lamps_out": float(random.integers(1, max(2, cabinet.lamps // 4))),
        "day_burning": float(random.uniform(2, 8)),
        "schedule_drift": float(random.choice([-1, 1]) * random.uniform(18, 60)),
        "power_factor": FAILED_POWER_FACTOR,
        "phase_imbalance": float(random.uniform(0.4, 1.0)),
        "over_subscribed": float(random.uniform(1.05, 1.4)),
        "stuck_level": 1.0,
    }
    lasts = dt.timedelta(days=float(random.uniform(0.25, 0.4)) * days)
    return InjectedFault(kind=kind, cabinet_id=cabinet.name, start=begins, end=begins + lasts, size=sizes[kind])


def _curves(
    cabinet: _Cabinet, fault: InjectedFault | None, site: Site, edges: Array, random: np.random.Generator
) -> dict[str, tuple[str, Array]]:
    held = np.zeros(len(edges) - 1, dtype=bool)
    if fault is not None:
        held = (edges[:-1] >= fault.start.timestamp()) & (edges[:-1] < fault.end.timestamp())
    share = _share_on(cabinet, site, edges, shift_minutes=cabinet.clock_minutes, is_dimmed=cabinet.is_dimmed)
    kind = fault.kind if fault else None
    if fault is not None and kind == "schedule_drift":
        drifted = cabinet.clock_minutes + fault.size
        share = np.where(held, _share_on(cabinet, site, edges, drifted, is_dimmed=cabinet.is_dimmed), share)
    if kind == "stuck_level":
        share = np.where(held, _share_on(cabinet, site, edges, cabinet.clock_minutes, is_dimmed=False), share)
    if fault is not None and kind == "day_burning":
        from_noon = (edges[:-1] % DAY_S) / 3600 - 12
        share = np.where(held & (np.abs(from_noon) < fault.size / 2), 1.0, share)
    if fault is not None and kind == "lamps_out":
        share = np.where(held, share * (1 - fault.size / cabinet.lamps), share)
    power: Array = cabinet.load_kw * share * (1 + 0.01 * random.standard_normal(len(share)))
    if fault is not None and kind == "over_subscribed":
        extra = fault.size * cabinet.subscribed_kva * POWER_FACTOR
        over = extra * (1 + 0.01 * random.standard_normal(len(share)))
        power = np.asarray(np.where(held & (share > LIT_SHARE), over, power), dtype=np.float64)
    power = np.asarray(np.round(np.maximum(power, 0.002), 3), dtype=np.float64)
    factor = np.where(held & (kind == "power_factor"), FAILED_POWER_FACTOR, POWER_FACTOR)
    reactive = np.round(power * np.tan(np.arccos(factor)), 3)
    apparent = np.hypot(power, reactive)
    lean = fault.size if fault is not None and kind == "phase_imbalance" else 0.0
    shares: Array = np.array([1.0, 0.97, 1.03])[:, None] * np.ones(len(power), dtype=np.float64)
    shares[0] *= np.where(held, 1 - lean, 1.0)
    currents = np.asarray(1000 * apparent / 230 * shares / shares.sum(axis=0), dtype=np.float64)
    return {
        "active_power": ("kW", power),
        "reactive_power": ("kvar", reactive),
        **{f"current_l{phase + 1}": ("A", np.round(currents[phase], 2)) for phase in range(3)},
    }


def _share_on(cabinet: _Cabinet, site: Site, edges: Array, shift_minutes: float, *, is_dimmed: bool) -> Array:
    """Mean share of the full load in each step, its clock shifted."""
    shift = 60 * shift_minutes
    dark = nights(
        edges[0] - DAY_S, edges[-1] + DAY_S, latitude_deg=site.latitude_deg, longitude_deg=site.longitude_deg,
        threshold_deg=cabinet.threshold_deg,
    ) + shift  # fmt: skip
    on = overlap_s(dark, edges) / STEP_S
    if cabinet.curfew:
        on = on - overlap_s(intersect(dark, _window(edges, (23 * 60 + 30, 5 * 60), site)), edges) / STEP_S
    if is_dimmed:
        dimmed = overlap_s(intersect(dark, _window(edges, DIMMED_WINDOW_MINUTES, site)), edges) / STEP_S
        on = on - (1 - DIMMED_POWER) * dimmed
    return np.asarray(on)


def _window(edges: Array, minutes: tuple[int, int], site: Site) -> Array:
    """The same hours of the clock every day."""
    return daily_window(float(edges[0]) - DAY_S, float(edges[-1]) + DAY_S, *minutes, site.timezone)


def _observed(series_id: str, times_s: Array, values: Array) -> pl.DataFrame:
    times = pl.Series("time", (times_s * 1e6).astype(np.int64)).cast(pl.Datetime("us", "UTC"))
    return pl.DataFrame({"time": times, "value": values}).select(
        pl.lit(series_id).alias("series_id"), "time", "value", quality=pl.lit("good")
    )
