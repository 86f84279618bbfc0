"""Values corrected by hand: kept beside the assets, and laid over every later import."""

import datetime as dt
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from bocage.store.encoding import STORE_OWNED, Field, encode_value, fields_of, iso
from bocage.store.geometry import Bounds, from_blob, normalise
from bocage.store.metadata import table_exists
from bocage.store.statement import statement
from bocage.store.versions import replace_rows
from bocage.vocabulary.codes import BocageError
from bocage.vocabulary.columns import GEOMETRY, Table
from bocage.vocabulary.origin import origin_column

Correction = tuple[str, str, object]
"""Column, identifier and kept value (well-known binary for a geometry) of one value corrected by hand."""


def corrections_of(connection: sqlite3.Connection, table: Table) -> list[Correction]:
    """The values of a table that were corrected by hand."""
    return connection.execute(
        "SELECT column_name, asset_id, value FROM bocage_correction WHERE asset_type = ?"
        " ORDER BY column_name, asset_id",
        (table.name,),
    ).fetchall()


def overlay(
    rows: Sequence[Correction], incoming: pl.DataFrame, fields: Sequence[Field]
) -> tuple[pl.DataFrame, list[tuple[str, str]]]:
    """Lay the corrections over incoming rows.

    Args:
        rows: values corrected by hand.
        incoming: kept values; `geometry` as well-known binary.
        fields: columns of the table.

    Returns:
        The rows with corrected values, and (identifier, column) where the row said otherwise.
    """
    kinds = {field.name: field.kept_as for field in fields} | {GEOMETRY: pl.Binary()}
    kept: list[tuple[str, str]] = []
    for name in sorted({row[0] for row in rows} & set(incoming.columns)):
        ids = [row[1] for row in rows if row[0] == name]
        values = pl.Series("__corrected", [row[2] for row in rows if row[0] == name], dtype=kinds[name])
        corrected = pl.DataFrame({"asset_id": ids, "__corrected": values, "__hit": [True] * len(ids)})
        incoming = incoming.join(corrected, on="asset_id", how="left", maintain_order="left")
        hit = pl.col("__hit").is_not_null()
        overruled = incoming.filter(hit & pl.col(name).ne_missing(pl.col("__corrected")))
        if not name.endswith("_origin"):
            kept += [(asset_id, name) for asset_id in overruled["asset_id"].to_list()]
        incoming = incoming.with_columns(
            pl.when(hit).then(pl.col("__corrected")).otherwise(pl.col(name)).alias(name)
        ).drop("__corrected", "__hit")
    return incoming, kept


@dataclass(frozen=True)
class Corrected:
    """One value judged fit to be corrected.

    Attributes:
        written: kept values by column, the origin of an imputable one among them.
        bounds: (1, 4) of a geometry [m], None for another column.
    """

    written: Mapping[str, object]
    bounds: Bounds | None

    def row(self, fields: Sequence[Field], on: dt.date) -> pl.DataFrame:
        """The version that the correction makes: one row of the columns written, and `valid_from`."""
        kinds = {field.name: field.kept_as for field in fields} | {GEOMETRY: pl.Binary()}
        cells = [pl.Series(name, [kept], dtype=kinds[name]) for name, kept in self.written.items()]
        return pl.DataFrame(cells).with_columns(pl.lit(iso(on)).alias("valid_from"))


def judge(table: Table, asset_id: str, column: str, value: object) -> Corrected:
    """Judge one correction before anything is written.

    Raises:
        BocageError: BOC-STO-014 a geometry that does not suit, 016 a value not admitted, 018 no such column.
    """
    known = column in table.names or (column == GEOMETRY and table.geometry != "none")
    if not known or column in {"asset_id", *STORE_OWNED}:
        raise BocageError("BOC-STO-018", where={"table": table.name, "column": column})
    if column == GEOMETRY:
        wkb, bounds = normalise(
            pl.Series(GEOMETRY, [value], dtype=pl.Binary), table.geometry, table=table.name, ids=pl.Series([asset_id])
        )
        return Corrected({column: wkb[0]}, bounds)
    fields = {field.name: field for field in fields_of(table)}
    written = {column: encode_value(fields[column], value)}
    if origin_column(column) in fields:
        written[origin_column(column)] = "declared"
    return Corrected(written, None)


def judge_date(asset_id: str, since: str | None, on: dt.date) -> None:
    """Refuse a correction dated before the version in force (BOC-STO-017)."""
    if since and since > on.isoformat():
        raise BocageError("BOC-STO-017", where={"value": asset_id}, date=iso(on), since=since)


def correct_value(
    connection: sqlite3.Connection,
    table: Table,
    asset_id: str,
    column: str,
    value: object,
    *,
    author: str,
    on: dt.date,
    srid: int,
) -> None:
    """Write one correction, and the version of the asset that it makes; inside a transaction.

    Raises:
        BocageError: BOC-STO-015 no such asset, 014 or 016 a value not admitted, 017 a date before the version
            in force, 018 no such column.
    """
    corrected = judge(table, asset_id, column, value)
    held = _version_in_force(connection, table, asset_id)
    if held is None:
        raise BocageError("BOC-STO-015", where={"table": table.name, "value": asset_id})
    fid, since = held
    judge_date(asset_id, since, on)
    connection.executemany(
        "INSERT OR REPLACE INTO bocage_correction VALUES (?, ?, ?, ?, ?, ?)",
        ((table.name, asset_id, name, kept, author, iso(on)) for name, kept in corrected.written.items()),
    )
    if _is_already(connection, table, fid, corrected.written):
        return
    fields = fields_of(table)
    row = corrected.row(fields, on).with_columns(pl.lit(fid).alias("fid"))
    names = [*(name for name in corrected.written if name != GEOMETRY), "valid_from"]
    replace_rows(connection, table, fields, row, names, corrected.bounds, on=on, srid=srid)


def _is_already(connection: sqlite3.Connection, table: Table, fid: int, written: Mapping[str, object]) -> bool:
    query = statement("SELECT {columns} FROM {table} WHERE fid = ?", columns=list(written), table=table.name)
    held = connection.execute(query, (fid,)).fetchone()
    plain = [from_blob(value) if name == GEOMETRY else value for name, value in zip(written, held, strict=True)]
    return plain == list(written.values())


def _version_in_force(connection: sqlite3.Connection, table: Table, asset_id: str) -> tuple[int, str | None] | None:
    if not table_exists(connection, table.name):
        return None
    row = connection.execute(
        statement("SELECT fid, valid_from FROM {table} WHERE asset_id = ?", table=table.name), (asset_id,)
    ).fetchone()
    return None if row is None else (int(row[0]), row[1])
