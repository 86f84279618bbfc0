"""What two actions gain or lose together, valued from the later start to the horizon."""

import numpy as np
from numpy.typing import NDArray

from bocage.decide.portfolio.statement import Pair
from bocage.decide.question.request import PlanRequest
from bocage.decide.value.taxes import taxes_of
from bocage.decide.value.worth import GAINS, PairWorth, Worth
from bocage.finance.discounting import discount_factors

Array = NDArray[np.float64]


def valued_pairs(request: PlanRequest, worth: Worth) -> list[Pair]:
    """The interactions as the states of a portfolio, each worth what it adds to the objective.

    Both actions serve up to the horizon: what they make together depends on the later start only. The state
    of a year is that both have started by then; it is worth what starting then rather than a year later adds.
    A saving of works is had once, in the year of the later start.

    Args:
        request: what the plan is asked for.
        worth: costs and gains.
    """
    years = request.years
    started = np.tril(np.ones((years, years), dtype=bool))
    running = taxes_of(request, worth).running if request.objective == "cash" else np.zeros(len(worth.ids))
    found = []
    for pair in worth.pairs:
        later = later_start_values(request, worth, pair, float(running[pair.a]))
        states = later - np.append(later[1:], 0.0)
        # The last state, both done whenever, is the one that floors count: it stays, be it worth nothing.
        kept = (states != 0) | (np.arange(years) == years - 1)
        saving = dict.fromkeys(GAINS, 0.0)
        for kind in pair.driven:
            saving[kind[0]] += worth.pair_mean(pair, kind)
        found.append(
            Pair(a=pair.a, b=pair.b, with_a=started[kept], with_b=started[kept], worth=states[kept], saving=saving)
        )
    return found


def later_start_values(request: PlanRequest, worth: Worth, pair: PairWorth, running: float) -> Array:
    """What a pair adds to the objective by year of the later start, array (T,).

    Args:
        request: what the plan is asked for.
        worth: costs and gains.
        pair: the pair.
        running: VAT that stays on the running expenses of its payer [1].
    """
    economy, years = worth.economy, request.years
    match request.objective:
        case "npv":
            gained = (
                worth.pair_present(pair, "cash", "society")
                + worth.pair_present(pair, "risk", "society")
                + worth.pair_present(pair, "carbon", "carbon")
            )
            return np.asarray(gained - pair.cost_eur * discount_factors(years, economy.social_rate))
        case "cash":
            saved = worth.pair_present(pair, "cash", "payer") * (1 + running)
            ttc = pair.cost_eur * (1 + worth.vat[pair.a])
            return np.asarray(saved - ttc * discount_factors(years, economy.financial_rate))
        case "carbon":
            return worth.pair_present(pair, "carbon", "society") / 1000.0
        case "energy" | "water" | "risk":
            return worth.pair_present(pair, request.objective, "society")
