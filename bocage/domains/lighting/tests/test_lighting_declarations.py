"""What the domain declares beside its code: map themes, legal dates, texts."""

import datetime as dt
import itertools
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import polars as pl
import pytest
import yaml

from bocage.domains.lighting import DOMAIN
from bocage.domains.lighting.inventory.declared import lighting_parameters, luminaire_table, real_setting
from bocage.vocabulary.domain import Assets, Site

THEMES: list[dict[str, Any]] = yaml.safe_load((DOMAIN.folder / "layers.yml").read_text(encoding="utf-8"))["luminaire"]


@pytest.mark.parametrize("theme", THEMES, ids=lambda theme: str(theme["theme"]))
def test_a_map_theme_shows_a_figure_of_the_diagnosis_and_leaves_no_value_without_class(
    theme: dict[str, Any], stock: Callable[..., Assets], site: Site
) -> None:
    lamps = stock(*({"technology": code} for code in luminaire_table().column("technology").codes))
    shown = DOMAIN.diagnose(lamps, site).per_asset["luminaire"]
    assert theme["column"] in shown.columns
    if theme["kind"] == "category":
        classed = [value for found in theme["classes"] for value in found["values"]]
        assert len(classed) == len(set(classed))
        assert set(shown[theme["column"]]) <= set(classed)
    else:
        declared = {column.name: (column.minimum, column.maximum) for column in luminaire_table().columns}
        computed = {column.name: (0, 100) for column in DOMAIN.figures["luminaire"] if column.unit == "%"}
        bounds = [(found["from"], found["to"]) for found in theme["classes"]]
        assert (bounds[0][0], bounds[-1][1]) == {**computed, **declared}[theme["column"]]
        assert all(one[1] == other[0] for one, other in itertools.pairwise(bounds))


def test_law_and_map_draw_the_line_at_the_same_values(site: Site) -> None:
    parameters = lighting_parameters(site)
    edges = {
        theme["theme"]: {found["from"] for found in theme["classes"]} for theme in THEMES if theme["kind"] == "interval"
    }
    assert parameters.number("law.upward_ratio_maximum") in edges["upward_light"]
    assert parameters.number("law.upward_ratio_removal") in edges["upward_light"]
    assert parameters["law.colour_temperature_maximum"].value["general"]["a_safety"] in edges["colour_temperature"]


def test_every_parameter_holds_today_and_no_code_is_unused(paris: Assets, site: Site) -> None:
    parameters = lighting_parameters(site)
    assert [name for name in parameters.names() if not all(parameters[name].reference.values())] == []
    sources = [path for name in ("diagnose", "watch") for path in (DOMAIN.folder / name).glob("*.py")]
    written = "".join(path.read_text(encoding="utf-8") for path in sources)
    assert {code for code in DOMAIN.codes if f'"{code}"' not in written} == set()
    assert {finding.code for finding in DOMAIN.diagnose(paris, site).findings} <= set(DOMAIN.codes)


def test_labels_agree_in_number_and_speak_both_languages(stock: Callable[..., Assets], site: Site) -> None:
    one = {"technology": "HPS", "street": "Rue Haute", "sector": "Bourg"}
    single = DOMAIN.propose(stock(one), replace(site, settings={"lot_minimum_points": 1})).filter(
        pl.col("kind") == "led"
    )
    assert single["label_fr"].item() == "Renouveler en LED\u202f: Rue Haute, un point lumineux"
    assert single["label_en"].item() == "Renew with LED: Rue Haute, one light point"
    nameless = DOMAIN.propose(stock({}, {}), site).filter(pl.col("kind") == "curfew")
    assert nameless["label_fr"].to_list() == [
        "Éteindre de 23:00 à 05:00\u202f: lieux sans nom, 2 points lumineux",
        "Éteindre de 00:00 à 05:00\u202f: lieux sans nom, 2 points lumineux",
    ]


def test_settings_change_what_they_say(stock: Callable[..., Assets], site: Site) -> None:
    lamp = stock({"technology": "HPS", "system_power_w": 173.0, "switching": "photocell"})

    def bill(at: Site) -> float:
        return float(DOMAIN.diagnose(lamp, at).outcomes.draws_of("electricity_cost_eur_year").mean())

    priced = replace(site, settings={"electricity_price_eur_kwh": 0.25}, draws=2000)
    energy = DOMAIN.diagnose(lamp, priced).outcomes.draws_of("energy_kwh_year").mean()
    assert bill(priced) == pytest.approx(0.25 * energy, rel=0.01)
    shares = {at: DOMAIN.diagnose(lamp, at_site).outcomes for at, at_site in (("default", site), ("set", priced))}
    by_bill = {
        at: outcomes.where(pl.col("indicator") == "electricity_cost_eur_year").default_share.item()
        for at, outcomes in shares.items()
    }
    assert by_bill == {"default": 1.0, "set": 0.0}
    assert real_setting(site, "clock_elevation_deg") == -3.0
    with pytest.raises(ValueError, match="above"):
        real_setting(replace(site, settings={"clock_elevation_deg": 90.0}), "clock_elevation_deg")


def test_curfew_hours_written_otherwise_are_read_and_unreadable_ones_are_said(
    stock: Callable[..., Assets], site: Site
) -> None:
    lamps = stock(
        {"curfew_from": "23h", "curfew_to": "5h00"},
        {"curfew_from": "minuit", "curfew_to": "05:00"},
        {"curfew_from": "23:00"},
    )
    diagnosis = DOMAIN.diagnose(lamps, site)
    found = {finding.code: list(finding.asset_ids) for finding in diagnosis.findings}
    assert found["BOC-LIG-013"] == ["p1", "p2"]
    dark = diagnosis.per_asset["luminaire"]["dark_hours_h_year"].to_list()
    assert dark == pytest.approx([2190, 0, 0], abs=1e-6)


def test_the_hours_follow_the_site_and_its_own_clock(stock: Callable[..., Assets], site: Site) -> None:
    """On Réunion nights hardly change with the season, and there is no summer time."""
    reunion = replace(site, latitude_deg=-21.1, longitude_deg=55.5, timezone="Indian/Reunion", date=dt.date(2026, 1, 1))
    lamps = stock(
        {"technology": "LED"}, {"technology": "LED", "curfew_from": "23:00", "curfew_to": "05:00"}, at=reunion
    )
    hours = DOMAIN.diagnose(lamps, reunion).per_asset["luminaire"]["burning_hours_h_year"].to_list()
    assert hours[0] - hours[1] == pytest.approx(2190)
    assert 4150 < hours[0] < 4300
