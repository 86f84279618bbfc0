"""The portfolio as a mixed-integer program: sparse rows by columns, built with numpy alone.

Variables, in order: one binary per column; own funds carried over by payer and year; one indicator
per switch; the couples of choices of each meeting (`meetings.py`). Formulation B of plan columns: aids
are chosen by choosing a column, so that no product of variables and no "big M" on amounts is needed.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bocage.decide.meetings import Meeting, meetings_of
from bocage.decide.portfolio import Portfolio

Array = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, kw_only=True)
class Program:
    """max c x, lower <= A x <= upper, 0 <= x <= bound; A by columns (start, index, value).

    Attributes:
        cost: array (N,), c.
        bound: array (N,), upper bounds of the variables.
        integer: array (N,) of booleans.
        lower: array (M,), lower bounds of the rows.
        upper: array (M,), upper bounds of the rows.
        start: array (N + 1,), where each column of A starts.
        index: array (Z,), rows.
        value: array (Z,), coefficients.
        columns: number of variables that are columns of the portfolio; they come first.
    """

    cost: Array
    bound: Array
    integer: NDArray[np.bool_]
    lower: Array
    upper: Array
    start: Ints
    index: Ints
    value: Array
    columns: int


class _Rows:
    """Rows gathered one by one, as long lists of (row, variable, coefficient)."""

    def __init__(self) -> None:
        self.variables: list[Ints] = []
        self.weights: list[Array] = []
        self.lower: list[float] = []
        self.upper: list[float] = []

    def add(
        self, terms: Iterable[tuple[Ints, Array | float]], *, lower: float = -np.inf, upper: float = np.inf
    ) -> None:
        """Add lower <= sum of weights times variables <= upper."""
        parts = list(terms)
        weights = [np.full(len(of), weight) if isinstance(weight, float) else weight for of, weight in parts]
        self.variables.append(np.concatenate([variables for variables, _ in parts]))
        self.weights.append(np.concatenate(weights))
        self.lower.append(lower)
        self.upper.append(upper)


def program_of(portfolio: Portfolio) -> Program:
    """Write a portfolio as a mixed-integer program.

    Args:
        portfolio: what decides the plan.
    """
    count, years = len(portfolio.action), portfolio.years
    payers, switches = len(portfolio.budgets), len(portfolio.switches)
    carry = count + np.arange(payers * years).reshape(payers, years)
    active = count + carry.size + np.arange(switches)
    started = _columns_by_action(portfolio)
    meetings = meetings_of(portfolio, started)
    couples = _couples(meetings, count + carry.size + switches)
    total = count + carry.size + switches + sum(meeting.size for meeting in meetings)

    cost = np.zeros(total)
    cost[:count] = portfolio.value
    for meeting, variables in zip(meetings, couples, strict=True):
        cost[variables] = meeting.credit
    bound = np.ones(total)
    # Without carry-over the variable is fixed at zero and each year must balance by itself.
    bound[carry] = np.inf if portfolio.carried else 0.0
    integer = np.zeros(total, dtype=bool)
    integer[:count] = True
    integer[active] = True

    rows = _Rows()
    _exclusivity(rows, portfolio, started)
    _prerequisites(rows, portfolio, started)
    _cash(rows, portfolio, carry)
    for limit in portfolio.limits:
        rows.add([(limit.columns, limit.weights)], upper=limit.bound)
    for switch, indicator in zip(portfolio.switches, active, strict=True):
        on = np.array([indicator])
        rows.add([(switch.users, 1.0), (on, -float(len(switch.users)))], upper=0.0)
        least = float(switch.weights[switch.weights < 0].sum())
        rows.add([(switch.columns, switch.weights), (on, least - switch.threshold)], lower=least)
    for meeting, variables in zip(meetings, couples, strict=True):
        _meeting(rows, meeting, variables)
    for floor in portfolio.floors:
        terms: list[tuple[Ints, Array | float]] = [(np.arange(count), floor.weights[portfolio.action])]
        terms += [
            (variables.ravel(), meeting.saving(floor.role).ravel())
            for meeting, variables in zip(meetings, couples, strict=True)
        ]
        rows.add(terms, lower=floor.minimum)
    return _assemble(rows, cost, bound, integer, count)


def _columns_by_action(portfolio: Portfolio) -> dict[int, list[Ints]]:
    """For each action, its columns by year of start."""
    found: dict[int, list[list[int]]] = defaultdict(lambda: [[] for _ in range(portfolio.years)])
    for column, (action, year) in enumerate(zip(portfolio.action, portfolio.year, strict=True)):
        found[int(action)][int(year)].append(column)
    return {action: [np.array(part, dtype=np.int64) for part in years] for action, years in found.items()}


def _until(started: Mapping[int, list[Ints]], action: int, year: int) -> Ints:
    """Columns that start the action in a year or before."""
    years = started.get(action)
    return np.concatenate(years[: year + 1]) if years else np.zeros(0, dtype=np.int64)


def _exclusivity(rows: _Rows, portfolio: Portfolio, started: Mapping[int, list[Ints]]) -> None:
    grouped = {int(action) for group in portfolio.groups for action in group}
    for group in portfolio.groups:
        columns = [np.concatenate(started[int(action)]) for action in group if int(action) in started]
        if columns:
            rows.add([(np.concatenate(columns), 1.0)], upper=1.0)
    for action, years in started.items():
        if action not in grouped:
            rows.add([(np.concatenate(years), 1.0)], upper=1.0)


def _prerequisites(rows: _Rows, portfolio: Portfolio, started: Mapping[int, list[Ints]]) -> None:
    for later, earlier in portfolio.requires:
        for year in range(portfolio.years):
            columns = _until(started, later, year)
            if len(columns):
                rows.add([(columns, 1.0), (_until(started, earlier, year), -1.0)], upper=0.0)


def _cash(rows: _Rows, portfolio: Portfolio, carry: Ints) -> None:
    payer = portfolio.payer[portfolio.action]
    for number, budget in enumerate(portfolio.budgets):
        own = np.flatnonzero(payer == number)
        for year in range(portfolio.years):
            asks = portfolio.cash[own, year]
            used = asks != 0
            terms: list[tuple[Ints, Array | float]] = [(own[used], asks[used]), (carry[number, year : year + 1], 1.0)]
            if year:
                terms.append((carry[number, year - 1 : year], -1.0))
            rows.add(terms, upper=float(budget[year]))


def _couples(meetings: Sequence[Meeting], first: int) -> list[Ints]:
    """Variables of each meeting, arrays (F, S), from the first one on."""
    ends = first + np.cumsum([0, *(meeting.size for meeting in meetings)])
    return [
        np.arange(begin, begin + meeting.size).reshape(meeting.credit.shape)
        for begin, meeting in zip(ends.tolist(), meetings, strict=False)
    ]


def _meeting(rows: _Rows, meeting: Meeting, variables: Ints) -> None:
    for choice, couples in zip(meeting.first, variables, strict=True):
        rows.add([(couples, 1.0), (choice.columns, -1.0)], upper=0.0)
    for choice, couples in zip(meeting.second, variables.T, strict=True):
        rows.add([(couples, 1.0), (choice.columns, -1.0)], upper=0.0)
    terms: list[tuple[Ints, Array | float]] = [(choice.columns, 1.0) for choice in (*meeting.first, *meeting.second)]
    rows.add([*terms, (variables.ravel(), -1.0)], upper=1.0)


def _assemble(rows: _Rows, cost: Array, bound: Array, integer: NDArray[np.bool_], columns: int) -> Program:
    sizes = np.array([len(part) for part in rows.variables], dtype=np.int64)
    row = np.repeat(np.arange(len(sizes)), sizes)
    variable = np.concatenate(rows.variables) if len(sizes) else np.zeros(0, dtype=np.int64)
    value = np.concatenate(rows.weights) if len(sizes) else np.zeros(0)
    # A column may meet a row twice (a switch whose users also count): HiGHS refuses duplicates, so they are summed.
    key = variable * max(1, len(sizes)) + row
    unique, inverse = np.unique(key, return_inverse=True)
    summed = np.bincount(inverse, weights=value, minlength=len(unique))
    variable, row = np.divmod(unique, max(1, len(sizes)))
    return Program(
        cost=cost,
        bound=bound,
        integer=integer,
        lower=np.array(rows.lower, dtype=float),
        upper=np.array(rows.upper, dtype=float),
        start=np.searchsorted(variable, np.arange(len(cost) + 1)).astype(np.int64),
        index=row.astype(np.int64),
        value=np.asarray(summed, dtype=float),
        columns=columns,
    )


def start_of(portfolio: Portfolio, program: Program, columns: Iterable[int]) -> Array:
    """The variables of a program that a selection of columns sets, as a warm start (N,)."""
    chosen = np.array(sorted(columns), dtype=np.int64)
    years, payers = portfolio.years, len(portfolio.budgets)
    variables = np.zeros(len(program.cost))
    variables[chosen] = 1.0
    carry = program.columns
    if portfolio.carried:
        variables[carry : carry + payers * years] = np.maximum(portfolio.balances(chosen), 0.0).ravel()
    active = carry + payers * years
    for number, switch in enumerate(portfolio.switches):
        variables[active + number] = float(np.isin(switch.users, chosen).any())
    start = portfolio.starts(chosen)
    meetings = meetings_of(portfolio, _columns_by_action(portfolio))
    for meeting, couples in zip(meetings, _couples(meetings, active + len(portfolio.switches)), strict=True):
        variables[couples] = meeting.met(start)
    return variables
