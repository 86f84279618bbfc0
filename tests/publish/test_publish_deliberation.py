"""The draft deliberation: French pattern, amounts filled in, blanks in sight."""

from dataclasses import replace
from pathlib import Path

import pytest
from docx import Document
from docx.enum.text import WD_COLOR_INDEX
from publish_samples import made_up_content

from bocage.publish.deliberation import BLANK, write_deliberation
from bocage.publish.report.content import FundingLine, ReportContent
from bocage.vocabulary.codes import BocageError
from bocage.vocabulary.text import LANGUAGES, Language


def lines(path: Path) -> list[str]:
    return [paragraph.text for paragraph in Document(str(path)).paragraphs]


def test_the_french_pattern_in_its_order(tmp_path: Path) -> None:
    text = "\n".join(lines(write_deliberation(made_up_content(), tmp_path / "d.docx", language="fr")))
    marks = [
        "Département",
        "EXTRAIT DU REGISTRE DES DÉLIBÉRATIONS DU CONSEIL MUNICIPAL",
        "date de convocation",
        "Secrétaire de séance",
        "Objet",
        "Exposé des motifs",
        "L. 2121-29",
        "Considérant",
        "Le conseil municipal, après en avoir délibéré, décide",
        "Article 1",
        "Article 2",
        "Votes",
        "Extrait certifié conforme",
        "préfecture",
    ]
    positions = [text.index(mark) for mark in marks]
    assert positions == sorted(positions)
    assert "486\u202f300\u202f€" in text
    assert "238\u202f671\u202f€" in text
    assert "Light" not in text


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_blank_is_highlighted(tmp_path: Path, language: Language) -> None:
    document = Document(str(write_deliberation(made_up_content(), tmp_path / "d.docx", language=language)))
    paragraphs = [
        *document.paragraphs,
        *(p for t in document.tables for r in t.rows for c in r.cells for p in c.paragraphs),
    ]
    runs = [run for paragraph in paragraphs for run in paragraph.runs]
    blanks = [run for run in runs if BLANK in run.text]
    assert len(blanks) >= 15
    assert all(run.font.highlight_color == WD_COLOR_INDEX.YELLOW and run.text == BLANK for run in blanks)


def plain(text: str) -> str:
    """Narrow spaces made plain, so that a sentence can be written in a test."""
    return text.replace("\u202f", " ")


def with_an_alternative(content: ReportContent) -> ReportContent:
    """The content with an aid that the plan does without, as a rule that excludes the DETR is."""
    programme = "Fonds vert, rénovation de l’éclairage public, volet des parcs anciens de plus de vingt-cinq ans"
    return replace(
        content,
        funding=[*content.funding, FundingLine(programme=programme, amount_eur=32_560.65, status="uncounted")],
    )


def test_funding_table_adds_up_to_the_works_and_no_more(tmp_path: Path) -> None:
    content = with_an_alternative(made_up_content())
    document = Document(str(write_deliberation(content, tmp_path / "d.docx", language="fr")))
    rows = [[cell.text for cell in row.cells] for row in document.tables[1].rows]
    counted = [line for line in content.funding if line.status != "uncounted"]
    assert len(rows) == len(counted) + 2
    works_ttc = 1.2 * content.decision.cost_eur
    assert rows[-1][2].replace("\u202f", "") == f"{works_ttc:.0f}€"
    printed = [int("".join(filter(str.isdigit, row[2]))) for row in rows[1:-1]]
    assert sum(printed) == round(works_ttc)
    assert not any("Fonds vert" in cell for row in rows for cell in row)


def test_what_excludes_a_counted_aid_is_asked_for_in_its_stead_only(tmp_path: Path) -> None:
    content = with_an_alternative(made_up_content())
    text = lines(write_deliberation(content, tmp_path / "d.docx", language="fr"))
    applied = next(line for line in text if "demander les aides" in line)
    asked, instead = plain(applied).split("Si l’une d’elles n’est pas accordée")
    assert "DETR" in asked
    assert "Fonds vert" not in asked
    assert "FCTVA" not in asked
    assert "Fonds propres" not in asked
    assert content.funding[-1].programme in instead, "no name is shortened in a legal act"


def test_article_one_says_what_own_funds_become_without_the_hoped_aid(tmp_path: Path) -> None:
    content = made_up_content()
    text = lines(write_deliberation(content, tmp_path / "d.docx", language="fr"))
    article = plain(next(line for line in text if plain(line).startswith("Article 1")))
    assert "335 931 € si cette aide n’est pas accordée : DETR" in article  # 238,671 + 97,260


def test_a_right_whose_rule_was_not_checked_is_not_said_to_be_acquired(tmp_path: Path) -> None:
    content = made_up_content()
    unchecked = replace(content.funding[1], rule_status="to_verify")
    content = replace(content, funding=[content.funding[0], unchecked, *content.funding[2:]])
    document = Document(str(write_deliberation(content, tmp_path / "d.docx", language="fr")))
    status = {row.cells[0].text: row.cells[1].text for row in document.tables[1].rows}
    assert status["Certificats d’économies d’énergie (CEE)"] == "de droit si éligible (règle à vérifier)"
    assert status["Syndicat d’énergie"] == "acquis"


def test_nothing_chosen_takes_note(tmp_path: Path) -> None:
    content = replace(made_up_content(), decision=None, funding=())
    text = "\n".join(lines(write_deliberation(content, tmp_path / "d.docx", language="fr")))
    assert "prend acte du diagnostic" in text
    assert "Article 2" not in text


def test_fictional_and_draft_are_said_in_the_header(tmp_path: Path) -> None:
    path = write_deliberation(made_up_content(), tmp_path / "d.docx", language="fr")
    header = Document(str(path)).sections[0].header.paragraphs[0].text
    assert header.startswith("PROJET")
    assert "fictif" in header


def test_hostile_names_are_text(tmp_path: Path) -> None:
    content = made_up_content()
    name = "<w:b/> & \x00\x1f {place} \U0001f4a1"
    content = replace(
        content, place=replace(content.place, name=name), decision=replace(content.decision, programme=name)
    )
    text = "\n".join(lines(write_deliberation(content, tmp_path / "d.docx", language="fr")))
    assert "<w:b/> &  {place} \U0001f4a1" in text


def test_the_syndicate_has_its_committee_and_its_president(tmp_path: Path) -> None:
    content = made_up_content()
    content = replace(content, place=replace(content.place, kind="syndicate"))
    text = "\n".join(lines(write_deliberation(content, tmp_path / "d.docx", language="fr")))
    assert "Le comité syndical, après en avoir délibéré" in text
    assert "le président" in text
    assert "le maire" not in text


def test_a_file_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BocageError) as refusal:
        write_deliberation(made_up_content(), tmp_path, language="fr")
    assert refusal.value.code == "BOC-PUB-001"
