"""What a plan is asked for, and what it answers."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import polars as pl

from bocage.decide.portfolio.solve import Progress
from bocage.parameters.funding_rules import FundingRule
from bocage.parameters.reader import Parameters, Value
from bocage.parameters.scenarios import Scenario
from bocage.vocabulary.draws import DrawTable

Objective = Literal["npv", "cash", "carbon", "energy", "water", "risk"]
Payer = tuple[str, str]
"""SIREN and budget."""


@dataclass(frozen=True, kw_only=True)
class Realisation:
    """Share of the predicted savings of a domain that comes true, and where it was learned.

    Attributes:
        median: median [1].
        low: 10th percentile [1].
        high: 90th percentile [1].
        records: number of feedback records that it rests on; 0 where it is the prior alone.
        told: one sentence by language.
    """

    median: float
    low: float
    high: float
    records: int
    told: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class Borrowing:
    """What one payer may borrow.

    Attributes:
        limit_eur: by year of the plan, most that may be borrowed [EUR].
        rate: by year, nominal rate [1].
        years: by year, duration [year].
        outstanding_eur: most that may be borrowed over the plan, None without limit [EUR].
    """

    limit_eur: Sequence[float]
    rate: Sequence[float]
    years: Sequence[int]
    outstanding_eur: float | None = None


@dataclass(frozen=True, kw_only=True)
class Accounts:
    """Accounts of one payer without the plan, by year of the plan; None where they are not known.

    Attributes:
        debt_eur: capital owed at the end of each year [EUR].
        gross_savings_eur: gross savings of each year [EUR].
    """

    debt_eur: Sequence[float | None]
    gross_savings_eur: Sequence[float | None]


@dataclass(frozen=True, kw_only=True)
class GroupedPurchase:
    """A purchase of several actions, of one or many communes, let together in a year.

    Attributes:
        name: lot of the purchase.
        label: by language.
        actions: identifiers of the actions that may join.
        fact: what is counted (`points`…), in the facts of actions.
        minimum: least quantity ordered in a year for the price to hold.
        discount: share taken off the cost [1].
    """

    name: str
    label: Mapping[str, str]
    actions: Sequence[str]
    fact: str
    minimum: float
    discount: float


@dataclass(frozen=True, kw_only=True)
class Choice:
    """What council, law or citizens say of actions.

    Attributes:
        choice: `mandatory`, `excluded` or `preferred`.
        actions: identifiers of the actions concerned; one of them at least where mandatory.
        by_year: latest year of a mandatory one, None for the last year of the plan.
        votes: number of inhabitants who ask for it.
        reason: legal basis or words of the council.
    """

    choice: Literal["mandatory", "excluded", "preferred"]
    actions: Sequence[str]
    by_year: int | None = None
    votes: int = 0
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class Aim:
    """What a plan reaches of one objective.

    Attributes:
        objective: objective.
        rank: 1 for what the plan is best at, then in the order pursued.
        weight: weight where several count together, None elsewhere.
        value: what the plan reaches, in `unit`.
        unit: unit of the value.
    """

    objective: Objective
    rank: int
    weight: float | None
    value: float
    unit: str


@dataclass(frozen=True, kw_only=True)
class PlanRequest:
    """Everything that a plan depends on.

    Attributes:
        actions: frame of the noun `action`, standing assigned.
        appraisal: each action alone; keys `action_id`, `indicator`, `unit`; draws are with minus without.
        roles: role of each indicator; indicators without a role enter no ledger.
        drivers: variable of scenarios that moves each indicator; those that are absent stay constant.
        interactions: frame `action_a`, `action_b`, `indicator`, `value` (both minus the sum of each).
        budgets: own funds of each payer by year, all taxes included [EUR].
        first_year: first year of the plan.
        territory: facts that funding rules read: `kind`, `population`, `department`, `overseas`,
            `financial_potential_ratio`, `funding_rules`, `lead`, `fctva_regime`…
        date: date of the plan; works of its year are deemed engaged on it.
        parameters: numbers of the outside world at that date.
        rules: all versions of the funding programmes.
        plan_id: identifier of the plan.
        objective: `npv` (society's net present value), `cash` (the payers' present cash), `carbon`
            (tonnes avoided, discounted) or `energy` (kWh saved, discounted).
        count_on: programmes to count on although their rule does not by itself.
        leave_out: programmes to do without.
        recycled_share: share of the savings of past works that joins the own funds (Intracting) [1].
        carried: True where own funds not spent stay available the next year.
        floors: least yearly saving once the plan is complete, by role (`energy`, `carbon`, `cash`).
        gap: relative gap at which the solver may stop [1].
        time_limit_s: time given to the solver [s].
        seed: seed of draws and solver.
        aims: weight of each objective where several count together; empty: `objective` alone.
        then: objectives pursued after `objective`, in order, without giving up what was reached.
        scenario: view of the future; the trend by default.
        realisation: by domain, share of predicted savings that comes true; the parameters where absent.
        borrowing: what each payer may borrow.
        paid_by: payer of the plan behind a programme (fonds de concours), whose own funds the aid comes from.
        accounts: debt and savings of each payer without the plan, where they are known.
        staff_days: by payer and year, days that its staff can give [day]; no limit where absent.
        purchases: grouped purchases that actions may join.
        choices: what council, law or citizens say of actions.
        prudence: weight of the worst futures beside the mean, 0 to 1 [1].
        tail: share of the futures deemed the worst [1].
        keep_preferred: True where something of each preference has to be done.
        law_deadlines: True where deadlines of law that actions declare have to be met.
        group_streets: True where works of several domains in one street are rather done in the same year.
        warm: year of each action of an earlier plan, to start from.
        kinds: what each kind of actions is called, by language; its code where it has no words.
        on_progress: told how the solver gets on.
    """

    actions: pl.DataFrame
    appraisal: DrawTable
    roles: Mapping[str, str]
    interactions: pl.DataFrame
    budgets: Mapping[Payer, Sequence[float]]
    first_year: int
    territory: Mapping[str, Any]
    date: dt.date
    parameters: Parameters
    rules: Sequence[FundingRule]
    plan_id: str = "plan"
    objective: Objective = "npv"
    count_on: frozenset[str] = frozenset()
    leave_out: frozenset[str] = frozenset()
    recycled_share: float = 0.0
    carried: bool = True
    floors: Mapping[str, float] = field(default_factory=dict)
    gap: float = 0.005
    time_limit_s: float = 20.0
    seed: int = 1
    aims: Mapping[Objective, float] = field(default_factory=dict)
    then: Sequence[Objective] = ()
    scenario: Scenario | None = None
    drivers: Mapping[str, str] = field(default_factory=dict)
    realisation: Mapping[str, Realisation] = field(default_factory=dict)
    borrowing: Mapping[Payer, Borrowing] = field(default_factory=dict)
    paid_by: Mapping[str, Payer] = field(default_factory=dict)
    accounts: Mapping[Payer, Accounts] = field(default_factory=dict)
    staff_days: Mapping[Payer, Sequence[float]] = field(default_factory=dict)
    purchases: Sequence[GroupedPurchase] = ()
    choices: Sequence[Choice] = ()
    prudence: float = 0.0
    tail: float = 0.1
    keep_preferred: bool = False
    law_deadlines: bool = True
    group_streets: bool = True
    warm: Mapping[str, int] = field(default_factory=dict)
    kinds: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    on_progress: Callable[[Progress], None] | None = None

    @property
    def years(self) -> int:
        """Number of years of the plan."""
        return len(next(iter(self.budgets.values()), ()))


@dataclass(frozen=True, kw_only=True)
class SolveFacts:
    """How the plan was found.

    Attributes:
        status: `optimal`, `gap`, `time_limit`, `interrupted`, `killed`, `failed`, or `empty` where
            there was nothing to solve.
        source: `solver`, or `greedy` where the solver gave nothing better.
        objective: value of the plan in `unit`; a small weight of the grants is added to break ties.
        bound: value that no plan can exceed; infinite where unknown.
        gap: (bound - objective) / |objective| [1].
        seconds: time of the solver, its own start included [s].
        variables: number of variables of the program.
        rows: number of its constraints.
        greedy_objective: value of the greedy baseline.
        greedy_loss: share of the value that the greedy baseline loses [1].
        unit: unit of the objective.
        message: last words of a solver that died.
        mean: mean over all draws of what the plan is best at; None where it was not drawn.
        worst_mean: mean of its worst futures (CVaR); None likewise.
        worst_share: share of the futures deemed the worst [1].
    """

    status: str
    source: Literal["solver", "greedy"]
    objective: float
    bound: float
    gap: float
    seconds: float
    variables: int
    rows: int
    greedy_objective: float
    greedy_loss: float
    unit: str
    message: str = ""
    mean: float | None = None
    worst_mean: float | None = None
    worst_share: float = 0.1


@dataclass(frozen=True, kw_only=True)
class PlanResult:
    """A plan and its proof.

    Attributes:
        plan: frame of the noun `plan`, one row per action.
        reasons: frame `action_id`, `code`, `decision`, `reason_fr`, `reason_en`, `value` and
            `threshold` (the number that decided and what it was compared with), `unit`.
        financing: frame `action_id`, `programme`, `label_fr`, `label_en`, `amount_eur`, `low_eur`,
            `high_eur`, `status` (`certain`, `discretionary`, `hoped`, `to_check`), `rule_status`,
            `missing`, `note_fr`, `note_en`. Only the first two statuses are counted in the plan.
        ledgers: frame `payer_siren`, `budget`, `year`, `line`, `label_fr`, `label_en`, `amount_eur`,
            `low_eur`, `high_eur`; inflows positive, constant euros, all taxes included.
        society: frame `indicator`, `unit`, `value`, `low`, `high`, `label_fr`, `label_en`.
        options: frame of the options compared (see `compare_options`).
        additive: yearly effect of the plan by indicator, as a bare sum (`value`) and corrected by what
            pairs of actions lose or gain together (`paired`): `indicator`, `unit`, `year`.
        solve: how the plan was found.
        assumptions: parameters that were read.
        rules: versions of the funding rules that the plan or its hopes rest on.
        aims: what the plan reaches of each objective that was asked for: `objective`, `label_fr`, `label_en`,
            `rank`, `weight`, `value`, `unit`.
        entry: what would have to change for an action left out to enter: `action_id`, `cost_cut`, `aid_eur`,
            `price_driver`, `price_factor`, `budget_eur` (see `entry_conditions`).
        duties: what had to be done, by law or by choice: `duty`, `origin`, `reason`, `due_year`, `action_id` and
            `year` of what fulfils it, null where nothing within the plan can.
        streets: streets where works of several domains start in one year (see `street_lines`).
        purchases: grouped purchases made: `purchase`, `label_fr`, `label_en`, `year`, `quantity`, `minimum`,
            `actions`, `cost_eur` (excluding VAT, at the lower price), `saved_eur`.
        tables: tables of the trade by name (see `trade_tables`): PPI, financing plans, cash, budget orientation…
    """

    plan: pl.DataFrame
    reasons: pl.DataFrame
    financing: pl.DataFrame
    ledgers: pl.DataFrame
    society: pl.DataFrame
    options: pl.DataFrame
    additive: pl.DataFrame
    solve: SolveFacts
    assumptions: Sequence[Value]
    rules: Sequence[FundingRule]
    aims: pl.DataFrame
    entry: pl.DataFrame
    duties: pl.DataFrame
    purchases: pl.DataFrame
    streets: pl.DataFrame
    tables: Mapping[str, pl.DataFrame] = field(default_factory=dict)
