"""Codes at the prompt: interruption, a file that cannot be used, a broken domain; and none is declared untested."""

import json
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import bocage
from bocage.cli import wording
from bocage.cli.program import run
from bocage.twin import status as status_module
from bocage.twin.domains import broken_domains, discover_domains, forget_domains
from bocage.vocabulary.codes import core_codes
from bocage.vocabulary.text import LANGUAGES, use_language

PACKAGE = Path(bocage.__file__).parent
ROOT = PACKAGE.parent


@pytest.fixture(autouse=True)
def _own_language(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for variable in (wording.LANGUAGE_VARIABLE, "BOCAGE_TERRITORY"):
        monkeypatch.delenv(variable, raising=False)
    yield
    use_language("fr")


@pytest.fixture
def told(capsys: pytest.CaptureFixture[str]) -> Callable[..., dict[str, Any]]:
    """Run a command that must end with a status, in both languages; the error in each is whole, none holds a trace."""

    def tell(*arguments: str, status: int) -> dict[str, Any]:
        errors = {}
        for language in LANGUAGES:
            capsys.readouterr()
            assert run([*arguments, "--json", "--lang", language]) == status
            written = capsys.readouterr()
            assert "Traceback" not in written.out + written.err
            errors[language] = json.loads(written.out)["error"]
            assert not any("{" in errors[language][part] for part in ("what", "why", "fix"))
        assert errors["fr"]["what"] != errors["en"]["what"]
        assert errors["fr"]["code"] == errors["en"]["code"]
        english: dict[str, Any] = errors["en"]
        return english

    return tell


@pytest.fixture
def folder(tmp_path: Path) -> str:
    assert run(["new", str(tmp_path / "town"), "--code", "35238", "--name", "Rennes"]) == 0
    return str(tmp_path / "town")


def test_an_interruption_has_its_code_and_its_status(
    told: Callable[..., dict[str, Any]], folder: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(_territory: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(status_module, "status", interrupted)
    error = told("status", "--territory", folder, status=130)
    assert (error["code"], error["where"]) == ("BOC-CLI-002", {})
    monkeypatch.undo()
    assert run(["status", "--territory", folder]) == 0, "the twin was closed: it opens again"


def test_a_file_that_cannot_be_written_is_named(
    told: Callable[..., dict[str, Any]], folder: str, tmp_path: Path
) -> None:
    inventory = tmp_path / "lampes.csv"
    inventory.write_text("Identifiant;X;Y;Type lampe\nL1;351000,5;6789000,2;SHP\n", encoding="utf-8")
    mapping = inventory / "mapping.toml"
    at = ("--territory", folder, "--dry-run", "--save-mapping", str(mapping))
    error = told("import", str(inventory), *at, status=3)
    assert error["code"] == "BOC-CLI-003"
    assert str(inventory) in error["where"]["path"]
    assert error["where"]["path"] in error["what"]


@pytest.fixture
def broken_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """An installed package that declares a domain and fails when it is loaded."""
    info = tmp_path / "bocage_ponds-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: bocage-ponds\nVersion: 1.0\n", encoding="utf-8")
    (info / "entry_points.txt").write_text("[bocage.domains]\nponds = bocage_ponds:DOMAIN\n", encoding="utf-8")
    (tmp_path / "bocage_ponds.py").write_text("raise RuntimeError('no water')\n", encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    forget_domains()
    yield "bocage-ponds"
    monkeypatch.undo()
    sys.modules.pop("bocage_ponds", None)
    forget_domains()


@pytest.mark.parametrize(("language", "verdict"), [("fr", "ne peut pas être chargé"), ("en", "cannot be loaded")])
def test_a_broken_domain_is_said_and_the_others_work(
    broken_package: str, language: str, verdict: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert [domain.name for domain in broken_domains()] == ["ponds"]
    assert "lighting" in [domain.name for domain in discover_domains()]
    assert run(["doctor", "--json", "--lang", language]) == 1
    said = capsys.readouterr().out
    assert all(part in said for part in (verdict, "ponds", "RuntimeError: no water", f"upgrade {broken_package}"))
    assert run(["explain", "BOC-CLI-017", "--lang", language]) == 0
    assert verdict in capsys.readouterr().out


def declared_codes() -> set[str]:
    """Codes of every area of the core and of every domain of this package."""
    own = [code for domain in discover_domains() for code in domain.codes]
    return {*core_codes(), *own}


def named_codes() -> set[str]:
    """Codes that a file of tests names."""
    folders = [ROOT / "tests", *PACKAGE.glob("domains/*/tests")]
    files = [path for folder in folders for path in folder.rglob("*.py")]
    return {code for path in files for code in re.findall(r"\bBOC-[A-Z]{3}-\d{3}\b", path.read_text(encoding="utf-8"))}


def test_every_declared_code_is_named_in_a_test() -> None:
    assert sorted(declared_codes() - named_codes()) == []


def test_a_code_that_no_test_names_is_seen() -> None:
    invented = "-".join(("BOC", "CLI", "999"))  # in two parts, so that this file does not name it
    assert {*declared_codes(), invented} - named_codes() == {invented}
    assert {code.split("-")[1] for code in declared_codes()} >= {"CLI", "DEC", "IMP", "LIG", "PUB", "STO", "TWI"}
