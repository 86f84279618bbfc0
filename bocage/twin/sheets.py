"""Sheets: two pages for each commune of a wider territory, from one diagnosis and one plan."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from bocage.publish.sheet.content import SheetContent
from bocage.publish.sheet.typeset import write_sheet
from bocage.twin.answer import Answer, Section
from bocage.twin.communes import COMMUNE, Communes, by_commune
from bocage.twin.diagnose import examine
from bocage.twin.import_parts import file_name
from bocage.twin.parallel import over_processes
from bocage.twin.plan_record import FILE, PlanRecord, load_current_plan
from bocage.twin.propose import consider, next_year
from bocage.twin.sheet_content import Shared, sheet_of
from bocage.twin.sheet_peers import measures_of
from bocage.twin.territory import Territory
from bocage.twin.wording import _
from bocage.vocabulary.codes import BocageError
from bocage.vocabulary.text import Language, current_language, use_language

SHOWN = 20
"""Number of sheets up to which each file is named in the answer."""


@dataclass(frozen=True)
class _Asked:
    """One sheet to typeset, in another process."""

    content: SheetContent
    path: Path
    language: Language


def write_sheets(
    territory: Territory,
    *,
    into: Path,
    communes: Sequence[str] = (),
    language: Language | None = None,
    workers: int | None = None,
) -> Answer:
    """Write the two-page sheet of each commune, or of those that are named.

    Works come from the current plan; without any plan the sheets are those of the diagnosis.

    Args:
        territory: open territory whose assets say their commune.
        into: folder to write to; a file of the same name is replaced.
        communes: INSEE codes; all of them where empty.
        language: `fr` or `en`; the current one where None.
        workers: number of processes; one per core where None.

    Raises:
        BocageError: BOC-TWI-010 no asset, BOC-TWI-036 no asset says its commune or an unknown one is
            asked for, BOC-TWI-017 the territory has changed since the plan, those of publishing.
    """
    language = language or current_language()
    record = load_current_plan(territory) if (territory.folder / "results" / FILE).is_file() else None
    tables, shared = gather(territory, record)
    known = tables.known[COMMUNE].to_list()
    unknown = [code for code in communes if code not in known]
    if unknown or not known:
        raise BocageError("BOC-TWI-036", communes=", ".join(unknown) or "–", known=len(known))
    chosen = list(communes) or known
    measures = measures_of(tables, shared.indicators, shared.points)
    asked = [_Asked(sheet_of(code, tables, shared, measures), _path(into, code, tables), language) for code in chosen]
    files = over_processes(_write, asked, workers=workers)
    return Answer(
        title=_("Sheets of {name}", name=territory.name),
        sections=[Section(title=_("Files"), lines=[_("{count} sheets of two pages", count=len(files))])],
        data={"sheets": len(files), "folder": str(into)},
        files=files if len(files) <= SHOWN else [into],
    )


def gather(territory: Territory, record: PlanRecord | None) -> tuple[Communes, Shared]:
    """What every sheet is made of: the tables by commune, and what all sheets share."""
    domains = territory.chosen_domains(None)
    if not domains:
        raise BocageError("BOC-TWI-010", where={"folder": territory.folder})
    states = [examine(territory, domain) for domain in domains]
    first = record.first_year if record else next_year(states[0])
    proposals = [consider(territory, state, first_year=first) for state in states]
    return by_commune(territory, proposals, record), Shared.of(territory, states, record)


def _path(into: Path, code: str, tables: Communes) -> Path:
    name = tables.known.filter(pl.col(COMMUNE) == code)["name"].item()
    return into / f"{code}-{file_name(name)}.pdf" if name != code else into / f"{code}.pdf"


def _write(asked: _Asked) -> Path:
    use_language(asked.language)
    return write_sheet(asked.content, asked.path, language=asked.language)
