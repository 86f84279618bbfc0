"""`bocage futures`: how the last plan stands when the world is not as expected, and what is worth measuring."""

from collections.abc import Sequence
from dataclasses import replace

import polars as pl

from bocage.decide.answer.planning import prepare
from bocage.decide.money.plan_value import selected_of
from bocage.decide.question.request import PlanRequest
from bocage.decide.robustness.standing import CONTESTED, CORE, Robustness, robustness_of
from bocage.twin.answer import Answer, Heading, Section
from bocage.twin.futures_record import FuturesRecord, save_futures
from bocage.twin.plan_inputs import request_of
from bocage.twin.plan_record import load_current_plan
from bocage.twin.scenarios import known_scenarios, scenario_of
from bocage.twin.territory import Territory
from bocage.twin.what_if import known_inputs
from bocage.twin.wording import _, amount
from bocage.vocabulary.text import Language, Message, current_language
from bocage.vocabulary.units import quantity

LIMIT_S = 10.0
"""Longest search in one future [s]."""
MOST_ROWS = 12
DIGITS = {"%": 1, "year": 0}
"""Decimals of the bounds of a number, where they are not those of its unit."""


def futures(territory: Territory, *, scenarios: Sequence[str] = (), time_limit_s: float = LIMIT_S) -> Answer:
    """Judge the last plan across futures and draws, and keep what is found beside it.

    Args:
        territory: open territory.
        scenarios: names of the views of the future; all of them where empty.
        time_limit_s: longest search in one future [s].

    Raises:
        BocageError: BOC-TWI-012 no plan, BOC-TWI-017 the territory has changed since, BOC-TWI-080 no such
            scenario, those of the plan (BOC-DEC).
    """
    record = load_current_plan(territory)
    inputs, asked = known_inputs(territory, record)
    request = replace(request_of(territory, inputs, asked), time_limit_s=time_limit_s)
    names = list(scenarios or known_scenarios(territory))
    views = [scenario_of(territory, name, request.date) for name in names]
    prepared = prepare(request)
    ids = request.actions["action_id"].to_list()
    plan = selected_of(prepared.steering.columns, ids, record.frames["plan"], request.first_year)
    found = robustness_of(prepared, plan.chosen, views)
    kept = FuturesRecord(
        made_on=request.date,
        plan_made_on=record.made_on,
        fingerprint=record.fingerprint,
        scenarios=names,
        found=found,
    )
    save_futures(territory.place("results"), kept)
    return _answer(territory, request, found)


def _answer(territory: Territory, request: PlanRequest, found: Robustness) -> Answer:
    language = current_language()
    return Answer(
        title=_("The plan of {name} before the unknown", name=territory.name),
        sections=[
            Section(title=_("In short"), lines=told(found)),
            Section(title=_("In each future"), table=by_future(found), headings=_future_headings(found, language)),
            Section(
                title=_("What moves the value of the plan, the plan being fixed"),
                table=tornado_rows(found, language),
                headings=_tornado_headings(found, language),
            ),
            Section(
                title=_("What is worth measuring first"),
                lines=[_("What knowing each thing before deciding would bring on average, among the plans found.")],
                table=found.information.head(MOST_ROWS),
                headings=[
                    Heading(name=f"label_{language}", label=_("To know")),
                    Heading(name="value", label=_("Is worth"), unit=found.unit),
                ],
            ),
            Section(
                title=_("Actions that not every future asks for"),
                table=contested(found, request.actions, language),
                headings=[
                    Heading(name=f"label_{language}", label=_("Action")),
                    Heading(name="told", label=_("In the plan")),
                    Heading(name="percent", label=_("Futures and draws that ask for it"), unit="%"),
                ],
            ),
        ],
        data={
            "objective": found.objective,
            "unit": found.unit,
            "value": found.value,
            "searches": found.searches,
            "regret": found.regret.to_dicts(),
            "plans": found.plans.to_dicts(),
            "tornado": found.tornado.to_dicts(),
            "information": found.information.to_dicts(),
            "actions": found.actions.to_dicts(),
        },
        next_step=_("bocage report"),
    )


def told(found: Robustness) -> list[Message]:
    """In a few sentences: the largest regret, whether another plan is safer, what to begin with."""
    judged = found.plans.row(0, named=True)
    lines = [
        _(
            "The plan loses at worst {lost} beside the plan that a future would have asked for "
            "(futures tried: {count})",
            count=len(found.plans) - 1, lost=amount(judged["worst_regret"], found.unit),
        ),
    ]  # fmt: skip
    best = found.plans.filter(pl.col("minimax")).row(0, named=True)
    if best["plan"] == judged["plan"]:
        lines.append(_("No other plan found is safer, within the precision of the search"))
    else:
        safer = {"fr": best["label_fr"], "en": best["label_en"]}
        lines.append(
            _("The plan of “{future}” is safer: at worst it loses {lost}",
              future=safer, lost=amount(best["worst_regret"], found.unit))
        )  # fmt: skip
    planned = found.actions.filter(pl.col("planned"))
    core = planned.filter(pl.col("standing") == CORE)
    lines.append(
        _("{core} of its {count} actions are asked for nearly always: begin with them",
          core=len(core), count=len(planned))
    )  # fmt: skip
    return lines


def by_future(found: Robustness) -> pl.DataFrame:
    """The plan in each future: `value`, `regret`, `moved`: actions its own plan does otherwise."""
    judged = found.regret.filter(pl.col("plan") == found.plans["plan"][0])
    moved = found.plans.select(future="plan", moved="moved")
    return judged.join(moved, on="future", how="left", maintain_order="left")


def _future_headings(found: Robustness, language: Language) -> list[Heading]:
    return [
        Heading(name=f"future_{language}", label=_("Future")),
        Heading(name="value", label=_("Value of the plan"), unit=found.unit),
        Heading(name="regret", label=_("Regret"), unit=found.unit),
        Heading(name="moved", label=_("Actions that its own plan does otherwise")),
    ]


def tornado_rows(found: Robustness, language: Language) -> pl.DataFrame:
    """The widest bars, bounds written with the unit of each number."""
    widest = found.tornado.head(MOST_ROWS)
    told = {
        name: [
            quantity(value, unit, language, digits=DIGITS.get(unit))
            for value, unit in widest.select(bound, "unit").rows()
        ]
        for name, bound in (("from", "low"), ("to", "high"))
    }
    return widest.with_columns(**{name: pl.Series(texts, dtype=pl.String) for name, texts in told.items()})


def _tornado_headings(found: Robustness, language: Language) -> list[Heading]:
    return [
        Heading(name=f"label_{language}", label=_("Number")),
        Heading(name="from", label=_("Low (P10)")),
        Heading(name="to", label=_("High (P90)")),
        Heading(name="at_low", label=_("Value at the low one"), unit=found.unit),
        Heading(name="at_high", label=_("Value at the high one"), unit=found.unit),
    ]


def contested(found: Robustness, actions: pl.DataFrame, language: Language) -> pl.DataFrame:
    """The actions that some futures ask for and others not, with what they are called."""
    words = {True: _("yes").say(language), False: _("no").say(language)}
    labels = actions.select("action_id", f"label_{language}")
    return (
        found.actions.filter(pl.col("standing") == CONTESTED)
        .join(labels, on="action_id", how="left", maintain_order="left")
        .with_columns(
            pl.col("planned").replace_strict(words, return_dtype=pl.String).alias("told"),
            (100 * pl.col("share")).alias("percent"),
        )
        .sort("planned", "share", "action_id", descending=[True, True, False])
        .head(2 * MOST_ROWS)
    )
