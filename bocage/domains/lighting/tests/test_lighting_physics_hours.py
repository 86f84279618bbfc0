"""Dimming profiles, curfew and sun in their exact interplay; presence; nodes."""

import datetime as dt
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bocage.domains.lighting import DOMAIN
from bocage.domains.lighting.physics.hours import REGIME_COLUMNS, burning, with_hours
from bocage.domains.lighting.physics.load import with_load
from bocage.domains.lighting.physics.profile import Step, read_profile, write_profile
from bocage.science.civil import year_bounds_s
from bocage.science.intervals import duration_s, intersect
from bocage.vocabulary.domain import Assets, Site

Stock = Callable[..., Assets]
STEPS = {"dimming_profile": "22:00-00:00@70;00:00-05:00@30"}
LED = {"technology": "LED", "system_power_w": 40.0, "switching": "astronomical_clock"}


def hours(stock: Stock, site: Site, *rows: dict[str, object]) -> list[dict[str, float]]:
    return list(with_hours(stock(*rows)["luminaire"], site).iter_rows(named=True))


def energy(stock: Stock, site: Site, *rows: dict[str, object]) -> list[float]:
    return with_load(stock(*rows)["luminaire"], site)["energy_kwh"].to_list()


def test_a_profile_of_one_step_is_a_window(stock: Stock, site: Site) -> None:
    window = {"dimming_from": "22:00", "dimming_to": "05:00", "dimming_level_percent": 30.0}
    profile = {"dimming_profile": "22:00-05:00@30"}
    one, other = hours(stock, site, window, profile)
    assert {key: one[key] for key in ("full_h", "dimmed_h", "dark_h", "full_edge_h", "dimmed_edge_h")} == {
        key: other[key] for key in ("full_h", "dimmed_h", "dark_h", "full_edge_h", "dimmed_edge_h")
    }
    assert energy(stock, site, {**LED, **window})[0] == pytest.approx(energy(stock, site, {**LED, **profile})[0])


def test_the_energy_of_two_steps_is_computed_by_hand(stock: Stock, site: Site) -> None:
    """From 00:00 to 05:00 the sun is always below -3 degrees in Paris but in June: each step counts its own hours."""
    start, end = year_bounds_s(2025, site.timezone)
    regime = {**dict.fromkeys(REGIME_COLUMNS), "regime": "night", **STEPS}
    found = burning(site, regime, start_s=start, end_s=end)
    by_level = {level: duration_s(part) / 3600 for level, part in found.steps}
    assert set(by_level) == {0.7, 0.3}
    assert by_level[0.3] == pytest.approx(1800, abs=26)  # a few dawns before 05:00
    assert by_level[0.3] <= 1825
    full = duration_s(found.full) / 3600
    share = {level: 0.05 + 0.95 * level**1.219 for level in by_level}
    lit = full + sum(by_level.values())
    expected = 0.040 * (full + sum(share[level] * by_level[level] for level in by_level)) + 0.0005 * (8760 - lit)
    assert energy(stock, site, {**LED, **STEPS})[0] == pytest.approx(expected, rel=1e-9)


def test_a_curfew_takes_its_hours_from_the_steps_that_it_covers(stock: Stock, site: Site) -> None:
    curfew = {"curfew_from": "00:00", "curfew_to": "05:00"}
    plain, cut = hours(stock, site, STEPS, {**STEPS, **curfew})
    only_early = hours(stock, site, {"dimming_profile": "22:00-00:00@70"})[0]
    assert cut["dimmed_h"] == pytest.approx(only_early["dimmed_h"])
    assert cut["full_h"] == pytest.approx(plain["full_h"])
    assert cut["dark_h"] + cut["full_h"] + cut["dimmed_h"] == pytest.approx(plain["full_h"] + plain["dimmed_h"])


def test_a_later_step_prevails_and_level_0_is_dark(stock: Stock, site: Site) -> None:
    over, plain = hours(
        stock, site, {"dimming_profile": "21:00-06:00@70;23:00-05:00@0"}, {"dimming_profile": "21:00-06:00@70"}
    )
    curfew = hours(stock, site, {"curfew_from": "23:00", "curfew_to": "05:00"})[0]
    assert over["dark_h"] == pytest.approx(curfew["dark_h"])
    assert over["dimmed_h"] == pytest.approx(plain["dimmed_h"] - curfew["dark_h"])
    assert over["lit_at_1"] == 0.0
    assert plain["lit_at_1"] == 1.0


def test_profiles_that_cannot_be_read_are_none_and_full_level_is_full(stock: Stock, site: Site) -> None:
    bad, full, none = hours(stock, site, {"dimming_profile": "tard@30"}, {"dimming_profile": "22:00-05:00@100"}, {})
    assert bad["full_h"] == pytest.approx(none["full_h"])
    assert full["full_h"] == pytest.approx(none["full_h"])
    assert (bad["dimmed_h"], full["dimmed_h"]) == (0.0, 0.0)


def test_dimming_after_a_curfew_saves_almost_nothing_in_its_hours(stock: Stock, site: Site) -> None:
    """What a night-long switch-off leaves to dim: SDED Haute-Marne found « un gain quasi nul »."""
    curfew = {"curfew_from": "22:00", "curfew_to": "06:00"}
    dimmed = {"dimming_from": "22:00", "dimming_to": "06:00", "dimming_level_percent": 50.0}
    plain, dim, dark, both = energy(stock, site, LED, {**LED, **dimmed}, {**LED, **curfew}, {**LED, **curfew, **dimmed})
    assert plain - dim > 0.3 * plain
    assert both == pytest.approx(dark, rel=1e-9)


def test_a_curfew_of_dimmed_leds_saves_a_small_part_of_what_it_saved_before(stock: Stock, site: Site) -> None:
    """150 W sodium (173 W with gear) against a 60 W LED dimmed to 30 %, both off from 23:00 to 05:00."""
    curfew = {"curfew_from": "23:00", "curfew_to": "05:00"}
    sodium = {"technology": "HPS", "system_power_w": 173.0}
    led = {"technology": "LED", "system_power_w": 60.0, "dimming_profile": "22:00-06:00@30"}
    on, off, led_on, led_off = energy(stock, site, sodium, {**sodium, **curfew}, led, {**led, **curfew})
    assert on - off == pytest.approx(0.173 * 2190, rel=1e-6)
    assert (led_on - led_off) / (on - off) < 0.12


def test_presence_brings_back_part_of_the_dimmed_hours(stock: Stock, site: Site) -> None:
    """A road: 30 % of the dimmed hours at full power, the rest at the share of its level."""
    profile = {"dimming_profile": "22:00-06:00@20"}
    rows = with_load(
        stock(
            {**LED, **profile},
            {**LED, **profile, "detection": True},
            {**LED, **profile, "detection": True, "lantern": "pedestrian"},
            {**LED, "detection": True},
        )["luminaire"],
        site,
    )
    plain, road, path, undimmed = rows["phi"].to_list()
    assert road == pytest.approx(0.3 + 0.7 * plain)
    assert path == pytest.approx(0.15 + 0.85 * plain)
    assert undimmed == 1.0
    low, high = rows["phi_low"].to_list(), rows["phi_high"].to_list()
    assert low[1] < road < high[1]
    assert rows["level"].to_list()[1] == pytest.approx(0.3 + 0.7 * 0.2)


def test_a_node_draws_all_the_year_in_place_of_the_standby(stock: Stock, site: Site) -> None:
    profile = {"dimming_profile": "22:00-06:00@50"}
    rows = with_load(stock({**LED, **profile}, {**LED, **profile, "remote_management": True})["luminaire"], site)
    standby, node = rows.select("standby_kwh", "node_kwh").rows()
    assert standby[1] == node[0] == 0.0
    assert node[1] == pytest.approx(8.76)
    assert 0 < standby[0] < 0.5 * 8.76


def test_the_share_of_nights_lit_at_one_follows_the_clock(stock: Stock, site: Site) -> None:
    found = hours(stock, site, {}, {"curfew_from": "00:00", "curfew_to": "05:00"}, {"regime": "off"},
                  {"curfew_from": "01:30", "curfew_to": "05:00"})  # fmt: skip
    assert [row["lit_at_1"] for row in found] == pytest.approx([1.0, 0.0, 0.0, 1.0])


def test_profiles_written_are_read_again() -> None:
    steps = (Step(1320, 0, 0.7), Step(0, 300, 0.3))
    assert read_profile(write_profile(steps)) == steps
    assert read_profile("22h00–0h@70 %; 0h00-5h@30%") == steps


minutes = st.integers(0, 95).map(lambda quarter: f"{quarter // 4:02d}:{15 * (quarter % 4):02d}")
profiles = st.lists(st.tuples(minutes, minutes, st.integers(0, 100)), min_size=1, max_size=4).map(
    lambda steps: ";".join(f"{a}-{b}@{level}" for a, b, level in steps if a != b) or "22:00-05:00@50"
)


@settings(max_examples=25, deadline=None)
@given(profiles, st.sampled_from([None, ("23:00", "05:00"), ("01:00", "04:30")]))
def test_the_parts_of_any_night_share_it_out(profile: str, curfew: tuple[str, str] | None) -> None:
    site = Site(territory_id="00000", longitude_deg=2.0, latitude_deg=47.0, date=dt.date(2026, 1, 1))
    regime: dict[str, object] = {**dict.fromkeys(REGIME_COLUMNS), "regime": "night", "dimming_profile": profile}
    regime |= {"curfew_from": curfew and curfew[0], "curfew_to": curfew and curfew[1]}
    start, end = year_bounds_s(2025, site.timezone)
    found = burning(site, regime, start_s=start, end_s=start + 40 * 86400.0)
    parts = [found.full, *(part for _, part in found.steps)]
    for one in range(len(parts)):
        for other in range(one):
            assert duration_s(intersect(parts[one], parts[other])) == 0.0
    assert sum(map(duration_s, parts)) <= duration_s(found.night) + 1e-6
    assert duration_s(found.dimmed) == pytest.approx(sum(duration_s(part) for _, part in found.steps))
    assert all(0 < level < 1 for level, _ in found.steps)
    assert end > start


def test_more_dimming_never_draws_more(stock: Stock, site: Site) -> None:
    levels = [90, 70, 50, 30, 10]
    rows = [{**LED, "dimming_profile": f"21:00-23:00@{min(100, level + 10)};23:00-06:00@{level}"} for level in levels]
    found = energy(stock, replace(site), *rows)
    assert (np.diff(found) < 0).all()
    assert pl.Series(found).min() > 0  # type: ignore[operator]


def test_the_load_expected_of_a_profile_follows_its_steps(stock: Stock, site: Site) -> None:
    """40 W: 70 % of light before midnight, 30 % after; the hours of a year add up to its energy, standby aside."""
    assets: Assets = stock({**LED, **STEPS, "cabinet_id": "A"})
    start = dt.datetime(2024, 12, 31, 23, tzinfo=dt.UTC)
    load = DOMAIN.watch(assets, site, start=start, end=start + dt.timedelta(hours=8760))
    rows = with_load(assets["luminaire"], site)
    assert load["expected"].sum() == pytest.approx(rows["energy_kwh"].item() - rows["standby_kwh"].item(), rel=1e-9)
    by_time = dict(load.select("time", "expected").iter_rows())
    evening, night = (by_time[dt.datetime(2025, 1, 10, hour, tzinfo=dt.UTC)] for hour in (22, 1))
    assert evening == pytest.approx(0.040 * (0.05 + 0.95 * 0.7**1.219), rel=1e-6)
    assert night == pytest.approx(0.040 * (0.05 + 0.95 * 0.3**1.219), rel=1e-6)
