"""What two actions gain or lose together, valued over the time during which both act."""

from functools import cache

import numpy as np
from numpy.typing import NDArray

from bocage.decide.economy import accumulated
from bocage.decide.overlap import overlap_spans
from bocage.decide.portfolio import Pair
from bocage.decide.request import PlanRequest
from bocage.decide.worth import PairWorth, Worth
from bocage.finance.discounting import discount_factors

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]


def valued_pairs(request: PlanRequest, worth: Worth) -> list[Pair]:
    """The interactions as the states of a portfolio, each worth what it adds to the objective.

    A stretch of time in which neither action starts nor ends is a state: it counts where both act. A
    saving of investment is had once, in the year of the later start.

    Args:
        request: what the plan is asked for.
        worth: costs and gains.
    """
    years, economy = request.years, worth.economy

    @cache
    def streams(life_a: float, life_b: float) -> tuple[Array, Array, Array]:
        """Present value of 1 a year over each span: society's, society's of carbon, the payer's."""
        spans = overlap_spans(life_a, life_b, years)
        valued = (
            (economy.social_rate, None),
            (economy.social_rate, economy.carbon_eur_kg),
            (economy.financial_rate, None),
        )
        money, carbon, payer = (
            accumulated(spans.end, rate, value) - accumulated(spans.begin, rate, value) for rate, value in valued
        )
        return money, carbon, payer

    def valued(pair: PairWorth) -> Pair:
        lives = float(worth.lifetime[pair.a]), float(worth.lifetime[pair.b])
        spans, (money, carbon, payer) = overlap_spans(*lives, years), streams(*lives)
        realised = float(worth.realised[pair.a].mean())
        gain = {role: value * realised for role, value in pair.gain.items()}
        spent = np.zeros(years)
        match request.objective:
            case "npv":
                stream = gain["cash"] * money + gain["carbon"] * carbon
                spent = pair.cost_eur * discount_factors(years, economy.social_rate)
            case "cash":
                stream = gain["cash"] * (1 + economy.running_vat) * payer
                spent = pair.cost_eur * (1 + worth.vat[pair.a]) * discount_factors(years, economy.financial_rate)
            case "carbon":
                stream = gain["carbon"] / 1000.0 * money
            case "energy":
                stream = gain["energy"] * money
        states = _States(years)
        states.add(spans.with_a, spans.with_b, stream)
        # By t, both have started: the differences add up to what the later start costs.
        started = np.tril(np.ones((years, years), dtype=bool))
        states.add(started, started, np.append(spent[1:], 0.0) - spent)
        return states.pair(pair.a, pair.b, gain)

    return [valued(pair) for pair in worth.pairs]


class _States:
    """States gathered by the start years that reach them; those that change nothing are left out."""

    def __init__(self, years: int) -> None:
        every = np.ones(years, dtype=bool)
        # Both done, whenever: the state that floors count.
        self.found: dict[tuple[bytes, bytes], tuple[Flags, Flags, float]] = {
            (every.tobytes(), every.tobytes()): (every, every, 0.0)
        }

    def add(self, with_a: Flags, with_b: Flags, worth: Array) -> None:
        for a, b, value in zip(with_a, with_b, worth.tolist(), strict=True):
            key = a.tobytes(), b.tobytes()
            if value or key in self.found:
                _, _, known = self.found.get(key, (a, b, 0.0))
                self.found[key] = a, b, known + value

    def pair(self, a: int, b: int, gain: dict[str, float]) -> Pair:
        with_a, with_b, worth = zip(*self.found.values(), strict=True)
        return Pair(a=a, b=b, with_a=np.array(with_a), with_b=np.array(with_b), worth=np.array(worth), saving=gain)
