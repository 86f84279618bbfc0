"""The territory's own unit prices: which item of works each line of the schedule (BPU) prices."""

import csv
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import polars as pl

from bocage.vocabulary.columns import shared_asset_tables
from bocage.vocabulary.domain import Assets

UNIT_PRICE = "unit_price"
COUNTED = ("luminaire", "support", "cabinet", "circuit", "action")
"""What a line may be counted per; a price per metre is left out, for no inventory tells the metres."""
_PLAIN = str.maketrans({"’": "'", "œ": "oe", "æ": "ae"})
_POWER = re.compile(
    r"(\d+(?:[.,]\d+)?)\s*(?:w\b|watts?\b)?\s*(?:a|-|–|et|jusqu'a)\s*(\d+(?:[.,]\d+)?)\s*(?:w\b|watts?\b)"
)
_UP_TO = re.compile(
    r"(?:jusqu'a|<=?|inferieure? (?:ou egale? )?a|moins de|maximum|max\.?)\s*(\d+(?:[.,]\d+)?)\s*(?:w\b|watts?\b)"
)
_FROM = re.compile(r"(?:>=?|superieure? (?:ou egale? )?a|plus de|a partir de)\s*(\d+(?:[.,]\d+)?)\s*(?:w\b|watts?\b)")
_LANTERNS = (
    ("functional", ("fonctionnel", "routier")),
    ("heritage", ("de style", "patrimonial")),
    ("pedestrian", ("pieton", "residentiel")),
    ("projector", ("projecteur",)),
)


@dataclass(frozen=True)
class Words:
    """How the designations of an item of works are written.

    Attributes:
        item: item of works.
        per: what it is usually counted per.
        words: one of them is in the designation, plain letters.
        without: none of them is.
    """

    item: str
    per: str
    words: tuple[str, ...]
    without: tuple[str, ...]


@cache
def dictionary() -> tuple[Words, ...]:
    """The declared words, in the order in which they are tried."""
    with (Path(__file__).parent / "words.csv").open(encoding="utf-8", newline="") as stream:
        return tuple(
            Words(row["item"], row["per"], _split(row["words"]), _split(row["without"]))
            for row in csv.DictReader(stream)
        )


def _split(text: str) -> tuple[str, ...]:
    return tuple(part for part in text.split(";") if part)


def plain(text: str) -> str:
    """Small letters without accents, one blank between words, straight apostrophes.

    >>> plain("Dépose  d’un LUMINAIRE")
    "depose d'un luminaire"
    """
    bare = "".join(letter for letter in unicodedata.normalize("NFKD", text) if not unicodedata.combining(letter))
    return re.sub(r"\s+", " ", bare.lower().translate(_PLAIN)).strip()


def guess(designation: str) -> Mapping[str, object]:
    """What a designation says: item of works, what it is counted per, LED powers, lantern; None where it does not.

    >>> guess("Fourniture et pose luminaire LED de style, de 30 à 60 W")
    {'item': 'led', 'per': 'luminaire', 'from_power_w': 30.0, 'to_power_w': 60.0, 'lantern': 'heritage'}
    >>> guess("Massif béton pour mât")["item"] is None
    True
    """
    text = plain(designation)
    found = next(
        (
            known
            for known in dictionary()
            if any(word in text for word in known.words) and not any(word in text for word in known.without)
        ),
        None,
    )
    low, high = _powers(text)
    lantern = next((code for code, words in _LANTERNS if any(word in text for word in words)), None)
    return {
        "item": found.item if found else None,
        "per": found.per if found else None,
        "from_power_w": low,
        "to_power_w": high,
        "lantern": lantern,
    }


def _powers(text: str) -> tuple[float | None, float | None]:
    both = _POWER.search(text)
    if both:
        return _number(both[1]), _number(both[2])
    up, above = _UP_TO.search(text), _FROM.search(text)
    return (_number(above[1]) if above else None), (_number(up[1]) if up else None)


def _number(text: str) -> float:
    return float(text.replace(",", "."))


def price_lines(assets: Assets) -> pl.DataFrame:
    """Every line of the schedule, with what it prices.

    What the file declares (`action_kind`, `per`, powers, lantern) is kept; the rest is read in the designation.
    `action_kind` may be a kind of action or an item of works.

    Args:
        assets: `unit_price` may be absent.

    Returns:
        The declared columns, the item of works `works_item` (null where the line prices nothing that is
        proposed) and `read_from` (`declared`, `designation`, null), in the order of the schedule.
    """
    table = shared_asset_tables()[UNIT_PRICE]
    lines = table.conform(assets[UNIT_PRICE]) if UNIT_PRICE in assets else table.empty()
    lines = lines.sort("framework", "lot", "item", "asset_id", nulls_last=True)
    names = {"item": pl.String, "per": pl.String, "from_power_w": pl.Float64, "to_power_w": pl.Float64,
             "lantern": pl.String}  # fmt: skip
    guesses = pl.DataFrame([guess(text or "") for text in lines["designation"]], schema=names)
    said = pl.col("action_kind").is_not_null()
    powers = pl.col("from_power_w").is_null() & pl.col("to_power_w").is_null()
    return lines.with_columns(guesses.rename({name: f"_{name}" for name in names})).with_columns(
        pl.coalesce("action_kind", "_item").alias("works_item"),
        pl.when(said).then(pl.lit("declared")).when(pl.col("_item").is_not_null()).then(pl.lit("designation"))
        .alias("read_from"),
        pl.coalesce("per", "_per").fill_null("luminaire").alias("per"),
        pl.when(powers).then("_from_power_w").otherwise("from_power_w").alias("from_power_w"),
        pl.when(powers).then("_to_power_w").otherwise("to_power_w").alias("to_power_w"),
        pl.coalesce("lantern", "_lantern").alias("lantern"),
    ).drop(f"_{name}" for name in names)  # fmt: skip
