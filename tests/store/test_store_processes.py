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
from store_samples import DAY, LAMP, SRID, Twins, here, lamps

from bocage.store.geopackage import open_store
from bocage.vocabulary.codes import BocageError

CHILD_OF_FORM = """
import sys, datetime as dt
sys.path.insert(0, sys.argv[3])
from store_samples import *
store = open_in_child(sys.argv[1], sys.argv[2], float(sys.argv[4]))
"""
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


def start_on(twins: Twins, script: str, *, name: str = "twin", patience_s: float = 10) -> subprocess.Popen:
    """Run a script on a twin of either form, in a process of its own."""
    code = CHILD_OF_FORM + textwrap.dedent(script)
    command = [sys.executable, "-c", code, twins.form, twins.where(name), str(here()), str(patience_s)]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=twins.environment)


def wait_for(child: subprocess.Popen, word: str) -> None:
    line = child.stdout.readline().strip()
    assert line == word, line


def end(child: subprocess.Popen) -> None:
    child.stdin.close()
    child.stdout.close()
    child.wait(timeout=30)


def test_a_second_writer_waits_then_is_told(twins: Twins) -> None:
    store = twins.open(patience_s=0.2)
    store.merge_assets(LAMP, lamps(10), source="a", on=DAY)
    child = start_on(
        twins,
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


def test_a_writer_that_waits_long_enough_gets_its_turn(twins: Twins) -> None:
    store = twins.open(patience_s=0.2)
    store.declare([LAMP])
    child = start_on(
        twins,
        """
        print("ready", flush=True)
        sys.stdin.readline()
        store.merge_assets(LAMP, lamps(20, prefix="B"), source="b", on=DAY)
        print("done", flush=True)
        store.close()
        """,
        patience_s=20,
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
store._twin.execute("PRAGMA cache_size = -2048")  # so that pages reach the disk long before the commit
new = lamps(50_000, seed=2)
print("ready", flush=True)
sys.stdin.readline()
store.merge_assets(LAMP, new, source="a", on=LATER)
print("done", flush=True)
sys.stdin.readline()
"""
OBSERVE = """
import numpy as np, polars as pl
store._series.execute("PRAGMA cache_size = -256")
t = pl.from_epoch(pl.Series("time", np.arange(40_000) * 60)).dt.replace_time_zone("UTC")
rows = pl.DataFrame({"series_id": "s", "time": t, "value": np.arange(40_000) * 1.0})
print("ready", flush=True)
sys.stdin.readline()
store.write_observations(rows)
print("done", flush=True)
sys.stdin.readline()
"""


def begin(folder: Path, script: str) -> subprocess.Popen:
    child = start(folder, script)
    wait_for(child, "ready")
    child.stdin.write("\n")
    child.stdin.flush()
    return child


def kill_while_it_writes(folder: Path, script: str, file: str) -> list[tuple[str, int, bool]]:
    """Run the script on copies of a territory and kill it when its log has grown to a random part of its full size.

    What is awaited is the log itself, not a moment: a slow machine is killed as truly inside the
    writing as a fast one.

    Returns:
        For each kill: fingerprint afterwards, bytes that the log held when it was killed, whether it said it was done.
    """
    whole = folder.with_name("whole")
    shutil.copytree(folder, whole)
    child = begin(whole, script)
    wait_for(child, "done")
    full = size_of(whole / f"{file}-wal")
    end(child)
    with open_store(whole, srid=SRID) as store:
        after = store.fingerprint()
    draw, kills = random.Random(20260101), []
    while len(kills) < 12 and sum(log > 0 and mark != after for mark, log, _ in kills) < 3:
        copy = folder.with_name(f"killed {len(kills)}")
        shutil.copytree(folder, copy)
        child = begin(copy, script)
        enough = draw.uniform(0.05, 0.6) * full
        give_up = time.monotonic() + 60
        while size_of(copy / f"{file}-wal") < enough and child.poll() is None and time.monotonic() < give_up:
            time.sleep(0.0005)
        child.kill()
        done = "done" in child.stdout.read()
        end(child)
        log = size_of(copy / f"{file}-wal")
        with open_store(copy, srid=SRID) as store:
            assert store.check() == []
            mark = store.fingerprint()
        assert mark == after or not done
        kills.append((mark, log, done))
        shutil.rmtree(copy)
    assert sum(log > 0 and mark != after for mark, log, _ in kills) >= 1, "no kill fell inside the writing"
    return [*kills, (after, 0, True)]


def size_of(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def test_an_import_killed_at_any_moment_leaves_before_or_after(tmp_path: Path) -> None:
    folder = tmp_path / "before"
    with open_store(folder, srid=SRID, create=True) as store:
        store.merge_assets(LAMP, lamps(50_000), source="a", on=DAY)
        before = store.fingerprint()
    *kills, (after, _, _) = kill_while_it_writes(folder, IMPORT, "twin.gpkg")
    assert {mark for mark, _, _ in kills} <= {before, after}


def test_observations_killed_at_any_moment_are_all_or_none(tmp_path: Path) -> None:
    folder = tmp_path / "before"
    with open_store(folder, srid=SRID, create=True) as store:
        before = store.fingerprint()
    *kills, (after, _, _) = kill_while_it_writes(folder, OBSERVE, "series.sqlite")
    assert {mark for mark, _, _ in kills} <= {before, after}
