"""Completion: what is declared stays, what is guessed says so, and bounds hold."""

import datetime as dt
from collections.abc import Callable

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bocage.domains.lighting.inventory import complete
from bocage.domains.lighting.inventory.declared import luminaire_table
from bocage.vocabulary.domain import Assets, Site

SITE = Site(territory_id="00000", longitude_deg=2.0, latitude_deg=47.0, date=dt.date(2026, 1, 1), draws=16)
IMPUTED = [column for column in luminaire_table().imputable if column.name != "lit_road_id"]
"""A luminaire is given a road only where the twin has roads: test_lighting_roads_*.py."""


def optional(strategy: st.SearchStrategy[object]) -> st.SearchStrategy[object]:
    return st.one_of(st.none(), strategy)


inventories = st.lists(
    st.fixed_dictionaries(
        {
            "technology": optional(st.sampled_from(luminaire_table().column("technology").codes)),
            "lamp_power_w": optional(st.floats(0.5, 2000)),
            "system_power_w": optional(st.floats(0.5, 2500)),
            "source_flux_lm": optional(st.floats(1, 200_000)),
            "ulor_percent": optional(st.floats(0, 100)),
            "dlor_percent": optional(st.floats(0, 100)),
            "lantern": optional(st.sampled_from(luminaire_table().column("lantern").codes)),
            "installed_on": optional(st.dates(dt.date(1950, 1, 1), dt.date(2026, 1, 1))),
            "street": optional(st.sampled_from("ab")),
            "model": optional(st.sampled_from("xy")),
            "mounting_height_m": optional(st.floats(0.1, 60)),
        }
    ),
    min_size=1,
    max_size=12,
)


def frame_of(rows: list[dict[str, object]]) -> pl.DataFrame:
    numbered = pl.DataFrame([{"asset_id": f"p{i:03d}", **row} for i, row in enumerate(rows)], infer_schema_length=None)
    return luminaire_table().conform(numbered).drop("geometry")


@settings(max_examples=60, deadline=None)
@given(inventories)
def test_every_imputable_column_is_filled_with_origin_and_bounds_and_nothing_declared_moves(
    rows: list[dict[str, object]],
) -> None:
    raw = frame_of(rows)
    done = complete({"luminaire": raw}, SITE)["luminaire"]
    for column in IMPUTED:
        name = column.name
        assert done[name].null_count() == 0, name
        assert done[f"{name}_origin"].is_in(["measured", "declared", "inferred", "default"]).all(), name
        declared = raw[name].is_not_null()
        assert done[name].filter(declared).to_list() == raw[name].filter(declared).to_list()
        assert (done[f"{name}_origin"].filter(declared) == "declared").all()
        if column.type == "real":
            assert (done[f"{name}_low"] <= done[name] * (1 + 1e-12)).all(), name
            assert (done[f"{name}_high"] >= done[name] * (1 - 1e-12)).all(), name
    assert complete({"luminaire": done}, SITE)["luminaire"].equals(done)


@settings(max_examples=40, deadline=None)
@given(inventories)
def test_completion_depends_neither_on_order_nor_on_a_second_copy(rows: list[dict[str, object]]) -> None:
    raw = frame_of(rows)
    done = complete({"luminaire": raw}, SITE)["luminaire"]
    backwards = complete({"luminaire": raw.reverse()}, SITE)["luminaire"].reverse()
    assert backwards.equals(done)
    twice = pl.concat([raw, raw.with_columns(pl.col("asset_id") + "-again")])
    assert complete({"luminaire": twice}, SITE)["luminaire"].head(len(raw)).equals(done)


def test_neighbours_speak_before_the_default(stock: Callable[..., Assets]) -> None:
    lamps = stock(
        {"street": "a", "technology": "LED", "lamp_power_w": 30.0, "installed_on": dt.date(2021, 5, 1)},
        {"street": "a"},
        {"street": "b"},
    )["luminaire"]
    told, unknown = lamps.row(1, named=True), lamps.row(2, named=True)
    assert (told["technology"], told["technology_origin"]) == ("LED", "inferred")
    assert (told["lamp_power_w"], told["lamp_power_w_origin"]) == (30.0, "inferred")
    assert (told["installed_on"], told["installed_on_origin"]) == (dt.date(2021, 5, 1), "inferred")
    assert (unknown["technology"], unknown["technology_origin"]) == ("HPS", "default")
    assert (unknown["system_power_w"], unknown["system_power_w_origin"]) == (pytest.approx(110.0), "default")


def test_the_upward_ratio_of_declared_fluxes_is_declared_and_zero_over_zero_is_unknown(
    stock: Callable[..., Assets],
) -> None:
    lamps = stock({"ulor_percent": 5.0, "dlor_percent": 75.0}, {"ulor_percent": 0.0, "dlor_percent": 0.0})["luminaire"]
    assert lamps["ulr_percent"].to_list() == pytest.approx([6.25, 2.9])
    assert lamps["ulr_percent_origin"].to_list() == ["declared", "default"]


def test_a_measured_value_stays_measured(site: Site) -> None:
    row = pl.DataFrame({"asset_id": ["a"], "system_power_w": [88.0], "system_power_w_origin": ["measured"]})
    assert complete({"luminaire": row}, site)["luminaire"]["system_power_w_origin"].item() == "measured"


def test_other_assets_pass_and_an_absent_type_stays_absent(site: Site) -> None:
    road = pl.DataFrame({"asset_id": ["r1"]})
    assert complete({"road": road}, site) == {"road": road}


def test_a_street_speaks_for_its_own_commune_only() -> None:
    lamps = pl.DataFrame(
        {
            "asset_id": ["a", "b", "c", "d"],
            "commune_code": ["35001", "35001", "35002", "35002"],
            "street": ["rue de l'Église"] * 4,
            "mounting_height_m": [4.0, None, 9.0, None],
            "technology": ["HPS"] * 4,
        }
    )
    filled = complete({"luminaire": lamps}, SITE)["luminaire"]
    assert filled["mounting_height_m"].to_list() == [4.0, 4.0, 9.0, 9.0]
    alone = complete({"luminaire": lamps.drop("commune_code").head(2)}, SITE)["luminaire"]
    assert alone["mounting_height_m"].to_list() == [4.0, 4.0]
