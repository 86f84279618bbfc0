"""The share of what was predicted that comes true: it cuts savings, and spares what actions add to running costs.

Feedback measures how much of a predicted saving is found again on the meter. A subscription, an upkeep or a
consumption that an action adds was never a prediction of a saving: it is known from its price, and counted whole.
"""

import numpy as np
import polars as pl
from numpy.typing import NDArray

from bocage.decide.question.request import PlanRequest, Realisation
from bocage.parameters.reader import Parameters
from bocage.vocabulary.draws import Z90, factor_draws
from bocage.vocabulary.text import LANGUAGES

Array = NDArray[np.float64]


def realisation_name(parameters: Parameters, domain: str) -> str:
    """Parameter of the share realised in a domain: that of the others where it has none of its own."""
    own = f"realisation.{domain}"
    return own if own in parameters.names("realisation.") else "realisation.other"


def realisation_draws(
    parameters: Parameters, domain: str, count: int, *, seed: int, learned: Realisation | None = None
) -> Array:
    """Draws (K,) of the share of predicted savings that comes true in a domain [1].

    Args:
        parameters: dated parameters.
        domain: name of the domain.
        count: K, number of draws.
        seed: seed of the run.
        learned: what shared experience says of it, in place of the parameter.
    """
    name = realisation_name(parameters, domain)
    if learned is None:
        low, high = parameters.bounds(name)
        return parameters.number(name) * factor_draws(low, high, count, seed=seed, name=name)
    return realised_mean(learned) * factor_draws(learned.low, learned.high, count, seed=seed, name=name)


def realised_mean(learned: Realisation) -> float:
    """Mean of a lognormal share known by its median and its 10th and 90th percentiles, m exp(sigma²/2) [1].

    >>> round(realised_mean(Realisation(median=0.95, low=0.836, high=1.080, records=0, told={})), 3)
    0.955
    """
    sigma = float(np.log(learned.high / learned.low)) / (2 * Z90)
    return learned.median * float(np.exp(sigma**2 / 2))


def realised_by_domain(request: PlanRequest, count: int) -> dict[str, Array]:
    """Draws (K,) of the share realised, by domain of the actions of a request [1]."""
    return {
        domain: realisation_draws(
            request.parameters, domain, count, seed=request.seed, learned=request.realisation.get(domain)
        )
        for domain in sorted(set(request.actions["domain"]))
    }


def realised_gain(effects: Array, shares: Array) -> Array:
    """Gains that effects make, array (m, K): savings as far as they come true, added expenses whole.

    Args:
        effects: array (m, K), change of expenses; negative where something is saved.
        shares: array (m, K) or (K,), share of savings that comes true [1].

    >>> realised_gain(np.array([[-10.0], [4.0]]), np.array([0.5])).tolist()
    [[5.0], [-4.0]]
    """
    saving = (effects.mean(axis=1) < 0)[:, None]
    return np.asarray(np.where(saving, -effects * shares, -effects))


def realisation_frame(request: PlanRequest) -> pl.DataFrame:
    """Frame `domain`, `mean`, `median`, `low`, `high`, `records`, `told_fr`, `told_en`: shares counted, and why.

    Domains of which nothing was learned are absent: their share is a parameter, told among the assumptions.
    """
    rows = [
        {
            "domain": domain, "mean": realised_mean(learned), "median": learned.median, "low": learned.low,
            "high": learned.high, "records": learned.records,
            **{f"told_{language}": learned.told.get(language, "") for language in LANGUAGES},
        }
        for domain, learned in sorted(request.realisation.items())
    ]  # fmt: skip
    numbers = dict.fromkeys(("mean", "median", "low", "high"), pl.Float64)
    texts = dict.fromkeys((f"told_{language}" for language in LANGUAGES), pl.String)
    return pl.DataFrame(rows, schema={"domain": pl.String, **numbers, "records": pl.Int64, **texts})
