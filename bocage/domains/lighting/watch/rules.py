"""The rules: what a load curve says of lamps, burning by day, clocks, capacitors, cables, contracts and levels."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from bocage.domains.lighting.watch.curves import LEAKAGE, PHASES, REACTIVE_POWER, Curve
from bocage.parameters.reader import Parameters
from bocage.vocabulary.units import DAYS_PER_YEAR

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]
Nights = NDArray[np.int64]

REFERENCE_SHARE, LEAST_REFERENCE = 0.25, 3
"""Share of the nights, the first ones, that tell what is usual at a cabinet, and their least number."""
EDGE_H = 1.5
"""Hours on either side of a switching in which its shift is measured."""
PLATEAU_H = 1.0
"""Hours after a switching from which the load is held to be settled."""
SETTLED, LEAST_SCALE = 0.02, 0.1
"""Relative spread of a load that has settled, and least share of the expected load that still tells edges."""
LEAST_DAY_H = 0.5
"""Hours of burning in one day below which it is held to be a test."""
MOST_LEVEL = 1.15
"""Load over that of all lamps at full output from which something else than the level is the matter."""


@dataclass(frozen=True, kw_only=True)
class Deviation:
    """What a rule found at one cabinet.

    Attributes:
        first: first step concerned.
        last: last step concerned.
        lasts: whether it is still so at the end of the window.
        values: what the sentence says of it.
        measured: what was measured.
        expected: what was expected, in the same unit.
        unit: its unit.
        cost_eur_year: yearly cost if nothing is done, None where no cost of energy or contract follows.
    """

    first: int
    last: int
    lasts: bool
    measured: float
    expected: float
    unit: str
    values: Mapping[str, object] = field(default_factory=dict)
    cost_eur_year: float | None = None


def lamps_out(curve: Curve, parameters: Parameters) -> Deviation | None:
    """(a) The load at full output falls short of the usual one by at least one lamp, several nights running."""
    ratio = np.divide(curve.power_kw, curve.expected_kw, out=np.full(len(curve.power_kw), np.nan),
                      where=curve.expected_kw > 0)  # fmt: skip
    nights, medians = curve.nightly(ratio, curve.steady)
    usual = _usual(medians)
    if usual is None or usual <= 0:
        return None
    lamps = len(curve.asset_ids)
    missing = lamps * (1 - medians / usual)
    low = missing >= parameters.number("watch.lamp_share")
    if curve.at_dimmed.any() and curve.phi < 1 and curve.steady is curve.at_full:
        low &= np.abs(medians / usual - curve.phi) > 0.05 * (1 - curve.phi)
    held = _lasting(low, int(parameters.number("watch.lasting_nights")))
    if held is None:
        return None
    count = max(1, round(float(np.median(missing[held]))))
    return _deviation(
        curve, nights, held,
        measured=float(np.median(medians[held]) * curve.full_kw), expected=usual * curve.full_kw, unit="kW",
        values={"count": count, "of": lamps},
    )  # fmt: skip


def day_burning(curve: Curve, parameters: Parameters) -> Deviation | None:
    """(b) Power is drawn while the sun stands well above the horizon, apart from what may."""
    excess = curve.power_kw - curve.expected_kw
    by_day = curve.sun_deg > parameters.number("watch.day_elevation")
    burning = by_day & (excess > parameters.number("watch.day_share") * curve.full_kw)
    burning &= ~_touching_night(curve, burning)
    days = np.floor(curve.edges_s[:-1] / 86_400)
    lit_h = {day: float(burning[days == day].sum()) * curve.step_h for day in np.unique(days[burning])}
    kept = [day for day, hours in lit_h.items() if hours >= LEAST_DAY_H]
    if not kept:
        return None
    steps = np.flatnonzero(burning & np.isin(days, kept))
    energy = float(excess[steps].sum()) * curve.step_h
    last_whole_day = days[-1] - (0 if curve.edges_s[-1] % 86_400 == 0 else 1)
    span = max(kept) - min(kept) + 1
    return Deviation(
        first=int(steps[0]), last=int(steps[-1]), lasts=max(kept) >= last_whole_day - 1,
        measured=float(curve.power_kw[steps].mean()), expected=float(curve.expected_kw[steps].mean()), unit="kW",
        values={"hours": sum(lit_h[day] for day in kept) / len(kept), "days": len(kept)},
        cost_eur_year=energy / span * DAYS_PER_YEAR * curve.energy_price_eur_kwh,
    )  # fmt: skip


def schedule_drift(curve: Curve, parameters: Parameters) -> Deviation | None:
    """(c) Switching on or off comes too early or too late against the sun or the clock, several nights running."""
    if curve.full_kw <= 0:
        return None
    shifts = [(night, *found) for night in np.unique(curve.night) if (found := _shifts(curve, night)) is not None]
    if not shifts:
        return None
    nights, on, off = (np.array(column) for column in zip(*shifts, strict=True))
    limit, lasting = parameters.number("watch.drift"), int(parameters.number("watch.lasting_nights"))
    far = [np.isnan(shift) | (np.abs(shift) > limit) for shift in (on, off)]
    # a clock that drifts moves both edges the same way
    held = _lasting(far[0] & far[1] & ~(np.sign(on) * np.sign(off) < 0), lasting)
    if held is None:
        return None
    on, off = (np.where(np.isnan(one), other, one) for one, other in ((on, off), (off, on)))
    late_on, late_off = float(np.median(on[held])), float(np.median(off[held]))
    longer_h = late_off - late_on
    return _deviation(
        curve, nights.astype(np.int64), held, measured=60 * late_on, expected=0.0, unit="",
        values={"on": round(60 * late_on), "off": round(60 * late_off)},
        cost_eur_year=max(longer_h, 0.0) * curve.full_kw * DAYS_PER_YEAR * curve.energy_price_eur_kwh,
    )  # fmt: skip


def power_factor(curve: Curve, parameters: Parameters) -> Deviation | None:
    """(d) The power factor at full output falls below the usual one: a dead capacitor."""
    if REACTIVE_POWER not in curve.others:
        return None
    apparent = np.hypot(curve.power_kw, curve.others[REACTIVE_POWER])
    factor = np.divide(curve.power_kw, apparent, out=np.full(len(apparent), np.nan), where=apparent > 0)
    nights, medians = curve.nightly(factor, curve.steady)
    usual = _usual(medians)
    if usual is None:
        return None
    low = usual - medians > parameters.number("watch.power_factor_drop")
    held = _lasting(low, int(parameters.number("watch.lasting_nights")))
    if held is None:
        return None
    seen = float(np.median(medians[held]))
    return _deviation(curve, nights, held, measured=seen, expected=usual, unit="1", values={"now": seen, "then": usual})


def phase_imbalance(curve: Curve, parameters: Parameters) -> Deviation | None:
    """(e) One phase departs from the others more than it did, or current leaks to earth: a cable fault."""
    lasting = int(parameters.number("watch.lasting_nights"))
    if LEAKAGE in curve.others:
        nights, medians = curve.nightly(curve.others[LEAKAGE], np.isfinite(curve.power_kw))
        held = _lasting(medians > parameters.number("watch.leakage"), lasting)
        if held is not None:
            seen = float(np.median(medians[held]))
            return _deviation(curve, nights, held, measured=seen, expected=0.0, unit="A", values={"leak": seen})
    if not all(phase in curve.others for phase in PHASES):
        return None
    currents = np.stack([curve.others[phase] for phase in PHASES])
    mean = currents.mean(axis=0)
    spread = np.divide(np.abs(currents - mean).max(axis=0), mean, out=np.full(len(mean), np.nan), where=mean > 0)
    nights, medians = curve.nightly(spread, curve.steady)
    usual = _usual(medians)
    if usual is None:
        return None
    held = _lasting(medians - usual > parameters.number("watch.imbalance_rise"), lasting)
    if held is None:
        return None
    seen = float(np.median(medians[held]))
    return _deviation(
        curve, nights, held, measured=seen, expected=usual, unit="1", values={"share": 100 * seen, "then": 100 * usual}
    )


def over_subscribed(curve: Curve, parameters: Parameters) -> Deviation | None:
    """(f) The load exceeds the subscribed power, two steps of a night or more."""
    if not np.isfinite(curve.subscribed_kva):
        return None
    reactive = curve.others.get(REACTIVE_POWER)
    factor = parameters.number("watch.power_factor")
    apparent = curve.power_kw / factor if reactive is None else np.hypot(curve.power_kw, reactive)
    over = np.nan_to_num(apparent, nan=0.0) > curve.subscribed_kva
    nights = np.array([night for night in np.unique(curve.night[over]) if (over & (curve.night == night)).sum() >= 2])
    if not len(nights):
        return None
    steps = np.flatnonzero(over & np.isin(curve.night, nights))
    peak = float(apparent[steps].max())
    return Deviation(
        first=int(steps[0]), last=int(steps[-1]), lasts=bool(nights.max() >= curve.night[-1] - 1),
        measured=peak, expected=curve.subscribed_kva, unit="kVA",
        values={"peak": peak, "subscribed": curve.subscribed_kva, "nights": len(nights)},
        cost_eur_year=(peak - curve.subscribed_kva) * curve.power_price_eur_kva_year,
    )  # fmt: skip


def stuck_level(curve: Curve, parameters: Parameters) -> Deviation | None:
    """(g) Dimming no longer happens, or no longer ends."""
    if curve.phi >= 1 or not curve.at_dimmed.any():
        return None
    lasting = int(parameters.number("watch.lasting_nights"))
    nights, dimmed = curve.nightly(curve.power_kw / curve.full_kw, curve.at_dimmed)
    usual = _usual(dimmed)
    full_nights, full = curve.nightly(curve.power_kw / curve.full_kw, curve.at_full)
    if usual is None:
        return None
    usual_full = _usual(full) or usual / curve.phi
    level = dimmed / usual_full
    held = _lasting((level > parameters.number("watch.stuck_ratio")) & (level < MOST_LEVEL), lasting)
    if held is not None and usual < parameters.number("watch.stuck_ratio") * usual_full:
        seen, hours = float(np.median(dimmed[held])), float(curve.at_dimmed.sum()) * curve.step_h
        nightly_h = hours / max(len(np.unique(curve.night)), 1)
        extra = max(seen - usual, 0.0) * curve.full_kw * nightly_h * DAYS_PER_YEAR
        return _deviation(
            curve, nights, held, measured=seen * curve.full_kw, expected=usual * curve.full_kw, unit="kW",
            values={"share": 100 * seen / usual_full, "wanted": 100 * curve.phi},
            cost_eur_year=extra * curve.energy_price_eur_kwh,
        )  # fmt: skip
    if not len(full):
        return None
    near = np.abs(full / usual_full - curve.phi) <= 0.05 * (1 - curve.phi)
    held = _lasting(near, lasting)
    if held is None:
        return None
    seen = float(np.median(full[held]))
    return _deviation(
        curve, full_nights, held, measured=seen * curve.full_kw, expected=usual_full * curve.full_kw, unit="kW",
        values={"share": 100 * seen / usual_full, "wanted": 100.0},
    )  # fmt: skip


RULES: Mapping[str, Callable[[Curve, Parameters], Deviation | None]] = {
    "BOC-LIG-060": lamps_out,
    "BOC-LIG-061": day_burning,
    "BOC-LIG-062": schedule_drift,
    "BOC-LIG-063": power_factor,
    "BOC-LIG-064": phase_imbalance,
    "BOC-LIG-065": over_subscribed,
    "BOC-LIG-066": stuck_level,
}
"""The rules by their code."""


def _usual(medians: Array) -> float | None:
    """What the first nights tell; None where they are too few."""
    count = max(LEAST_REFERENCE, int(REFERENCE_SHARE * len(medians)))
    return float(np.median(medians[:count])) if len(medians) > LEAST_REFERENCE else None


def _lasting(marked: Mask, nights: int) -> NDArray[np.int64] | None:
    """Positions that belong to the last run of at least so many marked nights; None without such a run."""
    runs = np.split(np.arange(len(marked)), np.flatnonzero(np.diff(marked.astype(np.int8))) + 1) if len(marked) else []
    long_runs = [run for run in runs if len(run) >= nights and marked[run[0]]]
    return np.asarray(np.concatenate(long_runs), dtype=np.int64) if long_runs else None


def _deviation(
    curve: Curve,
    nights: Nights,
    held: NDArray[np.int64],
    *,
    measured: float,
    expected: float,
    unit: str,
    values: Mapping[str, object],
    cost_eur_year: float | None = None,
) -> Deviation:
    """A deviation of some nights, given by their positions among the nights that were judged."""
    steps = np.flatnonzero(np.isin(curve.night, nights[held]) & (curve.expected_kw > 0))
    return Deviation(
        first=int(steps[0]), last=int(steps[-1]), lasts=bool(held[-1] == len(nights) - 1),
        measured=measured, expected=expected, unit=unit, values=values, cost_eur_year=cost_eur_year,
    )  # fmt: skip


def _touching_night(curve: Curve, burning: Mask) -> Mask:
    """Steps of burning that only prolong a night by no more than a drifting clock would."""
    lit = burning | ((curve.expected_kw > 0) & (curve.sun_deg <= 0))
    result = np.zeros(len(burning), dtype=bool)
    runs = np.split(np.arange(len(lit)), np.flatnonzero(np.diff(burning.astype(np.int8))) + 1)
    for run in runs:
        if not burning[run[0]] or len(run) * curve.step_h > EDGE_H:
            continue
        reach = int(np.ceil(0.75 / curve.step_h))
        around = lit[max(run[0] - reach, 0) : run[0]].any() or lit[run[-1] + 1 : run[-1] + 1 + reach].any()
        result[run] = around
    return result


def _shifts(curve: Curve, night: int) -> tuple[float, float] | None:
    """Delay of switching on and of switching off in one night [h], positive when late; None where not told."""
    steps = curve.steps_of(night)
    lit = steps[curve.expected_kw[steps] > 0.05 * curve.full_kw]
    if len(lit) < 4 / curve.step_h or not np.isfinite(curve.power_kw[steps]).all():
        return None
    half, plateau = round(EDGE_H / curve.step_h), round(PLATEAU_H / curve.step_h)
    on = _missing_h(curve, np.arange(lit[0] - half, lit[0] + half), np.arange(lit[0] + plateau, lit[0] + 2 * plateau))
    off = _missing_h(
        curve, np.arange(lit[-1] - half + 1, lit[-1] + half + 1), np.arange(lit[-1] - 2 * plateau, lit[-1] - plateau)
    )
    return None if np.isnan(on) and np.isnan(off) else (on, -off)


def _missing_h(curve: Curve, window: NDArray[np.int64], settled: NDArray[np.int64]) -> float:
    """Hours of light missing in a window, the load once settled taken for the whole; nan where it does not settle."""
    if window[0] < 0 or window[-1] >= len(curve.power_kw):
        return float("nan")
    expected, seen = curve.expected_kw[settled], curve.power_kw[settled]
    level = float(expected.mean())
    if level <= 0 or float(np.ptp(expected)) > SETTLED * level or not np.isfinite(curve.power_kw[window]).all():
        return float("nan")
    scale = float(np.median(seen)) / level
    if not scale > LEAST_SCALE:
        return float("nan")
    gap = curve.expected_kw[window] - curve.power_kw[window] / scale
    return float(gap.sum()) / level * curve.step_h
