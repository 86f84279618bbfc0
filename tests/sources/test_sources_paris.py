"""The real inventory of the 5th arrondissement of Paris: recognised without a mapping, no lamp lost."""

from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from bocage.sources.files import read_raw
from bocage.sources.inventory import Reading, check_inventory
from bocage.sources.propose import propose_mapping
from bocage.vocabulary.columns import Table

pytestmark = pytest.mark.data
FILE = "lighting/paris5/eclairage-public-ext-noSquareSoutPriv_arr05buf100_dissolveFoyer.gpkg"


@pytest.fixture(scope="module")
def reading(data: Path, tables: list[Table], values: dict[str, Path]) -> Reading:
    raw = read_raw(data / FILE)
    mapping = propose_mapping(raw, tables, values=values)
    assert mapping.asset_type == "luminaire"
    assert mapping.identifier == "foyer"
    assert mapping.place.kind == "geometry"
    assert mapping.headers == {
        "support_id": "cod_ouvrag", "technology": "lib_lampef", "lamp_power_w": "pw_lampe",
        "system_power_w": "pwc_lampe", "source_flux_lm": "flux_lampe", "colour_temperature_k": "tempcouleu",
        "ulor_percent": "ulor", "dlor_percent": "dlor", "mounting_height_m": "hauteur_su", "lantern": "lib_lumi_1",
        "model": "lib_lumina", "street": "lib_voie", "sector": "lib_secteu", "regime": "lib_regime",
        "rated_life_h": "dureevie_1",
    }  # fmt: skip
    return check_inventory(raw, table=tables[0], mapping=mapping, srid=2154, values=values)


def test_no_lamp_is_lost(reading: Reading) -> None:
    assert (len(reading.rows), len(reading.refused), reading.duplicates) == (3824, 0, 0)


def test_zeros_are_set_aside(reading: Reading) -> None:
    groups = reading.set_aside.group_by("code", "column").agg(pl.len()).iter_rows()
    counted = {(code, column): count for code, column, count in groups}
    assert counted == {
        ("BOC-IMP-201", "system_power_w"): 1313,
        ("BOC-IMP-201", "mounting_height_m"): 3317,
        ("BOC-IMP-201", "source_flux_lm"): 36,
        ("BOC-IMP-201", "colour_temperature_k"): 12,
        ("BOC-IMP-203", "technology"): 6,
    }


def test_values_of_the_reference(reading: Reading) -> None:
    """Counts of the reference note: 174 lamps above 3,000 K, 1,176 above 4 % of upward light, 408.2 kW."""
    rows = reading.rows
    assert (rows["colour_temperature_k"] > 3000).sum() == 174
    upward = rows["ulor_percent"] / (rows["ulor_percent"] + rows["dlor_percent"])
    assert (upward.fill_nan(None) > 0.04).sum() == 1176
    power = rows.select(pl.coalesce("system_power_w", "lamp_power_w").sum()).item()
    assert power / 1000 == pytest.approx(408.2, abs=0.05)
    assert dict(rows["technology"].drop_nulls().value_counts().iter_rows()) == {
        "LED": 1310, "HPS": 1582, "CPO": 468, "MH": 260, "HG": 132, "FLUO": 42, "INDUCTION": 24,
    }  # fmt: skip
    assert dict(rows["regime"].value_counts().iter_rows()) == {"night": 3816, "permanent": 8}


def test_roads_of_the_bd_topo(data: Path, tables: list[Table], values: dict[str, Path]) -> None:
    raw = read_raw(data / "lighting/paris5/bdtopo2019_troncon_route_arr05buf100.gpkg")
    mapping = propose_mapping(raw, tables, values=values)
    road = next(table for table in tables if table.name == "road")
    reading = check_inventory(raw, table=road, mapping=mapping, srid=2154, values=values)
    assert mapping.asset_type == "road"
    assert len(reading.rows) + reading.duplicates == 1329
    assert len(reading.refused) == 0


def test_inventory_as_text_gives_the_same_rows(
    reading: Reading, data: Path, tmp_path: Path, import_file: Callable[..., Reading]
) -> None:
    """The same lamps as a semicolon CSV of a French spreadsheet, coordinates in degrees."""
    raw = read_raw(data / FILE)
    comma = raw.frame.with_columns(pl.col(pl.Float64).round(6).cast(pl.String).str.replace(".", ",", literal=True))
    path = tmp_path / "paris.csv"
    comma.drop("geo_shape", "posx_ouvra", "posy_ouvra").write_csv(path, separator=";")
    again = import_file(path)
    assert len(again.rows) == 3824
    same = [name for name in reading.rows.columns if name != "geometry"]
    assert again.rows.select(same).equals(reading.rows.select(same))


def test_verdicts_speak_of_columns_as_people_do(reading: Reading) -> None:
    said = {(verdict.code, verdict.columns): verdict.say("what", "fr") for verdict in reading.verdicts}
    assert (
        said["BOC-IMP-203", ("technology",)]
        == "Code inconnu (Technologie)\u202f: 6, par exemple «\u202fPlot de jalonnement\u202f»"
    )
    assert said["BOC-IMP-201", ("system_power_w",)].endswith("(Puissance avec appareillage)\u202f: 1\u202f313")
