"""Every text exists in French, with its typography."""

import re
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from hypothesis import given
from hypothesis import strategies as st

import bocage.publish
from bocage.publish.texts import amount, bare_interval, estimate, interval, number, parameter, percent, shorten
from bocage.twin.conformance.wording import literal_texts
from bocage.vocabulary.codes import core_codes

FOLDER = Path(bocage.publish.__file__).parent
EVIDENCE = FOLDER / "evidence"
"""It has its own catalogue."""


def said(folder: Path) -> set[str]:
    """Every literal text that the package translates."""
    own = [path for path in folder.rglob("*.py") if folder == EVIDENCE or EVIDENCE not in path.parents]
    return {text for path in own for text in literal_texts(path)}


def french(folder: Path = FOLDER) -> dict[str, str]:
    with (folder / "locale/fr/LC_MESSAGES/bocage.po").open("rb") as stream:
        return {str(message.id): str(message.string) for message in read_po(stream) if message.id}


@pytest.mark.parametrize("folder", [FOLDER, EVIDENCE], ids=["publish", "evidence"])
def test_the_catalogue_has_every_text_and_no_other(folder: Path) -> None:
    assert said(folder) == set(french(folder))
    assert all(french(folder).values())


def test_translations_keep_their_placeholders() -> None:
    for english, text in french().items():
        assert set(re.findall(r"{(\w+)}", english)) == set(re.findall(r"{(\w+)}", text)), english


def test_french_typography() -> None:
    for text in french().values():
        assert not re.search(r"(?<!\u202f)[;:!?»](?!//)", text), text
        assert not re.search(r"«(?!\u202f)", text), text
        assert "'" not in text, text


def test_numbers_the_french_way() -> None:
    assert amount(1_500_000, "fr") == "1\u202f500\u202f000\u202f€"
    assert amount(-1_500, "en") == "−€1,500"
    assert estimate(118.42, "kW", "fr") == "118\u202fkW"
    assert estimate(9.876, "kW", "en") == "9.9\u202fkW"
    assert number(None, "EUR", "fr") == "–"
    assert number(float("nan"), "EUR", "fr") == "–"
    assert number(0.0, "EUR", "fr", estimated=True) == "0"
    assert interval(None, 3, "EUR", "fr") == ""
    assert interval(1000, 2000, "EUR", "en") == "€1,000 to €2,000"
    assert percent(0.5, "fr") == "50\u202f%"
    assert parameter(0.052, "fr") == "0,052"


@given(
    st.floats(-1e7, 1e7, allow_nan=False),
    st.floats(0, 1e5),
    st.floats(0, 1e5),
    st.sampled_from(["EUR", "kWh/year", "kW"]),
)
def test_the_printed_value_is_inside_its_printed_interval(value: float, under: float, over: float, unit: str) -> None:
    words = bare_interval(value - under, value + over, unit, "en")
    if words:
        low, high = (float(word.replace(",", "").replace("−", "-")) for word in words.split(" to "))
        printed = float(number(value, unit, "en", estimated=True).replace(",", "").replace("−", "-"))
        assert low <= printed <= high
        assert low < high


def test_shortened_texts_are_one_line() -> None:
    assert shorten("a\nb   c", 10) == "a b   c"
    assert len(shorten("x" * 100, 10)) == 10


def test_codes_of_publish_are_declared() -> None:
    assert {code for code in core_codes() if code.startswith("BOC-PUB")} == {
        "BOC-PUB-001",
        "BOC-PUB-002",
        "BOC-PUB-003",
        "BOC-PUB-004",
        "BOC-PUB-005",
    }
