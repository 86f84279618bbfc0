"""Workbooks: one sheet per table, true numbers and dates, units, sources, and how to read it all."""

import datetime as dt
import io
import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from bocage.publish.replacing import replace_file
from bocage.publish.report.content import AssumptionLine
from bocage.publish.tables import NamedTable, TableColumn, Value, cells
from bocage.publish.texts import Text, _, printable, say, status_word, unit_label
from bocage.publish.tokens import GREY, HEDGE, TINT
from bocage.vocabulary.codes import BocageError
from bocage.vocabulary.text import Language
from bocage.vocabulary.units import units

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.workbook import Workbook
    from xlsxwriter.worksheet import Worksheet

MOST_ROWS = 1_048_574
"""Rows of data that a sheet holds under its two header rows."""
_LONGEST_NAME = 31
_LONGEST_TEXT = 32_767
_EXACT_INTEGERS = 10**15
_FIRST_DATE = dt.date(1900, 3, 1)  # spreadsheets believe in 29 February 1900
_HEADER_ROWS = 2
_SAMPLE_ROWS = 200


def write_workbook(
    tables: Sequence[NamedTable],
    path: Path,
    *,
    language: Language,
    assumptions: Sequence[AssumptionLine] = (),
    notes: Sequence[Text] = (),
    timezone: str = "Europe/Paris",
) -> Path:
    """Write an XLSX workbook: a "read me", one sheet per table (labels, units, values), then the sources.

    Every text is written as text, so that none is run as a formula.

    Args:
        tables: tables to publish.
        path: file to write.
        language: `fr` or `en`.
        assumptions: numbers of the outside world that the figures use, for the sheet of sources.
        notes: sentences for the first sheet (territory, date of the data, version, fingerprint…).
        timezone: IANA name of the zone in which times are written.

    Raises:
        BocageError: BOC-PUB-001 where the file cannot be written, BOC-PUB-003 where a table has more
            rows than a sheet holds.
    """
    # 60 ms that only exports need
    import xlsxwriter  # noqa: PLC0415

    for table in tables:
        if table.frame.height > MOST_ROWS:
            raise BocageError("BOC-PUB-003", where={"table": table.name}, rows=table.frame.height, limit=MOST_ROWS)
    whole = io.BytesIO()
    with xlsxwriter.Workbook(whole, {"in_memory": True}) as book:
        looks = _looks(book)
        names = sheet_names([_("Read me", language), *[say(t.label, language) for t in tables], _("Sources", language)])
        read_me = book.add_worksheet(names[0])
        for name, table in zip(names[1:-1], tables, strict=True):
            _fill_sheet(book.add_worksheet(name), table, looks, language, timezone)
        _fill_sources(book.add_worksheet(names[-1]), assumptions, looks, language)
        _fill_read_me(read_me, tables, names, notes, looks, language)
    return replace_file(path, whole.getvalue())


def sheet_names(wanted: Sequence[str]) -> list[str]:
    """Names that a workbook accepts: no `[]:*?/\\`, whole words of 31 characters at most, all different.

    >>> sheet_names(["plan", "Plan", "a/b", "Sum of the actions and all together"])
    ['plan', 'Plan 2', 'a b', 'Sum of the actions and all']
    """
    names: list[str] = []
    for text in wanted:
        clean = re.sub(r"[\[\]:*?/\\]", " ", printable(text)).strip().strip("'")
        if len(clean) > _LONGEST_NAME:
            cut = clean[: _LONGEST_NAME + 1]
            clean = (cut.rpartition(" ")[0] or cut).rstrip(" ,;(–")[:_LONGEST_NAME]
        clean = clean.strip(" '") or "–"
        name, number = clean, 1
        while name.lower() in {other.lower() for other in names} or name.lower() in ("history", "historique"):
            number += 1
            name = f"{clean[: 30 - len(str(number))]} {number}"
        names.append(name)
    return names


def _looks(book: "Workbook") -> dict[str, "Format"]:
    head: dict[str, object] = {"bold": True, "text_wrap": True, "valign": "top", "bg_color": TINT, "bottom": 1}
    looks: dict[str, dict[str, object]] = {
        "title": {"bold": True, "font_size": 15, "font_color": HEDGE},
        "head": head,
        "unit": {"italic": True, "font_color": GREY, "bg_color": TINT, "bottom": 1},
        "text": {"num_format": "@"},
        "plain": {},
        "wrap": {"text_wrap": True, "valign": "top"},
        "link": {"font_color": HEDGE, "underline": 1},
        "date": {"num_format": "yyyy-mm-dd"},
        "datetime": {"num_format": "yyyy-mm-dd hh:mm:ss"},
        **{f"real{digits}": {"num_format": "#,##0" + ("." + "0" * digits if digits else "")} for digits in range(5)},
        "year": {"num_format": "0"},
    }
    return {name: book.add_format(properties) for name, properties in looks.items()}


def _fill_sheet(
    sheet: "Worksheet", table: NamedTable, looks: dict[str, "Format"], language: Language, timezone: str
) -> None:
    for rank, column in enumerate(table.columns):
        sheet.write_string(0, rank, _cut(say(column.label, language)), looks["head"])
        sheet.write_string(1, rank, _unit(column, language, timezone), looks["unit"])
        if say(column.description, language):
            sheet.write_comment(0, rank, _cut(say(column.description, language)))
        values = cells(table, column, language, timezone=timezone, in_words=True)
        look = looks[_look_name(column, values)]
        for row, value in enumerate(values, start=_HEADER_ROWS):
            _put(sheet, row, rank, value, column, look, looks)
        sheet.set_column(rank, rank, _width(column, values, language))
    sheet.freeze_panes(_HEADER_ROWS, 1)
    if table.columns:
        sheet.autofilter(1, 0, max(table.frame.height + 1, 1), len(table.columns) - 1)


def _unit(column: TableColumn, language: Language, timezone: str) -> str:
    return timezone if column.kind == "datetime" else unit_label(column.unit, language)


def _look_name(column: TableColumn, values: Sequence[Value]) -> str:
    if column.kind in ("date", "datetime"):
        return column.kind
    if column.kind == "integer":
        return "year" if column.name.endswith("year") or column.unit == "" else "real0"
    if column.kind != "real":
        return "text"
    digits = units()[column.unit].digits if column.unit in units() else 2
    small = [abs(v) for v in values[:_SAMPLE_ROWS] if isinstance(v, float) and v]
    return f"real{min(4, max(digits, 4 if small and max(small) < 1 else digits))}"


def _put(
    sheet: "Worksheet",
    row: int,
    rank: int,
    value: Value,
    column: TableColumn,
    look: "Format",
    looks: dict[str, "Format"],
) -> None:
    if value is None or value == "":
        return
    if isinstance(value, dt.datetime):
        _put_date(sheet, row, rank, value, value.date(), looks["datetime"], looks)
    elif isinstance(value, dt.date):
        _put_date(sheet, row, rank, value, value, looks["date"], looks)
    elif isinstance(value, int | float) and column.kind != "code" and abs(value) < _EXACT_INTEGERS:
        sheet.write_number(row, rank, value, look)
    else:
        sheet.write_string(row, rank, _cut(str(value)), looks["text"])


def _put_date(
    sheet: "Worksheet", row: int, rank: int, value: dt.date, day: dt.date, look: "Format", looks: dict[str, "Format"]
) -> None:
    if day < _FIRST_DATE:
        sheet.write_string(row, rank, value.isoformat(), looks["text"])
    else:
        sheet.write_datetime(row, rank, value, look)


def _cut(text: str) -> str:
    clean = printable(text)
    return clean if len(clean) <= _LONGEST_TEXT else clean[: _LONGEST_TEXT - 1] + "…"


def _width(column: TableColumn, values: Sequence[Value], language: Language) -> float:
    """Width in characters, from the first rows; the label may take several lines."""
    longest = max([len(str(value)) for value in values[:_SAMPLE_ROWS] if value is not None], default=0)
    return float(min(48, max(9, longest + 2, len(say(column.label, language)) / 2 + 2)))


def _fill_sources(
    sheet: "Worksheet", lines: Sequence[AssumptionLine], looks: dict[str, "Format"], language: Language
) -> None:
    heads = [
        _("Assumption", language),
        _("Value", language),
        _("Low (P10)", language),
        _("High (P90)", language),
        _("Unit", language),
        _("In force since", language),
        _("Status", language),
        _("Source", language),
    ]
    for rank, (head, width) in enumerate(zip(heads, (48, 14, 12, 12, 16, 14, 14, 70), strict=True)):
        sheet.write_string(0, rank, head, looks["head"])
        sheet.set_column(rank, rank, width)
    for row, line in enumerate(lines, start=1):
        sheet.write_string(row, 0, _cut(say(line.label, language)), looks["wrap"])
        for rank, value in enumerate((line.value, line.low, line.high), start=1):
            if isinstance(value, str):
                sheet.write_string(row, rank, _cut(value), looks["text"])
            elif value is not None:
                sheet.write_number(row, rank, value, looks["plain"])
        sheet.write_string(row, 4, unit_label(line.unit, language))
        _put_date(sheet, row, 5, line.since, line.since, looks["date"], looks)
        sheet.write_string(row, 6, status_word(line.status, language))
        sheet.write_string(row, 7, _cut(say(line.reference, language)), looks["wrap"])
    sheet.freeze_panes(1, 1)
    sheet.autofilter(0, 0, max(len(lines), 1), len(heads) - 1)


def _fill_read_me(
    sheet: "Worksheet",
    tables: Sequence[NamedTable],
    names: Sequence[str],
    notes: Sequence[Text],
    looks: dict[str, "Format"],
    language: Language,
) -> None:
    sheet.hide_gridlines(2)
    sheet.set_column(0, 0, 30)
    sheet.set_column(1, 1, 90)
    sheet.write_string(0, 0, _("How to read this workbook", language), looks["title"])
    row = 2
    sentences = [
        *[say(note, language) for note in notes],
        _("Each sheet is a table: labels on the first row, units on the second, then one row per thing.", language),
        _(
            "Low and high are the 10th and 90th percentiles: 8 chances in 10 that the value lies between them.",
            language,
        ),
        _("Origin says where a value comes from: measured, declared, inferred or by default.", language),
        _("Codes (INSEE, SIREN, PRM) are texts and keep their zeros.", language),
        _("The last sheet lists the numbers used, with their sources; those to be verified are marked.", language),
    ]
    for sentence in sentences:
        sheet.merge_range(row, 0, row, 1, "", looks["wrap"])
        sheet.write_string(row, 0, _cut(sentence), looks["wrap"])
        row += 1
    row += 1
    for name, table in zip(names[1:-1], tables, strict=True):
        sheet.write_url(row, 0, f"internal:'{name.replace(chr(39), chr(39) * 2)}'!A1", looks["link"], name)
        rows = _("{count} rows", language).format(count=table.frame.height)
        words = [say(table.label, language), rows, say(table.note, language)]
        sheet.write_string(row, 1, _cut(" – ".join(word for word in words if word)), looks["wrap"])
        row += 1
