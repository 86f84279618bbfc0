"""Importing: the proposal is kept and reused, a dry run writes nothing, an update shows its difference."""

import datetime as dt
import json
from pathlib import Path

import polars as pl
import pytest

from bocage.cli.program import run
from bocage.twin.answer import said
from bocage.twin.build import file_name, import_file
from bocage.twin.territory import Territory, create_territory
from bocage.vocabulary.codes import BocageError
from bocage.vocabulary.text import LANGUAGES, Language

HEADER = "Identifiant;X;Y;Type lampe;Puissance (W);Voie;Quartier;SIREN\n"


def row(number: int, power: str = "100", street: str = "Rue du Lavoir") -> str:
    return f"L{number:03d};{433000 + 25 * number},5;{6794000 + 3 * number},0;SHP;{power};{street};Bourg;219999999\n"


def inventory(folder: Path, *rows: str, name: str = "lampes.csv") -> Path:
    path = folder / name
    path.write_bytes((HEADER + "".join(rows)).encode("cp1252"))
    return path


@pytest.fixture
def territory(tmp_path: Path) -> Territory:
    settings = {"siren": "219999999", "longitude_deg": -0.5943, "latitude_deg": 48.1917}
    return create_territory(tmp_path / "twin", code="99999", name="Valbocage", settings=settings)


def luminaires(territory: Territory) -> pl.DataFrame:
    return territory.store.read_assets(territory.asset_tables["luminaire"]).sort("asset_id")


def test_a_dry_run_writes_nothing(territory: Territory, tmp_path: Path) -> None:
    path = inventory(tmp_path, *(row(number) for number in range(10)))
    before = sorted(str(found) for found in territory.folder.rglob("*") if found.suffix in {".toml", ".csv"})
    answer = import_file(territory, path, dry_run=True)
    assert (answer.data["added"], answer.data["dry_run"]) == (10, True)
    assert luminaires(territory).is_empty()
    assert sorted(str(found) for found in territory.folder.rglob("*") if found.suffix in {".toml", ".csv"}) == before


def test_the_mapping_is_kept_edited_and_used_again(territory: Territory, tmp_path: Path) -> None:
    path = inventory(tmp_path, *(row(number) for number in range(10)))
    import_file(territory, path)
    kept = territory.folder / "mappings" / "lampes.toml"
    text = kept.read_text(encoding="utf-8")
    assert 'street = "Voie"' in text
    kept.write_text(text.replace('street = "Voie"', 'street = "Quartier"'), encoding="utf-8")
    again = import_file(territory, path)
    assert again.data["changed"] == 10
    assert set(luminaires(territory)["street"]) == {"Bourg"}


def test_a_dry_run_gives_the_mapping_to_correct_before_a_first_import(territory: Territory, tmp_path: Path) -> None:
    path, saved = inventory(tmp_path, *(row(number) for number in range(10))), tmp_path / "correct me.toml"
    before = sorted(str(found) for found in territory.folder.rglob("*") if found.suffix in {".toml", ".csv"})
    answer = import_file(territory, path, dry_run=True, save_mapping=saved)
    assert list(answer.files) == [saved]
    assert f'"{saved}"' in said(answer.next_step, "fr")
    assert luminaires(territory).is_empty()
    assert sorted(str(found) for found in territory.folder.rglob("*") if found.suffix in {".toml", ".csv"}) == before
    text = saved.read_text(encoding="utf-8").replace('street = "Voie"', 'street = "Quartier"')
    saved.write_text(text.replace("# contract_id", "contract_id"), encoding="utf-8")
    with pytest.raises(BocageError) as refusal:
        import_file(territory, path, dry_run=True, save_mapping=saved)
    assert refusal.value.code == "BOC-IMP-027"
    import_file(territory, path, mapping=saved)
    assert luminaires(territory).select("street", "contract_id").unique().rows() == [("Bourg", "2024-07")]


def test_the_mapping_is_saved_even_where_the_file_is_then_refused(territory: Territory, tmp_path: Path) -> None:
    far = "".join(f"L{number};652000;6860000;SHP;100;Rue;Bourg;219999999\n" for number in range(3))
    with pytest.raises(BocageError) as refusal:
        import_file(territory, inventory(tmp_path, far), dry_run=True, save_mapping=tmp_path / "m.toml")
    assert refusal.value.code == "BOC-IMP-023"
    assert 'lamp_power_w = "Puissance (W)"' in (tmp_path / "m.toml").read_text(encoding="utf-8")


def test_a_whole_file_is_declared_as_the_syndicate_s(territory: Territory, tmp_path: Path) -> None:
    rows = [row(number).replace("219999999", "") for number in range(3)]
    path = inventory(tmp_path, *rows, row(3))
    declared = {"owner_siren": "259999999", "budget": "syndicate"}
    import_file(territory, path, constants=declared)
    assert luminaires(territory)["owner_siren"].to_list() == ["259999999"] * 3 + ["219999999"]
    assert set(luminaires(territory)["budget"]) == {"syndicate"}
    fingerprint = territory.store.fingerprint()
    assert import_file(territory, path).data["mapping"]["constants"] == declared  # type: ignore[index]
    assert territory.store.fingerprint() == fingerprint, "what was declared is kept in mappings/"


def test_what_was_declared_outlives_a_change_of_columns(territory: Territory, tmp_path: Path) -> None:
    import_file(territory, inventory(tmp_path, row(1)), constants={"contract_id": "2024-07"})
    path = tmp_path / "lampes.csv"
    path.write_bytes(path.read_bytes().replace(b"Voie", b"Rue"))
    again = import_file(territory, path)
    assert again.data["changed"] == 0
    assert luminaires(territory)["contract_id"].to_list() == ["2024-07"]


def test_the_options_of_the_command_do_the_same(
    territory: Territory, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, saved = inventory(tmp_path, row(1), row(2)), tmp_path / "m.toml"
    command = ["import", str(path), "--territory", str(territory.folder), "--dry-run", "--json"]
    territory.store.close()
    assert run([*command, "--set", "contract_id=a=b", "--set", "budget=syndicate", "--save-mapping", str(saved)]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["data"]["mapping"]["constants"] == {"contract_id": "a=b", "budget": "syndicate"}
    assert document["files"] == [str(saved)]
    assert run([*command, "--set", "owner_siren"]) == 2
    refusal = json.loads(capsys.readouterr().out)["error"]
    assert "owner_siren=259999999" in refusal["what"] + refusal["why"] + refusal["fix"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_said_of_an_import(language: Language, territory: Territory, tmp_path: Path) -> None:
    """EPSG codes are not cut in thousands, and a single row does not need a plural."""
    lost = "L900;0;0;SHP;0;Rue du Lavoir;Bourg;219999999\n"
    answer = import_file(territory, inventory(tmp_path, row(1), row(2), lost), dry_run=True)
    told = "\n".join(said(line, language) for section in answer.sections for line in section.lines)
    assert "EPSG:2154" in told
    expected = {"fr": "refusées\u202f: 1", "en": "refused: 1"}
    assert expected[language] in told
    assert "Identifiant" in told


def test_importing_twice_changes_nothing_and_an_update_shows_its_difference(
    territory: Territory, tmp_path: Path
) -> None:
    rows = [row(number) for number in range(10)]
    import_file(territory, inventory(tmp_path, *rows))
    fingerprint = territory.store.fingerprint()
    twice = import_file(territory, inventory(tmp_path, *rows))
    assert (twice.data["added"], twice.data["changed"], twice.data["unchanged"]) == (0, 0, 10)
    assert territory.store.fingerprint() == fingerprint
    updated = import_file(territory, inventory(tmp_path, *rows[:8], row(8, power="40"), row(77)))
    assert (updated.data["added"], updated.data["changed"], updated.data["unchanged"]) == (1, 1, 8)
    assert updated.data["absent"] == ["L009"]
    [difference] = [found for found in updated.data["differences"] if found["asset_id"] == "L008"]  # type: ignore[attr-defined]
    assert difference["column"] == "lamp_power_w"
    assert (float(difference["before"]), float(difference["after"])) == (100.0, 40.0)


def test_a_correction_made_by_hand_survives_the_next_inventory(territory: Territory, tmp_path: Path) -> None:
    rows = [row(number) for number in range(3)]
    import_file(territory, inventory(tmp_path, *rows), on=dt.date(2026, 1, 1))
    table = territory.asset_tables["luminaire"]
    territory.store.correct(table, "L001", "lamp_power_w", 70.0, author="agent", on=dt.date(2026, 3, 1))
    again = import_file(territory, inventory(tmp_path, *rows[:1], row(1, power="150"), row(2)))
    assert again.data["kept_corrections"] == [["L001", "lamp_power_w"]]
    assert luminaires(territory).filter(pl.col("asset_id") == "L001")["lamp_power_w"].item() == 70.0
    history = territory.store.history(table, "L001")
    assert history.height >= 2


def test_refused_rows_go_to_quarantine_and_come_back_mended(territory: Territory, tmp_path: Path) -> None:
    lost = "L900;0;0;SHP;100;Rue du Lavoir;Bourg;219999999\n"
    answer = import_file(territory, inventory(tmp_path, *(row(number) for number in range(9)), lost))
    assert (answer.data["read"], answer.data["refused"]) == (9, 1)
    refused = territory.folder / "quarantine" / "lampes-refused.csv"
    text = refused.read_text(encoding="utf-8-sig")
    assert "L900" in text
    assert "BOC-IMP-" in text
    mended = import_file(territory, inventory(tmp_path, *(row(number) for number in range(10))))
    assert mended.data["refused"] == 0
    assert not refused.exists()


def test_a_missing_file_and_an_unknown_type_are_refused(territory: Territory, tmp_path: Path) -> None:
    with pytest.raises(BocageError) as refusal:
        import_file(territory, tmp_path / "nothing.csv")
    assert refusal.value.code == "BOC-TWI-015"
    with pytest.raises(BocageError) as refusal:
        import_file(territory, inventory(tmp_path, row(1)), asset_type="submarine")
    assert refusal.value.code == "BOC-TWI-016"


def test_every_asset_names_its_owner_power_and_budget(territory: Territory, tmp_path: Path) -> None:
    import_file(territory, inventory(tmp_path, *(row(number) for number in range(3))))
    domain = territory.domain("lighting")
    completed = territory.assets(domain, territory.site(domain))["luminaire"]
    assert set(completed["owner_siren"]) == {"219999999"}
    assert set(completed["competence"]) == {"public_lighting"}
    assert set(completed["budget"]) == {"M57_main"}


@pytest.mark.parametrize("name", ["../../etc/passwd", "a/b\\c", "…", "Éclairage 2024"])
def test_a_source_never_names_a_file_outside_the_territory(name: str) -> None:
    made = file_name(name)
    assert made
    assert "/" not in made
    assert "\\" not in made
    assert not made.startswith(".")
