"""Statements of SQLAlchemy Core written out for the driver, and rows carried in bulk both ways."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import polars as pl
import psycopg
import sqlalchemy as sa
from psycopg.rows import TupleRow
from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects.postgresql import psycopg as dialects

from bocage.store.encoding import Field, decode, encode
from bocage.store.postgis.binary_copy import binary_copy
from bocage.store.postgis.session import Connection
from bocage.vocabulary.codes import BocageError
from bocage.vocabulary.columns import GEOMETRY

_DIALECT: sa.Dialect = dialects.dialect()  # type: ignore[no-untyped-call]


def run(connection: Connection, statement: sa.sql.expression.Executable) -> psycopg.Cursor[TupleRow]:
    """Execute one statement; its values travel beside it, never in its text."""
    text, values = _written(statement)
    return connection.execute(text, values)


def batches(connection: Connection, statement: sa.sql.expression.Executable, *, rows: int) -> Iterator[list[TupleRow]]:
    """The rows of a query, so many at a time: the server keeps the others until they are asked for.

    Args:
        connection: inside a transaction.
        statement: a query.
        rows: number of rows of a batch, at most.
    """
    text, values = _written(statement)
    with connection.cursor(name="bocage_batches") as cursor:
        cursor.execute(text, values)
        while batch := cursor.fetchmany(rows):
            yield batch


def _written(statement: sa.sql.expression.Executable) -> tuple[bytes, dict[str, Any]]:
    compiled = statement.compile(dialect=_DIALECT)  # type: ignore[attr-defined]  # every statement of Core has it
    return str(compiled).encode(), compiled.params


def define(connection: Connection, *definitions: sa.schema.ExecutableDDLElement) -> None:
    """Execute definitions of tables and indexes."""
    for definition in definitions:
        connection.execute(str(definition.compile(dialect=_DIALECT)).encode())


def column_definition(column: sa.Column[Any]) -> str:
    """A column as `ALTER TABLE … ADD COLUMN` wants it."""
    return str(sa.schema.CreateColumn(column).compile(dialect=_DIALECT))


def type_name(column: sa.Column[Any]) -> str:
    """The type of a column as `format_type` of the server writes it, without its collation."""
    return str(column.type.compile(dialect=_DIALECT)).split(" COLLATE ")[0].lower()


def kept(column: sa.ColumnElement[Any], field: Field) -> sa.ColumnElement[Any]:
    """A column of the database such that `fetch` reads it as the twin keeps its values.

    Texts carry a mark before them: an empty text and no text are not the same.
    """
    match field.type:
        case "real" | "integer" | "date":
            return column
        case "boolean":
            return sa.cast(column, sa.Integer)
        case "datetime":
            return microseconds(column)
        case _:
            return marked(column)


def marked(column: sa.ColumnElement[Any]) -> sa.ColumnElement[str]:
    """A text with its mark."""
    return sa.literal_column("'='").concat(column)


def microseconds(column: sa.ColumnElement[Any]) -> sa.ColumnElement[int]:
    """An instant as a whole number of microseconds since 1970."""
    return sa.cast(sa.extract("epoch", column) * sa.literal_column("1000000"), sa.BigInteger)


def shape(column: sa.ColumnElement[Any]) -> sa.ColumnElement[str]:
    """A geometry as little-endian ISO well-known binary, in hexadecimal digits."""
    return sa.func.encode(sa.func.ST_AsBinary(column, "NDR"), "hex")


def fetch(
    connection: Connection, query: sa.Select[Any], fields: Mapping[str, Field], schema: Mapping[str, pl.DataType]
) -> pl.DataFrame:
    """The rows of a query as a frame of kept values, carried by COPY.

    Args:
        connection: inside a transaction.
        query: one column for each of `schema`: `kept` for a field, `shape` for the geometry, `marked` for other text.
        fields: fields by name.
        schema: types of the frame.
    """
    text, values = _written(query)
    with connection.cursor() as cursor, cursor.copy(b"COPY (" + text + b") TO STDOUT (FORMAT csv)", values) as copy:
        content = b"".join(copy)
    if not content:
        return pl.DataFrame(schema=dict(schema))
    types = {name: _carried_as(fields.get(name), kind) for name, kind in schema.items()}
    frame = pl.read_csv(content, has_header=False, schema=types)
    return _arrived(frame, fields)


def _carried_as(field: Field | None, kind: pl.DataType) -> pl.DataType:
    if field is not None and field.type == "datetime":
        return pl.Int64()
    return pl.String() if kind == pl.Binary else kind


def _arrived(frame: pl.DataFrame, fields: Mapping[str, Field]) -> pl.DataFrame:
    whole, instants = [], []
    for name, kind in frame.schema.items():
        field = fields.get(name)
        if name == GEOMETRY:
            whole.append(pl.col(name).str.decode("hex"))
        elif field is not None and field.type == "datetime":
            whole.append(pl.from_epoch(pl.col(name), time_unit="us"))
            instants.append(field)
        elif kind == pl.String and (field is None or field.type != "date"):
            whole.append(pl.col(name).str.slice(1))
    return encode(frame.with_columns(whole), instants)


def native(frame: pl.DataFrame, fields: Sequence[Field]) -> pl.DataFrame:
    """Kept values as the columns of the database hold them; lists stay JSON."""
    return decode(frame, [field for field in fields if field.type != "list"])


def stage(connection: Connection, name: str, frame: pl.DataFrame) -> sa.TableClause:
    """Carry a frame into a temporary table of that name, by binary COPY; it goes with the transaction.

    Args:
        connection: inside a transaction.
        name: name of the temporary table.
        frame: columns of native types; `geometry` as well-known binary.

    Raises:
        BocageError: BOC-STO-013 a text with a null character, which the database cannot hold.
    """
    staged = sa.table(name, *(sa.column(column) for column in frame.columns))
    columns = [sa.Column(column, _SQL_TYPES[kind.base_type()]) for column, kind in frame.schema.items()]
    table = sa.Table(name, sa.MetaData(), *columns, prefixes=["TEMPORARY"], postgresql_on_commit="DROP")
    connection.execute(f'DROP TABLE IF EXISTS pg_temp."{name}"')
    define(connection, sa.schema.CreateTable(table))
    try:
        with connection.cursor() as cursor, cursor.copy(f'COPY pg_temp."{name}" FROM STDIN (FORMAT BINARY)') as copy:
            for block in binary_copy(frame):
                copy.write(block)
    except psycopg.errors.CharacterNotInRepertoire as error:
        detail = {"fr": "un texte contient un caractère nul", "en": "a text holds a null character"}
        raise BocageError("BOC-STO-013", where={"table": name}, detail=detail) from error
    if len(frame) > 1000:
        connection.execute(f'ANALYZE pg_temp."{name}"')
    return staged


_SQL_TYPES: Mapping[Any, sa.types.TypeEngine[Any]] = {
    pl.Int64: sa.BigInteger(),
    pl.Float64: postgresql.DOUBLE_PRECISION(),
    pl.Boolean: sa.Boolean(),
    pl.String: sa.Text(),
    pl.Binary: sa.LargeBinary(),
    pl.Date: sa.Date(),
    pl.Datetime: sa.TIMESTAMP(timezone=True),
}
