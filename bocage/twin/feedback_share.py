"""Records handed to others: those of the territory that are sound and free of embargo, as one flat table."""

from pathlib import Path

from bocage.commons.flat import write_flat
from bocage.commons.published_schema import TABLE_FILE, write_feedback_schemas
from bocage.commons.record import Record
from bocage.commons.shelf import judged_files
from bocage.twin.answer import Answer, Section
from bocage.twin.feedback import own_paths
from bocage.twin.territory import Territory
from bocage.twin.wording import _
from bocage.vocabulary.codes import BocageError
from bocage.vocabulary.text import Message


def share_records(territory: Territory, into: Path) -> Answer:
    """Write the records of the territory as a CSV of the exchange, with the schemas that describe it.

    A record under embargo waits for its day; a draft and a faulty one are never shared.

    Args:
        territory: open territory.
        into: folder to write to.

    Raises:
        BocageError: BOC-COM-003 the territory keeps no record, 006 a file cannot be written.
    """
    paths = own_paths(territory)
    if not paths:
        raise BocageError("BOC-COM-003", where={"folder": territory.folder})
    found = judged_files(paths)
    today = territory.today()
    sound = [one.record for one in found.values() if one.sound and not one.record.get("draft")]
    waiting = [record for record in sound if (record.get("embargo_until") or today) > today]
    shared = [record for record in sound if record not in waiting]
    target = into / Path(TABLE_FILE).with_suffix(".csv").name
    try:
        into.mkdir(parents=True, exist_ok=True)
        target.write_text(write_flat(shared), encoding="utf-8", newline="\n")
        schemas = write_feedback_schemas(into)
    except OSError as fault:
        raise BocageError("BOC-COM-006", where={"file": target}, reason=fault.strerror or str(fault)) from fault
    return Answer(
        title=_("Records shared by {name}", name=territory.name),
        sections=[Section(title=_("Records"), lines=_told(shared, waiting, len(found) - len(sound)))],
        data={
            "shared": [record.record_id for record in shared],
            "embargo": [record.record_id for record in waiting],
            "left_aside": len(found) - len(sound),
        },
        files=[target, *schemas],
    )


def _told(shared: list[Record], waiting: list[Record], faulty: int) -> list[Message]:
    lines = [_("{count} records written", count=len(shared))]
    if waiting:
        lines.append(_("{count} records under embargo stay here", count=len(waiting)))
    if faulty:
        lines.append(_("{count} drafts or faulty records stay here", count=faulty))
    return lines
