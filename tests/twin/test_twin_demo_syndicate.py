"""The example syndicate: twenty communes from their files to one plan, its report and a sheet for each."""

from pathlib import Path

import pytest

from bocage.publish.report.table import Room
from bocage.publish.report.typeset import report_model
from bocage.publish.texts import amount, number
from bocage.twin.demo_syndicate import SyndicateMade, run_syndicate, write_files
from bocage.twin.diagnose import examine
from bocage.twin.plan_record import load_plan
from bocage.twin.propose import consider
from bocage.twin.report import report_content
from bocage.twin.territory import open_territory
from bocage.vocabulary.example import EXAMPLE_SYNDICATE, example_members


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> SyndicateMade:
    return run_syndicate(into=tmp_path_factory.mktemp("syndicate"), language="fr")


def test_no_member_can_be_taken_for_a_real_commune() -> None:
    members = example_members()
    assert len({one.code for one in members}) == len({one.name for one in members}) == 20
    assert all(one.code.startswith("99") for one in members)


def test_the_same_seed_writes_the_same_bytes(tmp_path: Path) -> None:
    first, second = write_files(tmp_path / "a"), write_files(tmp_path / "b")
    assert [file.path.name for file in first] == [file.path.name for file in second]
    assert all(one.path.read_bytes() == other.path.read_bytes() for one, other in zip(first, second, strict=True))


def test_every_commune_is_planned_and_has_its_sheet(made: SyndicateMade) -> None:
    sheets = sorted(path.stem for path in (made.folder.parent / "sheets").glob("*.pdf"))
    assert [name.split("-")[0] for name in sheets] == [one.code for one in example_members()]
    assert made.report.read_bytes().startswith(b"%PDF")
    with open_territory(made.folder) as territory:
        record = load_plan(territory.folder / "results")
    assert record.solve.gap <= 0.01
    assert set(record.frames["plan"]["payer_siren"]) == {EXAMPLE_SYNDICATE["siren"]}


def test_a_council_reads_what_was_asked_for(made: SyndicateMade) -> None:
    """Loans, obligations, grouped purchases and the future assumed stand in the report, and add up with the plan."""
    with open_territory(made.folder) as territory:
        record = load_plan(territory.folder / "results")
        states = [examine(territory, domain) for domain in territory.chosen_domains(None)]
        proposals = [consider(territory, state, first_year=record.first_year) for state in states]
        content = report_content(territory, record, proposals)
    assert content.decision is not None
    ledgers = record.frames["ledgers"]
    assert content.decision.lent_eur == pytest.approx(ledgers.filter(ledgers["line"] == "loan")["amount_eur"].sum())
    saved = sum(purchase.saved_eur for purchase in content.purchases)
    assert saved > 0
    pages = report_model(content, "fr", (Room(),) * 4)
    assert [one["label"] for one in pages["first"]["amounts"]][-1] == "dont emprunts"
    assert "Tendance" in pages["first"]["statement"]
    assert number(saved, "EUR", "fr") in pages["first"]["statement"]
    assert len(pages["third"]["duties"]["rows"]) == record.frames["duties"].height
    assert pages["third"]["purchases"]["total"][-1]["text"] == amount(saved, "fr")
    alone = next(line for line in content.joint if line.unit == "EUR")
    assert alone.joint - saved == pytest.approx(content.decision.cost_eur, rel=1e-6)
