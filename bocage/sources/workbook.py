"""Spreadsheets (.xlsx, .xls, .ods) read by calamine; a sheet becomes the same records as a text file."""

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from zipfile import BadZipFile, ZipFile

import polars as pl
import python_calamine as calamine

from bocage.sources.delimited import CELL_END, build_table, cells_of
from bocage.sources.limits import MAX_CELL_CHARACTERS, MAX_CELLS, check_archive, check_columns, check_rows
from bocage.sources.open_document import check_repeats, without_white_space
from bocage.sources.raw import RawTable
from bocage.sources.verdict import Verdict
from bocage.vocabulary.codes import BocageError

_ROW = re.compile(rb'<row[^>]*? r="(\d+)"')
_WIDE_COLUMN = re.compile(rb'<c r="([A-Z]{2,3})\d')
_DEEP_CELL = re.compile(rb'<c r="[A-Z]{1,3}(\d{6,9})"')
_CHUNK = 1 << 22
_FAILURES = (calamine.CalamineError, calamine.ZipError, calamine.XmlError, OSError, ValueError, RuntimeError)


def list_sheets(path: Path) -> list[str]:
    """Names of the visible work sheets that hold something."""
    with _open(path) as book:
        return _filled(book)


def read_sheet(path: Path, sheet: str) -> RawTable:
    """Read one sheet; numbers become plain text, dates ISO text.

    Args:
        path: the spreadsheet.
        sheet: its name.

    Raises:
        BocageError: BOC-IMP-004 no row, 007 protected by a password, 008 too many columns,
            009 archive bomb, 010 a cell too long, 012 too many cells, 015 damaged.
    """
    with _open(path) as book:
        try:
            found = book.get_sheet_by_name(sheet)
            check_columns(path, found.total_width)
            check_rows(path, found.total_height, found.total_width)
            records = found.to_python(skip_empty_area=False)
            merged = found.merged_cell_ranges or []
        except _FAILURES as error:
            raise BocageError("BOC-IMP-015", where={"path": path, "layer": sheet}, cause=str(error)) from error
    rows = [[_text(cell) for cell in record] for record in records]
    spread = spread_merged(rows, merged)
    texts, numbers, longest = [], [], 0
    for number, cells in enumerate(rows, start=1):
        if any(cells):
            longest = max(longest, *map(len, cells), 0)
            texts.append(CELL_END.join(cells))
            numbers.append(number)
    if not texts:
        raise BocageError("BOC-IMP-003", where={"path": path, "layer": sheet})
    if longest > MAX_CELL_CHARACTERS:
        raise BocageError("BOC-IMP-010", where={"path": path}, limit=MAX_CELL_CHARACTERS)
    table = build_table(
        path,
        cells_of(texts),
        pl.Series("number", numbers, dtype=pl.Int64),
        joiner=";",
        cut_end=False,
        facts={"format": "spreadsheet", "layer": sheet},
    )
    said = [Verdict(code="BOC-IMP-332", count=spread)] if spread else []
    return replace(table, layer=sheet, verdicts=(*said, *table.verdicts))


def spread_merged(rows: list[list[str]], merged: Sequence[tuple[tuple[int, int], tuple[int, int]]]) -> int:
    """Give the value of cells merged over several rows to each of these rows, and count those filled.

    Args:
        rows: texts of the sheet, changed in place.
        merged: first and last row and column of each merged range, from 0.

    >>> rows = [["rue", "id"], ["Rue Haute", "1"], ["", "2"]]
    >>> spread_merged(rows, [((1, 0), (2, 0))]), rows[2]
    (1, ['Rue Haute', '2'])
    """
    filled = 0
    for (top, left), (bottom, _) in merged:
        if bottom == top or top >= len(rows) or left >= len(rows[top]):
            continue
        for row in rows[top + 1 : bottom + 1]:
            # a row that has nothing of its own stays empty: merged cells often end far below the table
            if left < len(row) and not row[left] and any(row):
                row[left] = rows[top][left]
                filled += 1
    return filled


def _text(cell: object) -> str:
    """A cell as the text that a CSV export with points would have.

    >>> _text(150.0), _text(0.5), _text(dt.date(2019, 3, 12)), _text(True)
    ('150', '0.5', '2019-03-12', 'true')
    """
    match cell:
        case str():
            return cell.replace(CELL_END, " ").strip()
        case bool():
            return "true" if cell else "false"
        case int():
            return str(cell)
        case float():
            return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
        case dt.datetime():
            return cell.date().isoformat() if cell.time() == dt.time() else cell.isoformat(sep=" ")
        case dt.date() | dt.time():
            return cell.isoformat()
        case _:
            return "" if cell is None else str(cell)


def _open(path: Path) -> calamine.CalamineWorkbook:
    with path.open("rb") as stream:
        start = stream.read(8)
        protected = start.startswith(b"\xd0\xcf\x11\xe0") and "EncryptedPackage".encode("utf-16-le") in stream.read()
    if protected:
        raise BocageError("BOC-IMP-007", where={"path": path})
    if start.startswith(b"PK"):
        check_archive(path)
        _check_extent(path)
        check_repeats(path)
    try:
        return _load(path)
    except calamine.PasswordError as error:
        raise BocageError("BOC-IMP-007", where={"path": path}) from error
    except _FAILURES as error:
        raise BocageError("BOC-IMP-015", where={"path": path}, cause=str(error)) from error


def _load(path: Path) -> calamine.CalamineWorkbook:
    """The spreadsheet; where white space between the tags of an OpenDocument stops the reader, a copy without it."""
    try:
        return calamine.load_workbook(str(path))
    except calamine.CalamineError as error:
        if "found 'Text" not in str(error):
            raise
        return calamine.load_workbook(without_white_space(path))


def _filled(book: calamine.CalamineWorkbook) -> list[str]:
    names = [
        sheet.name
        for sheet in book.sheets_metadata
        if sheet.typ == calamine.SheetTypeEnum.WorkSheet and sheet.visible == calamine.SheetVisibleEnum.Visible
    ]
    try:
        return [name for name in names if book.get_sheet_by_name(name).height > 0]
    except _FAILURES:
        return names


def _check_extent(path: Path) -> None:
    """Refuse a sheet whose last cell is so far away that the dense table would exhaust the memory."""
    try:
        with ZipFile(path) as archive:
            for name in archive.namelist():
                if re.fullmatch(r"xl/worksheets/[^/]+\.xml", name):
                    rows, columns = _extent(archive, name)
                    check_columns(path, columns)
                    if rows * max(columns, 1) > MAX_CELLS:
                        check_rows(path, rows, columns)
    except (BadZipFile, OSError, ValueError, NotImplementedError, EOFError) as error:
        raise BocageError("BOC-IMP-015", where={"path": path}, cause=str(error)) from error


def _extent(archive: ZipFile, name: str) -> tuple[int, int]:
    rows, columns, rest = 0, 26, b""
    with archive.open(name) as stream:
        while chunk := stream.read(_CHUNK):
            data = rest + chunk
            rows = max([rows, *map(int, _ROW.findall(data)[-1:]), *map(int, _DEEP_CELL.findall(data))])
            columns = max([columns, *map(_column_number, set(_WIDE_COLUMN.findall(data)))])
            rest = data[-64:]
    return rows, columns


def _column_number(letters: bytes) -> int:
    """Number of a column from its letters.

    >>> _column_number(b"AAA")
    703
    """
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number
