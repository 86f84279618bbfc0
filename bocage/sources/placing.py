"""Rows put on the map: where the file says they are, in the projection of the territory, or where their address is."""

from typing import Any

import numpy as np
import polars as pl
import shapely
from numpy.typing import NDArray

from bocage.sources.address_columns import address_texts, propose_address
from bocage.sources.addresses import Addressed
from bocage.sources.extent import Extent
from bocage.sources.locate import Located, centres_of, geometries_of
from bocage.sources.mapping import InventoryMapping
from bocage.sources.projections import Reference, find_reference, repair_rows, transform
from bocage.sources.raw import RawTable
from bocage.sources.refusals import Refusals
from bocage.sources.systems import WGS84
from bocage.sources.verdict import Verdict
from bocage.vocabulary.columns import Table

Strings = NDArray[Any]


def place_rows(
    raw: RawTable,
    mapping: InventoryMapping,
    table: Table,
    extent: Extent,
    state: Refusals,
    verdicts: list[Verdict],
    addressed: Addressed | None,
) -> tuple[Strings | None, int | None]:
    """Put the rows on the map; those without a location, or far away, are refused.

    Args:
        raw: the file as read.
        mapping: meaning of its columns.
        table: asset type.
        extent: the territory.
        state: refusals, completed.
        verdicts: what is said, completed.
        addressed: what the geocoding of the rows without coordinates gave.

    Returns:
        Geometries (n,) in the projection of the territory, None where there is none, and the EPSG code
        in which they were read; None and None for a table without geometry.
    """
    if table.geometry == "none":
        return None, None
    located = geometries_of(raw, mapping.place, table)
    found, used = _place_written(raw, mapping, table, extent, state, verdicts, located)
    if addressed is not None:
        verdicts += _place_addresses(found, located.faults, extent, state, addressed)
    elif count := _with_address(raw, located.faults, state):
        verdicts.append(Verdict(code="BOC-IMP-336", count=count))
    for code in np.unique(located.faults[located.faults != ""].astype(str)):
        state.refuse(located.faults == code, str(code))
    return found, used if used is not None or addressed is None else WGS84


def _with_address(raw: RawTable, faults: Strings, state: Refusals) -> int:
    """Number of sound rows without coordinates that name a street."""
    lost = state.sound & ((faults == "BOC-IMP-101") | (faults == "BOC-IMP-102"))
    headers = propose_address(raw.frame) if lost.any() else None
    if headers is None:
        return 0
    return int(address_texts(raw.frame[headers[1]].filter(pl.Series(lost))).is_not_null().sum())


def _place_written(
    raw: RawTable,
    mapping: InventoryMapping,
    table: Table,
    extent: Extent,
    state: Refusals,
    verdicts: list[Verdict],
    located: Located,
) -> tuple[Strings, int | None]:
    """Geometries that the file writes, in the projection of the territory, and the system in which they were read."""
    found = located.geometries
    sound = np.flatnonzero(~np.asarray(found == None))  # noqa: E711 - element-wise on an object array
    if not len(sound):
        return found, None
    centres = centres_of(found[sound])
    declared = mapping.place.srid or raw.srid
    reference, said = find_reference(raw.path, centres, declared, extent)
    verdicts += said
    points, done = repair_rows(centres, reference, extent)
    strayed = np.zeros(len(found), dtype=bool)
    strayed[sound[done == "BOC-IMP-103"]] = True
    distances = np.full(len(found), "", dtype=object)
    outside = done == "BOC-IMP-103"
    distances[sound[outside]] = [_kilometres(metres) for metres in extent.distance_m(points[outside])]
    state.refuse(strayed, "BOC-IMP-103", distances)
    for code in ("BOC-IMP-305", "BOC-IMP-321", "BOC-IMP-328"):
        if (done == code).any():
            verdicts.append(Verdict(code=code, count=int((done == code).sum())))
    if extent.known:
        beyond = ~outside & ~extent.within(points)
        if beyond.any():
            verdicts.append(Verdict(code="BOC-IMP-315", count=int(beyond.sum())))
    if located.multiple.any():
        verdicts.append(Verdict(code="BOC-IMP-308", count=int(located.multiple.sum())))
    if table.geometry == "point":
        found[sound] = shapely.points(np.where(outside[:, None], 0.0, points))
    else:
        found[sound] = shapely.transform(found[sound], lambda xy: transform(xy, reference, extent.srid))
        state.refuse(_far_row(found, sound, done), "BOC-IMP-103")
    found[strayed] = None
    return found, reference.srid


def _place_addresses(
    found: Strings, faults: Strings, extent: Extent, state: Refusals, addressed: Addressed
) -> list[Verdict]:
    """Points of the rows that have an address and no other location; those that stay without are refused."""
    wanted = np.isin(faults, ["BOC-IMP-101", "BOC-IMP-102"]) & addressed.asked
    for code in np.unique(addressed.codes[wanted & (addressed.codes != "")].astype(str)):
        state.refuse(wanted & (addressed.codes == code), str(code), addressed.details)
    placed = np.flatnonzero(wanted & (addressed.codes == ""))
    points = transform(addressed.lonlat[placed], Reference(WGS84), extent.srid)
    near = extent.near(points)
    found[placed[near]] = shapely.points(points[near])
    faults[placed[near]] = ""
    strayed = np.zeros(len(found), dtype=bool)
    strayed[placed[~near]] = True
    distances = np.full(len(found), "", dtype=object)
    distances[placed[~near]] = [_kilometres(metres) for metres in extent.distance_m(points[~near])]
    state.refuse(strayed, "BOC-IMP-103", distances)
    said = []
    if near.any():
        said.append(Verdict(code="BOC-IMP-325", count=int(near.sum())))
    vague = int((near & (addressed.kinds[placed] != "housenumber")).sum())
    if vague:
        said.append(Verdict(code="BOC-IMP-337", count=vague))
    if addressed.outage:
        waiting = int((wanted & (addressed.codes == "BOC-IMP-114")).sum())
        said.append(Verdict(code="BOC-IMP-326", count=waiting, values={"cause": addressed.outage}))
    return said


def _far_row(found: Strings, sound: NDArray[np.int_], done: Strings) -> NDArray[np.bool_]:
    """Lines and surfaces are not repaired one by one: those that would need it are refused."""
    mask = np.zeros(len(found), dtype=bool)
    mask[sound[np.isin(done, ["BOC-IMP-305", "BOC-IMP-321", "BOC-IMP-328"])]] = True
    return mask


def _kilometres(metres: float) -> str:
    return f"{metres / 1000:.0f} km" if np.isfinite(metres) and metres < 2e7 else "?"
