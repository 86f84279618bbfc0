"""One archive of a territory folder, taken while it is in use: consistent copies, then a zip with its manifest."""

import contextlib
import datetime as dt
import hashlib
import json
import sqlite3
import tempfile
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from bocage import __version__
from bocage.store.connection import connect
from bocage.store.fingerprint import fingerprint
from bocage.store.metadata import table_exists
from bocage.store.migrate import version_of
from bocage.store.refusals import refused, refusing
from bocage.store.schema import declared_tables, history_name
from bocage.store.statement import statement

MANIFEST = "manifest.json"
FORMAT = 1
DATABASES = ("twin.gpkg", "series.sqlite")
KEPT_FILES = ("territory.toml",)
KEPT_FOLDERS = ("grids", "archive", "feedback", "funding", "mappings", "quarantine", "results", "scenarios")
"""What an archive holds; `instance.sqlite` (accounts, secrets) is never in it."""


@dataclass(frozen=True)
class FileRecord:
    """One file of an archive: its size [bytes] and its SHA-256."""

    size: int
    sha256: str


@dataclass(frozen=True)
class BackupReport:
    """What an archive holds.

    Attributes:
        archive: the file.
        created_at: instant in UTC.
        program_version: version of the program that made it.
        schema_version: version of the layout of the twin.
        fingerprint: hash of the content of the twin.
        rows: number of rows by table.
        files: size and hash by name.
        left_out: names in the territory folder that are not in the archive.
    """

    archive: Path
    created_at: str
    program_version: str
    schema_version: int
    fingerprint: str
    rows: Mapping[str, int]
    files: Mapping[str, FileRecord]
    left_out: Sequence[str]

    def manifest(self) -> str:
        """The manifest, as JSON."""
        content = {key: value for key, value in asdict(self).items() if key != "archive"}
        return json.dumps({"format": FORMAT, **content}, ensure_ascii=False, indent=1, sort_keys=True)


def write_archive(
    folder: Path, archive: Path, *, databases: Path | None = None, replaced: Mapping[str, str] | None = None
) -> BackupReport:
    """Archive a territory folder; writers go on meanwhile, the archive holds one consistent state of each database.

    Args:
        folder: territory folder.
        archive: .zip file to write; it appears only when it is complete.
        databases: folder that holds the databases, where that is not the territory's own.
        replaced: text that takes the place of some kept files, by name.

    Raises:
        BocageError: BOC-STO-001 no twin, 002 a file that is not readable, 004 no room, 005 not writable.
    """
    folder, archive = Path(folder), Path(archive)
    with refusing(archive):
        archive.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".backup-", dir=archive.parent) as name:
            copies = Path(name)
            for database in DATABASES:
                _copy_database((databases or folder) / database, copies / database)
            for kept, text in (replaced or {}).items():
                (copies / kept).write_text(text, encoding="utf-8", newline="\n")
            report = _describe(folder, copies, archive)
            draft = copies / "draft.zip"
            _write_zip(draft, report, _sources(folder, copies, archive))
            draft.replace(archive)
    return report


def _copy_database(source: Path, target: Path) -> None:
    with (
        contextlib.closing(connect(source, read_only=True)) as live,
        contextlib.closing(sqlite3.connect(target)) as copy,
    ):
        with refusing(source):
            live.backup(copy)
        copy.execute("PRAGMA journal_mode = DELETE")


def _sources(folder: Path, copies: Path, archive: Path) -> dict[str, Path]:
    """The files to archive by name in the archive."""
    sources = {name: copies / name for name in DATABASES}
    for name in KEPT_FILES:
        path = copies / name if (copies / name).is_file() else folder / name
        if path.is_file():
            sources[name] = path
    for kept in KEPT_FOLDERS:
        for path in sorted((folder / kept).rglob("*")):
            itself = path == archive or path.is_relative_to(copies)
            if path.is_file() and not path.is_symlink() and not itself:
                sources[path.relative_to(folder).as_posix()] = path
    return sources


def _describe(folder: Path, copies: Path, archive: Path) -> BackupReport:
    known = {*DATABASES, *KEPT_FILES, *KEPT_FOLDERS}
    companions = {name + suffix for name in DATABASES for suffix in ("-wal", "-shm")}
    with (
        contextlib.closing(connect(copies / DATABASES[0], read_only=True)) as twin,
        contextlib.closing(connect(copies / DATABASES[1], read_only=True)) as series,
    ):
        version = version_of(twin, folder / DATABASES[0])
        rows, content = row_counts(twin, series), fingerprint(twin, series)
    return BackupReport(
        archive=archive,
        created_at=dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        program_version=__version__,
        schema_version=version,
        fingerprint=content,
        rows=rows,
        files={
            name: FileRecord(path.stat().st_size, _sha256(path))
            for name, path in _sources(folder, copies, archive).items()
        },
        left_out=sorted(
            path.name for path in folder.iterdir() if path.name not in known | companions and path != archive
        ),
    )


def row_counts(twin: sqlite3.Connection, series: sqlite3.Connection) -> dict[str, int]:
    """Number of rows of every table that holds content, history and corrections included."""
    names = ["bocage_correction"]
    for name in declared_tables(twin):
        names += [name, history_name(name)]
    counts = {
        name: int(twin.execute(statement("SELECT count(*) FROM {name}", name=name)).fetchone()[0])
        for name in names
        if table_exists(twin, name)
    }
    counts["observation"] = int(series.execute("SELECT count(*) FROM observation").fetchone()[0])
    return counts


def _write_zip(draft: Path, report: BackupReport, sources: Mapping[str, Path]) -> None:
    with zipfile.ZipFile(draft, "w", zipfile.ZIP_DEFLATED, compresslevel=3) as pack:
        pack.writestr(MANIFEST, report.manifest())
        for name, path in sources.items():
            # A file that changed since it was hashed would make an archive that cannot be verified.
            digest = hashlib.sha256()
            with path.open("rb") as stream, pack.open(name, "w", force_zip64=True) as target:
                for block in _blocks(stream.read):
                    digest.update(block)
                    target.write(block)
            if digest.hexdigest() != report.files[name].sha256:
                detail = {"fr": f"{name} a changé pendant la sauvegarde", "en": f"{name} changed during the backup"}
                raise refused("BOC-STO-006", path, detail)


def _blocks(read: Callable[[int], bytes]) -> Iterator[bytes]:
    while block := read(1 << 20):
        yield block


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
