"""Page 4: funding plan, calendar, cash, evaluation plan, assumptions and sources."""

from collections.abc import Sequence
from itertools import groupby
from operator import attrgetter
from typing import Any

from bocage.publish.report.cash import cash_picture, cash_table
from bocage.publish.report.content import (
    AssumptionLine,
    EvaluationLine,
    FundingLine,
    PlannedWork,
    ReportContent,
)
from bocage.publish.report.first_page import own_without_hoped
from bocage.publish.report.table import Cell, Room, heading, left_out_words, make_table
from bocage.publish.texts import _, amount, interval, parameter, say, shorten, status_word, unit_label
from bocage.vocabulary.text import Language


def fourth_page(content: ReportContent, language: Language, room: Room) -> dict[str, Any]:
    """Texts, tables and chart of page 4."""
    return {
        "title": _("Funding, calendar, evaluation", language),
        "funding_title": _("Funding plan", language),
        "funding": _funding(content, language, room) if content.funding else None,
        "no_funding": _("Nothing to fund.", language),
        "hoped": [words for words in (own_without_hoped(content, language), _uncounted(content, language)) if words],
        "cash": cash_picture(content, language),
        "cash_table": cash_table(content, language, room),
        "calendar_title": _("Calendar of the works", language),
        "calendar": _calendar(content, language, room) if content.works else None,
        "evaluation_title": _("Evaluation plan", language),
        "evaluation": _evaluation(content, language, room) if content.evaluation else None,
        "assumptions_title": _("Assumptions and sources", language),
        "assumptions": _assumptions(content, language, room) if content.assumptions else None,
        "sources_title": f"{_('Sources of the data', language)}{_(': ', language)}",
        "sources": shorten(", ".join(say(source, language) for source in content.sources), 600),
    }


def _status(line: FundingLine, language: Language) -> Cell:
    icons = {"certain": "certain", "refund": "certain", "own": "own", "lent": "own", "hoped": "hoped"}
    sure = line.status != "certain" or line.rule_status == "verified"
    note = "" if sure else rule_words(line, language)
    return {"text": funding_word(line, language), "icon": icons[line.status] if sure else "watch", "note": note}


def funding_word(line: FundingLine, language: Language) -> str:
    """The words for the status of a line of the funding plan.

    An aid that is a right is said to be acquired only where its rule was checked at its source.
    """
    match line.status:
        case "certain":
            verified = line.rule_status == "verified"
            return _("certain", language) if verified else _("by right if eligible", language)
        case "own":
            return _("own funds", language)
        case "refund":
            return _("by right", language)
        case "lent":
            return _("to be repaid", language)
        case _:
            return _("hoped for", language)


def rule_words(line: FundingLine, language: Language) -> str:
    """The status of the rule of an aid."""
    return _("rule {status}", language).format(status=status_word(line.rule_status, language))


def _funding(content: ReportContent, language: Language, room: Room) -> dict[str, Any]:
    columns = [
        heading(_("Programme or payer", language), width="1fr"),
        heading(_("Status", language)),
        heading(_("Amount", language), "right"),
    ]
    rows: list[list[Cell]] = []
    counted = [line for line in content.funding if line.status != "uncounted"]
    for line in counted:
        note = interval(line.low_eur, line.high_eur, "EUR", language)
        condition = shorten(say(line.condition, language), 100) if room.conditions else ""
        name = {"text": shorten(say(line.programme, language), 120), "note": condition}
        rows.append([name, _status(line, language), {"text": amount(line.amount_eur, language), "note": note}])
    total = amount(sum(line.amount_eur for line in counted), language)
    return make_table(
        columns,
        rows,
        language,
        limit=room.funding,
        total=[_("Total: works including VAT, rounded to the euro", language), "", {"text": total, "strong": "yes"}],
    )


def _uncounted(content: ReportContent, language: Language) -> str:
    aids = [
        f"{say(line.programme, language)} ({amount(line.amount_eur, language)})"
        for line in content.funding
        if line.status == "uncounted"
    ]
    return _("Not counted on: {aids}.", language).format(aids=", ".join(aids)) if aids else ""


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
            places = ", ".join(_place(work, language) for work in shown)
            pieces.append(f"{label}{_(': ', language)}{places}")
            named += len(shown)
    return f"{'. '.join(pieces)} {left_out_words(len(works) - named, language)}".strip()


def _place(work: PlannedWork, language: Language) -> str:
    delay = say(work.delay, language)
    place = shorten(say(work.place, language), 40)
    return f"{place} ({delay})" if delay else place


def _evaluation(content: ReportContent, language: Language, room: Room) -> dict[str, Any]:
    columns = [
        heading(_("What is measured", language)),
        heading(_("How, against what", language), width="1fr"),
        heading(_("Reported", language)),
    ]
    rows: list[list[Cell]] = [
        [
            shorten(say(line.indicator, language), 60),
            {"text": shorten(say(line.method, language), 260), "note": _baseline(line, language)},
            shorten(say(line.report, language), 30) or "–",
        ]
        for line in content.evaluation
    ]
    return make_table(columns, rows, language, limit=room.evaluation)


def _baseline(line: EvaluationLine, language: Language) -> str:
    period = shorten(say(line.baseline, language), 80)
    return _("Baseline: {period}", language).format(period=period) if period else ""


def _assumptions(content: ReportContent, language: Language, room: Room) -> dict[str, Any]:
    columns = [
        heading(_("Assumption", language), width="1fr"),
        heading(_("Value", language), "right"),
        heading(_("Status", language)),
        heading(_("Source", language), width="1.5fr"),
    ]
    rows = [_assumption(line, language) for line in content.assumptions]
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
