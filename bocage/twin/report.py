"""Report: the council report, the draft deliberation and the workbook of one plan."""

import datetime as dt
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import polars as pl

from bocage import __version__
from bocage.publish.annex.typeset import write_annex
from bocage.publish.deliberation import write_deliberation
from bocage.publish.report.content import ReportContent
from bocage.publish.report.typeset import write_report
from bocage.publish.tables import NamedTable
from bocage.publish.workbook import write_workbook
from bocage.twin.answer import Answer, Section
from bocage.twin.assumptions import all_assumptions
from bocage.twin.code_labels import all_code_labels
from bocage.twin.commune_table import commune_table
from bocage.twin.communes import by_commune
from bocage.twin.diagnose import DomainState, examine
from bocage.twin.expert_annex import expert_annex
from bocage.twin.export import identity_notes
from bocage.twin.finance_annex import finance_annex
from bocage.twin.noun_headings import indicators_of
from bocage.twin.plan import evaluations
from bocage.twin.plan_record import PlanRecord, load_current_plan
from bocage.twin.propose import Proposal, consider
from bocage.twin.report_money import funding_lines, ledgers_of
from bocage.twin.report_plan import (
    CHARTED,
    chosen_lines,
    decision_of,
    evaluation_lines,
    headlines,
    joint_lines,
    joint_note,
    options_of,
    request_lines,
    unpriced_changes,
    waiting_lines,
    with_kind_words,
    work_lines,
)
from bocage.twin.report_state import (
    breakdowns,
    finding_lines,
    place_of,
    plan_map,
    quality_lines,
    state_figures,
    values_today,
)
from bocage.twin.report_wishes import before_discounts, duty_lines, joined, purchase_lines
from bocage.twin.tables import exported_tables
from bocage.twin.territory import Territory
from bocage.twin.wording import _
from bocage.vocabulary.columns import shared_asset_tables
from bocage.vocabulary.text import LANGUAGES, Language, Message, current_language, use_language


def write_reports(territory: Territory, *, into: Path | None = None, language: Language | None = None) -> Answer:
    """Write the report, its finance annex, the draft deliberation and the workbook of the last plan.

    Args:
        territory: open territory, with a plan.
        into: folder to write to; `results/` of the territory where None.
        language: `fr` or `en`; the current one where None.

    Raises:
        BocageError: BOC-TWI-012 no plan yet, BOC-TWI-017 the territory has changed since, those of
            publishing (BOC-PUB).
    """
    language = language or current_language()
    record = load_current_plan(territory)
    folder = into or territory.place("results")
    with _speaking(language):
        states = [examine(territory, domain) for domain in territory.chosen_domains(None)]
        proposals = [consider(territory, state, first_year=record.first_year) for state in states]
        content = report_content(territory, record, proposals)
        stem = f"bocage-{territory.code}"
        files = [
            write_report(content, folder / f"{stem}.pdf", language=language),
            write_annex(finance_annex(territory, record, language), folder / f"{stem}-finances.pdf", language=language),
            write_annex(expert_annex(territory, record, language), folder / f"{stem}-expert.pdf", language=language),
            write_deliberation(content, folder / f"{stem}-deliberation.docx", language=language),
            write_workbook(
                [*_by_commune(territory, proposals, record), *exported_tables(territory, states)],
                folder / f"{stem}.xlsx",
                language=language,
                assumptions=content.assumptions,
                notes=identity_notes(territory),
                timezone=territory.config.text("territory", "timezone"),
            ),
        ]
    return Answer(
        title=_("Report of {name}", name=territory.name),
        sections=[Section(title=_("Files"), lines=[_("{path}", path=path) for path in files])],
        data={"files": [str(path) for path in files]},
        files=files,
    )


def _by_commune(territory: Territory, proposals: Sequence[Proposal], record: PlanRecord) -> list[NamedTable]:
    """The table of the communes, where the assets lie in several."""
    tables = by_commune(territory, proposals, record)
    indicators = indicators_of([proposal.state.domain for proposal in proposals])
    return [commune_table(tables, indicators)] if tables.known.height > 1 else []


def report_content(territory: Territory, record: PlanRecord, proposals: Sequence[Proposal]) -> ReportContent:
    """Everything that the report says, as data.

    Args:
        territory: open territory.
        record: the plan and its proof.
        proposals: the domains examined today and their actions.
    """
    states = [proposal.state for proposal in proposals]
    domains = [state.domain for state in states]
    proposed = pl.concat([proposal.actions for proposal in proposals], how="diagonal_relaxed")
    actions = with_kind_words(proposed, all_code_labels(domains).get("kind", {}))
    indicators = indicators_of(domains)
    lines = record.frames["plan"]
    names = territory.body_names()
    return ReportContent(
        place=place_of(territory),
        data_date=data_date(territory, states),
        computed_on=record.made_on,
        version=__version__,
        fingerprint=record.fingerprint,
        decision=decision_of(record, {name: ", ".join(d.label[name] for d in domains) for name in LANGUAGES}),
        headlines=headlines(record),
        map=plan_map(territory, states, lines, actions),
        state=state_figures(states),
        findings=finding_lines(states),
        breakdowns=breakdowns(states),
        quality=quality_lines(states),
        options=options_of(record, unpriced_changes(record, indicators, values_today(states))),
        charted=CHARTED,
        joint=joint_lines(record, indicators),
        joint_note=joined(joint_note(record), before_discounts(record)),
        duties=duty_lines(record, actions),
        purchases=purchase_lines(record),
        requests=request_lines(record, actions, names),
        waiting=waiting_lines(record, actions, _contract_names(territory)),
        funding=funding_lines(record),
        works=work_lines(record, chosen_lines(record, actions)),
        ledgers=ledgers_of(record, names),
        evaluation=evaluation_lines(evaluations(proposals, lines), indicators),
        assumptions=all_assumptions(domains, record.made_on, record.frames.get("realised")),
        sources=sources(territory),
    )


def data_date(territory: Territory, states: Sequence[DomainState]) -> dt.date:
    """Date of the latest inventory, that of the computation where no asset says it."""
    dates = [
        territory.store.read_assets(table, columns=["valid_from"])["valid_from"].max()
        for state in states
        for table in state.domain.tables
    ]
    return max((date for date in dates if isinstance(date, dt.date)), default=states[0].site.date)


def sources(territory: Territory) -> list[Message]:
    """Where the assets come from: each source with its type of assets and its number of rows."""
    sentences = []
    for table in territory.asset_tables.values():
        if not territory.store.count_assets(table):
            continue
        counts = territory.store.read_assets(table, columns=["source"]).group_by("source").len().sort("source")
        for source, count in counts.iter_rows():
            type_name = {language: label.lower() for language, label in table.label.items()}
            sentences.append(_("{source} ({count} rows, {type})", type=type_name, source=source or "", count=count))
    return sentences


def _contract_names(territory: Territory) -> dict[str, str]:
    """Contracts by identifier, each named with its holder where it is known."""
    contracts = territory.store.read_assets(shared_asset_tables()["contract"], columns=["asset_id", "holder"])
    return {
        identifier: f"{identifier} ({holder})" if holder else identifier
        for identifier, holder in contracts.select("asset_id", "holder").iter_rows()
    }


@contextmanager
def _speaking(language: Language) -> Iterator[None]:
    """Sentences that are fixed when they are made (methods of evaluation) are made in that language."""
    before = current_language()
    use_language(language)
    try:
        yield
    finally:
        use_language(before)
