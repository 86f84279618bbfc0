"""The folder to attach to an application: a workbook, its tables as CSV, a document to complete, the deadlines."""

from collections.abc import Sequence
from pathlib import Path

import polars as pl

from bocage.decide.funding.counter import cash_of, lent
from bocage.publish.application import Part, write_application
from bocage.publish.csv_file import write_csv
from bocage.publish.replacing import replace_file
from bocage.publish.report.frame import write_date
from bocage.publish.tables import NamedTable, TableColumn, kind_of
from bocage.publish.workbook import write_workbook
from bocage.twin.answer import Heading
from bocage.twin.assumptions import all_assumptions
from bocage.twin.code_labels import all_code_labels
from bocage.twin.counter import Asked
from bocage.twin.counter_sections import (
    programmes_frame,
    schedule_frame_of,
    schedule_headings,
    schedule_notes,
    stacks_frame,
)
from bocage.twin.export import identity_notes
from bocage.twin.schedule import calendar_text, grouped
from bocage.twin.territory import Territory
from bocage.twin.wording import _
from bocage.vocabulary.text import Language, Message, current_language
from bocage.vocabulary.units import quantity


def write_file(territory: Territory, asked: Asked, dossier: pl.DataFrame, into: Path) -> list[Path]:
    """Write all that concerns one action into a folder.

    Args:
        territory: open territory.
        asked: the action at the counter.
        dossier: data of the file.
        into: folder to write to.

    Raises:
        BocageError: BOC-PUB-001 a file that cannot be written.
    """
    language = current_language()
    tables = named_tables(asked, dossier, language)
    stem = f"{territory.code}-{asked.counter.request.action_id}"
    zone = territory.config.text("territory", "timezone")
    made_on = asked.counter.agenda.made_on
    files = [
        write_workbook(
            tables,
            into / f"{stem}.xlsx",
            language=language,
            assumptions=all_assumptions([asked.proposal.state.domain], made_on),
            notes=identity_notes(territory),
            timezone=zone,
        )
    ]
    files += [write_csv(table, into / f"{stem}-{table.name}.csv", language=language, timezone=zone) for table in tables]
    text = calendar_text(territory, grouped(schedule_frame_of(asked)), made_on=made_on)
    files.append(replace_file(into / f"{stem}.ics", text.encode()))
    files.append(
        write_application(
            into / f"{stem}.docx",
            title=asked.row[f"label_{language}"],
            marks=[note.say(language) for note in (_("To complete"), *identity_notes(territory))],
            parts=document_parts(asked, dossier, language),
            language=language,
        )
    )
    return files


def document_parts(asked: Asked, dossier: pl.DataFrame, language: Language) -> list[Part]:
    """The parts of the document: each part of the data of the file, the funding plan, the cash, the deadlines."""
    parts = [
        _data_part(str(name), rows, language) for (name,), rows in dossier.group_by("dossier_part", maintain_order=True)
    ]
    return [*parts, _funding_part(asked, language), _deadlines_part(asked, language)]


def _data_part(name: str, rows: pl.DataFrame, language: Language) -> Part:
    """One part of the data; who has what is missing is said where something is."""
    title = all_code_labels([])["dossier_part"][name][language]
    lacking = not rows["known"].all()
    head = [_("Item"), _("Value"), *([_("Who has it")] if lacking else [])]
    return Part(
        title=title[:1].upper() + title[1:],
        head=[one.say(language) for one in head],
        rows=[
            (row[f"label_{language}"], row[f"value_{language}"] or "", row[f"holder_{language}"] or "")[: len(head)]
            for row in rows.iter_rows(named=True)
        ],
        to_fill=1,
        widths_cm=(6, 6, 5) if lacking else (6, 11),
    )


def _funding_part(asked: Asked, language: Language) -> Part:
    """The plan de financement excluding VAT, as funders ask for it; then what becomes of the VAT."""
    request, best = asked.counter.request, asked.counter.best
    lines = [(aid.rule.label[language], aid.amount_eur) for aid in best.plan.aids]
    lines += [(_("Own share excl. VAT").say(language), best.own_eur)]
    lines += [(_("Works excl. VAT").say(language), request.cost_eur)]
    doubtful = ", ".join(aid.rule.name for aid in best.plan.aids if aid.status != "verified")
    notes = [_("Rules to be verified before use: {rules}", rules=doubtful)] if doubtful else []
    notes.append(
        _(
            "VAT of {vat} EUR is paid beside; {back} EUR come back in {year}. In all {rest} EUR are left to the owner.",
            vat=request.spending_eur - request.cost_eur, back=request.vat_back_eur,
            year=str(request.year + request.vat_lag), rest=best.rest_eur,
        )
    )  # fmt: skip
    return Part(
        title=_("Funding plan").say(language),
        lines=[note.say(language) for note in notes],
        head=[_("Line").say(language), _("Amount excl. VAT").say(language), _("Share").say(language)],
        rows=[
            (label, quantity(amount, "EUR", language), quantity(100.0 * amount / request.cost_eur, "%", language))
            for label, amount in lines
        ],
        numeric=(1, 2),
        widths_cm=(10, 4, 3),
    )


def _deadlines_part(asked: Asked, language: Language) -> Part:
    words = all_code_labels([])["milestone"]
    return Part(
        title=_("Back-schedule").say(language),
        head=[head.say(language) for head in (_("Latest day"), _("Milestone"), _("Programme"))],
        rows=[
            (write_date(row["latest"], language), words[row["milestone"]][language], row["programme"])
            for row in schedule_frame_of(asked).iter_rows(named=True)
        ],
        lines=[line.say(language) for line in schedule_notes(asked)],
        widths_cm=(4.5, 6.5, 6),
    )


def named_tables(asked: Asked, dossier: pl.DataFrame, language: Language) -> list[NamedTable]:
    """The tables of the file, in the order in which one reads them."""
    counter = asked.counter
    return [
        _named("dossier", _("The file, the same at every counter"), dossier, _dossier_headings(language)),
        _named("stacks", _("What can be added up"), stacks_frame(counter), _stack_headings()),
        _named("programmes", _("What each programme answers"), programmes_frame(counter.stamped), _answers(language)),
        _named("cash", _("Cash calendar"), cash_of(counter.request, counter.best), _cash_headings(language)),
        _named("loans", _("Money that may be lent"), lent(counter), _loan_headings(language)),
        _named("schedule", _("Back-schedule"), schedule_frame_of(asked), schedule_headings()),
    ]


def _named(name: str, label: Message, frame: pl.DataFrame, headings: Sequence[Heading]) -> NamedTable:
    known = all_code_labels([])
    return NamedTable(
        name=name,
        label=label,
        frame=frame,
        columns=[
            TableColumn(
                name=heading.name,
                label=heading.label,
                kind=kind_of(frame.schema[heading.name]),
                unit=heading.unit,
                labels=known.get(heading.name, {}),
            )
            for heading in headings
        ],
    )


def _dossier_headings(language: Language) -> list[Heading]:
    return [
        Heading(name="dossier_part", label=_("Part")),
        Heading(name=f"label_{language}", label=_("Item")),
        Heading(name=f"value_{language}", label=_("Value")),
        Heading(name="known", label=_("Known to the twin")),
        Heading(name=f"holder_{language}", label=_("Who has it")),
    ]


def _stack_headings() -> list[Heading]:
    return [
        Heading(name="rank", label=_("Rank")),
        Heading(name="programmes", label=_("Aids added up")),
        Heading(name="counted", label=_("Counted")),
        Heading(name="grants_eur", label=_("Aids"), unit="EUR"),
        Heading(name="share_percent", label=_("Share of cost"), unit="%"),
        Heading(name="own_eur", label=_("Own share excl. VAT"), unit="EUR"),
        Heading(name="vat_back_eur", label=_("VAT that comes back"), unit="EUR"),
        Heading(name="rest_eur", label=_("Left to pay"), unit="EUR"),
        Heading(name="order_by", label=_("Order by")),
        Heading(name="to_verify", label=_("Rules to be verified")),
    ]


def _answers(language: Language) -> list[Heading]:
    return [
        Heading(name="programme", label=_("Programme")),
        Heading(name=f"label_{language}", label=_("Label")),
        Heading(name=f"funder_{language}", label=_("Funder")),
        Heading(name="cash", label=_("Money")),
        Heading(name="verdict", label=_("Answer")),
        Heading(name=f"why_{language}", label=_("Why")),
        Heading(name=f"fix_{language}", label=_("What to do")),
        Heading(name="amount_eur", label=_("Amount"), unit="EUR"),
        Heading(name="low_eur", label=_("Prudent amount"), unit="EUR"),
        Heading(name="high_eur", label=_("Hopeful amount"), unit="EUR"),
        Heading(name="deposit_by", label=_("Deposit by")),
        Heading(name="rule_state", label=_("Rule")),
        Heading(name="checked_on", label=_("Checked on")),
        Heading(name=f"reference_{language}", label=_("Source")),
    ]


def _cash_headings(language: Language) -> list[Heading]:
    return [
        Heading(name="year", label=_("Year")),
        Heading(name=f"label_{language}", label=_("Line")),
        Heading(name="amount_eur", label=_("Amount incl. VAT"), unit="EUR"),
    ]


def _loan_headings(language: Language) -> list[Heading]:
    return [
        Heading(name=f"label_{language}", label=_("Lender")),
        Heading(name="principal_eur", label=_("Amount lent at most"), unit="EUR"),
        Heading(name="years", label=_("Years")),
        Heading(name="rate", label=_("Rate"), unit="1"),
        Heading(name="annuity_eur_year", label=_("First annuity"), unit="EUR/year"),
        Heading(name="repaid_by", label=_("Paid back by")),
        Heading(name="rule_status", label=_("Rule")),
    ]
