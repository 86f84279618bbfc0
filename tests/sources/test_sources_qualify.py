"""Identifiers that every commune uses: kept apart by the commune, in a file and between files."""

from pathlib import Path

import pytest

from bocage.twin.build import import_file
from bocage.twin.territory import Territory, create_territory

LAMPS = """insee;num_point;type_lampe;puissance;armoire;x;y
53801;PL1;LED;40;A1;400000;6780000
53801;PL2;LED;40;A1;400030;6780000
53802;PL1;SHP;100;A1;405000;6780000
"""
CABINETS = """insee;nom_armoire;num_pdl;x;y
53801;A1;12345678901234;400010;6780000
53802;A1;12345678905678;405010;6780000
"""


@pytest.fixture
def syndicate(tmp_path: Path) -> Territory:
    return create_territory(tmp_path / "t", code="999000053", name="Syndicat", settings={"kind": "syndicate"})


def _write(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_cabinets_of_the_same_name_stay_apart_and_feed_their_own_commune(syndicate: Territory, tmp_path: Path) -> None:
    import_file(syndicate, _write(tmp_path, "lamps.csv", LAMPS), asset_type="luminaire")
    import_file(syndicate, _write(tmp_path, "cabinets.csv", CABINETS), asset_type="cabinet")
    tables = syndicate.asset_tables
    cabinets = syndicate.store.read_assets(tables["cabinet"])
    lamps = syndicate.store.read_assets(tables["luminaire"])
    assert set(cabinets["asset_id"]) == {"53801-A1", "53802-A1"}
    assert cabinets["name"].to_list() == ["A1", "A1"]
    assert lamps.height == 3
    assert dict(lamps.group_by("cabinet_id").len().iter_rows()) == {"53801-A1": 2, "53802-A1": 1}
    syndicate.store.close()


def test_the_same_number_in_two_files_is_not_the_same_point(syndicate: Territory, tmp_path: Path) -> None:
    header, *rows = LAMPS.splitlines()
    for name, kept in (("one", rows[:2]), ("two", rows[2:])):
        text = "\n".join([header.replace("num_point", "id"), *kept]) + "\n"
        import_file(syndicate, _write(tmp_path, f"{name}.csv", text), asset_type="luminaire")
    lamps = syndicate.store.read_assets(syndicate.asset_tables["luminaire"])
    assert sorted(lamps["asset_id"]) == ["53801-PL1", "53801-PL2", "53802-PL1"]
    again = import_file(syndicate, tmp_path / "one.csv", asset_type="luminaire")
    assert (again.data["unchanged"], again.data["added"]) == (2, 0)
    syndicate.store.close()


def test_a_commune_keeps_its_own_identifiers(tmp_path: Path) -> None:
    commune = create_territory(tmp_path / "c", code="53801", name="Une commune")
    text = LAMPS.replace("num_point", "id").splitlines()[:3]
    import_file(commune, _write(tmp_path, "lamps.csv", "\n".join(text) + "\n"), asset_type="luminaire")
    lamps = commune.store.read_assets(commune.asset_tables["luminaire"])
    assert sorted(lamps["asset_id"]) == ["PL1", "PL2"]
    assert lamps["cabinet_id"].to_list() == ["A1", "A1"]
    commune.store.close()


def test_the_commune_of_a_whole_file_qualifies_too(syndicate: Territory, tmp_path: Path) -> None:
    text = "\n".join(line.partition(";")[2] for line in LAMPS.replace("num_point", "id").splitlines()[:3]) + "\n"
    path = _write(tmp_path, "lamps.csv", text)
    import_file(syndicate, path, asset_type="luminaire", constants={"commune_code": "53901"})
    lamps = syndicate.store.read_assets(syndicate.asset_tables["luminaire"])
    assert sorted(lamps["asset_id"]) == ["53901-PL1", "53901-PL2"]
    assert lamps["commune_code"].unique().to_list() == ["53901"]
    syndicate.store.close()
