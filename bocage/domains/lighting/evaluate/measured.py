"""What works really did to the energy that meters count: change, interval, placebo, verdict."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import polars as pl
from numpy.typing import NDArray

from bocage.domains.lighting.evaluate.meters import Panel, panel
from bocage.domains.lighting.evaluate.unexplained import unexplained_steps
from bocage.domains.lighting.inventory.declared import LOCALE
from bocage.domains.lighting.inventory.delivery import CABINET, POINT, feeding
from bocage.science.before_after import Change, before_after
from bocage.vocabulary.columns import noun_tables
from bocage.vocabulary.domain import Assets, Site
from bocage.vocabulary.references import delivery_reference
from bocage.vocabulary.text import current_language, fill, translate

_ = partial(translate, catalogue=LOCALE)
Mask = NDArray[np.bool_]

INDICATOR, UNIT = "energy_kwh_year", "kWh/year"
LEAST_MONTHS_BEFORE, LEAST_MONTHS_AFTER = 12, 3
"""Months billed before and after the works without which nothing is concluded."""
PLACEBO_BEFORE, PLACEBO_AFTER = 12, 6
"""Months before and after the pretended date of a placebo in time."""
LEAST_CONTROLS = 5
"""Meters without works from which what happened anyway is told."""


@dataclass(frozen=True, kw_only=True)
class Measured:
    """One works, measured.

    Attributes:
        change: on the meters of the works, None where the data do not suffice.
        placebo: the same at a pretended date before the works, None where the past is too short.
        elsewhere: change at the true date on the meters without works, None where they are too few.
        controls: number of meters without works whose change was taken off.
        baseline: first and last day of the reference.
        verdict: `shown`, `not_shown` or `insufficient_data`.
    """

    change: Change | None
    placebo: Change | None
    elsewhere: Change | None
    controls: int
    baseline: tuple[dt.date, dt.date] | None
    verdict: str


def measure(assets: Assets, works: pl.DataFrame, site: Site) -> pl.DataFrame:
    """What works did to the yearly energy of the meters that feed what they touched.

    Energy per hour of night, month by month, before the works and after their acceptance; the change
    of meters without works over the same months is taken off where there are enough of them. Neither
    weather nor traffic is corrected for: lighting follows the sun. The verdict is `shown` where the
    interval leaves out zero and does not reach what the same method finds at a date when nothing
    was done.

    Args:
        assets: completed; invoices, and what links them to luminaires, are read.
        works: rows of the noun `works`; those accepted count. `asset_ids` are luminaires, cabinets or
            delivery points; all meters where empty.
        site: where the nights are.

    Returns:
        One row of the noun `evaluation` for each works accepted, then one for each meter whose use made
        a step that no works explain (`unexplained_steps`).
    """
    table = noun_tables()["evaluation"]
    found = panel(assets, site)
    done = works.filter(pl.col("accepted").is_not_null())
    touched = {
        row["works_id"]: meters_of(assets, row["asset_ids"] or []) for row in done.iter_rows(named=True)
    }  # fmt: skip
    rows = []
    for row in done.iter_rows(named=True):
        treated = touched[row["works_id"]]
        others = {name for key, names in touched.items() if key != row["works_id"] for name in names or set()}
        result = _NOTHING if found is None else measure_works(found, row, treated, others)
        rows.append(_row(row, result, found))
    rows += [] if found is None else unexplained_steps(found, _explained(done, touched, found))
    return table.conform(pl.DataFrame(rows, infer_schema_length=None)) if rows else table.empty()


def _explained(
    done: pl.DataFrame, touched: Mapping[str, set[str] | None], found: Panel
) -> dict[str, list[tuple[dt.date, dt.date]]]:
    """Dates of the works that touched each meter; works on everything explain nothing of any meter alone."""
    dates: dict[str, list[tuple[dt.date, dt.date]]] = {name: [] for name in found.meters} if found else {}
    for row in done.iter_rows(named=True):
        for name in touched[row["works_id"]] or ():
            dates.setdefault(name, []).append(_dates(row))
    return dates


def measure_works(found: Panel, works: Mapping[str, object], treated: set[str] | None, others: set[str]) -> Measured:
    """One works on a panel of meters.

    Args:
        found: meters by months.
        works: `started` and `accepted`.
        treated: references of the meters of the works; all of them where None.
        others: references touched by other works, which are no controls.
    """
    begins, ends = _dates(works)
    inside = np.ones(len(found.meters), dtype=bool) if treated is None else found.rows(treated)
    outside = ~inside & ~found.rows(others)
    months = np.array(found.months)
    before, after = (months < begins.replace(day=1)), (months >= _next_month(ends))
    if not inside.any() or before.sum() < LEAST_MONTHS_BEFORE or after.sum() < LEAST_MONTHS_AFTER:
        return _NOTHING
    has_controls = int(outside.sum()) >= LEAST_CONTROLS
    change = change_at(found, inside, before, after, outside if has_controls else None)
    if change is None:
        return _NOTHING
    placebo = _placebo(found, inside, before, outside if has_controls else None)
    elsewhere = change_at(found, outside, before, after, None) if has_controls else None
    used = [month for month, kept in zip(found.months, before, strict=True) if kept]
    return Measured(
        change=change,
        placebo=placebo,
        elsewhere=elsewhere,
        controls=int(outside.sum()) if has_controls else 0,
        baseline=(used[0], _next_month(used[-1]) - dt.timedelta(days=1)),
        verdict=_verdict(change, placebo),
    )


_NOTHING = Measured(change=None, placebo=None, elsewhere=None, controls=0, baseline=None, verdict="insufficient_data")


def meters_of(assets: Assets, asset_ids: Sequence[str]) -> set[str] | None:
    """References of the delivery points that feed some luminaires, cabinets or points; None for no asset at all.

    Args:
        assets: completed.
        asset_ids: of any of these types.
    """
    if not asset_ids:
        return None
    wanted = set(asset_ids)
    names = set(feeding(assets).filter(pl.col("asset_id").is_in(list(wanted)))["prm"].drop_nulls())
    for kind in (CABINET, POINT):
        if kind in assets and "prm" in assets[kind].columns:
            held = assets[kind].with_columns(delivery_reference("prm"))
            direct = pl.col("asset_id").is_in(list(wanted)) | pl.col("prm").is_in(list(wanted))
            names |= set(held.filter(direct)["prm"].drop_nulls())
    return names


def change_at(found: Panel, inside: Mask, before: Mask, after: Mask, outside: Mask | None) -> Change | None:
    """Change of some meters between two sets of months, that of others taken off.

    Args:
        found: meters by months.
        inside: meters measured (m,).
        before: months of the reference (T,).
        after: months judged (T,).
        outside: meters without works (m,), None to take nothing off.
    """
    kept = before | after
    return before_after(
        found.intensity[np.ix_(inside, kept)],
        found.hours[np.ix_(inside, kept)],
        after[kept],
        found.season[kept],
        scale=found.year_h,
        control=None if outside is None else found.intensity[np.ix_(outside, kept)],
    )


def _placebo(found: Panel, inside: Mask, before: Mask, outside: Mask | None) -> Change | None:
    """The same method at a date before the works, the last months of the reference taken for what follows it."""
    past = np.flatnonzero(before)
    if len(past) < PLACEBO_BEFORE + PLACEBO_AFTER:
        return None
    cut = max(PLACEBO_BEFORE, len(past) - 12)
    early, late = np.zeros_like(before), np.zeros_like(before)
    early[past[:cut]], late[past[cut:]] = True, True
    return change_at(found, inside, early, late, outside)


def _verdict(change: Change, placebo: Change | None) -> str:
    if change.low <= 0 <= change.high:
        return "not_shown"
    if placebo is None:
        return "shown"
    nearest = change.low if change.effect > 0 else change.high
    reached = placebo.effect if placebo.effect * change.effect > 0 else 0.0
    return "shown" if abs(nearest) > abs(reached) else "not_shown"


def _dates(works: Mapping[str, object]) -> tuple[dt.date, dt.date]:
    accepted, started = works["accepted"], works.get("started")
    if not isinstance(accepted, dt.date):
        raise TypeError("works are measured from their acceptance")
    return (started if isinstance(started, dt.date) else accepted), accepted


def _next_month(day: dt.date) -> dt.date:
    """First day of the month after, or the day itself where it is the first of a month."""
    return day if day.day == 1 else (day.replace(day=28) + dt.timedelta(days=4)).replace(day=1)


def _row(works: Mapping[str, object], result: Measured, found: Panel | None) -> dict[str, object]:
    change, placebo = result.change, result.placebo
    ratio = change.baseline / placebo.baseline if change and placebo and placebo.baseline else 1.0
    return {
        "evaluation_id": f"{works['works_id']}-{INDICATOR}-measured",
        "action_id": works["action_id"],
        "indicator": INDICATOR,
        "unit": UNIT,
        "method": _method(result) + _as_billed(works, found),
        "baseline_from": result.baseline[0] if result.baseline else None,
        "baseline_to": result.baseline[1] if result.baseline else None,
        "effect": change.effect if change else None,
        "low": change.low if change else None,
        "high": change.high if change else None,
        "placebo_effect": ratio * placebo.effect if placebo else None,
        "placebo_low": ratio * placebo.low if placebo else None,
        "placebo_high": ratio * placebo.high if placebo else None,
        "verdict": result.verdict,
    }


def _method(result: Measured) -> str:
    if result.change is None:
        return _("Energy billed per hour of night, before and after: too few months or meters to conclude")
    if result.controls:
        return _(
            "Energy billed per hour of night, before and after, less the change of meters without works;"
            " placebo: the same at a date before the works"
        )
    return _(
        "Energy billed per hour of night, before and after, with no meter to compare with;"
        " placebo: the same at a date before the works"
    )


def _as_billed(works: Mapping[str, object], found: Panel | None) -> str:
    """What the invoices say as they stand, and how many are missing: where both differ, the invoices mislead."""
    if found is None:
        return ""
    accepted = _dates(works)[1]
    after = sorted(month for month in found.billed if month >= _next_month(accepted))[:12]
    before = [_year_before(month) for month in after]
    if not after or not set(before) <= set(found.billed):
        return ""
    energy, meters = (
        [sum(found.billed[month][part] for month in months) for months in (before, after)] for part in (0, 1)
    )
    if not energy[0]:
        return ""
    change, missing = 100 * (energy[1] / energy[0] - 1), int(meters[0] - meters[1])
    sentence = _(
        ". Invoices as they stand: {change:1}% from the same months a year before,"
        " with {missing} fewer monthly invoices"
    )
    return fill(sentence, {"change": change, "missing": missing}, current_language())


def _year_before(month: dt.date) -> dt.date:
    return month.replace(year=month.year - 1)
