"""The example syndicate: twenty communes from their files to one plan, its report and a sheet for each."""

from pathlib import Path

import pytest

from bocage.twin.demo_syndicate import SyndicateMade, run_syndicate, write_files
from bocage.twin.plan_record import load_plan
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
