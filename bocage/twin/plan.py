"""Plan: which actions, which year, who pays, under the budget; solved, proved, then simulated jointly."""

from collections.abc import Callable, Sequence

import polars as pl

from bocage.decide.answer.planning import make_plan
from bocage.decide.question.request import Objective, PlanRequest, PlanResult
from bocage.twin.answer import Answer
from bocage.twin.asked import Asked, Further
from bocage.twin.diagnose import record_outcomes
from bocage.twin.plan_answer import plan_answer
from bocage.twin.plan_cache import save_inputs
from bocage.twin.plan_inputs import PLAN_ID, check_money, gather, request_of
from bocage.twin.plan_record import PlanRecord, save_plan
from bocage.twin.planned import Planned
from bocage.twin.propose import Proposal, record_actions
from bocage.twin.scenario_table import scenario_rows
from bocage.twin.territory import Territory
from bocage.vocabulary.columns import noun_tables
from bocage.vocabulary.domain import WHOLE_TERRITORY
from bocage.vocabulary.draws import DrawTable


def plan(
    territory: Territory,
    *,
    budget_eur_year: float | None = None,
    years: int | None = None,
    first_year: int | None = None,
    objective: Objective = "npv",
    time_limit_s: float = 20.0,
    gap: float = 0.005,
    further: Further | None = None,
) -> Answer:
    """Choose a funded multi-year plan, keep it in the twin and say why each action is in or out.

    Args:
        territory: open territory.
        budget_eur_year: own funds per year, VAT included [EUR/year]; those of the tables or settings where None.
        years: number of years; that of `territory.toml` where None.
        first_year: first year; the next one where None.
        objective: `npv`, `cash`, `carbon`, `energy`, `water` or `risk`.
        time_limit_s: longest search [s].
        gap: relative gap at which the search may stop [1].
        further: several objectives, scenario, prudence, obligations.

    Raises:
        BocageError: BOC-TWI-010 no asset, BOC-TWI-013 no budget, those of the plan (BOC-DEC).
    """
    asked = Asked(
        budget_eur_year=budget_eur_year,
        years=years,
        first_year=first_year,
        objective=objective,
        time_limit_s=time_limit_s,
        gap=gap,
        further=further or Further(),
    )
    planned = decide_plan(territory, asked)
    record_plan(territory, planned)
    return plan_answer(territory, planned)


def decide_plan(
    territory: Territory, asked: Asked, change: Callable[[PlanRequest], PlanRequest] | None = None
) -> Planned:
    """Examine, propose, solve and simulate jointly; nothing is written.

    Args:
        territory: open territory.
        asked: what the plan is asked for.
        change: what is asked otherwise on the spot.

    Raises:
        BocageError: as `plan`.
    """
    check_money(territory, asked)
    proposals, inputs = gather(territory, asked.first_year)
    request = request_of(territory, inputs, asked)
    if change is not None:
        request = change(request)
    result = make_plan(request)
    changes = _simulate_jointly(proposals, result, request)
    return Planned(proposals, request, result, changes, inputs, asked)


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
    view = scenario_rows(planned.request)
    territory.store.write_rows(nouns["scenario"], view, replace={"scenario_id": view["scenario_id"][0]})
    territory.store.write_rows(nouns["evaluation"], evaluations(planned.proposals, planned.result.plan), replace={})
    frames = {
        "effects": planned.effects(),
        "savings": planned.savings_by_role(),
        "joint": planned.joint(),
        "schedule": planned.schedule(),
        "scenario": view.select("scenario_id", "label_fr", "label_en").head(1),
    }
    save_inputs(territory.place("results"), planned.inputs, planned.asked, territory.fingerprint())
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
