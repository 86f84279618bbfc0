"""CSV that follows a Table Schema: UTF-8, comma, decimal point, ISO dates, `true` and `false`, WGS 84."""

from collections.abc import Iterable
from pathlib import Path

import polars as pl

from bocage.publish.csv_file import guard
from bocage.publish.open_data.published import degrees_of
from bocage.publish.replacing import replacing
from bocage.sources.table_schema import LATITUDE, LONGITUDE, SchemaDeclaration
from bocage.vocabulary.columns import Column, Table


def write_schema_csv(
    chunks: Iterable[pl.DataFrame], path: Path, *, declaration: SchemaDeclaration, table: Table
) -> int:
    """Write the fields of a schema, chunk by chunk.

    Args:
        chunks: rows of the table, points as WKB in WGS 84.
        path: file to write.
        declaration: schema that the file follows.
        table: declared columns.

    Returns:
        The number of rows.

    Raises:
        BocageError: BOC-PUB-001 where the file cannot be written.
    """
    names = [field.name for field in declaration.fields]
    rows = 0
    with replacing(path) as stream:
        stream.write((",".join(names) + "\r\n").encode())
        for chunk in chunks:
            rows += chunk.height
            frame = pl.DataFrame(_columns(chunk, declaration, table))
            frame.write_csv(stream, include_header=False, line_terminator="\r\n", null_value="")
    return rows


def _columns(chunk: pl.DataFrame, declaration: SchemaDeclaration, table: Table) -> list[pl.Series]:
    places = {}
    if any(field.column in {LONGITUDE, LATITUDE} for field in declaration.fields):
        places = dict(zip((LONGITUDE, LATITUDE), degrees_of(chunk), strict=True))
    return [
        (places[field.column] if field.column in places else _written(chunk[field.column], table.column(field.column)))
        .alias(field.name)
        for field in declaration.fields
    ]  # fmt: skip


def _written(cells: pl.Series, column: Column) -> pl.Series:
    """Numbers without a useless decimal, texts that no spreadsheet runs as a formula."""
    if column.type == "real":
        return cells.cast(pl.String).str.strip_suffix(".0")
    if column.type == "list":
        return cells.list.join(";")
    if column.type == "text" and not column.codes:
        odd = cells.drop_nulls().unique().filter(cells.drop_nulls().unique().str.contains(r"^\s*[=+\-@|%\t\r\n]"))
        return cells.replace({text: guard(text) for text in odd.to_list()}) if len(odd) else cells
    return cells
