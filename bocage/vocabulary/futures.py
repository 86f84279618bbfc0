"""Variables that describe the future, and which of them move what a domain computes of today."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

FILE = Path(__file__).parent / "variables.csv"


@dataclass(frozen=True, kw_only=True)
class Variable:
    """A declared variable of scenarios.

    Attributes:
        name: snake_case name.
        unit: declared unit code; `1` for a value over that of the year of the plan.
        drives: role of the indicators that it may move, empty where it moves none.
        label: label by language.
        description: one sentence by language.
    """

    name: str
    unit: str
    drives: str
    label: Mapping[str, str]
    description: Mapping[str, str]


@cache
def variables() -> Mapping[str, Variable]:
    """Declared variables by name, from `variables.csv`.

    >>> variables()["electricity_price"].drives
    'cash'
    """
    with FILE.open(encoding="utf-8", newline="") as stream:
        return {
            row["name"]: Variable(
                name=row["name"],
                unit=row["unit"],
                drives=row["drives"],
                label={"fr": row["label_fr"], "en": row["label_en"]},
                description={"fr": row["description_fr"], "en": row["description_en"]},
            )
            for row in csv.DictReader(stream)
        }
