"""Records at hand: those shipped with the software, those of a territory, those of a folder."""

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from bocage.commons.flat import read_flat
from bocage.commons.reading import read_record, record_files
from bocage.commons.record import Record
from bocage.commons.validate import Judged, judge, verdicts_of

SHIPPED = Path(__file__).parent / "records"


@cache
def shipped_records() -> tuple[Record, ...]:
    """The records that come with the software: the measured and announced works that public texts tell of.

    >>> {record.get("origin") for record in shipped_records()}
    {'published'}
    """
    return tuple(
        judge(read_record(path), place=path.stem, shipped=True).record for path in sorted(SHIPPED.glob("*.yaml"))
    )


def judged_files(paths: Sequence[Path]) -> dict[str, Judged]:
    """Judge the records of files and folders, by place; a CSV of the exchange holds many.

    Args:
        paths: YAML, JSON and CSV files, and folders.

    Raises:
        BocageError: BOC-COM-001 to 003 where a file cannot be read at all, 008 a CSV has other columns.
    """
    return dict(verdicts_of(_contents(paths)))


def usable_records(paths: Sequence[Path]) -> tuple[list[Record], list[str]]:
    """The shipped records and the sound ones of files and folders; the places of those left aside.

    A draft is left aside, and so is a record under an identifier that is already known.

    Args:
        paths: files and folders that exist.

    Returns:
        Records, and places of the records left aside.
    """
    kept, aside = list(shipped_records()), []
    known = {record.record_id for record in kept}
    for place, content in _contents(paths).items():
        judged = judge(content, place=place)
        if judged.sound and not judged.record.get("draft") and judged.record.record_id not in known:
            kept.append(judged.record)
            known.add(judged.record.record_id)
        else:
            aside.append(place)
    return kept, aside


def _contents(paths: Sequence[Path]) -> dict[str, Mapping[str, Any]]:
    contents: dict[str, Mapping[str, Any]] = {}
    for path in record_files(paths):
        if path.suffix.lower() == ".csv":
            contents.update({f"{path}:{line}": content for line, content in read_flat(path).items()})
        else:
            contents[str(path)] = read_record(path)
    return contents
