"""Back up and restore: one archive per territory, taken online, verified by restoring it."""

import datetime as dt
from pathlib import Path

from bocage.store import backup as archives
from bocage.store.archive import BackupReport
from bocage.store.opening import GEOPACKAGE
from bocage.twin.answer import Answer, Section
from bocage.twin.configuration import FILE, read_configuration, with_store
from bocage.twin.domains import discover_domains
from bocage.twin.territory import open_territory
from bocage.twin.wording import _
from bocage.vocabulary.codes import BocageError


def backup(folder: Path, archive: Path | None = None) -> Answer:
    """Archive a territory while it is in use, then restore the archive elsewhere to prove that it is good.

    Args:
        folder: folder of the territory.
        archive: file to write; `<folder>-<date>.zip` beside the folder where None.

    Raises:
        BocageError: BOC-TWI-001 no such territory, those of the store.
    """
    if not (folder / FILE).is_file():
        raise BocageError("BOC-TWI-001", where={"folder": folder}, path=folder)
    moment = dt.datetime.now(tz=dt.UTC).strftime("%Y%m%d-%H%M%S")
    target = archive or folder.resolve().parent / f"{folder.resolve().name}-{moment}.zip"
    report = _archived(folder, target)
    archives.verify_backup(target)
    return Answer(
        title=_("Backup of {folder}", folder=folder),
        sections=[
            Section(
                title=_("Archive"),
                lines=[
                    _(
                        "{path} ({size} bytes), restored elsewhere and compared: identical",
                        path=target,
                        size=target.stat().st_size,
                    )
                ],
            )
        ],
        data={"archive": str(target), "bytes": target.stat().st_size, "verified": True, "files": len(report.files)},
        files=[target],
        next_step=_('bocage restore "{path}" another-folder', path=target),
    )


def _archived(folder: Path, target: Path) -> BackupReport:
    """Archive the folder; a twin that is in a database is copied into the archive as a file."""
    if read_configuration(folder / FILE, discover_domains()).text("territory", "store") == GEOPACKAGE:
        return archives.backup(folder, target)
    with open_territory(folder, read_only=True) as territory:
        settings = {FILE: with_store(folder / FILE, GEOPACKAGE, territory.domains)}
        return archives.backup_copy(folder, target, territory.store, srid=territory.srid, replaced=settings)


def restore(archive: Path, folder: Path | None = None, *, verify_only: bool = False) -> Answer:
    """Restore an archive into a new or empty folder, or only verify it.

    Raises:
        BocageError: those of the store (damaged archive, folder in use).
    """
    if verify_only or folder is None:
        archives.verify_backup(archive)
        return Answer(
            title=_("The archive {archive} is sound", archive=archive), data={"archive": str(archive), "verified": True}
        )
    archives.restore(archive, folder)
    return Answer(
        title=_("Restored into {folder}", folder=folder),
        data={"archive": str(archive), "folder": str(folder)},
        files=[folder],
        next_step=_('bocage status -t "{folder}"', folder=folder),
    )
