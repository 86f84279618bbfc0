"""A reader who types what “Five minutes on your own file” says, on the fictional town's file, gets to the report."""

import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

from docs_pages import FENCE, ROOT, read

from bocage.domains.lighting.example import write_example


def lines(page: str) -> list[str]:
    """What the page tells to type, in order."""
    blocks = [body for language, body in FENCE.findall(read(page)) if language == "sh"]
    return [line for body in blocks for line in body.splitlines() if line.strip()]


def typed(page: str, start: Path, town: Path) -> dict[str, str]:
    """Type each line of a page in its folder; every one must succeed. What each printed, by line."""
    folder, said = start, {}
    environment = {**os.environ, "BOCAGE_LANG": "en", "PYTHONIOENCODING": "utf-8", "PYTHONPATH": str(ROOT)}
    for line in lines(page):
        program, *arguments = shlex.split(line)
        if program == "cd":
            folder = folder / arguments[0]
            shutil.copy(town, folder / "lighting.csv")
            continue
        assert program == "bocage"
        run = subprocess.run(
            [sys.executable, "-m", "bocage", *arguments],
            cwd=folder, env=environment, capture_output=True, text=True, encoding="utf-8", check=False,
        )  # fmt: skip
        assert run.returncode == 0, f"{line}\n{run.stderr}"
        said[line] = run.stdout + run.stderr
    return said


def test_a_reader_gets_from_the_file_to_the_report_and_a_sound_backup(tmp_path: Path) -> None:
    town = next(file.path for file in write_example(tmp_path / "example") if file.path.name == "eclairage_bourg.csv")
    said = typed("docs/own-file.md", tmp_path, town)

    def of(start: str) -> str:
        return next(text for line, text in said.items() if line.startswith(start))

    assert "Nominal power" in of("bocage import lighting.csv --dry-run")
    assert "691" in of("bocage import lighting.csv --dry-run")
    assert "691" in of("bocage import lighting.csv --source town-lighting")
    for suffix in (".pdf", ".docx", ".xlsx"):
        assert suffix in of("bocage report")
    assert (tmp_path / "my-commune.zip").stat().st_size > 10_000
    assert not (tmp_path / "my-commune" / "elsewhere").exists(), "a verification writes nothing"
    assert any((tmp_path / "for-qgis").glob("*.gpkg"))
