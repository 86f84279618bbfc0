"""A small syndicate from its files to the sheet of each commune."""

from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest
from pypdf import PdfReader

from benchmarks.syndicate_files import SYNDICATE, Syndicate, write_syndicate
from bocage.twin.build import import_file
from bocage.twin.commune_table import commune_table
from bocage.twin.communes import COMMUNE
from bocage.twin.members import import_members, member_names
from bocage.twin.plan import plan
from bocage.twin.plan_record import load_current_plan
from bocage.twin.sheet_content import sheet_of
from bocage.twin.sheet_peers import measures_of, peers_of
from bocage.twin.sheets import gather, write_sheets
from bocage.twin.territory import Territory, create_territory
from bocage.vocabulary.codes import BocageError

COMMUNES, POINTS = 7, 700


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Syndicate:
    return write_syndicate(tmp_path_factory.mktemp("files"), seed=4, communes=COMMUNES, points=POINTS)


@pytest.fixture(scope="module")
def syndicate(files: Syndicate, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Territory]:
    with create_territory(
        tmp_path_factory.mktemp("syndicate") / "t",
        code=SYNDICATE["code"],
        name=SYNDICATE["name"],
        settings={"kind": "syndicate", "synthetic": True},
        sections={"computation": {"draws": 40}, "lighting": {"lot_by": "lot"}},
    ) as territory:
        import_members(territory, files.members)
        for path in files.batches:
            import_file(territory, path, asset_type="luminaire")
        import_file(territory, files.cabinets, asset_type="cabinet")
        import_file(territory, files.delivery_points, asset_type="delivery_point")
        import_file(territory, files.invoices, asset_type="invoice")
        plan(territory, budget_eur_year=40_000, years=4, gap=0.05, time_limit_s=5)
        yield territory


def test_every_located_point_of_every_layout_is_in_its_commune(files: Syndicate, syndicate: Territory) -> None:
    lamps = syndicate.store.read_assets(syndicate.asset_tables["luminaire"])
    assert lamps.height == files.located
    assert lamps["commune_code"].null_count() == 0
    assert lamps["commune_code"].n_unique() == COMMUNES
    assert sorted(member_names(syndicate)) == sorted(lamps["commune_code"].unique())
    lost = syndicate.store.read_assets(syndicate.asset_tables["cabinet"])["prm"]
    assert set(lost.str.len_chars()) == {14}  # zeros that a spreadsheet took away are back


def test_the_sheets_share_out_the_territory(syndicate: Territory) -> None:
    record = load_current_plan(syndicate)
    tables, shared = gather(syndicate, record)
    measures = measures_of(tables, shared.indicators, shared.points)
    sheets = [sheet_of(code, tables, shared, measures) for code in tables.known[COMMUNE]]
    assert len(sheets) == COMMUNES
    chosen = record.frames["plan"].filter(pl.col("decision") == "in")
    assert sum(line.cost_eur for sheet in sheets for line in sheet.works) == pytest.approx(chosen["cost_eur"].sum())
    assert sum(line.own_eur for sheet in sheets for line in sheet.works) == pytest.approx(chosen["own_eur"].sum())
    counted = record.frames["financing"].filter(
        pl.col("status").is_in(["certain", "discretionary"]) & pl.col("action_id").is_in(chosen["action_id"].implode())
    )
    assert sum(line.grants_eur for sheet in sheets for line in sheet.works) == pytest.approx(
        counted["amount_eur"].sum()
    )
    state = shared.states[0]
    whole = state.diagnosis.outcomes.where(pl.col("scope") == "territory").summary()
    energy = whole.filter(pl.col("indicator") == "energy_kwh_year")["value"].item()
    assert sum(sheet.figures[1].value for sheet in sheets) == pytest.approx(energy)
    located = sum(len(sheet.map.points) for sheet in sheets if sheet.map)
    assert located == state.assets["luminaire"].height
    mercury = next(found for found in state.diagnosis.findings if found.code == "BOC-LIG-004")
    said = sum(line.count for sheet in sheets for line in sheet.findings if line.code == "BOC-LIG-004")
    assert said == len(mercury.asset_ids)


def test_bills_stand_beside_what_is_expected(syndicate: Territory) -> None:
    tables, shared = gather(syndicate, load_current_plan(syndicate))
    bills = [line for lines in shared.bills.values() for line in lines]
    assert len(shared.bills) > 1
    assert set(shared.bills) <= set(tables.known[COMMUNE])
    assert all(line.billed_kwh is not None for line in bills)
    expected = [line for line in bills if line.expected_kwh]
    assert len(expected) > len(bills) / 2
    assert all(line.low_kwh <= line.expected_kwh <= line.high_kwh for line in expected)  # type: ignore[operator]  # known


def test_each_commune_gets_two_pages_in_each_language(syndicate: Territory, tmp_path: Path) -> None:
    for language, words in (("fr", "Ce qui est proposé"), ("en", "What is proposed")):
        answer = write_sheets(syndicate, into=tmp_path / language, language=language, workers=1)  # type: ignore[arg-type]  # both are
        assert len(answer.files) == COMMUNES
        for path in answer.files:
            pages = PdfReader(path).pages
            assert len(pages) == 2
            assert words in pages[0].extract_text()
            assert "—" not in pages[1].extract_text()


def test_two_processes_write_the_same_sheets(syndicate: Territory, tmp_path: Path) -> None:
    codes = sorted(member_names(syndicate))[:3]
    one = write_sheets(syndicate, into=tmp_path / "one", communes=codes, workers=1).files
    two = write_sheets(syndicate, into=tmp_path / "two", communes=codes, workers=2).files
    for first, second in zip(one, two, strict=True):
        assert [page.extract_text() for page in PdfReader(first).pages] == [
            page.extract_text() for page in PdfReader(second).pages
        ]


def test_the_workbook_tells_the_plan_by_commune(syndicate: Territory) -> None:
    record = load_current_plan(syndicate)
    tables, shared = gather(syndicate, record)
    table = commune_table(tables, shared.indicators)
    assert {column.name for column in table.columns} <= set(table.frame.columns)
    chosen = record.frames["plan"].filter(pl.col("decision") == "in")
    assert table.frame["cost_eur"].sum() == pytest.approx(chosen["cost_eur"].sum())
    assert table.frame["light_points"].sum() == shared.states[0].assets["luminaire"].height
    assert table.frame[COMMUNE].is_sorted()


def test_an_unknown_commune_is_refused(syndicate: Territory, tmp_path: Path) -> None:
    with pytest.raises(BocageError, match="BOC-TWI-036"):
        write_sheets(syndicate, into=tmp_path, communes=["01001"], workers=1)


def test_peers_are_the_nearest_in_size() -> None:
    known = pl.DataFrame({COMMUNE: list("abcd"), "population": [100, 110, 5000, 90], "assets": [1, 2, 3, 4]})
    assert peers_of("a", known) == ["b", "d", "c"]


def test_members_are_read_by_their_headers(tmp_path: Path) -> None:
    with create_territory(tmp_path / "t", code="999000053", name="S", settings={"kind": "syndicate"}) as territory:
        path = tmp_path / "communes.csv"
        path.write_text("Code INSEE;Libellé;Pop\n1004;Ambérieu;14 035\n53801.0;Une;\n;Rien;3\n", encoding="utf-8")
        answer = import_members(territory, path)
        assert answer.data == {"members": 2, "left_out": 1}
        assert member_names(territory) == {"01004": "Ambérieu", "53801": "Une"}
        path.write_text("a;b\n1;2\n", encoding="utf-8")
        with pytest.raises(BocageError, match="BOC-TWI-035"):
            import_members(territory, path)
        assert territory.name == "S"
