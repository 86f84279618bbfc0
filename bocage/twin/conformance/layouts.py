"""Known layouts and open-data schemas: every column, code and type that they name is declared by the domain."""

from collections.abc import Iterator, Mapping

from bocage.publish.open_data.published import public_columns
from bocage.sources.layouts import Layout, Part, read_layouts
from bocage.sources.table_schema import LATITUDE, LONGITUDE, SchemaDeclaration, read_schemas
from bocage.twin.conformance.fault import Fault
from bocage.vocabulary.columns import Table
from bocage.vocabulary.domain import Domain


def layout_faults(domain: Domain) -> Iterator[Fault]:
    """Faults of the folders `layouts/` and `open_data/` of a domain, both optional."""
    tables = {table.name: table for table in domain.tables}
    layouts = read_layouts(domain.folder / "layouts")
    schemas = read_schemas(domain.folder / "open_data")
    names = [layout.name for layout in layouts] + [schema.name for schema in schemas.values()]
    for name in {name for name in names if names.count(name) > 1}:
        yield Fault(rule="layouts", what=f"{name} is declared twice")
    for layout in layouts:
        for part in layout.parts:
            if part.asset_type in tables:
                yield from _part_faults(layout, part, tables[part.asset_type])
            else:
                yield Fault(rule="layouts", what=f"{layout.name}: no asset type is called {part.asset_type}")
    for schema in schemas.values():
        yield from _schema_faults(schema, tables)


def _part_faults(layout: Layout, part: Part, table: Table) -> Iterator[Fault]:
    where = f"{layout.name}, {part.asset_type}"
    for rule in part.columns:
        if rule.column not in table.names:
            yield Fault(rule="layouts", what=f"{where}: no column is called {rule.column}")
            continue
        codes = set(table.column(rule.column).codes)
        translation = layout.translations.get(rule.translate)
        meanings = {code for code in translation.codes.values() if code} if translation is not None else set()
        if codes and meanings - codes:
            unknown = ", ".join(sorted(meanings - codes))
            yield Fault(rule="layouts", what=f"{where}: {rule.column} has no code {unknown}")
        if not 0 < rule.sure <= 1:
            yield Fault(rule="layouts", what=f"{where}: {rule.column} is sure at {rule.sure}")


def _schema_faults(schema: SchemaDeclaration, tables: Mapping[str, Table]) -> Iterator[Fault]:
    table = tables.get(schema.asset_type)
    if table is None:
        yield Fault(rule="open-data", what=f"{schema.name}: no asset type is called {schema.asset_type}")
        return
    named = {field.column for field in schema.fields} - {LONGITUDE, LATITUDE}
    public = {column.name for column in public_columns(table)}
    for name in sorted(named - public):
        yield Fault(rule="open-data", what=f"{schema.name}: {name} is no public column of {table.name}")
    for name in sorted(public - named):
        yield Fault(rule="open-data", what=f"{schema.name}: the public column {name} of {table.name} has no field")
