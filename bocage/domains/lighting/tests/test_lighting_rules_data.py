"""Completeness of the data, what to survey first, and comparison with France and between communes."""

import datetime as dt
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import polars as pl
import pytest
import shapely

from bocage.domains.lighting import DOMAIN
from bocage.domains.lighting.diagnose.communes import rank_among_peers
from bocage.domains.lighting.diagnose.survey_first import DRAWS
from bocage.domains.lighting.inventory import complete
from bocage.vocabulary.domain import Assets, Diagnosis, Site

Stock = Callable[..., Assets]
WHOLE = {
    "technology": "LED", "system_power_w": 40.0, "switching": "photocell", "ulr_percent": 0.5,
    "cie_flux_code_3_percent": 97.0, "colour_temperature_k": 2700.0, "source_flux_lm": 4000.0,
    "installed_on": dt.date(2019, 6, 1),
}  # fmt: skip
"""The eight data: six of article 5, and those of the energy."""


def table(diagnosis: Diagnosis, name: str) -> pl.DataFrame:
    return next((one.rows for one in diagnosis.tables if one.name == name), pl.DataFrame())


def sentence(diagnosis: Diagnosis, code: str) -> str | None:
    return next((one.sentence.say("en") for one in diagnosis.findings if one.code == code), None)


@pytest.mark.parametrize("missing", WHOLE)
def test_each_datum_that_lacks_lowers_the_score(stock: Stock, site: Site, missing: str) -> None:
    lacking = {name: value for name, value in WHOLE.items() if name != missing}
    diagnosis = DOMAIN.diagnose(stock(WHOLE, {"asset_id": "q", **lacking}), site)
    assert diagnosis.per_asset["luminaire"]["data_completeness_percent"].to_list() == [100.0, 87.5]
    held = dict(table(diagnosis, "completeness").select("datum", "held_percent").iter_rows())
    assert held == {**dict.fromkeys(WHOLE, 100.0), missing: 50.0}
    first = table(diagnosis, "completeness").row(0, named=True)
    assert (first["datum"], first["missing"]) == (missing, 1)


def test_completeness_by_commune_and_sector(stock: Stock, site: Site) -> None:
    rows = [{**WHOLE, "commune_code": "1", "sector": "Bourg"}, {"commune_code": "2", "sector": "Bourg"}]
    places = table(DOMAIN.diagnose(stock(*rows), site), "completeness_by_place")
    shares = {row["place"]: (row["law_percent"], row["energy_percent"]) for row in places.iter_rows(named=True)}
    assert shares == {
        "2": (0.0, 0.0), "2/Bourg": (0.0, 0.0), "1": (100.0, 100.0), "1/Bourg": (100.0, 100.0)
    }  # fmt: skip


def test_the_datum_that_weighs_most_is_surveyed_first(stock: Stock, site: Site) -> None:
    known = {"technology": "HPS", "system_power_w": 115.0, "sector": "A"}
    no_gear = {"technology": "HPS", "lamp_power_w": 100.0, "sector": "A"}
    nothing = {"sector": "B"}
    diagnosis = DOMAIN.diagnose(stock(*[known] * 10, *[no_gear] * 10, *[nothing] * 10), site)
    gains = table(diagnosis, "survey")
    assert gains["label_en"].to_list() == ["Technology", "Power with gear", "B", "A"]
    assert gains["light_points"].to_list() == [10, 10, 10, 10]
    assert (gains["after_percent"] <= gains["before_percent"]).all()
    assert (gains["after_percent"] < 0.3 * gains["before_percent"]).to_list() == [True, False, True, False]
    finding = next(one for one in diagnosis.findings if one.code == "BOC-LIG-028")
    assert list(finding.asset_ids) == sorted(f"p{rank}" for rank in range(20, 30))
    said = finding.sentence.say("en")
    assert "technology of 10 light points" in said
    assert "B (10 points)" in said


def test_the_interval_after_a_survey_is_that_of_the_surveyed_stock(stock: Stock, site: Site) -> None:
    """What the table promises is what a diagnosis finds once the power is declared at its central value."""
    site = replace(site, draws=DRAWS)
    rows = [{"technology": "HPS", "lamp_power_w": 100.0, "switching": "photocell", "sector": "A"}] * 5
    rows += [{"technology": "MH", "system_power_w": 88.0, "switching": "photocell", "sector": "B"}] * 5
    before = stock(*rows)
    promised = table(DOMAIN.diagnose(before, site), "survey").row(0, named=True)
    powers = before["luminaire"]["system_power_w"].to_list()
    after = stock(*({**row, "system_power_w": power} for row, power in zip(rows, powers, strict=True)))
    for assets, name in ((before, "before_percent"), (after, "after_percent")):
        draws = DOMAIN.diagnose(assets, site).outcomes.where(pl.col("scope") == "territory").draws_of("energy_kwh_year")
        low, high = np.percentile(draws, [10, 90])
        assert promised[name] == pytest.approx(100 * (high - low) / draws.mean(), rel=1e-9)


def test_nothing_is_worth_a_survey_where_all_powers_are_declared(stock: Stock, site: Site) -> None:
    diagnosis = DOMAIN.diagnose(stock(WHOLE, WHOLE), site)
    assert sentence(diagnosis, "BOC-LIG-028") is None
    assert table(diagnosis, "survey").is_empty()


def test_national_figures_per_point_and_per_inhabitant(stock: Stock, site: Site) -> None:
    peopled = replace(site, population=10, settings={"electricity_price_eur_kwh": 0.2})
    heavy = {"technology": "HPS", "system_power_w": 250.0, "switching": "photocell"}
    diagnosis = DOMAIN.diagnose(stock(heavy, heavy), peopled)
    shown = {row["label_en"]: row for row in table(diagnosis, "national").iter_rows(named=True)}
    energy = diagnosis.outcomes.where(pl.col("scope") == "territory").draws_of("energy_kwh_year").mean()
    assert shown["Power per point"]["value"] == pytest.approx(250.0)
    assert shown["Energy per point"]["value"] == pytest.approx(energy / 2)
    assert shown["Energy per inhabitant"]["value"] == pytest.approx(energy / 10)
    assert shown["Share of LEDs"]["value"] == 0.0
    assert shown["Power per point"]["verdict_en"] == shown["Energy per point"]["verdict_en"] == "above"
    assert shown["Electricity bill per inhabitant"]["verdict_en"] == "no range published"
    said = sentence(diagnosis, "BOC-LIG-029")
    assert said is not None
    assert "power per point 250 W against 115 to 140" in said
    assert "to verify" in said


def test_without_population_or_roads_their_figures_are_left_out(stock: Stock, site: Site) -> None:
    diagnosis = DOMAIN.diagnose(stock({"technology": "LED", "system_power_w": 130.0}), site)
    labels = set(table(diagnosis, "national")["label_en"])
    assert labels == {"Power per point", "Energy per point", "Share of LEDs"}
    assert sentence(diagnosis, "BOC-LIG-029") is None


def test_points_per_km_count_lit_roads_only(site: Site) -> None:
    lines = [shapely.LineString([(0, y), (200, y)]) for y in (0, 500)]
    roads = pl.DataFrame({"asset_id": ["lit", "dark"]}).with_columns(
        pl.Series("geometry", shapely.to_wkb(lines).tolist(), dtype=pl.Binary)
    )
    places = [shapely.Point(x, 3) for x in (20, 60, 100, 140, 180)] + [shapely.Point(0, 5000)]
    lamps = pl.DataFrame({"asset_id": [f"p{rank}" for rank in range(6)]}).with_columns(
        pl.Series("geometry", shapely.to_wkb(places).tolist(), dtype=pl.Binary)
    )
    diagnosis = DOMAIN.diagnose(complete({"luminaire": lamps, "road": roads}, site), site)
    shown = table(diagnosis, "national").filter(pl.col("label_en") == "Points per km of lit road")
    assert shown["value"].item() == pytest.approx(25.0)
    astray = next(one for one in diagnosis.findings if one.code == "BOC-LIG-027")
    assert list(astray.asset_ids) == ["p5"]


def test_a_commune_is_ranked_among_those_of_its_size(stock: Stock, site: Site) -> None:
    # Twelve small communes of two points each, from 50 W to 105 W a point; the last uses most.
    rows = [
        {"technology": "HPS", "system_power_w": 50.0 + 5 * rank, "commune_code": f"{rank:05d}"}
        for rank in range(12)
        for _ in range(2)
    ]
    diagnosis = DOMAIN.diagnose(stock(*rows), site)
    communes = table(diagnosis, "communes").sort("commune_code")
    assert communes["light_points"].to_list() == [2] * 12
    assert communes["peers"].unique().to_list() == [11]
    assert communes["energy_rank_percent"].to_list() == pytest.approx([100 * rank / 11 for rank in range(12)])
    said = sentence(diagnosis, "BOC-LIG-030")
    assert said is not None
    assert "2 of 12, first 00011" in said
    assert table(DOMAIN.diagnose(stock(*rows[:10]), site), "communes")["energy_rank_percent"].null_count() == 5


def test_rank_is_that_of_the_plain_count() -> None:
    values = np.random.default_rng(5).integers(0, 20, 80).astype(float)
    peers = 10
    ranks = rank_among_peers(values, peers)
    for position, value in enumerate(values):
        first = min(max(position - peers // 2, 0), len(values) - peers - 1)
        others = [values[near] for near in range(first, first + peers + 1) if near != position]
        lower = sum(other < value for other in others) + 0.5 * sum(other == value for other in others)
        assert ranks[position] == pytest.approx(100 * lower / peers)
