"""How a plan stands when the world is not as expected: regret, tornado, value of information, robust core.

The plan is never judged alone: each figure sets it beside the plans that other futures and other draws ask for.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import polars as pl
from numpy.typing import NDArray

from bocage.decide.answer.planning import Prepared
from bocage.decide.money.plan_value import Selected, value_draws, value_of
from bocage.decide.portfolio.greedy import greedy, polish
from bocage.decide.question.request import Objective
from bocage.decide.question.telling import MEASURES
from bocage.decide.robustness.information import information_frame, information_of, unknowns_of
from bocage.decide.robustness.regret import Regrets, futures_of, plans_frame, regret_frame, regrets_of
from bocage.decide.robustness.tornado import tornado_frame, tornado_of
from bocage.decide.value.aims import Placed, Tally, column_values, with_ties
from bocage.decide.value.pairs import valued_pairs
from bocage.parameters.scenarios import Scenario

Array = NDArray[np.float64]
CORE, CONTESTED, NEVER = "core", "contested", "out"
SURE, ALMOST_NEVER = 0.9, 0.1
"""Shares of the draws and futures above which an action is of the core, and under which it is of no plan."""
DRAWS_PER_FUTURE = 6
"""Draws in which a plan is looked for in each future, by the quick search."""


@dataclass(frozen=True, kw_only=True)
class Robustness:
    """A plan before the unknown.

    Attributes:
        objective: what is counted.
        unit: its unit.
        value: value of the plan in its own future.
        regret: frame `plan`, `plan_fr`, `plan_en`, `future`, `future_fr`, `future_en`, `value`, `regret`.
        plans: frame `plan`, `label_fr`, `label_en`, `actions`, `worst_regret`, `mean_regret`, `moved`, `minimax`.
        tornado: frame `name`, `label_fr`, `label_en`, `unit`, `low`, `high`, `value`, `at_low`, `at_high`, `swing`,
            `status`, the widest first.
        information: frame `name`, `label_fr`, `label_en`, `value`, `correlation`; `everything` first.
        actions: frame `action_id`, `planned`, `share`, `standing` (`core`, `contested`, `out`).
        searches: number of plans looked for.
    """

    objective: Objective
    unit: str
    value: float
    regret: pl.DataFrame
    plans: pl.DataFrame
    tornado: pl.DataFrame
    information: pl.DataFrame
    actions: pl.DataFrame
    searches: int


def robustness_of(prepared: Prepared, chosen: Sequence[int], scenarios: Sequence[Scenario]) -> Robustness:
    """Judge a plan across futures and draws.

    Args:
        prepared: the request of the plan, valued.
        chosen: columns of the plan.
        scenarios: views of the future; two with dear and cheap energy are added.
    """
    request, worth = prepared.request, prepared.worth
    objective, plan = request.objective, Selected(columns=prepared.steering.columns, chosen=chosen)
    regrets = regrets_of(prepared, chosen, futures_of(scenarios, request.date.year), objective)
    drawn = drawn_plans(regrets, objective)
    nothing = Selected(columns=plan.columns, chosen=[])
    options = _distinct([plan, nothing, *(one.plan for one in regrets.candidates[1:]), *drawn])
    values = np.array([value_draws(request, worth, one, objective) for one in options])
    base = value_of(request, worth, plan, objective)
    return Robustness(
        objective=objective,
        unit=MEASURES[objective].unit,
        value=base,
        regret=regret_frame(regrets),
        plans=plans_frame(regrets),
        tornado=tornado_frame(tornado_of(prepared, plan, objective), base),
        information=information_frame(information_of(values, unknowns_of(prepared, options), seed=request.seed)),
        actions=standing_frame(prepared, plan, [one.plan for one in regrets.candidates[1:]], drawn),
        searches=len(regrets.futures) + len(drawn),
    )


def drawn_plans(regrets: Regrets, objective: Objective, per_future: int = DRAWS_PER_FUTURE) -> list[Selected]:
    """Plans that draws ask for in each future, by the quick search: greedy, or the future's own plan, finished.

    Draws are spread over the whole of what the plan that is judged may be worth, another set in each future.

    Args:
        regrets: futures, with what was prepared in each.
        objective: what is counted.
        per_future: number of draws in each future.
    """
    found = []
    for number, ((_, valued), candidate) in enumerate(zip(regrets.futures, regrets.candidates[1:], strict=True)):
        judged = value_draws(valued.request, valued.worth, regrets.candidates[0].plan, objective)
        order = np.argsort(judged, kind="stable")
        step = len(order) / per_future
        shift = (number + 0.5) / max(1, len(regrets.futures))
        draws = sorted({int(order[min(len(order) - 1, int((part + shift) * step))]) for part in range(per_future)})
        found += [_best_in(valued, candidate.plan, draw, objective) for draw in draws]
    return found


def _best_in(valued: Prepared, plan: Selected, draw: int, objective: Objective) -> Selected:
    """The best plan found in one draw, from scratch or from the plan of the future."""
    columns, worth = plan.columns, valued.worth.at([draw])
    portfolio, asked = columns.portfolio, replace(valued.request, objective=objective)
    at = Placed(action=portfolio.action, year=portfolio.year, cost_factor=columns.cost_factor, grants=columns.grants)
    drawn = Tally(columns=column_values(asked, worth, objective, at), pairs=[])
    there = replace(
        portfolio,
        value=with_ties(objective, drawn, columns.grants).columns,
        pairs=valued_pairs(asked, worth),
        goals=(),
        risk=None,
    )
    ways = [polish(there, greedy(there)), polish(there, list(plan.chosen))]
    admissible = [way for way in ways if not there.violations(way)]
    best = max(admissible, key=there.objective, default=list(plan.chosen))
    return Selected(columns=columns, chosen=best)


def _distinct(plans: Sequence[Selected]) -> list[Selected]:
    """Plans that are not the same actions in the same years, in their order."""
    found: dict[tuple[tuple[int, int], ...], Selected] = {}
    for plan in plans:
        found.setdefault(tuple(sorted(plan.starts.items())), plan)
    return list(found.values())


def standing_frame(
    prepared: Prepared, plan: Selected, solved: Sequence[Selected], drawn: Sequence[Selected]
) -> pl.DataFrame:
    """Frame `action_id`, `planned`, `share`, `standing`: how often each action is of the best plan found.

    Futures, solved to the gap, count for half; draws, searched quickly, for the other half.

    Args:
        prepared: the request, valued.
        plan: the plan that is judged.
        solved: the plan of each future.
        drawn: the plan of each draw.
    """
    ids = prepared.request.actions["action_id"].to_list()
    share = np.zeros(len(ids))
    parts = [part for part in (solved, drawn) if len(part)]
    for part in parts:
        for one in part:
            share[list(one.starts)] += 1.0 / len(part) / len(parts)
    planned = np.zeros(len(ids), dtype=bool)
    planned[list(plan.starts)] = True
    standing = np.where(share >= SURE - 1e-9, CORE, np.where(share <= ALMOST_NEVER + 1e-9, NEVER, CONTESTED))
    return pl.DataFrame(
        {"action_id": ids, "planned": planned, "share": share.round(4), "standing": standing},
        schema={"action_id": pl.String, "planned": pl.Boolean, "share": pl.Float64, "standing": pl.String},
    )
