"""Prices from the supply contract, and a bill that falls less than the kWh."""

import datetime as dt
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from bocage.domains.lighting import DOMAIN
from bocage.domains.lighting.physics.bills import delivery_prices, supply_terms
from bocage.domains.lighting.physics.load import with_load
from bocage.vocabulary.domain import Assets, Site

Stock = Callable[..., Assets]
PRM = "01234567890123"
LAMP = {"technology": "HPS", "lamp_power_w": 100.0, "cabinet_id": "A1", "street": "Rue Haute"}


def prices(*rows: dict[str, object]) -> pl.DataFrame:
    return pl.DataFrame([{"asset_id": f"x{n}", **row} for n, row in enumerate(rows)], infer_schema_length=None)


def points(**values: object) -> pl.DataFrame:
    return pl.DataFrame([{"asset_id": "p", "prm": PRM, **values}])


def best(site: Site, point: pl.DataFrame, *rows: dict[str, object], on: dt.date | None = None) -> tuple[object, object]:
    found = delivery_prices({"delivery_point": point, "supply_price": prices(*rows)}, site, on=on)
    return found["energy_price_eur_kwh"].item(), found["price_origin"].item()


def test_contract_beats_tariff_beats_use(site: Site) -> None:
    point = points(supply_contract_id="LOT1", tariff="C5", use="lighting")
    anything = {"energy_price_eur_kwh": 0.30}
    by_use = {"energy_price_eur_kwh": 0.25, "use": "lighting"}
    by_tariff = {"energy_price_eur_kwh": 0.20, "tariff": "c 5"}
    by_contract = {"energy_price_eur_kwh": 0.15, "supply_contract_id": "lot-1"}
    rows = [anything, by_use, by_tariff, by_contract]
    for count, price in ((1, 0.30), (2, 0.25), (3, 0.20), (4, 0.15)):
        assert best(site, point, *rows[:count]) == (price, "contract")


def test_what_disagrees_is_never_taken(site: Site) -> None:
    point = points(supply_contract_id="LOT1", tariff="C5", use="lighting")
    for other in ({"supply_contract_id": "LOT2"}, {"tariff": "C4"}, {"use": "building"}, {"carrier": "gas"}):
        assert best(site, point, {"energy_price_eur_kwh": 0.2, **other}) == (None, None)


def test_the_price_of_the_day_and_one_that_is_over(site: Site) -> None:
    old = {"energy_price_eur_kwh": 0.1, "priced_from": dt.date(2022, 1, 1), "priced_to": dt.date(2023, 12, 31)}
    new = {"energy_price_eur_kwh": 0.2, "priced_from": dt.date(2024, 1, 1), "priced_to": dt.date(2024, 12, 31)}
    point = points()
    assert best(site, point, old, new, on=dt.date(2023, 6, 1)) == (0.1, "contract")
    assert best(site, point, old, new, on=dt.date(2024, 6, 1)) == (0.2, "contract")
    assert best(site, point, old, new, on=dt.date(2025, 6, 1)) == (0.2, "expired")
    assert best(site, point, old, new, on=dt.date(2021, 6, 1)) == (None, None)


def contracted(stock: Stock, site: Site, **price: object) -> Assets:
    lamps = stock(*[LAMP] * 10)
    cabinets = pl.DataFrame({"asset_id": ["A1"], "prm": [PRM], "subscribed_power_kva": [3.0]})
    point = points(subscribed_power_kva=3.0, use="lighting")
    return DOMAIN.complete({**lamps, "cabinet": cabinets, "delivery_point": point, "supply_price": prices(price)}, site)


def bill(assets: Assets, site: Site, *kinds: str) -> tuple[np.ndarray, np.ndarray]:
    actions = DOMAIN.propose(assets, site).filter(pl.col("kind").is_in(list(kinds)))
    state = DOMAIN.simulate(assets, actions, site)
    return state.draws_of("electricity_cost_eur_year"), state.draws_of("energy_kwh_year")


def test_the_bill_is_that_of_the_contract(stock: Stock, site: Site) -> None:
    """E · p + F + S · k, times the one thing that no contract tells: the price to come."""
    told = {"energy_price_eur_kwh": 0.15, "fixed_price_eur_year": 40.0, "power_price_eur_kva_year": 20.0}
    assets = contracted(stock, site, **told)
    cost, energy = bill(assets, site)
    terms = supply_terms(assets, with_load(assets["luminaire"], site), site)
    central = float(with_load(assets["luminaire"], site)["energy_kwh"].sum())
    assert terms.contract_share == 1.0
    assert terms.fixed_per_kwh * central == pytest.approx(40.0 + 3 * 20.0)
    ratio = cost / (energy * 0.15 + energy * terms.fixed_per_kwh)
    assert ratio.mean() == pytest.approx(1.0, abs=0.01)
    dearer, _ = bill(contracted(stock, site, **{**told, "energy_price_eur_kwh": 0.30}), site)
    assert (dearer > cost).all()


@pytest.mark.parametrize("with_contract", [True, False])
def test_kwh_fall_faster_than_the_bill(stock: Stock, site: Site, *, with_contract: bool) -> None:
    """As Châteauroux found (kWh -54 %, bill -25 %): what is fixed in the bill does not fall."""
    told = {"energy_price_eur_kwh": 0.15, "fixed_price_eur_year": 100.0, "power_price_eur_kva_year": 20.0}
    assets = contracted(stock, site, **told) if with_contract else stock(*[LAMP] * 10)
    at = replace(site, settings={"lot_minimum_points": 1})
    cost, energy = bill(assets, at)
    lower_cost, lower_energy = bill(assets, at, "led")
    less_energy, less_cost = 1 - lower_energy / energy, 1 - lower_cost / cost
    assert (less_energy > 0.2).all()
    assert (less_cost < less_energy - 0.01).all()
    assert (less_cost > 0).all()


def test_without_a_contract_doing_nothing_costs_the_full_price(stock: Stock, site: Site) -> None:
    at = replace(site, settings={"electricity_price_eur_kwh": 0.2}, draws=400)
    cost, energy = bill(stock(*[LAMP] * 10), at)
    assert (cost / energy).mean() == pytest.approx(0.2, rel=0.02)


def test_a_delivery_point_told_on_a_bill_only_is_derived(stock: Stock, site: Site) -> None:
    bills = pl.DataFrame({"asset_id": ["f"], "prm": ["1234567890123"], "period_from": [dt.date(2025, 1, 1)]})
    derived = DOMAIN.complete({**stock(LAMP), "invoice": bills}, site)["delivery_point"]
    assert derived["prm"].to_list() == [PRM]
    declared = DOMAIN.complete({**stock(LAMP), "invoice": bills, "delivery_point": points()}, site)["delivery_point"]
    assert declared["asset_id"].to_list() == ["p"]
