"""From files to plan: a curfew waits for the clocks of its cabinets, and power that LEDs free is given back."""

from collections.abc import Iterator

import polars as pl
import pytest

from bocage.twin.asked import Asked
from bocage.twin.build import import_file
from bocage.twin.plan import decide_plan
from bocage.twin.planned import Planned
from bocage.twin.territory import Territory, create_territory, open_territory

LAMPS = ["id;technologie;puissance;rue;secteur;armoire;longitude;latitude"] + [
    f"L{number};sodium haute pression;{(70, 100, 150)[number % 3]};Rue {number // 20};Bourg;ARM{number // 20};"
    f"{-1.68 + number / 5000};{48.11 + number // 20 / 1000}"
    for number in range(60)
]
CABINETS = [
    "armoire;commande;etat;puissance souscrite;longitude;latitude",
    "ARM0;Cellule photoélectrique;Bon;12;-1.68;48.11",
    "ARM1;Horloge astronomique;Bon;12;-1.676;48.111",
    "ARM2;Horloge;Vétuste;12;-1.672;48.112",
]
SUBSCRIBED_KVA = 36.0


@pytest.fixture(scope="module")
def territory(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Territory]:
    place = tmp_path_factory.mktemp("cabinets") / "territory"
    create_territory(place, code="35238", name="Bourg").store.close()
    for name, lines in (("lamps.csv", LAMPS), ("cabinets.csv", CABINETS)):
        (place.parent / name).write_text("\n".join(lines), encoding="utf-8")
    with open_territory(place) as opened:
        import_file(opened, place.parent / "lamps.csv")
        import_file(opened, place.parent / "cabinets.csv", asset_type="cabinet")
        yield opened


@pytest.fixture(scope="module")
def planned(territory: Territory) -> Planned:
    return decide_plan(territory, Asked(budget_eur_year=40_000, years=4))


def test_cabinets_are_read_and_proposed_for_what_they_lack(planned: Planned) -> None:
    kinds = dict(planned.request.actions.group_by("kind").len().iter_rows())
    assert kinds["cabinet_clock"] == kinds["cabinet_renewal"] == kinds["subscribed_power"] == 1
    curfew = planned.request.actions.filter(kind="curfew")
    assert curfew["requires"].list.len().to_list() == [2, 2]


def test_what_a_curfew_needs_is_done_with_it_or_before(planned: Planned) -> None:
    lines = planned.result.plan.filter(decision="in")
    year = dict(lines.select("action_id", "year").iter_rows())
    chosen = planned.request.actions.filter(pl.col("action_id").is_in(list(year)))
    curfew = chosen.filter(kind="curfew")
    assert curfew.height == 1, "a curfew of sodium lamps pays for a clock and a cabinet"
    assert all(year[needed] <= year[curfew["action_id"].item()] for needed in curfew["requires"].item())


def test_the_subscription_is_fitted_and_the_bill_falls_less_than_kwh(planned: Planned) -> None:
    last = max(planned.changes)
    change = {row["indicator"]: row["value"] for row in planned.changes[last].summary().iter_rows(named=True)}
    chosen = planned.result.plan.filter(decision="in").join(planned.request.actions, on="action_id")
    assert "subscribed_power" in set(chosen["kind"])
    outcomes = planned.proposals[0].state.diagnosis.outcomes.summary().filter(scope="territory")
    today = dict(outcomes.select("indicator", "value").iter_rows())
    assert today["subscribed_power_kva"] == SUBSCRIBED_KVA
    kept_kva = today["subscribed_power_kva"] + change["subscribed_power_kva"]
    load_kw = today["installed_power_kw"] + change["installed_power_kw"]
    assert load_kw < kept_kva < 1.5 * load_kw < SUBSCRIBED_KVA / 2, "what is kept covers the load of the plan's lamps"
    share = {name: -change[name] / today[name] for name in ("energy_kwh_year", "electricity_cost_eur_year")}
    assert 0 < share["electricity_cost_eur_year"] < share["energy_kwh_year"] < 1
