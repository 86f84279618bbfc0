"""The tables that make a SQLite file a GeoPackage, and what they say of each layer (OGC 12-128r19)."""

import datetime as dt
import math
import sqlite3
from functools import cache

import numpy as np
import pyproj

from bocage.store.geometry import Bounds
from bocage.store.statement import quoted
from bocage.vocabulary.codes import BocageError
from bocage.vocabulary.columns import GEOMETRY

APPLICATION_ID = 0x47504B47
"""`GPKG`, clause 1.1.1.1.1."""
GEOPACKAGE_VERSION = 10300
"""GeoPackage 1.3: only the corrected r-tree triggers of 1.4 are used, and GDAL before 3.7 (older QGIS) warns of 1.4."""

_CORE = (
    """CREATE TABLE gpkg_spatial_ref_sys (srs_name TEXT NOT NULL, srs_id INTEGER PRIMARY KEY,
        organization TEXT NOT NULL, organization_coordsys_id INTEGER NOT NULL, definition TEXT NOT NULL,
        description TEXT)""",
    """CREATE TABLE gpkg_contents (table_name TEXT NOT NULL PRIMARY KEY, data_type TEXT NOT NULL,
        identifier TEXT UNIQUE, description TEXT DEFAULT '',
        last_change DATETIME NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ','now')),
        min_x DOUBLE, min_y DOUBLE, max_x DOUBLE, max_y DOUBLE, srs_id INTEGER,
        CONSTRAINT fk_gc_r_srs_id FOREIGN KEY (srs_id) REFERENCES gpkg_spatial_ref_sys(srs_id))""",
    """CREATE TABLE gpkg_geometry_columns (table_name TEXT NOT NULL, column_name TEXT NOT NULL,
        geometry_type_name TEXT NOT NULL, srs_id INTEGER NOT NULL, z TINYINT NOT NULL, m TINYINT NOT NULL,
        CONSTRAINT pk_geom_cols PRIMARY KEY (table_name, column_name),
        CONSTRAINT uk_gc_table_name UNIQUE (table_name),
        CONSTRAINT fk_gc_tn FOREIGN KEY (table_name) REFERENCES gpkg_contents(table_name),
        CONSTRAINT fk_gc_srs FOREIGN KEY (srs_id) REFERENCES gpkg_spatial_ref_sys (srs_id))""",
    """CREATE TABLE gpkg_extensions (table_name TEXT, column_name TEXT, extension_name TEXT NOT NULL,
        definition TEXT NOT NULL, scope TEXT NOT NULL,
        CONSTRAINT ge_tce UNIQUE (table_name, column_name, extension_name))""",
)


def create_core(connection: sqlite3.Connection, srid: int) -> None:
    """Create the mandatory tables, with the two undefined systems, WGS 84 and the territory's projection."""
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.execute(f"PRAGMA user_version = {GEOPACKAGE_VERSION}")
    for table in _CORE:
        connection.execute(table)
    wgs84 = pyproj.CRS.from_epsg(4326).to_wkt("WKT1_GDAL")
    systems = [
        ("Undefined Cartesian SRS", -1, "NONE", -1, "undefined", "undefined Cartesian coordinate reference system"),
        ("Undefined geographic SRS", 0, "NONE", 0, "undefined", "undefined geographic coordinate reference system"),
        ("WGS 84 geodetic", 4326, "EPSG", 4326, wgs84, "longitude/latitude on the WGS 84 spheroid"),
    ]
    if srid != 4326:
        name, definition = projection(srid)
        systems.append((name, srid, "EPSG", srid, definition, name))
    connection.executemany("INSERT INTO gpkg_spatial_ref_sys VALUES (?, ?, ?, ?, ?, ?)", systems)


@cache
def projection(srid: int) -> tuple[str, str]:
    """Name and definition (WKT 1) of a projection; BOC-STO-010 where EPSG has none of that code."""
    try:
        system = pyproj.CRS.from_epsg(srid)
        definition = system.to_wkt("WKT1_GDAL")
    except pyproj.exceptions.CRSError as error:
        raise BocageError("BOC-STO-010", where={"srid": str(srid)}) from error
    return system.name, definition


def register_layer(
    connection: sqlite3.Connection,
    layer: str,
    *,
    identifier: str,
    description: str,
    geometry_type: str | None,
    srid: int,
    heights: int = 2,
) -> None:
    """List a table among the contents; as features where it has a geometry type, else as attributes.

    Args:
        connection: inside a transaction.
        layer: name of the table.
        identifier: name for people, unique in the file.
        description: one sentence.
        geometry_type: GeoPackage name of the type, None for a table without geometry.
        srid: EPSG code of the projection.
        heights: 0 none, 1 everywhere, 2 here and there.
    """
    connection.execute(
        "INSERT INTO gpkg_contents (table_name, data_type, identifier, description, last_change, srs_id)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        (
            layer,
            "features" if geometry_type else "attributes",
            identifier,
            description,
            now(),
            srid if geometry_type else None,
        ),
    )
    if geometry_type:
        connection.execute(
            "INSERT INTO gpkg_geometry_columns VALUES (?, ?, ?, ?, ?, 0)",
            (layer, GEOMETRY, geometry_type, srid, heights),
        )


def touch_layer(connection: sqlite3.Connection, layer: str, bounds: Bounds | None = None) -> None:
    """Note that a layer changed, and widen its extent to the bounds written."""
    connection.execute("UPDATE gpkg_contents SET last_change = ? WHERE table_name = ?", (now(), layer))
    if bounds is None or not len(bounds):
        return
    full = bounds[~np.isnan(bounds[:, 0])]
    if not len(full):
        return
    low, high = full[:, :2].min(axis=0).tolist(), full[:, 2:].max(axis=0).tolist()
    held = connection.execute(
        "SELECT min_x, min_y, max_x, max_y FROM gpkg_contents WHERE table_name = ?", (layer,)
    ).fetchone()
    if held and held[0] is not None and math.isfinite(held[0]):
        low = [min(low[0], held[0]), min(low[1], held[1])]
        high = [max(high[0], held[2]), max(high[1], held[3])]
    connection.execute(
        "UPDATE gpkg_contents SET min_x = ?, min_y = ?, max_x = ?, max_y = ? WHERE table_name = ?",
        (*low, *high, layer),
    )


def now() -> str:
    """The present instant as GeoPackage writes it."""
    return dt.datetime.now(dt.UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"


def table_exists(connection: sqlite3.Connection, name: str) -> bool:
    """Whether the file has a table of that name."""
    return (
        connection.execute("SELECT 1 FROM sqlite_schema WHERE name = ? AND type = 'table'", (name,)).fetchone()
        is not None
    )


def columns_of(connection: sqlite3.Connection, name: str) -> list[str]:
    """Names of the columns of a table of the file."""
    return [row[1] for row in connection.execute(f"PRAGMA table_info({quoted(name)})")]
