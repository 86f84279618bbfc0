"""The command feedback: records of works, from a twin, checked, kept, learned from, explained."""

from pathlib import Path

import click

from bocage.cli.console import busy
from bocage.cli.forms import Command, Group, language_option, on_territory, option, talks
from bocage.cli.show import show
from bocage.cli.wording import mark, worded
from bocage.vocabulary.text import current_language

file_type = click.Path(path_type=Path)
folder_type = click.Path(path_type=Path, file_okay=False)
with_option = option(
    "--with",
    "others",
    multiple=True,
    type=file_type,
    help=mark("File or folder of further records; may be repeated."),
)
awards_option = option(
    "--awards",
    type=click.Path(path_type=Path, dir_okay=False),
    help=mark("Published list of awards of the Fonds vert (CSV of data.gouv.fr), for sizes and spreads."),
)


@click.group(
    "feedback",
    cls=Group,
    help=mark(
        "Share and use experience of works (REX), failures included.\n\n"
        "A record tells what was foreseen, done, paid and measured; plans learn from it."
    ),
)
@language_option
def feedback_command() -> None:
    """Gather the commands of shared experience."""


@click.command(
    "export", cls=Command, help=mark("Write drafts of records from the plan, the works and what was measured.")
)
@option("--into", type=folder_type, help=mark("Folder to write to; feedback/drafts of the territory where absent."))
@on_territory
def export_feedback_command(*, territory: Path, into: Path | None, as_json: bool) -> None:
    """Write the drafts and say what is missing."""
    from bocage.twin.feedback_export import export_drafts  # noqa: PLC0415 - `--help` stays under 200 ms
    from bocage.twin.territory import open_territory  # noqa: PLC0415 - same

    with open_territory(territory) as opened, busy(worded(mark("Writing drafts…"))):
        answer = export_drafts(opened, into=into)
    show(answer, as_json=as_json)


@click.command("template", cls=Command, help=mark("Write an empty record to fill in."))
@option(
    "--into",
    type=click.Path(path_type=Path, dir_okay=False),
    default=Path("record.yaml"),
    show_default=True,
    help=mark("File to write; never overwritten."),
)
@talks
def template_feedback_command(*, into: Path, as_json: bool) -> None:
    """Write the template in the current language."""
    from bocage.twin.feedback import write_template  # noqa: PLC0415 - `--help` stays under 200 ms

    show(write_template(into, current_language()), as_json=as_json)


@click.command(
    "check", cls=Command, help=mark("Check records; the status is 1 where one has faults.\n\nFILES may be folders.")
)
@click.argument("files", nargs=-1, required=True, type=file_type)
@talks
def check_feedback_command(*, files: tuple[Path, ...], as_json: bool) -> int:
    """Check and say what to mend."""
    from bocage.twin.feedback import check_records  # noqa: PLC0415 - `--help` stays under 200 ms

    answer = check_records(files)
    show(answer, as_json=as_json)
    return answer.exit


@click.command("add", cls=Command, help=mark("Keep a sound record with the territory; its plans learn from it."))
@click.argument("file", type=click.Path(path_type=Path))
@on_territory
def add_feedback_command(*, file: Path, territory: Path, as_json: bool) -> None:
    """Keep the record."""
    from bocage.twin.feedback import add_record  # noqa: PLC0415 - `--help` stays under 200 ms
    from bocage.twin.territory import open_territory  # noqa: PLC0415 - same

    with open_territory(territory) as opened:
        answer = add_record(opened, file)
    show(answer, as_json=as_json)


@click.command(
    "learn",
    cls=Command,
    help=mark("Learn unit costs and the share of savings that comes true; the next plan uses it."),
)
@with_option
@awards_option
@on_territory
def learn_feedback_command(*, territory: Path, others: tuple[Path, ...], awards: Path | None, as_json: bool) -> None:
    """Learn and show."""
    from bocage.twin.feedback import learn  # noqa: PLC0415 - `--help` stays under 200 ms
    from bocage.twin.territory import open_territory  # noqa: PLC0415 - same

    with open_territory(territory) as opened, busy(worded(mark("Learning from shared experience…"))):
        answer = learn(opened, others=others, awards=awards)
    show(answer, as_json=as_json)


@click.command(
    "page",
    cls=Command,
    help=mark(
        "Explain one estimate on one page, with all its data.\n\n"
        "ESTIMATE is a name that “bocage feedback learn” prints, such as cost:lighting.led."
    ),
)
@click.argument("estimate")
@with_option
@awards_option
@option("--into", type=folder_type, help=mark("Folder to write to; a folder of the territory where absent."))
@on_territory
def page_feedback_command(
    *,
    estimate: str,
    territory: Path,
    others: tuple[Path, ...],
    awards: Path | None,
    into: Path | None,
    as_json: bool,
) -> None:
    """Write the page as PDF and HTML."""
    from bocage.twin.feedback_page import write_page  # noqa: PLC0415 - `--help` stays under 200 ms
    from bocage.twin.territory import open_territory  # noqa: PLC0415 - same

    with open_territory(territory) as opened, busy(worded(mark("Writing the page…"))):
        answer = write_page(opened, estimate, others=others, awards=awards, into=into, language=current_language())
    show(answer, as_json=as_json)


@click.command(
    "share",
    cls=Command,
    help=mark("Write the records of the territory for others: one table and its schemas; embargoes are kept."),
)
@option(
    "--into", type=folder_type, default=Path("feedback-shared"), show_default=True, help=mark("Folder to write to.")
)
@on_territory
def share_feedback_command(*, territory: Path, into: Path, as_json: bool) -> None:
    """Write the table of the exchange."""
    from bocage.twin.feedback_share import share_records  # noqa: PLC0415 - `--help` stays under 200 ms
    from bocage.twin.territory import open_territory  # noqa: PLC0415 - same

    with open_territory(territory, read_only=True) as opened:
        answer = share_records(opened, into)
    show(answer, as_json=as_json)


for _command in (
    export_feedback_command,
    template_feedback_command,
    check_feedback_command,
    add_feedback_command,
    share_feedback_command,
    learn_feedback_command,
    page_feedback_command,
):
    feedback_command.add_command(_command)
