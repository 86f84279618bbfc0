"""What goes out comes back: each open format, imported again, makes the same twin."""

import datetime as dt
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import polars as pl
import pytest
import shapely

from bocage.cli.program import run
from bocage.publish.open_data.published import public_columns
from bocage.sources.table_schema import LATITUDE, LONGITUDE, read_schemas
from bocage.twin.build import import_file
from bocage.twin.demo import write_examples
from bocage.twin.export import export
from bocage.twin.territory import Territory, create_territory
from bocage.vocabulary.columns import GEOMETRY, parse_value
from bocage.vocabulary.example import EXAMPLE_TERRITORY

PARIS = "lighting/paris5/eclairage-public-ext-noSquareSoutPriv_arr05buf100_dissolveFoyer.gpkg"
METRES = 0.02
"""Seven decimals of a degree."""
FORMATS = ("opendata", "geojson", "sdm")
LIGHTING = ("luminaire", "support", "cabinet", "circuit")


def paris(folder: Path, data: Path) -> Territory:
    settings: dict[str, object] = {"longitude_deg": 2.35, "latitude_deg": 48.845}
    territory = create_territory(folder, code="75105", name="Paris 5e", settings=settings)
    import_file(territory, data / PARIS, source="paris")
    return territory


def example(folder: Path) -> Territory:
    settings = {key: EXAMPLE_TERRITORY[key] for key in ("longitude_deg", "latitude_deg", "kind", "siren", "synthetic")}
    territory = create_territory(folder, code=str(EXAMPLE_TERRITORY["code"]), name="Valbocage", settings=settings)
    files = folder.parent / f"{folder.name}-files"
    files.mkdir()
    for file in write_examples(files):
        if file.asset_type in LIGHTING:
            import_file(territory, file.path, asset_type=file.asset_type, source=file.source)
    return territory


def filled(folder: Path) -> Territory:
    """One asset of each type with every column filled, from the examples of the schemas."""
    territory = create_territory(folder, code="35238", name="Valbocage")
    schemas = read_schemas(territory.domain("lighting").folder / "open_data")
    for name, schema in schemas.items():
        table = territory.asset_tables[name]
        row = {
            field.column: parse_value(table.column(field.column), field.example)
            for field in schema.fields
            if field.column not in {LONGITUDE, LATITUDE}
        }
        frame = pl.DataFrame([row])
        if table.geometry != "none":
            frame = frame.with_columns(pl.Series(GEOMETRY, [shapely.to_wkb(shapely.Point(433_000, 6_794_000))]))
        territory.store.merge_assets(table, table.conform(frame), source="made", on=dt.date(2026, 1, 1))
    return territory


def files_of(folder: Path, territory: Territory, form: str) -> dict[str, Path]:
    """The file of each type of street lighting; entities of several types stand in one."""
    names = {"luminaire": "luminaires", "support": "supports", "cabinet": "armoires", "circuit": "departs"}
    if form == "opendata":
        found = {
            name: folder / f"{territory.code}-opendata" / f"eclairage-public-{word}.csv" for name, word in names.items()
        }
    elif form == "geojson":
        found = {name: folder / f"{territory.code}-{name}.geojson" for name in names}
    else:
        found = {"luminaire": folder / f"{territory.code}-lighting-ngsi-ld.jsonld"}
    return {name: path for name, path in found.items() if path.exists()}


def assert_same(before: Territory, after: Territory, name: str) -> None:
    table = before.asset_tables[name]
    one, other = (territory.store.read_assets(table).sort("asset_id") for territory in (before, after))
    assert one.height == other.height > 0
    for column in public_columns(table):
        assert one[column.name].equals(other[column.name]), (name, column.name)
    if table.geometry == "point":
        apart = shapely.distance(*(shapely.from_wkb(frame[GEOMETRY].to_numpy()) for frame in (one, other)))
        assert np.max(apart) < METRES


def round_trip(before: Territory, form: str, tmp_path: Path) -> Territory:
    export(before, into=tmp_path / "out", formats=[form])
    settings = {key: before.config.sections["territory"][key] for key in ("longitude_deg", "latitude_deg", "kind")}
    after = create_territory(tmp_path / "again", code=before.code, name=before.name, settings=settings)
    for name, path in files_of(tmp_path / "out", before, form).items():
        # GeoJSON keeps our own names of columns, which several types share
        answer = import_file(after, path, asset_type=name if form == "geojson" else None)
        assert (answer.data["refused"], answer.data["set_aside"], answer.data["duplicates"]) == (0, 0, 0)
    return after


@pytest.mark.data
@pytest.mark.parametrize("form", FORMATS)
def test_paris_comes_back_the_same(form: str, data: Path, tmp_path: Path) -> None:
    before = paris(tmp_path / "paris", data)
    after = round_trip(before, form, tmp_path)
    for name in ("luminaire", "support") if form != "sdm" else ("luminaire",):
        assert_same(before, after, name)


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("make", [example, filled], ids=["example", "filled"])
def test_a_territory_comes_back_the_same(make: Callable[[Path], Territory], form: str, tmp_path: Path) -> None:
    before = make(tmp_path / "before")
    after = round_trip(before, form, tmp_path)
    carried = {"opendata": LIGHTING, "geojson": LIGHTING[:3], "sdm": ("luminaire", "cabinet", "circuit")}[form]
    compared = [name for name in carried if before.store.count_assets(before.asset_tables[name])]
    assert "luminaire" in compared
    for name in compared:
        assert_same(before, after, name)


def test_estimates_are_not_published(tmp_path: Path) -> None:
    """The luminaire has no power: the diagnosis would estimate one, the open files leave it empty."""
    territory = create_territory(tmp_path / "twin", code="35238", name="Valbocage")
    table = territory.asset_tables["luminaire"]
    row = pl.DataFrame([{"asset_id": "L1", "technology": "HPS"}])
    row = row.with_columns(pl.Series(GEOMETRY, [shapely.to_wkb(shapely.Point(433_000, 6_794_000))]))
    territory.store.merge_assets(table, table.conform(row), source="made", on=dt.date(2026, 1, 1))
    export(territory, into=tmp_path / "out", formats=["opendata", "geojson", "sdm"])
    frame = pl.read_csv(tmp_path / "out" / "35238-opendata" / "eclairage-public-luminaires.csv")
    assert frame["puissance_totale_w"].null_count() == 1
    (feature,) = json.loads((tmp_path / "out" / "35238-luminaire.geojson").read_text("utf-8"))["features"]
    assert feature["properties"]["system_power_w"] is None
    entities = json.loads((tmp_path / "out" / "35238-lighting-ngsi-ld.jsonld").read_text("utf-8"))
    assert not any("systemPower" in entity for entity in entities)


def test_the_prm_of_a_cabinet_stays_inside(tmp_path: Path) -> None:
    territory = filled(tmp_path / "twin")
    cabinet = territory.asset_tables["cabinet"]
    territory.store.correct(cabinet, "ARM-3", "prm", "12345678901234", author="test", on=dt.date(2026, 2, 1))
    answer = export(territory, into=tmp_path / "out", formats=FORMATS)
    assert answer.files
    assert not any("12345678901234" in path.read_text("utf-8") for path in answer.files)


def test_the_command_writes_what_is_asked_and_refuses_the_rest(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    territory = filled(tmp_path / "twin")
    territory.store.close()
    asked = ["export", "-t", str(territory.folder), "--into", str(tmp_path / "out"), "--json"]
    assert run([*asked, "--format", "opendata", "--format", "sdm"]) == 0
    names = sorted(Path(name).name for name in json.loads(capsys.readouterr().out)["data"]["files"])
    assert names == [
        "35238-lighting-ngsi-ld.jsonld", "datapackage.json", "eclairage-public-armoires.csv",
        "eclairage-public-departs.csv", "eclairage-public-luminaires.csv", "eclairage-public-supports.csv",
    ]  # fmt: skip
    assert run([*asked, "--format", "dwg"]) == 2
    assert json.loads(capsys.readouterr().out)["error"]["code"] == "BOC-TWI-014"


def test_an_empty_territory_writes_nothing(tmp_path: Path) -> None:
    territory = create_territory(tmp_path / "twin", code="35238", name="Valbocage")
    assert export(territory, into=tmp_path / "out", formats=FORMATS).files == []
