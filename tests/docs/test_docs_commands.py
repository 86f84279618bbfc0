"""What the documents tell a reader to type exists."""

import re
import subprocess
import sys

from docs_pages import PAGES, ROOT, code, commands, read

GUIDES = [
    ROOT / "README.md",
    ROOT / "README.fr.md",
    ROOT / "CONTRIBUTING.md",
    *sorted((ROOT / "docs").glob("*.md")),
]


def help_of(*verb: str) -> str:
    run = subprocess.run(
        [sys.executable, "-m", "bocage", *verb, "--help"], capture_output=True, text=True, encoding="utf-8", check=False
    )
    assert run.returncode == 0, f"bocage {' '.join(verb)}: {run.stderr}"
    return run.stdout


def test_documents_name_only_verbs_and_options_that_exist() -> None:
    named = {command for page in GUIDES for command in commands(page)}
    assert {verb for verb, _ in named} >= {"new", "import", "plan", "report", "demo", "explain"}
    for verb in sorted({verb for verb, _ in named}):
        described = set(re.findall(r"--[a-z-]+", help_of(verb)))
        options = {option for one, given in named if one == verb for option in given}
        assert options <= described, f"bocage {verb}: {options - described}"


def test_documents_name_only_chores_that_exist() -> None:
    chores = set(re.search(r"^VERBS = (.+)$", read("Makefile"), re.M)[1].split())  # type: ignore[index]
    named = {verb for page in PAGES for verb in re.findall(r"\b(?:make|chores\.py) ([a-z]+)\b", code(page))}
    assert {"demo", "test"} <= named <= chores
