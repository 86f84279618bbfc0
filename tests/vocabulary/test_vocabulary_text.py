"""Texts, numbers and refusals in both languages."""

import pickle
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bocage.vocabulary.codes import CODES_HEADER, BocageError, read_codes
from bocage.vocabulary.text import NARROW_SPACE, Message, fill, format_number, use_language
from bocage.vocabulary.units import quantity


@pytest.mark.parametrize(
    ("value", "digits", "french", "english"),
    [
        (12480, 0, f"12{NARROW_SPACE}480", "12,480"),
        (1234567.891, 2, f"1{NARROW_SPACE}234{NARROW_SPACE}567,89", "1,234,567.89"),
        (-0.4, 0, "0", "0"),
        (-0.6, 0, "-1", "-1"),
        (999.5, 0, f"1{NARROW_SPACE}000", "1,000"),
    ],
)
def test_numbers_are_written_in_the_language(value: float, digits: int, french: str, english: str) -> None:
    assert format_number(value, "fr", digits=digits) == french
    assert format_number(value, "en", digits=digits) == english


@given(st.floats(-1e12, 1e12), st.integers(0, 6))
def test_a_number_reads_back_within_half_its_last_digit(value: float, digits: int) -> None:
    written = format_number(value, "fr", digits=digits)
    read = float(written.replace(NARROW_SPACE, "").replace(",", "."))
    assert abs(read - value) <= 0.5 * 10**-digits + 1e-9 * abs(value)
    assert not written.startswith("-0,00000000")


def test_a_message_takes_bilingual_values_and_decimals() -> None:
    message = Message("{who}: {share:1} %", {"who": {"fr": "Commune", "en": "Town"}, "share": 12.34}, Path("none"))
    assert message.say("en") == "Town: 12.3 %"
    assert fill("{yes} {n} {name}", {"yes": True, "n": 3, "name": "x"}, "fr") == "True 3 x"


def test_a_quantity_carries_its_unit() -> None:
    assert quantity(12480, "kWh", "fr") == f"12{NARROW_SPACE}480{NARROW_SPACE}kWh"
    assert quantity(0.19, "EUR/kWh", "en") == f"0.190{NARROW_SPACE}€/kWh"
    with pytest.raises(KeyError):
        quantity(1, "furlong")


def test_a_refusal_speaks_the_current_language() -> None:
    refusal = BocageError("BOC-TWI-001", where={"folder": "ici"}, path="ici")
    try:
        use_language("en")
        assert "is not a territory" in refusal.say("what")
    finally:
        use_language("fr")
    assert "n'est pas un territoire" in refusal.say("what")
    assert "BOC-TWI-001" in str(refusal)
    assert refusal.as_dict("en")["where"] == {"folder": "ici"}


def test_a_refusal_crosses_processes() -> None:
    refusal = BocageError("BOC-TWI-001", where={"folder": "ici"}, path="ici")
    again = pickle.loads(pickle.dumps(refusal))
    assert again.as_dict("fr") == refusal.as_dict("fr")


def test_an_undeclared_code_cannot_be_raised() -> None:
    with pytest.raises(KeyError):
        BocageError("BOC-XXX-999")


@pytest.mark.parametrize(
    ("rows", "fault"),
    [
        (["BOC-XXX-001,error,critical,2,a,b,c,d,e,"], r":2: each of the 10 cells"),
        (["BOC-XXX-001,mistake,critical,2,a,b,c,d,e,f"], r":2: 'mistake' is not one of error, "),
        (["BOC-XXX-001,error,critical,2,a,b,c,d,e,f"] * 2, r":3: BOC-XXX-001 is declared twice"),
    ],
)
def test_a_bad_declaration_of_codes_names_its_line(rows: list[str], fault: str, tmp_path: Path) -> None:
    path = tmp_path / "codes.csv"
    path.write_text("\n".join([",".join(CODES_HEADER), *rows]) + "\n", encoding="utf-8")
    with pytest.raises(ValueError, match=fault):
        read_codes(path)


@pytest.mark.parametrize("written", ["code,what\n", ""])
def test_another_header_of_codes_is_refused(written: str, tmp_path: Path) -> None:
    path = tmp_path / "codes.csv"
    path.write_text(written, encoding="utf-8")
    with pytest.raises(ValueError, match="the header must be"):
        read_codes(path)
