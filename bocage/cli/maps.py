"""Command that draws the maps that domains declare."""

from pathlib import Path

import click

from bocage.cli.console import busy
from bocage.cli.forms import Command, on_territory, option
from bocage.cli.show import show
from bocage.cli.wording import mark, worded


@click.command("map", cls=Command, help=mark("Draw the maps that domains declare, one SVG for each theme."))
@option(
    "--into",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("maps"),
    show_default=True,
    help=mark("Folder to write to."),
)
@option(
    "--theme",
    help=mark("One map only: a theme such as lit_road.installed_flux, or the code of a finding such as BOC-LIG-024."),
)
@on_territory
def map_command(*, territory: Path, into: Path, theme: str | None, as_json: bool) -> None:
    """Draw thematic maps in the current language."""
    from bocage.twin.territory import open_territory  # noqa: PLC0415 - `--help` stays under 200 ms
    from bocage.twin.thematic_map import write_maps  # noqa: PLC0415 - same

    with open_territory(territory, read_only=True) as opened, busy(worded(mark("Drawing maps…"))):
        answer = write_maps(opened, into=into, theme=theme)
    show(answer, as_json=as_json)
