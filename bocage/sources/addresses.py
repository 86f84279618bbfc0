"""Rows that say where they are by an address: its columns found, its text made, its answer judged."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from bocage.sources.address_columns import ROLES, address_texts
from bocage.sources.geocoding import ADDRESS_SCHEMA, FOUND, NOT_FOUND, Geocoder
from bocage.sources.locate import geometries_of
from bocage.sources.mapping import Place
from bocage.sources.raw import RawTable
from bocage.vocabulary.columns import Table


@dataclass(frozen=True)
class Addressed:
    """What the geocoding of a file gave, row by row.

    Attributes:
        asked: (n,) rows that have no other location, and an address.
        lonlat: (n, 2) longitudes and latitudes, WGS 84 [degrees], not a number where there is none.
        codes: (n,) empty text, `BOC-IMP-112` (not found), `113` (too uncertain) or `114` (waits).
        details: (n,) the address, or what was found for it.
        kinds: (n,) `housenumber`, `street`, `locality` or `municipality`.
        outage: why some wait, by language; empty where none does.
    """

    asked: NDArray[np.bool_]
    lonlat: NDArray[np.float64]
    codes: NDArray[Any]
    details: NDArray[Any]
    kinds: NDArray[Any]
    outage: Mapping[str, str]


def without_location(raw: RawTable, place: Place, table: Table) -> NDArray[np.bool_]:
    """Which sound rows (n,) say no location, or (0, 0)."""
    faults = geometries_of(raw, place, table).faults
    sound = raw.faults.is_null().to_numpy()
    return np.asarray(sound & np.isin(faults, ["BOC-IMP-101", "BOC-IMP-102"]), dtype=bool)


def geocode_rows(
    raw: RawTable,
    headers: Sequence[str],
    wanted: NDArray[np.bool_],
    geocoder: Geocoder,
    *,
    citycode: str = "",
    minimum_score: float,
) -> Addressed:
    """Look up the addresses of the rows that have no other location; each distinct one is asked once.

    Args:
        raw: the file as read.
        headers: columns in the order of `ROLES`.
        wanted: (n,) rows without location.
        geocoder: who is asked.
        citycode: INSEE code of the territory, for rows that name no commune; empty where it is no commune.
        minimum_score: score under which an answer is not believed [1].
    """
    asked_for = _addresses(raw.frame, headers, citycode)
    asked = wanted & asked_for["address"].is_not_null().to_numpy()
    distinct = asked_for.filter(pl.Series(asked)).unique(maintain_order=True)
    count = len(asked)
    codes, details, kinds = (np.full(count, "", dtype=object) for _ in range(3))
    lonlat = np.full((count, 2), np.nan)
    if not len(distinct):
        return Addressed(asked, lonlat, codes, details, kinds, {})
    result = geocoder.geocode(distinct)
    answers = distinct.with_columns(result.answers)
    rows = (
        asked_for.with_row_index("row")
        .filter(pl.Series(asked))
        .join(answers, on=list(ADDRESS_SCHEMA), how="left", nulls_equal=True, maintain_order="left")
    )
    index = rows["row"].to_numpy()
    status, label = rows["status"].to_numpy(), rows["label"].fill_null("").to_numpy()
    weak = (status == FOUND) & (rows["score"].fill_null(0.0) < minimum_score).to_numpy()
    lonlat[index] = rows.select("longitude", "latitude").fill_null(float("nan")).to_numpy()
    codes[index] = np.where(
        weak,
        "BOC-IMP-113",
        np.where(status == FOUND, "", np.where(status == NOT_FOUND, "BOC-IMP-112", "BOC-IMP-114")),
    )
    written = rows["address"].to_numpy()
    details[index] = np.where(weak, [f"{one} → {other}" for one, other in zip(written, label, strict=True)], written)
    kinds[index] = rows["kind"].fill_null("").to_numpy()
    return Addressed(asked, lonlat, codes, details, kinds, result.outage)


def _addresses(frame: pl.DataFrame, headers: Sequence[str], citycode: str) -> pl.DataFrame:
    """Address of each row under `ADDRESS_SCHEMA`, null without a street; the number comes before it."""
    parts = {role: address_texts(frame[header]) for role, header in zip(ROLES, headers, strict=True) if header}
    nothing = pl.Series([None] * len(frame), dtype=pl.String)
    columns = pl.DataFrame({role: parts.get(role, nothing) for role in ROLES})
    codes = {name: pl.col(name).str.replace(r"\.0$", "").str.zfill(5) for name in ("postcode", "citycode")}
    known = pl.col("city").is_not_null() | pl.col("postcode").is_not_null()
    own = pl.when(known).then(None).otherwise(pl.lit(citycode or None, dtype=pl.String))
    street = pl.col("address")
    number = pl.when(street.str.contains(r"^\s*\d")).then(None).otherwise(pl.col("number").str.replace(r"\.0$", ""))
    text = pl.concat_str(number, street, "city", separator=" ", ignore_nulls=True)
    code = pl.coalesce(codes["citycode"], own)
    somewhere = known | code.is_not_null()  # a street without a commune could be anywhere in France
    return columns.select(
        pl.when(street.is_not_null() & somewhere).then(text).alias("address"),
        codes["postcode"].alias("postcode"),
        code.alias("citycode"),
    ).cast(pl.Schema(ADDRESS_SCHEMA))
