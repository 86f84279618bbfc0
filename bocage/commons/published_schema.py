"""The record as others check it: JSON Schema of one record, Table Schema of the flat exchange.

Reference: JSON Schema 2020-12, https://json-schema.org/; Frictionless Table Schema v1, https://specs.frictionlessdata.io/
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bocage.commons.flat import flat_columns
from bocage.commons.schema import ROOT, VERSION, Part, parts
from bocage.vocabulary.columns import Column
from bocage.vocabulary.units import units

RECORD_FILE, TABLE_FILE = "retour-experience.schema.json", "retours-experience.json"
HOME = "https://raw.githubusercontent.com/bocage/bocage/main/schemas/feedback"
_JSON_TYPES: Mapping[str, Mapping[str, Any]] = {
    "code": {"type": "string"},
    "text": {"type": "string"},
    "integer": {"type": "integer"},
    "real": {"type": "number"},
    "boolean": {"type": "boolean"},
    "date": {"type": "string", "format": "date"},
    "list": {"type": "array", "items": {"type": "string"}, "minItems": 1},
}
_TABLE_TYPES: Mapping[str, str] = {"integer": "integer", "real": "number", "boolean": "boolean", "date": "date"}


def record_schema() -> dict[str, Any]:
    """JSON Schema of one record, labels and sentences in French, English beside.

    >>> record_schema()["properties"]["territory"]["additionalProperties"]
    False
    """
    root = _object(parts()[ROOT])
    sections = {name: _section(part) for name, part in parts().items() if name != ROOT}
    required = [*root["required"], *(name for name, part in parts().items() if part.required and name != ROOT)]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"{HOME}/{RECORD_FILE}",
        "title": "Retour d’expérience d’un chantier de collectivité",
        "description": "Ce qui était prévu, ce qui a été fait, payé, mesuré, échecs compris.",
        "x-version": VERSION,
        "type": "object",
        "additionalProperties": False,
        "required": required,
        "properties": {**root["properties"], **sections},
    }


def table_schema() -> dict[str, Any]:
    """Table Schema of the flat exchange; a section that is a list is a JSON cell.

    >>> table_schema()["primaryKey"]
    'record_id'
    """
    return {
        "$schema": "https://specs.frictionlessdata.io/schemas/table-schema.json",
        "name": "retours-experience",
        "title": "Retours d’expérience de chantiers de collectivités",
        "description": "Une ligne par fiche\u202f; les sections qui sont des listes sont des cellules JSON.",
        "path": f"{HOME}/{TABLE_FILE}",
        "version": VERSION.partition("/")[2],
        "licenses": [
            {
                "name": "etalab-2.0",
                "title": "Licence Ouverte 2.0",
                "path": "https://www.etalab.gouv.fr/licence-ouverte-open-licence",
            }
        ],
        "fields": [_table_field(name) for name in flat_columns()],
        "missingValues": [""],
        "primaryKey": "record_id",
    }


def write_feedback_schemas(folder: Path) -> list[Path]:
    """Write both schemas into a folder.

    Args:
        folder: made where it is missing.
    """
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name, schema in ((RECORD_FILE, record_schema()), (TABLE_FILE, table_schema())):
        path = folder / name
        path.write_text(json.dumps(schema, ensure_ascii=False, indent=2) + "\n", encoding="utf-8", newline="\n")
        written.append(path)
    return written


def _section(part: Part) -> dict[str, Any]:
    one = _object(part)
    told = {"title": part.label["fr"], "description": part.description["fr"]}
    return {"type": "array", "items": one, **told} if part.many else {**one, **told}


def _object(part: Part) -> dict[str, Any]:
    return {
        "type": "object",
        "additionalProperties": False,
        "required": [field.name for field in part.fields if field.required],
        "properties": {field.name: _property(field) for field in part.fields},
    }


def _property(field: Column) -> dict[str, Any]:
    found = {
        **_JSON_TYPES[field.type],
        "title": field.label["fr"],
        "description": _description(field),
        "x-title-en": field.label["en"],
        "x-description-en": field.description["en"],
    }
    if field.unit:
        found["x-unit"] = field.unit
    if field.maps_to:
        found["x-maps-to"] = field.maps_to
    if field.codes:
        found["enum"] = list(field.codes)
    return found | _bounds(field)


def _bounds(field: Column) -> dict[str, Any]:
    bounds = {"minimum": field.minimum, "maximum": field.maximum}
    return {key: value for key, value in bounds.items() if value is not None}


def _table_field(name: str) -> dict[str, Any]:
    if name in parts():
        part = parts()[name]
        told = {"name": name, "type": "array", "title": part.label["fr"], "description": part.description["fr"]}
        return {**told, "constraints": {"required": part.required}}
    section, _dot, key = name.rpartition(".")
    field = parts()[section or ROOT].field(key)
    constraints: dict[str, Any] = {"required": field.required and not section, **_bounds(field)}
    if field.codes:
        constraints["enum"] = list(field.codes)
    return {
        "name": name,
        "type": _TABLE_TYPES.get(field.type, "string"),
        "title": field.label["fr"],
        "description": _description(field),
        "constraints": constraints,
    }


def _description(field: Column) -> str:
    unit = f"\u202f; unité\u202f: {units()[field.unit].label['fr']}" if field.unit not in {"", "1"} else ""
    return field.description["fr"] + unit
