"""Finance against published numbers and closed forms."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bocage.finance.carbon import carbon_value, carbon_value_between
from bocage.finance.discounting import (
    annuity_factor,
    discount_factors,
    discounted_payback_years,
    equivalent_annual_cost,
    life_cycle_cost,
    npv,
    residual_value,
)
from bocage.finance.internal_rate import internal_rates_of_return
from bocage.finance.public import cumulated_kwh, fctva_eur, largest_public_aid_eur, paid_over_years
from bocage.finance.ratios import abatement_cost, benefit_cost_ratio, npv_per_own_euro


def test_public_discount_rate_halves_in_22_years() -> None:
    assert discount_factors(23, 0.032)[22] == pytest.approx(0.5, abs=0.001)


@pytest.mark.parametrize(("lifetime", "factor"), [(6, 5.45), (15, 11.56), (20, 14.13), (25, 16.25), (30, 17.98)])
def test_kwh_cumac_factors_of_the_scheme(lifetime: int, factor: float) -> None:
    assert cumulated_kwh(1.0, lifetime) == pytest.approx(factor, abs=0.005)


def test_fctva_worked_example() -> None:
    # 100 excl. VAT, aids at 80 %: 120 paid, 80 of aids and 19.68 of FCTVA leave 20.3 to the commune.
    back = fctva_eur(120.0, 0.16404, vat_rate=0.2)
    assert back == pytest.approx(19.68, abs=0.005)
    assert 120.0 - largest_public_aid_eur(100.0, 0.0, 0.2) - back == pytest.approx(20.3, abs=0.05)
    assert fctva_eur(100.0, 0.16404, vat_rate=0.0) == 0.0


def test_carbon_path_meets_both_published_values() -> None:
    path = {"anchor_year": 2030, "anchor_eur_t": 300.0, "growth": 0.032}
    assert float(carbon_value(2050, **path)) == pytest.approx(563, abs=1)
    assert float(carbon_value(2025, **path)) == pytest.approx(256, abs=1)
    assert float(carbon_value(2040, **path)) == pytest.approx(411, abs=1)
    older = carbon_value_between([2030, 2050], {2030: 250.0, 2050: 775.0})
    assert older.tolist() == pytest.approx([250.0, 775.0])


def test_on_the_hotelling_path_a_tonne_is_worth_the_same_whenever_it_is_avoided() -> None:
    values = carbon_value(np.arange(2026, 2066), anchor_year=2030, anchor_eur_t=300.0, growth=0.032)
    present = values * discount_factors(40, 0.032)
    assert np.ptp(present) < 1e-9


def test_a_path_of_one_year_is_refused() -> None:
    with pytest.raises(ValueError, match="two published years"):
        carbon_value_between([2030], {2030: 250.0})


@given(st.integers(1, 40), st.floats(0.001, 0.2), st.floats(1, 1e6))
def test_annuity_is_the_sum_of_its_factors(years: int, rate: float, amount: float) -> None:
    flows = np.r_[0.0, np.full(years, amount)]
    assert amount * float(annuity_factor(years, rate)) == pytest.approx(float(npv(flows, rate)), rel=1e-9)
    assert equivalent_annual_cost(float(npv(flows, rate)), years, rate) == pytest.approx(amount, rel=1e-9)


@given(st.floats(10, 1e6), st.integers(1, 30), st.floats(0.001, 0.5))
def test_the_internal_rate_brings_the_net_present_value_to_zero(invested: float, years: int, rate: float) -> None:
    yearly = invested / float(annuity_factor(years, rate))
    flows = [-invested, *[yearly] * years]
    assert internal_rates_of_return(flows) == [pytest.approx(rate, abs=1e-5)]


@given(st.floats(0, 0.2), st.lists(st.floats(-1e4, 1e4), min_size=1, max_size=20))
def test_npv_is_linear_and_payback_agrees_with_it(rate: float, flows: list[float]) -> None:
    assert float(npv(np.multiply(3, flows), rate)) == pytest.approx(3 * float(npv(flows, rate)), abs=1e-6)
    payback = discounted_payback_years(flows, rate)
    if payback is not None:
        assert float(npv(flows[: payback + 1], rate)) >= -1e-3
        assert all(float(npv(flows[: year + 1], rate)) < 1e-3 for year in range(payback))


def test_life_cycle_cost_with_residual_value() -> None:
    residual = residual_value(10000.0, 20.0, 15.0)
    assert residual == 2500.0
    assert residual_value(10000.0, 20.0, 25.0) == 0.0
    total = life_cycle_cost(10000.0, [500.0] * 15, residual, 0.032)
    by_hand = 10000 + 500 * (1 - 1.032**-15) / 0.032 - 2500 * 1.032**-15
    assert total == pytest.approx(by_hand)
    with pytest.raises(ValueError, match="lifetime"):
        residual_value(1.0, 0.0, 1.0)


def test_a_rate_of_minus_one_is_refused() -> None:
    with pytest.raises(ValueError, match="above -1"):
        discount_factors(3, -1.0)


def test_the_abatement_cost_is_the_carbon_value_at_break_even() -> None:
    # 1 000 EUR spent now, 100 EUR saved and 2 t avoided each year for 5 years.
    without = -1000 + 100 * float(annuity_factor(5, 0.032))
    tonnes = 2 * float(annuity_factor(5, 0.032))
    cost = abatement_cost(without, tonnes)
    assert without + cost * tonnes == pytest.approx(0.0)
    assert np.isnan(abatement_cost(-1.0, 0.0))


def test_ratios_without_denominator_do_not_lie() -> None:
    assert np.isnan(benefit_cost_ratio(10.0, 0.0))
    assert npv_per_own_euro(-5.0, 0.0) == -np.inf
    assert npv_per_own_euro(0.0, 0.0) == 0.0


@given(st.floats(0, 1e6), st.floats(0, 1), st.integers(0, 4), st.integers(0, 3))
def test_an_aid_is_paid_whole_when_the_horizon_lets_it(amount: float, advance: float, lag: int, start: int) -> None:
    paid = paid_over_years(amount, start, 10, advance=advance, lag=lag)
    assert paid.sum() == pytest.approx(amount)
    assert not paid[:start].any()
