"""A file as it was read, before any meaning is given to its columns."""

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
