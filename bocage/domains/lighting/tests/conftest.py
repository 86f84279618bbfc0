"""Real street lights of Paris 5e, read independently of the import path, and small inventories made by hand."""

import datetime as dt
import sqlite3
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from bocage.domains.lighting.inventory import complete
from bocage.domains.lighting.inventory.declared import luminaire_table
from bocage.vocabulary.domain import Assets, Site

PARIS_FILE = "lighting/paris5/eclairage-public-ext-noSquareSoutPriv_arr05buf100_dissolveFoyer.gpkg"
TECHNOLOGIES = {
    "Lampe sodium": "HPS",
    "Diodes": "LED",
    "Lampe Cosmopolis": "CPO",
    "Lampe ballon": "HG",
    "Lampe à iodures": "MH",
    "Tube fluorescent": "FLUO",
    "Lampe induction": "INDUCTION",
}
LAMP_COLOUR_CODES = {728.0: 2800.0}


@pytest.fixture(scope="session")
def site() -> Site:
    return Site(
        territory_id="75105",
        siren="217500016",
        longitude_deg=2.35,
        latitude_deg=48.85,
        date=dt.date(2026, 1, 15),
        seed=3,
        draws=64,
    )


@pytest.fixture(scope="session")
def paris_raw(data: Path) -> pl.DataFrame:
    """The 3,824 lamps with their declared columns, zeros read as missing."""
    connection = sqlite3.connect(f"file:{data / PARIS_FILE}?mode=ro&immutable=1", uri=True)
    try:
        layer = connection.execute("select table_name from gpkg_contents").fetchone()[0]
        names = [
            "foyer", "lib_lampef", "lib_regime", "lib_voie", "lib_secteu", "lib_lumina", "lib_lumi_1", "pw_lampe",
            "pwc_lampe", "flux_lampe", "tempcouleu", "ulor", "dlor", "hauteur_su",
        ]  # fmt: skip
        rows = connection.execute(f'select {", ".join(names)} from "{layer}"').fetchall()
    finally:
        connection.close()
    raw = pl.DataFrame(rows, schema=names, orient="row", infer_schema_length=None)

    def positive(name: str) -> pl.Expr:
        return pl.when(pl.col(name) > 0).then(pl.col(name).cast(pl.Float64))

    technology = pl.coalesce(
        pl.when(pl.col("lib_lampef").str.starts_with(start)).then(pl.lit(code)) for start, code in TECHNOLOGIES.items()
    )
    lantern = (
        pl.when(pl.col("lib_lumi_1").str.contains("style"))
        .then(pl.lit("heritage"))
        .when(pl.col("lib_lumi_1").str.contains("espace"))
        .then(pl.lit("pedestrian"))
        .otherwise(pl.lit("functional"))
    )
    return luminaire_table().conform(
        raw.select(
            pl.col("foyer").alias("asset_id"),
            technology.alias("technology"),
            positive("pw_lampe").alias("lamp_power_w"),
            positive("pwc_lampe").alias("system_power_w"),
            positive("flux_lampe").alias("source_flux_lm"),
            positive("tempcouleu").replace(LAMP_COLOUR_CODES).alias("colour_temperature_k"),
            pl.col("ulor").alias("ulor_percent"),
            pl.col("dlor").alias("dlor_percent"),
            positive("hauteur_su").alias("mounting_height_m"),
            pl.col("lib_voie").alias("street"),
            pl.col("lib_secteu").alias("sector"),
            pl.col("lib_lumina").alias("model"),
            lantern.alias("lantern"),
            pl.when(pl.col("lib_regime").str.starts_with("24"))
            .then(pl.lit("permanent"))
            .otherwise(pl.lit("night"))
            .alias("regime"),
        )
    )


@pytest.fixture(scope="session")
def paris(paris_raw: pl.DataFrame, site: Site) -> Assets:
    return complete({"luminaire": paris_raw}, site)


@pytest.fixture(scope="session")
def stock(site: Site) -> Callable[..., Assets]:
    """Builds a completed inventory from rows of declared values."""

    def build(*rows: dict[str, object], at: Site = site) -> Assets:
        numbered = [{"asset_id": f"p{number}", **row} for number, row in enumerate(rows)]
        return complete({"luminaire": pl.DataFrame(numbered, infer_schema_length=None)}, at)

    return build
