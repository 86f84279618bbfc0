"""What surrounds the four pages: title, foot, properties of the document."""

import datetime as dt
from typing import Any

from bocage.publish.report.bodies import BODY_WORDS
from bocage.publish.report.content import ReportContent
from bocage.publish.texts import _, say, shorten
from bocage.vocabulary.text import Language, format_number

_MONTHS_FR = (
    "janvier", "février", "mars", "avril", "mai", "juin",
    "juillet", "août", "septembre", "octobre", "novembre", "décembre",
)  # fmt: skip
_MONTHS_EN = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


def write_date(date: dt.date, language: Language) -> str:
    """A date in full.

    >>> write_date(dt.date(2026, 3, 1), "fr")
    '1er mars 2026'
    """
    if language == "fr":
        return f"{'1er' if date.day == 1 else date.day} {_MONTHS_FR[date.month - 1]} {date.year}"
    return f"{date.day} {_MONTHS_EN[date.month - 1]} {date.year}"


def report_title(content: ReportContent, language: Language) -> str:
    """The title: the programme asked for, or that of a diagnosis where nothing is asked."""
    if content.decision is None:
        return _("Diagnosis and options", language)
    return shorten(say(content.decision.programme, language), 110)


def dates(content: ReportContent, language: Language) -> str:
    """Date of the data and, where it is another one, that of the computation."""
    words = _("data of {date}", language).format(date=write_date(content.data_date, language))
    if content.computed_on in (None, content.data_date):
        return words
    computed = write_date(content.computed_on or content.data_date, language)
    return f"{words}, {_('computed on {date}', language).format(date=computed)}"


def describe_frame(content: ReportContent, language: Language) -> dict[str, Any]:
    """Texts of the document's properties, of the head of page 1 and of the foot of each page."""
    place = content.place
    words = BODY_WORDS[place.kind]
    facts = [shorten(place.name, 60), place.code]
    if place.department:
        facts.append(shorten(place.department, 40))
    if place.population is not None:
        facts.append(_("{count} inhabitants", language).format(count=format_number(place.population, language)))
    return {
        "lang": language,
        "title": f"{report_title(content, language)} – {shorten(place.name, 60)}",
        "author": "Bocage",
        "description": _("Preparatory document for {assembly}", language).format(assembly=words.assembly.say(language)),
        "keywords": [shorten(place.name, 60), place.code, _("multi-year plan", language), "Bocage"],
        "facts": " · ".join(facts),
        "report_to": words.report_to.say(language),
        "draft": _("Preparatory document", language),
        "synthetic": _("Fictional territory: every figure is an example", language) if place.synthetic else "",
        "foot": " · ".join(
            [
                shorten(place.name, 40),
                dates(content, language),
                f"Bocage {shorten(content.version, 24)}",
                _("fingerprint {hash}", language).format(hash=shorten(content.fingerprint, 24)),
            ]
        ),
        "intervals": _("Intervals: 8 chances in 10 that the value lies between the two bounds (P10–P90).", language),
        "page": _("page {number} of 4", language),
    }
