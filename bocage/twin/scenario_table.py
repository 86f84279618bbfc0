"""The view of the future that a plan rests on, as rows of the noun `scenario`."""

from typing import Any

import numpy as np
import polars as pl

from bocage.decide.question.request import PlanRequest
from bocage.finance.carbon import carbon_value, carbon_value_between
from bocage.parameters.scenarios import TREND, Path, load_scenario
from bocage.vocabulary.columns import noun_tables
from bocage.vocabulary.futures import variables


def scenario_rows(request: PlanRequest) -> pl.DataFrame:
    """Frame of the noun `scenario`: each variable at the years it is known for, with its bounds.

    The value of carbon is a parameter, the same in every scenario: it is told at the years published and in
    the first one of the plan.

    Args:
        request: what the plan was asked for.
    """
    scenario = request.scenario or load_scenario(TREND, date=request.date)
    rows = [row for path in scenario.paths.values() for row in _path_rows(path)]
    rows += [row for row in _carbon_rows(request) if row["variable"] not in scenario.paths]
    told = {"scenario_id": scenario.name, "label_fr": scenario.label["fr"], "label_en": scenario.label["en"]}
    return noun_tables()["scenario"].conform(pl.DataFrame([{**told, **row} for row in rows]))


def _path_rows(path: Path) -> list[dict[str, Any]]:
    years = sorted(path.points)
    values, low, high = path.at(years), path.at(years, "low"), path.at(years, "high")
    return [
        {
            "variable": path.variable, "unit": path.unit, "year": year, "value": float(values[place]),
            "low": float(low[place]) if path.low else None, "high": float(high[place]) if path.high else None,
        }
        for place, year in enumerate(years)
    ]  # fmt: skip


def _carbon_rows(request: PlanRequest) -> list[dict[str, Any]]:
    number = request.parameters.number
    published = request.parameters["carbon.path_2019"].value
    years = np.array(sorted({request.first_year, *published}))
    paths = {
        "carbon_value": carbon_value(
            years,
            anchor_year=int(number("carbon.anchor_year")),
            anchor_eur_t=number("carbon.anchor_value"),
            growth=number("carbon.growth"),
        ),
        "carbon_value_2019": carbon_value_between(years, published),
    }
    return [
        {
            "variable": name, "unit": variables()[name].unit, "year": int(year), "value": float(value),
            "low": None, "high": None,
        }
        for name, values in paths.items()
        for year, value in zip(years, values, strict=True)
    ]  # fmt: skip
