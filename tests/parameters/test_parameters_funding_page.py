"""The page on funding rules: its example is the pack, its facts and keys are those of the reader."""

import re
from pathlib import Path

import pytest
import yaml

from bocage.parameters.funding_rules import EXAMPLES_FOLDER, core_facts, load_law, load_rules
from bocage.parameters.funding_rules.local import read_local_facts
from bocage.parameters.funding_rules.reading import PACK_KEYS, PACK_OPTIONS, VERSION_KEYS, VERSION_OPTIONS
from bocage.parameters.funding_rules.rule import FunderKind, Scope
from bocage.parameters.funding_rules.rule import Test as Comparison
from bocage.twin.manual_funding import HEADS, limit_sections, programme_sections

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "funding-rules.md").read_text(encoding="utf-8")
EXAMPLE, LOCAL_FACTS = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)


def test_the_example_printed_is_the_pack_that_is_tested() -> None:
    assert (EXAMPLES_FOLDER / "detr_example.yaml").read_text(encoding="utf-8") == EXAMPLE


def test_every_key_is_explained() -> None:
    named = set(re.findall(r"`([a-z_]+)`", PAGE))
    assert {*PACK_KEYS, *PACK_OPTIONS, *VERSION_KEYS, *VERSION_OPTIONS} - {"example"} <= named


@pytest.mark.parametrize("words", [Comparison, FunderKind, Scope], ids=["tests", "funders", "scopes"])
def test_every_word_of_the_grammar_is_explained(words: object) -> None:
    assert set(words.__args__) <= set(re.findall(r"`([a-z_]+)`", PAGE))  # type: ignore[attr-defined]


def test_every_fact_is_listed_as_it_is_declared() -> None:
    rows = [line.strip("|").split("|") for line in PAGE.splitlines() if re.match(r"\| `(action|territory)\.", line)]
    listed = {cells[0].strip(" `"): [cell.strip() for cell in cells[1:]] for cells in rows}
    facts = core_facts()
    assert set(listed) == set(facts)
    for name, (kind, values, label, where) in listed.items():
        fact = facts[name]
        assert (kind, label, where) == (fact.type, fact.label["en"], fact.where["en"])
        assert set(fact.codes) <= set(re.findall(r"`([^`]+)`", values))
        assert fact.default is None or "unless told" in values


def test_the_facts_printed_can_be_read(tmp_path: Path) -> None:
    (tmp_path / "facts.yaml").write_text(LOCAL_FACTS, encoding="utf-8")
    told = read_local_facts(tmp_path, load_rules())
    assert told.territory["zonings"] == ["FRR"]
    assert list(told.actions) == list(yaml.safe_load(LOCAL_FACTS)["actions"])


def test_the_manual_lists_every_version_with_its_status() -> None:
    sections = {name: rows for name, _, rows in (*programme_sections(), *limit_sections())}
    for rule in (*load_rules(), *load_law()):
        (row,) = [row for row in sections[rule.name] if row[0] == rule.since.isoformat()]
        assert row[HEADS.index("status")] == rule.status
        assert len(row) == len(HEADS)
    amounts = {name: rows[-1][HEADS.index("amount")] for name, rows in sections.items()}
    assert amounts["DETR"] == "20 to 40%"
    assert amounts["FCTVA"] == "16.404% or 5.6% of the cost including VAT"
    assert amounts["FONDS-VERT-FLOOD"] == "not found"
    assert str(amounts["OWN-SHARE"]).endswith("general rule: 20%")
