"""Tables of the report: declared columns, rows cut to the room there is, and what was left out said so."""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, Literal

from bocage.publish.texts import _
from bocage.vocabulary.text import Language, format_number

Cell = str | dict[str, str]
"""A text, or a text with an icon (`icon`), a weight (`strong`) or a second line (`note`)."""


KEPT_ASSUMPTIONS = 6
KEPT_PLACES = 3
KEPT_LETTERS = 170
LEAST_SCALE = 0.92


@dataclass(frozen=True)
class Room:
    """How large a page is set and how many rows each of its sections may take."""

    scale: float = 1.2
    map_pt: float = 470
    state: int = 10
    findings: int = 10
    quality: int = 8
    criteria: int = 10
    joint: int = 6
    duties: int = 6
    purchases: int = 6
    requests: int = 5
    waiting: int = 5
    funding: int = 9
    years: int = 8
    places: int = 6
    evaluation: int = 5
    assumptions: int = 12
    letters: int = 320
    conditions: bool = True

    def tighter(self) -> "Room":
        """Smaller type and a lower map first, then fewer assumptions, then fewer words, then less of every table.

        The workbook lists every assumption and condition; the funding and the calendar are what the
        council votes on.

        >>> Room(scale=1.2).tighter().scale
        1.12
        >>> Room(scale=0.92, assumptions=12).tighter().assumptions
        10
        >>> Room(scale=0.92, assumptions=6).tighter().conditions
        False
        >>> Room(scale=0.92, assumptions=6, places=3, conditions=False, findings=8).tighter().findings
        6
        """
        smaller = replace(self, scale=max(LEAST_SCALE, round(self.scale - 0.08, 2)), map_pt=max(120, self.map_pt - 24))
        if self.scale > LEAST_SCALE:
            return smaller
        if self.assumptions > KEPT_ASSUMPTIONS:
            return replace(smaller, assumptions=max(KEPT_ASSUMPTIONS, self.assumptions - 2))
        if self.conditions:
            return replace(smaller, places=min(self.places, KEPT_PLACES), conditions=False)
        rows: dict[str, Any] = {
            one.name: max(1, int(getattr(self, one.name) * 0.85)) for one in fields(self) if one.type is int
        }
        rows["letters"] = max(KEPT_LETTERS, rows["letters"])
        return replace(smaller, **rows)


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
    return {
        "columns": list(columns),
        "rows": [[as_cell(cell) for cell in row] for row in rows[:limit]],
        "total": [as_cell(cell) for cell in total] if total else [],
        "more": left_out_words(left_out, language),
    }


def left_out_words(count: int, language: Language) -> str:
    """How many rows were left out, and where they are; empty for none.

    >>> left_out_words(1, "en")
    'and 1 more, see the workbook'
    """
    if count <= 0:
        return ""
    if count == 1:
        return _("and 1 more, see the workbook", language)
    return _("and {count} more, see the workbook", language).format(count=format_number(count, language))


def as_cell(cell: Cell) -> dict[str, str]:
    """A cell with all its keys."""
    blank = {"text": "", "icon": "", "strong": "", "note": ""}
    return {**blank, "text": cell} if isinstance(cell, str) else {**blank, **cell}
