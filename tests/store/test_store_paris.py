"""The real lamps of Paris 5e through the store: none lost, each where it was."""

import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest
import shapely
from store_samples import DAY, LAMP, SRID, brute_force

from bocage.store.interface import Store

READ = """
import sys, polars as pl, pyogrio
_, _, shapes, (power,) = pyogrio.raw.read(sys.argv[1], columns=["pw_lampe"])
ids = [f"P{number:05d}" for number in range(len(shapes))]
frame = pl.DataFrame({"asset_id": ids, "power_w": power, "geometry": shapes.tolist()})
frame.with_columns(pl.col("power_w").cast(pl.Float64)).write_ipc(sys.argv[2])
"""


@pytest.mark.data
def test_paris_goes_in_and_comes_out(data: Path, tmp_path: Path, store: Store) -> None:
    (layer,) = (data / "lighting" / "paris5").glob("eclairage-public-*.gpkg")
    command = [sys.executable, "-c", READ, str(layer), str(tmp_path / "paris.arrow")]
    subprocess.run(command, check=True)
    rows = pl.read_ipc(tmp_path / "paris.arrow")
    assert len(rows) == 3824
    assert len(store.merge_assets(LAMP, rows, source="paris", on=DAY).added) == 3824
    given = shapely.get_parts(shapely.from_wkb(rows["geometry"].to_numpy()))  # multi-points of one point each
    held = shapely.from_wkb(store.read_assets(LAMP)["geometry"].to_numpy())
    assert (given == held).all()
    xmin, ymin = 652_000.0, 6_860_500.0
    box = (xmin, ymin, xmin + 400, ymin + 400)
    hits = brute_force(rows, box)
    assert len(hits) > 50
    assert set(store.read_assets(LAMP, bounds=box)["asset_id"]) == hits
    assert store.check() == []
    assert SRID == 2154
