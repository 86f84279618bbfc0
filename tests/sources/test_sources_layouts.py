"""Layouts that are known without a mapping: recognised, read whole, and what is left out is said."""

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from zipfile import ZipFile

import polars as pl
import pytest
import shapely
from layout_samples import (
    ECL,
    KEY_VALUES,
    LAYOUTS,
    TABLES,
    Found,
    ecl_folder,
    ecl_zip,
    normalized_ld,
    normalized_v2,
    osm_geojson,
    osm_xml,
    overpass,
    read_known,
    write_json,
)  # fmt: skip

from bocage.sources.bundle import recognise_source
from bocage.sources.json_documents import objects
from bocage.sources.layout_match import layout_called
from bocage.sources.layouts import read_layout
from bocage.sources.mapping import load_mapping, write_mapping
from bocage.sources.vector import write_vector
from bocage.vocabulary.codes import BocageError

PARIS = "lighting/paris5/eclairage-public-ext-noSquareSoutPriv_arr05buf100_dissolveFoyer.gpkg"


@pytest.mark.data
def test_paris_gives_lamps_and_supports_and_its_zeros_are_unknown(data: Path) -> None:
    found = read_known(data / PARIS)
    assert (found.recognised.layout.name, found.recognised.confidence) == ("paris", 1.0)
    lamps, supports = found.readings["luminaire"], found.readings["support"]
    assert (len(lamps.rows), len(lamps.refused), len(supports.rows), len(supports.refused)) == (3824, 0, 3235, 0)
    assert set(lamps.rows["support_id"]) == set(supports.rows["asset_id"])
    assert lamps.rows["system_power_w"].null_count() == 1313  # a LED has no consumed power there
    assert lamps.rows["mounting_height_m"].null_count() == 3317
    assert [verdict.count for verdict in lamps.verdicts if verdict.code == "BOC-IMP-412"] == [1313 + 36 + 12 + 3317]
    assert dict(lamps.set_aside.group_by("code").len().iter_rows()) == {"BOC-IMP-203": 6}
    assert dict(supports.rows["kind"].value_counts().iter_rows()) == {
        "pole": 1626, "wall": 1509 + 26, "bollard": 22, "other": 19 + 27 + 6,
    }  # fmt: skip


@pytest.mark.parametrize(
    "write",
    [
        overpass,
        osm_xml,
        lambda path: osm_geojson(path, nested=False),
        lambda path: osm_geojson(path, nested=True),
    ],
    ids=["overpass", "xml", "geojson", "nested"],
)
def test_openstreetmap_in_each_of_its_forms(write: Callable[[Path], Path], tmp_path: Path) -> None:
    name = "lamps.osm" if write is osm_xml else "lamps.json"
    found = read_known(write(tmp_path / name))
    assert found.recognised.layout.name == "openstreetmap"
    lamps = found.readings["luminaire"].rows
    prefix = "" if write in {overpass, osm_xml} else "node/"
    assert set(lamps["asset_id"]) == {prefix + one for one in ("100", "101", "101-2", "102")}  # light:count = 2
    led, sodium = found.row("luminaire", f"{prefix}100"), found.row("luminaire", f"{prefix}101-2")
    assert (led["technology"], led["colour_temperature_k"], led["mounting_height_m"]) == ("LED", 3000.0, 6.0)
    assert (sodium["technology"], sodium["mounting_height_m"], sodium["support_id"]) == ("HPS", 8.0, f"{prefix}101")
    assert found.row("luminaire", f"{prefix}102")["technology"] is None
    place = shapely.from_wkb(led["geometry"])
    assert (round(place.x), round(place.y)) == (651930, 6860750)
    assert dict(found.readings["support"].rows.select("asset_id", "kind").iter_rows()) == {
        f"{prefix}100": "pole", f"{prefix}101": "pole", f"{prefix}102": "wall",
    }  # fmt: skip
    assert "BOC-IMP-413" in found.codes("luminaire")
    left_out = set(found.mappings["luminaire"].unmatched)
    assert "lamp_mount" in left_out  # of the support
    assert not {"light:method", "light:count", "height"} & left_out
    assert "|" not in found.mappings["luminaire"].identifier
    assert not any("user" in name for name in found.readings["luminaire"].refused.columns)


def test_who_drew_a_node_is_not_read(tmp_path: Path) -> None:
    for path in (overpass(tmp_path / "a.json"), osm_xml(tmp_path / "a.osm")):
        table = read_known(path).recognised.tables["nodes"]
        assert not {"user", "uid"} & set(table.frame.columns)


def test_xml_that_declares_entities_is_refused(tmp_path: Path) -> None:
    path = osm_xml(tmp_path / "bomb.osm", head='<!DOCTYPE osm [<!ENTITY a "aaaa">]>')
    with pytest.raises(BocageError) as refusal:
        recognise_source(path, LAYOUTS)
    assert refusal.value.code == "BOC-IMP-032"


def test_a_protected_archive_is_refused(tmp_path: Path) -> None:
    path = ecl_zip(tmp_path / "x.zip")
    content = bytearray(path.read_bytes())
    for mark, offset in ((b"PK\x01\x02", 8), (b"PK\x03\x04", 6)):
        at = -1
        while (at := content.find(mark, at + 1)) >= 0:
            content[at + offset] |= 1
    path.write_bytes(content)
    with pytest.raises(BocageError) as refusal:
        recognise_source(path, LAYOUTS)
    assert refusal.value.code == "BOC-IMP-007"


@pytest.mark.parametrize("content", ["<osm><node id='1' lat='48'", '{"elements": [{"type": "node", '])
def test_a_cut_document_is_refused(content: str, tmp_path: Path) -> None:
    path = tmp_path / "cut.osm"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(BocageError) as refusal:
        recognise_source(path, LAYOUTS)
    assert refusal.value.code == "BOC-IMP-015"


def _as_features(entities: list[dict[str, object]]) -> dict[str, object]:
    return {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "id": entity["id"],
                "geometry": entity.get("location"),
                "properties": {key: value for key, value in entity.items() if key not in {"id", "location"}},
            }
            for entity in entities
        ],
    }


FORMS: dict[str, Callable[[list[dict[str, object]]], object]] = {
    "key-values": lambda entities: entities,
    "normalized-ld": lambda entities: [normalized_ld(entity) for entity in entities],
    "normalized-v2": lambda entities: [normalized_v2(entity) for entity in entities],
    "graph": lambda entities: {"@context": [], "@graph": entities},
    "features": _as_features,
}


@pytest.mark.parametrize("form", FORMS)
def test_smart_data_models_in_each_representation(form: str, tmp_path: Path) -> None:
    found = read_known(write_json(tmp_path / "lights.json", FORMS[form](KEY_VALUES)))
    assert found.recognised.layout.name == "smart_data_models"
    first, second = found.row("luminaire", "L1"), found.row("luminaire", "L2")
    assert first["technology"] == "HPS"
    assert (first["source_flux_lm"], first["colour_temperature_k"], first["rated_life_h"]) == (6500, 2000, 24000)
    assert (first["lamp_power_w"], first["mounting_height_m"], first["model"]) == (70, 6, "Ville 2")
    assert (first["circuit_id"], first["cabinet_id"], first["support_id"]) == ("G1", "A1", "S9")
    assert (first["category"], first["remote_management"], first["defect"]) == ("b_heritage_parks", True, None)
    assert (second["circuit_id"], second["cabinet_id"], second["defect"]) == ("C-7", "A1", "lamp_out")
    assert str(second["lamp_changed_on"]) == "2016-07-08"
    assert second["system_power_w"] is None  # nothing is drawn by day
    assert found.row("cabinet", "A1")["control"] == "astronomical_clock"
    assert found.row("circuit", "G1")["cabinet_id"] == "A1"


def test_states_that_yaml_turned_into_booleans_are_words_again(tmp_path: Path) -> None:
    table = read_known(write_json(tmp_path / "a.json", KEY_VALUES)).recognised.tables["light"]
    assert table.frame["powerState"].to_list() == ["off", None]


def test_one_entity_alone_is_a_source(tmp_path: Path) -> None:
    found = read_known(write_json(tmp_path / "one.jsonld", normalized_ld(KEY_VALUES[1])))
    assert list(found.readings["luminaire"].rows["asset_id"]) == ["L2"]


def test_one_cabinet_alone_has_features_of_its_own(tmp_path: Path) -> None:
    """`features` is an attribute of cabinets, and the list of GeoJSON."""
    found = read_known(write_json(tmp_path / "cabinet.json", KEY_VALUES[4]))
    assert found.row("cabinet", "A1")["control"] == "astronomical_clock"


@pytest.mark.parametrize("end", ["", "]", '{"id": 3]', "{} {"])
def test_an_array_that_is_cut_or_broken_is_refused_whole(end: str, tmp_path: Path) -> None:
    path = tmp_path / "cut.json"
    path.write_text(json.dumps(KEY_VALUES)[:-1] + f", {end}", encoding="utf-8")
    if end == "]":
        assert len(read_known(path).readings) == 3
        return
    with pytest.raises(BocageError) as refusal:
        recognise_source(path, LAYOUTS)
    assert refusal.value.code == "BOC-IMP-015"


@pytest.mark.parametrize("size", [1, 7, 64, 4096])
def test_objects_are_the_same_whatever_is_read_at_once(
    size: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bocage.sources.json_documents._CHUNK", size)
    content = [{"id": 1, "é": "a]b}"}, 12, "x,y", [1, [2]], {"n": {"m": []}}, 34]
    text = json.dumps(content, indent=1)
    path = tmp_path / "a.json"
    path.write_text("\ufeff" + text, encoding="utf-8")
    assert list(objects(path)) == content
    path.write_text('{"version": 0.6, "elements": ' + text + "}", encoding="utf-8")
    assert list(objects(path)) == content


def test_a_large_array_is_read_object_by_object(tmp_path: Path) -> None:
    """Longer than what is read at once, with an object across the cut."""
    entities = [
        {**KEY_VALUES[1], "id": f"urn:ngsi-ld:Streetlight:{n}", "note": "x" * 400,
         "location": {"type": "Point", "coordinates": [2.34 + n * 1e-6, 48.84]}}
        for n in range(5000)
    ]  # fmt: skip
    path = write_json(tmp_path / "many.json", entities)
    assert path.stat().st_size > 2 * (1 << 20)
    assert len(read_known(path).readings["luminaire"].rows) == 5000


def _ecl(found: Found) -> None:
    lamps, supports = found.readings["luminaire"], found.readings["support"]
    assert set(lamps.rows["asset_id"]) == {"101", "102", "103"}
    assert found.row("luminaire", "101")["technology"] == "HPS"
    assert [found.row("luminaire", one)["lamp_power_w"] for one in ("101", "103")] == [100, 30]  # codes 40 and 05
    first = found.row("luminaire", "101")
    assert (first["model"], first["lantern"], first["mounting_height_m"]) == ("Routière 4", "functional", 7.5)
    assert (first["circuit_id"], first["cabinet_id"], first["switching"]) == ("50", "9", "astronomical_clock")
    assert (first["support_id"], first["commune_code"], str(first["installed_on"])) == ("1", "60159", "2015-06-01")
    third = found.row("luminaire", "103")
    assert (third["technology"], third["remote_management"], third["colour_temperature_k"]) == ("LED", True, 4200)
    assert set(supports.rows["asset_id"]) == {"1", "2"}  # the third is deleted
    pole = found.row("support", "1")
    assert (pole["kind"], pole["material"], pole["condition"], pole["height_m"]) == ("pole", "steel", "good", 8)
    assert found.row("support", "2")["shared_network"] == "enedis"
    assert pole["shared_network"] == "none"
    cabinet = found.row("cabinet", "9")
    assert (cabinet["name"], cabinet["control"], cabinet["subscribed_power_kva"]) == (
        "Armoire A", "astronomical_clock", 12,
    )  # fmt: skip
    assert found.row("circuit", "50")["cabinet_id"] == "9"


@pytest.mark.parametrize("form", ["folder", "zip", "gpkg"])
def test_the_relational_layout_of_ress_ecl(form: str, tmp_path: Path) -> None:
    if form == "folder":
        found = read_known(ecl_folder(tmp_path / "export"))
    elif form == "zip":
        found = read_known(ecl_zip(tmp_path / "export.zip"))
    else:
        found = read_known(ecl_geopackage(tmp_path / "export.gpkg"))
    assert found.recognised.layout.name == "ress_ecl"
    _ecl(found)
    assert "lt_ecl_type_lampe" in found.recognised.absent
    lamps = found.readings["luminaire"]
    assert "BOC-IMP-411" in found.codes("luminaire")  # deleted lamps
    assert "BOC-IMP-414" in found.codes("luminaire")  # a lamp on a support that is not there
    assert list(lamps.refused["bocage_code"]) == ["BOC-IMP-101"]
    assert list(lamps.refused["id_foyer"].cast(pl.String)) == ["105"]


def ecl_geopackage(path: Path) -> Path:
    """The same tables as PostGIS exports them with ogr2ogr: the nodes with their geometry, the others without."""
    tables = {name: pl.read_csv(text.encode(), separator=";", infer_schema=False) for name, text in ECL.items()}
    nodes = tables.pop("geo_ecl_noeud")
    geometry = shapely.to_wkb(shapely.from_wkt(nodes["geom"].to_numpy()))
    nodes = nodes.drop("geom").with_columns(pl.Series("geometry", list(geometry), dtype=pl.Binary))
    write_vector(nodes, path, driver="GPKG", srid=2154, layer="geo_ecl_noeud")
    with closing(sqlite3.connect(path)) as twin, twin:
        for name, frame in tables.items():
            columns = ", ".join(f'"{column}" TEXT' for column in frame.columns)
            twin.execute(f'CREATE TABLE "{name}" (fid INTEGER PRIMARY KEY, {columns})')
            named, marks = ", ".join(f'"{column}"' for column in frame.columns), ", ".join("?" * frame.width)
            twin.executemany(f'INSERT INTO "{name}" ({named}) VALUES ({marks})', frame.rows())
            said = "INSERT INTO gpkg_contents (table_name, data_type, identifier) VALUES (?, 'attributes', ?)"
            twin.execute(said, (name, name))
    return path


def test_free_powers_are_watts_and_lists_of_the_source_say_new_codes(tmp_path: Path) -> None:
    lamps = "id_mod_lm;ty_lampe;puis_lam;telgest;cou_ecl\n7;70;100;20;00\n8;50;36;10;20\n"
    lists = "code;valeur\n70;Iodures métalliques céramique\n"
    found = read_known(ecl_folder(tmp_path / "x", an_ecl_modele_lampe=lamps, lt_ecl_type_lampe=lists))
    assert [found.row("luminaire", one)["lamp_power_w"] for one in ("101", "103")] == [100, 36]
    assert found.row("luminaire", "101")["technology"] == "MH"


def test_a_table_without_a_row_is_as_one_that_is_not_there(tmp_path: Path) -> None:
    found = read_known(ecl_folder(tmp_path / "x", an_ecl_ouvrage_electrique="id_ouvelec;nom_ouv\n"))
    assert "cabinet" not in found.readings
    assert "an_ecl_ouvrage_electrique" in found.recognised.absent


def test_a_member_that_leads_elsewhere_is_written_nowhere(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "x.zip"
    path.parent.mkdir()
    with ZipFile(path, "w") as archive:
        for name, text in ECL.items():
            archive.writestr(f"../../{name}.csv", text)
    _ecl(read_known(path))
    assert [found.name for found in tmp_path.rglob("*.csv")] == []


ARTICLE5 = (
    "Id point;Longitude;Latitude;ULR (%);Code flux CIE 3;Température couleur;Puissance;Flux source;Date installation;"
    "Catégorie\n"
    "1;2.345;48.845;0;97;2700;38;4200;2021-05-04;a\n"
    "2;2.346;48.846;3,5;95;3000;41;4300;2019;b\n"
)


def test_the_six_data_of_article_5(tmp_path: Path) -> None:
    path = tmp_path / "article5.csv"
    path.write_text(ARTICLE5.replace("ULR (%)", "ulr_pourcent"), encoding="utf-8")
    found = read_known(path)
    assert found.recognised.layout.name == "article5"
    row = found.row("luminaire", "2")
    assert (row["ulr_percent"], row["cie_flux_code_3_percent"], row["colour_temperature_k"]) == (3.5, 95, 3000)
    assert (row["system_power_w"], row["source_flux_lm"], str(row["installed_on"])) == (41, 4300, "2019-01-01")
    assert row["category"] == "b_heritage_parks"


def test_an_ordinary_file_is_in_no_known_layout(tmp_path: Path) -> None:
    path = tmp_path / "lamps.csv"
    path.write_text("id;lon;lat;puissance\n1;2.34;48.84;70\n2;2.35;48.85;70\n", encoding="utf-8")
    recognised, raw = recognise_source(path, LAYOUTS)
    assert recognised is None
    assert raw is not None
    assert raw.frame.height == 2


def test_a_layout_asked_for_that_does_not_suit_says_what_is_missing(tmp_path: Path) -> None:
    path = tmp_path / "lamps.csv"
    path.write_text("id;lon;lat;foyer;cod_ouvrag\n1;2.34;48.84;A;B\n", encoding="utf-8")
    with pytest.raises(BocageError) as refusal:
        recognise_source(path, [layout_called("paris", LAYOUTS)], forced=True)
    assert refusal.value.code == "BOC-IMP-401"
    assert "lib_lampef" in refusal.value.say("what", "en")
    with pytest.raises(BocageError) as unknown:
        layout_called("rome", LAYOUTS)
    assert unknown.value.code == "BOC-IMP-402"


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda layout: layout.name)
def test_a_layout_names_declared_columns_codes_and_nothing_else(layout: object) -> None:
    for part in layout.parts:  # type: ignore[attr-defined]
        table = TABLES[part.asset_type]
        assert {rule.column for rule in part.columns} <= set(table.names)
        for rule in part.columns:
            column = table.column(rule.column)
            translation = layout.translations.get(rule.translate)  # type: ignore[attr-defined]
            if translation is not None and column.codes:
                assert {code for code in translation.codes.values() if code} <= set(column.codes), rule
            assert 0 < rule.sure <= 1


def test_a_declaration_that_names_nothing_is_refused(tmp_path: Path) -> None:
    text = (
        'name = "x"\nlabel_fr = "x"\nlabel_en = "x"\nsource = ""\nevidence = "own"\nform = "table"\n'
        '[tables.main]\nneeded = ["a"]\n[[parts]]\nasset_type = "luminaire"\n[parts.columns]\nmodel = "other.a"\n'
    )
    path = tmp_path / "x.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match="other is not declared"):
        read_layout(path)
    path.write_text(text.replace('form = "table"', 'form = "round"'), encoding="utf-8")
    with pytest.raises(ValueError, match="round"):
        read_layout(path)


def test_a_kept_proposal_names_its_layout(tmp_path: Path) -> None:
    found = read_known(ecl_folder(tmp_path / "x"))
    mapping = found.mappings["luminaire"]
    again = load_mapping(write_mapping(mapping, tmp_path / "m.toml"))
    assert again.layout == "ress_ecl"
    assert again.headers == mapping.headers


def test_confidence_is_the_share_of_what_can_be_given(tmp_path: Path) -> None:
    path = write_json(tmp_path / "a.json", json.loads(json.dumps(KEY_VALUES[:1])))
    recognised, _ = recognise_source(path, LAYOUTS)
    assert recognised is not None
    part = recognised.layout.parts[0]
    given = {rule.column for rule in part.columns} & {
        "support_id", "lamp_power_w", "mounting_height_m", "circuit_id", "category", "remote_management", "defect",
    }  # fmt: skip
    assert recognised.confidence == pytest.approx(len(given) / len(part.columns), abs=0.005)
