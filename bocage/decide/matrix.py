"""The portfolio as a mixed-integer program: sparse rows by columns, built with numpy alone.

Variables, in order: one binary per column; own funds carried over by payer and year; one indicator
per switch; one state per pair and year (both done). Formulation B of plan columns: aids are chosen by
choosing a column, so that no product of variables and no "big M" on amounts is needed.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bocage.decide.portfolio import Pair, Portfolio

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
        parts = [(variables, np.broadcast_to(weights, variables.shape)) for variables, weights in terms]
        self.variables.append(np.concatenate([variables for variables, _ in parts]).astype(np.int64))
        self.weights.append(np.concatenate([weights for _, weights in parts]).astype(float))
        self.lower.append(lower)
        self.upper.append(upper)


def program_of(portfolio: Portfolio) -> Program:
    """Write a portfolio as a mixed-integer program.

    Args:
        portfolio: what decides the plan.
    """
    count, years = len(portfolio.action), portfolio.years
    payers, switches, pairs = len(portfolio.budgets), len(portfolio.switches), len(portfolio.pairs)
    carry = count + np.arange(payers * years).reshape(payers, years)
    active = count + carry.size + np.arange(switches)
    state = count + carry.size + switches + np.arange(pairs * years).reshape(pairs, years)
    total = count + carry.size + switches + state.size

    cost = np.zeros(total)
    cost[:count] = portfolio.value
    for pair, variables in zip(portfolio.pairs, state, strict=True):
        cost[variables] = _state_values(pair)
    bound = np.ones(total)
    # Without carry-over the variable is fixed at zero and each year must balance by itself.
    bound[carry] = np.inf if portfolio.carried else 0.0
    integer = np.zeros(total, dtype=bool)
    integer[:count] = True
    integer[active] = True

    rows = _Rows()
    started = _columns_by_action(portfolio)
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
    for pair, variables in zip(portfolio.pairs, state, strict=True):
        _pair(rows, portfolio, started, pair, variables)
    for first, second, members in _bundles(portfolio):
        for year in range(years):
            terms_a = [(_until(started, action, year), 1.0) for action in first]
            terms_b = [(_until(started, action, year), 1.0) for action in second]
            rows.add([*terms_a, *terms_b, (state[members, year], -1.0)], upper=1.0)
    for floor in portfolio.floors:
        terms: list[tuple[Ints, Array | float]] = [(np.arange(count), floor.weights[portfolio.action])]
        terms += [
            (variables[-1:], pair.saving.get(floor.role, 0.0))
            for pair, variables in zip(portfolio.pairs, state, strict=True)
        ]
        rows.add(terms, lower=floor.minimum)
    return _assemble(rows, cost, bound, integer, count)


def _columns_by_action(portfolio: Portfolio) -> Mapping[int, list[Ints]]:
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


def _state_values(pair: Pair) -> Array:
    """What one more year of the state "both done" is worth, so that the sum from the later start on is its credit."""
    return np.asarray(pair.credit - np.append(pair.credit[1:], 0.0))


def _pair(rows: _Rows, portfolio: Portfolio, started: Mapping[int, list[Ints]], pair: Pair, variables: Ints) -> None:
    values = _state_values(pair)
    last = portfolio.years - 1
    for year, variable in enumerate(variables):
        both = variable[None] if isinstance(variable, np.ndarray) else np.array([variable])
        done_a, done_b = _until(started, pair.a, year), _until(started, pair.b, year)
        counted = bool(portfolio.floors) and year == last
        # A loss is pressed down by the objective and needs its lower bound only; a gain its upper ones.
        if values[year] < 0 or counted:
            rows.add([(done_a, 1.0), (done_b, 1.0), (both, -1.0)], upper=1.0)
        if values[year] > 0 or counted:
            rows.add([(both, 1.0), (done_a, -1.0)], upper=0.0)
            rows.add([(both, 1.0), (done_b, -1.0)], upper=0.0)


def _bundles(portfolio: Portfolio) -> list[tuple[list[int], list[int], list[int]]]:
    """Pairs between two sets of alternatives: at most one of each set is done, so that one row binds them all.

    "Some first done and some second done => some pair done" cuts off fractional plans that the row of
    each pair lets through. It holds only where every first meets every second.
    """
    group_of = {int(action): number for number, group in enumerate(portfolio.groups) for action in group}
    between: dict[tuple[int, int], list[int]] = defaultdict(list)
    for number, pair in enumerate(portfolio.pairs):
        a, b = (group_of.get(action, -1 - action) for action in (pair.a, pair.b))
        between[min(a, b), max(a, b)].append(number)
    bundles = []
    for (low, _), members in between.items():
        ends = [(portfolio.pairs[n].a, portfolio.pairs[n].b) for n in members]
        ordered = [(a, b) if group_of.get(a, -1 - a) == low else (b, a) for a, b in ends]
        first, second = sorted({a for a, _ in ordered}), sorted({b for _, b in ordered})
        if len(members) > 1 and len(set(ordered)) == len(first) * len(second):
            bundles.append((first, second, members))
    return bundles


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
    state = active + len(portfolio.switches)
    start = portfolio.starts(chosen)
    for number, pair in enumerate(portfolio.pairs):
        if pair.a in start and pair.b in start:
            first = state + number * years
            variables[first + max(start[pair.a], start[pair.b]) : first + years] = 1.0
    return variables
