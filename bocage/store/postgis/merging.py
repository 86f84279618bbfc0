"""A merge in the server form: the versions in force read, the decisions written as sets."""

import datetime as dt

from bocage.store.encoding import fields_of
from bocage.store.merge import STAMPED, Merge, compare, looked_at, refuse_backwards, stamped
from bocage.store.postgis.corrections import corrections_of
from bocage.store.postgis.reading import current_rows
from bocage.store.postgis.rows import add_rows, replace_rows, retire_rows
from bocage.store.postgis.schema import in_force
from bocage.store.postgis.session import Connection
from bocage.store.prepare import Prepared
from bocage.vocabulary.columns import Table


def decide(connection: Connection, table: Table, prepared: Prepared, *, source: str, on: dt.date) -> Merge:
    """Compare an inventory with the versions in force; see `compare`."""
    fields = fields_of(table)
    current = current_rows(connection, table, looked_at(fields, prepared))
    return compare(current, corrections_of(connection, table), fields, prepared, source=source, on=on)


def apply(connection: Connection, table: Table, merge: Merge, *, source: str, on: dt.date, retire_absent: bool) -> None:
    """Write a merge; inside a transaction."""
    if retire_absent and len(merge.absent):
        refuse_backwards(merge.absent, on)
        retire_rows(connection, table, merge.absent["asset_id"], on)
    if len(merge.changed):
        names = [*(name for name in merge.columns if name != "asset_id"), *STAMPED]
        replace_rows(connection, table, stamped(merge.changed, source=source, on=on), names, on=on)
    if len(merge.added):
        add_rows(connection, in_force(table), fields_of(table), stamped(merge.added, source=source, on=on))
