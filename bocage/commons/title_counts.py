"""The number of light points, dwellings or buildings that a title says."""

import re
from collections.abc import Mapping

NUMBERS: Mapping[str, int] = {
    "deux": 2, "trois": 3, "quatre": 4, "cinq": 5, "six": 6, "sept": 7, "huit": 8, "neuf": 9, "dix": 10,
    "onze": 11, "douze": 12, "treize": 13, "quatorze": 14, "quinze": 15, "seize": 16, "vingt": 20,
    "trente": 30, "quarante": 40, "cinquante": 50, "soixante": 60, "cent": 100,
}  # fmt: skip
_NUMBER = rf"(?<![\da-z.,/°\-])(?P<number>\d{{1,3}}(?: \d{{3}})+|\d{{1,5}}|{'|'.join(NUMBERS)})"
_BETWEEN = r" (?:(?!(?:rue|route|avenue|place|et|dont|par|des?|du|en|sur|pour|a|au|aux|avec)\b)[a-z][a-z'-]* ){0,2}?"
_THINGS: Mapping[str, str] = {
    "points": r"(?:points? (?:lumineux|d'eclairage)|points?\b|luminaires?|lanternes?|lampadaires?|candelabres?"
    r"|foyers? lumineux|foyers|lampes?|projecteurs?|ampoules?|appareils|leds?\b|mats?\b|sources lumineuses)",
    "dwellings": r"(?:logements?|appartements?)",
    "buildings": r"(?:batiments?|ecoles?|groupes? scolaires?|colleges?|lycees?|gymnases?|mairies?|creches?"
    r"|structures?|sites?|salles (?:des fetes|polyvalentes|communales))",
}
_UNITS: Mapping[str, tuple[str, ...]] = {
    "lighting": ("points",),
    "indoor_lighting": ("points", "buildings"),
    **dict.fromkeys(("school", "office", "sports", "community"), ("buildings",)),
    **dict.fromkeys(("building", "heating", "envelope"), ("buildings", "dwellings")),
    "housing": ("dwellings", "buildings"),
}
_LEFT_OUT = re.compile(
    r"(?:retrait|depose|suppression|enlevement) (?:de|des|d')? ?$"
    r"|\b(?:phases?|tranches?|annees?|lots?|secteurs?|zones?|programmes?|etapes?) $"
)
"""What is taken away, and numbers that name a part of the works."""
_INSTEAD = re.compile(r"\b(?:dont|par)\b")


def counted(text: str, kind: str) -> tuple[int | None, str]:
    """Number of assets that a folded title says, and what they are; (None, "") where it says none.

    Numbers are added, but for what is said to be part of the first (`dont`), to replace it (`par`), or to
    be taken away.

    Args:
        text: folded title.
        kind: kind of the project, which tells what may be counted.

    >>> counted("remplacement de 3 352 points lumineux", "lighting"), counted("phase 2", "lighting")
    ((3352, 'points'), (None, ''))
    """
    for unit in _UNITS.get(kind, ()):
        total, found, end = 0, False, 0
        for match in re.finditer(_NUMBER + _BETWEEN + _THINGS[unit], text):
            if _LEFT_OUT.search(text[: match.start()]):
                continue
            if found and _INSTEAD.search(text[end : match.start()]):
                break
            total, found, end = total + _value(match["number"]), True, match.end()
        if found:
            return total, unit
    return None, ""


def _value(text: str) -> int:
    return NUMBERS[text] if text in NUMBERS else int(text.replace(" ", ""))
