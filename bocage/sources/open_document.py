"""OpenDocument spreadsheets (.ods): what their repeats unfold to, and the white space that some writers leave."""

import io
import re
from pathlib import Path
from zipfile import ZIP_STORED, BadZipFile, ZipFile

from bocage.sources.limits import MAX_CELLS, MAX_COLUMNS, MAX_ROWS
from bocage.vocabulary.codes import BocageError

CONTENT = "content.xml"
MAX_REPEATED_CELLS = MAX_CELLS // 10
"""Cells that repeats may make: a few letters can ask for billions, which the reader makes one by one."""
_REPEATED_ROW = re.compile(rb'<table:table-row\b[^>]*?number-rows-repeated="(\d{3,12})"[^>]*(?<!/)>')
_REPEATED_CELL = re.compile(rb'<table:table-cell\b[^>]*?number-columns-repeated="(\d{3,12})"[^>]*(?<!/)>')
_FILLED = re.compile(rb"<text:p|office:value")
_CELL = re.compile(rb'<table:table-cell\b(?:[^>]*?number-columns-repeated="(\d{1,12})")?')
_ROW_END = b"</table:table-row>"
_BETWEEN_TAGS = re.compile(rb">\s+<")


def check_repeats(path: Path) -> None:
    """Refuse a sheet whose repeats unfold to too many columns (BOC-IMP-008) or cells (BOC-IMP-012).

    Raises:
        BocageError: those, and BOC-IMP-015 for a damaged archive.
    """
    content = _content(path)
    for match in _REPEATED_CELL.finditer(content):
        if int(match[1]) > MAX_COLUMNS:
            raise BocageError("BOC-IMP-008", where={"path": path}, found=int(match[1]), limit=MAX_COLUMNS)
    cells = 0
    for match in _REPEATED_ROW.finditer(content):
        end = content.find(_ROW_END, match.end())
        row = content[match.end() : end if end >= 0 else len(content)]
        if _FILLED.search(row):
            width = sum(int(cell[1] or 1) for cell in _CELL.finditer(row))
            cells += int(match[1]) * min(width, MAX_COLUMNS)
            if cells > MAX_REPEATED_CELLS:
                found = int(match[1])
                raise BocageError("BOC-IMP-012", where={"path": path}, found=found, columns=width, limit=MAX_ROWS)


def without_white_space(path: Path) -> io.BytesIO:
    """The same document without the white space between its tags, which the reader takes for a fault.

    Args:
        path: the spreadsheet, its repeats checked.
    """
    out = io.BytesIO()
    with ZipFile(path) as source, ZipFile(out, "w", ZIP_STORED) as target:
        for name in source.namelist():
            data = source.read(name)
            target.writestr(name, _BETWEEN_TAGS.sub(b"><", data) if name == CONTENT else data)
    out.seek(0)
    return out


def _content(path: Path) -> bytes:
    """The content of the document; nothing for a spreadsheet of another kind."""
    try:
        with ZipFile(path) as archive:
            return archive.read(CONTENT) if CONTENT in archive.namelist() else b""
    except (BadZipFile, OSError, ValueError, NotImplementedError, EOFError, RuntimeError) as error:
        raise BocageError("BOC-IMP-015", where={"path": path}, cause=str(error)) from error
