"""The twins that the tests of the store open: the same test runs on both forms."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from store_samples import SRID, Twins

from bocage.store.geopackage import GeoPackageStore, open_store

FORMS = ("geopackage", "postgis")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "Saint-Étienne d'en haut"


@pytest.fixture
def file_store(folder: Path) -> Iterator[GeoPackageStore]:
    with open_store(folder, srid=SRID, create=True, patience_s=0.2) as opened:
        yield opened


@pytest.fixture(params=FORMS)
def form(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture
def twins(form: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Twins]:
    address = None
    if form == "postgis":
        address = request.getfixturevalue("address")
    opened = Twins(form, tmp_path / "twins", address)
    with opened.stack:
        yield opened


@pytest.fixture
def store(twins: Twins) -> Any:
    return twins.open(patience_s=0.2)


@pytest.fixture(scope="session")
def address(database: str) -> Any:
    """The administrator's address of the test database, as the store wants it."""
    from bocage.store.postgis.address import address_in  # noqa: PLC0415 - of an extra

    return address_in({"BOCAGE_DATABASE_URL": database})


@pytest.fixture
def postgis(address: Any, tmp_path: Path) -> Iterator[Twins]:
    """Twins of the server form, for what only it can do."""
    opened = Twins("postgis", tmp_path, address)
    with opened.stack:
        yield opened
