"""What a plan is made from: the actions of every domain with their effects, and what the territory says of money."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import polars as pl

from bocage.decide.columns.giving import givers
from bocage.decide.question.budgets import Means, read_budgets
from bocage.decide.question.request import PlanRequest
from bocage.parameters.reader import CORE_FOLDER, Parameters
from bocage.twin.asked import Asked
from bocage.twin.code_labels import all_code_labels
from bocage.twin.diagnose import examine
from bocage.twin.feedback import plan_realisation
from bocage.twin.funding_facts import funding_facts, listed_programmes, local_funding, with_local_facts
from bocage.twin.propose import Proposal, consider
from bocage.twin.scenarios import scenario_of
from bocage.twin.territory import Territory
from bocage.twin.wishes import CHOICES, read_choices, read_purchases
from bocage.vocabulary.codes import BocageError
from bocage.vocabulary.columns import shared_asset_tables
from bocage.vocabulary.draws import DrawTable
from bocage.vocabulary.responsibility import main_budget

PLAN_ID = "plan"
BUDGETS = "budget_year"


@dataclass(frozen=True, kw_only=True)
class Inputs:
    """The actions of a territory and what each would do: all that takes time before a search.

    Attributes:
        actions: frame of the noun `action`.
        appraisal: each action alone.
        interactions: pairs of actions.
        roles: role of each indicator.
        drivers: variable of scenarios that moves each indicator.
        first_year: first year of the plan.
        date: date of the computation.
        seed: seed of draws.
    """

    actions: pl.DataFrame
    appraisal: DrawTable
    interactions: pl.DataFrame
    roles: Mapping[str, str]
    drivers: Mapping[str, str]
    first_year: int
    date: dt.date
    seed: int


def gather(territory: Territory, first_year: int | None) -> tuple[list[Proposal], Inputs]:
    """Examine every domain, let it propose actions and appraise them; nothing is written.

    Args:
        territory: open territory.
        first_year: first year of the plan; the next one where None.

    Raises:
        BocageError: BOC-TWI-010 no asset.
    """
    domains = territory.chosen_domains(None)
    if not domains:
        raise BocageError("BOC-TWI-010", where={"folder": territory.folder})
    states = [examine(territory, domain) for domain in domains]
    date = states[0].site.date
    start = first_year or date.year + 1
    proposals = [consider(territory, state, first_year=start) for state in states]
    proposed = pl.concat([proposal.actions for proposal in proposals], how="diagonal_relaxed")
    indicators = {name: one for proposal in proposals for name, one in proposal.state.domain.indicators.items()}
    return proposals, Inputs(
        actions=proposed,
        appraisal=DrawTable.stack([proposal.appraisal for proposal in proposals]),
        interactions=_interactions(proposals),
        roles={name: indicator.role for name, indicator in indicators.items()},
        drivers={name: indicator.driver for name, indicator in indicators.items() if indicator.driver},
        first_year=start,
        date=date,
        seed=states[0].site.seed,
    )


def _interactions(proposals: Sequence[Proposal]) -> pl.DataFrame:
    frames = [
        proposal.state.domain.interact(proposal.state.assets, proposal.actions, proposal.state.site)
        for proposal in proposals
    ]
    return pl.concat(frames, how="diagonal_relaxed")


def request_of(territory: Territory, inputs: Inputs, asked: Asked) -> PlanRequest:
    """The request of a plan: its actions, the money of each payer, the choices of the council.

    Args:
        territory: open territory.
        inputs: its actions.
        asked: what the plan is asked for.

    Raises:
        BocageError: BOC-TWI-013 no budget, BOC-TWI-080 no such scenario, those of the tables of budgets.
    """
    date = inputs.date
    parameters = Parameters(CORE_FOLDER, date)
    means = means_of(territory, inputs, asked, parameters)
    funding, further = local_funding(territory), asked.further
    actions = with_local_facts(territory, inputs.actions, funding.written)
    kinds = all_code_labels(territory.chosen_domains(None)).get("kind", {})
    choices = territory.store.read_assets(shared_asset_tables()[CHOICES])
    return PlanRequest(
        actions=actions,
        appraisal=inputs.appraisal,
        roles=inputs.roles,
        drivers=inputs.drivers,
        interactions=inputs.interactions,
        budgets=means.budgets,
        borrowing=means.borrowing,
        paid_by=givers(funding.rules, list(means.budgets), territory.siren),
        staff_days=means.staff_days,
        accounts=means.accounts,
        first_year=inputs.first_year,
        territory=funding_facts(territory, funding.written),
        date=date,
        parameters=parameters,
        rules=funding.rules,
        kinds=kinds,
        plan_id=PLAN_ID,
        objective=asked.objective,
        aims=further.aims,
        then=further.then,
        scenario=scenario_of(territory, further.scenario, date),
        prudence=further.prudence,
        keep_preferred=further.keep_preferred,
        law_deadlines=further.law_deadlines,
        choices=read_choices(choices, actions, kinds),
        purchases=read_purchases(actions, kinds),
        count_on=frozenset(listed_programmes(territory, "count_on")),
        leave_out=frozenset(listed_programmes(territory, "leave_out")),
        gap=asked.gap,
        time_limit_s=asked.time_limit_s,
        seed=inputs.seed,
        realisation=plan_realisation(territory, sorted(set(actions["domain"])), parameters, inputs.seed),
    )


def check_money(territory: Territory, asked: Asked) -> None:
    """Refuse at once a plan of a territory that says nothing of its money.

    Raises:
        BocageError: BOC-TWI-013 no budget.
    """
    told = asked.budget_eur_year is not None or territory.config.number("plan", "budget_eur_year") is not None
    if not told and not territory.store.count_assets(shared_asset_tables()[BUDGETS]):
        raise BocageError("BOC-TWI-013")


def means_of(territory: Territory, inputs: Inputs, asked: Asked, parameters: Parameters) -> Means:
    """What each payer can spend: the amount asked for, else the table of budgets, else the settings.

    Args:
        territory: open territory.
        inputs: its actions.
        asked: what the plan is asked for.
        parameters: dated parameters.

    Raises:
        BocageError: BOC-TWI-013 no budget, those of the table of budgets.
    """
    kind, config = territory.config.text("territory", "kind"), territory.config
    length = asked.years or int(config.required_number("plan", "years"))
    usual = asked.budget_eur_year
    if usual is None:
        usual = config.number("plan", "budget_eur_year")
    means = read_budgets(
        territory.store.read_assets(shared_asset_tables()[BUDGETS]),
        siren=territory.siren,
        kind=kind,
        first_year=inputs.first_year,
        years=length,
        parameters=parameters,
        own_funds_eur_year=usual,
    )
    if not means.budgets:
        raise BocageError("BOC-TWI-013")
    if asked.budget_eur_year is None:
        return means
    # What is asked for on the spot takes the place of what was imported, for the body that decides.
    own = {(territory.siren, main_budget(kind)): [asked.budget_eur_year] * length}
    return replace(means, budgets={**means.budgets, **own})
