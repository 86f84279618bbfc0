"""Labels of the lines, figures and options of a plan, declared in both languages."""

import csv
from collections.abc import Mapping
from functools import cache
from pathlib import Path


@cache
def lines() -> Mapping[str, Mapping[str, str]]:
    """Labels by language of each line.

    >>> lines()["fctva"]["fr"]
    'FCTVA'
    """
    with (Path(__file__).parent / "lines.csv").open(encoding="utf-8", newline="") as stream:
        return {row["line"]: {"fr": row["label_fr"], "en": row["label_en"]} for row in csv.DictReader(stream)}


def label_of(line: str, programme: Mapping[str, str] | None = None) -> tuple[str, str]:
    """French and English label of a line; with that of the programme where it is money of one.

    >>> label_of("fctva")
    ('FCTVA', 'VAT compensation (FCTVA)')
    >>> label_of("advance_repaid", {"fr": "Intracting", "en": "Intracting"})[1]
    'Repayment: Intracting'
    """
    own = lines()[line]
    if programme is None:
        return own["fr"], own["en"]
    if line == "grant":
        return programme["fr"], programme["en"]
    return f"{own['fr']}\u202f: {programme['fr']}", f"{own['en']}: {programme['en']}"
