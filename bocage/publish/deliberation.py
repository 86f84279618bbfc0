"""The draft deliberation: amounts filled in, blanks in sight, for the secretariat to complete."""

import io
from pathlib import Path
from typing import TYPE_CHECKING

from bocage.publish.replacing import replace_file
from bocage.publish.report.bodies import BODY_WORDS
from bocage.publish.report.content import Decision, FundingLine, ReportContent
from bocage.publish.report.first_page import own_without_hoped
from bocage.publish.report.fourth_page import funding_word, rule_words
from bocage.publish.report.frame import dates, write_date
from bocage.publish.texts import _, amount, counted_actions, estimate, interval, printable, say, shorten
from bocage.publish.tokens import HEDGE
from bocage.vocabulary.text import Language

if TYPE_CHECKING:
    from docx.document import Document as Docx
    from docx.table import _Cell
    from docx.text.paragraph import Paragraph

BLANK = "…………"


def write_deliberation(content: ReportContent, path: Path, *, language: Language) -> Path:
    """Write the draft deliberation (.docx) in the French pattern; what is to be filled in is highlighted.

    Args:
        content: that of the report.
        path: file to write.
        language: `fr` or `en`.

    Raises:
        BocageError: BOC-PUB-001 where the file cannot be written.
    """
    # 0.2 s that only this document needs
    from docx import Document  # noqa: PLC0415

    document = Document()
    _prepare(document, content, language)
    _write_head(document, content, language)
    _write_grounds(document, content, language)
    articles = _no_articles(content, language) if content.decision is None else _articles(content, language)
    _write_articles(document, content, articles, language)
    _write_foot(document, content, language)
    whole = io.BytesIO()
    document.save(whole)
    return replace_file(path, whole.getvalue())


def _prepare(document: "Docx", content: ReportContent, language: Language) -> None:
    """Page, language of the text (spelling, screen readers) and properties."""
    from docx.oxml.ns import qn  # noqa: PLC0415 - as above
    from docx.oxml.parser import OxmlElement  # noqa: PLC0415
    from docx.shared import Cm, Pt, RGBColor  # noqa: PLC0415

    section = document.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = Cm(2.3)
    section.top_margin = section.bottom_margin = Cm(2)
    normal = document.styles["Normal"]
    normal.font.name, normal.font.size = "Liberation Sans", Pt(11)
    heading = document.styles["Heading 2"].font
    heading.name, heading.size, heading.color.rgb = "Liberation Sans", Pt(12), RGBColor.from_string(HEDGE[1:])
    tag = OxmlElement("w:lang")
    tag.set(qn("w:val"), "fr-FR" if language == "fr" else "en-GB")
    normal.element.get_or_add_rPr().append(tag)
    properties = document.core_properties
    properties.title = printable(f"{_('Draft deliberation', language)} – {shorten(content.place.name, 60)}")
    properties.author, properties.language = "Bocage", "fr-FR" if language == "fr" else "en-GB"
    properties.comments = ""
    marks = [_("DRAFT", language)]
    if content.place.synthetic:
        marks.append(_("Fictional territory: every figure is an example", language))
    section.header.paragraphs[0].text = " – ".join(marks)


def _add(
    document: "Docx", text: str, *, style: str | None = None, bold: bool = False, centred: bool = False
) -> "Paragraph":
    """A paragraph in which each `BLANK` is highlighted."""
    from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_COLOR_INDEX  # noqa: PLC0415 - as above

    paragraph = document.add_paragraph(style=style)
    if centred:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    for rank, piece in enumerate(printable(text).split(BLANK)):
        if rank:
            paragraph.add_run(BLANK).font.highlight_color = WD_COLOR_INDEX.YELLOW
        if piece:
            paragraph.add_run(piece).bold = bold
    return paragraph


def _write_head(document: "Docx", content: ReportContent, language: Language) -> None:
    place = content.place
    words = BODY_WORDS[place.kind]
    department = place.department or BLANK
    _add(document, _("Département: {department}", language).format(department=department))
    _add(document, f"{say(words.name, language)} {place.name} ({place.code})".lstrip(), bold=True)
    _add(document, words.register.say(language), bold=True, centred=True)
    _add(document, _("Meeting of {blank} – convened on {blank}", language).format(blank=BLANK), centred=True)
    table = document.add_table(rows=2, cols=5, style="Table Grid")
    heads = (
        _("Members in office", language),
        _("Present", language),
        _("Absent", language),
        _("Proxies", language),
        _("Voters", language),
    )
    for rank, head in enumerate(heads):
        table.rows[0].cells[rank].text = head
        _fill_cell(table.rows[1].cells[rank], BLANK)
    _add(document, _("Chair: {blank}. Secretary of the meeting: {blank}.", language).format(blank=BLANK))
    _add(document, _("Subject: {subject}", language).format(subject=_subject(content, language)), bold=True)


def _fill_cell(cell: "_Cell", text: str) -> None:
    from docx.enum.text import WD_COLOR_INDEX  # noqa: PLC0415 - as above

    run = cell.paragraphs[0].add_run(printable(text))
    if text == BLANK:
        run.font.highlight_color = WD_COLOR_INDEX.YELLOW


def _subject(content: ReportContent, language: Language) -> str:
    if content.decision is None:
        return _("Diagnosis and options", language)
    return say(content.decision.programme, language)


def _write_grounds(document: "Docx", content: ReportContent, language: Language) -> None:
    """The exposé, the texts of law, the recitals."""
    place = content.place
    document.add_heading(_("Statement of reasons", language), level=2)
    _add(document, _("Rapporteur: {blank}", language).format(blank=BLANK))
    date = write_date(content.data_date, language)
    text = _(
        "The digital twin of {place}, with data of {date}, shows the state of the assets and compares options.",
        language,
    )
    _add(document, text.format(place=place.name, date=date))
    for finding in content.findings[:3]:
        _add(document, say(finding.sentence, language), style="List Bullet")
    for figure in content.headlines[:3]:
        value = (
            amount(figure.value, language) if figure.unit == "EUR" else estimate(figure.value, figure.unit, language)
        )
        bounds = interval(figure.low, figure.high, figure.unit, language)
        range_words = f" ({_('interval P10–P90', language)}{_(': ', language)}{bounds})" if bounds else ""
        _add(document, f"{say(figure.label, language)}{_(': ', language)}{value}{range_words}", style="List Bullet")
    if content.decision and say(content.decision.statement, language):
        _add(document, say(content.decision.statement, language))
    if law := say(BODY_WORDS[place.kind].law, language):
        _add(document, law)
    _add(document, _("Having regard to {blank};", language).format(blank=BLANK))
    _add(document, _("Considering the preparatory report annexed to this deliberation;", language))


def _no_articles(content: ReportContent, language: Language) -> list[str]:
    text = _("takes note of the diagnosis and of the options of the annexed report (fingerprint {hash}).", language)
    return [text.format(hash=content.fingerprint)]


def _articles(content: ReportContent, language: Language) -> list[str]:
    decision = content.decision
    assert decision is not None
    head = BODY_WORDS[content.place.kind].head.say(language)
    approval = f"{_approval(decision, language)} {own_without_hoped(content, language)}".strip()
    articles = [approval, _("approves the funding plan below.", language)]
    articles += _applications(content, head, language)
    articles.append(
        _(
            "enters the necessary credits in the budget, from {first} to {last}, under chapter {blank}.", language
        ).format(first=decision.first_year, last=decision.last_year, blank=BLANK)
    )
    if content.requests:
        owners = ", ".join(dict.fromkeys(say(line.owner, language) for line in content.requests))
        text = _("asks {owners} to examine the works that are theirs, listed in the annexed report.", language)
        articles.append(text.format(owners=owners))
    articles.append(
        _("asks {head} to report every year on the works, the expenses and the measured effects.", language).format(
            head=head
        )
    )
    articles.append(
        _("authorises {head} to sign all documents needed to carry out this deliberation.", language).format(head=head)
    )
    return articles


def _applications(content: ReportContent, head: str, language: Language) -> list[str]:
    """The aids to apply for; those that the plan does without may exclude these, hence in their stead only."""
    asked = [say(line.programme, language) for line in content.funding if line.status in ("certain", "hoped")]
    instead = _uncounted(content, language)
    if asked and instead:
        text = _(
            "authorises {head} to apply for the following aids and to sign the agreements: {aids}. "
            "Should one of them not be granted, {head} may apply instead for: {instead}.",
            language,
        )
        return [text.format(head=head, aids=", ".join(asked), instead=", ".join(instead))]
    if asked or instead:
        text = _("authorises {head} to apply for the following aids and to sign the agreements: {aids}.", language)
        return [text.format(head=head, aids=", ".join(asked or instead))]
    return []


def _uncounted(content: ReportContent, language: Language) -> list[str]:
    return [say(line.programme, language) for line in content.funding if line.status == "uncounted"]


def _approval(decision: Decision, language: Language) -> str:
    text = _(
        "approves the programme “{programme}” from {first} to {last}: {actions}, {cost} of works excluding VAT, "
        "{grants} of grants, {own} of own funds net of grants and FCTVA.",
        language,
    )
    if decision.lent_eur:
        text = _(
            "approves the programme “{programme}” from {first} to {last}: {actions}, {cost} of works excluding VAT, "
            "{grants} of grants, {own} of own funds and loans net of grants and FCTVA; the loans ({lent}) are voted "
            "apart.",
            language,
        )
    return text.format(
        programme=say(decision.programme, language),
        first=decision.first_year,
        last=decision.last_year,
        actions=counted_actions(decision.actions, language),
        cost=amount(decision.cost_eur, language),
        grants=amount(decision.grants_eur, language),
        own=amount(decision.own_eur, language),
        lent=amount(decision.lent_eur, language),
    )


def _write_articles(document: "Docx", content: ReportContent, articles: list[str], language: Language) -> None:
    decides = _("{assembly}, after deliberation, decides:", language).format(
        assembly=BODY_WORDS[content.place.kind].assembly.say(language)
    )
    document.add_heading(printable(decides[:1].upper() + decides[1:]), level=2)
    for rank, article in enumerate(articles, start=1):
        _add(document, f"{_('Article {number}', language).format(number=rank)}{_(': ', language)}{article}")
        if rank == 2 and content.funding and content.decision:
            _write_funding(document, content, language)


def _write_funding(document: "Docx", content: ReportContent, language: Language) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH  # noqa: PLC0415 - as above

    table = document.add_table(rows=1, cols=3, style="Table Grid")
    rows = [(_("Programme or payer", language), _("Status", language), _("Amount", language))]
    counted = [line for line in content.funding if line.status != "uncounted"]
    rows += [
        (say(line.programme, language), _status(line, language), amount(line.amount_eur, language)) for line in counted
    ]
    total = amount(sum(line.amount_eur for line in counted), language)
    rows.append((_("Total: works including VAT, rounded to the euro", language), "", total))
    for rank, row in enumerate(rows):
        line = table.rows[0].cells if rank == 0 else table.add_row().cells
        for cell, text in zip(line, row, strict=True):
            cell.paragraphs[0].add_run(printable(text)).bold = rank in (0, len(rows) - 1)
        line[2].paragraphs[0].alignment = WD_ALIGN_PARAGRAPH.RIGHT
    besides = _uncounted(content, language)
    if besides:
        text = _("Neither counted nor added to the aids above: {aids}.", language)
        _add(document, text.format(aids=", ".join(besides)))
    else:
        document.add_paragraph()


def _status(line: FundingLine, language: Language) -> str:
    words = funding_word(line, language)
    doubtful = line.status == "certain" and line.rule_status != "verified"
    return f"{words} ({rule_words(line, language)})" if doubtful else words


def _write_foot(document: "Docx", content: ReportContent, language: Language) -> None:
    text = _("Votes: for {blank}, against {blank}, abstentions {blank}.", language).format(blank=BLANK)
    _add(document, text, bold=True)
    _add(document, _("Done at {place}, on {blank}.", language).format(place=content.place.name, blank=BLANK))
    _add(document, _("Certified true extract.", language))
    head = BODY_WORDS[content.place.kind].head.say(language)
    _add(document, f"{head[:1].upper()}{head[1:]}{_(': ', language)}{BLANK}")
    _add(document, _("Published on {blank}. Sent to the préfecture on {blank}.", language).format(blank=BLANK))
    text = _("Draft prepared with Bocage {version}; {dates}; fingerprint of the twin {hash}.", language)
    _add(document, text.format(version=content.version, dates=dates(content, language), hash=content.fingerprint))
