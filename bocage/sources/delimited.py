"""Delimited text: CSV, TSV and their relatives, with or without preamble, quotes and regular rows."""

import csv
import io
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl

from bocage.sources.encoding import decode
from bocage.sources.limits import MAX_CELL_CHARACTERS, check_columns, check_rows
from bocage.sources.raw import RawTable, clean_headers, repair_texts
from bocage.sources.table_shape import HEAD_LINES, NUMBER_LIKE, Header, drop_blank_columns, read_header, shape_faults
from bocage.sources.verdict import Verdict
from bocage.vocabulary.codes import BocageError

DELIMITERS = ("\t", ";", "|", ",")
CELL_END = "\x1f"
"""Unit separator of ASCII: no table has it in its cells; it is removed where one does."""


@dataclass(frozen=True)
class _Lines:
    """Cells of each record as a list column, and the line at which each begins."""

    cells: pl.Series
    numbers: pl.Series


def read_delimited(path: Path) -> RawTable:
    """Read delimited text; every column stays text.

    Args:
        path: the file, of any encoding and delimiter.

    Raises:
        BocageError: BOC-IMP-003 empty, 004 header without rows, 005 not text, 008 too many columns,
            010 a cell too long, 012 too many rows.
    """
    decoded = decode(path.read_bytes())
    text = decoded.text
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if CELL_END in text:
        text = text.replace(CELL_END, " ")
    if not text.strip("\ufeff \n\t;,|\0"):
        raise BocageError("BOC-IMP-003", where={"path": path})
    if _is_binary(text):
        raise BocageError("BOC-IMP-005", where={"path": path})
    head = [line for line in text[: 1 << 22].split("\n", HEAD_LINES)[:HEAD_LINES] if line.strip()]
    delimiter = detect_delimiter(head)
    check_columns(path, len(_cells(head[0], delimiter or ";")))
    lines = _split(path, text, delimiter)
    check_rows(path, len(lines.cells))
    truncated = not text.endswith("\n")
    table = build_table(
        path,
        lines.cells,
        lines.numbers,
        joiner=delimiter or ";",
        cut_end=truncated,
        facts={"format": "csv", "encoding": decoded.encoding, "delimiter": delimiter},
    )
    if not decoded.repaired_lines:
        return table
    mixed = Verdict(code="BOC-IMP-302", count=decoded.repaired_lines, values={"encoding": decoded.encoding})
    return replace(table, verdicts=(mixed, *table.verdicts))


def detect_delimiter(head: Sequence[str]) -> str:
    """The delimiter of the first lines; an empty text where they have a single column.

    The right one splits most lines into the same number of cells, and the first such line is made
    of names rather than numbers.

    >>> detect_delimiter(["id;x;y", "1;651231,17;6859752,34", "2;651232,17;6859752,35"])
    ';'
    """
    best, best_score = "", (0.0, 0.0, 0)
    for mark in DELIMITERS:
        widths = [len(_cells(line, mark)) for line in head]
        common, times = Counter(width for width in widths if width > 1).most_common(1)[:1] or [(0, 0)], 0
        width, times = common[0]
        if not times:
            continue
        first = _cells(head[widths.index(width)], mark)
        named = sum(_is_name(cell) for cell in first) / len(first)
        share = times / len(head)
        score = (float(share >= 0.5) + float(named >= 0.5), round(share, 1), width)
        if score > best_score:
            best, best_score = mark, score
    return best


def _cells(line: str, mark: str) -> list[str]:
    if '"' not in line or len(line) > MAX_CELL_CHARACTERS:  # the csv module refuses very long cells
        return line.split(mark)
    return next(csv.reader([line], delimiter=mark), [])


def _is_name(cell: str) -> bool:
    """Whether a cell may be the name of a column: no number, and no delimiter left in it."""
    return bool(cell.strip()) and not NUMBER_LIKE.match(cell) and not any(mark in cell for mark in DELIMITERS[:3])


def _is_binary(text: str) -> bool:
    sample = text[:65536]
    odd = sum(letter < " " and letter not in "\n\t\f\v" for letter in sample) + sample.count("\x7f")
    return odd / len(sample) > 0.02


def _split(path: Path, text: str, delimiter: str) -> _Lines:
    lines = pl.Series("line", text.split("\n"), dtype=pl.String)
    if '"' in text:
        if (lines.str.count_matches('"', literal=True) % 2 == 1).any():  # a record may hold several lines
            quoted = _split_quoted(path, text, delimiter)
            if quoted is not None:
                return quoted
        else:
            lines, delimiter = _without_quotes(lines, delimiter)
    numbers = pl.Series("number", range(1, len(lines) + 1), dtype=pl.Int64)
    filled = lines.str.contains(rf"[^\s{re.escape(delimiter)}]")  # a line of delimiters alone is an empty row
    lines, numbers = lines.filter(filled), numbers.filter(filled)
    cells = lines.str.split(delimiter) if delimiter else lines.to_frame().select(pl.concat_list("line")).to_series()
    long = cells.filter(lines.str.len_bytes() > MAX_CELL_CHARACTERS)  # a cell is no longer than its line
    if len(long) and (long.list.eval(pl.element().str.len_bytes()).list.max() > MAX_CELL_CHARACTERS).any():
        raise BocageError("BOC-IMP-010", where={"path": path}, limit=MAX_CELL_CHARACTERS)
    return _Lines(cells, numbers)


def _without_quotes(lines: pl.Series, delimiter: str) -> tuple[pl.Series, str]:
    """Lines (n,) that are one record each, without the quotes around their cells, and what then separates them.

    Quotes that hold neither a delimiter nor another quote go at once; the few lines where some are left
    are read one by one, and their cells joined by a mark that no cell holds.
    """
    mark = re.escape(delimiter) or "\n"
    quoted = lines.str.contains('"', literal=True)
    bare = lines.filter(quoted).str.replace_all(rf'(^|{mark})"([^"{mark}]*)"', "$1$2")
    simple = lines.clone().scatter(quoted.arg_true(), bare)  # scatter changes the series itself
    left = simple.str.contains('"', literal=True)
    if not left.any():
        return simple, delimiter
    cells = lines.filter(left).to_list()
    joined = [CELL_END.join(next(csv.reader([line], delimiter=delimiter or ";"), [])) for line in cells]
    if delimiter:
        simple = simple.str.replace_all(delimiter, CELL_END, literal=True)
    return simple.scatter(left.arg_true(), joined), CELL_END


def _split_quoted(path: Path, text: str, delimiter: str) -> _Lines | None:
    """Records with quotes; None where quotes are not balanced, so that each line is one record."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter or ";", strict=False)
    records: list[str] = []
    numbers: list[int] = []
    try:
        start = 1
        for record in reader:
            if reader.line_num - start > 200:  # a quote that nobody closed swallows the lines after it
                return None
            if any(map(str.strip, record)):
                if max(map(len, record)) > MAX_CELL_CHARACTERS:
                    raise BocageError("BOC-IMP-010", where={"path": path}, limit=MAX_CELL_CHARACTERS)
                records.append(CELL_END.join(record))
                numbers.append(start)
            start = reader.line_num + 1
    except csv.Error as error:
        if "field larger" in str(error):
            raise BocageError("BOC-IMP-010", where={"path": path}, limit=MAX_CELL_CHARACTERS) from error
        return None
    if text.count('"') % 2:
        return None
    return _Lines(cells_of(records), pl.Series("number", numbers, dtype=pl.Int64))


def cells_of(records: Sequence[str]) -> pl.Series:
    """List column of the cells of records joined by `CELL_END`: far faster than lists of Python lists."""
    return pl.Series("cells", records, dtype=pl.String).str.split(CELL_END)


def build_table(
    path: Path, cells: pl.Series, numbers: pl.Series, *, joiner: str, cut_end: bool, facts: dict[str, object]
) -> RawTable:
    """Find the header among the records and make a table of what follows it.

    Args:
        path: the file, for the errors.
        cells: list column, the cells of each non-empty record.
        numbers: line or row number of each record.
        joiner: mark with which surplus cells are joined to the last one of a refused row.
        cut_end: whether the file ends without an end of line, so that a short last row is a cut one.
        facts: how the file was read so far.
    """
    found = read_header(cells.head(HEAD_LINES).to_list())
    named = bool(found.lines)
    header = list(found.names)
    header_number = int(numbers[found.position + found.lines - 1]) if named else 0
    body, numbers = cells[found.end :], numbers[found.end :]
    if not len(body):
        raise BocageError("BOC-IMP-004", where={"path": path})
    widths = body.list.len()
    if not named:
        header = [""] * int(widths.mode().max())  # type: ignore[arg-type]
    while len(header) > 1 and not header[-1].strip() and int((widths >= len(header)).sum()) == 0:
        header.pop()
    check_columns(path, len(header))
    check_rows(path, len(body), len(header))
    names, made = clean_headers(header)
    frame, faults = _shape(body, widths, names, joiner)
    short = widths < len(header)
    if cut_end and bool(short[-1]) and int(short.sum()) == 1 and len(body) > 1:
        faults = _set_fault(faults, len(body) - 1, "BOC-IMP-109")
        short = short.clone().scatter(len(body) - 1, values=False)
    faults = shape_faults(frame, faults, header, numbers)
    frame = drop_blank_columns(frame, made if named else [])
    made = [name for name in made if name in frame.columns]
    verdicts = _remarks(found, made=made, count=frame.width, short=int(short.sum()))
    frame, repairs = repair_texts(frame)
    return RawTable(
        path=path,
        frame=frame,
        numbers=numbers.rename("number"),
        faults=faults.rename("fault"),
        facts={**facts, "decimal": detect_decimal(frame), "header_row": header_number},
        verdicts=(*verdicts, *repairs),
    )


def _remarks(header: Header, *, made: list[str], count: int, short: int) -> list[Verdict]:
    """What is said of the shape of the table."""
    verdicts = []
    if header.position:
        verdicts.append(Verdict(code="BOC-IMP-310", count=header.position))
    if header.lines == 2:
        verdicts.append(Verdict(code="BOC-IMP-331", count=2))
    if not header.lines:
        verdicts.append(Verdict(code="BOC-IMP-313", count=count))
    elif made:
        verdicts.append(Verdict(code="BOC-IMP-311", count=len(made), columns=tuple(made)))
    if short:
        verdicts.append(Verdict(code="BOC-IMP-309", count=short))
    return verdicts


def detect_decimal(frame: pl.DataFrame) -> str:
    """The decimal mark that the numbers written as text use: the one met in more cells.

    >>> detect_decimal(pl.DataFrame({"a": ["1,5", "2,25", "3"]}))
    ','
    """
    sample = frame.head(2000)
    texts = [name for name, kind in sample.schema.items() if kind == pl.String]
    counts = {
        mark: sum(int(sample[name].str.contains(rf"^\s*-?[\d\s]*\d{pattern}\d+\s*$").sum()) for name in texts)
        for mark, pattern in ((",", ","), (".", r"\."))
    }
    return "," if counts[","] > counts["."] else "."


def _shape(body: pl.Series, widths: pl.Series, names: list[str], joiner: str) -> tuple[pl.DataFrame, pl.Series]:
    count = len(names)
    surplus = (widths > count) & (body.list.slice(count).list.join("", ignore_nulls=True).str.strip_chars() != "")
    frame = body.to_frame("cells").select(
        pl.col("cells").list.get(index, null_on_oob=True).str.strip_chars().replace("", None).alias(name)
        for index, name in enumerate(names)
    )
    if surplus.any():
        joined = pl.col("_cells").list.slice(count - 1).list.join(joiner, ignore_nulls=True)
        frame = (
            frame.with_columns(body.alias("_cells"), surplus.alias("_surplus"))
            .with_columns(pl.when("_surplus").then(joined).otherwise(pl.col(names[-1])).alias(names[-1]))
            .drop("_cells", "_surplus")
        )
    faults = pl.select(
        pl.when(surplus).then(pl.lit("BOC-IMP-108")).otherwise(pl.lit(None, dtype=pl.String))
    ).to_series()
    return frame, faults


def _set_fault(faults: pl.Series, row: int, code: str) -> pl.Series:
    values = faults.to_list()
    values[row] = code
    return pl.Series("fault", values, dtype=pl.String)
