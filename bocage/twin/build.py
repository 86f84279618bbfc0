"""Build: one file becomes assets of the twin; what cannot is kept aside with its reason."""

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import polars as pl
import shapely
from pyproj import Transformer

from bocage.sources.files import read_raw
from bocage.sources.inventory import Reading, check_inventory
from bocage.sources.mapping import InventoryMapping, load_mapping, write_mapping
from bocage.sources.propose import layer_fit, propose_mapping
from bocage.sources.raw import RawTable
from bocage.store.interface import MergeReport
from bocage.twin.answer import Answer, Heading, Section
from bocage.twin.territory import Territory
from bocage.twin.wording import _
from bocage.vocabulary.codes import BocageError
from bocage.vocabulary.columns import Table
from bocage.vocabulary.text import Message, current_language

REACH_M: Mapping[str, float] = {"commune": 30_000, "epci": 80_000, "syndicate": 150_000, "departement": 200_000}
"""How far from the centre of a territory an asset may lie, by kind of body [m]."""
SHOWN_DIFFERENCES = 20


def import_file(
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
) -> Answer:
    """Import one file into the twin, or say what the import would do.

    The mapping given, else the one kept from the last import of the same source, else a proposal is
    used; it is kept in `mappings/` where it can be read and corrected. Refused rows and values set
    aside go to `quarantine/`, with their reason, as a CSV that can be mended and imported again.

    Args:
        territory: open territory.
        path: CSV, TSV, XLSX, GeoJSON, GeoPackage or Shapefile.
        asset_type: declared type; recognised where None.
        mapping: TOML file of a mapping.
        layer: layer or sheet.
        srid: EPSG code of the coordinates where the file does not say it.
        source: name of the inventory; the file's own name where None.
        on: date from which the inventory holds; today where None.
        dry_run: write nothing.
        retire_absent: end the assets of this source that the file no longer has.

    Raises:
        BocageError: BOC-TWI-015 no such file, BOC-TWI-016 unknown type, those of sources and store.
    """
    if not path.exists():
        raise BocageError("BOC-TWI-015", where={"file": path})
    source = source or path.stem
    tables = _possible_tables(territory, asset_type)
    values = value_writings(territory)
    raw = read_raw(path, layer=layer, fits=layer_fit(tables))
    if srid is not None:
        raw = replace(raw, srid=srid)
    meaning = _mapping(territory, raw, tables, values, mapping, source)
    table = territory.asset_tables.get(meaning.asset_type)
    if table is None:
        raise _unknown_type(territory, meaning.asset_type)
    reading = check_inventory(
        raw, table=table, mapping=meaning, srid=territory.srid, area=reach(territory), values=values, source=source
    )
    merged = territory.store.merge_assets(
        table,
        reading.rows,
        source=source,
        on=on or dt.datetime.now(tz=dt.UTC).date(),
        dry_run=dry_run,
        retire_absent=retire_absent,
    )
    files = [] if dry_run else _keep(territory, source, meaning, reading)
    return _answer(path, table, meaning, reading, merged, files)


def value_writings(territory: Territory) -> dict[str, Path]:
    """`values.csv` of the domain of each asset type that has one."""
    return {
        table.name: domain.folder / "values.csv"
        for domain in territory.domains
        for table in domain.tables
        if (domain.folder / "values.csv").is_file()
    }


def reach(territory: Territory) -> shapely.Polygon | None:
    """Where assets of the territory may lie, in its projection; None where its centre is not set."""
    longitude = territory.config.number("territory", "longitude_deg")
    latitude = territory.config.number("territory", "latitude_deg")
    radius = REACH_M.get(territory.config.text("territory", "kind"))
    if longitude is None or latitude is None or radius is None:
        return None
    x, y = Transformer.from_crs(4326, territory.srid, always_xy=True).transform(longitude, latitude)
    return shapely.Point(x, y).buffer(radius)


def _possible_tables(territory: Territory, asset_type: str | None) -> Sequence[Table]:
    if asset_type is None:
        return list(territory.asset_tables.values())
    if asset_type not in territory.asset_tables:
        raise _unknown_type(territory, asset_type)
    return [territory.asset_tables[asset_type]]


def _unknown_type(territory: Territory, value: str) -> BocageError:
    return BocageError("BOC-TWI-016", value=value, known=", ".join(territory.asset_tables))


def _mapping(
    territory: Territory,
    raw: RawTable,
    tables: Sequence[Table],
    values: Mapping[str, Path],
    given: Path | None,
    source: str,
) -> InventoryMapping:
    if given is not None:
        return load_mapping(given)
    kept = _mapping_path(territory, source)
    if kept.is_file():
        known = load_mapping(kept)
        headers = set(raw.frame.columns)
        if known.asset_type in {table.name for table in tables} and set(known.headers.values()) <= headers:
            return known
    return propose_mapping(raw, tables, values=values)


def _mapping_path(territory: Territory, source: str) -> Path:
    return territory.folder / "mappings" / f"{file_name(source)}.toml"


def file_name(text: str) -> str:
    """A name that every file system takes.

    >>> file_name("Éclairage 2024/ZAC")
    'Éclairage-2024-ZAC'
    """
    return re.sub(r"[^\w.-]+", "-", text).strip("-.")[:80] or "source"


def _keep(territory: Territory, source: str, meaning: InventoryMapping, reading: Reading) -> list[Path]:
    territory.place("mappings")
    files = [write_mapping(meaning, _mapping_path(territory, source))]
    for name, frame in (("refused", reading.refused), ("set-aside", reading.set_aside)):
        path = territory.place("quarantine") / f"{file_name(source)}-{name}.csv"
        if frame.height:
            path.write_bytes(b"\xef\xbb\xbf" + frame.write_csv(separator=";").encode())
            files.append(path)
        else:
            path.unlink(missing_ok=True)
    return files


def _answer(
    path: Path,
    table: Table,
    meaning: InventoryMapping,
    reading: Reading,
    merged: MergeReport,
    files: list[Path],
) -> Answer:
    language = current_language()
    sections = [
        _mapping_section(table, meaning),
        Section(
            title=_("What was read"),
            lines=[
                _(
                    "{rows} rows read, {refused} refused, {aside} values set aside",
                    rows=reading.rows.height, refused=reading.refused.height, aside=reading.set_aside.height,
                ),
                *({"fr": verdict.say("what", "fr"), "en": verdict.say("what", "en")} for verdict in reading.verdicts),
            ],
        ),
        _difference_section(merged),
    ]  # fmt: skip
    return Answer(
        title=_("{path}: {type}", path=path.name, type=table.label),
        sections=sections,
        data={
            "file": str(path),
            "asset_type": table.name,
            "mapping": meaning.as_dict(language),
            "read": reading.rows.height,
            "refused": reading.refused.height,
            "set_aside": reading.set_aside.height,
            "verdicts": [verdict.as_dict(language) for verdict in reading.verdicts],
            "added": len(merged.added),
            "changed": len(merged.changed),
            "unchanged": merged.unchanged,
            "absent": list(merged.absent),
            "kept_corrections": [list(kept) for kept in merged.kept_corrections],
            "differences": merged.differences.to_dicts(),
            "dry_run": merged.dry_run,
        },
        files=files,
        next_step=_("bocage import without --dry-run") if merged.dry_run else _("bocage diagnose"),
    )


def _mapping_section(table: Table, meaning: InventoryMapping) -> Section:
    language = current_language()
    labels = {column.name: column.label[language] for column in table.columns}
    rows = [
        {
            "column": labels.get(match.column, match.column),
            "header": match.header,
            "confidence": 100 * match.confidence,
            "reason": match.reason.say(language),
        }
        for match in meaning.matches
    ]
    unmatched = ", ".join(meaning.unmatched)
    return Section(
        title=_("Columns recognised"),
        lines=[_("Columns of the file that mean nothing here: {names}", names=unmatched)] if unmatched else [],
        table=pl.DataFrame(
            rows, schema={"column": pl.String, "header": pl.String, "confidence": pl.Float64, "reason": pl.String}
        ),
        headings=[
            Heading(name="column", label=_("Column of Bocage")),
            Heading(name="header", label=_("Column of the file")),
            Heading(name="confidence", label=_("Confidence"), unit="%"),
            Heading(name="reason", label=_("Why")),
        ],
    )


def _difference_section(merged: MergeReport) -> Section:
    lines: list[Message] = [
        _(
            "{added} added, {changed} changed, {unchanged} unchanged",
            added=len(merged.added), changed=len(merged.changed), unchanged=merged.unchanged,
        )
    ]  # fmt: skip
    if merged.absent:
        lines.append(_("{count} assets of this source are no longer in the file", count=len(merged.absent)))
    if merged.kept_corrections:
        lines.append(_("{count} corrections made by hand were kept", count=len(merged.kept_corrections)))
    return Section(
        title=_("What would change") if merged.dry_run else _("What changed"),
        lines=lines,
        table=merged.differences.head(SHOWN_DIFFERENCES) if merged.differences.height else None,
        headings=[
            Heading(name="asset_id", label=_("Identifier")),
            Heading(name="column", label=_("Column")),
            Heading(name="before", label=_("Before")),
            Heading(name="after", label=_("After")),
        ],
    )
