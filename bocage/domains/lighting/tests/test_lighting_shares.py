"""The share on defaults: one guess among the inputs of a figure is enough, and what works will do is a forecast."""

import re
from collections.abc import Callable
from dataclasses import replace

import polars as pl
import pytest

from bocage.domains.lighting import DOMAIN
from bocage.vocabulary.columns import noun_tables
from bocage.vocabulary.domain import Assets, Site
from bocage.vocabulary.draws import DrawTable

Stock = Callable[..., Assets]
DECLARED = {"technology": "HPS", "system_power_w": 100.0, "switching": "photocell"}


def shares(table: DrawTable) -> dict[str, float]:
    rows = table.summary().filter(pl.col("scope") == "territory") if "scope" in table.keys.columns else table.summary()
    return dict(rows.select("indicator", "default_share").iter_rows())


def test_a_switching_device_by_default_makes_hours_and_energy_a_guess(stock: Stock, site: Site) -> None:
    unsaid = {**DECLARED, "switching": None}
    found = shares(DOMAIN.diagnose(stock(unsaid, unsaid), site).outcomes)
    assert found["installed_power_kw"] == 0.0
    assert found["burning_hours_h_year"] == found["energy_kwh_year"] == 1.0
    assert found["light_points"] == 0.0


def test_declared_inputs_leave_no_share_and_the_price_takes_the_bill(stock: Stock, site: Site) -> None:
    found = shares(DOMAIN.diagnose(stock(DECLARED), site).outcomes)
    assert found["burning_hours_h_year"] == found["energy_kwh_year"] == found["installed_power_kw"] == 0.0
    assert found["electricity_cost_eur_year"] == found["carbon_kgco2e_year"] == 1.0
    priced = replace(site, settings={"electricity_price_eur_kwh": 0.2})
    assert shares(DOMAIN.diagnose(stock(DECLARED), priced).outcomes)["electricity_cost_eur_year"] == 0.0


def test_a_point_that_burns_day_and_night_needs_no_switching_device(stock: Stock, site: Site) -> None:
    always = {**DECLARED, "switching": None, "regime": "permanent"}
    assert shares(DOMAIN.diagnose(stock(always), site).outcomes)["energy_kwh_year"] == 0.0


def test_a_dimmed_level_that_is_not_said_makes_the_energy_a_guess(stock: Stock, site: Site) -> None:
    dimmed = {**DECLARED, "dimming_from": "22:00", "dimming_to": "05:00"}
    assert shares(DOMAIN.diagnose(stock(dimmed), site).outcomes)["energy_kwh_year"] == 1.0
    said = {**dimmed, "dimming_level_percent": 40.0}
    assert shares(DOMAIN.diagnose(stock(said), site).outcomes)["energy_kwh_year"] == 0.0


def test_installed_power_is_weighted_by_watts_as_the_finding_says(stock: Stock, site: Site) -> None:
    """300 W declared and a nominal 70 W with its gear (inferred): the share is that of the finding."""
    nominal = {"technology": "HPS", "lamp_power_w": 70.0, "switching": "photocell"}
    diagnosis = DOMAIN.diagnose(stock({**DECLARED, "system_power_w": 300.0}, nominal), site)
    power = diagnosis.per_asset["luminaire"]["system_power_w"].to_list()
    share = shares(diagnosis.outcomes)["installed_power_kw"]
    assert share == pytest.approx(power[1] / sum(power))
    (sentence,) = [found.sentence.say("en") for found in diagnosis.findings if found.code == "BOC-LIG-008"]
    said = re.search(r"([\d.]+)% of the installed load", sentence)
    assert said is not None
    assert float(said[1]) == pytest.approx(100 * share, abs=0.05)


def test_what_works_do_is_a_forecast_and_the_rest_keeps_its_share(stock: Stock, site: Site) -> None:
    lamps = stock(*[{**DECLARED, "street": "a"}] * 8, *[{**DECLARED, "technology": "LED"}] * 8)
    actions = DOMAIN.propose(lamps, site).filter(pl.col("kind") == "led").head(1)
    assert len(actions["asset_ids"].item()) == 8
    appraised = shares(DOMAIN.appraise(lamps, actions, site))
    assert appraised["energy_kwh_year"] == appraised["investment_eur"] == appraised["installed_power_kw"] == 1.0
    assert appraised["light_points"] == appraised["dark_hours_h_year"] == 0.0
    nothing = DOMAIN.simulate(lamps, noun_tables()["action"].empty(), site)
    after = DOMAIN.simulate(lamps, actions, site)
    assert shares(nothing)["energy_kwh_year"] == 0.0
    assert 0.0 < shares(after)["energy_kwh_year"] < 0.5
    assert shares(after.minus(nothing, ["indicator"]))["energy_kwh_year"] == 1.0
