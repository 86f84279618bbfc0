"""The portfolio as a mixed-integer program: sparse rows by columns, built with numpy alone.

Variables, in order: one binary per column; own funds carried over by payer and year; one indicator
per switch; the states of each pair (both act in a stretch of time). Formulation B of plan columns: aids
are chosen by choosing a column, so that no product of variables and no "big M" on amounts is needed.
"""

import itertools
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bocage.decide.portfolio import Pair, Portfolio

Array = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]


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
    states = _states(portfolio, count + carry.size + switches)
    total = count + carry.size + switches + sum(map(len, states))

    cost = np.zeros(total)
    cost[:count] = portfolio.value
    for pair, variables in zip(portfolio.pairs, states, strict=True):
        cost[variables] = pair.worth
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
    for pair, variables in zip(portfolio.pairs, states, strict=True):
        _pair(rows, started, pair, variables, counted=bool(portfolio.floors))
    for bundle in _bundles(portfolio):
        _bundle(rows, started, bundle, portfolio.pairs, states)
    for floor in portfolio.floors:
        terms: list[tuple[Ints, Array | float]] = [(np.arange(count), floor.weights[portfolio.action])]
        terms += [
            (variables[_both_done(pair)], pair.saving.get(floor.role, 0.0))
            for pair, variables in zip(portfolio.pairs, states, strict=True)
        ]
        rows.add(terms, lower=floor.minimum)
    return _assemble(rows, cost, bound, integer, count)


class _Started(dict[int, list[Ints]]):
    """For each action, its columns by year of start; stretches of years that pairs ask for again are kept."""

    def __init__(self, columns: Mapping[int, list[Ints]]) -> None:
        super().__init__(columns)
        self.kept: dict[tuple[int, bytes], Ints] = {}

    def during(self, action: int, reached: Flags) -> Ints:
        """Columns that start the action in one of the years flagged."""
        key = (action, reached.tobytes())
        if key not in self.kept:
            years = self.get(action)
            parts = [years[year] for year in np.flatnonzero(reached)] if years else []
            self.kept[key] = np.concatenate(parts) if parts else np.zeros(0, dtype=np.int64)
        return self.kept[key]


def _columns_by_action(portfolio: Portfolio) -> "_Started":
    """For each action, its columns by year of start."""
    found: dict[int, list[list[int]]] = defaultdict(lambda: [[] for _ in range(portfolio.years)])
    for column, (action, year) in enumerate(zip(portfolio.action, portfolio.year, strict=True)):
        found[int(action)][int(year)].append(column)
    return _Started({action: [np.array(part, dtype=np.int64) for part in years] for action, years in found.items()})


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


def _states(portfolio: Portfolio, first: int) -> list[Ints]:
    """Variables of the states of each pair, from the first one on."""
    sizes = [len(pair.worth) for pair in portfolio.pairs]
    ends = first + np.cumsum([0, *sizes])
    return [np.arange(begin, end) for begin, end in itertools.pairwise(ends.tolist())]


def _both_done(pair: Pair) -> Flags:
    """Array (S,), the state that any two start years reach."""
    return np.asarray(pair.with_a.all(axis=1) & pair.with_b.all(axis=1))


def _pair(rows: _Rows, started: _Started, pair: Pair, variables: Ints, *, counted: bool) -> None:
    done = _both_done(pair)
    for state, worth in enumerate(pair.worth.tolist()):
        both = variables[state : state + 1]
        with_a = started.during(pair.a, pair.with_a[state])
        with_b = started.during(pair.b, pair.with_b[state])
        # A loss is pressed down by the objective and needs its lower bound only; a gain its upper ones.
        bound = counted and bool(done[state])
        if worth < 0 or bound:
            rows.add([(with_a, 1.0), (with_b, 1.0), (both, -1.0)], upper=1.0)
        if worth > 0 or bound:
            rows.add([(both, 1.0), (with_a, -1.0)], upper=0.0)
            rows.add([(both, 1.0), (with_b, -1.0)], upper=0.0)


@dataclass(frozen=True)
class _Bundle:
    """Two sets of alternatives of which every first meets every second: the pairs, and whether each is turned."""

    members: list[int]
    turned: list[bool]


def _bundle(rows: _Rows, started: _Started, bundle: _Bundle, pairs: Sequence[Pair], states: Sequence[Ints]) -> None:
    """One row for each state that all the pairs of a bundle share."""
    shared: dict[tuple[bytes, bytes], list[tuple[int, int, bool]]] = defaultdict(list)
    for number, turned in zip(bundle.members, bundle.turned, strict=True):
        pair = pairs[number]
        first, second = (pair.with_b, pair.with_a) if turned else (pair.with_a, pair.with_b)
        for state in range(len(pair.worth)):
            shared[first[state].tobytes(), second[state].tobytes()].append((number, state, turned))
    for found in shared.values():
        if len(found) < len(bundle.members):
            continue
        sides: tuple[dict[int, Flags], dict[int, Flags]] = ({}, {})
        for number, state, turned in found:
            pair = pairs[number]
            sides[turned][pair.a], sides[not turned][pair.b] = pair.with_a[state], pair.with_b[state]
        terms: list[tuple[Ints, Array | float]] = [
            (started.during(action, reached), 1.0) for side in sides for action, reached in side.items()
        ]
        terms.append((np.array([states[number][state] for number, state, _ in found]), -1.0))
        rows.add(terms, upper=1.0)


def _bundles(portfolio: Portfolio) -> list[_Bundle]:
    """Pairs between two sets of alternatives: at most one of each set is done, so that one row binds them all.

    "Some first acts and some second acts => some pair acts" cuts off fractional plans that the row of
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
        turned = [group_of.get(a, -1 - a) != low for a, _ in ends]
        ordered = {(b, a) if turn else (a, b) for (a, b), turn in zip(ends, turned, strict=True)}
        first, second = {a for a, _ in ordered}, {b for _, b in ordered}
        if len(members) > 1 and len(ordered) == len(first) * len(second):
            bundles.append(_Bundle(members, turned))
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
    states = _states(portfolio, active + len(portfolio.switches))
    start = portfolio.starts(chosen)
    for pair, places in zip(portfolio.pairs, states, strict=True):
        if pair.a in start and pair.b in start:
            variables[places] = pair.in_force(start[pair.a], start[pair.b])
    return variables
