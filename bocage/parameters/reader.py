"""Reader of dated parameters: YAML leaves with unit, status and reference for each value."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from bocage.vocabulary.text import LANGUAGES

STATUSES = ("verified", "to_verify", "expired")
CORE_FOLDER = Path(__file__).parent / "values"


@dataclass(frozen=True, kw_only=True)
class Value:
    """A number of the outside world, valid from a date.

    Attributes:
        name: dotted name, file stem first.
        value: central value; a number, a text or a mapping for structured rules.
        low: 10th percentile, None where the value is not uncertain.
        high: 90th percentile.
        unit: declared unit code.
        since: date from which it holds.
        status: `verified`, `to_verify` or `expired`.
        reference: source by language; the same in both where it is a mere citation.
        checked_on: date of the last check, None where never.
    """

    name: str
    value: Any
    low: float | None
    high: float | None
    unit: str
    since: dt.date
    status: str
    reference: Mapping[str, str]
    checked_on: dt.date | None


class ParameterError(ValueError):
    """A parameter is badly written, unknown, or has no value at the date asked."""


def read_reference(written: object) -> Mapping[str, str]:
    """A source as written in a file, by language.

    Args:
        written: title of a text or address, the same in all languages, or one sentence for each language.

    Raises:
        ParameterError: it is empty, or lacks a language.

    >>> read_reference("CGCT L1615-6")
    {'fr': 'CGCT L1615-6', 'en': 'CGCT L1615-6'}
    """
    texts = dict.fromkeys(LANGUAGES, written) if isinstance(written, str) else written
    if not isinstance(texts, Mapping) or set(texts) != set(LANGUAGES):
        raise ParameterError(f"a reference is a citation, or one text for each of {', '.join(LANGUAGES)}: {written!r}")
    if not all(isinstance(text, str) and text.strip() for text in texts.values()):
        raise ParameterError(f"a reference is empty: {written!r}")
    return {language: texts[language] for language in LANGUAGES}


@dataclass(frozen=True, kw_only=True)
class Parameter:
    """A dated parameter: its description by language and its values in order of date."""

    name: str
    description: Mapping[str, str]
    unit: str
    values: tuple[Value, ...]

    def at(self, date: dt.date) -> Value:
        """The value that holds on that date; ParameterError before the first or after the end."""
        held = [value for value in self.values if value.since <= date]
        if not held or held[-1].value is None:
            raise ParameterError(f"{self.name} has no value on {date.isoformat()}")
        return held[-1]


class Parameters:
    """The parameters of one folder of YAML files, at one date.

    Args:
        folder: folder of `*.yaml`.
        date: date at which values are read.
    """

    def __init__(self, folder: Path, date: dt.date) -> None:
        self._tree, self.date = load(folder), date
        self.used: dict[str, Value] = {}

    def __getitem__(self, name: str) -> Value:
        if name not in self._tree:
            raise ParameterError(f"unknown parameter {name}")
        value = self._tree[name].at(self.date)
        self.used[name] = value
        return value

    def number(self, name: str) -> float:
        """The central value as a float."""
        return float(self[name].value)

    def bounds(self, name: str) -> tuple[float, float]:
        """The 10th and 90th percentiles; the value twice where it is not uncertain."""
        value = self[name]
        if value.low is None or value.high is None:
            return float(value.value), float(value.value)
        return value.low, value.high

    def names(self, prefix: str = "") -> list[str]:
        """Names that start with the prefix."""
        return [name for name in self._tree if name.startswith(prefix)]


@cache
def load(folder: Path) -> Mapping[str, Parameter]:
    """Read every `*.yaml` of a folder; ParameterError says which file and what.

    >>> load(CORE_FOLDER)["electricity.carbon_content"].unit
    'kgCO2e/kWh'
    """
    tree: dict[str, Parameter] = {}
    for path in sorted(folder.glob("*.yaml")):
        with path.open(encoding="utf-8") as stream:
            content = yaml.load(stream, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 - safe
        for key, leaf in (content or {}).items():
            parameter = _parameter(f"{path.stem}.{key}", leaf)
            tree[parameter.name] = parameter
    return tree


def _parameter(name: str, leaf: Mapping[str, Any]) -> Parameter:
    unknown = set(leaf) - {"description_fr", "description_en", "unit", "values"}
    if unknown or not {"description_fr", "description_en", "unit", "values"} <= set(leaf):
        raise ParameterError(f"{name}: needs description_fr, description_en, unit and values; odd: {sorted(unknown)}")
    values = []
    for since, cell in sorted(leaf["values"].items()):
        if not isinstance(since, dt.date) or "value" not in cell or "reference" not in cell:
            raise ParameterError(f"{name}: each value needs a date, a value and a reference")
        if cell.get("status") not in STATUSES:
            raise ParameterError(f"{name}: status must be one of {', '.join(STATUSES)}")
        values.append(
            Value(
                name=name,
                value=cell["value"],
                low=cell.get("low"),
                high=cell.get("high"),
                unit=str(leaf["unit"]),
                since=since,
                status=cell["status"],
                reference=_reference_of(name, cell),
                checked_on=cell.get("checked_on"),
            )
        )
    return Parameter(
        name=name,
        description={"fr": leaf["description_fr"], "en": leaf["description_en"]},
        unit=str(leaf["unit"]),
        values=tuple(values),
    )


def _reference_of(name: str, cell: Mapping[str, Any]) -> Mapping[str, str]:
    try:
        return read_reference(cell["reference"])
    except ParameterError as fault:
        raise ParameterError(f"{name}: {fault}") from fault
