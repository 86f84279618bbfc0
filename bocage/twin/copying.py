"""Copy a territory whole, into another folder or another form: a file becomes a database, or the other way round."""

import shutil
from pathlib import Path

from bocage.store.backup import kept_paths
from bocage.store.opening import open_twin
from bocage.store.transfer import copy_store
from bocage.twin.answer import Answer, Section
from bocage.twin.configuration import FILE, with_store
from bocage.twin.territory import open_territory
from bocage.twin.wording import _
from bocage.vocabulary.codes import BocageError


def copy_territory(folder: Path, into: Path, *, form: str | None = None) -> Answer:
    """Copy a territory with its settings, history, corrections, observations and files.

    Args:
        folder: folder of the territory; it is only read.
        into: new or empty folder.
        form: `geopackage` or `postgis` (in the database that `BOCAGE_DATABASE_URL` gives); as it is where None.

    Raises:
        BocageError: BOC-TWI-001 no such territory, 008 or 009 a folder that cannot be used, those of the store.
    """
    with open_territory(folder, read_only=True) as source:
        chosen = form or source.config.text("territory", "store")
        settings = with_store(folder / FILE, chosen, source.domains)
        made = not into.exists()
        try:
            into.mkdir(parents=True, exist_ok=True)
        except OSError as fault:
            raise BocageError("BOC-TWI-009", where={"folder": into}, fault=fault) from fault
        if any(into.iterdir()):
            raise BocageError("BOC-TWI-008", where={"folder": into})
        try:
            with open_twin(into, form=chosen, territory=source.code, srid=source.srid, create=True) as target:
                copy_store(source.store, target)
                content = target.fingerprint()
            for path in kept_paths(folder):
                (into / path).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(folder / path, into / path)
            (into / FILE).write_text(settings, encoding="utf-8", newline="\n")
        except BaseException:
            shutil.rmtree(into, ignore_errors=True)
            if not made:
                into.mkdir()
            raise
        same = content == source.store.fingerprint()
    lines = [_("The same content on both sides: {fingerprint}", fingerprint=content)]
    if not same:
        lines = [_("The territory was written to meanwhile: the copy is of before")]
    return Answer(
        title=_("Territory copied into {folder}", folder=into),
        sections=[Section(title=_("Copy"), lines=lines)],
        data={"folder": str(into), "store": chosen, "fingerprint": content, "identical": same},
        files=[into],
        next_step=_('bocage status -t "{folder}"', folder=into),
    )
