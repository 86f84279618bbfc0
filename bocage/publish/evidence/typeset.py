"""The page of an estimate as a tagged PDF of exactly one page, and as a web page that stands alone."""

from html import escape
from pathlib import Path
from typing import Any

from bocage.publish.evidence.content import EvidenceContent
from bocage.publish.evidence.page import EvidenceRoom, evidence_model
from bocage.publish.replacing import replace_file
from bocage.publish.texts import printable
from bocage.publish.tokens import FONTS, GREY, HEDGE, INK, LINE, PAPER
from bocage.publish.typesetting import fit, open_press
from bocage.vocabulary.codes import BocageError
from bocage.vocabulary.text import Language

_TEMPLATE = Path(__file__).with_name("evidence.typ")
_TIGHTENINGS = 22
_STYLE = (
    f"body{{font-family:{FONTS[0]},'Source Sans 3',sans-serif;color:{INK};background:{PAPER};max-width:52rem;"
    "margin:2rem auto;padding:0 1rem;line-height:1.45}"
    f"h1{{border-top:3px solid {HEDGE};padding-top:.6rem}}h2{{color:{HEDGE};font-size:1.1rem;margin-top:1.6rem}}"
    "table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums;font-size:.9rem}"
    f"th,td{{text-align:left;padding:.3rem .5rem;border-bottom:1px solid {LINE};vertical-align:top}}"
    f"td.right,th.right{{text-align:right}}small{{color:{GREY};display:block}}svg{{max-width:100%;height:auto}}"
    "dl{display:grid;grid-template-columns:repeat(auto-fit,minmax(11rem,1fr));gap:1rem}"
    f"dt{{font-size:.85rem}}dd{{margin:0;font-size:1.25rem;font-weight:600;color:{HEDGE}}}"
    "dd small{font-size:.75rem;font-weight:400}"
)


def write_evidence(content: EvidenceContent, path: Path, *, language: Language) -> list[Path]:
    """Write the page as PDF (PDF/UA-1), and beside it as HTML that needs no script.

    Args:
        content: what the page says.
        path: PDF to write; the HTML bears the same name.
        language: `fr` or `en`.

    Raises:
        BocageError: BOC-PUB-001 a file cannot be written, 005 the page does not hold the texts.
    """
    written = [replace_file(path, typeset_evidence(content, language))]
    page = evidence_html(content, language).encode("utf-8")
    return [*written, replace_file(path.with_suffix(".html"), page)]


def typeset_evidence(content: EvidenceContent, language: Language) -> bytes:
    """The page as PDF; fewer records are shown where they do not fit."""
    document, pages = fit(
        open_press(_TEMPLATE),
        [EvidenceRoom()],
        lambda rooms: evidence_model(content, language, rooms[0]),
        on=content.date,
        tightenings=_TIGHTENINGS,
    )
    if document is None:
        raise BocageError("BOC-PUB-005", where={"territory": content.territory}, pages=pages)
    return document


def evidence_html(content: EvidenceContent, language: Language) -> str:
    """The page as HTML, every record in it.

    Args:
        content: what the page says.
        language: `fr` or `en`.
    """
    model = evidence_model(content, language, EvidenceRoom(records=len(content.seen)))
    figures = "".join(
        f"<div><dt>{_safe(one['label'])}</dt><dd>{_safe(one['value'])}<small>{_safe(one['note'])}</small></dd></div>"
        for one in model["figures"]
    )
    chart = model["chart"]
    cautions = "".join(f"<li>{_safe(text)}</li>" for text in model["cautions"])
    parts = [
        f"<p><small>{_safe(model['body'])} – {_safe(model['kind'])}</small></p><h1>{_safe(model['title'])}</h1>",
        f"<dl>{figures}</dl>",
        f"<h2>{_safe(chart['title'])}</h2><figure>{chart['svg']}",
        f"<figcaption><small>{_safe(chart['source'])}</small></figcaption></figure>",
        f"<h2>{_safe(model['records_title'])}</h2>",
        _table(model["records"]) if model["records"] else f"<p>{_safe(model['no_records'])}</p>",
        f"<p>{_safe(model['coverage'])}</p><h2>{_safe(model['how_title'])}</h2>",
        "".join(f"<p>{_safe(text)}</p>" for text in model["how"]),
        f"<h2>{_safe(model['cautions_title'])}</h2><ul>{cautions}</ul>" if cautions else "",
        f"<footer><small>{_safe(model['foot'])} {_safe(model['synthetic'])}</small></footer>",
    ]
    return (
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{_safe(model['document'])}</title><style>{_STYLE}</style></head><body><main>{''.join(parts)}</main>"
        "</body></html>\n"
    )


def _table(table: dict[str, Any]) -> str:
    sides = [' class="right"' if column["align"] == "right" else "" for column in table["columns"]]
    head = "".join(
        f'<th scope="col"{side}>{_safe(column["label"])}</th>'
        for column, side in zip(table["columns"], sides, strict=True)
    )
    rows = "".join(
        "<tr>" + "".join(f"<td{side}>{_cell(cell)}</td>" for cell, side in zip(row, sides, strict=True)) + "</tr>"
        for row in table["rows"]
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"


def _cell(cell: dict[str, str]) -> str:
    mark = "\u25b2 " if cell["icon"] else ""
    note = f"<small>{_safe(cell['note'])}</small>" if cell["note"] else ""
    return mark + _safe(cell["text"]) + note


def _safe(text: str) -> str:
    return escape(printable(text))
