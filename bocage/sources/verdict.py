"""What was found wrong with a file, a row or a value: a stable code, how often, in which columns."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from bocage.vocabulary.codes import core_codes
from bocage.vocabulary.text import NARROW_SPACE, Language, current_language, fill, format_number

FIRST_REMARK = "BOC-IMP-300"
"""Codes before it are also the reasons of single rows and values: their sentence has no count of its own."""


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """A judgement on imported data.

    Attributes:
        code: declared code of kind `verdict`.
        count: number of rows, values or columns concerned.
        columns: columns concerned, as the file or the table names them.
        values: values of the other placeholders of the sentence; `detail` is an example.
        labels: names of the columns as a person reads them, by language; `columns` where empty.
    """

    code: str
    count: int
    columns: tuple[str, ...] = ()
    values: Mapping[str, object] = field(default_factory=dict)
    labels: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def severity(self) -> str:
        """`critical`, `watch` or `information`."""
        return core_codes()[self.code].severity

    def say(self, part: Literal["what", "why", "fix"] = "what", language: Language | None = None) -> str:
        """One part of the verdict in the language, its placeholders filled.

        >>> Verdict(code="BOC-IMP-301", count=2).say("what", "en")
        'Rows that repeat another row exactly, counted once: 2'
        """
        language = language or current_language()
        sentence: str = getattr(core_codes()[self.code], part)[language]
        columns = ", ".join(self.labels.get(language, self.columns))
        known = {"detail": "", "count": self.count, "columns": columns, **self.values}
        said = fill(sentence, known, language)
        if part != "what" or "{count}" in sentence or self.code >= FIRST_REMARK:
            return said
        where = f" ({columns})" if columns and "{columns}" not in sentence else ""
        space = NARROW_SPACE if language == "fr" else ""
        counted = f"{said}{where}{space}: {format_number(self.count, language)}"
        if not known["detail"] or "{detail}" in sentence:
            return counted
        return counted + {"fr": ", par exemple «\u202f{0}\u202f»", "en": ', for instance "{0}"'}[language].format(
            known["detail"]
        )

    def as_dict(self, language: Language | None = None) -> dict[str, object]:
        """The verdict as data, for `--json`."""
        return {
            "code": self.code,
            "severity": self.severity,
            "what": self.say("what", language),
            "why": self.say("why", language),
            "fix": self.say("fix", language),
            "count": self.count,
            "columns": list(self.columns),
        }


def reason(code: str, language: Language, **values: object) -> str:
    """The sentence of a code, as it stands beside one refused row or one value set aside.

    >>> reason("BOC-IMP-101", "en")
    'No location'
    """
    return fill(core_codes()[code].what[language], values, language)
