"""How the works will be judged: measured energy against what would have been, and what residents live."""

import datetime as dt
from collections.abc import Mapping
from functools import partial

import polars as pl

from bocage.domains.lighting.inventory.declared import LOCALE
from bocage.vocabulary.columns import noun_tables
from bocage.vocabulary.domain import Site
from bocage.vocabulary.text import translate

_ = partial(translate, catalogue=LOCALE)


def evaluate(actions: pl.DataFrame, site: Site) -> pl.DataFrame:
    """Rows of the noun `evaluation`, without effect yet: two per action.

    The baseline is the twelve months before the first year of the action.

    Args:
        actions: the chosen actions, frame of the noun `action`.
        site: date.
    """
    table = noun_tables()["evaluation"]
    rows = []
    for action in actions.iter_rows(named=True):
        year = max(action["first_year"] or site.date.year + 1, site.date.year)
        period = {"baseline_from": dt.date(year - 1, 1, 1), "baseline_to": dt.date(year - 1, 12, 31)}
        for indicator, unit, method in _measures(action):
            rows.append(
                {
                    "evaluation_id": f"{action['action_id']}-{indicator}",
                    "action_id": action["action_id"],
                    "indicator": indicator,
                    "unit": unit,
                    "method": method,
                    **period,
                }
            )
    return table.conform(pl.DataFrame(rows, infer_schema_length=None)) if rows else table.empty()


def _measures(action: Mapping[str, object]) -> list[tuple[str, str, str]]:
    energy = _(
        "Meters of the points, month by month, against the year before the works corrected for the length of"
        " nights; points without works as control where metered apart"
    )
    if action["kind"] in {"curfew", "curfew_partial"}:
        lived = _(
            "Switch-off checked on site or on the load curve; complaints, accidents and incidents at night, before"
            " and after, there and elsewhere"
        )
        return [("energy_kwh_year", "kWh/year", energy), ("dark_hours_h_year", "h/year", lived)]
    works = _(
        "Power measured at the cabinet for a sample of points, against the power planned; opinions of residents,"
        " favourable and not"
    )
    return [("energy_kwh_year", "kWh/year", energy), ("installed_power_kw", "kW", works)]
