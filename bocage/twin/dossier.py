"""The data that every counter asks for: what the twin knows of an operation, and who holds what it does not know."""

import csv
import datetime as dt
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl

from bocage.decide.funding.counter import written
from bocage.twin.code_labels import all_code_labels
from bocage.twin.counter import Asked
from bocage.twin.members import INSEE_DIGITS
from bocage.twin.territory import Territory
from bocage.twin.wording import _
from bocage.vocabulary.text import LANGUAGES, Language
from bocage.vocabulary.units import quantity

SCHEMA: Mapping[str, Any] = {
    **dict.fromkeys(("dossier_part", "item", "label_fr", "label_en", "value_fr", "value_en"), pl.String),
    "known": pl.Boolean,
    **dict.fromkeys(("holder_fr", "holder_en"), pl.String),
}
EFFECTS = ("energy", "cash", "carbon", "water", "risk")
"""Roles of the indicators that funders ask for."""
Values = Mapping[str, Mapping[Language, str]]


@cache
def items() -> tuple[Mapping[str, str], ...]:
    """The items of a dossier, in order: `item`, `part`, labels, and who holds those that the twin does not know."""
    with (Path(__file__).parent / "dossier.csv").open(encoding="utf-8", newline="") as stream:
        return tuple(csv.DictReader(stream))


def dossier(territory: Territory, asked: Asked) -> pl.DataFrame:
    """What a file of application needs, known or not.

    Args:
        territory: open territory.
        asked: the action at the counter.

    Returns:
        Frame `dossier_part`, `item`, labels, `value_fr` and `value_en` (null where missing), `known` to the
        twin, `holder_fr` and `holder_en` (who has what is missing).
    """
    values = {**_of_body(territory), **_of_operation(territory, asked), **_of_money(asked), **_of_calendar(asked)}
    rows = []
    for item in items():
        name = item["item"]
        if name == "saving_note":
            rows += _effects(asked, item["part"])
            continue
        value = values.get(name)
        known = value is not None and all(value.values())
        rows.append(
            {
                "dossier_part": item["part"],
                "item": name,
                "label_fr": item["label_fr"],
                "label_en": item["label_en"],
                "value_fr": value["fr"] if value and known else None,
                "value_en": value["en"] if value and known else None,
                "known": known,
                "holder_fr": None if known else item["holder_fr"] or "Mairie",
                "holder_en": None if known else item["holder_en"] or "Town hall",
            }
        )
    return pl.DataFrame(rows, schema=SCHEMA)


def _same(value: object) -> dict[Language, str]:
    return dict.fromkeys(LANGUAGES, "" if value is None else str(value))


def _labelled(column: str, code: str, territory: Territory) -> dict[Language, str]:
    labels = all_code_labels(territory.domains).get(column, {}).get(code, {})
    return {language: labels.get(language, code) for language in LANGUAGES}


def _of_body(territory: Territory) -> Values:
    section = territory.config.sections["territory"]
    population = territory.config.number("territory", "population")
    return {
        "body_name": _same(territory.name),
        "body_kind": _labelled("body_kind", str(section["kind"]), territory),
        "siren": _same(territory.config.text("territory", "siren")),
        "territory_code": _same(territory.code),
        "department": _same(territory.config.text("territory", "department")),
        "population": {} if population is None else _amount(population, "inhabitants"),
    }


def _of_operation(territory: Territory, asked: Asked) -> Values:
    row = asked.row
    commune = territory.code if len(territory.code) == INSEE_DIGITS else None
    labels = all_code_labels([asked.proposal.state.domain])
    words = {
        language: ", ".join(
            labels.get(column, {}).get(row[column], {}).get(language, row[column])
            for column in ("competence", "budget")
        )
        for language in LANGUAGES
    }
    return {
        "label": {"fr": row["label_fr"], "en": row["label_en"]},
        "action_id": _same(row["action_id"]),
        "place": _same(row["place"]),
        "commune": _same(row["commune_code"] or commune),
        "unit_count": _same(row["unit_count"]),
        "competence": words,
    }


def _of_money(asked: Asked) -> Values:
    request, best = asked.counter.request, asked.counter.best
    return {
        "cost": _amount(request.cost_eur),
        "vat": _amount(request.spending_eur - request.cost_eur),
        "spending": _amount(request.spending_eur),
        "vat_back": _amount(request.vat_back_eur),
        "grants": _amount(best.plan.total_eur),
        "rest": _amount(best.rest_eur),
    }


def _of_calendar(asked: Asked) -> Values:
    counter, works = asked.counter, asked.counter.best.works
    labels = all_code_labels([])["procedure"][counter.durations.procedure]
    return {
        "procedure": {language: labels[language] for language in LANGUAGES},
        "council": written(council_by(asked)),
        "order": written(works.order),
        "start": written(works.start),
        "end": written(works.end),
    }


def council_by(asked: Asked) -> dt.date:
    """Latest vote that keeps every aid of the best stack."""
    counter = asked.counter
    wanted = {aid.rule.name for aid in counter.best.plan.aids}
    votes = [
        one.filing.council
        for one in counter.stamped
        if one.judged.programme in wanted and one.filing is not None and one.filing.council is not None
    ]
    return min([counter.best.works.council, *votes])


def _amount(value: float, unit: str = "EUR") -> dict[Language, str]:
    return {language: quantity(value, unit, language) for language in LANGUAGES}


def _effects(asked: Asked, part: str) -> list[dict[str, object]]:
    """One row per indicator that the action changes, with its interval and the share that rests on defaults."""
    indicators = asked.proposal.state.domain.indicators
    rows: list[dict[str, object]] = []
    for row in asked.effects.iter_rows(named=True):
        indicator = indicators.get(row["indicator"])
        if indicator is None or indicator.role not in EFFECTS or not row["value"]:
            continue
        template = _("{value} ({low} to {high}; {share} of the inputs by default)", **_figures(row))
        rows.append(
            {
                "dossier_part": part,
                "item": row["indicator"],
                **{f"label_{language}": indicator.label[language] for language in LANGUAGES},
                **{f"value_{language}": template.say(language) for language in LANGUAGES},
                "known": True,
            }
        )
    return rows


def _figures(row: Mapping[str, Any]) -> dict[str, Mapping[Language, str]]:
    unit = str(row["unit"])
    told = {
        name: {language: quantity(row[name], unit, language) for language in LANGUAGES}
        for name in ("value", "low", "high")
    }
    share = {language: quantity(100.0 * (row["default_share"] or 0.0), "%", language) for language in LANGUAGES}
    return {**told, "share": share}
