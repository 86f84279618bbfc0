"""Two sets of alternatives that meet: no fractional plan is worth more than the best whole one."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import highspy
import numpy as np
import pytest

from bocage.decide.portfolio.layers import layers_of
from bocage.decide.portfolio.matrix import program_of, start_of
from bocage.decide.portfolio.meetings import meetings_of
from bocage.decide.portfolio.solver_process import model_of
from bocage.decide.portfolio.statement import Floor, Pair, Portfolio

BruteForce = Callable[[Portfolio], tuple[float, tuple[int, ...]]]
YEARS = 3


def two_sets(seed: int) -> Portfolio:
    """Two lamps (0, 1) and two curfews (2, 3), money for all of them; some pairs gain, some lose, one is absent."""
    rng = np.random.default_rng(seed)
    action, year = np.repeat(np.arange(4), YEARS), np.tile(np.arange(YEARS), 4)
    pairs = [
        Pair(
            a=a, b=b, with_a=rng.random((5, YEARS)) < 0.5, with_b=rng.random((5, YEARS)) < 0.5,
            worth=rng.normal(-1.0, 3.0, 5), saving={"energy": float(rng.normal())},
        )
        for a, b in ((0, 2), (3, 0), (1, 2))
    ]  # fmt: skip
    return Portfolio(
        years=YEARS, action=action, year=year, value=rng.uniform(0, 8, len(action)),
        cash=np.zeros((len(action), YEARS)), own=np.ones(len(action)), payer=np.zeros(4, dtype=np.int64),
        budgets=np.ones((1, YEARS)), groups=[np.array([0, 1]), np.array([2, 3])], pairs=pairs,
    )  # fmt: skip


def relaxed(portfolio: Portfolio) -> float:
    """Best value without integrality."""
    highs: Any = highspy.Highs()  # type: ignore[no-untyped-call]
    highs.setOptionValue("output_flag", False)
    highs.passModel(model_of(vars(program_of(portfolio)), integers=False))
    highs.run()
    assert highs.getModelStatus() == highspy.HighsModelStatus.kOptimal
    return float(highs.getInfo().objective_function_value)


@pytest.mark.parametrize("seed", range(20))
def test_a_fraction_of_two_sets_is_never_worth_more_than_the_whole(seed: int, brute_force: BruteForce) -> None:
    portfolio = two_sets(seed)
    assert relaxed(portfolio) == pytest.approx(brute_force(portfolio)[0], abs=1e-7)


@pytest.mark.parametrize("seed", range(5))
def test_the_couples_of_a_selection_are_worth_its_pairs_and_save_what_they_save(seed: int) -> None:
    portfolio = replace(two_sets(seed), floors=[Floor(role="energy", weights=np.zeros(4), minimum=0.0)])
    started = {
        a: [np.flatnonzero((portfolio.action == a) & (portfolio.year == y)) for y in range(YEARS)] for a in range(4)
    }
    (meeting,) = meetings_of(portfolio, started, layers_of(portfolio))
    for lamp, curfew in ((0, 2), (0, 3), (1, 2), (1, 3)):
        for first in range(YEARS):
            for second in range(YEARS):
                columns = [lamp * YEARS + first, curfew * YEARS + second]
                met = meeting.met(portfolio.starts(columns))
                paired = portfolio.objective(columns) - float(portfolio.value[columns].sum())
                saved = sum(p.saving["energy"] for p in portfolio.pairs if {p.a, p.b} == {lamp, curfew})
                assert met.sum() == 1.0
                assert float((met * meeting.layers[0]).sum()) == pytest.approx(paired)
                assert float((met * meeting.layers[1]).sum()) == pytest.approx(saved)


def test_start_years_that_the_other_set_sees_alike_make_one_choice() -> None:
    every = np.ones((1, YEARS), dtype=bool)
    pair = Pair(a=0, b=2, with_a=every, with_b=every, worth=np.array([-2.0]))
    portfolio = replace(two_sets(0), pairs=[pair])
    program = program_of(portfolio)
    own = len(portfolio.action) + portfolio.budgets.size
    assert len(program.cost) - own == 1
    assert float(program.cost @ start_of(portfolio, program, [1, 8])) == pytest.approx(portfolio.objective([1, 8]))


def test_alternatives_that_exclude_each_other_do_not_meet() -> None:
    every = np.ones((1, YEARS), dtype=bool)
    rivals = Pair(a=1, b=0, with_a=every, with_b=every, worth=np.array([50.0]))
    portfolio = replace(two_sets(0), pairs=[rivals])
    alone = replace(portfolio, pairs=[])
    assert relaxed(portfolio) == pytest.approx(relaxed(alone))
