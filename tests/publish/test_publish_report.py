"""The council report: four tagged pages whatever the content, in both languages."""

import datetime as dt
import io
import itertools
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from publish_samples import made_up_content, made_up_map
from pypdf import PdfReader

from bocage.publish.report.bodies import BODY_WORDS
from bocage.publish.report.content import FindingLine, FundingLine, LedgerLine, MapData, PlannedWork, ReportContent
from bocage.publish.report.table import Room
from bocage.publish.report.typeset import report_model, typeset, write_report
from bocage.publish.typesetting import make_presentable
from bocage.vocabulary.codes import BocageError
from bocage.vocabulary.text import LANGUAGES, Language

HOSTILE = '#import "x" $x^2$ \\ \' *gras* _it_ @ref <b>&amp; `raw` [a] {count} //'


def read(pdf: bytes) -> PdfReader:
    return PdfReader(io.BytesIO(pdf))


def words(pdf: bytes) -> str:
    """Text of all pages, every kind of space made plain and lines joined."""
    return " ".join(" ".join(page.extract_text() for page in read(pdf).pages).split())


def bare(content: ReportContent) -> ReportContent:
    return replace(
        content,
        decision=None,
        headlines=(),
        map=None,
        state=(),
        findings=(),
        breakdowns=(),
        quality=(),
        options=(),
        joint=(),
        requests=(),
        waiting=(),
        funding=(),
        works=(),
        ledgers=(),
        evaluation=(),
        assumptions=(),
        sources=(),
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_four_tagged_pages_in_the_language(tmp_path: Path, language: Language) -> None:
    path = write_report(made_up_content(), tmp_path / "deep" / "report.pdf", language=language)
    reader = read(path.read_bytes())
    root = reader.trailer["/Root"]
    assert len(reader.pages) == 4
    assert root["/MarkInfo"]["/Marked"]
    assert root["/StructTreeRoot"]
    assert root["/Lang"].startswith(language)
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert "pdfuaid:part>1<" in root["/Metadata"].get_data().decode()
    assert "Val-en-Bocage" in reader.metadata.title
    assert reader.metadata.author == "Bocage"
    assert len(reader.outline) >= 3
    width, height = reader.pages[0].mediabox[2:]
    assert (round(float(width)), round(float(height))) == (595, 842)


def test_every_page_says_fictional_date_version_fingerprint_and_interval() -> None:
    pages = [" ".join(page.extract_text().split()) for page in read(typeset(made_up_content(), "fr")).pages]
    for page in pages:
        for sentence in (
            "Territoire fictif",
            "1er novembre 2026",
            "Bocage 0.1.0",
            "3f9ac21b77d0",
            "P10–P90",
            "Document préparatoire",
        ):
            assert sentence in page
    real = replace(made_up_content(), place=replace(made_up_content().place, synthetic=False))
    assert "Territoire fictif" not in words(typeset(real, "fr"))


def test_the_figures_are_there_rounded_to_what_their_interval_allows() -> None:
    text = words(typeset(made_up_content(), "fr"))
    assert "143 000" in text
    assert "121 000 à 164 000 kWh/an" in text
    assert "142 637" not in text
    assert "238 671 €" in text
    assert "34 % par défaut ou déduit" in text
    english = words(typeset(made_up_content(), "en"))
    assert "143,000" in english
    assert "€486,300" in english


def test_pictures_have_their_alternative() -> None:
    structure = _structure(read(typeset(made_up_content(), "fr")))
    alternatives = [str(node["/Alt"]) for node in structure if "/Alt" in node]
    assert any("Vapeur de mercure" in text for text in alternatives)
    assert any("Points lumineux et travaux proposés" in text for text in alternatives)
    assert {"/H1", "/H2", "/Table", "/TH", "/TD", "/Figure"} <= {node["/S"] for node in structure if "/S" in node}


def _structure(reader: PdfReader) -> list[dict[str, object]]:
    found, waiting = [], [reader.trailer["/Root"]["/StructTreeRoot"]]
    while waiting:
        node = waiting.pop().get_object()
        if isinstance(node, list):
            waiting += node
        elif isinstance(node, dict):
            found.append(node)
            if "/K" in node:
                waiting.append(node["/K"])
    return found


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_found_nothing_chosen_no_map(language: Language) -> None:
    pdf = typeset(bare(made_up_content()), language)
    assert len(read(pdf).pages) == 4
    sentence = {"fr": "Aucune action n’a été retenue", "en": "No action was chosen"}[language]
    assert sentence in words(pdf)


def test_hostile_texts_are_printed_as_they_are() -> None:
    content = made_up_content()
    content = replace(
        content,
        place=replace(content.place, name=HOSTILE[:58], department=HOSTILE),
        decision=replace(content.decision, programme=HOSTILE, statement=HOSTILE),
        findings=[FindingLine(code=HOSTILE[:20], sentence=HOSTILE, count=1, severity="critical")],
        works=[PlannedWork(year=2027, place=HOSTILE, label=HOSTILE, cost_eur=1)],
        funding=[FundingLine(programme=HOSTILE, amount_eur=1, condition=HOSTILE)],
        map=replace(content.map, title=HOSTILE, attribution=HOSTILE, names=[("<script>&", 352_000.0, 6_789_000.0)]),
        fingerprint="#panic()",
    )
    pdf = typeset(content, "fr")
    assert len(read(pdf).pages) == 4
    assert " ".join(HOSTILE.split()) in words(pdf)


def test_any_character_can_be_printed_or_is_named() -> None:
    content = made_up_content()
    odd = "Été \U0001f4a1 Ж مرحبا שלום 日本 a\x00b\ud800c \u202ed \u0301\u200d fin"
    pdf = typeset(replace(content, decision=replace(content.decision, programme=odd, statement=odd)), "fr")
    text = words(pdf)
    assert len(read(pdf).pages) == 4
    assert "[U+1F4A1]" in text
    assert "Ж" in text
    assert not {f"[U+{ord(c):04X}]" for c in "Жمرحباשלום"} & set(re.findall(r"\[U\+\w+\]", text))
    assert "[U+65E5]" in text
    assert "abc" in text


def test_the_report_is_made_without_the_text_face_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bocage.publish.typesetting.font_folders", list)
    reader = read(typeset(made_up_content(), "fr"))
    fonts = {
        str(font.get_object()["/BaseFont"]) for page in reader.pages for font in page["/Resources"]["/Font"].values()
    }
    assert len(reader.pages) == 4
    assert all("Libertinus" in name or "DejaVu" in name for name in fonts)
    assert "place de l’Église" in " ".join(reader.pages[0].extract_text().split())


def test_the_text_face_is_installed_with_the_product() -> None:
    reader = read(typeset(made_up_content(), "fr"))
    fonts = [str(font.get_object()["/BaseFont"]) for font in reader.pages[0]["/Resources"]["/Font"].values()]
    assert all("SourceSansPro" in name for name in fonts)


def test_replacement_keeps_what_the_fonts_have() -> None:
    model = {"a": ["é\u202f€", "\U0001f4a1"], "b": 1.5, "c": None}
    assert make_presentable(model, lambda text: text != "\U0001f4a1") == {
        "a": ["é\u202f€", "[U+1F4A1]"],
        "b": 1.5,
        "c": None,
    }


def test_long_tables_are_cut_and_say_so() -> None:
    content = made_up_content()
    long = "Luminaires dont la puissance déclarée dépasse de plus de moitié celle que leur type laisse attendre " * 3
    content = replace(
        content,
        findings=[FindingLine(code=f"BOC-LIG-{i:03d}", sentence=long, count=i, severity="watch") for i in range(60)],
        state=list(content.state) * 9,
        quality=list(content.quality) * 9,
        joint=list(content.joint) * 9,
        requests=list(content.requests) * 30,
        waiting=list(content.waiting) * 30,
        funding=list(content.funding) * 8,
        evaluation=list(content.evaluation) * 9,
        assumptions=list(content.assumptions) * 20,
        works=[
            PlannedWork(year=2027 + i % 25, place=f"rue {i} {long}", label=long, cost_eur=1000.0 + i)
            for i in range(251)
        ],
        sources=[long] * 12,
    )
    pdf = typeset(content, "fr")
    assert len(read(pdf).pages) == 4
    assert "voir le classeur" in words(pdf)
    total = sum(1000.0 + i for i in range(251))
    assert f"{total:,.0f}".replace(",", " ") in words(pdf)


def test_options_and_bars_beyond_the_room_are_said_to_be_left_out() -> None:
    content = made_up_content()
    model = report_model(
        replace(
            content,
            options=list(content.options) * 2,
            breakdowns=[replace(content.breakdowns[0], bars=list(content.breakdowns[0].bars) * 3)],
        ),
        "en",
        [Room()] * 4,
    )
    assert model["third"]["options"]["more"] == "and 3 more, see the workbook"
    assert model["second"]["charts"][0]["source"].endswith("and 4 more, see the workbook")


def test_a_text_that_cannot_fit_is_refused_with_its_code(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Room, "tighter", lambda self: self)
    monkeypatch.setattr("bocage.publish.report.typeset.Room", lambda: Room(scale=3.0))
    with pytest.raises(BocageError) as refusal:
        typeset(made_up_content(), "fr")
    assert refusal.value.code == "BOC-PUB-002"
    assert "Val-en-Bocage" in refusal.value.say("what", "fr")


def test_twenty_thousand_points_in_a_small_file() -> None:
    content = made_up_content(points=20_000, streets=251)
    pdf = typeset(content, "fr")
    assert len(read(pdf).pages) == 4
    assert len(pdf) < 1_500_000


def test_the_same_content_gives_the_same_bytes() -> None:
    assert typeset(made_up_content(), "fr") == typeset(made_up_content(), "fr")


def test_a_folder_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(BocageError) as refusal:
        write_report(made_up_content(), tmp_path / "file" / "report.pdf", language="fr")
    assert refusal.value.code == "BOC-PUB-001"


def test_a_map_without_a_single_finite_point() -> None:
    nowhere = MapData(
        title="vide", points=np.full((3, 2), np.nan), classes=np.zeros(3, dtype=np.int64), legend=made_up_map().legend
    )
    assert len(read(typeset(replace(made_up_content(), map=nowhere), "fr")).pages) == 4


@pytest.mark.parametrize("kind", ["commune", "epci", "syndicate", "departement", "other"])
def test_the_assembly_is_named_by_the_nature_of_the_body(kind: str) -> None:
    place = replace(made_up_content().place, kind=kind)
    text = words(typeset(replace(made_up_content(), place=place), "fr"))
    name = BODY_WORDS[place.kind].assembly.say("fr")
    assert f"{name[:1].upper()}{name[1:]} est invité" in text


def test_the_model_holds_no_english_in_french() -> None:
    model = str(report_model(bare(made_up_content()), "fr", [Room()] * 4))
    for word in ("Decision", "Funding", "Diagnosis", "Options compared", "page {number} of"):
        assert word not in model


def test_both_dates_are_in_the_foot_where_they_differ() -> None:
    content = replace(made_up_content(), computed_on=dt.date(2026, 11, 22))
    for page in read(typeset(content, "fr")).pages:
        assert "données du 1er novembre 2026, calcul du 22 novembre 2026" in " ".join(page.extract_text().split())
    assert "calcul du" not in words(typeset(made_up_content(), "fr"))


def cash_rows(content: ReportContent, room: Room) -> list[list[str]]:
    table = report_model(content, "en", [room] * 4)["fourth"]["cash_table"]
    return [[cell["text"].replace("−", "-").replace(",", "") for cell in row] for row in table["rows"]]


@pytest.mark.parametrize("years", [8, 3])
def test_the_cash_table_adds_up_whatever_the_number_of_aids(years: int) -> None:
    content = made_up_content()
    ledger = content.ledgers[0]
    aids = [LedgerLine(label=f"aid {i}", amounts_eur=[100.0 * i] * 6, aid=True) for i in range(1, 7)]
    flows = [*ledger.lines[:3], *aids]
    carried = list(itertools.accumulate(sum(year) for year in zip(*[one.amounts_eur for one in flows], strict=True)))
    full = replace(ledger, lines=flows, carried_eur=carried, memo=[ledger.lines[3]])
    rows = cash_rows(replace(content, ledgers=[full]), Room(years=years))
    labels = [row[0] for row in rows]
    balance = labels.index("Balance of the year")
    assert labels[balance - 1] == "Other aids"
    assert labels[balance + 1] == "Carried balance of the plan"
    assert labels[-1] == "Savings"
    for column in range(1, len(rows[0])):
        assert sum(int(row[column]) for row in rows[:balance]) == int(rows[balance][column])
    assert int(rows[balance + 1][-2]) == round(carried[-1]) == int(rows[balance][-1])


def test_an_interval_that_prints_as_one_number_is_no_interval() -> None:
    line = FundingLine(programme="aid", amount_eur=40_050, low_eur=40_050, high_eur=40_050, status="certain")
    model = report_model(replace(made_up_content(), funding=[line]), "fr", [Room()] * 4)
    assert model["fourth"]["funding"]["rows"][0][2]["note"] == ""


def test_the_box_says_what_own_funds_become_without_the_hoped_aid() -> None:
    model = report_model(made_up_content(), "en", [Room()] * 4)
    assert "€335,931" in model["first"]["without"]
    sure = replace(made_up_content(), funding=made_up_content().funding[1:])
    assert report_model(sure, "en", [Room()] * 4)["first"]["without"] == ""


def test_an_unchecked_right_has_no_tick() -> None:
    content = made_up_content()
    lines = [replace(content.funding[1], rule_status="to_verify"), content.funding[2]]
    rows = report_model(replace(content, funding=lines), "en", [Room()] * 4)["fourth"]["funding"]["rows"]
    assert [row[1]["icon"] for row in rows] == ["watch", "certain"]
    assert rows[0][1]["text"] == "by right if eligible"
    assert rows[0][1]["note"] == "rule to verify"


def test_methods_and_sources_are_whole_and_the_baseline_is_named() -> None:
    content = made_up_content()
    method = (
        "Compteurs des points, mois par mois, comparés à l’année d’avant travaux corrigée de la durée des nuits " * 2
    )
    content = replace(
        content,
        evaluation=[replace(content.evaluation[0], method=method.strip(), baseline="2026")],
        sources=[f"inventaire {i}" for i in range(12)],
    )
    text = words(typeset(content, "fr"))
    assert method.strip() in text
    assert "Référence : 2026" in text
    assert "Sources des données : inventaire 0, inventaire 1" in text
    assert "inventaire 11" in text


def test_works_put_off_by_a_contract_say_so_in_the_calendar() -> None:
    work = PlannedWork(year=2030, place="ZAC", label="LED", cost_eur=1, delay="à partir de 2030, contrat MPGP-ZAC")
    assert "ZAC (à partir de 2030, contrat MPGP-ZAC)" in words(typeset(replace(made_up_content(), works=[work]), "fr"))


def test_what_the_plan_does_without_is_said_under_the_total() -> None:
    content = made_up_content()
    extra = FundingLine(programme="Fonds vert", amount_eur=32_561, status="uncounted")
    fourth = report_model(replace(content, funding=[*content.funding, extra]), "en", [Room()] * 4)["fourth"]
    printed = [int("".join(filter(str.isdigit, row[2]["text"]))) for row in fourth["funding"]["rows"]]
    assert sum(printed) == 583_560 == int("".join(filter(str.isdigit, fourth["funding"]["total"][2]["text"])))
    assert fourth["hoped"][-1] == "Not counted on: Fonds vert (€32,561)."
