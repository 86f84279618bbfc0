"""The walk around a plan, and the search that it is part of."""

import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

from bocage.decide.portfolio import search as searching
from bocage.decide.portfolio.greedy import adapt, greedy, polish
from bocage.decide.portfolio.improve import improve
from bocage.decide.portfolio.search import search
from bocage.decide.portfolio.solve import Solve, solve
from bocage.decide.portfolio.statement import Portfolio


def knapsack(seed: int, actions: int = 40) -> Portfolio:
    """Large works of near equal ratio under a small budget: what the ratio rule is worst at."""
    rng = np.random.default_rng(seed)
    years = 2
    cost = rng.uniform(20, 60, actions)
    worth = cost * rng.uniform(0.9, 1.1, actions)
    action, year = np.repeat(np.arange(actions), years), np.tile(np.arange(years), actions)
    cash = np.zeros((actions * years, years))
    cash[np.arange(actions * years), year] = cost[action]
    return Portfolio(
        years=years, action=action, year=year, value=worth[action] * 0.97**year, cash=cash, own=cost[action],
        payer=np.zeros(actions, dtype=np.int64), budgets=np.full((1, years), 150.0), requires=[(3, 2)],
        groups=[np.array([0, 1])],
    )  # fmt: skip


def test_a_walk_is_admissible_repeatable_and_recovers_part_of_what_the_ratio_rule_loses() -> None:
    lost = {"start": 0.0, "walked": 0.0}
    for seed in range(4):
        portfolio = knapsack(seed)
        start = polish(portfolio, greedy(portfolio))
        walked = improve(portfolio, start, seed=1, time_limit_s=60.0)
        assert seed or walked == improve(portfolio, start, seed=1, time_limit_s=60.0)
        assert portfolio.violations(walked) == []
        assert portfolio.objective(walked) >= portfolio.objective(start)
        bound = solve(portfolio, gap=0.0, time_limit_s=5.0).bound
        assert portfolio.objective(walked) <= bound + 1e-6
        lost["start"] += bound - portfolio.objective(start)
        lost["walked"] += bound - portfolio.objective(walked)
    assert lost["walked"] < 0.75 * lost["start"], lost


def test_a_walk_without_time_gives_the_plan_it_started_from() -> None:
    portfolio = knapsack(0)
    start = polish(portfolio, greedy(portfolio))
    assert improve(portfolio, start, seed=1, time_limit_s=0.0) == start


def test_a_search_whose_solver_dies_walks_around_the_plan_that_it_had(monkeypatch: pytest.MonkeyPatch) -> None:
    portfolio = knapsack(1)
    start = polish(portfolio, greedy(portfolio))

    def dies(_portfolio: Portfolio, **settings: object) -> Solve:
        assert settings["warm"] == start
        return Solve(
            status="failed", columns=None, objective=-np.inf, bound=np.inf, seconds=0.0, variables=1, rows=1,
            message="out of memory",
        )  # fmt: skip

    monkeypatch.setattr(searching, "solve", dies)
    found = search(portfolio, start, gap=0.0, time_limit_s=60.0, seed=1)
    assert found.status == "failed"
    assert found.columns == tuple(improve(portfolio, start, seed=1, time_limit_s=60.0))
    assert found.objective > portfolio.objective(start)
    assert found.message == "out of memory"


def test_two_searches_that_reach_the_gap_give_the_same_plan_whatever_else_runs() -> None:
    portfolio = knapsack(2)
    start = polish(portfolio, greedy(portfolio))
    alone = search(portfolio, start, gap=1e-3, time_limit_s=60.0, seed=3)
    busy = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(3)]
    try:
        beside = search(portfolio, start, gap=1e-3, time_limit_s=60.0, seed=3)
    finally:
        for process in busy:
            process.kill()
            process.wait()
    assert alone.status in {"gap", "optimal"}
    assert (alone.columns, alone.bound) == (beside.columns, beside.bound)


@pytest.mark.parametrize("factor", [0.8, 1.2])
def test_an_earlier_plan_is_kept_as_far_as_the_new_budget_lets_it_be(factor: float) -> None:
    portfolio = knapsack(4)
    earlier = solve(portfolio, gap=0.0, time_limit_s=20.0).columns
    assert earlier is not None
    changed = replace(portfolio, budgets=factor * portfolio.budgets)
    adapted = adapt(changed, earlier)
    assert changed.violations(adapted) == []
    assert changed.objective(adapted) > 0.9 * factor * portfolio.objective(earlier)
    assert sum(column in set(adapted) for column in earlier) >= 0.5 * len(earlier)
