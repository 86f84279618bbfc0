"""A PostgreSQL server of its own, in a temporary folder on the loopback, for tests and benchmarks."""

import contextlib
import os
import secrets
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

DEBIAN = Path("/usr/lib/postgresql")


class ServerMissingError(Exception):
    """There is no PostgreSQL server on this machine."""


@dataclass(frozen=True)
class Cluster:
    """A server; made by `running_cluster`.

    Attributes:
        folder: holds its files.
        programs: folder of `initdb` and `pg_ctl`.
        port: on 127.0.0.1.
        password: of its administrator.
        durable: whether a commit waits for the disk.
    """

    folder: Path
    programs: Path
    port: int
    password: str
    durable: bool

    @property
    def url(self) -> str:
        """Address of its administrator."""
        return f"postgresql://postgres:{self.password}@127.0.0.1:{self.port}/postgres"

    @property
    def data(self) -> Path:
        """Folder of the databases."""
        return self.folder / "data"

    def create(self) -> None:
        """Make the files of the server."""
        secret = self.folder / "password"
        secret.write_text(self.password)
        if os.getuid() == 0:
            for path in (self.folder, secret):
                shutil.chown(path, "postgres")
        options = ["--username=postgres", "--auth=scram-sha-256", f"--pwfile={secret}"]
        self._run("initdb", "-D", str(self.data), *options, "--encoding=UTF8", "--locale=C", "--no-sync")

    def start(self) -> None:
        """Start it and wait until it answers."""
        options = f"-p {self.port} -k {self.folder} -c listen_addresses=127.0.0.1 -c max_wal_size=4GB"
        options += "" if self.durable else " -c fsync=off"
        self._run("pg_ctl", "-D", str(self.data), "-l", str(self.folder / "log"), "-o", options, "-w", "start")

    def stop(self, mode: str = "fast") -> None:
        """Stop it: `fast` undoes what runs, `immediate` is a crash."""
        self._run("pg_ctl", "-D", str(self.data), "-m", mode, "-w", "stop")

    def _run(self, program: str, *arguments: str) -> None:
        command = [str(self.programs / program), *arguments]
        if os.getuid() == 0:  # the server refuses to run as root
            command = ["runuser", "-u", "postgres", "--", *command]
        output = self.folder / "output"  # a file: the server would keep a pipe open for ever
        with output.open("w") as stream:
            status = subprocess.run(
                command, cwd=self.folder, stdin=subprocess.DEVNULL, stdout=stream, stderr=stream, check=False
            ).returncode
        if status:
            raise RuntimeError(f"{program}: {output.read_text()}")


@contextlib.contextmanager
def running_cluster(*, durable: bool = False) -> Iterator[Cluster]:
    """A server for as long as it is needed.

    Args:
        durable: a commit waits for the disk, as on a real server.

    Raises:
        ServerMissingError: nothing of PostgreSQL was found.
    """
    programs = find_programs()
    folder = Path(tempfile.mkdtemp(prefix="bocage-pg-"))
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    cluster = Cluster(folder, programs, port, secrets.token_urlsafe(12), durable)
    try:
        cluster.create()
        cluster.start()
        try:
            yield cluster
        finally:
            if (cluster.data / "postmaster.pid").exists():
                cluster.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def find_programs() -> Path:
    """Folder of `initdb` and `pg_ctl`: the newest that Debian has, or that of the path."""
    found = sorted(DEBIAN.glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    beside = shutil.which("initdb")
    if not found and beside is None:
        raise ServerMissingError("there is no PostgreSQL server on this machine (apt install postgresql)")
    return found[-1].parent if found else Path(str(beside)).parent
