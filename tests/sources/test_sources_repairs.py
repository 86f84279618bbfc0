"""Files that are wrong in places: each fault is refused, set aside or repaired, and said; nothing is lost."""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl
import pytest
import shapely
import xlsxwriter
from pyproj import Transformer

from bocage.sources.inventory import Reading
from bocage.sources.vector import write_vector

X, Y = 652_000.0, 6_860_000.0
LON, LAT = Transformer.from_crs(2154, 4326, always_xy=True).transform(X, Y)
SOUND = "1;652000;6860000;70\n"
Import = Callable[..., Reading]


@dataclass(frozen=True, kw_only=True)
class Case:
    """A text file and what must come of it.

    Attributes:
        content: text (UTF-8) or bytes.
        rows: identifiers kept, in order.
        refused: code by number of line.
        aside: code by (identifier, column).
        said: codes of further verdicts that must be there.
        values: value by (identifier, column).
        duplicates: rows counted once.
    """

    content: str | bytes
    rows: tuple[str, ...]
    refused: Mapping[int, str] = field(default_factory=dict)
    aside: Mapping[tuple[str, str], str] = field(default_factory=dict)
    said: tuple[str, ...] = ()
    values: Mapping[tuple[str, str], object] = field(default_factory=dict)
    duplicates: int = 0


HEAD = "id;x;y;puissance\n"


def _table(*rows: str, columns: str = "") -> str:
    return f"id;x;y;puissance{columns}\n" + "".join(f"{row}\n" for row in rows)


CASES: dict[str, Case] = {
    "decimal comma and thousands": Case(
        content=_table("1;652\u202f000,5;6 860 000,25;1 070,5", "2;652010,5;6860000,5;70"),
        rows=("1", "2"),
        values={("1", "lamp_power_w"): 1070.5, ("2", "lamp_power_w"): 70.0},
    ),
    "cp1252": Case(
        content="id;x;y;rue\n1;652000;6860000;Allée des Érables – n° 3\n".encode("cp1252"),
        rows=("1",),
        values={("1", "street"): "Allée des Érables – n° 3"},
    ),
    "old Macintosh": Case(
        content="id;x;y;rue\n1;652000;6860000;Allée des Érables à côté\n".encode("mac_roman"),
        rows=("1",),
        values={("1", "street"): "Allée des Érables à côté"},
    ),
    "UTF-16": Case(
        content="id\tx\ty\true\n1\t652000\t6860000\tAllée\n".encode("utf-16"),
        rows=("1",),
        values={("1", "street"): "Allée"},
    ),
    "two encodings in one file": Case(
        content="id;x;y;rue\n1;652000;6860000;Allée\n".encode() + "2;652010;6860000;Château\n".encode("cp1252"),
        rows=("1", "2"),
        values={("1", "street"): "Allée", ("2", "street"): "Château"},
        said=("BOC-IMP-302",),
    ),
    "encoded twice": Case(
        content="id;x;y;rue\n1;652000;6860000;AllÃ©e du ChÃ¢teau\n",
        rows=("1",),
        values={("1", "street"): "Allée du Château"},
        said=("BOC-IMP-312",),
    ),
    "lost characters": Case(content="id;x;y;rue\n1;652000;6860000;All\ufffde\n", rows=("1",), said=("BOC-IMP-319",)),
    "quotes, delimiter and line end inside a text": Case(
        content='id,x,y,rue\n1,652000,6860000,"Rue ""Haute"", 3\nbis"\n2,652010,6860000,B\n',
        rows=("1", "2"),
        values={("1", "street"): 'Rue "Haute", 3\nbis'},
    ),
    "a quote never closed": Case(
        content='id;x;y;rue\n1;652000;6860000;"Rue Haute\n2;652010;6860000;Rue Basse\n',
        rows=("1", "2"),
        values={("2", "street"): "Rue Basse"},
    ),
    "pipes": Case(content="id|x|y|puissance\n1|652000|6860000|70\n", rows=("1",), values={("1", "lamp_power_w"): 70.0}),
    "title before the header": Case(
        content="Inventaire 2024;;;\n;;;\nid;x;y;puissance\n1;652000;6860000;70\n", rows=("1",), said=("BOC-IMP-310",)
    ),
    "repeated and empty headers": Case(
        content="id;x;y;puissance;puissance;\n1;652000;6860000;70;90;z\n",
        rows=("1",),
        values={("1", "lamp_power_w"): 70.0},
        said=("BOC-IMP-311",),
    ),
    "total line": Case(content=_table(SOUND.strip(), "Total;;;70"), rows=("1",), refused={3: "BOC-IMP-107"}),
    "more cells than columns": Case(
        content=_table(SOUND.strip(), "2;652010;6860000;70;80;90"), rows=("1",), refused={3: "BOC-IMP-108"}
    ),
    "short rows": Case(
        content=_table("1;652000;6860000", "2;652010;6860000;70"), rows=("1", "2"), said=("BOC-IMP-309",)
    ),
    "cut at the end": Case(content=_table("1;652000;6860000;70") + "2;6520", rows=("1",), refused={3: "BOC-IMP-109"}),
    "no location": Case(content=_table(SOUND.strip(), "2;;;70"), rows=("1",), refused={3: "BOC-IMP-101"}),
    "location 0, 0": Case(content=_table(SOUND.strip(), "2;0;0;70"), rows=("1",), refused={3: "BOC-IMP-102"}),
    "one point in the ocean": Case(
        content=_table(SOUND.strip(), "2;52000;6560000;70"), rows=("1",), refused={3: "BOC-IMP-103"}
    ),
    "unreadable location": Case(
        content=_table(
            SOUND.strip(), "3;652000;6860000;70", "4;652000;6860000;70", "5;652000;6860000;70", "2;abc;6860000;70"
        ),
        rows=("1", "3", "4", "5"),
        refused={6: "BOC-IMP-110"},
    ),
    "identifier taken twice": Case(
        content=_table(*(f"{i};652000;6860000;70" for i in range(1, 12)), "5;652050;6860000;90"),
        rows=tuple(map(str, range(1, 12))),
        refused={13: "BOC-IMP-104"},
    ),
    "the same row twice": Case(
        content=_table(
            SOUND.strip(),
            SOUND.strip(),
            "2;652010;6860000;70",
            "3;652010;6860000;70",
            *(f"{i};652010;6860000;70" for i in range(4, 12)),
        ),
        rows=("1", "2", "3", *map(str, range(4, 12))),
        duplicates=1,
        said=("BOC-IMP-301",),
    ),
    "identifier 1,2E+13": Case(
        content=_table("21560000000001;652000;6860000;70", "2,156E+13;652010;6860000;70"),
        rows=("21560000000001",),
        refused={3: "BOC-IMP-105"},
    ),
    "no identifier in some rows": Case(
        content=_table(*(f"{i};652000;6860000;70" for i in range(1, 10)), ";652030;6860040;70"),
        rows=(*map(str, range(1, 10)), "E652030-N6860040"),
        said=("BOC-IMP-212",),
    ),
    "no identifier at all": Case(
        content="x;y;puissance\n652000;6860000;70\n652000,3;6860000;80\n652010;6860000;90\n",
        rows=("E652000-N6860000", "E652000-N6860000-2", "E652010-N6860000"),
        said=("BOC-IMP-314",),
    ),
    "negative and null power": Case(
        content=_table("1;652000;6860000;-70", "2;652000;6860000;0", "3;652000;6860000;99999", "4;652000;6860000;70"),
        rows=("1", "2", "3", "4"),
        aside={
            ("1", "lamp_power_w"): "BOC-IMP-202",
            ("2", "lamp_power_w"): "BOC-IMP-201",
            ("3", "lamp_power_w"): "BOC-IMP-202",
        },
        values={("1", "lamp_power_w"): None, ("4", "lamp_power_w"): 70.0},
    ),
    "unreadable power, missing words": Case(
        content=_table(
            "1;652000;6860000;soixante", "2;652000;6860000;NC", "3;652000;6860000;70 W", "4;652000;6860000;80"
        ),
        rows=("1", "2", "3", "4"),
        aside={("1", "lamp_power_w"): "BOC-IMP-204"},
        values={("2", "lamp_power_w"): None, ("3", "lamp_power_w"): 70.0},
        said=("BOC-IMP-322",),
    ),
    "unknown technology": Case(
        content=_table(
            "1;652000;6860000;70;SHP",
            "2;652000;6860000;70;Quinquet",
            "3;652010;6860000;70;Lampe à iodures métalliques",
            "4;652010;6860000;70;Sodium Haute Pression 70W",
            columns=";type_lampe",
        ),
        rows=("1", "2", "3", "4"),
        aside={("2", "technology"): "BOC-IMP-203"},
        values={("1", "technology"): "HPS", ("3", "technology"): "MH", ("4", "technology"): "HPS"},
    ),
    "French dates": Case(
        content=_table(
            "1;652000;6860000;70;12/03/2019",
            "2;652000;6860000;70;2009",
            "3;652000;6860000;70;43536",
            "4;652000;6860000;70;31/02/2019",
            columns=";date_pose",
        ),
        rows=("1", "2", "3", "4"),
        aside={("4", "installed_on"): "BOC-IMP-205"},
        values={
            ("1", "installed_on"): dt.date(2019, 3, 12),
            ("2", "installed_on"): dt.date(2009, 1, 1),
            ("3", "installed_on"): dt.date(2019, 3, 12),
        },
        said=("BOC-IMP-307", "BOC-IMP-318"),
    ),
    "American dates": Case(
        content=_table("1;652000;6860000;70;03/25/2019", "2;652000;6860000;70;04/02/2019", columns=";date_pose"),
        rows=("1", "2"),
        values={("2", "installed_on"): dt.date(2019, 4, 2)},
        said=("BOC-IMP-323",),
    ),
    "times of day": Case(
        content=_table(
            "1;652000;6860000;70;23h30",
            "2;652000;6860000;70;5h",
            "3;652000;6860000;70;25:00",
            "4;652000;6860000;70;00:00:00",
            columns=";heure_extinction",
        ),
        rows=("1", "2", "3", "4"),
        aside={("3", "curfew_from"): "BOC-IMP-209"},
        values={("1", "curfew_from"): "23:30", ("2", "curfew_from"): "05:00", ("4", "curfew_from"): "00:00"},
    ),
    "lost leading zeros of a SIREN": Case(
        content=_table(
            "1;652000;6860000;70;5520135",
            "2;652000;6860000;70;217500016",
            "3;652000;6860000;70;2,175E+08",
            "4;652000;6860000;70;SIEIL",
            columns=";siren",
        ),
        rows=("1", "2", "3", "4"),
        aside={("3", "owner_siren"): "BOC-IMP-208", ("4", "owner_siren"): "BOC-IMP-207"},
        values={("1", "owner_siren"): "005520135", ("2", "owner_siren"): "217500016"},
        said=("BOC-IMP-306",),
    ),
    "kilowatts": Case(
        content="id;x;y;Puissance (kW)\n1;652000;6860000;0,07\n2;652010;6860000;0,1\n",
        rows=("1", "2"),
        values={("1", "lamp_power_w"): 70.0, ("2", "lamp_power_w"): 100.0},
        said=("BOC-IMP-317",),
    ),
    "units beside the values": Case(
        content=_table("1;652000;6860000;0,07 kW", "2;652010;6860000;70 W", "3;652020;6860000;70"),
        rows=("1", "2", "3"),
        values={(row, "lamp_power_w"): 70.0 for row in ("1", "2", "3")},
        said=("BOC-IMP-317",),
    ),
    "latitude and longitude in one column": Case(
        content=f"id;geo_point_2d;puissance\n1;{LAT:.7f},{LON:.7f};70\n", rows=("1",)
    ),
    "longitude and latitude swapped": Case(
        content=f"id;longitude;latitude;puissance\n1;{LAT:.7f};{LON:.7f};70\n2;{LAT:.7f};{LON:.7f};80\n",
        rows=("1", "2"),
        said=("BOC-IMP-304",),
    ),
    "one row swapped": Case(
        content=_table("1;652000;6860000;70", "2;652010;6860000;70", "3;6860000;652000;70"),
        rows=("1", "2", "3"),
        said=("BOC-IMP-305",),
    ),
    "one row in degrees": Case(
        content=_table("1;652000;6860000;70", "2;652010;6860000;70", f"3;{LON:.7f};{LAT:.7f};70"),
        rows=("1", "2", "3"),
        said=("BOC-IMP-321",),
    ),
    "well-known text": Case(content=f"id;wkt;puissance\n1;POINT ({X} {Y});70\n", rows=("1",)),
    "GeoJSON text": Case(
        content=f'id;geo_shape;puissance\n1;{{"type": "Point", "coordinates": [{LON}, {LAT}]}};70\n', rows=("1",)
    ),
    "a neighbour 10 km away": Case(
        content=_table("1;652000;6860000;70", "2;665000;6860000;70"), rows=("1", "2"), said=("BOC-IMP-315",)
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_each_fault_is_said_and_nothing_lost(name: str, tmp_path: Path, import_file: Import) -> None:
    case = CASES[name]
    path = tmp_path / "file.csv"
    path.write_bytes(case.content if isinstance(case.content, bytes) else case.content.encode())
    reading = import_file(path)
    assert tuple(reading.rows["asset_id"]) == case.rows
    assert dict(reading.refused.select("bocage_row", "bocage_code").iter_rows()) == case.refused
    aside = {(row["asset_id"], row["column"]): row["code"] for row in reading.set_aside.iter_rows(named=True)}
    assert aside == case.aside
    assert reading.duplicates == case.duplicates
    assert set(case.said) <= {verdict.code for verdict in reading.verdicts}
    by_id = {row["asset_id"]: row for row in reading.rows.iter_rows(named=True)}
    assert {key: by_id[key[0]][key[1]] for key in case.values} == case.values
    _points_are_near(reading)
    for verdict in reading.verdicts:
        for language in ("fr", "en"):
            assert "{" not in verdict.say("what", language)  # type: ignore[arg-type]


def _points_are_near(reading: Reading) -> None:
    points = shapely.from_wkb(reading.rows["geometry"].to_numpy())
    assert (shapely.distance(points, shapely.Point(X, Y)) < 15_000).all()


def test_a_refused_row_keeps_all_that_the_file_said(tmp_path: Path, import_file: Import) -> None:
    path = tmp_path / "a.csv"
    path.write_text("id;x;y;puissance;note\n1;652000;6860000;70;bien\n2;0;0;80;à revoir\n", encoding="utf-8")
    refused = import_file(path).refused.row(0, named=True)
    assert refused["bocage_row"] == 3
    assert refused["bocage_reason_fr"] == "Position nulle (0, 0)"
    assert refused["bocage_reason_en"] == "Null location (0, 0)"
    assert [refused[name] for name in ("id", "x", "y", "puissance", "note")] == ["2", "0", "0", "80", "à revoir"]


SYSTEMS = {"Lambert II étendu": 27572, "CC49": 3949, "Web Mercator": 3857, "UTM 31": 32631, "WGS 84": 4326}


@pytest.mark.parametrize("name", SYSTEMS)
def test_coordinates_in_another_system_are_recognised(name: str, tmp_path: Path, import_file: Import) -> None:
    x, y = Transformer.from_crs(2154, SYSTEMS[name], always_xy=True).transform(X, Y)
    path = tmp_path / "a.csv"
    path.write_text(f"id;x;y;puissance\n1;{x:.8f};{y:.8f};70\n2;{x:.8f};{y:.8f};80\n", encoding="utf-8")
    areas = [(650_000.0, 6_858_000.0, 655_000.0, 6_863_000.0)]
    if SYSTEMS[name] not in {3857, 32631}:  # without a territory their numbers might be Lambert-93
        areas.append(None)
    for area in areas:
        reading = import_file(path, area=area)
        assert reading.facts["srid_read"] == SYSTEMS[name]
        found = shapely.get_coordinates(shapely.from_wkb(reading.rows["geometry"].to_numpy()))
        assert abs(found - [X, Y]).max() < 2.0


def _vector(
    path: Path, geometries: list[shapely.Geometry], *, driver: str = "GPKG", srid: int = 2154, kind: str
) -> Path:
    frame = pl.DataFrame(
        {
            "id": [str(i) for i in range(len(geometries))],
            "puissance": [70.0] * len(geometries),
            "geometry": [None if one is None else shapely.to_wkb(one) for one in geometries],
        },
        schema_overrides={"geometry": pl.Binary},
    )
    return write_vector(frame, path, driver=driver, srid=srid, layer=path.stem, geometry_type=kind)


def test_degrees_labelled_lambert(tmp_path: Path, import_file: Import) -> None:
    path = _vector(tmp_path / "a.gpkg", [shapely.Point(LON, LAT), shapely.Point(LON, LAT + 0.001)], kind="Point")
    reading = import_file(path)
    assert len(reading.rows) == 2
    assert [verdict.code for verdict in reading.verdicts] == ["BOC-IMP-303"]
    _points_are_near(reading)


def test_geometries_of_all_kinds(tmp_path: Path, import_file: Import) -> None:
    point, far = shapely.Point(X, Y), shapely.Point(X + 10, Y)
    path = _vector(
        tmp_path / "a.gpkg",
        [
            point,
            shapely.MultiPoint([point]),
            shapely.MultiPoint([point, far]),
            None,
            shapely.LineString([point, far]),
            point.buffer(5),
        ],
        kind="Unknown",
    )
    reading = import_file(path)
    assert reading.rows["asset_id"].to_list() == ["0", "1", "2", "5"]
    third = shapely.from_wkb(reading.rows["geometry"][2])
    assert third.equals(shapely.Point(X + 5, Y))
    assert reading.refused["bocage_code"].to_list() == ["BOC-IMP-101", "BOC-IMP-111"]
    assert reading.refused["bocage_geometry"][1].startswith("LINESTRING (652000 6860000")
    said = {verdict.code: verdict.count for verdict in reading.verdicts}
    assert said["BOC-IMP-308"] == 2


def test_shapefile_of_old_tools(tmp_path: Path, import_file: Import) -> None:
    """Names cut to ten letters, Windows letters, no .cpg, no .prj."""
    frame = pl.DataFrame(
        {"id": ["1", "2"], "puissance_nominale": [70.0, 100.0], "nom_rue": ["Allée", "Château"],
         "geometry": [shapely.to_wkb(shapely.Point(X + i, Y)) for i in range(2)]}
    )  # fmt: skip
    path = write_vector(
        frame, tmp_path / "points.shp", driver="ESRI Shapefile", srid=2154, layer="points", encoding="cp1252"
    )
    for suffix in (".prj", ".cpg"):
        path.with_suffix(suffix).unlink()
    data = bytearray(path.with_suffix(".dbf").read_bytes())
    data[29] = 0  # no language either
    path.with_suffix(".dbf").write_bytes(bytes(data))
    reading = import_file(path)
    assert reading.rows["street"].to_list() == ["Allée", "Château"]
    assert reading.rows["lamp_power_w"].to_list() == [70.0, 100.0]
    assert "BOC-IMP-320" in {verdict.code for verdict in reading.verdicts}


def test_workbook_keeps_numbers_dates_and_texts(tmp_path: Path, import_file: Import) -> None:
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("Inventaire")
        day = book.add_format({"num_format": "dd/mm/yyyy"})
        sheet.write_row(0, 0, ["Inventaire au 1er janvier"])
        sheet.write_row(2, 0, ["Identifiant", "X", "Y", "Puissance", "Date de pose", "Armoire"])
        sheet.write_row(3, 0, ["A-1", X, Y, 70.5])
        sheet.write_datetime(3, 4, dt.date(2019, 3, 12), day)
        sheet.write(3, 5, 12)
        sheet.write_row(4, 0, ["Total", "", "", 70.5])
    reading = import_file(path)
    row = reading.rows.row(0, named=True)
    assert (row["asset_id"], row["lamp_power_w"], row["cabinet_id"]) == ("A-1", 70.5, "12")
    assert row["installed_on"] == dt.date(2019, 3, 12)
    assert reading.refused.select("bocage_row", "bocage_code").rows() == [(5, "BOC-IMP-107")]


def test_the_extension_may_lie(tmp_path: Path, import_file: Import) -> None:
    path = tmp_path / "a.xlsx"
    path.write_text("id;x;y;puissance\n1;652000;6860000;70\n", encoding="utf-8")
    reading = import_file(path)
    assert len(reading.rows) == 1
    assert [verdict.code for verdict in reading.verdicts] == ["BOC-IMP-320", "BOC-IMP-316"][::-1]


def test_without_header_only_content_is_known(tmp_path: Path, import_file: Import) -> None:
    path = tmp_path / "a.csv"
    path.write_text("12;652000,5;6860000,5;LED\n13;652010,5;6860000,5;SHP\n", encoding="utf-8")
    reading = import_file(path)
    assert reading.rows["technology"].to_list() == ["LED", "HPS"]
    assert "BOC-IMP-313" in {verdict.code for verdict in reading.verdicts}


def test_a_line_of_units_under_the_header_belongs_to_it(tmp_path: Path, import_file: Import) -> None:
    path = tmp_path / "a.csv"
    path.write_text("id;x;y;puissance;flux\n;m;m;kW;klm\n1;652000;6860000;0,07;6,1\n", encoding="utf-8")
    path.write_text(path.read_text(encoding="utf-8") + "2;652010;6860000;0,1;10\n", encoding="utf-8")
    rows = import_file(path).rows
    assert rows["lamp_power_w"].to_list() == [70.0, 100.0]
    assert rows["source_flux_lm"].to_list() == [6100.0, 10000.0]


def test_a_few_rows_of_a_large_syndicate_are_taken(tmp_path: Path, import_file: Import) -> None:
    lines = [f"{i};{300_000 + i};6700000;70" for i in range(2000)]
    path = tmp_path / "a.csv"
    path.write_text("id;x;y;puissance\n" + "\n".join([*lines, "mine;652000;6860000;70"]) + "\n", encoding="utf-8")
    reading = import_file(path)
    assert reading.rows["asset_id"].to_list() == ["mine"]
    assert reading.refused["bocage_code"].unique().to_list() == ["BOC-IMP-103"]
    assert reading.refused["bocage_reason_fr"][0] == "Hors du territoire (384 km)"


def test_a_polygon_limits_the_territory(tmp_path: Path, import_file: Import) -> None:
    """A point 25 km away from the polygon is refused although the bounds of the polygon reach it."""
    area = shapely.Polygon([(600_000, 6_800_000), (700_000, 6_800_000), (700_000, 6_900_000)])
    path = tmp_path / "a.csv"
    path.write_text(
        "id;x;y;puissance\n1;690000;6810000;70\n2;600000;6900000;70\n3;690000;6820000;70\n", encoding="utf-8"
    )
    reading = import_file(path, area=area)
    assert reading.rows["asset_id"].to_list() == ["1", "3"]
    assert reading.refused["bocage_reason_en"].to_list() == ["Outside the territory (71 km)"]


def test_a_street_named_total_is_not_a_sum(tmp_path: Path, import_file: Import) -> None:
    path = tmp_path / "a.csv"
    path.write_text("rue;x;y;puissance\nTotal (impasse);652000;6860000;70\nTotal;;;70\n", encoding="utf-8")
    reading = import_file(path)
    assert reading.rows["street"].to_list() == ["Total (impasse)"]
    assert reading.refused["bocage_code"].to_list() == ["BOC-IMP-107"]


def test_long_shapes_in_a_cell_are_not_columns(tmp_path: Path, import_file: Import) -> None:
    ring = ", ".join(f"{X + i % 50} {Y + i}" for i in range(3000))
    path = tmp_path / "a.csv"
    path.write_text(f'id;wkt;puissance\n1;"POINT ({X} {Y})";70\n2;"LINESTRING ({ring})";70\n', encoding="utf-8")
    reading = import_file(path)
    assert reading.rows["asset_id"].to_list() == ["1"]
    assert reading.refused["bocage_code"].to_list() == ["BOC-IMP-111"]


def test_a_repeat_in_a_short_file_does_not_hide_the_identifier(tmp_path: Path, import_file: Import) -> None:
    path = tmp_path / "a.csv"
    path.write_text(
        "id;x;y;puissance\nA;652000;6860000;70\nB;652010;6860000;70\nA;652020;6860000;90\n", encoding="utf-8"
    )
    reading = import_file(path)
    assert reading.rows["asset_id"].to_list() == ["A", "B"]
    assert reading.refused["bocage_reason_fr"].to_list() == [
        "Identifiant déjà pris par une autre ligne, différente\u202f: A"
    ]


def test_the_identifier_of_the_pole_is_not_that_of_the_lamp(tmp_path: Path, import_file: Import) -> None:
    lines = [f"S{i // 2};{652_000 + i // 2};6860000;{70 + i % 2}" for i in range(40)]
    path = tmp_path / "a.csv"
    path.write_text("id;x;y;puissance\n" + "\n".join(lines) + "\n", encoding="utf-8")
    reading = import_file(path)
    assert len(reading.rows) == 40
    assert reading.rows["asset_id"].head(2).to_list() == ["E652000-N6860000", "E652000-N6860000-2"]
