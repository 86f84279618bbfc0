"""Propose what the columns of a file mean: by name, synonym, resemblance and content."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path

import polars as pl

from bocage.sources.files import Fits
from bocage.sources.judge import width_of
from bocage.sources.locate import propose_place
from bocage.sources.mapping import InventoryMapping, Match
from bocage.sources.names import plain, split_unit, unit_factor
from bocage.sources.raw import RawTable
from bocage.sources.roles import role_names
from bocage.sources.values import Writings, code_map, read_values
from bocage.sources.wording import LOCALE
from bocage.sources.written import boolean, date, numbers, share, time_of_day, without_missing
from bocage.vocabulary.codes import BocageError
from bocage.vocabulary.columns import Column, Table, noun_tables
from bocage.vocabulary.text import LANGUAGES, Message

ACCEPTED = 0.6
"""Confidence from which a column is proposed."""
KNOWN_NAME = 0.9
"""From this score on, the name is that of the column and not only like it."""
BOOKKEEPING = frozenset({"asset_id", "valid_from", "valid_to", "source"})
SAMPLE_ROWS = 2_000
TOLERATED_REPEATS = 2
VAGUE = frozenset({"name", "nature", "kind", "designation"})
"""Columns that any thing on a map has: a building, a commune."""
LEAST_TRUSTED = 0.65
"""Score of an identifier that the writer of the file made up: below any other, above none."""
MADE_BY_GDAL = {"kml": "id"}
"""By format, the column that is the `id` of its elements: programs write ranks there, `layer.1`, `layer.2`…"""
FEW_VALUES = 50
"""Number of different values up to which any column may hold codes."""


@dataclass(frozen=True)
class _Header:
    """A column of the file: names without and with its unit, a sample of its values, as texts and how often."""

    name: str
    bare: str
    whole: str
    unit: str
    sample: pl.Series
    texts: pl.Series
    counts: Mapping[str, int]

    @property
    def repeats(self) -> bool:
        """Whether values come again, as codes do."""
        return len(self.counts) <= max(FEW_VALUES, 0.2 * len(self.texts))


def propose_mapping(raw: RawTable, tables: Sequence[Table], *, values: Mapping[str, Path]) -> InventoryMapping:
    """Propose the asset type, the identifier, the place and the columns of a file.

    Args:
        raw: the file as read.
        tables: asset types that are possible.
        values: `values.csv` by asset type.

    Raises:
        BocageError: BOC-IMP-017 no asset type is recognised or two fit alike, 018 no location found.
    """
    headers = _headers(raw)
    proposals = []
    suited = {table.name for table in tables if _kind_suits(raw, table)}
    for table in tables:
        writings = read_values(values[table.name]) if table.name in values else {}
        matches = _assign(table, headers, writings)
        fit = _evidence(matches) * (1.0 if table.name in suited else 0.3)
        proposals.append((fit, table, matches))
    proposals.sort(key=lambda proposal: -proposal[0])
    fit, table, matches = proposals[0]
    alike = len(proposals) > 1 and proposals[1][0] >= 0.9 * fit
    if len(tables) > 1 and (fit < ACCEPTED or alike):
        possible = [one for _, one, _ in proposals if not suited or one.name in suited]
        raise BocageError("BOC-IMP-017", where={"path": raw.path}, types=_named(possible))
    used = {match.header for match in matches}
    place = propose_place(raw, table, used)
    made = MADE_BY_GDAL.get(str(raw.facts.get("format")), "")
    identifier = _identifier(table, headers, used | set(place.headers), made)
    used |= {*place.headers, identifier}
    return InventoryMapping(
        asset_type=table.name,
        identifier=identifier,
        place=place,
        matches=matches,
        unmatched=tuple(header.name for header in headers if header.name not in used),
        confidence=min(1.0, fit / 3),
    )


def _evidence(matches: Sequence[Match]) -> float:
    """How much columns say that rows are of a type: those of every asset say nothing, nor does a mere name."""
    telling = [match for match in matches if match.column not in noun_tables()["asset"].names]
    if len(telling) == 1 and telling[0].column in VAGUE:
        return 0.0
    return sum(match.confidence for match in telling)


def _named(tables: Sequence[Table]) -> dict[str, str]:
    """Names of asset types with their labels, by language."""
    return {
        language: ", ".join(f"{table.name} ({table.label.get(language, table.name)})" for table in tables)
        for language in LANGUAGES
    }


def layer_fit(tables: Sequence[Table]) -> Fits:
    """A function that says how well the column names of a layer fit the tables, for `read_raw`."""
    names = {
        plain(name)
        for table in tables
        for column in table.columns
        if column.name not in BOOKKEEPING
        for name in (column.name, *column.synonyms)
    }

    def fit(headers: Sequence[str]) -> float:
        recognised = sum(plain(header) in names or plain(split_unit(header)[0]) in names for header in headers)
        return float(recognised) if recognised >= 2 else 0.0

    return fit


def _headers(raw: RawTable) -> list[_Header]:
    sound = raw.frame.filter(raw.faults.is_null()).head(SAMPLE_ROWS)
    headers = []
    for name in raw.frame.columns:
        bare, unit = split_unit(name)
        sample = sound[name].drop_nulls()
        written = sample.cast(pl.String).to_frame("text").select(without_missing(pl.col("text")))
        texts = written.to_series().drop_nulls()
        counts = dict(texts.value_counts().iter_rows()) if len(texts) else {}
        headers.append(_Header(name, plain(bare), plain(name), unit, sample, texts, counts))
    return headers


def _kind_suits(raw: RawTable, table: Table) -> bool:
    """Whether the geometry of the file can be that of the table."""
    if raw.geometry is None or table.geometry == "any":
        return True
    if table.geometry == "none":
        return False
    first = raw.geometry.drop_nulls().head(1)
    if not len(first) or len(first[0]) < 5:
        return True
    data = first[0]
    code = int.from_bytes(data[1:5], "little" if data[0] else "big")
    kind = (code & 0x1FFFFFFF) % 1000  # 1003 or 0x80000003 is a polygon with heights
    return kind in {"point": {1, 4}, "line": {2, 5}, "polygon": {3, 6}}[table.geometry]


def _assign(table: Table, headers: Sequence[_Header], writings: Mapping[str, Writings]) -> tuple[Match, ...]:
    """Give each declared column the header that suits it best, surest first, each header once."""
    pairs = []
    for column in table.columns:
        if column.name in BOOKKEEPING:
            continue
        for header in headers:
            match = _compare(column, header, writings.get(column.name))
            if match is not None:
                pairs.append(match)
    pairs.sort(key=lambda match: -match.confidence)
    chosen: dict[str, Match] = {}
    taken: set[str] = set()
    for match in pairs:
        if match.column not in chosen and match.header not in taken:
            chosen[match.column] = match
            taken.add(match.header)
    return tuple(chosen[name] for name in table.names if name in chosen)


def _compare(column: Column, header: _Header, writings: Writings | None) -> Match | None:
    by_name, reason = _name_score(column, header)
    if by_name < 0.5 and not (column.codes and header.sample.dtype == pl.String and header.repeats):
        return None
    content = _content_score(column, header, writings)
    if by_name < 0.5:
        if content is None or content < 0.8 or header.sample.n_unique() < 2:
            return None
        by_name, reason, content = 0.65, Message("its values are codes of the column", {}, LOCALE), 1.0
    # an empty column has its name alone, and counts less than any filled one
    score = by_name * (0.75 if content is None else 0.35 + 0.65 * content)
    if by_name >= KNOWN_NAME and content is not None:
        # what bears the name is the column, however bad its values: they are set aside and said, not ignored
        score = max(score, ACCEPTED + 0.05 * content)
    if score < ACCEPTED:
        return None
    return Match(
        column=column.name, header=header.name, confidence=round(score, 3), reason=reason, unit=_unit(column, header)
    )


def _unit(column: Column, header: _Header) -> str:
    factor = unit_factor(header.unit, column.unit)
    return header.unit if factor not in {None, 1.0} and header.whole not in map(plain, column.synonyms) else ""


def _name_score(column: Column, header: _Header) -> tuple[float, Message]:
    """How much the name of the header says that it is the column, and why."""
    written = {header.bare, header.whole}
    if column.name in written:
        return 1.0, Message("same name", {}, LOCALE)
    synonyms = [plain(synonym) for synonym in column.synonyms]
    ranked = [rank for rank, synonym in enumerate(synonyms) if synonym in written]
    if ranked:
        return 0.99 - 0.005 * ranked[0], Message("known name", {}, LOCALE)
    labels = {plain(label) for label in column.label.values()}
    if labels & written or (column.maps_to and plain(column.maps_to) in written):
        return 0.95, Message("same label", {}, LOCALE)
    if len(header.name) == 10:  # the longest name that a shapefile keeps
        for name in (column.name, *synonyms):
            if len(name) > len(header.whole) and name.startswith(header.whole):
                return 0.9, Message('"{name}" cut to ten letters', {"name": name}, LOCALE)
    words = set(header.bare.split("_"))
    for synonym in (column.name, *synonyms):
        parts = set(synonym.split("_"))
        if len(parts) > 1 and parts <= words:
            return 0.85, Message('contains "{name}"', {"name": synonym}, LOCALE)
    near = max(
        ((_likeness(header.bare, name), name) for name in (column.name, *synonyms) if len(name) >= 6),
        default=(0.0, ""),
    )
    if near[0] >= 0.85:
        return near[0] * 0.85, Message('looks like "{name}"', {"name": near[1]}, LOCALE)
    return 0.0, Message("same name", {}, LOCALE)


def _likeness(one: str, other: str) -> float:
    """Resemblance of two names; different digits make different names (`dureevie_1`, `dureevie_2`)."""
    if [c for c in one if c.isdigit()] != [c for c in other if c.isdigit()] or one[:1] != other[:1]:
        return 0.0
    if one.split("_")[1:] and other.split("_")[1:] and len(one.rsplit("_", maxsplit=1)[-1]) == 1:
        return 0.0
    return SequenceMatcher(None, one, other).ratio()


def _content_score(column: Column, header: _Header, writings: Writings | None) -> float | None:
    """Share of the values that the column admits; None where there is no value to judge."""
    texts = header.texts
    if not len(texts):
        return None
    if writings and writings.time_of_day:
        return share(texts.to_frame("text").select(time_of_day(pl.col("text")).is_not_null()).to_series())
    if column.codes:
        known = code_map(column, header.counts, writings)
        return sum(header.counts[text] for text in known) / len(texts)
    match column.type:
        case "real" | "integer":
            found = numbers(texts, decimal=",") * (unit_factor(header.unit, column.unit) or 1.0)
            return _range_share(column, found)
        case "date":
            return share(texts.to_frame("text").select(date(pl.col("text")).is_not_null()).to_series())
        case "boolean":
            return share(texts.to_frame("text").select(boolean(pl.col("text")).is_not_null()).to_series())
        case "code" if (width := width_of(column.name)) is not None:
            digits, shape = width
            return share(texts.str.zfill(digits).str.contains(shape))
        case _:
            return 1.0


def _range_share(column: Column, found: pl.Series) -> float:
    """Share of numbers within the limits; zeros, which often mean unknown, are not judged."""
    readable = share(found.is_not_null())
    judged = found.filter(found != 0)
    if not len(judged):
        return readable * 0.6
    low = column.minimum if column.minimum is not None else float("-inf")
    high = column.maximum if column.maximum is not None else float("inf")
    return readable * share(judged.is_between(low, high))


def _identifier(table: Table, headers: Sequence[_Header], used: set[str], made: str) -> str:
    """The header whose name says identifier and whose values tell the rows apart; empty for none.

    The header `made` may be a mere rank that the writer of the file gave: any other that tells rows apart is preferred.
    """
    preferred = [*role_names()["identifier"], f"id_{table.name}", f"num_{table.name}", f"code_{table.name}"]
    best, best_score = "", 0.0
    rows = max((len(header.sample) for header in headers), default=1) or 1
    for header in headers:
        if header.name in used or not len(header.sample) or header.whole in role_names()["row"]:
            continue
        if header.whole in preferred or header.bare in preferred:
            name = 1.0 - 0.005 * preferred.index(header.whole if header.whole in preferred else header.bare)
        elif header.bare.split("_")[0] in {"id", "ident", "identifiant", "num", "numero", "code", "cod", "ref"}:
            name = 0.7
        else:
            continue
        if header.name == made:
            name = LEAST_TRUSTED
        repeated = len(header.sample) - header.sample.n_unique()
        score = name * (len(header.sample) - repeated) / rows
        # a few repeats are faults of an identifier; many show the identifier of something else (pole, street)
        if repeated <= max(TOLERATED_REPEATS, 0.1 * len(header.sample)) and score > best_score:
            best, best_score = header.name, score
    return best if best_score >= ACCEPTED else ""
