"""Reader of funding rules: one YAML file per programme, dated versions, conditions as data.

A condition names a fact (`territory.population`, `action.points`…) and one test; `any`, `all` and
`not` combine them. Nothing is evaluated as code. Worked examples stand in the same file (`tests:`).
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any, get_args

from bocage.parameters.funding_rules.cell import Cell, read_cell
from bocage.parameters.funding_rules.facts import Fact, FactType, core_facts, nearest
from bocage.parameters.funding_rules.gates import FREE, read_calendar
from bocage.parameters.funding_rules.parts import (
    known_fact,
    read_bonus,
    read_cap,
    read_conditions,
    read_forfait,
    read_group,
    read_payment,
    read_rate,
    read_repayment,
    refuse_overlaps,
)
from bocage.parameters.funding_rules.rule import (
    LENT,
    Cash,
    Condition,
    FunderKind,
    FundingRule,
    Replacement,
    WorkedExample,
)
from bocage.parameters.reader import STATUSES

FUNDING_FOLDER = Path(__file__).parent.parent / "funding"
EXAMPLES_FOLDER = FUNDING_FOLDER / "examples"
"""Packs to copy into a territory; none of them holds anywhere real, so none is read unless it is named."""
FACTS_FILE = "facts.yaml"
"""Facts of a territory and of its actions, beside its local rules."""
NAME = re.compile(r"[A-Z0-9][A-Z0-9-]*")
PACK_KEYS = ("name", "label_fr", "label_en", "funder_fr", "funder_en", "funder_kind", "note_fr", "note_en", "award",
             "counts_as_public", "file", "payment", "incompatible", "versions", "tests")  # fmt: skip
PACK_OPTIONS = ("cash", "repayment", "scope", "replaces", "facts", "example")
VERSION_KEYS = ("from", "counted", "status", "reference", "eligibility")
VERSION_OPTIONS = ("until", "checked_on", "legal_basis", "forfaits", "rate", "amount_unknown", "caps", "group",
                   "bonuses", "minimum_project_eur", "files_per_year", "envelope_eur_year", "calendar",
                   "incompatible", "payment", "repayment")  # fmt: skip
EXPECTED = ("missing", "credit_eur", "refund_eur", "lag_years")
TEST_KEYS = ("title", "engaged_on", "territory", "action", "cost_eur", "expect")


@dataclass(frozen=True)
class Pack:
    """One file: its programme, its cells, its rules, and what its rules exclude as written."""

    cell: Cell
    name: str
    rules: tuple[FundingRule, ...]
    excluded: tuple[tuple[Cell, ...], ...]


def load_rules(*folders: Path) -> tuple[FundingRule, ...]:
    """All versions of all programmes of some folders; those of the project where none is named.

    Local rules stand in a folder of the territory and are read beside the national ones:
    `load_rules(FUNDING_FOLDER, territory_folder / "funding")`. A folder that does not exist holds nothing.

    Args:
        folders: folders of `*.yaml`, each file one programme.

    Raises:
        RuleError: BOC-PAR-001 to 014, with the file, the key, what is wrong and what to write.

    >>> sorted(rule.since.year for rule in load_rules() if rule.name == "CEE-RES-EC-104")
    [2015, 2025, 2025]
    """
    chosen = folders or (FUNDING_FOLDER,)
    return _load(chosen, tuple(_stamp(path) for folder in chosen for path in rule_files(folder)))


def _stamp(path: Path) -> tuple[str, int, int]:
    """What changes when a file does: a territory may write its rules while a server runs."""
    told = path.stat()
    return str(path), told.st_mtime_ns, told.st_size


@lru_cache(maxsize=64)
def _load(folders: tuple[Path, ...], _stamps: tuple[tuple[str, int, int], ...]) -> tuple[FundingRule, ...]:
    cells = [_cell(path) for folder in folders for path in rule_files(folder)]
    facts = _declared_facts(cells)
    packs = [_pack(cell, facts) for cell in cells]
    _names_differ(packs)
    return tuple(_replaced(_excluding(packs), packs))


def rule_files(folder: Path) -> list[Path]:
    """The files of a folder that hold a programme, in order of name."""
    return sorted(path for path in folder.glob("*.yaml") if path.name != FACTS_FILE)


def load_examples(*folders: Path) -> tuple[WorkedExample, ...]:
    """The worked examples of all programmes of some folders; those of the project where none is named."""
    return tuple(
        _example(cell["name"].text(), test)
        for folder in folders or (FUNDING_FOLDER,)
        for cell in map(_cell, rule_files(folder))
        for test in cell["tests"].items()
    )


def _example(programme: str, cell: Cell) -> WorkedExample:
    cell.mapping(TEST_KEYS)
    return WorkedExample(
        programme=programme,
        title=cell["title"].text(),
        engaged_on=cell["engaged_on"].date(),
        territory=cell["territory"].mapping().value,
        action=cell["action"].mapping().value,
        cost_eur=cell["cost_eur"].number(),
        expect=cell["expect"].mapping(("eligible", "amounts_eur"), EXPECTED).value,
    )


def _cell(path: Path) -> Cell:
    return read_cell(path, PACK_KEYS, PACK_OPTIONS)


def _declared_facts(cells: Iterable[Cell]) -> Mapping[str, Fact]:
    """The facts of the project, and those that packs declare for themselves."""
    facts = dict(core_facts())
    for cell in cells:
        for one in cell.under("facts"):
            one.mapping(("name", "type", "label_fr", "label_en", "where_fr", "where_en"), ("unit", "codes"))
            unit = one.get("unit")
            fact = Fact(
                name=one["name"].text(),
                type=one["type"].text(get_args(FactType)),  # type: ignore[arg-type]  # checked by text()
                unit=unit.text() if unit else "",
                codes=tuple(code.text() for code in one.under("codes")),
                label={"fr": one["label_fr"].text(), "en": one["label_en"].text()},
                where={"fr": one["where_fr"].text(), "en": one["where_en"].text()},
            )
            facts.setdefault(fact.name, fact)
    return facts


def facts_of(*folders: Path) -> Mapping[str, Fact]:
    """The facts that the rules of some folders may read, by name; those of the project where none is named."""
    cells = [_cell(path) for folder in folders or (FUNDING_FOLDER,) for path in rule_files(folder)]
    return _declared_facts(cells)


def _pack(cell: Cell, facts: Mapping[str, Fact]) -> Pack:
    versions = list(cell["versions"].items())
    if not versions:
        raise cell["versions"].unfit("version")
    rules = tuple(_rule(cell, version, facts) for version in versions)
    refuse_overlaps(rules, versions)
    for test in cell["tests"].items():
        _example(cell["name"].text(), test)
    excluded = tuple(tuple((v.get("incompatible") or cell["incompatible"]).items()) for v in versions)
    return Pack(cell, cell["name"].text(), rules, excluded)


def _rule(pack: Cell, version: Cell, facts: Mapping[str, Fact]) -> FundingRule:
    version.mapping(VERSION_KEYS, VERSION_OPTIONS)
    since, until = version["from"].date(), version.get("until")
    if until is not None and until.date() < since:
        raise version.fault("BOC-PAR-007", since=since.isoformat(), until=until.date().isoformat())
    cash = pack["cash"].text(get_args(Cash)) if pack.get("cash") else "grant"
    repayment = version.get("repayment") or pack.get("repayment")
    if (repayment is not None) != (cash in LENT):
        raise version.fault("BOC-PAR-012", cash=cash)
    scope, replaces = _scope(pack.get("scope"), facts), _text(pack, "replaces")
    if replaces and not scope:
        raise pack.fault("BOC-PAR-014", programme=pack["name"].text(), replaces=replaces)
    checked, calendar, example = version.get("checked_on"), version.get("calendar"), pack.get("example")
    if not NAME.fullmatch(pack["name"].text()):
        raise pack["name"].unfit("name")
    return FundingRule(
        name=pack["name"].text(),
        label=_both(pack, "label"),
        funder=_both(pack, "funder"),
        note=_both(pack, "note"),
        award=pack["award"].text(("automatic", "discretionary")),  # type: ignore[arg-type]  # checked by text()
        public=pack["counts_as_public"].flag(),
        file=pack["file"].text(("action", "year")),  # type: ignore[arg-type]  # checked by text()
        payment=read_payment(version.get("payment") or pack["payment"], facts),
        incompatible=frozenset(),
        since=since,
        until=until.date() if until else None,
        counted=version["counted"].flag(),
        status=version["status"].text(STATUSES),
        reference=version["reference"].reference(),
        checked_on=checked.date() if checked else None,
        eligibility=read_conditions(version["eligibility"], facts),
        funder_kind=pack["funder_kind"].text(get_args(FunderKind)),  # type: ignore[arg-type]  # checked by text()
        cash=cash,  # type: ignore[arg-type]  # checked by text()
        calendar=read_calendar(calendar) if calendar else FREE,
        repayment=read_repayment(repayment) if repayment else None,
        scope=scope,
        replaces=replaces,
        legal_basis=_text(version, "legal_basis"),
        example=example.flag() if example else False,
        **_amounts(version, facts),
    )


def _amounts(version: Cell, facts: Mapping[str, Fact]) -> dict[str, Any]:
    """How much: forfaits or a rate, ceilings, what the actions of a file must reach."""
    stated = [key for key in ("forfaits", "rate", "amount_unknown") if version.value.get(key)]
    if len(stated) != 1:
        raise version.fault("BOC-PAR-011", count=len(stated))
    unknown, rate = version.get("amount_unknown"), version.get("rate")
    least, files, envelope = map(version.get, ("minimum_project_eur", "files_per_year", "envelope_eur_year"))
    return {
        "forfaits": tuple(read_forfait(one, facts) for one in version.under("forfaits")),
        "rate": read_rate(rate, facts) if rate else None,
        "bonuses": tuple(read_bonus(one, facts) for one in version.under("bonuses")),
        "amount_unknown": unknown.flag() if unknown else False,
        "caps": tuple(read_cap(one, facts) for one in version.under("caps")),
        "group": tuple(read_group(one, facts) for one in version.under("group")),
        "minimum_project_eur": least.number() if least else 0.0,
        "files_per_year": files.whole() if files else None,
        "envelope_eur_year": envelope.number() if envelope else None,
    }


def _text(cell: Cell, key: str) -> str:
    found = cell.get(key)
    return found.text() if found else ""


def _both(pack: Cell, key: str) -> Mapping[str, str]:
    return {"fr": pack[f"{key}_fr"].text(), "en": pack[f"{key}_en"].text()}


def _scope(cell: Cell | None, facts: Mapping[str, Fact]) -> tuple[Condition, ...]:
    """Where a programme holds: for each fact of the territory, one value or a list of them."""
    if cell is None:
        return ()
    conditions = []
    for key in cell.mapping().value:
        fact = known_fact(Cell(cell.file, cell.key, f"territory.{key}"), facts)
        values = [one.text() for one in cell[key].items()] if isinstance(cell[key].value, list) else [cell[key].text()]
        conditions.append(Condition(fact=fact.name, test="one_of", value=values))
    return tuple(conditions)


def _names_differ(packs: Iterable[Pack]) -> None:
    seen: dict[str, Pack] = {}
    for pack in packs:
        if pack.name in seen:
            raise pack.cell.fault("BOC-PAR-010", programme=pack.name, other=seen[pack.name].cell.file)
        seen[pack.name] = pack


def _excluding(packs: list[Pack]) -> list[FundingRule]:
    """The rules with what each excludes, by name and both ways, as long as both hold on a common day."""
    rules = [
        (rule, _named(cells, pack.name, packs))
        for pack in packs
        for rule, cells in zip(pack.rules, pack.excluded, strict=True)
    ]
    return [
        replace(
            rule,
            incompatible=names | {other.name for other, theirs in rules if rule.name in theirs and _meet(rule, other)},
        )
        for rule, names in rules
    ]


def _meet(one: FundingRule, other: FundingRule) -> bool:
    """True where some day falls under both versions."""
    return (one.until is None or other.since <= one.until) and (other.until is None or one.since <= other.until)


def _named(cells: Iterable[Cell], own: str, packs: list[Pack]) -> frozenset[str]:
    """Names of what a version excludes: programmes, those that replace them, and classes of funders."""
    names: set[str] = set()
    everything: dict[str, Any] = {pack.name: pack for pack in packs}
    for cell in cells:
        if isinstance(cell.value, Mapping):
            cell.mapping(("funder_kind",))
            kind = cell["funder_kind"].text(get_args(FunderKind))
            names |= {
                rule.name for pack in packs for rule in pack.rules if rule.funder_kind == kind and rule.cash == "grant"
            }
        elif cell.text() in everything:
            names |= {cell.text()}
            names |= {rule.name for pack in packs for rule in pack.rules if rule.replaces == cell.text()}
        else:
            raise cell.fault("BOC-PAR-009", programme=cell.text(), nearest=nearest(cell.text(), everything))
    return frozenset(names - {own})


def _replaced(rules: list[FundingRule], packs: list[Pack]) -> Iterable[FundingRule]:
    """The rules, each knowing where narrower ones take its place."""
    names = {rule.name: rule for rule in rules}
    for pack in packs:
        replaces = pack.cell.get("replaces")
        if replaces and replaces.text() not in names:
            raise replaces.fault("BOC-PAR-009", programme=replaces.text(), nearest=nearest(replaces.text(), names))
    for rule in rules:
        narrower = tuple(
            Replacement(by=other.name, scope=other.scope, since=other.since, until=other.until)
            for other in rules
            if other.replaces == rule.name
        )
        yield replace(rule, replaced=narrower)
