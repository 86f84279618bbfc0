"""Page 1: the decision asked, three figures, the map."""

from typing import Any

from bocage.publish.map import describe_map, draw_map
from bocage.publish.report.bodies import BODY_WORDS
from bocage.publish.report.content import Decision, Figure, ReportContent, is_rounded
from bocage.publish.report.frame import report_title
from bocage.publish.report.table import Room
from bocage.publish.texts import _, amount, counted_actions, interval, number, percent, say, shorten, unit_label
from bocage.vocabulary.text import Language

_MAP_WIDTH = 493.0


def first_page(content: ReportContent, language: Language, room: Room) -> dict[str, Any]:
    """Texts and picture of page 1."""
    return {
        "title": report_title(content, language),
        "asked": _("Decision asked", language),
        "sentence": _sentence(content, language),
        "statement": shorten(say(content.decision.statement, language), 320) if content.decision else "",
        "without": own_without_hoped(content, language),
        "amounts": _amounts(content.decision, language) if content.decision else [],
        "headlines": [describe_figure(figure, language) for figure in content.headlines[:3]],
        "map": _map(content, language, room.map_pt),
    }


def _sentence(content: ReportContent, language: Language) -> str:
    decision = content.decision
    if decision is None:
        return _(
            "No action was chosen: {assembly} is invited to take note of the diagnosis and of the options.", language
        ).format(assembly=BODY_WORDS[content.place.kind].assembly.say(language))
    if decision.first_year == decision.last_year:
        sentence = _("{assembly} is asked to approve, for {first}, the programme “{programme}” ({actions}).", language)
    else:
        sentence = _(
            "{assembly} is asked to approve, from {first} to {last}, the programme “{programme}” ({actions}).",
            language,
        )
    text = sentence.format(
        assembly=BODY_WORDS[content.place.kind].assembly.say(language),
        first=decision.first_year,
        last=decision.last_year,
        programme=shorten(say(decision.programme, language), 110),
        actions=counted_actions(decision.actions, language),
    )
    return text[:1].upper() + text[1:]


def _amounts(decision: Decision, language: Language) -> list[dict[str, str]]:
    own = _("Own funds, net of grants and FCTVA", language)
    if decision.lent_eur:
        own = _("Own funds and loans, net of grants and FCTVA", language)
    loans = [{"label": _("of which loans", language), "value": amount(decision.lent_eur, language)}]
    return [
        {"label": _("Works excluding VAT", language), "value": amount(decision.cost_eur, language)},
        {"label": _("Grants of the plan", language), "value": amount(decision.grants_eur, language)},
        {"label": own, "value": amount(decision.own_eur, language)},
        *(loans if decision.lent_eur else []),
    ]


def own_without_hoped(content: ReportContent, language: Language) -> str:
    """What own funds become without the aids that an authority may refuse; empty where there are none."""
    hoped = [line for line in content.funding if line.status == "hoped"]
    if content.decision is None or not hoped:
        return ""
    if content.decision.lent_eur:
        sentence = _("Own funds and loans would be {amount} without the aids hoped for: {aids}.", language)
    elif len(hoped) == 1:
        sentence = _("Own funds would be {amount} if this aid is not granted: {aids}.", language)
    else:
        sentence = _("Own funds would be {amount} if these aids are not granted: {aids}.", language)
    return sentence.format(
        amount=amount(content.decision.own_eur + sum(line.amount_eur for line in hoped), language),
        aids=", ".join(say(line.programme, language) for line in hoped),
    )


def describe_figure(figure: Figure, language: Language) -> dict[str, Any]:
    """One figure in words: number, unit, interval, share on defaults, place of the value in its interval."""
    bounds = interval(figure.low, figure.high, figure.unit, language)
    share = ""
    if figure.default_share is not None:
        share = _("{share} rests on default or inferred values", language).format(
            share=percent(figure.default_share, language)
        )
    low, high = figure.low, figure.high
    spot = (figure.value - low) / (high - low) if low is not None and high is not None and high > low else 0.5
    if figure.unit == "EUR":  # a sum of the budget, to the euro
        words, unit = amount(figure.value, language), ""
    else:
        words, unit = (
            number(figure.value, figure.unit, language, estimated=is_rounded(figure)),
            unit_label(figure.unit, language),
        )
    return {
        "label": shorten(say(figure.label, language), 60),
        "number": words,
        "unit": unit,
        "interval": bounds or _("exact amount", language),
        "spot": min(max(spot, 0.0), 1.0) if bounds else -1.0,
        "share": share,
        "note": shorten(say(figure.note, language), 160),
    }


def _map(content: ReportContent, language: Language, height: float) -> dict[str, str]:
    if content.map is None:
        return {
            "title": _("Map", language),
            "svg": "",
            "alt": "",
            "note": "",
            "none": _("No map: the data have no location.", language),
        }
    return {
        "title": shorten(say(content.map.title, language), 100),
        "svg": draw_map(content.map, language, width=_MAP_WIDTH, height=height),
        "alt": describe_map(content.map, language),
        "note": shorten(say(content.map.note, language), 300),
        "none": "",
    }
