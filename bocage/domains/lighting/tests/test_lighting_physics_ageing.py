"""Flux depreciation, failures, relamping and upkeep against closed forms."""

import datetime as dt
from collections.abc import Callable
from math import gamma

import numpy as np
import pytest

from bocage.domains.lighting.inventory.declared import FOLDER
from bocage.domains.lighting.physics.ageing import lamp_failures, led_failures
from bocage.domains.lighting.physics.flux import (
    cleanliness,
    lumen_maintenance,
    maintenance_factor,
    mean_maintenance,
)
from bocage.domains.lighting.physics.load import with_load
from bocage.domains.lighting.physics.renewal import characteristic_life_h, expected_replacements, survival
from bocage.parameters.reader import Parameters
from bocage.vocabulary.domain import Assets, Site

Stock = Callable[..., Assets]
READ = Parameters(FOLDER / "parameters", dt.date(2026, 1, 1))


def test_half_of_the_lamps_reach_their_median_life() -> None:
    for shape in (1.0, 2.5, 4.0):
        median = np.array([12_000.0])
        assert survival(median, characteristic_life_h(median, shape), shape) == pytest.approx([0.5])


def test_failures_at_random_are_a_poisson_process() -> None:
    times = np.array([0.0, 0.1, 1.0, 5.0, 7.9, 8.1, 40.0])
    assert expected_replacements(times, 1.0) == pytest.approx(times, abs=2e-3)


def test_early_replacements_are_first_failures_and_late_ones_come_at_the_mean_life() -> None:
    """M(t) = F(t) where a second failure is unlikely; M(t)/t tends to 1/mean; a peaked law comes one per life."""
    shape = 4.0
    early = np.array([0.3, 0.5])
    assert expected_replacements(early, shape) == pytest.approx(1 - np.exp(-(early**shape)), rel=0.01)
    mean = gamma(1 + 1 / shape)
    late = np.array([30.0, 31.0])
    assert np.diff(expected_replacements(late, shape)) == pytest.approx([1 / mean])
    assert expected_replacements(np.array([8.0]), shape) == pytest.approx(
        expected_replacements(np.array([8.0 + 1e-9]), shape), rel=2e-3
    )
    assert expected_replacements(np.array([1.5]), 60.0) == pytest.approx([1.0], abs=0.02)


def test_replacements_are_those_of_a_simulation_of_lives() -> None:
    rng = np.random.default_rng(11)
    lives = rng.weibull(4.0, size=(40_000, 8)).cumsum(axis=1)
    for time in (0.8, 1.5, 2.7):
        counted = (lives <= time).sum(axis=1).mean()
        assert expected_replacements(np.array([time]), 4.0)[0] == pytest.approx(counted, abs=0.015)


def test_lamps_that_burn_less_fail_less_and_leds_in_proportion() -> None:
    median = np.full(3, 18_000.0)
    found = lamp_failures(median, np.array([4100.0, 2050.0, 0.0]), READ)
    assert found[0] > 4 * found[1] > found[2] == 0.0
    assert led_failures(np.array([4100.0, 2050.0]), READ).tolist() == pytest.approx([0.00574, 0.00287])


def test_an_led_keeps_what_its_label_says_and_a_lamp_loses_in_line() -> None:
    """L80 at 100,000 h: 0.2231 per 100 kh; the bridge of 2008 had lost 18 % in 20.3 kh."""
    assert lumen_maintenance(np.array([50.0]), np.array([0.002231]), is_led=True) == pytest.approx([0.8**0.5], rel=1e-3)
    assert lumen_maintenance(np.array([20.3]), np.array([0.0098]), is_led=True) == pytest.approx([0.82], abs=0.002)
    assert lumen_maintenance(np.array([20.0, 500.0]), np.array([0.005]), is_led=False).tolist() == [0.9, 0.0]


def test_the_maintenance_factor_is_lamp_times_dirt_and_cleaning_starts_dirt_again() -> None:
    years = np.array([0.0, 2.0, 4.0, 6.0])
    factor = maintenance_factor("LED", np.full(4, 4000.0), years, READ, cleaned_every_years=4.0)
    lamp = np.exp(-READ["ageing.flux_loss"].value["LED"] * 4.0 * years)
    assert factor == pytest.approx(lamp * np.array([1.0, 0.94, 1.0, 0.94]))
    assert cleanliness(np.array([6.0]), READ["ageing.dirt"].value) == pytest.approx([0.84])


@pytest.mark.parametrize("technology", ["LED", "HPS", "MH"])
def test_the_mean_over_a_life_is_the_mean_of_the_factor(technology: str) -> None:
    """Against a sum of 20,000 instants of the cycle; lamp and dirt are taken independent, as they nearly are."""
    life = READ.number("works.luminaire_life") if technology == "LED" else READ.number("upkeep.group_interval")
    years = (np.arange(20_000) + 0.5) / 20_000 * life
    cycle = READ.number("upkeep.group_interval")
    factor = maintenance_factor(technology, np.full(20_000, 4100.0), years, READ, cleaned_every_years=cycle)
    assert mean_maintenance(technology, np.array([4100.0]), READ)[0] == pytest.approx(factor.mean(), rel=0.01)


def test_the_reference_point_costs_its_contract_price(stock: Stock, site: Site) -> None:
    """A sodium lamp of 100 W lit 4,108 h: 24.8 EUR; an LED: 12 EUR; both within 0.3 %, for 4,100 h are the anchor."""
    lamps = stock({"technology": "HPS", "lamp_power_w": 100.0}, {"technology": "LED", "system_power_w": 30.0})
    found = with_load(lamps["luminaire"], site)["upkeep_eur"].to_list()
    assert found == pytest.approx([24.8, 12.0], rel=0.003)


def test_upkeep_follows_hours_life_and_remote_management(stock: Stock, site: Site) -> None:
    sodium = {"technology": "HPS", "lamp_power_w": 100.0}
    lamps = stock(
        sodium,
        {**sodium, "curfew_from": "23:00", "curfew_to": "05:00"},
        {**sodium, "rated_life_h": 9_000.0},
        {**sodium, "remote_management": True},
        {"technology": "HG", "lamp_power_w": 125.0},
        {**sodium, "regime": "off"},
    )
    rows = with_load(lamps["luminaire"], site)
    usual, curfew, short, managed, mercury, off = rows["upkeep_eur"].to_list()
    assert curfew < usual < short
    assert managed == pytest.approx(usual - 0.15 * 0.5 * 24.8)
    assert mercury > usual
    assert 0.5 * 24.8 < off < curfew  # visits and group relamping go on
    assert rows["failures"].to_list()[5] == 0.0
