"""The formats that are read: their extensions, and the GDAL driver of those that GDAL reads."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Format:
    """One outside format.

    Attributes:
        extensions: those under which it is sent, with their point.
        driver: the only GDAL driver that may open it, empty where GDAL does not read it.
        companions: extensions of the files that must stand beside it.
        extras: extensions of the files that may.
    """

    extensions: frozenset[str]
    driver: str = ""
    companions: tuple[str, ...] = ()
    extras: tuple[str, ...] = ()


def _format(extensions: str, driver: str = "", companions: str = "", extras: str = "") -> Format:
    return Format(
        extensions=frozenset(extensions.split()),
        driver=driver,
        companions=tuple(companions.split()),
        extras=tuple(extras.split()),
    )


FORMATS: Mapping[str, Format] = {
    "csv": Format(extensions=frozenset({".csv", ".tsv", ".txt", ".tab", ".dat", ""})),
    "spreadsheet": _format(".xlsx .xlsm .xls .ods .xlsb"),
    "gpkg": _format(".gpkg", "GPKG"),
    "shp": _format(".shp .zip .dbf .shx", "ESRI Shapefile", ".shx .dbf", ".prj .cpg .sbn .sbx"),
    "geojson": _format(".geojson .json", "GeoJSON"),
    "geojsonseq": _format(".geojsonl .geojsons .jsonl .ndjson .json", "GeoJSONSeq"),
    "json": _format(".json .jsonl .ndjson .jsonld"),
    "kml": _format(".kml .kmz .xml", "LIBKML"),
    "gpx": _format(".gpx .xml", "GPX"),
    "dxf": _format(".dxf", "DXF"),
    "tab": _format(".tab", "MapInfo File", ".dat .map .id", ".ind"),
    "mif": _format(".mif", "MapInfo File", ".mid"),
    "fgb": _format(".fgb", "FlatGeobuf"),
    "parquet": _format(".parquet .geoparquet .pq"),
}
"""Formats by the name under which the facts of a reading give them."""


def format_of_extension(extension: str) -> str | None:
    """The format that bears the extension; None for no known one.

    >>> format_of_extension(".gpkg"), format_of_extension(".md")
    ('gpkg', None)
    """
    return next((name for name, one in FORMATS.items() if extension and extension in one.extensions), None)
