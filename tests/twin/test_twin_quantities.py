"""The bill of quantities of a plan: its totals, its files, what refuses it."""

import csv
from pathlib import Path

import polars as pl
import pytest
from click.testing import CliRunner
from python_calamine import CalamineWorkbook

from bocage.cli.program import program
from bocage.twin.build import import_file
from bocage.twin.diagnose import examine
from bocage.twin.plan import plan
from bocage.twin.plan_record import load_plan
from bocage.twin.quantities import bill_of_quantities, write_quantities
from bocage.twin.tables import completed_frames
from bocage.twin.territory import Territory, create_territory, open_territory
from bocage.vocabulary.codes import BocageError
from bocage.vocabulary.text import use_language

LAMPS = ["id;technologie;puissance;rue;secteur;insee;longitude;latitude"] + [
    f"L{number};sodium haute pression;{70 if number % 2 else 150};Rue {number // 12};Bourg;"
    f"{'35238' if number < 36 else '35210'};{-1.68 + number / 5000};48.11"
    for number in range(72)
]
SCHEDULE = [
    "Marché;Lot;N° prix;Désignation;Unité;PU HT",
    "2026-EP;1;1.01;Fourniture et pose luminaire LED jusqu'à 40 W;U;412,50",
    "2026-EP;1;2.01;Dépose de luminaire;U;35,00",
    "2026-EP;1;3.02;Réglage d'horloge pour extinction;U;45,00",
    "2026-EP;1;9.01;Massif béton;U;380,00",
]


@pytest.fixture(scope="module")
def planned(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A territory of two communes with lamps, a schedule of prices and a plan."""
    place = tmp_path_factory.mktemp("quantities") / "territory"
    create_territory(place, code="200000000", name="Deux communes", settings={"kind": "syndicate"}).store.close()
    for name, lines in (("lamps.csv", LAMPS), ("prices.csv", SCHEDULE)):
        (place.parent / name).write_text("\n".join(lines), encoding="utf-8")
    with open_territory(place) as territory:
        import_file(territory, place.parent / "lamps.csv")
        import_file(territory, place.parent / "prices.csv", asset_type="unit_price")
        plan(territory, budget_eur_year=60_000, years=3)
    return place


@pytest.fixture
def territory(planned: Path) -> Territory:
    with open_territory(planned) as opened:
        yield opened


def test_the_totals_are_the_investment_of_the_plan(territory: Territory) -> None:
    record = load_plan(territory.folder / "results")
    bill = bill_of_quantities(territory, record)
    chosen = record.frames["plan"].filter(pl.col("decision") == "in")
    assert chosen.height > 2
    assert bill.planned_eur == pytest.approx(chosen["cost_eur"].sum())
    assert bill.priced_eur + bill.unpriced_eur == pytest.approx(bill.planned_eur, abs=0.01 * chosen.height)
    assert bill.priced_eur > 0
    assert bill.unpriced_eur > 0
    for frame in (bill.priced, bill.unpriced):
        assert (frame["quantity"] * frame["unit_price_eur"]).to_list() == pytest.approx(frame["amount_eur"].to_list())
    assert set(bill.priced["item"]) <= {"1.01", "2.01", "3.02"}
    assert set(bill.priced["commune_code"]) == {"35238", "35210"}
    assert set(bill.priced["year"]) <= set(chosen["year"])
    assert bill.priced.filter(item="1.01")["unit_price_eur"].unique().to_list() == [412.5]
    read = dict(bill.schedule.select("item", "works_item").iter_rows())
    assert read == {"1.01": "led", "2.01": "dismantling", "3.02": "curfew", "9.01": None}


def test_the_files_hold_the_same_amounts(territory: Territory, tmp_path: Path) -> None:
    use_language("fr")
    answer = write_quantities(territory, into=tmp_path)
    assert [path.name for path in answer.files] == [
        "200000000-quantities.xlsx",
        "200000000-quantities.csv",
        "200000000-unpriced.csv",
    ]
    sheets = CalamineWorkbook.from_path(answer.files[0])
    assert sheets.sheet_names[1:4] == [
        "Détail quantitatif estimatif", "Travaux sans prix au bordereau", "Lecture du bordereau des prix",
    ]  # fmt: skip
    total = 0.0
    for name in sheets.sheet_names[1:3]:
        head, _units, *rows = sheets.get_sheet_by_name(name).to_python()
        total += sum(float(row[head.index("Montant HT (€)")]) for row in rows)
    assert total == pytest.approx(answer.data["planned_eur"], abs=0.1)
    with answer.files[1].open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream, delimiter=";"))
    assert sum(float(row["Montant HT (€)"].replace(",", ".")) for row in rows) == pytest.approx(
        answer.data["priced_eur"], abs=0.01
    )
    assert rows[0]["Commune (INSEE)"].strip() in {"35238", "35210"}


def test_the_command_says_amounts_in_both_languages(planned: Path, tmp_path: Path) -> None:
    for language, word in (("fr", "Détail quantitatif estimatif"), ("en", "Bill of quantities")):
        use_language(language)
        found = CliRunner().invoke(
            program, ["quantities", "--territory", str(planned), "--into", str(tmp_path / language)]
        )
        assert found.exit_code == 0, found.output
        assert word in found.output
        assert "412" in found.output


def test_a_plan_out_of_date_or_absent_is_refused(planned: Path, tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    create_territory(empty, code="35238", name="Rennes").store.close()
    with open_territory(empty) as territory, pytest.raises(BocageError) as refused:
        write_quantities(territory)
    assert refused.value.code == "BOC-TWI-012"


def test_a_plan_whose_domains_order_nothing_is_refused(territory: Territory) -> None:
    record = load_plan(territory.folder / "results")
    alone = Territory(territory.folder, territory.config, territory.store, [])
    with pytest.raises(BocageError) as refused:
        bill_of_quantities(alone, record)
    assert refused.value.code == "BOC-TWI-040"


def test_what_a_domain_keeps_for_itself_does_not_leave_the_twin(territory: Territory) -> None:
    state = examine(territory, territory.domain("lighting"))
    assert any(name.startswith("_") for name in state.assets["luminaire"].columns)
    assert not any(name.startswith("_") for name in completed_frames([state])["luminaire"].columns)
