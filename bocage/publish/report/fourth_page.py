"""Page 4: funding plan, calendar, cash, evaluation plan, assumptions and sources."""

from collections.abc import Sequence
from itertools import groupby
from operator import attrgetter
from typing import Any

from bocage.publish.chart import describe_cash, draw_cash
from bocage.publish.report.content import (
    AssumptionLine,
    FundingLine,
    FundingStatus,
    Ledger,
    PlannedWork,
    ReportContent,
)
from bocage.publish.report.table import Cell, Room, heading, left_out_words, make_table
from bocage.publish.texts import _, amount, interval, number, parameter, say, shorten, status_word, unit_label
from bocage.vocabulary.text import Language


def fourth_page(content: ReportContent, language: Language, room: Room) -> dict[str, Any]:
    """Texts, tables and chart of page 4."""
    return {
        "title": _("Funding, calendar, evaluation", language),
        "funding_title": _("Funding plan", language),
        "funding": _funding(content, language, room) if content.funding else None,
        "no_funding": _("Nothing to fund.", language),
        "hoped": _hoped(content, language),
        "cash": _cash(content, language),
        "cash_table": _cash_table(content, language, room),
        "calendar_title": _("Calendar of the works", language),
        "calendar": _calendar(content, language, room) if content.works else None,
        "evaluation_title": _("Evaluation plan", language),
        "evaluation": _evaluation(content, language, room) if content.evaluation else None,
        "assumptions_title": _("Assumptions and sources", language),
        "assumptions": _assumptions(content, language, room) if content.assumptions else None,
        "sources": [shorten(say(source, language), room.letters) for source in content.sources[: room.sources]],
    }


def _status(line: FundingLine, language: Language) -> Cell:
    icons = {"certain": "certain", "refund": "certain", "own": "own", "hoped": "hoped", "uncounted": "hoped"}
    return {"text": funding_word(line.status, language), "icon": icons[line.status]}


def funding_word(status: FundingStatus, language: Language) -> str:
    """The word for the status of a line of the funding plan."""
    match status:
        case "certain":
            return _("certain", language)
        case "own":
            return _("own funds", language)
        case "refund":
            return _("by right", language)
        case "uncounted":
            return _("not counted on", language)
        case _:
            return _("hoped for", language)


def _funding(content: ReportContent, language: Language, room: Room) -> dict[str, Any]:
    columns = [
        heading(_("Programme or payer", language), width="1fr"),
        heading(_("Status", language)),
        heading(_("Amount", language), "right"),
    ]
    rows: list[list[Cell]] = []
    for line in content.funding:
        note = interval(line.low_eur, line.high_eur, "EUR", language)
        condition = shorten(say(line.condition, language), 90)
        name = {"text": shorten(say(line.programme, language), 60), "note": condition}
        rows.append([name, _status(line, language), {"text": amount(line.amount_eur, language), "note": note}])
    total = amount(sum(line.amount_eur for line in content.funding if line.status != "uncounted"), language)
    return make_table(
        columns, rows, language, limit=room.funding, total=[_("Total", language), "", {"text": total, "strong": "yes"}]
    )


def _hoped(content: ReportContent, language: Language) -> str:
    hoped = sum(line.amount_eur for line in content.funding if line.status == "hoped")
    if not hoped:
        return ""
    sentence = _("Without the aids that are only hoped for, {amount} more would fall on own funds.", language)
    return sentence.format(amount=amount(hoped, language))


def _first_ledger(content: ReportContent) -> Ledger | None:
    return next((ledger for ledger in content.ledgers if ledger.lines and ledger.years), None)


def _cash(content: ReportContent, language: Language) -> dict[str, str] | None:
    ledger = _first_ledger(content)
    if ledger is None:
        return None
    others = len(content.ledgers) - 1
    source = _("Source: computation by Bocage; cash including VAT, by year.", language)
    if others:
        source += " " + _("Other payers ({count}): see the workbook.", language).format(count=others)
    return {
        "title": _("Cash of {payer}", language).format(payer=shorten(say(ledger.payer, language), 50)),
        "svg": draw_cash(ledger, language, width=222, height=158),
        "alt": describe_cash(ledger, language),
        "source": source,
    }


def _cash_table(content: ReportContent, language: Language, room: Room) -> dict[str, Any] | None:
    """The first ledger, years across; years beyond the room are summed in one column."""
    ledger = _first_ledger(content)
    if ledger is None:
        return None
    shown = list(ledger.years[: room.years])
    rest = len(ledger.years) - len(shown)
    columns = [heading(_("Cash, € incl. VAT", language), width="1fr")]
    columns += [heading(str(year), "right") for year in shown]
    columns += [heading(_("then", language), "right")] if rest else []
    columns.append(heading(_("Total", language), "right"))
    lines = [(shorten(say(line.label, language), 40), list(line.amounts_eur)) for line in ledger.lines]
    balance = [sum(year) for year in zip(*[amounts for _label, amounts in lines], strict=True)]
    rows: list[list[Cell]] = []
    for label, amounts in [*lines, (_("Balance of the year", language), balance)]:
        values = [*amounts[: len(shown)], *([sum(amounts[len(shown) :])] if rest else []), sum(amounts)]
        rows.append([label, *[number(value, "EUR", language) for value in values]])
    *body, last = rows
    total: list[Cell] = [{"text": str(cell), "strong": "yes"} for cell in last]
    return make_table(columns, body, language, limit=room.funding, total=total)


def _calendar(content: ReportContent, language: Language, room: Room) -> dict[str, Any]:
    columns = [
        heading(_("Year", language)),
        heading(_("Works, by street or sector", language), width="1fr"),
        heading(_("Cost excl. VAT", language), "right"),
    ]
    rows: list[list[Cell]] = []
    for year, group in groupby(sorted(content.works, key=attrgetter("year")), key=attrgetter("year")):
        works = list(group)
        rows.append([str(year), _places(works, language, room), amount(sum(w.cost_eur for w in works), language)])
    total: list[Cell] = [
        _("Total", language),
        "",
        {"text": amount(sum(one.cost_eur for one in content.works), language), "strong": "yes"},
    ]
    return make_table(columns, rows, language, limit=room.years, total=total)


def _places(works: Sequence[PlannedWork], language: Language, room: Room) -> str:
    """Streets of a year by kind of works, the costliest first, cut to the room."""
    kinds: dict[str, list[PlannedWork]] = {}
    for work in sorted(works, key=attrgetter("cost_eur"), reverse=True):
        kinds.setdefault(shorten(say(work.label, language), 60), []).append(work)
    named, pieces = 0, []
    for label, group in kinds.items():
        shown = group[: max(room.places - named, 0)]
        if shown:
            places = ", ".join(shorten(say(work.place, language), 40) for work in shown)
            pieces.append(f"{label}{_(': ', language)}{places}")
            named += len(shown)
    return f"{'. '.join(pieces)} {left_out_words(len(works) - named, language)}".strip()


def _evaluation(content: ReportContent, language: Language, room: Room) -> dict[str, Any]:
    columns = [
        heading(_("What is measured", language), width="1fr"),
        heading(_("How, against what", language), width="2fr"),
        heading(_("Reported", language)),
    ]
    rows: list[list[Cell]] = [
        [
            shorten(say(line.indicator, language), 60),
            {"text": shorten(say(line.method, language), 130), "note": shorten(say(line.baseline, language), 80)},
            shorten(say(line.report, language), 30) or "–",
        ]
        for line in content.evaluation
    ]
    return make_table(columns, rows, language, limit=room.evaluation)


def _assumptions(content: ReportContent, language: Language, room: Room) -> dict[str, Any]:
    columns = [
        heading(_("Assumption", language), width="1fr"),
        heading(_("Value", language), "right"),
        heading(_("Status", language)),
        heading(_("Source", language), width="1.5fr"),
    ]
    doubtful_first = sorted(content.assumptions, key=lambda line: line.status == "verified")
    rows = [_assumption(line, language) for line in doubtful_first]
    return make_table(columns, rows, language, limit=room.assumptions)


def _assumption(line: AssumptionLine, language: Language) -> list[Cell]:
    words = shorten(line.value, 28) if isinstance(line.value, str) else parameter(line.value, language)
    value = f"{words} {unit_label(line.unit, language)}".strip()
    return [
        shorten(say(line.label, language), 64),
        {"text": value, "note": _parameter_bounds(line, language)},
        {"text": status_word(line.status, language), "icon": "certain" if line.status == "verified" else "watch"},
        shorten(say(line.reference, language), 110),
    ]


def _parameter_bounds(line: AssumptionLine, language: Language) -> str:
    if line.low is None or line.high is None or line.low == line.high:
        return ""
    return _("{low} to {high}", language).format(low=parameter(line.low, language), high=parameter(line.high, language))
