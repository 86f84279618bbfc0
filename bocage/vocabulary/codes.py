"""Stable codes of errors and findings: declared once in CSV, in both languages, each with its page."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal, get_args

from bocage.vocabulary.text import Language, current_language, fill

CodeKind = Literal["error", "finding", "verdict", "reason"]
CODES_HEADER = (
    "code", "kind", "severity", "exit", "what_fr", "what_en", "why_fr", "why_en", "fix_fr", "fix_en",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Code:
    """A stable code.

    Attributes:
        code: `BOC-` + three letters + three digits.
        kind: `error` (refusal), `finding` (diagnosis), `verdict` (data judged), `reason` (of a plan).
        severity: `critical`, `watch` or `information`.
        exit: exit status of the command line for an error (2 usage, 3 data refused, 4 outside source).
        what: sentence by language, with `{name}` placeholders.
        why: why it matters, by language.
        fix: what to do next, by language, a command to paste where there is one.
    """

    code: str
    kind: CodeKind
    severity: str
    exit: int
    what: Mapping[str, str]
    why: Mapping[str, str]
    fix: Mapping[str, str]


def read_codes(path: Path) -> Mapping[str, Code]:
    """Read a `codes.csv`; ValueError names the faulty line."""
    with path.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.reader(stream))
    if not rows or tuple(rows[0]) != CODES_HEADER:
        raise ValueError(f"{path}: the header must be {','.join(CODES_HEADER)}")
    codes = {}
    for number, cells in enumerate(rows[1:], start=2):
        if len(cells) != len(CODES_HEADER) or not all(cells):
            raise ValueError(f"{path}:{number}: each of the {len(CODES_HEADER)} cells must be filled")
        if cells[1] not in get_args(CodeKind):
            raise ValueError(f"{path}:{number}: {cells[1]!r} is not one of {', '.join(get_args(CodeKind))}")
        row = dict(zip(CODES_HEADER, cells, strict=True))
        if row["code"] in codes:
            raise ValueError(f"{path}:{number}: {row['code']} is declared twice")
        codes[row["code"]] = Code(
            code=row["code"],
            kind=row["kind"],  # type: ignore[arg-type]  # checked above
            severity=row["severity"],
            exit=int(row["exit"]),
            what={"fr": row["what_fr"], "en": row["what_en"]},
            why={"fr": row["why_fr"], "en": row["why_en"]},
            fix={"fr": row["fix_fr"], "en": row["fix_en"]},
        )
    return codes


@cache
def core_codes() -> Mapping[str, Code]:
    """Codes of the core, one CSV per area in `vocabulary/codes/`.

    >>> core_codes()["BOC-TWI-001"].exit
    2
    """
    codes: dict[str, Code] = {}
    for path in sorted((Path(__file__).parent / "codes").glob("*.csv")):
        found = read_codes(path)
        if twice := codes.keys() & found.keys():
            raise ValueError(f"{path.name}: {', '.join(sorted(twice))} already declared by another area")
        codes |= found
    return codes


class BocageError(Exception):
    """A refusal that says what, where, why and what to do next.

    Args:
        code: declared code of kind `error`.
        where: file, layer, row, column… in reading order; shown after an arrow.
        values: values of the placeholders of the sentences.
    """

    def __init__(self, code: str, *, where: Mapping[str, object] | None = None, **values: object) -> None:
        self.declared = core_codes()[code]
        self.where = dict(where or {})
        self.values = values
        super().__init__(f"{code}: {self.say('what', 'en')}")

    @property
    def code(self) -> str:
        """The stable code."""
        return self.declared.code

    def say(self, part: Literal["what", "why", "fix"], language: Language | None = None) -> str:
        """One part of the error in the language, its placeholders filled."""
        language = language or current_language()
        sentence: str = getattr(self.declared, part)[language]
        return fill(sentence, {**self.where, **self.values}, language)

    def as_dict(self, language: Language | None = None) -> dict[str, object]:
        """The error as data, for `--json`."""
        return {
            "code": self.code,
            "what": self.say("what", language),
            "where": {key: str(value) for key, value in self.where.items()},
            "why": self.say("why", language),
            "fix": self.say("fix", language),
        }

    def __reduce__(self) -> tuple[object, ...]:
        return (_rebuild, (self.code, self.where, self.values))


def _rebuild(code: str, where: Mapping[str, object], values: Mapping[str, object]) -> BocageError:
    return BocageError(code, where=where, **values)
