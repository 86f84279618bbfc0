"""Loans of a plan: drawn where own funds are short, repaid by hand-checked annuities, never free."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import polars as pl
import pytest

from bocage.decide.answer.planning import make_plan
from bocage.decide.columns.credit import loan_worth, loans_of
from bocage.decide.question.request import Borrowing, PlanRequest
from bocage.decide.value.economy import read_economy
from bocage.finance.loans import constant_annuity
from bocage.parameters.funding_rules import load_rules

SIREN = "111111118"
PAYER = (SIREN, "M57_main")
RequestOf = Callable[..., PlanRequest]
CITY = {"kind": "commune", "population": 60000, "department": "35"}
PLAIN: dict[str, Any] = {"territory": CITY, "leave_out": frozenset({"CEE-RES-EC-104"})}


def may(limit: float, **terms: Any) -> Borrowing:
    told = {"rate": [0.04] * 3, "years": [10] * 3, **terms}
    return Borrowing(limit_eur=[limit] * 3, **told)


def line(result: Any, name: str) -> dict[int, float]:
    rows = result.ledgers.filter(pl.col("line") == name)
    return dict(zip(rows["year"].to_list(), rows["amount_eur"].to_list(), strict=True))


def test_a_loan_fills_what_own_funds_lack_and_is_repaid_by_hand(request_of: RequestOf) -> None:
    # 10 000 EUR excl. VAT cost 12 000 EUR; own funds 5 000 EUR in 2027, 2 000 EUR after: 7 000 EUR to borrow.
    rows = [{"cost": 10000, "kwh": 20000, "last_year": 2027}]
    budgets = {PAYER: [5000.0, 2000.0, 2000.0]}
    poor = make_plan(request_of(rows, budgets=budgets, **PLAIN))
    assert poor.plan["decision"].to_list() == ["out"]
    result = make_plan(request_of(rows, budgets=budgets, borrowing={PAYER: may(20000)}, **PLAIN))
    assert result.plan["year"].to_list() == [2027]
    assert line(result, "loan")[2027] == pytest.approx(7000, abs=0.01)
    yearly = 7000 * 0.04 / (1 - 1.04**-10)
    interest, capital = line(result, "loan_interest"), line(result, "loan_capital")
    assert interest[2028] == pytest.approx(-280, abs=0.01)
    assert capital[2028] == pytest.approx(-(yearly - 280), abs=0.01)
    assert interest[2029] == pytest.approx(-0.04 * (7000 - (yearly - 280)), abs=0.01)
    owed = line(result, "debt")
    assert owed[2027] == pytest.approx(7000, abs=0.01)
    assert owed[2028] == pytest.approx(7000 + capital[2028], abs=0.01)


def test_annuities_after_the_plan_are_left_to_the_budgets_of_those_years(request_of: RequestOf) -> None:
    rows = [{"cost": 10000, "kwh": 20000, "last_year": 2027}]
    result = make_plan(
        request_of(rows, budgets={PAYER: [5000.0, 2000.0, 2000.0]}, borrowing={PAYER: may(20000)}, **PLAIN)
    )
    yearly = constant_annuity(7000.0, 10, 0.04)
    later = line(result, "later_funds")
    assert later[2029] == 0
    assert all(amount == pytest.approx(yearly, abs=0.01) for year, amount in later.items() if year > 2029)
    flows = result.ledgers.filter(~pl.col("line").is_in(["balance", "savings", "debt"]))
    yearly_sum = flows.group_by("year", maintain_order=True).agg(pl.col("amount_eur").sum())["amount_eur"].to_numpy()
    balance = np.array(list(line(result, "balance").values()))
    assert balance == pytest.approx(np.cumsum(yearly_sum), abs=1e-6)
    assert balance.min() >= -0.01


@pytest.mark.parametrize(
    ("borrowing", "decision"),
    [
        (may(6999.0), "out"),
        (may(7001.0), "in"),
        (replace(may(20000.0), outstanding_eur=6999.0), "out"),
        (replace(may(20000.0, years=[2] * 3), limit_eur=[20000.0, 0.0, 0.0]), "out"),
    ],
    ids=["yearly limit", "just enough", "limit in all", "annuities too heavy"],
)
def test_limits_of_borrowing_hold(request_of: RequestOf, borrowing: Borrowing, decision: str) -> None:
    # In two years, 7 000 EUR at 4 % cost 3 711 EUR a year, more than the 2 000 EUR of each budget.
    rows = [{"cost": 10000, "kwh": 20000, "last_year": 2027}]
    budgets = {PAYER: [5000.0, 2000.0, 2000.0]}
    result = make_plan(request_of(rows, budgets=budgets, borrowing={PAYER: borrowing}, **PLAIN))
    assert result.plan["decision"].to_list() == [decision]


def test_nobody_borrows_what_it_has(request_of: RequestOf) -> None:
    rows = [{"cost": 4000, "kwh": 9000}, {"cost": 3000, "kwh": 9000}]
    result = make_plan(
        request_of(rows, budgets={PAYER: [20000.0] * 3}, borrowing={PAYER: may(50000)}, objective="cash", **PLAIN)
    )
    assert set(result.plan["decision"]) == {"in"}
    assert "loan" not in result.ledgers["line"].to_list()


@pytest.mark.parametrize("rate", [0.035, 0.06])
def test_the_objective_of_cash_counts_what_loans_cost(request_of: RequestOf, rate: float) -> None:
    # The nominal discount rate is 3.5 %: a loan at that rate costs nothing, one at 6 % does.
    rows = [{"cost": 10000, "kwh": 20000, "last_year": 2027}]
    loan = may(20000, rate=[rate] * 3)
    result = make_plan(
        request_of(rows, budgets={PAYER: [5000.0, 2000.0, 2000.0]}, borrowing={PAYER: loan}, objective="cash", **PLAIN)
    )
    assert result.plan["decision"].to_list() == ["in"]
    present = result.society.filter(pl.col("indicator") == "cash_npv")["value"].item()
    assert result.solve.objective == pytest.approx(present, rel=1e-6)
    free = make_plan(request_of(rows, budgets={PAYER: [50000.0, 0.0, 0.0]}, objective="cash", **PLAIN))
    without = free.society.filter(pl.col("indicator") == "cash_npv")["value"].item()
    assert without - present == pytest.approx(-7000 * loan_worth(10, rate, 0.035), abs=0.02)


def test_what_payers_may_borrow_as_the_solver_reads_it(request_of: RequestOf) -> None:
    request = request_of([{"cost": 1, "kwh": 1}], budgets={PAYER: [1.0] * 3, ("2", "epci"): [1.0] * 3})
    economy = read_economy(request.parameters, request.territory, first_year=2027, years=3)
    assert loans_of(request, economy) is None
    loans = loans_of(replace(request, borrowing={PAYER: may(100.0)}), economy)
    assert loans is not None
    assert loans.limit.tolist() == [[100.0] * 3, [0.0] * 3]
    assert loans.annuity[0] == pytest.approx([constant_annuity(1.0, 10, 0.04)] * 3)
    assert (loans.cost >= 0).all()
    assert loans.cost[0, 0] > loans.cost[0, 2] > 0


def test_nobody_borrows_to_repay(request_of: RequestOf) -> None:
    # Two annuities of 3 711 EUR where each budget has 2 000 EUR: loans of 2028 may not repay that of 2027.
    rows = [{"cost": 10000, "kwh": 20000, "last_year": 2027}]
    again = may(20000.0, years=[2] * 3)
    result = make_plan(request_of(rows, budgets={PAYER: [5000.0, 2000.0, 2000.0]}, borrowing={PAYER: again}, **PLAIN))
    assert result.plan["decision"].to_list() == ["out"]
    slow = may(20000.0, years=[10] * 3)
    result = make_plan(request_of(rows, budgets={PAYER: [5000.0, 2000.0, 2000.0]}, borrowing={PAYER: slow}, **PLAIN))
    assert result.tables["orientation"]["loans_within_works"].all()


def test_no_loan_pays_for_upkeep(request_of: RequestOf) -> None:
    # Nothing but a loan pays for either: 10 000 EUR of works may be borrowed, 5 000 EUR of settings may not.
    upkeep = {"spending": "network_upkeep"}
    rows = [
        {"cost": 10000.0, "kwh": 20000.0, "last_year": 2027},
        {"cost": 5000.0, "kwh": 20000.0, "last_year": 2027, "facts": upkeep},
    ]
    request = request_of(rows, budgets={PAYER: [0.0, 2000.0, 2000.0]}, borrowing={PAYER: may(50000.0)}, **PLAIN)
    assert make_plan(request).plan["decision"].to_list() == ["in", "out"]
    assert make_plan(replace(request, carried=False)).plan["decision"].to_list() == ["in", "out"]


def test_a_loan_stops_at_the_works_of_the_year_less_their_aids(request_of: RequestOf) -> None:
    # Of 12 000 EUR incl. VAT, CEE and the like left aside: the loan and its own funds make the whole, no more.
    rows = [{"cost": 10000.0, "kwh": 20000.0, "last_year": 2027}]
    budgets = {PAYER: [0.0, 2000.0, 2000.0]}
    request = request_of(rows, budgets=budgets, borrowing={PAYER: may(50000.0)}, **PLAIN)
    ledgers = make_plan(request).ledgers
    total = {line: float(part["amount_eur"].sum()) for (line,), part in ledgers.group_by("line")}
    grants = sum(amount for line, amount in total.items() if line.startswith("grant"))
    assert total["loan"] == pytest.approx(-total["works_ttc"] - grants)


def test_no_loan_stands_in_for_an_aid_that_comes_later(request_of: RequestOf) -> None:
    # Of 12 000 EUR incl. VAT a quarter is given a year later: 9 000 EUR may be borrowed, 3 000 EUR are advanced.
    rows = [{"cost": 10000.0, "kwh": 20000.0, "last_year": 2027}]
    grant = next(rule for rule in load_rules() if rule.name == "DETR")
    late = replace(
        grant, eligibility=(), rate=replace(grant.rate, low=0.3, high=0.3, levels=(0.0,)) if grant.rate else None,
        payment=replace(grant.payment, advance=0.0, lag_years=1), calendar=replace(grant.calendar, order="free"),
    )  # fmt: skip
    request = request_of(rows, borrowing={PAYER: may(50000.0)}, rules=(late,), territory=CITY)
    loans = {}
    for own in (2900.0, 3100.0):
        ledgers = make_plan(replace(request, budgets={PAYER: [own, 2000.0, 2000.0]})).ledgers
        aided = not ledgers.filter(pl.col("line") == "grant:DETR").is_empty()
        loans[own, aided] = ledgers.filter(pl.col("line") == "loan")["amount_eur"].sum()
    assert loans[3100.0, True] == pytest.approx(12000.0 - 3100.0)
    assert (2900.0, True) not in loans


def test_an_advance_of_intracting_is_repaid_and_is_no_aid(request_of: RequestOf) -> None:
    # Two works of 300 000 EUR: 41 % of 600 000 EUR excl. VAT is lent, 13 annuities at 2 % follow.
    facts = {"led": False, "chantier": "lighting"}
    rows = [{"cost": 300000, "kwh": 350000, "facts": facts, "last_year": 2027} for _ in range(2)]
    budgets = {PAYER: [500000.0, 20000.0, 20000.0]}
    alone = make_plan(request_of(rows, budgets=budgets, **PLAIN))
    assert sorted(alone.plan["decision"]) == ["in", "out"]
    request = request_of(rows, budgets=budgets, count_on=frozenset({"INTRACTING"}), objective="cash", **PLAIN)
    result = make_plan(request)
    assert set(result.plan["decision"]) == {"in"}
    lent = sum(line(result, "advance:INTRACTING").values())
    assert lent == pytest.approx(0.41 * 600000, rel=1e-6)
    yearly = constant_annuity(lent, 13, 0.02)
    repaid = line(result, "advance_repaid:INTRACTING")
    assert [repaid[year] for year in (2027, 2028, 2040)] == pytest.approx([0.0, -yearly, -yearly], rel=1e-6)
    chosen = result.options.filter(pl.col("option") == "chosen").row(0, named=True)
    assert chosen["grants_eur"] == 0
    assert chosen["own_eur"] == pytest.approx(720000 * (1 - 0.16404), rel=1e-6)
    assert result.solve.objective == pytest.approx(
        result.society.filter(pl.col("indicator") == "cash_npv")["value"].item(), rel=1e-6
    )
    assert set(result.financing.filter(pl.col("programme") == "INTRACTING")["status"]) == {"lent"}
    assert line(result, "later_funds")[2030] == pytest.approx(yearly, rel=1e-6)
    assert min(line(result, "balance").values()) >= -1.0
    owed = dict(result.tables["orientation"].select("year", "plan_debt_eur").iter_rows())
    assert owed[2028] == pytest.approx(lent * 1.02 - yearly, rel=1e-6)
    assert owed[2040] == pytest.approx(0.0, abs=0.01)


def test_an_advance_below_its_smallest_project_is_not_lent(request_of: RequestOf) -> None:
    rows = [{"cost": 300000, "kwh": 350000, "facts": {"led": False}, "last_year": 2027}]
    settings: dict[str, Any] = {"count_on": frozenset({"INTRACTING"}), **PLAIN}
    result = make_plan(request_of(rows, budgets={PAYER: [300000.0, 90000.0, 90000.0]}, **settings))
    assert result.plan["decision"].to_list() == ["out"]
