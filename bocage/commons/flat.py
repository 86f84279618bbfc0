"""The flat exchange of records: one CSV row each, sections that are lists as JSON cells; nothing is lost."""

import csv
import io
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from bocage.commons.reading import as_text
from bocage.commons.record import Record
from bocage.commons.schema import ROOT, parts
from bocage.vocabulary.codes import BocageError

LIST_SEPARATOR = " | "


def flat_columns() -> list[str]:
    """Names of the columns: fields of the record, `section.field`, then one column per section that is a list.

    >>> flat_columns()[:2], flat_columns()[-1]
    (['schema', 'record_id'], 'evidence')
    """
    names = []
    for name, part in parts().items():
        if part.many:
            names.append(name)
        else:
            names.extend(field.name if name == ROOT else f"{name}.{field.name}" for field in part.fields)
    return sorted(names, key=lambda name: name in parts())


def flatten(record: Record) -> dict[str, str]:
    """One record as a row of texts.

    >>> flatten(Record({"record": {"record_id": "a"}, "action": {"quantity": 12.0}}))["action.quantity"]
    '12'
    """
    row = dict.fromkeys(flat_columns(), "")
    for name, part in parts().items():
        section = record.values.get(name)
        if section is None:
            continue
        if part.many:
            row[name] = json.dumps([_plain(one) for one in section], ensure_ascii=False)
            continue
        for key, value in _plain(section).items():
            row[key if name == ROOT else f"{name}.{key}"] = value
    return row


def write_flat(records: Iterable[Record]) -> str:
    """The records as the text of a CSV file.

    Args:
        records: checked records.
    """
    stream = io.StringIO()
    writer = csv.DictWriter(stream, flat_columns(), lineterminator="\n")
    writer.writeheader()
    writer.writerows(flatten(record) for record in records)
    return stream.getvalue()


def read_flat(path: Path) -> dict[int, Mapping[str, Any]]:
    """Read a CSV of the exchange: by line, the content of each record as `read_record` would give it.

    Args:
        path: CSV file, UTF-8, separated by commas or semicolons.

    Raises:
        BocageError: BOC-COM-001 it cannot be read, 008 it has unknown columns or lacks the identifier.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as fault:
        raise BocageError("BOC-COM-001", where={"file": path}, reason=str(fault)) from fault
    head = text.partition("\n")[0]
    rows = csv.DictReader(io.StringIO(text, newline=""), delimiter=";" if head.count(";") > head.count(",") else ",")
    names = list(rows.fieldnames or ())
    strange = [name for name in names if name not in flat_columns()]
    if strange or "record_id" not in names:
        raise BocageError("BOC-COM-008", where={"file": path}, columns=", ".join(map(str, strange)) or "record_id")
    try:
        return {number: _unflatten(row) for number, row in enumerate(rows, start=2)}
    except (ValueError, csv.Error) as fault:
        raise BocageError("BOC-COM-008", where={"file": path}, columns=str(fault)[:120]) from fault


def _unflatten(row: Mapping[str | None, Any]) -> Mapping[str, Any]:
    content: dict[str, Any] = {}
    lists = {field.name for field in parts()[ROOT].fields if field.type == "list"}
    for key, cell in row.items():
        if key is None:
            raise ValueError(f"+ {cell}")
        if not cell:
            continue
        section, _dot, name = key.rpartition(".")
        if key in parts():
            content[key] = json.loads(cell, parse_float=str, parse_int=str)
        elif section:
            content.setdefault(section, {})[name] = cell
        else:
            content[key] = cell.split(LIST_SEPARATOR) if key in lists else cell
    found: Mapping[str, Any] = as_text(content)
    return found


def _plain(section: Mapping[str, Any]) -> dict[str, str]:
    return {key: _text(value) for key, value in section.items()}


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return LIST_SEPARATOR.join(value)
    return f"{value:.12g}" if isinstance(value, float) else str(value)
