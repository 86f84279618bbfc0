"""Tables as they leave the twin: labelled columns with their units, ready for a workbook or a CSV."""

import datetime as dt
import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

import polars as pl

from bocage.publish.texts import Text, _, say, unit_label
from bocage.vocabulary.code_labels import CodeLabels, label_of
from bocage.vocabulary.columns import GEOMETRY, Column, ColumnType, Table
from bocage.vocabulary.origin import LABELS, ORIGINS
from bocage.vocabulary.text import Language
from bocage.vocabulary.units import kept

Value = str | int | float | bool | dt.date | dt.datetime | None


@dataclass(frozen=True, kw_only=True)
class TableColumn:
    """A column to publish: `code` is text that must keep its zeros (INSEE, SIREN, PRM).

    Attributes:
        labels: what its codes mean to a reader, by language; empty where it holds no codes.
    """

    name: str
    label: Text
    kind: ColumnType
    unit: str = ""
    description: Text = ""
    labels: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class NamedTable:
    """A table to publish.

    Attributes:
        name: short name, that of its sheet or file.
        label: title of the table.
        frame: at least the declared columns.
        columns: columns to publish, in order.
        note: a sentence for the reader.
    """

    name: str
    label: Text
    frame: pl.DataFrame
    columns: Sequence[TableColumn]
    note: Text = ""

    def header(self, column: TableColumn, language: Language) -> str:
        """Label of a column, with its unit in brackets where there is one."""
        unit = unit_label(column.unit, language) if column.unit not in ("", "1") else ""
        label = say(column.label, language)
        return f"{label} ({unit})" if unit else label


def declared_table(
    table: Table,
    frame: pl.DataFrame,
    *,
    figures: Sequence[Column] = (),
    labels: CodeLabels | None = None,
    name: str = "",
    note: Text = "",
) -> NamedTable:
    """Build a table to publish from a declared one; geometry is left out, companions and others are kept.

    Args:
        table: declared table; gives order, labels, units and types.
        frame: its rows; columns that are not declared follow, under their own names.
        figures: declared columns that were computed for each row.
        labels: what codes mean, by name of column.
        name: name of the sheet or file; that of the table where empty.
        note: a sentence for the reader.
    """
    labels = labels or {}
    columns: list[TableColumn] = []
    for column in (*table.columns, *figures):
        if column.name in frame.columns:
            columns.append(
                TableColumn(
                    name=column.name,
                    label=column.label or column.name,
                    kind=column.type,
                    unit=column.unit,
                    description=column.description or "",
                    labels=labels.get(column.name, {}),
                )
            )
        columns += _companions(column.name, column.label or column.name, column.unit, frame)
    known = {column.name for column in columns}
    others = [n for n in frame.columns if n not in known and n != GEOMETRY and frame.schema[n] != pl.Binary]
    columns += [TableColumn(name=n, label=n, kind=kind_of(frame.schema[n])) for n in others]
    return NamedTable(name=name or table.name, label=table.label or table.name, frame=frame, columns=columns, note=note)


def _companions(name: str, label: Text, unit: str, frame: pl.DataFrame) -> Iterator[TableColumn]:
    """Origin and bounds of an imputed column, where the frame has them."""
    if f"{name}_origin" in frame.columns:
        yield TableColumn(name=f"{name}_origin", label=_suffixed(label, "origine", "origin"), kind="text")
    for end, words in (("low", ("bas, P10", "low, P10")), ("high", ("haut, P90", "high, P90"))):
        if f"{name}_{end}" in frame.columns:
            yield TableColumn(name=f"{name}_{end}", label=_suffixed(label, *words), kind="real", unit=unit)


def _suffixed(label: Text, french: str, english: str) -> dict[str, str]:
    return {"fr": f"{say(label, 'fr')} – {french}", "en": f"{say(label, 'en')} – {english}"}


def kind_of(dtype: pl.DataType) -> ColumnType:
    """The declared type that is nearest to a polars type.

    >>> kind_of(pl.Float32())
    'real'
    """
    if dtype.is_integer():
        return "integer"
    if dtype.is_numeric():
        return "real"
    if dtype == pl.Boolean:
        return "boolean"
    if dtype == pl.Date:
        return "date"
    if isinstance(dtype, pl.Datetime):
        return "datetime"
    return "list" if isinstance(dtype, pl.List) else "text"


UNIT_COLUMN = "unit"
"""A column of that name holds the unit of the numbers of its row."""


def cells(
    table: NamedTable, column: TableColumn, language: Language, *, timezone: str, in_words: bool = False
) -> list[Value]:
    """Values of a column for a spreadsheet: numbers as their unit keeps them, times local without zone.

    Lists are joined, origins said in words.

    Args:
        table: table to publish.
        column: one of its columns.
        language: `fr` or `en`.
        timezone: IANA name of the zone in which times are written.
        in_words: whether codes are replaced by their labels.
    """
    zone = ZoneInfo(timezone)
    values = table.frame[column.name].to_list()
    if column.name.endswith("_origin"):
        return [LABELS[value][language] if value in ORIGINS else value for value in values]
    if in_words and column.labels:
        values = [_worded(value, column.labels, language) for value in values]
    if column.kind == "real":
        by_row = not column.unit and UNIT_COLUMN in table.frame.columns
        units = table.frame[UNIT_COLUMN].to_list() if by_row else [column.unit] * len(values)
        values = [
            kept(value, unit or "") if isinstance(value, float) and math.isfinite(value) else value
            for value, unit in zip(values, units, strict=True)
        ]
    return [_cell(value, zone, language) for value in values]


def _worded(value: object, labels: Mapping[str, Mapping[str, str]], language: Language) -> object:
    if isinstance(value, list):
        return [_worded(part, labels, language) for part in value]
    return label_of(value, labels, language) if isinstance(value, str) else value


def _cell(value: object, zone: ZoneInfo, language: Language) -> Value:
    if isinstance(value, bool):
        return _("yes", language) if value else _("no", language)
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dt.datetime):
        aware = value if value.tzinfo else value.replace(tzinfo=dt.UTC)
        return aware.astimezone(zone).replace(tzinfo=None)
    if isinstance(value, list):
        return ";".join(str(part) for part in value)
    if isinstance(value, dict):
        return json.dumps(value, ensure_ascii=False, default=str)
    return value if value is None or isinstance(value, str | int | dt.date) else str(value)
