"""Finance: the worked examples of the law, closed forms, and another engine on thousands of random flows."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.frame import Figure, at_most, figure, median_s
from bocage.finance.carbon import carbon_value
from bocage.finance.discounting import (
    annuity_factor,
    discounted_payback_years,
    equivalent_annual_cost,
    life_cycle_cost,
    npv,
    residual_value,
)
from bocage.finance.internal_rate import internal_rates_of_return
from bocage.finance.loans import constant_annuity, loan_schedule
from bocage.finance.public import cumulated_kwh, fctva_eur, largest_public_aid_eur
from bocage.finance.ratios import abatement_cost

try:
    import numpy_financial as peer  # type: ignore[import-untyped]  # has no types
except ImportError:  # the extra `peers` is not installed
    peer = None

Array = NDArray[np.float64]
FLOWS, YEARS, RATE = 4000, 30, 0.032
CEE = {6: 5.45, 15: 11.56, 20: 14.13, 25: 16.25, 30: 17.98}
"""Published factor of cumulated energy by conventional lifetime."""
CARBON = {2025: 256, 2030: 300, 2050: 563}
"""Value of a tonne: 2030 and 2050 published by the commission of 2025, 2025 deduced from its growth."""
FCTVA_RATE = 0.16404


def run(*, seed: int) -> dict[str, Any]:
    """Worked examples, largest gap to closed forms, then gap and speed beside numpy-financial.

    Args:
        seed: seed of the random flows.
    """
    rng = np.random.default_rng(seed)
    return {"name": "finance", "figures": [*_examples(), *_closed_forms(rng), *_beside_the_peer(rng)]}


def _examples() -> list[Figure]:
    figures = [
        _to_the_digit(f"kWh cumac of 1 kWh a year over {years} years", cumulated_kwh(1.0, years), "", told, 2)
        for years, told in CEE.items()
    ]
    back = fctva_eur(120.0, FCTVA_RATE, vat_rate=0.2)
    net = 120.0 - largest_public_aid_eur(100.0, 0.0, 0.2) - back
    figures.append(_to_the_digit("FCTVA of works of 100 EUR excl. VAT", back, "EUR", 19.68, 2))
    figures.append(_to_the_digit("net cost of 100 EUR excl. VAT at 80 % of aid", net, "EUR", 20.3, 1))
    for year, told in CARBON.items():
        value = float(carbon_value(year, anchor_year=2030, anchor_eur_t=300.0, growth=0.032))
        figures.append(_to_the_digit(f"value of a tonne in {year}", value, "EUR/t", told, 0))
    return figures


def _to_the_digit(what: str, value: float, unit: str, told: float, digits: int) -> Figure:
    return figure(what, value, unit, goal=told, holds=round(value, digits) == told)


def _closed_forms(rng: np.random.Generator) -> list[Figure]:
    """Largest relative gap between each function and what can be written by hand."""
    gaps: dict[str, list[float]] = {}
    for _ in range(FLOWS):
        _measure(rng, gaps)
    return [
        at_most(f"largest relative gap to the closed form, {name}", max(gap), "1", 1e-9) for name, gap in gaps.items()
    ]


def _measure(rng: np.random.Generator, gaps: dict[str, list[float]]) -> None:
    years, rate = int(rng.integers(1, 41)), float(rng.uniform(0.001, 0.15))
    invested, yearly = float(rng.uniform(1e3, 1e6)), float(rng.uniform(1e2, 1e5))
    geometric = (1 - (1 + rate) ** -years) / rate
    lifetime = years + float(rng.uniform(0, 20))
    left = residual_value(invested, lifetime, years)
    straight = loan_schedule(invested, years, rate, repaid="straight")
    true = float(rng.uniform(0.005, 0.5))
    flows = [-yearly * (1 - (1 + true) ** -years) / true, *[yearly] * years]
    cost = life_cycle_cost(invested, [yearly] * years, left, rate)
    by_hand = invested + yearly * geometric - invested * (lifetime - years) / lifetime * (1 + rate) ** -years
    waited = float(rng.uniform(0.1, 0.99)) * geometric
    payback = discounted_payback_years([-waited * yearly, *[yearly] * years], rate)
    pairs = {
        "net present value of equal flows": (float(npv(np.r_[0.0, np.full(years, yearly)], rate)), yearly * geometric),
        "annuity factor": (float(annuity_factor(years, rate)), geometric),
        "constant annuity": (constant_annuity(invested, years, rate), invested / geometric),
        "interest of constant capital": (straight.cost_eur, invested * rate * (years + 1) / 2),
        "life-cycle cost": (cost, by_hand),
        "equivalent annual cost": (equivalent_annual_cost(cost, years, rate), by_hand / geometric),
        "internal rate of equal flows": (1 + internal_rates_of_return(flows)[0], 1 + true),
        "discounted payback": (float(payback or 0), float(np.ceil(-np.log1p(-waited * rate) / np.log1p(rate)))),
        "abatement cost": (abatement_cost(-invested, 3 * geometric), invested / geometric / 3),
    }  # fmt: skip
    for name, (ours, told) in pairs.items():
        gaps.setdefault(name, []).append(abs(ours - told) / max(1e-9, abs(told)))


def _beside_the_peer(rng: np.random.Generator) -> list[Figure]:
    # An investment, then gains: one rate of return, as the rule of Descartes says.
    flows = np.column_stack([-rng.uniform(5e3, 2e5, FLOWS), rng.uniform(0, 2e4, (FLOWS, YEARS))])
    loans = list(zip(-flows[:, 0], rng.integers(1, 40, FLOWS).tolist(), rng.uniform(1e-4, 0.12, FLOWS), strict=True))
    ours: dict[str, Callable[[], list[float]]] = {
        # As a plan does: all the flows at once at one rate; the peer takes them one by one.
        "net present value": lambda: npv(flows, RATE).tolist(),
        "internal rate": lambda: [1 + internal_rates_of_return(flow)[0] for flow in flows.tolist()],
        "annuity of a loan": lambda: [constant_annuity(capital, years, rate) for capital, years, rate in loans],
    }
    theirs: dict[str, Callable[[], list[float]]] = {
        "net present value": lambda: [float(peer.npv(RATE, flow)) for flow in flows],
        "internal rate": lambda: [1 + float(peer.irr(flow)) for flow in flows],
        "annuity of a loan": lambda: [-float(peer.pmt(rate, years, capital)) for capital, years, rate in loans],
    }
    return [one for name, work in ours.items() for one in _compared(name, work, theirs[name])]


def _compared(name: str, ours: Callable[[], list[float]], theirs: Callable[[], list[float]]) -> list[Figure]:
    """Largest relative gap to numpy-financial and the speed of each; not judged where it is not installed."""
    gap_of, speed_of = f"largest relative gap to numpy-financial, {name}", f"{name}, results per second"
    speed = FLOWS / median_s(ours)
    if peer is None:
        return [figure(gap_of, None, "1", peer="not installed"), figure(speed_of, speed, "1/s", peer="not installed")]
    told = np.array(theirs())
    gap = float(np.max(np.abs(np.array(ours()) - told) / np.maximum(1.0, np.abs(told))))
    its_speed = FLOWS / median_s(theirs)
    return [at_most(gap_of, gap, "1", 1e-9), figure(speed_of, speed, "1/s", peer=its_speed, holds=speed >= its_speed)]
