"""Units: their labels, the decimals with which they are shown, and those that are kept when a file is written."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from bocage.vocabulary.text import Language, current_language, format_number

DAYS_PER_YEAR = 365.25
WATTS_PER_KILOWATT = METRES_PER_KM = 1000.0
"""What turns a quantity of one declared unit into another; a year is the mean one of the Julian calendar."""


@dataclass(frozen=True)
class Unit:
    """A unit as it is shown: code, label by language, decimals; decimals kept in a file, None for all of them."""

    code: str
    label: Mapping[str, str]
    digits: int
    kept_digits: int | None = None


@cache
def units() -> Mapping[str, Unit]:
    """All declared units by code.

    >>> units()["kWh/year"].label["fr"]
    'kWh/an'
    """
    path = Path(__file__).parent / "units.csv"
    with path.open(encoding="utf-8", newline="") as stream:
        return {
            row["unit"]: Unit(
                row["unit"],
                {"fr": row["label_fr"], "en": row["label_en"]},
                int(row["digits"]),
                int(row["kept_digits"]) if row["kept_digits"] else None,
            )
            for row in csv.DictReader(stream)
        }


def kept(value: float, unit: str) -> float:
    """A number as files keep it: money to the cent, energy to 0.1 kWh, shares to four decimals; others whole.

    >>> kept(10309.000000000002, "EUR"), kept(362.00842171142574, "kWh/year"), kept(0.1 + 0.2, "")
    (10309.0, 362.0, 0.30000000000000004)
    """
    declared = units().get(unit)
    return value if declared is None or declared.kept_digits is None else round(value, declared.kept_digits)


def quantity(value: float, unit: str, language: Language | None = None, *, digits: int | None = None) -> str:
    """A value with its unit, written in the language with a narrow no-break space.

    Args:
        value: number in `unit`.
        unit: declared unit code; KeyError for another.
        language: `fr` or `en`; the current one where None.
        digits: decimals; those of the unit where None.

    >>> quantity(12480, "kWh", "fr")
    '12\\u202f480\\u202fkWh'
    """
    declared = units()[unit]
    language = language or current_language()
    number = format_number(value, language, digits=declared.digits if digits is None else digits)
    label = declared.label[language]
    return f"{number}\u202f{label}" if label else number
