"""A reader who types what the guides say, on the files of fictional towns, gets what they promise."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from docs_pages import FENCE, ROOT, read
from lighting_files import CABINETS, SITE, write_files

from bocage.domains.lighting.example import write_example
from bocage.twin.build import import_file
from bocage.twin.territory import create_territory, open_territory


def lines(page: str) -> list[str]:
    """What the page tells to type, in order."""
    blocks = [body for language, body in FENCE.findall(read(page)) if language == "sh"]
    return [line for body in blocks for line in body.splitlines() if line.strip()]


def typed(page: str, start: Path, furnish: Callable[[Path], object]) -> dict[str, str]:
    """Type each line of a page in its folder, once furnished; every one must succeed. What each printed, by line."""
    folder, said = start, {}
    environment = {**os.environ, "BOCAGE_LANG": "en", "PYTHONIOENCODING": "utf-8", "PYTHONPATH": str(ROOT)}
    for line in lines(page):
        program, *arguments = shlex.split(line)
        if program == "cd":
            folder = folder / arguments[0]
            furnish(folder)
            continue
        assert program == "bocage"
        run = subprocess.run(
            [sys.executable, "-m", "bocage", *arguments],
            cwd=folder, env=environment, capture_output=True, text=True, encoding="utf-8", check=False,
        )  # fmt: skip
        assert run.returncode == 0, f"{line}\n{run.stderr}"
        said[line] = run.stdout + run.stderr
    return said


def answers(said: dict[str, str]) -> Callable[[str], str]:
    """What the first command that starts so printed."""
    return lambda start: next(text for line, text in said.items() if line.startswith(start))


def test_a_reader_gets_from_the_file_to_the_report_and_a_sound_backup(tmp_path: Path) -> None:
    town = next(file.path for file in write_example(tmp_path / "example") if file.path.name == "eclairage_bourg.csv")
    of = answers(typed("docs/own-file.md", tmp_path, lambda folder: shutil.copy(town, folder / "lighting.csv")))
    assert "Nominal power" in of("bocage import lighting.csv --dry-run")
    assert "691" in of("bocage import lighting.csv --dry-run")
    assert "691" in of("bocage import lighting.csv --source town-lighting")
    for suffix in (".pdf", ".docx", ".xlsx"):
        assert suffix in of("bocage report")
    assert (tmp_path / "my-commune.zip").stat().st_size > 10_000
    assert not (tmp_path / "my-commune" / "elsewhere").exists(), "a verification writes nothing"
    assert any((tmp_path / "for-qgis").glob("*.gpkg"))


def test_a_reader_gets_from_roads_and_bills_to_alerts_and_measured_effects(tmp_path: Path) -> None:
    place = {"longitude_deg": SITE.longitude_deg, "latitude_deg": SITE.latitude_deg}
    create_territory(tmp_path / "my-commune", code="53999", name="My commune", settings=place).store.close()
    towns = []
    of = answers(typed("docs/lighting.md", tmp_path, lambda folder: towns.append(write_files(folder))))
    for file in ("lighting", "roads", "cabinets", "delivery-points", "invoices", "supply-prices", "unit-prices"):
        assert "refused: 0" in of(f"bocage import {file}.")
    diagnosis = of("bocage diagnose")
    assert f"of {CABINETS}, 0 of them even at the low bound" in diagnosis
    assert "Delivery points with no cabinet: 1," in diagnosis
    assert "412.50" in of("bocage quantities")
    alerts = of("bocage watch")
    for fault in towns[0].faults:
        if fault.kind in {"lamps_out", "day_burning", "schedule_drift"}:
            assert f"Cabinet {fault.cabinet_id}:" in alerts
    assert "since-2025-01-01" in of("bocage evaluate")


def test_a_reader_learns_what_a_luminaire_makes_of_a_road(tmp_path: Path, data: Path) -> None:
    shutil.copy(data / "lighting" / "photometry" / "sample2.ldt", tmp_path / "luminaire.ldt")
    file, tilted, motor, foot = typed("docs/photometry.md", tmp_path, lambda _: None).values()
    assert "78 98 100 100 100" in file
    assert tilted != file
    assert "class M4" in motor
    assert "Overall uniformity" in motor
    assert "class P3" in foot
    assert "Average illuminance" in foot


PLANNED = ("Rue Pasteur", "Avenue de la Gare", "Grande Rue", "Rue des Acacias", "Route de la Forêt")
"""Streets of the town that the page about plans decides on."""


def furnish_plan(folder: Path) -> None:
    """The budgets and the choices that the page gives, as it gives them."""
    tables = [body for language, body in FENCE.findall(read("docs/plan.md")) if language == "csv"]
    for name, table in zip(("budgets.csv", "choices.csv"), tables, strict=True):
        (folder / name).write_text(table, encoding="utf-8")


def test_a_reader_asks_for_a_plan_questions_it_and_reads_it(tmp_path: Path) -> None:
    known = {"population": 3400, "department": "53"}
    create_territory(tmp_path / "my-commune", code="53999", name="My commune", settings=known).store.close()
    town = next(file.path for file in write_example(tmp_path / "example") if file.path.name == "eclairage_bourg.csv")
    title, head, *rows = town.read_bytes().splitlines(keepends=True)
    kept = [row for row in rows if any(street.encode("cp1252") in row for street in PLANNED)]
    (tmp_path / "town.csv").write_bytes(b"".join([title, head, *kept]))
    with open_territory(tmp_path / "my-commune") as territory:
        import_file(territory, tmp_path / "town.csv", source="town")
    said = typed("docs/plan.md", tmp_path, furnish_plan)
    of = answers(said)
    for table in ("budgets", "choices"):
        assert "refused: 0" in of(f"bocage import {table}.csv")
    asked = of("bocage plan")
    assert "mandatory (Délibération du 12 juin 2026)" in asked
    assert "Switch off" not in asked, "the council left it out"
    assert "None of them is beaten in both" in of("bocage front")
    assert "mandatory (Délibération du 12 juin 2026)" in of("bocage why")
    assert "come in" in of("bocage what-if --budget")
    assert re.search(r"goes out +.*Rue Pasteur", of("bocage what-if --without"))
    assert "S2 Territorial cooperation" in of("bocage futures")
    assert "Formula:" in of("bocage explain npv")
    for written in ("-finances.pdf", "-expert.pdf", "-deliberation.docx", ".xlsx"):
        assert written in of("bocage report")
    assert "council vote" in of("bocage schedule")
