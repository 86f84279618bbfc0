"""Commands that hand over what the twin knows: report, export, backup, restore, copy, demo."""

from pathlib import Path

import click

from bocage.cli.console import busy, has_screen
from bocage.cli.forms import STORES, Command, on_territory, option, talks
from bocage.cli.show import show
from bocage.cli.wording import mark, worded
from bocage.vocabulary.text import current_language

folder_type = click.Path(path_type=Path, file_okay=False)


@click.command("report", cls=Command, help=mark("Write the council report, its tables and a draft deliberation."))
@option("--into", type=folder_type, help=mark("Folder to write to; a folder of the territory where absent."))
@on_territory
def report_command(*, territory: Path, into: Path | None, as_json: bool) -> None:
    """Write the report in the current language."""
    from bocage.twin.report import write_reports  # noqa: PLC0415 - `--help` stays under 200 ms
    from bocage.twin.territory import open_territory  # noqa: PLC0415 - same

    with open_territory(territory) as opened, busy(worded(mark("Writing the report…"))):
        answer = write_reports(opened, into=into, language=current_language())
    show(answer, as_json=as_json)


@click.command(
    "quantities",
    cls=Command,
    help=mark("Write what the plan orders, item by item, at the territory's own unit prices (DQE)."),
)
@option("--into", type=folder_type, help=mark("Folder to write to; a folder of the territory where absent."))
@on_territory
def quantities_command(*, territory: Path, into: Path | None, as_json: bool) -> None:
    """Write the bill of quantities in the current language."""
    from bocage.twin.quantities import write_quantities  # noqa: PLC0415 - `--help` stays under 200 ms
    from bocage.twin.territory import open_territory  # noqa: PLC0415 - same

    with open_territory(territory) as opened, busy(worded(mark("Counting quantities…"))):
        answer = write_quantities(opened, into=into)
    show(answer, as_json=as_json)


@click.command("export", cls=Command, help=mark("Export the twin for other software."))
@option("--into", type=folder_type, default=Path("export"), show_default=True, help=mark("Folder to write to."))
@option(
    "--format",
    "formats",
    multiple=True,
    default=("gpkg", "csv", "xlsx"),
    help=mark(
        "gpkg, csv, xlsx, or for open data opendata (CSV of the Table Schemas), geojson, sdm (Smart Data Models); "
        "may be repeated, the first three by default."
    ),
)
@on_territory
def export_command(*, territory: Path, into: Path, formats: tuple[str, ...], as_json: bool) -> None:
    """Export snapshots and tables."""
    from bocage.twin.export import export  # noqa: PLC0415 - `--help` stays under 200 ms
    from bocage.twin.territory import open_territory  # noqa: PLC0415 - same

    with open_territory(territory, read_only=True) as opened, busy(worded(mark("Exporting…"))):
        answer = export(opened, into=into, formats=list(formats))
    show(answer, as_json=as_json)


@click.command(
    "backup",
    cls=Command,
    help=mark(
        "Back up the territory as one verified archive.\n\n"
        "ARCHIVE is the file to write, beside the territory where absent; work may go on meanwhile."
    ),
)
@click.argument("archive", type=click.Path(path_type=Path, dir_okay=False), required=False)
@on_territory
def backup_command(*, archive: Path | None, territory: Path, as_json: bool) -> None:
    """Back up and verify."""
    from bocage.twin.backup import backup  # noqa: PLC0415 - `--help` stays under 200 ms

    with busy(worded(mark("Backing up…"))):
        answer = backup(territory, archive)
    show(answer, as_json=as_json)


@click.command(
    "restore",
    cls=Command,
    help=mark(
        "Restore a territory from an archive.\n\n"
        "FOLDER must be new: nothing is ever overwritten. It may be left out with --verify-only."
    ),
)
@click.argument("archive", type=click.Path(path_type=Path))
@click.argument("folder", type=folder_type, required=False)
@option("--verify-only", is_flag=True, help=mark("Check the archive, write nothing."))
@talks
def restore_command(*, archive: Path, folder: Path | None, verify_only: bool, as_json: bool) -> int:
    """Restore, or only verify."""
    if folder is None and not verify_only:
        raise click.MissingParameter(param_hint="FOLDER", param_type="argument")
    from bocage.twin.backup import restore  # noqa: PLC0415 - `--help` stays under 200 ms

    with busy(worded(mark("Restoring…"))):
        answer = restore(archive, folder, verify_only=verify_only)
    show(answer, as_json=as_json)
    return answer.exit


@click.command(
    "copy",
    cls=Command,
    help=mark(
        "Copy a territory whole into a new folder, or into another form.\n\n"
        "A file becomes a database with --store postgis, a database a file with --store geopackage."
    ),
)
@click.argument("folder", type=folder_type)
@option("--store", type=click.Choice(STORES), help=mark("Form of the copy; that of the territory where absent."))
@on_territory
def copy_command(*, folder: Path, store: str | None, territory: Path, as_json: bool) -> None:
    """Copy, and compare."""
    from bocage.twin.copying import copy_territory  # noqa: PLC0415 - `--help` stays under 200 ms

    with busy(worded(mark("Copying…"))):
        answer = copy_territory(territory, folder, form=store)
    show(answer, as_json=as_json)


@click.command(
    "demo",
    cls=Command,
    help=mark("Import, diagnose, plan and report a fictional commune, from raw files to the council report."),
)
@option("--into", type=folder_type, default=Path("demo-bocage"), show_default=True, help=mark("Folder to write to."))
@option("--serve/--no-serve", default=True, help=mark("Open what was made at the end, or only write it."))
@talks
def demo_command(*, into: Path, serve: bool, as_json: bool) -> None:
    """Run the demonstration."""
    from bocage.twin.demo import run_demo  # noqa: PLC0415 - `--help` stays under 200 ms

    with busy(worded(mark("Working on the example territory…"))):
        answer = run_demo(into=into, language=current_language(), serve=serve)
    show(answer, as_json=as_json)
    report = answer.data.get("open")
    if report and not as_json and has_screen():
        click.launch(str(report))
