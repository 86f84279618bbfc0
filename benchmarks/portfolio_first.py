"""Plan-column programs of 500 and 2,000 actions over 6 years: gap, time, and what the greedy rule loses."""

import statistics
from collections import defaultdict
from itertools import combinations
from typing import Any

import numpy as np

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
from bocage.decide.portfolio import Limit, Portfolio, Switch
from bocage.decide.solve import relative_gap, solve

GAP, TIME_LIMIT_S, SEEDS = 0.01, 60.0, 3


def portfolio_of(instance: Instance) -> Portfolio:
    """Enumerate the financing plans (two aids at most) and start years of a synthetic instance [kEUR]."""
    count = len(instance.cost)
    action, year, value, cash, own_share = [], [], [], [], []
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


def run(*, seed: int) -> dict[str, Any]:
    """Solve three instances of each size, drawn after the seed, and report the medians."""
    figures = []
    for count in (500, 2000):
        gaps, seconds, losses = [], [], []
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
        gap, time, loss = (statistics.median(values) for values in (gaps, seconds, losses))
        what = f"{count} actions x {YEARS} years, median of {SEEDS} seeds"
        figures += [
            _figure(f"{what}: gap reached", 100 * gap, "%", 100 * GAP),
            _figure(f"{what}: time, process included", time, "s", TIME_LIMIT_S),
            {"what": f"{what}: value lost by the greedy rule", "value": round(100 * loss, 2), "unit": "%",
             "goal": None, "peer": None, "ratio": None, "holds": None},
        ]  # fmt: skip
    return {"name": "portfolio-first", "figures": figures}


def _figure(what: str, value: float, unit: str, goal: float) -> dict[str, Any]:
    return {
        "what": what,
        "value": round(value, 3),
        "unit": unit,
        "goal": goal,
        "peer": None,
        "ratio": round(value / goal, 4),
        "holds": value <= goal,
    }
