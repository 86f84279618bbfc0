"""Page 2: the diagnosis, that is the outcome of doing nothing, what was found, and how sure it is."""

from collections.abc import Sequence
from typing import Any

from bocage.publish.chart import describe_bars, draw_bars
from bocage.publish.report.content import Breakdown, FindingLine, QualityLine, ReportContent
from bocage.publish.report.table import Room, heading, left_out_words, make_table
from bocage.publish.texts import _, bare_interval, number, percent, say, shorten, unit_label
from bocage.publish.tokens import Severity
from bocage.vocabulary.text import Language, format_number

_MOST_BARS = 8


def second_page(content: ReportContent, language: Language, room: Room) -> dict[str, Any]:
    """Texts, tables and charts of page 2."""
    return {
        "title": _("Diagnosis: where we stand if nothing is done", language),
        "state_title": _("State today", language),
        "state": _state(content, language, room) if content.state else None,
        "findings_title": _("What was found", language),
        "findings": _findings(content.findings, language, room) if content.findings else None,
        "no_findings": _("Nothing to report: no check of the diagnosis gave an alert.", language),
        "charts": [_chart(breakdown, language) for breakdown in content.breakdowns[:2] if breakdown.bars],
        "quality_title": _("What the figures rest on", language),
        "quality": _quality(content, language, room) if content.quality else None,
        "quality_note": _(
            "Inferred: drawn from other columns. By default: no information, a typical value of the domain is used "
            "with its interval. Measuring or completing these columns narrows the intervals.",
            language,
        ),
    }


def _state(content: ReportContent, language: Language, room: Room) -> dict[str, Any]:
    columns = [
        heading(_("Indicator", language), width="1fr"),
        heading(_("Value", language), "right"),
        heading(_("Unit", language)),
        heading(_("Interval P10–P90", language), "right"),
        heading(_("Default or inferred", language), "right"),
    ]
    rows = [
        [
            shorten(say(figure.label, language), 70),
            number(figure.value, figure.unit, language, estimated=figure.low is not None),
            unit_label(figure.unit, language),
            bare_interval(figure.low, figure.high, figure.unit, language) or "–",
            percent(figure.default_share, language),
        ]
        for figure in content.state
    ]
    return make_table(columns, rows, language, limit=room.state)


def severity_word(severity: Severity, language: Language) -> str:
    """The word that goes with the icon of a severity."""
    match severity:
        case "critical":
            return _("Critical", language)
        case "watch":
            return _("To watch", language)
        case _:
            return _("Information", language)


def _findings(findings: Sequence[FindingLine], language: Language, room: Room) -> dict[str, Any]:
    columns = [
        heading(_("State", language)),
        heading(_("Finding", language), width="1fr"),
        heading(_("Number", language), "right"),
        heading(_("Code", language)),
    ]
    rows = [_finding(finding, language, room) for finding in findings]
    return make_table(columns, rows, language, limit=room.findings)


def _finding(finding: FindingLine, language: Language, room: Room) -> list[Any]:
    return [
        {"text": severity_word(finding.severity, language), "icon": finding.severity},
        shorten(say(finding.sentence, language), room.letters),
        format_number(finding.count, language),
        finding.code,
    ]


def _chart(breakdown: Breakdown, language: Language) -> dict[str, str]:
    bars = breakdown.bars[:_MOST_BARS]
    words = say(breakdown.source, language)
    more = left_out_words(len(breakdown.bars) - len(bars), language)
    return {
        "title": shorten(say(breakdown.title, language), 70),
        "svg": draw_bars(bars, language, width=238),
        "alt": f"{say(breakdown.title, language)}. {describe_bars(bars, language)}",
        "source": f"{shorten(words, 120)} {more}".strip(),
    }


def _quality(content: ReportContent, language: Language, room: Room) -> dict[str, Any]:
    columns = [
        heading(_("Input", language), width="1fr"),
        heading(_("Measured", language), "right"),
        heading(_("Declared", language), "right"),
        heading(_("Inferred", language), "right"),
        heading(_("By default", language), "right"),
    ]
    return make_table(columns, [_shares(line, language) for line in content.quality], language, limit=room.quality)


def _shares(line: QualityLine, language: Language) -> list[Any]:
    weak = {"text": percent(line.default, language), "strong": "yes" if line.default >= 0.5 else ""}
    shares = [percent(share, language) for share in (line.measured, line.declared, line.inferred)]
    return [shorten(say(line.label, language), 70), *shares, weak]
