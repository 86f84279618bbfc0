"""The pages hold together: links resolve, both languages agree, nothing points at the writer's machine."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from docs_pages import PAGES, ROOT, commands, name_of, prose

LINK = re.compile(r"!?\[(?:[^\]]*)\]\(([^)\s]+)\)")


def anchor(heading: str) -> str:
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def anchors(page: Path) -> set[str]:
    return {anchor(line.lstrip("# ")) for line in page.read_text(encoding="utf-8").splitlines() if line.startswith("#")}


def broken_links(page: Path) -> Iterator[str]:
    for target in LINK.findall(prose(page)):
        if re.match(r"[a-z]+:", target):
            continue
        file, _, fragment = target.partition("#")
        aim = (page.parent / file).resolve() if file else page
        if not aim.exists() or (fragment and fragment not in anchors(aim)):
            yield target


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_links_resolve(page: Path) -> None:
    assert list(broken_links(page)) == []


def test_a_broken_link_is_seen(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("# One\n[a](absent.md) [b](#two) [c](#one) [d](https://example.org)\n", encoding="utf-8")
    assert list(broken_links(page)) == ["absent.md", "#two"]


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_a_page_names_no_absolute_path(page: Path) -> None:
    assert not re.findall(r"(?:^|[\s(`\"'])(?:/[a-z]+/\w|[A-Z]:\\)", page.read_text(encoding="utf-8"), re.M)


FRENCH = sorted([*ROOT.glob("*.fr.md"), *(ROOT / "docs").glob("*.fr.md")])


@pytest.mark.parametrize("french", FRENCH, ids=name_of)
def test_both_languages_say_the_same(french: Path) -> None:
    english = french.with_name(french.name.replace(".fr.md", ".md"))
    assert commands(english) == commands(french)
    headings = [re.findall(r"^(#+) ", prose(page), re.M) for page in (english, french)]
    assert headings[0] == headings[1]


@pytest.mark.parametrize("page", FRENCH, ids=name_of)
def test_french_pages_have_french_typography(page: Path) -> None:
    text = re.sub(r"`[^`]*`|\]\([^)]*\)", "", prose(page))
    assert not re.findall(r"\w* [:;!?»]", text)
    assert not re.findall(r"\w+'\w+", text), "apostrophe ’"
