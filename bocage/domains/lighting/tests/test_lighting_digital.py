"""Digital equipment: its yearly fee is paid by whoever has it, and a plan can read what it embodies."""

import json

import polars as pl
import pytest
from lighting_street import furnished, kinds, lamp

from bocage.domains.lighting import DOMAIN
from bocage.domains.lighting.actions.devices import digital_fact
from bocage.domains.lighting.inventory.declared import lighting_parameters
from bocage.vocabulary.domain import Site


def test_remote_management_pays_its_subscription_every_year(site: Site) -> None:
    assets = furnished(site, *(lamp(number, technology="LED", system_power_w=60.0) for number in range(10)))
    managed = kinds(DOMAIN.propose(assets, site), "remote_management")
    points = managed["unit_count"].sum()
    assert points == 10
    parameters = lighting_parameters(site)
    effect = DOMAIN.appraise(assets, managed, site).total([])
    cost = effect.where(pl.col("indicator") == "maintenance_cost_eur_year").draws.mean()
    spared = parameters.number("upkeep.remote_saving") * parameters.number("upkeep.fixed_share")
    anchor = parameters.number("operation.maintenance_led")
    fee = parameters.number("operation.node_running_cost")
    assert cost == pytest.approx(points * (fee - spared * anchor), rel=0.02)


def test_only_what_brings_devices_tells_them(site: Site) -> None:
    actions = DOMAIN.propose(furnished(site), site)
    told = {
        row["kind"]: json.loads(row["facts"]) for row in actions.select("kind", "facts").iter_rows(named=True)
    }  # fmt: skip
    assert {kind for kind, facts in told.items() if "digital" in facts} <= {
        "remote_management", "detection", "led_detection",
    }  # fmt: skip
    assert told["led"]["spending"] == "investment"
    assert told["curfew"]["spending"] == "network_upkeep"


def test_the_equipment_of_ten_points_by_hand(site: Site) -> None:
    parameters = lighting_parameters(site)
    node = digital_fact("remote_management", 10, parameters)
    assert node is not None
    assert node["kwh_year"] == pytest.approx(10 * 8.76 * parameters.number("operation.node_power"))
    assert node["running_eur_year"] == pytest.approx(10 * parameters.number("operation.node_running_cost"))
    detector = digital_fact("detection", 10, parameters)
    assert detector is not None
    assert (detector["running_eur_year"], detector["kwh_year"], detector["devices"]) == (0.0, 0.0, 10)
    assert digital_fact("led", 10, parameters) is None
    assert digital_fact("detection", 0, parameters) is None
