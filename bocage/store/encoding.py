"""Declared columns as SQLite keeps them: ISO dates, JSON lists, 0 and 1 for booleans."""

import datetime as dt
import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from bocage.store.statement import check_name
from bocage.vocabulary.codes import BocageError
from bocage.vocabulary.columns import GEOMETRY, Column, Table
from bocage.vocabulary.origin import ORIGINS, origin_column

SQL_TYPES: Mapping[str, str] = {
    "code": "TEXT", "text": "TEXT", "integer": "INTEGER", "real": "REAL", "boolean": "BOOLEAN",
    "date": "DATE", "datetime": "DATETIME", "list": "TEXT", "json": "TEXT",
}  # fmt: skip
_KEPT_AS: Mapping[str, pl.DataType] = {"integer": pl.Int64(), "real": pl.Float64(), "boolean": pl.Int64()}
STORE_OWNED = ("valid_from", "valid_to", "source")
"""An import says these of itself, not of a row."""


@dataclass(frozen=True)
class Field:
    """One column of the file: a declared column, or the origins of an imputable one."""

    name: str
    type: str
    column: Column

    @property
    def sql_type(self) -> str:
        """The type of the column in the file."""
        return SQL_TYPES[self.type]

    @property
    def kept_as(self) -> pl.DataType:
        """The polars type of what SQLite returns."""
        return _KEPT_AS.get(self.type, pl.String())


def is_asset(table: Table) -> bool:
    """Whether rows of the table are versioned assets."""
    return table.key == ("asset_id",)


def fields_of(table: Table) -> tuple[Field, ...]:
    """The columns of the file for a table, in order, without geometry; an imputable column's origins follow it."""
    fields = []
    for column in table.columns:
        check_name(table.name, column.name)
        fields.append(Field(column.name, column.type, column))
        if column.impute and is_asset(table):
            fields.append(Field(origin_column(column.name), "text", column))
    return tuple(fields)


def compared(fields: Sequence[Field]) -> tuple[Field, ...]:
    """The fields whose values make a version: not those that the store keeps itself."""
    return tuple(field for field in fields if field.name not in STORE_OWNED)


def conform(table: Table, rows: pl.DataFrame, fields: Sequence[Field]) -> pl.DataFrame:
    """Rows with every declared column and origin, cast; BOC-STO-013 names the value that cannot be."""
    try:
        frame = table.conform(rows)
    except (pl.exceptions.PolarsError, TypeError, ValueError) as error:
        raise BocageError("BOC-STO-013", where={"table": table.name}, detail=str(error).splitlines()[0]) from error
    origins = [field.name for field in fields if field.name not in frame.columns]
    given = [pl.col(name).cast(pl.String) for name in origins if name in rows.columns]
    absent = [pl.lit(None, dtype=pl.String).alias(name) for name in origins if name not in rows.columns]
    frame = frame.hstack(rows.select(given)) if given else frame
    for name in origins:
        if name in rows.columns:
            _refuse_odd_origin(table, frame[name], name)
    return frame.with_columns(absent)


def _refuse_odd_origin(table: Table, origins: pl.Series, name: str) -> None:
    odd = origins.drop_nulls().unique().sort().to_list()
    for value in odd:
        if value not in ORIGINS:
            raise BocageError(
                "BOC-STO-016", where={"table": table.name, "column": name}, value=value, detail=", ".join(ORIGINS)
            )


def encode(frame: pl.DataFrame, fields: Sequence[Field]) -> pl.DataFrame:
    """Values as the file keeps them; NaN becomes null, instants keep milliseconds unless they have finer digits."""
    return frame.with_columns(_encoded(field) for field in fields).with_columns(
        frame[field.name].map_elements(_json_list, return_dtype=pl.String) for field in fields if field.type == "list"
    )


def _encoded(field: Field) -> pl.Expr:
    column = pl.col(field.name)
    match field.type:
        case "real":
            # -0.0 and 0.0 are one value; adding 0.0 would be optimised away.
            return pl.when(column == 0).then(pl.lit(0.0)).otherwise(column.fill_nan(None)).alias(field.name)
        case "boolean":
            return column.cast(pl.Int64)
        case "date":
            return column.dt.strftime("%Y-%m-%d")
        case "datetime":
            coarse = column.dt.microsecond() % 1000 == 0
            fine = column.dt.strftime("%Y-%m-%dT%H:%M:%S%.6fZ")
            return pl.when(coarse).then(column.dt.strftime("%Y-%m-%dT%H:%M:%S%.3fZ")).otherwise(fine)
        case _:
            return column


def _json_list(values: pl.Series) -> str:
    return json.dumps(values.to_list(), ensure_ascii=False, separators=(",", ":"))


def decode(frame: pl.DataFrame, fields: Sequence[Field]) -> pl.DataFrame:
    """Values with their declared types again."""
    return frame.with_columns(_decoded(field) for field in fields)


def _decoded(field: Field) -> pl.Expr:
    column = pl.col(field.name)
    match field.type:
        case "boolean":
            return column.cast(pl.Boolean)
        case "date":
            return column.str.to_date("%Y-%m-%d")
        case "datetime":
            return column.str.to_datetime("%Y-%m-%dT%H:%M:%S%.fZ", time_unit="us").dt.replace_time_zone("UTC")
        case "list":
            return column.str.json_decode(pl.List(pl.String))
        case _:
            return column


def fetch(
    cursor: sqlite3.Cursor, schema: Mapping[str, pl.DataType], *, table: str, limit: int | None = None
) -> pl.DataFrame:
    """The rows of a query, or the next so many, as a frame.

    Raises:
        BocageError: BOC-STO-013 where another program wrote a value of another type.
    """
    rows = cursor.fetchall() if limit is None else cursor.fetchmany(limit)
    if not rows:
        return pl.DataFrame(schema=dict(schema))
    columns = zip(*rows, strict=True)
    try:
        return pl.DataFrame(
            [pl.Series(name, values, kind) for (name, kind), values in zip(schema.items(), columns, strict=True)]
        )
    except (TypeError, OverflowError, pl.exceptions.PolarsError) as error:
        raise BocageError("BOC-STO-013", where={"table": table}, detail=str(error).splitlines()[0]) from error


def tuples(frame: pl.DataFrame, names: Sequence[str]) -> Iterator[tuple[object, ...]]:
    """Rows of the frame as tuples, for `executemany`."""
    return zip(*(frame[name].to_list() for name in names), strict=True)


def encode_value(field: Field, value: object) -> object:
    """One value as the file keeps it; BOC-STO-016 where the column does not admit it."""
    column = field.column
    try:
        series = pl.Series(field.name, [value]).cast(column.polars_type)
    except (pl.exceptions.PolarsError, TypeError, ValueError, OverflowError) as error:
        raise _inadmissible(column, value, column.type) from error
    number = series[0]
    if value is not None and number is None:
        raise _inadmissible(column, value, column.type)
    if value is None and column.required:
        raise _inadmissible(column, "—", {"fr": "obligatoire", "en": "required"})
    if column.codes and value is not None and str(value) not in column.codes:
        raise _inadmissible(column, value, ", ".join(column.codes))
    if isinstance(number, int | float):
        low = column.minimum if column.minimum is not None else -float("inf")
        high = column.maximum if column.maximum is not None else float("inf")
        if not low <= number <= high:
            raise _inadmissible(column, value, f"{low:g} … {high:g} {column.unit}".strip())
    return encode(series.to_frame(), [field]).item()


def _inadmissible(column: Column, value: object, detail: object) -> BocageError:
    return BocageError("BOC-STO-016", where={"column": column.name, "value": value}, detail=detail)


def kept_schema(fields: Sequence[Field], *, geometry: bool) -> dict[str, pl.DataType]:
    """Types of what SQLite returns for these fields, geometry (GeoPackage form) last."""
    schema: dict[str, pl.DataType] = {field.name: field.kept_as for field in fields}
    if geometry:
        schema[GEOMETRY] = pl.Binary()
    return schema


def iso(day: dt.date | None) -> str | None:
    """A date as the file keeps it.

    >>> iso(dt.date(2026, 1, 2))
    '2026-01-02'
    """
    return None if day is None else day.isoformat()
