"""An annex as a tagged PDF of as many landscape pages as it takes."""

import datetime as dt
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

from bocage.publish.annex.content import AnnexContent, AnnexSection
from bocage.publish.replacing import replace_file
from bocage.publish.report.frame import write_date
from bocage.publish.tables import NamedTable, TableColumn, cells
from bocage.publish.texts import _, number, say, shorten, unit_label
from bocage.publish.typesetting import LOOK, Press, flow, open_press
from bocage.vocabulary.text import Language

_TEMPLATE = Path(__file__).with_name("annex.typ")
_NUMBERS = frozenset({"real", "integer"})
_LONGEST = 160
_ONE_LINE = 120
"""Letters that a row holds: a table with fewer is as wide as its texts."""
_LETTER_EM, _MARGIN_EM = 0.52, 1.1
"""Width of a letter or digit of the text face, and of what surrounds it in a cell."""
_PAGE_EM = 95.0
"""Width of the page: where numbers leave room, their headings take it."""
_WHOLE_ROWS = 20
"""A table of no more rows is never cut between two pages."""


def write_annex(content: AnnexContent, path: Path, *, language: Language) -> Path:
    """Write an annex as a tagged PDF that meets PDF/UA-1.

    Args:
        content: what it says.
        path: file to write; its folder is made where it is missing.
        language: `fr` or `en`.

    Returns:
        The path.

    Raises:
        BocageError: BOC-PUB-001 where the file cannot be written.
    """
    return replace_file(path, flow(_press(), annex_model(content, language), on=content.data_date))


@cache
def _press() -> Press:
    return open_press(_TEMPLATE)


def annex_model(content: AnnexContent, language: Language) -> dict[str, Any]:
    """Everything that the template reads: texts in the language, numbers written out, pictures drawn."""
    date = content.data_date
    place = shorten(content.place, 60)
    title = say(content.title, language)
    return {
        "look": dict(LOOK),
        "date": [date.year, date.month, date.day],
        "lang": language,
        "title": f"{title} – {place}",
        "heading": title,
        "facts": f"{place} · {content.code}",
        "subtitle": say(content.subtitle, language),
        "keywords": [place, content.code, "Bocage"],
        "synthetic": _("Fictional territory: every figure is an example", language) if content.synthetic else "",
        "foot": " · ".join(
            (
                place,
                _("data of {date}", language).format(date=write_date(date, language)),
                f"Bocage {shorten(content.version, 24)}",
                _("fingerprint {hash}", language).format(hash=shorten(content.fingerprint, 24)),
            )
        ),
        "page": _("page {number} of {count}", language),
        "draft": _("Preparatory document", language),
        "sections": [_section(section, language) for section in content.sections],
    }


def _section(section: AnnexSection, language: Language) -> dict[str, Any]:
    picture = section.picture
    return {
        "title": say(section.title, language),
        "lead": say(section.lead, language),
        "note": say(section.note, language),
        "new_page": section.new_page,
        "table": None if section.table is None else table_model(section.table, language, totals=section.totals),
        "picture": None
        if picture is None
        else {
            "title": say(picture.title, language),
            "svg": picture.svg,
            "alt": picture.alt,
            "source": say(picture.source, language),
        },
    }


def table_model(table: NamedTable, language: Language, *, totals: int = 0) -> dict[str, Any]:
    """A table for the template `data-table`: codes in words, numbers in their units, last rows in bold.

    Args:
        table: table to print.
        language: `fr` or `en`.
        totals: number of last rows that are totals.
    """
    texts = [_texts(table, column, language) for column in table.columns]
    narrow = sum(max(map(len, words), default=0) for words in texts) <= _ONE_LINE
    numeric = sum(column.kind in _NUMBERS for column in table.columns)
    room = _PAGE_EM / len(table.columns) if narrow and numeric else 0.0
    columns = [
        _heading(column, words, language, narrow=narrow, room_em=room)
        for column, words in zip(table.columns, texts, strict=True)
    ]
    rows = [list(row) for row in zip(*texts, strict=True)]
    bold = len(rows) - totals
    return {
        "columns": columns,
        "rows": [
            [{"text": text, "icon": "", "strong": "yes" if rank >= bold else "", "note": ""} for text in row]
            for rank, row in enumerate(rows)
        ],
        "total": [],
        "whole": len(rows) <= _WHOLE_ROWS,
        "more": say(table.note, language),
    }


def _heading(
    column: TableColumn, texts: Sequence[str], language: Language, *, narrow: bool, room_em: float
) -> dict[str, str]:
    unit = unit_label(column.unit, language) if column.unit not in ("", "1") else ""
    label = say(column.label, language)
    words = f"{label} ({unit})" if unit else label
    numeric = column.kind in _NUMBERS
    return {
        "label": words,
        "align": "right" if numeric else "left",
        "width": _numeric_width(words, texts, room_em) if numeric else "auto" if narrow else _text_width(texts),
        "chosen": "",
    }


def _numeric_width(label: str, texts: Sequence[str], room_em: float) -> str:
    """Wide enough for the longest number and the longest word of the label, which takes several lines.

    Where the page has room (`room_em` by column), the label takes two.
    """
    least = _LETTER_EM * max(map(len, (*label.split(), *texts))) + _MARGIN_EM
    in_two = _LETTER_EM * (len(label) / 2 + 4) + _MARGIN_EM
    return f"{max(least, min(in_two, room_em)):.1f}em"


def _text_width(texts: Sequence[str]) -> str:
    widest = max(map(len, texts), default=0)
    return "auto" if widest <= 22 else "3fr" if widest > 70 else "2fr" if widest > 40 else "1fr"


def _texts(table: NamedTable, column: TableColumn, language: Language) -> list[str]:
    if column.kind not in _NUMBERS:
        values = cells(table, column, language, timezone="Europe/Paris", in_words=True)
        return [_said(value, language) for value in values]
    by_row = not column.unit and "unit" in table.frame.columns
    units = table.frame["unit"].to_list() if by_row else [column.unit] * table.frame.height
    # A year is a name, not a quantity: no thousands separator.
    year = column.name == "year" or (column.unit == "year" and column.kind == "integer")
    return [
        "" if value is None else str(value) if year else number(float(value), unit or "", language)
        for value, unit in zip(table.frame[column.name].to_list(), units, strict=True)
    ]


def _said(value: object, language: Language) -> str:
    if isinstance(value, dt.date):
        return value.strftime("%d/%m/%Y") if language == "fr" else value.isoformat()
    return "" if value is None else shorten(str(value), _LONGEST)
