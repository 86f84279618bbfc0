"""Why no plan can be made: a conflict from which nothing can be taken away, and the least change of each of its parts.

What is asked (musts, floors, goals, budgets, ceilings, conditions of programmes) is named; the rest
(alternatives, prerequisites, interactions) holds whatever is asked. Divide and conquer finds a set of names
that cannot hold together while any of its parts left out would do; each is then stretched by itself, all
else held, to say by how much it would have to give.

Reference: U. Junker, QuickXplain: preferred explanations and relaxations for over-constrained problems,
AAAI 2004, 167-172; J. W. Chinneck, Feasibility and infeasibility in optimization, Springer 2008,
https://doi.org/10.1007/978-0-387-74932-7 (deletion filter, elastic programs).
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from bocage.decide.portfolio.matrix import program_of
from bocage.decide.portfolio.program import Kind, Name, Program
from bocage.decide.portfolio.solve import solve_program
from bocage.decide.portfolio.statement import Portfolio

_BLAMED_LAST: tuple[Kind, ...] = ("switch", "limit", "budget", "must", "floor", "goal")
"""Where a conflict can be told in several ways, conditions of programmes are kept out of it first, wishes last."""
_GAP = 0.01
"""A change is told within this of the least one [1]."""


@dataclass(frozen=True, kw_only=True)
class Change:
    """By how much one constraint would have to give for a plan to exist, all else held.

    Attributes:
        amounts: what to add to a budget by year, array (T,) [EUR]; to take from a floor, a goal or the threshold
            of a condition, to add to a ceiling, array (1,), in their unit; empty for a must.
        latest: for a must, index of the earliest latest year that would do; None where no year does, and for the rest.
        proved: True where less is known not to do (within one percent).
    """

    amounts: NDArray[np.float64]
    latest: int | None = None
    proved: bool


@dataclass(frozen=True, kw_only=True)
class Part:
    """One constraint of a conflict.

    Attributes:
        kind: what it is.
        number: its place in the portfolio's musts, floors, goals, limits or switches; the payer for a budget.
        label: what it is called; empty for a budget.
        change: the least change that would do by itself; None where none does, or none was found in time.
    """

    kind: Kind
    number: int
    label: str
    change: Change | None


@dataclass(frozen=True, kw_only=True)
class Conflict:
    """Constraints that cannot hold together.

    Attributes:
        parts: the constraints. Empty, where alternatives and prerequisites alone already exclude any plan
            (`smallest`), or where it could not be told in time whether there is one (not `smallest`).
        smallest: True where each of them was shown to be needed for the conflict; False says "not proved smallest".
        tests: number of programs that were tried.
        seconds: time that it took [s].
    """

    parts: Sequence[Part]
    smallest: bool
    tests: int
    seconds: float


def find_conflict(
    portfolio: Portfolio, *, time_limit_s: float = 60.0, test_limit_s: float = 5.0, seed: int = 1
) -> Conflict | None:
    """Say why no plan exists; None where one does.

    Args:
        portfolio: what decides the plan.
        time_limit_s: longest search [s].
        test_limit_s: longest time given to one program [s]; the first, whether there is a plan, has a third of all.
        seed: seed of the solver.
    """
    began = time.monotonic()
    program = _asked(portfolio)
    trial = _Trial(program=program, deadline=began + time_limit_s, test_limit_s=time_limit_s / 3, seed=seed)
    names = sorted({name for name in program.names if name}, key=lambda name: (_BLAMED_LAST.index(name[0]), name[1]))
    if not trial.fails(names):
        undecided = Conflict(parts=(), smallest=False, tests=trial.tests, seconds=time.monotonic() - began)
        return None if trial.sure else undecided
    trial.test_limit_s = test_limit_s
    found = [] if trial.fails([]) else trial.explain([], names, changed=False)
    smallest = trial.sure
    parts = [
        Part(kind=name[0], number=name[1], label=_label(portfolio, name), change=_change(portfolio, trial, name))
        for name in sorted(found, key=names.index)
    ]
    return Conflict(parts=parts, smallest=smallest, tests=trial.tests, seconds=time.monotonic() - began)


@dataclass(kw_only=True)
class _Trial:
    """A program of which some constraints are held, tried within a time; `sure` until something is not told in time."""

    program: Program
    deadline: float
    test_limit_s: float
    seed: int
    sure: bool = True
    tests: int = 0

    @property
    def names(self) -> set[Name]:
        """All constraints that may be dropped."""
        return {name for name in self.program.names if name}

    @property
    def limit_s(self) -> float:
        """Time left to the next program [s]."""
        return min(self.test_limit_s, self.deadline - time.monotonic())

    def fails(self, held: Sequence[Name]) -> bool:
        """True where no plan holds these constraints; False, and no longer sure, where that was not told in time."""
        if self.limit_s <= 0:
            self.sure = False
            return False
        self.tests += 1
        free = replace(self.program, cost=np.zeros(len(self.program.cost))).without(self.names - set(held))
        answer = solve_program(free, gap=1.0, time_limit_s=self.limit_s, seed=self.seed, grace_s=1.0)
        if answer.status != "infeasible" and answer.solution is None:
            self.sure = False
        return answer.status == "infeasible"

    def explain(self, held: Sequence[Name], doubtful: Sequence[Name], *, changed: bool) -> list[Name]:
        """Names of `doubtful` that cannot hold with `held`, none of which can be taken away (QuickXplain).

        Args:
            held: names that are held.
            doubtful: names among which to look, those that it would be best to keep out of the conflict first.
            changed: True where `held` has grown since it was last known to hold.
        """
        if changed and self.fails(held):
            return []
        if len(doubtful) == 1:
            return list(doubtful)
        half = len(doubtful) // 2
        first, second = doubtful[:half], doubtful[half:]
        from_first = self.explain([*held, *second], first, changed=True)
        return from_first + self.explain([*held, *from_first], second, changed=bool(from_first))


def _label(portfolio: Portfolio, name: Name) -> str:
    kind, number = name
    match kind:
        case "must":
            return portfolio.musts[number].label
        case "goal":
            return portfolio.goals[number].label
        case "floor":
            return portfolio.floors[number].role
        case "limit":
            return portfolio.limits[number].label
        case "switch":
            return portfolio.switches[number].label
        case "budget":
            return ""


def _change(portfolio: Portfolio, trial: _Trial, name: Name) -> Change | None:
    """The least change of one constraint, all others held."""
    kind, number = name
    if kind == "must":
        return _delay(portfolio, trial, number)
    if trial.limit_s <= 0:
        return None
    stretched = trial.program.stretched(name)
    answer = solve_program(stretched, gap=_GAP, time_limit_s=trial.limit_s, seed=trial.seed, grace_s=1.0)
    if answer.solution is None:
        return None
    amounts = np.maximum(answer.solution[len(trial.program.cost) :], 0.0)
    return Change(amounts=amounts, proved=answer.status in {"optimal", "gap"})


def _delay(portfolio: Portfolio, trial: _Trial, number: int) -> Change | None:
    """The earliest latest year of a must that would do."""
    must = portfolio.musts[number]
    trial.sure = True
    if trial.fails(sorted(trial.names - {("must", number)})):
        return None
    for latest in range(must.latest + 1, portfolio.years):
        later = [*portfolio.musts[:number], replace(must, latest=latest), *portfolio.musts[number + 1 :]]
        tried = replace(trial, program=_asked(replace(portfolio, musts=later)))
        failed = tried.fails(sorted(trial.names))
        trial.tests, trial.sure = tried.tests, tried.sure
        if not failed and trial.sure:
            return Change(amounts=np.zeros(0), latest=latest, proved=True)
    return Change(amounts=np.zeros(0), latest=None, proved=trial.sure)


def _asked(portfolio: Portfolio) -> Program:
    """What is asked, whatever it is worth."""
    return program_of(replace(portfolio, risk=None, value=np.zeros(len(portfolio.action))), fitting=False)
