"""Whether a source is in a layout that is known: its tables by name, its columns by those that sign the layout."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bocage.sources.layouts import MAIN, ColumnRule, Layout, LayoutTable, Part
from bocage.sources.names import plain
from bocage.sources.raw import RawTable
from bocage.vocabulary.codes import BocageError

CUT = 10
"""Length at which a shapefile cuts the names of columns."""


@dataclass(frozen=True, kw_only=True)
class Recognised:
    """A source whose layout is known.

    Attributes:
        layout: the layout.
        confidence: share of the declared columns that the layout gives which are there [1].
        tables: its tables by role.
        absent: names of the optional tables that are not there.
    """

    layout: Layout
    confidence: float
    tables: Mapping[str, RawTable]
    absent: tuple[str, ...] = ()


def headers_by_name(headers: Sequence[str]) -> dict[str, str]:
    """Header of each name, as written without accents nor case; the first one where two are alike.

    >>> headers_by_name(["light:count", "Réf", "ref"])
    {'light_count': 'light:count', 'ref': 'Réf'}
    """
    found: dict[str, str] = {}
    for header in headers:
        found.setdefault(plain(header), header)
    return found


def find_header(known: Mapping[str, str], name: str) -> str | None:
    """The header that bears a name, whole or cut by a shapefile; None for none.

    >>> find_header({"cod_ouvrage": "COD_OUVRAGE"}, "cod_ouvrag")
    'COD_OUVRAGE'
    """
    wanted = plain(name)
    if wanted in known:
        return known[wanted]
    if len(wanted) < CUT:
        return None
    longer = [header for written, header in known.items() if len(wanted) == CUT and written.startswith(wanted)]
    cut = [header for written, header in known.items() if len(written) == CUT and wanted.startswith(written)]
    found = longer or cut
    return found[0] if len(found) == 1 else None


def recognise_layout(tables: Mapping[str, RawTable], layouts: Sequence[Layout]) -> Recognised | None:
    """The layout in which the tables of a source are, the one that explains most columns; None for none.

    Args:
        tables: tables of the source by name; a source of one table may name it as it likes.
        layouts: layouts that are possible.
    """
    found = [one for layout in layouts if (one := match_layout(tables, layout)) is not None]
    return max(found, key=lambda one: (_explained(one), one.confidence), default=None)


def match_layout(tables: Mapping[str, RawTable], layout: Layout) -> Recognised | None:
    """The tables by role where the source is in the layout; None where it is not."""
    if layout.form == "table":
        by_role = {MAIN: next(iter(tables.values()))} if len(tables) == 1 else {}
    else:
        by_role = {role: table for name, table in tables.items() if (role := layout.table_called(name)) is not None}
    for role, declared in layout.tables.items():
        if role in by_role and not _signed(by_role[role], declared):
            del by_role[role]
        if role not in by_role and not declared.optional:
            return None
    if not any(part.table in by_role for part in layout.parts):
        return None
    absent = tuple(one.names[0] for role, one in layout.tables.items() if role not in by_role and one.names)
    parts = [part for part in layout.parts if part.table in by_role]
    rules = [(part, rule) for part in parts for rule in part.columns]
    there = sum(any(_there(origin, by_role) for origin in _qualified(part, rule)) for part, rule in rules)
    return Recognised(layout=layout, confidence=round(there / len(rules), 2), tables=by_role, absent=absent)


def missing_columns(table: RawTable, declared: LayoutTable) -> list[str]:
    """The needed columns that a table lacks."""
    known = headers_by_name(table.frame.columns)
    return [group[0] for group in declared.needed if not any(find_header(known, name) for name in group)]


def _signed(table: RawTable, declared: LayoutTable) -> bool:
    if missing_columns(table, declared) or (declared.only and not declared.only >= set(table.frame.columns)):
        return False
    known = headers_by_name(table.frame.columns)
    for column, values in declared.holds.items():
        header = find_header(known, column)
        wanted = {plain(value) for value in values}
        if header is None or not any(plain(str(value)) in wanted for value in table.frame[header].unique()):
            return False
    return True


def _qualified(part: Part, rule: ColumnRule) -> list[str]:
    return [origin if "." in origin else f"{part.table}.{origin}" for origin in rule.origins]


def _there(origin: str, tables: Mapping[str, RawTable]) -> bool:
    role, _, name = origin.partition(".")
    return role in tables and find_header(headers_by_name(tables[role].frame.columns), name) is not None


def _explained(found: Recognised) -> int:
    """Number of columns of the source that the layout gives a meaning."""
    parts = [part for part in found.layout.parts if part.table in found.tables]
    named = {origin for part in parts for rule in part.columns for origin in _qualified(part, rule)}
    return sum(_there(origin, found.tables) for origin in named)


def layout_called(name: str, layouts: Sequence[Layout]) -> Layout:
    """The layout of that name.

    Raises:
        BocageError: BOC-IMP-402, none bears it.
    """
    for layout in layouts:
        if layout.name == name:
            return layout
    raise BocageError("BOC-IMP-402", value=name, known=", ".join(sorted(layout.name for layout in layouts)))


def refused_layout(path: Path, layout: Layout, tables: Mapping[str, RawTable]) -> BocageError:
    """The refusal of a source that is not in the layout asked for, BOC-IMP-401, with what it lacks."""
    lacking: list[str] = []
    for role, declared in layout.tables.items():
        alone = layout.form == "table"
        found = [table for name, table in tables.items() if alone or layout.table_called(name) == role]
        if found:
            lacking += missing_columns(found[0], declared)
        elif not declared.optional:
            lacking += declared.names[:1] or [role]
    return BocageError("BOC-IMP-401", where={"path": path}, layout=layout.name, missing=", ".join(lacking) or "?")
