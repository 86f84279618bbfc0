"""A commune from raw files to plan, report and tables: the example territory, and Paris 5e."""

import csv
import datetime as dt
import json
import os
import re
import shutil
import subprocess
import zipfile
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest
from pypdf import PdfReader

from bocage.twin.answer import Answer
from bocage.twin.backup import backup, restore
from bocage.twin.build import import_file
from bocage.twin.demo import run_demo
from bocage.twin.diagnose import diagnose
from bocage.twin.doctor import doctor
from bocage.twin.export import export
from bocage.twin.plan import plan
from bocage.twin.plan_record import load_plan
from bocage.twin.report import write_reports
from bocage.twin.simulate import simulate
from bocage.twin.status import status
from bocage.twin.tables import declared_plan_columns, plan_tables
from bocage.twin.territory import Territory, create_territory, open_territory
from bocage.vocabulary.codes import BocageError
from bocage.vocabulary.columns import noun_tables

PARIS = "lighting/paris5/eclairage-public-ext-noSquareSoutPriv_arr05buf100_dissolveFoyer.gpkg"
ROADS = "lighting/paris5/bdtopo2019_troncon_route_arr05buf100.gpkg"


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Answer]:
    folder = tmp_path_factory.mktemp("là bas") / "demo"
    return folder, run_demo(into=folder, language="fr", serve=False)


def test_the_demo_ends_with_a_report_that_opens_and_says_it_is_fictional(demo: tuple[Path, Answer]) -> None:
    _folder, answer = demo
    pdf = PdfReader(str(answer.data["report"]))
    pages = [page.extract_text() for page in pdf.pages]
    assert len(pages) == 4
    assert all("fictif" in page for page in pages)
    assert "Valbocage" in pages[0]
    assert answer.data["open"] is None


def test_the_demo_writes_files_that_exist(demo: tuple[Path, Answer]) -> None:
    _folder, answer = demo
    names = {path.suffix for path in answer.files}
    assert {".pdf", ".docx", ".xlsx", ".gpkg", ".csv"} <= names
    assert all(path.stat().st_size > 0 for path in answer.files)


def test_running_the_demo_again_changes_no_asset(demo: tuple[Path, Answer]) -> None:
    folder, _answer = demo
    with open_territory(folder / "territory") as territory:
        before = territory.store.count_assets(territory.asset_tables["luminaire"])
        again = import_file(territory, folder / "files" / "eclairage_bourg.csv", source="commune-bourg")
        after = territory.store.count_assets(territory.asset_tables["luminaire"])
    assert (again.data["added"], again.data["changed"]) == (0, 0)
    assert again.data["unchanged"] == again.data["read"]
    assert before == after


def test_no_year_spends_more_than_its_own_funds_and_what_came_back(demo: tuple[Path, Answer]) -> None:
    folder, _answer = demo
    ledgers = load_plan(folder / "territory" / "results").frames["ledgers"]
    balance = ledgers.filter(pl.col("line") == "balance").sort("year")
    assert balance.height >= 6
    assert balance["amount_eur"].min() >= -1.0  # type: ignore[operator]  # one euro of rounding


def test_every_action_of_the_plan_has_a_reason_and_a_payer(demo: tuple[Path, Answer]) -> None:
    folder, _answer = demo
    with open_territory(folder / "territory", read_only=True) as territory:
        lines = territory.store.read_rows(noun_tables()["plan"])
        actions = territory.store.read_rows(noun_tables()["action"])
    assert set(lines["action_id"]) == set(actions["action_id"])
    assert lines["payer_siren"].null_count() == lines["reason_fr"].null_count() == lines["reason_en"].null_count() == 0
    assert {"in", "request"} <= set(lines["decision"])
    requested = lines.filter(pl.col("decision") == "request")
    assert set(requested["payer_siren"]) == {"259999999"}


def test_the_joint_simulation_is_kept_beside_the_sum_of_the_actions(demo: tuple[Path, Answer]) -> None:
    folder, _answer = demo
    joint = load_plan(folder / "territory" / "results").frames["joint"]
    energy = joint.filter((pl.col("indicator") == "energy_kwh_year") & (pl.col("year") == joint["year"].max()))
    assert energy.height == 1
    assert energy["joint"][0] < 0
    assert energy["joint_low"][0] <= energy["joint"][0] <= energy["joint_high"][0]


def test_a_plan_record_is_plain_json_and_comes_back_as_it_was(demo: tuple[Path, Answer]) -> None:
    folder, _answer = demo
    path = folder / "territory" / "results" / "plan.json"
    content = json.loads(path.read_text(encoding="utf-8"))
    record = load_plan(path.parent)
    assert content["frames"]["plan"]["action_id"]["values"] == record.frames["plan"]["action_id"].to_list()
    assert record.solve.status in {"optimal", "gap", "time_limit"}
    assert record.rules


def test_a_damaged_plan_record_is_said_to_be_missing(demo: tuple[Path, Answer], tmp_path: Path) -> None:
    (tmp_path / "plan.json").write_text('{"made_on": "2026-', encoding="utf-8")
    with pytest.raises(BocageError) as refusal:
        load_plan(tmp_path)
    assert refusal.value.code == "BOC-TWI-012"


def test_the_workbook_holds_the_plan_its_ledgers_and_its_sources(demo: tuple[Path, Answer]) -> None:
    folder, _answer = demo
    with zipfile.ZipFile(folder / "report" / "bocage-99999.xlsx") as book:
        sheets = book.read("xl/workbook.xml").decode()
    for name in ("Plan", "Trésorerie par année", "Financement par action", "Luminaire", "Résultat", "Sources"):
        assert f'name="{name}"' in sheets


def test_csv_keeps_identifiers_as_text(demo: tuple[Path, Answer]) -> None:
    folder, _answer = demo
    path = folder / "tables" / "99999-luminaire.csv"
    with path.open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.reader(stream, delimiter=";"))
    assert len(rows) > 800
    assert len({len(row) for row in rows}) == 1


def test_status_doctor_and_simulation_answer(demo: tuple[Path, Answer]) -> None:
    folder, _answer = demo
    with open_territory(folder / "territory") as territory:
        assert status(territory).data["assets"]
        assert status(territory).data["plan_up_to_date"] is True
        assert doctor(territory).exit == 0
        together = simulate(territory, kinds=["curfew"])
        with pytest.raises(BocageError) as refusal:
            simulate(territory, action_ids=["nothing-of-the-sort"])
    assert refusal.value.code == "BOC-TWI-011"
    difference = {row["indicator"]: row for row in together.data["lighting"]["difference"]}  # type: ignore[index]
    assert difference["energy_kwh_year"]["value"] < 0
    assert difference["dark_hours_h_year"]["value"] > 0


def test_a_backup_restores_to_the_same_twin(demo: tuple[Path, Answer], tmp_path: Path) -> None:
    folder, _answer = demo
    archive = tmp_path / "valbocage.zip"
    assert backup(folder / "territory", archive).data["verified"] is True
    restore(archive, tmp_path / "again")
    with (
        open_territory(folder / "territory", read_only=True) as before,
        open_territory(tmp_path / "again", read_only=True) as after,
    ):
        assert before.store.fingerprint() == after.store.fingerprint()
    assert (tmp_path / "again" / "results" / "plan.json").is_file()
    assert list((tmp_path / "again" / "mappings").glob("*.toml"))


def test_the_report_speaks_english_too(demo: tuple[Path, Answer], tmp_path: Path) -> None:
    folder, _answer = demo
    with open_territory(folder / "territory") as territory:
        written = write_reports(territory, into=tmp_path, language="en")
    text = " ".join(page.extract_text() for page in PdfReader(str(written.files[0])).pages)
    assert "Fictional" in text or "fictional" in text
    for french in ("Décision", "Énergie économisée", "Travaux du plan", "maître d’ouvrage"):
        assert french not in text


def test_a_folder_that_holds_something_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("mine")
    with pytest.raises(BocageError) as refusal:
        run_demo(into=tmp_path, language="fr", serve=False)
    assert refusal.value.code == "BOC-TWI-008"
    assert [path.name for path in tmp_path.iterdir()] == ["letter.txt"]


# --- Paris 5e -------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def paris(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Territory:
    folder = tmp_path_factory.mktemp("paris") / "twin"
    territory = create_territory(folder, code="75105", name="Paris 5e", settings={"siren": "217500016"})
    answer = import_file(territory, data / PARIS)
    assert (answer.data["read"], answer.data["refused"], answer.data["added"]) == (3824, 0, 3824)
    import_file(territory, data / ROADS)
    return territory


def test_paris_is_diagnosed_with_the_counts_of_its_file(paris: Territory) -> None:
    answer = diagnose(paris)
    assert answer.exit == 1  # what `diagnose --check` ends with: something was found
    lighting = answer.data["lighting"]
    whole = {row["indicator"]: row for row in lighting["outcomes"] if row["scope"] == "territory"}  # type: ignore[index]
    counts = {finding["code"]: finding["count"] for finding in lighting["findings"]}  # type: ignore[index]
    assert whole["light_points"]["value"] == 3824
    assert whole["installed_power_kw"]["value"] == pytest.approx(408.2, abs=0.05)
    assert 4094 <= whole["burning_hours_h_year"]["value"] <= 4215
    assert counts["BOC-LIG-001"] == 174
    assert counts["BOC-LIG-002"] == 1176
    assert 1313 in counts.values()


def test_paris_is_planned_and_reported(paris: Territory, tmp_path: Path) -> None:
    answer = plan(paris, budget_eur_year=300_000, years=6, time_limit_s=10, gap=0.02)
    written = write_reports(paris, into=tmp_path, language="fr")
    assert any(line["decision"] == "in" for line in answer.data["plan"])  # type: ignore[attr-defined]
    assert len(PdfReader(str(written.files[0])).pages) == 4


def test_exporting_an_unknown_format_is_refused(paris: Territory, tmp_path: Path) -> None:
    with pytest.raises(BocageError) as refusal:
        export(paris, into=tmp_path, formats=["dwg"])
    assert refusal.value.code == "BOC-TWI-014"


def test_every_column_of_a_plan_is_labelled_and_every_label_has_its_column(demo: tuple[Path, Answer]) -> None:
    folder, _answer = demo
    record = load_plan(folder / "territory" / "results")
    tables = plan_tables(record)
    assert {"financing", "ledgers", "ppi", "operations", "orientation"} <= {table.name for table in tables}
    assert set(declared_plan_columns()) == {table.name for table in tables}
    for table in tables:
        labelled = {column.name for column in table.columns}
        assert labelled <= set(table.frame.columns), table.name
        assert set(table.frame.columns) - labelled <= {"indicator"}, table.name
        assert (folder / "tables" / f"99999-{table.name}.csv").is_file()


def test_a_plan_made_on_other_data_is_not_reported(demo: tuple[Path, Answer], tmp_path: Path) -> None:
    folder, _answer = demo
    shutil.copytree(folder / "territory", tmp_path / "copy")
    with open_territory(tmp_path / "copy") as territory:
        before = territory.fingerprint()
        diagnose(territory)
        assert territory.fingerprint() == before
        table = territory.asset_tables["luminaire"]
        lamp = territory.store.read_assets(table, limit=1)["asset_id"].item()
        territory.store.correct(table, lamp, "lamp_power_w", 33.0, author="agent", on=dt.date(2026, 11, 1))
        assert territory.fingerprint() != before
        assert status(territory).data["plan_up_to_date"] is False
        with pytest.raises(BocageError) as refusal:
            write_reports(territory, into=tmp_path, language="fr")
    assert refusal.value.code == "BOC-TWI-017"
    settings = folder / "territory" / "territory.toml"
    (tmp_path / "copy2").mkdir()
    shutil.copytree(folder / "territory", tmp_path / "copy2", dirs_exist_ok=True)
    dearer = settings.read_text(encoding="utf-8").replace("[lighting]", "[lighting]\nelectricity_price_eur_kwh = 0.3")
    (tmp_path / "copy2" / "territory.toml").write_text(dearer, encoding="utf-8")
    with open_territory(tmp_path / "copy2") as territory, pytest.raises(BocageError) as refusal:
        write_reports(territory, into=tmp_path, language="fr")
    assert refusal.value.code == "BOC-TWI-017"


def test_an_older_gdal_opens_the_snapshot_without_a_warning(
    demo: tuple[Path, Answer], tool: Callable[[str], str]
) -> None:
    folder, _answer = demo
    command = [tool("ogrinfo"), "-ro", "-so", "-al", str(folder / "tables" / "99999.gpkg"), "luminaire"]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env={**os.environ, "LC_ALL": "C.UTF-8"})
    assert "Warning" not in done.stdout + done.stderr
    for line in ("Geometry: Point", "Feature Count: 896", 'ID["EPSG",2154]', "system_power_w: Real"):
        assert line in done.stdout, line


def test_another_reader_finds_four_tagged_pages_and_draws_each(
    demo: tuple[Path, Answer], tool: Callable[[str], str], tmp_path: Path
) -> None:
    _folder, answer = demo
    report = str(answer.data["report"])
    facts = subprocess.run([tool("pdfinfo"), report], capture_output=True, text=True, check=True).stdout
    assert re.search(r"^Tagged:\s+yes$", facts, re.MULTILINE)
    assert re.search(r"^Pages:\s+4$", facts, re.MULTILINE)
    assert "(A4)" in facts
    subprocess.run([tool("pdftoppm"), "-r", "30", "-png", report, str(tmp_path / "page")], check=True)
    pages = sorted(tmp_path.glob("page-*.png"))
    assert len(pages) == 4
    assert all(page.stat().st_size > 5_000 for page in pages)
