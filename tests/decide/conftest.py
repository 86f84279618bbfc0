"""Small portfolios whose best plan can be found by trying everything."""

import datetime as dt
import itertools
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import polars as pl
import pytest

from bocage.decide.portfolio.statement import Portfolio
from bocage.decide.question.request import PlanRequest
from bocage.parameters.funding_rules import load_rules
from bocage.parameters.reader import CORE_FOLDER, Parameters
from bocage.vocabulary.columns import noun_tables
from bocage.vocabulary.draws import DrawTable

SIREN = "111111118"
DATE = dt.date(2026, 11, 1)
ROLES = {
    "investment_eur": "investment",
    "electricity_cost_eur_year": "cash",
    "energy_kwh_year": "energy",
    "carbon_kgco2e_year": "carbon",
    "dark_hours_h_year": "quality",
}
UNITS = {
    "investment_eur": "EUR",
    "electricity_cost_eur_year": "EUR/year",
    "energy_kwh_year": "kWh/year",
    "carbon_kgco2e_year": "kgCO2e/year",
    "dark_hours_h_year": "h/year",
}
LED = {"chantier": "lighting", "led": True, "points_with_detection": 0}


def action_row(number: int, row: Mapping[str, Any]) -> dict[str, Any]:
    points = row.get("points", 10)
    facts = {**LED, "points": points, "points_with_dimming": points, "park_share": 0.05, **row.get("facts", {})}
    given = {key: value for key, value in row.items() if key in noun_tables()["action"].names and key != "facts"}
    return {
        "action_id": f"A{number}", "domain": "lighting", "kind": "led", "label_fr": f"Rue {number}",
        "label_en": f"Street {number}", "asset_type": "luminaire", "asset_ids": [], "unit_count": points,
        "owner_siren": SIREN, "competence": "public_lighting", "budget": "M57_main", "standing": "own",
        "first_year": 2027, "lifetime_years": 20.0, "vat_rate": 0.2, "requires": [], "change": "{}",
        **given, "facts": json.dumps(facts),
    }  # fmt: skip


def appraisal_of(actions: pl.DataFrame, rows: Sequence[Mapping[str, Any]], draws: int = 20) -> DrawTable:
    keys, values = [], []
    rng = np.random.default_rng(3)
    noise = np.exp(rng.normal(0, 0.1, draws))
    noise /= noise.mean()
    for action, row in zip(actions["action_id"], rows, strict=True):
        kwh = row["kwh"]
        effects = {
            "investment_eur": row["cost"], "electricity_cost_eur_year": -kwh * 0.2,
            "energy_kwh_year": -kwh, "carbon_kgco2e_year": -kwh * 0.08, "dark_hours_h_year": 5.0,
        }  # fmt: skip
        for indicator, value in effects.items():
            keys.append({"action_id": action, "indicator": indicator, "unit": UNITS[indicator]})
            values.append(value * noise)
    frame = pl.DataFrame(keys, schema={"action_id": pl.String, "indicator": pl.String, "unit": pl.String})
    return DrawTable(frame, np.array(values).reshape(len(keys), draws), np.zeros(len(keys)))


@pytest.fixture
def request_of() -> Callable[..., PlanRequest]:
    """Build a request from rows (`cost`, `kwh`, columns of the noun action) and settings."""

    def build(rows: Sequence[Mapping[str, Any]], **settings: Any) -> PlanRequest:
        actions = pl.DataFrame(
            [action_row(number, row) for number, row in enumerate(rows)],
            schema=noun_tables()["action"].polars_schema(),
        )
        interactions = pl.DataFrame(
            settings.pop("interactions", []),
            schema={"action_a": pl.String, "action_b": pl.String, "indicator": pl.String, "value": pl.Float64},
        )
        defaults: dict[str, Any] = {
            "actions": actions,
            "appraisal": appraisal_of(actions, rows),
            "roles": ROLES,
            "interactions": interactions,
            "budgets": {(SIREN, "M57_main"): [20000.0] * 3},
            "first_year": 2027,
            "territory": {"kind": "commune", "population": 1500, "department": "53"},
            "date": DATE,
            "parameters": Parameters(CORE_FOLDER, DATE),
            "rules": load_rules(),
            "gap": 0.0,
        }
        return PlanRequest(**{**defaults, **settings})

    return build


@pytest.fixture
def brute_force() -> Callable[[Portfolio], tuple[float, tuple[int, ...]]]:
    """The best admissible selection of a tiny portfolio, by trying every one."""

    def best(portfolio: Portfolio) -> tuple[float, tuple[int, ...]]:
        choices: dict[int, list[int | None]] = {}
        for column, action in enumerate(portfolio.action.tolist()):
            choices.setdefault(action, [None]).append(column)
        top: tuple[float, tuple[int, ...]] = (-np.inf, ())
        for picked in itertools.product(*choices.values()):
            columns = tuple(column for column in picked if column is not None)
            value = portfolio.objective(columns)
            if value > top[0] and not portfolio.violations(columns):
                top = (value, columns)
        return top

    return best
