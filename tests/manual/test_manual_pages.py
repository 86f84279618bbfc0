"""The reference pages are those that the code draws today, and `explain` tells the same."""

import re
from pathlib import Path

import pytest

from bocage.decide.answer.figures import figures
from bocage.twin.explain import explain
from bocage.twin.glossary import glossary
from bocage.twin.manual import FOLDERS, manual_pages, write_manual
from bocage.vocabulary.codes import BocageError, core_codes
from bocage.vocabulary.text import LANGUAGES, Message

DOCS = Path(__file__).parents[2] / "docs"
PAGES = manual_pages()


def test_the_committed_pages_are_those_of_today() -> None:
    """Where this fails, run `python chores.py docs` and commit the difference."""
    committed = {
        path.relative_to(DOCS).as_posix(): path.read_text(encoding="utf-8")
        for folder in FOLDERS
        for path in (DOCS / folder).glob("*.md")
    }
    assert sorted(committed) == sorted(PAGES)
    assert [name for name in PAGES if committed[name] != PAGES[name]] == []


def test_every_error_has_its_page_in_both_languages() -> None:
    for code in core_codes().values():
        page = PAGES[f"errors/{code.code}.md"]
        assert page.index("## Français") < page.index("## English")


def test_everything_declared_is_on_its_page() -> None:
    for name in ("columns", "indicators", "settings", "parameters"):
        assert re.findall(r"^### |^\| `", PAGES[f"reference/{name}.md"], flags=re.MULTILINE)
    everything = "".join(PAGES.values())
    missing = [
        one.name for one in glossary() if f"`{one.name}`" not in everything and f"# {one.name}" not in everything
    ]
    assert missing == []


def test_every_figure_of_a_plan_is_told_as_explain_tells_it() -> None:
    page = PAGES["reference/figures.md"]
    assert re.findall(r"^### (\S+)$", page, flags=re.MULTILINE) == list(figures())
    for figure in figures().values():
        for words in (figure.label, figure.formula, figure.inputs, figure.source):
            assert all(" ".join(words[language].split()) in page for language in LANGUAGES), figure.name
        assert all(f"`{name}`" in page for name in figure.parameters)


def test_every_command_is_on_its_page() -> None:
    page = PAGES["reference/cli.md"]
    for verb in ("new", "import", "plan", "new-domain", "explain", "doctor"):
        assert f"\n## {verb}\n" in page
    assert "Diagnostiquer le territoire" in page
    assert "Diagnose the territory" in page


def test_tables_have_as_many_cells_as_heads() -> None:
    for name, page in PAGES.items():
        for block in page.split("\n\n"):
            if block.startswith("| "):
                counts = {len(re.findall(r"(?<!\\)\|", line)) for line in block.splitlines()}
                assert len(counts) == 1, f"{name}: {block[:80]}"


def test_stale_pages_are_removed(tmp_path: Path) -> None:
    stale = tmp_path / "errors" / "BOC-OLD-001.md"
    stale.parent.mkdir()
    stale.write_text("old", encoding="utf-8")
    kept = tmp_path / "own-page.md"
    kept.write_text("mine", encoding="utf-8")
    written = write_manual(tmp_path)
    assert not stale.exists()
    assert kept.exists()
    assert all(path.is_file() for path in written)


@pytest.mark.parametrize("name", sorted({one.name for one in glossary()}))
def test_everything_declared_can_be_explained(name: str) -> None:
    answer = explain(name)
    for section in answer.sections:
        for language in LANGUAGES:
            for line in (section.title, *section.lines):
                text = line.say(language) if hasattr(line, "say") else line[language]
                assert text.strip()


def test_explain_finds_names_in_any_case_and_with_their_table() -> None:
    assert explain("boc-twi-001").data["word"] == "BOC-TWI-001"
    assert len(explain("outcome.low").sections) == 1
    assert len(explain("low").sections) > 1


def test_explain_gives_the_source_in_the_language_asked_for() -> None:
    (section,) = explain("economy.inflation").sections
    line = section.lines[1]
    assert isinstance(line, Message)
    assert "Hypothèse du projet\u202f:" in line.say("fr") and "Assumption" not in line.say("fr")
    assert "Assumption of the project:" in line.say("en") and "Hypothèse" not in line.say("en")
    assert "0,02" in line.say("fr") and "à vérifier" in line.say("fr")
    assert "0.02" in line.say("en") and "to verify" in line.say("en")


def test_explain_suggests_the_nearest() -> None:
    with pytest.raises(BocageError) as refusal:
        explain("BOC-TWI-0001")
    assert refusal.value.code == "BOC-CLI-014"
    assert refusal.value.say("fix", "en") == "bocage explain BOC-TWI-001"
    with pytest.raises(BocageError) as refusal:
        explain("ulr")
    assert refusal.value.say("fix", "en") == "bocage explain ulr_percent"
