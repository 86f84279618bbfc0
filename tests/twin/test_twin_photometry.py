"""Photometry as a use case: files, the law, a road; and as a command."""

import datetime as dt
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bocage.cli.program import run
from bocage.science.photometry.generic import generic_road_optics, lambertian
from bocage.science.photometry.intensity import IntensityTable
from bocage.science.road_lighting.fields import road_fields
from bocage.science.road_lighting.optics import gather_optics
from bocage.science.road_lighting.road import Arrangement, Roads
from bocage.twin import photometry as use_case
from bocage.twin.answer import said
from bocage.twin.photometry import limit_of, photometry
from bocage.twin.photometry_road import AskedRoad
from bocage.vocabulary.codes import BocageError
from bocage.vocabulary.text import LANGUAGES, use_language

DAY = dt.date(2026, 3, 1)
M5 = AskedRoad(class_name="m5", width_m=6.0, spacing_m=28.0, height_m=8.0, overhang_m=0.5, maintenance_factor=0.85)
ROAD = (
    "--class",
    "M5",
    "--width",
    "6",
    "--spacing",
    "28",
    "--height",
    "8",
    "--overhang",
    "0.5",
    "--maintenance",
    "0,85",
)


@pytest.fixture(autouse=True)
def _french() -> Iterator[None]:
    use_language("fr")
    yield
    use_language("fr")


def eulumdat(table: IntensityTable, *, flux_lm: float = 5000.0, power_w: float = 40.0, colour: str = "2700") -> str:
    """A table as the text of a file without symmetry."""
    planes = table.c_deg[:-1]
    lines = ["Synthetic", "3", "0", str(len(planes)), "5", str(len(table.gamma_deg)), "2.5", "", "Generic", "", "", "",
             *["0"] * 9, "100", "100", "1", "0", "1", "1", "LED", str(flux_lm), colour, "80", str(power_w),
             *["0"] * 10]  # fmt: skip
    numbers = [*planes, *table.gamma_deg, *table.intensity_cd_klm[:-1].ravel()]
    return "\n".join([*lines, *(f"{value:.9g}" for value in numbers)]) + "\n"


@pytest.fixture
def lamp(tmp_path: Path) -> Callable[..., Path]:
    def write(name: str = "lamp.ldt", **told: Any) -> Path:
        path = tmp_path / name
        path.write_text(eulumdat(generic_road_optics()["generic_c"], **told), encoding="utf-8")
        return path

    return write


def luminaires(answer: Any) -> list[dict[str, Any]]:
    return list(answer.data["luminaires"])


def test_a_lawful_luminaire(lamp: Callable[..., Path]) -> None:
    answer = photometry([lamp()], date=DAY)
    (one,) = luminaires(answer)
    assert answer.exit == 0
    assert one["luminaire_flux_lm"] == pytest.approx(5000.0, rel=1e-6)
    assert one["efficacy_lm_w"] == pytest.approx(125.0, rel=1e-6)
    assert one["ulr_percent"] == 0.0
    assert one["cie_flux_code"].split()[3:] == ["100", "100"]
    rules = {rule["rule"]: rule for rule in one["law"]}
    assert {name: rule["met"] for name, rule in rules.items()} == {
        "ulr_percent": True,
        "ulr_installed_percent": True,
        "cie_flux_code_3_percent": True,
        "colour_temperature_k": True,
    }
    assert rules["colour_temperature_k"]["limit"] == 3000.0


def test_what_the_law_forbids_is_said_with_its_limit(lamp: Callable[..., Path]) -> None:
    answer = photometry([lamp(colour="4000K")], tilt_deg=30.0, date=DAY)
    assert answer.exit == 1
    (one,) = luminaires(answer)
    assert one["ulr_percent"] == 0.0
    assert one["ulr_installed_percent"] > 4.0
    assert {rule["rule"]: rule["met"] for rule in one["law"]} == {
        "ulr_percent": True,
        "ulr_installed_percent": False,
        "cie_flux_code_3_percent": True,
        "colour_temperature_k": False,
    }
    sentences = {language: [said(line, language) for line in answer.sections[1].lines] for language in LANGUAGES}
    assert "lamp.ldt: Colour temperature of 4,000 K, 3,000 K at most" in sentences["en"]
    assert any("température de couleur de 4\u202f000\u202fK" in line for line in sentences["fr"])
    assert not any("{" in line for lines in sentences.values() for line in lines)


def test_a_colour_that_is_not_told_is_not_judged(lamp: Callable[..., Path]) -> None:
    answer = photometry([lamp(colour="warm")], date=DAY)
    (one,) = luminaires(answer)
    assert [rule["met"] for rule in one["law"] if rule["rule"] == "colour_temperature_k"] == [None]
    assert answer.exit == 0
    table = answer.sections[0].table
    assert table is not None
    assert table["verdict"].to_list() == ["non su"]


def test_before_the_law_nothing_is_judged(lamp: Callable[..., Path], monkeypatch: pytest.MonkeyPatch) -> None:
    assert luminaires(photometry([lamp(colour="5000")], date=dt.date(2010, 1, 1)))[0]["law"] == []
    monkeypatch.setattr(use_case, "discover_domains", lambda: ())
    answer = photometry([lamp(colour="5000")], date=DAY)
    assert luminaires(answer)[0]["law"] == []
    assert answer.exit == 0


def test_limits_of_another_form_are_not_taken_for_numbers() -> None:
    assert limit_of({"general": {"d_buildings": 3000}}) is None
    assert limit_of({"general": 3000}) == 3000.0


def test_a_road_is_the_one_that_science_computes(lamp: Callable[..., Path]) -> None:
    answer = photometry([lamp()], road=M5, date=DAY)
    found = luminaires(answer)[0]["road"]
    road = Roads(
        width_m=6.0, spacing_m=28.0, height_m=8.0, overhang_m=0.5, source_flux_lm=5000.0, maintenance_factor=0.85
    )
    expected = road_fields(road, gather_optics([generic_road_optics()["generic_c"]])).at(0)
    assert {name: found[name] for name in expected} == pytest.approx(expected, rel=1e-6)
    assert found["meets"]
    assert answer.exit == 0
    density = 40 / (expected["illuminance_average_lx"] * 6 * 28)
    assert found["power_density_indicator_w_lx_m2"] == pytest.approx(density, rel=1e-6)


def test_every_point_is_told_and_makes_the_averages(lamp: Callable[..., Path]) -> None:
    found = luminaires(photometry([lamp()], road=M5, date=DAY))[0]["road"]
    grids = found["grids"]
    seen = np.array(grids["luminance_cd_m2_by_observer_x_y"])
    lit = np.array(grids["illuminance_lx_by_x_y"])
    assert seen.shape == (2, len(grids["luminance_x_m"]), len(grids["luminance_y_m"])) == (2, 10, 6)
    assert lit.shape == (len(grids["illuminance_x_m"]), len(grids["illuminance_y_m"])) == (10, 4)
    assert seen.mean(axis=(1, 2)).min() == pytest.approx(found["luminance_average_cd_m2"])
    assert lit.mean() == pytest.approx(found["illuminance_average_lx"])
    assert lit.min() == pytest.approx(found["illuminance_minimum_lx"])


def test_the_flux_that_is_needed_is_enough(lamp: Callable[..., Path]) -> None:
    path = lamp()
    weak = photometry([path], road=M5, source_flux_lm=1000.0, date=DAY)
    found = luminaires(weak)[0]["road"]
    assert not found["meets"]
    assert weak.exit == 1
    strong = photometry([path], road=M5, source_flux_lm=found["needed_source_flux_lm"], date=DAY)
    assert luminaires(strong)[0]["road"]["meets"]
    assert luminaires(strong)[0]["road"]["luminance_average_cd_m2"] == pytest.approx(0.5)


def test_a_luminaire_turned_to_the_houses_lights_less(lamp: Callable[..., Path]) -> None:
    path = lamp()
    straight, turned = (
        luminaires(photometry([path], road=M5, turn_deg=turn, date=DAY))[0]["road"] for turn in (0.0, 180.0)
    )
    assert turned["luminance_average_cd_m2"] < 0.9 * straight["luminance_average_cd_m2"]
    again = luminaires(photometry([path], road=M5, turn_deg=360.0, date=DAY))[0]["road"]
    assert again["luminance_average_cd_m2"] == pytest.approx(straight["luminance_average_cd_m2"])


def test_luminaires_are_ranked_by_the_power_that_the_class_takes(lamp: Callable[..., Path], tmp_path: Path) -> None:
    """Same light, half the efficacy: twice the power; one that cannot meet the class comes last."""
    good, poor = lamp("good.ldt"), lamp("poor.ldt", power_w=80.0)
    narrow = tmp_path / "narrow.ldt"
    beam = replace(lambertian(), intensity_cd_klm=lambertian().intensity_cd_klm ** 12 / 318.31**11)
    narrow.write_text(eulumdat(beam, power_w=1000.0 / 50), encoding="utf-8")
    answer = photometry([narrow, poor, good], road=M5, date=DAY)
    table = answer.sections[-1].table
    assert table is not None
    assert table["file"].to_list() == ["good.ldt", "poor.ldt", "narrow.ldt"]
    assert table["power"][1] == pytest.approx(2 * table["power"][0])
    roads = {one["file"]: one["road"] for one in luminaires(answer)}
    assert [roads[name]["meets_with_needed_flux"] for name in table["file"]] == [True, True, False]
    assert len(photometry([good], road=M5, date=DAY).sections) == 3, "one alone needs no ranking"


@pytest.mark.parametrize("arrangement", [one.name.lower() for one in Arrangement])
def test_two_rows_take_twice_the_power(lamp: Callable[..., Path], arrangement: str) -> None:
    asked = AskedRoad(class_name="C4", width_m=8.0, spacing_m=30.0, height_m=8.0, arrangement=arrangement, median_m=2.0)
    found = luminaires(photometry([lamp()], road=asked, date=DAY))[0]["road"]
    rows, areas = (1 if arrangement == "single" else 2), (2 if arrangement == "central" else 1)
    density = rows * 40 / (found["illuminance_average_lx"] * areas * 8 * 30)
    assert found["power_density_indicator_w_lx_m2"] == pytest.approx(density)


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        (AskedRoad(class_name="M7", width_m=6.0, spacing_m=28.0, height_m=8.0), "BOC-PHO-011"),
        (AskedRoad(class_name="M4", width_m=6.0), "BOC-PHO-012"),
        (AskedRoad(class_name="M4", width_m=6.0, spacing_m=28.0, height_m=1.0), "BOC-PHO-013"),
        (AskedRoad(class_name="M4", width_m=6.0, spacing_m=2800.0, height_m=8.0), "BOC-PHO-013"),
        (AskedRoad(class_name="M4", width_m=6.0, spacing_m=28.0, height_m=8.0, maintenance_factor=0), "BOC-PHO-013"),
    ],
)
def test_roads_that_cannot_be_asked(lamp: Callable[..., Path], asked: AskedRoad, code: str) -> None:
    with pytest.raises(BocageError) as refusal:
        photometry([lamp()], road=asked, date=DAY)
    assert refusal.value.code == code
    for language in LANGUAGES:
        assert not any("{" in refusal.value.say(part, language) for part in ("what", "why", "fix"))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "fault", [{"tilt_deg": float("nan")}, {"tilt_deg": 90.0}, {"turn_deg": 400.0}, {"source_flux_lm": 0.0}]
)
def test_tilt_and_flux_that_cannot_be(lamp: Callable[..., Path], fault: dict[str, float]) -> None:
    with pytest.raises(BocageError) as refusal:
        photometry([lamp()], date=DAY, **fault)  # type: ignore[arg-type]
    assert refusal.value.code == "BOC-PHO-013"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_command(lamp: Callable[..., Path], capsys: pytest.CaptureFixture[str], language: str) -> None:
    dim, good = lamp("dim.ldt", flux_lm=1200.0, power_w=10.0), lamp("good.ldt")
    assert run(["photometry", str(good), str(dim), *ROAD, "--lang", language]) == 0
    text = capsys.readouterr().out
    assert "{" not in text
    assert ("est respectée" if language == "fr" else "is met") in text
    assert ("n’est pas respectée" if language == "fr" else "is not met") in text
    assert run(["photometry", str(good), *ROAD, "--check"]) == 0
    assert run(["photometry", str(dim), *ROAD, "--check"]) == 1
    capsys.readouterr()
    assert run(["photometry", str(good), str(dim), *ROAD, "--json", "--lang", language]) == 0
    data = json.loads(capsys.readouterr().out)["data"]
    assert [one["road"]["meets"] for one in data["luminaires"]] == [True, False]


def test_a_length_without_a_class_asks_for_it(lamp: Callable[..., Path], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["photometry", str(lamp()), "--width", "6", "--json"]) == 2
    assert json.loads(capsys.readouterr().out)["error"]["code"] == "BOC-PHO-011"


def test_a_broken_file_is_refused_with_its_line(lamp: Callable[..., Path], capsys: pytest.CaptureFixture[str]) -> None:
    path = lamp(flux_lm="beaucoup")
    assert run(["photometry", str(path), "--json"]) == 3
    error = json.loads(capsys.readouterr().out)["error"]
    assert error["code"] == "BOC-PHO-005"
    assert error["where"]["line"] == "29"
