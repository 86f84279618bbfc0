"""The territory's own unit prices: how a schedule is read, what it prices, what is left to parameters."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lighting_street import furnished, kinds, lamp

from bocage.domains.lighting import DOMAIN
from bocage.domains.lighting.actions.cost import COST_PARAMETERS, items
from bocage.domains.lighting.actions.schedule import dictionary, guess, price_lines
from bocage.domains.lighting.inventory.declared import lighting_parameters
from bocage.vocabulary.domain import Assets, Site

WRITTEN = [
    ("Fourniture et pose d'un luminaire LED fonctionnel, puissance jusqu'à 40 W", "led", "luminaire", None, 40.0),
    ("F&P luminaire LED de 40 à 90 watts", "led", "luminaire", 40.0, 90.0),
    ("Lanterne de style LED, supérieure à 60 W", "led", "luminaire", 60.0, None),
    ("Kit LED pour lanterne existante", "led_kit", "luminaire", None, None),
    ("Dépose d’un luminaire vétuste y compris évacuation", "dismantling", "luminaire", None, None),
    ("Recyclage des lampes", "disposal", "luminaire", None, None),
    ("Plus-value abaissement de puissance autonome", "dimming_option", "luminaire", None, None),
    ("Détecteur de présence infrarouge", "detection", "luminaire", None, None),
    ("Horloge astronomique 2 canaux, pose comprise", "clock", "cabinet", None, None),
    ("Réglage d'horloge pour extinction nocturne", "curfew", "cabinet", None, None),
    ("Remplacement d'une armoire de commande", "cabinet", "cabinet", None, None),
    ("Coffret de télégestion d'armoire", "gateway", "cabinet", None, None),
    ("Nœud de télégestion au point lumineux", "node", "luminaire", None, None),
    ("Dépannage d'un point lumineux", "repair", "luminaire", None, None),
    ("Massif béton 60 x 60", None, None, None, None),
    ("Tranchée sous chaussée, le mètre", None, None, None, None),
]


@pytest.mark.parametrize(("designation", "item", "per", "low", "high"), WRITTEN)
def test_designations_are_read_as_they_are_written(
    designation: str, item: str | None, per: str | None, low: float | None, high: float | None
) -> None:
    found = guess(designation)
    assert (found["item"], found["per"], found["from_power_w"], found["to_power_w"]) == (item, per, low, high)


@given(st.text(max_size=60))
def test_any_designation_is_read_without_a_fault(text: str) -> None:
    assert guess(text)["item"] in {None, *(words.item for words in dictionary())}


def test_every_word_leads_to_an_item_that_is_ordered() -> None:
    assert {words.item for words in dictionary()} <= {item.item for item in items()}
    labels = DOMAIN.code_labels["works_item"]
    assert {item.item for item in items()} <= set(labels)
    assert set(COST_PARAMETERS) <= set(DOMAIN.code_labels["kind"])


def priced(assets: Assets, *lines: Mapping[str, object]) -> Assets:
    numbered = [{"asset_id": f"b{number}", "item": str(number), **line} for number, line in enumerate(lines, start=1)]
    return {**assets, "unit_price": pl.DataFrame(numbered, infer_schema_length=None)}


def amounts(assets: Assets, actions: pl.DataFrame, site: Site) -> Sequence[tuple[str, float, float]]:
    lines = DOMAIN.order(assets, actions, site).lines  # type: ignore[misc]  # the domain has the verb
    return lines.sort("works_item", "unit_price_eur").select("works_item", "quantity", "unit_price_eur").rows()


LED_40 = {"designation": "Luminaire LED jusqu'à 40 W", "price_eur": 400.0}
LED_90 = {"designation": "Luminaire LED de 40 à 90 W", "price_eur": 500.0}
TAKEN_DOWN = {"designation": "Dépose de luminaire", "price_eur": 30.0}


def test_power_chooses_the_line_and_taking_down_is_added(site: Site) -> None:
    """10,000 lm x 0.72 x 0.65 / 130 = 36 W; 15,000 lm: 54 W."""
    lamps = [lamp(number, source_flux_lm=10_000.0 if number < 6 else 15_000.0) for number in range(10)]
    assets = priced(furnished(site, *lamps), LED_40, LED_90, TAKEN_DOWN)
    led = kinds(DOMAIN.propose(assets, site), "led")
    assert amounts(assets, led, site) == [("dismantling", 10.0, 30.0), ("led", 6.0, 400.0), ("led", 4.0, 500.0)]
    cost = DOMAIN.appraise(assets, led, replace(site, draws=300)).draws_of("investment_eur")
    assert cost.mean() == pytest.approx(6 * 400 + 4 * 500 + 10 * 30)


def test_what_no_line_prices_keeps_its_parameter_and_is_not_paid_twice(site: Site) -> None:
    """The default price of a renewal holds taking down: it is not added to it."""
    lamps = [lamp(number, source_flux_lm=15_000.0) for number in range(10)]
    assets = priced(furnished(site, *lamps), LED_40, TAKEN_DOWN)
    led = kinds(DOMAIN.propose(assets, site), "led")
    assert amounts(assets, led, site) == [("led", 10.0, 793.0)]
    order = DOMAIN.order(assets, led, site)  # type: ignore[misc]
    assert order.lines["origin"].to_list() == ["default"]


def test_a_price_of_the_lantern_or_of_the_lot_prevails(site: Site) -> None:
    lamps = [
        lamp(number, lantern="heritage" if number < 3 else "functional", contract_id="M1", commune_code="35001")
        for number in range(10)
    ]
    assets = priced(
        furnished(site, *lamps),
        {"designation": "Luminaire LED", "price_eur": 450.0, "framework": "M2"},
        {"designation": "Luminaire LED", "price_eur": 420.0, "framework": "M1", "lot": "35999"},
        {"designation": "Luminaire LED", "price_eur": 410.0, "framework": "M1", "lot": "35001"},
        {"designation": "Lanterne de style LED", "price_eur": 800.0, "framework": "M1", "lot": "35001"},
    )
    led = kinds(DOMAIN.propose(assets, site), "led")
    assert amounts(assets, led, site) == [("led", 7.0, 410.0), ("led", 3.0, 800.0)]


def test_cabinets_are_counted_where_a_line_is_per_cabinet(site: Site) -> None:
    assets = priced(furnished(site), {"designation": "Réglage d'horloge", "price_eur": 45.0})
    curfew = kinds(DOMAIN.propose(assets, site), "curfew").head(1)
    assert amounts(assets, curfew, site) == [("curfew", 2.0, 45.0)]
    unpriced = furnished(site, A1={"control": "photocell"}, A2={"control": "photocell"})
    clock = kinds(DOMAIN.propose(unpriced, site), "cabinet_clock")
    assert amounts(unpriced, clock, site) == [("clock", 2.0, 350.0)]


def test_what_the_file_declares_prevails_over_the_dictionary(site: Site) -> None:
    assets = priced(
        furnished(site),
        {"designation": "Point lumineux type A", "price_eur": 333.0, "action_kind": "led", "per": "luminaire"},
        {"designation": "Luminaire LED", "price_eur": 999.0, "action_kind": "led_dimming"},
        {"designation": "Horloge astronomique", "price_eur": 1.0, "action_kind": "curfew", "per": "action"},
        {"designation": "Câble", "price_eur": 12.0, "per": "metre"},
    )
    read = price_lines(assets).select("works_item", "per", "read_from").rows()
    assert read == [
        ("led", "luminaire", "declared"),
        ("led_dimming", "luminaire", "declared"),
        ("curfew", "action", "declared"),
        (None, "metre", None),
    ]
    actions = DOMAIN.propose(assets, site)
    assert ("led", 10.0, 333.0) in amounts(assets, kinds(actions, "led").head(1), site)
    assert ("led", 10.0, 999.0) in amounts(assets, kinds(actions, "led_dimming").head(1), site)
    assert amounts(assets, kinds(actions, "curfew").head(1), site) == [("curfew", 1.0, 1.0)]


def test_a_price_of_the_schedule_leaves_little_doubt(site: Site) -> None:
    at = replace(site, draws=4000)
    for lines, parameter in ((({"designation": "Luminaire LED", "price_eur": 450.0},), "works.priced_spread"),
                             ((), "works.led_cost")):  # fmt: skip
        assets = priced(furnished(at), *lines) if lines else furnished(at)
        led = kinds(DOMAIN.propose(assets, at), "led").head(1)
        draws = DOMAIN.appraise(assets, led, at).draws_of("investment_eur")
        low, high = np.percentile(draws, [10, 90])
        least, most = lighting_parameters(at).bounds(parameter)
        assert high / low == pytest.approx(most / least, rel=0.06)


def test_amounts_add_up_to_the_investment_of_every_action(site: Site) -> None:
    lamps = [
        *(lamp(number, lantern="heritage" if number % 3 == 0 else "functional") for number in range(9)),
        *(lamp(9 + number, technology="LED", system_power_w=40.0, street="Ruelle") for number in range(9)),
        lamp(18, defect="cable"),
    ]
    assets = priced(furnished(site, *lamps, A1={"control": "photocell"}), LED_40, TAKEN_DOWN)
    actions = DOMAIN.propose(assets, site)
    lines = DOMAIN.order(assets, actions, site).lines  # type: ignore[misc]
    sums = dict(lines.group_by("action_id").agg(pl.col("amount_eur").sum()).iter_rows())
    appraisal = DOMAIN.appraise(assets, actions, site)
    for action_id in actions["action_id"]:
        cost = appraisal.where(pl.col("action_id") == action_id).draws_of("investment_eur").mean()
        assert cost == pytest.approx(sums.get(action_id, 0.0), abs=0.005)
    assert set(sums) == set(actions["action_id"]), "no kind of action is free"


def test_without_a_schedule_costs_are_those_of_the_parameters(site: Site) -> None:
    assets = furnished(site, *(lamp(number, lantern="heritage") for number in range(10)))
    actions = DOMAIN.propose(assets, site)
    parameters = lighting_parameters(site)
    led = parameters.number("works.led_cost") * parameters.number("works.heritage_cost_factor")
    option, detector = parameters.number("works.dimming_option_cost"), parameters.number("works.detection_cost")
    expected = {"led": led, "led_dimming": led + option, "led_detection": led + option + detector}
    for kind, each in expected.items():
        lines = DOMAIN.order(assets, kinds(actions, kind), site).lines  # type: ignore[misc]
        assert lines["amount_eur"].sum() == pytest.approx(10 * each)
        assert set(lines["origin"]) == {"default"}
