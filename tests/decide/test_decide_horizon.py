"""Every action is counted to one horizon: renewed when it wears out, worth what is left of it at the end."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bocage.decide.answer.planning import make_plan
from bocage.decide.columns.building import build_columns
from bocage.decide.funding.financing import Terms
from bocage.decide.money.books import Books
from bocage.decide.money.society import society_of
from bocage.decide.portfolio.matrix import program_of, start_of
from bocage.decide.portfolio.solve import solve
from bocage.decide.portfolio.statement import Pair, Portfolio
from bocage.decide.question.request import Objective, PlanRequest
from bocage.decide.value.economy import read_economy, renewals, residual_share, started_values, works_values
from bocage.decide.value.valuing import base_values
from bocage.decide.value.worth import read_worth
from bocage.finance.discounting import annuity_factor
from bocage.parameters.scenarios import load_scenario

RequestOf = Callable[..., PlanRequest]
BruteForce = Callable[[Portfolio], tuple[float, tuple[int, ...]]]
CITY = {"kind": "commune", "population": 60000, "department": "35"}
PAYER = ("111111118", "M57_main")
HORIZON = 30
NO_AID = frozenset({"DETR", "CEE-RES-EC-104"})
DRIVERS = {"electricity_cost_eur_year": "electricity_price", "carbon_kgco2e_year": "electricity_carbon"}
LIVES = st.floats(0.5, 60.0)


@settings(deadline=None)
@given(life=LIVES, start=st.integers(0, 9))
def test_works_serve_without_a_gap_and_never_past_what_is_left(life: float, start: int) -> None:
    paid, left = renewals(life, start, HORIZON), residual_share(life, start, HORIZON)
    count = sum(share for _, share in paid)
    assert count == pytest.approx(round(count))
    assert (1 + count) * life - left * life == pytest.approx(HORIZON - start)
    assert 0 <= left <= 1
    assert all(start <= year <= HORIZON and 0 < share <= 1 for year, share in paid)
    ends = start + life * np.arange(1, round(count) + 1)
    assert sum(year * share for year, share in paid) == pytest.approx(ends.sum())


@pytest.mark.parametrize("life", [5, 6, 10, 15, 30])
def test_where_lives_fill_the_horizon_works_are_an_annuity(life: int) -> None:
    # Renewed identically, 1 EUR every L years costs the same annuity whatever L.
    value = works_values(float(life), 1, HORIZON, 0.032)[0]
    yearly = 1 / float(annuity_factor(life, 0.032))
    assert value == pytest.approx(yearly * float(annuity_factor(HORIZON, 0.032)), rel=1e-12)


@settings(deadline=None)
@given(life=st.integers(2, 45), rate=st.floats(0.005, 0.08))
def test_straight_line_stays_near_the_annuity_and_makes_no_cliff(life: int, rate: float) -> None:
    values = works_values(float(life), 8, HORIZON, rate)
    yearly = 1 / float(annuity_factor(life, rate))
    present = started_values(np.append(0.0, np.full(HORIZON, yearly)), 8, rate)
    # Straight line leaves less than the annuity does, never more, and by less than a fifth of the price.
    assert (values >= present - 1e-9).all()
    assert (values - present).max() < 0.2
    nearly = works_values(life + 1e-3, 8, HORIZON, rate)
    assert (np.abs(nearly - values) < 3e-3 / life * values + 1e-3).all()


def test_waiting_is_not_free_where_the_value_of_carbon_grows_at_the_discount_rate(request_of: RequestOf) -> None:
    # Nothing but carbon is gained: a year of delay loses a year of it, and the same tonne is worth the same.
    request = request_of([{"cost": 0.0, "kwh": 9000, "lifetime_years": 7.0}], roles={
        "investment_eur": "investment", "carbon_kgco2e_year": "carbon"}, budgets={PAYER: [1.0] * 5})  # fmt: skip
    worth = read_worth(request, economy_of(request))
    values = base_values(request, worth)[0]
    lost = values[:-1] - values[1:]
    tonne = 0.3 / 1.032**3
    assert lost == pytest.approx(np.full(4, worth.mean_gains["carbon"][0] * tonne), rel=1e-9)


def economy_of(request: PlanRequest) -> Any:
    return read_economy(request.parameters, request.territory, first_year=request.first_year, years=request.years)


def test_the_net_present_value_of_works_that_wear_out_by_hand(request_of: RequestOf) -> None:
    # 20 years, started in 2028 (t = 1): renewed at t = 21, of which 11 years in 20 are left at t = 30.
    request = request_of([{"cost": 10000, "kwh": 5000, "first_year": 2028, "last_year": 2028}], drivers={})
    worth = read_worth(request, economy_of(request))
    factor = 1.032 ** -np.arange(HORIZON + 1.0)
    saved = 5000 * 0.955
    value = 0.3 * 1.032 ** (2027 + np.arange(HORIZON + 1.0) - 2030)
    gained = ((saved * 0.2 + saved * 0.08 * value) * factor)[2:].sum()
    spent = 10000 * (factor[1] + factor[21] - 11 / 20 * factor[30])
    assert base_values(request, worth)[0, 1] == pytest.approx(gained - spent, rel=0.003)
    assert worth.mean_gains["energy"][0] == pytest.approx(saved, rel=0.003)


def energy_lost(first: int, second: int, request_of: RequestOf) -> float:
    """Discounted energy lost to the interaction of two actions that start in two years [kWh]."""
    rows = [
        {"cost": 100, "kwh": 9000, "first_year": 2027 + start, "last_year": 2027 + start, "lifetime_years": life,
         "facts": {"led": False}}
        for start, life in ((first, 20.0), (second, 4.0))
    ]  # fmt: skip
    lost = [{"action_a": "A0", "action_b": "A1", "indicator": "energy_kwh_year", "value": 1000.0}]
    settings = {"territory": CITY, "objective": "energy", "budgets": {PAYER: [9000.0] * 6}}
    alone, both = (make_plan(request_of(rows, interactions=pairs, **settings)) for pairs in ([], lost))
    assert both.plan["decision"].to_list() == ["in", "in"]
    return float(alone.solve.objective - both.solve.objective)


@pytest.mark.parametrize(("first", "second"), [(0, 0), (3, 0), (0, 3), (5, 0)])
def test_what_two_actions_lose_begins_with_the_later_one(first: int, second: int, request_of: RequestOf) -> None:
    # 1 000 kWh, of which 95.5 % come true, at 3.2 % a year, to the horizon: what wears out is renewed.
    present = sum(1.032**-year for year in range(max(first, second) + 1, HORIZON + 1))
    assert energy_lost(first, second, request_of) == pytest.approx(1000 * 0.955 * present, rel=0.01)


def test_lamps_do_not_wait_for_the_end_of_a_shorter_curfew(request_of: RequestOf) -> None:
    # Four fifths of what the lamps save is lost beside the curfew, which wears out before them: there is money for
    # both at once, and no year is better than the first.
    rows = [
        {"cost": 9000, "kwh": 9000, "lifetime_years": 25.0, "facts": {"led": False}},
        {"cost": 500, "kwh": 8000, "lifetime_years": 5.0, "facts": {"led": False}},
    ]
    lost = [{"action_a": "A0", "action_b": "A1", "indicator": "electricity_cost_eur_year", "value": 1000.0}]
    result = make_plan(
        request_of(rows, interactions=lost, territory=CITY, leave_out=NO_AID, budgets={PAYER: [60000.0] * 6})
    )
    assert result.plan["year"].to_list() == [2027, 2027]


@pytest.mark.parametrize("scenario", ["trend", "S2"])
@pytest.mark.parametrize("seed", range(4))
def test_the_value_of_columns_is_that_of_the_books_on_any_plan(seed: int, scenario: str, request_of: RequestOf) -> None:
    rng = np.random.default_rng(seed)
    rows = [
        {"cost": cost, "kwh": kwh, "lifetime_years": life, "vat_rate": vat, "facts": {"led": False}}
        for cost, kwh, life, vat in zip(
            rng.uniform(200, 900, 7), rng.uniform(-900, 9000, 7), [2.5, 4.0, 7.25, 12.0, 25.0, 31.0, 60.0],
            [0.2, 0.0, 0.2, 0.1, 0.2, 0.2, 0.055], strict=True,
        )
    ]  # fmt: skip
    clashes = [
        {"action_a": f"A{a}", "action_b": f"A{b}", "indicator": name, "value": float(rng.uniform(-60, 60))}
        for a, b in ((0, 3), (1, 2), (4, 6)) for name in DRIVERS
    ]  # fmt: skip
    clashes.append({"action_a": "A5", "action_b": "A2", "indicator": "investment_eur", "value": -70.0})
    request = request_of(
        rows, interactions=clashes, territory=CITY, leave_out=NO_AID, drivers=DRIVERS,
        scenario=load_scenario(scenario), budgets={PAYER: [90000.0] * 5},
    )  # fmt: skip
    worth = read_worth(request, economy_of(request))
    terms = Terms(own_share=0.2, certificate_price=8.0, certificate_low=6.0, certificate_high=10.0)
    told: dict[Objective, str] = {"npv": "npv", "cash": "cash_npv"}
    for objective, name in told.items():
        asked = replace(request, objective=objective)
        columns = build_columns(asked, worth, terms)
        for _ in range(5):
            done = rng.choice(7, size=int(rng.integers(1, 8)), replace=False)
            chosen = [int(rng.choice(np.flatnonzero(columns.portfolio.action == action))) for action in done]
            books = Books(request=asked, worth=worth, columns=columns, chosen=chosen)
            found = float(getattr(society_of(books), name).mean())
            # Costs of columns are rounded to the cent, and paid up to fifteen times.
            assert columns.portfolio.objective(chosen) == pytest.approx(found, abs=0.2)


def test_payback_and_return_are_those_of_the_flows_to_the_horizon(request_of: RequestOf) -> None:
    result = make_plan(request_of([{"cost": 4000, "kwh": 6000, "lifetime_years": 10.0}], territory=CITY))
    figures = dict(zip(result.society["indicator"], result.society["value"], strict=True))
    assert figures["payback"] == 4
    npv, flows = figures["npv"], _flows(result)
    assert npv == pytest.approx(float(np.sum(flows * 1.032 ** -np.arange(len(flows)))), rel=0.003)


def _flows(result: Any) -> np.ndarray[Any, np.dtype[np.float64]]:
    """4 000 EUR at once and every ten years but the last; 6 000 kWh of which 95.5 % at 0.2 EUR, and their carbon."""
    saved = 6000 * 0.955
    value = 0.3 * 1.032 ** (2027 + np.arange(HORIZON + 1.0) - 2030)
    flows = saved * 0.2 + saved * 0.08 * value
    flows[0] = 0.0
    flows[[0, 10, 20]] -= 4000
    assert isinstance(result.society, pl.DataFrame)
    return flows


def test_what_wears_out_within_the_plan_is_renewed_on_its_budget(request_of: RequestOf) -> None:
    # A sensor that lives two years, over five: bought in 2027, 2029 and 2031.
    row = {"cost": 1000, "kwh": 9000, "lifetime_years": 2.0, "last_year": 2027, "facts": {"led": False}}
    settings: dict[str, Any] = {"territory": CITY, "leave_out": NO_AID}
    enough = request_of([row], budgets={PAYER: [1200.0, 0.0, 1200.0, 0.0, 1200.0]}, **settings)
    short = request_of([row], budgets={PAYER: [1200.0, 0.0, 200.0, 0.0, 0.0]}, **settings)
    result = make_plan(enough)
    assert result.plan["decision"].to_list() == ["in"]
    line = result.ledgers.filter(pl.col("line") == "renewals")
    paid = dict(zip(line["year"].to_list(), line["amount_eur"].to_list(), strict=True))
    assert paid[2029] == pytest.approx(-1200)
    assert paid[2031] == pytest.approx(-1200)
    # FCTVA of 16.404 % comes back two years later, that of 2029 in 2031, that of 2031 after the plan.
    back = dict(result.ledgers.filter(pl.col("line") == "fctva").select("year", "amount_eur").iter_rows())
    assert [back[year] for year in (2029, 2031, 2033)] == pytest.approx([1200 * 0.16404] * 3)
    balance = result.ledgers.filter((pl.col("line") == "balance") & (pl.col("year") <= 2031))
    assert balance["amount_eur"].min() >= -1e-6  # type: ignore[operator]
    assert make_plan(short).plan["decision"].to_list() == ["out"]


def later_starts(seed: int, *, sign: float) -> Portfolio:
    """Two lamps (0, 1) and two curfews (2, 3), alternatives in each couple: pairs that depend on the later start."""
    rng = np.random.default_rng(seed)
    years, actions = 3, 5
    cost, worth = rng.uniform(5, 12, actions), rng.uniform(6, 12, actions)
    action, year = np.repeat(np.arange(actions), years), np.tile(np.arange(years), actions)
    cash = np.zeros((actions * years, years))
    cash[np.arange(actions * years), year] = cost[action]
    started = np.tril(np.ones((years, years), dtype=bool))
    pairs = [
        Pair(a=a, b=b, with_a=started, with_b=started, worth=sign * rng.uniform(1, 4, years))
        for a, b in ((0, 2), (3, 0), (1, 2), (1, 3), (4, 2))
    ]
    return Portfolio(
        years=years, action=action, year=year, value=worth[action] * 0.97**year, cash=cash, own=cost[action],
        payer=np.zeros(actions, dtype=np.int64), budgets=np.full((1, years), 13.0),
        groups=[np.array([0, 1]), np.array([2, 3])], pairs=pairs,
    )  # fmt: skip


@pytest.mark.parametrize("sign", [-1.0, 1.0])
@pytest.mark.parametrize("seed", range(4))
def test_solver_finds_what_trying_everything_finds(seed: int, sign: float, brute_force: BruteForce) -> None:
    portfolio = later_starts(seed, sign=sign)
    best, columns = brute_force(portfolio)
    result = solve(portfolio, gap=0.0, time_limit_s=60.0)
    assert result.objective == pytest.approx(best, abs=1e-6)
    assert result.bound == pytest.approx(best, abs=1e-6)
    program = program_of(portfolio)
    assert float(program.cost @ start_of(portfolio, program, columns)) == pytest.approx(best)
