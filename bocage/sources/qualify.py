"""Identifiers that several communes use: qualified by the INSEE code, in a file and between files.

Each commune numbers its light points and its cabinets from 1. In a twin that holds several communes, point 12 of one
is not point 12 of the other.
"""

from collections.abc import Collection, Sequence
from dataclasses import replace

import polars as pl

from bocage.sources.mapping import InventoryMapping
from bocage.sources.raw import RawTable

COMMUNE = "commune_code"
INSEE_DIGITS = 5


def qualified(raw: RawTable, mapping: InventoryMapping, *, types: Collection[str]) -> tuple[RawTable, InventoryMapping]:
    """Put the commune before the identifiers of a file and before those that they refer to.

    A file that does not tell the commune of its rows, or whose identifiers begin with it already, stays
    as it is. Where no column identifies the rows but a name does within each commune, as `A1` for a
    cabinet, the commune and the name identify them.

    Args:
        raw: the file as it was read.
        mapping: meaning of its columns.
        types: asset types whose identifiers are local to a commune: a column `<type>_id` refers to one;
            empty where the twin holds a single commune: nothing changes.

    Returns:
        The file with further columns, and the mapping that reads them.
    """
    commune = _commune(raw, mapping) if types else None
    if commune is None:
        return raw, mapping
    own = mapping.identifier or mapping.headers.get("asset_id", "") or _naming(raw, mapping, commune)
    headers = [header for header in _identifiers(own, mapping, types) if header in raw.frame.columns]
    if not headers:
        return raw, mapping
    frame = raw.frame.with_columns(_joined(header, commune, raw.frame).alias(_name(header)) for header in headers)
    renamed = {header: _name(header) for header in headers}
    matches = [
        replace(match, header=renamed[match.header])
        if match.header in renamed and (match.column == "asset_id" or match.column.removesuffix("_id") in types)
        else match
        for match in mapping.matches
    ]
    return (
        replace(raw, frame=frame),
        replace(mapping, identifier=renamed.get(own, mapping.identifier), matches=matches),
    )


def _naming(raw: RawTable, mapping: InventoryMapping, commune: pl.Expr) -> str:
    """The header of the names where each row has one and no two of a commune are the same; else empty."""
    header = mapping.headers.get("name", "")
    if header not in raw.frame.columns:
        return ""
    named = raw.frame.select(commune.alias("_commune"), pl.col(header).cast(pl.String).str.strip_chars().alias("_name"))
    complete = not sum(named.null_count().row(0)) and (named["_name"] != "").all()
    return header if complete and not named.is_duplicated().any() else ""


def _identifiers(own: str, mapping: InventoryMapping, types: Collection[str]) -> Sequence[str]:
    """Headers that hold the identifier of a row, or one that it refers to."""
    others = [header for column, header in mapping.headers.items() if column.removesuffix("_id") in types]
    return list(dict.fromkeys(filter(None, [own, *others])))


def _commune(raw: RawTable, mapping: InventoryMapping) -> pl.Expr | None:
    constant = mapping.constants.get(COMMUNE)
    header = mapping.headers.get(COMMUNE)
    if header in raw.frame.columns:
        code = pl.col(str(header)).cast(pl.String).str.strip_chars().str.replace(r"[.,]0+$", "")
        code = pl.when(code != "").then(code.str.zfill(INSEE_DIGITS))
        return code if constant is None else code.fill_null(constant)
    return None if constant is None else pl.lit(constant)


def _joined(header: str, commune: pl.Expr, frame: pl.DataFrame) -> pl.Expr:
    text = pl.col(header) if frame.schema[header] == pl.String else pl.col(header).cast(pl.String)
    bare = text.str.strip_chars()
    told = commune.is_not_null() & (bare != "").fill_null(value=False)
    return pl.when(told & ~bare.str.starts_with(commune)).then(commune + "-" + bare).otherwise(text)


def _name(header: str) -> str:
    return f"{header} + INSEE"
