"""Finance against numpy-financial, another engine, on random flows."""

import numpy as np
import pytest

from bocage.finance.discounting import annuity_factor, npv
from bocage.finance.internal_rate import internal_rates_of_return
from bocage.finance.loans import constant_annuity, loan_schedule

peer = pytest.importorskip("numpy_financial", reason="numpy-financial is in the extra `dev`")
SEED = 20261122


def test_net_present_values_agree() -> None:
    rng = np.random.default_rng(SEED)
    for _ in range(300):
        flows = rng.normal(0, 1e5, int(rng.integers(2, 60)))
        rate = float(rng.uniform(-0.05, 0.3))
        assert float(npv(flows, rate)) == pytest.approx(float(peer.npv(rate, flows)), rel=1e-10, abs=1e-6)


def test_internal_rates_of_investments_agree() -> None:
    rng = np.random.default_rng(SEED)
    for _ in range(300):
        flows = np.r_[-rng.uniform(1e5, 1e6), rng.uniform(0, 1e5, int(rng.integers(5, 40)))]
        ours, its = internal_rates_of_return(flows.tolist()), float(peer.irr(flows))
        assert len(ours) == 1
        assert ours[0] == pytest.approx(its, rel=1e-8, abs=1e-10)


def test_loans_agree() -> None:
    rng = np.random.default_rng(SEED)
    for _ in range(200):
        capital, years, rate = float(rng.uniform(1e3, 1e6)), int(rng.integers(1, 40)), float(rng.uniform(0.0001, 0.12))
        assert constant_annuity(capital, years, rate) == pytest.approx(
            -float(peer.pmt(rate, years, capital)), rel=1e-11
        )
        loan = loan_schedule(capital, years, rate)
        numbers = np.arange(1, years + 1)
        assert loan.interest == pytest.approx(-peer.ipmt(rate, numbers, years, capital), rel=1e-9, abs=1e-6)
        assert loan.capital == pytest.approx(-peer.ppmt(rate, numbers, years, capital), rel=1e-9)
        assert float(annuity_factor(years, rate)) == pytest.approx(-float(peer.pv(rate, years, 1.0)), rel=1e-11)


def test_an_annuity_of_a_rate_of_zero_agrees() -> None:
    assert constant_annuity(1200.0, 12, 0.0) == pytest.approx(-float(peer.pmt(0.0, 12, 1200.0)))
