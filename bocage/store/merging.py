"""A merge in the GeoPackage form: the versions in force read, the decisions written."""

import datetime as dt
import sqlite3
from collections.abc import Sequence

from bocage.store.corrections import corrections_of
from bocage.store.encoding import Field
from bocage.store.merge import READ_AS, STAMPED, Merge, compare, looked_at, refuse_backwards, stamped
from bocage.store.prepare import Prepared, bounds_at
from bocage.store.versions import add_rows, current_rows, replace_rows, retire_rows
from bocage.vocabulary.columns import GEOMETRY, Table


def decide(
    connection: sqlite3.Connection,
    table: Table,
    fields: Sequence[Field],
    prepared: Prepared,
    *,
    source: str,
    on: dt.date,
) -> Merge:
    """Compare an inventory with the versions in force; see `compare`."""
    current = current_rows(connection, table.name, looked_at(fields, prepared).schema, READ_AS)
    return compare(current, corrections_of(connection, table), fields, prepared, source=source, on=on)


def apply(
    connection: sqlite3.Connection,
    table: Table,
    fields: Sequence[Field],
    prepared: Prepared,
    merge: Merge,
    *,
    source: str,
    on: dt.date,
    srid: int,
    retire_absent: bool,
) -> None:
    """Write a merge; inside a transaction."""
    if retire_absent and len(merge.absent):
        refuse_backwards(merge.absent, on)
        retire_rows(connection, table, fields, merge.absent["fid"].to_list(), on)
    if len(merge.changed):
        changed = stamped(merge.changed, source=source, on=on)
        boxes = bounds_at(prepared.bounds, changed["__position"].to_list()) if GEOMETRY in merge.columns else None
        names = [*(name for name in merge.columns if name not in {"asset_id", GEOMETRY}), *STAMPED]
        replace_rows(connection, table, fields, changed, names, boxes, on=on, srid=srid)
    if len(merge.added):
        added = stamped(merge.added, source=source, on=on)
        add_rows(connection, table, fields, added, bounds_at(prepared.bounds, added["__position"].to_list()), srid=srid)
