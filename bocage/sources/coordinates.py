"""Coordinates as people write them: decimal commas, degrees minutes seconds, two numbers in one cell."""

import re

import numpy as np
import polars as pl

from bocage.sources.written import numbers, without_missing

_DECIMAL = r"[+-]?\d{1,3}(?:[ \u00a0\u202f]?\d{3})*(?:\.\d+)?|[+-]?\d+(?:\.\d+)?"
_COMMA = r"[+-]?\d{1,3}(?:[ \u00a0\u202f]\d{3})*,\d+|[+-]?\d+,\d+"
_PAIRS = (
    re.compile(rf"({_COMMA})\s*[;/|]\s*({_COMMA})"),
    re.compile(rf"({_COMMA})\s*,?\s+({_COMMA})"),
    re.compile(rf"({_DECIMAL})\s*[;/|]\s*({_DECIMAL})"),
    re.compile(r"([+-]?\d+(?:\.\d+)?)\s*,\s*([+-]?\d+(?:\.\d+)?)"),
    re.compile(r"([+-]?\d+(?:\.\d+)?)\s+([+-]?\d+(?:\.\d+)?)"),
)
"""Two numbers and what stands between them, from the surest to the vaguest."""
_THIRD = re.compile(r"\s*[,; ]\s*[+-]?\d+(?:[.,]\d+)?\s*$")
_HEMISPHERES = {"n": 1, "e": 1, "s": -1, "w": -1, "o": -1, "nord": 1, "est": 1, "sud": -1, "ouest": -1}
_LETTER = r"(nord|sud|est|ouest|[nsewo])"
_MARKS = r"[°ºd\u02da]"
_ANGLE = re.compile(
    rf"^\s*{_LETTER}?\s*([+-]?)\s*(\d{{1,3}})\s*(?:{_MARKS}\s*|\s+)(\d{{1,2}}(?:[.,]\d+)?)\s*"
    rf"(?:['’′m]\s*|\s+|$)(?:(\d{{1,2}}(?:[.,]\d+)?)\s*(?:''|\"|”|″|’’|s)?)?\s*{_LETTER}?\s*$",
    re.IGNORECASE,
)
_MARKED = re.compile(rf"^\s*{_LETTER}?\s*([+-]?\d{{1,3}}(?:[.,]\d+)?)\s*(?:{_MARKS})?\s*{_LETTER}?\s*$", re.IGNORECASE)
_SIGNED = r"(?i)^\s*(?:[swo]|sud|ouest)\s*\d|\d[°º]?\s*(?:[swo]|sud|ouest)\s*$"
_SPACED = r"^\s*[+-]?\d{1,3}\s+[0-5]?\d\s+[0-5]?\d(?:[.,]\d+)?\s*$"
_BETWEEN_ANGLES = re.compile(rf"(?<=[nsewo\"”″'’′])[\s,;/]+(?=(?:{_LETTER}\s*)?[+-]?\d)", re.IGNORECASE)


def measures(cells: pl.Series, *, decimal: str) -> pl.Series:
    """Coordinates (n,) as numbers, whatever way they are written; null where they are not readable.

    Args:
        cells: text or numbers.
        decimal: decimal mark of the file.

    >>> measures(pl.Series(["48,85", "48°51'24\\"N", "2° 21,5' O", "NC"]), decimal=",").round(4).to_list()
    [48.85, 48.8567, -2.3583, None]
    """
    if cells.dtype.is_numeric():
        return cells.cast(pl.Float64)
    texts = cells.cast(pl.String, strict=False).str.strip_chars()
    found = numbers(texts, decimal=decimal)
    # a hemisphere reads as a unit, and its sign would be lost; spaces read as those between thousands
    odd = texts.str.contains(_SIGNED) | texts.str.contains(_SPACED)
    left = (found.is_null() & texts.is_not_null()) | odd.fill_null(value=False)
    if not left.any():
        return found
    distinct = texts.filter(left).unique().to_list()
    angles = {text: value for text in distinct if (value := angle(text)) is not None}
    known = texts.replace_strict(angles, default=None, return_dtype=pl.Float64)
    return pl.select(pl.when(left & known.is_not_null()).then(known).otherwise(found)).to_series().alias(cells.name)


def angle(text: str) -> float | None:
    """An angle in degrees, minutes and seconds, or in degrees with a hemisphere [degrees]; None where it is none.

    >>> angle("48°51'24.5\\"N"), angle("W 2 21 7"), angle("2,35 O"), angle("rue 3")
    (48.8568..., -2.351..., -2.35, None)
    """
    marked = _MARKED.match(text)
    if marked and (marked[1] or marked[3] or not text.strip().replace(",", ".").replace(".", "", 1).isdigit()):
        degrees = float(marked[2].replace(",", "."))
        return degrees * _sign(marked[1] or marked[3])
    found = _ANGLE.match(text)
    if not found:
        return None
    before, sign, degrees_text, minutes, seconds, after = found.groups()
    parts = [float((part or "0").replace(",", ".")) for part in (degrees_text, minutes, seconds)]
    if parts[1] >= 60 or parts[2] >= 60:
        return None
    value = parts[0] + parts[1] / 60 + parts[2] / 3600
    return value * _sign(before or after) * (-1 if sign == "-" else 1)


def _sign(letter: str | None) -> int:
    return _HEMISPHERES[letter.lower()] if letter else 1


def pairs(cells: pl.Series) -> tuple[pl.Series, pl.Series]:
    """The two numbers of each cell (n,), in the order in which they stand; null where there are not two.

    >>> first, second = pairs(pl.Series(["48.85, 2.35", "[2.35 48.85]", "48,85 ; 2,35", "48°51'N 2°21'E", "48,85"]))
    >>> first.round(2).to_list(), second.round(2).to_list()
    ([48.85, 2.35, 48.85, 48.85, None], [2.35, 48.85, 2.35, 2.35, None])
    """
    texts = cells.cast(pl.String, strict=False)
    distinct = texts.drop_nulls().unique().to_list()
    found = {text: pair for text in distinct if (pair := _pair(text)) is not None}
    sides = [{text: pair[side] for text, pair in found.items()} for side in (0, 1)]
    first, second = (texts.replace_strict(side, default=None, return_dtype=pl.Float64) for side in sides)
    return first, second


def _pair(text: str) -> tuple[float, float] | None:
    bare = text.strip().strip("[](){}").strip()
    for candidate in (bare, _THIRD.sub("", bare)):  # a height may follow
        for pattern in _PAIRS:
            match = pattern.fullmatch(candidate)
            if match and not _is_one_number(candidate):
                first, second = (float(re.sub(r"\s", "", part).replace(",", ".")) for part in match.groups())
                return (first, second) if np.isfinite([first, second]).all() else None
    parts = re.split(r"\s*[;|/]\s*", bare)
    parts = parts if len(parts) == 2 else _BETWEEN_ANGLES.split(bare)
    parts = [part for part in parts if part and not re.fullmatch(_LETTER, part, re.IGNORECASE)]
    if len(parts) == 2:
        angles = [angle(part) for part in parts]
        if angles[0] is not None and angles[1] is not None:
            return angles[0], angles[1]
    return None


def _is_one_number(text: str) -> bool:
    """Whether what looks like two numbers is one with a decimal comma, or with spaces between its thousands."""
    metres = re.fullmatch(r"\d{5,},\d{6,}", text)
    return not metres and bool(re.fullmatch(r"[+-]?\d+,\d+|[+-]?\d{1,3}(?:[ \u00a0\u202f]\d{3})+(?:[.,]\d+)?", text))


def is_measure(cells: pl.Series) -> pl.Series:
    """Whether each cell (n,) is a coordinate; cells that say that it is unknown are not."""
    if cells.dtype.is_numeric():
        return cells.is_not_null()
    texts = cells.cast(pl.String, strict=False).to_frame("t").select(without_missing(pl.col("t"))).to_series()
    return measures(texts, decimal=",").is_not_null()
