"""Facts that a territory writes itself for the rules: `funding/facts.yaml`, beside its local rules.

Under `territory`, facts of the territory; under `actions`, those of each action by identifier, with
the date of an order that is signed (`ordered_on`), the duration of the works (`works_months`) and
the files that were deposited (`files`).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from bocage.parameters.funding_rules.cell import Cell
from bocage.parameters.funding_rules.facts import Fact
from bocage.parameters.funding_rules.parts import known_fact
from bocage.parameters.funding_rules.reading import FACTS_FILE, facts_of
from bocage.parameters.funding_rules.rule import FundingRule

FILE_DATES = ("deposited_on", "received_on", "agreed_on", "refused_on")
AMOUNT = "amount_eur"
"""What was granted, excluding VAT [EUR]."""


@dataclass(frozen=True, kw_only=True)
class LocalFacts:
    """What a territory says of itself and of its actions.

    Attributes:
        territory: facts by short name.
        actions: facts by short name, by identifier of the action; `ordered_on`, `works_months` and
            `files` (dates and amount granted, by programme) among them.
    """

    territory: Mapping[str, Any] = field(default_factory=dict)
    actions: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


def read_local_facts(folder: Path, rules: tuple[FundingRule, ...], *rule_folders: Path) -> LocalFacts:
    """The facts written in a folder of local rules; none where there is no such file.

    Args:
        folder: folder of `facts.yaml`.
        rules: programmes that files may be deposited for.
        rule_folders: folders whose packs may declare facts; those of the project where none is named.

    Raises:
        RuleError: BOC-PAR-001 to 005, 009, with the file, the key, what is wrong and what to write.

    >>> read_local_facts(Path("no such folder"), ())
    LocalFacts(territory={}, actions={})
    """
    path = folder / FACTS_FILE
    if not path.is_file():
        return LocalFacts()
    cell = _document(path).mapping((), ("territory", "actions"))
    known, programmes = facts_of(*rule_folders), {rule.name for rule in rules}
    territory, actions = cell.get("territory"), cell.get("actions")
    return LocalFacts(
        territory=_facts(territory, "territory", known) if territory else {},
        actions={str(name): _action(actions[name], known, programmes) for name in actions.mapping().value}
        if actions
        else {},
    )


def _document(path: Path) -> Cell:
    try:
        written = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise Cell(path.name, "", None).fault("BOC-PAR-001", detail=" ".join(str(error).split())) from error
    return Cell(path.name, "", written or {})


def _facts(cell: Cell, subject: str, known: Mapping[str, Fact], *, aside: tuple[str, ...] = ()) -> dict[str, Any]:
    return {
        name: _value(cell[name], known_fact(Cell(cell.file, cell[name].key, f"{subject}.{name}"), known))
        for name in cell.mapping().value
        if name not in aside and cell.value[name] is not None
    }


def _value(cell: Cell, fact: Fact) -> object:
    match fact.type:
        case "boolean":
            return cell.flag()
        case "number":
            return cell.number()
        case "list":
            return [one.text(fact.codes) for one in cell.items()]
        case _:
            return cell.text(fact.codes)


def _action(cell: Cell, known: Mapping[str, Fact], programmes: set[str]) -> dict[str, Any]:
    facts = _facts(cell, "action", known, aside=("ordered_on", "works_months", "files"))
    ordered, months, files = cell.get("ordered_on"), cell.get("works_months"), cell.get("files")
    if ordered:
        facts["ordered_on"] = ordered.date().isoformat()
    if months:
        facts["works_months"] = months.whole()
    if files:
        facts["files"] = {name: _file(files[name], programmes) for name in files.mapping().value}
    return facts


def _file(cell: Cell, programmes: set[str]) -> dict[str, Any]:
    name = cell.key.rpartition(".")[2]
    if name not in programmes:
        raise cell.fault("BOC-PAR-009", programme=name, nearest=", ".join(sorted(programmes)))
    cell.mapping((), (*FILE_DATES, AMOUNT))
    told: dict[str, Any] = {key: cell[key].date().isoformat() for key in cell.value if key != AMOUNT}
    granted = cell.get(AMOUNT)
    return told | ({AMOUNT: granted.number()} if granted else {})
