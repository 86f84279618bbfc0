"""Readers while a writer merges: each sees one whole state of the twin, and none waits for the writer."""

import time

import polars as pl
from store_samples import DAY, LAMP, Twins, lamps
from test_store_processes import end, start_on, wait_for

ROWS, MERGES = 2000, 8

READER = """
from bocage.vocabulary.codes import BocageError
store.count_assets(LAMP)
print("ready", flush=True)
seen, slowest, faults = set(), 0.0, []
import threading, time
stop = threading.Event()
threading.Thread(target=lambda: (sys.stdin.readline(), stop.set()), daemon=True).start()
while not stop.is_set():
    began = time.monotonic()
    held = store.read_assets(LAMP, columns=["asset_id", "heads"])
    count, chunks = store.count_assets(LAMP), sum(len(chunk) for chunk in store.stream_assets(LAMP, chunk_rows=700))
    generations = held["heads"].unique().to_list()
    versions = store.history(LAMP, "L000001")
    slowest = max(slowest, time.monotonic() - began)
    if len(generations) > 1 or len(held) % 2000 or count % 2000 or chunks % 2000:
        faults.append((generations, len(held), count, chunks))
    if versions["heads"].to_list() != list(range(1, len(versions) + 1)):
        faults.append(versions["heads"].to_list())
    seen.update(generations)
print(sorted(seen), len(faults), faults[:2], f"{slowest:.2f}", flush=True)
store.close()
"""


def test_concurrent_readers_see_whole_merges_only(twins: Twins) -> None:
    writer = twins.open(patience_s=10)
    writer.declare([LAMP])
    readers = [start_on(twins, READER) for _ in range(2)]
    for reader in readers:
        wait_for(reader, "ready")
    slowest = 0.0
    for generation in range(1, MERGES + 1):
        began = time.monotonic()
        rows = lamps(ROWS).with_columns(heads=pl.lit(generation))
        report = writer.merge_assets(LAMP, rows, source="a", on=DAY)
        assert len(report.added if generation == 1 else report.changed) == ROWS
        slowest = max(slowest, time.monotonic() - began)
    for reader in readers:
        reader.stdin.write("\n")
        reader.stdin.flush()
    for reader in readers:
        line = reader.stdout.readline()
        end(reader)
        generations, rest = line.split("]", 1)
        seen = [int(number) for number in generations.strip("[").split(",") if number.strip()]
        assert rest.split()[0] == "0", line  # no reader saw half a merge
        assert seen, line
        assert set(seen) <= set(range(1, MERGES + 1))
    assert slowest < 10  # nor did they hold the writer up
    assert writer.check() == []
    assert writer.read_assets(LAMP)["heads"].unique().to_list() == [MERGES]
