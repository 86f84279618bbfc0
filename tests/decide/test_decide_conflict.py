"""Conflicts: what is said not to hold together does not, any part left out does, and the changes told would do."""

import itertools
import time
from collections.abc import Collection, Sequence
from dataclasses import replace

import numpy as np
import pytest
from test_decide_obligations import whole

from bocage.decide.portfolio.conflict import Part, find_conflict
from bocage.decide.portfolio.solve import solve
from bocage.decide.portfolio.statement import Goal, Limit, Loans, Must, Portfolio

MUCH = 1e6


def possible(portfolio: Portfolio) -> bool:
    """Whether some selection breaks nothing, by trying every one until one does not."""
    choices: dict[int, list[int | None]] = {}
    for column, action in enumerate(portfolio.action.tolist()):
        choices.setdefault(action, [None]).append(column)
    return any(
        not portfolio.violations([column for column in picked if column is not None])
        for picked in itertools.product(*choices.values())
    )


def holding(portfolio: Portfolio, held: Collection[tuple[str, int]]) -> Portfolio:
    """The portfolio with some of its constraints only."""

    def kept(kind: str, items: Sequence[object]) -> list[object]:
        return [item for number, item in enumerate(items) if (kind, number) in held]

    rich = np.array([("budget", payer) not in held for payer in range(len(portfolio.budgets))])
    return replace(
        portfolio,
        budgets=np.where(rich[:, None], MUCH, portfolio.budgets),
        musts=kept("must", portfolio.musts),
        floors=kept("floor", portfolio.floors),
        goals=kept("goal", portfolio.goals),
        limits=kept("limit", portfolio.limits),
        switches=kept("switch", portfolio.switches),
    )


def everything(portfolio: Portfolio) -> set[tuple[str, int]]:
    sets = {
        "must": portfolio.musts, "floor": portfolio.floors, "goal": portfolio.goals, "limit": portfolio.limits,
        "switch": portfolio.switches, "budget": portfolio.budgets,
    }  # fmt: skip
    return {(kind, number) for kind, items in sets.items() for number in range(len(items))}


def changed(portfolio: Portfolio, part: Part, share: float) -> Portfolio:
    """The portfolio with a share of the change of one constraint."""
    assert part.change is not None
    number, amounts = part.number, share * part.change.amounts

    def moved(items: Sequence[object], **fields: object) -> list[object]:
        return [*items[:number], replace(items[number], **fields), *items[number + 1 :]]  # type: ignore[type-var]

    match part.kind:
        case "budget":
            more = np.zeros_like(portfolio.budgets)
            more[number] = amounts
            return replace(portfolio, budgets=portfolio.budgets + more)
        case "must":
            return replace(portfolio, musts=moved(portfolio.musts, latest=part.change.latest))
        case "floor":
            return replace(
                portfolio, floors=moved(portfolio.floors, minimum=portfolio.floors[number].minimum - amounts[0])
            )
        case "goal":
            return replace(
                portfolio, goals=moved(portfolio.goals, minimum=portfolio.goals[number].minimum - amounts[0])
            )
        case "limit":
            return replace(portfolio, limits=moved(portfolio.limits, bound=portfolio.limits[number].bound + amounts[0]))
        case "switch":
            threshold = portfolio.switches[number].threshold - amounts[0]
            return replace(portfolio, switches=moved(portfolio.switches, threshold=threshold))


def strict(seed: int) -> Portfolio:
    """A tiny portfolio that is asked too much."""
    portfolio = whole(seed, actions=4, years=2)
    rng = np.random.default_rng(seed)
    return replace(
        portfolio,
        risk=None,
        goals=[replace(goal, minimum=float(rng.uniform(1, 6))) for goal in portfolio.goals],
        musts=[*portfolio.musts, Must(label="decree", actions=np.array([int(rng.integers(0, 4))]), latest=0)],
        budgets=portfolio.budgets * rng.uniform(0.1, 1.0),
    )


@pytest.mark.parametrize("seed", range(5))
def test_a_conflict_is_one_and_no_part_of_it_is_too_many(seed: int) -> None:
    portfolio = strict(seed)
    conflict = find_conflict(portfolio)
    if conflict is None:
        assert possible(portfolio)
        return
    assert conflict.smallest
    parts = {(part.kind, part.number) for part in conflict.parts}
    assert not possible(holding(portfolio, parts))
    for part in parts:
        assert possible(holding(portfolio, parts - {part})), part
    for told in conflict.parts:
        rest = holding(portfolio, everything(portfolio) - {(told.kind, told.number)})
        if told.change is None:
            assert not possible(rest), told
        elif told.kind == "must" and told.change.latest is None:
            assert possible(rest)
        else:
            assert told.change.proved
            assert possible(changed(portfolio, told, 1.0 + 1e-6)), told
            if told.kind not in {"must", "budget"}:
                assert not possible(changed(portfolio, told, 0.97)), told


def test_conflicts_are_met_and_plans_too_among_those_seeds() -> None:
    states = [solve(strict(seed), gap=0.0, time_limit_s=20.0).status for seed in range(8)]
    assert states.count("infeasible") >= 3
    assert states.count("optimal") >= 1


def simple(**asked: object) -> Portfolio:
    """Three works of 100 in three years with 60 a year, kept for later."""
    years = 3
    action, year = np.repeat(np.arange(3), years), np.tile(np.arange(years), 3)
    cash = np.zeros((9, years))
    cash[np.arange(9), year] = 100.0
    settings: dict[str, object] = {
        "years": years, "action": action, "year": year, "value": np.ones(9), "cash": cash, "own": np.full(9, 100.0),
        "payer": np.zeros(3, dtype=np.int64), "budgets": np.full((1, years), 60.0), **asked,
    }  # fmt: skip
    return Portfolio(**settings)  # type: ignore[arg-type]


def test_two_obligations_in_the_first_year_say_what_money_and_what_delay_would_do() -> None:
    musts = [Must(label=name, actions=np.array([number]), latest=0) for number, name in enumerate(("roof", "dike"))]
    conflict = find_conflict(simple(musts=[musts[0]]))
    assert conflict is not None
    assert {(part.kind, part.label) for part in conflict.parts} == {("must", "roof"), ("budget", "")}
    roof, budget = sorted(conflict.parts, key=lambda part: part.kind, reverse=True)
    assert roof.change is not None
    assert roof.change.latest == 1
    assert budget.change is not None
    assert budget.change.amounts.tolist() == pytest.approx([40.0, 0.0, 0.0])
    both = find_conflict(simple(musts=musts))
    assert both is not None
    # Each of the two alone conflicts with the budget already: one of them is told, and moving it is not enough.
    assert len(both.parts) == 2
    money = next(part for part in both.parts if part.kind == "budget")
    assert money.change is not None
    assert money.change.amounts.tolist() == pytest.approx([140.0, 0.0, 0.0])
    assert next(part for part in both.parts if part.kind == "must").change is None


def test_a_goal_is_told_what_could_be_reached_and_an_exclusion_what_it_costs() -> None:
    kwh = Goal(label="kWh", weights=np.repeat([300.0, 200.0, 100.0], 3), pair_worth=(), minimum=480.0)
    never = Limit(label="not the roof", columns=np.arange(3), weights=np.ones(3), bound=0.0)
    conflict = find_conflict(simple(goals=[kwh], limits=[never], budgets=np.full((1, 3), 100.0)))
    assert conflict is not None
    goal, limit = sorted(conflict.parts, key=lambda part: part.kind)
    assert (goal.kind, limit.kind) == ("goal", "limit")
    assert goal.change is not None
    assert kwh.minimum - goal.change.amounts[0] == pytest.approx(300.0)
    assert limit.change is not None
    assert limit.change.amounts.tolist() == pytest.approx([1.0])


def test_an_action_that_cannot_be_done_conflicts_with_nothing_but_its_obligation() -> None:
    conflict = find_conflict(simple(musts=[Must(label="unknown", actions=np.array([2]), latest=2)], groups=()))
    assert conflict is None
    gone = find_conflict(simple(musts=[Must(label="unknown", actions=np.zeros(0, dtype=np.int64), latest=2)]))
    assert gone is not None
    assert [part.label for part in gone.parts] == ["unknown"]
    assert gone.parts[0].change is not None
    assert gone.parts[0].change.latest is None


def test_alternatives_that_are_both_obligatory_are_told_without_the_budget() -> None:
    musts = [Must(label=str(number), actions=np.array([number]), latest=2) for number in (0, 1)]
    conflict = find_conflict(simple(musts=musts, groups=[np.array([0, 1])], budgets=np.full((1, 3), 1000.0)))
    assert conflict is not None
    assert [part.kind for part in conflict.parts] == ["must", "must"]
    assert conflict.smallest


def test_loans_count_before_a_budget_is_blamed() -> None:
    must = Must(label="roof", actions=np.array([0]), latest=0)
    loans = Loans(
        limit=np.full((1, 3), 40.0), annuity=np.full((1, 3), 0.1), years=np.full((1, 3), 15), cost=np.full((1, 3), 0.1),
        outstanding=np.array([np.inf]),
    )  # fmt: skip
    assert find_conflict(simple(musts=[must], loans=loans)) is None
    short = find_conflict(simple(musts=[must], loans=replace(loans, limit=np.full((1, 3), 30.0))))
    assert short is not None
    money = next(part for part in short.parts if part.kind == "budget")
    assert money.change is not None
    assert money.change.amounts.tolist() == pytest.approx([10.0, 0.0, 0.0])


def test_without_time_nothing_is_called_smallest() -> None:
    began = time.monotonic()
    conflict = find_conflict(strict(0), time_limit_s=0.0)
    assert conflict is not None
    assert not conflict.smallest
    assert not conflict.parts
    assert time.monotonic() - began < 5
