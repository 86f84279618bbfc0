"""What is wrong with a record: a declared code, where it stands, and the words that fill its sentence."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from bocage.vocabulary.codes import core_codes
from bocage.vocabulary.text import Language, current_language, fill


@dataclass(frozen=True)
class Verdict:
    """One fault of a record.

    Attributes:
        code: declared code of kind `verdict`.
        place: path of the field, as `costs[2].amount_eur`.
        values: what fills the sentence.
    """

    code: str
    place: str
    values: Mapping[str, object] = field(default_factory=dict)

    @property
    def blocking(self) -> bool:
        """Whether the record cannot be used as it is."""
        return core_codes()[self.code].severity == "critical"

    def say(self, part: Literal["what", "why", "fix"], language: Language | None = None) -> str:
        """One part of the verdict in the language.

        >>> Verdict("BOC-COM-102", "title", {"field": "title"}).say("what", "en")
        'title is missing'
        """
        language = language or current_language()
        declared = core_codes()[self.code]
        sentence: Mapping[str, str] = getattr(declared, part)
        return fill(sentence[language], {"place": self.place, **self.values}, language)
