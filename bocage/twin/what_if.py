"""`bocage what-if`: the last plan with one thing changed, in seconds, and what moves."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import polars as pl

from bocage.decide.answer.whatif import Answered, Change, answered, changed
from bocage.decide.question.request import PlanRequest
from bocage.sources.names import plain
from bocage.twin.answer import Answer, Heading, Section
from bocage.twin.asked import Asked
from bocage.twin.plan import decide_plan, record_plan
from bocage.twin.plan_cache import load_inputs
from bocage.twin.plan_inputs import Inputs, gather, request_of
from bocage.twin.plan_record import PlanRecord, load_current_plan
from bocage.twin.scenarios import scenario_of
from bocage.twin.territory import Territory
from bocage.twin.wording import _
from bocage.vocabulary.codes import BocageError
from bocage.vocabulary.text import Message, current_language

LIMIT_S = 4.0
"""Time of the search: an answer while one talks, from the plan that is known."""
MOST_MOVES = 40
MOVES: Mapping[str, Mapping[str, str]] = {
    "in": {"fr": "entre", "en": "comes in"},
    "out": {"fr": "sort", "en": "goes out"},
    "earlier": {"fr": "avancée", "en": "brought forward"},
    "later": {"fr": "repoussée", "en": "put back"},
}


@dataclass(frozen=True, kw_only=True)
class Question:
    """What is asked otherwise than for the last plan; what is empty stays as it was.

    Attributes:
        budget_eur_year: own funds per year, VAT included [EUR/year].
        wanted: what has to be done: identifiers, or parts of labels of which one action at least is done.
        unwanted: actions that may not be done.
        scenario: name of a view of the future.
        objective: what the plan is best at.
        prudence: weight of the worst futures [1].
        count_on: further programmes to count on.
        leave_out: further programmes to do without.
        time_limit_s: longest search [s].
    """

    budget_eur_year: float | None = None
    wanted: Sequence[str] = ()
    unwanted: Sequence[str] = ()
    scenario: str = ""
    objective: Any = None
    prudence: float | None = None
    count_on: Sequence[str] = ()
    leave_out: Sequence[str] = ()
    time_limit_s: float = LIMIT_S


def what_if(territory: Territory, question: Question, *, keep: bool = False) -> Answer:
    """Search again from the last plan with something changed; nothing is written unless it is kept.

    Args:
        territory: open territory.
        question: what is asked otherwise.
        keep: True where the other plan takes the place of the last one.

    Raises:
        BocageError: BOC-TWI-012 no plan, BOC-TWI-017 the territory has changed since, BOC-TWI-080 no such
            scenario, BOC-TWI-081 no such action, those of the plan (BOC-DEC).
    """
    record = load_current_plan(territory)
    inputs, asked = known_inputs(territory, record)
    asked = replace(asked, time_limit_s=question.time_limit_s)
    if question.budget_eur_year is not None:
        asked = replace(asked, budget_eur_year=question.budget_eur_year)
    base = request_of(territory, inputs, asked)
    change = _change(territory, base, question)
    plan = record.frames["plan"]
    years = dict(plan.filter(pl.col("decision") == "in").select("action_id", "year").iter_rows())
    request = changed(base, change, years)
    options = record.frames["options"]
    found = answered(request, plan, options.filter(pl.col("option") == "chosen").row(0, named=True))
    if keep:
        planned = decide_plan(territory, asked, lambda fresh: changed(fresh, change, found.years))
        record_plan(territory, planned)
    return _answer(territory, request, found, kept=keep)


def known_inputs(territory: Territory, record: PlanRecord) -> tuple[Inputs, Asked]:
    """What the last plan was made from: kept beside it, or gathered again where it no longer holds."""
    kept = load_inputs(territory.folder / "results", record.fingerprint, territory.today())
    if kept is not None:
        return kept
    return gather(territory, record.first_year)[1], Asked(first_year=record.first_year, years=_length(record))


def _length(record: PlanRecord) -> int:
    return max((len(amounts) for amounts in record.budgets.values()), default=1)


def _change(territory: Territory, request: PlanRequest, question: Question) -> Change:
    return Change(
        wanted=[named_actions(request.actions, words) for words in question.wanted],
        unwanted=[one for words in question.unwanted for one in named_actions(request.actions, words)],
        scenario=scenario_of(territory, question.scenario, request.date) if question.scenario else None,
        objective=question.objective,
        prudence=question.prudence,
        count_on=frozenset(question.count_on),
        leave_out=frozenset(question.leave_out),
    )


def named_actions(actions: pl.DataFrame, words: str) -> list[str]:
    """The actions that words mean: an identifier, or a part of a label in either language.

    Args:
        actions: frame of the noun `action`.
        words: identifier or part of a label.

    Raises:
        BocageError: BOC-TWI-081 no action is called so.
    """
    if words in set(actions["action_id"]):
        return [words]
    wanted = plain(words)
    labels = actions.select("action_id", "label_fr", "label_en").iter_rows()
    found = [one for one, french, english in labels if wanted and wanted in f"{plain(french)} {plain(english)}"]
    if not found:
        raise BocageError("BOC-TWI-081", value=words, count=len(actions))
    return found


def _answer(territory: Territory, request: PlanRequest, found: Answered, *, kept: bool) -> Answer:
    language = current_language()
    labels = request.actions.select("action_id", f"label_{language}")
    moves = found.moves.join(labels, on="action_id", how="left", maintain_order="left").with_columns(
        pl.col("move").replace_strict({name: words[language] for name, words in MOVES.items()}).alias("told")
    )
    lines: list[Message] = [_told(found)]
    if len(moves) > MOST_MOVES:
        lines.append(_("The {shown} dearest are shown; all with --json", shown=MOST_MOVES))
    figures = [
        Heading(name=f"label_{language}", label=_("Indicator")),
        Heading(name="before", label=_("Last plan")),
        Heading(name="after", label=_("What if")),
        Heading(name="difference", label=_("Difference")),
        Heading(name="unit", label=_("Unit")),
    ]
    places = [
        Heading(name="told", label=_("Move")),
        Heading(name=f"label_{language}", label=_("Action")),
        Heading(name="before", label=_("Last plan")),
        Heading(name="after", label=_("What if")),
        Heading(name="cost_eur", label=_("Cost excl. VAT"), unit="EUR"),
    ]
    return Answer(
        title=_("What if, for {name}", name=territory.name),
        sections=[
            Section(title=_("What changes"), lines=lines, table=found.figures, headings=figures),
            Section(title=_("Actions that move"), table=moves.head(MOST_MOVES), headings=places),
        ],
        data={
            "kept": kept,
            "moves": found.moves.to_dicts(),
            "figures": found.figures.to_dicts(),
            "status": found.solve.status,
            "seconds": found.solve.seconds,
        },
        next_step=_("bocage report") if kept else _("the same command with --keep, to keep this plan"),
    )


def _told(found: Answered) -> Message:
    counts = dict(found.moves.group_by("move").len().iter_rows())
    if not counts:
        return _("Nothing moves: the last plan is still the best one known")
    return _(
        "{come} actions come in, {go} go out, {moved} change year ({seconds:1} s of search)",
        come=counts.get("in", 0), go=counts.get("out", 0),
        moved=counts.get("earlier", 0) + counts.get("later", 0), seconds=found.solve.seconds,
    )  # fmt: skip
