"""The solver in its own process: `python -m bocage.decide.portfolio.solver_process FOLDER`.

Reads `program.npz` and `options.json` in the folder; writes each better solution to `incumbent.npz`
(whole, by replacement) and says on stdout, one JSON object per line, what is known: `incumbent`,
`bound`, and last `status`. It ends when its standard input is closed, so that it never outlives the
process that started it. It is killed without harm at any time.

Three stages, the first two of which often end it:
1. the linear relaxation gives the bound and the reduced cost of each column;
2. the program restricted to the columns of best reduced cost, a few then more, gives a good plan;
3. the program without the columns that cannot be in a better plan (bound + reduced cost below the
   value of the plan at hand) closes the gap. Nothing is lost by leaving them out.
"""

import json
import os
import sys
import threading
import time
from pathlib import Path
from typing import Any

import highspy
import numpy as np

INCUMBENT, PROGRAM, OPTIONS = "incumbent.npz", "program.npz", "options.json"
KERNEL_COLUMNS_PER_ROW, LEAST_KERNEL = 3, 700
FIRST_KERNEL = 1 / 3
"""Size of the first kernel, as a share of the second: it gives a good plan in a fraction of the time."""
KERNEL_NODES, KERNEL_SHARE_OF_TIME = 200, 0.5
"""Where a kernel ends: after so many nodes, the same on every machine; the clock only ends it on a slow one."""
EAGER = {"mip_heuristic_effort": 0.3, "mip_allow_restart": False}
"""A kernel looks for plans, not for bounds."""
CERTAIN = 1e-9
EXACT = 1e-6
"""What HiGHS takes for equal: a plan within this of the bound is the best one."""


class Solver:
    """One program, the best solution so far and the best bound."""

    def __init__(self, folder: Path) -> None:
        options = json.loads((folder / OPTIONS).read_text(encoding="utf-8"))
        self.folder, self.seed = folder, int(options["seed"])
        self.gap = float(options["gap"])
        self.deadline = time.monotonic() + float(options["time_limit_s"])
        with np.load(folder / PROGRAM) as arrays:
            self.program = {name: arrays[name] for name in arrays.files}
        self.columns = int(self.program["columns"])
        self.value: float = -np.inf
        self.bound: float = np.inf
        self.solution: Any = None
        if "warm" in self.program:
            self.offer(self.program["warm"])

    def offer(self, solution: Any) -> None:  # noqa: ANN401 - array of all variables
        """Keep a solution where it is the best so far."""
        value = float(np.sum(self.program["cost"] * solution))
        if value > self.value:
            self.value, self.solution = value, solution
            part = self.folder / "part.npz"
            np.savez(part, solution=solution)
            part.replace(self.folder / INCUMBENT)
            _say(incumbent=value)

    def limit(self, bound: float) -> None:
        """Keep a bound where it is the tightest so far."""
        if bound < self.bound:
            self.bound = bound
            _say(bound=bound)

    @property
    def left_s(self) -> float:
        """Time left [s]."""
        return max(0.0, self.deadline - time.monotonic())

    @property
    def closed(self) -> bool:
        """True where the gap asked for is reached."""
        if self.solution is None:
            return False
        return self.bound - self.value <= max(self.gap, CERTAIN) * max(abs(self.value), CERTAIN)

    def run(self) -> str:
        """Go through the stages; the status reached."""
        proved = False
        relaxed = self._relaxation()
        if isinstance(relaxed, str):
            return relaxed
        reduced = relaxed[: self.columns]
        for size in _kernels(int(self.program["deciding"])):
            if not self.closed and self.left_s > 0 and size < self.columns:
                worst = np.partition(-reduced, size)[size]
                self._stage(-reduced <= worst, share=KERNEL_SHARE_OF_TIME, nodes=KERNEL_NODES)
        if not self.closed and self.left_s > 0:
            status = self._stage(self.bound + reduced >= self.value)
            if status == highspy.HighsModelStatus.kInfeasible and self.solution is None:
                return "infeasible"
            proved = status == highspy.HighsModelStatus.kOptimal
        if not (self.closed or proved):
            return "time_limit"
        return "optimal" if self.bound - self.value <= EXACT * max(1.0, abs(self.value)) else "gap"

    def _relaxation(self) -> Any:  # noqa: ANN401 - array of reduced costs or status
        """Solve without integrality; the reduced cost of each variable, or the status where there is none."""
        highs = self._highs(model_of(self.program, integers=False))
        highs.run()
        status = highs.getModelStatus()
        if status == highspy.HighsModelStatus.kInfeasible and self.solution is None:
            return "infeasible"
        if status != highspy.HighsModelStatus.kOptimal:
            return "time_limit"
        self.limit(highs.getInfo().objective_function_value)
        solution = highs.getSolution()
        values = np.asarray(solution.col_value)
        if np.abs(values - values.round())[self.program["integer"]].max(initial=0.0) < 1e-7:
            self.offer(values)
        return np.minimum(np.asarray(solution.col_dual), 0.0)

    def _stage(self, kept_columns: Any, *, share: float = 1.0, nodes: int | None = None) -> Any:  # noqa: ANN401
        """Solve with some of the columns only; without a limit of nodes, those left out cannot be in a better plan."""
        proves = nodes is None
        kept = np.append(kept_columns, np.ones(len(self.program["cost"]) - self.columns, dtype=bool))
        if self.solution is not None:
            kept |= self.solution > 0.5
        places = np.flatnonzero(kept)
        highs = self._highs(model_of(_without(self.program, kept), integers=True), share=share)
        if nodes is not None:
            for name, value in {"mip_max_nodes": nodes, **EAGER}.items():
                highs.setOptionValue(name, value)
        # The bound of the relaxation holds for all: a value this close to it ends the stage.
        target = self.bound / (1.0 + self.gap) if self.bound > 0 else self.bound
        if self.solution is not None:
            warm = highspy.HighsSolution()
            warm.col_value = self.solution[places].tolist()
            highs.setSolution(warm)

        def better(event: Any) -> None:  # noqa: ANN401 - highspy has no types
            solution = np.zeros(len(self.program["cost"]))
            solution[places] = event.data_out.mip_solution
            self.offer(solution)

        def progress(event: Any) -> None:  # noqa: ANN401 - highspy has no types
            if proves and np.isfinite(event.data_out.mip_dual_bound):
                self.limit(max(event.data_out.mip_dual_bound, self.value))

        def enough(event: Any) -> None:  # noqa: ANN401 - highspy has no types
            event.data_in.user_interrupt = self.value >= target

        highs.cbMipImprovingSolution += better
        highs.cbMipLogging += progress
        highs.cbMipInterrupt += enough
        highs.run()
        info, status = highs.getInfo(), highs.getModelStatus()
        if info.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible:
            solution = np.zeros(len(self.program["cost"]))
            solution[places] = np.asarray(highs.getSolution().col_value)
            self.offer(solution)
        if proves and np.isfinite(info.mip_dual_bound):
            self.limit(max(info.mip_dual_bound, self.value))
        return status

    def _highs(self, model: Any, *, share: float = 1.0) -> Any:  # noqa: ANN401 - highspy has no types
        highs: Any = highspy.Highs()  # type: ignore[no-untyped-call]
        options = {
            "output_flag": False,
            "mip_rel_gap": self.gap,
            "time_limit": max(0.1, share * self.left_s),
            "random_seed": self.seed,
            # One thread: the same plan on every machine, whatever its number of cores.
            "threads": 1,
        }
        for name, value in options.items():
            highs.setOptionValue(name, value)
        highs.passModel(model)
        return highs


def _kernels(deciding: int) -> tuple[int, int]:
    """Sizes of the kernels, in columns, after the number of rows that limit them."""
    whole = max(LEAST_KERNEL, KERNEL_COLUMNS_PER_ROW * deciding)
    return int(FIRST_KERNEL * whole), whole


def model_of(program: dict[str, Any], *, integers: bool) -> Any:  # noqa: ANN401 - highspy has no types
    """The program as HiGHS takes it, its variables integer or relaxed."""
    model = highspy.HighsLp()
    model.num_col_, model.num_row_ = len(program["cost"]), len(program["lower"])
    model.sense_ = highspy.ObjSense.kMaximize
    model.col_cost_ = program["cost"]
    model.col_lower_ = program["least"]
    model.col_upper_ = program["bound"]
    model.row_lower_, model.row_upper_ = program["lower"], program["upper"]
    model.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    model.a_matrix_.start_ = program["start"]
    model.a_matrix_.index_ = program["index"]
    model.a_matrix_.value_ = program["value"]
    if integers:
        kinds = (highspy.HighsVarType.kContinuous, highspy.HighsVarType.kInteger)
        model.integrality_ = [kinds[int(flag)] for flag in program["integer"]]
    return model


def _without(program: dict[str, Any], kept: Any) -> dict[str, Any]:  # noqa: ANN401 - array of booleans
    """The same program with the kept variables only."""
    sizes = np.diff(program["start"])
    entries = np.repeat(kept, sizes)
    return {
        **{name: program[name][kept] for name in ("cost", "least", "bound", "integer")},
        "lower": program["lower"],
        "upper": program["upper"],
        "start": np.append(0, np.cumsum(sizes[kept])),
        "index": program["index"][entries],
        "value": program["value"][entries],
    }


def _end_with_parent() -> None:
    # Read below Python's buffers: a thread that holds their lock would block the end of the interpreter.
    while os.read(0, 1):
        pass
    os._exit(3)


def _say(**facts: float | str) -> None:
    sys.stdout.write(json.dumps(facts) + "\n")
    sys.stdout.flush()


def main(folder: Path) -> None:
    """Solve the program of the folder and end the process; exit 0 when the solver ended by itself."""
    threading.Thread(target=_end_with_parent, daemon=True).start()
    solver = Solver(folder)
    _say(status=solver.run())
    # Nothing is left to put away, and the solver's threads take a second to end.
    os._exit(0)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
