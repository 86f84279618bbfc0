"""From actions, rules and budgets to the portfolio: every (action, financing plan, start year) that is admissible."""

import datetime as dt
import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bocage.decide.financing import Aid, FinancingPlan, Terms, financing_plans
from bocage.decide.pairs import valued_pairs
from bocage.decide.portfolio import Floor, Limit, Portfolio, Switch
from bocage.decide.recycling import prudent_savings
from bocage.decide.request import Objective, Payer, PlanRequest
from bocage.decide.valuing import base_values
from bocage.decide.worth import Worth
from bocage.finance.discounting import discount_factors
from bocage.finance.public import fctva_eur, paid_over_years

Array = NDArray[np.float64]
TIE_BREAK: Mapping[Objective, float] = {
    "npv": 1e-3, "cash": 1.0, "carbon": 1e-6, "energy": 1e-3, "water": 1e-5, "risk": 1e-3,
}  # fmt: skip
"""Weight of a euro of grants by objective. To society a grant is a transfer: it counts for little, so that own money
is spared at equal value; to the payer's cash it counts whole."""
LEAST_OWN_EUR = 1.0


@dataclass(frozen=True, kw_only=True)
class Columns:
    """The portfolio and what each of its columns stands for.

    Attributes:
        portfolio: the problem as arrays.
        plans: financing plan of each column.
        payers: payers, in the order of the budgets.
        facts: facts of each action of the request, by row.
    """

    portfolio: Portfolio
    plans: Sequence[FinancingPlan]
    payers: Sequence[Payer]
    facts: Sequence[Mapping[str, Any]]


def action_facts(request: PlanRequest, worth: Worth) -> list[dict[str, Any]]:
    """Facts that rules read, by action: its column `facts`, and `kind`, `unit_count`, `cost_eur`."""
    names = ("kind", "unit_count", "competence", "facts")
    facts = []
    for row, cost in zip(request.actions.select(names).iter_rows(named=True), worth.mean_cost, strict=True):
        own = json.loads(row["facts"] or "{}")
        facts.append({**{name: row[name] for name in names[:-1]}, "cost_eur": float(cost), **own})
    return facts


def engagement_date(request: PlanRequest, year_index: int) -> dt.date:
    """Date on which the works of a year are deemed ordered: the plan's own date, then each 1 July."""
    year = request.first_year + year_index
    return request.date if year == request.date.year else dt.date(year, 7, 1)


def possible_starts(request: PlanRequest, payers: Sequence[Payer]) -> list[range]:
    """Start years (indices) of each action; none for requests, for unknown payers and outside its window."""
    last = request.first_year + request.years - 1
    starts = []
    for row in request.actions.iter_rows(named=True):
        if row["standing"] == "request" or (row["owner_siren"], row["budget"]) not in payers:
            starts.append(range(0))
            continue
        first = max(row["first_year"] or request.first_year, request.first_year)
        final = min(row["last_year"] if row["last_year"] is not None else last, last)
        starts.append(range(first - request.first_year, max(first, final + 1) - request.first_year))
    return _with_prerequisites(request, starts)


def _with_prerequisites(request: PlanRequest, starts: list[range]) -> list[range]:
    place = {action: row for row, action in enumerate(request.actions["action_id"])}
    requires = [list(needed or []) for needed in request.actions["requires"].to_list()]
    changed = True
    while changed:
        changed = False
        for row, needed in enumerate(requires):
            if len(starts[row]) and any(not len(starts[place[action]]) for action in needed):
                starts[row], changed = range(0), True
    return starts


def build_columns(request: PlanRequest, worth: Worth, terms: Terms) -> Columns:
    """Enumerate the columns of a request and the constraints between them.

    Args:
        request: what the plan is asked for.
        worth: costs and gains.
        terms: own share, price of certificates, programmes added or left out.
    """
    payers = list(request.budgets)
    number = {payer: row for row, payer in enumerate(payers)}
    rows = list(request.actions.select("owner_siren", "budget").iter_rows())
    facts = action_facts(request, worth)
    builder = _Builder(request, worth)
    for action, starts in enumerate(possible_starts(request, payers)):
        known: dict[tuple[tuple[str, dt.date], ...], tuple[FinancingPlan, ...]] = {}
        for start in starts:
            date = engagement_date(request, start)
            rules = tuple(rule for rule in request.rules if rule.in_force(date))
            key = tuple((rule.name, rule.since) for rule in rules)
            if key not in known:
                known[key] = financing_plans(
                    facts[action],
                    request.territory,
                    rules,
                    date,
                    cost_eur=float(worth.mean_cost[action]),
                    terms=terms,
                )
            for plan in known[key]:
                builder.add(action, start, plan)
    payer = np.array([number.get(row, 0) for row in rows], dtype=np.int64)
    return Columns(portfolio=builder.portfolio(payer, payers, facts), plans=builder.plans, payers=payers, facts=facts)


class _Builder:
    """Columns gathered one by one."""

    def __init__(self, request: PlanRequest, worth: Worth) -> None:
        self.request, self.worth, self.economy = request, worth, worth.economy
        self.discount = discount_factors(request.years + 10, self.economy.financial_rate)
        self.base = base_values(request, worth)
        self.saved = prudent_savings(worth, request.actions["exclusive_group"].to_list())
        self.action: list[int] = []
        self.year: list[int] = []
        self.value: list[float] = []
        self.cash: list[Array] = []
        self.own: list[float] = []
        self.plans: list[FinancingPlan] = []

    def add(self, action: int, start: int, plan: FinancingPlan) -> None:
        """Add one column."""
        years, worth, economy = self.request.years, self.worth, self.economy
        ttc = float(worth.mean_cost[action] * (1 + worth.vat[action]))
        back = fctva_eur(ttc, economy.fctva_rate, vat_rate=float(worth.vat[action]))
        cash = np.zeros(years)
        cash[start] = ttc
        cash -= paid_over_years(back, start, years, advance=0.0, lag=economy.fctva_lag)
        for aid in plan.aids:
            cash -= paid_over_years(aid.amount_eur, start, years, advance=aid.rule.advance, lag=aid.rule.lag_years)
        saved = float(self.saved[action]) * (1 + economy.running_vat)
        # Only years fully covered by the lifetime give money back to the budget of the works.
        ends = start + 1 + int(worth.lifetime[action])
        cash[start + 1 : ends] -= self.request.recycled_share * saved
        grants = sum(aid.amount_eur * self._paid_factor(aid, start) for aid in plan.aids)
        weight = TIE_BREAK[self.request.objective]
        self.action.append(action)
        self.year.append(start)
        self.value.append(float(self.base[action, start]) + weight * grants)
        self.cash.append(cash)
        self.own.append(max(LEAST_OWN_EUR, ttc - back - plan.total_eur))
        self.plans.append(plan)

    def _paid_factor(self, aid: Aid, start: int) -> float:
        advance = aid.rule.advance
        return float(advance * self.discount[start] + (1 - advance) * self.discount[start + aid.rule.lag_years])

    def portfolio(
        self, payer: NDArray[np.int64], payers: Sequence[Payer], facts: Sequence[Mapping[str, Any]]
    ) -> Portfolio:
        """The portfolio of the columns gathered."""
        request, count = self.request, len(self.action)
        limits, switches = _programme_constraints(self, payer, facts)
        return Portfolio(
            years=request.years,
            action=np.array(self.action, dtype=np.int64),
            year=np.array(self.year, dtype=np.int64),
            value=np.array(self.value, dtype=float),
            cash=np.array(self.cash, dtype=float).reshape(count, request.years),
            own=np.array(self.own, dtype=float),
            payer=payer,
            budgets=np.array([list(request.budgets[name]) for name in payers], dtype=float),
            carried=request.carried,
            groups=_groups(request),
            requires=_requires(request),
            pairs=valued_pairs(request, self.worth),
            limits=limits,
            switches=switches,
            floors=[
                Floor(role=role, weights=self.worth.mean_gains[role], minimum=minimum)
                for role, minimum in request.floors.items()
            ],
        )


def _groups(request: PlanRequest) -> list[NDArray[np.int64]]:
    members: dict[str, list[int]] = defaultdict(list)
    for row, group in enumerate(request.actions["exclusive_group"]):
        if group:
            members[group].append(row)
    return [np.array(rows, dtype=np.int64) for rows in members.values() if len(rows) > 1]


def _requires(request: PlanRequest) -> list[tuple[int, int]]:
    place = {action: row for row, action in enumerate(request.actions["action_id"])}
    return [
        (row, place[needed])
        for row, names in enumerate(request.actions["requires"].to_list())
        for needed in names or []
    ]


Given = tuple[int, Aid]


def _programme_constraints(
    builder: _Builder, payer: NDArray[np.int64], facts: Sequence[Mapping[str, Any]]
) -> tuple[list[Limit], list[Switch]]:
    """Ceilings and group conditions of each programme, by payer and year, by payer, and by year."""
    by_year: dict[tuple[str, int], list[Given]] = defaultdict(list)
    by_payer: dict[tuple[str, int], list[Given]] = defaultdict(list)
    by_file: dict[tuple[str, int, int], list[Given]] = defaultdict(list)
    for column, plan in enumerate(builder.plans):
        who, start = int(payer[builder.action[column]]), builder.year[column]
        for aid in plan.aids:
            by_year[aid.rule.name, start].append((column, aid))
            by_payer[aid.rule.name, who].append((column, aid))
            by_file[aid.rule.name, who, start].append((column, aid))
    limits, switches = [], []
    for (name, start), given in by_year.items():
        bound = given[0][1].rule.envelope_eur_year
        if bound is not None:
            limits.append(_limit(f"envelope {name} {start}", given, "aid", bound))
    for (name, who), given in by_payer.items():
        caps = [cap for cap in given[-1][1].rule.caps if cap.scope == "total"]
        limits += [_limit(f"total {name} {who}", given, cap.of, cap.eur) for cap in caps]
    for (name, who, start), given in by_file.items():
        limits += _file_limits(f"{name} {who} {start}", given)
        switches += _file_switches(f"{name} {who} {start}", given, builder, facts)
    return limits, switches


def _limit(label: str, given: Sequence[Given], of: str, bound: float) -> Limit:
    weights = {
        "aid": [aid.amount_eur for _, aid in given],
        "spending": [aid.spending_eur for _, aid in given],
        "files": [1.0 for _ in given],
    }[of]
    return Limit(
        label=label, columns=np.array([column for column, _ in given]), weights=np.array(weights), bound=float(bound)
    )


def _file_limits(label: str, given: Sequence[Given]) -> list[Limit]:
    rule = given[0][1].rule
    limits = [
        _limit(f"{cap.scope} {label}", given, cap.of, cap.eur)
        for cap in rule.caps
        if cap.scope == "beneficiary_year" or (cap.scope == "file" and rule.file == "year")
    ]
    if rule.files_per_year is not None and rule.file == "action":
        limits.append(_limit(f"files {label}", given, "files", rule.files_per_year))
    return limits


def _file_switches(
    label: str, given: Sequence[Given], builder: _Builder, facts: Sequence[Mapping[str, Any]]
) -> list[Switch]:
    rule = given[0][1].rule
    columns = np.array([column for column, _ in given])
    actions = [builder.action[column] for column in columns]
    cost = builder.worth.mean_cost[actions]
    conditions: list[tuple[str, Array, float]] = []
    if rule.file == "year" and rule.minimum_project_eur > 0:
        conditions.append(("minimum", cost, rule.minimum_project_eur))
    for condition in rule.group:
        fact = np.array([float(facts[action].get(condition.fact) or 0.0) for action in actions])
        if condition.total_at_least is not None:
            conditions.append((condition.fact, fact, condition.total_at_least))
        if condition.mean_at_least is not None:
            conditions.append((condition.fact, cost * (fact - condition.mean_at_least), 0.0))
    return [
        Switch(label=f"{what} {label}", users=columns, columns=columns, weights=weights, threshold=float(threshold))
        for what, weights, threshold in conditions
    ]
