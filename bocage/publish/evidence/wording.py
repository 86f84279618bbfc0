"""Texts of the page of an estimate, and its numbers in words."""

from pathlib import Path

from bocage.publish.texts import bare_interval, estimate, number, percent, unit_label
from bocage.vocabulary.text import NARROW_SPACE, Language, translate

LOCALE = Path(__file__).parent / "locale"
SHARE = "1"


def _(text: str, language: Language) -> str:
    """Translate a text of this page."""
    return translate(text, language, catalogue=LOCALE)


def value_text(value: float, unit: str, language: Language) -> str:
    """A value with its unit; a share as a percentage.

    >>> value_text(0.95, "1", "en"), value_text(951.2, "EUR/point", "en").replace(NARROW_SPACE, " ")
    ('95%', '951 €/light point')
    """
    return percent(value, language) if unit == SHARE else estimate(value, unit, language)


def bare_text(value: float, unit: str, language: Language) -> str:
    """A value for a column whose heading gives the unit.

    >>> bare_text(0.95, "1", "en"), bare_text(951.2, "EUR/point", "en")
    ('95', '951')
    """
    return f"{100 * value:.0f}" if unit == SHARE else number(value, unit, language, estimated=True)


def interval_text(low: float, high: float, unit: str, language: Language) -> str:
    """Both percentiles with the unit.

    >>> interval_text(0.84, 1.08, "1", "en")
    '84% to 108%'
    """
    if low == high:
        return value_text(low, unit, language)
    if unit == SHARE:
        return _("{low} to {high}", language).format(low=percent(low, language), high=percent(high, language))
    return f"{bare_interval(low, high, unit, language)}{NARROW_SPACE}{unit_label(unit, language)}"


def heading_unit(unit: str, language: Language) -> str:
    """The unit as a heading gives it.

    >>> heading_unit("1", "fr"), heading_unit("EUR/m2", "fr")
    ('%', '€/m²')
    """
    return "%" if unit == SHARE else unit_label(unit, language)
