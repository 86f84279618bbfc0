"""The program, the greedy rule and the checker are three readings of the same portfolio."""

import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bocage.decide.portfolio import solve as solving
from bocage.decide.portfolio.greedy import greedy, polish
from bocage.decide.portfolio.matrix import program_of, start_of
from bocage.decide.portfolio.solve import Progress, solve, write_program
from bocage.decide.portfolio.statement import Floor, Limit, Pair, Portfolio, Switch

BruteForce = Callable[[Portfolio], tuple[float, tuple[int, ...]]]


def later_start(a: int, b: int, credit: Any, saving: dict[str, float] | None = None) -> Pair:
    """A pair that is worth `credit` (T,) by index of the later start."""
    values = np.asarray(credit, dtype=float)
    started = np.tril(np.ones((len(values), len(values)), dtype=bool))
    return Pair(
        a=a, b=b, with_a=started, with_b=started, worth=values - np.append(values[1:], 0.0), saving=saving or {}
    )


def tiny(seed: int, *, actions: int = 5, years: int = 2) -> Portfolio:
    """A portfolio with everything in it: two plans per action and year, groups, prerequisites, pairs, limits."""
    rng = np.random.default_rng(seed)
    action, year, value, cash, own = [], [], [], [], []
    cost, worth = rng.uniform(5, 20, actions), rng.uniform(-2, 12, actions)
    for number in range(actions):
        for start in range(years):
            for aid in (0.0, 0.4):
                asked = np.zeros(years)
                asked[start] = cost[number] * (1 - aid)
                asked[start + 1 :] -= 0.16 * cost[number]
                action.append(number)
                year.append(start)
                value.append(worth[number] * 0.97**start + 0.001 * aid * cost[number])
                cash.append(asked)
                own.append(cost[number] * (0.84 - aid))
    columns = np.arange(len(action))
    aided = columns[columns % 2 == 1]
    acts = np.array(action)
    return Portfolio(
        years=years,
        action=acts,
        year=np.array(year),
        value=np.array(value),
        cash=np.array(cash),
        own=np.array(own),
        payer=np.array([number % 2 for number in range(actions)]),
        budgets=rng.uniform(6, 18, (2, years)),
        carried=bool(seed % 2),
        groups=[np.array([0, 1])],
        requires=[(3, 2)],
        pairs=[
            later_start(2, 4, [-4.0, -3.5], {"energy": -1.0}),
            later_start(1, 3, [2.0, 1.5], {"energy": 1.0}),
            later_start(3, 0, [-3.0, -2.0], {"energy": -1.5}),
        ],
        limits=[Limit(label="envelope", columns=aided, weights=0.4 * cost[acts[aided]], bound=8.0)],
        switches=[Switch(label="park", users=aided, columns=aided, weights=np.ones(len(aided)), threshold=2.0)],
    )


@pytest.mark.parametrize("seed", range(6))
def test_solver_finds_what_trying_everything_finds(seed: int, brute_force: BruteForce) -> None:
    portfolio = tiny(seed)
    best, _ = brute_force(portfolio)
    result = solve(portfolio, gap=0.0, time_limit_s=60.0)
    assert result.status == "optimal"
    assert result.columns is not None
    assert portfolio.violations(result.columns) == []
    assert result.objective == pytest.approx(best, abs=1e-6)
    assert result.bound == pytest.approx(best, abs=1e-6)


@pytest.mark.parametrize("seed", range(4))
def test_pairs_between_alternatives_are_counted_once(seed: int, brute_force: BruteForce) -> None:
    # Two lamps (0, 1) and two curfews (2, 3) exclude each other; every lamp meets every curfew.
    rng = np.random.default_rng(seed)
    pairs = [later_start(a, b, -rng.uniform(0, 8) * np.array([1.0, 0.9])) for a in (0, 1) for b in (3, 2)]
    portfolio = replace(
        tiny(seed), groups=[np.array([0, 1]), np.array([2, 3])], requires=[], pairs=pairs, switches=[], limits=[],
        budgets=np.full((2, 2), 40.0),
    )  # fmt: skip
    best, _ = brute_force(portfolio)
    assert solve(portfolio, gap=0.0, time_limit_s=60.0).objective == pytest.approx(best, abs=1e-6)


@pytest.mark.parametrize("seed", range(3))
def test_a_floor_is_held_as_trying_everything_holds_it(seed: int, brute_force: BruteForce) -> None:
    portfolio = tiny(seed)
    weights = np.array([3.0, 4.0, 2.0, 2.0, 3.0])
    free_best, chosen = brute_force(portfolio)
    reached = portfolio.reached(Floor(role="energy", weights=weights, minimum=0.0), portfolio.starts(chosen))
    for minimum in (reached + 0.5, reached + 1.0):
        floored = replace(portfolio, floors=[Floor(role="energy", weights=weights, minimum=minimum)])
        best, _ = brute_force(floored)
        result = solve(floored, gap=0.0, time_limit_s=60.0)
        if np.isinf(best):
            assert result.status == "infeasible"
            assert result.columns is None
        else:
            assert result.objective == pytest.approx(best, abs=1e-6)
            assert best < free_best


@pytest.mark.parametrize("seed", range(30))
def test_greedy_and_its_finish_are_admissible_and_never_better(seed: int, brute_force: BruteForce) -> None:
    portfolio = tiny(seed, actions=5)
    base = greedy(portfolio)
    finished = polish(portfolio, base)
    assert portfolio.violations(base) == []
    assert portfolio.violations(finished) == []
    assert portfolio.objective(finished) >= portfolio.objective(base) - 1e-9
    if seed < 6:
        assert portfolio.objective(finished) <= brute_force(portfolio)[0] + 1e-9


@pytest.mark.parametrize("seed", range(10))
def test_every_admissible_selection_satisfies_the_program(seed: int) -> None:
    portfolio = replace(tiny(seed), carried=True)
    program = program_of(portfolio)
    rng = np.random.default_rng(seed)
    variable = np.repeat(np.arange(len(program.cost)), np.diff(program.start))
    agreed = 0
    for _ in range(200):
        columns = sorted(rng.choice(len(portfolio.action), size=rng.integers(0, 4), replace=False).tolist())
        x = start_of(portfolio, program, columns)
        activity = np.bincount(program.index, weights=program.value * x[variable], minlength=len(program.lower))
        holds = bool((activity <= program.upper + 1e-6).all() and (activity >= program.lower - 1e-6).all())
        assert holds == (portfolio.violations(columns) == [])
        if holds:
            agreed += 1
            assert float(program.cost @ x) == pytest.approx(portfolio.objective(columns))
    assert agreed > 0


def larger(seed: int = 5, actions: int = 150) -> Portfolio:
    rng = np.random.default_rng(seed)
    years = 4
    cost, worth = rng.uniform(5, 50, actions), rng.uniform(1, 60, actions)
    action, year = np.repeat(np.arange(actions), years), np.tile(np.arange(years), actions)
    cash = np.zeros((actions * years, years))
    cash[np.arange(actions * years), year] = cost[action]
    return Portfolio(
        years=years, action=action, year=year, value=worth[action] * 0.97**year, cash=cash, own=cost[action],
        payer=np.zeros(actions, dtype=np.int64), budgets=np.full((1, years), 0.05 * cost.sum()),
    )  # fmt: skip


def test_the_same_seed_gives_the_same_plan() -> None:
    portfolio = larger()
    first, second = (
        solve(portfolio, gap=5e-3, time_limit_s=60.0, seed=7),
        solve(portfolio, gap=5e-3, time_limit_s=60.0, seed=7),
    )
    assert first.columns == second.columns
    assert first.bound == second.bound


def test_more_money_never_makes_a_worse_plan() -> None:
    portfolio = larger(actions=25)
    values = [
        solve(replace(portfolio, budgets=portfolio.budgets * factor), gap=0.0, time_limit_s=10).objective
        for factor in (1.0, 1.1, 2.0)
    ]
    assert values == sorted(values)
    assert values[0] < values[2]


def test_a_solver_killed_after_its_time_leaves_its_plan(monkeypatch: pytest.MonkeyPatch) -> None:
    portfolio = larger()
    warm = greedy(portfolio)
    child = Path(__file__).parent / "deaf_solver.py"
    popen = subprocess.Popen

    def deaf(command: list[str], **settings: Any) -> subprocess.Popen[bytes]:
        return popen([sys.executable, str(child), command[-1]], **settings)

    monkeypatch.setattr(solving.subprocess, "Popen", deaf)
    begin = time.monotonic()
    result = solve(portfolio, warm=warm, gap=0.01, time_limit_s=1.0, grace_s=0.5)
    assert result.status == "killed"
    assert time.monotonic() - begin < 10
    assert result.columns is not None
    assert sorted(result.columns) == sorted(warm)
    assert result.objective == pytest.approx(portfolio.objective(warm))


def test_a_solver_that_dies_is_said_to_have_failed(monkeypatch: pytest.MonkeyPatch) -> None:
    popen = subprocess.Popen

    def dying(_command: list[str], **settings: Any) -> subprocess.Popen[bytes]:
        return popen([sys.executable, "-c", "raise SystemExit('out of memory')"], **settings)

    monkeypatch.setattr(solving.subprocess, "Popen", dying)
    result = solve(larger(), gap=0.01, time_limit_s=60.0)
    assert result.status == "failed"
    assert result.columns is None
    assert "out of memory" in result.message


def test_an_interrupted_solve_gives_the_plan_found_so_far() -> None:
    portfolio = larger()
    warm = greedy(portfolio)

    def interrupt(_progress: Progress) -> None:
        raise KeyboardInterrupt

    result = solve(portfolio, warm=warm, gap=0.0, time_limit_s=60.0, on_progress=interrupt)
    assert result.status == "interrupted"
    assert result.columns is not None
    assert portfolio.violations(result.columns) == []
    assert result.objective >= portfolio.objective(warm) - 1e-9


def test_the_solver_ends_with_the_process_that_started_it(tmp_path: Path) -> None:
    program = program_of(larger())
    write_program(tmp_path, program, None)
    (tmp_path / "options.json").write_text('{"gap": 0.0, "time_limit_s": 600, "seed": 1}', encoding="utf-8")
    with subprocess.Popen(
        [sys.executable, "-m", "bocage.decide.portfolio.solver_process", str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
    ) as process:
        assert process.stdin is not None
        process.stdin.close()
        assert process.wait(timeout=20) in {0, 3}
