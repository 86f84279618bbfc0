"""What an import answers: the columns recognised, what was read, what deserves a look, what changed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl

from bocage.publish.texts import parameter as written_number
from bocage.sources.inventory import Reading
from bocage.sources.layout_match import Recognised
from bocage.sources.mapping import InventoryMapping
from bocage.store.interface import MergeReport
from bocage.twin.answer import Answer, Heading, Section, Text, said
from bocage.twin.code_labels import all_code_labels
from bocage.twin.domains import discover_domains
from bocage.twin.wording import _
from bocage.vocabulary.code_labels import CodeLabels, label_of
from bocage.vocabulary.columns import Column, Table
from bocage.vocabulary.text import LANGUAGES, Message, current_language

SHOWN_DIFFERENCES = 20
SHOWN_NAMES = 10
SURE = 0.9
"""Confidence under which the answer asks to look at a column first."""


@dataclass(frozen=True, kw_only=True)
class Imported:
    """What became of the rows of one type of asset."""

    table: Table
    meaning: InventoryMapping
    reading: Reading
    merged: MergeReport


def import_answer(
    path: Path,
    imported: Sequence[Imported],
    *,
    recognised: Recognised | None,
    files: Sequence[Path],
    saved: Path | None,
    dry_run: bool,
) -> Answer:
    """The answer of an import.

    Args:
        path: the source.
        imported: its types of assets, the principal one first.
        recognised: the layout in which it was read, None for none.
        files: files that were written.
        saved: where the mapping was written to be corrected, None for nowhere.
        dry_run: whether nothing was written in the territory.
    """
    first = imported[0]
    several = len(imported) > 1
    title: Text = _("{path}: {type}", path=path.name, type=first.table.label)
    if several and recognised is not None:
        title = _("{path}: {type}", path=path.name, type=recognised.layout.label)
    sections = [] if recognised is None else [_layout_section(recognised)]
    for one in imported:
        sections += [_of_type(section, one.table) if several else section for section in _sections(one)]
    data: dict[str, object] = {"file": str(path), **_data(first), "layout": _layout_data(recognised)}
    if several:
        data["parts"] = [_data(one) for one in imported]
    return Answer(title=title, sections=sections, data=data, files=list(files), next_step=_next_step(saved, dry_run))


def _sections(one: Imported) -> list[Section]:
    return [
        _mapping_section(one.table, one.meaning, one.reading),
        _reading_section(one.reading),
        *_remark_sections(one.reading),
        _difference_section(one.table, one.merged),
    ]


def _of_type(section: Section, table: Table) -> Section:
    """The section of one type among several."""
    titles: Text = {language: f"{table.label[language]} – {said(section.title, language)}" for language in LANGUAGES}
    return replace(section, title=titles)


def _layout_section(recognised: Recognised) -> Section:
    lines: list[Text] = [
        _(
            "{layout}: {percent}% of the columns that it can give are there",
            layout=recognised.layout.label, percent=round(100 * recognised.confidence),
        )
    ]  # fmt: skip
    if recognised.absent:
        lines.append(_("Tables of this layout that are not there: {names}", names=", ".join(recognised.absent)))
    if recognised.layout.evidence == "documented":
        lines.append(_("This layout is known from its documentation: look at the columns before you rely on it"))
    lines.append(_("To read the columns as they stand: --layout none"))
    return Section(title=_("Known layout"), lines=lines)


def _layout_data(recognised: Recognised | None) -> dict[str, object] | None:
    if recognised is None:
        return None
    return {
        "name": recognised.layout.name,
        "confidence": recognised.confidence,
        "evidence": recognised.layout.evidence,
        "absent": list(recognised.absent),
    }


def _data(one: Imported) -> dict[str, object]:
    language = current_language()
    reading, merged = one.reading, one.merged
    return {
        "asset_type": one.table.name,
        "mapping": one.meaning.as_dict(language),
        "read": reading.rows.height,
        "refused": reading.refused.height,
        "duplicates": reading.duplicates,
        "set_aside": reading.set_aside.height,
        "verdicts": [verdict.as_dict(language) for verdict in reading.verdicts],
        "added": len(merged.added),
        "changed": len(merged.changed),
        "unchanged": merged.unchanged,
        "absent": list(merged.absent),
        "kept_corrections": [list(kept) for kept in merged.kept_corrections],
        "differences": merged.differences.to_dicts(),
        "dry_run": merged.dry_run,
    }


def _next_step(saved: Path | None, dry_run: bool) -> Message:
    if not dry_run:
        return _("bocage diagnose")
    if saved is not None:
        return _(
            "read and correct {mapping}, then the same command with --mapping in place of --save-mapping",
            mapping=_pasted(saved),
        )
    return _(
        "the same command without --dry-run; to correct the columns first, with --save-mapping {mapping}",
        mapping="mapping.toml",
    )


def _pasted(path: Path) -> str:
    return f'"{path}"' if " " in str(path) else str(path)


def _mapping_section(table: Table, meaning: InventoryMapping, reading: Reading) -> Section:
    language = current_language()
    labels = {column.name: column.label[language] for column in table.columns}
    rows = [
        {
            "column": labels.get(match.column, match.column),
            "header": match.header,
            "confidence": 100 * match.confidence,
            "reason": match.reason.say(language),
        }
        for match in meaning.matches
    ]
    return Section(
        title=_("Columns recognised"),
        lines=_mapping_lines(labels, meaning, reading),
        table=pl.DataFrame(
            rows, schema={"column": pl.String, "header": pl.String, "confidence": pl.Float64, "reason": pl.String}
        ),
        headings=[
            Heading(name="column", label=_("Column of Bocage")),
            Heading(name="header", label=_("Column of the file")),
            Heading(name="confidence", label=_("Confidence"), unit="%"),
            Heading(name="reason", label=_("Why")),
        ],
    )


def _location(meaning: InventoryMapping, srid: object) -> Message:
    """Where the rows say they are; without a system where no row could be placed."""
    headers = ", ".join(filter(None, meaning.place.headers))
    if meaning.place.kind == "geometry" and srid is None:
        return _("Location: geometry of the file")
    if meaning.place.kind == "geometry":
        return _("Location: geometry of the file, read in EPSG:{srid}", srid=str(srid))
    if srid is None:
        return _("Location: {headers}", headers=headers)
    return _("Location: {headers}, read in EPSG:{srid}", headers=headers, srid=str(srid))


def _mapping_lines(labels: Mapping[str, str], meaning: InventoryMapping, reading: Reading) -> list[Message]:
    """What identifies and places a row, and what deserves a look, before the table of the columns."""
    identifier = meaning.identifier or meaning.headers.get("asset_id", "")
    lines = [_("Identifier: {header}", header=identifier) if identifier else _("Identifier: computed")]
    if meaning.place.kind != "none":
        lines.append(_location(meaning, reading.facts["srid_read"]))
    doubtful = [labels.get(match.column, match.column) for match in meaning.matches if match.confidence < SURE]
    if doubtful:
        lines.append(_("To check first: {names}", names=", ".join(doubtful)))
    if meaning.unmatched:
        names = ", ".join(meaning.unmatched[:SHOWN_NAMES]) + ("…" if len(meaning.unmatched) > SHOWN_NAMES else "")
        lines.append(_("Columns of the file left out: {count} ({names})", count=len(meaning.unmatched), names=names))
    return lines


def _reading_section(reading: Reading) -> Section:
    return Section(
        title=_("What was read"),
        lines=[
            _(
                "Rows of the file: {all}; kept: {rows}, refused: {refused}, repeated: {repeated}",
                all=reading.facts["rows_in_file"], rows=reading.rows.height, refused=reading.refused.height,
                repeated=reading.duplicates,
            ),
            *([_("Values set aside: {aside}", aside=reading.set_aside.height)] if reading.set_aside.height else []),
        ],
    )  # fmt: skip


def _remark_sections(reading: Reading) -> list[Section]:
    """What was found, first what somebody should look at."""
    sections = []
    for title, wanted in ((_("To check"), True), (_("For information"), False)):
        said = [verdict for verdict in reading.verdicts if (verdict.severity != "information") == wanted]
        if said:
            lines = [{"fr": f"- {one.say('what', 'fr')}", "en": f"- {one.say('what', 'en')}"} for one in said]
            sections.append(Section(title=title, lines=lines))
    return sections


def _difference_section(table: Table, merged: MergeReport) -> Section:
    language = current_language()
    labels = {column.name: column.label[language] for column in table.columns}
    lines: list[Message] = [
        _(
            "Added: {added}, changed: {changed}, unchanged: {unchanged}",
            added=len(merged.added), changed=len(merged.changed), unchanged=merged.unchanged,
        )
    ]  # fmt: skip
    if merged.absent:
        lines.append(_("Assets of this source that the file no longer has: {count}", count=len(merged.absent)))
    if merged.kept_corrections:
        lines.append(_("Corrections made by hand and kept: {count}", count=len(merged.kept_corrections)))
    shown = merged.differences.head(SHOWN_DIFFERENCES)
    return Section(
        title=_("What would change") if merged.dry_run else _("What changed"),
        lines=lines,
        table=_readable(shown, table).with_columns(pl.col("column").replace(labels)) if shown.height else None,
        headings=[
            Heading(name="asset_id", label=_("Identifier")),
            Heading(name="column", label=_("Column")),
            Heading(name="before", label=_("Before")),
            Heading(name="after", label=_("After")),
        ],
    )


def _readable(differences: pl.DataFrame, table: Table) -> pl.DataFrame:
    """Differences with numbers the way of the reader's language and codes in words."""
    labels = all_code_labels(discover_domains())
    known = {column.name: column for column in table.columns}
    return differences.with_columns(
        pl.Series(
            end,
            [_written(known.get(name), text, labels) for name, text in differences.select("column", end).iter_rows()],
            dtype=pl.String,
        )
        for end in ("before", "after")
    )


def _written(column: Column | None, text: str | None, labels: CodeLabels) -> str | None:
    if column is None or text is None:
        return text
    if column.type == "real":
        return written_number(float(text), current_language())
    return label_of(text, labels.get(column.name, {})) if column.codes else text
