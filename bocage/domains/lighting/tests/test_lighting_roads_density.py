"""Area to be lit and installed flux per m²: closed forms, the law by category and zone, and the whole of Paris 5e."""

import datetime as dt
import itertools
import sqlite3
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest
import shapely
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from bocage.domains.lighting import DOMAIN
from bocage.domains.lighting.inventory import complete
from bocage.domains.lighting.physics.lit_area import carriageway_area_m2, nearest_cells, public_area_m2
from bocage.science.road_lighting.energy import OperationPeriod, annual_energy_indicator
from bocage.vocabulary.domain import Assets, Diagnosis, Site

FLUX_LM = 6000.0
LED = {"technology": "LED", "system_power_w": 50.0, "source_flux_lm": FLUX_LM}
PARIS = "lighting/paris5"


def wkb(*shapes: object) -> pl.Series:
    return pl.Series(shapely.to_wkb(np.array(shapes, dtype=object)).tolist(), dtype=pl.Binary)


def street(
    site: Site, *lamps: dict[str, object], lit: dict[str, object] | None = None, **others: pl.DataFrame
) -> Assets:
    """A straight road of 100 m and lamps along it; a declared lit road where `lit` says so."""
    rows = [{"asset_id": f"p{rank}", **LED, **lamp} for rank, lamp in enumerate(lamps)]
    places = [shapely.Point(100 * (rank + 0.5) / len(lamps), 4) for rank in range(len(lamps))]
    points = pl.DataFrame(rows, infer_schema_length=None).with_columns(wkb(*places).alias("geometry"))
    line = wkb(shapely.LineString([(0, 0), (100, 0)])).alias("geometry")
    if lit is not None:
        others["lit_road"] = pl.DataFrame([{"asset_id": "r", **lit}]).with_columns(line)
    else:
        others["road"] = pl.DataFrame([{"asset_id": "r", "width_m": 6.0}]).with_columns(line)
    return complete({"luminaire": points, **others}, site)


def road(diagnosis: Diagnosis) -> dict[str, object]:
    return diagnosis.per_asset["lit_road"].row(0, named=True)


def codes(diagnosis: Diagnosis) -> set[str]:
    return {finding.code for finding in diagnosis.findings}


def per_year(site: Site) -> float:
    """Energy of one of these lamps over a year, by the indicator of EN 13201-5 on 1 m² [kWh]."""
    lit_h = DOMAIN.diagnose(street(site, {}), site).per_asset["luminaire"]["burning_hours_h_year"][0]
    return annual_energy_indicator([OperationPeriod(hours_year=lit_h, power_w=50.0)], 1.0) / 1000


def test_a_straight_road_is_its_length_by_its_width(site: Site) -> None:
    found = road(DOMAIN.diagnose(street(site, {}, {}), site))
    assert found["carriageway_area_m2"] == found["lit_area_m2"] == pytest.approx(600.0)
    assert found["area_basis"] == "carriageway"
    assert found["dsfli_lm_m2"] == found["dsfli_carriageway_lm_m2"] == pytest.approx(2 * FLUX_LM / 600)
    assert found["power_kw_km"] == pytest.approx(1.0)
    assert found["points_km"] == pytest.approx(20.0)
    assert found["mean_power_w"] == 50.0
    per_lamp = per_year(site)
    assert found["energy_kwh_km_year"] == pytest.approx(20 * per_lamp)
    assert found["energy_kwh_m2_year"] == pytest.approx(2 * per_lamp / 600)


def test_declared_widths_are_the_area(site: Site) -> None:
    lit = {"carriageway_width_m": 6.0, "pavement_width_m": 4.0}
    found = road(DOMAIN.diagnose(street(site, {}, lit=lit), site))
    assert (found["area_basis"], found["lit_area_m2"]) == ("declared", pytest.approx(1000.0))
    assert found["dsfli_lm_m2"] == pytest.approx(6.0)
    assert found["dsfli_low_lm_m2"] == pytest.approx(6.0), "declared flux and widths leave no interval"


def test_parcels_bound_the_public_space(site: Site) -> None:
    parcels = pl.DataFrame({"asset_id": ["north", "south"]}).with_columns(
        wkb(shapely.box(-50, 6, 150, 80), shapely.box(-50, -80, 150, -6)).alias("geometry")
    )
    found = road(DOMAIN.diagnose(street(site, {}, {}, parcel=parcels), site))
    assert (found["area_basis"], found["lit_area_m2"]) == ("public_space", pytest.approx(1200.0))
    assert found["dsfli_lm_m2"] == pytest.approx(10.0)
    assert found["dsfli_carriageway_lm_m2"] == pytest.approx(20.0)
    river = pl.DataFrame({"asset_id": ["w"]}).with_columns(wkb(shapely.box(-50, -80, 150, -4)).alias("geometry"))
    wet = road(DOMAIN.diagnose(street(site, {}, {}, parcel=parcels, water_body=river), site))
    assert wet["lit_area_m2"] == pytest.approx(1000.0), "what parcel and water both cover is taken away once"


def test_a_road_outside_the_cadastre_is_measured_on_its_carriageway(site: Site) -> None:
    far = pl.DataFrame({"asset_id": ["far"]}).with_columns(wkb(shapely.box(5000, 5000, 5100, 5100)).alias("geometry"))
    assert road(DOMAIN.diagnose(street(site, {}, parcel=far), site))["area_basis"] == "carriageway"


def test_what_lights_no_road_and_what_is_off_have_no_flux(site: Site) -> None:
    lamps = ({}, {"category": "d_buildings"}, {"category": "c_sports"}, {"regime": "off"})
    found = road(DOMAIN.diagnose(street(site, *lamps), site))
    assert found["source_flux_klm"] == pytest.approx(FLUX_LM / 1000)
    assert found["luminaires"] == 4


LIMITS = {("a_safety", True): 35, ("a_safety", False): 25, ("b_heritage_parks", True): 25,
          ("b_heritage_parks", False): 10, ("e_car_parks", True): 25, ("e_car_parks", False): 20}  # fmt: skip


@pytest.mark.parametrize(("category", "in_town"), LIMITS)
def test_limits_of_the_arrete_by_category_and_zone(site: Site, category: str, in_town: bool) -> None:
    """Figure 2 of the note of INRAE on the DSFLI (source: ministry)."""
    limit = LIMITS[category, in_town]
    for flux, over in ((600.0 * limit, False), (600.0 * limit + 1, True)):
        lamp = {"category": category, "in_town": in_town, "source_flux_lm": flux}
        diagnosis = DOMAIN.diagnose(street(site, lamp), site)
        assert road(diagnosis)["dsfli_limit_lm_m2"] == limit
        assert ("BOC-LIG-024" in codes(diagnosis)) == over
        assert road(diagnosis)["priority"] == ("watch" if over else "none")


@pytest.mark.parametrize("zone", ["astronomical_site", "nature_reserve"])
def test_a_protected_zone_takes_the_values_of_out_of_town(site: Site, zone: str) -> None:
    strict = replace(site, settings={"protected_zone": zone})
    diagnosis = DOMAIN.diagnose(street(strict, {"in_town": True}), strict)
    assert road(diagnosis)["dsfli_limit_lm_m2"] == 25
    assert "BOC-LIG-026" not in codes(diagnosis)


def test_an_unknown_zone_is_said(site: Site) -> None:
    assert "BOC-LIG-026" in codes(DOMAIN.diagnose(street(site, {}), site))
    assert "BOC-LIG-026" not in codes(DOMAIN.diagnose(street(site, {"in_town": False}), site))


def test_a_road_equipped_since_2020_breaks_a_limit_in_force(site: Site) -> None:
    bright = {"source_flux_lm": 80000.0}
    new, old = {"installed_on": dt.date(2021, 5, 1)}, {"installed_on": dt.date(2019, 5, 1)}
    assert road(DOMAIN.diagnose(street(site, {**bright, **new}), site))["priority"] == "critical"
    mixed = DOMAIN.diagnose(street(site, {**bright, **new}, {**bright, **old}), site)
    assert "BOC-LIG-025" not in codes(mixed)
    assert "BOC-LIG-025" not in codes(DOMAIN.diagnose(street(site, bright), site)), "a supposed date breaks no law"
    fair = DOMAIN.diagnose(street(site, {"source_flux_lm": 30000.0, **new}), site)
    assert {"BOC-LIG-024"} <= codes(fair), "50 lm/m2 on the carriageway"
    assert "BOC-LIG-025" not in codes(fair), "which pavements that nobody knows may excuse"


def test_doubled_flux_doubles_the_density(site: Site) -> None:
    one = road(DOMAIN.diagnose(street(site, {"source_flux_lm": 3000.0}), site))
    two = road(DOMAIN.diagnose(street(site, {"source_flux_lm": 6000.0}), site))
    for name in ("dsfli_lm_m2", "dsfli_low_lm_m2", "dsfli_high_lm_m2", "dsfli_carriageway_lm_m2"):
        assert two[name] == pytest.approx(2 * float(one[name]))  # type: ignore[arg-type]  # a number
    assert one["dsfli_low_lm_m2"] < one["dsfli_lm_m2"] < one["dsfli_high_lm_m2"], "the width of a road is no certainty"


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 400), st.integers(0, 400), st.integers(10, 120)), min_size=2, max_size=8),
    st.integers(0, 359),
)
def test_cells_share_the_plane_and_turning_the_map_changes_nothing(
    drawn: list[tuple[int, int, int]], turn_deg: int
) -> None:
    lines = np.array([shapely.LineString([(x, y), (x + length, y + 7)]) for x, y, length in drawn], dtype=object)
    cells = nearest_cells(lines)
    whole = shapely.area(shapely.union_all(cells))
    assert shapely.area(cells).sum() == pytest.approx(whole, rel=1e-9), "cells do not overlap"
    none = np.array([], dtype=object)
    areas = public_area_m2(lines, none, within_m=30.0)
    strips = shapely.buffer(lines, 30.0, cap_style="flat")
    assert areas.sum() <= shapely.area(shapely.union_all(strips)) * (1 + 1e-9), "no ground is counted twice"
    assert (areas <= shapely.area(strips) * (1 + 1e-9)).all()
    turned = np.array([shapely.affinity.rotate(line, turn_deg, origin=(0, 0)) for line in lines], dtype=object)
    assert public_area_m2(turned, none, within_m=30.0) == pytest.approx(areas, rel=1e-3, abs=1.0)


def test_two_parallel_roads_share_what_lies_between() -> None:
    lines = np.array([shapely.LineString([(0, y), (1000, y)]) for y in (0, 20)], dtype=object)
    areas = public_area_m2(lines, np.array([], dtype=object), within_m=30.0)
    assert areas == pytest.approx([40_000.0, 40_000.0], rel=1e-9)


def test_other_lines_take_their_share_and_far_ones_none() -> None:
    lines = np.array([shapely.LineString([(0, 0), (1000, 0)])], dtype=object)
    none = np.array([], dtype=object)
    for distance, expected in ((20, 40_000.0), (50, 55_000.0), (60, 60_000.0), (500, 60_000.0)):
        other = np.array([shapely.LineString([(0, distance), (1000, distance)])], dtype=object)
        assert public_area_m2(lines, none, within_m=30.0, others=other) == pytest.approx([expected], rel=1e-9)


def test_a_parcel_that_crosses_itself_is_mended() -> None:
    lines = np.array([shapely.LineString([(0, 0), (100, 0)])], dtype=object)
    bow = shapely.Polygon([(0, 0), (100, 30), (100, 0), (0, 30)])
    assert not bow.is_valid
    # Two triangles of 100 m by 15 m meet in the middle: 30 × 100 / 2 of the 6 000 m².
    areas = public_area_m2(lines, np.array([bow], dtype=object), within_m=30.0)
    assert areas == pytest.approx([6000.0 - 1500.0])


def test_carriageway_has_flat_caps() -> None:
    bend = np.array([shapely.LineString([(0, 0), (30, 0)])], dtype=object)
    assert carriageway_area_m2(bend, np.array([5.0])) == pytest.approx([150.0])


def test_each_theme_of_lit_roads_leaves_no_value_without_class(site: Site) -> None:
    themes = yaml.safe_load((DOMAIN.folder / "layers.yml").read_text(encoding="utf-8"))["lit_road"]
    shown = DOMAIN.diagnose(street(site, {}), site).per_asset["lit_road"]
    for theme in themes:
        assert theme["column"] in shown.columns
    bounds = [(found["from"], found["to"]) for found in themes[0]["classes"]]
    assert bounds[0][0] == 0
    assert all(one[1] == other[0] for one, other in itertools.pairwise(bounds))
    assert {25, 35, 10} <= {low for low, _ in bounds}, "the map draws its lines where the law does"


def layer(path: Path, columns: Sequence[str]) -> pl.DataFrame:
    """Rows of a GeoPackage read independently of the import path, geometry as WKB."""
    connection = sqlite3.connect(f"file:{path}?mode=ro&immutable=1", uri=True)
    try:
        table = connection.execute("select table_name from gpkg_contents").fetchone()[0]
        rows = connection.execute(f'select geom, {", ".join(columns)} from "{table}"').fetchall()
    finally:
        connection.close()
    frame = pl.DataFrame(rows, schema=["geometry", *columns], orient="row", infer_schema_length=None)
    envelope = {0: 8, 1: 40, 2: 56, 3: 56, 4: 72}
    bare = [blob[envelope[blob[3] >> 1 & 7] :] for blob in frame["geometry"]]
    return frame.with_columns(pl.Series("geometry", bare, dtype=pl.Binary))


@pytest.fixture(scope="module")
def paris_roads(data: Path, paris_raw: pl.DataFrame, site: Site) -> tuple[Assets, Diagnosis]:
    folder = data / PARIS
    points = layer(folder / "eclairage-public-ext-noSquareSoutPriv_arr05buf100_dissolveFoyer.gpkg", ["foyer"])
    lamps = paris_raw.drop("geometry").join(points.rename({"foyer": "asset_id"}), on="asset_id", maintain_order="left")
    roads = layer(
        folder / "bdtopo2019_troncon_route_arr05buf100.gpkg", ["ID", "NOM_1_G", "LARGEUR", "NB_VOIES"]
    ).rename({"ID": "asset_id", "NOM_1_G": "name", "LARGEUR": "width_m", "NB_VOIES": "lanes"})
    parcels = layer(folder / "parcelle_arr05buf100.gpkg", ["IDU"]).rename({"IDU": "asset_id"})
    water = layer(folder / "bdtopo2019_surface_hydro_arr05buf100.gpkg", ["ID"]).rename({"ID": "asset_id"})
    assets = complete({"luminaire": lamps, "road": roads, "parcel": parcels, "water_body": water}, site)
    return assets, DOMAIN.diagnose(assets, site)


@pytest.mark.data
def test_paris_is_almost_all_over_the_limit_on_carriageways_and_half_of_it_with_pavements(
    paris_roads: tuple[Assets, Diagnosis],
) -> None:
    """INRAE finds nearly every segment above 35 lm/m² on buffers of half the width; the parcels tell another story."""
    assets, diagnosis = paris_roads
    roads = diagnosis.per_asset["lit_road"]
    assert assets["road"].height == 1329
    assert roads.height == 847
    assert roads["dsfli_lm_m2"].null_count() == 0
    assert assets["luminaire"]["lit_road_id"].null_count() == 2
    assert (roads["dsfli_carriageway_lm_m2"] > 35).mean() > 0.9
    over = roads.filter(pl.col("dsfli_lm_m2") > 35)
    assert 0.5 < over.height / roads.height < 0.65
    assert (roads["lit_area_m2"] >= roads["carriageway_area_m2"] - 1e-6).all()


@pytest.mark.data
def test_paris_flux_is_all_assigned(paris_roads: tuple[Assets, Diagnosis]) -> None:
    assets, diagnosis = paris_roads
    lamps = assets["luminaire"]
    on_roads = lamps.filter(pl.col("lit_road_id").is_not_null() & (pl.col("regime") != "off"))
    total = diagnosis.per_asset["lit_road"]["source_flux_klm"].sum()
    assert total == pytest.approx(on_roads["source_flux_lm"].sum() / 1000)
    assert diagnosis.per_asset["lit_road"]["luminaires"].sum() == lamps["lit_road_id"].count() == 3822
