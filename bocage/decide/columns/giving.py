"""Aids that a payer of the plan gives to another: fonds de concours and local aids, out of its own funds."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from bocage.decide.funding.aid_cash import last_year, payment_shares
from bocage.decide.funding.financing import Aid, FinancingPlan
from bocage.decide.portfolio.statement import Limit
from bocage.decide.question.request import Payer, PlanRequest
from bocage.parameters.funding_rules import FundingRule

Array = NDArray[np.float64]
Ints = NDArray[np.int64]
GIVER_KINDS = ("epci", "syndicate")
"""Classes of funders that may be payers of a plan; the budget of such a payer has the same name."""


def givers(rules: Sequence[FundingRule], payers: Sequence[Payer], siren: str) -> dict[str, Payer]:
    """The payer of the plan behind each programme of an EPCI or of a syndicate.

    A programme is that of a payer where the plan has one payer of its kind, and one only, beside the
    body that decides; elsewhere it comes from outside, as any aid.

    Args:
        rules: all versions of the programmes.
        payers: payers of the plan.
        siren: SIREN of the body that decides.
    """
    known = {
        kind: [payer for payer in payers if payer[1] == kind and payer[0] != siren] for kind in GIVER_KINDS
    }  # fmt: skip
    return {rule.name: known[rule.funder_kind][0] for rule in rules if len(known.get(rule.funder_kind, ())) == 1}


def giver_of(aid: Aid, receiver: Payer, paid_by: Mapping[str, Payer]) -> Payer | None:
    """The payer of the plan that gives an aid to another; None where it comes from outside the plan."""
    giver = paid_by.get(aid.rule.name)
    return None if giver == receiver else giver


def giver_limits(
    request: PlanRequest, plans: Sequence[FinancingPlan], action: Ints, year: Ints, payer: Ints, cash: Array
) -> list[Limit]:
    """What a payer may give and spend together: its own funds, year after year.

    For each year t, what its own actions and its gifts have taken up to t stays within what it had up to
    t; each year alone where nothing is carried over. It gives nothing out of loans, and what it promises to
    pay after the plan counts in the last year: no gift rests on money that nobody has voted.

    Args:
        request: what the plan is asked for; its `paid_by`.
        plans: financing plan of each column.
        action: array (C,), action of each column.
        year: array (C,), index of its start year.
        payer: array (n,), payer of each action, in the order of the budgets.
        cash: array (C, T), what each column asks from its own payer each year.
    """
    if not request.paid_by:
        return []
    payers, years = list(request.budgets), request.years
    taken = {number: np.zeros((len(plans), years)) for number in range(len(payers))}
    gifts: set[int] = set()
    for column, plan in enumerate(plans):
        mine = int(payer[action[column]])
        taken[mine][column] += cash[column]
        for aid in plan.aids:
            giver = giver_of(aid, payers[mine], request.paid_by)
            if giver is not None and giver in request.budgets:
                number = payers.index(giver)
                gifts.add(number)
                taken[number][column] += aid.amount_eur * _promised(aid.rule, int(year[column]), years)
    return [limit for number in sorted(gifts) for limit in _yearly(request, payers[number], taken[number])]


def _promised(rule: FundingRule, start: int, years: int) -> Array:
    """Share of a gift that is paid each year, what is paid after the plan in its last year, array (years,) [1]."""
    paid = payment_shares(rule, start, start + last_year(rule) + years)
    return np.append(paid[: years - 1], paid[years - 1 :].sum())


def _yearly(request: PlanRequest, payer: Payer, taken: Array) -> list[Limit]:
    weights = np.cumsum(taken, axis=1) if request.carried else taken
    funds = np.asarray(request.budgets[payer], dtype=float)
    bounds = np.cumsum(funds) if request.carried else funds
    columns = np.flatnonzero(weights.any(axis=1))
    return [
        Limit(
            label=f"gifts {payer[0]} {payer[1]} {request.first_year + index}",
            columns=columns,
            weights=weights[columns, index],
            bound=float(bounds[index]),
        )
        for index in range(request.years)
    ]
