"""The council report as a tagged PDF: exactly four pages, typeset by Typst."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bocage.publish.replacing import replace_file
from bocage.publish.report.content import ReportContent
from bocage.publish.report.first_page import first_page
from bocage.publish.report.fourth_page import fourth_page
from bocage.publish.report.frame import describe_frame
from bocage.publish.report.second_page import second_page
from bocage.publish.report.table import Room
from bocage.publish.report.third_page import third_page
from bocage.publish.typesetting import LOOK, fit, open_press
from bocage.vocabulary.codes import BocageError
from bocage.vocabulary.text import Language

PAGES = 4
_TEMPLATE = Path(__file__).with_name("report.typ")
_TIGHTENINGS = 20


def write_report(content: ReportContent, path: Path, *, language: Language) -> Path:
    """Write the four A4 pages of the council report as a tagged PDF that meets PDF/UA-1.

    Args:
        content: what the report says.
        path: file to write; its folder is made where it is missing.
        language: `fr` or `en`.

    Returns:
        The path.

    Raises:
        BocageError: BOC-PUB-001 where the file cannot be written, BOC-PUB-002 where the texts do
            not fit on four pages even when every table is cut to one row.
    """
    return replace_file(path, typeset(content, language))


def typeset(content: ReportContent, language: Language) -> bytes:
    """The report as PDF; tables are cut a little more until all fits on four pages."""
    document, pages = fit(
        open_press(_TEMPLATE),
        [Room()] * PAGES,
        lambda rooms: report_model(content, language, rooms),
        on=content.data_date,
        tightenings=_TIGHTENINGS,
    )
    if document is None:
        raise BocageError("BOC-PUB-002", where={"territory": content.place.name}, pages=pages)
    return document


def report_model(content: ReportContent, language: Language, rooms: Sequence[Room]) -> dict[str, Any]:
    """Everything that the template reads: texts in the language, numbers written out, pictures drawn."""
    date = content.data_date
    return {
        "look": dict(LOOK),
        "date": [date.year, date.month, date.day],
        "frame": describe_frame(content, language),
        "scales": [room.scale for room in rooms],
        "first": first_page(content, language, rooms[0]),
        "second": second_page(content, language, rooms[1]),
        "third": third_page(content, language, rooms[2]),
        "fourth": fourth_page(content, language, rooms[3]),
    }
