"""The funding counter: programmes open to the territory, or all that concerns one action, ready to attach to a file."""

from pathlib import Path

import polars as pl

from bocage.decide.funding.counter import cash_of, lent
from bocage.twin.answer import Answer, Section
from bocage.twin.counter import Asked, actions_of, ask_for, matching
from bocage.twin.counter_files import write_file
from bocage.twin.counter_sections import (
    action_headings,
    programmes_frame,
    schedule_frame_of,
    sections_of,
    stacks_frame,
)
from bocage.twin.dossier import dossier
from bocage.twin.programmes import programmes
from bocage.twin.territory import Territory
from bocage.twin.wording import _
from bocage.vocabulary.codes import BocageError
from bocage.vocabulary.text import Message


def funding(
    territory: Territory, *, action: str | None = None, year: int | None = None, into: Path | None = None
) -> Answer:
    """What the territory may ask: of every programme, or for one action.

    Args:
        territory: open territory.
        action: identifier of an action, or words of its label or street; the territory as a whole where None.
        year: year of its works; that of the plan, or the first possible one, where None.
        into: folder to write the file of the action to, None for none.

    Raises:
        BocageError: BOC-TWI-010 no asset, 070 no such action, 071 a folder without an action, BOC-PAR
            a local rule or fact that is badly written, BOC-PUB-001 a file that cannot be written.
    """
    if action is None:
        if into is not None:
            raise BocageError("BOC-TWI-071")
        return programmes(territory)
    actions = actions_of(territory)
    found = matching(actions.frame, action)
    if found.is_empty():
        raise BocageError("BOC-TWI-070", value=action, count=len(actions.frame))
    if len(found) > 1:
        return _to_choose_from(territory, found, action)
    asked = ask_for(territory, actions, found["action_id"].item(), year=year)
    file = dossier(territory, asked)
    return Answer(
        title=_("Funding of {name}", name=territory.name),
        sections=sections_of(asked, file),
        data=_data(asked, file),
        files=write_file(territory, asked, file, into) if into is not None else [],
        next_step=None if into is not None else _next_step(asked),
    )


def _next_step(asked: Asked) -> Message:
    name = asked.counter.request.action_id
    return _('bocage funding "{action}" --into "{folder}"', action=name, folder=f"dossier-{name}")


def _to_choose_from(territory: Territory, found: pl.DataFrame, words: str) -> Answer:
    return Answer(
        title=_("Funding of {name}", name=territory.name),
        sections=[
            Section(
                title=_("{count} actions match “{words}”", count=len(found), words=words),
                table=found,
                headings=action_headings(),
            )
        ],
        data={"actions": found.select("action_id", "label_fr", "label_en", "place").to_dicts()},
        next_step=_('bocage funding "{action}"', action=found["action_id"][0]),
    )


def _data(asked: Asked, file: pl.DataFrame) -> dict[str, object]:
    counter = asked.counter
    request = counter.request
    return {
        "action_id": request.action_id,
        "year": request.year,
        "chosen": asked.chosen,
        "cost_eur": request.cost_eur,
        "spending_eur": request.spending_eur,
        "vat_back_eur": request.vat_back_eur,
        "procedure": counter.durations.procedure,
        "order_by": counter.works.order,
        "stacks": [
            {
                **row,
                "aids": {
                    aid.rule.name: {
                        "amount_eur": aid.amount_eur,
                        "low_eur": aid.low_eur,
                        "high_eur": aid.high_eur,
                        "rule_state": aid.status,
                    }
                    for aid in stack.plan.aids
                },
                "cash": cash_of(request, stack).to_dicts(),
            }
            for row, stack in zip(stacks_frame(counter).to_dicts(), counter.stacks, strict=True)
        ],
        "programmes": programmes_frame(counter.stamped).to_dicts(),
        "loans": lent(counter).to_dicts(),
        "schedule": schedule_frame_of(asked).to_dicts(),
        "dossier": file.to_dicts(),
    }
