"""A territory whose twin is in a database: every verb works as on a file, and one becomes the other."""

import datetime as dt
import zipfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from click.testing import CliRunner

from bocage.cli.program import program
from bocage.twin.backup import backup, restore
from bocage.twin.build import import_file
from bocage.twin.copying import copy_territory
from bocage.twin.demo import IDENTITY, write_examples
from bocage.twin.diagnose import diagnose
from bocage.twin.doctor import doctor
from bocage.twin.export import export
from bocage.twin.plan import plan
from bocage.twin.report import write_reports
from bocage.twin.status import status
from bocage.twin.territory import create_territory, open_territory
from bocage.vocabulary.codes import BocageError
from bocage.vocabulary.example import EXAMPLE_TERRITORY


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example territory as a file: imported and diagnosed."""
    folder = tmp_path_factory.mktemp("server")
    on = dt.date.fromisoformat(str(EXAMPLE_TERRITORY["inventory_date"]))
    with create_territory(
        folder / "file",
        code=str(EXAMPLE_TERRITORY["code"]),
        name=str(EXAMPLE_TERRITORY["name"]),
        settings={key: EXAMPLE_TERRITORY[key] for key in IDENTITY},
    ) as territory:
        for file in write_examples(folder / "files"):
            import_file(territory, file.path, asset_type=file.asset_type, source=file.source, on=on)
        diagnose(territory)
    return folder / "file"


@pytest.fixture(scope="module")
def server(demo: Path, database: str) -> Iterator[Path]:
    """The example territory, copied into the database."""
    into = demo.parent / "base d'été"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BOCAGE_DATABASE_URL", database)
        answer = copy_territory(demo, into, form="postgis")
        assert answer.data["identical"]
        yield into


def test_a_copy_in_the_database_is_the_same_territory(demo: Path, server: Path) -> None:
    assert not (server / "twin.gpkg").exists()
    assert 'store = "postgis"' in (server / "territory.toml").read_text(encoding="utf-8")
    with open_territory(demo) as file, open_territory(server) as base:
        assert base.fingerprint() == file.fingerprint()
        assert base.store.layers() == file.store.layers()
        assert base.store.check() == []
        assert status(base).data == {**status(file).data}


def test_every_verb_works_on_it(server: Path, tmp_path: Path) -> None:
    with open_territory(server) as territory:
        checks = doctor(territory).data["checks"]
        assert {check["name"]: check["sound"] for check in checks}["twin"]
        plan(territory, budget_eur_year=25_000, years=3, gap=0.05)
        assert territory.store.layers()["plan"] > 0
        written = write_reports(territory, into=tmp_path / "report")
        assert {path.suffix for path in written.files} >= {".pdf", ".docx"}
        exported = export(territory, into=tmp_path / "export")
        assert (tmp_path / "export" / f"{territory.code}.gpkg") in exported.files


def test_a_backup_of_it_restores_to_a_file_with_the_same_content(server: Path, tmp_path: Path) -> None:
    archive = tmp_path / "sauvegarde.zip"
    assert backup(server, archive).data["verified"]
    with zipfile.ZipFile(archive) as pack:
        assert 'store = "geopackage"' in pack.read("territory.toml").decode()
        assert {"twin.gpkg", "series.sqlite"} <= set(pack.namelist())
    restore(archive, tmp_path / "again")
    with open_territory(server) as base, open_territory(tmp_path / "again") as file:
        assert file.fingerprint() == base.fingerprint()
        assert file.store.fingerprint() == base.store.fingerprint()
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_it_becomes_a_file_again(server: Path, tmp_path: Path) -> None:
    run = CliRunner().invoke(program, ["copy", str(tmp_path / "file"), "-t", str(server), "--store", "geopackage"])
    assert run.exit_code == 0, run.output
    with open_territory(server) as base, open_territory(tmp_path / "file") as file:
        assert file.store.fingerprint() == base.store.fingerprint()


def test_a_territory_is_not_copied_over_itself(server: Path, tmp_path: Path) -> None:
    with pytest.raises(BocageError) as refusal:
        copy_territory(server, tmp_path / "twice")
    assert refusal.value.code == "BOC-STO-032"
    assert not (tmp_path / "twice").exists()
    with pytest.raises(BocageError) as refusal:
        copy_territory(server, server, form="geopackage")
    assert refusal.value.code == "BOC-TWI-008"


def test_a_new_territory_that_the_database_refuses_leaves_no_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, database: str
) -> None:
    settings = {"store": "postgis"}
    monkeypatch.setenv("BOCAGE_DATABASE_URL", "postgresql://clerk@127.0.0.1:1/x")
    with pytest.raises(BocageError) as refusal:
        create_territory(tmp_path / "new", code="35238", name="Rennes", settings=settings)
    assert refusal.value.code == "BOC-STO-024"
    assert not (tmp_path / "new").exists()
    monkeypatch.setenv("BOCAGE_DATABASE_URL", database)
    with create_territory(tmp_path / "new", code="35238", name="Rennes", settings=settings) as territory:
        assert territory.store.layers()["territory"] == 1
    with pytest.raises(BocageError) as refusal:
        create_territory(tmp_path / "other", code="35238", name="Rennes", settings=settings)
    assert refusal.value.code == "BOC-STO-032"
    assert list((tmp_path / "new").iterdir()) == [tmp_path / "new" / "territory.toml"]


def test_no_password_is_written_in_the_folder(server: Path, database: str) -> None:
    password = urlsplit(database).password or "postgres"
    written = [path for path in server.rglob("*") if path.is_file()]
    assert written
    assert [path for path in written if password.encode() in path.read_bytes()] == []
