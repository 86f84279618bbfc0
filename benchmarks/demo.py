"""The demonstration, from a bare checkout to the council report, and again in an environment that is ready."""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.frame import at_most

ROOT = Path(__file__).parents[1]
GOAL_S = 60.0


def run(*, seed: int) -> dict[str, Any]:  # noqa: ARG001 - the example has its own seed
    """Seconds of `chores.py demo` in a new clone (its environment made anew), and of `bocage demo`.

    Args:
        seed: not used: the example territory is always the same.
    """
    with tempfile.TemporaryDirectory(prefix="bocage-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        return {
            "name": "demo",
            "figures": [
                at_most("from a bare checkout to the report, environment included", _from_nothing(folder), "s", GOAL_S),
                at_most("from raw files to the report, environment ready", _ready(folder), "s", GOAL_S),
            ],
        }


def _from_nothing(folder: Path) -> float | None:
    """Seconds in a new clone; None where this is not a checkout or packages cannot be reached."""
    clone = folder / "clone"
    cloned = subprocess.run(["git", "clone", "--quiet", ROOT, clone], capture_output=True, check=False)
    if cloned.returncode:
        return None
    start = time.perf_counter()
    command = [_base_python(), "chores.py", "demo", "--no-serve", "--into", str(folder / "new")]
    done = subprocess.run(command, cwd=clone, capture_output=True, check=False)
    return time.perf_counter() - start if _reported(done.returncode, folder / "new") else None


def _base_python() -> str:
    """The interpreter outside any environment, as a newcomer has it."""
    return str(getattr(sys, "_base_executable", sys.executable))


def _ready(folder: Path) -> float | None:
    start = time.perf_counter()
    command = [sys.executable, "-m", "bocage", "demo", "--no-serve", "--into", str(folder / "ready")]
    done = subprocess.run(command, cwd=folder, capture_output=True, check=False, env={**os.environ})
    return time.perf_counter() - start if _reported(done.returncode, folder / "ready") else None


def _reported(status: int, folder: Path) -> bool:
    return status == 0 and any((folder / "report").glob("*.pdf"))
