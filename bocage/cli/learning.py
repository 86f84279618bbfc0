"""Commands for those who want to understand or extend: explain, new-domain."""

from pathlib import Path

import click

from bocage.cli.forms import Command, option, talks
from bocage.cli.show import show
from bocage.cli.wording import mark


@click.command(
    "explain",
    cls=Command,
    help=mark(
        "Explain a code, an indicator, a column or a parameter.\n\nWORD is a code such as BOC-TWI-001, or a name."
    ),
)
@click.argument("word")
@talks
def explain_command(*, word: str, as_json: bool) -> None:
    """Explain one declared word."""
    from bocage.twin.explain import explain  # noqa: PLC0415 - `--help` stays under 200 ms

    show(explain(word), as_json=as_json)


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
