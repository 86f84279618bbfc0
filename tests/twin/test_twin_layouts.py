"""One source, several types of assets: each merged, kept, corrected and quarantined in its own name."""

import csv
import json
from pathlib import Path

import polars as pl
import pytest

from bocage.cli.program import run
from bocage.twin.answer import said
from bocage.twin.build import import_file
from bocage.twin.territory import Territory, create_territory
from bocage.vocabulary.codes import BocageError

NODES = (
    "id_noeud;depart;insee;situation;geom\n"
    "1;50;60159;10;POINT(686000 6923000)\n2;50;60159;10;POINT(686030 6923000)\n9;;60159;10;POINT(686090 6923010)\n"
)
TABLES = {
    "geo_ecl_noeud": NODES,
    "an_ecl_support": "id_supp;id_mod_sup;ty_supp;etat_supp;haut_supp\n1;2;10;20;8\n2;1;20;40;800\n",
    "an_ecl_foyer": "id_foyer;id_supp;id_mod_lm;situation\n101;1;7;10\n102;1;7;10\n103;2;8;10\n105;77;7;10\n",
    "an_ecl_ouvrage_electrique": "id_ouvelec;nom_ouv;ty_ouvelec;ty_comm;puis_sous\n9;Armoire A;10;20;12\n",
    "an_ecl_depart": "id_depart;id_ouvelec;nom_depart;situation\n50;9;Rue du Lac;10\n",
    "an_ecl_modele_lampe": "id_mod_lm;ty_lampe;puis_lam\n7;20;40\n8;50;05\n",
}
TYPES = ("luminaire", "support", "cabinet", "circuit")


@pytest.fixture
def territory(tmp_path: Path) -> Territory:
    return create_territory(tmp_path / "twin", code="60159", name="Valbocage")


@pytest.fixture
def network(tmp_path: Path) -> Path:
    folder = tmp_path / "network"
    folder.mkdir()
    for name, text in TABLES.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    return folder


def assets(territory: Territory, name: str) -> pl.DataFrame:
    return territory.store.read_assets(territory.asset_tables[name]).sort("asset_id")


def parts(answer: object) -> dict[str, dict[str, object]]:
    return {str(one["asset_type"]): one for one in answer.data["parts"]}  # type: ignore[attr-defined]


def test_each_type_is_merged_and_a_second_import_changes_nothing(territory: Territory, network: Path) -> None:
    answer = import_file(territory, network)
    assert tuple(parts(answer)) == TYPES
    assert [one["added"] for one in parts(answer).values()] == [3, 2, 1, 1]
    assert [assets(territory, name).height for name in TYPES] == [3, 2, 1, 1]
    assert set(assets(territory, "luminaire")["cabinet_id"]) == set(assets(territory, "cabinet")["asset_id"])
    assert answer.data["asset_type"] == "luminaire"
    assert answer.data["layout"]["name"] == "ress_ecl"  # type: ignore[index]
    again = import_file(territory, network)
    assert all((one["added"], one["changed"]) == (0, 0) for one in parts(again).values())


def test_a_database_of_several_communes_keeps_its_own_identifiers(network: Path, tmp_path: Path) -> None:
    """A cabinet of one commune feeds lamps of another: a commune before each identifier would part them."""
    nodes = NODES.replace("9;;60159", "9;;60157")
    (network / "geo_ecl_noeud.csv").write_text(nodes, encoding="utf-8")
    syndicate = create_territory(tmp_path / "wide", code="246000000", name="Syndicat", settings={"kind": "syndicate"})
    import_file(syndicate, network)
    assert set(assets(syndicate, "luminaire")["cabinet_id"]) == set(assets(syndicate, "cabinet")["asset_id"]) == {"9"}
    assert set(assets(syndicate, "luminaire")["circuit_id"]) == set(assets(syndicate, "circuit")["asset_id"])


def test_a_dry_run_shows_every_type_and_writes_nothing(territory: Territory, network: Path) -> None:
    before = sorted(territory.folder.rglob("*.toml"))
    answer = import_file(territory, network, dry_run=True)
    assert [one["added"] for one in parts(answer).values()] == [3, 2, 1, 1]
    assert all(assets(territory, name).is_empty() for name in TYPES)
    assert sorted(territory.folder.rglob("*.toml")) == before


def test_what_is_refused_is_kept_by_type(territory: Territory, network: Path) -> None:
    import_file(territory, network)
    quarantine = territory.folder / "quarantine"
    with (quarantine / "network-refused.csv").open(encoding="utf-8-sig") as stream:
        (lamp,) = csv.DictReader(stream, delimiter=";")
    assert (lamp["bocage_code"], lamp["id_foyer"]) == ("BOC-IMP-101", "105")
    with (quarantine / "network-support-set-aside.csv").open(encoding="utf-8-sig") as stream:
        (height,) = csv.DictReader(stream, delimiter=";")
    assert (height["asset_id"], height["column"], height["value"]) == ("2", "height_m", "800")


def test_a_kept_mapping_corrects_one_type(territory: Territory, network: Path) -> None:
    import_file(territory, network)
    kept = territory.folder / "mappings" / "network-support.toml"
    text = kept.read_text(encoding="utf-8")
    assert 'layout = "ress_ecl"' in text
    kept.write_text(text.replace('height_m = "haut_supp > height_m"', 'overhang_m = "haut_supp"'), encoding="utf-8")
    answer = import_file(territory, network)
    assert assets(territory, "support")["overhang_m"].to_list() == [8.0, None]
    assert parts(answer)["luminaire"]["changed"] == 0


def test_mappings_written_to_be_corrected_are_those_that_are_imported(
    territory: Territory, network: Path, tmp_path: Path
) -> None:
    saved = tmp_path / "m.toml"
    import_file(territory, network, dry_run=True, save_mapping=saved)
    names = {path.name for path in tmp_path.glob("m*.toml")}
    assert names == {"m.toml", "m-support.toml", "m-cabinet.toml", "m-circuit.toml"}
    with pytest.raises(BocageError) as refusal:
        import_file(territory, network, dry_run=True, save_mapping=saved)
    assert refusal.value.code == "BOC-IMP-027"
    (tmp_path / "m-cabinet.toml").unlink()
    answer = import_file(territory, network, mapping=saved)
    assert tuple(parts(answer)) == ("luminaire", "support", "circuit")


def test_one_type_alone_and_a_type_that_the_layout_does_not_give(territory: Territory, network: Path) -> None:
    answer = import_file(territory, network, asset_type="support")
    assert (answer.data["asset_type"], answer.data["added"]) == ("support", 2)
    assert "parts" not in answer.data
    with pytest.raises(BocageError) as refusal:
        import_file(territory, network, asset_type="road")
    assert refusal.value.code == "BOC-IMP-403"
    assert "luminaire, support, cabinet, circuit" in refusal.value.say("what", "en")


def test_a_constant_goes_to_the_types_that_have_the_column(territory: Territory, network: Path) -> None:
    import_file(territory, network, constants={"owner_siren": "219999999", "phases": "3"})
    assert set(assets(territory, "luminaire")["owner_siren"]) == {"219999999"}
    assert assets(territory, "cabinet")["phases"].to_list() == [3]
    with pytest.raises(BocageError) as refusal:
        import_file(territory, network, constants={"colour_of_the_sky": "blue"})
    assert refusal.value.code == "BOC-IMP-019"


def test_a_mapping_kept_before_the_layout_was_known_prevails(territory: Territory, tmp_path: Path) -> None:
    """What a person may have corrected is not overruled; the layout can be asked for by name."""
    path = tmp_path / "lamps.geojson"
    feature = {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": [2.345, 49.4]},
        "properties": {"@id": "node/1", "highway": "street_lamp", "height": "6", "lamp_type": "led"},
    }
    other = {**feature, "geometry": {"type": "Point", "coordinates": [2.346, 49.4]}}
    other["properties"] = {**feature["properties"], "@id": "node/2"}  # type: ignore[dict-item]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [feature, other]}), encoding="utf-8")
    first = import_file(territory, path, layout="none", asset_type="luminaire")
    assert first.data["layout"] is None
    assert import_file(territory, path).data["layout"] is None
    forced = import_file(territory, path, layout="openstreetmap")
    assert forced.data["layout"]["name"] == "openstreetmap"  # type: ignore[index]
    assert set(assets(territory, "support")["asset_id"]) == {"node/1", "node/2"}
    titles = [said(section.title, "en") for section in forced.sections]
    assert titles[0] == "Known layout"
    assert "Luminaire – Columns recognised" in titles


def test_a_folder_that_is_no_source_and_an_unknown_layout(
    territory: Territory, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    for arguments, status, code in (
        ([str(empty)], 2, "BOC-IMP-002"),
        ([str(empty), "--layout", "rome"], 2, "BOC-IMP-402"),
    ):
        capsys.readouterr()
        assert run(["import", *arguments, "-t", str(territory.folder), "--json"]) == status
        assert json.loads(capsys.readouterr().out)["error"]["code"] == code
