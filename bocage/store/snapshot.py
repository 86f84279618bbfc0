"""A GeoPackage to give away: rows in force, typed geometries, names and aliases in a language, no log beside it."""

import os
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import polars as pl
import shapely

from bocage.store.aliases import Alias, create_alias_tables, describe_columns
from bocage.store.connection import create
from bocage.store.encoding import Field, encode, is_asset
from bocage.store.metadata import create_core
from bocage.store.refusals import refusing
from bocage.store.schema import create_layer
from bocage.store.versions import add_rows
from bocage.vocabulary.columns import GEOMETRY, Column, Table
from bocage.vocabulary.origin import high_column, low_column, origin_column

_TYPES: Sequence[tuple[type[pl.DataType], str]] = (
    (pl.Boolean, "boolean"), (pl.Date, "date"), (pl.Datetime, "datetime"), (pl.List, "list"), (pl.String, "text"),
)  # fmt: skip
_NAMES = {0: "POINT", 1: "LINESTRING", 3: "POLYGON", 4: "MULTIPOINT", 5: "MULTILINESTRING", 6: "MULTIPOLYGON"}
_MULTI = {0: 4, 1: 5, 3: 6}
_WHEN_EMPTY = {"point": "POINT", "line": "MULTILINESTRING", "polygon": "MULTIPOLYGON", "any": "GEOMETRY"}
_PROMOTE = {
    4: (0, shapely.multipoints),
    5: (1, shapely.multilinestrings),
    6: (3, shapely.multipolygons),
}


KeptLayer = tuple[Table, Sequence[Field], pl.DataFrame]
"""A declared table, its fields, and its rows in force: kept values, geometry as well-known binary."""


@dataclass(frozen=True)
class _Layer:
    table: Table
    fields: Sequence[Field]
    rows: pl.DataFrame
    aliases: Sequence[Alias]


def write_snapshot(
    kept: Iterable[KeptLayer],
    path: Path,
    *,
    srid: int,
    extra: Mapping[str, pl.DataFrame],
    described: Mapping[str, Sequence[Column]],
    language: str,
) -> Path:
    """Write the snapshot under another name, then put it in the place of `path`.

    An extra column of the name of a declared one takes its place (a completed value, beside its origin).

    Args:
        kept: every declared table with its fields and its rows in force, in order of name.
        path: file to write.
        srid: EPSG code of the projection.
        extra: by asset type, further columns by `asset_id`; with their geometry they are the rows of
            a type of which the twin has none (assets that a domain derives).
        described: by asset type, declarations of some of those columns.
        language: of aliases and descriptions.
    """
    draft = path.with_name(f".{path.name}.new-{os.getpid()}")
    with refusing(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        draft.unlink(missing_ok=True)
        try:
            with closing(create(draft)) as target:
                target.execute("BEGIN")
                create_core(target, srid)
                create_alias_tables(target)
                identifiers: set[str] = set()
                for layer in _layers(kept, extra, described, language):
                    _write_layer(target, layer, srid, language, identifiers)
                target.execute("COMMIT")
            draft.replace(path)
        finally:
            draft.unlink(missing_ok=True)
            draft.with_name(draft.name + "-journal").unlink(missing_ok=True)
    return path


def _layers(
    kept: Iterable[KeptLayer],
    extra: Mapping[str, pl.DataFrame],
    described: Mapping[str, Sequence[Column]],
    language: str,
) -> Sequence[_Layer]:
    layers = []
    for table, fields, rows in kept:
        if not len(rows) and not is_asset(table):
            continue
        layer = _Layer(table, fields, rows, [_alias_of(field.column, language) for field in fields])
        if table.name in extra:
            layer = _extended(layer, extra[table.name], described.get(table.name, ()), language)
        layers.append(layer)
    return layers


def _extended(layer: _Layer, extra: pl.DataFrame, described: Sequence[Column], language: str) -> _Layer:
    added = [name for name in extra.columns if name not in {"asset_id", GEOMETRY}]
    new = [Field(name, _type_of(extra.schema[name]), _companion(layer.table, described, name)) for name in added]
    further = encode(extra.select("asset_id", *added).with_columns(_castable(extra, added)), new)
    kept = [(f, a) for f, a in zip(layer.fields, layer.aliases, strict=True) if f.name not in added]
    known = layer.rows
    if known.is_empty() and GEOMETRY in extra.columns:
        known = pl.concat([known, extra.select("asset_id", GEOMETRY)], how="diagonal_relaxed")
    rows = known.drop(added, strict=False).join(further, on="asset_id", how="left", maintain_order="left")
    return replace(
        layer,
        fields=[*(field for field, _ in kept), *new],
        rows=rows,
        aliases=[*(alias for _, alias in kept), *(_alias_of(field.column, language) for field in new)],
    )


def _castable(extra: pl.DataFrame, names: Sequence[str]) -> list[pl.Expr]:
    casts: list[pl.Expr] = []
    for name in names:
        kind = extra.schema[name]
        if kind.is_integer():
            casts.append(pl.col(name).cast(pl.Int64))
        elif kind.is_float():
            casts.append(pl.col(name).cast(pl.Float64))
        elif kind in (pl.Categorical, pl.Enum):
            casts.append(pl.col(name).cast(pl.String))
    return casts


def _type_of(kind: pl.DataType) -> str:
    if kind.is_integer():
        return "integer"
    if kind.is_float():
        return "real"
    return next((name for base, name in _TYPES if isinstance(kind, base)), "text")


def _companion(table: Table, described: Sequence[Column], name: str) -> Column:
    """What is known of a further column: the declared one, a companion of it, or its name alone."""
    for column in (*table.columns, *described):
        if column.name == name:
            return column
        for made, words in (
            (origin_column(column.name), {"fr": "origine", "en": "origin"}),
            (low_column(column.name), {"fr": "borne basse, P10", "en": "low, P10"}),
            (high_column(column.name), {"fr": "borne haute, P90", "en": "high, P90"}),
        ):
            if made == name:
                label = {key: f"{column.label.get(key, column.name)} – {words[key]}" for key in words}
                unit = "" if name.endswith("_origin") else column.unit
                return Column(name=name, type="text", unit=unit, label=label, description=column.description)
    return Column(name=name, type="text")


def _alias_of(column: Column, language: str) -> Alias:
    label = column.label.get(language, column.name)
    unit = f" ({column.unit})" if column.unit not in {"", "1"} else ""
    return Alias(column.name, label + unit, column.description.get(language, ""), column.codes, column.type)


def _write_layer(target: sqlite3.Connection, layer: _Layer, srid: int, language: str, identifiers: set[str]) -> None:
    table, rows, bounds, geometry_type = layer.table, layer.rows, None, None
    heights = 0
    if table.geometry != "none":
        shapes = shapely.from_wkb(rows[GEOMETRY].to_numpy())
        shapes, geometry_type = _one_type(shapes, _WHEN_EMPTY[table.geometry])
        wkb = shapely.to_wkb(shapes, byte_order=1, flavor="iso").tolist()
        rows = rows.with_columns(pl.Series(GEOMETRY, wkb, dtype=pl.Binary))
        bounds = shapely.bounds(shapes)
        heights = 2 if shapely.has_z(shapes).any() else 0
    label = table.label.get(language, table.name)
    identifier = label if label not in identifiers else f"{label} ({table.name})"
    identifiers.add(identifier)
    create_layer(
        target, table, layer.fields,
        srid=srid, geometry_type=geometry_type, language=language, identifier=identifier, heights=heights,
    )  # fmt: skip
    if len(rows):
        add_rows(target, table, layer.fields, rows, bounds, srid=srid)
    describe_columns(target, table.name, layer.aliases)


def _one_type(shapes: np.ndarray, when_empty: str) -> tuple[np.ndarray, str]:
    """Shapes of one GeoPackage type where they can be: single and multiple of a kind become multiple."""
    kinds = shapely.get_type_id(shapes)
    present = {int(kind) for kind in np.unique(kinds)} - {-1}
    if not present:
        return shapes, when_empty
    if len(present) == 1:
        return shapes, _NAMES.get(present.pop(), "GEOMETRY")
    multiples = {_MULTI.get(kind, kind) for kind in present}
    if len(multiples) > 1 or not multiples <= set(_PROMOTE):
        return shapes, "GEOMETRY"
    multiple = multiples.pop()
    single, build = _PROMOTE[multiple]
    lone = kinds == single
    promoted = shapes.copy()
    promoted[lone] = build(shapes[lone], indices=np.arange(int(lone.sum())))
    return promoted, _NAMES[multiple]
