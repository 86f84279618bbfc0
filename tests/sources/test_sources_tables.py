"""Tables as people lay them out: headers on two lines, tables that follow each other, merged cells, stray marks."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import xlsxwriter

from bocage.sources.files import read_raw
from bocage.sources.inventory import Reading

Import = Callable[..., Reading]


@dataclass(frozen=True, kw_only=True)
class Case:
    """A text file: identifiers kept, codes of the rows refused by line, verdicts said, values by identifier."""

    content: str | bytes
    rows: tuple[str, ...]
    refused: dict[int, str] = field(default_factory=dict)
    said: tuple[str, ...] = ()
    unsaid: tuple[str, ...] = ()
    values: dict[tuple[str, str], object] = field(default_factory=dict)


BODY = "1;652000;6860000;70\n2;652010;6860010;100\n"
CASES: dict[str, Case] = {
    "groups above the names": Case(
        content="Point lumineux;;;Lampe\nid;x;y;puissance\n" + BODY,
        rows=("1", "2"),
        said=("BOC-IMP-331",),
        values={("1", "lamp_power_w"): 70.0},
    ),
    "groups that name one column alone": Case(
        content="id;Position;;puissance\n;x;y;\n" + BODY,
        rows=("1", "2"),
        said=("BOC-IMP-331",),
        values={("2", "lamp_power_w"): 100.0},
    ),
    "a first row of texts is no second header": Case(
        content="id;rue;;type_lampe\nA1;POINT (652000 6860000);;LED\nA2;POINT (652010 6860000);;SHP\n",
        rows=("A1", "A2"),
        unsaid=("BOC-IMP-331",),
    ),
    "header repeated on each page": Case(
        content="id;x;y;puissance\n1;652000;6860000;70\nid;x;y;puissance\n2;652010;6860010;100\n",
        rows=("1", "2"),
        refused={3: "BOC-IMP-116"},
    ),
    "another table below": Case(
        content="id;x;y;puissance\n"
        + BODY
        + ";;;\n\narmoire;x;y;compteur\nA;652000;6860000;123\nB;652000;6860001;124\n",
        rows=("1", "2"),
        refused={6: "BOC-IMP-115", 7: "BOC-IMP-115", 8: "BOC-IMP-115"},
    ),
    "sums at the end": Case(
        content="id;x;y;puissance\n" + BODY + "Nombre de points : 2;;;\n;;Moyenne;85\nSous total;;;170\n",
        rows=("1", "2"),
        refused={4: "BOC-IMP-107", 5: "BOC-IMP-107", 6: "BOC-IMP-107"},
    ),
    "empty columns between": Case(
        content="id;;x;y;;puissance;\n1;;652000;6860000;;70;\n2;;652010;6860010;;100;\n",
        rows=("1", "2"),
        unsaid=("BOC-IMP-311",),
        values={("2", "lamp_power_w"): 100.0},
    ),
    "DOS letters": Case(
        content="id;x;y;rue\n1;652000;6860000;Allée des Érables à côté\n".encode("cp850"),
        rows=("1",),
        values={("1", "street"): "Allée des Érables à côté"},
    ),
    "UTF-16 without a mark": Case(
        content="id;x;y;rue\n1;652000;6860000;Allée\n".encode("utf-16-le"),
        rows=("1",),
        values={("1", "street"): "Allée"},
    ),
    "spaces between thousands, comma and quotes": Case(
        content='"id","x","y","puissance"\n"1","652 000,5","6 860 000,25","1 070,5"\n',
        rows=("1",),
        values={("1", "lamp_power_w"): 1070.5},
    ),
    "a line that names the delimiter": Case(content="sep=;\nid;x;y;puissance\n" + BODY, rows=("1", "2")),
}


@pytest.mark.parametrize("name", CASES)
def test_layouts_of_tables(name: str, tmp_path: Path, import_file: Import) -> None:
    case = CASES[name]
    path = tmp_path / "a.csv"
    path.write_bytes(case.content if isinstance(case.content, bytes) else case.content.encode())
    reading = import_file(path)
    assert tuple(reading.rows["asset_id"]) == case.rows
    assert dict(reading.refused.select("bocage_row", "bocage_code").iter_rows()) == case.refused
    codes = {verdict.code for verdict in reading.verdicts}
    assert set(case.said) <= codes
    assert not set(case.unsaid) & codes
    by_id = {row["asset_id"]: row for row in reading.rows.iter_rows(named=True)}
    assert {key: by_id[key[0]][key[1]] for key in case.values} == case.values


def test_merged_cells_speak_for_all_their_rows(tmp_path: Path, import_file: Import) -> None:
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("Inventaire")
        sheet.merge_range(0, 0, 0, 4, "Éclairage public 2024")
        sheet.merge_range(1, 0, 2, 0, "id")
        sheet.merge_range(1, 1, 1, 2, "Position")
        sheet.merge_range(1, 3, 1, 4, "Point")
        sheet.write_row(2, 1, ["x", "y", "puissance", "rue"])
        for row, power in enumerate((70, 100, 150), start=3):
            sheet.write_row(row, 0, [f"A{row}", 652_000 + row, 6_860_000, power])
        sheet.merge_range(3, 4, 5, 4, "Rue Haute")
        hidden = book.add_worksheet("Calcul")
        hidden.write_row(0, 0, ["id", "x", "y", "puissance", "lampe"])
        hidden.write_row(1, 0, ["B", 652_000, 6_860_000, 1, "LED"])
        hidden.hide()
    reading = import_file(path)
    assert reading.rows["asset_id"].to_list() == ["A3", "A4", "A5"]
    assert reading.rows["street"].to_list() == ["Rue Haute"] * 3
    assert reading.rows["lamp_power_w"].to_list() == [70.0, 100.0, 150.0]
    said = {verdict.code: verdict.count for verdict in reading.verdicts}
    assert said["BOC-IMP-332"] >= 2
    assert said["BOC-IMP-331"] == 2


def test_the_header_row_is_that_of_the_names(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("Titre\n\nLampe;;;\nid;x;y;puissance\n" + BODY, encoding="utf-8")
    assert read_raw(path).facts["header_row"] == 4
