"""What each action adds to an objective, by start year."""

import numpy as np
from numpy.typing import NDArray

from bocage.decide.request import Objective, PlanRequest
from bocage.decide.taxes import taxes_of
from bocage.decide.worth import Worth
from bocage.finance.discounting import discount_factors

Array = NDArray[np.float64]


def base_values(request: PlanRequest, worth: Worth, objective: Objective | None = None) -> Array:
    """Array (n, T): what an action adds to an objective by start year, grants left out.

    A value is what the action brings less what it costs: it is linear in the cost of the works.

    Args:
        request: what the plan is asked for.
        worth: costs and gains.
        objective: objective; that of the request where None.
    """
    economy, gains, years = worth.economy, worth.mean_gains, request.years
    wanted = objective or request.objective
    match wanted:
        case "npv":
            return np.asarray(
                gains["cash"][:, None] * worth.social_factors
                + gains["carbon"][:, None] * worth.carbon_factors
                - worth.mean_cost[:, None] * discount_factors(years, economy.social_rate)
            )
        case "cash":
            taxes, ttc = taxes_of(request, worth), worth.mean_cost * (1 + worth.vat)
            factors = discount_factors(years + taxes.longest_lag, economy.financial_rate)
            back = taxes.returned[:, None] * factors[np.arange(years) + taxes.lag[:, None]]
            saved = gains["cash"][:, None] * (1 + taxes.running[:, None]) * worth.payer_factors
            return np.asarray(saved - ttc[:, None] * (factors[:years] - back))
        case "carbon":
            return np.asarray(gains["carbon"][:, None] / 1000.0 * worth.social_factors)
        case "energy" | "water" | "risk":
            return np.asarray(gains[wanted][:, None] * worth.social_factors)
