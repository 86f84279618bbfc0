"""What must be done, may not be done or is wished for: choices of council, law and inhabitants among the actions."""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from bocage.decide.portfolio.statement import Must
from bocage.decide.question.request import PlanRequest

Array = NDArray[np.float64]
Origin = Literal["council", "law", "wish"]
PREFERENCE = 0.01
"""What a wish adds to the value of an action: at most this share of it, so that it settles between near equals only."""


@dataclass(frozen=True, kw_only=True)
class Obligation:
    """Something that a plan has to do.

    Attributes:
        label: what it is called in a conflict.
        actions: rows of the actions, any of which fulfils it.
        latest: index of the latest start year.
        due_year: year by which it is due, maybe past; None where the end of the plan will do.
        reason: words of the law or of the council.
        origin: who asks for it.
    """

    label: str
    actions: tuple[int, ...]
    latest: int
    due_year: int | None
    reason: str
    origin: Origin


@dataclass(frozen=True, kw_only=True)
class Wishes:
    """The choices of a request, by row of its actions.

    Attributes:
        obligations: what has to be done.
        excluded: reason by excluded action.
        votes: inhabitants who ask for an action, at least 1 where it is preferred.
        unmatched: choices none of whose actions is proposed.
    """

    obligations: Sequence[Obligation]
    excluded: Mapping[int, str]
    votes: Mapping[int, int]
    unmatched: Sequence[str]


def read_wishes(request: PlanRequest) -> Wishes:
    """Find the choices of a request among its actions, deadlines of law included.

    A domain declares a deadline of law in the facts of each action that meets it: `law`, the words of the
    law, and `deadline_year`, the last year in which the works may be done. Alternatives of one group that
    meet the same law make one obligation. What was due before the plan begins is due by its end.

    Args:
        request: what the plan is asked for.
    """
    place = {action: row for row, action in enumerate(request.actions["action_id"])}
    obligations: list[Obligation] = []
    excluded: dict[int, str] = {}
    votes: dict[int, int] = {}
    unmatched = []
    for number, choice in enumerate(request.choices):
        rows = tuple(place[action] for action in choice.actions if action in place)
        if not rows:
            unmatched.append(choice.reason or ", ".join(choice.actions) or str(number + 1))
        elif choice.choice == "excluded":
            excluded |= dict.fromkeys(rows, choice.reason)
        elif choice.choice == "mandatory":
            obligations += _due(request, f"must {number}", rows, choice.by_year, choice.reason, "council")
        else:
            votes |= {row: max(votes.get(row, 0), choice.votes, 1) for row in rows}
            if request.keep_preferred:
                obligations += _due(request, f"wish {number}", rows, choice.by_year, choice.reason, "wish")
    return Wishes(
        obligations=[*obligations, *(_of_law(request) if request.law_deadlines else ())],
        excluded=excluded,
        votes=votes,
        unmatched=unmatched,
    )


def _of_law(request: PlanRequest) -> list[Obligation]:
    """Obligations that the facts of actions declare."""
    found: dict[tuple[str, str, int], list[int]] = defaultdict(list)
    columns = request.actions.select("action_id", "exclusive_group", "facts").iter_rows(named=True)
    for row, action in enumerate(columns):
        facts = json.loads(action["facts"] or "{}")
        if facts.get("law") and facts.get("deadline_year"):
            key = action["exclusive_group"] or action["action_id"]
            found[key, str(facts["law"]), int(facts["deadline_year"])].append(row)
    return [
        obligation
        for (key, law, year), rows in found.items()
        for obligation in _due(request, f"law {key}", tuple(rows), year, law, "law")
    ]


def _due(
    request: PlanRequest, label: str, rows: tuple[int, ...], year: int | None, reason: str, origin: Origin
) -> list[Obligation]:
    """The obligation; none where it is due after the plan only."""
    last = request.first_year + request.years - 1
    if year is not None and year > last:
        return []
    overdue = year is None or year < request.first_year
    latest = request.years - 1 if overdue or year is None else year - request.first_year
    return [Obligation(label=label, actions=rows, latest=latest, due_year=year, reason=reason, origin=origin)]


def musts_of(wishes: Wishes, starts: Sequence[range]) -> list[Must]:
    """The obligations as a portfolio knows them: what is excluded or cannot start in time fulfils none.

    An obligation of law that nothing can fulfil within the plan (another owner, a contract still in force)
    is left out: the reasons of its actions say what prevents it.

    Args:
        wishes: what is to be done.
        starts: possible start years of each action.
    """
    musts = []
    for obligation in wishes.obligations:
        able = [row for row in obligation.actions if len(starts[row]) and starts[row][0] <= obligation.latest]
        if able:
            actions = np.array(able, dtype=np.int64)
            musts.append(Must(label=obligation.label, actions=actions, latest=obligation.latest))
    return musts


def preference(values: Array, action: NDArray[np.int64], votes: Mapping[int, int]) -> Array:
    """What wishes add to the value of each column (C,): a hundredth of it at most, in proportion to votes.

    Args:
        values: array (C,), value of each column.
        action: array (C,), its action.
        votes: votes by action.

    >>> preference(np.array([200.0, 50.0, -5.0]), np.array([0, 1, 1]), {0: 10, 1: 40}).tolist()
    [0.5, 0.5, 0.0]
    """
    if not votes or not len(action):
        return np.zeros(len(action))
    most = max(votes.values())
    share = np.array([votes.get(one, 0) / most for one in action.tolist()])
    return np.asarray(PREFERENCE * share * np.maximum(values, 0.0))
