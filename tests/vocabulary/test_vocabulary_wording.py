"""Every text a user sees exists in French and in English, with the same placeholders."""

import csv
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

import bocage
from bocage.twin.conformance.wording import literal_texts, wording_faults

PACKAGE = Path(bocage.__file__).parent
CATALOGUES = sorted(path.parent for path in PACKAGE.rglob("locale") if path.is_dir() and "templates" not in path.parts)


@pytest.mark.parametrize("folder", CATALOGUES, ids=lambda folder: folder.relative_to(PACKAGE).as_posix())
def test_every_text_is_in_the_nearest_catalogue(folder: Path) -> None:
    assert [str(fault) for fault in wording_faults(folder)] == []


def test_no_text_is_said_without_a_catalogue_above_it() -> None:
    homeless = [
        path.relative_to(PACKAGE).as_posix()
        for path in sorted(PACKAGE.rglob("*.py"))
        if not set(CATALOGUES) & set(path.parents) and any(literal_texts(path)) and "tests" not in path.parts
    ]
    assert homeless == []


@pytest.mark.parametrize("folder", CATALOGUES, ids=lambda folder: folder.relative_to(PACKAGE).as_posix())
def test_catalogue_says_what_it_is_and_leaves_nothing_empty(folder: Path) -> None:
    path = folder / "locale" / "fr" / "LC_MESSAGES" / "bocage.po"
    with path.open("rb") as stream:
        catalogue = read_po(stream)
    assert str(catalogue.locale) == "fr"
    assert catalogue.charset.lower() == "utf-8"
    assert [message.id for message in catalogue if message.id and not message.string] == []
    assert [message.id for message in catalogue if message.id and message.fuzzy] == []


LOOSE = re.compile(r" [;:!?](\s|$)|« | »")
"""A plain space before these signs may end a line; French binds them with a narrow no-break space."""


def declared_french() -> Iterator[tuple[str, str]]:
    for path in sorted(PACKAGE.rglob("*.csv")):
        with path.open(encoding="utf-8", newline="") as stream:
            for row in csv.DictReader(stream):
                yield from ((path.name, text) for key, text in row.items() if key and key.endswith("_fr") and text)
    for path in sorted(PACKAGE.rglob("parameters/**/*.yaml")):
        keyed = re.findall(r"^ *(?:\w+_)?fr: (.+)$", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
        assert keyed, path
        yield from ((path.name, text) for text in keyed)
    for folder in CATALOGUES:
        with (folder / "locale" / "fr" / "LC_MESSAGES" / "bocage.po").open("rb") as stream:
            for message in read_po(stream):
                texts = (message.string,) if isinstance(message.string, str) else message.string
                yield from ((folder.name, text) for text in texts if message.id)


def test_french_punctuation_is_bound_to_its_word() -> None:
    texts = list(declared_french())
    assert len(texts) > 500
    assert [(name, text) for name, text in texts if LOOSE.search(text)] == []
    assert LOOSE.search("attention : danger")
    assert not LOOSE.search("attention\u202f: danger")


def test_a_missing_and_a_stale_text_are_found(tmp_path: Path) -> None:
    folder = tmp_path / "part"
    (folder / "locale" / "fr" / "LC_MESSAGES").mkdir(parents=True)
    (folder / "code.py").write_text('print(_("said {count}"), mark("translated {n}"))', encoding="utf-8")
    po = folder / "locale" / "fr" / "LC_MESSAGES" / "bocage.po"
    po.write_text(
        'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n\n'
        'msgid "translated {n}"\nmsgstr "traduit {m}"\n\nmsgid "stale"\nmsgstr "mort"\n',
        encoding="utf-8",
    )
    with po.open("rb") as stream, po.with_suffix(".mo").open("wb") as target:
        write_mo(target, read_po(stream))
    faults = [fault.what for fault in wording_faults(folder)]
    assert len(faults) == 3
    assert "no French for 'said {count}'" in faults[0]
    assert "nothing says 'stale'" in faults[1]
    assert "placeholders" in faults[2]


def test_a_text_that_no_tool_can_extract_is_refused(tmp_path: Path) -> None:
    (tmp_path / "code.py").write_text("print(_(name))", encoding="utf-8")
    with pytest.raises(ValueError, match=r"code.py:1"):
        list(literal_texts(tmp_path / "code.py"))
