"""Wording: every literal text of the code has a French translation, and the catalogue holds nothing else."""

import ast
import gettext
from collections.abc import Iterator
from pathlib import Path

from bocage.twin.conformance.declarations import placeholders
from bocage.twin.conformance.fault import Fault

MARKS = {"_", "mark", "translate", "Message"}
"""Names of the calls whose first argument is a text for the user."""


def wording_faults(folder: Path) -> Iterator[Fault]:
    """Faults of the French catalogue of a folder, against the texts of its Python files.

    A folder below that has a `locale` of its own is left to that one.

    Args:
        folder: folder of Python files; `folder/locale` is its catalogue.
    """
    texts = {text: path for path in _sources(folder) for text in literal_texts(path)}
    compiled = folder / "locale" / "fr" / "LC_MESSAGES" / "bocage.mo"
    if not compiled.is_file():
        if texts or compiled.with_suffix(".po").is_file():
            yield Fault(
                rule="wording", what=f"{folder.name}/locale has no compiled French catalogue (chores.py locale)"
            )
        return
    with compiled.open("rb") as stream:
        catalogue = gettext.GNUTranslations(stream)
    translated = _entries(catalogue)
    for text in sorted(set(texts) - set(translated)):
        yield Fault(rule="wording", what=f"{texts[text].name}: no French for {text!r}")
    for text in sorted(set(translated) - set(texts)):
        yield Fault(rule="wording", what=f"{folder.name}/locale: nothing says {text!r} any more")
    for text in sorted(set(texts) & set(translated)):
        if not placeholders(translated[text]) <= placeholders(text):
            yield Fault(rule="wording", what=f"{folder.name}/locale: placeholders of {text!r} differ in French")


def literal_texts(path: Path) -> Iterator[str]:
    """Texts for the user that a Python file writes as literals.

    Raises:
        ValueError: a call of `_` has another first argument than a literal, which no tool could extract.
    """
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in MARKS):
            continue
        first = node.args[0] if node.args else None
        if isinstance(first, ast.Constant) and isinstance(first.value, str):
            yield first.value
        elif node.func.id in {"_", "mark"}:
            raise ValueError(f"{path.name}:{node.lineno}: the text of {node.func.id}() must be written as a literal")


def _sources(folder: Path) -> list[Path]:
    catalogues = {path.parent for path in folder.rglob("locale") if path.is_dir() and path.parent != folder}
    return [
        path
        for path in sorted(folder.rglob("*.py"))
        if "tests" not in path.relative_to(folder).parts and not catalogues & set(path.parents)
    ]


def _entries(catalogue: gettext.GNUTranslations) -> dict[str, str]:
    """Text to translation; a plural entry is known by its singular."""
    held: dict[str | tuple[str, int], str] = catalogue._catalog  # type: ignore[attr-defined]  # noqa: SLF001 - no public way
    return {
        key[0] if isinstance(key, tuple) else key: value
        for key, value in held.items()
        if key and (not isinstance(key, tuple) or key[1] == 0)
    }
