"""The numbers of the outside world that a plan reads, once, and the present value of yearly streams."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bocage.finance.carbon import carbon_value, carbon_value_between
from bocage.finance.discounting import discount_factors, real_rate
from bocage.parameters.reader import Parameters

Array = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Economy:
    """Rates, VAT, FCTVA and carbon value of a plan.

    Attributes:
        first_year: base year of all present values.
        social_rate: discount rate of society [1].
        financial_rate: real discount rate of the payer [1].
        running_vat: VAT that stays on running expenses [1].
        fctva_rate: compensation rate [1].
        fctva_lag: years between the works and the compensation.
        own_share: smallest own share [1].
        carbon_eur_kg: array (H + 1,), value of a kilogram avoided in each year from the first on [EUR/kg].
        carbon_2019_eur_kg: the same on the path of the 2019 commission.
    """

    first_year: int
    social_rate: float
    financial_rate: float
    running_vat: float
    fctva_rate: float
    fctva_lag: int
    own_share: float
    carbon_eur_kg: Array
    carbon_2019_eur_kg: Array


def read_economy(parameters: Parameters, territory: Mapping[str, Any], *, first_year: int, horizon: int) -> Economy:
    """Read what a plan needs from the parameters.

    Args:
        parameters: dated parameters.
        territory: facts of the territory; `fctva_regime`, `overseas` and `lead` matter here.
        first_year: first year of the plan.
        horizon: number of years of effects to value.
    """
    number = parameters.number
    years = first_year + np.arange(horizon + 1)
    lags = parameters["public_finance.fctva_lag"].value
    regime = territory.get("fctva_regime") or territory.get("kind") or "commune"
    carbon = carbon_value(
        years,
        anchor_year=int(number("carbon.anchor_year")),
        anchor_eur_t=number("carbon.anchor_value"),
        growth=number("carbon.growth"),
    )
    riskless, premium = number("economy.discount_rate_riskless"), number("economy.risk_premium")
    return Economy(
        first_year=first_year,
        social_rate=riskless + number("economy.beta") * premium,
        financial_rate=real_rate(number("economy.financial_rate"), number("economy.inflation")),
        running_vat=number("economy.running_vat_rate"),
        fctva_rate=number("public_finance.fctva_rate"),
        fctva_lag=int(lags.get(regime, lags["commune"])),
        own_share=number(_own_share(territory)),
        carbon_eur_kg=carbon / 1000.0,
        carbon_2019_eur_kg=carbon_value_between(years, parameters["carbon.path_2019"].value) / 1000.0,
    )


def _own_share(territory: Mapping[str, Any]) -> str:
    if territory.get("overseas"):
        return "public_finance.own_share_overseas"
    return "public_finance.own_share_lead" if territory.get("lead") else "public_finance.own_share"


def stream_factors(lifetimes: Array, years: int, rate: float, yearly_value: Array | None = None) -> Array:
    """Present value of 1 a year from the year after the start to the end of the lifetime, by start year.

    The last year counts for the fraction of it that the lifetime covers.

    Args:
        lifetimes: array (n,) [year].
        years: T, number of possible start years.
        rate: discount rate [1].
        yearly_value: array (H + 1,), value of 1 in each year; 1 where None.

    Returns:
        Array (n, T).

    >>> stream_factors(np.array([1.5]), 2, 0.25).round(3).tolist()
    [[1.12, 0.896]]
    """
    start = np.arange(years, dtype=float)[None, :]
    ends = accumulated(start + lifetimes[:, None], rate, yearly_value)
    return np.asarray(ends - accumulated(start, rate, yearly_value))


def accumulated(times: Array, rate: float, yearly_value: Array | None = None) -> Array:
    """Present value of 1 a year from the first year of the plan, itself left out, until each time.

    Args:
        times: array of any shape [years from the first year of the plan].
        rate: discount rate [1].
        yearly_value: array (H + 1,), value of 1 in each year; 1 where None.

    >>> accumulated(np.array([0.0, 1.0, 1.5]), 0.25).round(3).tolist()
    [0.0, 0.8, 1.12]
    """
    horizon = int(np.ceil(times.max(initial=0.0))) + 1
    value = np.ones(horizon) if yearly_value is None else yearly_value[:horizon]
    yearly = discount_factors(horizon, rate) * value
    yearly[0] = 0.0
    return np.asarray(np.interp(times, np.arange(horizon), np.cumsum(yearly)))
