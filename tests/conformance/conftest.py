"""A domain fresh from the scaffold, as an outside package would provide it."""

import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

from bocage.twin.scaffold import new_domain
from bocage.vocabulary.domain import Domain


@pytest.fixture(scope="session")
def scaffold_project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of the outside package `bocage_scaffolded`."""
    folder = tmp_path_factory.mktemp("outside")
    new_domain("scaffolded", into=folder)
    return folder / "bocage-scaffolded"


@pytest.fixture
def scaffolded(scaffold_project: Path) -> Iterator[Domain]:
    """The domain of that package, imported."""
    sys.path.insert(0, str(scaffold_project))
    try:
        yield import_module("bocage_scaffolded").DOMAIN
    finally:
        sys.path.remove(str(scaffold_project))
