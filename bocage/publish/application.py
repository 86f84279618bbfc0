"""The document to attach to an application for aid: what is known, what is missing with who has it, the figures."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bocage.publish.replacing import replace_file
from bocage.publish.texts import printable
from bocage.publish.tokens import HEDGE
from bocage.vocabulary.text import Language

if TYPE_CHECKING:
    from docx.document import Document as Docx
    from docx.table import _Cell

BLANK = "…………"


@dataclass(frozen=True, kw_only=True)
class Part:
    """One part of the document, already in the language of the reader.

    Attributes:
        title: heading.
        lines: sentences before the table.
        head: headings of the columns; empty for no table.
        rows: cells; an empty one is a blank to fill in where `to_fill` says so.
        numeric: columns aligned on the right.
        widths_cm: width of each column [cm]; equal ones where empty.
        to_fill: column whose empty cells are blanks in sight, None for none.
    """

    title: str
    lines: Sequence[str] = ()
    head: Sequence[str] = ()
    rows: Sequence[Sequence[str]] = ()
    numeric: Sequence[int] = ()
    widths_cm: Sequence[float] = ()
    to_fill: int | None = None


def write_application(
    path: Path, *, title: str, marks: Sequence[str], parts: Sequence[Part], language: Language
) -> Path:
    """Write the document (.docx); what is to be filled in is highlighted.

    Args:
        path: file to write.
        title: title of the operation.
        marks: words of the header of each page (draft, fictional territory).
        parts: its parts, in order.
        language: `fr` or `en`.

    Raises:
        BocageError: BOC-PUB-001 where the file cannot be written.
    """
    from docx import Document  # noqa: PLC0415 - 0.2 s that only this document needs

    document = Document()
    _prepare(document, title, marks, language)
    document.add_heading(printable(title), level=1)
    for part in parts:
        document.add_heading(printable(part.title), level=2)
        for line in part.lines:
            document.add_paragraph(printable(line))
        if part.head:
            _add_table(document, part)
    whole = io.BytesIO()
    document.save(whole)
    return replace_file(path, whole.getvalue())


def _prepare(document: "Docx", title: str, marks: Sequence[str], language: Language) -> None:
    """Page, fonts, language of the text (spelling, screen readers) and properties."""
    from docx.oxml.ns import qn  # noqa: PLC0415 - as above
    from docx.oxml.parser import OxmlElement  # noqa: PLC0415
    from docx.shared import Cm, Pt, RGBColor  # noqa: PLC0415

    section = document.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = Cm(2)
    section.top_margin = section.bottom_margin = Cm(1.8)
    normal = document.styles["Normal"]
    normal.font.name, normal.font.size = "Liberation Sans", Pt(10)
    for name, size in (("Heading 1", 16), ("Heading 2", 12)):
        font = document.styles[name].font
        font.name, font.size, font.color.rgb = "Liberation Sans", Pt(size), RGBColor.from_string(HEDGE[1:])
    tag = OxmlElement("w:lang")
    tag.set(qn("w:val"), "fr-FR" if language == "fr" else "en-GB")
    normal.element.get_or_add_rPr().append(tag)
    properties = document.core_properties
    properties.title, properties.author = printable(title)[:200], "Bocage"
    properties.language, properties.comments = "fr-FR" if language == "fr" else "en-GB", ""
    section.header.paragraphs[0].text = printable(" – ".join(marks))


def _add_table(document: "Docx", part: Part) -> None:
    from docx.shared import Cm  # noqa: PLC0415 - as above

    table = document.add_table(rows=1, cols=len(part.head), style="Table Grid")
    table.autofit = not part.widths_cm
    _mark_row(table.rows[0], "w:tblHeader")
    for cell, text in zip(table.rows[0].cells, part.head, strict=True):
        cell.paragraphs[0].add_run(printable(text)).bold = True
    for row in part.rows:
        added = table.add_row()
        _mark_row(added, "w:cantSplit")
        cells = added.cells
        for column, (cell, text) in enumerate(zip(cells, row, strict=True)):
            _fill(cell, text, right=column in part.numeric, blank=column == part.to_fill and not text)
    for column, width in zip(table.columns, part.widths_cm, strict=False):
        column.width = Cm(width)
        for cell in column.cells:
            cell.width = Cm(width)
    document.add_paragraph()


def _mark_row(row: object, name: str) -> None:
    """Mark a row: `w:tblHeader` is repeated on each page and read as headings, `w:cantSplit` stays on one page."""
    from docx.oxml.ns import qn  # noqa: PLC0415 - as above
    from docx.oxml.parser import OxmlElement  # noqa: PLC0415

    tag = OxmlElement(name)
    tag.set(qn("w:val"), "true")
    row._tr.get_or_add_trPr().append(tag)  # type: ignore[attr-defined]  # noqa: SLF001 - the library offers no other way


def _fill(cell: "_Cell", text: str, *, right: bool, blank: bool) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_COLOR_INDEX  # noqa: PLC0415 - as above

    paragraph = cell.paragraphs[0]
    run = paragraph.add_run(BLANK if blank else printable(text))
    if blank:
        run.font.highlight_color = WD_COLOR_INDEX.YELLOW
    if right:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
