"""Read the title of an award: what kind of project it is, and how many assets it says, where it says so.

Nothing is guessed beyond the words: a title that none of the declared patterns reads is `unknown`, or
of the kind of the form under which it was asked for. How often it is wrong is measured on titles read
by hand (`confusion.py`).
"""

import csv
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from bocage.commons.title_counts import counted

UNKNOWN = "unknown"
FOLDER = Path(__file__).parent / "titles"
BUILDING_KINDS = ("school", "office", "sports", "community", "housing", "building")
_SPACES = re.compile(r"[\s\u00a0\u202f]+")
_GLOBAL = re.compile(
    r"renovations? (?:globale|complete|energetique|thermique|et )|\brenovations?\b|rehabilit|restructur"
    r"|reamenagement|amenagement|extension|transformation|modernisation d"
)
_GOVERNED = (
    r"(?:renovations?|rehabilitations?|modernisations?) d(?:es? |u |')(?:l'|la |le |les )?+"
    r"(?:systemes? de )?(?:{works})"
)
"""Words that speak of the whole building elsewhere govern a single work here."""
_TURNED = re.compile(
    r"(?:\b(?:transformation|rehabilit\w*|amenagement|reconversion|changement)\b.*?\ben\b|: creation d)(.+)"
)
_ADDRESS = re.compile(r"\b(?:rue|place|avenue|route|chemin|allee|impasse|boulevard|quai)\b[^,(:-]*")


@dataclass(frozen=True)
class TitleRead:
    """What a title says.

    Attributes:
        kind: kind of project; `unknown` where no word tells.
        count: number of assets that it says, None where it says none.
        unit: what is counted (`points`, `dwellings`, `buildings`); empty for no count.
        told: whether words of the title tell the kind; where not, it is that of the form.
    """

    kind: str
    count: int | None
    unit: str
    told: bool


@dataclass(frozen=True)
class _Rule:
    kind: str
    pattern: re.Pattern[str]
    unless: re.Pattern[str] | None


def fold(text: str) -> str:
    """Lower case, without accents, one space between words, straight apostrophes.

    >>> fold("L’École  Élémentaire")
    "l'ecole elementaire"
    """
    plain = unicodedata.normalize("NFKD", text.replace("\u2019", "'").replace("\u0153", "oe"))
    return _SPACES.sub(" ", "".join(one for one in plain if not unicodedata.combining(one))).lower().strip()


def read_title(title: str, form: str = "") -> TitleRead:
    """Kind and count that a title says.

    Args:
        title: title of the project, in French.
        form: name of the form (démarche) under which the award was asked for; empty where unknown.

    >>> read_title("Remplacement de 45 lanternes d'éclairage public")
    TitleRead(kind='lighting', count=45, unit='points', told=True)
    >>> read_title("Tranche 2").kind
    'unknown'
    """
    text = fold(title)
    admitted, usual = _form(form)
    kind = next((rule.kind for rule in _rules() if _admits(admitted, rule.kind) and _says(rule, text)), "")
    if not kind and _admits(admitted, "building"):
        kind = _building(text)
    count, unit = counted(text, kind or usual)
    return TitleRead(kind or usual, count, unit, told=bool(kind))


def _says(rule: _Rule, text: str) -> bool:
    return bool(rule.pattern.search(text)) and not (rule.unless and rule.unless.search(text))


def _admits(admitted: frozenset[str], kind: str) -> bool:
    return not admitted or kind in admitted


def _building(text: str) -> str:
    """Kind of a building or of a single work on it; empty where no word names either."""
    works = [kind for kind, pattern in _patterns("works.csv") if pattern.search(text)]
    types = _types(text)
    alone = works[0] if len(works) == 1 else ""
    if alone and not _is_global(text):
        return alone
    if len(types) == 1:
        return types[0]
    if types or works:
        return "building"
    return ""


def _types(text: str) -> list[str]:
    """Types of building named; of one that is turned into another, the latter."""
    text = _ADDRESS.sub(" ", text)
    turned = _TURNED.search(text)
    if turned and (found := _named(turned[1])):
        return found
    return _named(text)


def _named(text: str) -> list[str]:
    found = [kind for kind, pattern in _patterns("buildings.csv") if pattern.search(text)]
    return [kind for kind in found if kind != "building"] or found


@cache
def _governed() -> re.Pattern[str]:
    works = "|".join(pattern.pattern for _kind, pattern in _patterns("works.csv"))
    return re.compile(_GOVERNED.replace("{works}", works))


def _is_global(text: str) -> bool:
    found = _GLOBAL.search(_governed().sub(" ", text))
    return bool(found) and ":" not in text


@cache
def _rules() -> Sequence[_Rule]:
    with (FOLDER / "rules.csv").open(encoding="utf-8", newline="") as stream:
        return tuple(
            _Rule(row["kind"], re.compile(row["pattern"]), re.compile(row["unless"]) if row["unless"] else None)
            for row in csv.DictReader(stream)
        )


@cache
def _patterns(name: str) -> Sequence[tuple[str, re.Pattern[str]]]:
    with (FOLDER / name).open(encoding="utf-8", newline="") as stream:
        return tuple((row["kind"], re.compile(row["pattern"])) for row in csv.DictReader(stream))


@cache
def _forms() -> Mapping[str, tuple[str, frozenset[str]]]:
    with (FOLDER / "forms.csv").open(encoding="utf-8", newline="") as stream:
        return {
            row["words"]: (row["kind"], frozenset() if row["admits"] == "*" else frozenset(row["admits"].split()))
            for row in csv.DictReader(stream)
        }


def _form(form: str) -> tuple[frozenset[str], str]:
    """Kinds that the form admits (all where empty), and its usual kind."""
    for words, (kind, admitted) in _forms().items():
        if words in form:
            return admitted, kind
    return frozenset(), UNKNOWN
