"""Run the solver in a process of its own, listen to it, kill it when its time is over."""

import json
import queue
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Literal

import numpy as np
from numpy.typing import NDArray

from bocage.decide.portfolio.matrix import program_of, start_of
from bocage.decide.portfolio.program import Program
from bocage.decide.portfolio.statement import Portfolio

INCUMBENT, PROGRAM, OPTIONS = "incumbent.npz", "program.npz", "options.json"  # as in solver_process
Status = Literal["optimal", "gap", "time_limit", "interrupted", "killed", "failed", "infeasible"]
GRACE_S = 5.0


@dataclass(frozen=True, kw_only=True)
class Progress:
    """What is known while the solver runs; None where nothing is known yet."""

    seconds: float
    incumbent: float | None
    bound: float | None


@dataclass(frozen=True, kw_only=True)
class Solve:
    """What the solver gave.

    Attributes:
        status: `optimal`; `gap` (the gap asked for is reached); `time_limit`; `interrupted` (Ctrl-C);
            `killed` (it overran its limit and was ended); `failed` (it died); `infeasible`.
        columns: columns chosen; None where no solution was found.
        objective: value of the selection, computed from the columns.
        bound: best value that could not be excluded; infinite where unknown.
        seconds: time from start to end, its own start included [s].
        variables: number of variables.
        rows: number of constraints.
        message: last words of a solver that died.
    """

    status: Status
    columns: tuple[int, ...] | None
    objective: float
    bound: float
    seconds: float
    variables: int
    rows: int
    message: str = ""

    @property
    def gap(self) -> float:
        """(bound - objective) / |objective| [1]; infinite where the bound is unknown."""
        return relative_gap(self.objective, self.bound)


def relative_gap(objective: float, bound: float) -> float:
    """How far a plan may be from the best one, (bound - objective) / |objective|, never negative.

    >>> relative_gap(100.0, 101.0)
    0.01
    """
    if not np.isfinite(bound):
        return float("inf")
    difference = max(0.0, bound - objective)
    return 0.0 if difference == 0 else difference / abs(objective) if objective else float("inf")


def solve(
    portfolio: Portfolio,
    *,
    gap: float,
    time_limit_s: float,
    warm: Sequence[int] | None = None,
    seed: int = 1,
    grace_s: float = GRACE_S,
    on_progress: Callable[[Progress], None] | None = None,
    program: Program | None = None,
) -> Solve:
    """Solve a portfolio with HiGHS in a spawned process that can be killed.

    Args:
        portfolio: what decides the plan.
        gap: relative gap at which the solver may stop [1].
        time_limit_s: time that the solver is given [s].
        warm: columns of an admissible selection to start from.
        seed: seed of the solver.
        grace_s: time after the limit before it is killed [s].
        on_progress: told whenever something better is known; raising KeyboardInterrupt stops the solve.
        program: the portfolio as a program, where it was written already.
    """
    program = program or program_of(portfolio)
    answer = solve_program(
        program,
        gap=gap,
        time_limit_s=time_limit_s,
        warm=None if warm is None else start_of(portfolio, program, warm),
        seed=seed,
        grace_s=grace_s,
        on_progress=on_progress,
    )
    columns = None if answer.solution is None else answer.columns(program)
    objective = portfolio.objective(columns) if columns is not None else float("-inf")
    return Solve(
        status=answer.status,
        columns=columns,
        objective=objective,
        bound=max(answer.bound, objective),
        seconds=answer.seconds,
        variables=len(program.cost),
        rows=len(program.lower),
        message=answer.message,
    )


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What the solver says of a program: its best solution (N,), None without one, and the bound of its value."""

    status: Status
    solution: NDArray[np.float64] | None
    bound: float
    seconds: float
    message: str

    def columns(self, program: Program) -> tuple[int, ...]:
        """Columns chosen; none where there is no solution."""
        chosen = () if self.solution is None else np.flatnonzero(self.solution[: program.columns] > 0.5).tolist()
        return tuple(chosen)


def solve_program(
    program: Program,
    *,
    gap: float,
    time_limit_s: float,
    warm: NDArray[np.float64] | None = None,
    seed: int = 1,
    grace_s: float = GRACE_S,
    on_progress: Callable[[Progress], None] | None = None,
) -> Answer:
    """Solve a program with HiGHS in a spawned process that can be killed.

    Args:
        program: what to solve.
        gap: relative gap at which the solver may stop [1].
        time_limit_s: time that the solver is given [s].
        warm: array (N,), an admissible solution to start from.
        seed: seed of the solver.
        grace_s: time after the limit before it is killed [s].
        on_progress: told whenever something better is known; raising KeyboardInterrupt stops the solve.
    """
    with tempfile.TemporaryDirectory(prefix="bocage-solve-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        write_program(folder, program, warm)
        options = {"gap": gap, "time_limit_s": time_limit_s, "seed": seed % 2**31}
        (folder / OPTIONS).write_text(json.dumps(options), encoding="utf-8")
        run = _Run(folder, deadline_s=time_limit_s + grace_s, on_progress=on_progress)
        run.listen()
        solution = None
        if run.status != "infeasible" and (folder / INCUMBENT).exists():
            with np.load(folder / INCUMBENT) as arrays:
                solution = arrays["solution"]
    bound = float("inf") if run.bound is None else run.bound
    return Answer(status=run.status, solution=solution, bound=bound, seconds=run.seconds, message=run.message)


def write_program(folder: Path, program: Program, warm: NDArray[np.float64] | None) -> None:
    """Write a program as the solver's process reads it.

    Args:
        folder: folder of the solve.
        program: what to solve.
        warm: array (N,), an admissible solution to start from.
    """
    arrays: dict[str, Any] = {name: value for name, value in vars(program).items() if name != "names"}
    if warm is not None:
        arrays["warm"] = warm
    np.savez(folder / PROGRAM, **arrays)


class _Run:
    """One run of the solver's process: what it said, and how it ended."""

    def __init__(self, folder: Path, *, deadline_s: float, on_progress: Callable[[Progress], None] | None) -> None:
        self.folder, self.deadline_s, self.on_progress = folder, deadline_s, on_progress
        self.incumbent: float | None = None
        self.bound: float | None = None
        self.status: Status = "failed"
        self.message, self.seconds = "", 0.0

    def listen(self) -> None:
        """Start the process, follow it to its end or to the deadline."""
        begin = time.monotonic()
        # Its own group: Ctrl-C reaches this process only, which then ends the solver and keeps its best plan.
        apart: dict[str, Any] = (
            {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP}  # type: ignore[attr-defined,unused-ignore]
            if sys.platform == "win32"
            else {"start_new_session": True}
        )
        with (self.folder / "stderr.txt").open("wb") as errors:
            process = subprocess.Popen(
                [sys.executable, "-m", "bocage.decide.portfolio.solver_process", str(self.folder)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                **apart,
            )
            try:
                self._follow(process, begin)
            except KeyboardInterrupt:
                self.status = "interrupted"
            finally:
                _end(process)
        self.seconds = time.monotonic() - begin
        if self.status == "failed":
            self.message = (self.folder / "stderr.txt").read_text(encoding="utf-8", errors="replace")[-500:]

    def _follow(self, process: subprocess.Popen[bytes], begin: float) -> None:
        assert process.stdout is not None
        lines: queue.Queue[bytes | None] = queue.Queue()
        threading.Thread(target=_read, args=(process.stdout, lines), daemon=True).start()
        while True:
            left = self.deadline_s - (time.monotonic() - begin)
            if left <= 0:
                self.status = "killed"
                return
            try:
                # Short waits: on Windows a longer one would not let Ctrl-C through.
                line = lines.get(timeout=min(left, 0.2))
            except queue.Empty:
                continue
            if line is None:
                return
            self._hear(json.loads(line), time.monotonic() - begin)

    def _hear(self, facts: dict[str, Any], seconds: float) -> None:
        self.incumbent = facts.get("incumbent", self.incumbent)
        self.bound = facts.get("bound", self.bound)
        if "status" in facts:
            self.status = facts["status"]
        elif self.on_progress is not None:
            self.on_progress(Progress(seconds=seconds, incumbent=self.incumbent, bound=self.bound))


def _read(stream: IO[bytes], lines: "queue.Queue[bytes | None]") -> None:
    for line in stream:
        lines.put(line)
    lines.put(None)


def _end(process: subprocess.Popen[bytes]) -> None:
    """End the process if it runs, and close what joins us to it."""
    if process.poll() is None:
        try:
            process.wait(timeout=0.2)
        except subprocess.TimeoutExpired:
            process.kill()
    process.wait()
    for stream in (process.stdin, process.stdout):
        if stream is not None:
            stream.close()
