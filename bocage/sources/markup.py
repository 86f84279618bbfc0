"""KML and GPX: entities refused, columns of the viewer left out, tables inside descriptions made columns."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import polars as pl

from bocage.sources.raw import RawTable
from bocage.sources.verdict import Verdict
from bocage.vocabulary.codes import BocageError

TECHNICAL = frozenset({
    "timestamp", "begin", "end", "altitudemode", "tessellate", "extrude", "visibility", "draworder", "icon",
    "snippet", "magvar", "geoidheight", "link1_href", "link1_text", "link1_type", "link2_href", "link2_text",
    "link2_type", "sym", "fix", "sat", "hdop", "vdop", "pdop", "ageofdgpsdata", "dgpsid",
})  # fmt: skip
"""What viewers and receivers write beside the data."""
_ENTITY = re.compile(rb"<!(?:ENTITY|DOCTYPE)", re.IGNORECASE)
_PAIR = re.compile(r"^\s*([^:=<>]{1,40}?)\s*[:=]\s*(.*?)\s*$")
_CHUNK = 1 << 22
MAX_MINED = 200
"""Columns that descriptions may give."""


def check_entities(path: Path) -> None:
    """Refuse XML that declares entities (BOC-IMP-032): nested ones can fill any memory, outer ones read other files."""
    with path.open("rb") as stream:
        rest = b""
        while chunk := stream.read(_CHUNK):
            data = rest + chunk
            if _ENTITY.search(data) or _ENTITY.search(data.replace(b"\0", b"")):
                raise BocageError("BOC-IMP-032", where={"path": path})
            rest = data[-32:]


def without_technical_columns(raw: RawTable) -> RawTable:
    """Leave out the columns of viewers and receivers, and those that have no value at all."""
    empty = {name for name in raw.frame.columns if raw.frame[name].null_count() == len(raw.frame)}
    dropped = {name for name in raw.frame.columns if name.lower() in TECHNICAL}
    return replace(raw, frame=raw.frame.drop(empty | dropped))


def mine_descriptions(raw: RawTable) -> RawTable:
    """Make columns of the tables, or of the lines `name: value`, that descriptions hold.

    Args:
        raw: KML as read; its column `description` is kept as it is.
    """
    source = next((name for name in raw.frame.columns if name.lower() == "description"), None)
    if source is None:
        return raw
    texts = raw.frame[source].cast(pl.String)
    found = [description_pairs(text) if text else {} for text in texts.to_list()]
    counts = Counter(name for pairs in found for name in pairs)
    filled = len(raw.frame) - texts.null_count()
    known = {name.lower() for name in raw.frame.columns}
    names = [name for name, count in counts.items() if count >= 0.2 * filled and name.lower() not in known][:MAX_MINED]
    if not names:
        return raw
    columns = [pl.Series(name, [pairs.get(name) for pairs in found], dtype=pl.String) for name in names]
    said = Verdict(code="BOC-IMP-334", count=len(names), columns=tuple(names))
    return replace(raw, frame=raw.frame.with_columns(columns), verdicts=(*raw.verdicts, said))


def description_pairs(text: str) -> Mapping[str, str]:
    """Names and values of a description: rows of two cells, or lines `name: value`.

    >>> description_pairs("<table><tr><th>Puissance</th><td>70</td></tr><tr><td>Rue</td><td>Haute</td></tr></table>")
    {'Puissance': '70', 'Rue': 'Haute'}
    >>> description_pairs("<b>Puissance</b> : 70<br/>Lampe = SHP")
    {'Puissance': '70', 'Lampe': 'SHP'}
    """
    reader = _Description()
    reader.feed(text)
    reader.close()
    pairs = [(row[0], row[1]) for row in reader.rows if len(row) == 2]
    if not pairs and len(reader.rows) == 2 and len(reader.rows[0]) == len(reader.rows[1]):
        pairs = list(zip(*reader.rows, strict=True))  # a line of names over a line of values
    if not pairs:
        matches = (_PAIR.match(line) for line in "".join(reader.lines).split("\n"))
        pairs = [(match[1], match[2]) for match in matches if match and not match[2].startswith("//")]
    return {name.strip(" :"): value for name, value in pairs if name.strip(" :") and value}


class _Description(HTMLParser):
    """Rows of the tables of a fragment of HTML, and its text by lines."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.rows: list[list[str]] = []
        self.lines: list[str] = []
        self._in_cell = False

    def handle_starttag(self, tag: str, attrs: Sequence[tuple[str, str | None]]) -> None:
        del attrs
        if tag == "tr":
            self.rows.append([])
        elif tag in {"td", "th"}:
            if not self.rows:
                self.rows.append([])
            self.rows[-1].append("")
            self._in_cell = True
        elif tag in {"br", "p", "li", "div"}:
            self.lines.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in {"td", "th"}:
            self._in_cell = False
        elif tag in {"p", "li", "div"}:
            self.lines.append("\n")

    def handle_data(self, data: str) -> None:
        if self._in_cell and self.rows and self.rows[-1]:
            self.rows[-1][-1] = f"{self.rows[-1][-1]} {data.strip()}".strip()
        elif not self.rows:
            self.lines.append(data)
