"""Findings that no law dates: sodium lamps, age, missing data, full nights. Each with its limit and its sentence."""

import datetime as dt
from collections.abc import Callable
from dataclasses import replace

import pytest

from bocage.domains.lighting import DOMAIN
from bocage.vocabulary.domain import Assets, Finding, Site
from bocage.vocabulary.text import LANGUAGES

Stock = Callable[..., Assets]
LED = {"technology": "LED", "system_power_w": 40.0}
LAWFUL = {
    "ulr_percent": 0.5, "cie_flux_code_3_percent": 97.0, "colour_temperature_k": 2700.0, "system_power_w": 40.0,
    "source_flux_lm": 4000.0, "installed_on": dt.date(2019, 6, 1),
}  # fmt: skip
"""The six data of article 5 of the arrêté du 27 décembre 2018."""


def found(assets: Assets, site: Site) -> dict[str, Finding]:
    return {finding.code: finding for finding in DOMAIN.diagnose(assets, site).findings}


def said(finding: Finding) -> dict[str, str]:
    sentences: dict[str, str] = {language: finding.sentence.say(language) for language in LANGUAGES}
    assert sentences["fr"] != sentences["en"]
    assert not any("{" in sentence for sentence in sentences.values())
    return sentences


def flags(assets: Assets, site: Site) -> list[list[str]]:
    return [text.split() for text in DOMAIN.diagnose(assets, site).per_asset["luminaire"]["flags"].to_list()]


def test_high_pressure_sodium_is_found_and_no_other_lamp(stock: Stock, site: Site) -> None:
    lamps = stock(*({"technology": name, "lamp_power_w": 100.0} for name in ("HPS", "LPS", "LED", "MH", "HPS")))
    finding = found(lamps, site)["BOC-LIG-005"]
    assert list(finding.asset_ids) == ["p0", "p4"]
    assert [("BOC-LIG-005" in codes) for codes in flags(lamps, site)] == [True, False, False, False, True]
    sentences = said(finding)
    assert "24/02/2027" in sentences["fr"]
    assert "2027-02-24" in sentences["en"]
    assert all(sentence.endswith("2") for sentence in sentences.values())
    assert "BOC-LIG-005" not in found(stock(LED), site)


def test_a_point_is_old_the_day_after_its_twenty_fifth_year(stock: Stock, site: Site) -> None:
    # 25 years of 365.25 days are 9 131.25 days: 9 131 days are not yet more, 9 132 are.
    dates = [site.date - dt.timedelta(days=days) for days in (9131, 9132)]
    lamps = stock(*({**LED, "installed_on": date} for date in [*dates, None]))
    finding = found(lamps, site)["BOC-LIG-006"]
    assert list(finding.asset_ids) == ["p1"]
    assert [("BOC-LIG-006" in codes) for codes in flags(lamps, site)] == [False, True, False]
    sentences = said(finding)
    assert "25" in sentences["fr"]
    assert "15/01/2026" in sentences["fr"]
    assert "2026-01-15" in sentences["en"]
    later = replace(site, date=site.date + dt.timedelta(days=1))
    assert list(found(lamps, later)["BOC-LIG-006"].asset_ids) == ["p0", "p1"]


def test_an_age_that_is_only_supposed_is_no_finding(stock: Stock, site: Site) -> None:
    """The date of a point without one is imputed: however old it is supposed to be, nothing is said of it."""
    assert "BOC-LIG-006" not in found(stock({"technology": "HG"}), replace(site, date=dt.date(2099, 1, 1)))


@pytest.mark.parametrize("missing", LAWFUL)
def test_each_datum_of_article_5_is_missed(stock: Stock, site: Site, missing: str) -> None:
    whole = {"technology": "LED", **LAWFUL}
    assert "BOC-LIG-007" not in found(stock(whole), site)
    lacking = {name: value for name, value in whole.items() if name != missing}
    finding = found(stock(whole, lacking), site)["BOC-LIG-007"]
    assert list(finding.asset_ids) == ["p1"]
    # Eleven data of twelve are held: 5.5 of 6 on average, for one point of two.
    sentences = said(finding)
    assert "1 of 2" in sentences["en"]
    assert "5.5" in sentences["en"]
    assert "5,5" in sentences["fr"]


def test_a_full_night_is_found_with_its_share_of_the_energy(stock: Stock, site: Site) -> None:
    curfew = {"curfew_from": "23:00", "curfew_to": "05:00"}
    dimming = {"dimming_from": "22:00", "dimming_to": "06:00", "dimming_level_percent": 50.0}
    lamps = stock(LED, {**LED, **curfew}, {**LED, **dimming}, {**LED, "regime": "permanent"}, {**LED, "regime": "off"})
    finding = found(lamps, site)["BOC-LIG-010"]
    assert list(finding.asset_ids) == ["p0"]
    energy = DOMAIN.diagnose(lamps, site).per_asset["luminaire"]["energy_kwh_year"]
    share = 100 * energy[0] / energy.sum()
    assert 0 < share < 100
    sentences = said(finding)
    assert f"1, {share:.1f}%" in sentences["en"]
    assert f"{share:.1f}".replace(".", ",") in sentences["fr"]
    assert not any("BOC-LIG-010" in codes for codes in flags(lamps, site)), "a habit of the night is no fault of a lamp"
    assert "BOC-LIG-010" not in found(stock({**LED, **curfew}), site)
