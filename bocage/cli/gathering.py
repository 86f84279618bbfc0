"""Commands over many territories at once: survey."""

import datetime as dt
from pathlib import Path

import click

from bocage.cli.console import busy
from bocage.cli.forms import Command, Day, option, talks
from bocage.cli.show import show
from bocage.cli.wording import mark, worded

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
