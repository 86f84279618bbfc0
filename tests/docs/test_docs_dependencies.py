"""Each dependency is recorded with its licence, and its licence is one that EUPL-1.2 admits."""

import importlib.metadata
import re
import tomllib

import pytest
from docs_pages import ROOT, read

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
LINES = [*PROJECT["dependencies"], *PROJECT["optional-dependencies"]["server"]]
NAMES = [re.split(r"[<>=!~\[ ]", line)[0] for line in LINES]
RECORDED = dict(re.findall(r"^\| `([^`]+)` \| ([^|]+?) \|", read("docs/decisions/0013-dependencies.md"), re.MULTILINE))
ADMITTED = ("MIT", "BSD", "Apache", "OFL", "SIL Open Font", "ISC", "Zlib", "PSF", "MPL", "LGPL")


def test_the_record_names_every_dependency_and_no_other() -> None:
    assert sorted(RECORDED) == sorted(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_its_licence_is_admitted_and_is_the_one_recorded(name: str) -> None:
    about = importlib.metadata.metadata(name)
    written = " ".join(
        [
            about.get("License-Expression") or "",
            (about.get("License") or "").splitlines()[0] if about.get("License") else "",
            *[line for line in about.get_all("Classifier", []) if line.startswith("License")],
        ]
    )
    assert any(licence in written for licence in ADMITTED), written
    assert not re.search(r"(?<!L)\b(A?GPL|SSPL|BUSL|CC-BY-NC)\b", written), written
    assert RECORDED[name].split("-")[0] in written, written
