"""What codes mean to a reader: `own`, `M57_main` or `HPS` in words, declared once beside the columns that hold them."""

import csv
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path

from bocage.vocabulary.text import Language, current_language

CodeLabels = Mapping[str, Mapping[str, Mapping[str, str]]]
"""Label by language, by code, by name of column."""
FILE = "code_labels.csv"
HEADER = ("column", "code", "label_fr", "label_en")


def read_code_labels(folder: Path) -> CodeLabels:
    """Read `code_labels.csv` of a folder of declarations; none where the file is absent.

    Args:
        folder: holds the file (column, code, label_fr, label_en).

    Raises:
        ValueError: a cell is empty, or a code of a column is declared twice.
    """
    path = folder / FILE
    if not path.is_file():
        return {}
    labels: dict[str, dict[str, dict[str, str]]] = {}
    with path.open(encoding="utf-8", newline="") as stream:
        for number, row in enumerate(csv.DictReader(stream), start=2):
            if tuple(row) != HEADER or not all(row.values()):
                raise ValueError(f"{path.name}:{number}: each of {','.join(HEADER)} must be filled")
            of_column = labels.setdefault(row["column"], {})
            if row["code"] in of_column:
                raise ValueError(f"{path.name}:{number}: {row['column']} {row['code']} is declared twice")
            of_column[row["code"]] = {"fr": row["label_fr"], "en": row["label_en"]}
    return labels


@cache
def core_code_labels() -> CodeLabels:
    """Labels of the codes of the nouns and of the assets that domains share.

    >>> core_code_labels()["standing"]["own"]["en"]
    'ours to decide'
    """
    folder = Path(__file__).parent
    return merged(read_code_labels(folder / name) for name in ("nouns", "assets"))


def merged(parts: Iterable[CodeLabels]) -> CodeLabels:
    """Labels of several declarations; a code of a column keeps the label that the first gives it.

    >>> first, second = {"kind": {"led": {"en": "LED"}}}, {"kind": {"led": {"en": "?"}, "dim": {"en": "Dimming"}}}
    >>> merged([first, second])
    {'kind': {'led': {'en': 'LED'}, 'dim': {'en': 'Dimming'}}}
    """
    whole: dict[str, dict[str, Mapping[str, str]]] = {}
    for part in parts:
        for column, codes in part.items():
            for code, label in codes.items():
                whole.setdefault(column, {}).setdefault(code, label)
    return whole


def label_of(code: str, codes: Mapping[str, Mapping[str, str]], language: Language | None = None) -> str:
    """The label of a code in the language; the code itself where it has none.

    >>> label_of("own", core_code_labels()["standing"], "fr")
    'à notre main'
    >>> label_of("V12", {}, "fr")
    'V12'
    """
    found = codes.get(code)
    return found[language or current_language()] if found else code
