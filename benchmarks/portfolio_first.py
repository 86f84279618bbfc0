"""Plan-column programs of 500 and 2,000 actions over 6 years: gap, time, and what the greedy rule loses.

The peer is the same HiGHS given the whole program at once, without the three stages of the solver's
process: same gap, same time limit, one thread, first seed.
"""

import statistics
import time
from collections import defaultdict
from itertools import combinations
from typing import Any

import highspy
import numpy as np

from benchmarks.frame import at_most, figure
from benchmarks.portfolio_instances import (
    DISCOUNT_RATE,
    FCTVA_RATE,
    INCOMPATIBLE,
    LIGHTING,
    MEAN_DEPTH,
    MEAN_DEPTH_PROGRAMME,
    PROGRAMMES,
    PUBLIC_CAP,
    RECYCLED_SHARE,
    YEARS,
    Instance,
    draw_instance,
)
from bocage.decide.greedy import greedy, polish
from bocage.decide.matrix import program_of
from bocage.decide.portfolio import Limit, Portfolio, Switch
from bocage.decide.solve import relative_gap, solve
from bocage.decide.solver_process import model_of

GAP, TIME_LIMIT_S, SEEDS = 0.01, 60.0, 3


def portfolio_of(instance: Instance) -> Portfolio:
    """Enumerate the financing plans (two aids at most) and start years of a synthetic instance [kEUR]."""
    count = len(instance.cost)
    action: list[int] = []
    year: list[int] = []
    value, cash, own_share = [], [], []
    awards: dict[tuple[str, int], list[tuple[int, float]]] = defaultdict(list)
    for number in range(count):
        for start in range(YEARS):
            for aids in _plans(instance, number):
                column = len(action)
                own = float(instance.cost[number] - instance.certificates[number] - sum(aids.values()))
                asked = np.zeros(YEARS)
                asked[start] = own
                asked[start + 1 :] -= RECYCLED_SHARE * instance.saving[number]
                asked[start + 2 : start + 3] -= FCTVA_RATE * instance.cost[number]
                action.append(number)
                year.append(start)
                value.append((instance.benefit[number] - own) * (1 + DISCOUNT_RATE) ** -start)
                cash.append(asked)
                own_share.append(own)
                for name, amount in aids.items():
                    awards[name, start].append((column, amount))
    limits, switches = _programme_rows(instance, awards, np.array(action), np.array(year))
    return Portfolio(
        years=YEARS,
        action=np.array(action),
        year=np.array(year),
        value=np.array(value),
        cash=np.array(cash),
        own=np.maximum(np.array(own_share), 1e-3),
        payer=np.zeros(count, dtype=np.int64),
        budgets=instance.budget[None, :],
        groups=[np.flatnonzero(instance.group == group) for group in np.unique(instance.group)],
        limits=limits,
        switches=switches,
    )


def _plans(instance: Instance, number: int) -> list[dict[str, float]]:
    cost, certificates = float(instance.cost[number]), float(instance.certificates[number])
    eligible = [name for name, rates in instance.rates.items() if rates[number] > 0]
    plans: list[dict[str, float]] = [{}]
    for size in (1, 2):
        for chosen in combinations(eligible, size):
            if frozenset(chosen) in INCOMPATIBLE:
                continue
            rates = {name: float(instance.rates[name][number]) for name in chosen}
            factor = min(1.0, (PUBLIC_CAP - certificates / cost) / sum(rates.values()))
            plans.append({name: rate * factor * cost for name, rate in rates.items()})
    return plans


def _programme_rows(
    instance: Instance,
    awards: dict[tuple[str, int], list[tuple[int, float]]],
    action: np.ndarray[Any, np.dtype[np.int64]],
    year: np.ndarray[Any, np.dtype[np.int64]],
) -> tuple[list[Limit], list[Switch]]:
    limits, switches = [], []
    programmes = {programme.name: programme for programme in PROGRAMMES}
    lighting = instance.works[action] == LIGHTING
    for (name, start), given in awards.items():
        columns = np.array([column for column, _ in given])
        files = max(1, int(programmes[name].files_per_300 * len(instance.cost) / 300))
        limits.append(Limit(label=f"files {name} {start}", columns=columns, weights=np.ones(len(columns)), bound=files))
        limits.append(
            Limit(
                label=f"envelope {name} {start}",
                columns=columns,
                weights=np.array([amount for _, amount in given]),
                bound=float(programmes[name].envelope * instance.budget[start]),
            )
        )
        if name == MEAN_DEPTH_PROGRAMME:
            counted = np.flatnonzero(lighting & (year == start))
            weights = (instance.depth[action[counted]] - MEAN_DEPTH) * instance.cost[action[counted]]
            switches.append(
                Switch(label=f"depth {start}", users=columns, columns=counted, weights=weights, threshold=0.0)
            )
    return limits, switches


def solve_at_once(portfolio: Portfolio) -> tuple[float, float]:
    """Gap and seconds of HiGHS on the whole program."""
    program = program_of(portfolio)
    model = model_of(vars(program), integers=True)
    highs: Any = highspy.Highs()  # type: ignore[no-untyped-call]
    for name, value in {"output_flag": False, "mip_rel_gap": GAP, "time_limit": TIME_LIMIT_S, "threads": 1}.items():
        highs.setOptionValue(name, value)
    begin = time.monotonic()
    highs.passModel(model)
    highs.run()
    return float(highs.getInfo().mip_gap), time.monotonic() - begin


def run(*, seed: int) -> dict[str, Any]:
    """Solve three instances of each size, drawn after the seed, and report the medians."""
    figures = []
    for count in (500, 2000):
        gaps, seconds, losses, whole = [], [], [], (float("nan"), float("nan"))
        for number in range(SEEDS):
            portfolio = portfolio_of(draw_instance(count, seed * 1000 + number))
            baseline = greedy(portfolio)
            result = solve(portfolio, warm=baseline, gap=GAP, time_limit_s=TIME_LIMIT_S)
            best = polish(portfolio, list(result.columns if result.columns is not None else baseline))
            faults = portfolio.violations(best)
            if faults:
                raise RuntimeError(f"the plan breaks {faults}")
            gaps.append(relative_gap(portfolio.objective(best), result.bound))
            seconds.append(result.seconds)
            losses.append(1 - portfolio.objective(baseline) / portfolio.objective(best))
            if number == 0:
                whole = solve_at_once(portfolio)
        gap, elapsed, loss = (statistics.median(values) for values in (gaps, seconds, losses))
        what = f"{count} actions x {YEARS} years, median of {SEEDS} seeds"
        figures += [
            at_most(f"{what}: gap reached", 100 * gap, "%", 100 * GAP, peer=100 * whole[0]),
            at_most(f"{what}: time, process included", elapsed, "s", TIME_LIMIT_S, peer=whole[1]),
            figure(f"{what}: value lost by the greedy rule", 100 * loss, "%"),
        ]
    return {"name": "portfolio-first", "figures": figures}
