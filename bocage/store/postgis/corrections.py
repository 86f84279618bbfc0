"""Values corrected by hand, kept beside the assets of the territory."""

import datetime as dt
import json

import polars as pl
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from bocage.store.corrections import Correction, judge, judge_date
from bocage.store.encoding import fields_of
from bocage.store.postgis.bookkeeping import CORRECTION, KEY
from bocage.store.postgis.reading import select_kept
from bocage.store.postgis.rows import replace_rows
from bocage.store.postgis.schema import columns_of, in_force
from bocage.store.postgis.session import Connection
from bocage.store.postgis.sql import run
from bocage.vocabulary.codes import BocageError
from bocage.vocabulary.columns import Table


def corrections_of(connection: Connection, table: Table) -> list[Correction]:
    """The values of a table that were corrected by hand."""
    held = CORRECTION.c
    query = sa.select(held.column_name, held.asset_id, held.value).where(held.asset_type == table.name)
    rows = run(connection, query.order_by(held.column_name, held.asset_id))
    return [(name, asset_id, value_from(text)) for name, asset_id, text in rows]


def value_text(value: object) -> str:
    """A kept value as text that tells its type.

    >>> value_text(12.0), value_text("12"), value_text(bytes([1, 255]))
    ('12.0', '"12"', '{"wkb": "01ff"}')
    """
    return json.dumps({"wkb": value.hex()} if isinstance(value, bytes) else value, ensure_ascii=False)


def value_from(text: str) -> object:
    """The kept value of that text.

    >>> value_from('{"wkb": "01ff"}')
    b'\\x01\\xff'
    """
    value = json.loads(text)
    return bytes.fromhex(value["wkb"]) if isinstance(value, dict) else value


def correct_value(
    connection: Connection, table: Table, asset_id: str, column: str, value: object, *, author: str, on: dt.date
) -> None:
    """Write one correction, and the version of the asset that it makes; inside a transaction.

    Raises:
        BocageError: BOC-STO-015 no such asset, 014 or 016 a value not admitted, 017 a date before the version
            in force, 018 no such column.
    """
    corrected = judge(table, asset_id, column, value)
    physical, fields = in_force(table), fields_of(table)
    held = None
    if columns_of(connection, table.name):
        held = run(connection, sa.select(physical.c.valid_from).where(physical.c.asset_id == asset_id)).fetchone()
    if held is None:
        raise BocageError("BOC-STO-015", where={"table": table.name, "value": asset_id})
    since = None if held[0] is None else held[0].isoformat()
    judge_date(asset_id, since, on)
    note(connection, table.name, [(name, asset_id, kept) for name, kept in corrected.written.items()], author, on)
    row = corrected.row(fields, on)
    schema = {name: row.schema[name] for name in corrected.written}
    now = select_kept(
        connection, physical, {field.name: field for field in fields}, schema,
        conditions=[physical.c.asset_id == asset_id],
    )  # fmt: skip
    if now.rows() == row.select(list(schema)).rows():
        return
    names = [*corrected.written, "valid_from"]
    replace_rows(connection, table, row.with_columns(asset_id=pl.lit(asset_id)), names, on=on)


def note(connection: Connection, asset_type: str, values: list[Correction], author: str, on: dt.date) -> None:
    """Keep corrections, each in the place of the former one of that column of that asset."""
    for name, asset_id, kept in values:
        row = postgresql.insert(CORRECTION).values(
            asset_type=asset_type, asset_id=asset_id, column_name=name, value=value_text(kept), author=author,
            corrected_on=on,
        )  # fmt: skip
        key = [CORRECTION.c[part] for part in (KEY, "asset_type", "asset_id", "column_name")]
        new = {part: row.excluded[part] for part in ("value", "author", "corrected_on")}
        run(connection, row.on_conflict_do_update(index_elements=key, set_=new))
