"""The sheet of a commune as a tagged PDF: exactly two pages, typeset by Typst."""

from functools import cache
from pathlib import Path
from typing import Any

from bocage.publish.replacing import replace_file
from bocage.publish.sheet.content import SheetContent
from bocage.publish.sheet.pages import describe_sheet, first_page, second_page
from bocage.publish.sheet.room import SheetRoom
from bocage.publish.typesetting import LOOK, Press, fit, open_press
from bocage.vocabulary.codes import BocageError
from bocage.vocabulary.text import Language

PAGES = 2
_TEMPLATE = Path(__file__).with_name("sheet.typ")
_TIGHTENINGS = 24


def write_sheet(content: SheetContent, path: Path, *, language: Language) -> Path:
    """Write the two A4 pages of a commune as a tagged PDF that meets PDF/UA-1.

    Args:
        content: what the sheet says.
        path: file to write; its folder is made where it is missing.
        language: `fr` or `en`.

    Returns:
        The path.

    Raises:
        BocageError: BOC-PUB-001 where the file cannot be written, BOC-PUB-004 where the texts do not
            fit on two pages even when every table is cut to a few rows.
    """
    return replace_file(path, typeset_sheet(content, language))


def typeset_sheet(content: SheetContent, language: Language) -> bytes:
    """The sheet as PDF; tables are cut a little more until all fits on two pages."""
    document, pages = fit(
        _press(),
        [SheetRoom()] * PAGES,
        lambda rooms: sheet_model(content, language, rooms),
        on=content.data_date,
        tightenings=_TIGHTENINGS,
    )
    if document is None:
        raise BocageError("BOC-PUB-004", where={"commune": content.place.name}, pages=pages)
    return document


@cache
def _press() -> Press:
    """Once for all the sheets of a process."""
    return open_press(_TEMPLATE)


def sheet_model(content: SheetContent, language: Language, rooms: list[SheetRoom]) -> dict[str, Any]:
    """Everything that the template reads: texts in the language, numbers written out, pictures drawn."""
    date = content.data_date
    return {
        "look": dict(LOOK),
        "date": [date.year, date.month, date.day],
        "frame": describe_sheet(content, language),
        "scales": [room.scale for room in rooms],
        "first": first_page(content, language, rooms[0]),
        "second": second_page(content, language, rooms[1]),
    }
