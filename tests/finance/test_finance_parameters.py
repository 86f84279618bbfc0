"""Dated parameters: a reference is a citation, or a text in each language."""

import datetime as dt
from pathlib import Path

import pytest

from bocage.parameters.funding_rules import FUNDING_FOLDER, load_rules
from bocage.parameters.reader import ParameterError, Parameters, load, read_reference
from bocage.twin.conformance.citation import is_citation

LEAF = """
price:
  description_fr: Prix
  description_en: Price
  unit: EUR
  values:
    2026-01-01:
      value: 1.0
      status: to_verify
      reference: {reference}
"""


def test_a_citation_is_the_same_in_both_languages(tmp_path: Path) -> None:
    (tmp_path / "one.yaml").write_text(LEAF.format(reference="CGI art. 278"), encoding="utf-8")
    value = Parameters(tmp_path, dt.date(2026, 6, 1))["one.price"]
    assert value.reference == {"fr": "CGI art. 278", "en": "CGI art. 278"}


def test_a_reference_that_explains_is_read_in_each_language(tmp_path: Path) -> None:
    written = "{fr: Estimation du projet, en: Guess of the project}"
    (tmp_path / "one.yaml").write_text(LEAF.format(reference=written), encoding="utf-8")
    value = Parameters(tmp_path, dt.date(2026, 6, 1))["one.price"]
    assert value.reference == {"fr": "Estimation du projet", "en": "Guess of the project"}


@pytest.mark.parametrize(
    "written",
    ["{fr: Estimation du projet}", "{fr: Estimation, en: }", "{fr: E, en: G, de: S}", "", "' '", "12", "[a, b]"],
)
def test_a_reference_that_lacks_a_language_is_refused(written: str, tmp_path: Path) -> None:
    (tmp_path / "one.yaml").write_text(LEAF.format(reference=written), encoding="utf-8")
    with pytest.raises(ParameterError, match=r"one\.price: a reference"):
        load(tmp_path)


def test_a_funding_rule_without_its_french_reference_is_refused(tmp_path: Path) -> None:
    pack = (FUNDING_FOLDER / "detr.yaml").read_text(encoding="utf-8")
    assert pack.count("      fr: ") >= 1
    (tmp_path / "detr.yaml").write_text(pack.replace("      fr: ", "      de: "), encoding="utf-8")
    with pytest.raises(ParameterError, match=r"detr\.yaml.*reference"):
        load_rules(tmp_path)


@pytest.mark.parametrize(
    ("text", "cites"),
    [
        ("CGCT L1615-6", True),
        ("Arrêté du 27 décembre 2018 modifié, art. 8", True),
        ("https://example.org/guess-of-the-price", True),
        ("Estimation du projet", False),
        ("Mean of the meters", False),
        ("Loi de 2015 (lue dans la presse)", False),
        ("un deux trois quatre cinq six sept huit neuf dix onze douze treize", False),
    ],
)
def test_a_citation_is_told_from_a_sentence(text: str, cites: bool) -> None:
    assert is_citation(text) is cites


def test_reading_twice_changes_nothing() -> None:
    once = read_reference({"en": "Guess of the project", "fr": "Estimation du projet"})
    assert read_reference(once) == once
    assert list(once) == ["fr", "en"]
