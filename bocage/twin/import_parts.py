"""What a source gives: the layout in which it is, if one is known, and the rows and mapping of each type of asset."""

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self

from bocage.sources.bundle import recognise_source
from bocage.sources.derive import derive
from bocage.sources.layout_match import Recognised, layout_called
from bocage.sources.layouts import Layout, Part, read_layouts
from bocage.sources.mapping import InventoryMapping, load_mapping, write_mapping
from bocage.sources.propose import layer_fit, propose_mapping
from bocage.sources.raw import RawTable
from bocage.sources.table_schema import schema_layouts
from bocage.twin.territory import Territory
from bocage.vocabulary.codes import BocageError
from bocage.vocabulary.columns import Table

DEVICES = frozenset({"CON", "PRN", "AUX", "NUL", *(f"{port}{n}" for port in ("COM", "LPT") for n in range(1, 10))})
"""Names that Windows keeps for devices."""
NO_LAYOUT = "none"
"""What asks for no known layout."""


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What was asked of an import.

    Attributes:
        asset_type: declared type; recognised where None.
        mapping: TOML file of a mapping.
        layer: layer or sheet.
        srid: EPSG code of the coordinates where the source does not say it.
        layout: name of a known layout, `none` for none; recognised where None.
    """

    asset_type: str | None = None
    mapping: Path | None = None
    layer: str | None = None
    srid: int | None = None
    layout: str | None = None


@dataclass(frozen=True, kw_only=True)
class SourcePart:
    """The rows of one type of asset, and what their columns mean."""

    table: Table
    raw: RawTable
    meaning: InventoryMapping

    def with_constants(self, constants: Mapping[str, str]) -> Self:
        """The same with values for the whole file, added to those that it has."""
        return replace(self, meaning=replace(self.meaning, constants={**self.meaning.constants, **constants}))


def read_parts(
    territory: Territory, path: Path, wanted: Wanted, *, source: str, values: Mapping[str, Path]
) -> tuple[Recognised | None, list[SourcePart]]:
    """Read a source: in the mapping given, else the one kept, else its known layout, else as proposed.

    Args:
        territory: open territory.
        path: file or folder.
        wanted: what was asked.
        source: name of the inventory.
        values: `values.csv` by asset type.

    Returns:
        The layout where one was recognised and used, and the parts, the principal type first.

    Raises:
        BocageError: BOC-TWI-016 unknown type, BOC-IMP-403 a type that the layout does not give, those of
            the sources.
    """
    if wanted.asset_type is not None and wanted.asset_type not in territory.asset_tables:
        raise unknown_type(territory, wanted.asset_type)
    tables = [table for name, table in territory.asset_tables.items() if wanted.asset_type in {None, name}]
    given = None if wanted.mapping is None else load_mapping(wanted.mapping)
    layouts, forced = _layouts(territory, wanted.layout, given)
    recognised, raw = recognise_source(path, layouts, layer=wanted.layer, fits=layer_fit(tables), forced=forced)
    kept = _kept(territory, source)
    if recognised is not None and given is None and not forced and _prefers_kept(recognised, kept):
        raw, recognised = next(iter(recognised.tables.values())), None
    if recognised is not None:
        recognised = _with_srid(recognised, wanted.srid)
        parts = _parts_of(territory, recognised, wanted, source)
        if parts:
            return recognised, parts
        if len(recognised.tables) > 1 or forced:
            given_types = ", ".join(part.asset_type for part in recognised.layout.parts)
            raise BocageError("BOC-IMP-403", layout=recognised.layout.name, type=wanted.asset_type, types=given_types)
        raw = next(iter(recognised.tables.values()))
    assert raw is not None  # a source in no known layout is one table
    if wanted.srid is not None:
        raw = replace(raw, srid=wanted.srid)
    meaning = given or _meaning(raw, tables, values, kept)
    if wanted.srid is not None and meaning.place.srid is not None:  # what is said now prevails over what was kept
        meaning = replace(meaning, place=replace(meaning.place, srid=wanted.srid))
    if meaning.asset_type not in territory.asset_tables:
        raise unknown_type(territory, meaning.asset_type)
    return None, [SourcePart(table=territory.asset_tables[meaning.asset_type], raw=raw, meaning=meaning)]


def with_constants(parts: Sequence[SourcePart], constants: Mapping[str, str]) -> list[SourcePart]:
    """The parts with values for the whole file: each type takes those of its columns, the principal one the unknown.

    A column that no type has is thus refused when the principal type is checked.
    """
    known = {name for part in parts for name in part.table.names}
    return [
        part.with_constants(
            {
                name: value
                for name, value in constants.items()
                if name in part.table.names or (index == 0 and name not in known)
            }
        )
        for index, part in enumerate(parts)
    ]


def unknown_type(territory: Territory, value: str) -> BocageError:
    """The refusal of a type that no domain declares, BOC-TWI-016."""
    return BocageError("BOC-TWI-016", value=value, known=", ".join(territory.asset_tables))


def known_layouts(territory: Territory) -> list[Layout]:
    """Every layout that the domains declare."""
    found: list[Layout] = []
    for domain in territory.domains:
        found += [*read_layouts(domain.folder / "layouts"), *schema_layouts(domain.folder / "open_data")]
    return found


def _layouts(territory: Territory, asked: str | None, given: InventoryMapping | None) -> tuple[list[Layout], bool]:
    """Layouts that are possible, and whether one of them was asked for by name."""
    known = known_layouts(territory)
    if asked == NO_LAYOUT:
        return [], False
    if asked is not None:
        return [layout_called(asked, known)], True
    if given is not None:
        return [layout for layout in known if layout.name == given.layout], False
    return known, False


def _kept(territory: Territory, source: str) -> InventoryMapping | None:
    path = kept_mapping(territory, source)
    return load_mapping(path) if path.is_file() else None


def _prefers_kept(recognised: Recognised, kept: InventoryMapping | None) -> bool:
    """Whether a mapping of the file as it stands was kept, which a person may have corrected."""
    if kept is None or kept.layout or len(recognised.tables) > 1:
        return False
    headers = set(next(iter(recognised.tables.values())).frame.columns)
    return set(kept.headers.values()) <= headers


def _with_srid(recognised: Recognised, srid: int | None) -> Recognised:
    if srid is None:
        return recognised
    return replace(recognised, tables={role: replace(one, srid=srid) for role, one in recognised.tables.items()})


def _parts_of(territory: Territory, recognised: Recognised, wanted: Wanted, source: str) -> list[SourcePart]:
    """Each type that the layout gives and that is wanted, in the mapping that corrects it where there is one."""
    found = []
    for part in recognised.layout.parts:
        if part.table not in recognised.tables or wanted.asset_type not in {None, part.asset_type}:
            continue
        correction = _correction(territory, recognised, part, wanted, source)
        if wanted.mapping is not None and correction is None:
            continue
        table = territory.asset_tables[part.asset_type]
        raw, meaning = derive(recognised, part, table)
        if not raw.frame.height:
            continue
        if correction is not None:
            kept = wanted.mapping is None and not set(correction.headers.values()) <= set(raw.frame.columns)
            # the columns have changed, what was declared of the whole file has not
            meaning = replace(meaning, constants=correction.constants) if kept else correction
        found.append(SourcePart(table=table, raw=raw, meaning=meaning))
    return found


def _correction(
    territory: Territory, recognised: Recognised, part: Part, wanted: Wanted, source: str
) -> InventoryMapping | None:
    """The mapping given or kept for the type."""
    principal = part.asset_type == recognised.layout.parts[0].asset_type
    if wanted.mapping is None:
        path = kept_mapping(territory, source, part.asset_type, principal=principal)
        found = load_mapping(path) if path.is_file() else None
    else:
        beside = _beside(wanted.mapping, part.asset_type)
        found = load_mapping(beside if beside.is_file() else wanted.mapping)
    suits = found is not None and (found.layout, found.asset_type) == (recognised.layout.name, part.asset_type)
    return found if suits else None


def _meaning(
    raw: RawTable, tables: Sequence[Table], values: Mapping[str, Path], kept: InventoryMapping | None
) -> InventoryMapping:
    """The mapping kept from the last import where it still suits, else a proposal."""
    if kept is None:
        return propose_mapping(raw, tables, values=values)
    possible = kept.asset_type in {table.name for table in tables}
    if possible and set(kept.headers.values()) <= set(raw.frame.columns):
        return kept
    proposed = propose_mapping(raw, tables, values=values)
    # the columns have changed, what was declared of the whole file has not
    return replace(proposed, constants=kept.constants) if proposed.asset_type == kept.asset_type else proposed


def write_mappings(parts: Sequence[SourcePart], path: Path) -> list[Path]:
    """Write the mapping of each type, to be corrected: the principal one under the name given, others beside it.

    Raises:
        BocageError: BOC-IMP-027, a file is there.
    """
    targets = [path if index == 0 else _beside(path, part.table.name) for index, part in enumerate(parts)]
    for target in targets:
        if target.exists():
            raise BocageError("BOC-IMP-027", where={"path": target})
    return [write_mapping(part.meaning, target, replace=False) for part, target in zip(parts, targets, strict=True)]


def _beside(path: Path, asset_type: str) -> Path:
    return path.with_name(f"{path.stem}-{asset_type}{path.suffix}")


def kept_mapping(territory: Territory, source: str, asset_type: str = "", *, principal: bool = True) -> Path:
    """Where the mapping of a source is kept, that of its principal type or of another."""
    name = f"{file_name(source)}.toml" if principal else f"{file_name(source)}-{asset_type}.toml"
    return territory.folder / "mappings" / name


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
