"""The tables of a source, whatever its form: several tables, NGSI entities, OpenStreetMap, or one table as ever."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from bocage.sources.files import Fits, read_raw
from bocage.sources.json_documents import objects, peek
from bocage.sources.layout_match import Recognised, recognise_layout, refused_layout
from bocage.sources.layouts import MAIN, Layout
from bocage.sources.ngsi import ngsi_tables
from bocage.sources.openstreetmap import NODES, osm_table, overpass_table, with_nested_tags
from bocage.sources.raw import RawTable
from bocage.sources.relational import relational_tables

_LISTED = re.compile(r'"elements"\s*:\s*\[')


def recognise_source(
    path: Path,
    layouts: Sequence[Layout],
    *,
    layer: str | None = None,
    fits: Fits | None = None,
    forced: bool = False,
) -> tuple[Recognised | None, RawTable | None]:
    """Read a source, and recognise its layout where it is in one that is known.

    Args:
        path: file, or folder of the text files of a relational layout.
        layouts: layouts that are possible; none for the file as it stands.
        layer: layer or sheet; the source then counts as one table.
        fits: how well the columns of a layer fit (see `files.read_raw`).
        forced: whether a source in none of the layouts is refused.

    Returns:
        The source with its layout, None where it is in none; its only table then.

    Raises:
        BocageError: BOC-IMP-401, it is in none of the layouts that are forced; those of the readers.
    """
    several = _several(path, layouts) if layer is None else None
    if several is not None:
        found = recognise_layout(several, layouts)
        if found is not None:
            return found, None
        if forced:
            raise refused_layout(path, layouts[0], several)
    raw = read_raw(path, layer=layer, fits=fits)
    if layouts:
        raw = with_nested_tags(raw) if any(layout.form == "osm" for layout in layouts) else raw
        flat = [layout for layout in layouts if layout.form == "table"]
        found = recognise_layout({MAIN: raw}, flat) or recognise_layout({NODES: raw}, _of_form("osm", layouts))
        if found is not None:
            return found, None
        if forced:
            raise refused_layout(path, layouts[0], {NODES if layouts[0].form == "osm" else MAIN: raw})
    return None, raw


def _of_form(form: str, layouts: Sequence[Layout]) -> list[Layout]:
    return [layout for layout in layouts if layout.form == form]


def _several(path: Path, layouts: Sequence[Layout]) -> Mapping[str, RawTable] | None:
    """Tables of a source whose form says that they are several, or none that the readers of files know."""
    if _of_form("relational", layouts):
        tables = relational_tables(path, layouts)
        if tables is not None:
            return tables
    if path.is_dir() or not path.is_file():
        return None
    start = peek(path).lstrip()
    if start.startswith(("{", "[")):
        return _entities(path, start, layouts) or _elements(path, start, layouts)
    if start.startswith("<") and re.search(r"<osm[\s>]", start):
        for tag in _tags(layouts):
            table = osm_table(path, tag)
            if table is not None:
                return {NODES: table}
    return None


def _entities(path: Path, start: str, layouts: Sequence[Layout]) -> Mapping[str, RawTable] | None:
    types = [name for layout in _of_form("ngsi", layouts) for table in layout.tables.values() for name in table.names]
    if not any(f'{name}"' in start for name in types):
        return None
    return ngsi_tables(path, objects(path), types)


def _elements(path: Path, start: str, layouts: Sequence[Layout]) -> Mapping[str, RawTable] | None:
    if not _LISTED.search(start):
        return None
    for tag in _tags(layouts):
        table = overpass_table(path, objects(path), tag)
        if table is not None:
            return {NODES: table}
    return None


def _tags(layouts: Sequence[Layout]) -> list[tuple[str, Sequence[str]]]:
    """The tags by which the layouts of OpenStreetMap are known."""
    return [
        (key, values)
        for layout in _of_form("osm", layouts)
        for table in layout.tables.values()
        for key, values in table.holds.items()
    ]
