"""NGSI entities as tables: NGSI-v2 and NGSI-LD, normalized or as plain keys and values, one table per type.

Attributes are brought to their value: `{"type": "Property", "value": 5}`, `{"type": "Number", "value": 5}`
and `5` are the same. An identifier or a reference loses its prefix `urn:ngsi-ld:Type:`. The states
`on` and `off`, which the YAML of the Smart Data Models turns into booleans, are written again as words.

References: ETSI GS CIM 009 (NGSI-LD); FIWARE NGSI-v2 specification.
"""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl

from bocage.sources.limits import check_columns, check_rows
from bocage.sources.raw import RawTable, clean_headers, repair_texts

LOCATION = "location"
_URN = re.compile(r"^urn:ngsi-ld:[A-Za-z0-9_]+:")
_WRAPPED = ("value", "object", "languageMap", "@value")
_UNTOLD = frozenset({"@context", "type", "@type"})
_SWITCHED = {"powerState": {True: "on", False: "off"}}
"""Attributes whose words a YAML reader takes for booleans."""


@dataclass
class _Growing:
    """A table that grows entity by entity, column by column."""

    numbers: list[int] = field(default_factory=list)
    columns: dict[str, list[str | None]] = field(default_factory=dict)

    def add(self, number: int, entity: Mapping[str, Any]) -> None:
        address = value_of(entity.get("address"))
        flat = {**entity, **address} if isinstance(address, dict) else entity
        for key, attribute in flat.items():
            if key in _UNTOLD:
                continue
            name = "id" if key == "@id" else key
            column = self.columns.setdefault(name, [])
            column += [None] * (len(self.numbers) - len(column))
            if len(column) == len(self.numbers):
                column.append(_cell(name, attribute))
        self.numbers.append(number)


def ngsi_tables(path: Path, entities: Iterable[object], types: Sequence[str]) -> Mapping[str, RawTable] | None:
    """The entities of a document by type; None where it holds none of the types.

    Args:
        path: the file, for what is said of it.
        entities: entities or GeoJSON features of entities, as `json_documents.objects` gives them.
        types: types that are looked for; the others are left aside.

    Raises:
        BocageError: BOC-IMP-008, 012, too many attributes or entities.
    """
    growing: dict[str, _Growing] = {}
    for number, one in enumerate(entities, start=1):
        entity = _of_feature(one) if isinstance(one, Mapping) else {}
        name = _type(entity)
        if name in types:
            growing.setdefault(name, _Growing()).add(number, entity)
    return {name: _table(path, name, table) for name, table in growing.items()} or None


def _of_feature(entity: Mapping[str, Any]) -> Mapping[str, Any]:
    """The entity of a GeoJSON feature, as NGSI-LD brokers answer them; any other as it is."""
    properties = entity.get("properties")
    if entity.get("type") != "Feature" or not isinstance(properties, Mapping):
        return entity
    return {LOCATION: entity.get("geometry"), **properties, "id": entity.get("id", properties.get("id"))}


def _type(entity: Mapping[str, Any]) -> str:
    """The type of an entity, without the namespace of its vocabulary."""
    found = entity.get("type", entity.get("@type", ""))
    if isinstance(found, list):
        found = found[0] if found else ""
    return re.split(r"[/#]", str(found))[-1]


def value_of(attribute: object) -> object:
    """The value of an attribute, whatever the representation.

    >>> value_of({"type": "Relationship", "object": "urn:ngsi-ld:StreetlightGroup:G345"})
    'urn:ngsi-ld:StreetlightGroup:G345'
    >>> value_of({"type": "Property", "value": {"@type": "DateTime", "@value": "2016-07-08"}}), value_of(5)
    ('2016-07-08', 5)
    """
    if isinstance(attribute, list) and attribute and all(isinstance(one, dict) for one in attribute):
        default = [one for one in attribute if "datasetId" not in one]  # several sources of one attribute
        return value_of((default or attribute)[0])
    if not isinstance(attribute, dict):
        return attribute
    for key in _WRAPPED:
        if key in attribute and (key != "value" or "type" in attribute or len(attribute) == 1):
            return value_of(attribute[key])
    return attribute


def _cell(name: str, attribute: object) -> str | None:
    if isinstance(attribute, str):  # most are, and there are many
        return (_URN.sub("", attribute) if attribute.startswith("urn:") else attribute) or None
    value = value_of(attribute)
    if isinstance(value, bool):
        return _SWITCHED.get(name, {}).get(value, "true" if value else "false")
    if value is None or value == "":
        return None
    if isinstance(value, dict):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, list):
        return ";".join(filter(None, (_cell(name, one) for one in value))) or None
    return _URN.sub("", str(value))


def _table(path: Path, name: str, table: _Growing) -> RawTable:
    rows = len(table.numbers)
    check_columns(path, len(table.columns))
    check_rows(path, rows, len(table.columns))
    headers, _ = clean_headers(list(table.columns))
    columns = [
        pl.Series(header, cells + [None] * (rows - len(cells)), dtype=pl.String)
        for header, cells in zip(headers, table.columns.values(), strict=True)
    ]
    frame, verdicts = repair_texts(pl.DataFrame(columns))
    return RawTable(
        path=path,
        frame=frame,
        numbers=pl.Series("number", table.numbers, dtype=pl.Int64),
        faults=pl.Series("fault", [None] * rows, dtype=pl.String),
        srid=4326,
        layer=name,
        facts={"format": "ngsi", "encoding": "utf-8", "layer": name, "decimal": "."},
        verdicts=verdicts,
    )
