"""Build: one file becomes assets of the twin; what cannot is kept aside with its reason."""

import datetime as dt
import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import polars as pl
import shapely
from pyproj import Transformer

from bocage.publish.texts import parameter as written_number
from bocage.sources.files import read_raw
from bocage.sources.inventory import Reading, check_inventory
from bocage.sources.mapping import InventoryMapping, load_mapping, write_mapping
from bocage.sources.propose import layer_fit, propose_mapping
from bocage.sources.raw import RawTable
from bocage.store.interface import MergeReport
from bocage.twin.answer import Answer, Heading, Section
from bocage.twin.code_labels import all_code_labels
from bocage.twin.domains import discover_domains
from bocage.twin.territory import Territory
from bocage.twin.wording import _
from bocage.vocabulary.code_labels import CodeLabels, label_of
from bocage.vocabulary.codes import BocageError
from bocage.vocabulary.columns import Column, Table
from bocage.vocabulary.text import Message, current_language

REACH_M: Mapping[str, float] = {"commune": 30_000, "epci": 80_000, "syndicate": 150_000, "departement": 200_000}
"""How far from the centre of a territory an asset may lie, by kind of body [m]."""
DEVICES = frozenset({"CON", "PRN", "AUX", "NUL", *(f"{port}{n}" for port in ("COM", "LPT") for n in range(1, 10))})
"""Names that Windows keeps for devices."""
SHOWN_DIFFERENCES = 20
SHOWN_NAMES = 10
SURE = 0.9
"""Confidence under which the answer asks to look at a column first."""


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
        dry_run: write nothing in the territory.
        retire_absent: end the assets of this source that the file no longer has.
        constants: declared column and its value for every row, where the file has no such column or an
            empty cell; added to those of the mapping, and kept with it.
        save_mapping: TOML file to write the mapping to, before anything is judged, so that it can be
            edited and given back as `mapping`.

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
    meaning = replace(meaning, constants={**meaning.constants, **(constants or {})})
    saved = [] if save_mapping is None else [write_mapping(meaning, save_mapping, replace=False)]
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
        on=on or territory.today(),
        dry_run=dry_run,
        retire_absent=retire_absent,
    )
    kept = [] if dry_run else _keep(territory, source, meaning, reading)
    return _answer(path, table, meaning, reading, merged, [*saved, *kept], _next_step(save_mapping, dry_run))


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
        possible = known.asset_type in {table.name for table in tables}
        if possible and set(known.headers.values()) <= headers:
            return known
        proposed = propose_mapping(raw, tables, values=values)
        # the columns have changed, what was declared of the whole file has not
        return replace(proposed, constants=known.constants) if proposed.asset_type == known.asset_type else proposed
    return propose_mapping(raw, tables, values=values)


def _mapping_path(territory: Territory, source: str) -> Path:
    return territory.folder / "mappings" / f"{file_name(source)}.toml"


def file_name(text: str) -> str:
    """A name that every file system takes, different for different texts.

    >>> file_name("éclairage_bourg")
    'éclairage_bourg'
    >>> file_name("ZAC 2024"), file_name("ZAC/2024")
    ('ZAC-2024-18b2dd', 'ZAC-2024-8b18e1')
    """
    name = re.sub(r"[^\w.-]+", "-", text).strip("-.")[:80]
    if name == text and name.upper().split(".")[0] not in DEVICES:
        return name
    return f"{name or 'source'}-{hashlib.sha256(text.encode()).hexdigest()[:6]}"


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


def _next_step(saved: Path | None, dry_run: bool) -> Message:
    if not dry_run:
        return _("bocage diagnose")
    if saved is not None:
        return _(
            "read and correct {mapping}, then the same command with --mapping in place of --save-mapping",
            mapping=_pasted(saved),
        )
    return _(
        "the same command without --dry-run; to correct the columns first, with --save-mapping {mapping}",
        mapping="mapping.toml",
    )


def _pasted(path: Path) -> str:
    return f'"{path}"' if " " in str(path) else str(path)


def _answer(
    path: Path,
    table: Table,
    meaning: InventoryMapping,
    reading: Reading,
    merged: MergeReport,
    files: list[Path],
    next_step: Message,
) -> Answer:
    language = current_language()
    return Answer(
        title=_("{path}: {type}", path=path.name, type=table.label),
        sections=[
            _mapping_section(table, meaning, reading),
            _reading_section(reading),
            *_remark_sections(reading),
            _difference_section(table, merged),
        ],
        data={
            "file": str(path),
            "asset_type": table.name,
            "mapping": meaning.as_dict(language),
            "read": reading.rows.height,
            "refused": reading.refused.height,
            "duplicates": reading.duplicates,
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
        next_step=next_step,
    )


def _mapping_section(table: Table, meaning: InventoryMapping, reading: Reading) -> Section:
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
    return Section(
        title=_("Columns recognised"),
        lines=_mapping_lines(labels, meaning, reading),
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


def _mapping_lines(labels: Mapping[str, str], meaning: InventoryMapping, reading: Reading) -> list[Message]:
    """What identifies and places a row, and what deserves a look, before the table of the columns."""
    identifier = meaning.identifier or meaning.headers.get("asset_id", "")
    lines = [_("Identifier: {header}", header=identifier) if identifier else _("Identifier: computed")]
    srid = str(reading.facts["srid_read"])
    if meaning.place.kind == "geometry":
        lines.append(_("Location: geometry of the file, read in EPSG:{srid}", srid=srid))
    elif meaning.place.kind != "none":
        headers = ", ".join(meaning.place.headers)
        lines.append(_("Location: {headers}, read in EPSG:{srid}", headers=headers, srid=srid))
    doubtful = [labels.get(match.column, match.column) for match in meaning.matches if match.confidence < SURE]
    if doubtful:
        lines.append(_("To check first: {names}", names=", ".join(doubtful)))
    if meaning.unmatched:
        names = ", ".join(meaning.unmatched[:SHOWN_NAMES]) + ("…" if len(meaning.unmatched) > SHOWN_NAMES else "")
        lines.append(_("Columns of the file left out: {count} ({names})", count=len(meaning.unmatched), names=names))
    return lines


def _reading_section(reading: Reading) -> Section:
    return Section(
        title=_("What was read"),
        lines=[
            _(
                "Rows of the file: {all}; kept: {rows}, refused: {refused}, repeated: {repeated}",
                all=reading.facts["rows_in_file"], rows=reading.rows.height, refused=reading.refused.height,
                repeated=reading.duplicates,
            ),
            *([_("Values set aside: {aside}", aside=reading.set_aside.height)] if reading.set_aside.height else []),
        ],
    )  # fmt: skip


def _remark_sections(reading: Reading) -> list[Section]:
    """What was found, first what somebody should look at."""
    sections = []
    for title, wanted in ((_("To check"), True), (_("For information"), False)):
        said = [verdict for verdict in reading.verdicts if (verdict.severity != "information") == wanted]
        if said:
            lines = [{"fr": f"- {one.say('what', 'fr')}", "en": f"- {one.say('what', 'en')}"} for one in said]
            sections.append(Section(title=title, lines=lines))
    return sections


def _difference_section(table: Table, merged: MergeReport) -> Section:
    language = current_language()
    labels = {column.name: column.label[language] for column in table.columns}
    lines: list[Message] = [
        _(
            "Added: {added}, changed: {changed}, unchanged: {unchanged}",
            added=len(merged.added), changed=len(merged.changed), unchanged=merged.unchanged,
        )
    ]  # fmt: skip
    if merged.absent:
        lines.append(_("Assets of this source that the file no longer has: {count}", count=len(merged.absent)))
    if merged.kept_corrections:
        lines.append(_("Corrections made by hand and kept: {count}", count=len(merged.kept_corrections)))
    shown = merged.differences.head(SHOWN_DIFFERENCES)
    return Section(
        title=_("What would change") if merged.dry_run else _("What changed"),
        lines=lines,
        table=_readable(shown, table).with_columns(pl.col("column").replace(labels)) if shown.height else None,
        headings=[
            Heading(name="asset_id", label=_("Identifier")),
            Heading(name="column", label=_("Column")),
            Heading(name="before", label=_("Before")),
            Heading(name="after", label=_("After")),
        ],
    )


def _readable(differences: pl.DataFrame, table: Table) -> pl.DataFrame:
    """Differences with numbers the way of the reader's language and codes in words."""
    labels = all_code_labels(discover_domains())
    known = {column.name: column for column in table.columns}
    return differences.with_columns(
        pl.Series(
            end,
            [_written(known.get(name), text, labels) for name, text in differences.select("column", end).iter_rows()],
            dtype=pl.String,
        )
        for end in ("before", "after")
    )


def _written(column: Column | None, text: str | None, labels: CodeLabels) -> str | None:
    if column is None or text is None:
        return text
    if column.type == "real":
        return written_number(float(text), current_language())
    return label_of(text, labels.get(column.name, {})) if column.codes else text
