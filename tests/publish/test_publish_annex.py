"""Annexes: charts that say their values, and a tagged PDF of as many pages as it takes."""

import datetime as dt
import re
from pathlib import Path

import polars as pl
import pytest

from bocage.publish.annex.content import AnnexContent, AnnexSection, Picture
from bocage.publish.annex.typeset import table_model, write_annex
from bocage.publish.curves import Band, Spot, Swing, describe_band, draw_band, draw_front, draw_swings
from bocage.publish.tables import NamedTable, TableColumn
from bocage.vocabulary.text import Language

EUROS = ({"fr": "Valeur actuelle nette", "en": "Net present value"}, "EUR")
TONNES = ({"fr": "Émissions évitées", "en": "Emissions avoided"}, "tCO2e")
BAND = Band(
    years=range(2027, 2033),
    low=[10e3, 35e3, 50e3, 80e3, 100e3, 120e3],
    value=[12e3, 40e3, 60e3, 95e3, 120e3, 150e3],
    high=[15e3, 47e3, 74e3, 115e3, 147e3, 190e3],
    unit="EUR",
)


def programme(rows: int) -> NamedTable:
    frame = pl.DataFrame(
        {
            "operation": [f"Renouvellement du secteur {n}, rue <b>&amp;" for n in range(rows)] + ["Total"],
            **{str(year): [1234.5 * (n + 1) for n in range(rows)] + [None] for year in range(2027, 2033)},
        }
    )
    columns = [TableColumn(name="operation", label={"fr": "Opération", "en": "Operation"}, kind="text")]
    columns += [TableColumn(name=str(y), label=str(y), kind="real", unit="EUR") for y in range(2027, 2033)]
    return NamedTable(name="ppi", label="PPI", frame=frame, columns=columns)


def annex(rows: int, language: Language) -> AnnexContent:
    spots = [Spot(x=100 + 30 * n, y=650e3 - 9e3 * n * n, chosen=n == 2, label=f"plan {n}") for n in range(6)]
    swings = [
        Swing(label="Prix de l'électricité", low=310e3, high=920e3),
        Swing(label="Part réalisée", low=540e3, high=720e3),
    ]
    pictures = [
        draw_band(BAND, language),
        draw_front(spots, language, x=TONNES, y=EUROS),
        draw_swings(swings, 640e3, "EUR", language),
    ]
    return AnnexContent(
        title={"fr": "Annexe financière", "en": "Finance annex"}, place="Valbocage", code="99999",
        subtitle={"fr": "Pour la commission des finances", "en": "For the finance committee"},
        data_date=dt.date(2026, 9, 30), version="1", fingerprint="abc", synthetic=True,
        sections=[
            AnnexSection(title="PPI", lead="Montants TTC.", table=programme(rows), totals=1, note="Une note."),
            *(AnnexSection(title="Courbe", picture=Picture(title="Titre", svg=one, alt="texte")) for one in pictures),
        ],
    )  # fmt: skip


@pytest.mark.parametrize("language", ["fr", "en"])
def test_an_annex_is_a_tagged_pdf_of_any_length(tmp_path: Path, language: Language) -> None:
    short = write_annex(annex(3, language), tmp_path / "short.pdf", language=language).read_bytes()
    long = write_annex(annex(120, language), tmp_path / "long.pdf", language=language).read_bytes()
    assert short.startswith(b"%PDF")
    assert b"/MarkInfo" in short
    pages = [int(re.search(rb"/Count (\d+)", made)[1]) for made in (short, long)]  # type: ignore[index]  # every PDF counts them
    assert pages[1] > pages[0] >= 1


def test_totals_are_bold_and_numbers_carry_their_unit_once() -> None:
    model = table_model(programme(2), "en", totals=1)
    assert [column["label"] for column in model["columns"]][:2] == ["Operation", "2027 (€)"]
    assert [row[0]["strong"] for row in model["rows"]] == ["", "", "yes"]
    assert [row[1]["text"] for row in model["rows"]] == ["1,234", "2,469", ""]


def test_the_alternative_text_of_a_curve_gives_each_year() -> None:
    assert describe_band(BAND, "en").split("; ")[0] == "2027 €12,000"


def test_headings_take_the_room_that_numbers_leave_and_short_tables_are_never_cut() -> None:
    label = {"fr": "Coût net cumulé, aides et FCTVA déduites", "en": "Net cost to date, aids and VAT refund deducted"}

    def made(columns: int, rows: int) -> NamedTable:
        names = [f"c{n}" for n in range(columns)]
        shown = [TableColumn(name=name, label=label, kind="real", unit="EUR") for name in names]
        return NamedTable(
            name="t", label="t", frame=pl.DataFrame({name: [1.0] * rows for name in names}), columns=shown
        )

    few, many = table_model(made(6, 8), "fr"), table_model(made(20, 80), "fr")
    widths = [[float(one["width"].removesuffix("em")) for one in table["columns"]] for table in (few, many)]
    assert min(widths[0]) > max(widths[1])
    assert all(sum(each) <= 20 * max(widths[1]) for each in widths)
    assert sum(widths[0]) <= 100
    assert (few["whole"], many["whole"]) == (True, False)
