"""IES LM-63 (.ies), 1986 to 2019: keywords, TILT, ten numbers, angles, candelas by plane."""

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bocage.sources.photometric_text import Reading, _, check_angles, colour_temperature_k, number, numbers, within
from bocage.sources.verdict import Verdict
from bocage.vocabulary.codes import BocageError

Array = NDArray[np.float64]

FORMAT = "IES LM-63"
TILT_LINE = re.compile(r"\s*TILT\s*=\s*(.*?)\s*$", re.IGNORECASE)
MAX_PLANES, MAX_ANGLES, MAX_TILTS = 1441, 1801, 1000
STREET_SIDE_DEG = 90.0
"""LM-63 counts from the street side, the CIE from the axis of the road: its 0° is C 90°."""
_EDITION = re.compile(r"(?:IESNA|IES)\s*:?\s*(LM-63-\d{4}|91)", re.IGNORECASE)
_KEYWORD = re.compile(r"\s*\[(\w+)\]\s*(.*?)\s*$")
_SEPARATOR = re.compile(r"[\s,]+")
_TYPE_C = 1
_TYPES = {2: "B", 3: "A"}
_ABSOLUTE_LM = -1.0
_COLOUR_KEYWORDS = ("_CCT", "CCT", "_COLORTEMP", "COLORTEMP", "_COLOR_TEMPERATURE", "LAMP", "LAMPCAT")


@dataclass
class _Numbers:
    """The numbers after the line TILT, taken one after the other."""

    path: Path
    cells: list[tuple[int, str]]
    place: int = 0

    def take(self, field: object) -> float:
        """The next number."""
        if self.place >= len(self.cells):
            raise BocageError("BOC-PHO-004", where={"path": self.path}, found=len(self.cells), expected=self.place + 1)
        line, cell = self.cells[self.place]
        self.place += 1
        return number(self.path, line, field, cell)

    def take_within(self, field: object, low: float, high: float) -> float:
        """The next number, checked."""
        value = self.take(field)
        return within(self.path, self.cells[self.place - 1][0], field, value, low, high)

    def take_many(self, field: object, count: int) -> Array:
        """The next numbers."""
        if self.place + count > len(self.cells):
            raise BocageError(
                "BOC-PHO-004", where={"path": self.path}, found=len(self.cells), expected=self.place + count
            )
        self.place += count
        taken = self.cells[self.place - count : self.place]
        return numbers(self.path, field, [cell for _line, cell in taken], [line for line, _cell in taken])


@dataclass(frozen=True, kw_only=True)
class _Head:
    """The thirteen numbers before the angles."""

    lamps: float
    lumens_per_lamp: float
    multiplier: float
    angles: int
    planes: int
    ballast_factor: float
    photometric_factor: float
    power_w: float


def parse_lm63(path: Path, text: str) -> Reading:
    """Read the text of an IES LM-63 file.

    Args:
        path: the file, for refusals.
        text: its text, lines ended by a line feed.

    Raises:
        BocageError: BOC-PHO-004 to BOC-PHO-008.
    """
    lines = text.split("\n")
    tilt_at = next(place for place, line in enumerate(lines) if TILT_LINE.match(line))
    edition = _edition(lines[0])
    keywords = _keywords(lines[:tilt_at])
    cells = [
        (place, cell)
        for place, line in enumerate(lines[tilt_at + 1 :], start=tilt_at + 2)
        for cell in _SEPARATOR.split(line.strip())
        if cell
    ]
    rest = _Numbers(path, cells)
    verdicts = _skip_tilt(TILT_LINE.sub(r"\1", lines[tilt_at]), rest)
    head = _head(rest)
    gamma = rest.take_many(_("An angle"), head.angles)
    c_deg = rest.take_many(_("An angle"), head.planes)
    check_angles(path, "γ", gamma, 180.0)
    check_angles(path, "C", c_deg, 360.0)
    candela = rest.take_many(_("An intensity"), head.planes * head.angles)
    spare = len(cells) - rest.place
    if spare:
        verdicts.append(Verdict(code="BOC-PHO-106", count=spare))
    planes, whole = expand(path, c_deg, candela.reshape(head.planes, head.angles))
    absolute = head.lumens_per_lamp == _ABSOLUTE_LM
    flux = head.lamps * head.lumens_per_lamp
    return Reading(
        format=FORMAT,
        edition=edition,
        c_deg=planes,
        gamma_deg=gamma,
        intensity=whole * head.multiplier * head.ballast_factor * _photometric_factor(head, edition),
        in_candela=True,
        source_flux_lm=None if absolute or flux <= 0 else flux,
        absolute=absolute,
        power_w=head.power_w if head.power_w > 0 else None,
        colour_temperature_k=_colour(keywords),
        declared_lor=None,
        name=keywords.get("LUMINAIRE", keywords.get("LUMCAT", "" if edition else lines[0].strip())),
        lamp=keywords.get("LAMP", keywords.get("LAMPCAT", "")),
        manufacturer=keywords.get("MANUFAC", ""),
        verdicts=tuple(verdicts),
    )


def expand(path: Path, c_deg: Array, stored: Array) -> tuple[Array, Array]:
    """All planes from those that a file stores, turned so that C 90° points to the street.

    The last plane tells the symmetry: 0° about the vertical, 90° in each quarter, 180° to the plane
    0-180°; from 90° to 270°, to the plane 90-270°.

    Args:
        path: the file, for refusals.
        c_deg: array (n,) of the stored planes, from the street side [degrees].
        stored: array (n, m) of their intensities.

    Raises:
        BocageError: BOC-PHO-008 where the planes tell no symmetry.

    >>> planes, values = expand(Path("a.ies"), np.array([0.0, 90.0, 180.0]), np.array([[1.0], [2.0], [3.0]]))
    >>> planes.tolist(), values.ravel().tolist()
    ([0.0, 90.0, 180.0, 270.0], [2.0, 1.0, 2.0, 3.0])
    """
    first, last = c_deg[0], c_deg[-1]
    if len(c_deg) == 1:
        return np.zeros(1), stored
    turns = [c_deg]
    if (first, last) == (0.0, 90.0):
        turns = [c_deg, -c_deg, 180 - c_deg, 180 + c_deg]
    elif (first, last) == (0.0, 180.0):
        turns = [c_deg, -c_deg]
    elif (first, last) == (90.0, 270.0):
        turns = [c_deg, 180 - c_deg]
    elif first != 0.0 or last <= 180.0:
        detail = _("from {first} to {last}", first=f"{first:g}°", last=f"{last:g}°")
        raise BocageError("BOC-PHO-008", where={"path": path}, axis="C", detail=detail)
    planes = np.mod(np.concatenate(turns) + STREET_SIDE_DEG, 360.0)
    rows = np.tile(np.arange(len(stored)), len(turns))
    unique, place = np.unique(np.round(planes, 6), return_index=True)
    return _from_zero(np.asarray(unique, dtype=np.float64), stored[rows[place]])


def _from_zero(planes: Array, values: Array) -> tuple[Array, Array]:
    """Planes that begin at 0: where none does, it is interpolated between its neighbours."""
    if planes[0] == 0.0:
        return planes, values
    gap = planes[0] + 360.0 - planes[-1]
    share = planes[0] / gap
    between = values[0] * (1 - share) + values[-1] * share
    return np.concatenate([[0.0], planes]), np.concatenate([between[None, :], values])


def _skip_tilt(tilt: str, rest: _Numbers) -> list[Verdict]:
    """Leave the correction of lamps that are tilted: it does not change intensities."""
    if tilt.upper() == "INCLUDE":
        rest.take(_("The position of the lamp"))
        count = int(rest.take_within(_("The number of tilt angles"), 0, MAX_TILTS))
        rest.take_many(_("A correction of tilt"), 2 * count)
        return []
    if tilt.upper() == "NONE" or not tilt:
        return []
    return [Verdict(code="BOC-PHO-107", count=1, values={"file": tilt})]


def _head(rest: _Numbers) -> _Head:
    lamps = rest.take_within(_("The number of lamps"), 0, 1000)
    lumens = rest.take(_("The flux of the lamps"))
    multiplier = rest.take(_("The multiplier of the intensities"))
    angles = int(rest.take_within(_("The number of γ angles"), 1, MAX_ANGLES))
    planes = int(rest.take_within(_("The number of C planes"), 1, MAX_PLANES))
    kind = int(rest.take_within(_("The type of photometry"), 1, 3))
    if kind != _TYPE_C:
        raise BocageError("BOC-PHO-007", where={"path": rest.path}, found=_TYPES[kind])
    rest.take_within(_("The unit of lengths"), 1, 2)
    rest.take_many(_("A dimension of the luminous area"), 3)
    ballast = rest.take(_("The ballast factor"))
    photometric = rest.take(_("The ballast-lamp photometric factor"))
    return _Head(
        lamps=lamps,
        lumens_per_lamp=lumens,
        multiplier=multiplier or 1.0,
        angles=angles,
        planes=planes,
        ballast_factor=ballast or 1.0,
        photometric_factor=photometric or 1.0,
        power_w=rest.take(_("The power")),
    )


def _edition(line: str) -> str:
    """The edition that a first line tells; empty in 1986, when the first line was a label."""
    found = _EDITION.match(line)
    if not found:
        return ""
    return "LM-63-1991" if found[1] == "91" else found[1].upper()


def _photometric_factor(head: _Head, edition: str) -> float:
    """The eleventh number: a factor until 1991, then reserved, in 2019 the way in which the file was made."""
    return head.photometric_factor if edition in {"", "LM-63-1991"} else 1.0


def _keywords(lines: list[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for line in lines:
        match = _KEYWORD.match(line)
        if match and match[2]:
            found.setdefault(match[1].upper(), match[2])
    return found


def _colour(keywords: dict[str, str]) -> float | None:
    texts = (keywords[name] for name in _COLOUR_KEYWORDS if name in keywords)
    return next((found for text in texts if (found := colour_temperature_k(text)) is not None), None)
