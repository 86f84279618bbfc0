"""How a plan is searched for: by the solver; by a walk around the plan at hand where the solver dies."""

import time
from collections.abc import Callable, Sequence
from dataclasses import replace

from bocage.decide.portfolio.improve import improve
from bocage.decide.portfolio.matrix import program_of
from bocage.decide.portfolio.solve import Progress, Solve, solve
from bocage.decide.portfolio.statement import Portfolio

WALK_SHARE = 0.25
"""Share of the time given to the walk: it finds early what it finds."""


def search(
    portfolio: Portfolio,
    start: Sequence[int] | None,
    *,
    gap: float,
    time_limit_s: float,
    seed: int,
    on_progress: Callable[[Progress], None] | None = None,
) -> Solve:
    """Look for the best plan within a time.

    The solver's stages end by their work, not by the clock, so that two searches that reach the gap give the
    same plan, however busy the machine.

    Args:
        portfolio: what decides the plan.
        start: columns of an admissible plan, None where there is none.
        gap: relative gap at which the search may stop [1].
        time_limit_s: longest search, from the moment the program is written [s].
        seed: seed of the walk and the solver.
        on_progress: told how the solver gets on; raising KeyboardInterrupt stops it.
    """
    program = program_of(portfolio)
    began = time.monotonic()
    found = solve(
        portfolio,
        warm=start,
        gap=gap,
        time_limit_s=time_limit_s,
        seed=seed,
        on_progress=on_progress,
        program=program,
    )
    left = time_limit_s - (time.monotonic() - began)
    if found.status != "failed" or start is None or left <= 0:
        return found
    known = start if found.columns is None else found.columns
    try:
        better = improve(portfolio, known, seed=seed, time_limit_s=min(left, WALK_SHARE * time_limit_s))
    except KeyboardInterrupt:
        return replace(found, status="interrupted")
    objective = portfolio.objective(better)
    return replace(found, columns=tuple(better), objective=objective, bound=max(found.bound, objective))
