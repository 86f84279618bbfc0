"""Tables that leave the twin: places, computed figures, codes in words, rounded numbers, dates of the data."""

import csv
import datetime as dt
import sqlite3
from contextlib import closing
from pathlib import Path

import polars as pl
import pytest

from bocage.cli.program import run
from bocage.twin.answer import said
from bocage.twin.build import import_file
from bocage.twin.code_labels import all_code_labels
from bocage.twin.domains import discover_domains
from bocage.twin.export import export
from bocage.twin.plan import plan
from bocage.twin.status import status
from bocage.twin.territory import Territory, create_territory
from bocage.vocabulary.text import use_language

HEADER = "Identifiant;X;Y;Type lampe;Puissance consommée;Puissance (W);Voie;Quartier;SIREN\n"


def lamps(folder: Path, *powers: float) -> Path:
    rows = [
        f"L{n};{433000 + 25 * n},5;{6794000 + 3 * n};SHP;{power};{power - 10};Rue Haute;Bourg;219999999\n"
        for n, power in enumerate(powers)
    ]
    path = folder / "lampes.csv"
    path.write_text(HEADER + "".join(rows), encoding="utf-8")
    return path


@pytest.fixture
def territory(tmp_path: Path) -> Territory:
    settings = {"siren": "219999999", "longitude_deg": -0.5943, "latitude_deg": 48.1917}
    made = create_territory(tmp_path / "twin", code="99999", name="Valbocage", settings=settings)
    import_file(made, lamps(tmp_path, *[110.0] * 12), on=dt.date(2026, 3, 1))
    return made


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream, delimiter=";"))


def test_luminaires_leave_with_places_figures_and_codes_in_words(territory: Territory, tmp_path: Path) -> None:
    use_language("fr")
    export(territory, into=tmp_path / "out", formats=["csv", "gpkg"])
    rows = {row["Identifiant"]: row for row in rows_of(tmp_path / "out" / "99999-luminaire.csv")}
    first = rows["L0"]
    assert (first["X (m)"], first["Y (m)"]) == ("433000,5", "6794000,0")
    assert float(first["Longitude (°)"].replace(",", ".")) == pytest.approx(-0.5943, abs=0.01)
    assert float(first["Latitude (°)"].replace(",", ".")) == pytest.approx(48.1917, abs=0.01)
    assert (first["Technologie"], first["Technologie, en clair"]) == ("HPS", "sodium haute pression")
    assert len(first["Énergie (kWh/an)"].partition(",")[2]) == 1
    assert first["Énergie par défaut ou déduite"] == "oui"
    with closing(sqlite3.connect(tmp_path / "out" / "99999.gpkg")) as held:
        titles = dict(held.execute("SELECT column_name, title FROM gpkg_data_columns WHERE table_name = 'luminaire'"))
    declared = {column.name for domain in discover_domains() for column in domain.figures["luminaire"]}
    assert {name for name in declared if titles[name] == name} == set()


def test_no_money_of_a_plan_leaves_with_more_than_cents(territory: Territory, tmp_path: Path) -> None:
    use_language("fr")
    plan(territory, budget_eur_year=3000, years=3)
    export(territory, into=tmp_path / "out", formats=["csv"])
    for name in ("plan", "financing", "ledgers", "options"):
        for row in rows_of(tmp_path / "out" / f"99999-{name}.csv"):
            money = [value for head, value in row.items() if head.endswith("(€)") and value]
            assert [value for value in money if len(value.partition(",")[2]) > 2] == []
    (decided, *_rest) = rows_of(tmp_path / "out" / "99999-plan.csv")
    assert decided["Décision, en clair"] in {"retenue", "écartée"}


def test_status_gives_the_date_of_the_data_and_that_of_the_plan(territory: Territory) -> None:
    before = status(territory)
    assert before.data["plan_made_on"] is None
    assert [row["data_of"] for row in before.data["assets"]] == [dt.date(2026, 3, 1)]  # type: ignore[attr-defined]
    plan(territory, budget_eur_year=3000, years=3)
    after = status(territory)
    assert isinstance(after.data["plan_made_on"], dt.date)
    lines = [said(line, "en") for section in after.sections for line in section.lines]
    assert f"Plan computed on {after.data['plan_made_on'].isoformat()}" in lines


def test_the_command_line_says_codes_and_dates_in_words(
    territory: Territory, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = str(territory.folder)
    assert run(["actions", "-t", folder, "--lang", "fr"]) == 0
    shown = capsys.readouterr().out
    assert "à notre main" in shown
    assert " own " not in shown
    assert run(["status", "-t", folder, "--lang", "fr"]) == 0
    assert "01/03/2026" in capsys.readouterr().out


def test_differences_of_an_update_are_said_in_the_language(territory: Territory, tmp_path: Path) -> None:
    use_language("fr")
    updated = import_file(territory, lamps(tmp_path, 62.5, *[110.0] * 11), on=dt.date(2026, 6, 1))
    tables = [section.table for section in updated.sections if section.table is not None]
    (changes,) = [table for table in tables if "before" in table.columns]
    powers = changes.filter(pl.col("column") == "Puissance avec appareillage")
    assert powers.select("before", "after").rows() == [("110", "62,5")]


def test_no_code_means_two_things_in_one_column() -> None:
    labels = all_code_labels(discover_domains())
    for domain in discover_domains():
        for column, codes in domain.code_labels.items():
            assert {code: labels[column][code] for code in codes} == codes
