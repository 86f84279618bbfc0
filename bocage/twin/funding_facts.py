"""Rules and facts of funding that hold in a territory: national packs, its own, what it wrote, what was ordered."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from bocage.parameters.funding_rules import FUNDING_FOLDER, Fact, FundingRule, facts_of, load_rules
from bocage.parameters.funding_rules.local import LocalFacts, read_local_facts
from bocage.twin.territory import FUNDING, Territory
from bocage.vocabulary.columns import noun_tables

BEGUN = ("in_progress", "done")
"""States of works whose order is signed."""


@dataclass(frozen=True, kw_only=True)
class LocalFunding:
    """What funding rests on in one territory.

    Attributes:
        rules: all versions of the national programmes and of its own ones.
        known: facts that they may read, by name.
        written: facts that the territory wrote itself.
        folder: where it writes its rules and facts.
    """

    rules: tuple[FundingRule, ...]
    known: Mapping[str, Fact]
    written: LocalFacts
    folder: Path


def rule_folders(folder: Path) -> tuple[Path, ...]:
    """The folders of rules that hold in the territory of a folder: the national one, then its own."""
    return FUNDING_FOLDER, folder / FUNDING


def local_funding(territory: Territory) -> LocalFunding:
    """Rules and facts of funding of a territory.

    Raises:
        RuleError: BOC-PAR-001 to 014, a rule or a fact of its own is badly written.
    """
    folders = rule_folders(territory.folder)
    rules = load_rules(*folders)
    folder = territory.folder / FUNDING
    return LocalFunding(
        rules=rules,
        known=facts_of(*folders),
        written=read_local_facts(folder, rules, *folders),
        folder=folder,
    )


def funding_facts(territory: Territory, written: LocalFacts | None = None) -> dict[str, object]:
    """What funding rules may read of a territory; a fact that is not known is left out.

    Args:
        territory: open territory.
        written: facts that it wrote itself; they count before those of the settings.
    """
    section = territory.config.sections["territory"]
    department = territory.config.text("territory", "department") or _department_of(territory.code)
    facts: dict[str, object] = {
        "kind": section["kind"],
        "department": department,
        "overseas": department.startswith(("97", "98")),
        "funding_rules": listed_programmes(territory, "local_rules"),
    }
    known = {
        "population": section["population"],
        "financial_potential_ratio": territory.config.sections["plan"]["financial_potential_ratio"],
    }
    told = facts | {name: value for name, value in known.items() if value is not None}
    return told | (dict(written.territory) if written else {})


def _department_of(code: str) -> str:
    if len(code) != 5:
        return ""
    return code[:3] if code.startswith(("97", "98")) else code[:2]


def listed_programmes(territory: Territory, key: str) -> list[str]:
    """The programmes that a setting of the plan lists (`local_rules`, `count_on`, `leave_out`)."""
    return [name.strip() for name in territory.config.text("plan", key).split(",") if name.strip()]


def with_local_facts(territory: Territory, actions: pl.DataFrame, written: LocalFacts) -> pl.DataFrame:
    """The actions with what was written of them, and the order of those whose works have begun.

    Works that began were ordered on that day at the latest: an aid that wants its file received before
    the order is lost to them. A date written in the facts is kept, as it is nearer the signature.

    Args:
        territory: open territory.
        actions: frame of the noun `action`.
        written: facts by action.
    """
    works = territory.store.read_rows(noun_tables()["works"])
    begun = works.filter(
        pl.col("status").is_in(BEGUN) & pl.col("action_id").is_not_null() & pl.col("started").is_not_null()
    )
    first = begun.group_by("action_id").agg(pl.col("started").min())
    ordered = {action: {"ordered_on": day.isoformat()} for action, day in first.iter_rows()}
    told = {
        action: {**ordered.get(action, {}), **written.actions.get(action, {})}
        for action in {*ordered, *written.actions} & set(actions["action_id"])
    }
    if not told:
        return actions
    facts = [
        json.dumps({**json.loads(known or "{}"), **told[action]}) if action in told else known
        for action, known in actions.select("action_id", "facts").iter_rows()
    ]
    return actions.with_columns(pl.Series("facts", facts, dtype=pl.String))


def unknown_actions(actions: pl.DataFrame, written: LocalFacts) -> list[str]:
    """Identifiers that the territory wrote facts of and that no action has."""
    return sorted(set(written.actions) - set(actions["action_id"]))
