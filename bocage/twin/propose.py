"""Propose: what could be done, by whom, at what cost, with what effect; kept as actions in the twin."""

from dataclasses import dataclass

import polars as pl

from bocage.twin.answer import Answer, Heading, Section
from bocage.twin.diagnose import DomainState, examine
from bocage.twin.territory import Territory
from bocage.twin.wording import _
from bocage.vocabulary.codes import BocageError
from bocage.vocabulary.columns import noun_tables, shared_asset_tables
from bocage.vocabulary.draws import DrawTable
from bocage.vocabulary.responsibility import assign_standing
from bocage.vocabulary.text import Message, current_language


@dataclass(frozen=True)
class Proposal:
    """The actions of one domain and what each would do alone.

    Attributes:
        state: the domain at this moment.
        actions: frame of the noun `action`, its standing assigned.
        appraisal: draws with keys `action_id`, `indicator`, `unit`.
    """

    state: DomainState
    actions: pl.DataFrame
    appraisal: DrawTable


def consider(territory: Territory, state: DomainState, *, first_year: int) -> Proposal:
    """Let the domain propose actions, say who may act, and appraise each alone; nothing is written."""
    contracts = territory.store.read_assets(shared_asset_tables()["contract"])
    proposed = state.domain.propose(state.assets, state.site)
    actions = assign_standing(proposed, contracts, siren=territory.siren, first_year=first_year)
    return Proposal(state, actions, state.domain.appraise(state.assets, actions, state.site))


def next_year(state: DomainState) -> int:
    """First year that can still be planned: the one after the date of the computation."""
    return state.site.date.year + 1


def record_actions(territory: Territory, proposal: Proposal) -> None:
    """Write the actions into the twin in place of those the domain proposed before."""
    table = noun_tables()["action"]
    territory.store.write_rows(table, table.conform(proposal.actions), replace={"domain": proposal.state.domain.name})


def propose(territory: Territory, *, domain: str | None = None) -> Answer:
    """Propose actions for one domain, or all that have assets; they are kept in the twin.

    Raises:
        BocageError: BOC-TWI-010 where there is nothing to act on.
    """
    chosen = territory.chosen_domains(domain)
    if not chosen:
        raise BocageError("BOC-TWI-010", where={"folder": territory.folder})
    sections = []
    data: dict[str, object] = {}
    for one in chosen:
        state = examine(territory, one)
        proposal = consider(territory, state, first_year=next_year(state))
        record_actions(territory, proposal)
        table = action_effects(proposal)
        sections.append(
            Section(
                title=one.label,
                lines=[_("{count} actions proposed", count=len(table)), *_prices(proposal)],
                table=table,
                headings=_effect_headings(table, proposal),
            )
        )
        data[one.name] = table.to_dicts()
    return Answer(
        title=_("Actions for {name}", name=territory.name),
        sections=sections,
        data=data,
        next_step=_("bocage plan --budget 50000 --years 6"),
    )


def _prices(proposal: Proposal) -> list[Message]:
    """Where the costs come from, for a domain that can tell."""
    order = proposal.state.domain.order
    if order is None:
        return []
    lines = order(proposal.state.assets, proposal.actions, proposal.state.site).lines
    total = float(lines["amount_eur"].sum())
    own = float(lines.filter(pl.col("origin") == "schedule")["amount_eur"].sum())
    if not own:
        return [_("Costs come from default prices; your own: bocage import prices.xlsx --type unit_price")]
    return [_("{share:1}% of the costs come from the unit prices of the territory", share=100 * own / total)]


def action_effects(proposal: Proposal) -> pl.DataFrame:
    """One row per action: who, where, when, and the mean of each indicator it changes."""
    wide = (
        proposal.appraisal.summary()
        .select("action_id", "indicator", "value")
        .pivot("indicator", index="action_id", values="value")
    )
    columns = (
        "action_id", "kind", "label_fr", "label_en", "place", "unit_count", "owner_siren", "competence", "budget",
        "contract_id", "standing", "first_year",
    )  # fmt: skip
    return proposal.actions.select(columns).join(wide, on="action_id", how="left", maintain_order="left")


def _effect_headings(table: pl.DataFrame, proposal: Proposal) -> list[Heading]:
    label = f"label_{current_language()}"
    columns = {column.name: column for column in noun_tables()["action"].columns}
    fixed = ("action_id", label, "unit_count", "standing", "first_year")
    headings = [Heading(name=name, label=columns[name].label) for name in fixed]
    indicators = proposal.state.domain.indicators
    shown = [
        name
        for name in table.columns
        if name in indicators and indicators[name].role in {"energy", "cash", "carbon", "investment"}
    ]
    return headings + [Heading(name=name, label=indicators[name].label, unit=indicators[name].unit) for name in shown]
