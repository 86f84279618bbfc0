"""The Table Schema of one type of asset, generated from its declared columns, in the shape of schema.data.gouv.fr.

Reference: Frictionless Table Schema v1, https://specs.frictionlessdata.io/table-schema/
"""

from collections.abc import Mapping
from typing import Any

from bocage.sources.table_schema import IDENTIFIER, LATITUDE, LONGITUDE, SchemaDeclaration, SchemaField
from bocage.vocabulary.code_labels import CodeLabels
from bocage.vocabulary.columns import Column, ColumnType, Table
from bocage.vocabulary.units import units

TYPES: Mapping[ColumnType, str] = {
    "code": "string", "text": "string", "integer": "integer", "real": "number", "boolean": "boolean",
    "date": "date", "datetime": "datetime", "list": "string", "json": "string",
}  # fmt: skip
LICENCES: Mapping[str, tuple[str, str]] = {
    "etalab-2.0": ("Licence Ouverte 2.0", "https://www.etalab.gouv.fr/licence-ouverte-open-licence"),
}
_SHAPES: Mapping[str, str] = {
    "siren": r"^\d{9}$", "siret": r"^\d{14}$", "prm": r"^\d{14}$", "commune_code": r"^(?:\d{5}|2[AB]\d{3})$",
    "insee": r"^(?:\d{5}|2[AB]\d{3})$",
}  # fmt: skip
TIME = r"^(?:[01]\d|2[0-3]):[0-5]\d$"
_PLACES: Mapping[str, tuple[str, str, int]] = {
    LONGITUDE: ("Longitude", "Longitude du point, WGS 84, en degrés décimaux", 180),
    LATITUDE: ("Latitude", "Latitude du point, WGS 84, en degrés décimaux", 90),
}


def table_schema(
    declaration: SchemaDeclaration, table: Table, *, labels: CodeLabels, times: frozenset[str]
) -> dict[str, Any]:
    """Make the Table Schema of one type of asset.

    Args:
        declaration: names of its fields, and its metadata.
        table: declared columns.
        labels: what codes mean, by column.
        times: columns that hold a time of day.

    Raises:
        KeyError: a field names a column that the table has not.
    """
    title, path = LICENCES[declaration.licence]
    return {
        "$schema": "https://frictionlessdata.io/schemas/table-schema.json",
        "name": declaration.name,
        "title": declaration.title,
        "description": declaration.description,
        "countryCode": "FR",
        "homepage": declaration.homepage,
        "path": declaration.path,
        "licenses": [{"name": declaration.licence, "title": title, "path": path}],
        "sources": [dict(source) for source in declaration.sources],
        "created": declaration.created.isoformat(),
        "lastModified": declaration.modified.isoformat(),
        "version": declaration.version,
        "contributors": [dict(one) for one in declaration.contributors],
        "fields": [_field(field, table, labels, times) for field in declaration.fields],
        "missingValues": [""],
        "primaryKey": declaration.field_of(IDENTIFIER),
    }


def _field(field: SchemaField, table: Table, labels: CodeLabels, times: frozenset[str]) -> dict[str, Any]:
    if field.column in _PLACES:
        title, description, limit = _PLACES[field.column]
        found: dict[str, Any] = {"name": field.name, "title": title, "description": description, "type": "number"}
        constraints: dict[str, Any] = {"required": True, "minimum": -limit, "maximum": limit}
        return {**found, "example": field.example, "constraints": constraints}
    column = table.column(field.column)
    found = {
        "name": field.name,
        "title": column.label["fr"],
        "description": _description(column, labels.get(column.name, {})),
        "type": TYPES[column.type],
        "example": field.example,
    }
    if column.type == "boolean":
        found |= {"trueValues": ["true"], "falseValues": ["false"]}
    return {**found, "constraints": _constraints(column, times)}


def _description(column: Column, labels: Mapping[str, Mapping[str, str]]) -> str:
    """The declared sentence, then the unit, what each code means and the text that asks for it."""
    parts = [column.description["fr"].rstrip(".")]
    if column.unit not in {"", "1"}:
        parts.append(f"unité\u202f: {units()[column.unit].label['fr']}")
    known = [f"{code} = {labels[code]['fr']}" for code in column.codes if code in labels]
    if known:
        parts.append(f"codes\u202f: {', '.join(known)}")
    if column.source:
        parts.append(f"source\u202f: {column.source}")
    return "\u202f; ".join(parts)


def _constraints(column: Column, times: frozenset[str]) -> dict[str, Any]:
    found: dict[str, Any] = {"required": column.required}
    if column.name == IDENTIFIER:
        found["unique"] = True
    if column.minimum is not None:
        found["minimum"] = _plain(column.minimum)
    if column.maximum is not None:
        found["maximum"] = _plain(column.maximum)
    if column.codes:
        found["enum"] = list(column.codes)
    shape = TIME if column.name in times else _shape(column.name)
    if shape:
        found["pattern"] = shape
    return found


def _shape(name: str) -> str | None:
    words = {name, *name.split("_")}
    return next((shape for word, shape in _SHAPES.items() if word in words), None)


def _plain(value: float) -> int | float:
    return int(value) if value == int(value) else value
