"""A value of a rule file with its place, so that what is wrong with it is said with file, key and remedy."""

import csv
import datetime as dt
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from bocage.parameters.reader import ParameterError, read_reference
from bocage.vocabulary.codes import BocageError

LONGEST = 80
"""Characters of a value that a fault shows."""


class RuleError(BocageError, ParameterError):
    """A funding rule is badly written: the file, the key, what is wrong and what to write."""


@cache
def expected(kind: str) -> Mapping[str, str]:
    """What a value must be, by language.

    >>> expected("flag")["en"]
    'true or false'
    """
    with (Path(__file__).parent / "expected.csv").open(encoding="utf-8", newline="") as stream:
        found = {row["kind"]: {"fr": row["label_fr"], "en": row["label_en"]} for row in csv.DictReader(stream)}
    return found[kind]


@dataclass(frozen=True)
class Cell:
    """A value of a rule file.

    Attributes:
        file: name of the file.
        key: place in the file, as `versions[1].rate.low`.
        value: what is written there.
    """

    file: str
    key: str
    value: Any

    def fault(self, code: str, **values: object) -> RuleError:
        """The fault of this value, with where it stands."""
        return RuleError(code, where={"file": self.file, "key": self.key}, **values)

    def unfit(self, kind: str) -> RuleError:
        """The fault of a value that is not of the kind that is expected."""
        return self.fault("BOC-PAR-004", value=_shown(self.value), expected=expected(kind))

    def mapping(self, required: Collection[str] = (), optional: Collection[str] = ()) -> "Cell":
        """This cell, once sure that it holds the keys required and none that is unknown."""
        if not isinstance(self.value, Mapping):
            raise self.unfit("mapping")
        known = {*required, *optional}
        for key in self.value:
            if known and key not in known:
                raise Cell(self.file, self._under(key), None).fault("BOC-PAR-003", known=", ".join(sorted(known)))
        for key in required:
            if key not in self.value:
                raise Cell(self.file, self._under(key), None).fault("BOC-PAR-002", expected=_hint(key))
        return self

    def __getitem__(self, key: str) -> "Cell":
        return Cell(self.file, self._under(key), self.value[key])

    def get(self, key: str) -> "Cell | None":
        """The value under a key, None where it is absent or null."""
        return None if self.value.get(key) is None else self[key]

    def items(self) -> Iterator["Cell"]:
        """The values of a list."""
        if not isinstance(self.value, list):
            raise self.unfit("list")
        for number, value in enumerate(self.value, start=1):
            yield Cell(self.file, f"{self.key}[{number}]", value)

    def under(self, key: str) -> Iterator["Cell"]:
        """The values of the list under a key; none where it is absent."""
        found = self.get(key)
        return iter(()) if found is None else found.items()

    def text(self, choices: Collection[str] = ()) -> str:
        """A text, one of the choices where there are some."""
        if choices and self.value not in choices:
            words = ", ".join(sorted(choices))
            raise self.fault("BOC-PAR-004", value=_shown(self.value), expected={"fr": words, "en": words})
        if not isinstance(self.value, str) or not self.value.strip():
            raise self.unfit("text")
        return self.value

    def number(self, kind: str = "positive") -> float:
        """A number: `number`, `positive` (zero or more) or `share` (0 to 1)."""
        value = self.value
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise self.unfit(kind)
        if (kind != "number" and value < 0) or (kind == "share" and value > 1) or value != value:
            raise self.unfit(kind)
        return float(value)

    def whole(self) -> int:
        """A whole number of zero or more."""
        if isinstance(self.value, bool) or not isinstance(self.value, int) or self.value < 0:
            raise self.unfit("whole")
        return self.value

    def flag(self) -> bool:
        """True or false."""
        if not isinstance(self.value, bool):
            raise self.unfit("flag")
        return self.value

    def date(self) -> dt.date:
        """A date."""
        if not isinstance(self.value, dt.date) or isinstance(self.value, dt.datetime):
            raise self.unfit("date")
        return self.value

    def reference(self) -> Mapping[str, str]:
        """A source by language."""
        try:
            return read_reference(self.value)
        except ParameterError as fault:
            raise self.unfit("citation") from fault

    def _under(self, key: object) -> str:
        return f"{self.key}.{key}" if self.key else str(key)


def _shown(value: object) -> str:
    """A value as it is written in YAML, on one line, cut where it is long."""
    text = (
        yaml.safe_dump(value, default_flow_style=True, allow_unicode=True, width=10_000).removesuffix("...\n").strip()
    )
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"


HINTS = {"from": "date", "until": "date", "reference": "citation", "counted": "flag", "counts_as_public": "flag",
         "advance": "share", "lag_years": "whole", "versions": "list", "tests": "list", "eligibility": "list",
         "incompatible": "list", "low": "share", "high": "share", "cost_eur": "positive", "quantity": "number",
         "payment": "mapping", "territory": "mapping", "action": "mapping", "expect": "mapping", "eur": "positive",
         "years": "whole", "rate": "share", "add": "share", "engaged_on": "date", "when": "list"}  # fmt: skip


def _hint(key: str) -> Mapping[str, str]:
    return expected(HINTS.get(key, "text"))


def read_cell(path: Path, required: Collection[str], optional: Collection[str] = ()) -> Cell:
    """The whole of a YAML file, once sure that it holds the keys required and none that is unknown.

    Raises:
        RuleError: BOC-PAR-001 it cannot be read, 002 or 003 its keys do not fit.
    """
    try:
        with path.open(encoding="utf-8") as stream:
            written = yaml.load(stream, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 - safe
    except (OSError, ValueError, yaml.YAMLError) as error:
        detail = " ".join(str(error).split())
        raise Cell(path.name, "", None).fault("BOC-PAR-001", detail=detail) from error
    return Cell(path.name, "", written).mapping(required, optional)
