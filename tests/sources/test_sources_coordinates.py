"""Places in every system and every way of writing them: read where they are, or told where that is not sure."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import polars as pl
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import CRS, Transformer

from bocage.sources.coordinates import angle, measures, pairs
from bocage.sources.extent import Extent
from bocage.sources.files import read_raw
from bocage.sources.inventory import Reading, check_inventory
from bocage.sources.mapping import load_mapping, write_mapping
from bocage.sources.projections import Reference, find_reference, repair_rows
from bocage.sources.propose import propose_mapping
from bocage.sources.systems import systems_by_family
from bocage.sources.vector import write_vector
from bocage.vocabulary.codes import BocageError
from bocage.vocabulary.columns import Table

Import = Callable[..., Reading]
X, Y = 652_000.0, 6_860_000.0
LON, LAT = Transformer.from_crs(2154, 4326, always_xy=True).transform(X, Y)

TOWNS = {  # longitude, latitude, legal projection
    "Rennes": (-1.678, 48.111, 2154), "Metz": (6.176, 49.120, 2154), "Nice": (7.262, 43.710, 2154),
    "Ajaccio": (8.738, 41.919, 2154), "Bayonne": (-1.475, 43.493, 2154), "Lille": (3.063, 50.637, 2154),
    "Brest": (-4.486, 48.390, 2154), "Rodez": (2.573, 44.350, 2154), "Strasbourg": (7.750, 48.580, 2154),
    "Pointe-à-Pitre": (-61.533, 16.241, 5490), "Fort-de-France": (-61.070, 14.604, 5490),
    "Cayenne": (-52.327, 4.938, 2972), "Saint-Laurent-du-Maroni": (-54.033, 5.497, 2972),
    "Saint-Denis": (55.450, -20.879, 2975), "Mamoudzou": (45.228, -12.780, 4471),
    "Saint-Pierre": (-56.177, 46.778, 4467), "Nouméa": (166.442, -22.271, 3163), "Papeete": (-149.566, -17.535, 3297),
}  # fmt: skip


def _points(town: str, srid: int, count: int = 20) -> np.ndarray:
    """Points around a town as a file in that system writes them."""
    longitude, latitude, _ = TOWNS[town]
    steps = np.arange(count)
    x, y = Transformer.from_crs(4326, srid, always_xy=True).transform(
        longitude + steps % 5 * 1e-3, latitude + steps // 5 * 1e-3
    )
    return np.column_stack([x, y])


def _in_use(town: str) -> list[int]:
    """Systems of the part of France where a town lies, whose area holds it."""
    longitude, latitude, legal = TOWNS[town]
    family = next(one for one in systems_by_family().values() if any(system.srid == legal for system in one))
    found = []
    for system in family:
        west, south, east, north = CRS.from_epsg(system.srid).area_of_use.bounds
        if west <= longitude <= east and south <= latitude <= north:
            found.append(system.srid)
    return found


CASES = [(town, srid) for town in TOWNS for srid in _in_use(town)]


@pytest.mark.parametrize(("town", "srid"), CASES)
def test_every_system_of_every_part_of_france_is_found_near_its_territory(town: str, srid: int) -> None:
    longitude, latitude, legal = TOWNS[town]
    x, y = Transformer.from_crs(4326, legal, always_xy=True).transform(longitude, latitude)
    extent = Extent.of(shapely.Point(x, y).buffer(30_000), legal)
    written = _points(town, srid)
    alike = np.abs(written[:, 0] - written[:, 1]).max() < 50_000  # swapped, such points stay where they were
    for swapped in (False,) if alike and srid != 4326 else (False, True):
        xy = written[:, ::-1] if swapped else written
        reference, _ = find_reference(Path("a.csv"), xy, None, extent)
        found, done = repair_rows(xy, reference, extent)
        assert set(done) <= {""}
        assert np.hypot(*(found - _points(town, legal)).T).max() < 5.0


@pytest.mark.parametrize(("town", "srid"), [case for case in CASES if TOWNS[case[0]][2] == 2154])
def test_a_departement_is_enough_to_tell_systems_apart(town: str, srid: int) -> None:
    """Without the centre of the territory, the middle of its département decides, 60 km off as it may be."""
    longitude, latitude, _ = TOWNS[town]
    extent = Extent.of(None, 2154, hint=(longitude + 0.5, latitude - 0.4))
    reference, verdicts = find_reference(Path("a.csv"), _points(town, srid), None, extent)
    found, _ = repair_rows(_points(town, srid), reference, extent)
    assert np.hypot(*(found - _points(town, 2154)).T).max() < 5.0
    assert "BOC-IMP-327" not in {verdict.code for verdict in verdicts}


@pytest.mark.parametrize(("town", "srid"), [case for case in CASES if TOWNS[case[0]][2] == 2154])
def test_without_any_hint_a_wrong_system_is_never_silent(town: str, srid: int) -> None:
    extent = Extent.of(None, 2154)
    try:
        reference, verdicts = find_reference(Path("a.csv"), _points(town, srid), None, extent)
    except BocageError as error:
        assert error.code == "BOC-IMP-033"
        assert f"EPSG:{srid}" in error.say("what", "fr")
        return
    found, _ = repair_rows(_points(town, srid), reference, extent)
    right = np.hypot(*(found - _points(town, 2154)).T).max() < 5.0
    said = {verdict.code: verdict for verdict in verdicts}
    assert right or f"EPSG:{srid}" in said["BOC-IMP-327"].say("what", "fr")


def test_most_systems_need_no_hint() -> None:
    """Counted over the mainland towns and systems: how many are read right without any hint at all."""
    right = 0
    cases = [case for case in CASES if TOWNS[case[0]][2] == 2154]
    for town, srid in cases:
        extent = Extent.of(None, 2154)
        try:
            reference, _ = find_reference(Path("a.csv"), _points(town, srid), None, extent)
        except BocageError:
            continue
        found, _ = repair_rows(_points(town, srid), reference, extent)
        right += bool(np.hypot(*(found - _points(town, 2154)).T).max() < 5.0)
    assert right / len(cases) > 0.6, f"{right} of {len(cases)}"  # zones of UTM and of the old Lambert share numbers


@pytest.mark.parametrize(("factor", "unit"), [(1e3, "millimètres"), (1e-3, "kilomètres"), (1e2, "centimètres")])
def test_another_unit_is_found_and_told(factor: float, unit: str) -> None:
    extent = Extent.of((650_000.0, 6_858_000.0, 655_000.0, 6_863_000.0), 2154)
    xy = np.array([[X + i, Y + i] for i in range(20)]) * factor
    reference, verdicts = find_reference(Path("a.csv"), xy, None, extent)
    assert reference == Reference(2154, scale=1 / factor)
    said = {verdict.code: verdict for verdict in verdicts}
    assert unit in said["BOC-IMP-329"].say("what", "fr")


def test_degrees_without_their_decimal_mark() -> None:
    extent = Extent.of((650_000.0, 6_858_000.0, 655_000.0, 6_863_000.0), 2154)
    xy = np.array([[round((LON + i * 1e-4) * 1e6), round(LAT * 1e6)] for i in range(20)], dtype=float)
    reference, verdicts = find_reference(Path("a.csv"), xy, None, extent)
    assert reference == Reference(4326, scale=1e-6)
    assert "BOC-IMP-329" in {verdict.code for verdict in verdicts}


def test_rows_in_another_unit_must_fall_among_the_others() -> None:
    extent = Extent.of((650_000.0, 6_858_000.0, 655_000.0, 6_863_000.0), 2154)
    xy = np.array([[X, Y], [X + 10, Y], [X / 1000, Y / 1000], [X * 1000, Y * 1000], [X / 2, Y / 2]])
    found, done = repair_rows(xy, Reference(2154), extent)
    assert done.tolist() == ["", "", "BOC-IMP-328", "BOC-IMP-328", "BOC-IMP-103"]
    assert np.hypot(*(found[2:4] - [X, Y]).T).max() < 1e-6


def test_a_declared_system_prevails_where_it_suits() -> None:
    extent = Extent.of(None, 2154)
    xy = _points("Metz", 3857)
    assert find_reference(Path("a.csv"), xy, 3857, extent)[0] == Reference(3857)


def _sexagesimal(degrees: float, form: str) -> str:
    """An angle under a form that takes whole degrees `d`, minutes `m` and seconds `s`."""
    minutes = degrees % 1 * 60
    values = {"d": int(degrees), "m": int(minutes), "f": minutes, "s": minutes % 1 * 60}
    return form.format(**values)


DEGREES, COMMA = "{d}°{m:02d}'{s:.2f}\"", "{d}° {m}′ {s:.2f}″"
WRITINGS = {
    "comma": (f"{LAT:.6f}".replace(".", ","), f"{LON:.6f}".replace(".", ",")),
    "degrees, minutes, seconds": (_sexagesimal(LAT, DEGREES) + "N", _sexagesimal(LON, DEGREES) + "E"),
    "typographic marks": tuple(
        _sexagesimal(value, COMMA).replace(".", ",") + f" {letter}" for value, letter in ((LAT, "N"), (LON, "E"))
    ),
    "degrees and minutes": (_sexagesimal(LAT, "N {d}° {f:.5f}'"), _sexagesimal(LON, "E {d}° {f:.5f}'")),
    "spaces alone": (_sexagesimal(LAT, "{d} {m} {s:.2f}"), _sexagesimal(LON, "{d} {m} {s:.2f}")),
    "hemispheres": (f"{LAT:.6f} N", f"{LON:.6f}E"),
    "degree signs": (f"{LAT:.6f}°", f"{LON:.6f}°"),
}


@pytest.mark.parametrize("name", WRITINGS)
@pytest.mark.parametrize("form", ["two columns", "one column"])
def test_ways_of_writing_degrees(name: str, form: str, tmp_path: Path, import_file: Import) -> None:
    latitude, longitude = WRITINGS[name]
    path = tmp_path / "a.csv"
    if form == "two columns":
        frame = pl.DataFrame({"id": ["1"], "latitude": [latitude], "longitude": [longitude], "puissance": ["70"]})
    else:
        frame = pl.DataFrame({"id": ["1"], "gps": [f"{latitude} ; {longitude}"], "puissance": ["70"]})
    frame.write_csv(path, separator="\t")
    rows = import_file(path).rows
    assert shapely.distance(shapely.from_wkb(rows["geometry"][0]), shapely.Point(X, Y)) < 1.0


PAIRS = {
    "lat, lon": f"{LAT:.7f}, {LON:.7f}",
    "lon lat": f"{LON:.7f} {LAT:.7f}",
    "brackets": f"[{LON:.7f}, {LAT:.7f}]",
    "with a height": f"{LAT:.7f},{LON:.7f},35.2",
    "metres": "652000.00, 6860000.00",
    "metres with spaces": "652 000,0 ; 6 860 000,0",
    "WKT": "POINT (652000 6860000)",
    "EWKT": f"SRID=4326;POINT({LON} {LAT})",
    "WKT of three numbers": "POINT Z (652000 6860000 35)",
    "WKT with commas": f"POINT({LON:.7f} {LAT:.7f})".replace(".", ","),
    "WKB": shapely.to_wkb(shapely.Point(X, Y), hex=True),
    "EWKB": shapely.to_wkb(shapely.set_srid(shapely.Point(LON, LAT), 4326), hex=True, include_srid=True),
    "WKB of PostgreSQL": "\\x" + shapely.to_wkb(shapely.Point(X, Y), hex=True).lower(),
    "GeoJSON": f'{{"type": "Point", "coordinates": [{LON}, {LAT}]}}',
}


@pytest.mark.parametrize("name", PAIRS)
def test_places_in_one_column(name: str, tmp_path: Path, import_file: Import) -> None:
    path = tmp_path / "a.csv"
    pl.DataFrame({"id": ["1", "2"], "position": [PAIRS[name]] * 2, "puissance": ["70", "80"]}).write_csv(
        path, separator="\t"
    )
    reading = import_file(path)
    assert len(reading.rows) == 2
    assert shapely.distance(shapely.from_wkb(reading.rows["geometry"][0]), shapely.Point(X, Y)) < 1.0
    for place in (reading.facts["srid_read"],):
        assert place in {2154, 4326}


@settings(max_examples=300, deadline=None, derandomize=True)
@given(degrees=st.floats(-179.9, 179.9), south=st.booleans())
def test_an_angle_survives_its_writing(degrees: float, south: bool) -> None:
    whole = abs(degrees)
    minutes, seconds = int(whole % 1 * 60), whole % 1 * 60 % 1 * 60
    if seconds >= 59.99995:
        return
    text = f"{int(whole)}°{minutes}'{seconds:.4f}\"{'S' if south else 'N'}"
    value = angle(text)
    assert value is not None
    assert value == pytest.approx(-whole if south else whole, abs=1e-7)


@settings(max_examples=200, deadline=None, derandomize=True)
@given(text=st.text(alphabet="0123456789.,;:°'\"NSEWOnord -+/|[]()\u202f", max_size=25))
def test_any_text_is_a_place_or_none(text: str) -> None:
    cells = pl.Series([text, None])
    for found in (measures(cells, decimal=","), *pairs(cells)):
        assert len(found) == 2
        assert found[1] is None
        assert found[0] is None or np.isfinite(found[0])


def test_missing_and_impossible_places(tmp_path: Path, import_file: Import) -> None:
    path = tmp_path / "a.csv"
    path.write_text(
        "id;longitude;latitude;puissance\n"
        f"1;{LON};{LAT};70\n2;nan;{LAT};70\n3;;;70\n4;0;0;70\n5;NC;NC;70\n6;{LON};91;70\n7;{LON};{LAT};70\n"
        f"8;{LON};{LAT};70\n9;{LON};{LAT};70\n10;{LON};{LAT};70\n11;{LON};{LAT};70\n12;{LON};{LAT};70\n",
        encoding="utf-8",
    )
    reading = import_file(path)
    assert dict(reading.refused.select("id", "bocage_code").iter_rows()) == {
        "2": "BOC-IMP-110", "3": "BOC-IMP-101", "4": "BOC-IMP-102", "5": "BOC-IMP-101", "6": "BOC-IMP-103",
    }  # fmt: skip


def _several(path: Path, counts: list[int]) -> Path:
    shapes = [shapely.Point(X, Y), shapely.MultiPoint([(X + 10, Y), (X + 20, Y), (X + 40, Y)]), shapely.Point(X, Y + 9)]
    frame = pl.DataFrame(
        {"id": ["a", "b", "c"], "nb_lampes": counts, "puissance": [70.0] * 3,
         "geometry": [bytes(shapely.to_wkb(shape)) for shape in shapes]}
    )  # fmt: skip
    return write_vector(frame, path, driver="GPKG", srid=2154, layer="a", geometry_type="Unknown")


def test_several_points_of_several_lamps_are_each_an_asset(tmp_path: Path, import_file: Import) -> None:
    reading = import_file(_several(tmp_path / "a.gpkg", [1, 3, 1]))
    assert reading.rows["asset_id"].to_list() == ["a", "b-1", "b-2", "b-3", "c"]
    found = shapely.get_x(shapely.from_wkb(reading.rows["geometry"].to_numpy()))
    assert found.tolist() == [X, X + 10, X + 20, X + 40, X]
    said = {verdict.code: verdict.count for verdict in reading.verdicts}
    assert said["BOC-IMP-330"] == 2
    assert (reading.facts["rows_in_file"], reading.facts["points_added"]) == (3, 2)


def test_several_points_of_one_asset_are_at_their_centre(tmp_path: Path, import_file: Import) -> None:
    reading = import_file(_several(tmp_path / "a.gpkg", [1, 1, 1]))
    assert reading.rows["asset_id"].to_list() == ["a", "b", "c"]
    assert {verdict.code for verdict in reading.verdicts} == {"BOC-IMP-308"}


def test_the_splitting_is_written_in_the_mapping(tmp_path: Path, luminaire: Table, values: dict[str, Path]) -> None:
    raw = read_raw(_several(tmp_path / "a.gpkg", [1, 3, 1]))
    mapping = load_mapping(write_mapping(propose_mapping(raw, [luminaire], values=values), tmp_path / "m.toml"))
    assert mapping.place.parts == "each"
    text = (tmp_path / "m.toml").read_text(encoding="utf-8").replace('parts = "each"', 'parts = "one"')
    (tmp_path / "m.toml").write_text(text, encoding="utf-8")
    reading = check_inventory(raw, table=luminaire, mapping=load_mapping(tmp_path / "m.toml"), srid=2154, values=values)
    assert len(reading.rows) == 3
