"""Plan: which actions, which year, who pays, under the budget; solved, proved, then simulated jointly."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from bocage.decide.options import compare_joint
from bocage.decide.planning import make_plan
from bocage.decide.realisation import realised_by_domain, realised_gain
from bocage.decide.request import Objective, Payer, PlanRequest, PlanResult
from bocage.decide.schedule import schedule_frame
from bocage.parameters.reader import CORE_FOLDER, Parameters
from bocage.twin.answer import Answer, Heading, Section
from bocage.twin.code_labels import all_code_labels
from bocage.twin.diagnose import examine, record_outcomes
from bocage.twin.funding_facts import funding_facts, listed_programmes, local_funding, with_local_facts
from bocage.twin.plan_record import PlanRecord, save_plan
from bocage.twin.propose import Proposal, consider, record_actions
from bocage.twin.territory import Territory
from bocage.twin.wording import _
from bocage.vocabulary.codes import BocageError
from bocage.vocabulary.columns import noun_tables
from bocage.vocabulary.domain import WHOLE_TERRITORY
from bocage.vocabulary.draws import Array, DrawTable
from bocage.vocabulary.responsibility import main_budget
from bocage.vocabulary.text import Language, current_language

PLAN_ID = "plan"
SAVING_ROLES = ("cash", "energy", "carbon")


@dataclass(frozen=True)
class Planned:
    """A plan with what it was made from.

    Attributes:
        proposals: the actions, by domain.
        request: what was asked.
        result: what was answered.
        changes: for each year, effect of all the works done by then together: draws with keys
            `domain`, `indicator`, `unit`.
    """

    proposals: Sequence[Proposal]
    request: PlanRequest
    result: PlanResult
    changes: Mapping[int, DrawTable]

    def effects(self) -> pl.DataFrame:
        """Effect by year and indicator: `year`, `domain`, `indicator`, `unit`, value, interval, share on defaults."""
        return pl.concat(
            change.summary().with_columns(pl.lit(year, dtype=pl.Int64).alias("year"))
            for year, change in self.changes.items()
        )

    def savings_by_role(self) -> pl.DataFrame:
        """What the plan saves each year by role (`cash`, `energy`, `carbon`), as far as savings come true.

        Savings are multiplied by the share of predictions that comes true, expenses that are added count whole;
        draws are added, and only then summed up: `year`, `role`, `unit`, value, interval, share on defaults.
        """
        frames = []
        for year, change in self.changes.items():
            roles = change.keys["indicator"].replace_strict(self.request.roles, default=None)
            named = DrawTable(
                change.keys.with_columns(roles.alias("role"), roles.alias("indicator")),
                realised_gain(change.draws, self._realisation(change)),
                change.default_share,
            )
            kept = named.where(pl.col("role").is_in(SAVING_ROLES).fill_null(value=False))
            frames.append(kept.total(["role"]).summary().with_columns(pl.lit(year, dtype=pl.Int64).alias("year")))
        return pl.concat(frames)

    def _realisation(self, change: DrawTable) -> Array:
        shares = realised_by_domain(self.request, change.draws.shape[1])
        return np.array([shares[domain] for domain in change.keys["domain"]]).reshape(change.draws.shape)

    def joint(self) -> pl.DataFrame:
        """The plan as a sum of its actions beside all of them together, by year and indicator."""
        return compare_joint(self.result.additive, self.changes)

    def schedule(self) -> pl.DataFrame:
        """The last day of each step of each operation, and of each of its aids."""
        return schedule_frame(self.request, self.result)


def plan(
    territory: Territory,
    *,
    budget_eur_year: float | None = None,
    years: int | None = None,
    first_year: int | None = None,
    objective: Objective = "npv",
    time_limit_s: float = 20.0,
    gap: float = 0.005,
) -> Answer:
    """Choose a funded multi-year plan, keep it in the twin and say why each action is in or out.

    Args:
        territory: open territory.
        budget_eur_year: own funds per year, VAT included [EUR/year]; that of `territory.toml` where None.
        years: number of years; that of `territory.toml` where None.
        first_year: first year; the next one where None.
        objective: `npv`, `cash`, `carbon` or `energy`.
        time_limit_s: longest search [s].
        gap: relative gap at which the search may stop [1].

    Raises:
        BocageError: BOC-TWI-010 no asset, BOC-TWI-013 no budget, those of the plan (BOC-DEC).
    """
    planned = decide_plan(
        territory,
        budget_eur_year=budget_eur_year,
        years=years,
        first_year=first_year,
        objective=objective,
        time_limit_s=time_limit_s,
        gap=gap,
    )
    record_plan(territory, planned)
    return _answer(territory, planned)


def decide_plan(
    territory: Territory,
    *,
    budget_eur_year: float | None,
    years: int | None,
    first_year: int | None,
    objective: Objective,
    time_limit_s: float,
    gap: float,
) -> Planned:
    """Examine, propose, solve and simulate jointly; nothing is written."""
    budget = budget_eur_year if budget_eur_year is not None else territory.config.number("plan", "budget_eur_year")
    if budget is None:
        raise BocageError("BOC-TWI-013")
    length = years or int(territory.config.required_number("plan", "years"))
    domains = territory.chosen_domains(None)
    if not domains:
        raise BocageError("BOC-TWI-010", where={"folder": territory.folder})
    states = [examine(territory, domain) for domain in domains]
    date = states[0].site.date
    start = first_year or date.year + 1
    proposals = [consider(territory, state, first_year=start) for state in states]
    funding = local_funding(territory)
    proposed = pl.concat([proposal.actions for proposal in proposals], how="diagonal_relaxed")
    actions = with_local_facts(territory, proposed, funding.written)
    request = PlanRequest(
        actions=actions,
        appraisal=DrawTable.stack([proposal.appraisal for proposal in proposals]),
        roles=_roles(proposals),
        drivers=_drivers(proposals),
        interactions=_interactions(proposals),
        budgets=_budgets(territory, actions, [budget] * length),
        first_year=start,
        territory=funding_facts(territory, funding.written),
        date=date,
        parameters=Parameters(CORE_FOLDER, date),
        rules=funding.rules,
        kinds=all_code_labels(domains).get("kind", {}),
        plan_id=PLAN_ID,
        objective=objective,
        count_on=frozenset(listed_programmes(territory, "count_on")),
        leave_out=frozenset(listed_programmes(territory, "leave_out")),
        gap=gap,
        time_limit_s=time_limit_s,
        seed=states[0].site.seed,
    )
    result = make_plan(request)
    return Planned(proposals, request, result, _simulate_jointly(proposals, result, request))


def _roles(proposals: Sequence[Proposal]) -> dict[str, str]:
    return {
        name: indicator.role for proposal in proposals for name, indicator in proposal.state.domain.indicators.items()
    }


def _drivers(proposals: Sequence[Proposal]) -> dict[str, str]:
    return {
        name: indicator.driver
        for proposal in proposals
        for name, indicator in proposal.state.domain.indicators.items()
        if indicator.driver
    }


def _interactions(proposals: Sequence[Proposal]) -> pl.DataFrame:
    frames = [
        proposal.state.domain.interact(proposal.state.assets, proposal.actions, proposal.state.site)
        for proposal in proposals
    ]
    return pl.concat(frames, how="diagonal_relaxed")


def _budgets(territory: Territory, actions: pl.DataFrame, amounts: Sequence[float]) -> dict[Payer, Sequence[float]]:
    """The given amounts for the main budget of the body that decides; nothing for its other budgets.

    Money of one budget cannot pay for another one: a water budget (M49) has its own resources.
    """
    main = main_budget(territory.config.text("territory", "kind"))
    payers: dict[Payer, Sequence[float]] = {(territory.siren, main): amounts}
    own = actions.filter(pl.col("owner_siren") == territory.siren)
    for budget in own["budget"].unique(maintain_order=True):
        payers.setdefault((territory.siren, budget), [0.0] * len(amounts))
    return payers


def _simulate_jointly(proposals: Sequence[Proposal], result: PlanResult, request: PlanRequest) -> dict[int, DrawTable]:
    """For each year, what all the works done by then change together."""
    chosen = result.plan.filter(pl.col("decision") == "in").select("action_id", "year")
    changes: dict[int, list[DrawTable]] = {
        year: [] for year in range(request.first_year, request.first_year + request.years)
    }
    for proposal in proposals:
        domain, state = proposal.state.domain, proposal.state
        dated = proposal.actions.join(chosen, on="action_id", how="inner")
        before = domain.simulate(state.assets, proposal.actions.clear(), state.site)
        for year, found in changes.items():
            in_force = dated.filter(pl.col("year") <= year).drop("year")
            change = domain.simulate(state.assets, in_force, state.site).minus(before, on=["indicator"])
            keys = change.keys.with_columns(pl.lit(domain.name).alias("domain"))
            found.append(DrawTable(keys, change.draws, change.default_share))
    return {year: DrawTable.stack(found) for year, found in changes.items()}


def record_plan(territory: Territory, planned: Planned) -> None:
    """Keep the diagnosis, the actions, the plan and its outcomes in the twin, and its proof beside it."""
    nouns = noun_tables()
    for proposal in planned.proposals:
        record_outcomes(territory, proposal.state)
        record_actions(territory, proposal)
    lines = nouns["plan"].conform(planned.result.plan)
    territory.store.write_rows(nouns["plan"], lines, replace={"plan_id": PLAN_ID})
    outcomes = nouns["outcome"].conform(
        planned.effects().with_columns(
            pl.lit(territory.code).alias("territory_id"),
            pl.lit(WHOLE_TERRITORY).alias("scope"),
            pl.lit(PLAN_ID).alias("action_set"),
        )
    )
    territory.store.write_rows(nouns["outcome"], outcomes, replace={"action_set": PLAN_ID})
    territory.store.write_rows(nouns["evaluation"], evaluations(planned.proposals, planned.result.plan), replace={})
    frames = {
        "effects": planned.effects(),
        "savings": planned.savings_by_role(),
        "joint": planned.joint(),
        "schedule": planned.schedule(),
    }
    save_plan(territory.place("results"), PlanRecord.of(territory, planned.request, planned.result, frames))


def evaluations(proposals: Sequence[Proposal], lines: pl.DataFrame) -> pl.DataFrame:
    """How the chosen actions will be evaluated, from the year in which each starts.

    Args:
        proposals: the actions by domain.
        lines: frame of the noun `plan`.
    """
    table = noun_tables()["evaluation"]
    started = lines.filter(pl.col("decision") == "in").select("action_id", pl.col("year").alias("first_year"))
    frames = [
        table.conform(
            proposal.state.domain.evaluate(
                proposal.actions.drop("first_year").join(started, on="action_id", how="inner"), proposal.state.site
            )
        )
        for proposal in proposals
    ]
    return pl.concat(frames)


def _answer(territory: Territory, planned: Planned) -> Answer:
    language = current_language()
    result, solve = planned.result, planned.result.solve
    lines = result.plan.join(
        planned.request.actions.select("action_id", "label_fr", "label_en", "unit_count"), on="action_id", how="left"
    )
    chosen = lines.filter(pl.col("decision") == "in").sort("year", "action_id")
    columns = {column.name: column for column in noun_tables()["plan"].columns}
    headings = [
        Heading(name="year", label=columns["year"].label),
        Heading(name=f"label_{language}", label=_("Action")),
        Heading(name="cost_eur", label=columns["cost_eur"].label, unit="EUR"),
        Heading(name="own_eur", label=columns["own_eur"].label, unit="EUR"),
        Heading(name=f"reason_{language}", label=_("Why")),
    ]
    counts = dict(result.plan.group_by("decision").len().iter_rows())
    return Answer(
        title=_("Plan for {name}", name=territory.name),
        sections=[
            Section(
                title=_("Decision"),
                lines=[
                    _(
                        "{chosen} actions chosen, {out} left out, {request} to ask of another owner, {waits} waiting",
                        chosen=counts.get("in", 0), out=counts.get("out", 0),
                        request=counts.get("request", 0), waits=counts.get("waits", 0),
                    ),
                    _(
                        "Works {cost} EUR excl. VAT; own funds {own} EUR, VAT included, grants and FCTVA deducted",
                        cost=float(chosen["cost_eur"].sum()), own=_own_funds(result),
                    ),
                    _(
                        "Within {gap:2}% of the optimum in {seconds:1} s; ranking by ratio would lose {loss:1}%",
                        gap=100 * float(np.nan_to_num(solve.gap, posinf=1.0)),
                        seconds=solve.seconds, loss=100 * solve.greedy_loss,
                    ),
                ],
                table=chosen,
                headings=headings,
            ),
            Section(title=_("Value for society"), table=result.society, headings=_society_headings(language)),
            Section(
                title=_("In the last year, sum of the actions and all of them together"),
                table=_last_year(planned, language),
                headings=_joint_headings(),
            ),
        ],
        data=_data(planned),
        next_step=_("bocage report"),
    )  # fmt: skip


def _data(planned: Planned) -> dict[str, object]:
    result = planned.result
    return {
        "plan": result.plan.to_dicts(),
        "financing": result.financing.to_dicts(),
        "ledgers": result.ledgers.to_dicts(),
        "society": result.society.to_dicts(),
        "options": result.options.to_dicts(),
        "joint": planned.joint().to_dicts(),
        "schedule": planned.schedule().to_dicts(),
        "solve": {key: _plain(value) for key, value in vars(result.solve).items()},
    }


def _own_funds(result: PlanResult) -> float:
    """Own funds that the plan needs, VAT included, grants and FCTVA deducted [EUR]; the figure of the report."""
    return float(result.options.filter(pl.col("option") == "chosen")["own_eur"].item())


def _society_headings(language: Language) -> list[Heading]:
    return [
        Heading(name=f"label_{language}", label=_("Indicator")),
        Heading(name="value", label=_("Value")),
        Heading(name="low", label=_("Low (P10)")),
        Heading(name="high", label=_("High (P90)")),
        Heading(name="unit", label=_("Unit")),
    ]


def _joint_headings() -> list[Heading]:
    return [
        Heading(name="label", label=_("Indicator")),
        Heading(name="additive", label=_("Sum of the actions")),
        Heading(name="joint", label=_("All together")),
        Heading(name="joint_low", label=_("Low (P10)")),
        Heading(name="joint_high", label=_("High (P90)")),
        Heading(name="unit", label=_("Unit")),
    ]


def _last_year(planned: Planned, language: Language) -> pl.DataFrame:
    joint = planned.joint()
    labels = {
        name: indicator.label[language]
        for proposal in planned.proposals
        for name, indicator in proposal.state.domain.indicators.items()
    }
    last = joint.filter(pl.col("year") == joint["year"].max())
    return last.with_columns(pl.col("indicator").replace_strict(labels, default=pl.col("indicator")).alias("label"))


def _plain(value: object) -> object:
    """A value that JSON can carry: an unknown bound is None, not an infinity."""
    if isinstance(value, float) and not np.isfinite(value):
        return None
    return value.isoformat() if isinstance(value, dt.date) else value
