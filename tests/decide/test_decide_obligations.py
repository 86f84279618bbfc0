"""Musts, goals, loans and aversion to risk: the solver, the walk and the checker say what trying everything says."""

import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import highspy
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bocage.decide.portfolio import solve as solving
from bocage.decide.portfolio.borrowing import cheapest_loans, effects, latest_loans
from bocage.decide.portfolio.cvar import tail_mean
from bocage.decide.portfolio.greedy import greedy, polish
from bocage.decide.portfolio.improve import improve
from bocage.decide.portfolio.matrix import program_of, start_of
from bocage.decide.portfolio.solve import solve
from bocage.decide.portfolio.statement import Floor, Goal, Limit, Loans, Must, Pair, Portfolio, Risk, Switch

BruteForce = Callable[[Portfolio], tuple[float, tuple[int, ...]]]
FUTURES = 5


def whole(seed: int, *, actions: int = 5, years: int = 3) -> Portfolio:
    """A tiny portfolio with everything that a plan may be asked."""
    rng = np.random.default_rng(seed)
    cost, worth = rng.uniform(5, 20, actions), rng.uniform(-2, 12, actions)
    columns = [(number, start, aid) for number in range(actions) for start in range(years) for aid in (0.0, 0.4)]
    action, year = np.array([c[0] for c in columns]), np.array([c[1] for c in columns])
    aid = np.array([c[2] for c in columns])
    value = worth[action] * 0.97**year + 0.001 * aid * cost[action]
    cash = np.zeros((len(columns), years))
    cash[np.arange(len(columns)), year] = cost[action] * (1 - aid)
    cash[np.arange(years) > year[:, None]] = -0.08 * np.repeat(cost[action], years - 1 - year)
    pairs = [
        Pair(
            a=a, b=b, with_a=rng.random((3, years)) < 0.6, with_b=rng.random((3, years)) < 0.6,
            worth=rng.normal(-1.0, 2.0, 3), saving={"energy": float(rng.normal())},
        )
        for a, b in ((2, 4), (3, 1), (0, 3))
    ]  # fmt: skip
    aided = np.flatnonzero(aid > 0)
    return Portfolio(
        years=years, action=action, year=year, value=value, cash=cash, own=cost[action] * (1 - aid),
        payer=np.array([number % 2 for number in range(actions)]), budgets=rng.uniform(1, 6, (2, years)),
        carried=bool(seed % 2), groups=[np.array([0, 1])], requires=[(3, 2)], pairs=pairs,
        limits=[Limit(label="envelope", columns=aided, weights=0.4 * cost[action[aided]], bound=9.0)],
        switches=[Switch(label="park", users=aided, columns=aided, weights=np.ones(len(aided)), threshold=2.0)],
        floors=[Floor(role="energy", weights=rng.uniform(0, 3, actions), minimum=1.5)],
        musts=[Must(label="law", actions=rng.choice(actions, 2, replace=False), latest=1)],
        goals=[
            Goal(
                label="carbon", weights=rng.uniform(0, 2, len(columns)),
                pair_worth=[rng.normal(size=3) for _ in pairs], minimum=1.0,
            )
        ],
        loans=Loans(
            limit=rng.uniform(0, 12, (2, years)), annuity=rng.uniform(0.2, 0.4, (2, years)),
            years=rng.integers(1, 5, (2, years)), cost=rng.uniform(0, 0.2, (2, years)),
            outstanding=np.array([np.inf, 12.0]),
            works=np.maximum(cash, 0.0) * (rng.random(actions) < 0.8)[action][:, None] if seed % 3 else None,
        ),
        risk=Risk(
            weight=0.5, tail=0.3, probability=rng.dirichlet(np.ones(FUTURES)),
            value=value[:, None] * rng.lognormal(0, 0.5, (len(columns), FUTURES)),
            pair_worth=[rng.normal(size=(3, FUTURES)) for _ in pairs],
        ),
    )  # fmt: skip


@pytest.mark.parametrize("seed", range(10))
def test_solver_finds_what_trying_everything_finds_of_all_that_a_plan_may_be_asked(
    seed: int, brute_force: BruteForce
) -> None:
    portfolio = whole(seed, actions=4, years=2 + seed % 2)
    best, _ = brute_force(portfolio)
    result = solve(portfolio, gap=0.0, time_limit_s=60.0)
    if np.isinf(best):
        assert result.status == "infeasible"
    else:
        assert result.status == "optimal"
        assert result.columns is not None
        assert portfolio.violations(result.columns) == []
        assert result.objective == pytest.approx(best, abs=1e-6)
        assert result.bound == pytest.approx(best, abs=1e-6)


@pytest.mark.parametrize("seed", range(12))
def test_every_selection_satisfies_the_program_where_the_checker_says_so(seed: int) -> None:
    portfolio = whole(seed)
    program = program_of(portfolio)
    rng = np.random.default_rng(seed)
    best = solve(portfolio, gap=0.0, time_limit_s=60.0).columns
    variable = np.repeat(np.arange(len(program.cost)), np.diff(program.start))
    agreed = 0
    for trial in range(200):
        columns = list(best or ())
        if trial:
            columns = sorted({*columns, *rng.integers(0, len(portfolio.action), 3).tolist()})
            columns = rng.permutation(columns)[: rng.integers(1, 5)].tolist()
        x = start_of(portfolio, program, columns)
        activity = np.bincount(program.index, weights=program.value * x[variable], minlength=len(program.lower))
        holds = bool((activity <= program.upper + 1e-5).all() and (activity >= program.lower - 1e-5).all())
        assert holds == (portfolio.violations(columns) == []), portfolio.violations(columns)
        if holds:
            agreed += 1
            assert float(program.cost @ x) == pytest.approx(portfolio.objective(columns), abs=1e-6)
            assert (portfolio.balances(columns) >= -1e-5).all()
    assert agreed > 0 or best is None


HELD_BY_THE_RULE = (1, 5, 6, 7, 8, 11, 13, 15, 17, 19, 21, 22, 23, 25, 27, 30)
"""Seeds whose obligations, floor and goal the ratio rule reaches by itself."""


@pytest.mark.parametrize("seed", HELD_BY_THE_RULE)
def test_the_walk_adds_up_and_what_it_calls_admissible_is(seed: int) -> None:
    portfolio = whole(seed, actions=6)
    base = greedy(portfolio)
    assert portfolio.violations(base) == []
    finished = polish(portfolio, base)
    walked = improve(portfolio, finished, seed=seed, time_limit_s=0.2)
    for columns in (finished, walked):
        assert portfolio.violations(columns) == []
    values = [portfolio.objective(columns) for columns in (base, finished, walked)]
    assert values[0] <= values[1] + 1e-9
    assert values[1] <= values[2] + 1e-9


def priced(rows: Any, sides: Any, cost: Any) -> float:
    """Least cost of x >= 0 under rows x <= sides, by HiGHS; infinite where there is none."""
    highs: Any = highspy.Highs()  # type: ignore[no-untyped-call]
    highs.setOptionValue("output_flag", False)
    x = [highs.addVariable(lb=0.0, obj=float(c)) for c in cost]
    for row, side in zip(rows, sides, strict=True):
        highs.addConstr(sum(float(w) * v for w, v in zip(row, x, strict=True)) <= float(side))
    highs.run()
    if highs.getModelStatus() != highspy.HighsModelStatus.kOptimal:
        return float("inf")
    return float(highs.getInfo().objective_function_value)


@pytest.mark.parametrize("seed", range(60))
def test_the_cheapest_loans_are_those_of_a_linear_program(seed: int) -> None:
    rng = np.random.default_rng(seed)
    years, carried = int(rng.integers(2, 8)), bool(seed % 2)
    effect = effects(rng.uniform(0.05, 0.5, years), rng.integers(1, 6, years), carried=carried)
    balance, limit = rng.normal(0, 10, years).cumsum(), rng.uniform(0, 25, years)
    cost, outstanding = rng.uniform(0, 0.3, years), float(rng.choice([np.inf, 30.0]))
    rows, sides = np.vstack([-effect, np.eye(years)]), np.concatenate([balance, limit])
    if np.isfinite(outstanding):
        rows, sides = np.vstack([rows, np.ones(years)]), np.append(sides, outstanding)
    least = priced(rows, sides, cost)
    found = cheapest_loans(balance, effect, limit=limit, cost=cost, outstanding=outstanding)
    assert (found is None) == np.isinf(least)
    if found is not None:
        assert (balance + effect @ found >= -1e-6).all()
        assert (found <= limit + 1e-9).all()
        assert found.sum() <= outstanding + 1e-6
        assert float(cost @ found) == pytest.approx(least, abs=1e-6)
    quick, lacking = latest_loans(balance.tolist(), effect.tolist(), limit.tolist(), outstanding, carried=carried)
    if lacking <= 1e-9:
        assert found is not None
        assert float(cost @ quick) >= least - 1e-6


def test_a_loan_that_costs_nothing_is_still_no_larger_than_needed() -> None:
    portfolio = replace(
        whole(1), budgets=np.zeros((2, 3)), limits=(), switches=(), floors=(), goals=(), musts=(), risk=None, pairs=(),
        loans=Loans(
            limit=np.full((2, 3), 100.0), annuity=np.full((2, 3), 0.5), years=np.full((2, 3), 2),
            cost=np.zeros((2, 3)), outstanding=np.full(2, np.inf),
        ),
    )  # fmt: skip
    column = int(np.flatnonzero((portfolio.action == 0) & (portfolio.year == 2))[0])
    borrowed = portfolio.borrowed([column])
    assert borrowed[0].tolist() == pytest.approx([0.0, 0.0, portfolio.cash[column, 2]])
    assert borrowed[1].tolist() == [0.0, 0.0, 0.0]
    assert portfolio.balances([column])[0].tolist() == pytest.approx([0.0, 0.0, 0.0])


@given(st.lists(st.tuples(st.floats(-100, 100), st.floats(0.01, 1.0)), min_size=1, max_size=8), st.floats(0.01, 1.0))
def test_the_tail_is_the_best_that_rockafellar_and_uryasev_allow(
    futures: list[tuple[float, float]], tail: float
) -> None:
    values = np.array([value for value, _ in futures])
    probability = np.array([weight for _, weight in futures])
    probability /= probability.sum()
    sums = [float(eta - (probability * np.maximum(eta - values, 0)).sum() / tail) for eta in values]
    found = tail_mean(values, probability, tail)
    assert found == pytest.approx(max(sums), abs=1e-6)
    assert found <= float(probability @ values) + 1e-6


def test_without_weight_risk_changes_nothing_and_with_all_of_it_the_worst_future_decides() -> None:
    portfolio = whole(5)
    assert portfolio.risk is not None
    columns = solve(portfolio, gap=0.0, time_limit_s=60.0).columns
    assert columns is not None
    careless = replace(portfolio, risk=replace(portfolio.risk, weight=0.0))
    assert careless.objective(columns) == pytest.approx(replace(portfolio, risk=None).objective(columns))
    fearful = replace(portfolio, loans=None, risk=replace(portfolio.risk, weight=1.0, tail=1e-3))
    assert fearful.objective(columns) == pytest.approx(portfolio.futures(columns).min())


def test_a_deaf_solver_leaves_a_plan_with_its_loans_and_its_futures(monkeypatch: pytest.MonkeyPatch) -> None:
    portfolio = whole(5)
    warm = solve(portfolio, gap=0.0, time_limit_s=60.0).columns
    assert warm is not None
    child, popen = Path(__file__).parent / "deaf_solver.py", subprocess.Popen

    def deaf(command: list[str], **settings: Any) -> subprocess.Popen[bytes]:
        return popen([sys.executable, str(child), command[-1]], **settings)

    monkeypatch.setattr(solving.subprocess, "Popen", deaf)
    result = solve(portfolio, warm=warm, gap=0.0, time_limit_s=0.5, grace_s=0.5)
    assert result.status == "killed"
    assert result.columns == warm
    assert result.objective == pytest.approx(portfolio.objective(warm))
    assert portfolio.borrowed(warm).sum() > 0
