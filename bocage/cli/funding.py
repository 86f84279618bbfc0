"""Commands of the funding counter: funding, schedule."""

from pathlib import Path

import click

from bocage.cli.console import busy
from bocage.cli.forms import Command, on_territory, option
from bocage.cli.show import show
from bocage.cli.wording import mark, worded


@click.command(
    "funding",
    cls=Command,
    help=mark(
        "Tell which aids the territory, or one action, may ask for.\n\n"
        "ACTION is an identifier, or words of its label or street; without it, every programme is told with its "
        "status and the facts that it lacks. For an action: what can be added up, why each refused aid is refused, "
        "the cash year by year, the last day of each step and the data of the file."
    ),
)
@click.argument("action", required=False)
@option("--year", type=click.IntRange(2000, 2100), help=mark("Year of the works; that of the plan where absent."))
@option(
    "--into",
    type=click.Path(path_type=Path, file_okay=False),
    help=mark("Folder to write the file of the action to: workbook, tables, document, deadlines."),
)
@on_territory
def funding_command(*, territory: Path, action: str | None, year: int | None, into: Path | None, as_json: bool) -> None:
    """Ask the counter and show what it answers."""
    from bocage.twin.funding import funding  # noqa: PLC0415 - `--help` stays under 200 ms
    from bocage.twin.territory import open_territory  # noqa: PLC0415 - same

    with open_territory(territory) as opened, busy(worded(mark("Asking every programme…"))):
        answer = funding(opened, action=action, year=year, into=into)
    show(answer, as_json=as_json)


@click.command(
    "schedule",
    cls=Command,
    help=mark("Tell the last day of each step of the plan: council, files, consultation, order, works, balance."),
)
@option("--ics", type=click.Path(path_type=Path, dir_okay=False), help=mark("Calendar file to write, for any diary."))
@on_territory
def schedule_command(*, territory: Path, ics: Path | None, as_json: bool) -> None:
    """Show the deadlines of the plan, and write them for a diary."""
    from bocage.twin.schedule import plan_schedule  # noqa: PLC0415 - `--help` stays under 200 ms
    from bocage.twin.territory import open_territory  # noqa: PLC0415 - same

    with open_territory(territory) as opened:
        answer = plan_schedule(opened, ics=ics)
    show(answer, as_json=as_json)
