"""The same two lamps in every format that is read, as other programs write them."""

import json
import tempfile
import zipfile
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path

import polars as pl
import shapely

from bocage.sources.vector import write_vector

LON, LAT = 2.3460, 48.8440
X, Y = 652_002.5, 6_860_638.0
KML = """<?xml version="1.0" encoding="UTF-8"?>
<kml xmlns="http://www.opengis.net/kml/2.2"><Document><name>Éclairage</name>
<Schema name="lampe" id="lampe"><SimpleField name="puissance" type="double"/><SimpleField name="lampe" type="string"/>
</Schema>
<Folder><name>Bourg</name><Placemark><name>A1</name><description><![CDATA[<b>Armoire</b> : C1<br/>Rue = Haute]]>
</description><ExtendedData><SchemaData schemaUrl="#lampe"><SimpleData name="puissance">70</SimpleData>
<SimpleData name="lampe">SHP</SimpleData></SchemaData></ExtendedData>
<Point><coordinates>2.3460,48.8440,35</coordinates></Point></Placemark></Folder>
<Folder><name>Hameau</name><Placemark><name>A2</name><description><![CDATA[<b>Armoire</b> : C2<br/>Rue = Basse]]>
</description><ExtendedData><Data name="puissance"><value>100</value></Data></ExtendedData>
<Point><coordinates>2.3470,48.8450</coordinates></Point></Placemark></Folder></Document></kml>"""
GPX = """<?xml version="1.0"?><gpx version="1.1" creator="x" xmlns="http://www.topografix.com/GPX/1/1">
<wpt lat="48.8440" lon="2.3460"><name>A1</name><desc>SHP</desc></wpt>
<wpt lat="48.8450" lon="2.3470"><name>A2</name><desc>LED</desc></wpt>
<trk><name>tour</name><trkseg><trkpt lat="48.8" lon="2.3"/><trkpt lat="48.9" lon="2.4"/></trkseg></trk></gpx>"""


def _dxf_block(number: str, power: str, x: float, y: float) -> str:
    attributes = "".join(
        f"0\nATTRIB\n8\nECLAIRAGE\n10\n{x}\n20\n{y}\n40\n1.0\n1\n{value}\n2\n{tag}\n70\n0\n"
        for tag, value in (("NUMERO", number), ("PUISSANCE", power))
    )
    return f"0\nINSERT\n8\nECLAIRAGE\n66\n1\n2\nLAMP\n10\n{x}\n20\n{y}\n30\n0.0\n{attributes}0\nSEQEND\n8\nECLAIRAGE\n"


def dxf(scale: float = 1.0) -> str:
    """A drawing with two inserted blocks, a text, a line and a point of another layer."""
    blocks = (
        "0\nSECTION\n2\nBLOCKS\n0\nBLOCK\n8\n0\n2\nLAMP\n70\n2\n10\n0.0\n20\n0.0\n30\n0.0\n3\nLAMP\n"
        "0\nCIRCLE\n8\n0\n10\n0.0\n20\n0.0\n40\n1.0\n0\nENDBLK\n8\n0\n0\nENDSEC\n"
    )
    lamps = _dxf_block("A1", "70", X * scale, Y * scale) + _dxf_block("A2", "100", (X + 74) * scale, (Y + 111) * scale)
    others = (
        f"0\nTEXT\n8\nECLAIRAGE\n10\n{X}\n20\n{Y}\n40\n1.0\n1\nRue\n"
        f"0\nLINE\n8\nVOIRIE\n10\n{X}\n20\n{Y}\n11\n{X + 9}\n21\n{Y}\n0\nPOINT\n8\nBORNES\n10\n{X}\n20\n{Y}\n30\n0.0\n"
    )
    header = "0\nSECTION\n2\nHEADER\n9\n$INSUNITS\n70\n4\n0\nENDSEC\n"
    return f"{header}{blocks}0\nSECTION\n2\nENTITIES\n{lamps}{others}0\nENDSEC\n0\nEOF\n"


FRAME = pl.DataFrame(
    {
        "id": ["A1", "A2"],
        "puissance": [70.0, 100.0],
        "rue": ["Allée Haute", "Rue Basse"],
        "geometry": [bytes(shapely.to_wkb(shapely.Point(X + 74 * i, Y + 111 * i))) for i in range(2)],
    }
)
DEGREES = FRAME.with_columns(
    pl.Series("geometry", [bytes(shapely.to_wkb(shapely.Point(LON + i * 1e-3, LAT + i * 1e-3))) for i in range(2)])
)


def _gdal(name: str, driver: str, frame: pl.DataFrame = FRAME, srid: int = 2154) -> Callable[[Path], Path]:
    """A maker of the file, which GDAL writes once for all the tests that ask for it."""
    return lambda folder: _placed(folder, name, driver, "degrees" if frame is DEGREES else "metres", srid)


@cache
def _written(name: str, driver: str, unit: str, srid: int) -> Mapping[str, bytes]:
    with tempfile.TemporaryDirectory() as folder:
        frame = DEGREES if unit == "degrees" else FRAME
        write_vector(frame, Path(folder) / name, driver=driver, srid=srid, layer="lampes")
        return {path.name: path.read_bytes() for path in Path(folder).iterdir()}


def _placed(folder: Path, name: str, driver: str, unit: str, srid: int) -> Path:
    for part, content in _written(name, driver, unit, srid).items():
        (folder / part).write_bytes(content)
    return folder / name


def _text(name: str, content: str) -> Callable[[Path], Path]:
    def write(folder: Path) -> Path:
        path = folder / name
        path.write_text(content, encoding="utf-8")
        return path

    return write


def zipped(maker: Callable[[Path], Path], name: str = "envoi.zip", inside: str = "2024/") -> Callable[[Path], Path]:
    """The files that a maker writes, in a zip with a notice, as a portal sends them."""

    def write(folder: Path) -> Path:
        own = folder / "parts"
        own.mkdir()
        maker(own)
        with zipfile.ZipFile(folder / name, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("__MACOSX/._lampes", b"x")
            archive.writestr("lisez-moi.txt", "Licence Ouverte")
            for part in own.iterdir():
                archive.write(part, f"{inside}{part.name}")
        return folder / name

    return write


def kmz(folder: Path) -> Path:
    with zipfile.ZipFile(folder / "a.kmz", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("doc.kml", KML)
        archive.writestr("files/icone.png", b"\x89PNG")
    return folder / "a.kmz"


def geoparquet(folder: Path) -> Path:
    """GeoParquet as GeoPandas writes it, without the libraries that it takes."""
    crs = {"id": {"authority": "EPSG", "code": 2154}, "type": "ProjectedCRS", "name": "RGF93 v1 / Lambert-93"}
    geo = {"version": "1.1.0", "primary_column": "geometry", "columns": {"geometry": {"encoding": "WKB", "crs": crs}}}
    path = folder / "a.parquet"
    FRAME.write_parquet(path, metadata={"geo": json.dumps(geo)})
    return path


def open_document(
    folder: Path, rows: list[list[str]], *, repeat: int = 1, columns: int = 1, hidden: bool = False, trail: bool = False
) -> Path:
    """A spreadsheet as LibreOffice writes it, with the repeats by which it pads a sheet."""
    cell = '<table:table-cell office:value-type="string"{}><text:p>{}</text:p></table:table-cell>'
    wide = f' table:number-columns-repeated="{columns}"' if columns > 1 else ""
    body = "".join(
        f"<table:table-row{f' table:number-rows-repeated={chr(34)}{repeat}{chr(34)}' if repeat > 1 and index else ''}>"
        + "".join(cell.format(wide, text) for text in row)
        + "</table:table-row>"
        for index, row in enumerate(rows)
    )
    if trail:
        body += (
            '<table:table-row table:number-rows-repeated="1048000"><table:table-cell '
            'table:number-columns-repeated="16384"/></table:table-row>'
        )
    names = "urn:oasis:names:tc:opendocument:xmlns"
    style = (
        '<office:automatic-styles><style:style style:name="h" style:family="table"><style:table-properties '
        'table:display="false"/></style:style></office:automatic-styles>'
    )
    mark = ' table:style-name="h"'
    sheets = f'<table:table table:name="Notice"{mark if hidden else ""}>' + (
        "<table:table-row>" + cell.format("", "x") + cell.format("", "y") + "</table:table-row></table:table>"
    )
    sheets = (sheets if hidden else "") + f'<table:table table:name="Inventaire">{body}</table:table>'
    content = (
        f'<?xml version="1.0"?><office:document-content xmlns:office="{names}:office:1.0" '
        f'xmlns:table="{names}:table:1.0" xmlns:text="{names}:text:1.0" xmlns:style="{names}:style:1.0">{style}'
        f"<office:body><office:spreadsheet>{sheets}</office:spreadsheet></office:body></office:document-content>"
    )
    mime = "application/vnd.oasis.opendocument.spreadsheet"
    manifest = (
        f'<?xml version="1.0"?><manifest:manifest xmlns:manifest="{names}:manifest:1.0">'
        f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{mime}"/></manifest:manifest>'
    )
    path = folder / "a.ods"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", mime, zipfile.ZIP_STORED)
        archive.writestr("content.xml", content)
        archive.writestr("META-INF/manifest.xml", manifest)
    return path


_FEATURES = [
    {"type": "Feature", "properties": {"id": f"A{i + 1}", "puissance": 70 + 30 * i},
     "geometry": {"type": "Point", "coordinates": [LON + i * 1e-3, LAT + i * 1e-3]}}
    for i in range(2)
]  # fmt: skip
_OBJECTS = [{"id": f"A{i + 1}", "puissance": 70 + 30 * i, "geo_point_2d": {"lon": LON, "lat": LAT}} for i in range(2)]

SOUND: Mapping[str, Callable[[Path], Path]] = {
    "KML": _text("a.kml", KML),
    "KMZ": kmz,
    "KML of GDAL": _gdal("b.kml", "LIBKML", DEGREES, 4326),
    "GPX": _text("a.gpx", GPX),
    "DXF": _text("a.dxf", dxf()),
    "MapInfo TAB": _gdal("a.tab", "MapInfo File"),
    "MapInfo MIF": _gdal("a.mif", "MapInfo File"),
    "FlatGeobuf": _gdal("a.fgb", "FlatGeobuf"),
    "GeoParquet": geoparquet,
    "GeoJSON lines": _text("a.geojsonl", "".join(json.dumps(one) + "\n" for one in _FEATURES)),
    "JSON lines": _text("a.jsonl", "".join(json.dumps(one) + "\n" for one in _OBJECTS)),
    "JSON list": _text("a.json", json.dumps(_OBJECTS, indent=1)),
    "JSON of a portal": _text("b.json", json.dumps({"total_count": 2, "results": _OBJECTS})),
    "JSON of Overpass": _text(
        "c.json",
        json.dumps({"elements": [
            {"type": "node", "id": f"A{i + 1}", "lon": LON, "lat": LAT, "tags": {"puissance": str(70 + 30 * i)}}
            for i in range(2)
        ]}),
    ),
    "zip of a GeoPackage": zipped(_gdal("a.gpkg", "GPKG")),
    "zip of a shapefile": zipped(_gdal("a.shp", "ESRI Shapefile")),
    "zip of a MapInfo table": zipped(_gdal("a.tab", "MapInfo File")),
    "zip of a CSV": zipped(_text("a.csv", f"id;x;y;puissance\nA1;{X};{Y};70\nA2;{X + 74};{Y + 111};100\n")),
    "zip under another name": zipped(_text("a.kml", KML), name="envoi.dat"),
}  # fmt: skip
