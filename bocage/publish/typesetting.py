"""What all typeset documents share: look, fonts, characters that no font shows, parts fitted to one page each."""

import datetime as dt
import importlib.util
import itertools
import json
import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, Self, TypeVar

from bocage.publish import tokens

Json = Mapping[str, "Json"] | list["Json"] | str | float | bool | None

ROOT = Path(__file__).parent
"""Folder that the templates may read: they share `parts.typ`."""
LOOK: Mapping[str, Any] = {
    "fonts": list(tokens.FONTS),
    "ink": tokens.INK,
    "grey": tokens.GREY,
    "line": tokens.LINE,
    "tint": tokens.TINT,
    "hedge": tokens.HEDGE,
    "hedge_soft": tokens.HEDGE_SOFT,
    "water": tokens.WATER,
    "ochre": tokens.OCHRE,
    "red": tokens.RED,
}
"""Fonts and colours that the templates read."""
_PROBE = b"#set document(title: [-])\n#set text(font: json(bytes(sys.inputs.fonts)))\n#sys.inputs.text"
_UNSURE = re.compile("[^\n\u0020-\u007e\u00a0-\u017f\u2010-\u201e\u2020-\u2026\u202f\u20ac\u2082\u2212]")
"""Characters that the fonts may lack; the others are in the text face and in both faces of Typst."""
_FLIPPERS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


class Tightened(Protocol):
    """How much one part of a document may say."""

    def tighter(self) -> Self:
        """A little less."""


Room = TypeVar("Room", bound=Tightened)


@dataclass(frozen=True)
class Press:
    """A template made ready to be typeset.

    Attributes:
        compiler: of the template.
        shows: whether a text can be typeset.
    """

    compiler: Any
    shows: Callable[[str], bool]


def open_press(template: Path) -> Press:
    """Make a template ready, with the fonts of all documents."""
    # 0.1 s that only the documents need
    import typst  # noqa: PLC0415

    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=True, font_paths=font_folders())
    return Press(typst.Compiler(template, root=ROOT, font_paths=fonts), _prober(fonts))


def fit(
    press: Press, rooms: Sequence[Room], model: Callable[[list[Room]], Json], *, on: dt.date, tightenings: int
) -> tuple[bytes | None, int]:
    """A tagged PDF whose parts take one page each: those that take more say a little less until they do.

    Args:
        press: of a template that tells where its parts start (`parts.typ`).
        rooms: room of each part at first.
        model: what the template reads, for the room of each part.
        on: date of the document.
        tightenings: number of attempts.

    Returns:
        The PDF, None where the parts do not fit, and the number of pages of the last attempt.
    """
    moment = dt.datetime.combine(on, dt.time(), tzinfo=dt.UTC)
    given, taken = list(rooms), [0]
    for _attempt in range(tightenings):
        inputs = {"content": json.dumps(make_presentable(model(given), press.shows), ensure_ascii=False)}
        compiled = press.compiler.compile(format="pdf", pdf_standards="ua-1", sys_inputs=inputs, timestamp=moment)
        starts = json.loads(press.compiler.query("<starts>", field="value", one=True))
        taken = [after - start for start, after in itertools.pairwise(starts)]
        if all(pages == 1 for pages in taken) and isinstance(compiled, bytes):
            return compiled, len(taken)
        given = [room if pages == 1 else room.tighter() for room, pages in zip(given, taken, strict=True)]
    return None, sum(taken)


def flow(press: Press, model: Json, *, on: dt.date) -> bytes:
    """A tagged PDF of as many pages as its content takes.

    Args:
        press: of the template.
        model: what the template reads.
        on: date of the document.
    """
    moment = dt.datetime.combine(on, dt.time(), tzinfo=dt.UTC)
    inputs = {"content": json.dumps(make_presentable(model, press.shows), ensure_ascii=False)}
    compiled = press.compiler.compile(format="pdf", pdf_standards="ua-1", sys_inputs=inputs, timestamp=moment)
    assert isinstance(compiled, bytes)
    return compiled


def _prober(fonts: Any) -> Callable[[str], bool]:  # noqa: ANN401 - typst has no types
    """A function that tells whether the fonts can show a text.

    Args:
        fonts: `typst.Fonts`.
    """
    import typst  # noqa: PLC0415 - as above

    compiler = typst.Compiler(font_paths=fonts)

    def shows(text: str) -> bool:
        inputs = {"text": text, "fonts": json.dumps(tokens.FONTS)}
        try:
            compiler.compile(_PROBE, format="pdf", pdf_standards="ua-1", sys_inputs=inputs)
        except typst.TypstError as fault:
            if "could not be displayed" not in str(fault):
                raise
            return False
        return True

    return shows


def make_presentable(model: Json, shows: Callable[[str], bool]) -> Json:
    """Replace the characters that no font can show by their code point, as `[U+1F4A1]`; drop controls.

    PDF/UA forbids a character without a glyph. Marks that flip the direction of what follows are
    dropped too, so that no name can turn its neighbours round.

    Args:
        model: texts in dicts and lists.
        shows: whether a text can be typeset.
    """
    known: dict[str, str] = {}

    def mend(text: str) -> str:
        return _UNSURE.sub(lambda found: _replacement(found[0], shows, known), text)

    def walk(node: Json) -> Json:
        if isinstance(node, str):
            return mend(node)
        if isinstance(node, Mapping):
            return {key: walk(value) for key, value in node.items()}
        return [walk(value) for value in node] if isinstance(node, list) else node

    return walk(model)


def _replacement(character: str, shows: Callable[[str], bool], known: dict[str, str]) -> str:
    if character not in known:
        if character in _FLIPPERS or unicodedata.category(character) in ("Cc", "Cs"):
            known[character] = ""
        else:
            known[character] = character if shows(character) else f"[U+{ord(character):04X}]"
    return known[character]


def font_folders() -> list[Path]:
    """Folder of the text face, where its package is installed; Typst's own serif is used where not."""
    found = importlib.util.find_spec("font_source_sans_pro")
    return [Path(found.origin).parent / "files"] if found and found.origin else []
