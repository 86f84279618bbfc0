"""Commands over many communes at once: members, sheets, survey."""

import datetime as dt
from pathlib import Path

import click

from bocage.cli.console import busy
from bocage.cli.forms import Command, Day, on_territory, option, talks
from bocage.cli.show import show
from bocage.cli.wording import mark, worded
from bocage.vocabulary.text import current_language

folder_type = click.Path(path_type=Path, file_okay=False)


@click.command(
    "survey",
    cls=Command,
    help=mark(
        "Survey the Parquet files of a département or of the whole country, on all cores.\n\n"
        "FOLDER holds one file for each part, in the declared columns. Interrupted, the same command goes on where "
        "it stopped."
    ),
)
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False, exists=True))
@option("--output", type=folder_type, default=Path("survey"), show_default=True, help=mark("Folder to write to."))
@option("--on", "date", type=Day(), help=mark("Date of the computation; today, or that of the survey begun."))
@option("--draws", type=click.IntRange(20, 5000), default=200, show_default=True, help=mark("Number of draws."))
@option("--seed", type=click.IntRange(0), default=1, show_default=True, help=mark("Seed of the draws."))
@option("--workers", type=click.IntRange(1, 1024), help=mark("Number of processes; one per core where absent."))
@talks
def survey_command(
    *,
    folder: Path,
    output: Path,
    date: dt.date | None,
    draws: int,
    seed: int,
    workers: int | None,
    as_json: bool,
) -> None:
    """Survey and show the whole."""
    from bocage.twin.survey import survey  # noqa: PLC0415 - `--help` stays under 200 ms

    with busy(worded(mark("Surveying…"))):
        answer = survey(folder, output=output, date=date, seed=seed, draws=draws, workers=workers)
    show(answer, as_json=as_json)


@click.command(
    "members",
    cls=Command,
    help=mark(
        "Import the communes of a wider territory.\n\nFILE is a table with their INSEE code, their name and, where "
        "it is known, their population."
    ),
)
@click.argument("file", type=click.Path(path_type=Path))
@on_territory
def members_command(*, file: Path, territory: Path, as_json: bool) -> None:
    """Import members and say how many are known."""
    from bocage.twin.members import import_members  # noqa: PLC0415 - `--help` stays under 200 ms
    from bocage.twin.territory import open_territory  # noqa: PLC0415 - same

    with open_territory(territory) as opened, busy(worded(mark("Reading the communes…"))):
        answer = import_members(opened, file)
    show(answer, as_json=as_json)


@click.command("sheets", cls=Command, help=mark("Write a two-page sheet (PDF) for each commune of the territory."))
@option(
    "--commune", "communes", multiple=True, help=mark("INSEE code of a commune; may be repeated; all where absent.")
)
@option("--output", type=folder_type, default=Path("sheets"), show_default=True, help=mark("Folder to write to."))
@option("--workers", type=click.IntRange(1, 1024), help=mark("Number of processes; one per core where absent."))
@on_territory
def sheets_command(
    *, communes: tuple[str, ...], output: Path, workers: int | None, territory: Path, as_json: bool
) -> None:
    """Write the sheets in the current language."""
    from bocage.twin.sheets import write_sheets  # noqa: PLC0415 - `--help` stays under 200 ms
    from bocage.twin.territory import open_territory  # noqa: PLC0415 - same

    with open_territory(territory) as opened, busy(worded(mark("Writing the sheets…"))):
        answer = write_sheets(
            opened, into=output, communes=list(communes), language=current_language(), workers=workers
        )
    show(answer, as_json=as_json)
