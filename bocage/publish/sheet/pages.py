"""Texts, tables and pictures of the two pages of a sheet, in the language."""

from collections.abc import Sequence
from typing import Any

from bocage.publish.map import describe_map, draw_map
from bocage.publish.report.content import Figure
from bocage.publish.report.first_page import describe_figure
from bocage.publish.report.frame import write_date
from bocage.publish.report.second_page import severity_word
from bocage.publish.report.table import Cell, heading, left_out_words, make_table
from bocage.publish.sheet.content import BillLine, Comparison, SheetContent, YearLine
from bocage.publish.sheet.room import SheetRoom
from bocage.publish.texts import (
    _,
    amount,
    bare_interval,
    estimate,
    number,
    percent,
    printable,
    say,
    shorten,
    unit_label,
)
from bocage.vocabulary.text import Language, format_number

MAP_WIDTH = 312.0
MOST_KINDS = 4
"""Kinds of works named in the sentence of the first page."""


def describe_sheet(content: SheetContent, language: Language) -> dict[str, Any]:
    """Texts of the document's properties, of the head and of the foot of each page."""
    place = content.place
    facts = [place.code]
    if place.department:
        facts.append(shorten(place.department, 40))
    if place.population is not None:
        facts.append(_("{count} inhabitants", language).format(count=format_number(place.population, language)))
    computed = _("computed on {date}", language).format(date=write_date(content.computed_on, language))
    data = _("data of {date}", language).format(date=write_date(content.data_date, language))
    return {
        "lang": language,
        "title": shorten(printable(place.name), 60) or place.code,
        "facts": " · ".join(facts),
        "document": f"{_('Commune sheet', language)} – {shorten(place.name, 60)}",
        "kind": _("Commune sheet", language),
        "body": shorten(content.body, 70),
        "author": "Bocage",
        "keywords": [shorten(place.name, 60), place.code, "Bocage"],
        "synthetic": _("Fictional territory: every figure is an example", language) if place.synthetic else "",
        "foot": " · ".join(
            [
                shorten(place.name, 40),
                f"{data}, {computed}",
                f"Bocage {shorten(content.version, 24)}",
                _("fingerprint {hash}", language).format(hash=shorten(content.fingerprint, 24)),
            ]
        ),
        "intervals": _("Intervals: 8 chances in 10 that the value lies between the two bounds (P10–P90).", language),
        "page": _("page {number} of 2", language),
    }


def first_page(content: SheetContent, language: Language, room: SheetRoom) -> dict[str, Any]:
    """Page 1: figures, map, findings, what is proposed, similar communes."""
    return {
        "figures": [_head(figure, language) for figure in content.figures[:5]],
        "map_title": shorten(say(content.map.title, language), 80) if content.map else _("Map", language),
        "map": draw_map(content.map, language, width=MAP_WIDTH, height=room.map_pt) if content.map else "",
        "alt": describe_map(content.map, language) if content.map else "",
        "no_map": _("No map: the data have no location.", language),
        "findings_title": _("What was found", language),
        "findings": _findings(content, language, room) if content.findings else None,
        "no_findings": _("Nothing to report: no check of the diagnosis gave an alert.", language),
        "proposed_title": _("What is proposed", language),
        "proposed": _proposed(content, language),
        "amounts": _amounts(content.works, language),
        "similar_title": _("Beside similar communes", language),
        "similar": _similar(content.similar, language, room) if content.similar else None,
        "similar_note": say(content.similar_note, language),
    }


def second_page(content: SheetContent, language: Language, room: SheetRoom) -> dict[str, Any]:
    """Page 2: actions by year, bills, what the figures rest on, data to complete."""
    return {
        "title": _("Works, bills and data", language),
        "works_title": _("Works by year", language),
        "works": _works(content.works, language, room) if content.works else None,
        "no_works": _no_works(content, language),
        "works_note": _(
            "Own share: excluding VAT, grants deducted, before FCTVA. Savings: each action alone, before the share "
            "that comes true; what actions lose together is counted in the plan of the whole territory.",
            language,
        ),
        "bills_title": _("Billed and expected", language),
        "bills": _bills(content.bills, language, room) if content.bills else None,
        "no_bills": _(
            "No invoice is known for this commune: importing them tells what each meter should use.", language
        ),
        "quality_title": _("Data to complete", language),
        "quality": _quality(content, language, room) if content.quality else None,
        "quality_note": _defaults(content, language),
        "sources_title": f"{_('Sources of the data', language)}{_(': ', language)}",
        "sources": shorten(", ".join(say(source, language) for source in content.sources), 400),
    }


def _head(figure: Figure, language: Language) -> dict[str, Any]:
    """A figure of the head; one without interval says nothing of its interval."""
    said = describe_figure(figure, language)
    return {**said, "interval": ""} if said["spot"] < 0 else said


def _findings(content: SheetContent, language: Language, room: SheetRoom) -> dict[str, Any]:
    columns = [heading(_("Finding", language), width="1fr"), heading(_("Number", language), "right")]
    rows: list[list[Cell]] = [
        [
            {
                "text": shorten(say(finding.sentence, language), room.letters),
                "icon": finding.severity,
                "note": f"{severity_word(finding.severity, language)}, {finding.code}",
            },
            format_number(finding.count, language),
        ]
        for finding in content.findings
    ]
    return make_table(columns, rows, language, limit=room.findings)


def _proposed(content: SheetContent, language: Language) -> str:
    works = content.works
    if not works:
        return _no_works(content, language)
    years = sorted({line.year for line in works})
    kinds = list(dict.fromkeys(_small(say(line.label, language)) for line in works))
    span = str(years[0]) if len(years) == 1 else f"{years[0]}–{years[-1]}"
    words = ", ".join(shorten(kind, 60) for kind in kinds[:MOST_KINDS])
    if len(kinds) > MOST_KINDS:
        words = f"{words}…"
    return f"{span}{_(': ', language)}{words}"


def _small(words: str) -> str:
    """The words with a small first letter."""
    return words[:1].lower() + words[1:]


def _no_works(content: SheetContent, language: Language) -> str:
    if content.left_out:
        return _("The plan holds no works here; {count} actions were studied and left out.", language).format(
            count=format_number(content.left_out, language)
        )
    return _("The plan holds no works here.", language)


def _amounts(works: Sequence[YearLine], language: Language) -> list[dict[str, str]]:
    if not works:
        return []
    saved = [line.saving_kwh for line in works if line.saving_kwh is not None]
    spared = [line.saving_eur for line in works if line.saving_eur is not None]
    found = [
        (_("Works excluding VAT", language), amount(sum(line.cost_eur for line in works), language)),
        (_("Grants of the plan", language), amount(sum(line.grants_eur for line in works), language)),
        (_("Own share excl. VAT", language), amount(sum(line.own_eur for line in works), language)),
    ]
    if saved:
        found.append((_("Energy saved each year", language), estimate(sum(saved), "kWh/year", language)))
    if spared:
        found.append((_("Running costs saved", language), estimate(sum(spared), "EUR/year", language)))
    return [{"label": label, "value": value} for label, value in found]


def _similar(lines: Sequence[Comparison], language: Language, room: SheetRoom) -> dict[str, Any]:
    columns = [
        heading(_("Measure", language), width="1fr"),
        heading(_("Here", language), "right"),
        heading(_("Median", language), "right"),
        heading(_("Half of them between", language), "right"),
        heading(_("Unit", language)),
    ]
    rows: list[list[Cell]] = [
        [
            shorten(say(line.label, language), 60),
            {"text": number(line.value, line.unit, language, estimated=True), "strong": "yes"},
            number(line.median, line.unit, language, estimated=True),
            bare_interval(line.low, line.high, line.unit, language) or number(line.low, line.unit, language),
            unit_label(line.unit, language),
        ]
        for line in lines
    ]
    return make_table(columns, rows, language, limit=room.similar)


def _works(works: Sequence[YearLine], language: Language, room: SheetRoom) -> dict[str, Any]:
    columns = [
        heading(_("Year", language)),
        heading(_("Works", language), width="1fr"),
        heading(_("Cost excl. VAT", language), "right"),
        heading(_("Grants", language), "right"),
        heading(_("Own share", language), "right"),
        heading(_("kWh saved a year", language), "right"),
    ]
    rows: list[list[Cell]] = [
        [
            str(line.year),
            {"text": shorten(say(line.label, language), 60), "note": _places(line, language, room)},
            amount(line.cost_eur, language),
            amount(line.grants_eur, language),
            amount(line.own_eur, language),
            number(line.saving_kwh, "kWh/year", language, estimated=True),
        ]
        for line in works
    ]
    total: list[Cell] = [
        _("Total", language),
        "",
        {"text": amount(sum(line.cost_eur for line in works), language), "strong": "yes"},
        {"text": amount(sum(line.grants_eur for line in works), language), "strong": "yes"},
        {"text": amount(sum(line.own_eur for line in works), language), "strong": "yes"},
        number(sum(line.saving_kwh or 0.0 for line in works), "kWh/year", language, estimated=True),
    ]
    return make_table(columns, rows, language, limit=room.works, total=total)


def _places(line: YearLine, language: Language, room: SheetRoom) -> str:
    shown = ", ".join(shorten(place, 40) for place in line.places[: room.places])
    return f"{shown} {left_out_words(len(line.places) - room.places, language)}".strip()


def _bills(lines: Sequence[BillLine], language: Language, room: SheetRoom) -> dict[str, Any]:
    columns = [
        heading(_("Delivery point", language), width="1fr"),
        heading(_("Billed", language), "right"),
        heading(_("Expected", language), "right"),
        heading(_("Verdict", language), width="1fr"),
    ]
    rows: list[list[Cell]] = [
        [
            {"text": line.point, "note": shorten(line.name, 50)},
            estimate(line.billed_kwh, "kWh", language) if line.billed_kwh is not None else "–",
            {
                "text": estimate(line.expected_kwh, "kWh", language) if line.expected_kwh is not None else "–",
                "note": bare_interval(line.low_kwh, line.high_kwh, "kWh", language),
            },
            shorten(say(line.verdict, language), 60) or "–",
        ]
        for line in lines
    ]
    return make_table(columns, rows, language, limit=room.bills)


def _quality(content: SheetContent, language: Language, room: SheetRoom) -> dict[str, Any]:
    columns = [
        heading(_("Input", language), width="1fr"),
        heading(_("Declared or measured", language), "right"),
        heading(_("Inferred", language), "right"),
        heading(_("By default", language), "right"),
    ]
    rows: list[list[Cell]] = [
        [
            shorten(say(line.label, language), 70),
            percent(line.declared + line.measured, language),
            percent(line.inferred, language),
            {"text": percent(line.default, language), "strong": "yes" if line.default >= 0.5 else ""},
        ]
        for line in content.quality
    ]
    return make_table(columns, rows, language, limit=room.quality)


def _defaults(content: SheetContent, language: Language) -> str:
    if content.rests_on_defaults is None:
        return ""
    return _(
        "{share} of the energy of this commune rests on values that no inventory declares. Completing the columns "
        "above narrows every interval of this sheet.",
        language,
    ).format(share=percent(content.rests_on_defaults, language))
