"""White certificates: amounts of the sheets against another engine."""

import datetime as dt
from typing import Any

import pytest

from bocage.decide.funding.offers import Terms, offers_of
from bocage.parameters.funding_rules import load_rules

DATE = dt.date(2026, 6, 1)
TERMS = Terms(own_share=0.0, certificate_price=8.0, certificate_low=6.0, certificate_high=10.0)
RULES = {rule.name: rule for rule in load_rules() if rule.in_force(DATE)}

COMPUTED: list[tuple[str, str, dict[str, Any], float]] = [
    ("BAT-EN-101", "H2", {"sector": "school", "area_m2": 9000, "work": "roof"}, 11340000.0),
    ("BAT-EN-102", "H1", {"sector": "health", "area_m2": 80, "work": "wall", "heating": "fuel"}, 499200.0),
    ("BAT-EN-103", "H3", {"sector": "office", "area_m2": 250, "work": "floor"}, 420000.0),
    ("BAT-EN-104", "H1", {"sector": "hotel", "area_m2": 9000, "work": "window"}, 33390000.0),
    (
        "BAT-TH-116",
        "H1",
        {"sector": "office", "area_m2": 9000, "work": "bms", "bms_class": "A", "bms_use": ["cooling"]},
        2306700.0,
    ),
    (
        "BAT-TH-163",
        "H3",
        {
            "sector": "health",
            "area_m2": 9000,
            "work": "heat_pump",
            "heat_pump_kw": 60,
            "heat_pump_efficiency_percent": 115,
            "heat_pump_cop": 5.0,
            "heat_pump_share": 0.25,
        },
        1485000.0,
    ),
    (
        "BAT-TH-127",
        "H2",
        {"sector": "hotel", "area_m2": 250, "work": "heat_network", "subscribed_kw": 401, "hot_water": True},
        117000.0,
    ),
    ("BAT-EN-101", "H1", {"sector": "health", "area_m2": 250, "work": "roof"}, 780000.0),
    ("BAT-EN-102", "H1", {"sector": "health", "area_m2": 80, "work": "wall", "heating": "electricity"}, 312000.0),
    ("BAT-EN-103", "H3", {"sector": "school", "area_m2": 9000, "work": "floor"}, 15120000.0),
    ("BAT-EN-104", "H2", {"sector": "hotel", "area_m2": 9000, "work": "window"}, 27090000.0),
    (
        "BAT-TH-116",
        "H2",
        {"sector": "school", "area_m2": 250, "work": "bms", "bms_class": "B", "bms_use": ["hot_water"]},
        8550.0,
    ),
    (
        "BAT-TH-163",
        "H2",
        {
            "sector": "other",
            "area_m2": 9000,
            "work": "heat_pump",
            "heat_pump_kw": 650,
            "heat_pump_efficiency_percent": 115,
            "heat_pump_cop": 3.6,
            "heat_pump_share": 1.0,
        },
        5670000.0,
    ),
    (
        "BAT-TH-127",
        "H2",
        {"sector": "school", "area_m2": 1200, "work": "heat_network", "subscribed_kw": 700, "hot_water": False},
        259200.0,
    ),
    ("BAT-EN-101", "H1", {"sector": "other", "area_m2": 80, "work": "roof"}, 124800.0),
    ("BAT-EN-102", "H2", {"sector": "other", "area_m2": 1200, "work": "wall", "heating": "fuel"}, 2808000.0),
    ("BAT-EN-103", "H3", {"sector": "hotel", "area_m2": 80, "work": "floor"}, 156800.0),
    ("BAT-EN-104", "H2", {"sector": "hotel", "area_m2": 80, "work": "window"}, 240800.0),
    (
        "BAT-TH-116",
        "H3",
        {
            "sector": "shop",
            "area_m2": 9000,
            "work": "bms",
            "bms_class": "A",
            "bms_use": ["auxiliaries", "cooling", "heating", "hot_water"],
        },
        3812400.0,
    ),
    (
        "BAT-TH-163",
        "H3",
        {
            "sector": "office",
            "area_m2": 9000,
            "work": "heat_pump",
            "heat_pump_kw": 60,
            "heat_pump_efficiency_percent": 150,
            "heat_pump_cop": 3.6,
            "heat_pump_share": 1.0,
        },
        7560000.0,
    ),
    (
        "BAT-TH-127",
        "H1",
        {"sector": "hotel", "area_m2": 9000, "work": "heat_network", "subscribed_kw": 90, "hot_water": True},
        6732000.0,
    ),
    ("BAT-EN-101", "H2", {"sector": "hotel", "area_m2": 1200, "work": "roof"}, 1764000.0),
    ("BAT-EN-102", "H2", {"sector": "health", "area_m2": 1200, "work": "wall", "heating": "fuel"}, 6084000.0),
    ("BAT-EN-103", "H2", {"sector": "other", "area_m2": 9000, "work": "floor"}, 22680000.0),
    ("BAT-EN-104", "H1", {"sector": "office", "area_m2": 250, "work": "window"}, 795000.0),
    (
        "BAT-TH-116",
        "H1",
        {"sector": "school", "area_m2": 80, "work": "bms", "bms_class": "A", "bms_use": ["cooling", "hot_water"]},
        12496.0,
    ),
    (
        "BAT-TH-163",
        "H1",
        {
            "sector": "hotel",
            "area_m2": 1200,
            "work": "heat_pump",
            "heat_pump_kw": 60,
            "heat_pump_efficiency_percent": 115,
            "heat_pump_cop": 4.5,
            "heat_pump_share": 1.0,
        },
        924000.0,
    ),
    (
        "BAT-TH-127",
        "H3",
        {"sector": "hotel", "area_m2": 9000, "work": "heat_network", "subscribed_kw": 700, "hot_water": True},
        2808000.0,
    ),
]
"""Sheet, climate zone, facts and kWh cumac that PyPI `energysystemmodels` 20261026001 computes (module CEE).

Four thousand cases at random agreed to rounding; these are kept so that no dependency is needed."""


@pytest.mark.parametrize(("sheet", "zone", "facts", "kwh_cumac"), COMPUTED)
def test_amounts_of_the_sheets_are_those_of_another_engine(
    sheet: str, zone: str, facts: dict[str, Any], kwh_cumac: float
) -> None:
    action = {"chantier": "buildings", **facts}
    (aid,) = offers_of(
        RULES[f"CEE-{sheet}"], action, {"overseas": False, "cee_zone": zone}, DATE, cost_eur=1e12, terms=TERMS
    )
    assert aid.amount_eur == pytest.approx(kwh_cumac * 8.0 / 1000.0, rel=1e-9)
    assert aid.low_eur == pytest.approx(kwh_cumac * 6.0 / 1000.0, rel=1e-9)
    assert aid.high_eur == pytest.approx(kwh_cumac * 10.0 / 1000.0, rel=1e-9)
