"""Paris 5e and hand computations: load, hours, energy, findings."""

import datetime as dt
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from bocage.domains.lighting import DOMAIN
from bocage.domains.lighting.inventory import complete
from bocage.domains.lighting.physics.hours import with_hours
from bocage.domains.lighting.physics.load import with_load
from bocage.domains.lighting.physics.power import dimmed_fraction
from bocage.vocabulary.domain import Assets, Site

PLACES = {"marseille": (43.3, 5.37), "centre": (46.6, 2.5), "paris": (48.85, 2.35), "lille": (50.63, 3.06)}
FULL_NIGHT = {"photocell": (4215, 4202, 4191, 4181), "astronomical_clock": (4142, 4123, 4108, 4094)}


def test_no_lamp_of_paris_is_lost_and_the_installed_load_is_408_kw(paris: Assets) -> None:
    lamps = paris["luminaire"]
    assert len(lamps) == 3824
    assert lamps["system_power_w"].sum() / 1000 == pytest.approx(408.2, abs=0.05)


def test_the_1313_lamps_without_consumed_power_rest_on_their_nominal_power(paris: Assets) -> None:
    guessed = paris["luminaire"].filter(pl.col("system_power_w_origin") != "declared")
    leds = guessed.filter(pl.col("technology") == "LED")
    assert (len(guessed), len(leds)) == (1313, 1310)
    assert (leds["system_power_w"] == leds["lamp_power_w"]).all()
    others = guessed.filter(pl.col("technology") != "LED")
    assert others["technology"].unique().to_list() == ["CPO"]
    assert (others["system_power_w"] / others["lamp_power_w"]).to_list() == pytest.approx([1.1] * 3)


def test_findings_of_paris_are_the_known_counts(paris: Assets, site: Site) -> None:
    found = {finding.code: len(finding.asset_ids) for finding in DOMAIN.diagnose(paris, site).findings}
    assert found["BOC-LIG-001"] == 174
    assert found["BOC-LIG-002"] == 1176
    assert "BOC-LIG-003" not in found
    assert found["BOC-LIG-004"] >= 130  # 130 declared, and none but mixed lamps of unknown type could join them
    assert found["BOC-LIG-008"] == 1313
    assert found["BOC-LIG-009"] == 8
    assert found["BOC-LIG-011"] == 1310


def test_energy_of_paris_is_that_of_the_reference(paris: Assets, site: Site) -> None:
    energy = DOMAIN.simulate(paris, DOMAIN.propose(paris, site).clear(), site).draws_of("energy_kwh_year").mean()
    assert energy == pytest.approx(1.68e6, rel=0.005)


@pytest.mark.parametrize("device", FULL_NIGHT)
def test_full_night_hours_at_four_latitudes(device: str, stock: Callable[..., Assets], site: Site) -> None:
    for (latitude, longitude), expected in zip(PLACES.values(), FULL_NIGHT[device], strict=True):
        here = replace(site, latitude_deg=latitude, longitude_deg=longitude)
        row = with_hours(stock({"switching": device})["luminaire"], here).row(0, named=True)
        assert row["full_h"] == pytest.approx(expected, abs=1.0)
        assert 4094 - 1 <= row["full_h"] <= 4215 + 1
        assert (row["dimmed_h"], row["dark_h"]) == (0.0, pytest.approx(0.0, abs=1e-9))


def test_a_curfew_removes_exactly_its_hours_and_dimming_acts_on_the_rest(
    stock: Callable[..., Assets], site: Site
) -> None:
    window = {"dimming_from": "22:00", "dimming_to": "06:00", "dimming_level_percent": 50.0}
    curfew = {"curfew_from": "23:00", "curfew_to": "05:00"}
    full, dark, dim, both = with_hours(stock({}, curfew, window, {**window, **curfew})["luminaire"], site).iter_rows(
        named=True
    )
    assert full["full_h"] - dark["full_h"] == pytest.approx(2190)
    assert dark["dark_h"] == pytest.approx(2190)
    assert dim["full_h"] + dim["dimmed_h"] == pytest.approx(full["full_h"])
    assert both["dimmed_h"] == pytest.approx(dim["dimmed_h"] - 2190)
    assert both["full_h"] == pytest.approx(dim["full_h"])


def test_permanent_burns_8760_hours_and_off_none(stock: Callable[..., Assets], site: Site) -> None:
    curfew = {"curfew_from": "23:00", "curfew_to": "05:00"}
    lamps = stock({"regime": "permanent", **curfew}, {"regime": "off"})["luminaire"]
    permanent, off = with_hours(lamps, site).iter_rows(named=True)
    assert permanent["full_h"] == 8760.0
    assert permanent["dark_h"] == pytest.approx(0.0, abs=1e-9)
    assert off["full_h"] == 0.0
    assert off["dark_h"] == pytest.approx(4108, abs=1)


def test_energy_of_one_lamp_computed_by_hand(stock: Callable[..., Assets], site: Site) -> None:
    """173 W over 4,108 h; half of the light from 22:00 to 06:00 at 0.05 + 0.95 x 0.5^1.219 of 40 W, 0.5 W asleep."""
    lamp = {"technology": "HPS", "lamp_power_w": 150.0, "system_power_w": 173.0}
    led = {"technology": "LED", "system_power_w": 40.0, "dimming_from": "22:00", "dimming_to": "06:00",
           "dimming_level_percent": 50.0}  # fmt: skip
    sodium, dimmed = with_load(stock(lamp, led)["luminaire"], site).iter_rows(named=True)
    assert sodium["energy_kwh"] == pytest.approx(0.173 * sodium["full_h"])
    assert sodium["energy_kwh"] == pytest.approx(710.7, abs=0.3)
    share = 0.05 + 0.95 * 0.5**1.219
    lit = dimmed["full_h"] + dimmed["dimmed_h"]
    expected = 0.040 * (dimmed["full_h"] + share * dimmed["dimmed_h"]) + 0.0005 * (8760 - lit)
    assert dimmed["energy_kwh"] == pytest.approx(expected)
    assert share == pytest.approx(0.458, abs=0.001)


def test_dimmed_power_is_that_measured_at_75_percent_of_light() -> None:
    fractions = dimmed_fraction(np.array([0.0, 0.75, 1.0]), fixed_share=0.05, exponent=1.219)
    assert fractions == pytest.approx([0.05, 0.719, 1.0], abs=0.001)


def test_gear_factors_find_the_declared_load_of_paris_again(paris_raw: pl.DataFrame, site: Site) -> None:
    """Hide every declared consumed power: the sum of the imputed ones is near, and within its own bounds."""
    declared = paris_raw.filter(pl.col("system_power_w").is_not_null() & pl.col("technology").is_not_null())
    hidden = declared.with_columns(pl.lit(None, dtype=pl.Float64).alias("system_power_w"))
    guessed = complete({"luminaire": hidden}, site)["luminaire"]
    assert guessed["system_power_w"].sum() == pytest.approx(declared["system_power_w"].sum(), rel=0.02)
    low, high = guessed["system_power_w_low"].sum(), guessed["system_power_w_high"].sum()
    assert low < declared["system_power_w"].sum() < high
    by_technology = (
        guessed.group_by("technology")
        .agg(pl.col("system_power_w").sum().alias("guessed"))
        .join(declared.group_by("technology").agg(pl.col("system_power_w").sum()), on="technology")
        .with_columns((pl.col("guessed") / pl.col("system_power_w")).alias("ratio"))
    )
    assert by_technology["ratio"].to_list() == pytest.approx([1.0] * len(by_technology), abs=0.05)


def test_the_load_expected_hour_by_hour_adds_up_to_the_energy_of_the_year(
    stock: Callable[..., Assets], site: Site
) -> None:
    lamps = stock(
        {"technology": "HPS", "system_power_w": 173.0, "cabinet_id": "A1"},
        {"technology": "LED", "system_power_w": 40.0, "cabinet_id": "A1", "curfew_from": "23:00", "curfew_to": "05:00"},
        {"technology": "LED", "system_power_w": 30.0, "sector": "Bourg"},
        {"technology": "LED", "system_power_w": 10.0, "regime": "permanent"},
    )
    start = dt.datetime(2024, 12, 31, 23, tzinfo=dt.UTC)  # midnight in Paris
    load = DOMAIN.watch(lamps, site, start=start, end=start + dt.timedelta(hours=8760))
    assert load["group"].unique().sort().to_list() == ["cabinet:A1", "sector:Bourg", "territory"]
    energy = with_load(lamps["luminaire"], site)["energy_kwh"].sum()
    assert load["expected"].sum() == pytest.approx(energy, rel=1e-9)
    night = load.filter(
        (pl.col("group") == "cabinet:A1") & (pl.col("time") == dt.datetime(2025, 1, 1, 20, tzinfo=dt.UTC))
    )
    assert night["expected"].item() == pytest.approx(0.213)


def test_legal_findings_follow_the_date_and_the_zone(stock: Callable[..., Assets], site: Site) -> None:
    lamps = ({"ulr_percent": 60.0, "technology": "HG"}, {"colour_temperature_k": 2700.0, "technology": "LED"})

    def codes(at: Site) -> dict[str, int]:
        found = DOMAIN.diagnose(stock(*lamps, at=at), at).findings
        return {finding.code: len(finding.asset_ids) for finding in found}

    assert codes(site)["BOC-LIG-003"] == 1
    before = codes(replace(site, date=dt.date(2024, 12, 31)))
    assert "BOC-LIG-003" not in before
    assert "BOC-LIG-001" not in before
    reserve = codes(replace(site, settings={"protected_zone": "nature_reserve"}))
    assert reserve["BOC-LIG-001"] == 1


def test_what_was_installed_after_the_limits_and_breaks_them_is_critical(
    stock: Callable[..., Assets], site: Site
) -> None:
    dates = (dt.date(2019, 12, 31), dt.date(2020, 1, 1), None)
    lamps = stock(*({"technology": "LED", "colour_temperature_k": 4000.0, "installed_on": date} for date in dates))
    diagnosis = DOMAIN.diagnose(lamps, site)
    found = {finding.code: list(finding.asset_ids) for finding in diagnosis.findings}
    assert found["BOC-LIG-014"] == ["p1"]
    assert found["BOC-LIG-001"] == ["p0", "p1", "p2"]
    assert diagnosis.per_asset["luminaire"]["priority"].to_list() == ["watch", "critical", "watch"]
    assert diagnosis.per_asset["luminaire"]["flags"].to_list()[1].split() == ["BOC-LIG-014", "BOC-LIG-001"]


def test_an_error_on_the_nights_moves_only_the_dusks_and_dawns_that_are_lit(
    stock: Callable[..., Assets], site: Site
) -> None:
    whole_night = {"curfew_from": "15:00", "curfew_to": "10:00"}
    late = {"dimming_from": "15:00", "dimming_to": "10:00", "dimming_level_percent": 50.0}
    dark, dimmed, full = with_hours(stock(whole_night, late, {})["luminaire"], site).iter_rows(named=True)
    assert (dark["full_h"], dark["full_edge_h"], dark["dimmed_edge_h"]) == (0.0, 0.0, 0.0)
    assert (dimmed["full_edge_h"], dimmed["dimmed_edge_h"]) == (0.0, dimmed["night_h"])
    assert (full["full_edge_h"], full["dimmed_edge_h"]) == (full["night_h"], 0.0)
    assert not DOMAIN.diagnose(stock(whole_night), site).outcomes.draws_of("energy_kwh_year").any()
