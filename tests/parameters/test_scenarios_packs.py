"""Packs of scenarios: what they state is what ADEME published, what follows is computed, what is wrong is refused."""

import datetime as dt
import json
import shutil
from pathlib import Path

import jsonschema
import numpy as np
import pytest
import yaml
from ademe_mixes import ELECTRICITY, SCENARIOS, electricity_mix, gas_mix, power_to_gas_efficiency, read_table
from hypothesis import given, settings
from hypothesis import strategies as st

from bocage.parameters.reader import CORE_FOLDER, ParameterError, Parameters
from bocage.parameters.scenarios import PACKS, TREND, Mixes, contents, load_scenario, scenario_names
from bocage.vocabulary.futures import variables
from bocage.vocabulary.units import units

TABLE = "decision/ademe_transitions2050_electricity.csv"
SCHEMA = json.loads((PACKS.parent / "scenario.schema.json").read_text(encoding="utf-8"))


@pytest.mark.data
@pytest.mark.parametrize("name", list(SCENARIOS))
def test_mixes_are_those_of_the_published_table(name: str, data: Path) -> None:
    table = read_table(data / TABLE)
    written = yaml.safe_load((PACKS / f"{name}.yaml").read_text(encoding="utf-8"))["mixes"]
    for mix, found in (("electricity", electricity_mix(table, name)), ("gas", gas_mix(table, name))):
        assert set(written[mix]) == set(found)
        for family, points in found.items():
            assert written[mix][family] == pytest.approx(points, abs=6e-4), family
    assert written["power_to_gas_efficiency"] == pytest.approx(power_to_gas_efficiency(table, name), abs=6e-5)


@pytest.mark.data
@pytest.mark.parametrize("name", list(SCENARIOS))
def test_families_are_what_the_published_total_keeps_for_france(name: str, data: Path) -> None:
    # The total of the table counts what is exported; in 2020, the families plus net exports make it.
    table, scenario = read_table(data / TABLE), SCENARIOS[name]
    total = np.array(table[scenario, "Production|Electricity|Total primary electricity without flexibility"])
    exports = np.array(table[scenario, "Balance|Electricity|Export-import balance"])
    families = np.array([list(points.values()) for points in electricity_mix(table, name).values()]).sum(axis=0)
    assert families[0] == pytest.approx(total[0] - exports[0], rel=0.005)
    assert (families <= total * 1.001).all()
    # Nothing that the table produces is counted twice or forgotten: each of its lines is in one family.
    lines = {line for key, line in table if key == scenario and line.startswith("Production|Electricity|")}
    known = {f"Production|Electricity|{line}" for kept in ELECTRICITY.values() for line in kept}
    parts = {"total", "Total", "Turbines", "ground", "roof", "Offshore", "Reservoir", "Run of river", "and Mix gas"}
    others = {line for line in lines - known if not any(part in line for part in parts)}
    assert {line.split("|")[2] for line in others} == {"Imports", "Storage", "Low to medium", "Medium to high"}


def test_the_content_of_2020_is_the_one_from_which_domains_compute() -> None:
    official = Parameters(CORE_FOLDER, dt.date(2026, 1, 1)).number("electricity.carbon_content")
    for name in scenario_names():
        path = load_scenario(name).paths["electricity_carbon"]
        assert path.at(2020) == pytest.approx(official)
        assert path.index([2020], 2026) == pytest.approx([1.0])


def test_contents_by_hand_for_one_scenario() -> None:
    # S1 in 2050: power-to-gas makes 24 % of the gas of the network, turbines make 1.2 % of the electricity.
    s1 = yaml.safe_load((PACKS / "S1.yaml").read_text(encoding="utf-8"))["mixes"]
    power = {family: points[2050] for family, points in s1["electricity"].items()}
    gas = {family: points[2050] for family, points in s1["gas"].items()}
    numbers = Parameters(CORE_FOLDER, dt.date(2026, 1, 1))
    factor = {name: numbers.number(f"technology.{name}") for name in {*power, *gas} - {"power_to_gas"}}
    others = sum(power[name] * factor[name] for name in power if name != "gas") / sum(power.values())
    content = others
    for _ in range(60):  # the two contents feed each other: the fixed point of their exchange
        network = sum(gas[n] * factor[n] for n in gas if n != "power_to_gas") / sum(gas.values())
        network += gas["power_to_gas"] / sum(gas.values()) * content / 0.612
        content = others + power["gas"] / sum(power.values()) * factor["gas"] * network / factor["natural_gas"]
    start = contents_of("S1", 2020)[0]
    scenario = load_scenario("S1", date=dt.date(2026, 1, 1))
    assert scenario.paths["gas_carbon"].at(2050) == pytest.approx(network, rel=1e-9)
    assert scenario.paths["electricity_carbon"].index([2050], 2026) == pytest.approx([content / start], rel=1e-9)


def contents_of(name: str, year: int) -> tuple[float, float]:
    written = yaml.safe_load((PACKS / f"{name}.yaml").read_text(encoding="utf-8"))["mixes"]
    numbers = Parameters(CORE_FOLDER, dt.date(2026, 1, 1))
    factors = {name.removeprefix("technology."): numbers.number(name) for name in numbers.names("technology.")}
    mixes = Mixes(electricity=written["electricity"], gas=written["gas"], efficiency=written["power_to_gas_efficiency"])
    return contents(mixes, factors, year)


@settings(deadline=None)
@given(
    shares=st.lists(st.floats(0.01, 10), min_size=3, max_size=3),
    gases=st.lists(st.floats(0.01, 10), min_size=2, max_size=2),
    scale=st.floats(0.1, 10),
)
def test_contents_depend_on_shares_alone_and_stay_between_the_factors(
    shares: list[float], gases: list[float], scale: float
) -> None:
    factors = {"nuclear": 0.01, "gas": 0.4, "coal": 0.8, "natural_gas": 0.2, "biomethane": 0.02}

    def found(by: float) -> tuple[float, float]:
        power = {name: {2030: share * by} for name, share in zip(("nuclear", "gas", "coal"), shares, strict=True)}
        gas = {name: {2030: share * by} for name, share in zip(("natural_gas", "biomethane"), gases, strict=True)}
        return contents(Mixes(electricity=power, gas=gas, efficiency={2030: 0.5}), factors, 2030)

    electricity, gas = found(1.0)
    assert found(scale) == pytest.approx((electricity, gas))
    assert 0.01 <= electricity <= 0.8
    assert 0.02 <= gas <= 0.2


def test_the_trend_keeps_what_domains_compute_of_today() -> None:
    trend = load_scenario(TREND)
    years = np.arange(2020, 2080)
    for name, variable in variables().items():
        if variable.drives:
            assert trend.index(name, years, 2026) == pytest.approx(1.0)


def test_every_scenario_tells_every_variable_that_drives_and_its_bounds_hold() -> None:
    years = np.arange(2015, 2110)
    for name in scenario_names():
        scenario = load_scenario(name)
        assert {variable.name for variable in variables().values() if variable.drives} <= set(scenario.paths)
        for path in scenario.paths.values():
            assert path.unit in units()
            assert (path.at(years, "low") <= path.at(years)).all()
            assert (path.at(years) <= path.at(years, "high")).all()
            assert all(path.reference[language] for language in ("fr", "en"))
    assert load_scenario("S2").paths["warming"].at([2030, 2050, 2100]).tolist() == [2.0, 2.7, 4.0]


def test_packs_follow_their_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    for name in scenario_names():
        jsonschema.validate(as_json(yaml.safe_load((PACKS / f"{name}.yaml").read_text(encoding="utf-8"))), SCHEMA)


def as_json(content: object) -> object:
    """Keys of JSON are texts."""
    return json.loads(json.dumps(content))


SPOILT = [
    ('label_fr: "S1', 'label_de: "S1'),
    ("    nuclear: {2020: 348.554, 2030: 258.89, 2050: 9.936}", "    nuclear: {2020: -1, 2030: 258.89, 2050: 9.936}"),
    ("    nuclear: {2020: 348.554, 2030: 258.89, 2050: 9.936}", "    nuclear: {soon: 1.0}"),
    ("  status: verified", "  status: certain"),
    ('    fr: "ADEME', '    de: "ADEME'),
    ("  power_to_gas_efficiency: {2020: 0.4697, 2030: 0.5395, 2050: 0.612}\n", ""),
]


@pytest.mark.parametrize(("sound", "spoilt"), SPOILT)
def test_a_wrong_pack_is_refused_by_the_reader_and_by_the_schema(sound: str, spoilt: str, tmp_path: Path) -> None:
    text = (PACKS / "S1.yaml").read_text(encoding="utf-8")
    assert sound in text
    shutil.copy(PACKS / "common.yaml", tmp_path)
    (tmp_path / "S1.yaml").write_text(text.replace(sound, spoilt), encoding="utf-8")
    with pytest.raises(ParameterError, match=r"S1\.yaml"):
        load_scenario("S1", tmp_path)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(as_json(yaml.safe_load((tmp_path / "S1.yaml").read_text(encoding="utf-8"))), SCHEMA)


UNKNOWN = [
    ("    nuclear:", "    fusion:", "no factor"),
    ("2050: 9.936}", "2045: 9.936}", "its years"),
]


@pytest.mark.parametrize(("sound", "spoilt", "said"), UNKNOWN)
def test_what_a_schema_cannot_see_is_refused_by_the_reader(sound: str, spoilt: str, said: str, tmp_path: Path) -> None:
    text = (PACKS / "S1.yaml").read_text(encoding="utf-8")
    shutil.copy(PACKS / "common.yaml", tmp_path)
    (tmp_path / "S1.yaml").write_text(text.replace(sound, spoilt), encoding="utf-8")
    with pytest.raises(ParameterError, match=said):
        load_scenario("S1", tmp_path)


PATHS = [
    ('unit: "1"', "unit: EUR", "is in 1"),
    ("  electricity_price:", "  oil_price:", "unknown variable"),
    ("low: {2025: 0.68}", "low: {2025: 1.68}", "low <= value"),
    ("    low: {2025: 0.68}\n", "", "low and high together"),
    ("points: {2025: 1.0}", "points: {}", "points are needed"),
    ("points: {2025: 1.0}", "points: 1.0", "mapping of years"),
]


@pytest.mark.parametrize(("sound", "spoilt", "said"), PATHS)
def test_a_wrong_path_is_refused(sound: str, spoilt: str, said: str, tmp_path: Path) -> None:
    shutil.copy(PACKS / "trend.yaml", tmp_path)
    text = (PACKS / "common.yaml").read_text(encoding="utf-8")
    (tmp_path / "common.yaml").write_text(text.replace(sound, spoilt, 1), encoding="utf-8")
    with pytest.raises(ParameterError, match=said):
        load_scenario(TREND, tmp_path)


def test_an_unknown_scenario_names_those_that_exist() -> None:
    with pytest.raises(ParameterError, match="S9; known: trend, S1"):
        load_scenario("S9")


OWN = """label_fr: Contrat de la commune
label_en: Contract of the commune
description_fr: Prix du marché public jusqu'en 2030
description_en: Price of the contract until 2030
base: {base}
paths:
  electricity_price:
    unit: "1"
    points: {{2026: 1.0, 2030: 1.2}}
    status: verified
    reference: {{fr: Acte d'engagement, en: Contract}}
"""


def test_a_pack_may_say_only_what_it_sees_otherwise(tmp_path: Path) -> None:
    (tmp_path / "contract.yaml").write_text(OWN.format(base="S2"), encoding="utf-8")
    assert scenario_names(PACKS, tmp_path)[0] == TREND
    assert "contract" in scenario_names(PACKS, tmp_path)
    own, s2 = load_scenario("contract", PACKS, tmp_path), load_scenario("S2")
    assert own.index("electricity_price", [2028, 2050], 2026) == pytest.approx([1.1, 1.2])
    years = np.arange(2020, 2060)
    assert own.index("electricity_carbon", years, 2026) == pytest.approx(s2.index("electricity_carbon", years, 2026))
    jsonschema.validate(as_json(yaml.safe_load((tmp_path / "contract.yaml").read_text(encoding="utf-8"))), SCHEMA)


def test_a_pack_may_take_the_place_of_the_one_that_it_starts_from(tmp_path: Path) -> None:
    (tmp_path / "trend.yaml").write_text(OWN.format(base=TREND), encoding="utf-8")
    own = load_scenario(TREND, PACKS, tmp_path)
    assert own.label["en"] == "Contract of the commune"
    assert own.index("electricity_price", [2030], 2026) == pytest.approx([1.2])
    assert own.index("electricity_carbon", [2050], 2026) == pytest.approx([1.0])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (OWN.format(base="S9"), "starts from S9"),
        (OWN.format(base="contract"), "starts from contract"),
        (OWN.format(base="other"), "starts from another"),
        ("a: [", "cannot be read"),
        ("- a", "must be a mapping"),
        (OWN.format(base="S2").split("paths:")[0] + "paths: [a]", "mapping of variables"),
    ],
)
def test_a_pack_of_ones_own_that_cannot_be_is_refused(text: str, said: str, tmp_path: Path) -> None:
    (tmp_path / "contract.yaml").write_text(text, encoding="utf-8")
    (tmp_path / "other.yaml").write_text(OWN.format(base="S1"), encoding="utf-8")
    with pytest.raises(ParameterError, match=said):
        load_scenario("contract", PACKS, tmp_path)
