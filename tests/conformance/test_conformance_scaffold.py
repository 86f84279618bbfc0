"""A new domain passes everything untouched: in a checkout, and as a package of its own."""

import gettext
import io
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from bocage.twin import domains
from bocage.twin.conformance import check_domain
from bocage.twin.doctor import doctor
from bocage.twin.scaffold import code_letters, compiled_catalogue, new_domain
from bocage.vocabulary.codes import BocageError

ROOT = Path(__file__).parents[2]
LONGEST = "a" + "b" * 29
LINT = "import sys; from importlinter.cli import lint_imports_command; sys.exit(lint_imports_command())"


@pytest.fixture(autouse=True)
def _forget() -> Iterator[None]:
    domains.forget_domains()
    yield
    domains.forget_domains()


def _run(*command: str, into: Path, path: Path) -> None:
    """Run Python with `path` ahead of the installed package; show its output where it fails."""
    environment = {**os.environ, "PYTHONPATH": str(path), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        [sys.executable, *command],
        cwd=into,
        env=environment,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of what counts for a new domain, where two of them are made."""
    folder = tmp_path_factory.mktemp("checkout")
    unwanted = shutil.ignore_patterns("__pycache__", "tests")
    shutil.copytree(ROOT / "bocage", folder / "bocage", ignore=unwanted)
    shutil.copy(ROOT / "pyproject.toml", folder)
    for name in ("waste", LONGEST):
        _run("-m", "bocage", "new-domain", name, into=folder, path=folder)
    return folder


def test_inside_a_checkout_it_passes_its_own_tests(checkout: Path) -> None:
    folder = f"bocage/domains/{LONGEST}"
    _run("-m", "pytest", folder, "-p", "no:xdist", "--rootdir", str(checkout), into=checkout, path=checkout)


def test_inside_a_checkout_it_passes_style_whatever_its_name(checkout: Path) -> None:
    for name in ("waste", LONGEST):
        _run("-m", "ruff", "check", "--no-cache", f"bocage/domains/{name}", into=checkout, path=checkout)
        _run("-m", "ruff", "format", "--check", "--no-cache", f"bocage/domains/{name}", into=checkout, path=checkout)


def test_inside_a_checkout_it_passes_types(checkout: Path) -> None:
    _run("-m", "mypy", "-p", "bocage.domains.waste", into=checkout, path=checkout)


def test_inside_a_checkout_import_contracts_still_hold(checkout: Path) -> None:
    _run("-c", LINT, into=checkout, path=checkout)


def test_outside_it_passes_style_types_and_contracts(scaffold_project: Path) -> None:
    path = scaffold_project
    _run("-m", "ruff", "check", "--no-cache", ".", into=path, path=path)
    _run("-m", "ruff", "format", "--check", "--no-cache", ".", into=path, path=path)
    _run("-m", "mypy", into=path, path=path)
    _run("-c", LINT, into=path, path=path)


def _install(project: Path, name: str, target: str) -> None:
    """What pip writes for a package with an entry point."""
    information = project / f"bocage_{name}-0.1.0.dist-info"
    information.mkdir(parents=True, exist_ok=True)
    (information / "METADATA").write_text(f"Metadata-Version: 2.1\nName: bocage-{name}\nVersion: 0.1.0\n")
    (information / "entry_points.txt").write_text(f"[bocage.domains]\n{name} = {target}\n")


def test_outside_it_is_discovered_by_its_entry_point(scaffold_project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(scaffold_project)
    _install(scaffold_project, "scaffolded", "bocage_scaffolded:DOMAIN")
    found = {domain.name: domain for domain in domains.discover_domains()}
    assert [str(fault) for fault in check_domain(found["scaffolded"])] == []


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("raise RuntimeError('no such luck')", "RuntimeError: no such luck"),
        ("import a_package_that_is_not_there", "ModuleNotFoundError"),
        ("DOMAIN = 12", "is not a Domain"),
        ("", "AttributeError"),
        ("from bocage_scaffolded import DOMAIN", "calls itself scaffolded"),
    ],
)
def test_a_broken_outside_domain_is_named_and_the_others_work(
    content: str, reason: str, scaffold_project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(scaffold_project)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "bocage_broken", raising=False)
    (tmp_path / "bocage_broken.py").write_text(content)
    _install(tmp_path, "broken", "bocage_broken:DOMAIN")
    (broken,) = domains.broken_domains()
    assert (broken.name, broken.package) == ("broken", "bocage-broken")
    assert reason in broken.reason
    assert "broken" not in [domain.name for domain in domains.discover_domains()]
    verdict = domains.verdict_on(broken)
    assert "bocage-broken" in verdict.say("fix", "en")
    assert reason in verdict.say("what", "fr")


@pytest.mark.parametrize(
    "name", ["Waste", "a", "9lives", "class", "déchets", "two words", "x" * 31, "a__b", "../up", ""]
)
def test_impossible_names_are_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(BocageError, match="BOC-CLI-015"):
        new_domain(name, into=tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    new_domain("waste", into=tmp_path)
    with pytest.raises(BocageError, match="BOC-CLI-016"):
        new_domain("waste", into=tmp_path)


def test_files_it_names_are_those_it_wrote(tmp_path: Path) -> None:
    answer = new_domain("waste", into=tmp_path)
    assert all(path.is_file() for path in answer.files)
    assert {path.name for path in answer.files} >= {"pyproject.toml", "test_waste_domain.py", "inventory.py"}


def test_code_letters_are_free() -> None:
    assert code_letters("climate") not in {"CLI", "TWI"}


def test_catalogue_is_what_babel_compiles(tmp_path: Path) -> None:
    new_domain("waste", into=tmp_path)
    (source,) = tmp_path.rglob("*.po")
    stream = io.BytesIO()
    write_mo(stream, read_po(io.BytesIO(source.read_bytes())))
    stream.seek(0)
    oracle = gettext.GNUTranslations(stream)
    ours = gettext.GNUTranslations(io.BytesIO(compiled_catalogue(source.read_text(encoding="utf-8"))))
    for text in ("Renew {count} items ({place})", "{count} items are past their lifetime"):
        assert ours.gettext(text) == oracle.gettext(text) != text


def test_doctor_tries_the_domains_of_other_packages(
    scaffold_project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(scaffold_project)
    _install(scaffold_project, "scaffolded", "bocage_scaffolded:DOMAIN")
    assert _check_of("domain-scaffolded")["sound"]
    (found,) = [domain for domain in domains.discover_domains() if domain.name == "scaffolded"]
    monkeypatch.setitem(found.__dict__, "interact", lambda *_: pl.DataFrame())
    check = _check_of("domain-scaffolded")
    assert not check["sound"]
    assert "interact" in check["seen"]


def _check_of(name: str) -> dict[str, Any]:
    checks = doctor(None).data["checks"]
    assert isinstance(checks, list)
    (check,) = [check for check in checks if check["name"] == name]
    return dict(check)


def test_doctor_names_a_broken_domain(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "bocage_broken", raising=False)
    (tmp_path / "bocage_broken.py").write_text("import a_package_that_is_not_there")
    _install(tmp_path, "broken", "bocage_broken:DOMAIN")
    answer = doctor(None)
    assert answer.exit == 1
    check = _check_of("domain-broken")
    assert not check["sound"]
    assert "pip install --upgrade bocage-broken" in check["seen"]
