"""Page 3: the options compared, what adds up and what does not, who else must act."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from bocage.publish.chart import describe_bars, draw_bars
from bocage.publish.report.content import Figure, Option, ReportContent, is_rounded
from bocage.publish.report.table import Cell, Room, heading, left_out_words, make_table
from bocage.publish.texts import _, amount, bare_interval, number, percent, say, shorten, unit_label
from bocage.vocabulary.text import Language, format_number

_MOST_OPTIONS = 5


def third_page(content: ReportContent, language: Language, room: Room) -> dict[str, Any]:
    """Texts, tables and chart of page 3."""
    options = content.options[:_MOST_OPTIONS]
    return {
        "title": _("Options compared", language),
        "options": _options(options, len(content.options) - len(options), language, room) if options else None,
        "no_options": _("No option to compare.", language),
        "chart": _chart(options, content.charted, language),
        "risks_title": _("Risks", language),
        "risks": [
            {"name": shorten(say(o.name, language), 50), "risk": shorten(say(o.risk, language), 3 * room.letters)}
            for o in options
            if say(o.risk, language)
        ],
        "joint_title": _("Taken together, actions do not simply add up", language),
        "joint": _joint(content, language, room) if content.joint else None,
        "joint_note": say(content.joint_note, language),
        "duties_title": _("Obligations", language),
        "duties": _duties(content, language, room) if content.duties else None,
        "purchases_title": _("Grouped purchases", language),
        "purchases": _purchases(content, language, room) if content.purchases else None,
        "requests_title": _("To be asked of other owners", language),
        "requests": _requests(content, language, room) if content.requests else None,
        "waiting_title": _("Waiting for a contract", language),
        "waiting": _waiting(content, language, room) if content.waiting else None,
    }


def _options(options: Sequence[Option], left_out: int, language: Language, room: Room) -> dict[str, Any]:
    columns = [heading(_("Criterion", language), width="1.25fr")]
    for option in options:
        column = heading(shorten(say(option.name, language), 60), "right", "1fr")
        columns.append({**column, "chosen": _("put to the vote", language)} if option.chosen else column)
    criteria = max(len(option.figures) for option in options)
    rows: list[list[Cell]] = []
    for rank in range(criteria):
        figures = [option.figures[rank] if rank < len(option.figures) else None for option in options]
        known = next((figure for figure in figures if figure is not None), None)
        if known is None:
            continue
        label = {"text": shorten(say(known.label, language), 60), "note": unit_label(known.unit, language)}
        rows.append([label, *[_value(f, o.chosen, language) for f, o in zip(figures, options, strict=True)]])
    table = make_table(columns, rows, language, limit=room.criteria)
    return {**table, "more": table["more"] or left_out_words(left_out, language)}


def _value(figure: Figure | None, chosen: bool, language: Language) -> Cell:
    if figure is None:
        return "–"
    note = bare_interval(figure.low, figure.high, figure.unit, language)
    return {
        "text": number(figure.value, figure.unit, language, estimated=is_rounded(figure)),
        "note": note,
        "strong": "yes" if chosen else "",
    }


def _chart(options: Sequence[Option], charted: int, language: Language) -> dict[str, str] | None:
    shown = [
        (option, option.figures[charted])
        for option in options
        if charted < len(option.figures) and option.figures[charted]
    ]
    bars = [replace(figure, label=option.name) for option, figure in shown if figure is not None]
    if len(bars) < 2:
        return None
    chosen = next((rank for rank, (option, _figure) in enumerate(shown) if option.chosen), None)
    label = say(shown[0][1].label, language) if shown[0][1] else ""
    return {
        "title": shorten(label, 90),
        "svg": draw_bars(bars, language, width=493, highlight=chosen),
        "alt": f"{label}. {describe_bars(bars, language)}",
        "source": _("Source: computation by Bocage; the line across each bar is the interval P10–P90.", language),
    }


def _joint(content: ReportContent, language: Language, room: Room) -> dict[str, Any]:
    columns = [
        heading(_("Indicator", language), width="1fr"),
        heading(_("Sum of the actions alone", language), "right"),
        heading(_("All together (kept)", language), "right"),
        heading(_("Gap", language), "right"),
    ]
    rows: list[list[Cell]] = []
    for line in content.joint:
        gap = (line.joint - line.additive) / abs(line.additive) if line.additive else None
        rows.append(
            [
                {"text": shorten(say(line.label, language), 60), "note": unit_label(line.unit, language)},
                number(line.additive, line.unit, language, estimated=True),
                {"text": number(line.joint, line.unit, language, estimated=True), "strong": "yes"},
                percent(gap, language).replace("-", "−"),
            ]
        )
    return make_table(columns, rows, language, limit=room.joint)


def _duties(content: ReportContent, language: Language, room: Room) -> dict[str, Any]:
    columns = [
        heading(_("Basis", language), width="1.4fr"),
        heading(_("Works", language), width="2fr"),
        heading(_("Due", language), "right"),
        heading(_("Planned", language), "right"),
    ]
    rows: list[list[Cell]] = [
        [
            shorten(say(line.reason, language), 90),
            shorten(say(line.action, language), 110),
            "–" if line.due_year is None else str(line.due_year),
            {"text": _("not in this plan", language) if line.year is None else str(line.year), "strong": "yes"},
        ]
        for line in content.duties
    ]
    return make_table(columns, rows, language, limit=room.duties)


def _purchases(content: ReportContent, language: Language, room: Room) -> dict[str, Any]:
    columns = [
        heading(_("Year", language)),
        heading(_("Purchase", language), width="1fr"),
        heading(_("Quantity", language), "right"),
        heading(_("Actions", language), "right"),
        heading(_("Cost excl. VAT", language), "right"),
        heading(_("Saved excl. VAT", language), "right"),
    ]
    rows = [
        [
            str(line.year),
            shorten(say(line.label, language), 80),
            format_number(line.quantity, language),
            format_number(line.actions, language),
            amount(line.cost_eur, language),
            amount(line.saved_eur, language),
        ]
        for line in content.purchases
    ]
    total = [
        _("Total", language), "", "", "",
        amount(sum(line.cost_eur for line in content.purchases), language),
        amount(sum(line.saved_eur for line in content.purchases), language),
    ]  # fmt: skip
    return make_table(columns, rows, language, limit=room.purchases, total=total)


def _requests(content: ReportContent, language: Language, room: Room) -> dict[str, Any]:
    columns = [
        heading(_("To be asked of", language), width="1.6fr"),
        heading(_("Works", language), width="2fr"),
        heading(_("Actions", language), "right"),
        heading(_("Estimate excl. VAT", language), "right"),
    ]
    rows = [
        [
            shorten(say(line.owner, language), 60),
            shorten(say(line.label, language), 80),
            format_number(line.actions, language),
            amount(line.cost_eur, language) if line.cost_eur is not None else "–",
        ]
        for line in content.requests
    ]
    return make_table(columns, rows, language, limit=room.requests)


def _waiting(content: ReportContent, language: Language, room: Room) -> dict[str, Any]:
    columns = [
        heading(_("Contract", language), width="1fr"),
        heading(_("Works", language), width="2fr"),
        heading(_("Actions", language), "right"),
        heading(_("Possible from", language), "right"),
    ]
    rows = [
        [
            shorten(say(line.contract, language), 90),
            shorten(say(line.label, language), 80),
            format_number(line.actions, language),
            _("end unknown", language) if line.from_year is None else str(line.from_year),
        ]
        for line in content.waiting
    ]
    return make_table(columns, rows, language, limit=room.waiting)
