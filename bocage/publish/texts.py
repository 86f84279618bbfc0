"""Texts of this package in the reader's language: sentences, amounts, intervals, shares."""

import math
import re
from collections.abc import Mapping
from pathlib import Path

from bocage.vocabulary.text import NARROW_SPACE, Language, Message, format_number, translate
from bocage.vocabulary.units import units

LOCALE = Path(__file__).parent / "locale"

_FORBIDDEN_IN_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

Text = Message | Mapping[str, str] | str
"""A sentence in any language; a plain text is a proper name, the same in all of them."""


def _(text: str, language: Language) -> str:
    """Translate a text of this package."""
    return translate(text, language, catalogue=LOCALE)


def say(text: Text, language: Language) -> str:
    """The text in the language.

    >>> say({"fr": "Voirie", "en": "Roads"}, "en")
    'Roads'
    """
    if isinstance(text, Message):
        return text.say(language)
    return text if isinstance(text, str) else text[language]


def shorten(text: str, length: int) -> str:
    """The text on one line, cut with an ellipsis where it is longer than `length` characters.

    >>> shorten("rue de la Fontaine", 10)
    'rue de la…'
    """
    line = " ".join(text.split(" ")).replace("\n", " ").strip()
    return line if len(line) <= length else line[: length - 1].rstrip() + "…"


def printable(content: str) -> str:
    """The text without the characters that XML 1.0 forbids (controls, lone surrogates).

    >>> printable("a" + chr(0) + "b")
    'ab'
    """
    return _FORBIDDEN_IN_XML.sub("", content)


def rounded(value: float, *, figures: int = 3) -> float:
    """The value with that many significant figures: an interval gives no right to more.

    >>> rounded(142637.4)
    143000.0
    """
    if value == 0 or not math.isfinite(value):
        return value
    return float(round(value, figures - 1 - math.floor(math.log10(abs(value)))))


def unit_label(unit: str, language: Language) -> str:
    """Label of a unit; the code itself where the unit is not declared.

    >>> unit_label("kWh/year", "fr")
    'kWh/an'
    """
    declared = units().get(unit)
    return declared.label[language] if declared else unit


def number(value: float | None, unit: str, language: Language, *, estimated: bool = False) -> str:
    """A number without its unit, with the decimals of the unit; a dash for none.

    Args:
        value: number in `unit`, None where it is unknown.
        unit: unit code.
        language: `fr` or `en`.
        estimated: True for three significant figures.

    >>> number(142637.4, "kWh/year", "en", estimated=True)
    '143,000'
    """
    if value is None or not math.isfinite(value):
        return "–"
    digits = units()[unit].digits if unit in units() else 2
    if estimated and value:
        digits = max(0, min(digits, 2 - math.floor(math.log10(abs(value)))))
        value = rounded(value)
    return format_number(value, language, digits=digits).replace("-", "−")


def parameter(value: float, language: Language) -> str:
    """A number of the outside world with the decimals it was given, four at most.

    >>> parameter(16.404, "en"), parameter(25.0, "en")
    ('16.404', '25')
    """
    decimals = f"{value:.4f}".rstrip("0").partition(".")[2]
    return format_number(value, language, digits=len(decimals)).replace("-", "−")


def amount(value: float | None, language: Language, unit: str = "EUR") -> str:
    """A number with its unit and exact to its decimals, as in a budget.

    >>> amount(1250.4, "fr").replace(NARROW_SPACE, "_")
    '1_250_€'
    """
    return _with_unit(number(value, unit, language), unit, language)


def estimate(value: float | None, unit: str, language: Language) -> str:
    """A number with its unit, three significant figures, for a value that is known by an interval.

    >>> estimate(142637.4, "kWh/year", "en").replace(NARROW_SPACE, " ")
    '143,000 kWh/year'
    """
    return _with_unit(number(value, unit, language, estimated=True), unit, language)


def interval(low: float | None, high: float | None, unit: str, language: Language) -> str:
    """The 10th and 90th percentiles in words; empty where there is no interval, or none that shows.

    >>> interval(120400, 164600, "kWh/year", "en").replace(NARROW_SPACE, " ")
    '120,000 to 165,000 kWh/year'
    >>> interval(40050, 40050, "EUR", "en")
    ''
    """
    least, most = _bounds(low, high, unit, language)
    if least == most:
        return ""
    return _("{low} to {high}", language).format(
        low=_with_unit(least, unit, language) if unit == "EUR" and language == "en" else least,
        high=_with_unit(most, unit, language),
    )


def bare_interval(low: float | None, high: float | None, unit: str, language: Language) -> str:
    """As `interval`, without the unit, for a table that gives it once.

    >>> bare_interval(120400, 164600, "kWh/year", "en")
    '120,000 to 165,000'
    """
    least, most = _bounds(low, high, unit, language)
    return "" if least == most else _("{low} to {high}", language).format(low=least, high=most)


def _bounds(low: float | None, high: float | None, unit: str, language: Language) -> tuple[str, str]:
    """Both bounds, rounded away from each other so that the rounded value stays between them."""
    if low is None or high is None:
        return "", ""
    if number(low, unit, language, estimated=True) == number(high, unit, language, estimated=True):
        return "", ""
    return (
        number(_outwards(low, unit, up=False), unit, language, estimated=True),
        number(_outwards(high, unit, up=True), unit, language, estimated=True),
    )


def _outwards(value: float, unit: str, *, up: bool) -> float:
    """The value to three significant figures, and no finer than the unit shows, rounded up or down.

    >>> _outwards(164200.0, "kWh/year", up=True), _outwards(120900.0, "kWh/year", up=False)
    (165000.0, 120000.0)
    """
    if value == 0 or not math.isfinite(value):
        return value
    digits = min(units()[unit].digits if unit in units() else 2, 2 - math.floor(math.log10(abs(value))))
    steps = round(value * 10.0**digits, 6)  # 0.3 / 0.1 is 2.9999999999999996
    return float(round((math.ceil(steps) if up else math.floor(steps)) / 10.0**digits, max(digits, 0)))


def counted_actions(count: int, language: Language) -> str:
    """A number of actions.

    >>> counted_actions(1, "en"), counted_actions(2, "en")
    ('1 action', '2 actions')
    """
    if count == 1:
        return _("1 action", language)
    return _("{count} actions", language).format(count=format_number(count, language))


def percent(share: float | None, language: Language) -> str:
    """A share as a percentage; a dash for none.

    >>> percent(0.345, "en")
    '34%'
    """
    if share is None or not math.isfinite(share):
        return "–"
    text = format_number(share * 100, language)
    return f"{text}%" if language == "en" else f"{text}{NARROW_SPACE}%"


def status_word(status: str, language: Language) -> str:
    """The word for the status of a parameter.

    >>> status_word("to_verify", "en")
    'to verify'
    """
    match status:
        case "verified":
            return _("verified", language)
        case "expired":
            return _("expired", language)
        case _:
            return _("to verify", language)


def _with_unit(text: str, unit: str, language: Language) -> str:
    label = unit_label(unit, language)
    if unit == "EUR" and language == "en" and text != "–":
        return f"−€{text[1:]}" if text.startswith("−") else f"€{text}"
    return f"{text}{NARROW_SPACE}{label}" if label else text
