"""What a use case answers: text for people and data for programs, said in no language until it is shown."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from bocage.vocabulary.text import Language, Message, current_language

if TYPE_CHECKING:  # `bocage --help` must not wait for polars
    import polars as pl

Text = Message | Mapping[str, str]
"""A sentence of a catalogue, or a declared label by language."""


def said(text: Text, language: Language | None = None) -> str:
    """A text in the language.

    >>> said({"fr": "Énergie", "en": "Energy"}, "en")
    'Energy'
    """
    if isinstance(text, Message):
        return text.say(language)
    return text[language or current_language()]


@dataclass(frozen=True, kw_only=True)
class Heading:
    """The heading of one column of a table.

    Attributes:
        name: name of the column in the frame.
        label: what is printed above it.
        unit: declared unit code, also when it stands in the label; empty for none.
        digits: decimals; those of the unit where None.
    """

    name: str
    label: Text
    unit: str = ""
    digits: int | None = None


@dataclass(frozen=True, kw_only=True)
class Section:
    """One part of an answer: a title, sentences, a table.

    Attributes:
        title: title of the part.
        lines: sentences, printed before the table.
        table: frame, None for none.
        headings: the columns printed, in order; every column under its own name where empty.
    """

    title: Text
    lines: Sequence[Text] = ()
    table: "pl.DataFrame | None" = None
    headings: Sequence[Heading] = ()


@dataclass(frozen=True, kw_only=True)
class Answer:
    """The answer of a use case.

    Attributes:
        title: title of the answer.
        sections: what is printed.
        data: what `--json` prints: strings, numbers, booleans, None, lists and mappings of them.
        files: files written.
        next_step: what to try next, with a command to paste.
        exit: exit status of the command line (0 done, 1 findings).
    """

    title: Text
    sections: Sequence[Section] = ()
    data: Mapping[str, object] = field(default_factory=dict)
    files: Sequence[Path] = ()
    next_step: Text | None = None
    exit: int = 0

    def as_dict(self, language: Language | None = None) -> dict[str, object]:
        """The answer as data, for `--json`: `title`, `data`, `files`, `next_step`.

        >>> Answer(title={"fr": "Fait", "en": "Done"}, data={"rows": 3}).as_dict("en")
        {'title': 'Done', 'data': {'rows': 3}, 'files': [], 'next_step': None}
        """
        return {
            "title": said(self.title, language),
            "data": dict(self.data),
            "files": [str(path) for path in self.files],
            "next_step": None if self.next_step is None else said(self.next_step, language),
        }
