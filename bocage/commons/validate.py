"""Judge a record: unknown keys, types, bounds, units, dates that cannot be, effects left unsaid, personal data."""

import datetime as dt
import difflib
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bocage.commons.consistency import consistency_verdicts
from bocage.commons.record import Record
from bocage.commons.schema import ROOT, Part, parts
from bocage.commons.verdict import Verdict
from bocage.vocabulary.columns import Column

_TRUE, _FALSE = {"true", "yes", "oui", "vrai"}, {"false", "no", "non", "faux"}


@dataclass(frozen=True)
class Judged:
    """A record as far as it could be read, and what is wrong with it.

    Attributes:
        record: the values that could be read.
        verdicts: in reading order; none where the record is sound.
    """

    record: Record
    verdicts: Sequence[Verdict]

    @property
    def sound(self) -> bool:
        """Whether nothing forbids its use; what should only be watched does not."""
        return not any(verdict.blocking for verdict in self.verdicts)


def judge(content: Mapping[str, Any], *, place: str = "", shipped: bool = False) -> Judged:
    """Read a record as declared and judge it.

    Args:
        content: nested mappings and lists of text, as `read_record` gives them.
        place: file or name it came from.
        shipped: whether it comes with the software.

    >>> [verdict.code for verdict in judge({"titel": "LED"}).verdicts][:2]
    ['BOC-COM-101', 'BOC-COM-102']
    """
    verdicts: list[Verdict] = []
    values: dict[str, Any] = {}
    declared = parts()
    root = {field.name for field in declared[ROOT].fields}
    own = {key: value for key, value in content.items() if key in root}
    strange = [key for key in content if key not in root and (key not in declared or key == ROOT)]
    verdicts.extend(_unknown(key, "", [*root, *declared]) for key in strange)
    for name, part in declared.items():
        given = own if name == ROOT else content.get(name)
        read, found = _read_part(part, given)
        verdicts.extend(found)
        if read:
            values[name] = read
    record = Record(values, place=place, shipped=shipped)
    verdicts.extend(consistency_verdicts(record))
    return Judged(record, verdicts)


def _read_part(part: Part, given: object) -> tuple[Any, list[Verdict]]:
    if given is None:
        missing = [Verdict("BOC-COM-102", part.name, {"field": part.name})] if part.required else []
        return None, missing
    if part.many:
        if not isinstance(given, list):
            return None, [Verdict("BOC-COM-110", part.name, {"field": part.name, "shape": "[ ]"})]
        rows, verdicts = [], []
        for number, one in enumerate(given, start=1):
            row, found = _read_fields(part, one, f"{part.name}[{number}]")
            verdicts.extend(found)
            # a row that lacks what it must have would only bring further faults downstream
            if row and not found:
                rows.append(row)
        return rows, verdicts
    return _read_fields(part, given, "" if part.name == ROOT else part.name)


def _read_fields(part: Part, given: object, where: str) -> tuple[dict[str, Any], list[Verdict]]:
    if not isinstance(given, Mapping):
        return {}, [Verdict("BOC-COM-110", where, {"field": where, "shape": "{ }"})]
    names = [field.name for field in part.fields]
    verdicts = [_unknown(key, where, names) for key in given if key not in names]
    values: dict[str, Any] = {}
    for field in part.fields:
        place = f"{where}.{field.name}" if where else field.name
        if field.name not in given:
            if field.required:
                verdicts.append(Verdict("BOC-COM-102", place, {"field": place}))
            continue
        value, found = _read_value(field, given[field.name], place)
        verdicts.extend(found)
        if not found:
            values[field.name] = value
    return values, verdicts


def _unknown(key: str, where: str, known: Sequence[str]) -> Verdict:
    place = f"{where}.{key}" if where else key
    near = difflib.get_close_matches(key, known, n=1)
    return Verdict("BOC-COM-101", place, {"field": place, "near": near[0] if near else ", ".join(sorted(known)[:6])})


def _read_value(field: Column, given: object, place: str) -> tuple[Any, list[Verdict]]:
    if field.type == "list":
        texts = given if isinstance(given, list) else [given]
        if all(isinstance(text, str) for text in texts):
            return list(texts), []
    elif isinstance(given, str):
        return _read_text(field, given, place)
    return None, [Verdict("BOC-COM-103", place, _told(field, given))]


def _read_text(field: Column, given: str, place: str) -> tuple[Any, list[Verdict]]:
    try:
        value = _parse(field, given)
    except ValueError:
        return None, [Verdict("BOC-COM-103", place, _told(field, given))]
    if field.codes and value not in field.codes:
        return None, [Verdict("BOC-COM-105", place, {"value": given, "known": ", ".join(field.codes)})]
    low, high = field.minimum, field.maximum
    number = value if isinstance(value, int | float) else 0.0
    if (low is not None and number < low) or (high is not None and number > high):
        bounds = {"low": "-\u221e" if low is None else f"{low:g}", "high": "+\u221e" if high is None else f"{high:g}"}
        return None, [Verdict("BOC-COM-104", place, {"value": given, **bounds})]
    return value, []


def _parse(field: Column, text: str) -> object:
    """The text as the declared type; ValueError where it is not. Nothing is guessed: a comma is no decimal mark."""
    match field.type:
        case "integer":
            return int(text)
        case "real":
            value = float(text)
            if not math.isfinite(value):
                raise ValueError(text)
            return value
        case "date":
            return dt.date.fromisoformat(text)
        case "boolean":
            if text.lower() not in _TRUE | _FALSE:
                raise ValueError(text)
            return text.lower() in _TRUE
        case _:
            return text


def _told(field: Column, given: object) -> dict[str, object]:
    written = given if isinstance(given, str) else "[ ]" if isinstance(given, list) else "{ }"
    shape = {"date": "2026-01-31", "real": "1234.5", "integer": "12", "boolean": "true / false", "list": "[ ]"}
    return {"value": written[:80], "shape": shape.get(field.type, "text")}


def verdicts_of(contents: Mapping[str, Mapping[str, Any]]) -> Iterator[tuple[str, Judged]]:
    """Judge several records; an identifier that two sound ones bear is a fault of the second.

    Args:
        contents: by place, the content of each record.
    """
    owners: dict[str, str] = {}
    for place, content in contents.items():
        judged = judge(content, place=place)
        identifier = judged.record.get("record_id")
        if identifier and identifier in owners:
            twice = Verdict("BOC-COM-111", "record_id", {"value": identifier, "other": owners[identifier]})
            judged = Judged(judged.record, [*judged.verdicts, twice])
        elif identifier and judged.sound:
            owners[identifier] = place
        yield place, judged
