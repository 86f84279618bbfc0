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
_LISTS = ("elements", "@graph", "entities")
"""Members under which a document lists its objects; GeoJSON lists features."""
_ELEMENTS = re.compile(r'"elements"\s*:\s*\[')
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

    An array at the top and the elements of Overpass are read object by object; any other document as a whole.

    Args:
        path: file in UTF-8.

    Raises:
        BocageError: BOC-IMP-011 too large, 015 not JSON.
    """
    check_size(path)
    start = peek(path)
    elements = _ELEMENTS.search(start)
    try:
        if start.lstrip().startswith("["):
            yield from _array(path, start.index("[") + 1)
        elif elements is not None:
            yield from _array(path, elements.end())
        else:
            yield from _listed(json.loads(path.read_bytes()))
    except (ValueError, RecursionError) as error:
        raise BocageError("BOC-IMP-015", where={"path": path}, cause=str(error)) from error


def _listed(content: object) -> list[object]:
    if not isinstance(content, Mapping):
        return []
    names = ("features",) if content.get("type") == "FeatureCollection" else _LISTS
    listed = next((content[name] for name in names if isinstance(content.get(name), list)), None)
    return [content] if listed is None else listed


def _array(path: Path, position: int) -> Iterator[object]:
    """The members of an array that begins at a position of the text, a chunk of it in memory at a time."""
    decoder = json.JSONDecoder()
    with path.open(encoding="utf-8-sig") as stream:
        text = stream.read(max(_CHUNK, position))
        while True:
            position = _SPACES.match(text, position).end()  # type: ignore[union-attr]  # it matches nothing at least
            if text.startswith("]", position):
                return
            try:
                found, end = decoder.raw_decode(text, position)
                whole = end < len(text)  # a number cut by the end of what was read would be read short
            except json.JSONDecodeError:
                whole = False
            if not whole and (more := stream.read(max(_CHUNK, len(text) - position))):
                text, position = text[position:] + more, 0
                continue
            if not whole:
                found, end = decoder.raw_decode(text, position)
            yield found
            position = end
