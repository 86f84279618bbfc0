"""The files that the guides speak of, drawn small: lamps, roads, cabinets, points, invoices, prices and load curves."""

import datetime as dt
import json
from pathlib import Path

import polars as pl

from bocage.domains.lighting.example.load_curves import WatchedTown, watched_town
from bocage.domains.lighting.example.meters import metered_town
from bocage.vocabulary.domain import Site

LONGITUDE, LATITUDE = -0.5943, 48.1917
SITE = Site(territory_id="53999", longitude_deg=LONGITUDE, latitude_deg=LATITUDE, date=dt.date(2026, 1, 1))
CABINETS, ORPHANS = 8, 1
STEP_DEG = 0.0004
"""Some 30 m between two lamps of a street."""

SCHEDULE = """Marché;Lot;N° prix;Désignation;Unité;PU HT
2026-EP;1;1.01;Fourniture et pose luminaire LED jusqu'à 60 W;U;412,50
2026-EP;1;2.01;Dépose de luminaire;U;35,00
2026-EP;1;3.02;Réglage d'horloge pour extinction;U;45,00
"""
PRICES = """contrat fourniture;usage;prix kWh;prix kVA;abonnement;applicable du
2026-EP;éclairage public;0,162;48,00;180,00;2026-01-01
"""


def write_files(folder: Path) -> WatchedTown:
    """Write every file that `docs/lighting.md` imports, and return the truth behind the curves."""
    town = watched_town(SITE, seed=1, cabinets=CABINETS)
    numbers = town.cabinets.with_row_index("row").select(pl.col("asset_id").alias("cabinet_id"), "row")
    lamps = (
        town.luminaires.join(numbers, on="cabinet_id", how="left")
        .with_columns(pl.int_range(pl.len()).over("cabinet_id").alias("along"))
        .select(
            pl.col("asset_id").alias("id"),
            pl.when(pl.col("row") % 2 == 0).then(pl.lit("SHP")).otherwise(pl.lit("LED")).alias("lampe"),
            pl.col("system_power_w").alias("puissance totale (W)"),
            pl.col("cabinet_id").alias("armoire"), pl.format("Rue {}", "row").alias("rue"),
            "dimming_from", "dimming_to", "dimming_level_percent", "curfew_from", "curfew_to",
            (LONGITUDE + STEP_DEG * pl.col("along")).alias("longitude"),
            (LATITUDE + 0.002 * pl.col("row")).alias("latitude"),
        )
    )  # fmt: skip
    lamps.write_csv(folder / "lighting.csv", separator=";")
    (folder / "roads.geojson").write_text(json.dumps(roads()), encoding="utf-8")
    metered = metered_town(SITE, seed=5, meters=CABINETS + ORPHANS, treated=4)
    prms = metered.invoices["prm"].unique(maintain_order=True).to_list()
    town.cabinets.select(
        pl.col("asset_id").alias("armoire"), pl.Series("PRM", prms[:CABINETS]),
        pl.lit("Horloge astronomique").alias("commande"),
        pl.lit(LONGITUDE).alias("longitude"),
        pl.Series("latitude", [LATITUDE + 0.002 * row for row in range(CABINETS)]),
    ).write_csv(folder / "cabinets.csv", separator=";")  # fmt: skip
    pl.DataFrame(
        {"PRM": prms, "usage": ["éclairage public"] * len(prms), "puissance souscrite": [12] * len(prms)}
    ).write_csv(folder / "delivery-points.csv", separator=";")
    metered.invoices.select(
        pl.col("prm").alias("PRM"), pl.col("period_from").alias("Du"), pl.col("period_to").alias("Au"),
        pl.col("energy_kwh").round(1).alias("Consommation kWh"), pl.col("amount_eur").round(2).alias("Montant HT"),
    ).write_csv(folder / "invoices.csv", separator=";")  # fmt: skip
    (folder / "supply-prices.csv").write_text(PRICES, encoding="utf-8")
    (folder / "unit-prices.csv").write_text(SCHEDULE, encoding="utf-8")
    curves(town).write_csv(folder / "curves.csv", separator=";")
    return town


def roads() -> dict[str, object]:
    """One street for each cabinet, along its lamps, 6 m wide."""
    features = [
        {
            "type": "Feature",
            "properties": {"id": f"V{row}", "nom": f"Rue {row}", "largeur_de_chaussee": 6.0},
            "geometry": {
                "type": "LineString",
                "coordinates": [[LONGITUDE, LATITUDE + 0.002 * row], [LONGITUDE + 0.02, LATITUDE + 0.002 * row]],
            },
        }
        for row in range(CABINETS)
    ]
    return {"type": "FeatureCollection", "features": features}


def curves(town: WatchedTown) -> pl.DataFrame:
    """All cabinets side by side, as a supervisor exports them."""
    wide = town.observations.filter(pl.col("series_id").str.ends_with("-active_power")).with_columns(
        pl.col("series_id").str.replace("-active_power", " (kW)")
    )
    stamped = wide.pivot("series_id", index="time", values="value").with_columns(
        pl.col("time").dt.convert_time_zone("Europe/Paris").dt.strftime("%Y-%m-%d %H:%M:%S%z").alias("horodate")
    )
    return stamped.select("horodate", *[name for name in stamped.columns if name.endswith("(kW)")])
