"""Our own Table Schemas: which field of an open CSV is which declared column, and the layout in which it is read back.

A domain declares them in its folder `open_data/`: `schema.toml` for the metadata, `fields.csv`
(asset_type, column, field, example) for the names. Types and limits are those of the columns.
"""

import csv
import datetime as dt
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from bocage.sources.layouts import MAIN, ColumnRule, Layout, LayoutTable, Part

LONGITUDE, LATITUDE = "longitude", "latitude"
IDENTIFIER = "asset_id"
FIELDS_HEADER = ["asset_type", "column", "field", "example"]


@dataclass(frozen=True, kw_only=True)
class SchemaField:
    """One field of a schema.

    Attributes:
        column: declared column, or `longitude`, `latitude` in WGS 84.
        name: name of the field.
        example: a value, as a file writes it.
    """

    column: str
    name: str
    example: str


@dataclass(frozen=True, kw_only=True)
class SchemaDeclaration:
    """What is declared of the schema of one type of asset.

    Attributes:
        asset_type: declared type.
        name: name of the schema and of its file.
        title: French title.
        description: one French sentence.
        version: version of the schema.
        created: date of its first version.
        modified: date of this version.
        homepage: address of the project.
        path: address of the schema.
        licence: identifier of the licence of the schema.
        contributors: name and role of each.
        sources: title and path of the texts that it rests on.
        fields: its fields, in order.
    """

    asset_type: str
    name: str
    title: str
    description: str
    version: str
    created: dt.date
    modified: dt.date
    homepage: str
    path: str
    licence: str
    contributors: Sequence[Mapping[str, str]]
    sources: Sequence[Mapping[str, str]]
    fields: tuple[SchemaField, ...]

    def field_of(self, column: str) -> str | None:
        """Name of the field of a column; None for none."""
        return next((field.name for field in self.fields if field.column == column), None)


@cache
def read_schemas(folder: Path) -> Mapping[str, SchemaDeclaration]:
    """The schemas that a folder declares, by type of asset; none where it is absent.

    Raises:
        ValueError: a header is not the declared one, a field is declared twice, a schema has no field.
    """
    if not (folder / "schema.toml").is_file():
        return {}
    with (folder / "schema.toml").open("rb") as stream:
        content = tomllib.load(stream)
    fields = _fields(folder / "fields.csv")
    if without := content["schemas"].keys() - fields.keys():
        raise ValueError(f"schema.toml: {', '.join(sorted(without))} has no field in fields.csv")
    return {
        asset_type: SchemaDeclaration(
            asset_type=asset_type,
            name=own["name"],
            title=own["title"],
            description=own["description"],
            version=content["version"],
            created=content["created"],
            modified=content["modified"],
            homepage=content["homepage"],
            path=f"{content['base']}/{own['name']}.json",
            licence=content["licence"],
            contributors=content["contributors"],
            sources=content["sources"],
            fields=fields[asset_type],
        )
        for asset_type, own in content["schemas"].items()
    }


def _fields(path: Path) -> dict[str, tuple[SchemaField, ...]]:
    with path.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    if not rows or list(rows[0]) != FIELDS_HEADER:
        raise ValueError(f"{path.name}: the header must be {','.join(FIELDS_HEADER)}")
    found: dict[str, list[SchemaField]] = {}
    for row in rows:
        of_type = found.setdefault(row["asset_type"], [])
        field = SchemaField(column=row["column"], name=row["field"], example=row["example"])
        if any(field.name == other.name or field.column == other.column for other in of_type):
            raise ValueError(f"{path.name}: {field.name} ({field.column}) is declared twice")
        of_type.append(field)
    return {asset_type: tuple(fields) for asset_type, fields in found.items()}


def schema_layouts(folder: Path) -> list[Layout]:
    """The layouts of the files that follow the schemas of a folder; a file with any other column is in none."""
    return [_layout(declaration) for declaration in read_schemas(folder).values()]


def _layout(declaration: SchemaDeclaration) -> Layout:
    identifier = declaration.field_of(IDENTIFIER) or ""
    placed = [name for name in (declaration.field_of(LONGITUDE), declaration.field_of(LATITUDE)) if name]
    others = [field for field in declaration.fields if field.column not in {IDENTIFIER, LONGITUDE, LATITUDE}]
    table = LayoutTable(
        role=MAIN,
        needed=tuple((name,) for name in (identifier, *placed)),
        only=frozenset(field.name for field in declaration.fields),
    )
    part = Part(
        asset_type=declaration.asset_type,
        table=MAIN,
        identifier=(identifier,),
        columns=tuple(ColumnRule(column=field.column, origins=(field.name,)) for field in others),
    )
    return Layout(
        name=declaration.name,
        label={"fr": f"Schéma «\u202f{declaration.title}\u202f»", "en": f"Table Schema “{declaration.name}”"},
        source=declaration.path,
        evidence="own",
        form="table",
        tables={MAIN: table},
        parts=(part,),
    )
