"""Another solver finds the same best value on small portfolios of the benchmark, with all that they may be asked."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import highspy
import pytest

from benchmarks.portfolio_columns import asked_of, portfolio_of, risk_of
from benchmarks.portfolio_instances import draw_instance
from bocage.decide.portfolio.greedy import greedy, polish
from bocage.decide.portfolio.matrix import program_of
from bocage.decide.portfolio.solve import solve
from bocage.decide.portfolio.solver_process import model_of
from bocage.decide.portfolio.statement import Portfolio

GAP = 1e-4


def scip_bounds(portfolio: Portfolio, folder: Path) -> tuple[float, float] | None:
    """Best value that SCIP found and the bound that it proved, up to the gap; None where it proves that none is."""
    scip_of = pytest.importorskip("pyscipopt", reason="SCIP is not installed (pip install -e .[peers])").Model
    highs: Any = highspy.Highs()  # type: ignore[no-untyped-call]
    highs.setOptionValue("output_flag", False)
    highs.passModel(model_of(vars(program_of(portfolio, fitting=False)), integers=True))
    highs.writeModel(str(folder / "plan.mps"))
    scip = scip_of()
    scip.hideOutput()
    scip.readProblem(str(folder / "plan.mps"))
    scip.setParam("limits/gap", GAP)
    scip.setParam("limits/time", 30.0)
    scip.optimize()
    if scip.getStatus() == "infeasible":
        return None
    values = sorted([scip.getPrimalbound(), scip.getDualbound()], key=abs)
    # An MPS file minimises: a maximum is written with its sign turned.
    turned = scip.getObjectiveSense() == "minimize"
    return (abs(values[0]), abs(values[1])) if turned else (values[0], values[1])


# The last of them asks too much: nothing holds it.
@pytest.mark.parametrize(
    ("kind", "count", "seed"),
    [("bare", 20, 1), ("bare", 20, 2), ("asked", 30, 3), ("asked", 30, 4), ("risk", 30, 5), ("asked", 60, 3)],
)
def test_another_solver_finds_the_same_best_value(kind: str, count: int, seed: int, tmp_path: Path) -> None:
    instance = draw_instance(count, seed)
    portfolio = portfolio_of(instance) if kind == "bare" else asked_of(instance, seed)
    if kind == "risk":
        portfolio = replace(portfolio, risk=risk_of(portfolio, instance, seed))
    found = solve(portfolio, gap=GAP, time_limit_s=60.0)
    bounds = scip_bounds(portfolio, tmp_path)
    assert (found.status == "infeasible") == (bounds is None)
    if found.columns is None or bounds is None:
        return
    assert portfolio.violations(found.columns) == []
    reached, bound = bounds
    assert found.bound >= reached * (1 - 1e-6)
    assert bound >= found.objective * (1 - 1e-6)
    assert found.objective == pytest.approx(reached, rel=3 * GAP)
    start = polish(portfolio, greedy(portfolio))
    assert portfolio.violations(start) or portfolio.objective(start) <= bound * (1 + 1e-6)
