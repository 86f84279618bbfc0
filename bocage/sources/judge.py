"""Values of one declared column: read, brought to its unit, and set aside where they cannot be true."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import polars as pl

from bocage.sources.mapping import Match
from bocage.sources.names import unit_factor
from bocage.sources.values import Writings, code_map
from bocage.sources.verdict import Verdict
from bocage.sources.written import (
    MANGLED,
    boolean,
    date,
    is_month_first,
    is_serial,
    is_year,
    numbers,
    time_of_day,
    unit_of,
    without_missing,
)
from bocage.vocabulary.columns import Column

MAX_INTEGER = 2.0**53
"""Beyond it a float no longer tells two neighbouring integers apart."""
MOST_DISTINCT = 0.25
"""Share of different cells up to which each is read once for all its rows."""
_INSEE = r"^(?:0[1-9]|[1-9]\d|2[AB])\d{3}$"
WIDTHS: Mapping[str, tuple[int, str]] = {
    "siren": (9, r"^\d{9}$"),
    "siret": (14, r"^\d{14}$"),
    "insee": (5, _INSEE),
    "commune": (5, _INSEE),
    "prm": (14, r"^\d{14}$|[A-Za-zÀ-ÿ]"),
    "pdl": (14, r"^\d{14}$|[A-Za-zÀ-ÿ]"),
}
"""Width and shape of the identifiers that spreadsheets strip of their first zeros.

A point may also bear a reference with letters: that of a gas point, or the name by which bills know it.
"""


@dataclass(frozen=True, kw_only=True)
class Judged:
    """A column read.

    Attributes:
        values: in the declared type, null where missing or set aside.
        aside: code of the reason for which a value was set aside, null elsewhere.
        written: the values as the file writes them (text).
        verdicts: what was said of the column as a whole.
    """

    values: pl.Series
    aside: pl.Series
    written: pl.Series
    verdicts: Sequence[Verdict] = field(default_factory=tuple)


@dataclass(frozen=True)
class _Remark:
    """Something said of a column: its code, the cells (n,) concerned, what its sentence says more."""

    code: str
    mask: pl.Series
    values: Mapping[str, object] = field(default_factory=dict)


def judge(column: Column, cells: pl.Series, match: Match, *, decimal: str, writings: Writings | None) -> Judged:
    """Read the cells of a file as a declared column; each distinct cell is read once.

    Args:
        column: the declared column.
        cells: text, or typed where the format is typed.
        match: how the column was found, with the unit in which the file writes it.
        decimal: decimal mark of the file.
        writings: what the writings of the file mean, None where nothing is declared.
    """
    distinct = cells.unique(maintain_order=True)
    if len(distinct) > MOST_DISTINCT * len(cells):
        judged, remarks = _judge(column, cells, match, decimal, writings)
        return replace(judged, verdicts=_verdicts(column, remarks, None))
    judged, remarks = _judge(column, distinct, match, decimal, writings)
    ranks = distinct.to_frame("cell").with_row_index("rank")
    rank = cells.to_frame("cell").join(ranks, on="cell", how="left", nulls_equal=True, maintain_order="left")["rank"]
    times = rank.value_counts().sort("rank")["count"]
    return Judged(
        values=judged.values.gather(rank),
        aside=judged.aside.gather(rank),
        written=judged.written.gather(rank),
        verdicts=_verdicts(column, remarks, times),
    )


def _verdicts(column: Column, remarks: Sequence[_Remark], times: pl.Series | None) -> tuple[Verdict, ...]:
    """The remarks with the number of cells that each concerns; `times` is how often each distinct cell comes."""
    found = []
    for remark in remarks:
        mask = remark.mask.fill_null(value=False)
        count = int(mask.sum() if times is None else times.filter(mask).sum())
        if count:
            labels = labels_of(column)
            found.append(
                Verdict(code=remark.code, count=count, columns=(column.name,), labels=labels, values=remark.values)
            )
    return tuple(found)


def _judge(
    column: Column, cells: pl.Series, match: Match, decimal: str, writings: Writings | None
) -> tuple[Judged, list[_Remark]]:
    written = as_text(cells)
    # a declared code is a value, were it the word "none"
    is_code = pl.col("written").str.strip_chars().is_in(list(column.codes))
    text = pl.when(is_code).then(pl.col("written")).otherwise(without_missing(pl.col("written")))
    frame = written.to_frame("written").select("written", text.str.strip_chars().replace("", None).alias("text"))
    remarks = [_Remark("BOC-IMP-322", frame["written"].is_not_null() & frame["text"].is_null())]
    if column.type in {"real", "integer"}:
        values, aside = _judge_number(column, cells, frame, match, decimal, writings, remarks)
    elif column.type in {"date", "datetime"}:
        values, aside = _judge_date(column, frame, remarks)
    elif column.type == "boolean":
        values = frame.select(boolean(pl.col("text")).alias("v"))["v"]
        aside = _unread(frame["text"], values, "BOC-IMP-206")
    elif column.type == "code":
        values, aside = _judge_code(column, frame, remarks)
    elif column.type == "list":
        parts = pl.col("text").str.replace_all(r"\s*[|,;]\s*", ";").str.strip_chars(";").str.split(";")
        values = frame.select(parts.alias("v"))["v"]
        aside = _nothing(len(values))
    else:
        values, aside = _judge_text(column, frame, writings)
    return Judged(values=values.rename(column.name), aside=aside, written=written), remarks


def as_text(cells: pl.Series) -> pl.Series:
    """The cells as text: whole numbers without decimals, dates as ISO.

    >>> as_text(pl.Series([728.0, 0.5, None])).to_list()
    ['728', '0.5', None]
    """
    if cells.dtype == pl.String:
        return cells
    if cells.dtype.is_float():
        whole = cells.is_finite() & (cells == cells.round(0)) & (cells.abs() < 1e15)
        frame = cells.to_frame("c").with_columns(whole.alias("w"))
        return frame.select(
            pl.when("w")
            .then(pl.when("w").then("c").cast(pl.Int64, strict=False).cast(pl.String))
            .otherwise(pl.col("c").cast(pl.String))
            .alias("t")
        )["t"]
    return cells.cast(pl.String, strict=False)


def _judge_number(
    column: Column,
    cells: pl.Series,
    frame: pl.DataFrame,
    match: Match,
    decimal: str,
    writings: Writings | None,
    remarks: list[_Remark],
) -> tuple[pl.Series, pl.Series]:
    text = frame["text"]
    if cells.dtype.is_numeric():
        values = cells.cast(pl.Float64).to_frame("v").select(pl.when(pl.col("v").is_finite()).then("v").alias("v"))["v"]
    else:
        values = numbers(text, decimal=decimal).rename("v")
    if writings is not None:
        plain_text = pl.DataFrame({"n": as_text(values), "t": text}).select(pl.coalesce("n", "t")).to_series()
        known = code_map(column, plain_text.drop_nulls().unique().to_list(), writings)
        meant = plain_text.replace_strict(known, default=None, return_dtype=pl.String).cast(pl.Float64)
        values = meant.to_frame("m").select(pl.coalesce("m", values.alias("v")).alias("v"))["v"]
    aside = _unread(text, values, "BOC-IMP-204")
    values = _in_unit(values, text, match.unit, column.unit, remarks)
    v = pl.col("v")
    low = v < column.minimum if column.minimum is not None else pl.lit(value=False)
    high = v > column.maximum if column.maximum is not None else pl.lit(value=False)
    broken = (v != v.round(0)) | (v.abs() > MAX_INTEGER) if column.type == "integer" else pl.lit(value=False)
    positive = column.minimum is not None and column.minimum > 0
    judged = pl.DataFrame({"v": values, "aside": aside}).with_columns(
        pl.when((v == 0) & pl.lit(positive))
        .then(pl.lit("BOC-IMP-201"))
        .when(low | high)
        .then(pl.lit("BOC-IMP-202"))
        .when(broken)
        .then(pl.lit("BOC-IMP-204"))
        .otherwise("aside")
        .alias("aside")
    )
    kept = judged.select(pl.when(pl.col("aside").is_null()).then("v").cast(column.polars_type, strict=False).alias("v"))
    return kept["v"], judged["aside"]


def _in_unit(values: pl.Series, text: pl.Series, header: str, declared: str, remarks: list[_Remark]) -> pl.Series:
    """Values in the declared unit: the one written beside a value counts before that of the header."""
    beside = text.to_frame("t").select(unit_of(pl.col("t")).alias("u"))["u"]
    written = beside.to_frame("u").select(pl.col("u").replace("", None).fill_null(header).alias("u"))["u"]
    for unit in written.unique(maintain_order=True).to_list():
        factor = unit_factor(unit, declared)
        if factor is not None and factor != 1.0:
            here = (written == unit) & values.is_not_null()
            values = values.zip_with(~here, values * factor)
            remarks.append(_Remark("BOC-IMP-317", here, {"written": unit, "declared": declared}))
    return values


def _judge_date(column: Column, frame: pl.DataFrame, remarks: list[_Remark]) -> tuple[pl.Series, pl.Series]:
    text = frame["text"]
    month_first = is_month_first(text)
    values = frame.select(date(pl.col("text"), month_first=month_first).alias("v"))["v"]
    shapes = frame.select(is_year(pl.col("text")).alias("year"), is_serial(pl.col("text")).alias("serial"))
    remarks.append(_Remark("BOC-IMP-307", shapes["year"]))
    remarks.append(_Remark("BOC-IMP-318", shapes["serial"] & values.is_not_null()))
    if month_first:
        remarks.append(_Remark("BOC-IMP-323", pl.repeat(value=True, n=len(text), eager=True)))
    aside = _unread(text, values, "BOC-IMP-205")
    return values.cast(column.polars_type) if column.type == "date" else values.cast(pl.Datetime("us", "UTC")), aside


def _judge_code(column: Column, frame: pl.DataFrame, remarks: list[_Remark]) -> tuple[pl.Series, pl.Series]:
    """Codes keep their zeros; those that a spreadsheet mangled are set aside."""
    values = frame["text"]
    if len(values.drop_nulls()) and values.drop_nulls().str.contains(r"^\d+\.0$").all():
        values = values.str.replace(r"\.0$", "")
    mangled = values.str.contains(MANGLED) & values.str.contains(r"[.,+]|^\d[eE]\d{2}$")
    width = width_of(column.name)
    aside = pl.when(pl.col("m")).then(pl.lit("BOC-IMP-208"))
    judged = pl.DataFrame({"v": values, "m": mangled})
    if width is None:
        judged = judged.with_columns(aside.otherwise(None).alias("aside"))
    else:
        digits, shape = width
        has_letters = values.str.contains(r"[A-Za-zÀ-ÿ]")
        bare = pl.select(pl.when(has_letters).then(values).otherwise(values.str.replace_all(_BLANKS, ""))).to_series()
        filled = pl.DataFrame({"b": bare}).select(
            pl.when(pl.col("b").str.contains(rf"^\d{{{max(digits - 3, 1)},{digits - 1}}}$"))
            .then(pl.col("b").str.zfill(digits))
            .otherwise("b")
        )["b"]
        remarks.append(_Remark("BOC-IMP-306", filled != bare, {"width": digits}))
        odd = ~filled.str.contains(shape)
        judged = judged.with_columns(filled.alias("v"), odd.alias("odd")).with_columns(
            aside.when(pl.col("odd")).then(pl.lit("BOC-IMP-207")).otherwise(None).alias("aside")
        )
    kept = judged.select(pl.when(pl.col("aside").is_null()).then("v").alias("v"))["v"]
    return kept, judged["aside"]


_BLANKS = "[\\s\u00a0\u202f]"


def labels_of(column: Column) -> Mapping[str, tuple[str, ...]]:
    """The label of a column by language, for the verdicts that speak of it."""
    return {language: (label,) for language, label in column.label.items()}


def width_of(name: str) -> tuple[int, str] | None:
    """Width and shape of an identifier whose column name says its kind; None for another column.

    >>> width_of("owner_siren")
    (9, '^\\\\d{9}$')
    """
    words = set(re.split(r"[_\W]+", name.lower()))
    return next((width for word, width in WIDTHS.items() if word in words), None)


def _judge_text(column: Column, frame: pl.DataFrame, writings: Writings | None) -> tuple[pl.Series, pl.Series]:
    text = frame["text"]
    if writings is not None and writings.time_of_day:
        values = frame.select(time_of_day(pl.col("text")).alias("v"))["v"]
        return values, _unread(text, values, "BOC-IMP-209")
    if not column.codes:
        return text, _nothing(len(text))
    known = code_map(column, text.drop_nulls().unique().to_list(), writings)
    values = text.replace_strict(known, default=None, return_dtype=pl.String)
    return values, _unread(text, values, "BOC-IMP-203")


def _unread(text: pl.Series, values: pl.Series, code: str) -> pl.Series:
    lost = text.is_not_null() & values.is_null()
    return lost.to_frame("l").select(pl.when("l").then(pl.lit(code)).otherwise(None).alias("aside"))["aside"]


def _nothing(count: int) -> pl.Series:
    return pl.Series("aside", [None] * count, dtype=pl.String)
