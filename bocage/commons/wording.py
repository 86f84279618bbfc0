"""Sentences on shared experience, in the catalogue of this package."""

from pathlib import Path

from bocage.vocabulary.text import Message

LOCALE = Path(__file__).parent / "locale"


def _(template: str, **values: object) -> Message:
    """A sentence of this package's catalogue, its placeholders filled when it is said.

    >>> _("{count} records", count=3).say("en")
    '3 records'
    """
    return Message(template, values, LOCALE)
