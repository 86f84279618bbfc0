"""Maps as national services and their tools write them: nested attributes, parcels, identifiers made by programs."""

import json
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from bocage.sources.files import read_raw
from bocage.sources.inventory import Reading, check_inventory
from bocage.sources.propose import propose_mapping
from bocage.vocabulary.codes import BocageError
from bocage.vocabulary.columns import Table

IDU = "75113000EN0001"
PARCEL = {"IDU": IDU, "NUMERO": "0001", "SECTION": "EN", "CODE_DEP": "75", "CODE_COM": "056", "CODE_ARR": "113"}
NESTED = {"tags": ["a", "b"], "deep": [["x"], ["y"]], "parts": [{"z": 1}], "owner": {"k": "é"}}


RING = ((2.34, 48.84), (2.35, 48.84), (2.35, 48.85), (2.34, 48.84))


def _map(folder: Path, rows: list[dict[str, object]], kind: str = "Point", *, height: tuple[float, ...] = ()) -> Path:
    shapes = {"Point": [2.346, 48.844, *height], "Polygon": [[[*corner, *height] for corner in RING]]}
    features = [
        {"type": "Feature", "properties": row, "geometry": {"type": kind, "coordinates": shapes[kind]}} for row in rows
    ]
    path = folder / "map.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    return path


def test_nested_attributes_of_a_map_are_text(tmp_path: Path, import_file: Callable[..., Reading]) -> None:
    path = _map(tmp_path, [{"id": "L1", "puissance": 70, **NESTED}])
    raw = read_raw(path).frame
    assert raw["tags"].to_list() == ["a;b"]
    assert json.loads(raw["deep"][0]) == NESTED["deep"]
    assert json.loads(raw["parts"][0]) == NESTED["parts"]
    assert json.loads(raw["owner"][0]) == NESTED["owner"]
    assert import_file(path).rows["lamp_power_w"].to_list() == [70.0]


def test_nested_columns_of_parquet_are_text(tmp_path: Path) -> None:
    rows = {name: [value, None] for name, value in {"id": "L1", **NESTED}.items()}
    pl.DataFrame(rows, strict=False).write_parquet(tmp_path / "a.parquet")
    raw = read_raw(tmp_path / "a.parquet").frame
    assert all(kind == pl.String for kind in raw.schema.values())
    assert json.loads(raw["deep"][0]) == NESTED["deep"]
    assert raw["deep"][1] is None


@pytest.mark.parametrize("columns", [tuple(PARCEL), ("IDU", "SECTION")])
def test_a_parcel_keeps_its_own_identifier(tmp_path: Path, tables: list[Table], columns: tuple[str, ...]) -> None:
    path = _map(tmp_path, [{name: PARCEL[name] for name in columns}], "Polygon")
    raw = read_raw(path)
    parcel = [table for table in tables if table.name == "parcel"]
    mapping = propose_mapping(raw, parcel, values={})
    assert mapping.identifier == "IDU"
    assert "commune_code" not in mapping.headers  # 056 is the code of Paris in its département, not an INSEE code
    reading = check_inventory(raw, table=parcel[0], mapping=mapping, srid=2154, values={})
    assert reading.rows["asset_id"].to_list() == [IDU]


@pytest.mark.parametrize(("written", "kept"), [("1053", "01053"), ("2A004", "2A004"), ("056", None), ("Laval", None)])
def test_a_commune_is_an_insee_code(
    written: str, kept: str | None, tmp_path: Path, import_file: Callable[..., Reading]
) -> None:
    path = tmp_path / "a.csv"
    path.write_text(f"id;x;y;puissance;code_insee\nL1;652000;6860000;70;{written}\n", encoding="utf-8")
    reading = import_file(path)
    assert reading.rows["commune_code"].to_list() == [kept]
    assert reading.set_aside["code"].to_list() == ([] if kept else ["BOC-IMP-207"])


def test_the_rank_that_a_program_wrote_in_a_kml_is_not_preferred(tmp_path: Path, luminaire: Table) -> None:
    field = '<ExtendedData><Data name="num"><value>PL{0}</value></Data></ExtendedData>'
    mark = '<Placemark id="lamps.{0}">' + field + "<Point><coordinates>2.346,48.844</coordinates></Point></Placemark>"
    content = "".join(mark.format(number) for number in (1, 2))
    path = tmp_path / "a.kml"
    path.write_text(f'<kml xmlns="http://www.opengis.net/kml/2.2"><Document>{content}</Document></kml>', "utf-8")
    raw = read_raw(path)
    assert propose_mapping(raw, [luminaire], values={}).identifier == "num"
    alone = pl.DataFrame(raw.frame.drop("num"))
    assert propose_mapping(type(raw)(**{**vars(raw), "frame": alone}), [luminaire], values={}).identifier == "id"


def test_types_of_another_geometry_are_not_offered(tmp_path: Path, tables: list[Table]) -> None:
    path = _map(tmp_path, [{"objectid": 1, "localisatio": "5e"}], "Polygon")
    with pytest.raises(BocageError) as caught:
        propose_mapping(read_raw(path), tables, values={})
    assert caught.value.code == "BOC-IMP-017"
    offered = {one.split(" ")[0] for one in str(caught.value.values["types"]["en"]).split(", ")}
    assert offered == {"parcel", "water_body"}


@pytest.mark.parametrize("row", [{"nom": "Laval", "siren": "215301300"}, {"nature": "Indifférenciée", "hauteur": 5}])
def test_a_name_does_not_make_a_type(tmp_path: Path, tables: list[Table], row: dict[str, object]) -> None:
    path = _map(tmp_path, [row], "Polygon")  # a commune, a building
    with pytest.raises(BocageError) as caught:
        propose_mapping(read_raw(path), tables, values={})
    assert caught.value.code == "BOC-IMP-017"


@pytest.mark.parametrize("height", [(), (31.5,)])
def test_heights_do_not_change_the_kind_of_a_geometry(
    tmp_path: Path, tables: list[Table], height: tuple[float, ...]
) -> None:
    path = _map(tmp_path, [{"NATURE": "Plan d'eau", "NOM_C_EAU": "la Bièvre"}], "Polygon", height=height)
    assert propose_mapping(read_raw(path), tables, values={}).asset_type == "water_body"


@pytest.mark.data
def test_water_of_bd_topo_is_recognised(data: Path, tables: list[Table]) -> None:
    raw = read_raw(data / "lighting" / "paris5" / "bdtopo2019_surface_hydro_arr05buf100.gpkg")
    assert propose_mapping(raw, tables, values={}).asset_type == "water_body"


@pytest.mark.data
@pytest.mark.parametrize("name", ["communes_sample.geojson", "bdtopo_batiment_sample.gpkg"])
def test_what_has_no_type_here_is_refused(data: Path, tables: list[Table], name: str) -> None:
    with pytest.raises(BocageError) as caught:
        propose_mapping(read_raw(data / "national" / name), tables, values={})
    assert caught.value.code == "BOC-IMP-017"
