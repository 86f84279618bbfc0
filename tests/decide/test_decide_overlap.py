"""What two actions lose or gain together lasts from the later start to the earlier end."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bocage.decide.matrix import program_of, start_of
from bocage.decide.overlap import acting_until, overlap_spans
from bocage.decide.planning import make_plan
from bocage.decide.portfolio import Pair, Portfolio
from bocage.decide.request import Objective, PlanRequest
from bocage.decide.solve import solve

RequestOf = Callable[..., PlanRequest]
BruteForce = Callable[[Portfolio], tuple[float, tuple[int, ...]]]
CITY = {"kind": "commune", "population": 60000, "department": "35"}
LIVES = st.floats(0.25, 12.0).map(lambda years: round(years * 4) / 4)


def energy_lost(lamp: tuple[int, float], curfew: tuple[int, float], request_of: RequestOf) -> float:
    """Discounted energy lost to the interaction of two actions of set (start, lifetime) [kWh]."""
    rows = [
        {"cost": 100, "kwh": 9000, "first_year": 2027 + start, "last_year": 2027 + start, "lifetime_years": life,
         "facts": {"led": False}}
        for start, life in (lamp, curfew)
    ]  # fmt: skip
    lost = [{"action_a": "A0", "action_b": "A1", "indicator": "energy_kwh_year", "value": 1000.0}]
    settings = {"territory": CITY, "objective": "energy", "budgets": {("111111118", "M57_main"): [9000.0] * 6}}
    alone, both = (make_plan(request_of(rows, interactions=pairs, **settings)) for pairs in ([], lost))
    assert both.plan["decision"].to_list() == ["in", "in"]
    return float(alone.solve.objective - both.solve.objective)


@pytest.mark.parametrize(
    ("lamp", "curfew", "years"),
    [
        ((0, 20.0), (0, 4.0), [1, 2, 3, 4]),
        # The curfew starts first: it ends four years after its own start, not after that of the lamps.
        ((3, 20.0), (0, 4.0), [4]),
        ((0, 20.0), (3, 4.0), [4, 5, 6, 7]),
        ((5, 20.0), (0, 4.0), []),
        ((0, 5.0), (3, 4.0), [4, 5]),
        ((1, 20.0), (0, 2.5), [2, 2.5]),
    ],
)
def test_the_loss_of_two_actions_by_hand(
    request_of: RequestOf, lamp: tuple[int, float], curfew: tuple[int, float], years: list[float]
) -> None:
    lost = energy_lost(lamp, curfew, request_of)
    # 1 000 kWh, of which 95.5 % come true, at 3.2 % a year; half a year counts for half of the year it is in.
    present = sum((year % 1 or 1) / 1.032 ** np.ceil(year) for year in years)
    assert lost == pytest.approx(1000 * 0.955 * present, rel=0.01, abs=1e-9)


@pytest.mark.parametrize(("first", "second"), [((3, 20.0), (0, 4.0)), ((0, 5.0), (3, 4.0)), ((1, 7.5), (0, 2.5))])
def test_the_objective_is_that_of_the_books_where_one_ends_before(
    request_of: RequestOf, first: tuple[int, float], second: tuple[int, float]
) -> None:
    rows = [
        {"cost": 400, "kwh": 9000, "first_year": 2027 + start, "last_year": 2027 + start, "lifetime_years": life}
        for start, life in (first, second)
    ]
    lost = [
        {"action_a": "A0", "action_b": "A1", "indicator": name, "value": value}
        for name, value in (
            ("electricity_cost_eur_year", 90.0), ("carbon_kgco2e_year", 40.0), ("investment_eur", -30.0),
        )
    ]  # fmt: skip
    request = request_of(
        rows, interactions=lost, territory=CITY, leave_out=frozenset({"DETR", "CEE-RES-EC-104"}),
        budgets={("111111118", "M57_main"): [9000.0] * 6},
    )  # fmt: skip
    told: dict[Objective, str] = {"npv": "npv", "cash": "cash_npv"}
    for objective, indicator in told.items():
        result = make_plan(replace(request, objective=objective))
        figure = result.society.filter(pl.col("indicator") == indicator)["value"].item()
        assert set(result.plan["decision"]) == {"in"}
        assert result.solve.objective == pytest.approx(figure, rel=1e-9)


@given(life_a=LIVES, life_b=LIVES, years=st.integers(1, 6))
def test_the_spans_of_any_two_starts_make_up_their_common_time(life_a: float, life_b: float, years: int) -> None:
    spans = overlap_spans(life_a, life_b, years)
    for start_a in range(years):
        for start_b in range(years):
            acting = spans.with_a[:, start_a] & spans.with_b[:, start_b]
            begin, end = acting_until(start_a, life_a, start_b, life_b)
            assert (spans.end - spans.begin)[acting].sum() == pytest.approx(max(0.0, end - begin))
            assert (spans.begin[acting] >= begin).all()
            assert (spans.end[acting] <= end).all()


def ending(seed: int, *, sign: float) -> Portfolio:
    """Two lamps (0, 1) and two curfews (2, 3), alternatives in each couple, of lifetimes that meet within the plan."""
    rng = np.random.default_rng(seed)
    years, actions = 3, 5
    cost, worth = rng.uniform(5, 12, actions), rng.uniform(6, 12, actions)
    action, year = np.repeat(np.arange(actions), years), np.tile(np.arange(years), actions)
    cash = np.zeros((actions * years, years))
    cash[np.arange(actions * years), year] = cost[action]
    lamp, curfew, other = rng.choice([1.0, 1.5, 2.0, 8.0], 3).tolist()
    life = (lamp, lamp, curfew, curfew, other)
    pairs = []
    for a, b in ((0, 2), (3, 0), (1, 2), (1, 3), (4, 2)):
        spans = overlap_spans(life[a], life[b], years)
        loss = sign * rng.uniform(1, 4) * (spans.end - spans.begin)
        pairs.append(Pair(a=a, b=b, with_a=spans.with_a, with_b=spans.with_b, worth=loss))
    return Portfolio(
        years=years, action=action, year=year, value=worth[action] * 0.97**year, cash=cash, own=cost[action],
        payer=np.zeros(actions, dtype=np.int64), budgets=np.full((1, years), 13.0),
        groups=[np.array([0, 1]), np.array([2, 3])], pairs=pairs,
    )  # fmt: skip


@pytest.mark.parametrize("sign", [-1.0, 1.0])
@pytest.mark.parametrize("seed", range(6))
def test_solver_finds_what_trying_everything_finds(seed: int, sign: float, brute_force: BruteForce) -> None:
    portfolio = ending(seed, sign=sign)
    best, columns = brute_force(portfolio)
    result = solve(portfolio, gap=0.0, time_limit_s=60.0)
    assert result.objective == pytest.approx(best, abs=1e-6)
    assert result.bound == pytest.approx(best, abs=1e-6)
    program = program_of(portfolio)
    assert float(program.cost @ start_of(portfolio, program, columns)) == pytest.approx(best)
