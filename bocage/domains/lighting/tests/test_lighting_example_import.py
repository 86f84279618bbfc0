"""The import is scored on the example, whose truth is known: what it keeps, mends, refuses and sets aside."""

from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest
import shapely

from bocage.domains.lighting.example import DIRT, write_example
from bocage.domains.lighting.example.luminaires import Luminaire, luminaires
from bocage.sources.files import read_raw
from bocage.sources.inventory import Reading, check_inventory
from bocage.sources.propose import propose_mapping
from bocage.vocabulary.columns import declared_asset_tables, shared_asset_tables
from bocage.vocabulary.example import EXAMPLE_TERRITORY

LIGHTING = Path(__file__).parents[1]
TABLES = [*declared_asset_tables(LIGHTING), *shared_asset_tables().values()]
VALUES = {"luminaire": LIGHTING / "values.csv"}
TRUTH = {one.identifier: one for one in luminaires(seed=1)}
OTHERS = {"commune-collectivites", "commune-contrats", "commune-voies"}
SRID = int(str(EXAMPLE_TERRITORY["srid"]))


@pytest.fixture(scope="module")
def readings(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Reading]:
    found = {}
    for file in write_example(tmp_path_factory.mktemp("example"), seed=1):
        raw = read_raw(file.path)
        mapping = propose_mapping(raw, TABLES, values=VALUES)
        assert mapping.asset_type == file.asset_type, file.path.name
        table = next(table for table in TABLES if table.name == mapping.asset_type)
        found[file.source] = check_inventory(raw, table=table, mapping=mapping, srid=SRID, values=VALUES)
    return found


@pytest.fixture(scope="module")
def rows(readings: dict[str, Reading]) -> pl.DataFrame:
    lit = [reading.rows for source, reading in readings.items() if source not in OTHERS]
    return pl.concat(lit)


def test_no_luminaire_is_lost_and_only_the_one_without_a_place_is_refused(
    readings: dict[str, Reading], rows: pl.DataFrame
) -> None:
    refused = pl.concat([reading.refused for reading in readings.values()], how="diagonal")
    assert refused.height == DIRT.null_island
    assert rows["asset_id"].is_unique().all()
    assert set(rows["asset_id"]) | set(refused["N° point"]) == set(TRUTH)


def test_every_point_is_where_it_stands_swapped_ones_included(rows: pl.DataFrame) -> None:
    points = shapely.from_wkb(rows["geometry"].to_numpy())
    truth = [TRUTH[identifier] for identifier in rows["asset_id"]]
    distance = shapely.distance(points, shapely.points([(one.x_m, one.y_m) for one in truth]))
    assert distance.max() < 0.03  # the workbook gives seven decimals of a degree, about a centimetre


@pytest.mark.parametrize(
    ("column", "truth", "unknown"),
    [
        ("technology", lambda one: one.lamp.technology, DIRT.missing_technology),
        ("lamp_power_w", lambda one: one.lamp.lamp_power_w, None),
        ("mounting_height_m", lambda one: one.height_m, None),
        ("installed_on", lambda one: one.year, DIRT.missing_year),
        ("street", lambda one: one.street, 0),
        ("sector", lambda one: one.sector, 0),
        ("cabinet_id", lambda one: one.cabinet, 0),
        ("switching", lambda one: one.switching, 0),
        ("curfew_from", lambda one: one.curfew and one.curfew[0], None),
        ("dimming_level_percent", lambda one: one.dimming and one.dimming[2], None),
    ],
)
def test_every_value_that_was_read_is_true(
    rows: pl.DataFrame, column: str, truth: Callable[[Luminaire], object], unknown: int | None
) -> None:
    values = rows[column].dt.year() if column == "installed_on" else rows[column]
    known = [
        (identifier, value) for identifier, value in zip(rows["asset_id"], values, strict=True) if value is not None
    ]
    assert [value for _, value in known] == [truth(TRUTH[identifier]) for identifier, _ in known]
    assert known
    if unknown is not None:  # the refused row may be one of them
        assert unknown - DIRT.null_island <= rows.height - len(known) <= unknown


def test_owner_and_contract_come_with_the_points(rows: pl.DataFrame, readings: dict[str, Reading]) -> None:
    assert set(readings["syndicat-hameaux"].rows["owner_siren"]) == {"259999999"}
    assert set(readings["titulaire-zac"].rows["contract_id"]) == {"MPGP-ZAC"}
    contracts = readings["commune-contrats"].rows
    assert set(rows["contract_id"].drop_nulls()) == set(contracts["asset_id"])
    assert contracts.filter(asset_id="MPGP-ZAC")["scope"].item().to_list() == ["dimming", "curfew"]


def test_roads_are_read_in_the_projection_of_the_territory(readings: dict[str, Reading]) -> None:
    roads = readings["commune-voies"].rows
    lines = shapely.from_wkb(roads["geometry"].to_numpy())
    lit = shapely.MultiPoint([(one.x_m, one.y_m) for one in TRUTH.values()])
    assert shapely.distance(shapely.union_all(lines), lit) < 10
    assert 30_000 < shapely.length(lines).sum() < 60_000
