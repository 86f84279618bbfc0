"""Limits that the law sets on all aids together or on a transfer between budgets: dated cases, in order."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal, get_args

from bocage.parameters.funding_rules.cell import Cell, read_cell
from bocage.parameters.funding_rules.facts import Fact, core_facts
from bocage.parameters.funding_rules.parts import read_conditions, refuse_overlaps
from bocage.parameters.funding_rules.rule import Condition
from bocage.parameters.reader import STATUSES

LAW_FOLDER = Path(__file__).parent.parent / "funding" / "law"
Measure = Literal["own_share", "transfer"]
"""`own_share`: smallest share that the owner keeps [1]; `transfer`: 1 where a budget may pay for another, else 0."""
PACK_KEYS = ("name", "measure", "label_fr", "label_en", "note_fr", "note_en", "versions", "tests")
VERSION_KEYS = ("from", "status", "reference", "legal_basis", "cases")
VERSION_OPTIONS = ("until", "checked_on")


@dataclass(frozen=True, kw_only=True)
class LegalCase:
    """A value that the law sets where its conditions hold."""

    when: tuple[Condition, ...]
    value: float
    label: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class LegalRule:
    """One version of one limit.

    Attributes:
        name: stable name.
        measure: what is limited.
        label: label by language.
        note: what the reader must know, by language.
        since: first engagement date.
        until: last engagement date, None while in force.
        status: `verified`, `to_verify` or `expired`.
        reference: source by language.
        checked_on: date of the last check.
        legal_basis: articles that set it.
        cases: in order; the first whose conditions are known to hold sets the value.
    """

    name: str
    measure: Measure
    label: Mapping[str, str]
    note: Mapping[str, str]
    since: dt.date
    until: dt.date | None
    status: str
    reference: Mapping[str, str]
    checked_on: dt.date | None
    legal_basis: str
    cases: tuple[LegalCase, ...]

    def in_force(self, engaged_on: dt.date) -> bool:
        """True where works engaged on that date fall under this version."""
        return self.since <= engaged_on and (self.until is None or engaged_on <= self.until)


@dataclass(frozen=True, kw_only=True)
class LegalExample:
    """A worked example of a limit, run by the tests."""

    name: str
    measure: Measure
    title: str
    engaged_on: dt.date
    territory: Mapping[str, Any]
    action: Mapping[str, Any]
    value: float


@cache
def load_law(folder: Path = LAW_FOLDER) -> tuple[LegalRule, ...]:
    """All versions of all limits of a folder.

    Raises:
        RuleError: BOC-PAR-001 to 008, with the file, the key, what is wrong and what to write.

    >>> sorted({rule.measure for rule in load_law()})
    ['own_share', 'transfer']
    """
    return tuple(rule for path in sorted(folder.glob("*.yaml")) for rule in _rules(read_cell(path, PACK_KEYS)))


def load_law_examples(folder: Path = LAW_FOLDER) -> tuple[LegalExample, ...]:
    """The worked examples of all limits of a folder."""
    return tuple(
        LegalExample(
            name=cell["name"].text(),
            measure=cell["measure"].text(get_args(Measure)),  # type: ignore[arg-type]  # checked by text()
            title=test["title"].text(),
            engaged_on=test["engaged_on"].date(),
            territory=test["territory"].mapping().value,
            action=test["action"].mapping().value,
            value=test["value"].number(),
        )
        for cell in (read_cell(path, PACK_KEYS) for path in sorted(folder.glob("*.yaml")))
        for test in cell["tests"].items()
    )


def _rules(pack: Cell) -> tuple[LegalRule, ...]:
    facts = core_facts()
    versions = list(pack["versions"].items())
    rules = tuple(_rule(pack, version, facts) for version in versions)
    refuse_overlaps(rules, versions)
    return rules


def _rule(pack: Cell, version: Cell, facts: Mapping[str, Fact]) -> LegalRule:
    version.mapping(VERSION_KEYS, VERSION_OPTIONS)
    until, checked = version.get("until"), version.get("checked_on")
    return LegalRule(
        name=pack["name"].text(),
        measure=pack["measure"].text(get_args(Measure)),  # type: ignore[arg-type]  # checked by text()
        label={"fr": pack["label_fr"].text(), "en": pack["label_en"].text()},
        note={"fr": pack["note_fr"].text(), "en": pack["note_en"].text()},
        since=version["from"].date(),
        until=until.date() if until else None,
        status=version["status"].text(STATUSES),
        reference=version["reference"].reference(),
        checked_on=checked.date() if checked else None,
        legal_basis=version["legal_basis"].text(),
        cases=tuple(_case(one, facts) for one in version["cases"].items()),
    )


def _case(cell: Cell, facts: Mapping[str, Fact]) -> LegalCase:
    cell.mapping(("value", "label_fr", "label_en"), ("when",))
    return LegalCase(
        when=read_conditions(cell.get("when"), facts),
        value=cell["value"].number("share"),
        label={"fr": cell["label_fr"].text(), "en": cell["label_en"].text()},
    )
