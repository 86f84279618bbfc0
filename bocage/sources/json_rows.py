"""JSON that is no GeoJSON: a list of objects, one object on each line, or an answer that wraps such a list."""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import polars as pl

from bocage.sources.delimited import detect_decimal
from bocage.sources.encoding import decode
from bocage.sources.limits import MAX_CELL_CHARACTERS, check_columns, check_rows
from bocage.sources.raw import RawTable, clean_headers, repair_texts
from bocage.vocabulary.codes import BocageError

_WRAPPERS = ("tags", "fields", "properties", "record")
"""Keys whose object holds the columns of a row (Overpass, open-data portals)."""


def read_json_rows(path: Path) -> RawTable:
    """Read objects as rows: their keys are the columns, what is nested stays JSON text.

    NGSI-LD attributes give their value, and an object with a longitude and a latitude the text `lat,lon`.

    Args:
        path: the file.

    Raises:
        BocageError: BOC-IMP-004 no row, 008, 010, 012 too large, 015 damaged, 022 no list of objects.
    """
    decoded = decode(path.read_bytes())
    rows = [_row(one) for one in _objects(path, decoded.text)]
    if not rows:
        raise BocageError("BOC-IMP-004", where={"path": path})
    keys = list(dict.fromkeys(key for row in rows for key in row))
    check_columns(path, len(keys))
    check_rows(path, len(rows), len(keys))
    names, _ = clean_headers(keys)
    columns = {name: [row.get(key) for row in rows] for key, name in zip(keys, names, strict=True)}
    if any(len(cell) > MAX_CELL_CHARACTERS for cells in columns.values() for cell in cells if cell):
        raise BocageError("BOC-IMP-010", where={"path": path}, limit=MAX_CELL_CHARACTERS)
    frame = pl.DataFrame(columns, schema=dict.fromkeys(names, pl.String))
    frame = frame.with_columns(pl.all().str.strip_chars().replace("", None))
    frame, verdicts = repair_texts(frame)
    return RawTable(
        path=path,
        frame=frame,
        numbers=pl.Series("number", range(1, len(frame) + 1), dtype=pl.Int64),
        faults=pl.Series("fault", [None] * len(frame), dtype=pl.String),
        facts={"format": "json", "encoding": decoded.encoding, "decimal": detect_decimal(frame)},
        verdicts=verdicts,
    )


def _objects(path: Path, text: str) -> Iterator[Mapping[str, object]]:
    text = text.lstrip("\ufeff").strip()
    try:
        content = json.loads(text)
    except RecursionError as error:
        raise BocageError("BOC-IMP-015", where={"path": path}, cause=str(error)) from error
    except ValueError as error:
        content = _lines(path, text, error)
    if isinstance(content, Mapping):
        lists = [value for value in content.values() if isinstance(value, list) and _all_objects(value)]
        if lists:
            content = max(lists, key=len)
        elif "id" in content and "type" in content:  # one NGSI-LD entity
            content = [content]
    if not isinstance(content, list) or not all(isinstance(one, Mapping) for one in content):
        raise BocageError("BOC-IMP-022", where={"path": path}, format="JSON")
    yield from content


def _all_objects(values: Sequence[object]) -> bool:
    return bool(values) and all(isinstance(one, Mapping) for one in values)


def _lines(path: Path, text: str, fault: ValueError) -> list[object]:
    """One object on each line; the fault of the whole text where the first line is none."""
    found = []
    for number, line in enumerate(text.split("\n"), start=1):
        bare = line.strip("\x1e \r\t")
        if bare:
            try:
                found.append(json.loads(bare))
            except (ValueError, RecursionError) as error:
                cause = str(error if found else fault)
                raise BocageError("BOC-IMP-015", where={"path": path, "row": number}, cause=cause) from error
    return found


def _row(one: Mapping[str, object]) -> dict[str, str | None]:
    """The columns of an object, those of its wrappers beside its own."""
    cells: dict[str, str | None] = {}
    for key, value in one.items():
        if key in _WRAPPERS and isinstance(value, Mapping):
            cells |= {str(name): _cell(inner) for name, inner in value.items()}
        else:
            cells.setdefault(str(key), _cell(value))
    return cells


def _cell(value: object) -> str | None:
    """A value as the text that a CSV export would have.

    >>> _cell({"type": "Property", "value": 70}), _cell({"lon": 2.3, "lat": 48.8}), _cell(True), _cell(["a", "b"])
    ('70', '48.8,2.3', 'true', 'a;b')
    """
    match value:
        case None:
            return None
        case bool():
            return "true" if value else "false"
        case float() if value.is_integer() and abs(value) < 1e15:
            return str(int(value))
        case {"type": "Property" | "GeoProperty" | "Text" | "Number" | "geo:json" | "DateTime", "value": inner}:
            return _cell(inner)
        case {"type": "Relationship", "object": inner}:
            return _cell(inner)
        case {"lon": longitude, "lat": latitude} | {"longitude": longitude, "latitude": latitude}:
            return f"{latitude},{longitude}"
        case {"@type": _, "@value": inner}:
            return _cell(inner)
        case list() if value and all(isinstance(part, str) for part in value):
            return ";".join(value)
        case dict() | list():
            return json.dumps(value, ensure_ascii=False)
        case _:
            return str(value)
