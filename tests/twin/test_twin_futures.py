"""`bocage futures` on a small commune: what it says, what it keeps, when it refuses; the scenario kept by a plan."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest

from bocage.cli.program import run
from bocage.twin.answer import said
from bocage.twin.asked import Asked, Further
from bocage.twin.build import import_file
from bocage.twin.futures import futures
from bocage.twin.futures_record import FILE, futures_of_plan, load_futures
from bocage.twin.plan import decide_plan, plan
from bocage.twin.plan_record import load_plan
from bocage.twin.scenario_table import scenario_rows
from bocage.twin.scenarios import known_scenarios, scenario_of
from bocage.twin.territory import SCENARIOS, Territory, create_territory, open_territory
from bocage.vocabulary.codes import BocageError
from bocage.vocabulary.columns import noun_tables
from bocage.vocabulary.text import use_language

LAMPS = ["id;technologie;puissance;rue;secteur;longitude;latitude"] + [
    f"L{n};sodium haute pression;{(70, 100, 150, 250)[n // 9]};Rue {'ABCD'[n // 9]};Bourg;"
    f"{-1.68 + n / 5000};{48.11 + n // 9 / 1000}"
    for n in range(36)
]


@pytest.fixture(scope="module")
def planned(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Territory]:
    """A commune with a plan that cannot pay for all its streets."""
    folder = tmp_path_factory.mktemp("futures")
    settings = {"siren": "219999999", "longitude_deg": -1.68, "latitude_deg": 48.11}
    create_territory(folder / "twin", code="35238", name="Bourg", settings=settings).store.close()
    (folder / "lamps.csv").write_text("\n".join(LAMPS), encoding="utf-8")
    with open_territory(folder / "twin") as opened:
        import_file(opened, folder / "lamps.csv")
        plan(opened, budget_eur_year=9000, years=2, further=Further(law_deadlines=False))
        yield opened


def results(territory: Territory) -> Path:
    return territory.folder / "results"


def test_futures_say_and_keep_how_the_plan_stands(planned: Territory) -> None:
    use_language("en")
    answer = futures(planned, scenarios=["trend", "S4"])
    kept = load_futures(results(planned))
    record = load_plan(results(planned))
    assert kept.scenarios == ["trend", "S4"]
    assert kept.found.plans["plan"].to_list() == ["plan", "trend", "S4", "cheap_energy", "dear_energy"]
    assert answer.data["regret"] == kept.found.regret.to_dicts()
    done = record.frames["plan"].filter(pl.col("decision") == "in")["action_id"]
    assert set(kept.found.actions.filter(pl.col("planned"))["action_id"]) == set(done)
    npv = record.frames["society"].filter(pl.col("indicator") == "npv")["value"].item()
    own = kept.found.regret.filter((pl.col("plan") == "plan") & (pl.col("future") == "trend"))["value"].item()
    assert own == pytest.approx(npv, abs=0.5)
    prices = {
        future: kept.found.regret.filter((pl.col("plan") == "plan") & (pl.col("future") == future))["value"].item()
        for future in ("cheap_energy", "trend", "dear_energy")
    }
    assert prices["cheap_energy"] < prices["trend"] < prices["dear_energy"]
    assert {"scenario:electricity_price", "realisation:lighting", "horizon"} <= set(kept.found.tornado["name"])
    sentences = [said(line, "en") for section in answer.sections for line in section.lines]
    assert any("plan loses at worst" in sentence for sentence in sentences)
    assert futures_of_plan(results(planned), record) is not None


def test_the_scenario_of_the_plan_is_kept_in_the_twin(planned: Territory) -> None:
    table = noun_tables()["scenario"]
    rows = planned.store.read_rows(table)
    assert rows["scenario_id"].unique().to_list() == ["trend"]
    assert {"electricity_carbon", "electricity_price", "carbon_value", "warming"} <= set(rows["variable"])
    content = rows.filter(pl.col("variable") == "electricity_carbon")
    assert content.select("unit", "value", "low", "high").row(0) == ("kgCO2e/kWh", 0.084, 0.06, 0.1)
    value = dict(rows.filter(pl.col("variable") == "carbon_value").select("year", "value").iter_rows())
    assert value[2030] == pytest.approx(300.0)


def test_futures_of_another_plan_are_not_shown_with_it(planned: Territory) -> None:
    folder, record = results(planned), load_plan(results(planned))
    futures(planned, scenarios=["trend"])
    kept = (folder / FILE).read_text(encoding="utf-8")
    other = json.loads(kept)
    flags = other["frames"]["actions"]["planned"]["values"]
    other["frames"]["actions"]["planned"]["values"] = [not flag for flag in flags]
    (folder / FILE).write_text(json.dumps(other), encoding="utf-8")
    assert futures_of_plan(folder, record) is None
    (folder / FILE).write_text("{", encoding="utf-8")
    assert futures_of_plan(folder, record) is None
    with pytest.raises(BocageError) as refusal:
        load_futures(folder)
    assert refusal.value.code == "BOC-TWI-090"
    (folder / FILE).unlink()
    assert futures_of_plan(folder, record) is None


def test_futures_refuse_a_scenario_that_does_not_exist(planned: Territory) -> None:
    with pytest.raises(BocageError) as refusal:
        futures(planned, scenarios=["S9"])
    assert refusal.value.code == "BOC-TWI-080"


def test_the_command_prints_both_languages_and_json(planned: Territory, capsys: pytest.CaptureFixture[str]) -> None:
    place = ["--territory", str(planned.folder), "--scenario", "trend"]
    assert run(["futures", *place, "--lang", "fr"]) == 0
    assert "Dans chaque avenir" in capsys.readouterr().out
    assert run(["futures", *place, "--lang", "en", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)["data"]
    assert {"regret", "tornado", "information", "actions"} <= set(told)


OWN = """label_fr: Contrat de la commune
label_en: Contract of the commune
description_fr: Prix du marché jusqu'en 2030
description_en: Price of the contract until 2030
base: S2
paths:
  electricity_price:
    unit: "1"
    points: {2026: 1.0, 2030: 1.5}
    status: verified
    reference: {fr: Acte d'engagement, en: Contract}
"""


def test_a_territory_may_write_a_future_of_its_own(planned: Territory) -> None:
    folder, before = planned.folder / SCENARIOS, planned.fingerprint()
    folder.mkdir()
    try:
        (folder / "contract.yaml").write_text(OWN, encoding="utf-8")
        assert known_scenarios(planned) == ("trend", "S1", "S2", "S3-nuclear", "S3-renewables", "S4", "contract")
        asked = Asked(budget_eur_year=9000, years=2, further=Further(law_deadlines=False, scenario="contract"))
        dear = decide_plan(planned, asked)
        rows = scenario_rows(dear.request)
        assert rows["scenario_id"].unique().to_list() == ["contract"]
        assert dear.request.scenario is not None
        assert dear.request.scenario.index("electricity_price", [2030], 2026) == pytest.approx([1.5])
        assert planned.fingerprint() != before, "a plan rests on the futures that the territory writes"
        (folder / "contract.yaml").write_text(OWN.replace("points: {2026", "points: {soon"), encoding="utf-8")
        with pytest.raises(BocageError) as refusal:
            scenario_of(planned, "contract", dear.request.date)
        assert refusal.value.code == "BOC-TWI-091"
        assert "soon" in str(refusal.value.values["detail"])
    finally:
        shutil.rmtree(folder)


def test_futures_without_a_plan_say_to_make_one(tmp_path: Path) -> None:
    with (
        create_territory(tmp_path / "twin", code="35238", name="Bourg") as empty,
        pytest.raises(BocageError) as refusal,
    ):
        futures(empty)
    assert refusal.value.code == "BOC-TWI-012"
