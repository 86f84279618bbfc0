"""Measured effect of works: how often the interval holds the truth, placebo and steps, on simulated meters."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

import numpy as np

from benchmarks.frame import Figure, at_most, figure
from bocage.domains.lighting.evaluate.measured import Measured, measure_works
from bocage.domains.lighting.evaluate.meters import panel
from bocage.domains.lighting.example.meters import MeteredTown, metered_town
from bocage.science.steps import largest_step
from bocage.vocabulary.domain import Site

SITE = Site(territory_id="99999", longitude_deg=-0.6, latitude_deg=48.2, date=dt.date(2026, 1, 1))
TOWNS = 60
STEP_TOWNS = 4
CASES: Mapping[str, Mapping[str, Any]] = {
    "two years before, one after": {},
    "errors without memory": {"memory": 0.0},
    "errors of long memory": {"memory": 0.7},
    "one year before, one after": {"months": 24, "before": 12},
    "half of the meters read every two months": {"interpolated": 0.5},
    "eight meters": {"meters": 10, "treated": 4},
    "no meter without works": {"meters": 15, "treated": 15},
}
COVERAGE_RANGE = (0.70, 0.95)
"""Where the coverage of an interval of 80 % must lie, for 60 towns: within two standard errors, or on the safe side."""


def run(*, seed: int) -> dict[str, Any]:
    """Coverage of the 80 % interval in each case, bias, false effects, and the steps of single meters.

    Args:
        seed: seed of the first town; the others follow.
    """
    figures: list[Figure] = []
    covered = []
    for number, (name, case) in enumerate(CASES.items()):
        found = [_one(seed + 1000 * number + town, case) for town in range(TOWNS)]
        share = float(np.mean([low <= truth <= high for truth, low, high, _ in found]))
        covered.append(share)
        figures.append(
            figure(f"coverage of the 80 % interval, {name}", share, "1", goal=0.8,
                   holds=COVERAGE_RANGE[0] <= share <= COVERAGE_RANGE[1])
        )  # fmt: skip
        bias = float(np.mean([effect - truth for truth, _, _, effect in found])) / abs(found[0][0])
        if number in {0, 4}:
            figures.append(at_most(f"bias over the effect, {name}", abs(bias), "1", 0.05))
    figures.insert(0, figure("mean coverage of the 80 % interval", float(np.mean(covered)), "1", goal=0.8,
                             holds=0.75 <= float(np.mean(covered)) <= 0.92))  # fmt: skip
    nothing = [_verdict(seed + 50_000 + town, 0.0) for town in range(TOWNS)]
    works = [_verdict(seed + 60_000 + town, -0.3) for town in range(TOWNS)]
    figures += [
        at_most("share of towns without any effect called shown", float(np.mean(nothing)), "1", 0.2),
        figure("share of towns with 30 % saved called shown", float(np.mean(works)), "1", goal=0.9,
               holds=float(np.mean(works)) >= 0.9),
        *_step_figures(seed + 70_000),
    ]  # fmt: skip
    return {"name": "before-after", "figures": figures}


def _one(seed: int, case: Mapping[str, Any]) -> tuple[float, float, float, float]:
    """Truth, interval and estimate of one town."""
    town = metered_town(SITE, seed=seed, **case)
    change = _measured(town).change
    assert change is not None
    return town.effect_kwh_year, change.low, change.high, change.effect


def _verdict(seed: int, change: float) -> bool:
    return _measured(metered_town(SITE, seed=seed, change=change)).verdict == "shown"


def _measured(town: MeteredTown) -> Measured:
    found = panel({"invoice": town.invoices}, SITE)
    assert found is not None
    works = {"started": town.works_on, "accepted": town.works_on}
    return measure_works(found, works, set(town.treated), set())


def _step_figures(seed: int) -> list[Figure]:
    """Meters that change by 30 % without anybody saying so: how many are found, and in the right month."""
    found, right, false, quiet = 0, 0, 0, 0
    for number in range(STEP_TOWNS):
        town = metered_town(SITE, seed=seed + number, change=-0.3)
        meters = panel({"invoice": town.invoices}, SITE)
        assert meters is not None
        for row, name in enumerate(meters.meters):
            step = largest_step(meters.intensity[row], meters.hours[row], meters.season)
            sure = step is not None and step.is_sure
            if name not in town.treated:
                quiet, false = quiet + 1, false + sure
            elif step is not None and sure:
                found += 1
                right += abs(meters.months.index(town.works_on) - step.position) <= 1
    changed = STEP_TOWNS * len(town.treated)
    return [
        figure("share of silent changes of 30 % found", found / changed, "1", goal=0.8, holds=found >= 0.8 * changed),
        figure("share of those dated within a month", right / max(found, 1), "1", goal=0.9, holds=right >= 0.9 * found),
        at_most("share of steady meters given a step", false / quiet, "1", 0.05),
    ]
