"""Workbook and CSV: true numbers, codes that keep their zeros, nothing that runs."""

import csv
import datetime as dt
import subprocess
import sys
import zipfile
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from publish_samples import made_up_content
from python_calamine import CalamineWorkbook

from bocage.publish.csv_file import write_csv
from bocage.publish.tables import NamedTable, TableColumn, declared_table, kind_of
from bocage.publish.workbook import MOST_ROWS, sheet_names, write_workbook
from bocage.vocabulary.code_labels import core_code_labels
from bocage.vocabulary.codes import BocageError
from bocage.vocabulary.columns import noun_tables
from bocage.vocabulary.text import LANGUAGES, Language

FORMULAS = ["=1+1", "+33 1", "-2", "@SUM(A1)", "\t=1", "|cmd", " =1+1", "{=1}"]


def plain_table(name: str, frame: pl.DataFrame) -> NamedTable:
    """A table whose columns stand under their own names."""
    columns = [TableColumn(name=name, label=name, kind=kind_of(kind)) for name, kind in frame.schema.items()]
    return NamedTable(name=name, label=name, frame=frame, columns=columns)


def lamps() -> NamedTable:
    frame = pl.DataFrame(
        {
            "insee": ["01004", "2A004", "35238"],
            "prm": ["01234567890123", None, "1E13"],
            "street": ['=HYPERLINK("http://x")', 'rue; de l’"Été"', "-"],
            "power_w": [70.5, None, float("nan")],
            "count": [3, 1_234_567, None],
            "installed": [dt.date(2026, 11, 1), None, dt.date(1850, 1, 1)],
            "seen": [dt.datetime(2026, 7, 1, 12, tzinfo=dt.UTC), None, None],
            "ids": [["a", "b"], [], None],
            "led": [True, False, None],
        }
    )
    kinds = ("code", "code", "text", "real", "integer", "date", "datetime", "list", "boolean")
    units = {"power_w": "W"}
    columns = [
        TableColumn(name=name, label={"fr": f"{name} fr", "en": f"{name} en"}, kind=kind, unit=units.get(name, ""))  # type: ignore[arg-type]
        for name, kind in zip(frame.columns, kinds, strict=True)
    ]
    return NamedTable(name="luminaires", label={"fr": "Luminaires", "en": "Luminaires"}, frame=frame, columns=columns)


def sheets(path: Path) -> CalamineWorkbook:
    return CalamineWorkbook.from_path(str(path))


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_workbook_holds_true_values(tmp_path: Path, language: Language) -> None:
    assumptions = made_up_content().assumptions
    path = write_workbook([lamps()], tmp_path / "a.xlsx", language=language, assumptions=assumptions, notes=["=note"])
    book = sheets(path)
    assert (
        book.sheet_names
        == {"fr": ["Lisez-moi", "Luminaires", "Sources"], "en": ["Read me", "Luminaires", "Sources"]}[language]
    )
    labels, unit_row, first, second, third = book.get_sheet_by_name("Luminaires").to_python()
    assert labels[0] == f"insee {language}"
    assert unit_row[3] == "W"
    assert unit_row[6] == "Europe/Paris"
    assert first[0] == "01004"
    assert first[1] == "01234567890123"
    assert first[2] == '=HYPERLINK("http://x")'
    assert first[3] == 70.5
    assert first[4] == 3
    assert first[5] == dt.date(2026, 11, 1)
    assert first[6] == dt.datetime(2026, 7, 1, 14)  # noqa: DTZ001 - spreadsheets know no zone
    assert first[7] == "a;b"
    assert first[8] == {"fr": "oui", "en": "yes"}[language]
    assert second[4] == 1_234_567
    assert [second[3], third[3], second[5]] == ["", "", ""]
    assert third[1] == "1E13"
    assert third[5] == "1850-01-01"
    sources = book.get_sheet_by_name("Sources").to_python()
    assert len(sources) == len(assumptions) + 1
    assert sources[1][1] == 0.22
    assert sources[1][6] == {"fr": "à vérifier", "en": "to verify"}[language]
    assert sources[1][7] == {"fr": "contrat fictif", "en": "fictional contract"}[language]


def test_a_workbook_runs_no_formula(tmp_path: Path) -> None:
    table = plain_table("=cmd", pl.DataFrame({"=a": FORMULAS}))
    path = write_workbook([table], tmp_path / "a.xlsx", language="fr", notes=FORMULAS)
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            if name.startswith("xl/worksheets/sheet"):
                assert b"<f>" not in archive.read(name)
    rows = sheets(path).get_sheet_by_index(1).to_python()
    assert [row[0] for row in rows[2:]] == [text.replace("\t", "\t") for text in FORMULAS]


def test_panes_are_frozen_and_columns_can_be_filtered(tmp_path: Path) -> None:
    path = write_workbook([lamps()], tmp_path / "a.xlsx", language="fr")
    with zipfile.ZipFile(path) as archive:
        sheet = archive.read("xl/worksheets/sheet2.xml").decode()
    assert 'ySplit="2"' in sheet
    assert '<autoFilter ref="A2:I5"' in sheet


def test_declared_tables_bring_labels_units_and_companions(tmp_path: Path) -> None:
    territory = noun_tables()["territory"]
    frame = territory.conform(pl.DataFrame({"territory_id": ["01004"], "name": ["Ambérieu"], "population": [14_000]}))
    frame = frame.with_columns(pl.lit("default").alias("population_origin"), pl.lit(1.0).alias("mine"))
    path = write_workbook([declared_table(territory, frame)], tmp_path / "a.xlsx", language="fr")
    labels, units, values = sheets(path).get_sheet_by_index(1).to_python()
    row = dict(zip(labels, values, strict=True))
    assert row["Code du territoire"] == "01004"
    assert row["Population"] == 14_000
    assert row["Population – origine"] == "par défaut"
    assert row["mine"] == 1.0
    assert units[labels.index("Population")] == "habitants"
    assert "geometry" not in labels


def test_sheet_names_are_valid_and_different() -> None:
    names = sheet_names(["a" * 40, "a" * 40, "A" * 40, "x/y:z", "", "History", "'q'"])
    assert len({name.lower() for name in names}) == len(names)
    assert all(0 < len(name) <= 31 and not set(name) & set("[]:*?/\\") for name in names)
    assert not any(name.startswith("'") or name.lower() == "history" for name in names)


def test_long_text_and_empty_table_survive(tmp_path: Path) -> None:
    long = plain_table("long", pl.DataFrame({"t": ["x" * 40_000, "a\x00b\x1fc"], "n": [10**17, -1]}))
    empty = plain_table("empty", pl.DataFrame(schema={"a": pl.Int64}))
    none = plain_table("none", pl.DataFrame())
    path = write_workbook([long, empty, none], tmp_path / "a.xlsx", language="en")
    rows = sheets(path).get_sheet_by_name("long").to_python()
    assert len(rows[2][0]) == 32_767
    assert rows[2][0].endswith("…")
    assert rows[3][0] == "abc"
    assert rows[2][1] == str(10**17)
    write_csv(none, tmp_path / "none.csv", language="fr")


def test_too_many_rows_are_refused(tmp_path: Path) -> None:
    table = plain_table("big", pl.DataFrame({"a": pl.zeros(MOST_ROWS + 1, pl.Int8, eager=True)}))
    with pytest.raises(BocageError) as refusal:
        write_workbook([table], tmp_path / "a.xlsx", language="fr")
    assert refusal.value.code == "BOC-PUB-003"
    assert not (tmp_path / "a.xlsx").exists()


def test_a_workbook_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    for writer in (
        lambda: write_workbook([lamps()], tmp_path, language="fr"),
        lambda: write_csv(lamps(), tmp_path, language="fr"),
    ):
        with pytest.raises(BocageError) as refusal:
            writer()
        assert refusal.value.code == "BOC-PUB-001"


def test_csv_opens_in_a_french_spreadsheet(tmp_path: Path) -> None:
    path = write_csv(lamps(), tmp_path / "a.csv", language="fr")
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    with path.open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.reader(stream, delimiter=";"))
    assert rows[0][3] == "power_w fr (W)"
    assert rows[1][:5] == ["\t01004", "\t01234567890123", '\t=HYPERLINK("http://x")', "70,5", "3"]
    assert rows[2][0] == "2A004"
    assert rows[2][2] == 'rue; de l’"Été"'
    assert rows[1][5:8] == ["2026-11-01", "2026-07-01 14:00:00", "a;b"]
    assert rows[3][1:4] == ["\t1E13", "\t-", ""]


def test_csv_in_english_uses_comma_and_point(tmp_path: Path) -> None:
    path = write_csv(lamps(), tmp_path / "a.csv", language="en")
    with path.open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.reader(stream))
    assert rows[1][3] == "70.5"


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")),
            st.floats(allow_nan=False, allow_infinity=False),
            st.integers(-(2**60), 2**60),
        ),
        max_size=5,
    )
)
def test_csv_loses_nothing_and_starts_no_formula(tmp_path_factory: pytest.TempPathFactory, rows: list[tuple]) -> None:
    schema = {"t": pl.String, "x": pl.Float64, "n": pl.Int64}
    path = tmp_path_factory.mktemp("csv") / "a.csv"
    write_csv(plain_table("t", pl.DataFrame(rows, schema=schema, orient="row")), path, language="fr")
    with path.open(encoding="utf-8-sig", newline="") as stream:
        read = list(csv.reader(stream, delimiter=";"))[1:]
    assert len(read) == len(rows)
    for (text, real, whole), cells in zip(rows, read, strict=True):
        assert cells[0] in (text, f"\t{text}")
        assert not cells[0].lstrip(" ").startswith(("=", "+", "-", "@"))
        assert float(cells[1].replace(",", ".")) == real
        assert int(cells[2]) == whole


def test_importing_publish_loads_no_heavy_library() -> None:
    code = (
        "import sys, bocage.publish.workbook, bocage.publish.csv_file, bocage.publish.deliberation;"
        "import bocage.publish.report.typeset;"
        "print([m for m in ('typst', 'docx', 'xlsxwriter', 'lxml') if m in sys.modules])"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert out.strip() == "[]"


def decided() -> NamedTable:
    frame = pl.DataFrame(
        {
            "decision": ["in", "waits", None],
            "cost_eur": [10309.000000000002, 0.005, None],
            "value": [362.00842171142574, 0.48922645875, float("nan")],
            "unit": ["kWh/year", "1", None],
        }
    )
    labels = core_code_labels()["decision"]
    columns = [
        TableColumn(name="decision", label={"fr": "Décision", "en": "Decision"}, kind="text", labels=labels),
        TableColumn(name="cost_eur", label={"fr": "Coût", "en": "Cost"}, kind="real", unit="EUR"),
        TableColumn(name="value", label={"fr": "Valeur", "en": "Value"}, kind="real"),
        TableColumn(name="unit", label={"fr": "Unité", "en": "Unit"}, kind="text"),
    ]
    return NamedTable(name="plan", label={"fr": "Plan", "en": "Plan"}, frame=frame, columns=columns)


def test_csv_keeps_codes_beside_what_they_mean_and_numbers_as_their_unit_keeps_them(tmp_path: Path) -> None:
    path = write_csv(decided(), tmp_path / "a.csv", language="fr")
    with path.open(encoding="utf-8-sig", newline="") as stream:
        head, *rows = list(csv.reader(stream, delimiter=";"))
    assert head == ["Décision", "Décision, en clair", "Coût (€)", "Valeur", "Unité"]
    assert rows[0] == ["in", "retenue", "10309,0", "362,0", "kWh/year"]
    assert rows[1] == ["waits", "en attente", "0,01", "0,4892", "1"]
    assert rows[2] == ["", "", "", "", ""]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_workbook_says_codes_in_words_and_holds_rounded_numbers(tmp_path: Path, language: Language) -> None:
    path = write_workbook([decided()], tmp_path / "a.xlsx", language=language)
    rows = sheets(path).get_sheet_by_index(1).to_python()
    assert rows[2][:3] == [{"fr": "retenue", "en": "in the plan"}[language], 10309.0, 362.0]
    assert rows[3][2] == 0.4892
