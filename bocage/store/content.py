"""What a twin in a folder holds, handed over whole or taken from another twin."""

import sqlite3
from collections.abc import Iterator, Sequence

import polars as pl

from bocage.store.encoding import fetch, fields_of, is_asset, kept_schema
from bocage.store.geometry import bounds_of, to_blobs
from bocage.store.observations import with_instants
from bocage.store.schema import declare_tables, declared_tables, history_name
from bocage.store.statement import statement
from bocage.store.transfer import CORRECTION_COLUMNS, Content, Layer
from bocage.store.versions import add_rows, current_rows
from bocage.vocabulary.columns import GEOMETRY, Table

_CHUNK_ROWS = 200_000


class FileContent:
    """The content of twin.gpkg and series.sqlite; see `Content`."""

    def __init__(self, twin: sqlite3.Connection, series: sqlite3.Connection) -> None:
        self._twin, self._series = twin, series

    def declarations(self) -> Sequence[Table]:
        """See `Content.declarations`."""
        return list(declared_tables(self._twin).values())

    def layers(self) -> Iterator[Layer]:
        """See `Content.layers`."""
        for table in self.declarations():
            schema = kept_schema(fields_of(table), geometry=table.geometry != "none")
            yield Layer(table, False, current_rows(self._twin, table.name, schema, {}))
            if is_asset(table):
                yield Layer(table, True, current_rows(self._twin, history_name(table.name), schema, {}))

    def corrections(self) -> Sequence[tuple[object, ...]]:
        """See `Content.corrections`."""
        query = statement("SELECT {columns} FROM bocage_correction ORDER BY {columns}", columns=CORRECTION_COLUMNS)
        return self._twin.execute(query).fetchall()

    def observations(self) -> Iterator[pl.DataFrame]:
        """See `Content.observations`."""
        cursor = self._series.execute(
            "SELECT s.series_id, o.ts, o.value, o.quality FROM series s JOIN observation o ON o.series = s.id"
            " ORDER BY s.series_id, o.ts"
        )
        schema = {"series_id": pl.String(), "time": pl.Int64(), "value": pl.Float64(), "quality": pl.String()}
        while len(frame := fetch(cursor, schema, table="observation", limit=_CHUNK_ROWS)):
            yield with_instants(frame)


def write_content(twin: sqlite3.Connection, content: Content, *, srid: int) -> None:
    """Write the rows, former versions and corrections of another twin; inside a transaction."""
    declare_tables(twin, content.declarations(), srid)
    for layer in content.layers():
        fields, rows = fields_of(layer.table), layer.rows
        spatial = layer.table.geometry != "none"
        bounds = bounds_of(rows[GEOMETRY]) if spatial else None
        if not layer.former:
            add_rows(twin, layer.table, fields, rows, bounds, srid=srid)
            continue
        if bounds is not None:
            blobs = to_blobs(rows[GEOMETRY], bounds, srid)
            rows = rows.with_columns(pl.Series(GEOMETRY, blobs, dtype=pl.Binary))
        insert = statement(
            "INSERT INTO {table} ({columns}) VALUES ({marks})",
            table=history_name(layer.table.name), columns=rows.columns, marks=len(rows.columns),
        )  # fmt: skip
        twin.executemany(insert, rows.iter_rows())
    twin.executemany(
        statement("INSERT INTO bocage_correction ({columns}) VALUES (?, ?, ?, ?, ?, ?)", columns=CORRECTION_COLUMNS),
        content.corrections(),
    )
