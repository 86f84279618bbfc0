"""One verb per chore, on any system, with nothing but Python: `python chores.py demo | test | lint | docs | bench`.

The first call creates `.venv` beside this file and installs Bocage in it; later calls reuse it
until `pyproject.toml` changes. Stop and start again as you like: a half-made environment is redone.
"""

import hashlib
import os
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
OLDEST = (3, 11)


def main(arguments: list[str]) -> int:
    """Run the chore named first; further arguments go to the command behind it."""
    if sys.version_info < OLDEST:
        print(f"Bocage needs Python {OLDEST[0]}.{OLDEST[1]} or later; this is {sys.version.split()[0]}.")
        return 2
    chores = {
        "setup": setup_only,
        "demo": demo,
        "test": test,
        "lint": lint,
        "docs": docs,
        "bench": bench,
        "locale": locale,
    }
    if not arguments or arguments[0] not in chores:
        print("usage: python chores.py " + " | ".join(chores))
        return 2
    return chores[arguments[0]](arguments[1:])


def setup_only(_arguments: list[str]) -> int:
    """Make the environment with the tools of the developers."""
    prepare(extra="dev")
    return 0


def demo(arguments: list[str]) -> int:
    """Import, diagnose, plan and report the example territory."""
    prepare(extra="")
    return run("-m", "bocage", "demo", *arguments)


def test(arguments: list[str]) -> int:
    """Everything: style, types, import contracts, tests (in parallel)."""
    prepare(extra="dev")
    status = lint([])
    return run("-m", "pytest", "-n", "auto", *arguments) or status


def lint(_arguments: list[str]) -> int:
    """Ruff, mypy strict, import contracts; all are run, the first failure is returned."""
    prepare(extra="dev")
    checks = (
        ["-m", "ruff", "check", "."],
        ["-m", "ruff", "format", "--check", "."],
        ["-m", "mypy"],
        [
            "-c",
            "import sys; from importlinter.cli import lint_imports_command; sys.exit(lint_imports_command())",
        ],
    )
    statuses = [run(*check) for check in checks]
    return next((status for status in statuses if status), 0)


def docs(_arguments: list[str]) -> int:
    """Regenerate the pages that are drawn from the code."""
    prepare(extra="dev")
    return run("-m", "bocage.twin.manual", str(ROOT / "docs"))


def bench(arguments: list[str]) -> int:
    """Benchmarks: `bench` lists them, `bench NAME` runs one."""
    prepare(extra="dev")
    return run("-m", "benchmarks", *arguments)


def locale(_arguments: list[str]) -> int:
    """Compile the translations after an edit."""
    prepare(extra="dev")
    return run("build_catalogues.py")


def prepare(*, extra: str) -> None:
    """Create or refresh the environment where `pyproject.toml` or the extra asks for more."""
    wanted = hashlib.sha256((ROOT / "pyproject.toml").read_bytes()).hexdigest()
    stamp = VENV / "bocage-setup.txt"
    have = stamp.read_text().split() if stamp.exists() else []
    if have[:1] == [wanted] and (not extra or extra in have):
        return
    print("Setting up Bocage in .venv (a few minutes the first time)…", file=sys.stderr, flush=True)
    if not PYTHON.exists():
        venv.create(VENV, with_pip=True, clear=VENV.exists())
    target = f".[{extra}]" if extra else "."
    quiet = ["--quiet", "--disable-pip-version-check"]
    command = [PYTHON, "-m", "pip", "install", *quiet, "--editable", target]
    if subprocess.run(command, cwd=ROOT, check=False).returncode:
        sys.exit(
            "The packages could not be installed (the lines above say why: often no access to PyPI, or a full disk).\n"
            "Nothing else was changed; run the same command again once it is mended."
        )
    extras = {extra} | (set(have[1:]) if have[:1] == [wanted] else set())
    stamp.write_text(" ".join([wanted, *sorted(filter(None, extras))]))


def run(*arguments: str) -> int:
    """Run the environment's Python from the root of the checkout."""
    return subprocess.run([PYTHON, *arguments], cwd=ROOT, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
