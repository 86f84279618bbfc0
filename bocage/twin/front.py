"""`bocage front`: plans between two objectives, kept for the expert view."""

import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import polars as pl

from bocage.decide.answer.fronts import SCHEMA, columns_of, plans_between, reached
from bocage.decide.answer.planning import prepare
from bocage.decide.question.request import Objective
from bocage.decide.question.telling import MEASURES
from bocage.twin.answer import Answer, Heading, Section
from bocage.twin.plan_inputs import request_of
from bocage.twin.plan_record import PlanRecord, load_current_plan
from bocage.twin.territory import Territory
from bocage.twin.what_if import known_inputs
from bocage.twin.wording import _
from bocage.vocabulary.codes import BocageError

FILE = "front.json"
GAP = 0.001
"""Closer to the best than a plan: the ends of a front may lose half of it for the other objective."""


@dataclass(frozen=True, kw_only=True)
class FrontRecord:
    """Plans between two objectives, as they were found.

    Attributes:
        fingerprint: fingerprint of the territory when they were.
        first: first objective.
        second: second objective.
        points: frame of `plans_between`.
        plan: what the last plan reaches of each objective.
    """

    fingerprint: str
    first: Objective
    second: Objective
    points: pl.DataFrame
    plan: tuple[float, float]


def front_of(
    territory: Territory,
    *,
    first: Objective = "npv",
    second: Objective = "carbon",
    points: int = 7,
    time_limit_s: float = 60.0,
) -> Answer:
    """Look for plans between two objectives under the budgets of the last plan, and keep them beside it.

    Args:
        territory: open territory.
        first: first objective.
        second: second objective.
        points: number of plans looked for, ends included.
        time_limit_s: longest search in all [s].

    Raises:
        BocageError: BOC-TWI-012 no plan, BOC-TWI-017 the territory has changed since, BOC-TWI-083 the two
            objectives are the same, those of the plan (BOC-DEC).
    """
    if first == second:
        raise BocageError("BOC-TWI-083", value=first)
    record = load_current_plan(territory)
    inputs, asked = known_inputs(territory, record)
    request = request_of(territory, inputs, replace(asked, time_limit_s=time_limit_s, gap=GAP))
    prepared = prepare(replace(request, prudence=0.0), [first, second])
    chosen = columns_of(prepared, _years(record))
    found = plans_between(prepared, (first, second), points=points, start=chosen)
    kept = FrontRecord(
        fingerprint=record.fingerprint,
        first=first,
        second=second,
        points=found,
        plan=(reached(prepared, chosen, first), reached(prepared, chosen, second)),
    )
    _save(territory.place("results"), kept)
    return _answer(territory, kept)


def _years(record: PlanRecord) -> dict[str, int]:
    return dict(record.frames["plan"].filter(pl.col("decision") == "in").select("action_id", "year").iter_rows())


def _save(folder: Path, record: FrontRecord) -> None:
    content = {
        "fingerprint": record.fingerprint,
        "first": record.first,
        "second": record.second,
        "plan": list(record.plan),
        "points": record.points.to_dicts(),
    }
    part = folder / f"{FILE}.part"
    part.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
    part.replace(folder / FILE)


def load_front(folder: Path, fingerprint: str) -> FrontRecord | None:
    """The plans between two objectives that were kept; None where there are none, or the territory has changed.

    Args:
        folder: folder of the results of a territory.
        fingerprint: fingerprint of its plan.
    """
    try:
        content: dict[str, Any] = json.loads((folder / FILE).read_text(encoding="utf-8"))
        if content["fingerprint"] != fingerprint:
            return None
        first, second = content["plan"]
        return FrontRecord(
            fingerprint=fingerprint,
            first=content["first"],
            second=content["second"],
            points=pl.DataFrame(content["points"], schema=SCHEMA),
            plan=(float(first), float(second)),
        )
    except (OSError, ValueError, KeyError, TypeError, pl.exceptions.PolarsError):
        return None


def _answer(territory: Territory, record: FrontRecord) -> Answer:
    first, second = MEASURES[record.first], MEASURES[record.second]
    headings = [
        Heading(name="point", label=_("Plan")),
        Heading(name="first", label=first.total),
        Heading(name="second", label=second.total, digits=1),
        Heading(name="actions", label=_("Actions")),
        Heading(name="cost_eur", label=_("Cost excl. VAT"), unit="EUR"),
        Heading(name="own_eur", label=_("Own funds"), unit="EUR"),
    ]
    return Answer(
        title=_("Plans between two objectives, for {name}", name=territory.name),
        sections=[
            Section(
                title=_("None of them is beaten in both"),
                lines=[
                    _(
                        "The last plan: {first:0} {first_unit}, {second:1} {second_unit}",
                        first=record.plan[0], first_unit=first.total,
                        second=record.plan[1], second_unit=second.total,
                    )
                ],
                table=record.points,
                headings=headings,
            )
        ],
        data={
            "first": record.first,
            "second": record.second,
            "plan": list(record.plan),
            "points": record.points.to_dicts(),
        },
        next_step=_("bocage plan --objective {first} --then {second}", first=record.first, second=record.second),
    )  # fmt: skip
