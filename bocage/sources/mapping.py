"""Which column of a file is which declared column: proposed, written as small TOML, read again."""

import datetime as dt
import os
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, get_args

from bocage.sources.wording import LOCALE, by_language
from bocage.vocabulary.codes import BocageError
from bocage.vocabulary.text import Language, Message

PlaceKind = Literal["geometry", "xy", "pair", "wkt", "wkb", "geojson", "address", "none"]
Parts = Literal["one", "each"]
_KEYS = frozenset({"asset_type", "layout", "identifier", "place", "columns", "constants"})
_PLACE_KEYS = frozenset({"kind", "columns", "order", "srid", "parts"})
_PLACE_COLUMNS = {"xy": 2, "pair": 1, "wkt": 1, "wkb": 1, "geojson": 1, "address": 5}
"""Columns of each kind of place; those of an address are number, street, commune, postcode and INSEE code."""
_POSITION = re.compile(r"\(at line (\d+), column (\d+)\)$")
_EXAMPLES = {
    "owner_siren": 'owner_siren = "259999999"',
    "contract_id": 'contract_id = "2024-07"',
    "budget": 'budget = "M57_main"',
}


@dataclass(frozen=True, kw_only=True)
class Match:
    """A declared column found in the file.

    Attributes:
        column: declared name.
        header: name in the file.
        confidence: from 0 to 1 [1].
        reason: why.
        unit: unit in which the file writes it, empty for the declared one.
    """

    column: str
    header: str
    confidence: float
    reason: Message
    unit: str = ""


@dataclass(frozen=True, kw_only=True)
class Place:
    """How a row says where it is.

    Attributes:
        kind: `geometry` of the file, two columns `xy`, one column with a `pair` (`48.8,2.3`),
            `wkt`, `wkb` or `geojson` text, an `address`, or `none`.
        headers: the columns, x (or longitude) first for `xy`; number, street, commune, postcode and
            INSEE code for an address, empty where the file has none.
        order: order of the numbers of a pair, `xy` or `yx` (latitude first).
        srid: EPSG code that the headers or the file declare, None where neither does.
        parts: whether a geometry of several points is `one` asset, at their centre, or `each` is one.
    """

    kind: PlaceKind
    headers: tuple[str, ...] = ()
    order: Literal["xy", "yx"] = "xy"
    srid: int | None = None
    parts: Parts = "one"


@dataclass(frozen=True, kw_only=True)
class InventoryMapping:
    """The meaning of a file.

    Attributes:
        asset_type: table that its rows belong to.
        identifier: header of the stable identifier, empty where it is computed from the location.
        place: where rows are.
        matches: declared columns found, in order of the table.
        unmatched: headers that mean nothing to the table.
        confidence: of the asset type [1].
        constants: declared columns that have one value for the whole file, as text; used where the
            file has no such column or an empty cell.
        layout: name of the known layout of which it corrects the columns, empty for none.
    """

    asset_type: str
    identifier: str
    place: Place
    matches: Sequence[Match]
    unmatched: Sequence[str] = ()
    confidence: float = 1.0
    constants: Mapping[str, str] = field(default_factory=dict)
    layout: str = ""

    @property
    def headers(self) -> Mapping[str, str]:
        """Header of each declared column that was found."""
        return {match.column: match.header for match in self.matches}

    def as_dict(self, language: Language | None = None) -> dict[str, object]:
        """The mapping as data, for `--json` and for a table on screen."""
        return {
            "asset_type": self.asset_type,
            "confidence": round(self.confidence, 2),
            "layout": self.layout,
            "identifier": self.identifier,
            "place": {
                "kind": self.place.kind, "columns": list(self.place.headers),
                "order": self.place.order, "srid": self.place.srid, "parts": self.place.parts,
            },
            "columns": [
                {
                    "column": match.column, "header": match.header, "unit": match.unit,
                    "confidence": round(match.confidence, 2), "reason": match.reason.say(language),
                }
                for match in self.matches
            ],
            "constants": dict(self.constants),
            "unmatched": list(self.unmatched),
        }  # fmt: skip


def write_mapping(mapping: InventoryMapping, path: Path, *, replace: bool = True) -> Path:
    """Write the mapping as TOML that a person can read and edit.

    Args:
        mapping: proposal or earlier mapping.
        path: file, replaced whole: the earlier one stays where writing fails.
        replace: whether a file that is there may be replaced; a person may have edited it.

    Raises:
        BocageError: BOC-IMP-027, the file is there and may not be replaced.
    """
    if not replace and path.exists():
        raise BocageError("BOC-IMP-027", where={"path": path})
    place = mapping.place
    lines = [
        "# Correspondance entre les colonnes du fichier et celles de Bocage : à relire, à corriger, à réutiliser.",
        "# Mapping of the columns of the file to those of Bocage: read it, correct it, use it again.",
        "",
        f"asset_type = {_quoted(mapping.asset_type)}",
        *_layout_lines(mapping),
        "# colonne de l'identifiant stable ; vide : il est calculé d'après la position",
        "# column of the stable identifier; empty: it is computed from the location",
        f"identifier = {_quoted(mapping.identifier)}",
        "",
        "[place]",
        "# kind: geometry | xy | pair (48.8,2.3) | wkt | wkb | geojson | none",
        "# order: xy | yx (latitude d'abord / first)",
        "# kind = address: columns = [numéro, rue, commune, code postal, code INSEE], vide / empty: aucune / none",
        f"kind = {_quoted(place.kind)}",
        f"columns = [{', '.join(map(_quoted, place.headers))}]",
        f"order = {_quoted(place.order)}",
    ]
    if place.srid is not None:
        lines.append(f"srid = {place.srid}")
    if place.parts != "one":
        lines.append(f"parts = {_quoted(place.parts)}  # one: un équipement par ligne / an asset for each row")
    lines += ["", "[columns]", "# colonne de Bocage = colonne du fichier / column of Bocage = column of the file"]
    for match in mapping.matches:
        value = _quoted(match.header)
        if match.unit:
            value = f"{{ header = {value}, unit = {_quoted(match.unit)} }}"
        why = match.reason.say("fr").replace("\n", " ")
        lines.append(f"{match.column} = {value}  # {match.confidence:.0%} : {why}")
    if mapping.unmatched:
        lines += ["", "# colonnes du fichier sans correspondance / columns of the file without a match:"]
        lines += [f"#   {header!r}" for header in mapping.unmatched]
    lines += ["", *_constant_lines(mapping)]
    _replace(path, "\n".join(lines) + "\n")
    return path


def _layout_lines(mapping: InventoryMapping) -> list[str]:
    if not mapping.layout:
        return []
    return [
        "# disposition connue dont les colonnes sont ici corrigées ; sans elle, les colonnes du fichier seul",
        "# known layout whose columns are corrected here; without it, the columns of the file alone",
        f"layout = {_quoted(mapping.layout)}",
    ]


def _replace(path: Path, text: str) -> None:
    """Write a file whole or not at all: what a person corrected by hand outlives a full disk."""
    draft = path.with_name(f"{path.name}.new-{os.getpid()}")
    try:
        draft.write_text(text, encoding="utf-8", newline="\n")
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def _constant_lines(mapping: InventoryMapping) -> list[str]:
    return [
        "[constants]",
        "# valeur pour toutes les lignes, là où le fichier n'a pas la colonne ou laisse la case vide, par exemple :",
        "# value for every row, where the file has no such column or an empty cell, for instance:",
        *(f"# {example}" for name, example in _EXAMPLES.items() if name not in mapping.constants),
        *(f"{name} = {_quoted(text)}" for name, text in mapping.constants.items()),
    ]


def load_mapping(path: Path) -> InventoryMapping:
    """Read a mapping written by `write_mapping` or by hand.

    Raises:
        BocageError: BOC-IMP-001 absent, 025 unreadable, 019 not TOML, unknown key or wrong value.
    """
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError as error:
        raise BocageError("BOC-IMP-001", where={"path": path}) from error
    except OSError as error:
        raise BocageError("BOC-IMP-025", where={"path": path}, cause=error.strerror or str(error)) from error
    except UnicodeDecodeError as error:
        raise unsuitable(Message("it is not a text in UTF-8", {}, LOCALE), path) from error
    except tomllib.TOMLDecodeError as error:
        raise unsuitable(_toml_fault(error), path) from error
    _check_keys(path, content, _KEYS)
    place = content.get("place", {"kind": "geometry"})
    columns = content.get("columns", {})
    constants = content.get("constants", {})
    if not all(isinstance(part, dict) for part in (place, columns, constants)):
        raise unsuitable(Message("[place], [columns] and [constants] must be tables", {}, LOCALE), path)
    _check_keys(path, place, _PLACE_KEYS)
    if not isinstance(content.get("asset_type"), str):
        raise unsuitable(Message("{key} must be a text", {"key": "asset_type"}, LOCALE), path)
    identifier, layout = content.get("identifier", ""), content.get("layout", "")
    for key, value in (("identifier", identifier), ("layout", layout)):
        if not isinstance(value, str):
            raise unsuitable(Message("{key} must be a text", {"key": key}, LOCALE), path)
    return InventoryMapping(
        asset_type=content["asset_type"],
        identifier=identifier,
        place=_place(path, place),
        matches=tuple(_match(path, name, value) for name, value in columns.items()),
        constants={name: _constant(path, name, value) for name, value in constants.items()},
        layout=layout,
    )


def _toml_fault(error: tomllib.TOMLDecodeError) -> Message:
    """Where the TOML is wrong; what the parser says more is in English alone."""
    place = _POSITION.search(str(error))
    if place is None:
        return Message("it is not TOML: see its last line", {}, LOCALE)
    return Message(
        "it is not TOML: see line {line}, column {column}", {"line": place.group(1), "column": place.group(2)}, LOCALE
    )


def unsuitable(cause: Message, path: Path | None = None) -> BocageError:
    """The refusal of a mapping, BOC-IMP-019, with its cause in both languages.

    Args:
        cause: what is wrong.
        path: the mapping file, None where the mapping comes from elsewhere.

    >>> unsuitable(Message("{key} must be a text", {"key": "identifier"}, LOCALE)).say("what", "en")
    'The mapping does not suit: identifier must be a text'
    """
    where = {} if path is None else {"path": path}
    return BocageError("BOC-IMP-019", where=where, cause=by_language(cause))


def check_mapping(mapping: InventoryMapping, headers: Sequence[str], columns: Sequence[str]) -> None:
    """Refuse a mapping that names columns which the file (BOC-IMP-020) or the table (019) lacks."""
    for match in mapping.matches:
        if match.column not in columns:
            raise unsuitable(
                Message("{type} has no column {name}", {"type": mapping.asset_type, "name": match.column}, LOCALE)
            )
    for header in (*mapping.headers.values(), mapping.identifier, *mapping.place.headers):
        if header and header not in headers:
            raise BocageError("BOC-IMP-020", where={"column": header}, columns=", ".join(headers[:40]))


def _place(path: Path, content: Mapping[str, object]) -> Place:
    kind, order = content.get("kind", "geometry"), content.get("order", "xy")
    headers, srid = content.get("columns", []), content.get("srid")
    parts = content.get("parts", "one")
    if kind not in get_args(PlaceKind):
        raise unsuitable(
            Message("place.kind must be one of {kinds}", {"kinds": ", ".join(get_args(PlaceKind))}, LOCALE), path
        )
    if order not in {"xy", "yx"}:
        raise unsuitable(Message("place.order must be xy or yx", {}, LOCALE), path)
    if not isinstance(headers, list) or not all(isinstance(header, str) for header in headers):
        raise unsuitable(Message("place.columns must be a list of texts", {}, LOCALE), path)
    if len(headers) != _PLACE_COLUMNS.get(str(kind), 0):
        raise unsuitable(Message("place.columns does not suit kind {kind}", {"kind": kind}, LOCALE), path)
    if srid is not None and (not isinstance(srid, int) or isinstance(srid, bool)):
        raise unsuitable(Message("place.srid must be an EPSG code", {}, LOCALE), path)
    if parts not in get_args(Parts):
        raise unsuitable(Message("place.parts must be one or each", {}, LOCALE), path)
    return Place(
        kind=kind,  # type: ignore[arg-type]  # checked above
        headers=tuple(headers),
        order=order,
        srid=srid,
        parts=parts,  # type: ignore[arg-type]  # checked above
    )


def _match(path: Path, column: str, value: object) -> Match:
    unit = ""
    if isinstance(value, dict):
        given: dict[str, object] = value
        _check_keys(path, given, frozenset({"header", "unit"}))
        value, unit = given.get("header"), str(given.get("unit", ""))
    if not isinstance(value, str) or not value:
        raise unsuitable(Message("columns.{name} must name a column of the file", {"name": column}, LOCALE), path)
    return Match(
        column=column,
        header=value,
        confidence=1.0,
        reason=Message("written in the mapping file", {}, LOCALE),
        unit=unit,
    )


def _constant(path: Path, name: str, value: object) -> str:
    """The value of a constant as a file would write it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list) and all(isinstance(part, str) for part in value):
        return ";".join(value)
    if not isinstance(value, str | int | float | dt.date):
        raise unsuitable(
            Message("constants.{name} must be a text, a number, a date or a list of texts", {"name": name}, LOCALE),
            path,
        )
    return str(value)


def _check_keys(path: Path, content: Mapping[str, object], known: frozenset[str]) -> None:
    unknown = sorted(set(content) - known)
    if unknown:
        raise unsuitable(
            Message(
                "unknown key {unknown} (known: {known})",
                {"unknown": ", ".join(unknown), "known": ", ".join(sorted(known))},
                LOCALE,
            ),
            path,
        )


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(c if c >= " " and c != "\x7f" else f"\\u{ord(c):04x}" for c in escaped) + '"'
