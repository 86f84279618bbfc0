"""Build: one file becomes assets of the twin; what cannot is kept aside with its reason."""

import datetime as dt
from collections.abc import Mapping
from pathlib import Path

from bocage.sources.inventory import check_inventory
from bocage.sources.mapping import write_mapping
from bocage.sources.qualify import qualified
from bocage.twin.answer import Answer
from bocage.twin.geocoding import Addresses, locate_addresses
from bocage.twin.import_answer import Imported, import_answer
from bocage.twin.import_parts import Wanted, file_name, kept_mapping, read_parts, with_constants, write_mappings
from bocage.twin.reach import neighbourhood, reach
from bocage.twin.territory import Territory
from bocage.vocabulary.codes import BocageError
from bocage.vocabulary.columns import shared_asset_tables, shared_values

SEVERAL_COMMUNES = frozenset({"epci", "syndicate", "departement"})
"""Kinds of bodies whose communes may use the same identifiers."""

TOLD_WHOLE = ("budget_year", "action_choice")
"""Tables that a file tells whole."""


def import_file(  # noqa: PLR0913 - one argument per option of the command
    territory: Territory,
    path: Path,
    *,
    asset_type: str | None = None,
    mapping: Path | None = None,
    layer: str | None = None,
    srid: int | None = None,
    source: str | None = None,
    on: dt.date | None = None,
    dry_run: bool = False,
    retire_absent: bool = False,
    constants: Mapping[str, str] | None = None,
    save_mapping: Path | None = None,
    layout: str | None = None,
    addresses: Addresses = "leave",
) -> Answer:
    """Import one file into the twin, or say what the import would do.

    The mapping given, else the one kept from the last import of the same source, else that of the
    layout that is recognised, else a proposal is used; it is kept in `mappings/` where it can be read
    and corrected. A layout may give several types of assets, each merged in turn. Refused rows and
    values set aside go to `quarantine/`, with their reason, as a CSV that can be mended and imported
    again.

    Args:
        territory: open territory.
        path: file in any format that is read, or folder of the text files of a relational layout.
        asset_type: declared type; recognised where None.
        mapping: TOML file of a mapping.
        layer: layer or sheet.
        srid: EPSG code of the coordinates where the file does not say it.
        source: name of the inventory; the file's own name where None.
        on: date from which the inventory holds; today where None.
        dry_run: write nothing in the territory.
        retire_absent: end the assets of this source that the file no longer has; budgets and choices always
            are: a row taken out of the table no longer holds.
        constants: declared column and its value for every row, where the file has no such column or an
            empty cell; added to those of the mapping, and kept with it.
        save_mapping: TOML file to write the mapping to, before anything is judged, so that it can be
            edited and given back as `mapping`.
        layout: name of a known layout, `none` for none; recognised where None.
        addresses: whether rows without coordinates are located by their address; answers of the service
            are kept in the territory, even in a dry run.

    Returns:
        The answer; its data are those of the principal type, and of all of them under `parts`.

    Raises:
        BocageError: BOC-TWI-015 no such file, BOC-TWI-016 unknown type, those of sources and store.
    """
    if not path.exists():
        raise BocageError("BOC-TWI-015", where={"file": path})
    source = source or path.stem
    wanted = Wanted(asset_type=asset_type, mapping=mapping, layer=layer, srid=srid, layout=layout)
    values = value_writings(territory)
    recognised, parts = read_parts(territory, path, wanted, source=source, values=values)
    parts = with_constants(parts, constants or {})
    files = [] if save_mapping is None else write_mappings(parts, save_mapping)
    area, hint = reach(territory), neighbourhood(territory)
    told_apart = recognised is not None and not recognised.layout.local_identifiers
    several = territory.config.text("territory", "kind") in SEVERAL_COMMUNES and not told_apart
    local = [table.name for domain in territory.domains for table in domain.tables] if several else []
    readings = [
        check_inventory(
            raw,
            table=part.table,
            mapping=meaning,
            srid=territory.srid,
            area=area,
            values=values,
            source=source,
            hint=hint,
            addressed=locate_addresses(territory, part.raw, part.meaning, part.table, addresses),
        )
        for part in parts
        for raw, meaning in [qualified(part.raw, part.meaning, types=local)]
    ]
    imported = []
    for part, reading in zip(parts, readings, strict=True):  # all were read: a file refused changes nothing
        merged = territory.store.merge_assets(
            part.table,
            reading.rows,
            source=source,
            on=on or territory.today(),
            dry_run=dry_run,
            retire_absent=retire_absent or part.table.name in TOLD_WHOLE,
        )
        imported.append(Imported(table=part.table, meaning=part.meaning, reading=reading, merged=merged))
    if not dry_run:
        files += [file for index, one in enumerate(imported) for file in _keep(territory, source, one, index)]
    return import_answer(path, imported, recognised=recognised, files=files, saved=save_mapping, dry_run=dry_run)


def value_writings(territory: Territory) -> dict[str, Path]:
    """`values.csv` of each asset type: that of shared ones, that of the domain where it has one."""
    shared = dict.fromkeys(shared_asset_tables(), shared_values())
    return shared | {
        table.name: domain.folder / "values.csv"
        for domain in territory.domains
        for table in domain.tables
        if (domain.folder / "values.csv").is_file()
    }


def _keep(territory: Territory, source: str, one: Imported, index: int) -> list[Path]:
    """Keep the mapping of a type, and what was not believed of it; the principal type bears the name of the source."""
    territory.place("mappings")
    files = [write_mapping(one.meaning, kept_mapping(territory, source, one.table.name, principal=index == 0))]
    for name, frame in (("refused", one.reading.refused), ("set-aside", one.reading.set_aside)):
        ending = name if index == 0 else f"{one.table.name}-{name}"
        path = territory.place("quarantine") / f"{file_name(source)}-{ending}.csv"
        if frame.height:
            path.write_bytes(b"\xef\xbb\xbf" + frame.write_csv(separator=";").encode())
            files.append(path)
        else:
            path.unlink(missing_ok=True)
    return files
