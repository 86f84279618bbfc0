"""Loans against their closed forms, and what must hold whatever the loan."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bocage.finance.discounting import npv
from bocage.finance.internal_rate import internal_rates_of_return
from bocage.finance.loans import constant_annuity, loan_schedule
from bocage.finance.public import deducted_vat_eur, paid_over_years

capitals = st.floats(1.0, 1e7)
rates = st.floats(0.0, 0.15)
ways = st.sampled_from(["annuity", "straight", "end"])
deferrals = st.sampled_from(["capital", "total"])


def test_a_loan_by_hand() -> None:
    # 100 000 EUR over 3 years at 4 %: A = 100 000 x 0.04 / (1 - 1.04^-3) = 36 034.85 EUR.
    loan = loan_schedule(100_000.0, 3, 0.04)
    assert loan.annuity == pytest.approx([36034.85] * 3, abs=0.005)
    assert loan.interest == pytest.approx([4000.0, 2718.61, 1385.96], abs=0.005)
    assert loan.outstanding == pytest.approx([67965.15, 34648.90, 0.0], abs=0.006)
    assert loan.cost_eur == pytest.approx(8104.56, abs=0.01)


@given(capitals, st.integers(1, 40), rates, ways, deferrals, st.data())
def test_a_loan_repays_what_it_drew_and_is_worth_nothing_at_its_own_rate(
    capital: float, years: int, rate: float, repaid: Any, deferral: Any, data: st.DataObject
) -> None:
    deferred = data.draw(st.integers(0, years - 1))
    loan = loan_schedule(capital, years, rate, repaid=repaid, deferred_years=deferred, deferral=deferral)
    assert loan.outstanding[-1] == pytest.approx(0.0, abs=1e-9 * capital)
    assert float(npv(np.r_[capital, -loan.annuity], rate)) == pytest.approx(0.0, abs=1e-8 * capital)
    added = loan.capital.sum() - capital
    assert added == pytest.approx(
        capital * ((1 + rate) ** deferred - 1) if deferral == "total" else 0.0, rel=1e-9, abs=1e-7 * capital
    )
    if deferral == "capital":
        assert loan.interest == pytest.approx(np.r_[capital, loan.outstanding[:-1]] * rate)


@given(capitals, st.integers(1, 40), st.floats(1e-13, 1e-9))
def test_rates_near_zero_lose_no_digit(capital: float, years: int, rate: float) -> None:
    expected = capital / years * (1 + rate * (years + 1) / 2)
    assert constant_annuity(capital, years, rate) == pytest.approx(expected, rel=1e-12)


@given(capitals, st.integers(2, 40), st.floats(0.001, 0.15))
def test_the_cost_of_waiting_is_ordered(capital: float, years: int, rate: float) -> None:
    straight, equal, end = (
        loan_schedule(capital, years, rate, repaid=repaid).cost_eur for repaid in ("straight", "annuity", "end")
    )
    assert straight <= equal * (1 + 1e-12)
    assert equal < end


@pytest.mark.parametrize(
    ("years", "rate", "deferred"), [(0, 0.1, 0), (5, -1.0, 0), (5, 0.1, 5), (5, 0.1, -1)]
)  # fmt: skip
def test_an_impossible_loan_is_refused(years: int, rate: float, deferred: int) -> None:
    with pytest.raises(ValueError, match=r"loan|deferral"):
        loan_schedule(100.0, years, rate, deferred_years=deferred)


def test_rates_of_return_none_one_several() -> None:
    assert internal_rates_of_return([]) == []
    assert internal_rates_of_return([0.0, 0.0]) == []
    assert internal_rates_of_return([100.0, 10.0]) == []
    assert internal_rates_of_return([-100.0, 2.0]) == [pytest.approx(-0.98)]
    assert internal_rates_of_return([-100.0, 0.5]) == []
    # (v - 1/1.1)(v - 1/1.2)(v - 1/1.3): three rates, all of them told.
    flows = np.poly([1 / 1.1, 1 / 1.2, 1 / 1.3])[::-1] * -1000
    assert internal_rates_of_return(flows.tolist()) == pytest.approx([0.1, 0.2, 0.3], abs=1e-9)
    assert internal_rates_of_return([float("nan"), 1.0]) == []


@given(st.lists(st.integers(-10000, 10000), min_size=2, max_size=15))
def test_every_rate_told_brings_the_value_to_zero(flows: list[int]) -> None:
    for rate in internal_rates_of_return(flows, lowest=-0.4, highest=3.0):
        moved = float(npv(np.abs(flows), rate))
        # A double root is known to half the digits only.
        assert abs(float(npv(flows, rate))) <= 1e-6 * moved


def test_what_a_service_subject_to_vat_takes_back() -> None:
    assert 120.0 - deducted_vat_eur(120.0, 0.2) == pytest.approx(100.0)
    assert deducted_vat_eur(120.0, 0.0) == 0.0


@given(st.floats(0, 1e6), st.floats(0, 0.4), st.floats(0, 0.5), st.integers(2, 4))
def test_instalments_add_up(amount: float, advance: float, share: float, lag: int) -> None:
    paid = paid_over_years(amount, 1, 8, advance=advance, lag=lag, interim=[(1, share)])
    assert paid.sum() == pytest.approx(amount)
    assert paid[2] == pytest.approx(amount * share)
