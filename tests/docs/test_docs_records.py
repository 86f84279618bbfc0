"""Architecture decision records keep their form: five sections, sixty lines, two sentences of decision."""

import re
from pathlib import Path

import pytest
from docs_pages import RECORDS, name_of, read

SECTIONS = ["Context", "Decision", "Consequences", "Alternatives", "What enforces it"]


@pytest.mark.parametrize("record", RECORDS, ids=name_of)
def test_record_has_its_sections_within_60_lines(record: Path) -> None:
    lines = record.read_text(encoding="utf-8").splitlines()
    assert len(lines) <= 60
    assert re.match(rf"# {record.name[:4]}\. \S", lines[0])
    assert [line.removeprefix("## ") for line in lines if line.startswith("## ")] == SECTIONS


@pytest.mark.parametrize("record", RECORDS, ids=name_of)
def test_record_decides_in_two_sentences(record: Path) -> None:
    decision = record.read_text(encoding="utf-8").split("## Decision\n")[1].split("\n## ")[0]
    plain = re.sub(r"`[^`]*`|\([^)]*\)", "", decision)
    assert 1 <= len(re.findall(r"[.!](?=\s|$)", plain)) <= 2


def test_index_lists_each_record_once() -> None:
    index = read("docs/decisions/README.md")
    assert sorted(re.findall(r"\]\((\d{4}-[^)]+)\)", index)) == [record.name for record in RECORDS]
