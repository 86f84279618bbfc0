"""The example territories, from raw files to the council report, in one command."""

import datetime as dt
import importlib
import importlib.util
from collections.abc import Sequence
from pathlib import Path

from bocage.twin.answer import Answer, Section
from bocage.twin.build import import_file
from bocage.twin.configuration import FILE
from bocage.twin.conformance.sample import package_of
from bocage.twin.demo_syndicate import run_syndicate
from bocage.twin.domains import discover_domains
from bocage.twin.export import export
from bocage.twin.plan import plan
from bocage.twin.report import write_reports
from bocage.twin.territory import Territory, create_territory, open_territory
from bocage.twin.wording import _
from bocage.vocabulary.codes import BocageError
from bocage.vocabulary.example import EXAMPLE_TERRITORY, ExampleFile, WriteExample
from bocage.vocabulary.text import Language, Message

BUDGET_EUR_YEAR = 25_000.0
YEARS = 6
GAP = 0.01
LOCAL_RULES = "SYNDICATE-319A"
IDENTITY = ("kind", "siren", "population", "department", "srid", "longitude_deg", "latitude_deg", "synthetic")


def run_demo(*, into: Path, language: Language, serve: bool = True) -> Answer:
    """Write the files of the example, build its twin, plan and report.

    Run again in the same folder it imports the same files, which changes nothing, and plans anew.

    Args:
        into: folder to write to; made where it is missing.
        language: language of the documents.
        serve: open the report at the end (the command line does, on a screen).

    Raises:
        BocageError: BOC-TWI-008 the folder holds something else, BOC-TWI-009 it cannot be written.
    """
    folder = into / "territory"
    if into.exists() and any(into.iterdir()) and not (folder / FILE).is_file():
        raise BocageError("BOC-TWI-008", where={"folder": into})
    try:
        files = write_examples(into / "files")
    except OSError as fault:
        raise BocageError("BOC-TWI-009", where={"folder": into}, fault=fault) from fault
    with _territory(folder, language) as territory:
        imports = [_import(territory, file) for file in files]
        planned = plan(territory, budget_eur_year=BUDGET_EUR_YEAR, years=YEARS, gap=GAP)
        reported = write_reports(territory, into=into / "report", language=language)
        exported = export(territory, into=into / "tables")
    syndicate = run_syndicate(into=into / "syndicate", language=language)
    report = reported.files[0]
    return Answer(
        title=_("The example territory is ready (fictional)"),
        sections=[
            Section(title=_("Files read"), lines=imports),
            Section(title=_("Plan"), lines=planned.sections[0].lines),
            Section(
                title=_("What was made"),
                lines=[
                    _("The twin, that QGIS opens: {path}", path=_first(exported.files, ".gpkg")),
                    _("The council report: {path}", path=report),
                    _("The tables: {path}", path=_first(exported.files, ".xlsx")),
                    _("The territory, for the commands: {path}", path=folder),
                ],
            ),
            Section(
                title=_("The fictional syndicate of twenty communes"),
                lines=[
                    *syndicate.lines,
                    _("Its report: {path}", path=syndicate.report),
                    _("Its territory, for the commands: {path}", path=syndicate.folder),
                ],
            ),
        ],
        data={
            "territory": str(folder),
            "report": str(report),
            "files": [str(path) for path in (*reported.files, *exported.files, *syndicate.files)],
            "syndicate": {"territory": str(syndicate.folder), "report": str(syndicate.report)},
            "plan": planned.data["solve"],
            "open": str(report) if serve else None,
        },
        files=[*reported.files, *exported.files, *syndicate.files],
        next_step=_('bocage plan -t "{folder}" --budget 50000, then bocage report -t "{folder}"', folder=folder),
    )


def write_examples(folder: Path) -> list[ExampleFile]:
    """Write the files of every domain that has an example of the fictional commune.

    Raises:
        OSError: the folder cannot be written.
    """
    files: list[ExampleFile] = []
    for domain in discover_domains():
        place = f"{package_of(domain)}.example"
        if importlib.util.find_spec(place) is None:
            continue
        example = importlib.import_module(place)
        write: WriteExample | None = getattr(example, "write_example", None)
        if write is not None:
            files += write(folder)
    return files


def _territory(folder: Path, language: Language) -> Territory:
    if (folder / FILE).is_file():
        return open_territory(folder)
    return create_territory(
        folder,
        code=str(EXAMPLE_TERRITORY["code"]),
        name=str(EXAMPLE_TERRITORY["name"]),
        settings={**{key: EXAMPLE_TERRITORY[key] for key in IDENTITY}, "language": language},
        sections={
            "plan": {
                "budget_eur_year": BUDGET_EUR_YEAR,
                "years": YEARS,
                "local_rules": LOCAL_RULES,
                "financial_potential_ratio": 0.9,
            }
        },
        language=language,
    )


def _import(territory: Territory, file: ExampleFile) -> Message:
    on = dt.date.fromisoformat(str(EXAMPLE_TERRITORY["inventory_date"]))
    answer = import_file(territory, file.path, asset_type=file.asset_type, source=file.source, on=on)
    return _(
        "{title} (rows kept: {read}, refused: {refused})",
        title=file.title, read=answer.data["read"], refused=answer.data["refused"],
    )  # fmt: skip


def _first(files: Sequence[Path], suffix: str) -> Path:
    return next(path for path in files if path.suffix == suffix)
