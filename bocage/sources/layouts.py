"""Layouts that are known without a mapping: declared as data, recognised by the columns that sign them.

A domain keeps one TOML file per layout in its folder `layouts/`. A layout says by which tables and
columns it is known, and gives for each type of asset the rows, the joins, the columns and what the
writings of the source mean. The generic proposal of `propose` is what remains where none fits.
"""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Literal, get_args

from bocage.sources.names import plain

Form = Literal["table", "relational", "ngsi", "osm"]
Evidence = Literal["real", "documented", "own"]
MAIN = "main"
"""Role of the only table of a layout of form `table`."""


@dataclass(frozen=True, kw_only=True)
class LayoutTable:
    """One table of a layout.

    Attributes:
        role: name under which the parts of the layout speak of it.
        names: names under which sources carry it; for NGSI the type of its entities.
        needed: groups of column names; one of each group must be there.
        optional: whether the layout is recognised without it.
        holds: a column and the values of which one at least must be found in it.
        only: the columns that it may have, empty where it may have others.
    """

    role: str
    names: tuple[str, ...] = ()
    needed: tuple[tuple[str, ...], ...] = ()
    optional: bool = False
    holds: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    only: frozenset[str] = frozenset()


@dataclass(frozen=True, kw_only=True)
class Join:
    """Rows of another table beside those of a part: the first one whose `key` is the value of `on`.

    Attributes:
        table: role of the other table.
        on: column of the part, or `role.column` of a table joined before.
        key: column of the other table.
    """

    table: str
    on: str
    key: str


@dataclass(frozen=True, kw_only=True)
class ColumnRule:
    """Where a declared column is found.

    Attributes:
        column: declared name.
        origins: columns of the source, `role.column` for a joined table; the first filled one counts.
        translate: name of a translation of the layout, empty for none.
        unknown: writings that mean unknown.
        pattern: regular expression whose group is the value; the whole cell where empty.
        unit: unit in which the source writes it, empty for the declared one.
        sure: confidence that the column means this [1].
    """

    column: str
    origins: tuple[str, ...]
    translate: str = ""
    unknown: tuple[str, ...] = ()
    pattern: str = ""
    unit: str = ""
    sure: float = 1.0


@dataclass(frozen=True, kw_only=True)
class Part:
    """The assets of one type that a source in this layout gives.

    Attributes:
        asset_type: their declared type.
        table: role of the table whose rows they are.
        identifier: columns that may hold the stable identifier, preferred first.
        columns: where each declared column is found.
        joins: tables beside it, in order.
        keep: by column, the values that a row must have.
        leave_out: by column, the values that a row must not have.
        once: column of which each value is one asset, empty where each row is one.
        repeat: column that says of how many assets a row speaks, empty where of one.
        place: role of the table that says where they are, empty for their own, `none` for no place.
    """

    asset_type: str
    table: str
    identifier: tuple[str, ...]
    columns: tuple[ColumnRule, ...]
    joins: tuple[Join, ...] = ()
    keep: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    leave_out: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    once: str = ""
    repeat: str = ""
    place: str = ""


@dataclass(frozen=True, kw_only=True)
class Translation:
    """What the writings of a source mean.

    Attributes:
        codes: meaning by writing, without accents nor case; an empty meaning is unknown.
        words: role of a table of the source that gives the word of a code, for those not declared.
        whole: whether a column is written in these codes only where all its values are among them.
    """

    codes: Mapping[str, str]
    words: str = ""
    whole: bool = False


@dataclass(frozen=True, kw_only=True)
class Layout:
    """A layout that is known.

    Attributes:
        name: its name, as `--layout` takes it.
        label: what it is called, by language.
        source: where it is defined.
        evidence: `real` tested on a real file, `documented` on files written from its documentation,
            `own` defined by this project.
        form: how its tables are found in a source.
        tables: its tables by role.
        parts: the types of assets that it gives, the principal one first.
        translations: what its writings mean, by name.
        extensions: attributes that this project adds to a model, where it writes it.
        local_identifiers: whether two communes may use the same identifier; elsewhere the source keeps them apart.
    """

    name: str
    label: Mapping[str, str]
    source: str
    evidence: Evidence
    form: Form
    tables: Mapping[str, LayoutTable]
    parts: tuple[Part, ...]
    translations: Mapping[str, Translation] = field(default_factory=dict)
    extensions: frozenset[str] = frozenset()
    local_identifiers: bool = False

    def table_called(self, name: str) -> str | None:
        """Role of the table of that name, a schema before it and the case put aside; None for none."""
        bare = plain(name.rsplit(".", 1)[-1])
        return next((role for role, one in self.tables.items() if bare in map(plain, one.names)), None)


@cache
def read_layouts(folder: Path) -> tuple[Layout, ...]:
    """The layouts that a folder declares, one TOML file each, by name of file; none where it is absent.

    Raises:
        ValueError: names the file and its fault; the layouts are data of a package, and tested.
    """
    return tuple(read_layout(path) for path in sorted(folder.glob("*.toml")))


def read_layout(path: Path) -> Layout:
    """Read the declaration of one layout; ValueError names the file and its fault."""
    with path.open("rb") as stream:
        content = tomllib.load(stream)
    try:
        layout = Layout(
            name=content["name"],
            label={"fr": content["label_fr"], "en": content["label_en"]},
            source=content["source"],
            evidence=_one_of(content["evidence"], Evidence),
            form=_one_of(content["form"], Form),
            tables={role: _table(role, one) for role, one in content["tables"].items()},
            parts=tuple(_part(one) for one in content["parts"]),
            translations={name: _translation(one) for name, one in content.get("translations", {}).items()},
            extensions=frozenset(content.get("extensions", ())),
            local_identifiers=bool(content.get("local_identifiers", False)),
        )
    except (KeyError, TypeError, ValueError) as fault:
        raise ValueError(f"{path.name}: {fault!r}") from fault
    _check(path, layout)
    return layout


def _one_of(value: str, allowed: Any) -> Any:  # noqa: ANN401 - one of the literals above
    if value not in get_args(allowed):
        raise ValueError(f"{value!r} is not one of {', '.join(get_args(allowed))}")
    return value


def _texts(value: str | Sequence[str]) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value)


def _table(role: str, content: Mapping[str, Any]) -> LayoutTable:
    return LayoutTable(
        role=role,
        names=_texts(content.get("names", ())),
        needed=tuple(_texts(group) for group in content.get("needed", ())),
        optional=bool(content.get("optional", False)),
        holds={name: _texts(values) for name, values in content.get("holds", {}).items()},
    )


def _part(content: Mapping[str, Any]) -> Part:
    return Part(
        asset_type=content["asset_type"],
        table=content.get("table", MAIN),
        identifier=_texts(content.get("identifier", ())),
        columns=tuple(_rule(name, one) for name, one in content["columns"].items()),
        joins=tuple(Join(**one) for one in content.get("joins", ())),
        keep={name: _texts(values) for name, values in content.get("keep", {}).items()},
        leave_out={name: _texts(values) for name, values in content.get("leave_out", {}).items()},
        once=content.get("once", ""),
        repeat=content.get("repeat", ""),
        place=content.get("place", ""),
    )


def _rule(column: str, content: str | Sequence[str] | Mapping[str, Any]) -> ColumnRule:
    if not isinstance(content, Mapping):
        return ColumnRule(column=column, origins=_texts(content))
    rest = {name: value for name, value in content.items() if name not in {"from", "unknown"}}
    return ColumnRule(
        column=column, origins=_texts(content["from"]), unknown=_texts(content.get("unknown", ())), **rest
    )


def _translation(content: Mapping[str, Any]) -> Translation:
    codes = {plain(written): meaning for written, meaning in content["codes"].items()}
    return Translation(codes=codes, words=content.get("words", ""), whole=bool(content.get("whole", False)))


def _check(path: Path, layout: Layout) -> None:
    """Every role and translation that the parts name is declared."""
    for part in layout.parts:
        named = {part.table, *(join.table for join in part.joins)}
        origins = {origin.partition(".")[0] for rule in part.columns for origin in rule.origins if "." in origin}
        unknown = (named | origins) - layout.tables.keys()
        unknown |= {rule.translate for rule in part.columns if rule.translate} - layout.translations.keys()
        if unknown:
            raise ValueError(f"{path.name}: {part.asset_type}: {', '.join(sorted(unknown))} is not declared")
