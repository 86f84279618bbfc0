"""Where works are entered in the accounts: section, chapter and account by budget and statutory power."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

Section = Literal["investment", "running"]
NOMENCLATURES: Mapping[str, str] = {"M49_water": "M49"}
"""Chart of accounts of a budget, M57 elsewhere."""
ANY_POWER = "*"
INVESTMENT = "investment"
"""Nature of a spending that is entered in the investment section, as the fact `spending` of an action tells it."""


@dataclass(frozen=True, kw_only=True)
class Account:
    """An account.

    Attributes:
        nomenclature: chart of accounts, `M57` or `M49`.
        section: `investment` or `running`.
        chapter: chapter of the budget.
        account: number.
        label: by language.
        status: `verified` or `to_verify`.
        source: where the number comes from.
    """

    nomenclature: str
    section: Section
    chapter: str
    account: str
    label: Mapping[str, str]
    status: str
    source: str


@cache
def accounts() -> Mapping[tuple[str, str, str], Account]:
    """Declared accounts by nomenclature, statutory power and section.

    >>> accounts()["M57", "buildings", "running"].account
    '615221'
    """
    with (Path(__file__).parent / "accounts.csv").open(encoding="utf-8", newline="") as stream:
        return {
            (row["nomenclature"], row["competence"], row["section"]): Account(
                nomenclature=row["nomenclature"],
                section=row["section"],  # type: ignore[arg-type]  # package data, tested
                chapter=row["chapter"],
                account=row["account"],
                label={"fr": row["label_fr"], "en": row["label_en"]},
                status=row["status"],
                source=row["source"],
            )
            for row in csv.DictReader(stream)
        }


def section_of(facts: Mapping[str, Any]) -> Section:
    """Section of the budget in which an action is entered: investment, unless its fact `spending` says upkeep or so.

    Args:
        facts: facts of the action.

    >>> section_of({}), section_of({"spending": "network_upkeep"})
    ('investment', 'running')
    """
    return "investment" if facts.get("spending", INVESTMENT) == INVESTMENT else "running"


def account_of(budget: str, competence: str, section: Section) -> Account:
    """Account in which the works of a statutory power are entered.

    Works are entered where they end (chapter 21); those that last longer than a year pass through
    chapter 23 first.

    Args:
        budget: budget that pays.
        competence: statutory power; the account of other works where it has none of its own.
        section: `investment` or `running`.

    >>> account_of("M49_water", "water", "investment").account
    '21531'
    >>> account_of("syndicate", "other", "investment").account
    '2158'
    """
    chart, known = NOMENCLATURES.get(budget, "M57"), accounts()
    return known.get((chart, competence, section)) or known[chart, ANY_POWER, section]
