"""Works of several domains in one street: done in the same year where nothing else decides, each paid by its budget."""

from collections import defaultdict

import numpy as np

from bocage.decide.portfolio.statement import Pair
from bocage.decide.question.request import PlanRequest
from bocage.decide.value.aims import TIE_BREAK, Mix
from bocage.decide.value.worth import Worth

SAME_YEAR = 1e-3
"""Worth of the same year, as a share of the smaller of the two costs: it breaks ties, as no saving is known."""


def street_pairs(request: PlanRequest, worth: Worth) -> list[Pair]:
    """Actions of different domains in one street: each state is a year in which both start, worth its share of euros.

    Args:
        request: what the plan is asked for.
        worth: costs of its actions.
    """
    if not request.group_streets or request.actions["domain"].n_unique() < 2:
        return []
    places: dict[tuple[str, str], list[tuple[int, str]]] = defaultdict(list)
    rows = request.actions.select("commune_code", "place", "domain").iter_rows()
    for row, (commune, place, domain) in enumerate(rows):
        if place:
            places[commune or "", place].append((row, domain))
    same = np.eye(request.years, dtype=bool)
    return [
        Pair(a=a, b=b, with_a=same, with_b=same, worth=np.full(request.years, SAME_YEAR * _smaller(worth, a, b)))
        for members in places.values()
        for number, (a, one) in enumerate(members)
        for b, other in members[number + 1 :]
        if one != other
    ]


def _smaller(worth: Worth, a: int, b: int) -> float:
    return float(min(worth.mean_cost[a], worth.mean_cost[b]))


def street_weight(mix: Mix) -> float:
    """What a euro of a street is worth in the value of a plan: as little as a euro of grants, in any objective."""
    return sum(weight * min(1.0, TIE_BREAK[one] / SAME_YEAR) for one, weight in mix.items())
