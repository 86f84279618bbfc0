"""A story at the prompt, with nothing replaced: from an empty folder to a restored twin."""

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bocage.cli.program import run
from bocage.vocabulary.text import use_language


@pytest.fixture
def told(capsys: pytest.CaptureFixture[str]) -> Callable[..., dict[str, Any]]:
    """Run a command with `--json` and read its document; the language is put back afterwards."""

    def tell(*arguments: str, status: int = 0) -> dict[str, Any]:
        capsys.readouterr()
        try:
            assert run([*arguments, "--json", "--lang", "en"]) == status, capsys.readouterr()
        finally:
            use_language("fr")
        document: dict[str, Any] = json.loads(capsys.readouterr().out)
        return document

    return tell


def _inventory(path: Path) -> Path:
    """Twelve lamps, as a spreadsheet saves them: semicolons, decimal commas, Lambert-93."""
    with path.open("w", encoding="cp1252", newline="") as stream:
        writer = csv.writer(stream, delimiter=";")
        writer.writerow(["code_support", "Rue", "Type_lampe", "Puissance", "Année", "X", "Y"])
        for number in range(12):
            lamp = ("SHP", "100,0") if number % 2 else ("LED", "38,5")
            writer.writerow(
                [f"{number:03}", "Rue de l'Église", *lamp, 1995 + number, f"{430000 + 30 * number},5", "6790000,2"]
            )
    return path


def test_from_an_empty_folder_to_a_restored_twin(tmp_path: Path, told: Callable[..., dict[str, Any]]) -> None:
    folder, file = str(tmp_path / "town"), str(_inventory(tmp_path / "lampes.csv"))
    told("new", folder, "--code", "35238", "--name", "Rennes", "--population", "220000")
    at = ("--territory", folder)

    empty = told("status", *at)
    told("import", file, *at, "--dry-run")
    assert told("status", *at) == empty, "a dry run writes nothing"
    told("import", file, *at)
    first = told("status", *at)
    assert first != empty
    told("import", file, *at)
    assert told("status", *at) == first, "importing twice changes nothing"

    diagnosis = told("diagnose", *at)
    assert "12" in json.dumps(diagnosis["data"])
    told("actions", *at)
    told("simulate", "--kind", "led", *at)
    plan = told("plan", "--budget", "2 000", "--years", "3", "--time-limit", "20", *at)
    assert plan["data"]
    told("doctor", *at)

    archive = str(tmp_path / "town.zip")
    told("backup", archive, *at)
    told("restore", archive, "--verify-only")
    told("restore", archive, str(tmp_path / "again"))
    assert told("status", "-t", str(tmp_path / "again"))["data"] == told("status", *at)["data"]


def test_what_is_wrong_is_refused_without_a_trace(tmp_path: Path, told: Callable[..., dict[str, Any]]) -> None:
    nowhere = ("--territory", str(tmp_path / "nowhere"))
    for command in (["status"], ["diagnose"], ["plan", "--budget", "1"], ["report"], ["doctor"], ["export"]):
        error = told(*command, *nowhere, status=2)["error"]
        assert error["code"] == "BOC-TWI-001"
        assert all(error[part] for part in ("what", "where", "why", "fix"))
    assert told("explain", "nothing-of-the-kind", status=2)["error"]["code"] == "BOC-CLI-014"
