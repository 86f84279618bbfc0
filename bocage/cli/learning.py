"""Commands for those who want to understand or extend: explain, why, new-domain."""

from pathlib import Path

import click

from bocage.cli.forms import Command, on_territory, option, talks
from bocage.cli.show import show
from bocage.cli.wording import mark


@click.command(
    "explain",
    cls=Command,
    help=mark(
        "Explain a code, an indicator, a column, a parameter or a figure of plans.\n\n"
        "WORD is a code such as BOC-TWI-001, or a name such as npv."
    ),
)
@click.argument("word")
@option(
    "-t",
    "--territory",
    type=click.Path(path_type=Path, file_okay=False),
    envvar="BOCAGE_TERRITORY",
    help=mark("Folder of a territory, whose last plan gives the value of a figure."),
)
@talks
def explain_command(*, word: str, territory: Path | None, as_json: bool) -> None:
    """Explain one declared word."""
    from bocage.twin.explain import explain  # noqa: PLC0415 - `--help` stays under 200 ms
    from bocage.twin.plan_record import load_plan  # noqa: PLC0415 - same

    record = None if territory is None else load_plan(territory / "results")
    show(explain(word, record), as_json=as_json)


@click.command(
    "why",
    cls=Command,
    help=mark(
        "Say why an action is in the last plan or out of it, and what would bring it in.\n\n"
        "WORDS are an identifier, or a part of labels, such as a street."
    ),
)
@click.argument("words")
@on_territory
def why_command(*, territory: Path, words: str, as_json: bool) -> None:
    """Explain the place of actions in the last plan."""
    from bocage.twin.territory import open_territory  # noqa: PLC0415 - `--help` stays under 200 ms
    from bocage.twin.why import why  # noqa: PLC0415 - same

    with open_territory(territory, read_only=True) as opened:
        answer = why(opened, words)
    show(answer, as_json=as_json)


@click.command(
    "new-domain",
    cls=Command,
    help=mark(
        "Write a new domain, small but complete, that passes the conformance suite.\n\n"
        "Inside a checkout of Bocage it becomes a folder of bocage/domains; elsewhere, a package of its own."
    ),
)
@click.argument("name")
@option(
    "--into",
    type=click.Path(path_type=Path, file_okay=False),
    help=mark("Folder that will hold the package; the current one where absent."),
)
@talks
def new_domain_command(*, name: str, into: Path | None, as_json: bool) -> None:
    """Write the domain and say how to test it."""
    from bocage.twin.scaffold import new_domain  # noqa: PLC0415 - `--help` stays under 200 ms

    show(new_domain(name, into=into), as_json=as_json)
