"""Facts that funding rules may read: of the territory, of an action; their type, and where to write them."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import Literal, get_args

from bocage.vocabulary.code_labels import core_code_labels

FactType = Literal["text", "number", "boolean", "list"]
SUITED: Mapping[str, tuple[str, ...]] = {
    "text": ("is", "one_of"),
    "number": ("is", "one_of", "at_least", "at_most", "above", "below"),
    "boolean": ("is",),
    "list": ("contains",),
}
"""Tests that mean something for each type of facts."""

LOCAL_FACTS = "funding/facts.yaml"
KEY_AFTER: Mapping[str, str] = {"fr": "\u202f: ", "en": ": "}
"""What stands between a place and the key to write there."""


@dataclass(frozen=True, kw_only=True)
class Fact:
    """A fact that rules may read.

    Attributes:
        name: `territory.NAME` or `action.NAME`.
        type: `text`, `number`, `boolean` or `list` (of texts).
        unit: declared unit code; empty where it has none.
        codes: values that it may take; empty where it is free.
        default: what it is taken to be where nobody says; None where it is then unknown.
        label: what it is called, by language.
        where: where it is written or what computes it, by language.
    """

    name: str
    type: FactType
    unit: str
    codes: tuple[str, ...]
    label: Mapping[str, str]
    where: Mapping[str, str]
    default: str | bool | None = None

    def code_label(self, code: str, language: str) -> str:
        """A code of this fact in words, those of the nouns where it has none of its own; else the code itself.

        >>> core_facts()["action.chantier"].code_label("lighting", "en")
        'public lighting'
        """
        of_nouns = core_code_labels().get(self.name.partition(".")[2], {})
        found = fact_codes().get((self.name, code)) or of_nouns.get(code)
        return found[language] if found else code


@cache
def fact_codes() -> Mapping[tuple[str, str], Mapping[str, str]]:
    """What the codes of facts are called, by name of fact and code."""
    with (Path(__file__).parent / "fact_codes.csv").open(encoding="utf-8", newline="") as stream:
        return {
            (row["fact"], row["code"]): {"fr": row["label_fr"], "en": row["label_en"]} for row in csv.DictReader(stream)
        }


@cache
def core_facts() -> Mapping[str, Fact]:
    """The facts declared by the project, by name.

    >>> core_facts()["territory.population"].where["en"]
    'territory.toml, [territory] population'
    """
    with (Path(__file__).parent / "facts.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    facts = {}
    for row in rows:
        if row["type"] not in get_args(FactType):
            raise ValueError(f"facts.csv: {row['fact']} has no known type")
        facts[row["fact"]] = Fact(
            name=row["fact"],
            type=row["type"],  # type: ignore[arg-type]  # checked above
            unit=row["unit"],
            codes=tuple(filter(None, row["codes"].split(";"))),
            label={"fr": row["label_fr"], "en": row["label_en"]},
            where=_where(row),
            default=_default(row["default"], row["type"]),
        )
    return facts


def _where(row: Mapping[str, str]) -> Mapping[str, str]:
    """Where a fact is written, with the key to write where that is the file of local facts."""
    key = row["fact"].partition(".")[2]
    places = {"fr": row["where_fr"], "en": row["where_en"]}
    if not row["where_en"].startswith(LOCAL_FACTS):
        return places
    return {"fr": f"{places['fr']}{KEY_AFTER['fr']}{key}", "en": f"{places['en']}{KEY_AFTER['en']}{key}"}


def _default(text: str, type_: str) -> str | bool | None:
    if not text:
        return None
    return text == "true" if type_ == "boolean" else text


@cache
def default_facts() -> Mapping[str, str | bool]:
    """Facts that are taken for granted where nobody says otherwise: works are an investment, no derogation is given.

    >>> default_facts()["action.own_share_lowered"]
    False
    """
    return {name: fact.default for name, fact in core_facts().items() if fact.default is not None}


@cache
def cee_zones() -> Mapping[str, str]:
    """Climate zone of the sheets of white certificates by département.

    >>> cee_zones()["53"], cee_zones()["974"]
    ('H2', 'H3')
    """
    with (Path(__file__).parent / "cee_zones.csv").open(encoding="utf-8", newline="") as stream:
        return {row["department"]: row["zone"] for row in csv.DictReader(stream)}


def nearest(name: str, known: Mapping[str, object]) -> str:
    """The names that a misspelt one may stand for; some of the known ones where none is near.

    >>> nearest("territory.populaton", core_facts())
    'territory.population'
    """
    found = get_close_matches(name, known, n=2, cutoff=0.8)
    return ", ".join(found or sorted(known)[:8])
