"""Every declared code of the core has a label in both languages, and nothing else has one twice."""

from pathlib import Path

import pytest

from bocage.twin.conformance.declarations import unlabelled
from bocage.vocabulary.code_labels import FILE, core_code_labels, label_of, read_code_labels
from bocage.vocabulary.columns import Table, noun_tables, shared_asset_tables
from bocage.vocabulary.text import LANGUAGES
from bocage.vocabulary.units import kept, units


@pytest.mark.parametrize("table", [*noun_tables().values(), *shared_asset_tables().values()], ids=lambda one: one.name)
def test_every_declared_code_has_a_label(table: Table) -> None:
    assert list(unlabelled(table, core_code_labels())) == []


def test_labels_are_words_in_both_languages_and_differ_within_a_column() -> None:
    for column, codes in core_code_labels().items():
        for language in LANGUAGES:
            words = [label[language] for label in codes.values()]
            assert all(words), column
    decisions = core_code_labels()["decision"]
    assert len({label["fr"] for label in decisions.values()}) == len(decisions)


@pytest.mark.parametrize(
    "line", ["kind,led,LED,", "kind,led,LED,LED\nkind,led,diode,diode"], ids=["empty cell", "declared twice"]
)
def test_a_faulty_declaration_is_refused(line: str, tmp_path: Path) -> None:
    (tmp_path / FILE).write_text(f"column,code,label_fr,label_en\n{line}\n", encoding="utf-8")
    with pytest.raises(ValueError, match=FILE):
        read_code_labels(tmp_path)


def test_a_code_without_a_label_is_said_as_it_is() -> None:
    assert label_of("V12", core_code_labels()["decision"], "fr") == "V12"


def test_what_is_kept_is_never_coarser_than_what_is_shown() -> None:
    assert [one.code for one in units().values() if one.kept_digits is not None and one.kept_digits < one.digits] == []
    assert kept(1 / 3, "1") == 0.3333
