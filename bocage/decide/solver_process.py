"""The solver in its own process: `python -m bocage.decide.solver_process FOLDER`.

Reads `program.npz` and `options.json` in the folder; writes each better solution to `incumbent.npz`
(whole, by replacement) and says on stdout, one JSON object per line, what is known: `incumbent`,
`bound`, and last `status`. It ends when its standard input is closed, so that it never outlives the
process that started it. It is killed without harm at any time.
"""

import json
import os
import sys
import threading
from pathlib import Path
from typing import Any

import highspy
import numpy as np

INCUMBENT, PROGRAM, OPTIONS = "incumbent.npz", "program.npz", "options.json"


def main(folder: Path) -> int:
    """Solve the program of the folder; 0 when the solver ended by itself."""
    threading.Thread(target=_end_with_parent, daemon=True).start()
    options = json.loads((folder / OPTIONS).read_text(encoding="utf-8"))
    with np.load(folder / PROGRAM) as arrays:
        program = {name: arrays[name] for name in arrays.files}
    solver: Any = highspy.Highs()  # type: ignore[no-untyped-call]
    for name, value in options["highs"].items():
        solver.setOptionValue(name, value)
    solver.passModel(_model(program))
    if "warm" in program:
        warm = highspy.HighsSolution()
        warm.col_value = program["warm"].tolist()
        solver.setSolution(warm)
    _listen(solver, folder)
    solver.run()
    _tell_end(solver, folder)
    return 0


def _end_with_parent() -> None:
    while sys.stdin.buffer.read(1):
        pass
    os._exit(3)


def _model(program: dict[str, Any]) -> Any:  # noqa: ANN401 - highspy has no types
    model = highspy.HighsLp()
    model.num_col_, model.num_row_ = len(program["cost"]), len(program["lower"])
    model.sense_ = highspy.ObjSense.kMaximize
    model.col_cost_ = program["cost"]
    model.col_lower_ = np.zeros(len(program["cost"]))
    model.col_upper_ = program["bound"]
    model.row_lower_, model.row_upper_ = program["lower"], program["upper"]
    model.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    model.a_matrix_.start_ = program["start"]
    model.a_matrix_.index_ = program["index"]
    model.a_matrix_.value_ = program["value"]
    kinds = (highspy.HighsVarType.kContinuous, highspy.HighsVarType.kInteger)
    model.integrality_ = [kinds[int(flag)] for flag in program["integer"]]
    return model


def _listen(solver: Any, folder: Path) -> None:  # noqa: ANN401 - highspy has no types
    def better(event: Any) -> None:  # noqa: ANN401
        _keep(folder, np.asarray(event.data_out.mip_solution))
        _say(incumbent=event.data_out.objective_function_value)

    def progress(event: Any) -> None:  # noqa: ANN401
        _say(bound=event.data_out.mip_dual_bound)

    solver.cbMipImprovingSolution += better
    solver.cbMipLogging += progress


def _keep(folder: Path, solution: Any) -> None:  # noqa: ANN401 - array of the variables
    part = folder / "part.npz"
    np.savez(part, solution=solution)
    part.replace(folder / INCUMBENT)


def _tell_end(solver: Any, folder: Path) -> None:  # noqa: ANN401 - highspy has no types
    status, info = solver.getModelStatus(), solver.getInfo()
    found = info.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible
    if found:
        _keep(folder, np.asarray(solver.getSolution().col_value))
        _say(incumbent=info.objective_function_value)
    _say(bound=info.mip_dual_bound)
    _say(status=solver.modelStatusToString(status), found=found)


def _say(**facts: Any) -> None:  # noqa: ANN401 - numbers and texts
    cleaned = {
        key: float(value) if isinstance(value, float | np.floating) and np.isfinite(value) else value
        for key, value in facts.items()
        if not (isinstance(value, float | np.floating) and not np.isfinite(value))
    }
    sys.stdout.write(json.dumps(cleaned) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
