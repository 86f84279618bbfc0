"""What the tests of the import share: the luminaire table, and one way to import a file."""

from collections.abc import Callable
from pathlib import Path

import pytest

import bocage
from bocage.sources.files import read_raw
from bocage.sources.inventory import Reading, check_inventory
from bocage.sources.propose import layer_fit, propose_mapping
from bocage.vocabulary.columns import Table, declared_asset_tables, shared_asset_tables

LIGHTING = Path(bocage.__file__).parent / "domains" / "lighting"
AREA = (650_000.0, 6_858_000.0, 655_000.0, 6_863_000.0)
"""A territory of 5 km by 5 km in Paris, Lambert-93."""


@pytest.fixture(scope="session")
def luminaire() -> Table:
    return declared_asset_tables(LIGHTING)[0]


@pytest.fixture(scope="session")
def tables(luminaire: Table) -> list[Table]:
    return [luminaire, *shared_asset_tables().values()]


@pytest.fixture(scope="session")
def values() -> dict[str, Path]:
    return {"luminaire": LIGHTING / "values.csv"}


@pytest.fixture(scope="session")
def import_file(luminaire: Table, values: dict[str, Path]) -> Callable[..., Reading]:
    """Import as a person would: read, propose, check; the number of rows must always add up."""

    def run(path: Path, *, layer: str | None = None, area: object = AREA) -> Reading:
        raw = read_raw(path, layer=layer, fits=layer_fit([luminaire]))
        mapping = propose_mapping(raw, [luminaire], values=values)
        reading = check_inventory(raw, table=luminaire, mapping=mapping, srid=2154, area=area, values=values)
        rows = len(raw.numbers) + int(str(reading.facts["points_added"]))
        assert len(reading.rows) + len(reading.refused) + reading.duplicates == rows
        assert reading.rows["asset_id"].is_unique().all()
        assert reading.rows.schema == luminaire.polars_schema()
        return reading

    return run
