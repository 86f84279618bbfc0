"""Members: the communes of a wider territory, by name and population; rows of the noun `territory`."""

from pathlib import Path

import polars as pl

from bocage.sources.files import read_raw
from bocage.sources.names import plain
from bocage.twin.answer import Answer, Section
from bocage.twin.territory import CODE_SHAPE, Territory
from bocage.twin.wording import _
from bocage.vocabulary.codes import BocageError
from bocage.vocabulary.columns import Column, noun_tables

WANTED = ("territory_id", "name", "siren", "population")
INSEE_DIGITS = 5


def import_members(territory: Territory, path: Path) -> Answer:
    """Read the communes of the territory from a table with their INSEE code, name and population.

    A member that is already known is replaced; the others stay.

    Args:
        territory: open territory.
        path: CSV, XLSX or another table whose headers tell the code and the name.

    Raises:
        BocageError: BOC-TWI-015 no such file, BOC-TWI-035 no code or no name in it, those of the sources.
    """
    if not path.exists():
        raise BocageError("BOC-TWI-015", where={"file": path})
    table = noun_tables()["territory"]
    raw = read_raw(path).frame
    found = {name: _header(raw, table.column(name)) for name in WANTED}
    missing = [name for name in WANTED[:2] if found[name] is None]
    if missing:
        labels = {language: ", ".join(table.column(n).label[language] for n in missing) for language in ("fr", "en")}
        raise BocageError("BOC-TWI-035", where={"file": path}, columns=labels)
    cells = raw.select(pl.col(header).cast(pl.String).alias(name) for name, header in found.items() if header)
    codes = cells["territory_id"].str.strip_chars().str.replace(r"\.0$", "").str.zfill(INSEE_DIGITS)
    rows = cells.with_columns(codes.alias("territory_id"), pl.lit("commune").alias("kind"))
    if "population" in rows.columns:
        digits = pl.col("population").str.replace_all(r"[\s\u00a0\u202f]", "").str.replace(r"[.,]0*$", "")
        rows = rows.with_columns(digits.cast(pl.Int64, strict=False))
    odd = rows.filter(~pl.col("territory_id").str.contains(f"^(?:{CODE_SHAPE.pattern})$").fill_null(value=False))
    kept = rows.join(odd, on="territory_id", how="anti").drop_nulls("name").unique("territory_id", keep="last")
    kept = kept.filter(pl.col("territory_id") != territory.code).sort("territory_id")
    kept = kept.with_columns(pl.lit(territory.srid).alias("srid"))
    territory.store.write_rows(table, table.conform(kept))
    left_out = raw.height - kept.height
    return Answer(
        title=_("Members of {name}", name=territory.name),
        sections=[
            Section(
                title=_("Communes"),
                lines=[_("{kept} members known, {left_out} rows left out", kept=kept.height, left_out=left_out)],
            )
        ],
        data={"members": kept.height, "left_out": left_out},
        next_step=_("bocage sheets --output sheets"),
    )


def _header(raw: pl.DataFrame, column: Column) -> str | None:
    """The header that means a declared column; the first of its names that the file has."""
    names = {plain(header): header for header in raw.columns}
    return next((names[plain(name)] for name in (column.name, *column.synonyms) if plain(name) in names), None)


def member_names(territory: Territory) -> dict[str, str]:
    """Name of each member that is known, by INSEE code."""
    return dict(members(territory).select("territory_id", "name").iter_rows())


def members(territory: Territory) -> pl.DataFrame:
    """The members that are known: rows of the noun `territory` other than the territory itself, by code."""
    rows = territory.store.read_rows(noun_tables()["territory"])
    return rows.filter(pl.col("territory_id") != territory.code).sort("territory_id")
