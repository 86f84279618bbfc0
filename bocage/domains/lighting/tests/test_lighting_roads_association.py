"""Which road a luminaire lights, and what its luminaires tell of a road: closed forms on a drawn street plan."""

import datetime as dt
from collections.abc import Sequence

import numpy as np
import polars as pl
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from bocage.domains.lighting import DOMAIN
from bocage.domains.lighting.inventory import complete
from bocage.vocabulary.domain import Assets, Site

HAND_SITE = Site(territory_id="75105", longitude_deg=2.35, latitude_deg=48.85, date=dt.date(2026, 1, 15))
XY = Sequence[tuple[float, float]]


def wkb(shapes: Sequence[object]) -> pl.Series:
    return pl.Series(shapely.to_wkb(np.array(shapes, dtype=object)).tolist(), dtype=pl.Binary)


def lamps(places: XY, **columns: object) -> pl.DataFrame:
    frame = pl.DataFrame({"asset_id": [f"p{rank}" for rank in range(len(places))], **columns})
    return frame.with_columns(wkb([shapely.Point(*place) for place in places]).alias("geometry"))


def roads(*lines: XY, **columns: object) -> pl.DataFrame:
    frame = pl.DataFrame({"asset_id": [f"r{rank}" for rank in range(len(lines))], **columns})
    return frame.with_columns(wkb([shapely.LineString(line) for line in lines]).alias("geometry"))


def done(site: Site, points: pl.DataFrame, **others: pl.DataFrame) -> Assets:
    return complete({"luminaire": points, **others}, site)


def test_a_luminaire_lights_the_nearest_road_within_thirty_metres(site: Site) -> None:
    plan = roads([(0, 0), (100, 0)], [(0, 50), (100, 50)])
    assets = done(site, lamps([(50, 10), (50, 29.9), (50, 80.1), (50, -30.1), (50, 25.001)]), road=plan)
    assert assets["luminaire"]["lit_road_id"].to_list() == ["r0", "r1", None, None, "r1"]
    assert assets["luminaire"]["lit_road_id_origin"].to_list() == ["inferred", "inferred", None, None, "inferred"]
    assert assets["lit_road"]["asset_id"].to_list() == ["r0", "r1"]
    assert assets["lit_road"]["road_id"].to_list() == ["r0", "r1"]


def test_a_road_without_luminaires_is_no_lit_road(site: Site) -> None:
    plan = roads([(0, 0), (100, 0)], [(0, 500), (100, 500)])
    assert done(site, lamps([(50, 5)]), road=plan)["lit_road"]["asset_id"].to_list() == ["r0"]


def test_at_a_crossing_the_name_of_the_street_decides_then_the_identifier(site: Site) -> None:
    plan = roads([(0, 0), (100, 0)], [(0, 0), (0, 100)], name=["Rue A", "Rue B"])
    points = lamps([(-3, -4), (-3, -4), (-3, -4)], street=["rue b", "Rue A", None])
    assert done(site, points, road=plan)["luminaire"]["lit_road_id"].to_list() == ["r1", "r0", "r0"]
    swapped = done(site, points, road=plan.reverse())["luminaire"]
    assert swapped["lit_road_id"].to_list() == ["r1", "r0", "r0"], "the order of the roads decides nothing"


def test_what_the_file_says_prevails(site: Site) -> None:
    plan = roads([(0, 0), (100, 0)], [(0, 50), (100, 50)])
    assets = done(site, lamps([(50, 1), (50, 1)], lit_road_id=["r1", None]), road=plan)
    assert assets["luminaire"]["lit_road_id"].to_list() == ["r1", "r0"]
    assert assets["luminaire"]["lit_road_id_origin"].to_list() == ["declared", "inferred"]


def test_imported_lit_roads_are_kept_and_completed(site: Site) -> None:
    own = roads([(0, 0), (100, 0)], [(0, 500), (100, 500)], carriageway_width_m=[7.5, None], lanes=[None, 2])
    assets = done(site, lamps([(50, 1)]), lit_road=own, road=roads([(0, 1), (100, 1)]))
    lit = assets["lit_road"]
    assert lit["asset_id"].to_list() == ["r0", "r1"], "a lit road of the file stays, even dark"
    assert lit["carriageway_width_m"].to_list() == [7.5, 7.0]
    assert lit["carriageway_width_m_origin"].to_list() == ["declared", "inferred"]
    assert lit["owner_siren"].to_list() == [site.siren] * 2


def test_width_comes_from_the_road_then_its_lanes_then_the_default(site: Site) -> None:
    lines = [[(0, 100.0 * rank), (50, 100.0 * rank)] for rank in range(4)]
    plan = roads(*lines, width_m=[6.0, 0.0, None, None], lanes=[1, 2, 3, 0])
    lit = done(site, lamps([(25, 100.0 * rank) for rank in range(4)]), road=plan)["lit_road"]
    assert lit["carriageway_width_m"].to_list() == [6.0, 7.0, 10.5, 5.0]
    assert lit["carriageway_width_m_origin"].to_list() == ["inferred"] * 3 + ["default"]
    assert (lit["carriageway_width_m_low"] < lit["carriageway_width_m"]).all()
    assert (lit["carriageway_width_m"] < lit["carriageway_width_m_high"]).all()


def test_the_zone_is_declared_else_that_of_the_luminaires_else_that_of_the_road(site: Site) -> None:
    lines = [[(0, 100.0 * rank), (50, 100.0 * rank)] for rank in range(4)]
    plan = roads(*lines, urban=[True, True, False, None])
    points = lamps([(25, 100.0 * rank) for rank in range(4)], in_town=[False, None, None, None])
    lit = done(site, points, road=plan)["lit_road"]
    assert lit["in_town"].to_list() == [False, True, False, None]
    assert lit["in_town_origin"].to_list() == ["inferred", "inferred", "inferred", None]
    own = roads(*lines[:2], in_town=[True, None], road_id=["r2", "r2"])
    kept = done(site, points, lit_road=own, road=plan)["lit_road"]
    assert kept["in_town"].to_list() == [True, False]
    assert kept["in_town_origin"].to_list() == ["declared", "inferred"]


ROWS = {
    "single": [(10 + 25.0 * k, 4.0) for k in range(6)],
    "opposite": [(10 + 25.0 * k, side) for k in range(6) for side in (4.0, -4.0)],
    "staggered": [(10 + 25.0 * k, 4.0) for k in range(6)] + [(22.5 + 25.0 * k, -4.0) for k in range(5)],
    "central": [(10 + 25.0 * k, 0.0) for k in range(6)],
}


@pytest.mark.parametrize("arrangement", ROWS)
@pytest.mark.parametrize("turn_deg", [0, 37, 180])
def test_arrangement_and_spacing_are_read_from_where_luminaires_stand(
    site: Site, arrangement: str, turn_deg: int
) -> None:
    angle = np.radians(turn_deg)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    plan = roads([tuple(turn @ place) for place in ((0.0, 0.0), (160.0, 0.0))])
    lit = done(site, lamps([tuple(turn @ place) for place in ROWS[arrangement]]), road=plan)["lit_road"]
    assert lit["arrangement"].to_list() == [arrangement]
    assert lit["spacing_m"].item() == pytest.approx(25.0, abs=1e-6)
    assert lit["arrangement_origin"].to_list() == lit["spacing_m_origin"].to_list() == ["inferred"]


def test_two_lanterns_on_one_pole_are_one_support(site: Site) -> None:
    places = [(10 + 25.0 * k + shift, 4.0) for k in range(4) for shift in (0.0, 0.3)]
    lit = done(site, lamps(places), road=roads([(0, 0), (100, 0)]))["lit_road"]
    assert lit["spacing_m"].item() == pytest.approx(25.0, abs=0.5)


def test_a_lone_luminaire_gives_a_spacing_from_the_length_with_a_wide_interval(site: Site) -> None:
    lit = done(site, lamps([(40, 4)]), road=roads([(0, 0), (80, 0)]))["lit_road"]
    assert lit.select("spacing_m", "spacing_m_low", "spacing_m_high").row(0) == (80.0, 40.0, 160.0)


def test_completing_twice_changes_nothing(site: Site) -> None:
    plan = roads([(0, 0), (100, 0)], [(0, 50), (100, 50)])
    once = done(site, lamps([(10, 3), (60, 4), (40, 47), (0, 200)]), road=plan)
    twice = complete(once, site)
    assert twice["luminaire"].equals(once["luminaire"])
    assert twice["lit_road"].equals(once["lit_road"])


def test_luminaires_without_a_place_light_no_road(site: Site) -> None:
    points = pl.DataFrame({"asset_id": ["a", "b"], "geometry": pl.Series([None, None], dtype=pl.Binary)})
    assets = done(site, points, road=roads([(0, 0), (100, 0)]))
    assert assets["luminaire"]["lit_road_id"].to_list() == [None, None]
    assert assets["lit_road"].is_empty()
    bare = done(site, points.drop("geometry"), road=roads([(0, 0), (100, 0)]))
    assert bare["luminaire"]["lit_road_id"].to_list() == [None, None]


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.floats(0, 300), st.floats(-40, 90)), min_size=1, max_size=25))
def test_association_is_that_of_the_plain_search(places: list[tuple[float, float]]) -> None:
    """Against the distance to each road in turn, computed by hand."""
    lines = [[(0, 0), (300, 0)], [(0, 60), (150, 60), (300, 30)]]
    drawn = [shapely.LineString(line) for line in lines]
    found = complete({"luminaire": lamps(places), "road": roads(*lines)}, HAND_SITE)["luminaire"]["lit_road_id"]
    for place, name in zip(places, found.to_list(), strict=True):
        distances = [line.distance(shapely.Point(*place)) for line in drawn]
        if min(distances) > 30 + 1e-9:
            assert name is None
        elif min(distances) < 30 - 1e-9:
            assert name is not None
            assert distances[int(name[1])] <= min(distances) + 1e-9


ODD = [
    None,
    shapely.Point(1, 1),
    shapely.LineString(),
    shapely.LineString([(5, 5), (5, 5)]),
    shapely.box(0, 0, 9, 9),
    shapely.MultiLineString([[(0, 200), (50, 200)], [(60, 200), (110, 200)]]),
    shapely.LineString([(0, 0, 35), (100, 0, 35)]),
]


def test_shapes_that_are_no_lines_are_passed_over(site: Site) -> None:
    """Whatever a file calls a road: nothing fails, and lamps go to the lines there are."""
    shapes = pl.Series([None if shape is None else shapely.to_wkb(shape) for shape in ODD], dtype=pl.Binary)
    odd = pl.DataFrame({"asset_id": [f"r{rank}" for rank in range(len(ODD))]}).with_columns(shapes.alias("geometry"))
    parcels = pl.DataFrame({"asset_id": ["p"]}).with_columns(wkb([shapely.box(-50, 8, 150, 190)]).alias("geometry"))
    lamps_there = lamps([(20, 3), (80, 203), (5, 6)])
    for kind in ("road", "lit_road"):
        assets = done(site, lamps_there, parcel=parcels, **{kind: odd})
        assert assets["luminaire"]["lit_road_id"].to_list() == ["r6", "r5", "r6"]
        found = DOMAIN.diagnose(assets, site)
        shown = found.per_asset["lit_road"]
        assert shown.height == (2 if kind == "road" else len(ODD))
        numbers = shown.select(pl.col(pl.Float64)).fill_nan(None)
        assert numbers.equals(shown.select(pl.col(pl.Float64))), "no figure is NaN"
        assert assets["lit_road"]["spacing_m"].drop_nulls().is_finite().all()


def test_a_road_that_the_twin_does_not_hold_is_told(site: Site) -> None:
    assets = done(site, lamps([(50, 1), (50, 1)], lit_road_id=["elsewhere", None]), road=roads([(0, 0), (100, 0)]))
    astray = [one for one in DOMAIN.diagnose(assets, site).findings if one.code == "BOC-LIG-027"]
    assert [list(one.asset_ids) for one in astray] == [["p0"]]
