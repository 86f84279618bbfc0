"""Names as files write them: accents, case, units and truncations put aside."""

import re
import unicodedata
from functools import lru_cache

from bocage.vocabulary.units import units

_UNIT = re.compile(r"\s*[\(\[]\s*([^\)\]]{1,12})\s*[\)\]]\s*$")
_TAIL_UNIT = re.compile(r"(?:[\s_]+en)?[\s_]+(kw|w|klm|lm|mm|cm|km|kh|k|m|h)$", re.IGNORECASE)
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


@lru_cache(maxsize=65536)
def plain(text: str) -> str:
    """Lower case, without accents, words joined by single underscores.

    >>> plain("Lampe à iodures  Métalliques"), plain("typeLampe")
    ('lampe_a_iodures_metalliques', 'type_lampe')
    """
    text = _CAMEL.sub("_", text.replace("œ", "oe").replace("Œ", "OE"))
    bare = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return re.sub(r"[\W_]+", "_", bare.lower(), flags=re.ASCII).strip("_")


def split_unit(header: str) -> tuple[str, str]:
    """Separate the unit that a header carries.

    >>> split_unit("Puissance (kW)"), split_unit("hauteur_cm"), split_unit("Nom de la voie")
    (('Puissance', 'kW'), ('hauteur', 'cm'), ('Nom de la voie', ''))
    """
    for pattern in (_UNIT, _TAIL_UNIT):
        found = pattern.search(header)
        if found and header[: found.start()].strip():
            return header[: found.start()].strip(), found.group(1).strip()
    return header, ""


_FACTORS: dict[tuple[str, str], float] = {
    ("kw", "W"): 1e3, ("w", "kW"): 1e-3,
    ("wh", "kWh"): 1e-3, ("mwh", "kWh"): 1e3, ("kwh", "MWh"): 1e-3,
    ("klm", "lm"): 1e3, ("kh", "h"): 1e3,
    ("km", "m"): 1e3, ("cm", "m"): 1e-2, ("mm", "m"): 1e-3, ("m", "mm"): 1e3, ("cm", "mm"): 10.0,
    ("k€", "EUR"): 1e3, ("keur", "EUR"): 1e3, ("m€", "EUR"): 1e6, ("meur", "EUR"): 1e6,
    ("%", "1"): 1e-2,
}  # fmt: skip


def is_unit(text: str) -> bool:
    """Whether a text is a unit: a declared one, in either language, or one that can be converted.

    >>> is_unit("kW"), is_unit("ans"), is_unit("LED")
    (True, True, False)
    """
    known = {label for unit in units().values() for label in (unit.code, *unit.label.values())} - {"", "1", "points"}
    return text in known or text.lower() in {written for written, _ in _FACTORS}


def unit_factor(written: str, declared: str) -> float | None:
    """Factor from a written unit to the declared one; 1 where they agree, None where it is not known.

    >>> unit_factor("kW", "W"), unit_factor("w", "W"), unit_factor("ans", "h")
    (1000.0, 1.0, None)
    """
    if not written or written.lower() == declared.lower() or (written == "€" and declared == "EUR"):
        return 1.0
    return _FACTORS.get((written.lower(), declared))
