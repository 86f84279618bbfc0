"""The hash of a twin of the server: the same content gives the same hash as in the GeoPackage form."""

from collections.abc import Iterator, Sequence

import polars as pl
import sqlalchemy as sa

from bocage.store.encoding import Field, is_asset, kept_schema
from bocage.store.fingerprint import CHUNK, Part, digest, title_of
from bocage.store.geometry import bounds_of, to_blobs
from bocage.store.postgis.bookkeeping import CORRECTION, OBSERVATION, SERIES
from bocage.store.postgis.corrections import value_from
from bocage.store.postgis.reading import contents, select_kept
from bocage.store.postgis.schema import declared_tables
from bocage.store.postgis.series import milliseconds_of
from bocage.store.postgis.session import Connection
from bocage.store.postgis.sql import run
from bocage.vocabulary.columns import GEOMETRY

_CORRECTED = ("asset_id", "asset_type", "author", "column_name", "corrected_on", "value")


def fingerprint(connection: Connection, srid: int, *, inventory_only: bool) -> str:
    """Hash of assets, their history, corrections, nouns and observations (12 hexadecimal digits).

    Args:
        connection: inside one view of the twin.
        srid: EPSG code of the projection, which geometries carry.
        inventory_only: leave out the other nouns (results) and the observations.
    """
    return digest(_parts(connection, srid, inventory_only=inventory_only))


def _parts(connection: Connection, srid: int, *, inventory_only: bool) -> Iterator[Part]:
    corrected = _corrections(connection)
    yield title_of("bocage_correction", _CORRECTED), [corrected] if corrected else []
    tables = declared_tables(connection)
    for name, physical, fields in contents(connection):
        if not (inventory_only and name in tables and not is_asset(tables[name])):
            frame = _ordered(connection, physical, fields, srid)
            yield title_of(name, frame.columns), (piece.rows() for piece in frame.iter_slices(CHUNK))
    if not inventory_only:
        yield "observation", _observations(connection)


def _corrections(connection: Connection) -> list[tuple[object, ...]]:
    held = CORRECTION.c
    query = sa.select(*(held[name] for name in _CORRECTED)).order_by(held.asset_id, held.asset_type, held.author)
    rows = [
        (asset_id, asset_type, author, column, day.isoformat(), value_from(value))
        for asset_id, asset_type, author, column, day, value in run(connection, query)
    ]
    return sorted(rows, key=lambda row: row[:4])


def _ordered(connection: Connection, physical: sa.Table, fields: Sequence[Field], srid: int) -> pl.DataFrame:
    """The filled columns of a table in order of name, its rows in order of their values, as SQLite orders them."""
    schema = kept_schema(fields, geometry=GEOMETRY in physical.columns)
    frame = select_kept(connection, physical, {field.name: field for field in fields}, schema)
    if GEOMETRY in schema:
        blobs = to_blobs(frame[GEOMETRY], bounds_of(frame[GEOMETRY]), srid)
        frame = frame.with_columns(pl.Series(GEOMETRY, blobs, dtype=pl.Binary))
    filled = sorted(name for name in frame.columns if frame[name].null_count() < len(frame))
    return frame.select(filled).sort(filled, nulls_last=False) if filled else frame.select()


def _observations(connection: Connection) -> Iterator[list[tuple[object, ...]]]:
    query = (
        sa.select(SERIES.c.series_id, milliseconds_of(OBSERVATION.c.ts), OBSERVATION.c.value, OBSERVATION.c.quality)
        .join_from(OBSERVATION, SERIES, SERIES.c.id == OBSERVATION.c.series)
        .order_by(SERIES.c.series_id, OBSERVATION.c.ts)
    )
    cursor = run(connection, query)
    while chunk := cursor.fetchmany(CHUNK):
        yield chunk
