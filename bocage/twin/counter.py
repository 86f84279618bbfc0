"""The funding counter of a territory: the action that is meant, its year, its cost, and what every programme says."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from bocage.decide.answer.planning import prepare
from bocage.decide.columns.building import action_facts
from bocage.decide.funding.counter import Counter, Request, ask
from bocage.decide.funding.gates import Agenda
from bocage.decide.question.request import PlanRequest
from bocage.parameters.reader import CORE_FOLDER, Parameters
from bocage.sources.names import plain
from bocage.twin.diagnose import examine
from bocage.twin.funding_facts import (
    LocalFunding,
    funding_facts,
    listed_programmes,
    local_funding,
    with_local_facts,
)
from bocage.twin.plan_record import PlanRecord, load_current_plan
from bocage.twin.propose import Proposal, consider, next_year
from bocage.twin.territory import Territory
from bocage.vocabulary.codes import BocageError
from bocage.vocabulary.draws import DrawTable

INTERACTIONS: Mapping[str, Any] = {
    "action_a": pl.String, "action_b": pl.String, "indicator": pl.String, "value": pl.Float64,
}  # fmt: skip
NO_PLAN = ("BOC-TWI-012", "BOC-TWI-017")
"""Refusals of a plan that is not there, or out of date."""


@dataclass(frozen=True)
class Actions:
    """The actions that a territory may ask aids for.

    Attributes:
        frame: rows of the noun `action`, with what was written of them.
        proposals: the same by domain, with their effects.
        funding: rules and facts of funding.
        record: its plan, None where there is none up to date.
        date: date of the computation.
    """

    frame: pl.DataFrame
    proposals: Sequence[Proposal]
    funding: LocalFunding
    record: PlanRecord | None
    date: dt.date


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One action at the counter.

    Attributes:
        row: the action, of the noun `action`.
        counter: what the counter answers.
        effects: what the action changes: `indicator`, `unit`, value, interval, share on defaults.
        proposal: its domain and the actions beside it.
        chosen: True where the plan has it, in that year.
        owner: name of the body that owns it; its SIREN where the name is not known.
    """

    row: Mapping[str, Any]
    counter: Counter
    effects: pl.DataFrame
    proposal: Proposal
    chosen: bool
    owner: str


def actions_of(territory: Territory) -> Actions:
    """The actions of a territory as they are today; nothing is written.

    Raises:
        BocageError: BOC-TWI-010 no asset, those of local rules (BOC-PAR).
    """
    domains = territory.chosen_domains(None)
    if not domains:
        raise BocageError("BOC-TWI-010", where={"folder": territory.folder})
    funding = local_funding(territory)
    states = [examine(territory, domain) for domain in domains]
    proposals = [consider(territory, state, first_year=next_year(state)) for state in states]
    frame = pl.concat([proposal.actions for proposal in proposals], how="diagonal_relaxed")
    return Actions(
        frame=with_local_facts(territory, frame, funding.written),
        proposals=proposals,
        funding=funding,
        record=current_plan(territory),
        date=states[0].site.date,
    )


def current_plan(territory: Territory) -> PlanRecord | None:
    """The plan of a territory; None where there is none, or where the territory has changed since."""
    try:
        return load_current_plan(territory)
    except BocageError as refusal:
        if refusal.code in NO_PLAN:
            return None
        raise


def matching(actions: pl.DataFrame, text: str) -> pl.DataFrame:
    """The actions of that identifier, or all those whose identifier, label or street holds the words.

    Case and accents do not count.

    Args:
        actions: frame of the noun `action`.
        text: identifier, or words.
    """
    exact = actions.filter(pl.col("action_id") == text)
    if len(exact):
        return exact
    words = [plain(word) for word in text.split()]
    kept = [
        bool(words) and all(word in spelt for word in words)
        for spelt in (
            plain(" ".join(str(cell or "") for cell in row))
            for row in actions.select("action_id", "label_fr", "label_en", "place", "kind").iter_rows()
        )
    ]
    return actions.filter(pl.Series(kept, dtype=pl.Boolean))


def ask_for(territory: Territory, actions: Actions, action_id: str, *, year: int | None = None) -> Asked:
    """Take one action to the counter.

    Args:
        territory: open territory.
        actions: its actions.
        action_id: identifier of one of them.
        year: year in which the works are paid; that of the plan, or the first possible one, where None.

    Raises:
        BocageError: those of a plan request that does not fit (BOC-DEC-001 to 009).
    """
    row = actions.frame.row(by_predicate=pl.col("action_id") == action_id, named=True)
    planned = _planned_year(actions.record, action_id)
    when = year or planned or max(int(row["first_year"] or 0), actions.date.year + 1)
    proposal = next(one for one in actions.proposals if one.state.domain.name == row["domain"])
    alone = proposal.appraisal.where(pl.col("action_id") == action_id)
    prepared = prepare(_request(territory, actions, action_id, when, alone))
    worth, taxes = prepared.worth, prepared.books(()).taxes
    request = Request(
        action_id=action_id,
        facts={
            **action_facts(prepared.request, worth)[0],
            "budget": row["budget"],
            "vat_rate": float(worth.vat[0]),
            "vat_deductible": taxes.channel[0] == "deduction",
            **_payback(float(worth.mean_cost[0]), float(worth.mean_gains["cash"][0])),
        },
        territory=prepared.request.territory,
        rules=actions.funding.rules,
        known=actions.funding.known,
        year=when,
        cost_eur=float(worth.mean_cost[0]),
        vat_rate=float(worth.vat[0]),
        vat_back=float(taxes.returned[0]),
        vat_lag=int(taxes.lag[0]),
        vat_channel=taxes.channel[0],
        terms=prepared.terms,
    )
    return Asked(
        row=row,
        counter=ask(request, Agenda(prepared.request.parameters, actions.date)),
        effects=alone.summary(),
        proposal=proposal,
        chosen=planned == when,
        owner=territory.body_names().get(row["owner_siren"], row["owner_siren"]),
    )


def _payback(cost_eur: float, saving_eur_year: float) -> dict[str, float]:
    """Simple payback, as loans repaid by savings ask for it; none where nothing is saved."""
    return {"payback_years": cost_eur / saving_eur_year} if saving_eur_year > 0 else {}


def _planned_year(record: PlanRecord | None, action_id: str) -> int | None:
    if record is None:
        return None
    chosen = record.frames["plan"].filter((pl.col("action_id") == action_id) & (pl.col("decision") == "in"))
    return int(chosen["year"].item()) if len(chosen) else None


def _request(territory: Territory, actions: Actions, action_id: str, year: int, alone: DrawTable) -> PlanRequest:
    """The request of a plan of one action alone: its cost and taxes are then those of any plan."""
    frame = actions.frame.filter(pl.col("action_id") == action_id).with_columns(
        pl.lit(None, dtype=pl.String).alias("exclusive_group"),
        pl.lit([], dtype=pl.List(pl.String)).alias("requires"),
    )
    payer = frame.select("owner_siren", "budget").row(0)
    roles = {
        name: indicator.role
        for proposal in actions.proposals
        for name, indicator in proposal.state.domain.indicators.items()
    }
    return PlanRequest(
        actions=frame,
        appraisal=alone,
        roles=roles,
        interactions=pl.DataFrame(schema=INTERACTIONS),
        budgets={payer: [0.0]},
        first_year=year,
        territory=funding_facts(territory, actions.funding.written),
        date=actions.date,
        parameters=Parameters(CORE_FOLDER, actions.date),
        rules=actions.funding.rules,
        count_on=frozenset(listed_programmes(territory, "count_on")),
        leave_out=frozenset(listed_programmes(territory, "leave_out")),
        seed=actions.proposals[0].state.site.seed,
    )
