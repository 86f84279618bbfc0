"""Simulate: the territory once some actions are done together, against doing nothing."""

from collections.abc import Sequence

import polars as pl

from bocage.twin.answer import Answer, Section
from bocage.twin.diagnose import examine
from bocage.twin.noun_headings import outcome_headings, outcome_rows
from bocage.twin.propose import Proposal, consider, next_year
from bocage.twin.territory import Territory
from bocage.twin.wording import _
from bocage.vocabulary.codes import BocageError
from bocage.vocabulary.text import current_language


def simulate(territory: Territory, *, action_ids: Sequence[str] = (), kinds: Sequence[str] = ()) -> Answer:
    """Do the given actions, or every action of the given kinds, together and compare with doing nothing.

    Actions that another owner decides are left out unless they are named one by one. Where two chosen
    actions exclude each other the first one is kept. Both are said.

    Raises:
        BocageError: BOC-TWI-010 nothing to simulate, BOC-TWI-011 an unknown action or kind.
    """
    sections: list[Section] = []
    data: dict[str, object] = {}
    language = current_language()
    known: set[str] = set()
    chosen = territory.chosen_domains(None)
    if not chosen:
        raise BocageError("BOC-TWI-010", where={"folder": territory.folder})
    for domain in chosen:
        state = examine(territory, domain)
        proposal = consider(territory, state, first_year=next_year(state))
        known |= set(proposal.actions["action_id"]) | set(proposal.actions["kind"])
        actions, dropped, others = select_actions(proposal, action_ids, kinds)
        lines = [_("{count} left out: they exclude an action already chosen", count=dropped)] if dropped else []
        if others:
            lines.append(_("{count} left out: another owner decides; name them with --action", count=others))
        before = domain.simulate(state.assets, actions.clear(), state.site)
        after = domain.simulate(state.assets, actions, state.site)
        change = after.minus(before, on=["indicator"])
        sections += [
            Section(
                title=_("{count} actions done together", count=len(actions)),
                lines=lines,
                table=outcome_rows(after.summary(), domain.indicators, language),
                headings=outcome_headings(),
            ),
            Section(
                title=_("Difference with doing nothing"),
                table=outcome_rows(change.summary(), domain.indicators, language),
                headings=outcome_headings(),
            ),
        ]
        data[domain.name] = {
            "actions": actions["action_id"].to_list(),
            "state": after.summary().to_dicts(),
            "difference": change.summary().to_dicts(),
        }
    for value in [*action_ids, *kinds]:
        if value not in known:
            raise BocageError("BOC-TWI-011", value=value)
    return Answer(
        title=_("Simulation for {name}", name=territory.name),
        sections=sections,
        data=data,
        next_step=_("bocage plan --budget 50000 --years 6"),
    )


def select_actions(
    proposal: Proposal, action_ids: Sequence[str], kinds: Sequence[str]
) -> tuple[pl.DataFrame, int, int]:
    """Actions of those identifiers or kinds (all where neither is given), one per exclusive group.

    Returns:
        The actions kept; how many were left out because their group was taken; how many because
        another owner decides them.
    """
    named = pl.col("action_id").is_in(list(action_ids))
    found = proposal.actions
    if action_ids or kinds:
        found = found.filter(named | pl.col("kind").is_in(list(kinds)))
    asked = found.filter(named | (pl.col("standing") != "request"))
    grouped = asked.with_columns(pl.coalesce("exclusive_group", "action_id").alias("_group"))
    kept = grouped.unique("_group", keep="first", maintain_order=True).drop("_group")
    return kept, len(asked) - len(kept), len(found) - len(asked)
