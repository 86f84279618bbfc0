"""The page of an estimate as data that its templates read: texts in the language, numbers written out."""

from dataclasses import dataclass, replace
from typing import Any

from bocage.publish.evidence.chart import describe_evidence, draw_evidence
from bocage.publish.evidence.content import EvidenceContent, Seen
from bocage.publish.evidence.wording import _, bare_text, heading_unit, interval_text, value_text
from bocage.publish.report.frame import write_date
from bocage.publish.report.table import as_cell, heading
from bocage.publish.texts import percent, say, shorten
from bocage.publish.typesetting import LOOK
from bocage.vocabulary.text import Language, format_number

LEAST_SCALE = 0.82
LETTERS = 70
AGREED = 1.05
"""Split R-hat below which chains are said to agree (Gelman et al., Bayesian Data Analysis, 2013)."""


@dataclass(frozen=True)
class EvidenceRoom:
    """Size of the type and number of records shown."""

    scale: float = 1.1
    records: int = 60

    def tighter(self) -> "EvidenceRoom":
        """Smaller type first, then fewer records.

        >>> EvidenceRoom().tighter().scale, EvidenceRoom(scale=0.82, records=60).tighter().records
        (1.02, 48)
        """
        if self.scale > LEAST_SCALE:
            return replace(self, scale=max(LEAST_SCALE, round(self.scale - 0.08, 2)))
        return replace(self, records=max(3, int(self.records * 0.8)))


def evidence_model(content: EvidenceContent, language: Language, room: EvidenceRoom) -> dict[str, Any]:
    """Everything that the template reads.

    Args:
        content: what the page says.
        language: `fr` or `en`.
        room: room on the page.
    """
    date = content.date
    title = say(content.subject, language)
    return {
        "look": dict(LOOK),
        "date": [date.year, date.month, date.day],
        "lang": language,
        "scale": room.scale,
        "title": title,
        "document": f"{title} – {content.territory}",
        "body": content.territory,
        "kind": _("What an estimate rests on", language),
        "figures": _figures(content, language),
        "chart": {
            "title": _("Prior, records and estimate", language),
            "svg": draw_evidence(content, language),
            "alt": describe_evidence(content, language),
            "source": _("Larger dots weigh more; a triangle is a record that the others did not foresee.", language),
        },
        "records_title": _("The records, those that weigh most first", language),
        "records": _records(content, language, room) if content.seen else None,
        "no_records": _("No record tells it yet: the estimate is the declared prior.", language),
        "coverage": coverage_text(content, language),
        "how_title": _("How it is computed", language),
        "how": [say(text, language) for text in content.formula],
        "cautions_title": _("What to keep in mind", language),
        "cautions": [say(text, language) for text in content.cautions],
        "foot": _("Data of {date}. Intervals are 10th and 90th percentiles.", language).format(
            date=write_date(date, language)
        ),
        "synthetic": _("Fictional territory", language) if content.synthetic else "",
    }


def coverage_text(content: EvidenceContent, language: Language) -> str:
    """How many records the others foresee within their 80 % interval; empty where there is none to tell."""
    if content.of < 2:
        return ""
    text = _(
        "Each record foreseen from the others, all kinds together: {inside} of {of} fall within the 80% interval "
        "({share}).",
        language,
    )
    found = text.format(inside=content.inside, of=content.of, share=percent(content.inside / content.of, language))
    chains = (
        _("The chains of draws agree (R-hat {r_hat}).", language)
        if content.r_hat < AGREED
        else _("The chains of draws do not agree well (R-hat {r_hat}): take the figures as rough.", language)
    )
    return f"{found} {chains.format(r_hat=format_number(content.r_hat, language, digits=2))}"


def _figures(content: EvidenceContent, language: Language) -> list[dict[str, str]]:
    prior, posterior = content.prior, content.posterior
    before = interval_text(prior.low, prior.high, content.unit, language)
    return [
        {
            "label": _("Estimate (median)", language),
            "value": value_text(posterior.median, content.unit, language),
            "note": say(content.at, language),
        },
        {
            "label": _("80% interval", language),
            "value": interval_text(posterior.low, posterior.high, content.unit, language),
            "note": _("for one more project of this territory", language),
        },
        {
            "label": _("Before any record", language),
            "value": value_text(prior.median, content.unit, language),
            "note": f"{before}. {say(content.prior_source, language)}",
        },
        {
            "label": _("Weight of the prior", language),
            "value": percent(content.prior_share, language),
            "note": _("{count} records", language).format(count=len(content.seen)),
        },
    ]


def _records(content: EvidenceContent, language: Language, room: EvidenceRoom) -> dict[str, Any]:
    unit = heading_unit(content.unit, language)
    columns = [
        heading(_("Works", language), width="1fr"),
        heading(_("Known how", language)),
        heading(_("Seen ({unit})", language).format(unit=unit), "right"),
        heading(_("Foreseen by the others", language), "right"),
        heading(_("Gap (sd)", language), "right"),
        heading(_("Weight", language), "right"),
        heading(_("Without it", language), "right"),
    ]
    left = len(content.seen) - room.records
    more = _("and {count} more, all in the JSON output", language).format(count=left) if left > 0 else ""
    rows = [_row(one, content.unit, language) for one in content.seen[: room.records]]
    return {"columns": columns, "rows": rows, "total": [], "more": more}


def _row(one: Seen, unit: str, language: Language) -> list[dict[str, str]]:
    odd = abs(one.surprise) > 3.0
    gap = format_number(one.surprise, language, digits=1).replace("-", "−")
    cells: list[str | dict[str, str]] = [
        {"text": shorten(one.title, LETTERS), "note": shorten(one.place, LETTERS)},
        say(one.quality, language),
        bare_text(one.value, unit, language),
        bare_text(one.foreseen, unit, language),
        {"text": gap, "icon": "watch"} if odd else gap,
        _percent_digit(one.weight, language),
        _percent_digit(one.without, language),
    ]
    return [as_cell(cell) for cell in cells]


def _percent_digit(share: float, language: Language) -> str:
    text = format_number(100 * share, language, digits=1).replace("-", "−")
    return f"{text}%" if language == "en" else f"{text}\u202f%"
