"""Commands that make a territory and fill it: new, import, status, doctor."""

import datetime as dt
from pathlib import Path

import click

from bocage.cli.console import busy, put, talk
from bocage.cli.forms import STORES, Command, Day, on_territory, option, talks, territory_option
from bocage.cli.show import as_document, show
from bocage.cli.wording import mark, worded
from bocage.vocabulary.codes import BocageError
from bocage.vocabulary.text import current_language, fill

NOT_A_TERRITORY = "BOC-TWI-001"
KINDS = ("commune", "epci", "syndicate", "departement", "other")


@click.command(
    "new",
    cls=Command,
    help=mark("Create a territory.\n\nFOLDER is created; it holds everything about the territory."),
)
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@option("--code", required=True, help=mark("INSEE code of the commune, or SIREN of the EPCI or syndicate."))
@option("--name", required=True, help=mark("Name of the territory."))
@option("--kind", type=click.Choice(KINDS), default="commune", show_default=True, help=mark("Kind of public body."))
@option("--siren", default="", help=mark("SIREN of the public body for which plans are made."))
@option("--population", type=click.IntRange(min=0), help=mark("Number of inhabitants."))
@option("--department", default="", help=mark("Code of the département, such as 35 or 2A."))
@option("--longitude", "longitude_deg", type=float, help=mark("Longitude of the centre, WGS 84 [degrees]."))
@option("--latitude", "latitude_deg", type=float, help=mark("Latitude of the centre, WGS 84 [degrees]."))
@option("--srid", type=int, help=mark("EPSG code of the legal projection; that of the code where absent."))
@option(
    "--store",
    type=click.Choice(STORES),
    default="geopackage",
    show_default=True,
    help=mark("Where the twin is: a file of the folder, or the database that BOCAGE_DATABASE_URL gives."),
)
@talks
def new_command(*, folder: Path, code: str, name: str, as_json: bool, **settings: object) -> None:
    """Create a territory and say what comes next."""
    from bocage.twin.territory import create_territory  # noqa: PLC0415 - `--help` stays under 200 ms

    with create_territory(folder, code=code, name=name, settings=settings) as territory:
        created = territory.folder
    if as_json:
        put(
            as_document(
                {"title": worded(mark("Territory created")), "data": {"folder": created, "code": code, "name": name}}
            )
        )
        return
    sentence = worded(mark("Territory {name} created in {folder}"))
    put(fill(sentence, {"name": name, "folder": created}, current_language()))
    talk(worded(mark("Next:")) + f' bocage import FILE --territory "{created}" --dry-run')


def _constants(_context: click.Context, _option: click.Parameter, given: tuple[str, ...]) -> dict[str, str]:
    """Columns and their values, from `COLUMN=VALUE`."""
    parts = [text.partition("=") for text in given]
    if not all(name.strip() and sign and value.strip() for name, sign, value in parts):
        raise click.BadParameter(worded(mark("COLUMN=VALUE is expected, such as owner_siren=259999999")))
    return {name.strip(): value.strip() for name, _, value in parts}


@click.command(
    "import",
    cls=Command,
    help=mark(
        "Import an inventory, in any usual format of tables, maps or drawings.\n\n"
        "FILE is recognised by the names and the content of its columns. Importing twice changes nothing."
    ),
)
@click.argument("file", type=click.Path(path_type=Path))
@option("--type", "asset_type", help=mark("Type of asset, such as luminaire; recognised where absent."))
@option(
    "--mapping", type=click.Path(path_type=Path), help=mark("Column mapping to use (TOML), as an import writes it.")
)
@option("--layer", help=mark("Layer or sheet to read."))
@option("--layout", help=mark("Known layout to read the file in, or none; recognised where absent."))
@option("--srid", type=int, help=mark("EPSG code of the coordinates, where the file does not say it."))
@option("--source", help=mark("Name of the inventory; the file's own where absent."))
@option("--on", type=Day(), help=mark("Date from which the inventory holds; today where absent."))
@option("--dry-run", is_flag=True, help=mark("Say what would change, write nothing in the territory."))
@option(
    "--save-mapping",
    type=click.Path(path_type=Path, dir_okay=False),
    help=mark("New file to write the column mapping to (TOML), to be corrected and given to --mapping."),
)
@option(
    "--set",
    "constants",
    multiple=True,
    metavar="COLUMN=VALUE",
    callback=_constants,
    help=mark(
        "Value of a column for all rows where the file says none, such as owner_siren=259999999; may be repeated."
    ),
)
@option(
    "--geocode",
    is_flag=True,
    help=mark("Locate rows without coordinates by their address, through the national service; its answers are kept."),
)
@option("--offline", is_flag=True, help=mark("Locate addresses by the answers already kept, without network."))
@option("--retire-absent", is_flag=True, help=mark("End the assets of this source that the file no longer has."))
@on_territory
def import_command(  # noqa: PLR0913 - one argument per option
    *,
    file: Path,
    territory: Path,
    asset_type: str | None,
    mapping: Path | None,
    layer: str | None,
    layout: str | None,
    srid: int | None,
    source: str | None,
    on: dt.date | None,
    dry_run: bool,
    save_mapping: Path | None,
    constants: dict[str, str],
    geocode: bool,
    offline: bool,
    retire_absent: bool,
    as_json: bool,
) -> None:
    """Import one file and report what changed."""
    from bocage.twin.build import import_file  # noqa: PLC0415 - `--help` stays under 200 ms
    from bocage.twin.territory import open_territory  # noqa: PLC0415 - same

    with open_territory(territory) as opened, busy(worded(mark("Importing…"))):
        answer = import_file(
            opened,
            file,
            asset_type=asset_type,
            mapping=mapping,
            layer=layer,
            layout=layout,
            srid=srid,
            source=source,
            on=on,
            dry_run=dry_run,
            save_mapping=save_mapping,
            constants=constants,
            retire_absent=retire_absent,
            addresses="offline" if offline else "ask" if geocode else "leave",
        )
    show(answer, as_json=as_json)


@click.command("status", cls=Command, help=mark("Say what the territory holds and how fresh it is."))
@on_territory
def status_command(*, territory: Path, as_json: bool) -> None:
    """Show the state of the twin."""
    from bocage.twin.status import status  # noqa: PLC0415 - `--help` stays under 200 ms
    from bocage.twin.territory import open_territory  # noqa: PLC0415 - same

    with open_territory(territory, read_only=True) as opened:
        answer = status(opened)
    show(answer, as_json=as_json)


@click.command(
    "doctor",
    cls=Command,
    help=mark(
        "Check the installation, the domains and the twin.\n\n"
        "Ends with status 1 where something was found, 0 otherwise."
    ),
)
@territory_option
@talks
@click.pass_context
def doctor_command(context: click.Context, *, territory: Path, as_json: bool) -> int:
    """Check what can go wrong; without a territory, the installation alone."""
    from bocage.twin.doctor import doctor  # noqa: PLC0415 - `--help` stays under 200 ms
    from bocage.twin.territory import open_territory  # noqa: PLC0415 - same

    named = context.get_parameter_source("territory") is not click.core.ParameterSource.DEFAULT
    try:
        with open_territory(territory, read_only=True) as opened:
            answer = doctor(opened)
    except BocageError as refusal:
        if named or refusal.code != NOT_A_TERRITORY:
            raise
        answer = doctor(None)
    show(answer, as_json=as_json)
    return answer.exit
