"""Commands that follow the territory once it lives: readings, watch, evaluate."""

import datetime as dt
from pathlib import Path
from typing import Literal

import click

from bocage.cli.console import busy
from bocage.cli.forms import Command, Day, on_territory, option
from bocage.cli.show import show
from bocage.cli.studying import domain_option
from bocage.cli.wording import mark, worded


@click.command(
    "evaluate",
    cls=Command,
    help=mark(
        "Measure what works really did, from invoices, with an interval and a placebo.\n\n"
        "Works are those of the twin that were accepted; --since measures what changed from a date on, whatever"
        " its cause."
    ),
)
@domain_option
@option("--since", type=Day(), help=mark("Measure what changed from this day on, without works."))
@on_territory
def evaluate_command(*, territory: Path, domain: str | None, since: dt.date | None, as_json: bool) -> None:
    """Measure effects and show them."""
    from bocage.twin.evaluate import evaluate  # noqa: PLC0415 - `--help` stays under 200 ms
    from bocage.twin.territory import open_territory  # noqa: PLC0415 - same

    with open_territory(territory) as opened, busy(worded(mark("Measuring…"))):
        answer = evaluate(opened, domain=domain, since=since)
    show(answer, as_json=as_json)


@click.command(
    "readings",
    cls=Command,
    help=mark(
        "Import load curves of cabinets or delivery points: CSV or workbook, long or wide.\n\n"
        "Only points that the twin knows are kept. Importing twice changes nothing."
    ),
)
@click.argument("file", type=click.Path(path_type=Path))
@option("--asset", help=mark("Asset measured, where the file names no point."))
@option(
    "--stamp",
    type=click.Choice(["start", "end"]),
    help=mark("What an instant marks of its step; as the layout of the file has it where absent."),
)
@option("--unit", default="", help=mark("Unit of the values where the file tells none, such as kW or Wh."))
@on_territory
def readings_command(
    *,
    file: Path,
    territory: Path,
    asset: str | None,
    stamp: Literal["start", "end"] | None,
    unit: str,
    as_json: bool,
) -> None:
    """Import readings and say what was read."""
    from bocage.twin.readings import import_readings  # noqa: PLC0415 - `--help` stays under 200 ms
    from bocage.twin.territory import open_territory  # noqa: PLC0415 - same

    with open_territory(territory) as opened, busy(worded(mark("Importing…"))):
        answer = import_readings(opened, file, asset=asset, stamp=stamp, unit=unit)
    show(answer, as_json=as_json)


@click.command(
    "watch",
    cls=Command,
    help=mark(
        "Look for what meters should not read, and keep it as alerts.\n\n"
        "Runs on the series imported with “bocage readings”; running twice changes nothing."
    ),
)
@domain_option
@option("--from", "first", type=Day(), help=mark("First day; 45 days before the last value where absent."))
@option("--to", "last", type=Day(), help=mark("Last day; that of the last value where absent."))
@option("--check", is_flag=True, help=mark("End with status 1 where an alert is active."))
@on_territory
def watch_command(
    *,
    territory: Path,
    domain: str | None,
    first: dt.date | None,
    last: dt.date | None,
    check: bool,
    as_json: bool,
) -> int:
    """Detect and show alerts."""
    from bocage.twin.territory import open_territory  # noqa: PLC0415 - `--help` stays under 200 ms
    from bocage.twin.watch import watch  # noqa: PLC0415 - same

    with open_territory(territory) as opened, busy(worded(mark("Watching…"))):
        answer = watch(opened, domain=domain, first=first, last=last)
    show(answer, as_json=as_json)
    return answer.exit if check else 0
