"""Sentences of the use cases, in the catalogue of this package."""

from pathlib import Path

from bocage.vocabulary.text import LANGUAGES, Language, Message
from bocage.vocabulary.units import quantity

LOCALE = Path(__file__).parent / "locale"


def _(template: str, **values: object) -> Message:
    """A sentence of this package's catalogue, its placeholders filled when it is said.

    >>> _("{count} rows", count=3).say("en")
    '3 rows'
    """
    return Message(template, values, LOCALE)


def both(text: Message | str) -> dict[Language, str]:
    """A text in every language, as a value of another sentence; a plain text is a proper name, the same in all.

    >>> both(_("{count} rows", count=3))["en"]
    '3 rows'
    """
    return {language: text if isinstance(text, str) else text.say(language) for language in LANGUAGES}


def amount(value: float, unit: str) -> dict[str, str]:
    """A value with its unit in every language, as a value of another sentence.

    >>> amount(12480, "kWh")["en"]
    '12,480\\u202fkWh'
    """
    return {language: quantity(value, unit, language) for language in LANGUAGES}
