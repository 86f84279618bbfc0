"""Words that files write for the codes of shared asset types: each code has its French label among them."""

import pytest

from bocage.sources.values import code_map, read_values
from bocage.vocabulary.code_labels import core_code_labels
from bocage.vocabulary.columns import Column, shared_asset_tables, shared_values

WRITINGS = read_values(shared_values())
CODED = {column.name: column for table in shared_asset_tables().values() for column in table.columns if column.codes}


def test_words_are_of_declared_columns_and_codes() -> None:
    assert set(WRITINGS) == set(CODED)
    for name, writings in WRITINGS.items():
        assert {*writings.exact.values(), *(code for _, code in writings.starts)} <= set(CODED[name].codes)


@pytest.mark.parametrize("column", CODED.values(), ids=lambda column: column.name)
def test_a_code_is_understood_by_its_french_label(column: Column) -> None:
    labels = {code: core_code_labels()[column.name][code]["fr"] for code in column.codes}
    read = code_map(column, labels.values(), WRITINGS[column.name])
    assert {text: read.get(text) for text in labels.values()} == {text: code for code, text in labels.items()}


@pytest.mark.parametrize(
    ("name", "written", "code"),
    [
        ("use", "Éclairage public", "lighting"), ("use", "EP", "lighting"), ("use", "Eau potable", "water"),
        ("use", "Eaubonne", None), ("reading", "Relève réelle", "measured"), ("reading", "ESTIMÉE", "estimated"),
        ("carrier", "Gaz naturel", "gas"), ("state", "Résilié le 01/02/2024", "inactive"),
    ],
)  # fmt: skip
def test_usual_writings(name: str, written: str, code: str | None) -> None:
    assert code_map(CODED[name], [written], WRITINGS[name]).get(written) == code
