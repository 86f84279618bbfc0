"""`bocage why`: why an action is in the plan or out of it, and what would have to change for it to enter."""

from collections.abc import Mapping
from typing import Any

from bocage.twin.answer import Answer, Section, Text
from bocage.twin.plan_record import load_current_plan
from bocage.twin.territory import Territory
from bocage.twin.what_if import named_actions
from bocage.twin.wording import _
from bocage.vocabulary.codes import BocageError
from bocage.vocabulary.columns import noun_tables
from bocage.vocabulary.futures import variables

MOST_ACTIONS = 20


def why(territory: Territory, words: str) -> Answer:
    """Say why actions are in the last plan or out of it, and what would bring in those that are out.

    Args:
        territory: open territory.
        words: identifier of an action, or a part of labels, such as a street.

    Raises:
        BocageError: BOC-TWI-012 no plan, BOC-TWI-017 the territory has changed since, BOC-TWI-081 no such action,
            BOC-TWI-082 more actions than one reads.
    """
    record = load_current_plan(territory)
    actions = territory.store.read_rows(noun_tables()["action"])
    names = named_actions(actions, words)
    if len(names) > MOST_ACTIONS:
        raise BocageError("BOC-TWI-082", value=words, count=len(names), most=MOST_ACTIONS, first=names[0])
    told = actions.select("action_id", fr="label_fr", en="label_en").iter_rows(named=True)
    labels = {row.pop("action_id"): row for row in told}
    reasons = {row["action_id"]: row for row in record.frames["reasons"].iter_rows(named=True)}
    entry = {row["action_id"]: row for row in record.frames["entry"].iter_rows(named=True)}
    known = [name for name in names if name in reasons]
    return Answer(
        title=_("Why, in the plan of {name}", name=territory.name),
        sections=[
            Section(
                title=labels[name],
                lines=_lines(name, reasons[name], entry.get(name)),
            )
            for name in known
        ],
        data={"actions": [{**reasons[name], "entry": entry.get(name)} for name in known]},
        next_step=_next(known, reasons),
    )


def _lines(name: str, reason: Mapping[str, Any], entry: Mapping[str, Any] | None) -> list[Text]:
    lines: list[Text] = [{"fr": name, "en": name}, {"fr": reason["reason_fr"], "en": reason["reason_en"]}]
    if entry is None:
        return lines
    conditions = conditions_of(entry)
    if not conditions:
        return [*lines, _("No change of cost, aid, price or budget would be enough by itself")]
    return [*lines, _("It would come in, all else being what it is, with any one of these:"), *conditions]


def conditions_of(entry: Mapping[str, Any]) -> list[Text]:
    """What would bring an action in, one sentence each.

    Args:
        entry: row of the frame `entry` of a plan.
    """
    found: list[Text] = []
    if entry["cost_cut"] is not None:
        found.append(_("- a cost lower by {share:1}%", share=100 * entry["cost_cut"]))
    if entry["aid_eur"] is not None:
        found.append(_("- a further aid of {amount:0} EUR", amount=entry["aid_eur"]))
    if entry["price_factor"] is not None:
        variable = variables()[entry["price_driver"]]
        found.append(_("- {label}: {factor:2} times today's", label=variable.label, factor=entry["price_factor"]))
    if entry["budget_eur"] is not None:
        found.append(_("- {amount:0} EUR more of own funds", amount=entry["budget_eur"]))
    return found


def _next(names: list[str], reasons: Mapping[str, Mapping[str, Any]]) -> Text | None:
    out = next((name for name in names if reasons[name]["decision"] == "out"), None)
    return None if out is None else _("bocage what-if --with {action}", action=out)
