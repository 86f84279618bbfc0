"""What each action adds to an objective, by start year."""

import numpy as np
from numpy.typing import NDArray

from bocage.decide.question.request import Objective, PlanRequest
from bocage.decide.value.taxes import taxes_of
from bocage.decide.value.worth import Worth

Array = NDArray[np.float64]


def base_values(request: PlanRequest, worth: Worth, objective: Objective | None = None) -> Array:
    """Array (n, T): what an action adds to an objective by start year, grants left out.

    A value is what the action brings less what it costs: it is linear in the cost of the works.

    Args:
        request: what the plan is asked for.
        worth: costs and gains.
        objective: objective; that of the request where None.
    """
    wanted = objective or request.objective
    match wanted:
        case "npv":
            gained = worth.present("cash", "society") + worth.present("risk", "society")
            return gained + worth.present("carbon", "carbon") - worth.mean_cost[:, None] * worth.works()
        case "cash":
            taxes, ttc = taxes_of(request, worth), worth.mean_cost * (1 + worth.vat)
            saved = worth.present("cash", "payer") * (1 + taxes.running[:, None])
            return np.asarray(saved - ttc[:, None] * worth.works_paid(taxes.returned, taxes.lag))
        case "carbon":
            return worth.present("carbon", "society") / 1000.0
        case "energy" | "water" | "risk":
            return worth.present(wanted, "society")
