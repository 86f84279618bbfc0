"""Tables of the report: declared columns, rows cut to the room there is, and what was left out said so."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from bocage.publish.texts import _
from bocage.vocabulary.text import Language, format_number

Cell = str | dict[str, str]
"""A text, or a text with an icon (`icon`), a weight (`strong`) or a second line (`note`)."""


@dataclass(frozen=True)
class Room:
    """How many rows each section of the report may take; the whole must fit on four pages."""

    state: int = 9
    findings: int = 8
    quality: int = 6
    criteria: int = 9
    joint: int = 5
    requests: int = 4
    waiting: int = 4
    funding: int = 8
    years: int = 8
    places: int = 4
    evaluation: int = 4
    assumptions: int = 9
    sources: int = 3
    letters: int = 150

    def tighter(self) -> "Room":
        """A quarter less of everything, never below one row.

        >>> Room(findings=8).tighter().findings
        6
        """
        return replace(self, **{name: max(1, int(rows * 0.75)) for name, rows in self.__dict__.items()})


def heading(label: str, align: Literal["left", "right"] = "left", width: str = "auto") -> dict[str, str]:
    """Declare a column: its label, the side it leans to, and `auto` or `1fr`, `2fr`… for its width."""
    return {"label": label, "align": align, "width": width}


def make_table(
    columns: Sequence[dict[str, str]],
    rows: Sequence[Sequence[Cell]],
    language: Language,
    *,
    limit: int,
    total: Sequence[Cell] | None = None,
) -> dict[str, Any]:
    """A table for the template: at most `limit` rows, and how many were left out."""
    left_out = len(rows) - limit
    more = ""
    if left_out > 0:
        sentence = _("and {count} more, see the workbook", language)
        more = sentence.format(count=format_number(left_out, language))
    return {
        "columns": list(columns),
        "rows": [[as_cell(cell) for cell in row] for row in rows[:limit]],
        "total": [as_cell(cell) for cell in total] if total else [],
        "more": more,
    }


def as_cell(cell: Cell) -> dict[str, str]:
    """A cell with all its keys."""
    blank = {"text": "", "icon": "", "strong": "", "note": ""}
    return {**blank, "text": cell} if isinstance(cell, str) else {**blank, **cell}
