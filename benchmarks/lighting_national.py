"""Eleven million light points, all of France: read from storage, diagnosed, four variants, results written."""

import json
import os
import resource
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.frame import Figure, at_most, figure
from benchmarks.national_points import POINTS, Written, write_country

SMALL = 1_000_000
GOAL_S, GOAL_GB = 60.0, 6.0
GOAL_SCALING = 1.15
"""Processor time per point at 11 M over that at 1 M: no more than noise, whatever else the machine does."""
SAMPLE_S = 0.05
CORES = 2
"""Cores of the goal: processor time over them is what a machine that does nothing else would take at least."""


def run(*, seed: int) -> dict[str, Any]:
    """Time and memory of `bocage survey` on 1 M then 11 M points, processes and start-up included.

    The files are zstd-compressed GeoParquet, one per département of about 115,000 points; results are Parquet.

    Args:
        seed: seed of the generated points.
    """
    figures: list[Figure] = []
    pace = {}
    for points in (SMALL, POINTS):
        with tempfile.TemporaryDirectory(prefix="bocage-") as name:
            written = write_country(Path(name) / "in", points=points, seed=seed)
            used = resource.getrusage(resource.RUSAGE_CHILDREN)
            seconds, peak_gb, answer = _survey(Path(name))
            now = resource.getrusage(resource.RUSAGE_CHILDREN)
            size = sum(path.stat().st_size for path in (Path(name) / "out").rglob("*.parquet"))
        figures += _figures(points, written, seconds, peak_gb, answer, size)
        processor = now.ru_utime + now.ru_stime - used.ru_utime - used.ru_stime
        pace[points] = processor / points
        figures.append(figure(f"{points // 1_000_000} M points: processor time over two cores", processor / CORES, "s"))
    ratio = pace[POINTS] / pace[SMALL]
    figures.append(at_most("processor time per point, 11 M over 1 M", ratio, "1", GOAL_SCALING))
    return {"name": "lighting-national", "figures": figures}


def _figures(
    points: int, written: Written, seconds: float, peak_gb: float, answer: dict[str, Any], size: int
) -> list[Figure]:
    what = f"{points // 1_000_000} M points"
    whole = {
        row["action_set"]: row["value"] for row in answer["data"]["whole"] if row["indicator"] == "energy_kwh_year"
    }
    judged = points == POINTS
    accounted = answer["data"]["kept"] + answer["data"]["refused"]
    return [
        figure(f"{what}: communes", answer["data"]["communes"], ""),
        figure(f"{what}: rows lost", written.points - accounted, "rows", goal=0, holds=written.points == accounted),
        figure(f"{what}: stored", written.size / 1e6, "MB"),
        figure(f"{what}: results written", size / 1e6, "MB"),
        at_most(f"{what}: time", seconds, "s", GOAL_S) if judged else figure(f"{what}: time", seconds, "s"),
        figure(f"{what}: pace", round(points / seconds), "rows/s"),
        at_most(f"{what}: peak memory, all processes", peak_gb, "GB", GOAL_GB),
        figure(f"{what}: energy today", whole["reference"] / 1e9, "TWh/year"),
        figure(f"{what}: energy saved by LED, dimming and curfew", -whole["led_dimming_curfew"] / 1e9, "TWh/year"),
    ]


def _survey(folder: Path) -> tuple[float, float, dict[str, Any]]:
    """Seconds, largest resident memory of all processes together [GB], answer."""
    command = [sys.executable, "-m", "bocage", "survey", str(folder / "in"), "--output", str(folder / "out"), "--json"]
    start = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.PIPE, env={**os.environ}) as process:
        peak = Peak(process.pid)
        peak.start()
        content, _ = process.communicate()
    seconds = time.perf_counter() - start
    peak.join()
    if process.returncode:
        raise RuntimeError("the survey failed")
    return seconds, peak.largest / 1e9, json.loads(content)


class Peak(threading.Thread):
    """Follows the resident memory of a process and of those it started; pages they share are counted each time."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self.pid, self.largest = pid, 0

    def run(self) -> None:
        """Sample until the process is gone."""
        while Path(f"/proc/{self.pid}/statm").exists():
            self.largest = max(self.largest, sum(_resident(pid) for pid in _family(self.pid)))
            time.sleep(SAMPLE_S)


def _family(pid: int) -> Iterator[int]:
    yield pid
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            children = task.read_text(encoding="ascii").split()
        except OSError:  # gone meanwhile
            continue
        for child in children:
            yield from _family(int(child))


def _resident(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, IndexError):
        return 0
