"""What columns and pairs add to each objective, and several objectives made one."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from bocage.decide.portfolio.statement import Pair, Portfolio
from bocage.decide.question.choices import preference
from bocage.decide.question.request import Objective, PlanRequest
from bocage.decide.value.pairs import valued_pairs
from bocage.decide.value.valuing import base_values
from bocage.decide.value.worth import Worth

Array = NDArray[np.float64]
Ints = NDArray[np.int64]
Key = tuple[int, int]
Mix = Mapping[Objective, float]
"""What one unit of each objective is worth in the value of a plan."""
TIE_BREAK: Mapping[Objective, float] = {
    "npv": 1e-3, "cash": 1.0, "carbon": 1e-6, "energy": 1e-3, "water": 1e-5, "risk": 1e-3,
}  # fmt: skip
"""Weight of a euro of grants by objective. To society a grant is a transfer: it counts for little, so that own money
is spared at equal value; to the payer's cash it counts whole."""
POINTS = 100.0
"""Value of a plan that would be, for every objective at once, as good as the best one for it alone."""


@dataclass(frozen=True, kw_only=True)
class Tally:
    """What a plan adds to one objective, column by column and pair by pair.

    Attributes:
        columns: array (C,), what each column adds, grants and preferences left out of what is not cash.
        pairs: for each pair of the portfolio, array (S,), what each of its states adds.
    """

    columns: Array
    pairs: Sequence[Array]


@dataclass(frozen=True, kw_only=True)
class Placed:
    """The columns of a portfolio as far as their value needs them.

    Attributes:
        action: array (C,), action of each column.
        year: array (C,), index of its start year.
        cost_factor: array (C,), share of the usual cost that is paid [1].
        grants: array (C,), present value of its aids [EUR].
    """

    action: Ints
    year: Ints
    cost_factor: Array
    grants: Array


def column_values(request: PlanRequest, worth: Worth, objective: Objective, at: Placed) -> Array:
    """What each column adds to an objective (C,); aids count whole in cash, and not at all elsewhere.

    A value is what the action brings less what it costs, and the cost is multiplied by the share paid.

    Args:
        request: what the plan is asked for.
        worth: costs and gains.
        objective: objective.
        at: the columns.
    """
    base = base_values(request, worth, objective)
    values = base[at.action, at.year]
    if (at.cost_factor != 1.0).any():
        free = base_values(request, replace(worth, cost=np.zeros_like(worth.cost)), objective)[at.action, at.year]
        values = free + at.cost_factor * (values - free)
    return np.asarray(values + at.grants if objective == "cash" else values)


def tallies(
    request: PlanRequest, worth: Worth, objectives: Iterable[Objective], at: Placed, beside: Sequence[Pair] = ()
) -> tuple[list[Pair], dict[Objective, Tally], list[Array]]:
    """The pairs, their states told apart wherever one objective does, and the tally of each objective.

    The pairs returned are worth nothing yet: `steered` gives them what a plan is best at.

    Args:
        request: what the plan is asked for.
        worth: costs and gains.
        objectives: objectives wanted.
        at: the columns.
        beside: further pairs that count in no objective; what each state of theirs is worth comes last.
    """
    wanted = list(dict.fromkeys(objectives))
    by_objective = {one: valued_pairs(replace(request, objective=one), worth) for one in wanted}
    pairs, worths = joined_states([*by_objective.values(), beside])
    found = {
        one: Tally(columns=column_values(request, worth, one, at), pairs=worths[number])
        for number, one in enumerate(wanted)
    }
    return pairs, found, worths[-1]


def joined_states(versions: Sequence[Sequence[Pair]]) -> tuple[list[Pair], list[list[Array]]]:
    """One list of pairs whose states are those of every version, and what each version makes of them.

    Args:
        versions: the same interactions valued in several ways; a version may leave pairs out.

    Returns:
        The pairs with worth 0, and for each version, for each pair, array (S,).
    """
    states: dict[Key, dict[tuple[bytes, bytes], int]] = {}
    models: dict[Key, tuple[Pair, list[Array], list[Array]]] = {}
    for version in versions:
        for pair in version:
            known = states.setdefault((pair.a, pair.b), {})
            _, with_a, with_b = models.setdefault((pair.a, pair.b), (pair, [], []))
            for a, b in zip(pair.with_a, pair.with_b, strict=True):
                if known.setdefault((a.tobytes(), b.tobytes()), len(known)) == len(with_a):
                    with_a.append(a)
                    with_b.append(b)
    pairs = [
        replace(pair, with_a=np.array(with_a), with_b=np.array(with_b), worth=np.zeros(len(with_a)))
        for pair, with_a, with_b in models.values()
    ]
    return pairs, [_placed(version, states) for version in versions]


def _placed(version: Sequence[Pair], states: Mapping[Key, Mapping[tuple[bytes, bytes], int]]) -> list[Array]:
    worths = {key: np.zeros(len(known)) for key, known in states.items()}
    for pair in version:
        known, worth = states[pair.a, pair.b], worths[pair.a, pair.b]
        for a, b, value in zip(pair.with_a, pair.with_b, pair.worth.tolist(), strict=True):
            worth[known[a.tobytes(), b.tobytes()]] += value
    return list(worths.values())


def with_ties(objective: Objective, tally: Tally, grants: Array) -> Tally:
    """A tally in which aids break ties: own money is spared at equal value.

    Args:
        objective: what is tallied.
        tally: what columns and pairs add; aids are in it already where it is cash.
        grants: array (C,), present value of the aids of each column [EUR].
    """
    weight = 0.0 if objective == "cash" else TIE_BREAK[objective]
    return replace(tally, columns=tally.columns + weight * grants)


def worth_for(
    portfolio: Portfolio, objective: Objective, tally: Tally, grants: Array, votes: Mapping[int, int]
) -> Portfolio:
    """The portfolio, worth one objective: aids break ties, then the wishes of council and inhabitants.

    Args:
        portfolio: what decides the plan.
        objective: objective.
        tally: what columns and pairs add to it.
        grants: array (C,), present value of the aids of each column [EUR].
        votes: votes by action.
    """
    return steered(portfolio, with_ties(objective, tally, grants), votes)


def steered(portfolio: Portfolio, tally: Tally, votes: Mapping[int, int]) -> Portfolio:
    """The portfolio, worth a tally; wishes break ties."""
    value = tally.columns + preference(tally.columns, portfolio.action, votes)
    pairs = [replace(pair, worth=worth) for pair, worth in zip(portfolio.pairs, tally.pairs, strict=True)]
    return replace(portfolio, value=value, pairs=pairs)


def scales(weights: Mapping[Objective, float], best: Mapping[Objective, float]) -> Mix:
    """What one unit of each objective is worth in points, where several count together.

    Each objective counts as a share of what a plan made for it alone reaches, so that a weight compares
    objectives and not their units: the value of a plan is 100 sum_o w_o v_o / best_o / sum_o w_o.

    Args:
        weights: weight of each objective, > 0.
        best: what a plan made for each objective alone reaches; an objective that nothing serves (0 or less) counts
            for nothing.

    >>> scales({"npv": 1.0, "carbon": 3.0}, {"npv": 5000.0, "carbon": 10.0})
    {'npv': 0.005, 'carbon': 7.5}
    """
    total = sum(weights.values())
    return {one: POINTS * weight / total / best[one] for one, weight in weights.items() if best[one] > 0}


def mixed(found: Mapping[Objective, Tally], mix: Mix) -> Tally:
    """Several tallies as one.

    Args:
        found: tally of each objective.
        mix: what one unit of each objective is worth.
    """
    first = next(iter(found.values()))
    columns = sum((unit * found[one].columns for one, unit in mix.items()), np.zeros_like(first.columns))
    pairs = [
        sum((unit * found[one].pairs[number] for one, unit in mix.items()), np.zeros_like(states))
        for number, states in enumerate(first.pairs)
    ]
    return Tally(columns=columns, pairs=pairs)
