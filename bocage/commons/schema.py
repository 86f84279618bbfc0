"""The shared record of feedback as declared data: its sections, their fields, the catalogue of kinds of action."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from bocage.vocabulary.columns import Column, read_columns

FOLDER = Path(__file__).parent / "record"
ROOT = "record"
"""Section whose fields stand at the top of a file."""
VERSION = "bocage-feedback/1.0"
NONE_OBSERVED, NOT_REPORTED = "none_observed", "not_reported"
"""What stands for the effects of works that were watched and showed none, or of which a text says nothing."""
INDICATOR_UNITS: Mapping[str, str] = {
    "energy_kwh_year": "kWh/year",
    "bill_eur_year": "EUR/year",
    "carbon_kgco2e_year": "kgCO2e/year",
    "water_m3_year": "m3/year",
    "risk_eur_year": "EUR/year",
    "power_kw": "kW",
    "energy_share": "1",
    "bill_share": "1",
    "carbon_share": "1",
    "water_share": "1",
    "power_share": "1",
    "realised_share": "1",
}
"""Unit in which each effect is written."""


@dataclass(frozen=True, kw_only=True)
class Part:
    """One section of a record.

    Attributes:
        name: key of the section in a file.
        many: whether it is a list.
        required: whether a record without it is refused.
        fields: its declared fields.
        label: label by language.
        description: one sentence by language.
    """

    name: str
    many: bool
    required: bool
    fields: tuple[Column, ...]
    label: Mapping[str, str]
    description: Mapping[str, str]

    def field(self, name: str) -> Column:
        """The field of that name; KeyError where there is none."""
        return next(one for one in self.fields if one.name == name)


@dataclass(frozen=True, kw_only=True)
class ActionKind:
    """A kind of action of the shared catalogue.

    Attributes:
        domain: domain of the works.
        kind: code, that of the domain where it has the kind.
        family: kinds whose costs and realisation are learned together.
        quantity_unit: unit in which its extent is counted.
        label: label by language.
    """

    domain: str
    kind: str
    family: str
    quantity_unit: str
    label: Mapping[str, str]


@cache
def parts() -> Mapping[str, Part]:
    """The sections of a record by name, in reading order.

    >>> list(parts())[:3], parts()["costs"].many
    (['record', 'territory', 'action'], True)
    """
    with (FOLDER / "sections.csv").open(encoding="utf-8", newline="") as stream:
        return {
            row["section"]: Part(
                name=row["section"],
                many=row["many"] == "yes",
                required=row["required"] == "yes",
                fields=read_columns(FOLDER / f"{row['section']}.csv"),
                label={"fr": row["label_fr"], "en": row["label_en"]},
                description={"fr": row["description_fr"], "en": row["description_en"]},
            )
            for row in csv.DictReader(stream)
        }


@cache
def action_kinds() -> Mapping[tuple[str, str], ActionKind]:
    """The shared catalogue of kinds of action, by domain and kind.

    >>> action_kinds()["lighting", "led_dimming"].family
    'led'
    """
    with (Path(__file__).parent / "kinds.csv").open(encoding="utf-8", newline="") as stream:
        return {
            (row["domain"], row["kind"]): ActionKind(
                domain=row["domain"],
                kind=row["kind"],
                family=row["family"],
                quantity_unit=row["quantity_unit"],
                label={"fr": row["label_fr"], "en": row["label_en"]},
            )
            for row in csv.DictReader(stream)
        }


def family_of(domain: str, kind: str) -> str:
    """Family of a kind of action; the kind itself where the shared catalogue does not hold it.

    >>> family_of("lighting", "led_kit"), family_of("waste", "compost")
    ('led', 'compost')
    """
    known = action_kinds().get((domain, kind))
    return known.family if known else kind
