"""How often the reader of titles is right: confusion with what a person read, precision and recall by kind.

The sample is drawn by `awards_sample.py`; the reader was written on its tuning part and frozen before
the test part was read and labelled. One person labelled, once: labels have errors too.
"""

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import polars as pl

from bocage.commons.titles_reader import read_title
from bocage.vocabulary.draws import Z90

FOLDER = Path(__file__).parent / "labels"
LABELS, CONFUSION = FOLDER / "fonds_vert_2023.csv", FOLDER / "confusion_2023.csv"
TEST_PARTS = ("test", "test_counts")


@dataclass(frozen=True)
class Label:
    """What a person read in the title of an award.

    Attributes:
        file: number of its file (dossier).
        part: part of the sample.
        kind: kind of project.
        count: number of assets that the title says, None for none.
        unit: what is counted.
    """

    file: str
    part: str
    kind: str
    count: int | None
    unit: str


@dataclass(frozen=True)
class Rate:
    """A share and its interval.

    Attributes:
        right: number of successes.
        of: number of trials.
        value: share [1]; not a number where there was no trial.
        low: 10th percentile [1].
        high: 90th percentile [1].
    """

    right: int
    of: int
    value: float
    low: float
    high: float


def wilson(right: int, of: int) -> Rate:
    """A share with its 80 % score interval.

    Args:
        right: successes.
        of: trials.

    Reference: Wilson, JASA 22, 1927.

    >>> rate = wilson(9, 10)
    >>> round(rate.low, 3), round(rate.high, 3)
    (0.718, 0.97)
    """
    if of == 0:
        return Rate(0, 0, float("nan"), 0.0, 1.0)
    share, square = right / of, Z90**2
    middle = (share + square / (2 * of)) / (1 + square / of)
    half = Z90 / (1 + square / of) * (share * (1 - share) / of + square / (4 * of**2)) ** 0.5
    return Rate(right, of, share, max(middle - half, 0.0), min(middle + half, 1.0))


@cache
def labels() -> tuple[Label, ...]:
    """The labels of the whole sample.

    >>> len(labels())
    620
    """
    with LABELS.open(encoding="utf-8", newline="") as stream:
        return tuple(
            Label(row["file"], row["part"], row["kind"], int(row["count"]) if row["count"] else None, row["unit"])
            for row in csv.DictReader(stream)
        )


def compare(files: Sequence[str], titles: Sequence[str], forms: Sequence[str]) -> pl.DataFrame:
    """Read again the titles that were labelled.

    Args:
        files: number of the file of each award; the first of a number is the one that was labelled.
        titles: title of each award.
        forms: form under which each was asked for.

    Returns:
        One row per label: `part`, `kind`, `read` (with the form), `read_alone` (title alone), `count`,
        `read_count`, `unit`.
    """
    first = {file: row for row, file in reversed(list(enumerate(files)))}
    rows = []
    for label in labels():
        row = first[label.file]
        read = read_title(titles[row], forms[row])
        rows.append(
            {
                "part": label.part,
                "kind": label.kind,
                "read": read.kind,
                "read_alone": read_title(titles[row]).kind,
                "count": label.count,
                "read_count": read.count,
                "unit": label.unit or read.unit,
            }
        )
    return pl.DataFrame(rows, schema_overrides={"count": pl.Int64, "read_count": pl.Int64})


def tally(compared: pl.DataFrame) -> pl.DataFrame:
    """Numbers of awards by `part`, `kind` (as a person read it) and `read` (as the reader does).

    Parts whose name ends with `_alone` tell what is read in the title without the form.

    Args:
        compared: as `compare` gives it.
    """
    alone = compared.with_columns(pl.col("part") + "_alone", read=pl.col("read_alone"))
    rows = pl.concat([one.select("part", "kind", "read") for one in (compared, alone)])
    return rows.group_by("part", "kind", "read").len("awards").sort("part", "kind", "read")


@cache
def shipped_confusion() -> pl.DataFrame:
    """The tally that was measured on the awards of 2023, and how counts fared: `part`, `kind`, `read`, `awards`.

    Rows whose kind begins with `count:` tell counts: `right`, `wrong`, `missed` (said, not read) and
    `invented` (read, not said).
    """
    return pl.read_csv(CONFUSION)


def tally_counts(compared: pl.DataFrame) -> pl.DataFrame:
    """How counts fared by part and unit, in the shape of `tally`.

    Args:
        compared: as `compare` gives it.
    """
    said, read = pl.col("count"), pl.col("read_count")
    fate = (
        pl.when(said.is_null() & read.is_not_null())
        .then(pl.lit("invented"))
        .when(said.is_not_null() & read.is_null())
        .then(pl.lit("missed"))
        .when(said == read)
        .then(pl.lit("right"))
        .otherwise(pl.lit("wrong"))
    )
    kept = compared.filter(said.is_not_null() | read.is_not_null())
    named = kept.select("part", ("count:" + pl.col("unit")).alias("kind"), fate.alias("read"))
    return named.group_by("part", "kind", "read").len("awards").sort("part", "kind", "read")


def precision(kind: str, parts: Iterable[str] = TEST_PARTS) -> Rate:
    """Share of the titles read as a kind that are of that kind, on the test part.

    Args:
        kind: kind of project.
        parts: parts of the sample.
    """
    rows = _kinds(parts).filter(pl.col("read") == kind)
    return wilson(_sum(rows.filter(pl.col("kind") == kind)), _sum(rows))


def recall(kind: str, parts: Iterable[str] = TEST_PARTS) -> Rate:
    """Share of the titles of a kind that are read as such, on the test part.

    Args:
        kind: kind of project.
        parts: parts of the sample.
    """
    rows = _kinds(parts).filter(pl.col("kind") == kind)
    return wilson(_sum(rows.filter(pl.col("read") == kind)), _sum(rows))


def accuracy(parts: Iterable[str] = TEST_PARTS) -> Rate:
    """Share of the titles whose kind is read as a person did, on the test part.

    Args:
        parts: parts of the sample.
    """
    rows = _kinds(parts)
    return wilson(_sum(rows.filter(pl.col("kind") == pl.col("read"))), _sum(rows))


def count_precision(unit: str, parts: Iterable[str] = TEST_PARTS) -> Rate:
    """Share of the counts read that are those said, on the test part.

    Args:
        unit: what is counted.
        parts: parts of the sample.
    """
    rows = shipped_confusion().filter(pl.col("kind") == f"count:{unit}", pl.col("part").is_in(list(parts)))
    fates: Mapping[str, int] = dict(rows.group_by("read").agg(pl.col("awards").sum()).iter_rows())
    read = sum(fates.get(fate, 0) for fate in ("right", "wrong", "invented"))
    return wilson(fates.get("right", 0), read)


def _kinds(parts: Iterable[str]) -> pl.DataFrame:
    tallied = shipped_confusion()
    return tallied.filter(~pl.col("kind").str.starts_with("count:"), pl.col("part").is_in(list(parts)))


def _sum(rows: pl.DataFrame) -> int:
    return int(rows["awards"].sum())
