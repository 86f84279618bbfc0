from collections.abc import Iterator
from pathlib import Path

import pytest
from store_samples import SRID

from bocage.store.geopackage import GeoPackageStore, open_store


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "Saint-Étienne d'en haut"


@pytest.fixture
def store(folder: Path) -> Iterator[GeoPackageStore]:
    with open_store(folder, srid=SRID, create=True, patience_s=0.2) as opened:
        yield opened
