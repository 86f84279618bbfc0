"""What the two photometric formats share: numbers in text, and what a file is read into."""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bocage.sources.verdict import Verdict
from bocage.sources.wording import LOCALE, by_language
from bocage.vocabulary.codes import BocageError
from bocage.vocabulary.text import Message

Array = NDArray[np.float64]

_COLOUR_TEMPERATURE = re.compile(r"(?<!\d)(\d{4,5})(?!\d)")
_COLOUR_TEMPERATURES_K = (1_500.0, 20_000.0)


@dataclass(frozen=True, kw_only=True)
class Reading:
    """What a photometric file says, planes expanded from its symmetry.

    Attributes:
        format: `EULUMDAT` or `IES LM-63`.
        edition: edition of the format, empty where it is not told.
        c_deg: planes in the frame of road luminaires, C 90° to the street [degrees].
        gamma_deg: angles from the downward vertical [degrees].
        intensity: array (planes, angles) [cd/klm], or [cd] where `in_candela`.
        in_candela: whether intensities are in candelas.
        source_flux_lm: flux of the source, None where it is not told [lm].
        absolute: whether the photometry is absolute.
        power_w: power of the luminaire, None where it is not told [W].
        colour_temperature_k: None where it is not told [K].
        declared_lor: None where it is not told [1].
        name: name of the luminaire.
        lamp: name of the source.
        manufacturer: name of the maker.
        verdicts: what was strange.
    """

    format: str
    edition: str
    c_deg: Array
    gamma_deg: Array
    intensity: Array
    in_candela: bool
    source_flux_lm: float | None
    absolute: bool
    power_w: float | None
    colour_temperature_k: float | None
    declared_lor: float | None
    name: str
    lamp: str
    manufacturer: str
    verdicts: tuple[Verdict, ...]


def _(template: str, **values: object) -> object:
    """A phrase of this package in each language, as a value of a refusal."""
    return by_language(Message(template, values, LOCALE))


def number(path: Path, line: int, field: object, text: str) -> float:
    """A number as makers write it, decimal comma included.

    Raises:
        BocageError: BOC-PHO-005 where it is none.

    >>> number(Path("a.ldt"), 23, "LORL", " 88,5 ")
    88.5
    """
    try:
        value = float(text.strip().replace(",", "."))
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise BocageError("BOC-PHO-005", where={"path": path, "line": line}, field=field, value=text.strip()[:40])
    return value


def numbers(path: Path, field: object, cells: Sequence[str], lines: Sequence[int]) -> Array:
    """Numbers, with the line of each, as an array; all at once where they are plainly written.

    Raises:
        BocageError: BOC-PHO-005 where one is none.
    """
    try:
        values = np.array(cells, dtype=np.float64)
    except ValueError:
        values = np.full(1, math.nan)
    if np.isfinite(values).all():
        return values
    return np.array([number(path, line, field, cell) for line, cell in zip(lines, cells, strict=True)])


def within(path: Path, line: int, field: object, value: float, low: float, high: float) -> float:
    """A number that lies within bounds.

    Raises:
        BocageError: BOC-PHO-006 where it does not.
    """
    if not low <= value <= high:
        expected = _("from {low} to {high}", low=f"{low:g}", high=f"{high:g}")
        raise BocageError(
            "BOC-PHO-006", where={"path": path, "line": line}, field=field, value=f"{value:g}", expected=expected
        )
    return value


def check_angles(path: Path, axis: str, angles: Array, last: float) -> None:
    """Refuse angles that do not increase from 0 or more to at most `last` (BOC-PHO-008)."""
    if not len(angles):
        return
    steps = np.diff(angles)
    if (steps <= 0).any():
        place = int(np.argmax(steps <= 0))
        detail = _("{after} after {before}", after=f"{angles[place + 1]:g}°", before=f"{angles[place]:g}°")
    elif angles[0] < 0 or angles[-1] > last:
        detail = _("from {first} to {last}", first=f"{angles[0]:g}°", last=f"{angles[-1]:g}°")
    else:
        return
    raise BocageError("BOC-PHO-008", where={"path": path}, axis=axis, detail=detail)


def colour_temperature_k(text: str) -> float | None:
    """The colour temperature that a text tells, None where it tells none [K].

    >>> colour_temperature_k("LED 4000K"), colour_temperature_k("nw"), colour_temperature_k("830")
    (4000.0, None, None)
    """
    low, high = _COLOUR_TEMPERATURES_K
    found = [float(digits) for digits in _COLOUR_TEMPERATURE.findall(text)]
    plausible = [value for value in found if low <= value <= high]
    return plausible[0] if plausible else None
