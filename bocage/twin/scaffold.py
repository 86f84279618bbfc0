"""`bocage new-domain`: a domain that works and conforms, to be edited into a real one."""

import ast
import itertools
import keyword
import re
import string
import struct
from collections.abc import Mapping
from pathlib import Path

import bocage
from bocage.twin.answer import Answer, Section
from bocage.twin.domains import discover_domains
from bocage.twin.wording import _
from bocage.vocabulary.codes import BocageError, core_codes

TEMPLATES = Path(__file__).parent / "templates"
NAME_SHAPE = re.compile(r"[a-z][a-z0-9_]{1,28}[a-z0-9]")
MO_MAGIC = 0x950412DE


def new_domain(name: str, *, into: Path | None = None, root: Path | None = None) -> Answer:
    """Write a new domain: a folder of `bocage.domains` in a checkout, a package of its own elsewhere.

    Args:
        name: name of the domain, a lower-case Python name.
        into: folder that will hold the package; None for the checkout or the current folder.
        root: checkout to look for; the folder above the running package where None.

    Raises:
        BocageError: BOC-CLI-015 impossible name, BOC-CLI-016 the folder exists.
    """
    taken = {domain.name for domain in discover_domains()}
    if not NAME_SHAPE.fullmatch(name) or keyword.iskeyword(name) or name in taken or "__" in name:
        raise BocageError("BOC-CLI-015", name=name)
    root = root or Path(bocage.__file__).parents[1]
    if into is None and (root / "pyproject.toml").is_file() and Path.cwd().is_relative_to(root):
        folder, package = root / "bocage" / "domains" / name, f"bocage.domains.{name}"
        tests, command = folder / "tests", f"python -m pytest bocage/domains/{name}"
        written = _write_domain(folder, _values(name, package))
    else:
        project = (into or Path.cwd()) / f"bocage-{name.replace('_', '-')}"
        package = f"bocage_{name}"
        folder, tests, command = project / package, project / "tests", "pip install -e .[dev] && python -m pytest"
        written = _write_package(project, folder, _values(name, package))
    return Answer(
        title=_("Domain {name} written in {folder}", name=name, folder=folder),
        sections=[
            Section(
                title=_("What it is"),
                lines=[
                    _("A small domain that works: items that age, cost upkeep and can be renewed."),
                    _("Every number in its parameters is a guess, marked to_verify: give each its source."),
                    _("Its tests are in {folder}.", folder=tests),
                ],
            )
        ],
        data={"name": name, "package": package, "folder": str(folder)},
        files=written,
        next_step=_("{command}", command=command),
    )


def code_letters(name: str) -> str:
    """Three letters for the codes of a domain, that no other domain and no part of the core uses.

    >>> code_letters("waste")
    'WAS'
    """
    taken = {code.split("-")[1] for code in core_codes()}
    taken |= {code.split("-")[1] for domain in discover_domains() for code in domain.codes}
    letters = [letter for letter in name.upper() if letter in string.ascii_uppercase]
    for three in itertools.chain(
        itertools.combinations(letters, 3), itertools.product(string.ascii_uppercase, repeat=3)
    ):
        if "".join(three) not in taken:
            return "".join(three)
    raise AssertionError  # 17,576 codes are taken


def _values(name: str, package: str) -> Mapping[str, str]:
    return {
        "name": name,
        "Label": name.replace("_", " ").capitalize(),
        "dashed": name.replace("_", "-"),
        "package": package,
        "CODE": code_letters(name),
        "version": bocage.__version__,
    }


def _write_domain(folder: Path, values: Mapping[str, str]) -> list[Path]:
    if folder.exists():
        raise BocageError("BOC-CLI-016", where={"path": folder})
    return _fill(TEMPLATES / "domain", folder, values)


def _write_package(project: Path, folder: Path, values: Mapping[str, str]) -> list[Path]:
    if project.exists():
        raise BocageError("BOC-CLI-016", where={"path": project})
    written = _fill(TEMPLATES / "domain", folder, values) + _fill(TEMPLATES / "package", project, values)
    (folder / "py.typed").touch()
    (folder / "tests").rename(project / "tests")
    return [path if path.exists() else project / path.relative_to(folder) for path in written]


def _fill(templates: Path, folder: Path, values: Mapping[str, str]) -> list[Path]:
    """Write every template of a folder with its `@@value@@` marks filled, in names and in texts."""
    written = []
    for template in sorted(templates.rglob("*.template")):
        target = folder / _filled(str(template.relative_to(templates).with_suffix("")), values)
        target.parent.mkdir(parents=True, exist_ok=True)
        text = _sorted_imports(_filled(template.read_text(encoding="utf-8"), values))
        target.write_text(text, encoding="utf-8", newline="\n")
        written.append(target)
        if target.suffix == ".po":
            target.with_suffix(".mo").write_bytes(compiled_catalogue(text))
    return written


def _filled(text: str, values: Mapping[str, str]) -> str:
    return re.sub(r"@@(\w+?)@@", lambda mark: values[mark[1]], text)


def _sorted_imports(text: str) -> str:
    """The text with its runs of `from … import` lines in order: the name of the package decides where it stands."""
    runs = itertools.groupby(text.splitlines(keepends=True), key=lambda line: line.startswith("from "))
    return "".join(line for is_import, run in runs for line in (sorted(run) if is_import else run))


def compiled_catalogue(text: str) -> bytes:
    """The binary form (`.mo`) of a catalogue without plurals nor comments in its entries.

    https://www.gnu.org/software/gettext/manual/html_node/MO-Files.html

    Args:
        text: content of a `.po` file.
    """
    entries = {}
    for block in re.split(r"\n\s*\n", text.strip()):
        found = re.fullmatch(r"msgid (.*?)\nmsgstr (.*)", block, flags=re.DOTALL)
        if found:
            source, target = ("".join(map(ast.literal_eval, part.split("\n"))) for part in found.groups())
            entries[source.encode()] = target.encode()
    pairs = sorted(entries.items())
    start = 28 + 16 * len(pairs)
    tables: tuple[list[int], list[int]] = ([], [])
    blob = b""
    for column, table in enumerate(tables):
        for pair in pairs:
            table += [len(pair[column]), start + len(blob)]
            blob += pair[column] + b"\0"
    header = struct.pack("<7I", MO_MAGIC, 0, len(pairs), 28, 28 + 8 * len(pairs), 0, start)
    return header + struct.pack(f"<{4 * len(pairs)}I", *tables[0], *tables[1]) + blob
