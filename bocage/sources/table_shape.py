"""Where a table begins among the records of a file: its header, on one line or two, and what is not of the table."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import zip_longest

import polars as pl

from bocage.sources.names import is_unit

HEAD_LINES = 60
NUMBER_LIKE = re.compile(r"^[\s+\-]*\d[\d\s\u00a0\u202f.,:/\-]*([eE][+\-]?\d+)?\s*%?$")
_TOTAL = (
    r"(?i)^\s*(?:total|totaux|sous[- ]?total|s/total|grand total|somme|moyenne|nombre (?:total )?(?:de|d'))(?:\b|\s|$)"
)
ANOTHER_TABLE, REPEATED_HEADER, TOTAL_LINE = "BOC-IMP-115", "BOC-IMP-116", "BOC-IMP-107"


@dataclass(frozen=True)
class Header:
    """The header of a table.

    Attributes:
        position: rank of its first record.
        lines: records that it takes: 0 where there is none, 2 where groups stand above the names.
        names: names of the columns, with the units of a line of units.
        units: whether a line of units follows.
    """

    position: int
    lines: int
    names: tuple[str, ...]
    units: bool

    @property
    def end(self) -> int:
        """Rank of the first record of the body."""
        return self.position + self.lines + self.units


def read_header(head: Sequence[Sequence[str | None]]) -> Header:
    """The header among the first records.

    Args:
        head: cells of the first records, those of the body included.

    >>> read_header([["Mât", "", "Lampe"], ["id", "hauteur", "puissance"], ["1", "8", "70"], ["2", "6", "70"]]).names
    ('id', 'hauteur', 'puissance')
    """
    position, named = find_header(head)
    if not named:
        return Header(position, 0, (), units=False)
    names = [(cell or "").strip() for cell in head[position]]
    lines = 1
    if joined := _joined(names, head[position + 1 :]):
        names, lines = joined, 2
    after = head[position + lines :]
    units = unit_row(after[0]) if len(after) > 1 else []
    if units:
        names = [
            f"{name} ({unit})" if unit and name else name for name, unit in zip_longest(names, units, fillvalue="")
        ]
    return Header(position, lines, tuple(names), units=bool(units))


def find_header(head: Sequence[Sequence[str | None]]) -> tuple[int, int]:
    """Position of the header among the first records, and 1 (0 where no record looks like one).

    >>> find_header([["Inventaire 2024"], ["id", "puissance"], ["1", "150"], ["2", "70"]])
    (1, 1)
    >>> find_header([["1", "150"], ["2", "70"]])
    (0, 0)
    """
    filled = [[cell for cell in record if cell and cell.strip()] for record in head]
    width = Counter(len(record) for record in head).most_common(1)[0][0]
    wanted = max(min(2, width), 0.5 * width)
    for position, cells in enumerate(filled):
        if len(cells) >= wanted:
            numbers = sum(bool(NUMBER_LIKE.match(cell)) for cell in cells)
            if numbers <= 0.2 * len(cells):
                return position, 1
            return (position, 0)
    return 0, 1


def unit_row(cells: Sequence[str | None]) -> list[str]:
    """The units that the line under the header gives, empty texts where it gives none; nothing for a row of data.

    >>> unit_row(["", "W", "lm"]), unit_row(["A1", "70", "W"])
    (['', 'W', 'lm'], [])
    """
    units = [(cell or "").strip() for cell in cells]
    filled = [unit for unit in units if unit]
    return units if len(filled) >= 2 and all(is_unit(unit) for unit in filled) else []


def _joined(groups: Sequence[str], after: Sequence[Sequence[str | None]]) -> list[str]:
    """Names of a header whose first line groups the columns of the second; nothing where the second is data.

    The second line names columns where it has no number while at least two of the columns that it names
    hold numbers below.
    """
    if len(after) < 2 or (all(groups) and len(set(groups)) == len(groups)):
        return []
    below = [(cell or "").strip() for cell in after[0]]
    if any(NUMBER_LIKE.match(cell) for cell in below) or unit_row(below):
        return []
    body = [record for record in after[1:] if any(record)][:30]
    numeric = sum(bool(name) and _is_numeric(body, index) for index, name in enumerate(below))
    if numeric < 2:
        return []
    names, group = [], ""
    counts = Counter(name for name in below if name)
    for above, name in zip_longest(groups, below, fillvalue=""):
        group = above or (group if name else "")
        alone = name and counts[name] == 1
        names.append(name if alone else f"{group} {name}".strip())
    return names


def _is_numeric(body: Sequence[Sequence[str | None]], index: int) -> bool:
    cells = [record[index] for record in body if index < len(record)]
    filled = [cell for cell in cells if cell and cell.strip()]
    return bool(filled) and sum(bool(NUMBER_LIKE.match(cell)) for cell in filled) >= 0.6 * len(filled)


def shape_faults(frame: pl.DataFrame, faults: pl.Series, names: Sequence[str], numbers: pl.Series) -> pl.Series:
    """The faults, with those of rows that are no rows: sums, headers repeated, tables that follow the first.

    Args:
        frame: the body as text.
        faults: code of the fault of each row, null for sound ones.
        names: header as written.
        numbers: number of each row in the file; a jump shows empty lines.
    """
    codes = pl.DataFrame({"fault": faults.rename("fault")}).with_columns(
        pl.when(pl.col("fault").is_null() & _totals(frame)).then(pl.lit(TOTAL_LINE)).otherwise("fault").alias("fault")
    )["fault"]
    again = _repeats_header(frame, names)
    start = _second_table(frame, numbers)
    if not again.any() and start is None:
        return codes
    row = pl.int_range(len(frame), eager=True)
    beyond = row >= start if start is not None else pl.repeat(value=False, n=len(frame), eager=True)
    return pl.select(
        pl.when(codes.is_not_null())
        .then(codes)
        .when(again)
        .then(pl.lit(REPEATED_HEADER))
        .when(beyond)
        .then(pl.lit(ANOTHER_TABLE))
        .alias("fault")
    ).to_series()


def _totals(frame: pl.DataFrame) -> pl.Series:
    """Half empty rows (n,) one of whose first three cells says that they are a sum, nothing standing before it."""
    said = pl.repeat(value=False, n=len(frame), eager=True)
    before = pl.repeat(value=True, n=len(frame), eager=True)
    for name in frame.columns[:3]:
        said |= before & frame[name].str.contains(_TOTAL).fill_null(value=False)
        before &= frame[name].is_null()
    if not said.any():
        return said
    empty = frame.select(pl.mean_horizontal(pl.all().is_null().cast(pl.Float64)).alias("e"))["e"]
    return said & (empty >= 0.5)


def _repeats_header(frame: pl.DataFrame, names: Sequence[str]) -> pl.Series:
    wanted = [(column, name.strip()) for column, name in zip(frame.columns, names, strict=False) if name.strip()]
    if len(wanted) < 2:
        return pl.repeat(value=False, n=len(frame), eager=True)
    same = pl.all_horizontal(pl.col(column).eq_missing(pl.lit(name)) for column, name in wanted)
    return frame.select(same.alias("s"))["s"]


def _second_table(frame: pl.DataFrame, numbers: pl.Series) -> int | None:
    """Row at which another table begins: after an empty line, names above columns of numbers; None for none."""
    jumps = (numbers.diff() > 1).fill_null(value=False).arg_true().to_list()
    for start in jumps[:20]:
        if start + 1 >= len(frame) or start < 1:
            continue
        cells = frame.row(start)
        filled = [cell for cell in cells if cell]
        if len(filled) < 2 or any(NUMBER_LIKE.match(cell) for cell in filled):
            continue
        body = frame[start + 1 : start + 31].rows()
        above = frame[max(0, start - 31) : start].rows()
        named = [index for index, cell in enumerate(cells) if cell]
        numeric_below = sum(_is_numeric(body, index) for index in named)
        numeric_above = sum(_is_numeric(above, index) for index in named)
        if numeric_below >= 2 and numeric_above >= 1:
            return int(start)
    return None


def drop_blank_columns(frame: pl.DataFrame, made: Sequence[str]) -> pl.DataFrame:
    """Leave out the columns that have neither a name nor a value.

    Args:
        frame: the body.
        made: names that were made for columns without one.
    """
    blank = [name for name in made if name.startswith("column_") and frame[name].null_count() == len(frame)]
    return frame.drop(blank) if len(blank) < frame.width else frame
