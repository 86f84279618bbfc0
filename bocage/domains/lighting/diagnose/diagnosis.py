"""Diagnosis: indicators of the present state by territory and sector, findings, figures of each luminaire."""

import polars as pl

from bocage.domains.lighting.diagnose.bill_findings import bill_findings
from bocage.domains.lighting.diagnose.bills import has_bills
from bocage.domains.lighting.diagnose.comparisons import comparisons
from bocage.domains.lighting.diagnose.completeness import COMPLETENESS, DATA, share_held
from bocage.domains.lighting.diagnose.findings import findings, judged
from bocage.domains.lighting.diagnose.lit_roads import FIGURES as FIGURES_OF_ROADS
from bocage.domains.lighting.diagnose.lit_roads import lit_road_figures
from bocage.domains.lighting.diagnose.road_findings import marked_roads, road_findings
from bocage.domains.lighting.diagnose.rule import by_severity
from bocage.domains.lighting.diagnose.scopes import SCOPE, with_scopes
from bocage.domains.lighting.inventory import complete
from bocage.domains.lighting.inventory.declared import LIT_ROAD, LUMINAIRE, luminaire_table
from bocage.domains.lighting.inventory.delivery import POINT
from bocage.domains.lighting.physics.bills import supply_terms
from bocage.domains.lighting.physics.load import with_load
from bocage.domains.lighting.simulate.bill import Bill
from bocage.domains.lighting.simulate.indicators import state, state_shares, table
from bocage.domains.lighting.simulate.totals import SUMMED, totals
from bocage.vocabulary.domain import Assets, Diagnosis, Site
from bocage.vocabulary.draws import DrawTable

FIGURES = (
    "asset_id", "technology", "system_power_w", "energy_kwh_year", "burning_hours_h_year", "dark_hours_h_year",
    "age_years", "colour_temperature_k", "ulr_percent", "flags", "priority", "on_defaults",
    COMPLETENESS,
)  # fmt: skip
ROAD_FIGURES = (*FIGURES_OF_ROADS, "flags", "priority")


def diagnose(assets: Assets, site: Site) -> Diagnosis:
    """The Outcome of doing nothing, on completed assets.

    Args:
        assets: completed.
        site: where, when, seed and number of draws.

    Returns:
        Outcomes by `scope` (`territory`, `commune:CODE`, `sector:NAME`); findings in order of importance; for each
        luminaire its power, energy, hours, age, `flags` (codes of the findings, separated by
        spaces), `priority` (`critical`, `watch`, `none`) and completeness; figures of each lit road
        and of each delivery point; tables of the data held and of comparisons.

    >>> import datetime as dt
    >>> site = Site(territory_id="00000", longitude_deg=2.0, latitude_deg=47.0, date=dt.date(2026, 1, 1))
    >>> lamp = pl.DataFrame({"asset_id": ["a"], "technology": ["HG"], "regime": ["permanent"]})
    >>> diagnose(complete({"luminaire": lamp}, site), site).per_asset["luminaire"]["flags"].item()
    'BOC-LIG-004 BOC-LIG-009'
    """
    frame = (
        assets[LUMINAIRE] if LUMINAIRE in assets else complete({LUMINAIRE: luminaire_table().empty()}, site)[LUMINAIRE]
    )
    rows = judged(with_load(frame, site), site)
    shown = rows.rename({"energy_kwh": "energy_kwh_year", "dark_h": "dark_hours_h_year"}).with_columns(
        (pl.col("full_h") + pl.col("dimmed_h")).alias("burning_hours_h_year"), share_held(DATA).alias(COMPLETENESS)
    )
    outcomes = _outcomes(rows, site, Bill(supply_terms(assets, rows, site), site))
    found, per_asset = findings(rows, site), {LUMINAIRE: shown.select(FIGURES)}
    roads = lit_road_figures(assets, rows, site)
    if roads is not None:
        per_asset[LIT_ROAD] = marked_roads(roads, site).select(ROAD_FIGURES)
        found += road_findings(roads, rows, site)
    if has_bills(assets):
        billed, per_asset[POINT] = bill_findings(assets, rows, site)
        found += billed
    compared_findings, tables = comparisons(rows, outcomes, roads, site)
    return Diagnosis(outcomes, by_severity([*found, *compared_findings]), per_asset, tables)


def _outcomes(rows: pl.DataFrame, site: Site, bill: Bill) -> DrawTable:
    """Indicators of the territory, of each commune and of each sector."""
    needed = list(dict.fromkeys(["commune_code", "sector", *SUMMED]))
    repeated, scopes = with_scopes(rows.select(needed))
    found = totals(repeated, SCOPE, scopes, site)
    return table(state(found, site, bill), state_shares(found, bill), pl.DataFrame({"scope": scopes}))
