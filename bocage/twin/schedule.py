"""The back-schedule of the last plan: what must be done by when, on screen and as a calendar file."""

import datetime as dt
from collections.abc import Sequence
from pathlib import Path

import polars as pl

from bocage.publish.ics import Deadline, calendar_file
from bocage.publish.replacing import replace_file
from bocage.twin.answer import Answer, Heading, Section
from bocage.twin.code_labels import all_code_labels
from bocage.twin.plan_record import FILE, PlanRecord, load_current_plan
from bocage.twin.territory import Territory
from bocage.twin.wording import _
from bocage.vocabulary.codes import BocageError
from bocage.vocabulary.text import LANGUAGES, Language, current_language

FRAME = "schedule"
ALERTS = {"council": 45, "deposit": 30, "consultation": 21, "order": 14, "begin_by": 60, "balance": 14}
"""Days before a deadline on which the diary warns: a habit of the project, not a rule. Other steps give no warning."""
LABELS_TOLD = 12
BEFORE_ORDER = ("council", "deposit", "consultation", "order")


def plan_schedule(territory: Territory, *, ics: Path | None = None) -> Answer:
    """The deadlines of the last plan, those of a same step on a same day together.

    Args:
        territory: open territory, its plan up to date.
        ics: calendar file to write, None for none.

    Raises:
        BocageError: BOC-TWI-012 and 017 no plan, or one out of date or made by an earlier version;
            BOC-PUB-001 a file that cannot be written.
    """
    record = load_current_plan(territory)
    if FRAME not in record.frames or "label_fr" not in record.frames[FRAME].columns:
        raise BocageError("BOC-TWI-012", where={"file": territory.folder / "results" / FILE})
    frame = grouped(record.frames[FRAME].with_columns(pl.col("latest", "earliest").str.to_date()))
    files = []
    if ics is not None:
        text = calendar_text(territory, frame, made_on=record.made_on, names=_programmes(record, frame))
        files.append(replace_file(ics, text.encode()))
    names = _programmes(record, frame)
    sections = [Section(title=_("Latest day of each step"), table=frame, headings=_headings())]
    if names.height:
        sections.append(Section(title=_("Programmes"), table=names, headings=name_headings()))
    return Answer(
        title=_("Back-schedule of {name}", name=territory.name),
        sections=sections,
        data={FRAME: frame.to_dicts()},
        files=files,
        next_step=None if ics else _("bocage schedule --ics schedule.ics"),
    )


def _headings() -> list[Heading]:
    return [
        Heading(name="latest", label=_("Latest day")),
        Heading(name="milestone", label=_("Milestone")),
        Heading(name="programme", label=_("Programme")),
        Heading(name="operations", label=_("Operations")),
        Heading(name="slack_days", label=_("Slack"), unit="day"),
        Heading(name="aid_status", label=_("Aid")),
    ]


def name_headings() -> list[Heading]:
    """Columns of a table that says what each programme is called."""
    return [
        Heading(name="programme", label=_("Programme")),
        Heading(name=f"label_{current_language()}", label=_("Name")),
    ]


def _programmes(record: PlanRecord, frame: pl.DataFrame) -> pl.DataFrame:
    """The programmes of these deadlines with their names, by code."""
    told = {rule.name: rule.label for rule in record.rules}
    codes = [code for code in frame["programme"].drop_nulls().unique().sort() if code in told]
    labels = {f"label_{language}": [told[code][language] for code in codes] for language in LANGUAGES}
    return pl.DataFrame(
        {"programme": codes, **labels}, schema=dict.fromkeys(("programme", "label_fr", "label_en"), pl.String)
    )


def first_deadlines(frame: pl.DataFrame) -> list[Section]:
    """The steps before the first order of a plan; nothing where it orders nothing.

    Args:
        frame: back-schedule of a plan, dates as dates.
    """
    orders = frame.filter(pl.col("milestone") == "order")
    if orders.is_empty():
        return []
    first = grouped(frame.filter((pl.col("year") == orders["year"].min()) & pl.col("milestone").is_in(BEFORE_ORDER)))
    line = _("All of them, and a file for your diary: bocage schedule --ics schedule.ics")
    return [Section(title=_("First deadlines"), lines=[line], table=first, headings=_headings())]


def grouped(frame: pl.DataFrame) -> pl.DataFrame:
    """The same steps of the same programme on the same day as one row: how many operations, which, least slack.

    Args:
        frame: back-schedule of a plan, dates as dates.
    """
    keys = ["latest", "milestone", "programme", "year", "gate", "aid_status"]
    return frame.group_by(keys, maintain_order=True).agg(
        pl.len().alias("operations"),
        pl.col("action_id").alias("action_ids"),
        pl.col("label_fr").alias("labels_fr"),
        pl.col("label_en").alias("labels_en"),
        pl.col("earliest").max(),
        pl.col("slack_days").min(),
    )


def calendar_text(
    territory: Territory, frame: pl.DataFrame, *, made_on: dt.date, names: pl.DataFrame | None = None
) -> str:
    """Grouped deadlines as a calendar file in the current language.

    The key of a deadline holds its step, programme and year but not its day: read again, the file of
    a later plan moves the entry instead of doubling it.

    Args:
        territory: open territory.
        frame: deadlines, grouped.
        made_on: date of the plan.
        names: what programmes are called; their codes where None.
    """
    language = current_language()
    called = {} if names is None else dict(names.select("programme", f"label_{language}").iter_rows())
    words = all_code_labels([])["milestone"]
    ranks: dict[tuple[object, ...], int] = {}
    deadlines = []
    for row in frame.iter_rows(named=True):
        place = (row["milestone"], row["programme"], row["year"])
        ranks[place] = ranks.get(place, 0) + 1
        step = words[row["milestone"]][language]
        title = f"{step[:1].upper()}{step[1:]}" + (
            f" – {called.get(row['programme'], row['programme'])}" if row["programme"] else ""
        )
        told = _("{what} ({name}, works of {year})", what=title, name=territory.name, year=str(row["year"]))
        deadlines.append(
            Deadline(
                key=" ".join(map(str, (territory.code, *place, ranks[place]))),
                on=row["latest"],
                title=told.say(),
                body=_body(row[f"labels_{language}"], language),
                alert_days=ALERTS.get(row["milestone"]),
            )
        )
    return calendar_file(
        deadlines,
        name=_("Plan of {name}", name=territory.name).say(),
        made_on=made_on,
    )


def _body(labels: Sequence[str], language: Language) -> str:
    told = list(labels[:LABELS_TOLD])
    more = len(labels) - len(told)
    if more:
        told.append(_("and {count} more", count=more).say(language))
    return "\n".join(told)
