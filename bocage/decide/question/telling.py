"""How objectives are told: units of totals and of ratios, in both languages."""

from collections.abc import Mapping
from dataclasses import dataclass

from bocage.decide.question.request import Objective, PlanRequest


@dataclass(frozen=True)
class Measure:
    """How an objective is told: unit of a total, unit of a ratio to the own euro, scale of the ratio."""

    total: Mapping[str, str]
    ratio: Mapping[str, str]
    scale: float
    unit: str


MEASURES: Mapping[Objective, Measure] = {
    "npv": Measure(
        {"fr": "€ de valeur nette", "en": "EUR of net value"},
        {"fr": "€ de valeur nette par euro à charge", "en": "EUR of net value per own euro"},
        1.0,
        "EUR",
    ),
    "cash": Measure(
        {"fr": "€ de trésorerie actualisée", "en": "EUR of present cash"},
        {"fr": "€ de trésorerie actualisée par euro à charge", "en": "EUR of present cash per own euro"},
        1.0,
        "EUR",
    ),
    "carbon": Measure(
        {"fr": "t de CO₂ évitées (actualisées)", "en": "t of CO₂ avoided (discounted)"},
        {"fr": "kg de CO₂ évités (actualisés) par euro à charge", "en": "kg of CO₂ avoided (discounted) per own euro"},
        1000.0,
        "tCO2e",
    ),
    "water": Measure(
        {"fr": "m³ d’eau économisés (actualisés)", "en": "m³ of water saved (discounted)"},
        {"fr": "m³ économisés (actualisés) par euro à charge", "en": "m³ saved (discounted) per own euro"},
        1.0,
        "m3",
    ),
    "risk": Measure(
        {"fr": "€ de dommages évités (actualisés)", "en": "EUR of damage avoided (discounted)"},
        {"fr": "€ de dommages évités par euro à charge", "en": "EUR of damage avoided per own euro"},
        1.0,
        "EUR",
    ),
    "energy": Measure(
        {"fr": "kWh économisés (actualisés)", "en": "kWh saved (discounted)"},
        {"fr": "kWh économisés (actualisés) par euro à charge", "en": "kWh saved (discounted) per own euro"},
        1.0,
        "kWh",
    ),
}

POINTS_MEASURE = Measure(
    {
        "fr": "points (100\u202f: le meilleur de chaque objectif à la fois)",
        "en": "points (100: the best of every objective)",
    },
    {"fr": "points par millier d’euros à charge", "en": "points per thousand own euros"},
    1000.0,
    "1",
)
"""Several objectives that count together."""


def measure_of(request: PlanRequest) -> Measure:
    """How what a plan is best at is told: in points where several objectives count together."""
    return POINTS_MEASURE if request.aims else MEASURES[request.objective]
