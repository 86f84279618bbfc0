"""A syndicate of 200 communes: from its files to a sheet for each commune and a consolidated plan."""

import json
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.frame import Figure, at_most, figure
from benchmarks.lighting_national import Peak
from benchmarks.syndicate_files import COMMUNES, POINTS, SYNDICATE, Syndicate, write_syndicate

BUDGET_EUR_YEAR, YEARS, GAP, SEARCH_S = 1_500_000, 6, 0.02, 40
GOAL_S, GOAL_GB = 300.0, 6.0
STEPS = ("create", "import", "plan", "sheets", "report")


def run(*, seed: int) -> dict[str, Any]:
    """Time of each step of `bocage` and largest memory of its processes together, on the files of the syndicate.

    Args:
        seed: seed of the generated files.
    """
    with tempfile.TemporaryDirectory(prefix="bocage-") as name:
        folder = Path(name)
        files = write_syndicate(folder / "files", seed=seed)
        times: dict[str, float] = dict.fromkeys(STEPS, 0.0)
        peak = 0.0
        answers: dict[str, Any] = {}
        for step, arguments in _commands(folder, files):
            seconds, largest, answer = _bocage(folder, arguments)
            times[step], peak = times[step] + seconds, max(peak, largest)
            answers.setdefault(step, []).append(answer)
        sheets = sorted((folder / "sheets").glob("*.pdf"))
        twice = sum(_pages(path) == 2 for path in sheets)
    return {"name": "syndicate", "figures": _figures(files, times, peak, answers, len(sheets), twice)}


def _commands(folder: Path, files: Syndicate) -> list[tuple[str, list[str]]]:
    there = ["--territory", str(folder / "territory")]
    typed = ((files.cabinets, "cabinet"), (files.delivery_points, "delivery_point"), (files.invoices, "invoice"))
    imports = [(path, "luminaire") for path in files.batches] + list(typed)
    budget = ["--budget", str(BUDGET_EUR_YEAR), "--years", str(YEARS), "--gap", str(GAP), "--time-limit", str(SEARCH_S)]
    return [
        ("create", ["new", str(folder / "territory"), "--code", SYNDICATE["code"], "--name", SYNDICATE["name"],
                    "--kind", "syndicate", "--department", "53"]),
        ("import", ["members", str(files.members), *there]),
        *(("import", ["import", str(path), "--type", kind, *there]) for path, kind in imports),
        ("plan", ["plan", *budget, *there]),
        ("sheets", ["sheets", "--output", str(folder / "sheets"), *there]),
        ("report", ["report", "--into", str(folder / "report"), *there]),
    ]  # fmt: skip


def _bocage(folder: Path, arguments: list[str]) -> tuple[float, float, str]:
    """Seconds and largest memory [GB] of one command, and what it printed."""
    start = time.perf_counter()
    command = [sys.executable, "-m", "bocage", *arguments, "--json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        peak = Peak(process.pid)
        peak.start()
        printed, said = process.communicate()
    seconds = time.perf_counter() - start
    peak.join()
    if process.returncode:
        raise RuntimeError(f"bocage {' '.join(arguments)}: {said}")
    if arguments[0] == "new":
        _settle(folder / "territory" / "territory.toml")
    return seconds, peak.largest / 1e9, printed


def _settle(path: Path) -> None:
    """Say in the settings that it is fictional, and that works are let commune by commune."""
    text = path.read_text(encoding="utf-8")
    for key, value in (("synthetic", "true"), ("lot_by", '"lot"')):
        text = re.sub(rf"^#? ?{key} =.*$", f"{key} = {value}", text, count=1, flags=re.MULTILINE)
    path.write_text(text, encoding="utf-8")


def _pages(path: Path) -> int | None:
    try:
        from pypdf import PdfReader  # noqa: PLC0415 - optional peer
    except ImportError:
        return None
    return len(PdfReader(path).pages)


def _figures(
    files: Syndicate, times: dict[str, float], peak: float, answers: dict[str, Any], sheets: int, twice: int
) -> list[Figure]:
    lamps = [json.loads(text)["data"] for text in answers["import"][1 : 1 + len(files.batches)]]
    held = sum(one["read"] for one in lamps)
    solve = json.loads(answers["plan"][0])["data"]["solve"]
    gap = solve["gap"]
    total = sum(times.values())
    return [
        figure("light points written", files.points, "points", goal=POINTS, holds=files.points == POINTS),
        figure("light points that say where they are and are in the twin", held, "points", goal=files.located,
               holds=held == files.located),
        *(figure(f"time: {step}", times[step], "s") for step in STEPS),
        at_most("time: everything", total, "s", GOAL_S),
        at_most("peak memory, all processes", peak, "GB", GOAL_GB),
        figure("actions studied", len(json.loads(answers["plan"][0])["data"]["plan"]), ""),
        at_most("gap of the plan", gap, "1", GAP),
        figure("sheets", sheets, "", goal=COMMUNES, holds=sheets == COMMUNES),
        figure("sheets of exactly two pages", twice, "", goal=COMMUNES, holds=twice == COMMUNES),
    ]  # fmt: skip
