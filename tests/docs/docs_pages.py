"""What the tests of the documents share: the pages, their code, the commands they name."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
RECORDS = sorted((ROOT / "docs" / "decisions").glob("[0-9]*.md"))
FENCE = re.compile(r"```(\w*)\n(.*?)```", re.DOTALL)


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def prose(page: Path) -> str:
    """The text of a page without its blocks of code."""
    return FENCE.sub("", page.read_text(encoding="utf-8"))


def code(page: Path) -> str:
    """The code of a page, in blocks and inline."""
    blocks = [body for _, body in FENCE.findall(page.read_text(encoding="utf-8"))]
    return "\n".join([*blocks, *re.findall(r"`([^`\n]+)`", prose(page))])


def commands(page: Path) -> set[tuple[str, tuple[str, ...]]]:
    """Each `bocage VERB` of a shell block or of inline code, with its options."""
    shell = [body for language, body in FENCE.findall(page.read_text(encoding="utf-8")) if language == "sh"]
    inline = re.findall(r"`(bocage [^`]+)`", prose(page).replace("\n", " "))
    found = set()
    for line in [line for body in shell for line in body.splitlines()] + inline:
        match = re.match(r"bocage ([a-z][a-z-]*)(.*)", line.split("#")[0].strip())
        if match:
            found.add((match[1], tuple(re.findall(r"--[a-z-]+", match[2]))))
    return found
