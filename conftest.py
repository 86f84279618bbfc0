"""What all tests share: where the real data are, a database server, and whether services and data are required."""

import contextlib
import os
import secrets
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

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


@dataclass(frozen=True)
class Cluster:
    """A PostgreSQL server of its own, in a temporary folder, on the loopback."""

    folder: Path
    programs: Path
    port: int
    password: str

    @property
    def url(self) -> str:
        """Address of its administrator."""
        return f"postgresql://postgres:{self.password}@127.0.0.1:{self.port}/postgres"

    def create(self) -> None:
        """Make the files of the server."""
        (self.folder / "password").write_text(self.password)
        if os.getuid() == 0:
            for path in (self.folder, self.folder / "password"):
                shutil.chown(path, "postgres")
        options = ["--username=postgres", "--auth=scram-sha-256", f"--pwfile={self.folder / 'password'}"]
        self._run("initdb", "-D", str(self.folder / "data"), *options, "--encoding=UTF8", "--locale=C", "--no-sync")

    def start(self) -> None:
        """Start it and wait until it answers."""
        options = f"-p {self.port} -k {self.folder} -c listen_addresses=127.0.0.1 -c fsync=off -c max_wal_size=4GB"
        log = str(self.folder / "log")
        self._run("pg_ctl", "-D", str(self.folder / "data"), "-l", log, "-o", options, "-w", "start")

    def stop(self, mode: str = "fast") -> None:
        """Stop it: `fast` undoes what runs, `immediate` is a crash."""
        self._run("pg_ctl", "-D", str(self.folder / "data"), "-m", mode, "-w", "stop")

    def _run(self, program: str, *arguments: str) -> None:
        command = [str(self.programs / program), *arguments]
        if os.getuid() == 0:  # the server refuses to run as root
            command = ["runuser", "-u", "postgres", "--", *command]
        done = subprocess.run(
            command, cwd=self.folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout


@contextlib.contextmanager
def running_cluster() -> Iterator[Cluster]:
    """A server for as long as it is needed."""
    folder = Path(tempfile.mkdtemp(prefix="bocage-pg-"))
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    cluster = Cluster(folder, _programs(), port, secrets.token_urlsafe(12))
    try:
        cluster.create()
        cluster.start()
        try:
            yield cluster
        finally:
            if (folder / "data" / "postmaster.pid").exists():
                cluster.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _programs() -> Path:
    """Folder of `initdb` and `pg_ctl`; the test is skipped where there is none, and fails where it is required."""
    beside = shutil.which("initdb")
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    if not found and beside is None:
        _absent("there is no PostgreSQL server on this machine (apt install postgresql postgresql-postgis)")
    return found[-1].parent if found else Path(str(beside)).parent


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
        url = given or stack.enter_context(running_cluster()).url
        name = f"bocage_test_{secrets.token_hex(4)}"
        with psycopg.connect(url, autocommit=True) as connection:
            if not connection.execute("SELECT 1 FROM pg_available_extensions WHERE name = 'postgis'").fetchone():
                _absent("PostGIS is not installed on the server (apt install postgresql-postgis)")
            connection.execute(f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8'")
        yield urlunsplit(urlsplit(url)._replace(path=f"/{name}"))
        if given:
            with psycopg.connect(url, autocommit=True) as connection:
                connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
