"""House limits: no file, function or class outgrows what a reader can hold."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FILE_LINES, FUNCTION_LINES, PUBLIC_METHODS = 800, 100, 12
PROTOCOLS = {"Store"}
"""Interfaces: they declare what every form can do, and do nothing themselves."""

FILES = sorted(
    path
    for folder in ("bocage", "tests", "benchmarks")
    for path in (ROOT / folder).rglob("*.py")
    if "__pycache__" not in path.parts
)


def code_lines(node: ast.FunctionDef | ast.AsyncFunctionDef, lines: list[str]) -> int:
    """Lines of a function that are neither blank, nor comment, nor its docstring."""
    first = node.body[0]
    documented = ast.get_docstring(node) is not None
    skipped = set(range(first.lineno, (first.end_lineno or 0) + 1)) if documented else set()
    numbers = set(range(node.lineno, (node.end_lineno or 0) + 1)) - skipped
    return sum(1 for number in numbers if lines[number - 1].strip() and not lines[number - 1].strip().startswith("#"))


def writes_data(node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Whether a function has no step to follow: at most three statements, no branch and no loop."""
    steps = (ast.If, ast.For, ast.While, ast.With, ast.Try, ast.Match)
    body = node.body[1:] if ast.get_docstring(node) is not None else node.body
    return len(body) <= 3 and not any(isinstance(one, steps) for one in ast.walk(node))


def excesses(text: str, *, is_test: bool = False) -> Iterator[str]:
    """What is too large in a file; a test may write out a long piece of data."""
    lines = text.splitlines()
    if len(lines) > FILE_LINES:
        yield f"{len(lines)} lines"
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and not (is_test and writes_data(node)):
            count = code_lines(node, lines)
            if count > FUNCTION_LINES:
                yield f"{node.name}: {count} code lines"
        if isinstance(node, ast.ClassDef) and node.name not in PROTOCOLS:
            methods = [one for one in node.body if isinstance(one, ast.FunctionDef) and not one.name.startswith("_")]
            actions = [one for one in methods if not any("property" in ast.unparse(d) for d in one.decorator_list)]
            if len(actions) > PUBLIC_METHODS:
                yield f"{node.name}: {len(actions)} public methods"


def test_nothing_outgrows_its_reader() -> None:
    found = {
        str(path.relative_to(ROOT)): list(excesses(path.read_text(encoding="utf-8"), is_test="tests" in path.parts))
        for path in FILES
    }
    assert {name: what for name, what in found.items() if what} == {}


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("x = 1\n" * 801, 1),
        ("def f():\n" + "    x = 1\n" * 100, 1),
        ('def f():\n    """Doc.\n' + "\n    more" * 60 + '\n    """\n' + "    # why\n\n" * 60 + "    x = 1\n" * 99, 0),
        ("class C:\n" + "".join(f"    def m{n}(self): ...\n" for n in range(13)), 1),
        ("class C:\n" + "".join(f"    def _m{n}(self): ...\n" for n in range(13)), 0),
    ],
)
def test_the_limits_bite(text: str, count: int) -> None:
    assert len(list(excesses(text))) == count


def test_data_of_a_test_may_be_long_but_not_its_steps() -> None:
    data = "def f():\n    return [\n" + "        1,\n" * 120 + "    ]\n"
    assert list(excesses(data)) != []
    assert list(excesses(data, is_test=True)) == []
    assert list(excesses("def f():\n" + "    x = 1\n" * 120, is_test=True)) != []


def test_no_task_is_left_as_a_comment() -> None:
    words = ("TO" + "DO", "FIX" + "ME", "XX" + "X")
    left = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in FILES
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if any(f"# {word}" in line for word in words)
    ]
    assert left == []
