"""In which system coordinates really are: what the file says is checked against where its points fall."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bocage.sources.extent import MARGIN_M, Extent, area_of_use, transformer
from bocage.sources.systems import WGS84, systems_of
from bocage.sources.verdict import Verdict
from bocage.sources.wording import LOCALE, by_language
from bocage.vocabulary.codes import BocageError
from bocage.vocabulary.text import Message

Coordinates = NDArray[np.float64]

SAMPLE = 500
SAME_PLACE_M = 5_000.0
"""Two systems that put the points this near to each other need not be told apart."""
MARGIN_OF_USE_M = 100_000.0
"""How far outside the area for which it was made a system may still be met."""
METRES = ((1e-3, "mm"), (1e3, "km"), (1e-2, "cm"))
DEGREES = ((1e-6, "µ°"), (1e-7, "1e-7°"))
"""Units in which coordinates slip: what they are multiplied by, and the unit that they then were in."""


@dataclass(frozen=True)
class Reference:
    """A reading of coordinates: their EPSG code, whether x and y are swapped, what they are multiplied by."""

    srid: int
    swapped: bool = False
    scale: float = 1.0


@dataclass(frozen=True)
class _Trial:
    """What a reading would give: the share of points near the territory, and their middle."""

    reference: Reference
    share: float
    middle: Coordinates
    rank: int


def find_reference(
    path: Path, xy: Coordinates, declared: int | None, extent: Extent
) -> tuple[Reference, list[Verdict]]:
    """The system in which most points fall in the territory, the declared one first.

    Args:
        path: the file, for the error.
        xy: coordinates (n, 2) as written.
        declared: EPSG code that the file or the mapping declares.
        extent: the territory.

    Raises:
        BocageError: BOC-IMP-023, no system puts the points in the territory; 033, several do, and
            nothing tells which.
    """
    sample = xy[:: max(1, len(xy) // SAMPLE)]
    others: list[_Trial] = []
    best = _declared(sample, declared, extent)
    if best is None:
        best, others = _search(path, sample, declared, extent)
    if best.share < 0.02:
        known = Reference(declared or extent.srid)
        if not extent.near(transform(xy, known, extent.srid)).any():
            x, y = np.median(sample, axis=0)
            said = f"EPSG:{declared}" if declared else "?"
            raise BocageError("BOC-IMP-023", where={"path": path}, x=_written(x), y=_written(y), declared=said)
        return known, []  # a few rows of a large syndicate are the territory's
    return best.reference, _said(best.reference, others, declared, len(xy))


def _declared(sample: Coordinates, declared: int | None, extent: Extent) -> _Trial | None:
    """The declared system, where it puts half of the points in the territory."""
    if declared is None:
        return None
    trial = _try(sample, Reference(declared), extent, 1)
    return trial if trial.share >= 0.5 else None


def _search(path: Path, sample: Coordinates, declared: int | None, extent: Extent) -> tuple[_Trial, list[_Trial]]:
    """The best reading, and the others that would do as well: as written, then swapped, then in another unit."""
    tried: list[_Trial] = []
    finite = sample[np.isfinite(sample).all(axis=1)]
    degrees = bool(len(finite)) and float((np.abs(finite) <= 180).all(axis=1).mean()) > 0.9
    for stage in _stages(declared, extent, degrees=degrees):
        trials = [_try(sample, reference, extent, rank) for reference, rank in stage]
        tried += trials
        good = [trial for trial in trials if trial.share >= 0.5]
        if good:
            return _decide(path, good, extent)
    best = tried[0]
    for trial in tried[1:]:
        if trial.share > best.share + 0.05:
            best = trial
    return best, []


def _stages(declared: int | None, extent: Extent, *, degrees: bool) -> Iterator[list[tuple[Reference, int]]]:
    """Readings by stage: a later one is tried only where an earlier one gives nothing."""
    ranks = {} if declared is None else {declared: 1}
    ranks |= {extent.srid: 1}
    for system in systems_of(extent.srid):
        ranks.setdefault(system.srid, system.rank)
    if degrees:  # read as metres, degrees would be near the origin of every system
        ranks = {srid: rank for srid, rank in ranks.items() if srid in {WGS84, declared}}
    yield [(Reference(srid), rank) for srid, rank in ranks.items()]
    yield [(Reference(srid, swapped=True), rank) for srid, rank in ranks.items()]
    scaled = [
        (srid, rank, factor) for srid, rank in ranks.items() for factor, _ in (DEGREES if srid == WGS84 else METRES)
    ]
    yield [(Reference(srid, scale=factor), rank) for srid, rank, factor in scaled]
    yield [(Reference(srid, swapped=True, scale=factor), rank) for srid, rank, factor in scaled]


def _try(sample: Coordinates, reference: Reference, extent: Extent, rank: int) -> _Trial:
    points = transform(sample, reference, extent.srid)
    near = extent.near(points) & _in_use(points, reference.srid, extent.srid)
    middle = np.median(points[near], axis=0) if near.any() else np.full(2, np.nan)
    return _Trial(reference, float(near.mean()), middle, rank)


def _in_use(points: Coordinates, srid: int, target: int) -> NDArray[np.bool_]:
    """Which points (n, 2) [m, in `target`] lie where a system is meant to be used."""
    xmin, ymin, xmax, ymax = area_of_use(srid, target)
    x, y = points[:, 0], points[:, 1]
    margin = MARGIN_OF_USE_M
    return np.asarray(
        (x >= xmin - margin) & (x <= xmax + margin) & (y >= ymin - margin) & (y <= ymax + margin), dtype=bool
    )


def _decide(path: Path, good: list[_Trial], extent: Extent) -> tuple[_Trial, list[_Trial]]:
    """One of the readings that suit: near the hint, else the only one of the first rank."""
    distinct: list[_Trial] = []
    for trial in good:
        if all(np.hypot(*(trial.middle - other.middle)) > SAME_PLACE_M for other in distinct):
            distinct.append(trial)
    hinted = [trial for trial in distinct if extent.hinted(trial.middle)]
    distinct = hinted or distinct
    if extent.known or len(distinct) == 1:
        return distinct[0], distinct[1:]
    first = [trial for trial in distinct if trial.rank == 1]
    if len(first) != 1:
        systems = ", ".join(f"EPSG:{trial.reference.srid}" for trial in distinct)
        raise BocageError("BOC-IMP-033", where={"path": path}, systems=systems, first=distinct[0].reference.srid)
    return first[0], [trial for trial in distinct if trial is not first[0]]


def _said(best: Reference, others: list[_Trial], declared: int | None, count: int) -> list[Verdict]:
    found = str(best.srid)
    verdicts = []
    if best.srid != declared and declared is not None:
        verdicts.append(Verdict(code="BOC-IMP-303", count=count, values={"declared": str(declared), "found": found}))
    elif declared is None:
        verdicts.append(Verdict(code="BOC-IMP-320", count=count, values={"found": found}))
    if best.swapped:
        verdicts.append(Verdict(code="BOC-IMP-304", count=count))
    if best.scale != 1.0:
        unit = by_language(_unit_of(best.scale))
        verdicts.append(Verdict(code="BOC-IMP-329", count=count, values={"factor": f"{best.scale:g}", "unit": unit}))
    if others:
        named = ", ".join(f"EPSG:{trial.reference.srid}" for trial in others)
        verdicts.append(Verdict(code="BOC-IMP-327", count=count, values={"found": found, "others": named}))
    return verdicts


def _unit_of(scale: float) -> Message:
    names = {
        1e-3: Message("millimetres", {}, LOCALE),
        1e3: Message("kilometres", {}, LOCALE),
        1e-2: Message("centimetres", {}, LOCALE),
    }
    return names.get(scale, Message("fractions of a degree without their decimal mark", {}, LOCALE))


def repair_rows(xy: Coordinates, reference: Reference, extent: Extent) -> tuple[Coordinates, NDArray[Any]]:
    """Coordinates in the projection of the territory; strayed rows are tried swapped, in degrees, in another unit.

    Args:
        xy: coordinates (n, 2) as written, in `reference`.
        reference: how the file as a whole is read.
        extent: the territory.

    Returns:
        Coordinates (n, 2) [m] in `extent.srid`, and what was done (n,): empty text, `BOC-IMP-305`
        (swapped), `BOC-IMP-321` (another system), `BOC-IMP-328` (another unit) or `BOC-IMP-103`
        (outside whatever is tried).
    """
    result = transform(xy, reference, extent.srid)
    done = np.full(len(xy), "", dtype=object)
    strayed = np.flatnonzero(~extent.near(result))
    if not len(strayed):
        return result, done
    bulk = np.delete(result, strayed, axis=0)
    done[strayed] = "BOC-IMP-103"
    srid, swapped = reference.srid, reference.swapped
    trials = [
        (Reference(srid, not swapped, reference.scale), "BOC-IMP-305"),
        (Reference(WGS84), "BOC-IMP-321"),
        (Reference(WGS84, swapped=True), "BOC-IMP-321"),
        (Reference(extent.srid), "BOC-IMP-321"),
    ]
    if srid != WGS84:
        trials += [(Reference(srid, swapped, reference.scale * factor), "BOC-IMP-328") for factor, _ in METRES]
    for other, code in trials:
        left = strayed[done[strayed] == "BOC-IMP-103"]
        moved = transform(xy[left], other, extent.srid)
        good = extent.near(moved)
        if code == "BOC-IMP-328":  # a multiple may fall anywhere: it must fall among the other rows
            good &= _among(moved, bulk)
        result[left[good]] = moved[good]
        done[left[good]] = code
    return result, done


def _among(points: Coordinates, bulk: Coordinates) -> NDArray[np.bool_]:
    """Which points (n, 2) are within the margin of the bounds of the others (m, 2)."""
    if not len(bulk):
        return np.zeros(len(points), dtype=bool)
    low, high = bulk.min(axis=0) - MARGIN_M, bulk.max(axis=0) + MARGIN_M
    return np.asarray(((points >= low) & (points <= high)).all(axis=1), dtype=bool)


def _written(coordinate: float) -> str:
    """A coordinate without a row of decimals: degrees to 10 m, metres to the metre."""
    return f"{coordinate:.4f}" if abs(coordinate) <= 360 else f"{coordinate:.0f}"


def transform(xy: Coordinates, reference: Reference, srid: int) -> Coordinates:
    """Coordinates (n, 2) read in `reference`, in `srid`; infinite where the system has no such point.

    >>> transform(np.array([[700000.0, 6600000.0]]), Reference(2154), 4326).round(6).tolist()
    [[3.0, 46.5]]
    """
    points = xy[:, ::-1] if reference.swapped else xy
    if reference.scale != 1.0:
        points = points * reference.scale
    if reference.srid == srid:
        return points.copy()
    if reference.srid == WGS84:
        points = points.copy()
        points[(np.abs(points[:, 0]) > 180) | (np.abs(points[:, 1]) > 90)] = np.inf
    across, up = transformer(reference.srid, srid).transform(points[:, 0], points[:, 1])
    return np.column_stack([across, up])
