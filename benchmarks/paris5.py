"""The 3,824 street lights of Paris 5e through the whole path: file, import, diagnosis, plan, PDF."""

import os
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl

from benchmarks.frame import Figure, at_most, figure
from bocage.twin.build import import_file
from bocage.twin.diagnose import examine
from bocage.twin.plan import plan
from bocage.twin.report import write_reports
from bocage.twin.territory import create_territory, open_territory
from bocage.vocabulary.domain import Domain, Site

DATA = Path(os.environ.get("BOCAGE_DATA", Path(__file__).parents[2] / "shared" / "data"))
FILE = DATA / "lighting" / "paris5" / "eclairage-public-ext-noSquareSoutPriv_arr05buf100_dissolveFoyer.gpkg"
LAMPS, LOAD_KW, LOAD_TOLERANCE_KW = 3824, 408.2, 0.05
NOMINAL, COLD, UPWARD = 1313, 174, 1176
HOURS = {"photocell": ("-2°", 4191.0), "astronomical_clock": ("-3°", 4108.0)}
HOURS_TOLERANCE = 2.0
APPRAISE_GOAL_S, REPORT_GOAL_S = 2.0, 30.0
BUDGET_EUR_YEAR, YEARS, GAP = 200_000.0, 6, 0.01


def run(*, seed: int) -> dict[str, Any]:
    """Counts, load and hours of the real inventory, and the time of import, diagnosis and appraisal.

    Args:
        seed: seed of the draws; the counts do not depend on it.
    """
    if not FILE.exists():
        return {"name": "paris5", "figures": [figure("the real inventory is absent (set BOCAGE_DATA)", None, "")]}
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "paris5"
        start = time.perf_counter()
        settings: dict[str, object] = {"longitude_deg": 2.35, "latitude_deg": 48.845}
        create_territory(place, code="75105", name="Paris 5e", settings=settings).store.close()
        with open_territory(place) as territory:
            import_file(territory, FILE)
            imported = time.perf_counter()
            state = examine(territory, territory.domain("lighting"))
            diagnosed = time.perf_counter()
            plan(territory, budget_eur_year=BUDGET_EUR_YEAR, years=YEARS, gap=GAP)
            write_reports(territory, language="fr")
            reported = time.perf_counter()
    lamps = state.assets["luminaire"]
    found = {finding.code: len(finding.asset_ids) for finding in state.diagnosis.findings}
    load_kw = float(lamps["system_power_w"].sum()) / 1000
    site = replace(state.site, seed=seed)
    figures = [
        _exact("lamps in", len(lamps), "points", LAMPS),
        _exact("lamps lost", LAMPS - len(lamps), "points", 0),
        _near("installed load with gear", load_kw, "kW", LOAD_KW, LOAD_TOLERANCE_KW),
        _exact("lamps whose nominal power is used", found.get("BOC-LIG-008", 0), "points", NOMINAL),
        _exact("lamps above 3,000 K", found.get("BOC-LIG-001", 0), "points", COLD),
        _exact("lamps above 4 % upward ratio", found.get("BOC-LIG-002", 0), "points", UPWARD),
        *_hours(lamps, state.domain, site),
        *_timings(state.domain, lamps, site, imported - start, diagnosed - imported),
        at_most("file to PDF, six-year plan included", reported - start, "s", REPORT_GOAL_S),
    ]
    return {"name": "paris5", "figures": figures}


def _hours(lamps: pl.DataFrame, domain: Domain, site: Site) -> list[Figure]:
    """Hours of the points lit at night for each switching device, from the diagnosis of the same lamps."""
    figures = []
    for device, (threshold, goal) in HOURS.items():
        switched = lamps.filter(pl.col("regime") == "night").with_columns(pl.lit(device).alias("switching"))
        hours = domain.diagnose({"luminaire": switched}, site).per_asset["luminaire"]["burning_hours_h_year"]
        figures.append(_near(f"full-night hours at {threshold}", float(hours.max()), "h/year", goal, HOURS_TOLERANCE))  # type: ignore[arg-type]  # a real column
    return figures


def _timings(domain: Domain, lamps: pl.DataFrame, site: Site, import_s: float, diagnose_s: float) -> list[Figure]:
    assets = {"luminaire": lamps}
    site = replace(site, settings={**site.settings, "lot_minimum_points": 1})  # as many lots as streets
    actions = domain.propose(assets, site)
    start = time.perf_counter()
    domain.appraise(assets, actions, site)
    appraise_s = time.perf_counter() - start
    interact_s = time.perf_counter()
    domain.interact(assets, actions, site)
    interact_s = time.perf_counter() - interact_s
    return [
        figure("file to twin", import_s, "s"),
        figure("diagnosis", diagnose_s, "s"),
        figure("actions proposed", len(actions), "1"),
        at_most("appraisal of all actions", appraise_s, "s", APPRAISE_GOAL_S),
        figure("interactions of all pairs", interact_s, "s"),
    ]


def _exact(what: str, value: int, unit: str, goal: int) -> Figure:
    return figure(what, value, unit, goal=goal, holds=value == goal)


def _near(what: str, value: float, unit: str, goal: float, tolerance: float) -> Figure:
    return figure(what, value, unit, goal=goal, holds=abs(value - goal) <= tolerance)
