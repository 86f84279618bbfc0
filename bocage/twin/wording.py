"""Sentences of the use cases, in the catalogue of this package."""

from pathlib import Path

from bocage.vocabulary.text import Message

LOCALE = Path(__file__).parent / "locale"


def _(template: str, **values: object) -> Message:
    """A sentence of this package's catalogue, its placeholders filled when it is said.

    >>> _("{count} rows", count=3).say("en")
    '3 rows'
    """
    return Message(template, values, LOCALE)
