"""Backups of a territory: taken online, verified by restoring them, restored into an empty folder only."""

import contextlib
import hashlib
import json
import shutil
import stat
import tempfile
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath

from bocage.store.archive import (
    DATABASES,
    FORMAT,
    KEPT_FOLDERS,
    MANIFEST,
    BackupReport,
    FileRecord,
    row_counts,
    write_archive,
)
from bocage.store.connection import connect
from bocage.store.geopackage import open_store
from bocage.store.refusals import refused, refusing
from bocage.store.transfer import Transferable, copy_store
from bocage.vocabulary.codes import BocageError

_MAX_MANIFEST = 16 << 20
_BOMB_BYTES, _BOMB_RATIO = 256 << 20, 200
"""An archive that grows past both is refused: databases and grids shrink 3 to 30 times, never 200."""


def backup(folder: Path, archive: Path) -> BackupReport:
    """Archive a territory folder while it is in use; see `write_archive`."""
    return write_archive(Path(folder), Path(archive))


def backup_copy(
    folder: Path, archive: Path, store: Transferable, *, srid: int, replaced: Mapping[str, str]
) -> BackupReport:
    """Archive a territory whose twin is elsewhere: the twin is copied beside the archive as a file first.

    Args:
        folder: territory folder.
        archive: .zip file to write.
        store: its twin; others may write to it meanwhile.
        srid: EPSG code of its projection.
        replaced: text that takes the place of some kept files, by name.
    """
    archive = Path(archive)
    with refusing(archive):
        archive.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".backup-", dir=archive.parent) as name:
            databases = Path(name) / "twin"
            with open_store(databases, srid=srid, create=True) as copy:
                copy_store(store, copy)
            return write_archive(Path(folder), archive, databases=databases, replaced=replaced)


def kept_paths(folder: Path) -> Iterator[Path]:
    """What of a territory folder a backup or a copy holds beside the twin and the settings, relative to it."""
    for kept in KEPT_FOLDERS:
        for path in sorted((folder / kept).rglob("*")):
            if path.is_file() and not path.is_symlink():
                yield path.relative_to(folder)


def verify_backup(archive: Path) -> BackupReport:
    """Restore an archive into a temporary folder, check the twin there and compare it with the manifest.

    Raises:
        BocageError: BOC-STO-019 with what does not match.
    """
    archive = Path(archive)
    with tempfile.TemporaryDirectory(prefix="bocage-verify-") as name:
        folder = Path(name) / "territory"
        report = restore(archive, folder)
        with contextlib.closing(connect(folder / DATABASES[0], read_only=True)) as twin:
            srid = int(twin.execute("SELECT value FROM bocage_meta WHERE key = 'srid'").fetchone()[0])
            with contextlib.closing(connect(folder / DATABASES[1], read_only=True)) as series:
                rows = row_counts(twin, series)
        if rows != dict(report.rows):
            raise _unusable(archive, "le nombre de lignes diffère du manifeste", "row counts differ from the manifest")
        with open_store(folder, srid=srid) as store:
            faults, content = store.check(), store.fingerprint()
        if faults:
            raise _unusable(archive, faults[0], faults[0])
        if content != report.fingerprint:
            raise _unusable(archive, "l’empreinte diffère du manifeste", "the fingerprint differs from the manifest")
    return report


def restore(archive: Path, folder: Path) -> BackupReport:
    """Restore an archive into a folder that is absent or empty; the folder appears only when it is complete.

    Raises:
        BocageError: BOC-STO-019 not a backup, damaged, or made to harm; 020 the folder is not empty.
    """
    archive, folder = Path(archive), Path(folder)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise BocageError("BOC-STO-020", where={"path": folder}, archive=archive)
    with refusing(folder):
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".restore-", dir=folder.parent) as name:
            draft = Path(name) / "territory"
            draft.mkdir()
            report = _unpack(archive, draft)
            if folder.exists():
                folder.rmdir()
            draft.rename(folder)
    return report


_UNREADABLE = (
    zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError, LookupError, TypeError,
    AttributeError,
)  # fmt: skip
"""What a damaged or odd archive makes `zipfile` and the reading of the manifest raise."""


def _unpack(archive: Path, draft: Path) -> BackupReport:
    try:
        with zipfile.ZipFile(archive) as pack:
            report = _read_manifest(archive, pack)
            _refuse_harm(archive, pack, report.files)
            for name, record in report.files.items():
                _unpack_file(archive, pack, name, record, draft)
    except FileNotFoundError as error:
        raise _unusable(archive, "le fichier n’existe pas", "the file does not exist") from error
    except _UNREADABLE as error:
        raise _unusable(archive, f"archive illisible ({error})", f"unreadable archive ({error})") from error
    return report


def _read_manifest(archive: Path, pack: zipfile.ZipFile) -> BackupReport:
    try:
        with pack.open(MANIFEST) as stream:
            content = json.loads(stream.read(_MAX_MANIFEST))
    except KeyError as error:
        raise _unusable(archive, "il n’y a pas de manifeste", "it has no manifest") from error
    if content.pop("format", None) != FORMAT:
        raise _unusable(archive, "format de manifeste inconnu", "unknown format of manifest")
    files = {name: FileRecord(int(cell["size"]), str(cell["sha256"])) for name, cell in content.pop("files").items()}
    if not set(DATABASES) <= set(files):
        raise _unusable(archive, "le jumeau n’y est pas", "the twin is not in it")
    return BackupReport(archive=archive, files=files, **content)


def _refuse_harm(archive: Path, pack: zipfile.ZipFile, files: Mapping[str, FileRecord]) -> None:
    entries = {entry.filename: entry for entry in pack.infolist()}
    if len(entries) != len(pack.infolist()) or set(entries) != {*files, MANIFEST}:
        raise _unusable(archive, "son contenu diffère du manifeste", "its content differs from the manifest")
    for name, record in files.items():
        entry = entries[name]
        if not _is_plain(name) or stat.S_ISLNK(entry.external_attr >> 16):
            raise _unusable(archive, f"nom de fichier dangereux : {name}", f"dangerous file name: {name}")
        if entry.file_size != record.size:
            raise _unusable(archive, f"{name} n’a pas la taille annoncée", f"{name} has not the size announced")
    total, packed = sum(record.size for record in files.values()), archive.stat().st_size
    if total > _BOMB_BYTES and total > _BOMB_RATIO * packed:
        raise _unusable(archive, "elle enfle démesurément", "it swells beyond measure")
    if total > shutil.disk_usage(archive.parent).free:
        raise refused("BOC-STO-004", archive, {"fr": f"{total} octets", "en": f"{total} bytes"})


def _is_plain(name: str) -> bool:
    path = PurePosixPath(name)
    odd = any(part in {"", ".", ".."} or part != part.strip() or part.endswith(".") for part in name.split("/"))
    return not (odd or path.is_absolute() or any(mark in name for mark in ("\\", ":", "\0")))


def _unpack_file(archive: Path, pack: zipfile.ZipFile, name: str, record: FileRecord, draft: Path) -> None:
    target = draft.joinpath(*PurePosixPath(name).parts)
    target.parent.mkdir(parents=True, exist_ok=True)
    digest, written = hashlib.sha256(), 0
    with pack.open(name) as source, target.open("xb") as stream:
        while block := source.read(1 << 20):
            written += len(block)
            if written > record.size:
                break
            digest.update(block)
            stream.write(block)
    if written != record.size or digest.hexdigest() != record.sha256:
        raise _unusable(archive, f"{name} est abîmé", f"{name} is damaged")


def _unusable(archive: Path, french: str, english: str) -> BocageError:
    return refused("BOC-STO-019", archive, {"fr": french, "en": english})
