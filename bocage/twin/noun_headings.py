"""Headings and rows of tables of outcomes, read from the declarations of indicators."""

from collections.abc import Mapping, Sequence

import polars as pl

from bocage.twin.answer import Heading
from bocage.twin.wording import _
from bocage.vocabulary.domain import Domain, Indicator


def outcome_headings() -> list[Heading]:
    """Headings of a table of outcomes as `outcome_rows` makes it."""
    return [
        Heading(name="label", label=_("Indicator")),
        Heading(name="value", label=_("Value")),
        Heading(name="low", label=_("Low (P10)")),
        Heading(name="high", label=_("High (P90)")),
        Heading(name="unit", label=_("Unit")),
        Heading(name="default_share_percent", label=_("Default or inferred"), unit="%"),
    ]


def outcome_rows(outcomes: pl.DataFrame, indicators: Mapping[str, Indicator], language: str) -> pl.DataFrame:
    """Outcomes for a reader: labels in the language, the share on defaults in percent."""
    labels = {name: indicator.label[language] for name, indicator in indicators.items()}
    return outcomes.with_columns(
        pl.col("indicator").replace_strict(labels, default=pl.col("indicator")).alias("label"),
        (100 * pl.col("default_share")).alias("default_share_percent"),
    )


def indicators_of(domains: Sequence[Domain]) -> dict[str, Indicator]:
    """Indicators of several domains by name."""
    return {name: indicator for domain in domains for name, indicator in domain.indicators.items()}
