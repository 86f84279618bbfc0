"""The walk around a plan, and the search that it is part of."""

import numpy as np
import pytest

from bocage.decide import search as searching
from bocage.decide.greedy import greedy, polish
from bocage.decide.improve import improve
from bocage.decide.portfolio import Portfolio
from bocage.decide.search import search
from bocage.decide.solve import Solve, solve


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
    for seed in range(5):
        portfolio = knapsack(seed)
        start = polish(portfolio, greedy(portfolio))
        walked = improve(portfolio, start, seed=1, time_limit_s=60.0)
        assert walked == improve(portfolio, start, seed=1, time_limit_s=60.0)
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


def test_a_search_whose_first_try_is_cut_short_walks_then_tries_again(monkeypatch: pytest.MonkeyPatch) -> None:
    portfolio = knapsack(1)
    start = polish(portfolio, greedy(portfolio))
    limits: list[tuple[float, float]] = []

    def cut(portfolio: Portfolio, **settings: object) -> Solve:
        warm, limit = settings["warm"], settings["time_limit_s"]
        assert isinstance(warm, list)
        assert isinstance(limit, float)
        limits.append((portfolio.objective(warm), limit))
        return Solve(
            status="time_limit", columns=tuple(warm), objective=portfolio.objective(warm),
            bound=1000.0 - len(limits), seconds=0.0, variables=1, rows=1,
        )  # fmt: skip

    monkeypatch.setattr(searching, "solve", cut)
    found = search(portfolio, start, gap=0.0, time_limit_s=20.0, seed=1)
    assert limits[0][1] == pytest.approx(3.0)
    assert limits[1][0] > limits[0][0]
    assert limits[1][1] < 20.0
    assert found.objective == limits[1][0]
    assert found.bound == 998.0
