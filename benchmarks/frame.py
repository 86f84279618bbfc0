"""The frame of all benchmarks: how they are found, run, checked and shown."""

import ast
import importlib
import math
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

FIGURE_KEYS = ("what", "value", "unit", "goal", "peer", "ratio", "holds")
FOLDER = Path(__file__).parent
REPEATS = 5
"""How often a piece of work is timed."""


Figure = dict[str, object]
"""One measured value with what it is held against, under `FIGURE_KEYS`."""


class ShapeError(ValueError):
    """A benchmark handed back something else than named figures."""


@dataclass(frozen=True)
class Listed:
    """A benchmark that can be run.

    Attributes:
        name: as it is typed, with hyphens.
        module: import name.
        about: first sentence of its docstring.
    """

    name: str
    module: str
    about: str


def figure(
    what: str,
    value: float | None,
    unit: str,
    *,
    goal: float | None = None,
    peer: float | str | None = None,
    ratio: float | None = None,
    holds: bool | None = None,
) -> Figure:
    """One figure of a result.

    Args:
        what: what was measured.
        value: measured [unit], None where it could not be.
        unit: unit, empty for a count.
        goal: value to reach [unit].
        peer: value of the peer [unit], or its name with its value.
        ratio: where it is neither value / peer nor, without a peer, value / goal [1].
        holds: whether it is as it must be, None where that cannot be judged.

    >>> figure("rows", 30.0, "rows/s", goal=20.0, peer=10.0, holds=True)["ratio"]
    3.0
    >>> figure("rows", 30.0, "rows/s", goal=20.0)["ratio"], figure("rows lost", 0, "", goal=0, holds=True)["ratio"]
    (1.5, None)
    """
    against = goal if peer is None else peer
    if ratio is None and value is not None and isinstance(against, int | float) and against:
        ratio = value / against
    return {"what": what, "value": value, "unit": unit, "goal": goal, "peer": peer, "ratio": ratio, "holds": holds}


def at_most(what: str, value: float | None, unit: str, goal: float, *, peer: float | None = None) -> Figure:
    """A figure that holds up to its goal, and cannot be judged where nothing was measured.

    >>> at_most("time", 12.0, "s", 10.0)["holds"], at_most("time", None, "s", 10.0)["holds"]
    (False, None)
    """
    return figure(what, value, unit, goal=goal, peer=peer, holds=None if value is None else value <= goal)


def median_s(work: Callable[[], object], *, clock: Callable[[], float] = time.perf_counter) -> float:
    """Median time of a piece of work done `REPEATS` times [s].

    Args:
        work: what is timed.
        clock: `time.process_time` for what one core spends.
    """
    spent = []
    for _ in range(REPEATS):
        start = clock()
        work()
        spent.append(clock() - start)
    return statistics.median(spent)


def listed(folder: Path = FOLDER, package: str = "benchmarks") -> list[Listed]:
    """The benchmarks of a folder: modules that define a function `run`, found without importing them.

    Args:
        folder: folder of modules.
        package: import name of the folder.
    """
    found = []
    for path in sorted(folder.glob("[!_]*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        if any(isinstance(node, ast.FunctionDef) and node.name == "run" for node in tree.body):
            about = (ast.get_docstring(tree) or "").split("\n")[0]
            found.append(Listed(path.stem.replace("_", "-"), f"{package}.{path.stem}", about))
    return found


def run_one(benchmark: Listed, *, seed: int) -> dict[str, object]:
    """Run a benchmark and check the shape of what it hands back.

    Args:
        benchmark: one of `listed()`.
        seed: seed of whatever it draws.

    Raises:
        ShapeError: the result is not `{"name", "figures": [{what, value, unit, goal, peer, ratio, holds}]}`.
    """
    result: dict[str, object] = importlib.import_module(benchmark.module).run(seed=seed)
    check_shape(result, benchmark.name)
    return result


def check_shape(result: Mapping[str, object], name: str) -> None:
    """Refuse a result that is not what DESIGN promises; figures may not be silent about whether they hold.

    >>> figure = {"what": "lamps", "value": 3824, "unit": "", "goal": 3824, "peer": None, "ratio": 1.0, "holds": True}
    >>> check_shape({"name": "paris5", "figures": [figure]}, "paris5")
    """
    if set(result) != {"name", "figures"} or result["name"] != name:
        raise ShapeError(
            f"{name}: a result has a name, its own, and figures; not {sorted(result)}, {result.get('name')}"
        )
    figures = result["figures"]
    if not isinstance(figures, Sequence) or not figures:
        raise ShapeError(f"{name}: there is no figure")
    for figure in figures:
        if not isinstance(figure, Mapping) or tuple(sorted(figure)) != tuple(sorted(FIGURE_KEYS)):
            raise ShapeError(f"{name}: a figure has {', '.join(FIGURE_KEYS)}; not {figure}")
        if not isinstance(figure["what"], str) or not isinstance(figure["unit"], str):
            raise ShapeError(f"{name}: what and unit are texts; see {figure}")
        if figure["holds"] is not None and not isinstance(figure["holds"], bool):
            raise ShapeError(f"{name}: holds is true, false, or null where it could not be judged; see {figure}")
        for key in ("value", "ratio"):
            number = figure[key]
            if isinstance(number, float) and not math.isfinite(number):
                raise ShapeError(f"{name}: {key} of {figure['what']!r} is not finite; null says that it is unknown")


def as_table(result: Mapping[str, object]) -> str:
    """The figures of a result as aligned text.

    Args:
        result: a result whose shape was checked.
    """
    figures = result["figures"]
    assert isinstance(figures, Sequence)
    rows = [["what", "value", "unit", "goal", "peer", "ratio", "holds"]]
    rows += [[_written(figure[key]) for key in FIGURE_KEYS] for figure in figures]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows)
    return "\n".join([str(result["name"]), *lines])


def _written(value: object) -> str:
    match value:
        case None:
            return "-"
        case bool():
            return "yes" if value else "NO"
        case float():
            return f"{value:.4g}"
        case _:
            return str(value)
