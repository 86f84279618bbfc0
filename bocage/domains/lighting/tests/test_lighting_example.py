"""The example territory: the same bytes each time, its faults as declared, its files readable."""

import csv
import hashlib
import io
import json
import re
from collections import Counter
from pathlib import Path

import numpy as np
import pyogrio
import pytest
from pyproj import CRS, Transformer
from python_calamine import CalamineWorkbook

from bocage.domains.lighting.example import DIRT, write_example
from bocage.domains.lighting.example.dirt import SPELLINGS
from bocage.domains.lighting.example.luminaires import CLEARANCE_M, lamps, luminaires
from bocage.domains.lighting.example.point_shapefile import Field, write_point_shapefile
from bocage.domains.lighting.example.streets import centreline, distance_along, streets
from bocage.vocabulary.example import EXAMPLE_TERRITORY, ExampleFile

PINNED_W = 84_687.0


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, ExampleFile]:
    return {file.path.name: file for file in write_example(tmp_path_factory.mktemp("Exemple fictif é"))}


@pytest.fixture(scope="module")
def town(files: dict[str, ExampleFile]) -> list[dict[str, str]]:
    title, _, text = files["eclairage_bourg.csv"].path.read_bytes().decode("cp1252").partition("\r\n")
    assert "fictif" in title
    return list(csv.DictReader(io.StringIO(text), delimiter=";"))


def number(text: str) -> float:
    return float(text.replace(",", "."))


def hashes(folder: Path) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.iterdir()}


def test_same_seed_gives_the_same_bytes_and_another_seed_does_not(tmp_path: Path) -> None:
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        write_example(tmp_path / name, seed=seed)
    first, second, other = (hashes(tmp_path / name) for name in "abc")
    assert first == second
    assert {name for name in first if first[name] == other[name]} == {
        "collectivites.csv",
        "contrats.csv",
        "eclairage_hameaux.prj",
    }


def test_writing_again_over_the_files_is_allowed(tmp_path: Path) -> None:
    write_example(tmp_path)
    before = hashes(tmp_path)
    write_example(tmp_path)
    assert hashes(tmp_path) == before


def test_each_file_is_announced_with_its_type_and_both_titles(files: dict[str, ExampleFile]) -> None:
    assert all(file.path.is_file() for file in files.values())
    assert Counter(file.asset_type for file in files.values()) == {
        "luminaire": 3,
        "contract": 1,
        "road": 1,
        "public_body": 1,
    }
    assert len({file.source for file in files.values()}) == len(files)
    assert all(file.title["fr"] and file.title["en"] for file in files.values())


def test_about_nine_hundred_luminaires_stand_apart_beside_their_street() -> None:
    placed = luminaires(1)
    assert 850 <= len(placed) <= 950
    points = np.array([(one.x_m, one.y_m) for one in placed])
    distances = np.hypot(*(points[:, None] - points[None]).transpose(2, 0, 1))
    np.fill_diagonal(distances, np.inf)
    assert distances.min() >= CLEARANCE_M - 0.01
    lines = {street.name: centreline(street, seed=1) for street in streets()}
    widths = {street.name: street.width_m for street in streets()}
    for one in placed:
        nearest = np.hypot(*(lines[one.street] - (one.x_m, one.y_m)).T).min()
        assert nearest <= widths[one.street] / 2 + 1.2 + 6.0, one.identifier


def test_each_technology_of_a_real_mix_is_there_and_sodium_leads() -> None:
    mix = Counter(one.lamp.technology for one in luminaires(1))
    total = mix.total()
    assert set(mix) == {lamp.technology for lamp in lamps()}
    assert 0.5 <= mix["HPS"] / total <= 0.6
    assert 0.15 <= mix["LED"] / total <= 0.25
    assert 0.08 <= mix["HG"] / total <= 0.12


def test_the_draws_have_not_drifted_with_a_library() -> None:
    """Same figures with numpy 1.26 and 2.4; another value here means that every document's example has changed."""
    placed = luminaires(1)
    assert Counter(one.inventory for one in placed) == {"bourg": 692, "hameaux": 129, "zac": 76}
    assert sum(one.lamp.system_power_w for one in placed) == pytest.approx(PINNED_W)


def test_streets_meet_where_their_control_points_do() -> None:
    ends = {street.name: centreline(street, seed=1)[[0, -1]] for street in streets()}
    origin = centreline(streets()[0], seed=1)
    assert np.hypot(*(ends["Rue du Pont"][0] - ends["Rue de l'Église"][0])) < 0.01
    assert np.hypot(*(origin - ends["Rue du Pont"][0]).T).min() < 9.0
    assert all(distance_along(centreline(street, seed=1))[-1] > 20 for street in streets())


@pytest.mark.parametrize(
    ("column", "count"),
    [
        ("Puissance (W)", DIRT.missing_power),
        ("Type lampe", DIRT.missing_technology),
        ("Année", DIRT.missing_year),
        ("Hauteur feu", DIRT.missing_height),
    ],
)
def test_town_misses_as_many_values_as_declared(town: list[dict[str, str]], column: str, count: int) -> None:
    rows = town[: -DIRT.duplicates]
    assert sum(row[column] == "" for row in rows) == count


def test_some_powers_carry_their_unit(town: list[dict[str, str]]) -> None:
    written = [row["Puissance (W)"] for row in town[: -DIRT.duplicates]]
    assert sum(power.endswith(" W") for power in written) == DIRT.power_with_unit


def test_town_repeats_the_rows_declared_and_no_other(town: list[dict[str, str]]) -> None:
    seen = Counter(tuple(row.values()) for row in town)
    assert sum(count - 1 for count in seen.values()) == DIRT.duplicates
    assert len({row["N° point"] for row in town}) == len(town) - DIRT.duplicates


def test_town_has_the_misplaced_points_declared(town: list[dict[str, str]]) -> None:
    places = [(number(row["X"]), number(row["Y"])) for row in town]
    assert sum(x > 6_000_000 and y < 1_000_000 for x, y in places) == DIRT.swapped
    assert sum((x, y) == (0, 0) for x, y in places) == DIRT.null_island
    assert sum(400_000 < x < 470_000 and 6_760_000 < y < 6_830_000 for x, y in places) == len(places) - 3


def test_town_is_written_the_french_way(files: dict[str, ExampleFile], town: list[dict[str, str]]) -> None:
    raw = files["eclairage_bourg.csv"].path.read_bytes()
    with pytest.raises(UnicodeDecodeError):
        raw.decode("utf-8")
    assert b"\r\n" in raw
    assert any("," in row["Puissance absorbée (W)"] for row in town)
    assert all(re.fullmatch(r"(\d{4})?", row["Année"]) for row in town)
    written = {row["Type lampe"] for row in town if row["Type lampe"]}
    assert written <= {name for names in SPELLINGS.values() for name in names}
    assert len(written & set(SPELLINGS["HPS"])) >= 4
    led = [row for row in town if "led" in row["Type lampe"].lower()]
    assert led
    assert {row["Puissance absorbée (W)"] for row in led} == {"0"}


def test_every_row_says_that_the_commune_is_fictional(
    files: dict[str, ExampleFile], town: list[dict[str, str]]
) -> None:
    assert {row["Commune"] for row in town} == {"Valbocage (fictif)"}
    assert "fictif" in files["voies.geojson"].path.read_text(encoding="utf-8")
    assert files["contrats.csv"].path.read_text(encoding="utf-8-sig").count("fictive") == 2
    assert EXAMPLE_TERRITORY["synthetic"] is True


def test_hamlets_open_as_a_lambert_93_shapefile_of_the_syndicate(files: dict[str, ExampleFile]) -> None:
    meta, _, geometry, values = pyogrio.raw.read(files["eclairage_hameaux.shp"].path)
    columns = dict(zip(meta["fields"], values, strict=True))
    assert CRS.from_user_input(meta["crs"]).to_epsg(min_confidence=60) == 2154
    assert meta["geometry_type"] == "Point"
    assert max(len(name) for name in meta["fields"]) == 10
    assert len(geometry) == sum(one.inventory == "hameaux" for one in luminaires(1))
    assert set(columns["MO_SIREN"]) == {"259999999"}
    assert {"La Chênaie", "La Guérinière"} <= set(columns["HAMEAU"])
    assert (columns["PUISSANCE"] == 0).any()
    assert set(columns["PUISSANCE"]) <= {0.0} | {lamp.lamp_power_w for lamp in lamps()}


def test_business_park_opens_as_a_workbook_under_a_contract(files: dict[str, ExampleFile]) -> None:
    with files["eclairage_zac.xlsx"].path.open("rb") as stream:
        (title, *_), _, header, *rows = (
            CalamineWorkbook.from_filelike(stream).get_sheet_by_name("Inventaire").to_python()
        )
    assert "fictif" in title
    sheet = [dict(zip(header, row, strict=True)) for row in rows]
    expected = [one for one in luminaires(1) if one.inventory == "zac"]
    assert {row["Contrat"] for row in sheet} == {"MPGP-ZAC"}
    assert [row["Puissance nominale (W)"] for row in sheet] == [one.lamp.lamp_power_w for one in expected]
    assert {row["Date de pose"].month for row in sheet} == {6}
    to_lambert = Transformer.from_crs(4326, 2154, always_xy=True)
    x, y = to_lambert.transform(sheet[0]["Longitude"], sheet[0]["Latitude"])
    assert (x, y) == pytest.approx((expected[0].x_m, expected[0].y_m), abs=0.02)


def test_contracts_cover_the_luminaires_and_one_allows_little(
    files: dict[str, ExampleFile], town: list[dict[str, str]]
) -> None:
    text = files["contrats.csv"].path.read_text(encoding="utf-8-sig")
    contracts = {row["Identifiant"]: row for row in csv.DictReader(io.StringIO(text), delimiter=";")}
    assert {row["Contrat"] for row in town} == {"MARCHE-ENTRETIEN"} < set(contracts)
    assert contracts["MPGP-ZAC"]["Périmètre"].split(";") == ["dimming", "curfew"]
    assert contracts["MPGP-ZAC"]["Fin"] == "30/09/2029"


def test_roads_are_geojson_around_the_declared_centre(files: dict[str, ExampleFile]) -> None:
    content = json.loads(files["voies.geojson"].path.read_text(encoding="utf-8"))
    assert len(content["features"]) == len(streets())
    longitudes, latitudes = np.array([p for f in content["features"] for p in f["geometry"]["coordinates"]]).T
    assert abs(np.median(longitudes) - EXAMPLE_TERRITORY["longitude_deg"]) < 0.02
    assert abs(np.median(latitudes) - EXAMPLE_TERRITORY["latitude_deg"]) < 0.02
    assert len({f["properties"]["id"] for f in content["features"]}) == len(streets())


def luhn(siren: str) -> int:
    digits = [int(digit) * (1 + rank % 2) for rank, digit in enumerate(reversed(siren))]
    return sum(digit - 9 * (digit > 9) for digit in digits) % 10


def test_its_numbers_cannot_be_those_of_a_real_body(files: dict[str, ExampleFile]) -> None:
    assert luhn("732829320") == 0, "the check itself, on the example of the INSEE documentation"
    assert luhn(str(EXAMPLE_TERRITORY["siren"])) != 0
    assert luhn("259999999") != 0
    assert str(EXAMPLE_TERRITORY["code"]).startswith("99"), "no département is numbered 99"


def test_shapefile_refuses_what_does_not_fit(tmp_path: Path) -> None:
    field, day = Field("NOM", "C", 3), (2026, 9, 30)
    with pytest.raises(ValueError, match="wider than 3"):
        write_point_shapefile(tmp_path / "a.shp", [field], [{"NOM": "long"}], [(0, 0)], written_on=day)
    with pytest.raises(ValueError, match="at least one"):
        write_point_shapefile(tmp_path / "a.shp", [field], [], [], written_on=day)
