"""The samples that documents print are accepted by the program, and what SECURITY.md promises holds in the code."""

import ast
import re
from pathlib import Path

import pytest
from docs_pages import FENCE, ROOT, read

from bocage.parameters.reader import load
from bocage.sources.mapping import load_mapping


def sample(page: str, language: str) -> str:
    (found,) = [body for written_in, body in FENCE.findall(read(page)) if written_in == language]
    return str(found)


@pytest.mark.parametrize("page", ["docs/own-file.md", "docs/own-file.fr.md"])
def test_the_mapping_printed_is_a_mapping(page: str, tmp_path: Path) -> None:
    path = tmp_path / "mapping.toml"
    path.write_text(sample(page, "toml"), encoding="utf-8")
    mapping = load_mapping(path)
    assert (mapping.asset_type, mapping.identifier, mapping.place.srid) == ("luminaire", "N° point", 2154)
    assert {match.column: match.unit for match in mapping.matches}["mounting_height_m"] == "cm"


def test_the_parameter_printed_is_a_parameter(tmp_path: Path) -> None:
    (tmp_path / "sample.yaml").write_text(sample("CONTRIBUTING.md", "yaml"), encoding="utf-8")
    (parameter,) = load(tmp_path).values()
    assert (parameter.name, parameter.unit, parameter.values[0].high) == ("sample.price_of_something", "EUR", 15)


NETWORK = re.compile(
    r"(socket|socketserver|ssl|http|urllib\.(request|robotparser)|ftplib|smtplib|requests|httpx|aiohttp)\b"
)


def network_imports(path: Path) -> set[str]:
    """What a module imports, wherever it does, that can reach the network."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return {name for name in found if NETWORK.match(name)}


def test_one_module_alone_can_reach_the_network() -> None:
    """The README promises that nothing is sent unless it is asked for: one door, and one use case behind it."""
    modules = [path for path in (ROOT / "bocage").rglob("*.py") if "tests" not in path.parts]
    assert len(modules) > 50
    reaching = {path.relative_to(ROOT).as_posix() for path in modules if network_imports(path)}
    assert reaching == {"bocage/sources/web.py"}
    users = {
        path.relative_to(ROOT).as_posix()
        for path in modules
        if "bocage.sources.web import" in path.read_text(encoding="utf-8")
    }
    assert users == {"bocage/sources/ban.py", "bocage/twin/geocoding.py"}


def test_an_import_of_the_network_is_seen(tmp_path: Path) -> None:
    module = tmp_path / "module.py"
    module.write_text(
        "from urllib.parse import quote\ndef fetch():\n    from urllib import request\n", encoding="utf-8"
    )
    assert network_imports(module) == {"urllib.request"}
