"""What a territory of the server holds, handed over whole or taken from another twin."""

import datetime as dt
from collections.abc import Iterator, Sequence

import polars as pl
import sqlalchemy as sa

from bocage.store.encoding import fields_of, is_asset, kept_schema
from bocage.store.observations import with_instants
from bocage.store.postgis.bookkeeping import CORRECTION, DAILY, HOURLY, OBSERVATION, SERIES
from bocage.store.postgis.corrections import note, value_from
from bocage.store.postgis.reading import contents, select_kept
from bocage.store.postgis.rows import add_rows
from bocage.store.postgis.schema import declared_tables, former, in_force
from bocage.store.postgis.series import milliseconds_of
from bocage.store.postgis.session import Connection
from bocage.store.postgis.sql import batches, run
from bocage.store.transfer import CORRECTION_COLUMNS, Content, Layer
from bocage.vocabulary.columns import Table

_CHUNK_ROWS = 200_000


class ServerContent:
    """The content of one territory, in one view of the database; see `Content`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def declarations(self) -> Sequence[Table]:
        """See `Content.declarations`."""
        return list(declared_tables(self._connection).values())

    def layers(self) -> Iterator[Layer]:
        """See `Content.layers`."""
        for table in self.declarations():
            yield Layer(table, False, self._rows(table, in_force(table)))
            if is_asset(table):
                yield Layer(table, True, self._rows(table, former(table)))

    def _rows(self, table: Table, physical: sa.Table) -> pl.DataFrame:
        fields = fields_of(table)
        schema = kept_schema(fields, geometry=table.geometry != "none")
        by_name = {field.name: field for field in fields}
        return select_kept(self._connection, physical, by_name, schema, order=[physical.c.fid])

    def corrections(self) -> Sequence[tuple[object, ...]]:
        """See `Content.corrections`."""
        query = sa.select(*(CORRECTION.c[name] for name in CORRECTION_COLUMNS))
        return [
            (asset_type, asset_id, column, value_from(value), author, day.isoformat())
            for asset_type, asset_id, column, value, author, day in run(self._connection, query)
        ]

    def observations(self) -> Iterator[pl.DataFrame]:
        """See `Content.observations`."""
        held = OBSERVATION.c
        query = (
            sa.select(SERIES.c.series_id, milliseconds_of(held.ts), held.value, held.quality)
            .join_from(OBSERVATION, SERIES, SERIES.c.id == held.series)
            .order_by(SERIES.c.series_id, held.ts)
        )
        schema = {"series_id": pl.String(), "time": pl.Int64(), "value": pl.Float64(), "quality": pl.String()}
        for rows in batches(self._connection, query, rows=_CHUNK_ROWS):
            yield with_instants(pl.DataFrame(rows, schema=schema, orient="row"))


def write_content(connection: Connection, content: Content) -> None:
    """Write the rows, former versions and corrections of another twin; inside a transaction."""
    for layer in content.layers():
        physical = former(layer.table) if layer.former else in_force(layer.table)
        add_rows(connection, physical, fields_of(layer.table), layer.rows)
    for asset_type, asset_id, column, value, author, day in content.corrections():
        on = dt.date.fromisoformat(str(day))
        note(connection, str(asset_type), [(str(column), str(asset_id), value)], str(author), on)


def erase(connection: Connection) -> None:
    """Delete whatever the territory holds; its declarations and its place in the database stay."""
    for _, physical, _ in contents(connection):
        run(connection, sa.delete(physical))
    for table in (CORRECTION, OBSERVATION, HOURLY, DAILY, SERIES):
        run(connection, sa.delete(table))
