"""The files that describe the project to others: licence, publiccode.yml, citation, changelog, CI script."""

import re

import yaml
from docs_pages import read

LICENCE_END = "All other changes or additions to this Appendix require the production of a new EUPL version."


def test_licence_is_the_whole_text() -> None:
    text = read("LICENSE")
    assert text.startswith("EUROPEAN UNION PUBLIC LICENCE v. 1.2\nEUPL © the European Union 2007, 2016\n")
    assert [int(n) for n in re.findall(r"^(\d+)\. ?[A-Z]", text, re.M)] == list(range(1, 16))
    assert text.rstrip().endswith(LICENCE_END)


PUBLICCODE_MANDATORY = {
    "publiccodeYmlVersion", "name", "url", "platforms", "categories", "developmentStatus", "softwareType",
    "description", "legal", "maintenance", "localisation",
}  # fmt: skip
STATUSES = {"concept", "development", "beta", "stable", "obsolete"}


def test_publiccode_has_the_mandatory_keys_within_their_limits() -> None:
    """Keys, lengths and values of the standard, https://yml.publiccode.tools/schema.core.html."""
    content = yaml.safe_load(read("publiccode.yml"))
    assert set(content) >= PUBLICCODE_MANDATORY
    assert content["developmentStatus"] in STATUSES
    assert content["softwareType"] == "standalone/desktop"
    assert content["legal"]["license"] == "EUPL-1.2"
    assert content["maintenance"]["type"] == "community"
    assert content["maintenance"]["contacts"][0]["name"]
    assert set(content["localisation"]["availableLanguages"]) == set(content["description"]) == {"fr", "en"}
    for text in content["description"].values():
        assert len(text["shortDescription"]) <= 150
        assert 150 <= len(text["longDescription"]) <= 10_000
        assert text["features"]


def test_citation_names_the_same_software() -> None:
    citation = yaml.safe_load(read("CITATION.cff"))
    publiccode = yaml.safe_load(read("publiccode.yml"))
    assert {"cff-version", "title", "message", "authors"} <= set(citation)
    assert (citation["title"], citation["license"]) == (publiccode["name"], publiccode["legal"]["license"])
    assert citation["repository-code"] == publiccode["url"]
    init = read("bocage/__init__.py")
    assert f'__version__ = "{citation["version"]}"' in init


def test_changelog_speaks_of_this_version_and_says_what_to_do() -> None:
    init = read("bocage/__init__.py")
    version = re.search(r'__version__ = "([^"]+)"', init)
    assert version
    text = read("CHANGELOG.md")
    entries = re.split(r"^## ", text, flags=re.M)[1:]
    assert entries[0].startswith(version[1])
    assert all("### To do\n" in entry for entry in entries)


def test_ci_script_is_sound_and_stops_at_the_first_failure() -> None:
    text = read(".ci/run")
    assert text.startswith("#!/usr/bin/env bash\n")
    assert "set -euo pipefail" in text
    assert "BOCAGE_TEST_ALL=1" in text
    assert "\r" not in text
