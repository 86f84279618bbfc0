"""The import contracts hold, and each one fails where it is broken on purpose."""

import os
import subprocess
import sys
import tomllib
from pathlib import Path

import grimp
import pytest

ROOT = Path(__file__).parents[2]
LINT = "import sys; from importlinter.cli import lint_imports_command; sys.exit(lint_imports_command())"
DOMAIN_FILES = ("inventory", "physics", "actions", "simulate", "diagnose", "watch", "evaluate")
LAYERS = "Dependencies go down"
INDEPENDENCE = "A domain knows no other domain"
TABLES_ONLY = "Plans and reports see tables"
NO_MONEY = "A domain yields physical outcomes"
PURE = "The core reads no database"
GDAL = "GDAL stays in the child process"
SHAPE = "Inside a domain, the same order"
DECIDE_FLOORS = "Inside decide, from what may be chosen"


def lint(folder: Path) -> tuple[int, str]:
    """Exit status and output of the linter on the packages of a folder."""
    environment = {**os.environ, "PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1", "COLUMNS": "300"}
    done = subprocess.run(
        [sys.executable, "-c", LINT],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


@pytest.fixture
def skeleton(tmp_path: Path) -> Path:
    """The packages of Bocage, empty, with the real contracts and two domains of the right shape."""
    (tmp_path / "pyproject.toml").write_bytes((ROOT / "pyproject.toml").read_bytes())
    package = tmp_path / "bocage"
    layers = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]
    for layer in layers["contracts"][0]["layers"]:
        for name in layer.split("|"):
            _write(package / name.strip() / "__init__.py")
    floors = next(one for one in layers["contracts"] if one.get("containers") == ["bocage.decide"])
    for layer in floors["layers"]:
        for name in layer.split("|"):
            _write(package / "decide" / name.strip() / "__init__.py")
    _write(package / "__init__.py")
    _write(package / "__main__.py")
    for domain in ("lighting", "water"):
        _write(package / "domains" / domain / "__init__.py")
        for name in DOMAIN_FILES:
            _write(package / "domains" / domain / f"{name}.py")
    return tmp_path


def _write(path: Path, text: str = "") -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f'"""A module."""\n{text}\n', encoding="utf-8")


def test_contracts_hold() -> None:
    status, output = lint(ROOT)
    assert status == 0, output


def test_the_skeleton_is_sound(skeleton: Path) -> None:
    """Else the breaches below would prove nothing."""
    status, output = lint(skeleton)
    assert status == 0, output


@pytest.mark.parametrize(
    ("file", "text", "contract"),
    [
        ("utils.py", "", LAYERS),
        ("common/__init__.py", "", LAYERS),
        ("vocabulary/x.py", "import bocage.store", LAYERS),
        ("science/x.py", "import bocage.finance", LAYERS),
        ("sources/x.py", "import bocage.store", LAYERS),
        ("store/x.py", "from bocage import sources", LAYERS),
        ("decide/money/x.py", "import bocage.publish", LAYERS),
        ("twin/x.py", "import bocage.cli", LAYERS),
        ("science/hidden.py", "def late():\n    import bocage.twin", LAYERS),
        ("vocabulary/typed.py", "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import bocage.store", LAYERS),
        ("domains/lighting/inventory.py", "import bocage.domains.water.inventory", INDEPENDENCE),
        ("domains/lighting/diagnose.py", "def late():\n    from bocage.domains import water", INDEPENDENCE),
        ("publish/x.py", "import bocage.domains.lighting", TABLES_ONLY),
        ("decide/money/x.py", "from bocage.domains import water", TABLES_ONLY),
        ("decide/x.py", "", DECIDE_FLOORS),
        ("decide/portfolio/x.py", "import bocage.decide.funding", DECIDE_FLOORS),
        ("decide/funding/x.py", "import bocage.decide.question", DECIDE_FLOORS),
        ("domains/lighting/simulate.py", "import bocage.finance", NO_MONEY),
        ("domains/lighting/inventory.py", "import bocage.store", NO_MONEY),
        ("science/x.py", "import sqlite3", PURE),
        ("finance/x.py", "import urllib.request", PURE),
        ("vocabulary/x.py", "import subprocess", PURE),
        ("store/x.py", "import pyogrio", GDAL),
        ("twin/x.py", "from osgeo import gdal", GDAL),
        ("domains/water/x.py", "", SHAPE),
        ("domains/water/helpers.py", "", SHAPE),
        ("domains/lighting/inventory.py", "import bocage.domains.lighting.simulate", SHAPE),
        ("domains/lighting/watch.py", "import bocage.domains.lighting.evaluate", SHAPE),
    ],
)
def test_a_breach_is_named(file: str, text: str, contract: str, skeleton: Path) -> None:
    _write(skeleton / "bocage" / file, text)
    status, output = lint(skeleton)
    assert status != 0
    broken = [line for line in output.splitlines() if line.rstrip().endswith("BROKEN")]
    assert any(line.startswith(contract) for line in broken), output


def test_a_fifth_domain_must_have_every_file(skeleton: Path) -> None:
    for name in DOMAIN_FILES:
        if name != "evaluate":
            _write(skeleton / "bocage" / "domains" / "waste" / f"{name}.py")
    _write(skeleton / "bocage" / "domains" / "waste" / "__init__.py")
    status, output = lint(skeleton)
    assert status != 0
    assert "bocage.domains.waste.evaluate" in output


def test_no_module_imports_itself_through_others() -> None:
    """A circle hides behind a string annotation as well as behind an import inside a function: none is drawn."""
    graph = grimp.build_graph("bocage", include_external_packages=False, cache_dir=None)
    standing = set(graph.modules)
    while free := {module for module in standing if not graph.find_modules_directly_imported_by(module) & standing}:
        standing -= free
    while free := {module for module in standing if not graph.find_modules_that_directly_import(module) & standing}:
        standing -= free
    assert sorted(standing) == []
