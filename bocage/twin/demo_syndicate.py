"""The example syndicate: twenty fictional communes, their budget, one plan with grouped purchases."""

import csv
import datetime as dt
import importlib
import importlib.util
import io
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

from bocage.twin.answer import Text
from bocage.twin.build import import_file
from bocage.twin.configuration import FILE
from bocage.twin.conformance.sample import package_of
from bocage.twin.domains import discover_domains
from bocage.twin.members import import_members
from bocage.twin.plan import plan
from bocage.twin.report import write_reports
from bocage.twin.sheets import write_sheets
from bocage.twin.territory import Territory, create_territory, open_territory
from bocage.vocabulary.example import EXAMPLE_SYNDICATE, ExampleFile, WriteExample, example_members
from bocage.vocabulary.text import Language

YEARS, GAP = 6, 0.01
BUDGET_EUR_YEAR = 220_000.0
LOAN_LIMIT_EUR, STAFF_DAYS = 150_000.0, 160.0
IDENTITY = ("kind", "siren", "department", "srid", "longitude_deg", "latitude_deg", "synthetic")


@dataclass(frozen=True, kw_only=True)
class SyndicateMade:
    """What the example syndicate left on disk, and its plan in a few lines."""

    folder: Path
    report: Path
    files: tuple[Path, ...]
    lines: tuple[Text, ...]


def run_syndicate(*, into: Path, language: Language) -> SyndicateMade:
    """Write the files of the example syndicate, build its twin, plan, and report.

    Args:
        into: folder to write to; made where it is missing.
        language: language of the documents.

    Raises:
        OSError: the folder cannot be written.
    """
    files = write_files(into / "files")
    with _territory(into / "territory", language) as territory:
        import_members(territory, into / "files" / "communes.csv")
        on = dt.date.fromisoformat(str(EXAMPLE_SYNDICATE["inventory_date"]))
        for file in files:
            import_file(territory, file.path, asset_type=file.asset_type, source=file.source, on=on)
        planned = plan(territory, years=YEARS, gap=GAP)
        reported = write_reports(territory, into=into / "report", language=language)
        write_sheets(territory, into=into / "sheets", language=language, workers=1)
    return SyndicateMade(
        folder=into / "territory",
        report=reported.files[0],
        files=tuple(reported.files),
        lines=tuple(planned.sections[0].lines),
    )


def write_files(folder: Path) -> list[ExampleFile]:
    """Write the members and the budget of the syndicate, and what each domain has to tell of its communes.

    Raises:
        OSError: the folder cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    members = [(one.code, one.name, one.population) for one in example_members()]
    _write_csv(folder / "communes.csv", [("INSEE", "Nom", "Population"), *members])
    budget = folder / "budget_syndicat.csv"
    _write_csv(budget, _budget())
    title = {"fr": "Budget du syndicat (fictif)", "en": "Budget of the syndicate (fictional)"}
    files = [ExampleFile(path=budget, asset_type="budget_year", source="syndicat-budget", title=title)]
    for _name, example in _examples():
        write: WriteExample | None = getattr(example, "write_syndicate", None)
        files += write(folder) if write is not None else []
    return files


def _examples() -> list[tuple[str, ModuleType]]:
    """The package `example` of each domain that has one, with the name of the domain."""
    places = {domain.name: f"{package_of(domain)}.example" for domain in discover_domains()}
    return [(name, importlib.import_module(place)) for name, place in places.items() if importlib.util.find_spec(place)]


def _budget() -> list[tuple[object, ...]]:
    first = dt.date.fromisoformat(str(EXAMPLE_SYNDICATE["inventory_date"])).year + 1
    header = ("SIREN", "Budget", "Exercice", "Fonds propres", "Emprunt max", "Jours agents")
    siren = EXAMPLE_SYNDICATE["siren"]
    years = range(first, first + YEARS)
    return [header, *((siren, "syndicate", year, BUDGET_EUR_YEAR, LOAN_LIMIT_EUR, STAFF_DAYS) for year in years)]


def _write_csv(path: Path, rows: list[tuple[object, ...]]) -> None:
    text = io.StringIO()
    csv.writer(text, delimiter=";", lineterminator="\r\n").writerows(rows)
    path.write_bytes(text.getvalue().encode("utf-8-sig"))


def _territory(folder: Path, language: Language) -> Territory:
    if (folder / FILE).is_file():
        return open_territory(folder)
    chosen = {name: dict(getattr(example, "SYNDICATE_SETTINGS", {})) for name, example in _examples()}
    return create_territory(
        folder,
        code=str(EXAMPLE_SYNDICATE["code"]),
        name=str(EXAMPLE_SYNDICATE["name"]),
        settings={**{key: EXAMPLE_SYNDICATE[key] for key in IDENTITY}, "language": language},
        sections={"plan": {"budget_eur_year": BUDGET_EUR_YEAR, "years": YEARS}, **chosen},
        language=language,
    )
