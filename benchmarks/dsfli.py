"""Installed flux per m² of the 1,329 road segments of Paris 5e: how many exceed the limit, on which area, how fast."""

import os
import re
import tempfile
import time
import unicodedata
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import shapely

from benchmarks.frame import Figure, at_most, figure
from bocage.domains.lighting.physics.lit_area import carriageway_area_m2
from bocage.twin.build import import_file
from bocage.twin.diagnose import examine
from bocage.twin.territory import create_territory, open_territory
from bocage.vocabulary.columns import GEOMETRY, shared_asset_tables
from bocage.vocabulary.domain import Assets

DATA = Path(os.environ.get("BOCAGE_DATA", Path(__file__).parents[2] / "shared" / "data")) / "lighting" / "paris5"
FILES = {
    "luminaire": "eclairage-public-ext-noSquareSoutPriv_arr05buf100_dissolveFoyer.gpkg",
    "road": "bdtopo2019_troncon_route_arr05buf100.gpkg",
    "parcel": "parcelle_arr05buf100.gpkg",
    "water_body": "bdtopo2019_surface_hydro_arr05buf100.gpkg",
}
SEGMENTS, LAMPS = 1329, 3824
LIMIT_LM_M2 = 35.0
ALMOST_ALL = 0.9
EXAMINE_GOAL_S = 10.0
RUNS = 3
COMMON_WORDS = {
    *("R", "RUE", "BD", "BOULEVARD", "AV", "AVENUE", "QU", "QUAI", "PL", "PLACE", "SQ", "SQUARE", "PAS", "PASSAGE"),
    *("IMP", "IMPASSE", "PONT", "PORT", "PROMENADE", "VOIE", "COUR", "ALL", "ALLEE", "GENERAL", "SAINT", "SAINTE"),
    *("ST", "STE", "DE", "DES", "DU", "LA", "LE", "LES", "L", "D"),
}


def run(*, seed: int) -> dict[str, Any]:
    """Distribution of the DSFLI and time of the diagnosis with roads, parcels and water.

    Args:
        seed: nothing is drawn at random; the argument is that of every benchmark.
    """
    del seed
    if not all((DATA / name).exists() for name in FILES.values()):
        return {"name": "dsfli", "figures": [figure("the real inventory is absent (set BOCAGE_DATA)", None, "")]}
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "paris5"
        settings: dict[str, object] = {"longitude_deg": 2.35, "latitude_deg": 48.845}
        create_territory(place, code="75105", name="Paris 5e", settings=settings).store.close()
        with open_territory(place) as territory:
            for asset_type, name in FILES.items():
                import_file(territory, DATA / name, asset_type=None if asset_type == "luminaire" else asset_type)
            times = []
            for _ in range(RUNS):
                start = time.perf_counter()
                state = examine(territory, territory.domain("lighting"))
                times.append(time.perf_counter() - start)
            segments = territory.store.count_assets(shared_asset_tables()["road"])
    roads = state.diagnosis.per_asset["lit_road"]
    return {
        "name": "dsfli",
        "figures": [
            *_counts(state.assets, roads, segments),
            *_names(state.assets),
            *_shares(roads),
            *_distribution(roads),
            *_peer(state.assets, roads),
            at_most("completion and diagnosis, median", float(np.median(times)), "s", EXAMINE_GOAL_S),
        ],
    }


def _counts(assets: Assets, roads: pl.DataFrame, segments: int) -> list[Figure]:
    lamps = assets["luminaire"]
    astray = lamps["lit_road_id"].null_count()
    return [
        figure("road segments", segments, "", goal=SEGMENTS, holds=segments == SEGMENTS),
        figure("segments with luminaires", len(roads), ""),
        figure("segments without, DSFLI 0", segments - len(roads), ""),
        figure("luminaires given a segment", len(lamps) - astray, "points", goal=LAMPS),
        figure("luminaires beyond 30 m of any", astray, "points"),
    ]


def _names(assets: Assets) -> list[Figure]:
    """How far the streets that the inventory names and the names of the segments agree: an independent check."""
    named = assets["lit_road"].select(pl.col("asset_id").alias("lit_road_id"), pl.col("street").alias("segment"))
    pairs = assets["luminaire"].join(named, on="lit_road_id").select("street", "segment").drop_nulls()
    words = [(_words(street), _words(segment)) for street, segment in pairs.iter_rows()]
    both = [bool(street & segment) for street, segment in words if street and segment]
    return [figure(f"of {len(both)} named luminaires, those whose segment bears their street",
                   float(np.mean(both)) if both else None, "1")]  # fmt: skip


def _words(name: str) -> set[str]:
    """Words that tell one street from another: BD TOPO writes R HENRI BARBUSSE, the city HENRI BARBUSSE (RUE)."""
    bare = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().upper()
    return set(re.findall(r"[A-Z0-9]+", bare)) - COMMON_WORDS


def _shares(roads: pl.DataFrame) -> list[Figure]:
    """Share of lit segments over 35 lm/m², by area: INRAE finds almost all of them on its buffers."""
    flux = 1000 * float(roads["source_flux_klm"].sum())
    figures = []
    for name, density, area in (
        ("carriageway", "dsfli_carriageway_lm_m2", "carriageway_area_m2"),
        ("public space to the parcels", "dsfli_lm_m2", "lit_area_m2"),
    ):
        share = float((roads[density] > LIMIT_LM_M2).mean() or 0.0)  # type: ignore[arg-type]  # a real column
        judged = share >= ALMOST_ALL if name == "carriageway" else None
        goal = ALMOST_ALL if name == "carriageway" else None
        figures += [
            figure(f"segments over 35 lm/m2, on {name}", share, "1", goal=goal, peer="INRAE: almost all", holds=judged),
            figure(f"DSFLI over all lit segments, on {name}", flux / float(roads[area].sum()), "lm/m2"),
        ]
    surely = float((roads["dsfli_low_lm_m2"] > roads["dsfli_limit_lm_m2"]).mean() or 0.0)  # type: ignore[arg-type]  # same
    return [*figures, figure("segments over, even at the low bound", surely, "1")]


def _distribution(roads: pl.DataFrame) -> list[Figure]:
    named = ((10, "P10"), (50, "median"), (90, "P90"))
    values = np.percentile(roads["dsfli_lm_m2"].to_numpy(), [rank for rank, _ in named])
    return [
        figure(f"DSFLI of a segment, {label}", float(value), "lm/m2")
        for (_, label), value in zip(named, values, strict=True)
    ]


def _peer(assets: Assets, roads: pl.DataFrame) -> list[Figure]:
    """The method of INRAE without cadastre, coded anew: each lamp to the nearest segment, buffers of half the width."""
    lines = shapely.force_2d(shapely.from_wkb(assets["road"][GEOMETRY].to_numpy()))
    points = shapely.centroid(shapely.from_wkb(assets["luminaire"][GEOMETRY].to_numpy()))
    flux = assets["luminaire"]["source_flux_lm"].to_numpy()
    found: dict[int, float] = {}
    for point, lumens in zip(points, flux, strict=True):
        distance = shapely.distance(lines, point)
        nearest = int(np.argmin(distance))
        if distance[nearest] <= 30.0:
            found[nearest] = found.get(nearest, 0.0) + float(lumens)
    width = np.nan_to_num(assets["road"]["width_m"].to_numpy().astype(float))
    lanes = np.nan_to_num(assets["road"]["lanes"].to_numpy().astype(float))
    half = np.where(width > 0, width / 2, np.where(lanes > 0, 1.75 * lanes, 2.5))
    area = carriageway_area_m2(lines, 2 * half)
    peer = np.array([found[at] / area[at] for at in found])
    ours = float((roads["dsfli_carriageway_lm_m2"] > LIMIT_LM_M2).mean() or 0.0)  # type: ignore[arg-type]  # same
    theirs = float((peer > LIMIT_LM_M2).mean())
    return [
        figure("segments over 35 lm/m2, ours against the plain method", ours, "1", peer=theirs,
               holds=abs(ours - theirs) < 0.01),
        figure("median DSFLI on carriageway, ours against the plain method",
               float(roads["dsfli_carriageway_lm_m2"].median() or 0.0), "lm/m2", peer=float(np.median(peer))),  # type: ignore[arg-type]  # same
    ]  # fmt: skip
