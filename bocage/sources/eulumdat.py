"""EULUMDAT (.ldt): a header of 26 lines, lamp sets of six, angles, intensities in cd/klm by plane."""

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bocage.sources.photometric_text import Reading, _, check_angles, colour_temperature_k, number, numbers, within
from bocage.sources.verdict import Verdict
from bocage.vocabulary.codes import BocageError

Array = NDArray[np.float64]

FORMAT = "EULUMDAT"
MAX_PLANES, MAX_ANGLES, MAX_SETS = 1441, 1801, 20
_LINES_PER_SET = 6
_DIRECT_RATIOS = 10
_SYMMETRY_LINE, _PLANES_LINE, _ANGLES_LINE = 3, 4, 6
_LORL_LINE, _FACTOR_LINE, _TILT_LINE, _SETS_LINE = 23, 24, 25, 26
_SEPARATOR = re.compile(r"[\s;]+")


@dataclass(frozen=True, kw_only=True)
class _Lamps:
    """One lamp set."""

    count: float
    name: str
    flux_lm: float | None
    colour: str
    power_w: float | None


def parse_eulumdat(path: Path, text: str, *, lamp_set: int | None = None) -> Reading:
    """Read the text of an EULUMDAT file.

    Args:
        path: the file, for refusals.
        text: its text, lines ended by a line feed.
        lamp_set: the lamp set, from 1; the first one where None.

    Raises:
        BocageError: BOC-PHO-004 to BOC-PHO-010.
    """
    lines = text.split("\n")
    while lines and not lines[-1].strip():
        lines.pop()
    if len(lines) < _SETS_LINE:
        raise BocageError("BOC-PHO-004", where={"path": path}, found=0, expected=_DIRECT_RATIOS)
    symmetry = int(_told(path, lines, _SYMMETRY_LINE, _("The symmetry"), 0, 4))
    planes = int(_told(path, lines, _PLANES_LINE, _("The number of C planes"), 1, MAX_PLANES))
    angles = int(_told(path, lines, _ANGLES_LINE, _("The number of γ angles"), 1, MAX_ANGLES))
    sets = max(1, int(_optional(path, lines, _SETS_LINE, _("The number of lamp sets")) or 1))
    within(path, _SETS_LINE, _("The number of lamp sets"), sets, 1, MAX_SETS)
    verdicts, lamps = _lamps(path, lines, sets, lamp_set)
    c_deg, gamma_deg, stored, spare = _numbers(
        path, lines, _SETS_LINE + sets * _LINES_PER_SET, symmetry, planes, angles
    )
    if spare:
        verdicts.append(Verdict(code="BOC-PHO-106", count=spare))
    factor = _optional(path, lines, _FACTOR_LINE, _("The conversion factor")) or 1.0
    if factor != 1.0:
        verdicts.append(Verdict(code="BOC-PHO-108", count=1, values={"factor": factor}))
    tilt = _optional(path, lines, _TILT_LINE, _("The tilt of the measurement")) or 0.0
    if tilt:
        verdicts.append(Verdict(code="BOC-PHO-104", count=1, values={"tilt": tilt}))
    lorl = _optional(path, lines, _LORL_LINE, _("The light output ratio"))
    planes_deg, whole = expand(symmetry, c_deg, stored)
    return Reading(
        format=FORMAT,
        edition="",
        c_deg=planes_deg,
        gamma_deg=gamma_deg,
        intensity=whole * factor,
        in_candela=False,
        source_flux_lm=lamps.flux_lm,
        absolute=lamps.count < 0,
        power_w=lamps.power_w,
        colour_temperature_k=colour_temperature_k(lamps.colour),
        declared_lor=lorl / 100 if lorl else None,
        name=lines[8].strip(),
        lamp=lamps.name,
        manufacturer=lines[0].strip(),
        verdicts=tuple(verdicts),
    )


def expand(symmetry: int, c_deg: Array, stored: Array) -> tuple[Array, Array]:
    """All planes from those that a file stores.

    Args:
        symmetry: 0 none, 1 about the vertical, 2 to plane C0-C180, 3 to plane C90-C270, 4 to both.
        c_deg: array (n,) of the stored planes [degrees].
        stored: array (n, m) of their intensities.

    Returns:
        Planes in order from 0 and their intensities.

    >>> expand(4, np.array([0.0, 90.0]), np.array([[1.0], [2.0]]))[1].ravel().tolist()
    [1.0, 2.0, 1.0, 2.0]
    """
    if symmetry == 1:
        return np.zeros(1), stored[:1]
    turns = [c_deg]
    if symmetry in {2, 4}:
        turns.append(-c_deg)
    if symmetry in {3, 4}:
        turns += [180 - turn for turn in turns]
    planes = np.mod(np.concatenate(turns), 360.0)
    if symmetry == 0 and len(c_deg) > 1 and c_deg[-1] == 360.0:
        planes = planes[:-1]
        turns, stored = [c_deg[:-1]], stored[:-1]
    rows = np.tile(np.arange(len(stored)), len(turns))
    unique, first = np.unique(np.round(planes, 6), return_index=True)
    return np.asarray(unique, dtype=np.float64), stored[rows[first]]


def _lamps(path: Path, lines: list[str], sets: int, asked: int | None) -> tuple[list[Verdict], _Lamps]:
    if asked is not None and not 1 <= asked <= sets:
        raise BocageError("BOC-PHO-010", where={"path": path}, asked=asked, count=sets)
    used = asked or 1
    first = _SETS_LINE + (used - 1) * _LINES_PER_SET + 1
    count = _optional(path, lines, first, _("The number of lamps"))
    flux = _optional(path, lines, first + 2, _("The flux of the lamps"))
    power = _optional(path, lines, first + 5, _("The power of the lamps"))
    verdicts = []
    if sets > 1:
        verdicts.append(Verdict(code="BOC-PHO-105", count=sets, values={"used": used}))
    return verdicts, _Lamps(
        count=count or 1.0,
        name=_line(lines, first + 1),
        flux_lm=flux if flux and flux > 0 else None,
        colour=_line(lines, first + 3),
        power_w=power if power and power > 0 else None,
    )


def _numbers(
    path: Path, lines: list[str], start: int, symmetry: int, planes: int, angles: int
) -> tuple[Array, Array, Array, int]:
    """Stored planes, angles and intensities, and how many numbers are left over."""
    cells = [line.strip() for line in lines[start:]]
    places = list(range(start + 1, start + 1 + len(cells)))
    if _SEPARATOR.search("|".join(cells)) or "" in cells[_DIRECT_RATIOS:]:
        parts = [(place, part) for place, cell in zip(places, cells, strict=True) for part in _SEPARATOR.split(cell)]
        places, cells = [place for place, part in parts if part], [part for _place, part in parts if part]
    head, after_planes = _DIRECT_RATIOS + planes + angles, _DIRECT_RATIOS + planes
    if len(cells) < head:
        raise BocageError("BOC-PHO-004", where={"path": path}, found=len(cells), expected=head)
    field = _("An angle")
    c_all = numbers(path, field, cells[_DIRECT_RATIOS:after_planes], places[_DIRECT_RATIOS:after_planes])
    gamma = numbers(path, field, cells[after_planes:head], places[after_planes:head])
    check_angles(path, "γ", gamma, 180.0)
    c_deg = _stored_planes(path, symmetry, c_all)
    expected = len(c_deg) * angles
    if len(cells) < head + expected:
        raise BocageError("BOC-PHO-004", where={"path": path}, found=len(cells), expected=head + expected)
    values = numbers(path, _("An intensity"), cells[head : head + expected], places[head : head + expected])
    return c_deg, gamma, values.reshape(len(c_deg), angles), len(cells) - head - expected


def _stored_planes(path: Path, symmetry: int, c_deg: Array) -> Array:
    """The planes whose intensities the file holds, in its order."""
    if symmetry == 1:
        return c_deg[:1]
    check_angles(path, "C", c_deg, 360.0)
    if symmetry == 0:
        wanted = c_deg
    elif symmetry == 3:
        wanted = np.concatenate([c_deg[(c_deg >= 270) & (c_deg < 360)], c_deg[c_deg <= 90]])
    else:
        wanted = c_deg[c_deg <= (180 if symmetry == 2 else 90)]
    ends = {0: (0.0,), 2: (0.0, 180.0), 3: (270.0, 90.0), 4: (0.0, 90.0)}[symmetry]
    missing = [end for end in ends if not np.isclose(c_deg, end).any()]
    if missing:
        detail = _("there is no plane {plane}", plane=f"C{missing[0]:g}")
        raise BocageError("BOC-PHO-008", where={"path": path}, axis="C", detail=detail)
    return np.asarray(wanted)


def _line(lines: list[str], place: int) -> str:
    return lines[place - 1].strip() if place <= len(lines) else ""


def _told(path: Path, lines: list[str], place: int, field: object, low: float, high: float) -> float:
    return within(path, place, field, number(path, place, field, _line(lines, place)), low, high)


def _optional(path: Path, lines: list[str], place: int, field: object) -> float | None:
    cell = _line(lines, place)
    return number(path, place, field, cell) if cell else None
