"""Stable identifiers: those that the file writes, or computed ones where it writes none.

A computed identifier is the location rounded to the metre in the projection of the territory, and
the rank among the rows of the same metre, in the order of the file: `E652824-N6859965`,
`E652824-N6859965-2`. An inventory that is sent again finds its assets as long as they did not move;
the name of the source, where it is given, keeps two inventories apart. A table without geometry
takes a fingerprint of the row, so that a row that changes is a new one, unless some of its values tell it
apart (`NATURAL_KEYS`).
"""

import hashlib
from collections.abc import Mapping
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from bocage.sources.judge import Judged, as_text
from bocage.sources.locate import centres_of
from bocage.sources.raw import RawTable
from bocage.sources.written import MANGLED
from bocage.vocabulary.columns import Table

NATURAL_KEYS: Mapping[str, tuple[str, ...]] = {
    "delivery_point": ("prm",),
    "invoice": ("prm", "period_from", "period_to"),
    "supply_price": ("supply_contract_id", "use", "tariff", "priced_from"),
    "budget_year": ("owner_siren", "budget", "year"),
    "action_choice": ("choice", "action_id", "kind", "place", "commune_code"),
}
"""What tells a row of these tables apart: a corrected amount then changes the invoice rather than adding one."""


def natural_identifiers(table: Table, judged: Mapping[str, Judged], *, ranked: NDArray[np.bool_]) -> pl.Series | None:
    """Identifiers made of the values that tell rows of the table apart; None where it has none, or no value of them.

    Args:
        table: asset type.
        judged: columns of the file, read.
        ranked: (n,) rows that count in the ranks of those that share a key.
    """
    known = [judged[name].values.cast(pl.String) for name in NATURAL_KEYS.get(table.name, ()) if name in judged]
    if not known or all(values.null_count() == len(values) for values in known):
        return None
    keys = pl.DataFrame({f"k{number}": values for number, values in enumerate(known)})
    base = keys.select(pl.concat_str(pl.all(), separator="-", ignore_nulls=True).alias("base"))["base"]
    return _numbered(base, ranked)


def identifier_cells(cells: pl.Series) -> tuple[pl.Series, pl.Series]:
    """Identifiers as text, and which of them a spreadsheet turned into a rounded number.

    >>> texts, mangled = identifier_cells(pl.Series(["021783-02", "1,2E+13", " "]))
    >>> texts.to_list(), mangled.to_list()
    (['021783-02', '1,2E+13', None], [False, True, False])
    """
    texts = as_text(cells).str.strip_chars().replace("", None).rename("asset_id")
    filled = texts.drop_nulls()
    if len(filled) and filled.str.contains(r"^\d+\.0$").all():
        texts = texts.str.replace(r"\.0$", "")
    mangled = texts.str.contains(MANGLED) & texts.str.contains(r"[.,+]")
    return texts, mangled.fill_null(value=False)


def computed_identifiers(
    raw: RawTable, table: Table, geometry: NDArray[Any] | None, *, source: str, ranked: NDArray[np.bool_]
) -> pl.Series:
    """Identifiers computed from the location, or from the whole row where the table has none.

    Args:
        raw: the file as read.
        table: asset type.
        geometry: shapely geometries (n,) in the projection of the territory, None where absent.
        source: name of the inventory, empty for none.
        ranked: (n,) rows that count in the ranks; the others (refused, repeated) would shift them.
    """
    mark = hashlib.blake2b(source.encode(), digest_size=2).hexdigest() + "-" if source else ""
    if geometry is None or table.geometry == "none":
        texts = raw.frame.select(pl.concat_str(pl.all().cast(pl.String).fill_null(""), separator="\x1f").alias("t"))
        prints = [hashlib.blake2b(text.encode(), digest_size=6).hexdigest() for text in texts["t"]]
        base = pl.Series("base", [mark + text for text in prints], dtype=pl.String)
    else:
        centres = centres_of(geometry)
        whole = np.where(np.isfinite(centres), np.round(centres), 0).astype(np.int64)
        base = pl.DataFrame({"x": whole[:, 0], "y": whole[:, 1]}).select(
            pl.format("{}E{}-N{}", pl.lit(mark), "x", "y").alias("base")
        )["base"]
    return _numbered(base, ranked)


def _numbered(base: pl.Series, ranked: NDArray[np.bool_]) -> pl.Series:
    """Identifiers that occur several times, followed by their rank."""
    counted = base.to_frame("base").with_columns(pl.Series("counted", ranked))
    numbered = counted.with_columns(pl.col("counted").cum_sum().over("base").alias("rank"))
    return numbered.select(
        pl.when(pl.col("rank") > 1).then(pl.format("{}-{}", "base", "rank")).otherwise("base").alias("asset_id")
    )["asset_id"]
