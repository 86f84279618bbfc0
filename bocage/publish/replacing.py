"""A file is published whole or not at all: it is drafted beside its place, then takes the place at once."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from bocage.vocabulary.codes import BocageError


def replace_file(path: Path, content: bytes) -> Path:
    """Write a file beside its place, then put it there; a former file stays whole until then, and on any failure.

    Args:
        path: file to write; its folder is made where it is missing.
        content: the whole file.

    Returns:
        The path.

    Raises:
        BocageError: BOC-PUB-001 where the file cannot be written.
    """
    with replacing(path) as stream:
        stream.write(content)
    return path


@contextmanager
def replacing(path: Path) -> Iterator[BinaryIO]:
    """A stream to a draft beside a file, which takes its place once all is written; the former one stays on failure.

    Args:
        path: file to write; its folder is made where it is missing.

    Raises:
        BocageError: BOC-PUB-001 where the file cannot be written.
    """
    draft = path.with_name(f"{path.name}.new-{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with draft.open("wb") as stream:
                yield stream
            draft.replace(path)
        finally:
            draft.unlink(missing_ok=True)
    except OSError as fault:
        raise BocageError("BOC-PUB-001", where={"file": path}, reason=fault.strerror or str(fault)) from fault
