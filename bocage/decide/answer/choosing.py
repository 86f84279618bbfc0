"""From columns to the plan: what it is best at, the search, then the objectives pursued after the first."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from bocage.decide.columns.building import Columns
from bocage.decide.columns.purchases import regrouped
from bocage.decide.columns.streets import street_weight
from bocage.decide.portfolio.greedy import greedy, polish
from bocage.decide.portfolio.pareto import Measure, rank_by_rank
from bocage.decide.portfolio.search import search
from bocage.decide.portfolio.selection import Selection
from bocage.decide.portfolio.solve import Solve, relative_gap
from bocage.decide.portfolio.statement import Goal, Portfolio
from bocage.decide.question.request import Aim, Objective, PlanRequest, SolveFacts
from bocage.decide.question.telling import MEASURES, measure_of
from bocage.decide.value.aims import Mix, Placed, Tally, mixed, scales, steered, with_ties, worth_for
from bocage.decide.value.futures import risk_of
from bocage.decide.value.worth import Worth

Array = NDArray[np.float64]
RANK_TOLERANCE = 1e-3
"""Share of an objective that the ones pursued after it may cost."""


@dataclass(frozen=True, kw_only=True)
class Steered:
    """What a plan is best at.

    Attributes:
        columns: the columns, their portfolio worth what the plan is best at.
        mix: what one unit of each objective is worth in it.
    """

    columns: Columns
    mix: Mix


@dataclass(frozen=True, kw_only=True)
class Chosen:
    """A selection of columns and how it was found.

    Attributes:
        columns: columns of the plan.
        baseline: those of the greedy baseline.
        facts: how the plan was found.
        aims: what it reaches of each objective that was asked for.
    """

    columns: Sequence[int]
    baseline: Sequence[int]
    facts: SolveFacts
    aims: Sequence[Aim]


class OutOfReachError(Exception):
    """No plan does what is asked; the caller says what contradicts what.

    Args:
        portfolio: what could not be solved.
    """

    def __init__(self, portfolio: Portfolio) -> None:
        super().__init__("no plan does what is asked")
        self.portfolio = portfolio


def steer(request: PlanRequest, worth: Worth, columns: Columns) -> Steered:
    """Give the portfolio the value that the plan is best at: one objective or several, prudent or not.

    Args:
        request: what the plan is asked for.
        worth: costs and gains.
        columns: the columns, worth the objective of the request.
    """
    portfolio, votes = columns.portfolio, columns.wishes.votes
    mix: Mix = {request.objective: 1.0}
    if request.aims:
        mix = scales(request.aims, {one: _alone(columns, one) for one in request.aims})
    found = {one: with_ties(one, columns.tallies[one], columns.grants) for one in mix}
    tally = mixed(found, mix) if mix else _nothing(columns)
    unit = street_weight(mix)
    tally = replace(tally, pairs=[one + unit * same for one, same in zip(tally.pairs, columns.streets, strict=True)])
    portfolio = steered(portfolio, tally, votes)
    if request.prudence > 0:
        at = Placed(
            action=portfolio.action, year=portfolio.year, cost_factor=columns.cost_factor, grants=columns.grants
        )
        reference = polish(portfolio, greedy(portfolio))
        portfolio = replace(portfolio, risk=risk_of(request, worth, portfolio, at, mix, reference))
    return Steered(columns=replace(columns, portfolio=portfolio), mix=mix)


def _alone(columns: Columns, objective: Objective) -> float:
    """What a greedy plan made for one objective reaches."""
    portfolio = worth_for(columns.portfolio, objective, columns.tallies[objective], columns.grants, {})
    return portfolio.objective(polish(portfolio, greedy(portfolio)))


def _nothing(columns: Columns) -> Tally:
    """The tally where nothing serves any of the aims."""
    first = next(iter(columns.tallies.values()))
    return Tally(columns=np.zeros_like(first.columns), pairs=[np.zeros_like(states) for states in first.pairs])


def choose(request: PlanRequest, steering: Steered) -> Chosen:
    """Search for the plan, then pursue the further objectives one after the other.

    Args:
        request: what the plan is asked for.
        steering: columns and what the plan is best at.

    Raises:
        OutOfReachError: no plan meets the obligations, floors and budgets together.
    """
    columns = steering.columns
    portfolio = columns.portfolio
    if not len(portfolio.action):
        if portfolio.musts or portfolio.goals or any(floor.minimum > 0 for floor in portfolio.floors):
            raise OutOfReachError(portfolio)
        return Chosen(columns=[], baseline=[], facts=_no_facts(request), aims=_aims(request, columns, []))
    baseline = greedy(portfolio)
    start = _start(request, columns, baseline)
    solved = _search(request, portfolio, start)
    if solved.status == "infeasible" or (solved.columns is None and start is None):
        raise OutOfReachError(portfolio)
    chosen, source = _best(columns, solved, start)
    facts = _facts(request, portfolio, solved, source, chosen, baseline)
    if request.then:
        chosen, seconds = _pursue(request, columns, chosen)
        facts = replace(facts, seconds=facts.seconds + seconds, objective=portfolio.objective(chosen))
        facts = replace(facts, gap=relative_gap(facts.objective, facts.bound))
    return Chosen(columns=chosen, baseline=baseline, facts=facts, aims=_aims(request, columns, chosen))


def _start(request: PlanRequest, columns: Columns, baseline: list[int]) -> list[int] | None:
    """The best admissible plan known before the search: the greedy one, finished, or an earlier one taken up."""
    portfolio = columns.portfolio
    candidates = [regrouped(portfolio, columns.twins, polish(portfolio, baseline))]
    if request.warm:
        candidates.append(polish(portfolio, _taken_up(request, portfolio)))
    admissible = [one for one in candidates if not portfolio.violations(one)]
    return max(admissible, key=portfolio.objective, default=None)


def _taken_up(request: PlanRequest, portfolio: Portfolio) -> list[int]:
    """An earlier plan, as far as it is still admissible: each action in its year, in the best way that fits."""
    ids = request.actions["action_id"].to_list()
    candidates: dict[tuple[int, int], list[int]] = {}
    for column in np.argsort(-portfolio.value, kind="stable").tolist():
        candidates.setdefault((int(portfolio.action[column]), int(portfolio.year[column])), []).append(column)
    selection = Selection(portfolio)
    # In the order of the years, so that what another needs comes before it.
    for row, action in sorted(enumerate(ids), key=lambda one: (request.warm.get(one[1], 0), one[0])):
        if action in request.warm:
            fitting = candidates.get((row, request.warm[action] - request.first_year), ())
            column = next((one for one in fitting if selection.obstacle(one) is None), None)
            if column is not None:
                selection.add(column)
    return selection.columns


def _search(request: PlanRequest, portfolio: Portfolio, start: list[int] | None) -> Solve:
    return search(
        portfolio,
        start,
        gap=request.gap,
        time_limit_s=request.time_limit_s,
        seed=request.seed,
        on_progress=request.on_progress,
    )


def _best(columns: Columns, solved: Solve, start: list[int] | None) -> tuple[list[int], Literal["solver", "greedy"]]:
    """The better of the solver's plan, finished, and of the one it started from."""
    portfolio = columns.portfolio
    candidates: list[tuple[list[int], Literal["solver", "greedy"]]] = [] if start is None else [(start, "greedy")]
    if solved.columns is not None and not portfolio.violations(solved.columns):
        found = list(solved.columns)
        finished = regrouped(portfolio, columns.twins, polish(portfolio, found))
        # What comes out where the solver died was found by the walk alone.
        source: Literal["solver", "greedy"] = "greedy" if solved.status == "failed" else "solver"
        candidates.append((found, source))
        if not portfolio.violations(finished):
            candidates.append((finished, source))
    return max(candidates, key=lambda candidate: (portfolio.objective(candidate[0]), candidate[1]))


def _pursue(request: PlanRequest, columns: Columns, chosen: list[int]) -> tuple[list[int], float]:
    """The plan that is best at the further objectives without giving up what was reached; seconds of search."""
    began, portfolio = time.monotonic(), columns.portfolio
    held = replace(portfolio, goals=[*portfolio.goals, _reached(portfolio, chosen)])
    tallied = [(one, with_ties(one, columns.tallies[one], columns.grants)) for one in request.then]
    found = rank_by_rank(
        held,
        [Measure(name=one, value=tally.columns, pair_worth=tally.pairs) for one, tally in tallied],
        tolerance=RANK_TOLERANCE,
        gap=request.gap,
        time_limit_s=request.time_limit_s * len(request.then),
        seed=request.seed,
        start=chosen,
    )
    better = chosen if found is None or held.violations(found[0]) else list(found[0])
    return better, time.monotonic() - began


def _reached(portfolio: Portfolio, chosen: Sequence[int]) -> Goal:
    """What a plan reaches of what a portfolio is worth: the next ranks have to keep it, but for a little."""
    goal = Goal(label="aim", weights=portfolio.value, pair_worth=[pair.worth for pair in portfolio.pairs], minimum=0.0)
    total = portfolio.total(goal, chosen)
    return replace(goal, minimum=total - RANK_TOLERANCE * abs(total))


def _facts(
    request: PlanRequest,
    portfolio: Portfolio,
    solved: Solve,
    source: Literal["solver", "greedy"],
    chosen: Sequence[int],
    baseline: Sequence[int],
) -> SolveFacts:
    objective, base = portfolio.objective(chosen), portfolio.objective(baseline)
    bound = max(solved.bound, objective)
    return SolveFacts(
        status=solved.status,
        source=source,
        objective=objective,
        bound=bound,
        gap=relative_gap(objective, bound),
        seconds=solved.seconds,
        variables=solved.variables,
        rows=solved.rows,
        greedy_objective=base,
        greedy_loss=1.0 - base / objective if objective > 0 else 0.0,
        unit=measure_of(request).unit,
        message=solved.message,
    )


def _no_facts(request: PlanRequest) -> SolveFacts:
    return SolveFacts(
        status="empty", source="greedy", objective=0.0, bound=0.0, gap=0.0, seconds=0.0, variables=0, rows=0,
        greedy_objective=0.0, greedy_loss=0.0, unit=measure_of(request).unit,
    )  # fmt: skip


def _aims(request: PlanRequest, columns: Columns, chosen: Sequence[int]) -> list[Aim]:
    """What the plan reaches of each objective that was asked for, in the order in which they count."""
    portfolio = columns.portfolio
    ranked: dict[Objective, tuple[int, float | None]] = {request.objective: (1, None)}
    if request.aims:
        ranked = {objective: (1, weight) for objective, weight in request.aims.items()}
    ranked |= {objective: (rank, None) for rank, objective in enumerate(request.then, start=2)}
    found = []
    for objective, (rank, weight) in ranked.items():
        tally = columns.tallies[objective]
        goal = Goal(label=objective, weights=tally.columns, pair_worth=tally.pairs, minimum=0.0)
        value = portfolio.total(goal, chosen)
        found.append(Aim(objective=objective, rank=rank, weight=weight, value=value, unit=MEASURES[objective].unit))
    return found
