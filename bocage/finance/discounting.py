"""Present values: discounting, annuities, residual value, payback, life-cycle cost.

Flows are one number per year, the first at the base year (undiscounted); benefits are positive.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]


def discount_factors(years: int, rate: float) -> Array:
    """Factors (1 + r)^-t for t = 0, 1… years - 1.

    Args:
        years: number of years, >= 0.
        rate: yearly discount rate [1], > -1.

    Raises:
        ValueError: the rate is -1 or less.

    >>> discount_factors(3, 0.25).tolist()
    [1.0, 0.8, 0.64]
    """
    if rate <= -1:
        raise ValueError(f"a discount rate must be above -1, not {rate}")
    return np.asarray((1.0 + rate) ** -np.arange(years, dtype=float))


def npv(flows: ArrayLike, rate: float) -> Array:
    """Net present value, NPV = sum of F_t (1 + r)^-t, along the last axis.

    Args:
        flows: array (..., T), flow of each year from the base year on [EUR].
        rate: yearly discount rate [1].

    Returns:
        Array (...) [EUR].

    >>> round(float(npv([-100.0, 60.0, 60.0], 0.25)), 9)
    -13.6
    """
    values = np.asarray(flows, dtype=float)
    # A sum along the axis rather than a matrix product: equal rows then give equal values to the last bit.
    return np.asarray((values * discount_factors(values.shape[-1], rate)).sum(axis=-1))


def annuity_factor(lifetime_years: ArrayLike, rate: float) -> Array:
    """Present value of 1 a year from year 1 to year L, (1 - (1 + r)^-L) / r; L where the rate is 0.

    A lifetime may be fractional: the formula is its continuous extension.

    Args:
        lifetime_years: array of lifetimes L [year], >= 0.
        rate: yearly discount rate [1].

    >>> float(annuity_factor(2, 0.25))
    1.44
    """
    lifetime = np.asarray(lifetime_years, dtype=float)
    if rate == 0:
        return lifetime
    # log1p and expm1 keep every digit of rates near zero, where 1 - (1 + r)^-L loses them.
    return np.asarray(-np.expm1(-lifetime * np.log1p(rate)) / rate)


def residual_value(investment_eur: float, lifetime_years: float, horizon_years: float) -> float:
    """Straight-line value left at the horizon, I (L - H) / L, zero once the lifetime is over [EUR].

    Args:
        investment_eur: investment I [EUR].
        lifetime_years: lifetime L [year], > 0.
        horizon_years: horizon H [year].

    Raises:
        ValueError: the lifetime is not positive.

    >>> residual_value(1000.0, 20.0, 15.0)
    250.0
    """
    if lifetime_years <= 0:
        raise ValueError(f"a lifetime must be positive, not {lifetime_years}")
    return investment_eur * max(0.0, lifetime_years - horizon_years) / lifetime_years


def discounted_payback_years(flows: Sequence[float], rate: float, *, last_works: int = 0) -> int | None:
    """First year in which the cumulated discounted flow is zero or more; None where it never is.

    Where works are spread over years, a balance that later works turn negative again had paid nothing back.

    Args:
        flows: flow of each year from the base year on [EUR].
        rate: yearly discount rate [1].
        last_works: year of the last works; renewals, paid by what has been saved, are not among them.

    >>> discounted_payback_years([-100.0, 60.0, 60.0, 60.0], 0.0)
    2
    >>> discounted_payback_years([-100.0, 10.0], 0.0) is None
    True
    >>> discounted_payback_years([-10.0, 20.0, -50.0, 30.0, 30.0], 0.0, last_works=2)
    4
    """
    values = np.asarray(flows, dtype=float)
    balance = np.cumsum(values * discount_factors(len(values), rate))
    enough = balance >= -1e-9 * max(1.0, float(np.abs(values).max(initial=0.0)))
    short = np.flatnonzero(~enough[: last_works + 1])
    first = int(short[-1]) + 1 if len(short) else 0
    reached = np.flatnonzero(enough[first:])
    return first + int(reached[0]) if len(reached) else None


def life_cycle_cost(investment_eur: float, running_eur: Sequence[float], residual_eur: float, rate: float) -> float:
    """Life-cycle cost, LCC = I + sum of (OM + E)_t (1 + r)^-t - RV (1 + r)^-H [EUR].

    Args:
        investment_eur: investment at the base year I [EUR].
        running_eur: maintenance and energy of years 1 to H [EUR].
        residual_eur: residual value at the horizon RV [EUR].
        rate: yearly discount rate [1].

    >>> round(life_cycle_cost(100.0, [50.0, 50.0], 25.0, 0.25), 9)
    156.0
    """
    factors = discount_factors(len(running_eur) + 1, rate)
    return float(investment_eur + np.sum(factors[1:] * np.asarray(running_eur)) - residual_eur * factors[-1])


def equivalent_annual_cost(present_cost_eur: float, horizon_years: float, rate: float) -> float:
    """Constant yearly cost of the same present value, EAC = LCC r / (1 - (1 + r)^-H) [EUR/year].

    Args:
        present_cost_eur: present cost LCC [EUR].
        horizon_years: horizon H [year], > 0.
        rate: yearly discount rate [1].

    >>> round(equivalent_annual_cost(144.0, 2, 0.25), 9)
    100.0
    """
    return present_cost_eur / float(annuity_factor(horizon_years, rate))


def real_rate(nominal_rate: float, inflation: float) -> float:
    """Rate in constant euros, (1 + n) / (1 + i) - 1 [1].

    >>> round(real_rate(0.05, 0.05), 9)
    0.0
    """
    return (1.0 + nominal_rate) / (1.0 + inflation) - 1.0
