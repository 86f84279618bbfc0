"""Columns and tables as declared data: one CSV row per column, read once, used everywhere."""

import csv
import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Literal, get_args

import polars as pl

ColumnType = Literal["code", "text", "integer", "real", "boolean", "date", "datetime", "list", "json"]
GeometryType = Literal["none", "point", "line", "polygon", "any"]

HEADER = (
    "name", "type", "unit", "required", "default", "impute", "min", "max", "codes", "synonyms",
    "maps_to", "privacy", "status", "label_fr", "label_en", "description_fr", "description_en", "source",
)  # fmt: skip

FIGURES_HEADER = (
    "asset_type", "name", "type", "unit", "label_fr", "label_en", "description_fr", "description_en",
)  # fmt: skip

POLARS_TYPES: Mapping[str, pl.DataType] = {
    "code": pl.String(),
    "text": pl.String(),
    "integer": pl.Int64(),
    "real": pl.Float64(),
    "boolean": pl.Boolean(),
    "date": pl.Date(),
    "datetime": pl.Datetime("us", "UTC"),
    "list": pl.List(pl.String()),
    "json": pl.String(),
}

GEOMETRY = "geometry"
"""Name of the geometry column of every spatial table in memory: WKB in the territory's projection."""


@dataclass(frozen=True, kw_only=True)
class Column:
    """One declared column; `code` is text that must keep its zeros (INSEE, SIREN, PRM).

    Attributes:
        name: snake_case name, with its unit where it is a quantity.
        type: one of `ColumnType`.
        unit: unit code of `units.csv`, empty for none.
        required: whether a row without it is refused.
        default: text of the default value, empty for none.
        impute: name of the domain's imputation rule, empty when the column is never imputed.
        minimum: smallest admissible value [unit], None for none.
        maximum: largest admissible value [unit], None for none.
        codes: admissible codes, empty for free values.
        synonyms: other names under which files carry the column.
        maps_to: name in the outside vocabulary (Smart Data Models, CNIG), empty for none.
        privacy: `public`, `internal` or `personal`.
        status: `stable` or `provisional`.
        label: short label by language.
        description: one sentence by language.
        source: text or address that defines the column.
    """

    name: str
    type: ColumnType
    unit: str = ""
    required: bool = False
    default: str = ""
    impute: str = ""
    minimum: float | None = None
    maximum: float | None = None
    codes: tuple[str, ...] = ()
    synonyms: tuple[str, ...] = ()
    maps_to: str = ""
    privacy: str = "public"
    status: str = "stable"
    label: Mapping[str, str] = field(default_factory=dict)
    description: Mapping[str, str] = field(default_factory=dict)
    source: str = ""

    @property
    def polars_type(self) -> pl.DataType:
        """The polars type of the column in memory.

        >>> Column(name="power_w", type="real", unit="W").polars_type
        Float64
        """
        return POLARS_TYPES[self.type]


@dataclass(frozen=True, kw_only=True)
class Table:
    """A declared table: a noun, or a type of asset.

    Attributes:
        name: table name in the store.
        geometry: kind of geometry, `none` for a table without one.
        columns: the declared columns, in order.
        key: names of the columns that identify a row.
        label: label by language.
        description: one sentence by language.
    """

    name: str
    geometry: GeometryType
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    label: Mapping[str, str] = field(default_factory=dict)
    description: Mapping[str, str] = field(default_factory=dict)

    def column(self, name: str) -> Column:
        """Return the column of that name; KeyError where the table has none."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(f"table {self.name} has no column {name}")

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the declared columns, without the geometry."""
        return tuple(column.name for column in self.columns)

    @property
    def imputable(self) -> tuple[Column, ...]:
        """Columns that a domain may fill, each with a companion `<name>_origin`."""
        return tuple(column for column in self.columns if column.impute)

    def polars_schema(self) -> dict[str, pl.DataType]:
        """Types of the declared columns in memory, geometry (WKB) last where there is one."""
        schema = {column.name: column.polars_type for column in self.columns}
        if self.geometry != "none":
            schema[GEOMETRY] = pl.Binary()
        return schema

    def empty(self) -> pl.DataFrame:
        """A frame of the table without rows."""
        return pl.DataFrame(schema=self.polars_schema())

    def conform(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Order, complete with nulls or defaults and cast to the declared types.

        Args:
            frame: any subset of the declared columns; others are dropped.

        Raises:
            polars.exceptions.InvalidOperationError: a value cannot be cast.
        """
        expressions = []
        for name, kind in self.polars_schema().items():
            expression = pl.col(name).cast(kind) if name in frame.columns else pl.lit(None, dtype=kind)
            default = self._default_of(name)
            if default is not None:
                expression = expression.fill_null(pl.lit(default, dtype=kind))
            expressions.append(expression.alias(name))
        return frame.select(expressions)

    def _default_of(self, name: str) -> object:
        if name == GEOMETRY:
            return None
        column = self.column(name)
        return parse_value(column, column.default) if column.default else None


def parse_value(column: Column, text: str) -> object:
    """Read the text of a CSV cell as the column's type.

    >>> parse_value(Column(name="n", type="integer"), "12")
    12
    >>> parse_value(Column(name="insee", type="code"), "01004")
    '01004'
    """
    match column.type:
        case "integer":
            return int(text)
        case "real":
            return float(text)
        case "boolean":
            return text.lower() in {"yes", "true", "1", "oui", "vrai"}
        case "date":
            return dt.date.fromisoformat(text)
        case "datetime":
            return dt.datetime.fromisoformat(text).astimezone(dt.UTC)
        case "list":
            return [part for part in text.split(";") if part]
        case _:
            return text


def read_columns(path: Path) -> tuple[Column, ...]:
    """Read a column declaration; raise ValueError that names file, row and fault.

    Args:
        path: CSV with the header `HEADER`.
    """
    with path.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.reader(stream))
    if not rows or tuple(rows[0]) != HEADER:
        raise ValueError(f"{path.name}: the header must be {','.join(HEADER)}")
    columns = []
    for number, cells in enumerate(rows[1:], start=2):
        if len(cells) != len(HEADER):
            raise ValueError(f"{path.name}:{number}: {len(cells)} cells where {len(HEADER)} are declared")
        columns.append(_column(dict(zip(HEADER, cells, strict=True)), f"{path.name}:{number}"))
    names = [column.name for column in columns]
    if len(set(names)) != len(names):
        raise ValueError(f"{path.name}: a column is declared twice")
    return tuple(columns)


def _column(cell: Mapping[str, str], where: str) -> Column:
    if cell["type"] not in get_args(ColumnType):
        raise ValueError(f"{where}: unknown type {cell['type']!r}")
    missing = [key for key in ("name", "label_fr", "label_en", "description_fr", "description_en") if not cell[key]]
    if missing:
        raise ValueError(f"{where}: {', '.join(missing)} must be filled")
    return Column(
        name=cell["name"],
        type=cell["type"],  # type: ignore[arg-type]  # checked above against ColumnType
        unit=cell["unit"],
        required=cell["required"] == "yes",
        default=cell["default"],
        impute=cell["impute"],
        minimum=float(cell["min"]) if cell["min"] else None,
        maximum=float(cell["max"]) if cell["max"] else None,
        codes=_split(cell["codes"]),
        synonyms=_split(cell["synonyms"]),
        maps_to=cell["maps_to"],
        privacy=cell["privacy"] or "public",
        status=cell["status"] or "stable",
        label={"fr": cell["label_fr"], "en": cell["label_en"]},
        description={"fr": cell["description_fr"], "en": cell["description_en"]},
        source=cell["source"],
    )


def read_figures(path: Path) -> dict[str, tuple[Column, ...]]:
    """Read the columns that a diagnosis computes for each asset, by asset type; none where the file is absent.

    Args:
        path: CSV with the header `FIGURES_HEADER`.

    Raises:
        ValueError: names file, row and fault.
    """
    if not path.is_file():
        return {}
    with path.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    figures: dict[str, list[Column]] = {}
    for number, row in enumerate(rows, start=2):
        if tuple(row) != FIGURES_HEADER:
            raise ValueError(f"{path.name}: the header must be {','.join(FIGURES_HEADER)}")
        column = _column({**dict.fromkeys(HEADER, ""), **row}, f"{path.name}:{number}")
        of_type = figures.setdefault(row["asset_type"], [])
        if column.name in {known.name for known in of_type}:
            raise ValueError(f"{path.name}:{number}: {column.name} is declared twice")
        of_type.append(column)
    return {name: tuple(columns) for name, columns in figures.items()}


def _split(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(";") if part.strip())


@cache
def noun_tables() -> Mapping[str, Table]:
    """The eleven nouns by table name.

    >>> len(noun_tables())
    11
    >>> noun_tables()["outcome"].column("low").label["en"]
    'Low (P10)'
    """
    folder = Path(__file__).parent
    tables = {}
    with (folder / "nouns.csv").open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            columns = read_columns(folder / "nouns" / f"{row['table']}.csv")
            tables[row["table"]] = Table(
                name=row["table"],
                geometry=row["geometry"],  # type: ignore[arg-type]  # package data, tested
                columns=columns,
                key=_NOUN_KEYS.get(row["table"], (columns[0].name,)),
                label={"fr": row["label_fr"], "en": row["label_en"]},
                description={"fr": row["description_fr"], "en": row["description_en"]},
            )
    return tables


_NOUN_KEYS: Mapping[str, tuple[str, ...]] = {
    "observation": ("series_id", "time"),
    "scenario": ("scenario_id", "variable", "year"),
    "outcome": ("territory_id", "domain", "scope", "action_set", "scenario_id", "year", "indicator"),
    "plan": ("plan_id", "action_id"),
}


def asset_table(
    path: Path, *, geometry: GeometryType, label: Mapping[str, str], description: Mapping[str, str]
) -> Table:
    """The table of one asset type: the columns common to all assets, then those its CSV declares.

    Args:
        path: column declaration; the file's stem is the asset type.
        geometry: kind of geometry of the type.
        label: label by language.
        description: one sentence by language.

    >>> folder = Path(__file__).parent / "assets"
    >>> contract = asset_table(folder / "contract.csv", geometry="none", label={}, description={})
    >>> contract.name, contract.names[0], contract.names[-1]
    ('contract', 'asset_id', 'source')
    """
    own = read_columns(path)
    common = noun_tables()["asset"].columns
    clash = {column.name for column in own} & {column.name for column in common}
    if clash:
        raise ValueError(f"{path.name}: {', '.join(sorted(clash))} already belongs to every asset")
    taken = {name for column in own for name in (column.name, *column.synonyms)}
    common = tuple(_yielding(column, taken) for column in common)
    identity = [column for column in common if column.name == "asset_id"]
    bookkeeping = [column for column in common if column.name != "asset_id"]
    return Table(
        name=path.stem,
        geometry=geometry,
        columns=(*identity, *own, *bookkeeping),
        key=("asset_id",),
        label=label,
        description=description,
    )


def _yielding(column: Column, taken: set[str]) -> Column:
    """A column common to all types without the synonyms that the type uses for a column of its own."""
    return replace(column, synonyms=tuple(name for name in column.synonyms if name not in taken))


@cache
def shared_asset_tables() -> Mapping[str, Table]:
    """Asset types that several domains share, declared in `vocabulary/assets.csv`.

    >>> sorted(shared_asset_tables())[:4]
    ['action_choice', 'budget_year', 'contract', 'delivery_point']
    """
    folder = Path(__file__).parent / "assets"
    return {table.name: table for table in declared_asset_tables(folder)}


def shared_values() -> Path:
    """File of the words under which files write the codes of the shared asset types.

    >>> shared_values().name
    'values.csv'
    """
    return Path(__file__).parent / "assets" / "values.csv"


def declared_asset_tables(folder: Path) -> tuple[Table, ...]:
    """Read the asset types that `folder/asset_types.csv` declares, each with its own `<type>.csv`.

    Args:
        folder: holds `asset_types.csv` (type, geometry, label_fr, label_en, description_fr, description_en).
    """
    with (folder / "asset_types.csv").open(encoding="utf-8", newline="") as stream:
        rows: Iterable[dict[str, str]] = list(csv.DictReader(stream))
    return tuple(
        asset_table(
            folder / f"{row['type']}.csv",
            geometry=row["geometry"],  # type: ignore[arg-type]  # conformance suite checks the value
            label={"fr": row["label_fr"], "en": row["label_en"]},
            description={"fr": row["description_fr"], "en": row["description_en"]},
        )
        for row in rows
    )
