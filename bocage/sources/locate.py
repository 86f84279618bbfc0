"""Where the rows of a file say they are: its geometry, two columns, one text."""

import re
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
import shapely
from numpy.typing import NDArray

from bocage.sources.address_columns import propose_address
from bocage.sources.coordinates import is_measure, measures, pairs
from bocage.sources.mapping import Parts, Place
from bocage.sources.names import plain
from bocage.sources.raw import RawTable
from bocage.sources.roles import role_names
from bocage.sources.systems import EXTENTS, WGS84, srid_in_name
from bocage.sources.written import share, without_missing
from bocage.vocabulary.codes import BocageError
from bocage.vocabulary.columns import Table

Geometries = NDArray[Any]
Codes = NDArray[Any]

_WKT = r"(?i)^\s*(?:SRID=\d+;)?\s*(?:MULTI)?(?:POINT|LINESTRING|POLYGON)\s*(?:Z|M|ZM)?\s*\("
_GEOJSON = r'^\s*\{\s*"(?:type|coordinates)"'
_WKB = r"^(?:\\x)?0[01](?:[0-9A-Fa-f]{8})[0-9A-Fa-f]{32,}$"
_MULTIPOINTS = (b"\x01\x04", b"\x01\xec\x03", b"\x01\xd4\x07", b"\x01\xbc\x0b", b"\x00\x00\x00\x00\x04")
"""First bytes of the WKB of several points: flat, with a height, with a measure, with both, and the other way round."""
_SRID = re.compile(r"(?i)^\s*SRID=(\d+);")


@dataclass(frozen=True)
class Located:
    """Geometries of the rows as written, None where there is none, and the fault of each row.

    Attributes:
        geometries: shapely objects (n,).
        faults: codes (n,), empty text for sound rows.
        multiple: (n,) True where several points were replaced by their centre.
    """

    geometries: Geometries
    faults: Codes
    multiple: NDArray[np.bool_]


def propose_place(raw: RawTable, table: Table, used: set[str]) -> Place:
    """Find how the rows say where they are.

    Args:
        raw: the file as read.
        table: asset type; a table without geometry has no place.
        used: headers that already mean something else.

    Raises:
        BocageError: BOC-IMP-018, no location and no address.
    """
    if table.geometry == "none":
        return Place(kind="none")
    if raw.geometry is not None and raw.geometry.null_count() < len(raw.geometry):
        return Place(kind="geometry", srid=raw.srid, parts=_parts(raw, table))
    sample = raw.frame.filter(raw.faults.is_null()).head(500)
    by_name = {plain(name): name for name in reversed(sample.columns) if name not in used}
    place = (_two_columns(sample, by_name) if table.geometry in {"point", "any"} else None) or _one_text(sample, table)
    if place is None and table.geometry in {"point", "any"}:
        place = _by_content(sample, used)
    address = propose_address(raw.frame) if place is None and table.geometry in {"point", "any"} else None
    if address is not None:
        return Place(kind="address", headers=address)
    if place is None:
        headers = ", ".join(raw.frame.columns[:30])
        raise BocageError("BOC-IMP-018", where={"path": raw.path}, columns=headers)
    return place


def _two_columns(sample: pl.DataFrame, by_name: dict[str, str]) -> Place | None:
    names = role_names()
    for first, second, srid in (("longitude", "latitude", WGS84), ("x", "y", None)):
        horizontal = [by_name[name] for name in names[first] if name in by_name and _numeric(sample[by_name[name]])]
        vertical = [by_name[name] for name in names[second] if name in by_name and _numeric(sample[by_name[name]])]
        if horizontal and vertical:
            found = srid or srid_in_name(plain(horizontal[0]))
            return Place(kind="xy", headers=(horizontal[0], vertical[0]), srid=found)
    return None


def _one_text(sample: pl.DataFrame, table: Table) -> Place | None:
    names = role_names()
    ranked = {name: rank for rank, name in enumerate((*names["text"], *names["pair"]))}
    texts = [
        name for name, kind in sample.schema.items() if kind == pl.String and sample[name].null_count() < len(sample)
    ]
    for name in sorted(texts, key=lambda one: ranked.get(plain(one), 99)):
        cells = sample[name].drop_nulls()
        if share(cells.str.contains(_WKT)) > 0.8:
            said = _SRID.match(cells[0])
            return Place(kind="wkt", headers=(name,), srid=int(said.group(1)) if said else None)
        if share(cells.str.contains(_GEOJSON)) > 0.8:
            return Place(kind="geojson", headers=(name,), srid=WGS84)
        if share(cells.str.contains(_WKB)) > 0.8:
            return Place(kind="wkb", headers=(name,), srid=_srid_of_wkb(cells[0]))
        if table.geometry in {"point", "any"} and not _numeric(cells):
            first, second = pairs(cells)
            if share(first.is_not_null()) > 0.8:
                return _pair_place(name, first, second)
    return None


def _pair_place(name: str, first: pl.Series, second: pl.Series) -> Place:
    """The place that one column of two numbers tells: degrees, of which the latitude may come first, or metres."""
    degrees = share((first.abs() <= 180) & (second.abs() <= 180)) > 0.8
    if not degrees:
        return Place(kind="pair", headers=(name,), order="xy", srid=srid_in_name(plain(name)))
    order = "yx" if _latitude_first(first, second, plain(name)) else "xy"
    return Place(kind="pair", headers=(name,), order=order, srid=WGS84)  # type: ignore[arg-type]


def _parts(raw: RawTable, table: Table) -> Parts:
    """`each` where a column of the file counts the points of its geometries of several points."""
    assert raw.geometry is not None
    if table.geometry != "point":
        return "one"
    maybe = raw.geometry.bin.starts_with(_MULTIPOINTS[0])
    for start in _MULTIPOINTS[1:]:
        maybe |= raw.geometry.bin.starts_with(start)
    maybe = maybe.fill_null(value=False)
    shapes = shapely.from_wkb(np.array(raw.geometry.filter(maybe).to_list(), dtype=object), on_invalid="ignore")
    several = shapely.get_num_geometries(shapes)
    multiple = several > 1
    if not multiple.any():
        return "one"
    rows = raw.frame.filter(maybe)
    for name in rows.columns:
        if plain(name) in role_names()["count"]:
            counted = _numbers(rows[name], raw.decimal).fill_null(0).to_numpy()
            if (counted[multiple] == several[multiple]).mean() >= 0.9:
                return "each"
    return "one"


def _srid_of_wkb(text: str) -> int | None:
    found = shapely.from_wkb(text.removeprefix("\\x"), on_invalid="ignore")
    return int(shapely.get_srid(found)) or None if found is not None else None


def _latitude_first(first: pl.Series, second: pl.Series, name: str) -> bool:
    """Whether pairs are latitude, longitude: what the name or, in France, the size of the numbers says."""
    if name.startswith("lat") or name.endswith("point_2d"):
        return True
    if name.startswith("lon"):
        return False
    one, other = first.abs().median(), second.abs().median()
    return isinstance(one, float) and isinstance(other, float) and 41 <= one <= 52 and not 41 <= other <= 52


def _by_content(sample: pl.DataFrame, used: set[str]) -> Place | None:
    """Two columns, and only two, whose numbers can only be coordinates in metropolitan France."""
    free = [name for name in sample.columns if name not in used]
    for srid, extent in EXTENTS.items():
        decimals = srid == WGS84
        across, up = ([name for name in free if _within(sample[name], *limits, decimals)] for limits in extent)
        if len(up) == 1 and len(set(across) - set(up)) == 1:
            return Place(kind="xy", headers=((set(across) - set(up)).pop(), up[0]), srid=srid)
    return None


def _within(cells: pl.Series, low: float, high: float, decimals: bool) -> bool:
    if not _numeric(cells):
        return False
    values = _numbers(cells, ",").drop_nulls()
    precise = not decimals or share((values * 1000).round() % 10 != 0) > 0.5
    return share(values.is_between(low, high)) > 0.9 and precise


def _numbers(cells: pl.Series, decimal: str) -> pl.Series:
    return measures(cells, decimal=decimal)


def _numeric(cells: pl.Series) -> bool:
    filled = cells.drop_nulls()
    return share(is_measure(filled)) >= 0.8


def centres_of(geometries: Geometries) -> NDArray[np.float64]:
    """Centres (n, 2) of the bounds of geometries (n,); not a number where there is none.

    >>> centres_of(np.array([shapely.Point(1, 2), shapely.box(0, 0, 4, 2)])).tolist()
    [[1.0, 2.0], [2.0, 1.0]]
    """
    bounds = shapely.bounds(geometries)
    return np.column_stack([(bounds[:, 0] + bounds[:, 2]) / 2, (bounds[:, 1] + bounds[:, 3]) / 2])


def geometries_of(raw: RawTable, place: Place, table: Table) -> Located:
    """Geometries of all rows, in the system in which the file writes them.

    Args:
        raw: the file as read.
        place: how rows say where they are.
        table: asset type; geometries are brought to its kind, and rows that cannot be are faulty.
    """
    found, unreadable = _read(raw, place)
    if shapely.has_z(found).any():
        found = shapely.force_2d(found)
    faults = np.full(len(found), "", dtype=object)
    faults[shapely.is_missing(found) | shapely.is_empty(found)] = "BOC-IMP-101"
    faults[unreadable] = "BOC-IMP-110"
    bounds = shapely.bounds(found)
    with np.errstate(invalid="ignore"):
        nowhere = (faults == "") & (~np.isfinite(bounds).all(axis=1) | (np.abs(bounds) < 1e-9).all(axis=1))
    faults[nowhere] = "BOC-IMP-102"
    found, wrong, multiple = _to_kind(found, table)
    faults[(faults == "") & wrong] = "BOC-IMP-111"
    found[faults != ""] = None
    return Located(found, faults, multiple & (faults == ""))


def _read(raw: RawTable, place: Place) -> tuple[Geometries, NDArray[np.bool_]]:
    """Geometries as written, and which rows have a location that cannot be read."""
    if place.kind == "geometry":
        if raw.geometry is None:
            raise BocageError("BOC-IMP-018", where={"path": raw.path}, columns=", ".join(raw.frame.columns[:30]))
        wkb = np.array(raw.geometry.to_list(), dtype=object)
        found = shapely.from_wkb(wkb, on_invalid="ignore")
        return found, shapely.is_missing(found) & np.array([one is not None for one in wkb], dtype=bool)
    if place.kind in {"xy", "pair"}:
        return _points(raw, place)
    if place.kind == "address":
        nowhere = np.full(len(raw.frame), None, dtype=object)
        return nowhere, np.zeros(len(nowhere), dtype=bool)
    cells = raw.frame[place.headers[0]].cast(pl.String)
    if place.kind == "wkt":
        cells = cells.str.replace(_SRID.pattern, "").str.replace_all(r"(\d),(\d+[ )])", "$1.$2")
        reader = shapely.from_wkt
    elif place.kind == "wkb":
        cells, reader = cells.str.strip_prefix("\\x"), shapely.from_wkb
    else:
        reader = shapely.from_geojson
    found = reader(np.array(cells.to_list(), dtype=object), on_invalid="ignore")
    return found, shapely.is_missing(found) & cells.is_not_null().to_numpy()


def _points(raw: RawTable, place: Place) -> tuple[Geometries, NDArray[np.bool_]]:
    if place.kind == "pair":
        parts = pairs(raw.frame[place.headers[0]])
        x, y = parts if place.order == "xy" else parts[::-1]
    else:
        sources = [raw.frame[header] for header in place.headers]
        x, y = (_numbers(source, raw.decimal) for source in sources)
    across, up = x.to_numpy().astype(float), y.to_numpy().astype(float)
    sound = np.isfinite(across) & np.isfinite(up)
    found = np.full(len(across), None, dtype=object)
    found[sound] = shapely.points(across[sound], up[sound])
    unreadable = ~sound
    written = raw.frame.filter(pl.Series(unreadable)).select(pl.col(place.headers).cast(pl.String))
    says = pl.any_horizontal(without_missing(pl.col(header)).is_not_null() for header in place.headers)
    unreadable[unreadable] = written.select(says.alias("says"))["says"].to_numpy()
    return found, unreadable


def _to_kind(found: Geometries, table: Table) -> tuple[Geometries, NDArray[np.bool_], NDArray[np.bool_]]:
    """Bring geometries to the kind of the table: a point for several, for a surface a point inside it."""
    kinds = shapely.get_type_id(found)
    multiple = np.zeros(len(found), dtype=bool)
    if table.geometry == "any":
        return found, multiple, multiple.copy()
    found = found.copy()
    if table.geometry == "point":
        several = kinds == 4
        multiple = several & (shapely.get_num_geometries(found) > 1)
        found[several] = shapely.centroid(found[several])
        surface = (kinds == 3) | (kinds == 6)
        found[surface] = shapely.point_on_surface(found[surface])
        return found, ~np.isin(kinds, [0, 3, 4, 6]), multiple | surface
    single, several_kind = {"line": (1, 5), "polygon": (3, 6)}[table.geometry]
    lonely = (kinds == several_kind) & (shapely.get_num_geometries(found) == 1)
    found[lonely] = shapely.get_geometry(found[lonely], 0)
    if table.geometry == "polygon":
        broken = np.isin(kinds, [3, 6]) & ~shapely.is_valid(found)
        found[broken] = shapely.make_valid(found[broken])
        kinds = np.where(broken, shapely.get_type_id(found), kinds)
    return found, ~np.isin(kinds, [single, several_kind]), multiple
