"""Diagnose: the outcome of doing nothing, what was found, and where."""

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from bocage.twin.answer import Answer, Heading, Section
from bocage.twin.noun_headings import outcome_headings, outcome_rows
from bocage.twin.territory import Territory
from bocage.twin.wording import _
from bocage.vocabulary.codes import BocageError
from bocage.vocabulary.columns import noun_tables
from bocage.vocabulary.domain import WHOLE_TERRITORY, Assets, Diagnosis, Domain, Finding, ResultTable, Site
from bocage.vocabulary.text import LANGUAGES, Language, current_language

SHOWN_ASSETS = SHOWN_ROWS = 20
REFERENCE = "reference"


@dataclass(frozen=True)
class DomainState:
    """A domain at one moment of a territory: its conditions, completed assets and diagnosis."""

    domain: Domain
    site: Site
    assets: Assets
    diagnosis: Diagnosis


def examine(territory: Territory, domain: Domain) -> DomainState:
    """Complete the assets of a domain and diagnose them; nothing is written.

    Raises:
        BocageError: BOC-TWI-010 the twin has no asset of the domain.
    """
    if not any(territory.store.count_assets(table) for table in domain.tables):
        raise BocageError("BOC-TWI-010", where={"domain": domain.name})
    site = territory.site(domain)
    assets = territory.assets(domain, site)
    return DomainState(domain, site, assets, domain.diagnose(assets, site))


def record_outcomes(territory: Territory, state: DomainState) -> pl.DataFrame:
    """Write the outcomes of doing nothing into the twin and return them as rows of the noun."""
    table = noun_tables()["outcome"]
    rows = table.conform(
        state.diagnosis.outcomes.summary().with_columns(
            pl.lit(territory.code).alias("territory_id"),
            pl.lit(state.domain.name).alias("domain"),
            pl.lit(REFERENCE).alias("action_set"),
        )
    )
    territory.store.write_rows(table, rows, replace={"domain": state.domain.name, "action_set": REFERENCE})
    return rows


def diagnose(territory: Territory, *, domain: str | None = None) -> Answer:
    """Diagnose one domain, or all that have assets; the outcomes are kept in the twin.

    The exit status of the answer is 1 where something was found.

    Raises:
        BocageError: BOC-TWI-010 where there is nothing to diagnose.
    """
    chosen = territory.chosen_domains(domain)
    if not chosen:
        raise BocageError("BOC-TWI-010", where={"folder": territory.folder})
    sections: list[Section] = []
    data: dict[str, object] = {}
    language = current_language()
    found = 0
    for one in chosen:
        state = examine(territory, one)
        found += len(state.diagnosis.findings)
        rows = record_outcomes(territory, state)
        whole = rows.filter(pl.col("scope") == WHOLE_TERRITORY)
        sections += [
            Section(
                title=one.label,
                table=outcome_rows(whole, one.indicators, language),
                headings=outcome_headings(),
            ),
            Section(title=_("Findings"), lines=[finding.sentence for finding in state.diagnosis.findings]),
            *(table_section(table, one, language) for table in state.diagnosis.tables),
        ]
        data[one.name] = {
            "outcomes": rows.drop("territory_id", "domain").to_dicts(),
            "findings": [finding_data(finding, one, language) for finding in state.diagnosis.findings],
            "tables": {table.name: table.rows.to_dicts() for table in state.diagnosis.tables},
        }
    return Answer(
        title=_("Diagnosis of {name}", name=territory.name),
        sections=sections,
        data=data,
        next_step=_("bocage actions, then bocage plan --budget 50000"),
        exit=1 if found else 0,
    )


def table_section(table: ResultTable, domain: Domain, language: Language) -> Section:
    """A table of the diagnosis in a language: its first rows, texts of other languages left out."""
    others = tuple(f"_{other}" for other in LANGUAGES if other != language)
    columns = [column for column in domain.result_columns[table.name] if not column.name.endswith(others)]
    left = table.rows.height - SHOWN_ROWS
    return Section(
        title=table.title,
        lines=[_("{count} more rows in bocage diagnose --json", count=left)] if left > 0 else [],
        table=table.rows.head(SHOWN_ROWS),
        headings=[
            Heading(name=one.name, label=one.label, unit=one.unit, digits=1 if one.unit == "%" else None)
            for one in columns
        ],
    )


def finding_data(finding: Finding, domain: Domain, language: Language) -> Mapping[str, object]:
    """A finding as data: code, severity, sentence, how many assets and which (the first ones)."""
    return {
        "code": finding.code,
        "severity": domain.codes[finding.code].severity,
        "sentence": finding.sentence.say(language),
        "asset_type": finding.asset_type,
        "count": len(finding.asset_ids),
        "asset_ids": list(finding.asset_ids[:SHOWN_ASSETS]),
        "blocking": finding.blocking,
    }
