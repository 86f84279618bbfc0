"""What the import says in its own words, in each language."""

from collections.abc import Mapping
from pathlib import Path

from bocage.vocabulary.text import LANGUAGES, Message

LOCALE = Path(__file__).parent / "locale"


def by_language(message: Message) -> Mapping[str, str]:
    """A sentence in each language, as the sentence of a refusal takes it for a value.

    >>> by_language(Message("exit status {status}", {"status": 1}, LOCALE))["en"]
    'exit status 1'
    """
    return {language: message.say(language) for language in LANGUAGES}
