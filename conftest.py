"""What all tests share: where the real data are, a database server, and whether services and data are required."""

import contextlib
import os
import secrets
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest

from benchmarks.database_cluster import Cluster, ServerMissingError, running_cluster

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


def _absent(message: str) -> None:
    if REQUIRED:
        pytest.fail(message)
    pytest.skip(message)


@pytest.fixture(scope="session")
def cluster() -> Callable[[], contextlib.AbstractContextManager[Cluster]]:
    """Starts a server of its own, for a test that crashes it."""
    return running_cluster


@pytest.fixture(scope="session")
def database() -> Iterator[str]:
    """Address of the administrator of an empty database with PostGIS at hand, dropped at the end.

    On the server that `BOCAGE_TEST_DATABASE_URL` names, else on one that is started for the purpose.
    """
    try:
        import psycopg  # noqa: PLC0415 - of an extra
    except ImportError:
        _absent("psycopg is not installed (pip install -e .[server])")
    with contextlib.ExitStack() as stack:
        given = os.environ.get("BOCAGE_TEST_DATABASE_URL")
        try:
            url = given or stack.enter_context(running_cluster()).url
        except ServerMissingError as missing:
            _absent(str(missing))
        name = f"bocage_test_{secrets.token_hex(4)}"
        with psycopg.connect(url, autocommit=True) as connection:
            if not connection.execute("SELECT 1 FROM pg_available_extensions WHERE name = 'postgis'").fetchone():
                _absent("PostGIS is not installed on the server (apt install postgresql-postgis)")
            connection.execute(f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8'")
        yield urlunsplit(urlsplit(url)._replace(path=f"/{name}"))
        if given:
            with psycopg.connect(url, autocommit=True) as connection:
                connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
