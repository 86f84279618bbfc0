"""Tables on the console: aligned text, or Rich where somebody watches."""

import datetime as dt
import math
import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from bocage.cli.console import put
from bocage.cli.wording import mark, worded
from bocage.twin.answer import Heading, said
from bocage.vocabulary.code_labels import core_code_labels, label_of
from bocage.vocabulary.text import LANGUAGES, current_language, fill, format_number
from bocage.vocabulary.units import units

if TYPE_CHECKING:  # `bocage --help` must not wait for polars
    import polars as pl

ROWS_SHOWN = 40
CELL_WIDTH, LAST_CELL_WIDTH = 128, 400
"""Longest text of a cell, and of the last one of a row, after which nothing has to be aligned."""
UNIT_COLUMN = "unit"
"""A column of that name holds the unit of the numbers of its row."""


def show_table(table: "pl.DataFrame", headings: Sequence[Heading]) -> None:
    """Print the first rows of a table, numbers as their unit is written in the language.

    Args:
        table: frame.
        headings: columns to print, in order; all under their own names where empty.
    """
    headings = headings or plain_headings(table.columns)
    rows = [
        [
            _cut(_cell(row[heading.name], heading, row), LAST_CELL_WIDTH if heading is headings[-1] else CELL_WIDTH)
            for heading in headings
        ]
        for row in table.head(ROWS_SHOWN).iter_rows(named=True)
    ]
    numeric = [table.schema[heading.name].is_numeric() for heading in headings]
    heads = [_headline(heading) for heading in headings]
    if not (sys.stdout.isatty() and _show_rich(heads, rows, numeric)):
        _show_text(heads, rows, numeric)
    if len(table) > ROWS_SHOWN:
        template = worded(mark("… and {count} more rows; all of them with --json or in the exported tables"))
        put(fill(template, {"count": len(table) - ROWS_SHOWN}, current_language()))


def plain_headings(names: Sequence[str]) -> list[Heading]:
    """Headings that say the names of the columns, without those written in the other language.

    >>> [heading.name for heading in plain_headings(["npv", "label_fr", "label_en"])]
    ['npv', 'label_fr']
    """
    others = tuple(f"_{language}" for language in LANGUAGES if language != current_language())
    return [Heading(name=name, label={"fr": name, "en": name}) for name in names if not name.endswith(others)]


def _headline(heading: Heading) -> str:
    unit = units()[heading.unit].label[current_language()] if heading.unit else ""
    label = said(heading.label)
    return f"{label} ({unit})" if unit else label


def _cell(value: object, heading: Heading, row: Mapping[str, object]) -> str:
    match value:
        case None:
            return ""
        case bool():
            return worded(mark("yes")) if value else worded(mark("no"))
        case int() if not heading.unit and heading.digits is None:
            # years and identifiers: a year must not be cut in thousands
            return str(value)
        case int() | float():
            return format_number(value, digits=_digits(value, heading, row)) if math.isfinite(value) else ""
        case str() if heading.name == UNIT_COLUMN and value in units():
            return units()[value].label[current_language()]
        case dt.date():
            return value.strftime("%d/%m/%Y") if current_language() == "fr" else value.isoformat()
        case list():
            return ", ".join(map(str, value))
        case _:
            return label_of(str(value), core_code_labels().get(heading.name, {}))


def _cut(text: str, width: int) -> str:
    return text if len(text) <= width else text[: width - 1] + "…"


def _digits(value: float, heading: Heading, row: Mapping[str, object]) -> int:
    """Decimals asked for, else those of the unit of the column or of the row, else enough to read a small number."""
    if heading.digits is not None:
        return heading.digits
    unit = heading.unit or str(row.get(UNIT_COLUMN) or "")
    if unit in units() and unit:
        return units()[unit].digits
    return 0 if abs(value) >= 100 or float(value).is_integer() else 2


def _show_text(heads: Sequence[str], rows: Sequence[Sequence[str]], numeric: Sequence[bool]) -> None:
    widths = [max(map(len, column)) for column in zip(heads, *rows, strict=True)]
    for cells in (heads, ["-" * width for width in widths], *rows):
        aligned = (
            cell.rjust(width) if right else cell.ljust(width)
            for cell, width, right in zip(cells, widths, numeric, strict=True)
        )
        put("  ".join(aligned).rstrip())


def _show_rich(heads: Sequence[str], rows: Sequence[Sequence[str]], numeric: Sequence[bool]) -> bool:
    try:
        from rich.console import Console  # noqa: PLC0415 - 0.2 s of start-up, only on a terminal
        from rich.table import Table  # noqa: PLC0415 - same
        from rich.text import Text  # noqa: PLC0415 - same
    except ModuleNotFoundError:
        return False
    table = Table(box=None, pad_edge=False, header_style="bold")
    for head, right in zip(heads, numeric, strict=True):
        # a long word is cut over lines, never shortened: it may be an identifier to paste
        table.add_column(Text(head), justify="right" if right else "left", overflow="fold")
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    Console().print(table)
    return True
