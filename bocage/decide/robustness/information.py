"""Value of information: which number that is not known is worth measuring before deciding, in euros.

The expected value of partial perfect information of an input is what choosing the plan after having measured
it, rather than before, brings on average: E[max over plans of E(value | input)] - max over plans of E(value). The
inner mean is a regression of the value of each plan on the input, over the draws.

Reference: M. Strong, J. E. Oakley, A. Brennan, Estimating multiparameter partial expected value of perfect
information from a probabilistic sensitivity analysis sample: a nonparametric regression approach, Medical
Decision Making 34 (2014), 311-326, https://doi.org/10.1177/0272989X13505910.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from bocage.decide.answer.planning import Prepared
from bocage.decide.money.plan_value import Selected
from bocage.decide.value.realisation import realisation_name, realised_by_domain
from bocage.decide.wording import label_of
from bocage.parameters.reader import CORE_FOLDER, Parameters, load
from bocage.vocabulary.draws import factor_draws, generator

Array = NDArray[np.float64]
DEGREE = 3
"""Degree of the regression: enough for what products and ratios of a few numbers do."""
SHUFFLES = 40
"""Times that an input is shuffled to see what the regression would find in chance alone."""


@dataclass(frozen=True, kw_only=True)
class Unknown:
    """Draws of something that could be measured.

    Attributes:
        name: its name.
        label: by language.
        draws: array (K,), in any unit.
    """

    name: str
    label: Mapping[str, str]
    draws: Array


@dataclass(frozen=True, kw_only=True)
class Worthwhile:
    """What knowing something before deciding would bring.

    Attributes:
        name: what would be known; `everything` for all at once.
        label: by language.
        value: expected gain, >= 0, in the unit of the plan.
        correlation: of the draws with the value of the plan.
    """

    name: str
    label: Mapping[str, str]
    value: float
    correlation: float


def perfect_information(values: Array) -> float:
    """Expected value of knowing everything, E[max] - max E, >= 0.

    Args:
        values: array (D, K), value of each decision in each draw.

    >>> perfect_information(np.array([[0.0, 0.0], [-10.0, 20.0]]))
    5.0
    """
    return float(values.max(axis=0).mean() - values.mean(axis=1).max())


def partial_information(values: Array, draws: Array, *, seed: int) -> float:
    """Expected value of knowing one input, >= 0: what the regression finds less what it finds in chance.

    Args:
        values: array (D, K), value of each decision in each draw.
        draws: array (K,), the input.
        seed: seed of the shuffles.

    The second decision is better or worse than the first as the input says, by 10 or 20: knowing it is worth 5.

    >>> known = np.tile([-1.0, 2.0], 500)
    >>> round(partial_information(np.array([np.zeros(1000), known * 10]), known, seed=1), 6)
    5.0
    """
    if len(values) < 2 or np.ptp(draws) == 0:
        return 0.0
    found = _explained(values, draws)
    random = generator(seed, "value of information")
    chance = np.mean([_explained(values, random.permutation(draws)) for _ in range(SHUFFLES)])
    return max(0.0, float(found - chance))


def _explained(values: Array, draws: Array) -> float:
    # Ranks turned into normal scores: no draw pulls the regression alone. Differences to one decision carry all.
    order = np.argsort(np.argsort(draws, kind="stable"), kind="stable")
    _, place = np.unique(draws, return_inverse=True)
    ranks = np.bincount(place, weights=order)[place] / np.bincount(place)[place]
    score = 2 * (ranks + 0.5) / len(draws) - 1
    basis = np.polynomial.legendre.legvander(score, min(DEGREE, place.max()))
    beside = values - values[0]
    fitted = beside @ basis @ np.linalg.pinv(basis)
    return float(fitted.max(axis=0).mean() - beside.mean(axis=1).max())


def unknowns_of(prepared: Prepared, plans: Sequence[Selected]) -> list[Unknown]:
    """What could be measured: shares realised, prices and contents, costs and savings of each kind of works, aids.

    Args:
        prepared: the request, valued.
        plans: the plans that are weighed; what none of them does matters not.
    """
    rows = sorted({row for one in plans for row in one.starts})
    found = [*_parameters(prepared, rows), *_of_kinds(prepared, rows)]
    # To society an aid is a transfer: what a funder will give matters to the payers alone.
    return [*found, *_aids(prepared, plans)] if prepared.request.objective == "cash" else found


def _aids(prepared: Prepared, plans: Sequence[Selected]) -> Iterator[Unknown]:
    """What each programme will give, of those that do not give by right."""
    aids = {
        aid.rule.name: aid
        for one in plans
        for column in one.chosen
        for aid in one.columns.plans[column].aids
        if 0 < aid.low_eur < aid.high_eur
    }
    for name, aid in sorted(aids.items()):
        draws = factor_draws(
            aid.low_eur, aid.high_eur, prepared.worth.cost.shape[1], seed=prepared.request.seed, name=f"aid {name}"
        )
        yield Unknown(name=f"aid:{name}", label=aid.rule.label, draws=draws)


def _parameters(prepared: Prepared, rows: Sequence[int]) -> Iterator[Unknown]:
    request = prepared.request
    count, known = prepared.worth.cost.shape[1], load(CORE_FOLDER)
    shares = realised_by_domain(request, count)
    for domain in sorted({request.actions["domain"][row] for row in rows}):
        label = known[realisation_name(request.parameters, domain)].description
        yield Unknown(name=f"realisation:{domain}", label=label, draws=shares[domain])
    # Domains draw the numbers they share by the names of the parameters: the same draws are found again here.
    dated = Parameters(CORE_FOLDER, request.date)
    for name in dated.names("electricity."):
        low, high = dated.bounds(name)
        if low < high:
            draws = factor_draws(low, high, count, seed=request.seed, name=name)
            yield Unknown(name=name, label=known[name].description, draws=draws)


def _of_kinds(prepared: Prepared, rows: Sequence[int]) -> Iterator[Unknown]:
    request, worth = prepared.request, prepared.worth
    kinds = request.actions["kind"].to_list()
    for kind in sorted({kinds[row] for row in rows}):
        own = [row for row in rows if kinds[row] == kind]
        words = request.kinds.get(kind, {"fr": kind, "en": kind})
        predicted = (worth.gains["energy"][own] / worth.realised[own]).sum(axis=0)
        for name, draws in (("cost_of", worth.cost[own].sum(axis=0)), ("saving_of", predicted)):
            french, english = label_of(name)
            label = {"fr": f"{french}\u202f: {words['fr']}", "en": f"{english}: {words['en']}"}
            yield Unknown(name=f"{name}:{kind}", label=label, draws=draws)


def information_of(values: Array, unknowns: Sequence[Unknown], *, seed: int) -> list[Worthwhile]:
    """What knowing each thing would bring, the most valuable first; knowing everything comes at the head.

    Args:
        values: array (D, K), value of each plan in each draw, that of the plan judged first.
        unknowns: what could be measured.
        seed: seed of the shuffles.
    """
    french, english = label_of("everything")
    most = perfect_information(values)
    head = Worthwhile(name="everything", label={"fr": french, "en": english}, value=most, correlation=1.0)
    found = [
        Worthwhile(
            name=one.name,
            label=one.label,
            # No part is worth more than the whole: what sampling adds above it is taken off.
            value=min(most, partial_information(values, one.draws, seed=seed)),
            correlation=_correlation(values[0], one.draws),
        )
        for one in unknowns
        if np.ptp(one.draws) > 0
    ]
    return [head, *sorted(found, key=lambda one: (-one.value, -abs(one.correlation), one.name))]


def _correlation(value: Array, draws: Array) -> float:
    return float(np.corrcoef(value, draws)[0, 1]) if np.ptp(value) > 0 and np.ptp(draws) > 0 else 0.0


def information_frame(found: Sequence[Worthwhile]) -> pl.DataFrame:
    """Frame `name`, `label_fr`, `label_en`, `value`, `correlation`."""
    rows = [
        {
            "name": one.name, "label_fr": one.label["fr"], "label_en": one.label["en"], "value": one.value,
            "correlation": one.correlation,
        }
        for one in found
    ]  # fmt: skip
    texts = dict.fromkeys(("name", "label_fr", "label_en"), pl.String)
    return pl.DataFrame(rows, schema={**texts, "value": pl.Float64, "correlation": pl.Float64})
