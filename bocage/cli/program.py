"""The program `bocage`: its commands in the order of the loop, and its way out."""

import os
import sys
from collections.abc import Sequence

import click

import bocage
from bocage.cli.console import ReaderGoneError, prepare_streams, put
from bocage.cli.failures import report
from bocage.cli.feedback import feedback_command
from bocage.cli.following import evaluate_command, readings_command, watch_command
from bocage.cli.forms import Group, Option, language_option
from bocage.cli.funding import funding_command, schedule_command
from bocage.cli.gathering import members_command, sheets_command, survey_command
from bocage.cli.learning import explain_command, new_domain_command, why_command
from bocage.cli.maps import map_command
from bocage.cli.photometry import photometry_command
from bocage.cli.planning import front_command, futures_command, plan_command, what_if_command
from bocage.cli.sharing import (
    backup_command,
    copy_command,
    demo_command,
    export_command,
    quantities_command,
    report_command,
    restore_command,
)
from bocage.cli.studying import actions_command, diagnose_command, simulate_command
from bocage.cli.territory import doctor_command, import_command, new_command, status_command
from bocage.cli.wording import asked_language, mark, speak


def _print_version(context: click.Context, _parameter: click.Parameter, asked: bool) -> None:
    if asked and not context.resilient_parsing:
        put(f"bocage {bocage.__version__}")
        context.exit()


@click.group(
    "bocage",
    cls=Group,
    help=mark(
        "The digital twin that every French commune can afford.\n\n"
        "Start with \u201cbocage demo\u201d, or on your own files "
        "with \u201cbocage new\u201d and \u201cbocage import\u201d."
    ),
)
@language_option
@click.option(
    "--version",
    cls=Option,
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_print_version,
    help=mark("Print the version."),
)
def program() -> None:
    """Give all commands one name."""


for _command in (
    demo_command,
    new_command,
    import_command,
    members_command,
    status_command,
    doctor_command,
    diagnose_command,
    actions_command,
    simulate_command,
    plan_command,
    why_command,
    what_if_command,
    front_command,
    futures_command,
    funding_command,
    schedule_command,
    report_command,
    quantities_command,
    readings_command,
    watch_command,
    evaluate_command,
    feedback_command,
    sheets_command,
    survey_command,
    export_command,
    map_command,
    backup_command,
    restore_command,
    copy_command,
    photometry_command,
    explain_command,
    new_domain_command,
):
    program.add_command(_command)


def run(arguments: Sequence[str]) -> int:
    """Run one command line; return its exit status.

    0 done, 1 findings (`doctor`, `--check`), 2 usage, 3 data refused, 4 outside source down,
    70 a fault of Bocage, 130 interrupted.

    Args:
        arguments: what follows `bocage`.
    """
    prepare_streams()
    speak(asked_language(arguments, os.environ))
    try:
        if not arguments:
            arguments = ["--help"]
        status = program.main(args=list(arguments), prog_name="bocage", standalone_mode=False)
        sys.stdout.flush()
    except (BrokenPipeError, ReaderGoneError):
        # nothing to say, and nothing may be said when Python flushes at shutdown either
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001 - the last line of defence: no traceback on screen
        return report(error, as_json="--json" in arguments)
    return int(status or 0)


def main() -> None:
    """Entry point of the command `bocage`."""
    sys.exit(run(sys.argv[1:]))
