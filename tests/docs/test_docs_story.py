"""A reader who types what “Five minutes on your own file” says, on the fictional town's file, gets to the report."""

import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from docs_pages import FENCE, ROOT, read

from bocage.domains.lighting.example import write_example


def lines(page: str) -> list[str]:
    """What the page tells to type, in order."""
    blocks = [body for language, body in FENCE.findall(read(page)) if language == "sh"]
    return [line for body in blocks for line in body.splitlines() if line.strip()]


@pytest.fixture(scope="module")
def typed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, subprocess.CompletedProcess[str]]:
    start = folder = tmp_path_factory.mktemp("reader")
    town = next(file.path for file in write_example(start / "example") if file.path.name == "eclairage_bourg.csv")
    environment = {**os.environ, "BOCAGE_LANG": "en", "PYTHONIOENCODING": "utf-8", "PYTHONPATH": str(ROOT)}
    done = {}
    for line in lines("docs/own-file.md"):
        program, *arguments = shlex.split(line)
        if program == "cd":
            folder = folder / arguments[0]
            shutil.copy(town, folder / "lighting.csv")
            continue
        assert program == "bocage"
        done[line] = subprocess.run(
            [sys.executable, "-m", "bocage", *arguments],
            cwd=folder, env=environment, capture_output=True, text=True, encoding="utf-8", check=False,
        )  # fmt: skip
    return done


@pytest.mark.parametrize("line", [line for line in lines("docs/own-file.md") if not line.startswith("cd ")])
def test_each_command_of_the_page_works(typed: dict[str, subprocess.CompletedProcess[str]], line: str) -> None:
    run = typed[line]
    assert run.returncode == 0, run.stderr
    assert "Traceback" not in run.stderr


def test_the_reader_sees_what_the_page_announces(typed: dict[str, subprocess.CompletedProcess[str]]) -> None:
    said = {line: run.stdout + run.stderr for line, run in typed.items()}
    dry, wet = (next(text for line, text in said.items() if line.startswith(start)) for start in DRY_THEN_WET)
    assert "Nominal power" in dry
    assert "691" in dry
    assert "691" in wet
    report = next(text for line, text in said.items() if line.startswith("bocage report"))
    assert ".pdf" in report
    assert ".docx" in report
    assert ".xlsx" in report


DRY_THEN_WET = ("bocage import lighting.csv --dry-run", "bocage import lighting.csv --source town-lighting")


def test_the_page_ends_with_a_backup_that_is_sound(typed: dict[str, subprocess.CompletedProcess[str]]) -> None:
    backup, restore = list(typed)[-2:]
    assert backup.startswith("bocage backup")
    assert restore.endswith("--verify-only")
    assert Path(shlex.split(backup)[2]).suffix == ".zip"
    assert typed[restore].returncode == 0
