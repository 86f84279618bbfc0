"""What a plan says: the decision, what it is worth, what was asked and met, what no action fitted."""

import datetime as dt

import numpy as np
import polars as pl

from bocage.decide.question.request import PlanResult
from bocage.twin.answer import Answer, Heading, Section
from bocage.twin.planned import Planned
from bocage.twin.schedule import first_deadlines
from bocage.twin.territory import Territory
from bocage.twin.wishes import unmatched
from bocage.twin.wording import _, amount
from bocage.vocabulary.columns import noun_tables
from bocage.vocabulary.text import Language, Message, current_language


def plan_answer(territory: Territory, planned: Planned) -> Answer:
    """A plan as sentences, tables and data."""
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
                    _money(result),
                    _(
                        "Within {gap:2}% of the optimum in {seconds:1} s; ranking by ratio would lose {loss:1}%",
                        gap=100 * float(np.nan_to_num(solve.gap, posinf=1.0)),
                        seconds=solve.seconds, loss=100 * solve.greedy_loss,
                    ),
                    *_worst_futures(planned),
                ],
                table=chosen,
                headings=headings,
            ),
            *_aims(result, language),
            *_duties(planned, language),
            *_purchases(result, language),
            *_streets(result),
            *first_deadlines(planned.schedule()),
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


def _worst_futures(planned: Planned) -> list[Message]:
    """What the plan is worth in its worst futures, where prudence weighed them."""
    solve = planned.result.solve
    if not planned.request.prudence or solve.mean is None or solve.worst_mean is None:
        return []
    return [
        _(
            "On average over all futures {mean}; over the worst {share}% of them {worst}",
            mean=amount(solve.mean, solve.unit), share=100 * solve.worst_share,
            worst=amount(solve.worst_mean, solve.unit),
        )
    ]  # fmt: skip


def _aims(result: PlanResult, language: Language) -> list[Section]:
    """What the plan reaches of each objective, where it has several."""
    if len(result.aims) < 2:
        return []
    headings = [
        Heading(name="rank", label=_("Rank")),
        Heading(name=f"label_{language}", label=_("Objective")),
        Heading(name="weight", label=_("Weight")),
        Heading(name="value", label=_("Reached")),
    ]
    return [Section(title=_("Objectives"), table=result.aims, headings=headings)]


def _duties(planned: Planned, language: Language) -> list[Section]:
    """What had to be done, what does it, and what no action fits."""
    request, duties = planned.request, planned.result.duties
    lost = unmatched(request.choices, request.actions)
    lines = [_("No proposed action fits this choice: {choice}", choice=choice) for choice in lost]
    open_ones = len(duties.filter(pl.col("year").is_null()))
    if open_ones:
        lines.append(_("Obligations of law that nothing in this plan can meet: {count}", count=open_ones))
    if duties.is_empty():
        return [Section(title=_("Choices"), lines=lines)] if lines else []
    labels = request.actions.select("action_id", f"label_{language}")
    headings = [
        Heading(name="reason", label=_("Basis")),
        Heading(name="due_year", label=_("Due")),
        Heading(name=f"label_{language}", label=_("Action")),
        Heading(name="year", label=_("Planned")),
    ]
    table = duties.join(labels, on="action_id", how="left", maintain_order="left")
    return [Section(title=_("Obligations"), lines=lines, table=table, headings=headings)]


def _purchases(result: PlanResult, language: Language) -> list[Section]:
    """Grouped purchases that the plan makes."""
    if result.purchases.is_empty():
        return []
    headings = [
        Heading(name="year", label=_("Year")),
        Heading(name=f"label_{language}", label=_("Lot")),
        Heading(name="quantity", label=_("Quantity"), digits=0),
        Heading(name="minimum", label=_("Required"), digits=0),
        Heading(name="actions", label=_("Actions")),
        Heading(name="cost_eur", label=_("Cost excl. VAT"), unit="EUR"),
        Heading(name="saved_eur", label=_("Saved excl. VAT"), unit="EUR"),
    ]
    return [Section(title=_("Grouped purchases"), table=result.purchases, headings=headings)]


def _streets(result: PlanResult) -> list[Section]:
    """Streets where works of several domains are done in one year."""
    if result.streets.is_empty():
        return []
    headings = [
        Heading(name="year", label=_("Year")),
        Heading(name="place", label=_("Place")),
        Heading(name="domains", label=_("Domains")),
        Heading(name="budgets", label=_("Budgets")),
        Heading(name="actions", label=_("Actions")),
        Heading(name="cost_eur", label=_("Cost excl. VAT"), unit="EUR"),
    ]
    return [Section(title=_("Works grouped by street"), table=result.streets, headings=headings)]


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
        "aims": result.aims.to_dicts(),
        "duties": result.duties.to_dicts(),
        "purchases": result.purchases.to_dicts(),
        "streets": result.streets.to_dicts(),
        "solve": {key: _plain(value) for key, value in vars(result.solve).items()},
    }


def _money(result: PlanResult) -> Message:
    """What the works cost and who pays: money that is borrowed is not said to be own."""
    cost = float(result.plan.filter(pl.col("decision") == "in")["cost_eur"].sum())
    is_lent = (pl.col("line") == "loan") | pl.col("line").str.starts_with("advance:")
    lent = float(result.ledgers.filter(is_lent)["amount_eur"].sum())
    if not lent:
        return _(
            "Works {cost} EUR excl. VAT; own funds {own} EUR, VAT included, grants and FCTVA deducted",
            cost=cost, own=_own_funds(result),
        )  # fmt: skip
    return _(
        "Works {cost} EUR excl. VAT; own funds and loans {own} EUR, VAT included, grants and FCTVA deducted; "
        "borrowed: {lent} EUR",
        cost=cost, own=_own_funds(result), lent=lent,
    )  # fmt: skip


def _own_funds(result: PlanResult) -> float:
    """What the plan leaves to own funds and loans, grants and FCTVA deducted, as in the report [EUR]."""
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
