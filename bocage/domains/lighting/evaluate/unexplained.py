"""Meters whose use made a step that no works explain: when, and how large."""

import datetime as dt
from collections.abc import Mapping, Sequence
from functools import partial

from bocage.domains.lighting.evaluate.meters import Panel
from bocage.domains.lighting.inventory.declared import LOCALE
from bocage.science.before_after import student_quantile
from bocage.science.steps import Step, largest_step
from bocage.vocabulary.text import current_language, fill, translate

_ = partial(translate, catalogue=LOCALE)

LEAST_CHANGE = 0.1
"""Relative change below which a step is not worth a visit [1]."""
MONTHS_NEAR = 2
"""Months before the start and after the acceptance of works within which a step is theirs."""


def unexplained_steps(
    found: Panel, explained: Mapping[str, Sequence[tuple[dt.date, dt.date]]]
) -> list[dict[str, object]]:
    """The surest step of each meter, where it is neither chance nor the mark of works.

    Args:
        found: meters by months.
        explained: by meter, start and acceptance of the works that touched it.

    Returns:
        Rows of the noun `evaluation`, the largest change first, all shown by the score of the step.
    """
    rows = []
    for number, meter in enumerate(found.meters):
        step = largest_step(found.intensity[number], found.hours[number], found.season)
        if step is None or not step.is_sure or not step.level > 0 or abs(step.relative) < LEAST_CHANGE:
            continue
        month = found.months[step.position]
        if not any(_near(month, dates) for dates in explained.get(meter, ())):
            rows.append(_row(found, meter, step, month))
    return sorted(rows, key=lambda row: -abs(float(str(row["effect"]))))


def _near(month: dt.date, works: tuple[dt.date, dt.date]) -> bool:
    months = [12 * day.year + day.month for day in (works[0], month, works[1])]
    return months[0] - MONTHS_NEAR <= months[1] <= months[2] + MONTHS_NEAR


def _row(found: Panel, meter: str, step: Step, month: dt.date) -> dict[str, object]:
    effect = step.size * found.year_h
    margin = student_quantile(len(found.months) - 4) * abs(effect) / step.score
    sentence = _("Step of {share}% found in the invoices of {meter} from {month} on; its cause is unknown to the twin")
    values = {"share": 100 * step.relative, "meter": meter, "month": month.strftime("%m/%Y")}
    return {
        "evaluation_id": f"step-{meter}",
        "indicator": "energy_kwh_year",
        "unit": "kWh/year",
        "method": fill(sentence, values, current_language()),
        "baseline_from": found.months[0],
        "baseline_to": month - dt.timedelta(days=1),
        "effect": effect,
        "low": effect - margin,
        "high": effect + margin,
        "verdict": "shown",
    }
