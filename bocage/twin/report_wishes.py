"""What the report says of what a plan was asked for: the future it assumes, obligations, grouped purchases."""

import polars as pl

from bocage.publish.report.content import DutyLine, PurchaseLine
from bocage.publish.texts import Text
from bocage.twin.plan_record import PlanRecord
from bocage.twin.wording import _, both
from bocage.vocabulary.text import LANGUAGES, Message


def statement_of(record: PlanRecord) -> Text:
    """What a council must know of the choice in a few sentences: how good, in which future, what it keeps and saves."""
    sentences: list[Message] = [
        _(
            "This choice is within {gap:1}% of the best that could be done under the budget.",
            gap=100 * min(record.solve.gap, 1.0),
        )
    ]
    scenario = record.frames.get("scenario")
    if scenario is not None and scenario.height:
        row = scenario.row(0, named=True)
        label = {"fr": row["label_fr"], "en": row["label_en"]}
        sentences.append(_("Future assumed: “{scenario}”.", scenario=label))
    duties = duty_lines(record)
    if duties:
        kept = sum(duty.year is not None for duty in duties)
        sentences.append(_("Obligations met in time: {kept} of {count}.", kept=kept, count=len(duties)))
    saved = sum(purchase.saved_eur for purchase in purchase_lines(record))
    if saved:
        sentences.append(_("Grouped purchases save €{saved} excl. VAT.", saved=saved))
    return {language: " ".join(one.say(language) for one in sentences) for language in LANGUAGES}


def duty_lines(record: PlanRecord, actions: pl.DataFrame | None = None) -> list[DutyLine]:
    """What had to be done and the year it is, the earliest due first.

    Args:
        record: the plan.
        actions: frame of the noun `action`, for the names of what is done; identifiers where None.
    """
    duties = record.frames.get("duties")
    if duties is None:
        return []
    names: dict[str, tuple[str, str]] = {}
    if actions is not None:
        names = {name: (fr, en) for name, fr, en in actions.select("action_id", "label_fr", "label_en").iter_rows()}
    return [
        DutyLine(
            reason=row["reason"] or "",
            action=dict(zip(LANGUAGES, names.get(row["action_id"], (row["action_id"],) * 2), strict=True)),
            due_year=row["due_year"],
            year=row["year"],
        )
        for row in duties.sort("due_year", nulls_last=True, maintain_order=True).iter_rows(named=True)
    ]


def purchase_lines(record: PlanRecord) -> list[PurchaseLine]:
    """Grouped purchases that the plan makes, by year."""
    purchases = record.frames.get("purchases")
    if purchases is None:
        return []
    return [
        PurchaseLine(
            label={"fr": row["label_fr"], "en": row["label_en"]},
            year=row["year"],
            quantity=row["quantity"],
            actions=row["actions"],
            cost_eur=row["cost_eur"],
            saved_eur=row["saved_eur"],
        )
        for row in purchases.iter_rows(named=True)
    ]


def before_discounts(record: PlanRecord) -> Message | str:
    """Says that the actions taken together are told at the price of each alone, where purchases are grouped."""
    saved = sum(purchase.saved_eur for purchase in purchase_lines(record))
    if not saved:
        return ""
    return _("Investment before what grouped purchases save (€{saved}).", saved=saved)


def joined(*notes: Message | str) -> Text:
    """Sentences one after the other; empty where none says anything."""
    said = [both(note) for note in notes if note]
    return {language: " ".join(note[language] for note in said) for language in LANGUAGES}
