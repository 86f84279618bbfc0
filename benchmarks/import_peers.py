"""Our import against GeoPandas on the same files: 200,000 lamps of Paris as GeoPackage and CSV, time and memory."""

import importlib.util
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import shapely
from pyproj import Transformer

import bocage
from benchmarks.frame import Figure, figure
from bocage.sources.files import read_raw
from bocage.sources.inventory import check_inventory
from bocage.sources.propose import propose_mapping
from bocage.sources.vector import write_vector
from bocage.vocabulary.columns import declared_asset_tables

DATA = Path(os.environ.get("BOCAGE_DATA", Path(__file__).parents[2] / "shared" / "data"))
FILE = DATA / "lighting" / "paris5" / "eclairage-public-ext-noSquareSoutPriv_arr05buf100_dissolveFoyer.gpkg"
LIGHTING = Path(bocage.__file__).parent / "domains" / "lighting"
ROWS = 200_000
RUNS = 3
SRID = 2154
GOAL_ROWS_S = 20_000.0
"""A département of 200,000 light points in ten seconds, as in import-rows; 67 columns here."""
NUMBERS = ("pw_lampe", "pwc_lampe", "flux_lampe", "tempcouleu", "ulor", "dlor", "hauteur_su", "dureevie_1")
TECHNOLOGIES = {
    "Diode Electro Luminescente": "LED", "Sodium haute pression": "HPS", "Iodures métalliques": "MH",
    "Cosmopolis": "CPO", "Tube fluorescent": "FLUO", "Ballon fluorescent": "HG", "Induction": "INDUCTION",
}  # fmt: skip
"""What the peer takes for its codes: a plain dictionary, where ours knows the writings of all files."""


def run(*, seed: int) -> dict[str, Any]:
    """Measure both on both files, each run in a process of its own.

    Args:
        seed: seed of the shifts that keep the repeated lamps apart.
    """
    if not FILE.exists():
        return {"name": "import-peers", "figures": [figure("the real inventory is absent (set BOCAGE_DATA)", None, "")]}
    figures: list[Figure] = []
    with tempfile.TemporaryDirectory(prefix="bocage-") as name:
        frame = repeated(seed=seed)
        paths = {"GeoPackage": Path(name) / "a.gpkg", "CSV": Path(name) / "a.csv"}
        write_vector(frame, paths["GeoPackage"], driver="GPKG", srid=SRID, layer="lampes")
        write_csv(frame, paths["CSV"])
        for kind, path in paths.items():
            with_peer = importlib.util.find_spec("geopandas") is not None
            runs = [(measure("ours", path), measure("peer", path) if with_peer else None) for _ in range(RUNS)]
            ours = median([one for one, _ in runs])
            figures += compare(kind, len(frame), ours, median([one for _, one in runs if one is not None]))
    return {"name": "import-peers", "figures": figures}


def repeated(*, seed: int) -> pl.DataFrame:
    """The lamps of Paris 5e, repeated with their own identifiers and places.

    Args:
        seed: seed of the shifts of each copy [m].
    """
    raw = read_raw(FILE)
    assert raw.geometry is not None
    frame = raw.frame.drop("geo_shape", "posx_ouvra", "posy_ouvra", strict=False).with_columns(raw.geometry)
    draw = np.random.default_rng(seed)
    parts = []
    for copy in range(-(-ROWS // len(frame))):
        shift = draw.uniform(-500, 500, 2)
        points = shapely.transform(shapely.from_wkb(frame["geometry"].to_numpy()), lambda xy, by=shift: xy + by)
        centres = shapely.centroid(points)
        parts.append(
            frame.with_columns(
                pl.format("{}-{}", "foyer", pl.lit(copy)).alias("foyer"),
                pl.Series("geometry", [bytes(one) for one in shapely.to_wkb(centres)], dtype=pl.Binary),
            )
        )
    return pl.concat(parts)


def write_csv(frame: pl.DataFrame, path: Path) -> None:
    """The same lamps as a French spreadsheet exports them: semicolons, decimal commas, Windows letters, degrees."""
    points = shapely.from_wkb(frame["geometry"].to_numpy())
    across, up = Transformer.from_crs(SRID, 4326, always_xy=True).transform(
        shapely.get_x(points), shapely.get_y(points)
    )
    text = frame.drop("geometry").with_columns(
        pl.Series("longitude", across).round(7), pl.Series("latitude", up).round(7)
    )
    comma = text.with_columns(pl.col(pl.Float64).cast(pl.String).str.replace(".", ",", literal=True))
    path.write_bytes(comma.write_csv(separator=";").encode("cp1252", errors="replace"))


def measure(who: str, path: Path) -> dict[str, float]:
    """Seconds, processor seconds and most memory [MB] of one import, in a fresh process.

    Args:
        who: `ours` or `peer`.
        path: file to import.
    """
    command = [sys.executable, "-m", "benchmarks.import_peers", who, str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=Path(__file__).parents[1])
    found: dict[str, float] = json.loads(done.stdout)
    return found


def median(runs: Sequence[dict[str, float]]) -> dict[str, float] | None:
    """The median of each measure of several runs; None of no run.

    >>> median([{"seconds": 1.0}, {"seconds": 5.0}, {"seconds": 2.0}]), median([])
    ({'seconds': 2.0}, None)
    """
    return {name: statistics.median(one[name] for one in runs) for name in runs[0]} if runs else None


def compare(kind: str, rows: int, ours: dict[str, float] | None, peer: dict[str, float] | None) -> list[Figure]:
    """The figures of one file; those against an absent peer say so, and cannot be judged.

    Args:
        kind: format of the file.
        rows: rows of the file.
        ours: seconds, processor seconds, memory [MB] and rows of our import.
        peer: those of GeoPandas, None where it is not installed.
    """
    assert ours is not None
    lost, rate = rows - int(ours["rows"]), rows / ours["seconds"]
    figures = [
        figure(f"{kind}: rows lost", lost, "rows", goal=0, holds=lost == 0),
        figure(f"{kind}: rows imported and judged", round(rate), "rows/s", goal=GOAL_ROWS_S, holds=rate >= GOAL_ROWS_S),
    ]
    for what, name, unit in (
        ("time, whole import / GeoPandas reading and typing", "seconds", "s"),
        ("processor time", "processor", "s"),
        ("peak memory, with the child process", "memory", "MB"),
    ):
        against = "GeoPandas is absent (pip install -e .[peers])" if peer is None else round(peer[name], 3)
        figures.append(figure(f"{kind}: {what}", round(ours[name], 3), unit, peer=against))
    return figures


def import_ours(path: Path) -> int:
    """Rows kept, refused and repeated of the whole import: read, recognised, projected, judged.

    Args:
        path: file to import.
    """
    table, values = declared_asset_tables(LIGHTING)[0], {"luminaire": LIGHTING / "values.csv"}
    raw = read_raw(path)
    mapping = propose_mapping(raw, [table], values=values)
    reading = check_inventory(raw, table=table, mapping=mapping, srid=SRID, values=values)
    return len(reading.rows) + len(reading.refused) + reading.duplicates


def import_peer(path: Path) -> int:
    """Rows of GeoPandas: read, projected to Lambert-93, numbers and codes typed; nothing is judged.

    Args:
        path: file to import; its format, delimiter, encoding and columns are told.
    """
    import geopandas as gpd  # noqa: PLC0415 - optional peer
    import pandas as pd  # noqa: PLC0415 - same

    if path.suffix == ".gpkg":
        frame = gpd.read_file(path).to_crs(SRID)
    else:
        table = pd.read_csv(path, sep=";", decimal=",", encoding="cp1252", low_memory=False)
        points = gpd.points_from_xy(table["longitude"], table["latitude"])
        frame = gpd.GeoDataFrame(table, geometry=points, crs=4326).to_crs(SRID)
    for name in NUMBERS:
        frame[name] = pd.to_numeric(frame[name], errors="coerce")
    frame["technology"] = frame["lib_lampef"].map(TECHNOLOGIES)
    return len(frame)


def _children() -> float:
    """Processor seconds of the processes that this one started."""
    times = os.times()
    return times.children_user + times.children_system


def _one(who: str, path: Path) -> dict[str, float]:
    """Time and memory of one import in this process and the one that it starts."""
    import resource  # noqa: PLC0415 - POSIX alone has it

    if who == "peer":
        import geopandas  # noqa: F401, PLC0415 - loaded before the clock starts, as ours is
    start, started = time.perf_counter(), time.process_time()
    rows = {"ours": import_ours, "peer": import_peer}[who](path)
    seconds = time.perf_counter() - start
    busy = time.process_time() - started + _children()
    used = [resource.getrusage(whose).ru_maxrss for whose in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return {"seconds": seconds, "processor": busy, "memory": round(sum(used) / 1024), "rows": rows}


if __name__ == "__main__":
    print(json.dumps(_one(sys.argv[1], Path(sys.argv[2]))))
