"""Plans of 500 to 5,000 actions over 6 years and 6 programmes: proven gap, time, what the greedy rule loses.

Times are wall times of all that a user waits for: the greedy start, the program's writing, the solver's
process with its start; processor time beside. Peers are HiGHS given the whole program at once and SCIP
(`peers` extra), on the first instance: same program, same gap, same time limit.
"""

import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import highspy
import numpy as np

from benchmarks.frame import Figure, at_most, figure
from benchmarks.portfolio_columns import asked_of, carbon_of, portfolio_of, risk_of
from benchmarks.portfolio_instances import YEARS, draw_instance
from bocage.decide.portfolio.greedy import adapt, greedy, polish
from bocage.decide.portfolio.matrix import program_of
from bocage.decide.portfolio.pareto import Measure, front
from bocage.decide.portfolio.search import search
from bocage.decide.portfolio.solve import Solve
from bocage.decide.portfolio.solver_process import model_of
from bocage.decide.portfolio.statement import Limit, Must, Portfolio

SEEDS, PEER_LIMIT_S = 5, 60.0


@dataclass(frozen=True, kw_only=True)
class Timed:
    """A plan, what it took and what the greedy rule had found.

    Attributes:
        solved: what the solver gave.
        wall_s: wall time, start to end [s].
        processor_s: processor time of this process and the solver's [s].
        baseline: value of the greedy plan.
    """

    solved: Solve
    wall_s: float
    processor_s: float
    baseline: float

    @property
    def lost(self) -> float:
        """Share of the value that the greedy rule loses [1]."""
        return 1 - self.baseline / self.solved.objective


def timed(portfolio: Portfolio, *, gap: float, limit_s: float, start: Callable[[], list[int]] | None = None) -> Timed:
    """Search for a plan as a user does, and check it.

    Args:
        portfolio: what decides the plan.
        gap: relative gap asked for [1].
        limit_s: time limit [s].
        start: makes the plan to start from; the greedy one, finished, without it.

    Raises:
        RuntimeError: the plan breaks a constraint.
    """
    wall, processor = time.monotonic(), _processor_s()
    baseline = [] if start else greedy(portfolio)
    first = start() if start else polish(portfolio, baseline)
    admissible = not portfolio.violations(first)
    solved = search(portfolio, first if admissible else None, gap=gap, time_limit_s=limit_s, seed=1)
    wall, processor = time.monotonic() - wall, _processor_s() - processor
    faults = portfolio.violations(solved.columns or ())
    if faults or solved.columns is None:
        raise RuntimeError(f"the plan breaks {faults}, {solved.status}")
    return Timed(
        solved=solved,
        wall_s=wall,
        processor_s=processor,
        baseline=portfolio.objective(baseline) if baseline else float("nan"),
    )


def _processor_s() -> float:
    spent = os.times()
    return spent.user + spent.system + spent.children_user + spent.children_system


def highs_whole(portfolio: Portfolio, *, gap: float) -> tuple[float, float]:
    """Gap and seconds of HiGHS on the whole program at once, with two threads as it would be used.

    Args:
        portfolio: what decides the plan.
        gap: relative gap asked for [1].
    """
    program = program_of(portfolio)
    highs: Any = highspy.Highs()  # type: ignore[no-untyped-call]
    # The threads of an earlier solve of this process would be kept, and another number refused.
    highs.resetGlobalScheduler(True)
    for name, value in {"output_flag": False, "mip_rel_gap": gap, "time_limit": PEER_LIMIT_S, "threads": 2}.items():
        highs.setOptionValue(name, value)
    begin = time.monotonic()
    highs.passModel(model_of(vars(program), integers=True))
    highs.run()
    return float(highs.getInfo().mip_gap), time.monotonic() - begin


def scip_whole(portfolio: Portfolio, *, gap: float) -> tuple[float, float] | None:
    """Gap and seconds of SCIP on the whole program; None where it is not installed.

    Args:
        portfolio: what decides the plan.
        gap: relative gap asked for [1].
    """
    try:
        from pyscipopt import Model  # noqa: PLC0415 - an optional peer
    except ImportError:
        return None
    highs: Any = highspy.Highs()  # type: ignore[no-untyped-call]
    highs.setOptionValue("output_flag", False)
    highs.passModel(model_of(vars(program_of(portfolio)), integers=True))
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder) / "plan.mps")
        highs.writeModel(path)
        scip = Model()
        scip.hideOutput()
        scip.readProblem(path)
    scip.setParam("limits/gap", gap)
    scip.setParam("limits/time", PEER_LIMIT_S)
    begin = time.monotonic()
    scip.optimize()
    return float(scip.getGap()), time.monotonic() - begin


def _sized(count: int, gap: float, goal_s: float, seeds: Sequence[int], *, peers: bool) -> list[Figure]:
    """Figures of the family at one size and one gap."""
    done = [timed(portfolio_of(draw_instance(count, seed)), gap=gap, limit_s=goal_s) for seed in seeds]
    what = f"{count} actions x {YEARS} years x 6 programmes, {100 * gap:g} % asked"
    whole = highs_whole(portfolio_of(draw_instance(count, seeds[0])), gap=gap) if peers else None
    figures = [
        *_spread(what, done, gap, goal_s, whole),
        figure(f"{what}: value lost by the greedy rule, median", 100 * _median([one.lost for one in done]), "%"),
    ]
    if peers:
        scip = scip_whole(portfolio_of(draw_instance(count, seeds[0])), gap=gap)
        figures.append(
            figure(
                f"{what}: time of SCIP on the first instance",
                None if scip is None else scip[1],
                "s",
                peer=None if scip else "SCIP is not installed (pip install -e .[peers])",
            )
        )
    return figures


def _spread(
    what: str, done: Sequence[Timed], gap: float, goal_s: float, whole: tuple[float, float] | None
) -> list[Figure]:
    gaps, walls = [100 * one.solved.gap for one in done], [one.wall_s for one in done]
    peer_gap, peer_s = (None, None) if whole is None else (100 * whole[0], whole[1])
    return [
        at_most(f"{what}: gap, median of {len(done)}", _median(gaps), "%", 100 * gap, peer=peer_gap),
        at_most(f"{what}: gap, worst", max(gaps), "%", 100 * gap),
        at_most(f"{what}: time, median of {len(done)}", _median(walls), "s", goal_s, peer=peer_s),
        at_most(f"{what}: time, worst", max(walls), "s", goal_s),
        figure(f"{what}: processor time, median", _median([one.processor_s for one in done]), "s"),
    ]


def _median(values: Sequence[float]) -> float:
    return float(statistics.median(values))


def _asked(count: int, gap: float, goal_s: float, seeds: Sequence[int]) -> list[Figure]:
    """Figures of what real plans ask besides: payers, loans, interactions, obligations, a goal."""
    done = [timed(asked_of(draw_instance(count, seed), seed), gap=gap, limit_s=goal_s) for seed in seeds]
    what = f"{count} actions with loans, obligations and interactions, {100 * gap:g} % asked"
    return [
        *_spread(what, done, gap, goal_s, None),
        figure(f"{what}: value lost by the greedy rule, median", 100 * _median([one.lost for one in done]), "%"),
    ]


def _what_if(seeds: Sequence[int], *, asked: bool) -> list[Figure]:
    """Figures of a plan of 500 actions solved again: less money, one action forced in, one left out."""
    gap, goal_s, walls, gaps = 0.01, 5.0, [], []
    for seed in seeds:
        instance = draw_instance(500, seed)
        portfolio = asked_of(instance, seed) if asked else portfolio_of(instance)
        earlier = timed(portfolio, gap=gap, limit_s=60.0).solved.columns
        assert earlier is not None
        for changed in _changes(portfolio, earlier):
            again = timed(changed, gap=gap, limit_s=30.0, start=partial(adapt, changed, earlier))
            walls.append(again.wall_s)
            gaps.append(100 * again.solved.gap)
    what = f"what-if at 500 actions{' with loans, obligations and interactions' if asked else ''}"
    return [
        at_most(f"{what}: time, median of {len(walls)}", _median(walls), "s", goal_s),
        at_most(f"{what}: time, worst", max(walls), "s", goal_s),
        at_most(f"{what}: gap, worst", max(gaps), "%", 100 * gap),
    ]


def _changes(portfolio: Portfolio, earlier: Sequence[int]) -> list[Portfolio]:
    """Budgets cut by a tenth; the best action left out forced in; the best of the plan forbidden; all three."""
    inside = set(portfolio.action[list(earlier)].tolist())
    worth = np.full(len(portfolio.payer), -np.inf)
    np.maximum.at(worth, portfolio.action, portfolio.value)
    ranked = np.argsort(-worth, kind="stable").tolist()
    forced = next(action for action in ranked if action not in inside and worth[action] < np.median(worth))
    gone = next(action for action in ranked if action in inside and not _obliged(portfolio, action))
    must = Must(label="forced", actions=np.array([forced]), latest=portfolio.years - 1)
    columns = np.flatnonzero(portfolio.action == gone)
    never = Limit(label="forbidden", columns=columns, weights=np.ones(len(columns)), bound=0.0)
    poorer = replace(portfolio, budgets=0.9 * portfolio.budgets)
    return [
        poorer,
        replace(portfolio, musts=[*portfolio.musts, must]),
        replace(portfolio, limits=[*portfolio.limits, never]),
        replace(poorer, musts=[*portfolio.musts, must], limits=[*portfolio.limits, never]),
    ]


def _obliged(portfolio: Portfolio, action: int) -> bool:
    return any(action in must.actions for must in portfolio.musts)


def _risky(seeds: Sequence[int]) -> list[Figure]:
    """Figures of 500 actions whose worst tenth of twenty futures counts for half."""
    done = []
    for seed in seeds:
        instance = draw_instance(500, seed)
        portfolio = portfolio_of(instance)
        averse = replace(portfolio, risk=risk_of(portfolio, instance, seed))
        done.append(timed(averse, gap=0.01, limit_s=60.0))
    return _spread("500 actions, CVaR of 20 futures, 1 % asked", done, 0.01, 60.0, None)


def _front(seed: int) -> list[Figure]:
    """Figures of a front between value and carbon, 500 actions."""
    instance = draw_instance(500, seed)
    portfolio = portfolio_of(instance)
    value = Measure(name="value", value=portfolio.value)
    carbon = Measure(name="carbon", value=carbon_of(portfolio, instance))
    begin = time.monotonic()
    points = front(portfolio, (value, carbon), points=9, gap=0.005, time_limit_s=120.0)
    elapsed, worst = time.monotonic() - begin, max(point.gap for point in points)
    what = "front of value and carbon at 500 actions, 9 points asked, 0.5 %"
    return [
        figure(f"{what}: points", len(points), ""),
        at_most(f"{what}: time", elapsed, "s", 120.0),
        at_most(f"{what}: gap, worst", 100 * worst, "%", 0.5),
    ]


def run(*, seed: int) -> dict[str, Any]:
    """Solve instances drawn after the seed, none of which the solver was tuned on where it is the default."""
    seeds = [1000 * seed + number for number in range(SEEDS)]
    parts: list[Callable[[], list[Figure]]] = [
        lambda: _sized(2000, 0.01, 20.0, seeds, peers=True),
        lambda: _sized(2000, 0.001, 60.0, seeds, peers=True),
        lambda: _sized(5000, 0.01, 60.0, seeds[:3], peers=False),
        lambda: _what_if(seeds[:3], asked=False),
        lambda: _what_if(seeds[:3], asked=True),
        lambda: _risky(seeds),
        lambda: _front(seeds[0]),
        lambda: _asked(500, 0.01, 60.0, seeds),
        lambda: _asked(2000, 0.01, 60.0, seeds[:3]),
    ]
    figures: list[Figure] = []
    for part in parts:
        figures += part()
        sys.stderr.write(json.dumps(figures[-1]["what"]) + "\n")
    return {"name": "portfolio", "figures": figures}
