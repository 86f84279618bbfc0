"""A file as it was read, before any meaning is given to its columns."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from bocage.sources.encoding import repair_twice_encoded
from bocage.sources.verdict import Verdict

LOST_CHARACTERS = r"\x{FFFD}|ï¿½"
SUSPECT = r"[ÃÂâ\x{FFFD}]|ï¿½"
"""What a text holds that was encoded twice, or that lost letters."""


@dataclass(frozen=True, kw_only=True)
class RawTable:
    """The rows of a file or of one of its layers.

    Attributes:
        path: the file.
        frame: one column per column of the file: text, except in formats that are typed.
        numbers: Int64, number of each row in the file (line, sheet row, feature), from 1.
        faults: String, code of the reason for which a row cannot be used at all, null for sound rows.
        geometry: WKB in `srid`, null where a row has none; None where the file has no geometry.
        srid: EPSG code that the file declares, None where it declares none.
        layer: layer or sheet, empty for formats without.
        facts: how the file was read (format, encoding, delimiter, decimal mark…).
        verdicts: what was repaired while reading.
    """

    path: Path
    frame: pl.DataFrame
    numbers: pl.Series
    faults: pl.Series
    geometry: pl.Series | None = None
    srid: int | None = None
    layer: str = ""
    facts: Mapping[str, object] = field(default_factory=dict)
    verdicts: Sequence[Verdict] = ()

    @property
    def decimal(self) -> str:
        """Decimal mark of the numbers written as text."""
        return str(self.facts.get("decimal", "."))


def clean_headers(names: Sequence[str]) -> tuple[list[str], list[str]]:
    """Name the empty headers and number the repeated ones; also the names that were made.

    >>> clean_headers(["id", " id", "", "x"])
    (['id', 'id_2', 'column_3', 'x'], ['id_2', 'column_3'])
    """
    taken = {name.strip() for name in names if name and name.strip()}
    seen: set[str] = set()
    cleaned, made = [], []
    for position, name in enumerate(names, start=1):
        bare = (name or "").strip().strip("\ufeff")
        chosen = bare or f"column_{position}"
        rank = 2
        while chosen in seen or (chosen in taken and chosen != bare):
            chosen, rank = f"{bare or 'column'}_{rank if bare else position + rank}", rank + 1
        if chosen != bare:
            made.append(chosen)
        seen.add(chosen)
        cleaned.append(chosen)
    return cleaned, made


def flattened(frame: pl.DataFrame) -> pl.DataFrame:
    """Columns that a table can hold: categories and bytes as text, lists joined, whatever is nested as JSON text.

    Args:
        frame: columns of a typed format.

    >>> flattened(pl.DataFrame({"tags": [["a", "b"], None]}))["tags"].to_list()
    ['a;b', None]
    """
    changed = []
    for name, kind in frame.schema.items():
        column = pl.col(name)
        if isinstance(kind, pl.Struct):
            changed.append(column.struct.json_encode())
        elif isinstance(kind, pl.List | pl.Array) and kind.inner.is_nested():
            texts = [None if cell is None else _json(cell) for cell in frame[name].to_list()]
            changed.append(pl.lit(pl.Series(name, texts, dtype=pl.String)))
        elif isinstance(kind, pl.List | pl.Array):
            changed.append(column.cast(pl.List(pl.String), strict=False).list.join(";", ignore_nulls=True))
        elif kind in {pl.Categorical, pl.Enum, pl.Binary} or kind.is_decimal():
            changed.append(column.cast(pl.Float64 if kind.is_decimal() else pl.String, strict=False))
        elif kind == pl.String:
            changed.append(column.str.strip_chars().replace("", None))
    return frame.with_columns(changed) if changed else frame


def _json(cell: object) -> str:
    return json.dumps(cell, ensure_ascii=False, default=str)


def repair_texts(frame: pl.DataFrame) -> tuple[pl.DataFrame, list[Verdict]]:
    """Repair texts that were encoded twice, and count the cells whose characters are lost for good."""
    verdicts, repaired, lost, repaired_in, lost_in = [], 0, 0, [], []
    for name, kind in frame.schema.items():
        if kind != pl.String:
            continue
        cells = frame[name].unique()
        if not cells.str.contains(SUSPECT).any():
            continue
        cells = frame[name]
        suspects = cells.filter(cells.str.contains("[ÃÂâ]").fill_null(value=False)).unique().to_list()
        changes = {text: better for text in suspects if (better := repair_twice_encoded(text)) != text}
        if changes:
            repaired += int(cells.is_in(list(changes)).sum())
            repaired_in.append(name)
            frame = frame.with_columns(pl.col(name).replace(changes))
        broken = int(frame[name].str.contains(LOST_CHARACTERS).sum())
        if broken:
            lost += broken
            lost_in.append(name)
    if repaired:
        verdicts.append(Verdict(code="BOC-IMP-312", count=repaired, columns=tuple(repaired_in)))
    if lost:
        verdicts.append(Verdict(code="BOC-IMP-319", count=lost, columns=tuple(lost_in)))
    return frame, verdicts
