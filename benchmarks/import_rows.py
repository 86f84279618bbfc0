"""Rows imported per second: 200,000 light points as semicolon CSV and as GeoPackage, then merged into the twin."""

import datetime as dt
import tempfile
import time
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import shapely

import bocage
from benchmarks.frame import Figure, figure
from bocage.sources.files import read_raw
from bocage.sources.inventory import Reading, check_inventory
from bocage.sources.propose import propose_mapping
from bocage.sources.vector import write_vector
from bocage.store.geopackage import open_store
from bocage.vocabulary.columns import Table, declared_asset_tables

ROWS = 200_000
GOAL_ROWS_S = 20_000.0
"""A département of 200,000 light points in ten seconds."""
BAD_SHARE = 0.01
LIGHTING = Path(bocage.__file__).parent / "domains" / "lighting"
LAMPS = ["Sodium haute pression", "LED", "Iodures métalliques", "SHP", "Ballon fluorescent", "Cosmopolis"]


def inventory(count: int, *, seed: int) -> pl.DataFrame:
    """A synthetic inventory as a commune would send it, one row in a hundred faulty in each of three ways."""
    draw = np.random.default_rng(seed)
    power = draw.choice([35.0, 70.5, 100.0, 150.0], count)
    x, y = draw.uniform(400_000, 460_000, count), draw.uniform(6_780_000, 6_840_000, count)
    power[draw.random(count) < BAD_SHARE] = -1.0
    x[draw.random(count) < BAD_SHARE] = 0.0
    y[x == 0.0] = 0.0
    return pl.DataFrame(
        {
            "id_point": [f"P{i:07d}" for i in range(count)],
            "x": x.round(2),
            "y": y.round(2),
            "type_lampe": draw.choice(LAMPS, count),
            "puissance": power,
            "temp_couleur": draw.choice([2000.0, 3000.0, 728.0], count),
            "hauteur": draw.choice([0.0, 4.0, 6.5, 8.0], count),
            "date_pose": draw.choice(["12/03/2019", "2009", "01/10/1998", ""], count),
            "rue": draw.choice(["Rue de l'Église", "Allée des Érables", "Place du Marché"], count),
            "armoire": draw.choice(["A1", "A2", "A3"], count),
        }
    )


def run(*, seed: int) -> dict[str, object]:
    """Measure the import of the synthetic inventory."""
    table, values = declared_asset_tables(LIGHTING)[0], {"luminaire": LIGHTING / "values.csv"}
    frame = inventory(ROWS, seed=seed)
    with tempfile.TemporaryDirectory(prefix="bocage-") as name:
        folder = Path(name)
        text, layer = _write_csv(frame, folder / "a.csv"), _write_layer(frame, folder / "a.gpkg")
        figures, reading = [], None
        for what, path, peer in (("CSV", text, _pandas), ("GeoPackage", layer, _geopandas)):
            reading, seconds = _timed(partial(_import, path, table, values))
            figures.append(_rate(f"{what}: read, recognise and check", seconds, peer(path)))
            figures.append(_conserved(what, reading))
        assert reading is not None
        figures.append(_merge(folder / "territory", table, reading.rows))
    return {"name": "import-rows", "figures": figures}


def _write_csv(frame: pl.DataFrame, path: Path) -> Path:
    comma = frame.with_columns(pl.col(pl.Float64).cast(pl.String).str.replace(".", ",", literal=True))
    path.write_bytes(comma.write_csv(separator=";").encode("cp1252"))
    return path


def _write_layer(frame: pl.DataFrame, path: Path) -> Path:
    points = shapely.to_wkb(shapely.points(frame["x"].to_numpy(), frame["y"].to_numpy()))
    located = frame.drop("x", "y").with_columns(pl.Series("geometry", list(points), dtype=pl.Binary))
    return write_vector(located, path, driver="GPKG", srid=2154, layer="points")


def _import(path: Path, table: Table, values: Mapping[str, Path]) -> Reading:
    raw = read_raw(path)
    mapping = propose_mapping(raw, [table], values=values)
    return check_inventory(raw, table=table, mapping=mapping, srid=2154, values=values)


def _timed(work: Callable[[], Any]) -> tuple[Any, float]:
    start = time.perf_counter()
    result = work()
    return result, time.perf_counter() - start


def _pandas(path: Path) -> tuple[str, float] | None:
    """Seconds that pandas takes to parse the same file, without any check."""
    try:
        import pandas as pd  # noqa: PLC0415 - optional peer
    except ImportError:
        return None
    options: dict[str, Any] = {"sep": ";", "decimal": ",", "encoding": "cp1252"}
    return "pandas.read_csv, parsing alone", _timed(lambda: pd.read_csv(path, **options))[1]


def _geopandas(path: Path) -> tuple[str, float] | None:
    """Seconds that geopandas takes to read the same file, without any check."""
    try:
        import geopandas as gpd  # noqa: PLC0415 - optional peer
    except ImportError:
        return None
    return "geopandas.read_file, reading alone", _timed(lambda: gpd.read_file(path))[1]


def _rate(what: str, seconds: float, peer: tuple[str, float] | None) -> Figure:
    rate = ROWS / seconds
    return figure(
        what,
        round(rate),
        "rows/s",
        goal=GOAL_ROWS_S,
        peer=f"{peer[0]}: {ROWS / peer[1]:.0f} rows/s" if peer else None,
        ratio=peer[1] / seconds if peer else None,
        holds=rate >= GOAL_ROWS_S,
    )


def _conserved(what: str, reading: Reading) -> Figure:
    """Every row of the file is either imported, refused with a reason, or said to repeat another."""
    found = len(reading.rows) + len(reading.refused) + reading.duplicates
    return figure(f"{what}: rows lost", ROWS - found, "rows", goal=0, holds=found == ROWS)


def _merge(path: Path, table: Table, rows: pl.DataFrame) -> Figure:
    path.mkdir()
    with open_store(path, srid=2154, create=True) as store:
        store.declare([table])
        _, seconds = _timed(lambda: store.merge_assets(table, rows, source="benchmark", on=dt.date(2026, 1, 1)))
    rate = len(rows) / seconds
    return figure("merge into an empty twin", round(rate), "rows/s", goal=GOAL_ROWS_S, holds=rate >= GOAL_ROWS_S)
