"""Nodes of OpenStreetMap as a table, one column per tag: Overpass JSON, `.osm` XML, GeoJSON with nested tags."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import polars as pl

from bocage.sources.limits import check_columns, check_rows, check_size
from bocage.sources.markup import check_entities
from bocage.sources.raw import RawTable, clean_headers, repair_texts
from bocage.vocabulary.codes import BocageError

NODES = "nodes"
LONGITUDE, LATITUDE = "longitude", "latitude"
_META = frozenset({
    "type", "nodes", "members", "geometry", "bounds", "center", "tags", "lat", "lon",
    "user", "uid", "changeset", "timestamp", "version",
})  # fmt: skip
"""What is not kept of an element: its shape, and who drew it when."""
_NESTED = ("tags", "other_tags")


def overpass_table(path: Path, elements: Iterable[object], tag: tuple[str, Sequence[str]]) -> RawTable | None:
    """The nodes that bear a tag, of the elements of an Overpass answer; None where there is none.

    Args:
        path: the file, for what is said of it.
        elements: the elements; ways and relations with a centre count as nodes there.
        tag: key and values that are looked for.
    """
    return _table(path, _of_overpass(elements), tag)


def _of_overpass(elements: Iterable[object]) -> Iterator[tuple[dict[str, Any], Mapping[str, Any]]]:
    for element in elements:
        if not isinstance(element, Mapping) or not isinstance(element.get("tags"), Mapping):
            continue
        place = element.get("center") if "lat" not in element else element
        place = place if isinstance(place, Mapping) else {}
        own = {name: value for name, value in element.items() if name not in _META}
        yield {**own, LONGITUDE: place.get("lon"), LATITUDE: place.get("lat")}, element["tags"]


def osm_table(path: Path, tag: tuple[str, Sequence[str]]) -> RawTable | None:
    """The nodes that bear a tag, of an `.osm` file in XML; None where there is none.

    Raises:
        BocageError: BOC-IMP-011 too large, 015 not XML, 032 entities declared.
    """
    check_size(path)
    check_entities(path)
    try:
        return _table(path, _of_xml(path), tag)
    except ET.ParseError as error:
        raise BocageError("BOC-IMP-015", where={"path": path}, cause=str(error)) from error


def _of_xml(path: Path) -> Iterator[tuple[dict[str, Any], Mapping[str, Any]]]:
    root = None
    for event, element in ET.iterparse(path, events=("start", "end")):  # noqa: S314 - entities were refused
        if event == "start":
            root = element if root is None else root
            continue
        if element.tag == "node":
            tags = {one.get("k", ""): one.get("v") for one in element.iter("tag")}
            own = {"id": element.get("id"), LONGITUDE: element.get("lon"), LATITUDE: element.get("lat")}
            yield own, tags
        if element.tag in {"node", "way", "relation"} and root is not None:
            root.clear()  # what was read is forgotten


def _table(
    path: Path, rows: Iterable[tuple[dict[str, Any], Mapping[str, Any]]], tag: tuple[str, Sequence[str]]
) -> RawTable | None:
    key, values = tag
    wanted = frozenset(values)
    columns: dict[str, list[str | None]] = {}
    numbers: list[int] = []
    for number, (own, tags) in enumerate(rows, start=1):
        if tags.get(key) not in wanted:
            continue
        for name, value in {**tags, **own}.items():
            column = columns.setdefault(str(name), [])
            column += [None] * (len(numbers) - len(column))
            column.append(None if value is None else str(value))
        numbers.append(number)
    if not numbers:
        return None
    check_columns(path, len(columns))
    check_rows(path, len(numbers), len(columns))
    headers, _ = clean_headers(list(columns))
    frame = pl.DataFrame(
        [
            pl.Series(header, cells + [None] * (len(numbers) - len(cells)), dtype=pl.String)
            for header, cells in zip(headers, columns.values(), strict=True)
        ]
    )
    frame, verdicts = repair_texts(frame)
    return RawTable(
        path=path,
        frame=frame,
        numbers=pl.Series("number", numbers, dtype=pl.Int64),
        faults=pl.Series("fault", [None] * len(numbers), dtype=pl.String),
        srid=4326,
        facts={"format": "osm", "encoding": "utf-8", "decimal": "."},
        verdicts=verdicts,
    )


def with_nested_tags(raw: RawTable) -> RawTable:
    """The table with one column per tag, where the tags stand as one JSON object in a column; else as it is.

    Args:
        raw: a file as read, GeoJSON for one.
    """
    nested = next((name for name in raw.frame.columns if name.lower() in _NESTED), None)
    if nested is None or raw.frame[nested].dtype != pl.String:
        return raw
    cells = [_object(text) for text in raw.frame[nested].to_list()]
    names = [name for name in dict.fromkeys(key for cell in cells for key in cell) if name not in raw.frame.columns]
    if not names:
        return raw
    check_columns(raw.path, len(names) + raw.frame.width)
    found = [pl.Series(name, [_text(cell.get(name)) for cell in cells], dtype=pl.String) for name in names]
    return replace(raw, frame=raw.frame.with_columns(found))


def _object(text: str | None) -> Mapping[str, Any]:
    if not text or not text.lstrip().startswith("{"):
        return {}
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, Mapping) else {}


def _text(value: object) -> str | None:
    return None if value is None else str(value)
