"""The sheet of a commune: two pages whatever it has to say, in both languages."""

import datetime as dt
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from bocage.publish.report.content import Figure, FindingLine, MapClass, MapData, Place, QualityLine
from bocage.publish.sheet import typeset
from bocage.publish.sheet.content import BillLine, Comparison, SheetContent, YearLine
from bocage.publish.sheet.pages import first_page, second_page
from bocage.publish.sheet.room import SheetRoom
from bocage.publish.sheet.typeset import typeset_sheet, write_sheet
from bocage.publish.tokens import GREY, Mark
from bocage.vocabulary.codes import BocageError

EMPTY = SheetContent(
    place=Place(name="Beauvallon", code="53803"),
    body="Syndicat",
    data_date=dt.date(2026, 3, 1),
    computed_on=dt.date(2026, 4, 1),
    version="0.1",
    fingerprint="abc",
    figures=[Figure(label="Points", value=12.0, unit="points")],
)


def content(*, rows: int, name: str = "Saint-Aubin-des-Bois", word: str = "rue de l'Église") -> SheetContent:
    """A sheet whose every table has that many rows."""
    draw = np.random.default_rng(1)
    return replace(
        EMPTY,
        place=Place(name=name, code="53800", population=1200, department="53", synthetic=True),
        figures=[
            Figure(label="Énergie", value=129_000.0, unit="kWh/year", low=125_000.0, high=134_000.0, default_share=0.4)
        ]
        * 5,
        findings=[
            FindingLine(code=f"BOC-LIG-{n:03d}", sentence=f"Un constat sur la {word}", count=n, severity="watch")
            for n in range(rows)
        ],
        map=MapData(
            title="Points",
            points=draw.uniform(0, 1000, (rows * 3, 2)),
            classes=np.zeros(rows * 3, dtype=np.int64),
            legend=[MapClass(label="Aucun constat", mark=Mark(GREY, "circle"))],
            names=[(f"{word} {n}", 10.0 * n, 5.0 * n) for n in range(rows)],
        ),
        works=[
            YearLine(
                year=2027 + n % 6,
                label="Rénovation",
                places=[f"{word} {k}" for k in range(rows)],
                cost_eur=1000.0,
                grants_eur=200.0,
                own_eur=800.0,
                saving_kwh=500.0,
                saving_eur=90.0,
            )
            for n in range(rows)
        ],
        similar=[Comparison(label=word, unit="kWh/year", value=389.0, low=492.0, median=535.0, high=614.0)] * rows,
        similar_note="Les 20 communes les plus proches.",
        bills=[
            BillLine(
                point=f"{n:014d}", name=word, billed_kwh=100.0 * n, expected_kwh=90.0 * n, low_kwh=80.0 * n,
                high_kwh=100.0 * n, verdict="concordant",
            )
            for n in range(rows)
        ],
        quality=[QualityLine(label=word, measured=0.0, declared=0.2, inferred=0.3, default=0.5)] * rows,
        rests_on_defaults=0.42,
        sources=[f"fichier {n}" for n in range(rows)],
    )  # fmt: skip


def pages(document: bytes, folder: Path) -> list[str]:
    path = folder / "sheet.pdf"
    path.write_bytes(document)
    return [page.extract_text() for page in PdfReader(path).pages]


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("rows", [1, 8, 60])
def test_a_sheet_has_two_pages_however_much_it_says(rows: int, language: str, tmp_path: Path) -> None:
    said = pages(typeset_sheet(content(rows=rows), language), tmp_path)  # type: ignore[arg-type]  # both are languages
    assert len(said) == 2
    assert "Saint-Aubin-des-Bois" in said[0]
    assert ("Ce qui est proposé" if language == "fr" else "What is proposed") in said[0]
    assert ("Données à compléter" if language == "fr" else "Data to complete") in said[1]


def test_a_sheet_says_what_it_does_not_know(tmp_path: Path) -> None:
    first, second = pages(typeset_sheet(EMPTY, "en"), tmp_path)
    assert "No map" in first
    assert "The plan holds no works here" in first
    assert "No invoice is known" in second
    left = first_page(replace(EMPTY, left_out=3), "en", SheetRoom())
    assert left["proposed"] == "The plan holds no works here; 3 actions were studied and left out."


def test_amounts_of_page_one_are_the_totals_of_page_two() -> None:
    sheet = content(rows=4)
    amounts = {one["label"]: one["value"] for one in first_page(sheet, "en", SheetRoom())["amounts"]}
    total = second_page(sheet, "en", SheetRoom())["works"]["total"]
    assert amounts["Works excluding VAT"] == total[2]["text"] == "€4,000"
    assert amounts["Grants of the plan"] == total[3]["text"] == "€800"
    assert amounts["Own share excl. VAT"] == total[4]["text"] == "€3,200"


def test_rows_left_out_are_said() -> None:
    assert "7 more" in second_page(content(rows=9), "en", SheetRoom(bills=2))["bills"]["more"]


def test_a_figure_without_interval_says_nothing_of_one() -> None:
    assert first_page(EMPTY, "en", SheetRoom())["figures"][0]["interval"] == ""


@settings(max_examples=8, deadline=None)
@given(name=st.text(min_size=1, max_size=120))
def test_any_name_of_a_commune_can_be_typeset(name: str) -> None:
    sheet = replace(EMPTY, place=Place(name=name, code="53800"))
    assert typeset_sheet(sheet, "fr").startswith(b"%PDF")


def test_texts_that_cannot_fit_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(typeset, "_TIGHTENINGS", 1)
    with pytest.raises(BocageError, match="BOC-PUB-004"):
        typeset_sheet(content(rows=60, word="une très longue " * 12), "fr")


def test_a_sheet_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder", encoding="utf-8")
    with pytest.raises(BocageError, match="BOC-PUB-001"):
        write_sheet(EMPTY, tmp_path / "file" / "sheet.pdf", language="fr")
