"""How a plan is searched for: the solver for a short while, a walk around the greedy plan, then the solver again."""

import time
from collections.abc import Callable, Sequence
from dataclasses import replace

from bocage.decide.improve import improve
from bocage.decide.matrix import program_of
from bocage.decide.portfolio import Portfolio
from bocage.decide.solve import Progress, Solve, solve

FIRST_SHARE = 0.15
"""Share of the time given to the first try of the solver: most plans need no more."""
WALK_SHARE = 0.25


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

    Where the solver alone does not reach the gap in a short while, a plan worth more than the one it
    started from spares it most of the search. The walk depends on the plan and the seed only, so that
    two searches that reach the gap give the same plan.

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

    def tried(warm: Sequence[int] | None, limit_s: float) -> Solve:
        spent = time.monotonic() - began

        def tell(progress: Progress) -> None:
            if on_progress is not None:
                on_progress(replace(progress, seconds=spent + progress.seconds))

        return solve(portfolio, warm=warm, gap=gap, time_limit_s=limit_s, seed=seed, on_progress=tell, program=program)

    first = tried(start, FIRST_SHARE * time_limit_s if start is not None else time_limit_s)
    if start is None or first.status != "time_limit":
        return first
    try:
        better = improve(portfolio, start, seed=seed, time_limit_s=WALK_SHARE * time_limit_s)
    except KeyboardInterrupt:
        return replace(first, status="interrupted")
    second = tried(better, max(0.1, time_limit_s - (time.monotonic() - began)))
    seconds = time.monotonic() - began
    # What a try cut short had found depends on the clock: it counts only where the gap is not reached without it.
    if second.status in {"gap", "optimal"}:
        return replace(second, seconds=seconds)
    best = max(first, second, key=lambda found: found.objective)
    bound = min(first.bound, second.bound)
    return replace(second, columns=best.columns, objective=best.objective, bound=bound, seconds=seconds)
