"""Values declared for a whole file: the owner, the contract or the budget that no column of it names."""

from collections.abc import Mapping
from dataclasses import replace

import polars as pl

from bocage.sources.judge import Judged, judge, labels_of
from bocage.sources.mapping import InventoryMapping, Match, unsuitable
from bocage.sources.values import Writings
from bocage.sources.verdict import Verdict, reason
from bocage.sources.wording import LOCALE
from bocage.vocabulary.columns import Table
from bocage.vocabulary.text import LANGUAGES, Message

RESERVED = frozenset({"asset_id", "valid_from", "valid_to", "source"})
"""Columns of the bookkeeping: what tells rows, dates and inventories apart is not the same everywhere."""


def fill_constants(
    judged: Mapping[str, Judged], mapping: InventoryMapping, table: Table, writings: Mapping[str, Writings], rows: int
) -> tuple[dict[str, Judged], list[Verdict]]:
    """Give the declared constants to the rows whose cell is empty, or to all where the file has no such column.

    A value that was set aside stays empty: the file did say something there.

    Args:
        judged: columns of the file, read.
        mapping: with the constants, as text.
        table: asset type.
        writings: what the writings of files mean, by column.
        rows: number of rows of the file.

    Returns:
        The columns, completed, and one verdict for each constant that was used.

    Raises:
        BocageError: BOC-IMP-019, the table has no such column, or does not admit the value.
    """
    filled = dict(judged)
    verdicts: list[Verdict] = []
    for name, text in mapping.constants.items():
        constant = _read(name, text, table, writings.get(name))
        whole = pl.repeat(constant.values[0], rows, dtype=constant.values.dtype, eager=True).alias(name)
        known = judged.get(name)
        if known is None:
            nothing = pl.Series([None] * rows, dtype=pl.String)
            filled[name], used = Judged(values=whole, aside=nothing, written=nothing), rows
        else:
            empty = known.values.is_null() & known.aside.is_null()
            filled[name] = replace(known, values=known.values.zip_with(~empty, whole))
            used = int(empty.sum())
        verdicts += constant.verdicts
        if used:
            labels = labels_of(table.column(name))
            verdicts.append(
                Verdict(code="BOC-IMP-324", count=used, columns=(name,), labels=labels, values={"value": text})
            )
    return filled, verdicts


def _read(name: str, text: str, table: Table, writings: Writings | None) -> Judged:
    """The value of a constant, judged as a cell of a file would be."""
    if name not in table.names:
        raise unsuitable(
            Message("[constants]: {type} has no column {name}", {"type": table.name, "name": name}, LOCALE)
        )
    if name in RESERVED:
        raise unsuitable(Message("[constants]: {name} cannot be the same for all rows", {"name": name}, LOCALE))
    match = Match(column=name, header=name, confidence=1.0, reason=Message("same name", {}, LOCALE))
    judged = judge(table.column(name), pl.Series([text], dtype=pl.String), match, decimal=",", writings=writings)
    if judged.aside[0] is not None:
        why = {language: reason(judged.aside[0], language).lower() for language in LANGUAGES}
        raise unsuitable(
            Message('[constants]: {name} = "{text}": {why}', {"name": name, "text": text, "why": why}, LOCALE)
        )
    if judged.values[0] is None:
        raise unsuitable(Message("[constants]: {name} has no value", {"name": name}, LOCALE))
    return judged
