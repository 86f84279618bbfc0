"""From actions, rules and budgets to the portfolio: every (action, financing plan, start year) that is admissible."""

import json
from collections import defaultdict
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bocage.decide.columns.credit import loans_of
from bocage.decide.columns.giving import giver_limits
from bocage.decide.columns.outlay import Outlays
from bocage.decide.columns.programmes import Financed, programme_constraints
from bocage.decide.columns.purchases import ALONE, prices_of, purchase_switches
from bocage.decide.columns.staff import staff_limits
from bocage.decide.columns.streets import street_pairs
from bocage.decide.funding.financing import FinancingPlan, Terms
from bocage.decide.funding.gates import Agenda, GatedPlans
from bocage.decide.portfolio.statement import Floor, Portfolio
from bocage.decide.question.choices import Wishes, musts_of, read_wishes
from bocage.decide.question.request import Objective, Payer, PlanRequest
from bocage.decide.value.aims import Placed, Tally, tallies, worth_for
from bocage.decide.value.recycling import prudent_savings
from bocage.decide.value.worth import Worth

Array = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Columns:
    """The portfolio and what each of its columns stands for.

    Attributes:
        portfolio: the problem as arrays.
        plans: financing plan of each column.
        payers: payers, in the order of the budgets.
        facts: facts of each action of the request, by row.
        cost_factor: array (C,), share of the usual cost that is paid [1].
        grants: array (C,), present value of the aids of each column [EUR].
        purchase: grouped purchase of each column, empty where it is ordered alone.
        twins: for a column at the usual price, the same at the price of each purchase it may join.
        tallies: what columns and pairs add to each objective that was asked for.
        streets: for each pair, array (S,), what the same year is worth to works of several domains in one street [EUR].
        wishes: what must be done, may not be done or is wished for.
        starts: possible start years (indices) of each action.
    """

    portfolio: Portfolio
    plans: Sequence[FinancingPlan]
    payers: Sequence[Payer]
    facts: Sequence[Mapping[str, Any]]
    cost_factor: Array
    grants: Array
    purchase: Sequence[str]
    twins: Mapping[int, Mapping[str, int]]
    tallies: Mapping[Objective, Tally]
    streets: Sequence[Array]
    wishes: Wishes
    starts: Sequence[range]


def action_facts(request: PlanRequest, worth: Worth) -> list[dict[str, Any]]:
    """Facts that rules read, by action: its column `facts`, its kind and budget, its cost, VAT and simple payback."""
    names = ("kind", "unit_count", "competence", "budget", "facts")
    facts = []
    for number, row in enumerate(request.actions.select(names).iter_rows(named=True)):
        own = json.loads(row["facts"] or "{}")
        told = {name: row[name] for name in names[:-1]}
        money = {"cost_eur": float(worth.mean_cost[number]), "vat_rate": float(worth.vat[number])}
        if worth.mean_gains["cash"][number] > 0:
            money["payback_years"] = money["cost_eur"] / float(worth.mean_gains["cash"][number])
        facts.append({**told, **money, **own})
    return facts


def possible_starts(request: PlanRequest, payers: Sequence[Payer], excluded: Container[int] = ()) -> list[range]:
    """Start years (indices) of each action; none for requests, unknown payers, exclusions and outside its window."""
    last = request.first_year + request.years - 1
    starts = []
    for number, row in enumerate(request.actions.iter_rows(named=True)):
        unpaid = (row["owner_siren"], row["budget"]) not in payers
        if row["standing"] == "request" or unpaid or number in excluded:
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


def build_columns(request: PlanRequest, worth: Worth, terms: Terms, objectives: Sequence[Objective] = ()) -> Columns:
    """Enumerate the columns of a request and the constraints between them.

    The portfolio is worth the objective of the request; several aims at once are mixed later.

    Args:
        request: what the plan is asked for.
        worth: costs and gains.
        terms: own share, price of certificates, programmes added or left out.
        objectives: objectives to tally beside those of the request.
    """
    payers, wishes = list(request.budgets), read_wishes(request)
    facts = action_facts(request, worth)
    builder = _Builder(request, worth, facts)
    starts = possible_starts(request, payers, wishes.excluded)
    prices = prices_of(request)
    gated = GatedPlans(Agenda(request.parameters, request.date), request.rules, request.territory, terms)
    for action, years in enumerate(starts):
        for name, factor in [(ALONE, 1.0), *prices.get(action, ())]:
            cost = float(worth.mean_cost[action]) * factor
            offers = gated.by_year(
                {**facts[action], "cost_eur": cost}, cost, [request.first_year + start for start in years]
            )
            for start in years:
                for plan in offers[request.first_year + start]:
                    builder.add(action, start, plan, name, factor)
    return builder.columns(payers, wishes, starts, objectives)


class _Builder:
    """Columns gathered one by one."""

    def __init__(self, request: PlanRequest, worth: Worth, facts: Sequence[Mapping[str, Any]]) -> None:
        self.request, self.worth = request, worth
        saved = prudent_savings(worth, request.actions["exclusive_group"].to_list())
        self.outlays = Outlays(request, worth, saved, facts)
        self.facts = facts
        self.action: list[int] = []
        self.year: list[int] = []
        self.cash: list[Array] = []
        self.own: list[float] = []
        self.grants: list[float] = []
        self.lendable: list[Array] = []
        self.factor: list[float] = []
        self.purchase: list[str] = []
        self.plans: list[FinancingPlan] = []

    def add(self, action: int, start: int, plan: FinancingPlan, purchase: str = ALONE, factor: float = 1.0) -> None:
        """Add one column: an action in a year with its aids, at a share of its usual cost."""
        outlay = self.outlays.of(action, start, plan, factor)
        self.action.append(action)
        self.year.append(start)
        self.cash.append(outlay.cash)
        self.own.append(outlay.own_eur)
        self.grants.append(outlay.grants_eur)
        self.lendable.append(outlay.lendable)
        self.factor.append(factor)
        self.purchase.append(purchase)
        self.plans.append(plan)

    def columns(
        self,
        payers: Sequence[Payer],
        wishes: Wishes,
        starts: Sequence[range],
        objectives: Sequence[Objective],
    ) -> Columns:
        """The columns gathered, the constraints between them and what they are worth."""
        request, worth, facts = self.request, self.worth, self.facts
        payer = _payer_of(request, payers)
        at = self._placed()
        wanted = [request.objective, *request.aims, *request.then, *objectives]
        pairs, found, streets = tallies(request, worth, wanted, at, street_pairs(request, worth))
        paid = worth.mean_cost[at.action] * at.cost_factor
        financed = Financed(action=at.action, year=at.year, plans=self.plans, cost=paid, payer=payer, facts=facts)
        limits, switches = programme_constraints(financed)
        places = at.action, at.year, payer
        cash = np.array(self.cash, dtype=float).reshape(len(at.action), request.years)
        portfolio = Portfolio(
            years=request.years,
            action=at.action,
            year=at.year,
            value=np.zeros(len(at.action)),
            cash=cash,
            own=np.array(self.own, dtype=float),
            payer=payer,
            budgets=np.array([list(request.budgets[name]) for name in payers], dtype=float),
            carried=request.carried,
            groups=_groups(request),
            requires=_requires(request),
            pairs=pairs,
            limits=[
                *limits,
                *staff_limits(request, facts, *places),
                *giver_limits(request, self.plans, *places, cash),
            ],
            switches=[*switches, *purchase_switches(request, facts, at.action, at.year, self.purchase)],
            floors=_floors(request, worth),
            musts=musts_of(wishes, starts),
            loans=loans_of(request, worth.economy, np.array(self.lendable, dtype=float).reshape(cash.shape)),
        )
        return Columns(
            portfolio=worth_for(portfolio, request.objective, found[request.objective], at.grants, wishes.votes),
            plans=self.plans,
            payers=payers,
            facts=facts,
            cost_factor=at.cost_factor,
            grants=at.grants,
            purchase=self.purchase,
            twins=self._twins(),
            tallies=found,
            streets=streets,
            wishes=wishes,
            starts=starts,
        )

    def _placed(self) -> Placed:
        return Placed(
            action=np.array(self.action, dtype=np.int64),
            year=np.array(self.year, dtype=np.int64),
            cost_factor=np.array(self.factor, dtype=float),
            grants=np.array(self.grants, dtype=float),
        )

    def _twins(self) -> dict[int, dict[str, int]]:
        """For each column at the usual price, the same aids and year at the price of each purchase."""
        alone: dict[tuple[int, int, tuple[tuple[str, int], ...]], int] = {}
        found: dict[int, dict[str, int]] = defaultdict(dict)
        for column, (plan, name) in enumerate(zip(self.plans, self.purchase, strict=True)):
            key = self.action[column], self.year[column], _aids(plan)
            if name == ALONE:
                alone[key] = column
            elif key in alone:
                found[alone[key]][name] = column
        return dict(found)


def _aids(plan: FinancingPlan) -> tuple[tuple[str, int], ...]:
    """What tells a financing plan from the others of an action: its programmes and the level of each."""
    ranks: dict[str, int] = {}
    return tuple((aid.rule.name, ranks.setdefault(aid.rule.name, 0)) for aid in plan.aids)


def _floors(request: PlanRequest, worth: Worth) -> list[Floor]:
    return [
        Floor(role=role, weights=worth.mean_gains[role], minimum=minimum) for role, minimum in request.floors.items()
    ]


def _groups(request: PlanRequest) -> list[NDArray[np.int64]]:
    members: dict[str, list[int]] = defaultdict(list)
    for row, group in enumerate(request.actions["exclusive_group"]):
        if group:
            members[group].append(row)
    return [np.array(rows, dtype=np.int64) for rows in members.values() if len(rows) > 1]


def _payer_of(request: PlanRequest, payers: Sequence[Payer]) -> NDArray[np.int64]:
    """Rank of the payer of each action; an action whose payer is unknown has no column, whatever its rank."""
    rank = {name: number for number, name in enumerate(payers)}
    owners = request.actions.select("owner_siren", "budget").iter_rows()
    return np.array([rank.get(owner, 0) for owner in owners], dtype=np.int64)


def _requires(request: PlanRequest) -> list[tuple[int, int]]:
    place = {action: row for row, action in enumerate(request.actions["action_id"])}
    return [
        (row, place[needed])
        for row, names in enumerate(request.actions["requires"].to_list())
        for needed in names or []
    ]
