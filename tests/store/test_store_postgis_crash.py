"""Processes killed and servers crashed in the middle of a write: the twin is as before, or complete."""

import contextlib
import random
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from store_samples import DAY, LAMP, SRID, Twins, lamps
from test_store_processes import end, start_on, wait_for

psycopg = pytest.importorskip("psycopg")
from bocage.store.postgis.address import address_in  # noqa: E402 - of an extra
from bocage.store.postgis.store import open_postgis  # noqa: E402

IMPORT = """
new = lamps(20_000, seed=2)
print("ready", flush=True)
sys.stdin.readline()
store.merge_assets(LAMP, new, source="a", on=LATER)
print("done", flush=True)
sys.stdin.readline()
"""
OBSERVE = """
import numpy as np, polars as pl
t = pl.from_epoch(pl.Series("time", np.arange(20_000) * 60)).dt.replace_time_zone("UTC")
rows = pl.DataFrame({"series_id": "s", "time": t, "value": np.arange(20_000) * 1.0})
store.write_observations(rows.head(1))
print("ready", flush=True)
sys.stdin.readline()
store.write_observations(rows)
print("done", flush=True)
sys.stdin.readline()
"""


def written_bytes(connection: Any) -> int:
    """Position of the write-ahead log: it grows as the server writes, committed or not."""
    return int(connection.execute("SELECT pg_current_wal_insert_lsn() - '0/0'::pg_lsn").fetchone()[0])


@pytest.mark.parametrize(("script", "rows"), [(IMPORT, 20_000), (OBSERVE, 0)])
def test_a_process_killed_at_any_moment_leaves_before_or_after(postgis: Twins, script: str, rows: int) -> None:
    draw, inside = random.Random(20260101), 0
    with psycopg.connect(postgis.address.conninfo, autocommit=True) as observer:
        full = 0
        for attempt in range(8):
            name = f"t{attempt}"
            store = postgis.open(name, patience_s=30)
            if rows:
                store.merge_assets(LAMP, lamps(rows), source="a", on=DAY)
            child = start_on(postgis, script, name=name)
            wait_for(child, "ready")
            before, start = store.fingerprint(), written_bytes(observer)
            child.stdin.write("\n")
            child.stdin.flush()
            if not attempt:  # once to the end, to know how much a whole write is
                wait_for(child, "done")
                full = written_bytes(observer) - start
                end(child)
                after = store.fingerprint()
                assert after != before
                continue
            enough = draw.uniform(0.05, 0.7) * full
            give_up = time.monotonic() + 30
            while written_bytes(observer) - start < enough and time.monotonic() < give_up:
                time.sleep(0.0005)
            child.kill()
            grown, done = written_bytes(observer) - start, "done" in child.stdout.read()
            end(child)
            if rows:  # the next writer waits until the server has noticed, then finds the twin free
                assert store.merge_assets(LAMP, lamps(0), source="z", on=DAY).added == []
            else:
                store.write_observations(store_nothing())
            mark = store.fingerprint()
            assert mark in {before, after}
            assert mark == after or not done
            assert store.check() == []
            inside += grown > 0 and mark == before
            if inside >= 2:
                break
    assert inside >= 1, "no kill fell inside the writing"


def store_nothing() -> Any:
    from test_store_series import observations  # noqa: PLC0415 - beside this file

    return observations(0)


def test_a_server_that_crashes_recovers_a_whole_twin(
    cluster: Callable[[], contextlib.AbstractContextManager[Any]], database: str, tmp_path: Path
) -> None:
    assert database  # the machine has what a server needs
    with cluster() as server:
        twins = Twins("postgis", tmp_path, address_in({"BOCAGE_DATABASE_URL": server.url}))
        code = twins.code("twin")
        with open_postgis(code, srid=SRID, create=True, address=twins.address) as store:
            store.merge_assets(LAMP, lamps(20_000), source="a", on=DAY)
            before = store.fingerprint()
        caught = IMPORT.replace(
            'store.merge_assets(LAMP, new, source="a", on=LATER)',
            "\nfrom bocage.vocabulary.codes import BocageError\n"
            'try:\n    store.merge_assets(LAMP, new, source="a", on=LATER)\n'
            "except BocageError as error:\n    print(error.code, flush=True)",
        )
        child = start_on(twins, caught)
        wait_for(child, "ready")
        with psycopg.connect(server.url, autocommit=True) as observer:
            start = written_bytes(observer)
            child.stdin.write("\n")
            child.stdin.flush()
            give_up = time.monotonic() + 30
            while written_bytes(observer) - start < 500_000 and time.monotonic() < give_up:
                time.sleep(0.0005)
            server.stop("immediate")
        assert child.stdout.readline().strip() == "BOC-STO-027"
        end(child)
        server.start()
        with open_postgis(code, srid=SRID, address=twins.address) as store:
            assert store.fingerprint() == before
            assert store.check() == []
            assert store.merge_assets(LAMP, lamps(20_000), source="a", on=DAY).unchanged == 20_000
