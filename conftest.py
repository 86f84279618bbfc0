"""What all tests share: where the real data are, and whether services and data are required."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parent
REQUIRED = os.environ.get("BOCAGE_TEST_ALL") == "1"


def pytest_configure() -> None:
    """Compile the catalogues, so that texts are tested as they stand."""
    from build_catalogues import compile_catalogues  # noqa: PLC0415 - of the checkout, not of the package

    compile_catalogues(ROOT)


@pytest.fixture(scope="session")
def data() -> Path:
    """Folder of the real files; the test is skipped where it is absent, and fails where it is required."""
    folder = Path(os.environ.get("BOCAGE_DATA", ROOT.parent / "shared" / "data"))
    if not folder.is_dir():
        message = f"the real data are not at {folder} (set BOCAGE_DATA)"
        if REQUIRED:
            pytest.fail(message)
        pytest.skip(message)
    return folder


@pytest.fixture(scope="session")
def tool() -> Callable[[str], str]:
    """Path of a program of the system; the test is skipped where it is absent, and fails where it is required."""

    def find(name: str) -> str:
        path = shutil.which(name)
        if path is None:
            message = f"{name} is not installed"
            if REQUIRED:
                pytest.fail(message)
            pytest.skip(message)
        return path

    return find
