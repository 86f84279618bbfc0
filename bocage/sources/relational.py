"""Sources of several tables: a GeoPackage, a folder or a zip of text files, each table known by its name."""

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from zipfile import BadZipFile, ZipFile

from bocage.sources.delimited import read_delimited
from bocage.sources.layouts import Layout
from bocage.sources.limits import check_archive, check_size
from bocage.sources.raw import RawTable
from bocage.sources.vector import read_vector
from bocage.vocabulary.codes import BocageError

TEXTS = frozenset({".csv", ".tsv", ".txt"})
EMPTY = "BOC-IMP-004"


def relational_tables(path: Path, layouts: Sequence[Layout]) -> Mapping[str, RawTable] | None:
    """The tables of a source that carries those of a relational layout; None for any other source.

    A table without a row is as one that is not there. Only the tables that a layout names are read.

    Args:
        path: GeoPackage, folder or zip.
        layouts: relational layouts that are possible.

    Raises:
        BocageError: those of the readers of GeoPackages and of text files.
    """
    names = table_names(path)
    wanted = [
        name
        for name in names
        if any(layout.form == "relational" and layout.table_called(name) is not None for layout in layouts)
    ]
    if not any(_all_needed(names, layout) for layout in layouts):
        return None
    return _read(path, {name: names[name] for name in wanted})


def _all_needed(names: Mapping[str, str], layout: Layout) -> bool:
    if layout.form != "relational":
        return False
    there = {layout.table_called(name) for name in names}
    return all(role in there for role, table in layout.tables.items() if not table.optional)


def table_names(path: Path) -> Mapping[str, str]:
    """Tables of a source by name, with the member or layer that holds each; empty for a source of one table."""
    try:
        if path.is_dir():
            return {file.stem: file.name for file in sorted(path.iterdir()) if file.suffix.lower() in TEXTS}
        with path.open("rb") as stream:
            start = stream.read(16)
    except OSError:
        return {}  # the reader of files says what is wrong
    if start.startswith(b"PK\x03\x04"):
        return _members(path)
    return _layers(path) if start.startswith(b"SQLite format 3\0") else {}


def _members(path: Path) -> dict[str, str]:
    try:
        with ZipFile(path) as archive:
            names = [PurePosixPath(name) for name in archive.namelist()]
    except (BadZipFile, OSError, NotImplementedError, ValueError):
        return {}
    return {name.stem: str(name) for name in names if name.suffix.lower() in TEXTS}


def _layers(path: Path) -> dict[str, str]:
    try:
        uri = f"{path.resolve().as_uri()}?mode=ro&immutable=1"
        connection = sqlite3.connect(uri, uri=True)
        try:
            found = connection.execute("SELECT table_name FROM gpkg_contents").fetchall()
        finally:
            connection.close()
    except sqlite3.Error:
        return {}
    return {str(name): str(name) for (name,) in found}


def _read(path: Path, wanted: Mapping[str, str]) -> dict[str, RawTable]:
    if path.is_dir():
        found = {name: _text(path / member) for name, member in wanted.items()}
    elif path.suffix.lower() == ".gpkg" or not _is_zip(path):
        found = {name: _layer(path, layer) for name, layer in wanted.items()}
    else:
        found = _unpacked(path, wanted)
    return {name: table for name, table in found.items() if table is not None}


def _is_zip(path: Path) -> bool:
    with path.open("rb") as stream:
        return stream.read(4) == b"PK\x03\x04"


def _unpacked(path: Path, wanted: Mapping[str, str]) -> dict[str, RawTable | None]:
    check_archive(path)
    found: dict[str, RawTable | None] = {}
    with TemporaryDirectory(prefix="bocage-") as folder, ZipFile(path) as archive:
        if any(member.flag_bits & 1 for member in archive.infolist()):
            raise BocageError("BOC-IMP-007", where={"path": path})
        for index, (name, member) in enumerate(wanted.items()):
            copy = Path(folder) / f"{index}.csv"  # never the name of the member, which may lead elsewhere
            try:
                copy.write_bytes(archive.read(member))
            except (BadZipFile, RuntimeError, NotImplementedError, EOFError, OSError, ValueError) as error:
                where = {"path": path, "member": member}
                raise BocageError("BOC-IMP-015", where=where, cause=str(error)) from error
            table = _text(copy)
            found[name] = table if table is None else replace(table, path=path, layer=name)
    return found


def _text(path: Path) -> RawTable | None:
    check_size(path)
    try:
        return read_delimited(path)
    except BocageError as error:
        if error.code in {EMPTY, "BOC-IMP-003"}:
            return None
        raise


def _layer(path: Path, layer: str) -> RawTable | None:
    try:
        return read_vector(path, layer=layer, choose=lambda _columns: layer, file_format="gpkg")
    except BocageError as error:
        if error.code == EMPTY:
            return None
        raise
