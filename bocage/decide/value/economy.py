"""The numbers of the outside world that a plan reads, once, and the present value of what it brings up to its horizon.

Every action is counted to the same year, the horizon: what wears out before is renewed at its cost, and what is
left of it at the horizon keeps its straight-line value. Actions of unlike lifetimes or start years are then compared
over the same years.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bocage.finance.carbon import carbon_value, carbon_value_between
from bocage.finance.discounting import discount_factors, real_rate
from bocage.parameters.reader import Parameters

Array = NDArray[np.float64]
_MOMENT = 1e-9
"""Years below which two dates are the same."""


@dataclass(frozen=True, kw_only=True)
class Economy:
    """Rates, VAT, FCTVA, carbon value and horizon of a plan.

    Attributes:
        first_year: base year of all present values.
        horizon: H, years from the first one to the last whose effects count.
        social_rate: discount rate of society [1].
        financial_rate: real discount rate of the payer [1].
        running_vat: VAT that stays on running expenses [1].
        fctva_rate: compensation rate [1].
        own_share: smallest own share [1].
        carbon_eur_kg: array (H + 1,), value of a kilogram avoided in each year from the first on [EUR/kg].
        carbon_2019_eur_kg: the same on the path of the 2019 commission.
    """

    first_year: int
    horizon: int
    social_rate: float
    financial_rate: float
    running_vat: float
    fctva_rate: float
    own_share: float
    carbon_eur_kg: Array
    carbon_2019_eur_kg: Array


def read_economy(
    parameters: Parameters,
    territory: Mapping[str, Any],
    *,
    first_year: int,
    years: int = 1,
    horizon: int | None = None,
) -> Economy:
    """Read what a plan needs from the parameters.

    Args:
        parameters: dated parameters.
        territory: facts of the territory; `overseas` and `lead` matter here.
        first_year: first year of the plan.
        years: number of years of the plan: its last works are counted for one year at least.
        horizon: years of effects to value; the parameter `economy.horizon_years` where None.
    """
    number = parameters.number
    last = max(horizon if horizon is not None else round(number("economy.horizon_years")), years)
    calendar = first_year + np.arange(last + 1)
    carbon = carbon_value(
        calendar,
        anchor_year=int(number("carbon.anchor_year")),
        anchor_eur_t=number("carbon.anchor_value"),
        growth=number("carbon.growth"),
    )
    riskless, premium = number("economy.discount_rate_riskless"), number("economy.risk_premium")
    return Economy(
        first_year=first_year,
        horizon=last,
        social_rate=riskless + number("economy.beta") * premium,
        financial_rate=real_rate(number("economy.financial_rate"), number("economy.inflation")),
        running_vat=number("economy.running_vat_rate"),
        fctva_rate=number("public_finance.fctva_rate"),
        own_share=number(own_share_parameter(territory)),
        carbon_eur_kg=carbon / 1000.0,
        carbon_2019_eur_kg=carbon_value_between(calendar, parameters["carbon.path_2019"].value) / 1000.0,
    )


def own_share_parameter(territory: Mapping[str, Any]) -> str:
    """The parameter that says the smallest own share of a territory where no derogation is met.

    Args:
        territory: facts of the territory; `overseas` and `lead` matter.

    >>> own_share_parameter({"overseas": True})
    'public_finance.own_share_overseas'
    """
    if territory.get("overseas"):
        return "public_finance.own_share_overseas"
    return "public_finance.own_share_lead" if territory.get("lead") else "public_finance.own_share"


def started_values(yearly: Array, years: int, rate: float) -> Array:
    """Present value of a yearly stream by start year: from the year after the start to the horizon, array (T,).

    Args:
        yearly: array (H + 1,), value of the stream in each year from the first on.
        years: T, number of possible start years.
        rate: discount rate [1].

    >>> started_values(np.array([9.0, 1.0, 1.0]), 2, 0.25).round(3).tolist()
    [1.44, 0.64]
    """
    present = yearly * discount_factors(len(yearly), rate)
    after = np.concatenate([np.cumsum(present[::-1])[::-1][1:], np.zeros(max(0, years + 1 - len(yearly)))])
    return np.asarray(after[:years])


def renewals(life: float, start: int, horizon: int) -> list[tuple[int, float]]:
    """Years from the first in which what is installed in a year is renewed to serve up to the horizon, and shares.

    A lifetime that ends within a year is paid in the years on either side, in proportion: no lifetime then
    costs much more than one that is a little shorter.

    Args:
        life: lifetime [year], > 0.
        start: year of the works, from the first one.
        horizon: last year that counts, from the first one; nothing is renewed then.

    Returns:
        Years and shares of the price [1]; the shares add up to the number of renewals.

    >>> renewals(2.5, 0, 6), renewals(25.0, 4, 30), renewals(25.0, 5, 30)
    ([(2, 0.5), (3, 0.5), (5, 1.0)], [(29, 1.0)], [])
    """
    found = []
    for order in range(1, max(0, math.ceil((horizon - start) / life - _MOMENT) - 1) + 1):
        moment = start + order * life
        late = moment - math.floor(moment + _MOMENT)
        parts = ((math.floor(moment + _MOMENT), 1.0 - late), (math.floor(moment + _MOMENT) + 1, late))
        found += [(year, share) for year, share in parts if share > _MOMENT]
    return found


def renewed_within(life: float, start: int, years: int) -> Array:
    """Shares of the price at which what is installed in a year is renewed within a plan, array (T,) [1].

    Args:
        life: lifetime [year], > 0.
        start: year of the works, from the first one.
        years: T, years of the plan.

    >>> renewed_within(2.5, 0, 5).tolist()
    [0.0, 0.0, 0.5, 0.5, 0.0]
    """
    found = np.zeros(years)
    for year, share in renewals(life, start, years):
        if year < years:
            found[year] += share
    return found


def late(yearly: Array, lag: int, count: int) -> Array:
    """The same amounts some years later, array (count,); what comes after the last year is left out.

    Args:
        yearly: array (T,), amount of each year.
        lag: years later, >= 0.
        count: years of the result.

    >>> late(np.array([5.0, 7.0]), 1, 2).tolist(), late(np.array([5.0]), 2, 4).tolist()
    ([0.0, 5.0], [0.0, 0.0, 5.0, 0.0])
    """
    found = np.zeros(count)
    kept = yearly[: max(0, count - lag)]
    found[lag : lag + len(kept)] = kept
    return found


def residual_share(life: float, start: int, horizon: int) -> float:
    """Share of the price of the last works that is left at the horizon, straight line: RV = I (L - age) / L [1].

    Args:
        life: lifetime [year], > 0.
        start: year of the first works, from the first one.
        horizon: last year that counts, from the first one.

    >>> residual_share(25.0, 0, 30), residual_share(25.0, 5, 30), residual_share(40.0, 0, 30)
    (0.8, 0.0, 0.25)
    """
    served = (horizon - start) / life
    return max(1.0, math.ceil(served - _MOMENT)) - served if served > _MOMENT else 1.0


def works_values(life: float, years: int, horizon: int, rate: float, *, returned: float = 0.0, lag: int = 0) -> Array:
    """Present value of a euro of works by start year, its renewals paid and its residual value deducted, array (T,).

    Args:
        life: lifetime [year], > 0.
        years: T, number of possible start years.
        horizon: last year that counts, from the first one.
        rate: discount rate [1].
        returned: share of each payment that comes back (VAT) [1].
        lag: years between a payment and its return.

    A euro that serves two years, over two years, is paid once where it starts at once; started a year
    later, half of it is left at the horizon:

    >>> works_values(2.0, 2, 2, 0.25).round(3).tolist()
    [1.0, 0.48]
    """
    factors = discount_factors(max(horizon, years) + lag + 2, rate)
    net = factors[: len(factors) - lag] - returned * factors[lag:]
    found = []
    for start in range(years):
        paid = float(net[start]) + sum(share * float(net[year]) for year, share in renewals(life, start, horizon))
        left = residual_share(life, start, horizon) * (1.0 - returned) * float(factors[horizon])
        found.append(paid - left)
    return np.array(found)
