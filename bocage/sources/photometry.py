"""The door through which photometries come in: EULUMDAT or IES LM-63, known by their content."""

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bocage.science.photometry.flux import light_output
from bocage.science.photometry.intensity import IntensityTable, mirror_gap, tabulate
from bocage.sources.encoding import decode
from bocage.sources.eulumdat import parse_eulumdat
from bocage.sources.lm63 import TILT_LINE, parse_lm63
from bocage.sources.photometric_text import Reading
from bocage.sources.verdict import Verdict
from bocage.vocabulary.codes import BocageError

Array = NDArray[np.float64]

MAX_BYTES = 20_000_000
CLOSURE_POINTS = 1.0
"""Difference between the declared and the found light output ratio from which it is said [%]."""
PLAUSIBLE_LM_W = 250.0
"""Efficacy above which flux and power cannot be of one luminaire; a guess, above all that is sold today."""
ALONG_DEG, ACROSS_DEG = 0.0, 90.0
SYMMETRIC, LOPSIDED = 0.02, 0.10
"""Share of its mean intensity by which a luminaire differs from its mirror image, to be called so; a guess."""
UNKNOWN_FLUX_LM = 1000.0
_SNIFFED_LINES = 200


@dataclass(frozen=True, kw_only=True)
class PhotometricFile:
    """A photometry that was read.

    Attributes:
        path: the file.
        format: `EULUMDAT` or `IES LM-63`.
        edition: edition of the format where it says it (`LM-63-2002`), empty otherwise.
        table: the intensities.
        lamp: the source as the file names it.
        manufacturer: as the file names it.
        verdicts: what was found strange.
    """

    path: Path
    format: str
    edition: str
    table: IntensityTable
    lamp: str
    manufacturer: str
    verdicts: tuple[Verdict, ...]


def read_photometry(path: Path, *, lamp_set: int | None = None) -> PhotometricFile:
    """Read a photometric file, whatever its extension says.

    Args:
        path: an EULUMDAT (.ldt) or an IES LM-63 (.ies) of 1986 to 2019, type C.
        lamp_set: lamp set of an EULUMDAT, from 1; the first one where None.

    Raises:
        BocageError: BOC-IMP-001 absent, BOC-IMP-003 empty, BOC-IMP-025 unreadable, BOC-PHO-001 to
            BOC-PHO-010 for what the file is or says.

    >>> read_photometry(Path("nowhere.ldt"))
    Traceback (most recent call last):
    bocage.vocabulary.codes.BocageError: BOC-IMP-001: The file does not exist
    """
    path = Path(path)
    text = _text_of(path)
    reading = parse_lm63(path, text) if _is_lm63(text) else _eulumdat(path, text, lamp_set)
    return _judged(path, reading)


def _eulumdat(path: Path, text: str, lamp_set: int | None) -> Reading:
    if not _is_eulumdat(text):
        raise BocageError("BOC-PHO-002", where={"path": path})
    return parse_eulumdat(path, text, lamp_set=lamp_set)


def _text_of(path: Path) -> str:
    try:
        if path.is_dir():
            raise BocageError("BOC-PHO-001", where={"path": path})
        if not path.exists():
            raise BocageError("BOC-IMP-001", where={"path": path})
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise BocageError(
                "BOC-PHO-003", where={"path": path}, found=size // 1_000_000, limit=MAX_BYTES // 1_000_000
            )
        data = path.read_bytes()
    except (OSError, ValueError) as error:
        raise BocageError("BOC-IMP-025", where={"path": path}, cause=str(error)) from error
    if not data.strip():
        raise BocageError("BOC-IMP-003", where={"path": path})
    return decode(data).text.lstrip("\ufeff").replace("\r\n", "\n").replace("\r", "\n")


def _is_lm63(text: str) -> bool:
    return any(TILT_LINE.match(line) for line in text.split("\n", _SNIFFED_LINES)[:_SNIFFED_LINES])


def _is_eulumdat(text: str) -> bool:
    """Whether lines 2 and 3 hold a type and a symmetry; words there are refused as another format."""
    lines = [line.strip() for line in text.split("\n", 7)[:7]]
    numbers = [line.replace(",", ".").replace(".", "", 1).removeprefix("-") for line in lines]
    return len(lines) == 7 and all(number.isdigit() for number in (numbers[2], numbers[3], numbers[5]))


def _judged(path: Path, reading: Reading) -> PhotometricFile:
    """Turn what was read into a table in cd/klm, and say what is strange about it."""
    verdicts = list(reading.verdicts)
    values = reading.intensity
    below = values < 0
    if below.any():
        verdicts.append(Verdict(code="BOC-PHO-103", count=int(below.sum())))
        values = np.where(below, 0.0, values)
    if not (values > 0).any():
        raise BocageError("BOC-PHO-009", where={"path": path})
    flux_lm = reading.source_flux_lm
    table = tabulate(
        reading.c_deg,
        reading.gamma_deg,
        values,
        source_flux_lm=flux_lm or UNKNOWN_FLUX_LM,
        power_w=reading.power_w,
        colour_temperature_k=reading.colour_temperature_k,
        declared_lor=reading.declared_lor,
        name=reading.name,
        absolute=reading.absolute,
    )
    if reading.in_candela:
        table = _per_kilolumen(table, flux_lm)
    elif flux_lm is None:
        verdicts.append(Verdict(code="BOC-PHO-101", count=1))
    if table.power_w and light_output(table).lor * table.source_flux_lm > PLAUSIBLE_LM_W * table.power_w:
        efficacy = light_output(table).lor * table.source_flux_lm / table.power_w
        verdicts.append(Verdict(code="BOC-PHO-109", count=1, values={"found": efficacy, "limit": PLAUSIBLE_LM_W}))
    if mirror_gap(table, ALONG_DEG) < SYMMETRIC < LOPSIDED < mirror_gap(table, ACROSS_DEG):
        verdicts.append(Verdict(code="BOC-PHO-110", count=1))
    if table.declared_lor is not None:
        found = light_output(table).lor
        if abs(found - table.declared_lor) * 100 > CLOSURE_POINTS:
            values_said = {"found": 100 * found, "declared": 100 * table.declared_lor}
            verdicts.append(Verdict(code="BOC-PHO-102", count=1, values=values_said))
    return PhotometricFile(
        path=path,
        format=reading.format,
        edition=reading.edition,
        table=table,
        lamp=reading.lamp,
        manufacturer=reading.manufacturer,
        verdicts=tuple(verdicts),
    )


def _per_kilolumen(table: IntensityTable, source_flux_lm: float | None) -> IntensityTable:
    """Candelas over kilolumens of the source; of the luminaire where the flux of the source is not told."""
    flux_lm = source_flux_lm or light_output(table).flux_lm_klm
    return replace(table, intensity_cd_klm=table.intensity_cd_klm * (1000 / flux_lm), source_flux_lm=flux_lm)
