"""The council report as a tagged PDF: exactly four pages, typeset by Typst."""

import datetime as dt
import importlib.util
import itertools
import json
import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from bocage.publish import tokens
from bocage.publish.replacing import replace_file
from bocage.publish.report.content import ReportContent
from bocage.publish.report.first_page import first_page
from bocage.publish.report.fourth_page import fourth_page
from bocage.publish.report.frame import describe_frame
from bocage.publish.report.second_page import second_page
from bocage.publish.report.table import Room
from bocage.publish.report.third_page import third_page
from bocage.vocabulary.codes import BocageError
from bocage.vocabulary.text import Language

Json = Mapping[str, "Json"] | list["Json"] | str | float | bool | None

PAGES = 4
ROOT = Path(__file__).parents[1]
"""Folder that the templates may read: they share `parts.typ`."""
_TEMPLATE = Path(__file__).with_name("report.typ")
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
_TIGHTENINGS = 20
_UNSURE = re.compile("[^\n\u0020-\u007e\u00a0-\u017f\u2010-\u201e\u2020-\u2026\u202f\u20ac\u2082\u2212]")
"""Characters that the fonts may lack; the others are in the text face and in both faces of Typst."""
_FLIPPERS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def write_report(content: ReportContent, path: Path, *, language: Language) -> Path:
    """Write the four A4 pages of the council report as a tagged PDF that meets PDF/UA-1.

    Args:
        content: what the report says.
        path: file to write; its folder is made where it is missing.
        language: `fr` or `en`.

    Returns:
        The path.

    Raises:
        BocageError: BOC-PUB-001 where the file cannot be written, BOC-PUB-002 where the texts do
            not fit on four pages even when every table is cut to one row.
    """
    return replace_file(path, typeset(content, language))


def typeset(content: ReportContent, language: Language) -> bytes:
    """The report as PDF; tables are cut a little more until all fits on four pages."""
    # 0.1 s that only the reports need
    import typst  # noqa: PLC0415

    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=True, font_paths=font_folders())
    compiler = typst.Compiler(_TEMPLATE, root=ROOT, font_paths=fonts)
    shows = prober(fonts)
    moment = dt.datetime.combine(content.data_date, dt.time(), tzinfo=dt.UTC)
    rooms = [Room()] * PAGES
    for _attempt in range(_TIGHTENINGS):
        model = make_presentable(report_model(content, language, rooms), shows)
        inputs = {"content": json.dumps(model, ensure_ascii=False)}
        compiled = compiler.compile(format="pdf", pdf_standards="ua-1", sys_inputs=inputs, timestamp=moment)
        starts = json.loads(compiler.query("<starts>", field="value", one=True))
        taken = [after - start for start, after in itertools.pairwise(starts)]
        if all(pages == 1 for pages in taken) and isinstance(compiled, bytes):
            return compiled
        rooms = [room if pages == 1 else room.tighter() for room, pages in zip(rooms, taken, strict=True)]
    raise BocageError("BOC-PUB-002", where={"territory": content.place.name}, pages=sum(taken))


def prober(fonts: Any) -> Callable[[str], bool]:  # noqa: ANN401 - typst has no types
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


def report_model(content: ReportContent, language: Language, rooms: Sequence[Room]) -> dict[str, Any]:
    """Everything that the template reads: texts in the language, numbers written out, pictures drawn."""
    date = content.data_date
    return {
        "look": dict(LOOK),
        "date": [date.year, date.month, date.day],
        "frame": describe_frame(content, language),
        "scales": [room.scale for room in rooms],
        "first": first_page(content, language, rooms[0]),
        "second": second_page(content, language, rooms[1]),
        "third": third_page(content, language, rooms[2]),
        "fourth": fourth_page(content, language, rooms[3]),
    }


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
