"""Check an inventory: rows of a declared table, rows refused, values set aside, and nothing lost."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import shapely
from numpy.typing import NDArray

from bocage.sources.addresses import Addressed
from bocage.sources.constants import fill_constants
from bocage.sources.estimates import without_estimates
from bocage.sources.explode import explode
from bocage.sources.extent import Area, Extent
from bocage.sources.identify import computed_identifiers, identifier_cells, natural_identifiers
from bocage.sources.judge import Judged, judge, labels_of
from bocage.sources.mapping import InventoryMapping, check_mapping
from bocage.sources.placing import place_rows
from bocage.sources.raw import RawTable
from bocage.sources.refusals import Refusals
from bocage.sources.values import Writings, read_values
from bocage.sources.verdict import Verdict, reason
from bocage.vocabulary.codes import BocageError
from bocage.vocabulary.columns import GEOMETRY, Table

Strings = NDArray[Any]


@dataclass(frozen=True, kw_only=True)
class Reading:
    """What a file gave.

    `len(rows) + len(refused) + duplicates` is the number of rows of the file, and of the points that
    were added where one row describes several (`facts["points_added"]`).

    Attributes:
        rows: the declared columns, `asset_id` unique, geometry as WKB in the projection asked for.
        refused: `bocage_row` (number in the file), `bocage_code`, `bocage_reason_fr`,
            `bocage_reason_en`, `bocage_geometry` (WKT as written) then all columns of the file as text.
        set_aside: values that were not believed, their row being kept: `row`, `asset_id`, `column`,
            `header`, `value`, `code`, `reason_fr`, `reason_en`.
        duplicates: rows that repeat another exactly, counted once.
        verdicts: what was said, refusals first.
        facts: how the file was read: `rows_in_file`, `rows`, `refused`, `duplicates`, `set_aside`,
            `srid`, format, encoding…
    """

    rows: pl.DataFrame
    refused: pl.DataFrame
    set_aside: pl.DataFrame
    duplicates: int
    verdicts: Sequence[Verdict]
    facts: Mapping[str, object]


def check_inventory(
    raw: RawTable,
    *,
    table: Table,
    mapping: InventoryMapping,
    srid: int,
    area: Area = None,
    values: Mapping[str, Path],
    source: str = "",
    hint: tuple[float, float] | None = None,
    addressed: Addressed | None = None,
) -> Reading:
    """Make rows of a declared table of a file as it was read.

    Args:
        raw: the file (see `files.read_raw`).
        table: asset type.
        mapping: meaning of its columns, proposed or loaded.
        srid: EPSG code of the projection of the territory.
        area: polygon of the territory or its bounds (xmin, ymin, xmax, ymax) in `srid`, None where unknown.
        values: `values.csv` by asset type.
        source: name of the inventory, part of computed identifiers where it is given.
        hint: longitude and latitude [degrees] near which the points probably are, which chooses between
            coordinate systems where `area` is unknown.
        addressed: what the geocoding of the rows without coordinates gave.

    Raises:
        BocageError: BOC-IMP-018 to 020, 023, 026, 029, 033: the file as a whole is refused.
    """
    check_mapping(mapping, raw.frame.columns, table.names)
    if mapping.place.kind == "address" and addressed is None:
        said = ", ".join(filter(None, mapping.place.headers))
        raise BocageError("BOC-IMP-029", where={"path": raw.path}, columns=said)
    in_file = len(raw.numbers)
    exploded = explode(raw, mapping.place)
    raw = exploded.raw
    faults = raw.faults.fill_null("").to_numpy().astype(object)
    state = Refusals(np.array(faults, dtype=object), np.full(len(faults), "", dtype=object))
    verdicts = list(raw.verdicts)
    extent = Extent.of(area, srid, hint)
    geometry, used_srid = place_rows(raw, mapping, table, extent, state, verdicts, addressed)
    writings = read_values(values[table.name]) if table.name in values else {}
    told, estimates = without_estimates(raw, mapping.headers)
    verdicts += estimates
    judged = _judge_columns(told, table, mapping, writings)
    for result in judged.values():
        verdicts += result.verdicts
    judged, remarks = fill_constants(judged, mapping, table, writings, len(raw.numbers))
    verdicts += remarks
    _require(table, judged, state)
    duplicate = _repeated(raw, mapping, state)
    identifiers = _identify(raw, table, mapping, geometry, source, state, duplicate, verdicts, judged)
    if exploded.added:
        identifiers = _ranked(identifiers, exploded.ranks, state.sound & ~duplicate)
        header = mapping.identifier or "geometry"
        verdicts.append(Verdict(code="BOC-IMP-330", count=exploded.added, columns=(header,)))
    duplicate &= state.sound
    _refuse_reused(identifiers, duplicate, state)
    kept = state.sound & ~duplicate
    rows = _rows(table, judged, identifiers, geometry, kept)
    aside = _set_aside(raw, mapping, judged, identifiers, kept)
    refused = _refused(raw, state)
    verdicts = [*_count_refusals(state), *_count_aside(aside, table), *verdicts]
    if duplicate.any():
        verdicts.append(Verdict(code="BOC-IMP-301", count=int(duplicate.sum())))
    facts = {
        **raw.facts, "rows_in_file": in_file, "points_added": exploded.added, "rows": len(rows),
        "refused": len(refused), "duplicates": int(duplicate.sum()), "set_aside": len(aside),
        "srid_read": used_srid, "srid": srid,
    }  # fmt: skip
    return Reading(
        rows=rows,
        refused=refused,
        set_aside=aside,
        duplicates=int(duplicate.sum()),
        verdicts=verdicts,
        facts=facts,
    )


def _judge_columns(
    raw: RawTable, table: Table, mapping: InventoryMapping, writings: Mapping[str, Writings]
) -> dict[str, Judged]:
    return {
        match.column: judge(
            table.column(match.column),
            raw.frame[match.header],
            match,
            decimal=raw.decimal,
            writings=writings.get(match.column),
        )
        for match in mapping.matches
        if match.column != "asset_id"
    }


def _identify(
    raw: RawTable,
    table: Table,
    mapping: InventoryMapping,
    geometry: Strings | None,
    source: str,
    state: Refusals,
    duplicate: NDArray[np.bool_],
    verdicts: list[Verdict],
    judged: Mapping[str, Judged],
) -> pl.Series:
    counted = state.sound & ~duplicate
    header = mapping.identifier or mapping.headers.get("asset_id", "")
    if not header:
        natural = natural_identifiers(table, judged, ranked=counted)
        if natural is not None:
            return natural
        verdicts.append(Verdict(code="BOC-IMP-314", count=int(counted.sum())))
        return computed_identifiers(raw, table, geometry, source=source, ranked=counted)
    written, mangled = identifier_cells(raw.frame[header])
    state.refuse(mangled.to_numpy(), "BOC-IMP-105", written.fill_null("").to_numpy())
    absent = written.is_null().to_numpy() & counted
    if not absent.any():
        return written
    verdicts.append(Verdict(code="BOC-IMP-212", count=int(absent.sum()), columns=(header,)))
    computed = computed_identifiers(raw, table, geometry, source=source, ranked=absent)
    return pl.DataFrame({"w": written, "c": computed}).select(pl.coalesce("w", "c").alias("asset_id"))["asset_id"]


def _ranked(identifiers: pl.Series, ranks: NDArray[np.int64], counted: NDArray[np.bool_]) -> pl.Series:
    """Identifiers followed by the rank of the point in its row; a computed one tells its points apart already."""
    frame = pl.DataFrame({"id": identifiers, "rank": ranks, "counted": counted})
    shared = (pl.col("rank") > 0) & pl.col("counted") & (pl.len().over("id") > 1)
    return frame.select(
        pl.when(shared).then(pl.format("{}-{}", "id", "rank")).otherwise("id").alias("asset_id")
    ).to_series()


def _require(table: Table, judged: Mapping[str, Judged], state: Refusals) -> None:
    for column in table.columns:
        if column.required and column.name != "asset_id" and not column.default:
            present = column.name in judged
            missing = judged[column.name].values.is_null().to_numpy() if present else np.ones(len(state.codes), bool)
            state.refuse(missing, "BOC-IMP-106", column.name)


def _repeated(raw: RawTable, mapping: InventoryMapping, state: Refusals) -> NDArray[np.bool_]:
    """Sound rows (n,) that repeat an earlier one exactly, geometry included."""
    repeated = np.zeros(len(state.codes), dtype=bool)
    rows = pl.Series(np.flatnonzero(state.sound & _seen_twice(raw, mapping)), dtype=pl.UInt32)
    if not len(rows):
        return repeated
    whole = raw.frame[rows].rename({name: f"c{index}" for index, name in enumerate(raw.frame.columns)})
    if raw.geometry is not None:
        whole = whole.with_columns(raw.geometry.gather(rows).alias("g"))
    first = whole.with_columns(rows.alias("_row")).unique(subset=whole.columns, keep="first")["_row"]
    repeated[rows.to_numpy()] = True
    repeated[first.to_numpy()] = False
    return repeated


def _seen_twice(raw: RawTable, mapping: InventoryMapping) -> NDArray[np.bool_]:
    """Rows (n,) that might repeat another: their identifier, else their place, comes again."""
    header = mapping.identifier or mapping.headers.get("asset_id", "")
    cells = raw.frame[header] if header else raw.geometry
    return np.ones(len(raw.numbers), dtype=bool) if cells is None else cells.is_duplicated().to_numpy()


def _refuse_reused(identifiers: pl.Series, duplicate: NDArray[np.bool_], state: Refusals) -> None:
    """Refuse the rows that take the identifier of an earlier row without repeating it."""
    single = pl.DataFrame({"id": identifiers}).with_row_index("_row").filter(pl.Series(state.sound & ~duplicate))
    again = single.filter(~pl.col("id").is_first_distinct())["_row"].to_numpy()
    reused = np.zeros(len(state.codes), dtype=bool)
    reused[again] = True
    state.refuse(reused, "BOC-IMP-104", identifiers.fill_null("").to_numpy())


def _rows(
    table: Table,
    judged: Mapping[str, Judged],
    identifiers: pl.Series,
    geometry: Strings | None,
    kept: NDArray[np.bool_],
) -> pl.DataFrame:
    columns = {"asset_id": identifiers, **{name: result.values for name, result in judged.items()}}
    frame = pl.DataFrame({name: values.alias(name) for name, values in columns.items()}).filter(pl.Series(kept))
    if geometry is not None:
        wkb = shapely.to_wkb(geometry[kept], byte_order=1)
        frame = frame.with_columns(pl.Series(GEOMETRY, list(wkb), dtype=pl.Binary))
    return table.conform(frame)


def _set_aside(
    raw: RawTable,
    mapping: InventoryMapping,
    judged: Mapping[str, Judged],
    identifiers: pl.Series,
    kept: NDArray[np.bool_],
) -> pl.DataFrame:
    parts = []
    for name, result in judged.items():
        chosen = result.aside.is_not_null() & pl.Series(kept)
        if not chosen.any():
            continue
        part = pl.DataFrame(
            {
                "row": raw.numbers.filter(chosen),
                "asset_id": identifiers.filter(chosen),
                "column": pl.repeat(name, int(chosen.sum()), eager=True, dtype=pl.String),
                "header": pl.repeat(mapping.headers[name], int(chosen.sum()), eager=True, dtype=pl.String),
                "value": result.written.filter(chosen),
                "code": result.aside.filter(chosen),
            }
        )
        parts.append(part)
    schema = dict.fromkeys(("asset_id", "column", "header", "value", "code"), pl.String)
    whole = pl.concat(parts) if parts else pl.DataFrame(schema={"row": pl.Int64, **schema})
    codes = whole["code"].unique().to_list()
    return whole.with_columns(
        pl.col("code")
        .replace_strict({code: reason(code, language) for code in codes}, return_dtype=pl.String)
        .alias(f"reason_{language}")
        if codes
        else pl.lit(None, dtype=pl.String).alias(f"reason_{language}")
        for language in ("fr", "en")
    )


def _refused(raw: RawTable, state: Refusals) -> pl.DataFrame:
    chosen = ~state.sound
    mask = pl.Series(chosen)
    pairs = list(zip(state.codes[chosen], state.details[chosen], strict=True))
    said = {
        (pair, language): reason(pair[0], language, detail=pair[1]) for pair in set(pairs) for language in ("fr", "en")
    }
    written = raw.frame.filter(mask).with_columns(pl.all().cast(pl.String, strict=False))
    clash = {name: f"{name} " for name in written.columns if name.startswith("bocage_")}
    head = pl.DataFrame(
        {
            "bocage_row": raw.numbers.filter(mask),
            "bocage_code": pl.Series(list(state.codes[chosen]), dtype=pl.String),
            "bocage_reason_fr": pl.Series([said[pair, "fr"] for pair in pairs], dtype=pl.String),
            "bocage_reason_en": pl.Series([said[pair, "en"] for pair in pairs], dtype=pl.String),
            "bocage_geometry": _as_wkt(raw, chosen),
        }
    )
    return pl.concat([head, written.rename(clash)], how="horizontal")


def _as_wkt(raw: RawTable, chosen: NDArray[np.bool_]) -> pl.Series:
    if raw.geometry is None:
        return pl.Series([None] * int(chosen.sum()), dtype=pl.String)
    wkb = np.array(raw.geometry.filter(pl.Series(chosen)).to_list(), dtype=object)
    found = shapely.from_wkb(wkb, on_invalid="ignore")
    return pl.Series(list(shapely.to_wkt(found, rounding_precision=7)), dtype=pl.String)


def _count_refusals(state: Refusals) -> list[Verdict]:
    refused = pl.DataFrame(
        {"code": list(state.codes), "detail": list(state.details)}, schema={"code": pl.String, "detail": pl.String}
    ).filter(pl.col("code") != "")
    counted = refused.group_by("code").agg(pl.len().alias("n"), pl.col("detail").first()).sort("n", descending=True)
    return [
        Verdict(code=row["code"], count=row["n"], values={"detail": row["detail"]})
        for row in counted.iter_rows(named=True)
    ]


def _count_aside(aside: pl.DataFrame, table: Table) -> list[Verdict]:
    """One verdict by code and column, most frequent first, with the first value as an example."""
    groups = aside.group_by("code", "column").agg(pl.len().alias("n"), pl.col("value").first())
    counted = groups.sort("n", "column", descending=[True, False])
    return [
        Verdict(
            code=row["code"],
            count=row["n"],
            columns=(row["column"],),
            labels=labels_of(table.column(row["column"])),
            values={} if row["code"] == "BOC-IMP-201" else {"detail": row["value"]},
        )
        for row in counted.iter_rows(named=True)
    ]
