"""The portfolio as a mixed-integer program: sparse rows by columns, built with numpy alone.

Variables, in order: one binary per column; own funds carried over, then borrowed, by payer and year; one
indicator per switch; with aversion to risk, the quantile and the shortfall of each future; the couples of
choices of each meeting (`meetings.py`). Formulation B of plan columns: aids are chosen by choosing a column,
so that no product of variables and no "big M" on amounts is needed.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bocage.decide.portfolio.cvar import tail_quantile
from bocage.decide.portfolio.layers import Layers, layers_of
from bocage.decide.portfolio.meetings import Meeting, meetings_of
from bocage.decide.portfolio.program import Name, Program, Rows, Terms
from bocage.decide.portfolio.statement import TOLERANCE, Portfolio

Array = NDArray[np.float64]
Ints = NDArray[np.int64]


class _Places:
    """Where the variables of a portfolio are in its program."""

    def __init__(self, portfolio: Portfolio) -> None:
        self.portfolio = portfolio
        self.count, shape = len(portfolio.action), portfolio.budgets.shape
        self.started = _columns_by_action(portfolio)
        self.layers: Layers = layers_of(portfolio)
        self.meetings: list[Meeting] = meetings_of(portfolio, self.started, self.layers)
        self.total = self.count
        self.carry = self._next(portfolio.budgets.size).reshape(shape)
        self.loans = self._next(0 if portfolio.loans is None else portfolio.budgets.size).reshape(-1, shape[1])
        self.active = self._next(len(portfolio.switches))
        self.quantile = self._next(int(portfolio.risk is not None))
        self.shortfall = self._next(self.layers.futures)
        self.couples = [self._next(meeting.size).reshape(meeting.layers.shape[1:]) for meeting in self.meetings]

    def _next(self, size: int) -> Ints:
        self.total += size
        return np.arange(self.total - size, self.total)

    @cached_property
    def payer(self) -> Ints:
        """Payer of each column, array (C,)."""
        return self.portfolio.payer[self.portfolio.action]

    @cached_property
    def set_of(self) -> Ints:
        """Set of alternatives of each column, at most one of which is chosen, array (C,)."""
        sets = np.arange(len(self.portfolio.payer))
        for number, group in enumerate(self.portfolio.groups):
            sets[group] = len(sets) + number
        return sets[self.portfolio.action]

    def terms(self, layer: int) -> list[Terms]:
        """A total as columns and couples with their weights."""
        weights = self.layers.columns[layer]
        used = np.flatnonzero(weights)
        found: list[Terms] = [(used, weights[used])]
        found += [
            (variables.ravel(), meeting.layers[layer].ravel())
            for meeting, variables in zip(self.meetings, self.couples, strict=True)
        ]
        return found


def program_of(portfolio: Portfolio, *, fitting: bool = True) -> Program:
    """Write a portfolio as a mixed-integer program.

    Args:
        portfolio: what decides the plan.
        fitting: leave out the columns that a ceiling has no room for, even alone; False where ceilings may be dropped.
    """
    places = _Places(portfolio)
    rows = Rows()
    _exclusivity(rows, portfolio, places.started)
    _prerequisites(rows, portfolio, places.started)
    _musts(rows, portfolio, places.started)
    _cash(rows, places)
    for number, limit in enumerate(portfolio.limits):
        rows.add([(limit.columns, limit.weights)], upper=limit.bound, name=("limit", number))
    for aim, minimum in enumerate(places.layers.least.tolist()):
        floors = len(portfolio.floors)
        name: Name = ("floor", aim) if aim < floors else ("goal", aim - floors)
        rows.add(places.terms(1 + aim), lower=minimum, name=name)
    deciding = len(rows) + len(portfolio.switches)
    for number, indicator in enumerate(places.active.tolist()):
        _switch(rows, number, indicator, places)
    for future, short in enumerate(places.shortfall):
        terms = places.terms(1 + places.layers.aims + future)
        rows.add([*terms, (np.array([short]), 1.0), (places.quantile, -1.0)], lower=0.0)
    for meeting, variables in zip(places.meetings, places.couples, strict=True):
        _meeting(rows, meeting, variables)
    bounds = _bounds(places, fitting=fitting)
    return rows.assemble(cost=_cost(places), columns=places.count, deciding=deciding, **bounds)


def _cost(places: _Places) -> Array:
    portfolio, cost = places.portfolio, np.zeros(places.total)
    cost[: places.count] = portfolio.value
    for meeting, variables in zip(places.meetings, places.couples, strict=True):
        cost[variables] = meeting.layers[0]
    if portfolio.risk is not None:
        cost *= 1 - portfolio.risk.weight
        cost[places.quantile] = portfolio.risk.weight
        cost[places.shortfall] = -portfolio.risk.weight * portfolio.risk.probability / portfolio.risk.tail
    if portfolio.loans is not None:
        cost[places.loans] = -portfolio.loans.cost
    return cost


def _bounds(places: _Places, *, fitting: bool) -> dict[str, Any]:
    portfolio = places.portfolio
    least, bound = np.zeros(places.total), np.ones(places.total)
    for limit in portfolio.limits if fitting else ():
        # What a ceiling has no room for by itself is out: the relaxation would take a part of it.
        if (limit.weights >= 0).all():
            bound[limit.columns[limit.weights > limit.bound + TOLERANCE * max(1.0, abs(limit.bound))]] = 0.0
    integer = np.zeros(places.total, dtype=bool)
    # Without carry-over the variable is fixed at zero and each year must balance by itself.
    bound[places.carry] = np.inf if portfolio.carried else 0.0
    if portfolio.loans is not None:
        bound[places.loans] = portfolio.loans.limit
    least[places.quantile], bound[places.quantile] = -np.inf, np.inf
    bound[places.shortfall] = np.inf
    integer[: places.count] = True
    integer[places.active] = True
    return {"least": least, "bound": bound, "integer": integer}


def _columns_by_action(portfolio: Portfolio) -> dict[int, list[Ints]]:
    """For each action, its columns by year of start."""
    found: dict[int, list[list[int]]] = defaultdict(lambda: [[] for _ in range(portfolio.years)])
    for column, (action, year) in enumerate(zip(portfolio.action.tolist(), portfolio.year.tolist(), strict=True)):
        found[action][year].append(column)
    return {action: [np.array(part, dtype=np.int64) for part in years] for action, years in found.items()}


def _until(started: Mapping[int, list[Ints]], action: int, year: int) -> Ints:
    """Columns that start the action in a year or before."""
    years = started.get(action)
    return np.concatenate(years[: year + 1]) if years else np.zeros(0, dtype=np.int64)


def _exclusivity(rows: Rows, portfolio: Portfolio, started: Mapping[int, list[Ints]]) -> None:
    grouped = {int(action) for group in portfolio.groups for action in group}
    for group in portfolio.groups:
        columns = [np.concatenate(started[int(action)]) for action in group if int(action) in started]
        if columns:
            rows.add([(np.concatenate(columns), 1.0)], upper=1.0)
    for action, years in started.items():
        if action not in grouped:
            rows.add([(np.concatenate(years), 1.0)], upper=1.0)


def _prerequisites(rows: Rows, portfolio: Portfolio, started: Mapping[int, list[Ints]]) -> None:
    for later, earlier in portfolio.requires:
        for year in range(portfolio.years):
            columns = _until(started, later, year)
            if len(columns):
                rows.add([(columns, 1.0), (_until(started, earlier, year), -1.0)], upper=0.0)


def _musts(rows: Rows, portfolio: Portfolio, started: Mapping[int, list[Ints]]) -> None:
    for number, must in enumerate(portfolio.musts):
        columns = [_until(started, int(action), must.latest) for action in must.actions]
        rows.add([(np.concatenate([np.zeros(0, dtype=np.int64), *columns]), 1.0)], lower=1.0, name=("must", number))


def _cash(rows: Rows, places: _Places) -> None:
    portfolio, carry, effect = places.portfolio, places.carry, places.portfolio.loan_effects
    for number, budget in enumerate(portfolio.budgets):
        own = np.flatnonzero(places.payer == number)
        for year in range(portfolio.years):
            asks = portfolio.cash[own, year]
            used = asks != 0
            terms: list[Terms] = [(own[used], asks[used]), (carry[number, year : year + 1], 1.0)]
            if year:
                terms.append((carry[number, year - 1 : year], -1.0))
            if portfolio.loans is not None:
                brought = effect[number, year].copy()
                if portfolio.carried and year:
                    brought -= effect[number, year - 1]
                loaned = np.flatnonzero(brought)
                terms.append((places.loans[number, loaned], -brought[loaned]))
            rows.add(terms, upper=float(budget[year]), name=("budget", number))
            _loaned_works(rows, places, number, year)
        if portfolio.loans is not None and np.isfinite(portfolio.loans.outstanding[number]):
            rows.add([(places.loans[number], 1.0)], upper=float(portfolio.loans.outstanding[number]))


def _loaned_works(rows: Rows, places: _Places, payer: int, year: int) -> None:
    """The loan of a payer in a year pays for nothing but the investments of that year."""
    loans = places.portfolio.loans
    if loans is None or loans.works is None or loans.limit[payer, year] <= 0:
        return
    mine = np.flatnonzero((places.payer == payer) & (loans.works[:, year] > 0))
    rows.add([(places.loans[payer, year : year + 1], 1.0), (mine, -loans.works[mine, year])], upper=0.0)


def _switch(rows: Rows, number: int, indicator: int, places: _Places) -> None:
    """The condition holds where the indicator is on; it is on where one of the users is chosen.

    At most one column of a set of alternatives is chosen: rows by set are the tightest that say so.
    """
    switch, on = places.portfolio.switches[number], np.array([indicator])
    for users in _by_set(switch.users, places.set_of):
        rows.add([(switch.users[users], 1.0), (on, -1.0)], upper=0.0)
    least = sum(min(0.0, float(switch.weights[part].min())) for part in _by_set(switch.columns, places.set_of))
    rows.add([(switch.columns, switch.weights), (on, least - switch.threshold)], lower=least, name=("switch", number))


def _by_set(columns: Ints, set_of: Ints) -> list[Ints]:
    """Places of columns, by the set of alternatives that they are in."""
    if not len(columns):
        return []
    order = np.argsort(set_of[columns], kind="stable")
    ends = np.flatnonzero(np.diff(set_of[columns][order])) + 1
    return list(np.split(order, ends))


def _meeting(rows: Rows, meeting: Meeting, variables: Ints) -> None:
    for choice, couples in zip(meeting.first, variables, strict=True):
        rows.add([(couples, 1.0), (choice.columns, -1.0)], upper=0.0)
    for choice, couples in zip(meeting.second, variables.T, strict=True):
        rows.add([(couples, 1.0), (choice.columns, -1.0)], upper=0.0)
    terms: list[Terms] = [(choice.columns, 1.0) for choice in (*meeting.first, *meeting.second)]
    rows.add([*terms, (variables.ravel(), -1.0)], upper=1.0)


def start_of(portfolio: Portfolio, program: Program, columns: Iterable[int]) -> Array:
    """The variables of a program that a selection of columns sets, as a warm start (N,).

    Args:
        portfolio: what decides the plan.
        program: the portfolio as a program.
        columns: columns chosen.
    """
    chosen = np.array(sorted(columns), dtype=np.int64)
    places = _Places(portfolio)
    variables = np.zeros(len(program.cost))
    variables[chosen] = 1.0
    if portfolio.carried:
        variables[places.carry] = np.maximum(portfolio.balances(chosen), 0.0)
    if portfolio.loans is not None:
        variables[places.loans] = portfolio.borrowed(chosen)
    for indicator, switch in zip(places.active, portfolio.switches, strict=True):
        variables[indicator] = float(np.isin(switch.users, chosen).any())
    if portfolio.risk is not None:
        futures = portfolio.futures(chosen)
        quantile = tail_quantile(futures, portfolio.risk.probability, portfolio.risk.tail)
        variables[places.quantile] = quantile
        variables[places.shortfall] = np.maximum(quantile - futures, 0.0)
    start = portfolio.starts(chosen)
    for meeting, couples in zip(places.meetings, places.couples, strict=True):
        variables[couples] = meeting.met(start)
    return variables
