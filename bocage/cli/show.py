"""Showing an answer: sections and tables for people, one JSON document for programs."""

import datetime as dt
import json
import math
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from bocage.cli.console import put, talk
from bocage.cli.wording import mark, worded
from bocage.vocabulary.text import current_language, fill, format_number

if TYPE_CHECKING:  # an answer brings polars, `--help` needs neither
    from bocage.twin.answer import Answer, Heading, Section

ROWS_SHOWN = 40
CELL_WIDTH = 48


def show(answer: "Answer", *, as_json: bool) -> None:
    """Print an answer: data on stdout, the next step on stderr."""
    from bocage.twin.answer import said  # noqa: PLC0415 - brings polars, see above

    if as_json:
        put(as_document(answer.as_dict()))
        return
    put(said(answer.title))
    for section in answer.sections:
        put("")
        _show_section(section, said(section.title))
    if answer.files:
        put("")
        put(worded(mark("Files written:")))
        for path in answer.files:
            put(f"  {path}")
    if answer.next_step is not None:
        talk()
        talk(worded(mark("Next:")) + " " + said(answer.next_step))


def as_document(value: object) -> str:
    """A value as one JSON document; NaN and infinities become null, dates ISO 8601, paths text.

    >>> as_document({"value": float("nan"), "on": dt.date(2026, 1, 2)})
    '{"value": null, "on": "2026-01-02"}'
    """
    ascii_only = (sys.stdout.encoding or "utf-8").lower().replace("-", "") != "utf8"
    return json.dumps(_plain(value), ensure_ascii=ascii_only, allow_nan=False)


def _plain(value: object) -> object:
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, str | int | float | None):
        return value
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, Path):
        return str(value)
    if isinstance(value, Sequence):
        return [_plain(item) for item in value]
    if hasattr(value, "item"):  # a numpy scalar
        return _plain(value.item())
    raise TypeError(f"{type(value).__name__} cannot be written as JSON")


def _show_section(section: "Section", title: str) -> None:
    from bocage.twin.answer import Heading, said  # noqa: PLC0415 - brings polars, see above

    if title:
        put(title)
        put("-" * len(title))
    for line in section.lines:
        put(said(line))
    if section.table is None:
        return
    headings = section.headings or [
        Heading(name=name, label={"fr": name, "en": name}) for name in section.table.columns
    ]
    rows = [
        [_cell(row[heading.name], heading) for heading in headings]
        for row in section.table.head(ROWS_SHOWN).iter_rows(named=True)
    ]
    numeric = [section.table.schema[heading.name].is_numeric() for heading in headings]
    _show_table([_headline(heading) for heading in headings], rows, numeric)
    if len(section.table) > ROWS_SHOWN:
        template = worded(mark("… and {count} more rows; all of them with --json or in the exported tables"))
        put(fill(template, {"count": len(section.table) - ROWS_SHOWN}, current_language()))


def _headline(heading: "Heading") -> str:
    from bocage.twin.answer import said  # noqa: PLC0415 - brings polars, see above
    from bocage.vocabulary.units import units  # noqa: PLC0415 - read only where a table is shown

    unit = units()[heading.unit].label[current_language()] if heading.unit else ""
    label = said(heading.label)
    return f"{label} ({unit})" if unit else label


def _cell(value: object, heading: "Heading") -> str:
    from bocage.vocabulary.units import units  # noqa: PLC0415 - read only where a table is shown

    match value:
        case None:
            return ""
        case bool():
            return worded(mark("yes")) if value else worded(mark("no"))
        case float() if not math.isfinite(value):
            return ""
        case int() if not heading.unit and heading.digits is None:
            # years and counts: a count is given a unit by its heading, a year must not be cut in thousands
            return str(value)
        case int() | float():
            digits = heading.digits if heading.digits is not None else (units()[heading.unit].digits)
            return format_number(value, digits=digits)
        case list():
            text = ", ".join(map(str, value))
        case _:
            text = str(value)
    return text if len(text) <= CELL_WIDTH else text[: CELL_WIDTH - 1] + "…"


def _show_table(heads: Sequence[str], rows: Sequence[Sequence[str]], numeric: Sequence[bool]) -> None:
    if sys.stdout.isatty() and _show_rich(heads, rows, numeric):
        return
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
        table.add_column(Text(head), justify="right" if right else "left")
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    Console().print(table)
    return True
