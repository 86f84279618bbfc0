"""What a rule of the diagnosis is: which assets it concerns and what is said of them."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import polars as pl

from bocage.domains.lighting.inventory.declared import FOLDER, LOCALE
from bocage.parameters.reader import Parameters
from bocage.vocabulary.codes import read_codes
from bocage.vocabulary.domain import Finding
from bocage.vocabulary.origin import origin_column
from bocage.vocabulary.text import LANGUAGES, Message

SEVERITIES = ("critical", "watch", "information")
SURE = ("measured", "declared")
"""Origins of a value on which a breach of the law may rest."""

Say = Callable[[pl.DataFrame, pl.DataFrame], Message]
"""Builds the sentence of a finding from the rows concerned and all rows."""


@dataclass(frozen=True)
class Rule:
    """One finding: which rows it concerns and what is said of them.

    Attributes:
        code: stable code of `codes.csv`.
        applies: expression on the rows; null counts as false.
        sentence: builds the sentence from the rows concerned and all rows.
        critical: whether one such asset is a priority of the first rank.
        flags: whether it marks assets on maps.
    """

    code: str
    applies: pl.Expr
    sentence: Say
    critical: bool = False
    flags: bool = True


def marked(rows: pl.DataFrame, rules: Sequence[Rule]) -> pl.DataFrame:
    """Add `flags` (codes of the rules that concern the row, separated by spaces) and `priority`.

    >>> rule = Rule("BOC-LIG-001", pl.col("k") > 3000, counted(Message("", {}, LOCALE)))
    >>> marked(pl.DataFrame({"k": [2700, 4000]}), [rule]).rows()
    [(2700, '', 'none'), (4000, 'BOC-LIG-001', 'watch')]
    """
    marking = [(rule, rule.applies.fill_null(value=False)) for rule in rules if rule.flags]
    codes = [pl.when(hit).then(pl.lit(rule.code)) for rule, hit in marking]
    critical = [hit for rule, hit in marking if rule.critical]
    return rows.with_columns(
        pl.concat_str(codes, separator=" ", ignore_nulls=True).alias("flags"),
        pl.when(pl.any_horizontal(pl.lit(value=False), *critical))
        .then(pl.lit("critical"))
        .when(pl.any_horizontal(hit for _, hit in marking))
        .then(pl.lit("watch"))
        .otherwise(pl.lit("none"))
        .alias("priority"),
    )


def found_by(rules: Sequence[Rule], rows: pl.DataFrame, *, asset_type: str) -> list[Finding]:
    """Findings of the rules that concern at least one row, in the order of the rules."""
    found = []
    for rule in rules:
        concerned = rows.filter(rule.applies.fill_null(value=False))
        if len(concerned):
            sentence = rule.sentence(concerned, rows)
            identifiers = concerned["asset_id"].sort().to_list()
            found.append(Finding(code=rule.code, sentence=sentence, asset_type=asset_type, asset_ids=identifiers))
    return found


def by_severity(found: Sequence[Finding]) -> list[Finding]:
    """The findings, the most severe first, otherwise in their order."""
    codes = read_codes(FOLDER / "codes.csv")
    return sorted(found, key=lambda finding: SEVERITIES.index(codes[finding.code].severity))


def counted(message: Message) -> Say:
    """Sentence whose only value read from the rows is their number."""
    return lambda concerned, _: replace(message, values={**message.values, "count": len(concerned)})


def sure(name: str) -> pl.Expr:
    """Whether the value of an imputable column was measured or declared."""
    return pl.col(origin_column(name)).is_in(SURE)


def day(date: dt.date) -> dict[str, str]:
    """A date by language, figures only.

    >>> day(dt.date(2025, 1, 2))
    {'fr': '02/01/2025', 'en': '2025-01-02'}
    """
    return {"fr": date.strftime("%d/%m/%Y"), "en": date.isoformat()}


def doubt(parameters: Parameters, *names: str) -> Mapping[str, str]:
    """What a sentence adds where one of its limits was not read in the law itself; nothing otherwise.

    Args:
        parameters: of the domain.
        names: parameters of which the sentence tells the value.
    """
    if all(parameters[name].status == "verified" for name in names):
        return dict.fromkeys(LANGUAGES, "")
    words = Message(" (limit from a secondary source, to verify)", {}, LOCALE)
    return {language: words.say(language) for language in LANGUAGES}
