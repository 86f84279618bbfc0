"""Rows of one type of asset out of the tables of a known layout: joined, chosen, translated, nothing left unsaid."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import polars as pl

from bocage.sources.judge import as_text
from bocage.sources.layout_match import Recognised, find_header, headers_by_name
from bocage.sources.layouts import ColumnRule, Join, Layout, Part, Translation
from bocage.sources.locate import propose_place
from bocage.sources.mapping import InventoryMapping, Match, Place
from bocage.sources.names import plain
from bocage.sources.raw import RawTable
from bocage.sources.verdict import Verdict
from bocage.sources.wording import LOCALE
from bocage.vocabulary.columns import Table
from bocage.vocabulary.text import Message

MOST_LAMPS = 50
"""A number of lamps on one support beyond which it is not believed."""
LAMP = "lamp"
"""Column added to a row that speaks of several lamps: which of them."""
_ROW, _FAULT, _PLACE = "\0row", "\0fault", "\0place"
_CODE, _WORD = ("code", "cle", "id"), ("valeur", "libelle", "label", "value")


@dataclass
class _Rows:
    """A part on its way: columns of its table and of those joined, and what is said of it."""

    frame: pl.DataFrame
    names: dict[str, dict[str, str]]
    verdicts: list[Verdict] = field(default_factory=list)

    def header(self, origin: str, own: str) -> str | None:
        """The column of the frame that an origin names; None where the source has none."""
        role, _, name = origin.rpartition(".")
        found = find_header(self.names.get(role or own, {}), name)
        return found if found is None or not role or role == own else f"{role}.{found}"

    def headers(self, origins: Sequence[str], own: str) -> list[str]:
        """The columns that the origins name, each once: `@id` and `id` may be the same."""
        found = (self.header(origin, own) for origin in origins)
        return list(dict.fromkeys(header for header in found if header is not None))


def derive(recognised: Recognised, part: Part, table: Table) -> tuple[RawTable, InventoryMapping]:
    """Make the table of one type of asset, and say what its columns mean.

    Args:
        recognised: the source, its tables by role.
        part: what the layout says of the type.
        table: declared asset type of the part.

    Returns:
        The rows with the columns of their own table, those of joined tables as `role.column` and the
        translated ones as `column > declared`; the mapping that can be kept and corrected.

    Raises:
        BocageError: BOC-IMP-018, the type has a place and the source says none.
    """
    base = recognised.tables[part.table]
    rows = _start(base, part)
    for join in part.joins:
        _join(rows, recognised, join, part)
    _choose(rows, part)
    matches, used = _columns(rows, recognised.layout, part, recognised.tables)
    identifier = _identifier(rows, part)
    place = _place(rows, recognised, part, table, used | {identifier})
    if part.repeat:
        identifier = _repeat(rows, part, identifier)
    frame = rows.frame.drop(_ROW, _FAULT, _PLACE, strict=False)
    raw = replace(
        base,
        frame=frame,
        numbers=rows.frame[_ROW].alias("number"),
        faults=rows.frame[_FAULT].alias("fault"),
        geometry=rows.frame[_PLACE].alias("geometry") if _PLACE in rows.frame.columns else None,
        srid=_source_of_place(recognised, part).srid if part.place != "none" else base.srid,
        verdicts=(*base.verdicts, *rows.verdicts),
    )
    named = [*part.identifier, part.once, part.repeat, *(one for rule in part.columns for one in rule.origins)]
    known = {*used, *place.headers, *rows.headers(named, part.table), identifier}
    mapping = InventoryMapping(
        asset_type=part.asset_type,
        identifier=identifier,
        place=place,
        matches=matches,
        unmatched=tuple(header for header in frame.columns if header not in known),
        confidence=recognised.confidence,
        layout=recognised.layout.name,
    )
    return raw, mapping


def _start(base: RawTable, part: Part) -> _Rows:
    extra = [base.numbers.alias(_ROW), base.faults.alias(_FAULT)]
    if part.place in {"", part.table} and base.geometry is not None:
        extra.append(base.geometry.alias(_PLACE))
    return _Rows(base.frame.with_columns(extra), {part.table: headers_by_name(base.frame.columns)})


def _join(rows: _Rows, recognised: Recognised, join: Join, part: Part) -> None:
    """Put the columns of a joined table beside the rows; rows without a partner keep empty cells."""
    on = rows.header(join.on, part.table)
    other = recognised.tables.get(join.table)
    if other is None or on is None:
        return
    names = headers_by_name(other.frame.columns)
    key = find_header(names, join.key)
    if key is None:
        return
    beside = other.frame.rename({name: f"{join.table}.{name}" for name in other.frame.columns})
    if part.place == join.table and other.geometry is not None:
        beside = beside.with_columns(other.geometry.alias(_PLACE))
    keyed = beside.with_columns(_key(other.frame[key]).alias("\0key")).unique(
        "\0key", keep="first", maintain_order=True
    )
    left = rows.frame.with_columns(_key(rows.frame[on]).alias("\0key"))
    found = left.join(keyed.filter(pl.col("\0key").is_not_null()), on="\0key", how="left", maintain_order="left")
    lost = left.filter(pl.col("\0key").is_not_null()).join(keyed, on="\0key", how="anti").height
    if lost:
        rows.verdicts.append(
            Verdict(
                code="BOC-IMP-414", count=lost, columns=(on,), values={"table": _named(recognised.layout, join.table)}
            )
        )
    rows.frame = found.drop("\0key")
    rows.names[join.table] = names


def _named(layout: Layout, role: str) -> str:
    return (layout.tables[role].names or (role,))[0]


def _key(cells: pl.Series) -> pl.Series:
    return as_text(cells).str.strip_chars().replace("", None)


def _choose(rows: _Rows, part: Part) -> None:
    """Leave out the rows that are no asset of the part, and keep one row of each asset that has several."""
    before = rows.frame.height
    for wanted, rules in ((True, part.keep), (False, part.leave_out)):
        for origin, values in rules.items():
            header = rows.header(origin, part.table)
            if header is None:
                continue
            listed = {plain(value) for value in values}
            cells = as_text(rows.frame[header]).fill_null("")
            inside = cells.replace_strict(
                {text: plain(text) in listed for text in cells.unique()}, return_dtype=pl.Boolean
            )
            rows.frame = rows.frame.filter(inside if wanted else ~inside)
    if rows.frame.height < before:
        rows.verdicts.append(Verdict(code="BOC-IMP-411", count=before - rows.frame.height))
    header = rows.header(part.once, part.table) if part.once else None
    if header is None:
        return
    keyed = rows.frame.with_columns(_key(rows.frame[header]).alias("\0key")).filter(pl.col("\0key").is_not_null())
    rows.frame = keyed.unique("\0key", keep="first", maintain_order=True).drop("\0key")


def _columns(
    rows: _Rows, layout: Layout, part: Part, tables: Mapping[str, RawTable]
) -> tuple[tuple[Match, ...], set[str]]:
    matches: list[Match] = []
    unknown: dict[str, int] = {}
    for rule in part.columns:
        headers = rows.headers(rule.origins, part.table)
        if not headers:
            continue
        plainly = len(headers) == 1 and not (rule.translate or rule.unknown or rule.pattern)
        header = headers[0]
        if not plainly:
            header = f"{' | '.join(headers)} > {rule.column}"
            cells, lost = _translated(rows.frame, headers, rule, layout, tables)
            rows.frame = rows.frame.with_columns(cells.alias(header))
            if lost:
                unknown[headers[0]] = lost
        matches.append(
            Match(
                column=rule.column,
                header=header,
                confidence=rule.sure,
                reason=Message("known layout", {}, LOCALE),
                unit=rule.unit,
            )
        )
    if unknown:
        rows.verdicts.append(Verdict(code="BOC-IMP-412", count=sum(unknown.values()), columns=tuple(unknown)))
    return tuple(matches), {match.header for match in matches}


def _translated(
    frame: pl.DataFrame, headers: Sequence[str], rule: ColumnRule, layout: Layout, tables: Mapping[str, RawTable]
) -> tuple[pl.Series, int]:
    """Cells of the first origin that says something, in the writings of the twin; how many say that it is unknown."""
    written = [_key(frame[header]) for header in headers]
    meant = [_meant(texts, rule, layout, tables) for texts in written]
    together = pl.DataFrame([cells.alias(str(index)) for index, cells in enumerate(meant)])
    cells = together.select(pl.coalesce(pl.all()).alias("cells"))["cells"]
    said = pl.DataFrame([texts.is_not_null().alias(str(index)) for index, texts in enumerate(written)])
    return cells, int((said.select(pl.any_horizontal(pl.all()).alias("said"))["said"] & cells.is_null()).sum())


def _meant(texts: pl.Series, rule: ColumnRule, layout: Layout, tables: Mapping[str, RawTable]) -> pl.Series:
    distinct = texts.drop_nulls().unique().to_list()
    translation = layout.translations.get(rule.translate)
    if translation and translation.whole and not all(plain(text) in translation.codes for text in distinct):
        translation = None
    words = _words(tables.get(translation.words)) if translation else {}
    meaning = {text: _meaning(text, rule, translation, words) for text in distinct}
    return texts.replace_strict(meaning, default=None, return_dtype=pl.String) if meaning else texts


def _meaning(text: str, rule: ColumnRule, translation: Translation | None, words: Mapping[str, str]) -> str | None:
    if any(_alike(text, unknown) for unknown in rule.unknown):
        return None
    if rule.pattern:
        found = re.search(rule.pattern, text)
        return found.group(1) if found else None
    if translation is None:
        return text
    return translation.codes.get(plain(text), words.get(text, text)) or None


def _alike(text: str, other: str) -> bool:
    """Whether two writings are the same, as numbers or as words."""
    try:
        return float(text.replace(",", ".")) == float(other)
    except ValueError:
        return plain(text) == plain(other)


def _words(table: RawTable | None) -> Mapping[str, str]:
    """Word of each code of a list of values, empty where the source has no such list."""
    if table is None:
        return {}
    known = headers_by_name(table.frame.columns)
    code, word = (next((known[name] for name in names if name in known), None) for names in (_CODE, _WORD))
    if code is None or word is None:
        return {}
    listed = pl.DataFrame({"code": _key(table.frame[code]), "word": _key(table.frame[word])}).drop_nulls()
    return dict(listed.iter_rows())


def _identifier(rows: _Rows, part: Part) -> str:
    """The column of the stable identifier, made where several may hold it; empty where none does."""
    headers = rows.headers(part.identifier, part.table)
    if len(headers) < 2:
        return "".join(headers)
    header = f"{' | '.join(headers)} > asset_id"
    texts = pl.DataFrame([_key(rows.frame[name]).alias(str(index)) for index, name in enumerate(headers)])
    rows.frame = rows.frame.with_columns(texts.select(pl.coalesce(pl.all()).alias(header)))
    return header


def _place(rows: _Rows, recognised: Recognised, part: Part, table: Table, used: set[str]) -> Place:
    if table.geometry == "none":
        return Place(kind="none")
    source = _source_of_place(recognised, part)
    if _PLACE in rows.frame.columns and source.geometry is not None and len(source.geometry.drop_nulls()):
        return Place(kind="geometry", srid=source.srid)
    found = propose_place(source, table, used)
    if part.place in {"", part.table}:
        return found
    return replace(found, headers=tuple(f"{part.place}.{header}" for header in found.headers))


def _source_of_place(recognised: Recognised, part: Part) -> RawTable:
    return recognised.tables.get(part.place, recognised.tables[part.table])


def _repeat(rows: _Rows, part: Part, identifier: str) -> str:
    """Make one row for each lamp of a row that speaks of several (`12`, `12-2`, `12-3`); their identifier."""
    header = rows.header(part.repeat, part.table)
    if header is None:
        return identifier
    counts = _key(rows.frame[header]).cast(pl.Int64, strict=False).fill_null(1)
    counts = counts.clip(1, None).set(counts > MOST_LAMPS, 1)
    several = int((counts > 1).sum())
    if not several:
        return identifier
    rows.verdicts.append(Verdict(code="BOC-IMP-413", count=several, columns=(header,)))
    repeated = rows.frame.with_columns(pl.int_ranges(1, counts + 1).alias(LAMP)).explode(LAMP)
    if identifier:
        base = pl.lit(_key(repeated[identifier]))
        identifier = f"{identifier} + {LAMP}"
        suffixed = pl.when(pl.col(LAMP) > 1).then(pl.format("{}-{}", base, pl.col(LAMP))).otherwise(base)
        repeated = repeated.with_columns(suffixed.alias(identifier))
    rows.frame = repeated
    return identifier
