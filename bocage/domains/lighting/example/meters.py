"""Meters of a fictional town with works whose true effect is known: what a measured evaluation is scored on."""

import calendar
import datetime as dt
import itertools
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import polars as pl
from numpy.typing import NDArray

from bocage.science.intervals import overlap_s
from bocage.science.night import nights
from bocage.vocabulary.domain import Site

Array = NDArray[np.float64]

FIRST_MONTH = dt.date(2023, 1, 1)
CLOCK_DEG = -3.0
MEDIAN_KWH_PER_HOUR, SPREAD = 2.5, 0.8
"""Median and log standard deviation of what a meter uses per hour of night: 10 MWh a year."""
PRICE_EUR_KWH, FIXED_EUR_MONTH = 0.16, 18.0
READ_EVERY_MONTHS = 2


@dataclass(frozen=True, kw_only=True)
class MeteredTown:
    """Invoices and the truth behind them.

    Attributes:
        invoices: rows of the asset type `invoice`, one per meter and month.
        treated: references of the meters whose luminaires were renewed.
        works_on: first day after the works.
        change: true relative change of what the treated meters use [1].
        effect_kwh_year: true yearly effect on the treated meters [kWh/year].
    """

    invoices: pl.DataFrame
    treated: tuple[str, ...]
    works_on: dt.date
    change: float
    effect_kwh_year: float


def metered_town(  # noqa: PLR0913 - what a simulated truth is made of
    site: Site,
    *,
    seed: int,
    meters: int = 30,
    treated: int = 15,
    months: int = 36,
    before: int = 24,
    change: float = -0.4,
    common_sd: float = 0.03,
    own_sd: float = 0.06,
    memory: float = 0.4,
    interpolated: float = 0.0,
) -> MeteredTown:
    """Draw the monthly invoices of meters, some of which change at the works.

    kWh = intensity · hours of night in the month · (1 + common noise) · (1 + own noise); both noises
    remember the month before. What is read every two months only is spread by days, as suppliers do.

    Args:
        site: where the nights are.
        seed: same seed, same invoices.
        meters: number of meters.
        treated: how many of them change.
        months: number of months.
        before: months before the works.
        change: relative change of the treated meters [1].
        common_sd: standard deviation of what moves all meters of a month together [1].
        own_sd: of what moves one meter of a month [1].
        memory: correlation of a noise with that of the month before [1].
        interpolated: share of the meters that are read every two months only [1].

    >>> site = Site(territory_id="99999", longitude_deg=-0.6, latitude_deg=48.2, date=dt.date(2026, 1, 1))
    >>> town = metered_town(site, seed=1)
    >>> len(town.invoices), len(town.treated), town.works_on
    (1080, 15, datetime.date(2025, 1, 1))
    """
    random = np.random.default_rng([seed, 7])
    firsts = [_month(number) for number in range(months + 1)]
    hours = _night_hours(site, firsts)
    intensity = MEDIAN_KWH_PER_HOUR * np.exp(SPREAD * random.standard_normal(meters))
    common = _remembering(random, (1, months), common_sd, memory)
    own = _remembering(random, (meters, months), own_sd, memory)
    ratio = np.ones((meters, months))
    ratio[:treated, before:] += change
    kwh = intensity[:, None] * hours * ratio * (1 + common) * (1 + own)
    days = np.array([(after - first).days for first, after in itertools.pairwise(firsts)], dtype=float)
    for meter in np.flatnonzero(random.random(meters) < interpolated):
        kwh[meter] = _spread_by_days(kwh[meter], days, offset=int(random.integers(READ_EVERY_MONTHS)))
    names = [f"01{number:012d}" for number in range(1, meters + 1)]
    year_h = float(_night_hours(site, [_month(0), _month(12)])[0])
    return MeteredTown(
        invoices=_invoices(names, firsts, kwh),
        treated=tuple(names[:treated]),
        works_on=firsts[before],
        change=change,
        effect_kwh_year=float(change * intensity[:treated].sum() * year_h),
    )


def _month(number: int) -> dt.date:
    return dt.date(FIRST_MONTH.year + number // 12, number % 12 + 1, 1)


def _night_hours(site: Site, firsts: list[dt.date]) -> Array:
    return _hours_between(site.latitude_deg, site.longitude_deg, tuple(firsts))


@lru_cache(maxsize=16)
def _hours_between(latitude_deg: float, longitude_deg: float, firsts: tuple[dt.date, ...]) -> Array:
    edges = np.array([dt.datetime.combine(day, dt.time(), dt.UTC).timestamp() for day in firsts])
    found = nights(edges[0], edges[-1], latitude_deg=latitude_deg, longitude_deg=longitude_deg, threshold_deg=CLOCK_DEG)
    return overlap_s(found, edges) / 3600


def _remembering(random: np.random.Generator, shape: tuple[int, int], deviation: float, memory: float) -> Array:
    """Stationary autoregressive noise along the months."""
    shocks = random.standard_normal(shape)
    noise = np.empty(shape)
    noise[:, 0] = shocks[:, 0]
    for month in range(1, shape[1]):
        noise[:, month] = memory * noise[:, month - 1] + np.sqrt(1 - memory**2) * shocks[:, month]
    return np.asarray(deviation * noise)


def _spread_by_days(kwh: Array, days: Array, *, offset: int) -> Array:
    """The same energy over each pair of months, in proportion to days: what an interpolated reading gives."""
    spread = kwh.copy()
    for start in range(offset, len(kwh) - 1, READ_EVERY_MONTHS):
        pair = slice(start, start + READ_EVERY_MONTHS)
        spread[pair] = kwh[pair].sum() * days[pair] / days[pair].sum()
    return spread


def _invoices(names: list[str], firsts: list[dt.date], kwh: Array) -> pl.DataFrame:
    rows = [
        {
            "asset_id": f"{name}-{first.isoformat()}",
            "prm": name,
            "period_from": first,
            "period_to": first.replace(day=calendar.monthrange(first.year, first.month)[1]),
            "energy_kwh": float(energy),
            "amount_eur": float(energy) * PRICE_EUR_KWH + FIXED_EUR_MONTH,
        }
        for name, energies in zip(names, kwh, strict=True)
        for first, energy in zip(firsts[:-1], energies, strict=True)
    ]
    return pl.DataFrame(rows)
