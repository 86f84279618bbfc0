"""Assets read: in force, on a date, within bounds, in chunks, and one asset through time."""

import datetime as dt
import sqlite3
from collections.abc import Iterator, Sequence

import polars as pl

from bocage.store.encoding import Field, decode, fetch, fields_of, iso, kept_schema
from bocage.store.geometry import bounds_of
from bocage.store.interface import Bounds
from bocage.store.metadata import columns_of, table_exists
from bocage.store.rtree import tree_name
from bocage.store.schema import declared_tables, history_name
from bocage.store.statement import statement
from bocage.store.versions import current_geometry
from bocage.vocabulary.codes import BocageError
from bocage.vocabulary.columns import GEOMETRY, Table


def read(
    connection: sqlite3.Connection,
    table: Table,
    *,
    columns: Sequence[str] | None,
    bounds: Bounds | None,
    on: dt.date | None,
    limit: int | None,
) -> pl.DataFrame:
    """Assets in force, in order of identifier; see `Store.read_assets`."""
    view = _View(connection, table, columns)
    conditions: list[str] = []
    values: list[object] = []
    if bounds is not None:
        refuse_no_geometry(table)
        conditions.append(
            statement(
                "fid IN (SELECT id FROM {tree} WHERE maxx >= ? AND minx <= ? AND maxy >= ? AND miny <= ?)",
                tree=tree_name(table.name),
            )
        )
        xmin, ymin, xmax, ymax = bounds
        values += [xmin, xmax, ymin, ymax]
    if on is not None:
        conditions.append(_VALID_ON)
        values += [iso(on), iso(on)]
    # The r-tree rounds outwards to 32 bits (half a metre in Lambert 93): its hits are checked before the limit.
    cut = None if bounds is not None or on is not None else limit
    frame = view.fetch(table.name, conditions, values, limit=cut)
    if on is not None:
        former = view.fetch(history_name(table.name), [_VALID_ON], [iso(on), iso(on)])
        frame = pl.concat([frame, former]).sort("asset_id")
    if bounds is not None:
        frame = within(frame, bounds)
    return view.finish(frame.head(limit) if limit is not None else frame)


_VALID_ON = "(valid_from IS NULL OR valid_from <= ?) AND (valid_to IS NULL OR valid_to > ?)"


def stream(
    connection: sqlite3.Connection, table: Table, *, columns: Sequence[str] | None, chunk_rows: int
) -> Iterator[pl.DataFrame]:
    """Assets in force in chunks, in order of identifier; a writer between two chunks is no trouble."""
    view = _View(connection, table, columns)
    last = ""
    while True:
        frame = view.fetch(table.name, ["asset_id > ?"], [last], limit=chunk_rows)
        if not len(frame):
            return
        last = frame["asset_id"][-1]
        yield view.finish(frame)


def count(connection: sqlite3.Connection, table: Table) -> int:
    """Number of assets in force."""
    if not table_exists(connection, table.name):
        return 0
    return int(connection.execute(statement("SELECT count(*) FROM {table}", table=table.name)).fetchone()[0])


def versions_of(connection: sqlite3.Connection, table: Table, asset_id: str) -> pl.DataFrame:
    """All versions of one asset, oldest first."""
    view = _View(connection, table, None)
    former = view.fetch(history_name(table.name), ["asset_id = ?"], [asset_id], order="valid_from, fid")
    current = view.fetch(table.name, ["asset_id = ?"], [asset_id])
    return view.finish(pl.concat([former, current]))


def kept_layers(connection: sqlite3.Connection) -> Iterator[tuple[Table, Sequence[Field], pl.DataFrame]]:
    """Each declared table, its fields and its rows in force as the file keeps them."""
    for table in declared_tables(connection).values():
        view = _View(connection, table, None)
        yield table, view.fields, view.fetch(table.name, [], [], order="fid")


class Asked:
    """The columns that a reader asked for: all that are declared where none are named."""

    def __init__(self, table: Table, columns: Sequence[str] | None) -> None:
        self.table = table
        fields = {field.name: field for field in fields_of(table)}
        spatial = table.geometry != "none"
        self.names = list(columns) if columns is not None else [*table.names, *([GEOMETRY] if spatial else [])]
        for name in self.names:
            if name not in fields and not (name == GEOMETRY and spatial):
                raise BocageError("BOC-STO-018", where={"table": table.name, "column": name})
        asked = {*table.key, *self.names}
        self.fields: list[Field] = [field for name, field in fields.items() if name in asked]
        self.schema = kept_schema(self.fields, geometry=spatial)

    def finish(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Declared types and the columns asked for, in their order."""
        return decode(frame, self.fields).select(self.names)


class _View(Asked):
    """The same, on a file that may not have all of them yet."""

    def __init__(self, connection: sqlite3.Connection, table: Table, columns: Sequence[str] | None) -> None:
        super().__init__(table, columns)
        self.connection = connection

    def fetch(
        self,
        source: str,
        conditions: Sequence[str],
        values: Sequence[object],
        *,
        limit: int | None = None,
        order: str = "asset_id",
    ) -> pl.DataFrame:
        """Kept values of one table of the file, geometry as well-known binary."""
        stored = set(columns_of(self.connection, source))
        if not stored:
            return pl.DataFrame(schema=self.schema)
        present = [name for name in self.schema if name in stored]
        query = statement("SELECT {columns} FROM {source}", columns=present, source=source)
        if conditions:
            query += " WHERE " + " AND ".join(conditions)
        query += f" ORDER BY {order}"
        if limit is not None:
            query, values = query + " LIMIT ?", [*values, limit]
        frame = fetch(self.connection.execute(query, values), {n: self.schema[n] for n in present}, table=source)
        absent = [pl.lit(None, dtype=kind).alias(name) for name, kind in self.schema.items() if name not in stored]
        frame = frame.with_columns(absent).select(list(self.schema))
        return current_geometry(frame) if GEOMETRY in self.schema else frame


def within(frame: pl.DataFrame, bounds: Bounds) -> pl.DataFrame:
    """The rows whose bounding box meets the bounds, exactly: spatial indexes round to 32 bits."""
    xmin, ymin, xmax, ymax = bounds
    box = bounds_of(frame[GEOMETRY])
    inside = (box[:, 2] >= xmin) & (box[:, 0] <= xmax) & (box[:, 3] >= ymin) & (box[:, 1] <= ymax)
    return frame.filter(pl.Series(inside, dtype=pl.Boolean))


def refuse_no_geometry(table: Table) -> None:
    """Refuse bounds on a table that has no geometry (BOC-STO-018)."""
    if table.geometry == "none":
        raise BocageError("BOC-STO-018", where={"table": table.name, "column": GEOMETRY})
