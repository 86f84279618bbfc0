"""One asset of each type of street lighting with every field filled: the examples of the Table Schemas."""

from pathlib import Path

import polars as pl
import shapely

import bocage
from bocage.sources.table_schema import LATITUDE, LONGITUDE, SchemaDeclaration, read_schemas
from bocage.vocabulary.columns import GEOMETRY, Table, declared_asset_tables, parse_value

LIGHTING = Path(bocage.__file__).parent / "domains" / "lighting"
TABLES: dict[str, Table] = {table.name: table for table in declared_asset_tables(LIGHTING)}
SCHEMAS: dict[str, SchemaDeclaration] = dict(read_schemas(LIGHTING / "open_data"))


def filled(asset_type: str, *, rows: int = 1) -> pl.DataFrame:
    """Rows of a type, geometry in WGS 84; the first has the identifier of the example, the others a rank."""
    table, schema = TABLES[asset_type], SCHEMAS[asset_type]
    values = {
        field.column: parse_value(table.column(field.column), field.example)
        for field in schema.fields
        if field.column not in {LONGITUDE, LATITUDE}
    }
    frame = pl.DataFrame(
        [{**values, "asset_id": f"{values['asset_id']}{'' if n == 0 else f'-{n}'}"} for n in range(rows)]
    )
    if table.geometry != "none":
        places = {
            field.column: float(field.example) for field in schema.fields if field.column in {LONGITUDE, LATITUDE}
        }
        points = [shapely.Point(places[LONGITUDE] + n * 1e-5, places[LATITUDE]) for n in range(rows)]
        frame = frame.with_columns(pl.Series(GEOMETRY, [shapely.to_wkb(point) for point in points], dtype=pl.Binary))
    return table.conform(frame)
