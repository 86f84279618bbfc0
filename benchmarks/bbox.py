"""A million light points written into the twin, then read by bounds: 100 hits, against a scan without the r-tree."""

import datetime as dt
import sqlite3
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from statistics import median

import numpy as np
import polars as pl
import shapely
from numpy.typing import NDArray

import bocage
from benchmarks.frame import at_most, figure
from bocage.store.connection import register_functions
from bocage.store.geometry import bounds_of, from_blob
from bocage.store.geopackage import GeoPackageStore, open_store
from bocage.vocabulary.columns import Table, declared_asset_tables

ROWS, HITS, WINDOWS, SCANS = 1_000_000, 100, 41, 3
ONE_BY_ONE = 200_000
GOAL_MS = 5.0
SRID = 2154
Window = tuple[float, float, float, float]


def points(count: int, *, seed: int) -> NDArray[np.float64]:
    """(count, 2) synthetic places [m]: half in 300 towns, half anywhere in a square of 60 km."""
    draw = np.random.default_rng(seed)
    towns = draw.uniform((400_000, 6_780_000), (460_000, 6_840_000), (300, 2))
    in_town = towns[draw.integers(0, 300, count // 2)] + draw.normal(0, 600, (count // 2, 2))
    anywhere = draw.uniform((400_000, 6_780_000), (460_000, 6_840_000), (count - count // 2, 2))
    return np.vstack([in_town, anywhere]).round(2)


def inventory(places: NDArray[np.float64], *, seed: int) -> pl.DataFrame:
    """A synthetic inventory at these places."""
    draw, count = np.random.default_rng(seed + 1), len(places)
    return pl.DataFrame(
        {
            "asset_id": [f"P{number:07d}" for number in range(count)],
            "technology": draw.choice(["led", "sodium_high_pressure"], count),
            "lamp_power_w": draw.choice([39.0, 70.0, 100.0, 150.0], count),
            "street": draw.choice(["Rue de l'Église", "Allée des Érables", "Place du Marché"], count),
            "geometry": shapely.to_wkb(shapely.points(places)).tolist(),
        }
    )


def windows(places: NDArray[np.float64], *, seed: int) -> list[Window]:
    """Squares around points drawn at random, each just wide enough for `HITS` points."""
    draw, found = np.random.default_rng(seed + 2), []
    for centre in places[draw.integers(0, len(places), WINDOWS)]:
        distance = np.abs(places - centre).max(axis=1)
        nearest = np.partition(distance, HITS)[: HITS + 1]
        nearest.sort()
        half = (nearest[HITS - 1] + nearest[HITS]) / 2
        x, y = centre.tolist()
        found.append((x - half, y - half, x + half, y + half))
    return found


def run(*, seed: int) -> dict[str, object]:
    """Measure writing and reading by bounds."""
    table = declared_asset_tables(Path(bocage.__file__).parent / "domains" / "lighting")[0]
    places = points(ROWS, seed=seed)
    rows = inventory(places, seed=seed)
    with tempfile.TemporaryDirectory(prefix="bocage-") as name:
        folder = Path(name)
        with open_store(folder / "twin", srid=SRID, create=True) as store:
            store.declare([table])
            one_by_one = _one_by_one(folder, table)
            written_s = _elapsed(lambda: store.merge_assets(table, rows, source="made", on=dt.date(2026, 1, 1)))
            again_s = _elapsed(lambda: store.merge_assets(table, rows, source="made", on=dt.date(2026, 1, 1)))
            asked = windows(places, seed=seed)
            hits, query_ms = _query(store, table, asked)
            scan_hits, scan_ms = _scan(store, table, asked[:SCANS])
    rate = ROWS / written_s
    agree = hits[:SCANS] == scan_hits and {len(found) for found in hits} == {HITS}
    return {
        "name": "bbox",
        "figures": [
            figure(
                "assets merged into an empty twin (peer: 200,000 rows inserted through the triggers)",
                rate,
                "row/s",
                peer=one_by_one,
            ),
            figure("the same inventory merged again, nothing written", ROWS / again_s, "row/s"),
            figure(
                "hits per query, the same as a scan finds",
                median(map(len, hits)),
                "",
                goal=HITS,
                peer=median(map(len, scan_hits)),
                holds=agree,
            ),
            at_most(f"bounds query, {HITS} hits of {ROWS:,}, median", query_ms, "ms", GOAL_MS, peer=scan_ms),
        ],
    }


def _elapsed(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def _query(store: GeoPackageStore, table: Table, asked: list[Window]) -> tuple[list[set[str]], float]:
    hits, times = [], []
    for window in asked:
        start = time.perf_counter()
        frame = store.read_assets(table, bounds=window)
        times.append((time.perf_counter() - start) * 1000)
        hits.append(set(frame["asset_id"]))
    return hits, median(times)


def _scan(store: GeoPackageStore, table: Table, asked: list[Window]) -> tuple[list[set[str]], float]:
    """The peer: every geometry read and compared at once by numpy, as without an r-tree."""
    hits, times = [], []
    with closing(sqlite3.connect(store.folder / "twin.gpkg")) as connection:
        for xmin, ymin, xmax, ymax in asked:
            start = time.perf_counter()
            pairs = connection.execute(f"SELECT asset_id, geometry FROM {table.name}").fetchall()
            box = bounds_of(pl.Series([from_blob(blob) for _, blob in pairs], dtype=pl.Binary))
            inside = (box[:, 2] >= xmin) & (box[:, 0] <= xmax) & (box[:, 3] >= ymin) & (box[:, 1] <= ymax)
            hits.append({pairs[row][0] for row in np.flatnonzero(inside)})
            times.append((time.perf_counter() - start) * 1000)
    return hits, median(times)


def _one_by_one(folder: Path, table: Table) -> float:
    """The peer of writing: rows inserted through the triggers of the r-tree [row/s], on a smaller copy."""
    places = points(ONE_BY_ONE, seed=0)
    with open_store(folder / "peer", srid=SRID, create=True) as other:
        other.declare([table])
        rows = inventory(places, seed=0)
        header = b"GP\x00\x01" + SRID.to_bytes(4, "little")
        names = [name for name in rows.columns if name != "geometry"]
        blobs = [header + body for body in rows["geometry"].to_list()]
        values = list(zip(*(rows[name].to_list() for name in names), blobs, strict=True))
    with closing(sqlite3.connect(folder / "peer" / "twin.gpkg")) as connection:
        register_functions(connection)
        query = f"INSERT INTO {table.name} ({', '.join(names)}, geometry) VALUES (?, ?, ?, ?, ?)"
        start = time.perf_counter()
        with connection:
            connection.executemany(query, values)
        return ONE_BY_ONE / (time.perf_counter() - start)
