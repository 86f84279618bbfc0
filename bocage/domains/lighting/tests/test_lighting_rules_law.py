"""Each sourced rule of the arrêté, at its limit and on either side, by category of installation and zone."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from bocage.domains.lighting import DOMAIN
from bocage.vocabulary.domain import Assets, Finding, Site
from bocage.vocabulary.text import LANGUAGES

Stock = Callable[..., Assets]
LED = {"technology": "LED", "system_power_w": 40.0}
DOUBT = {"fr": "à vérifier", "en": "to verify"}


def found(assets: Assets, site: Site) -> dict[str, Finding]:
    return {finding.code: finding for finding in DOMAIN.diagnose(assets, site).findings}


def concerned(assets: Assets, site: Site, code: str) -> list[str]:
    finding = found(assets, site).get(code)
    return [] if finding is None else list(finding.asset_ids)


def doubted(finding: Finding) -> bool:
    said = {language: finding.sentence.say(language) for language in LANGUAGES}
    assert said["fr"] != said["en"]
    assert not any("{" in sentence for sentence in said.values())
    shows = {language: DOUBT[language] in said[language] for language in LANGUAGES}
    assert len(set(shows.values())) == 1
    return shows["fr"]


@pytest.mark.parametrize(
    ("zone", "category", "limit_k"),
    [
        ("general", "a_safety", 3000),
        ("general", "d_buildings", 3000),
        ("general", "e_car_parks", 3000),
        ("astronomical_site", "a_safety", 3000),
        ("nature_reserve", "a_safety", 2400),
        ("nature_reserve", "b_heritage_parks", 2400),
        ("nature_reserve", "f_events", 2400),
        ("nature_reserve", "g_worksites", 3000),
    ],
)
def test_colour_temperature_by_zone_and_category(
    stock: Stock, site: Site, zone: str, category: str, limit_k: float
) -> None:
    there = replace(site, settings={"protected_zone": zone})
    lamps = stock(*({**LED, "category": category, "colour_temperature_k": limit_k + more} for more in (0.0, 1.0)))
    assert concerned(lamps, there, "BOC-LIG-001") == ["p1"]
    assert not doubted(found(lamps, there)["BOC-LIG-001"]), "these limits were read in the law"


@pytest.mark.parametrize("category", ["b_heritage_parks", "c_sports", "f_events"])
def test_colour_is_free_for_the_other_categories_of_the_general_zone(stock: Stock, site: Site, category: str) -> None:
    assert concerned(stock({**LED, "category": category, "colour_temperature_k": 6500.0}), site, "BOC-LIG-001") == []


@pytest.mark.parametrize(("in_town", "limit_k"), [(True, 2700), (None, 2700), (False, 2400)])
def test_limits_of_natural_parks_are_said_to_be_verified(
    stock: Stock, site: Site, in_town: bool | None, limit_k: float
) -> None:
    park = replace(site, settings={"protected_zone": "natural_park"})
    lamps = stock(*({**LED, "in_town": in_town, "colour_temperature_k": limit_k + more} for more in (0.0, 1.0)))
    assert concerned(lamps, park, "BOC-LIG-001") == ["p1"]
    assert doubted(found(lamps, park)["BOC-LIG-001"])


@pytest.mark.parametrize("category", ["a_safety", "e_car_parks"])
def test_upward_light_of_a_luminaire_as_installed_and_held_horizontal(stock: Stock, site: Site, category: str) -> None:
    ratios = (0.9, 1.0, 4.0, 4.1)
    lamps = stock(*({**LED, "category": category, "ulr_percent": ratio} for ratio in ratios))
    assert concerned(lamps, site, "BOC-LIG-002") == ["p3"]
    assert concerned(lamps, site, "BOC-LIG-020") == ["p1", "p2"]
    assert doubted(found(lamps, site)["BOC-LIG-020"])
    assert doubted(found(lamps, site)["BOC-LIG-002"])


def test_a_tilted_luminaire_is_not_judged_as_horizontal(stock: Stock, site: Site) -> None:
    lamps = stock(*({**LED, "ulr_percent": 2.0, "tilt_deg": tilt} for tilt in (None, 0.0, 10.0)))
    assert concerned(lamps, site, "BOC-LIG-020") == ["p0", "p1"]


def test_upward_light_that_is_only_supposed_breaks_no_rule(stock: Stock, site: Site) -> None:
    codes = found(stock({"technology": "LED", "lantern": "heritage"}), site)
    assert not {"BOC-LIG-002", "BOC-LIG-003", "BOC-LIG-020"} & set(codes)


@pytest.mark.parametrize(("category", "zone", "globes"), [
    ("a_safety", "general", True),
    ("e_car_parks", "general", True),
    ("b_heritage_parks", "general", False),
    ("b_heritage_parks", "nature_reserve", True),
    ("b_heritage_parks", "astronomical_site", True),
    ("d_buildings", "general", False),
])  # fmt: skip
def test_globes_had_to_go_by_category_and_zone(
    stock: Stock, site: Site, category: str, zone: str, globes: bool
) -> None:
    there = replace(site, settings={"protected_zone": zone})
    lamps = stock(*({**LED, "category": category, "ulr_percent": ratio} for ratio in (50.0, 50.1)))
    assert concerned(lamps, there, "BOC-LIG-003") == (["p1"] if globes else [])


@pytest.mark.parametrize("zone", ["general", "nature_reserve", "astronomical_site"])
def test_parks_and_heritage_send_no_light_upwards_in_a_protected_zone(stock: Stock, site: Site, zone: str) -> None:
    there = replace(site, settings={"protected_zone": zone})
    lamps = stock(*({**LED, "category": "b_heritage_parks", "ulr_percent": ratio} for ratio in (0.0, 0.1)))
    assert concerned(lamps, there, "BOC-LIG-022") == ([] if zone == "general" else ["p1"])


def test_flux_code_three_must_exceed_its_limit(stock: Stock, site: Site) -> None:
    lamps = stock(
        *({**LED, "cie_flux_code_3_percent": code} for code in (94.0, 95.0, 95.1, None)),
        {**LED, "cie_flux_code_3_percent": 50.0, "category": "c_sports"},
    )
    assert concerned(lamps, site, "BOC-LIG-021") == ["p0", "p1"]
    assert doubted(found(lamps, site)["BOC-LIG-021"])


CURFEWS = {
    "all night": (None, None),
    "off at one, on at five": ("01:00", "05:00"),
    "off at one, on at seven": ("01:00", "07:00"),
    "off at midnight until noon": ("00:00", "12:00"),
    "off too late": ("01:30", "12:00"),
}


@pytest.mark.parametrize(
    ("category", "unlawful"),
    [
        ("b_heritage_parks", ["all night", "off at one, on at five", "off at one, on at seven", "off too late"]),
        ("d_buildings", ["all night", "off at one, on at five", "off too late"]),
        ("a_safety", []),
    ],
)
def test_hours_of_switch_off_by_category(stock: Stock, site: Site, category: str, unlawful: list[str]) -> None:
    lamps = stock(*({**LED, "category": category, "curfew_from": off, "curfew_to": on} for off, on in CURFEWS.values()))
    expected = [f"p{rank}" for rank, name in enumerate(CURFEWS) if name in unlawful]
    assert concerned(lamps, site, "BOC-LIG-023") == expected
    if expected:
        assert doubted(found(lamps, site)["BOC-LIG-023"])


def test_half_an_hour_too_late_every_night_is_half_an_hour_a_night(stock: Stock, site: Site) -> None:
    late = {**LED, "category": "d_buildings", "curfew_from": "01:30", "curfew_to": "12:00"}
    sentence = found(stock(late), site)["BOC-LIG-023"].sentence.say("en")
    # 365 nights of half an hour, less the half hour that the spring change of clocks (02:00) leaves alone.
    assert "182 h/year" in sentence or "183 h/year" in sentence


def test_presence_detection_is_allowed_at_any_hour(stock: Stock, site: Site) -> None:
    lamps = stock(*({**LED, "category": "d_buildings", "detection": detects} for detects in (True, False, None)))
    assert concerned(lamps, site, "BOC-LIG-023") == ["p1", "p2"]
