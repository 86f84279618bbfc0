"""JSON documents that list objects, read object by object, so that a large one does not stand in memory as a whole."""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from bocage.sources.limits import check_size
from bocage.vocabulary.codes import BocageError

PEEKED_BYTES = 1 << 18
"""How much of a file is looked at to say what it lists."""
_CHUNK = 1 << 20
_LISTS = ("elements", "@graph", "entities", "features")
"""Members under which a document lists its objects."""
_SPACES = re.compile(r"[\s,]*")


def peek(path: Path) -> str:
    """The beginning of a file as text, whatever it is; empty where it cannot be read."""
    try:
        with path.open("rb") as stream:
            return stream.read(PEEKED_BYTES).decode("utf-8-sig", errors="replace")
    except OSError:
        return ""


def objects(path: Path) -> Iterator[object]:
    """The objects that a JSON document lists: those of an array at the top, of a known member, or the document alone.

    Args:
        path: file in UTF-8.

    Raises:
        BocageError: BOC-IMP-011 too large, 015 not JSON.
    """
    check_size(path)
    try:
        if peek(path).lstrip().startswith("["):
            yield from _array(path)
        else:
            content = json.loads(path.read_bytes())
            yield from _listed(content)
    except (ValueError, RecursionError) as error:
        raise BocageError("BOC-IMP-015", where={"path": path}, cause=str(error)) from error


def _listed(content: object) -> list[object]:
    if not isinstance(content, Mapping):
        return []
    listed = next((content[name] for name in _LISTS if isinstance(content.get(name), list)), None)
    return [content] if listed is None else listed


def _array(path: Path) -> Iterator[object]:
    decoder = json.JSONDecoder()
    with path.open(encoding="utf-8-sig") as stream:
        text = stream.read(_CHUNK).lstrip()[1:]
        while True:
            position = _SPACES.match(text).end()  # type: ignore[union-attr]  # it matches nothing at least
            try:
                found, end = decoder.raw_decode(text, position)
                # a number cut by the end of what was read would be read short
                if end == len(text) and (more := stream.read(_CHUNK)):
                    text += more
                    continue
            except json.JSONDecodeError:
                more = stream.read(max(_CHUNK, len(text)))
                if more:
                    text = text[position:] + more
                    continue
                if text[position:].strip() == "]":
                    return
                raise
            yield found
            text = text[end:]
