"""Open data of a territory: what its inventories say and nothing that was estimated, in formats that others read."""

import functools
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl
import shapely

from bocage.publish.open_data.datapackage import OpenFile, write_datapackage
from bocage.publish.open_data.geojson import write_geojson
from bocage.publish.open_data.published import public_columns
from bocage.publish.open_data.smart_data_models import context_document, write_smart_data_models
from bocage.publish.open_data.table_csv import write_schema_csv
from bocage.publish.open_data.table_schema import table_schema
from bocage.publish.replacing import replace_file
from bocage.sources.layouts import Layout, read_layouts
from bocage.sources.projections import Reference, transform
from bocage.sources.table_schema import SchemaDeclaration, read_schemas
from bocage.sources.values import read_values
from bocage.twin.territory import Territory
from bocage.twin.wording import _
from bocage.vocabulary.columns import GEOMETRY, Table
from bocage.vocabulary.domain import Domain

WGS84 = 4326
CHUNK_ROWS = 50_000
"""Rows in memory at a time."""
NGSI = "ngsi"


def published_chunks(territory: Territory, table: Table) -> Iterator[pl.DataFrame]:
    """The assets in force, in chunks, their geometry in WGS 84: only what inventories or people said."""
    for chunk in territory.store.stream_assets(table, chunk_rows=CHUNK_ROWS):
        yield chunk if table.geometry == "none" else chunk.with_columns(_in_degrees(chunk, territory.srid))


def _in_degrees(chunk: pl.DataFrame, srid: int) -> pl.Series:
    shapes = shapely.from_wkb(chunk[GEOMETRY].to_numpy())
    moved = shapely.transform(shapes, functools.partial(transform, reference=Reference(srid), srid=WGS84))
    return pl.Series(GEOMETRY, list(shapely.to_wkb(moved)), dtype=pl.Binary)


def domain_schemas(domain: Domain) -> dict[str, tuple[SchemaDeclaration, dict[str, Any]]]:
    """The Table Schemas of a domain by type of asset, with their declaration."""
    values = domain.folder / "values.csv"
    times = (
        frozenset(name for name, writings in read_values(values).items() if writings.time_of_day)
        if values.is_file()
        else frozenset()
    )
    tables = {table.name: table for table in domain.tables}
    return {
        name: (declaration, table_schema(declaration, tables[name], labels=domain.code_labels, times=times))
        for name, declaration in read_schemas(domain.folder / "open_data").items()
    }


def schema_files(domain: Domain) -> dict[str, str]:
    """The files that the project publishes of a domain by name: its Table Schemas, its JSON-LD context."""
    found = {
        f"{declaration.name}.json": json.dumps(schema, ensure_ascii=False, indent=2) + "\n"
        for declaration, schema in domain_schemas(domain).values()
    }
    layout = _model_layout(domain)
    if layout is not None:
        found["context.jsonld"] = json.dumps(context_document(layout), ensure_ascii=False, indent=2) + "\n"
    return found


def write_schemas(domain: Domain, folder: Path) -> list[Path]:
    """Write the files that the project publishes of a domain, in the folder that their address ends with.

    Args:
        domain: may declare none.
        folder: holds a folder for each domain that publishes schemas.
    """
    homes = {declaration.path.rsplit("/", 2)[-2] for declaration, _schema in domain_schemas(domain).values()}
    files = schema_files(domain).items()
    return [replace_file(folder / home / name, text.encode()) for home in sorted(homes) for name, text in files]


def write_opendata(territory: Territory, into: Path) -> list[Path]:
    """Write a folder of the CSV files that follow the Table Schemas, with the description of the set."""
    folder = into / f"{territory.code}-opendata"
    files = []
    for domain in territory.domains:
        tables = {table.name: table for table in domain.tables}
        for name, (declaration, schema) in domain_schemas(domain).items():
            if not territory.store.count_assets(tables[name]):
                continue
            path = folder / f"{declaration.name}.csv"
            chunks = published_chunks(territory, tables[name])
            rows = write_schema_csv(chunks, path, declaration=declaration, table=tables[name])
            files.append(OpenFile(path=path, declaration=declaration, schema=schema, rows=rows))
    if not files:
        return []
    notes = [_("Inventory of {name} ({code}).", name=territory.name, code=territory.code)]
    if territory.synthetic:
        notes.append(_("Fictional territory: no figure describes a real commune."))
    package = write_datapackage(
        files,
        folder / "datapackage.json",
        name=territory.name,
        code=territory.code,
        on=territory.today(),
        notes=[note.say("fr") for note in notes],
    )
    return [*(file.path for file in files), package]


def write_features(territory: Territory, into: Path) -> list[Path]:
    """Write each type of asset that has a place as GeoJSON."""
    files = []
    for table in territory.asset_tables.values():
        if table.geometry == "none" or not territory.store.count_assets(table):
            continue
        path = into / f"{territory.code}-{table.name}.geojson"
        write_geojson(
            published_chunks(territory, table),
            path,
            columns=public_columns(table),
            name=f"{territory.code}-{table.name}",
        )
        files.append(path)
    return files


def write_entities(territory: Territory, into: Path) -> list[Path]:
    """Write the entities of the Smart Data Models, for the domains that have a layout of them."""
    files = []
    for domain in territory.domains:
        layout = _model_layout(domain)
        tables = {table.name: table for table in domain.tables}
        if layout is None or not any(territory.store.count_assets(tables[part.asset_type]) for part in layout.parts):
            continue
        path = into / f"{territory.code}-{domain.name}-ngsi-ld.jsonld"
        streams = {part.asset_type: published_chunks(territory, tables[part.asset_type]) for part in layout.parts}
        write_smart_data_models(streams, path, layout=layout, tables=tables, code=territory.code)
        files.append(path)
    return files


def _model_layout(domain: Domain) -> Layout | None:
    return next((layout for layout in read_layouts(domain.folder / "layouts") if layout.form == NGSI), None)
