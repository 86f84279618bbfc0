"""One writer, many readers, and processes killed in the middle of a write."""

import random
import shutil
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import polars as pl
import pytest
from store_samples import DAY, LAMP, LATER, SRID, here, lamps

from bocage.store.geopackage import GeoPackageStore, open_store
from bocage.vocabulary.codes import BocageError

CHILD = """
import sys, datetime as dt
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from store_samples import *
from bocage.store.geopackage import open_store
store = open_store(Path(sys.argv[1]), srid=SRID, patience_s=float(sys.argv[3]) if len(sys.argv) > 3 else 10)
"""


def start(folder: Path, script: str, *more: str) -> subprocess.Popen:
    code = CHILD + textwrap.dedent(script)
    command = [sys.executable, "-c", code, str(folder), str(here()), *more]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def wait_for(child: subprocess.Popen, word: str) -> None:
    line = child.stdout.readline().strip()
    assert line == word, line


def end(child: subprocess.Popen) -> None:
    child.stdin.close()
    child.stdout.close()
    child.wait(timeout=30)


def test_a_second_writer_waits_then_is_told(store: GeoPackageStore, folder: Path) -> None:
    store.merge_assets(LAMP, lamps(10), source="a", on=DAY)
    child = start(
        folder,
        """
        with store._writing():
            print("writing", flush=True)
            sys.stdin.readline()
        store.close()
        """,
    )
    wait_for(child, "writing")
    before = time.monotonic()
    with pytest.raises(BocageError) as refusal:
        store.merge_assets(LAMP, lamps(11), source="a", on=DAY)
    assert refusal.value.code == "BOC-STO-003"
    assert time.monotonic() - before < 5
    # Readers are not blocked, and live ingestion has its own writer.
    assert store.count_assets(LAMP) == 10
    assert len(store.read_assets(LAMP)) == 10
    assert store.merge_assets(LAMP, lamps(11), source="a", on=DAY, dry_run=True).added == ["L000010"]
    observed = pl.DataFrame({"series_id": ["s"], "time": [0], "value": [1.0]}).with_columns(pl.from_epoch("time"))
    assert store.write_observations(observed) == 1
    child.stdin.write("\n")
    child.stdin.flush()
    end(child)
    assert store.merge_assets(LAMP, lamps(11), source="a", on=DAY).added == ["L000010"]


def test_a_writer_that_waits_long_enough_gets_its_turn(store: GeoPackageStore, folder: Path) -> None:
    store.declare([LAMP])
    child = start(
        folder,
        """
        print("ready", flush=True)
        sys.stdin.readline()
        store.merge_assets(LAMP, lamps(20, prefix="B"), source="b", on=DAY)
        print("done", flush=True)
        store.close()
        """,
        "20",
    )
    wait_for(child, "ready")
    with store._writing():
        child.stdin.write("\n")
        child.stdin.flush()
        time.sleep(0.3)
    wait_for(child, "done")
    end(child)
    assert store.count_assets(LAMP) == 20


IMPORT = """
store.declare([LAMP])
old, new = lamps(50_000), lamps(50_000, seed=2)
print("ready", flush=True)
sys.stdin.readline()
store.merge_assets(LAMP, new, source="a", on=LATER)
print("done", flush=True)
sys.stdin.readline()
"""
OBSERVE = """
import numpy as np, polars as pl
t = pl.from_epoch(pl.Series("time", np.arange(100_000) * 60)).dt.replace_time_zone("UTC")
rows = pl.DataFrame({"series_id": "s", "time": t, "value": np.arange(100_000) * 1.0})
print("ready", flush=True)
sys.stdin.readline()
store.write_observations(rows)
print("done", flush=True)
sys.stdin.readline()
"""


def kill_after(folder: Path, script: str, delay_s: float) -> bool:
    """Start the script, kill it after the delay; whether it had already finished."""
    child = start(folder, script)
    wait_for(child, "ready")
    child.stdin.write("\n")
    child.stdin.flush()
    time.sleep(delay_s)
    child.kill()
    said = child.stdout.read()
    end(child)
    return "done" in said


def duration(folder: Path, script: str) -> float:
    """How long the script takes when it is left alone [s]."""
    child = start(folder, script)
    wait_for(child, "ready")
    child.stdin.write("\n")
    child.stdin.flush()
    before = time.monotonic()
    wait_for(child, "done")
    elapsed = time.monotonic() - before
    end(child)
    return elapsed


def test_an_import_killed_at_any_moment_leaves_before_or_after(tmp_path: Path) -> None:
    folder, complete = tmp_path / "killed", tmp_path / "whole"
    with open_store(folder, srid=SRID, create=True) as store:
        store.merge_assets(LAMP, lamps(50_000), source="a", on=DAY)
        before = store.fingerprint()
    shutil.copytree(folder, complete)
    whole_s = duration(complete, IMPORT)
    with open_store(complete, srid=SRID) as store:
        after = store.fingerprint()
    draw = random.Random(20260101)
    outcomes = []
    for _ in range(4):
        kill_after(folder, IMPORT, draw.uniform(0.05, 0.95) * whole_s)
        with open_store(folder, srid=SRID) as store:
            outcomes.append(store.fingerprint())
            assert store.check() == []
            count = store.count_assets(LAMP)
        assert outcomes[-1] in {before, after}
        assert count == 50_000
    assert before in outcomes  # at least one kill really fell inside the import
    with open_store(folder, srid=SRID) as store:
        store.merge_assets(LAMP, lamps(50_000, seed=2), source="a", on=LATER)
        assert store.fingerprint() == after


def test_observations_killed_at_any_moment_are_all_or_none(tmp_path: Path) -> None:
    open_store(tmp_path / "whole", srid=SRID, create=True).close()
    whole_s = duration(tmp_path / "whole", OBSERVE)
    open_store(tmp_path / "killed", srid=SRID, create=True).close()
    draw = random.Random(20260102)
    counts = []
    for _ in range(3):
        kill_after(tmp_path / "killed", OBSERVE, draw.uniform(0.05, 0.9) * whole_s)
        with open_store(tmp_path / "killed", srid=SRID) as store:
            counts.append(store.layers()["observation"])
            assert store.check() == []
    assert set(counts) <= {0, 100_000}
    assert counts[0] == 0
