"""The sheet of a commune as a tagged PDF: exactly two pages, typeset by Typst."""

import datetime as dt
import itertools
import json
from functools import cache
from pathlib import Path
from typing import Any

from bocage.publish.replacing import replace_file
from bocage.publish.report.typeset import LOOK, ROOT, font_folders, make_presentable, prober
from bocage.publish.sheet.content import SheetContent
from bocage.publish.sheet.pages import describe_sheet, first_page, second_page
from bocage.publish.sheet.room import SheetRoom
from bocage.vocabulary.codes import BocageError
from bocage.vocabulary.text import Language

PAGES = 2
_TEMPLATE = Path(__file__).with_name("sheet.typ")
_TIGHTENINGS = 24


def write_sheet(content: SheetContent, path: Path, *, language: Language) -> Path:
    """Write the two A4 pages of a commune as a tagged PDF that meets PDF/UA-1.

    Args:
        content: what the sheet says.
        path: file to write; its folder is made where it is missing.
        language: `fr` or `en`.

    Returns:
        The path.

    Raises:
        BocageError: BOC-PUB-001 where the file cannot be written, BOC-PUB-004 where the texts do not
            fit on two pages even when every table is cut to a few rows.
    """
    return replace_file(path, typeset_sheet(content, language))


def typeset_sheet(content: SheetContent, language: Language) -> bytes:
    """The sheet as PDF; tables are cut a little more until all fits on two pages."""
    compiler, shows = _compiler()
    moment = dt.datetime.combine(content.data_date, dt.time(), tzinfo=dt.UTC)
    rooms = [SheetRoom()] * PAGES
    taken = [0]
    for _attempt in range(_TIGHTENINGS):
        model = make_presentable(sheet_model(content, language, rooms), shows)
        inputs = {"content": json.dumps(model, ensure_ascii=False)}
        compiled = compiler.compile(format="pdf", pdf_standards="ua-1", sys_inputs=inputs, timestamp=moment)
        starts = json.loads(compiler.query("<starts>", field="value", one=True))
        taken = [after - start for start, after in itertools.pairwise(starts)]
        if all(pages == 1 for pages in taken) and isinstance(compiled, bytes):
            return compiled
        rooms = [room if pages == 1 else room.tighter() for room, pages in zip(rooms, taken, strict=True)]
    raise BocageError("BOC-PUB-004", where={"commune": content.place.name}, pages=sum(taken))


@cache
def _compiler() -> tuple[Any, Any]:
    """The compiler of the template and the probe of its fonts, once for all the sheets of a process."""
    # 0.1 s that only the documents need
    import typst  # noqa: PLC0415

    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=True, font_paths=font_folders())
    return typst.Compiler(_TEMPLATE, root=ROOT, font_paths=fonts), prober(fonts)


def sheet_model(content: SheetContent, language: Language, rooms: list[SheetRoom]) -> dict[str, Any]:
    """Everything that the template reads: texts in the language, numbers written out, pictures drawn."""
    date = content.data_date
    return {
        "look": dict(LOOK),
        "date": [date.year, date.month, date.day],
        "frame": describe_sheet(content, language),
        "scales": [room.scale for room in rooms],
        "first": first_page(content, language, rooms[0]),
        "second": second_page(content, language, rooms[1]),
    }
