"""The front between two measures, and plans made rank by rank, against trying everything."""

import itertools
from dataclasses import replace

import numpy as np
import pytest
from test_decide_obligations import whole

from bocage.decide.portfolio.pareto import FrontPoint, Measure, front, rank_by_rank
from bocage.decide.portfolio.statement import Portfolio


def tiny(seed: int) -> tuple[Portfolio, tuple[Measure, Measure]]:
    """A tiny portfolio with obligations, loans and pairs, and two measures, one of which loans weigh on."""
    portfolio = whole(seed, actions=4, years=2)
    portfolio = replace(portfolio, risk=None, floors=(), goals=())
    assert portfolio.loans is not None
    rng = np.random.default_rng(seed)
    money = Measure(
        name="money", value=portfolio.value, pair_worth=[pair.worth for pair in portfolio.pairs],
        loan_cost=portfolio.loans.cost,
    )  # fmt: skip
    carbon = Measure(
        name="carbon", value=rng.uniform(0, 5, len(portfolio.value)),
        pair_worth=[rng.normal(size=3) for _ in portfolio.pairs],
    )  # fmt: skip
    return portfolio, (money, carbon)


def plans(portfolio: Portfolio, measures: tuple[Measure, ...]) -> list[tuple[float, ...]]:
    """What every admissible selection reaches."""
    choices: dict[int, list[int | None]] = {}
    for column, action in enumerate(portfolio.action.tolist()):
        choices.setdefault(action, [None]).append(column)
    found = []
    for picked in itertools.product(*choices.values()):
        columns = [column for column in picked if column is not None]
        if not portfolio.violations(columns):
            found.append(tuple(measure.of(portfolio).objective(columns) for measure in measures))
    return found


def beaten(point: FrontPoint, others: list[tuple[float, ...]]) -> bool:
    one, two = point.values
    return any(a >= one - 1e-6 and b >= two - 1e-6 and (a > one + 1e-5 or b > two + 1e-5) for a, b in others)


SEEDS = (0, 4, 9, 11, 12)


@pytest.mark.parametrize("seed", SEEDS)
def test_no_plan_beats_a_point_of_the_front_and_its_ends_are_the_best(seed: int) -> None:
    portfolio, measures = tiny(seed)
    every = plans(portfolio, measures)
    found = front(portfolio, measures, points=6, gap=0.0)
    if not every:
        assert found == []
        return
    assert found
    assert found[0].values[0] == pytest.approx(max(money for money, _ in every), abs=1e-5)
    assert found[-1].values[1] == pytest.approx(max(carbon for _, carbon in every), abs=1e-5)
    assert not any(beaten(point, every) for point in found)
    assert all(not portfolio.violations(point.columns) for point in found)
    assert all(point.gap < 1e-5 for point in found)


def test_those_seeds_have_fronts_of_several_points() -> None:
    sizes = [len(front(*tiny(seed), points=6, gap=0.0)) for seed in (0, 12)]
    assert min(sizes) >= 3


@pytest.mark.parametrize("seed", SEEDS)
def test_rank_by_rank_gives_up_no_more_than_the_tolerance(seed: int) -> None:
    portfolio, (money, carbon) = tiny(seed)
    money = replace(money, loan_cost=None)
    every = plans(portfolio, (money, carbon))
    made = rank_by_rank(portfolio, [money, carbon], tolerance=0.1, gap=0.0)
    if not every:
        assert made is None
        return
    assert made is not None
    columns, ranks = made
    best = max(one for one, _ in every)
    second = max(two for one, two in every if one >= best - 0.1 * abs(best) - 1e-9)
    assert portfolio.violations(columns) == []
    assert [rank.best for rank in ranks] == pytest.approx([best, second], abs=1e-5)
    assert ranks[0].reached >= best - 0.1 * abs(best) - 1e-6
    assert ranks[1].reached == pytest.approx(second, abs=1e-5)


def test_a_front_of_one_measure_against_itself_is_one_point() -> None:
    portfolio, (_, carbon) = tiny(5)
    found = front(portfolio, (carbon, replace(carbon, name="again")), points=5, gap=0.0)
    assert len(found) == 1


def test_a_front_starts_from_the_plan_at_hand_and_finds_the_same() -> None:
    portfolio, measures = tiny(12)
    bare = front(portfolio, measures, points=4, gap=0.0)
    again = front(portfolio, measures, points=4, gap=0.0, start=bare[1].columns)
    assert [point.values.tolist() for point in again] == [pytest.approx(point.values.tolist()) for point in bare]
